import { expect, test } from 'vitest'
import { browserName, bytes, httpUrl, urgency, waited } from './format'

test('waiting is said in the largest unit that fits', () => {
  expect([5_000, 65_000, 3 * 3_600_000, 50 * 3_600_000].map((ms) => waited(ms, 'en'))).toEqual(['5 s', '1 min', '3 h', '2 d'])
  expect(waited(65_000, 'zh-CN')).toBe('1 分钟')
})

test('urgency turns late and very late', () => {
  expect([0, 120_000, 600_000].map(urgency)).toEqual(['calm', 'late', 'verylate'])
})

test('only http and https become links', () => {
  expect(httpUrl('https://shop.example/x')).toBe('https://shop.example/x')
  expect(httpUrl('javascript:alert(1)')).toBeUndefined()
  expect(httpUrl('https://a b')).toBeUndefined()
})

test('sizes and browsers are named for people', () => {
  expect(bytes(1536)).toBe('2 KB')
  expect(browserName('Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/120 Safari/537')).toBe('Chrome, Windows')
})
