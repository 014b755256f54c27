import { BotAction, BotDecided, BotModel, BotReason } from '@weikeyi/sdk/json/event'
import { expect, test } from 'vitest'
import { fill, type Dictionary } from '../i18n'
import { en } from '../i18n_en'
import { zh } from '../i18n_zh'
import { decisionLine, modelText, tookText } from './decision_text'

const inWords = (words: Dictionary) => (key: keyof Dictionary, values?: Record<string, string | number>): string => fill(words[key], values)
const source = { entryId: '1', title: 'Returns', passage: 'Within seven days.', scorePermille: 820 }
const answered = BotDecided.fromPartial({ action: BotAction.ANSWER, reason: BotReason.FOUND, confidencePermille: 820, confidenceWantedPermille: 450, sources: [source, source, source] })
const handedOver = BotDecided.fromPartial({ action: BotAction.HAND_OVER, reason: BotReason.REQUESTED })

test('an answer says how sure it was and of how many sources', () => {
  expect(decisionLine(answered, inWords(en))).toBe('AI answered · sure 0.82 · 3 sources')
  expect(decisionLine(answered, inWords(zh))).toBe('AI 已回答 · 把握 0.82 · 3 个来源')
})

test('what was not looked up has no sureness; why is said instead', () => {
  expect(decisionLine(handedOver, inWords(en))).toBe('AI handed over · the visitor asked for a person')
  expect(decisionLine(handedOver, inWords(zh))).toBe('AI 转给了人工 · 访客要求')
})

test('a dialogue flow is named', () => {
  const asks = BotDecided.fromPartial({ action: BotAction.ASK_BACK, reason: BotReason.FLOW, flow: { title: 'Where is my order?', step: 'number' } })
  expect(decisionLine(asks, inWords(en))).toBe('AI asked back · dialogue flow: Where is my order?')
  expect(decisionLine(BotDecided.fromPartial({ action: BotAction.ANSWER, reason: BotReason.FLOW, sources: [source] }), inWords(zh))).toBe('AI 已回答 · 对话流程: Returns')
})

test('what a later server decides is still a line', () => {
  expect(decisionLine(BotDecided.fromPartial({ action: 99 as BotAction, reason: 99 as BotReason, sources: [source] }), inWords(en))).toBe('AI decided · 1 source')
})

test('a language model says what it did, or why it was not used', () => {
  const model = BotModel.fromPartial({ provider: 'own', model: 'm', promptTokens: 321, completionTokens: 21, sentencesDropped: 2 })
  expect(modelText(model, inWords(en))).toBe('own (m): 321 tokens read, 21 written · sentences left out without a source: 2')
  expect(modelText(BotModel.fromPartial({ failure: 'circuit_open' }), inWords(en))).toBe('Not used: no provider gave an answer')
  expect(modelText(BotModel.fromPartial({ failure: 'unsure', provider: 'm', model: 'm', fromCache: true }), inWords(zh))).toBe('未采用: 在来源里没有找到答案 · m，沿用不久前的回答')
})

test('times as people read them', () => {
  expect([420, 1_540, 38_200, 2_100_000].map(tookText)).toEqual(['420 µs', '1.5 ms', '38 ms', '2.1 s'])
})
