import { expect, test } from 'vitest'
import { decoded, recordsOf, separatorOf } from './table_text'

test.each([
  ['a\tb, c; d', '\t'],
  ['a;b', ';'],
  ['a,b', ','],
  ['"a;b;c",d', ','],
  ['no separator\na;b', ';'],
  ['', ','],
] as const)('%j is parted by %j', (text, separator) => {
  expect(separatorOf(text)).toBe(separator)
})

test('several letters may part cells, none of them within quotation marks', () => {
  expect(recordsOf('a，b,"c，d"', ',，').map(({ cells }) => cells)).toEqual([['a', 'b', 'c，d']])
})

test('files of spreadsheets in China, of Windows and of everybody else', () => {
  expect(decoded(new Uint8Array([0xcd, 0xcb, 0xbb, 0xf5]))).toBe('退货')
  expect(decoded(new Uint8Array([0xff, 0xfe, 0x00, 0x90, 0x27, 0x8d]))).toBe('退货')
  expect(decoded(new TextEncoder().encode('退货'))).toBe('退货')
})
