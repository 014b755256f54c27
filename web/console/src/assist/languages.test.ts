import { expect, test } from 'vitest'
import { isForeign, languageName, offeredLanguages, scriptOf, visitorLanguage } from './languages'

test('a script tells the language where only one is written in it', () => {
  expect(scriptOf('怎么申请退货')).toBe('zh')
  expect(scriptOf('注文の状況を教えてください')).toBe('ja')
  expect(scriptOf('주문을 취소하고 싶어요')).toBe('ko')
  expect(scriptOf('Где мой заказ?')).toBe('ru')
  expect(scriptOf('أين طلبي؟')).toBe('ar')
  expect(scriptOf('where is my order')).toBe('latin')
  expect(scriptOf('我的 iPhone 15 坏了怎么办')).toBe('zh')
  expect(scriptOf('12345 !!')).toBeUndefined()
})

test('the browser is believed unless what is written says otherwise', () => {
  expect(visitorLanguage('de-AT', 'wo ist mein Paket')).toBe('de-AT')
  expect(visitorLanguage('de-AT', '')).toBe('de-AT')
  expect(visitorLanguage('uk', 'де моє замовлення')).toBe('uk')
  expect(visitorLanguage('en-US', '怎么申请退货')).toBe('zh-CN')
  expect(visitorLanguage('zh-CN', 'where is my parcel')).toBe('en')
  expect(visitorLanguage('', 'Где мой заказ?')).toBe('ru')
  expect(visitorLanguage('', '')).toBeUndefined()
})

test('what is foreign is so for its reader', () => {
  expect(isForeign('Где мой заказ?', 'en')).toBe(true)
  expect(isForeign('where is my order', 'zh-CN')).toBe(true)
  expect(isForeign('wo ist mein Paket', 'en')).toBe(false)
  expect(isForeign('怎么申请退货', 'zh-CN')).toBe(false)
  expect(isForeign('👍 123', 'zh-CN')).toBe(false)
})

test('languages have names in the language of who reads them', () => {
  expect(languageName('de', 'en')).toBe('German')
  expect(languageName('de', 'zh-CN')).toBe('德语')
  expect(languageName('not a tag', 'en')).toBe('not a tag')
  for (const tag of offeredLanguages) expect(languageName(tag, 'en')).not.toBe(tag)
})
