import { KnowledgeEntry, KnowledgeKind } from '@weikeyi/sdk/json'
import type { Problem } from '@weikeyi/sdk'
import { expect, test } from 'vitest'
import { EntryDrafts } from './drafts'
import { emptyForm, entryOf, fieldOf, formOf, fromPage, headingsOf, replacementOf, same, sameWords, wrongIn, type EntryForm } from './entry_form'

const faq: EntryForm = { ...emptyForm('7'), title: ' 怎么退货？ ', phrasings: ['', '能退吗', ' 能退吗 ', '怎么退货？'], body: '七天内可以。\n' }
const problem = (status: number, detail: string, field = ''): Problem => ({ status, code: 'invalid', title: '', detail, field, retryAfterMs: 0 })

test('what goes to the server is trimmed; empty and repeated phrasings are left out', () => {
  expect(entryOf(faq)).toEqual({ kind: KnowledgeKind.FAQ, siteId: '7', title: '怎么退货？', phrasings: ['能退吗'], body: '七天内可以。', url: '', labels: [], steps: [], disabled: false })
})

test('an article has no phrasings, also where it was a question before', () => {
  expect(entryOf({ ...faq, kind: KnowledgeKind.ARTICLE }).phrasings).toEqual([])
})

test('a stored entry is the form it is shown as; an empty line for the next phrasing changes nothing', () => {
  const entry = KnowledgeEntry.fromPartial({ id: '1', siteId: '0', kind: KnowledgeKind.FAQ, title: 'a', phrasings: ['b'], body: 'c', disabled: true })
  const form = formOf(entry)
  expect(entryOf(form)).toMatchObject({ title: 'a', phrasings: ['b'], body: 'c', disabled: true })
  expect(same(form, { ...form, phrasings: ['b', ''] })).toBe(true)
  expect(same(form, { ...form, enabled: true })).toBe(false)
})

test('a flow has steps and phrasings, no answer and no link; the order in which a step was put together is no change', () => {
  const step = { id: 'a', kind: { $case: 'say' as const, value: { text: 'x' } }, next: '', x: 1, y: -2 }
  const flow: EntryForm = { ...faq, kind: KnowledgeKind.FLOW, url: 'https://b.example', steps: [step], labels: [' refund ', '', 'refund', 'VIP'] }
  expect(entryOf(flow)).toMatchObject({ phrasings: ['能退吗'], body: '', url: '', steps: [step], labels: ['refund', 'VIP'] })
  expect(wrongIn({ ...flow, body: '' })).toEqual({})
  expect(entryOf({ ...flow, kind: KnowledgeKind.FAQ }).steps).toEqual([])
  expect(same(flow, { ...flow, steps: [{ y: -2, x: 1, next: '', kind: { value: { text: 'x' }, $case: 'say' }, id: 'a' }] })).toBe(true)
  expect(same(flow, { ...flow, steps: [{ ...step, x: 2 }] })).toBe(false)
  const stored = KnowledgeEntry.fromJSON(KnowledgeEntry.toJSON(KnowledgeEntry.fromPartial(entryOf(flow))))
  expect(same(formOf(stored), { ...flow, phrasings: ['能退吗'] })).toBe(true)
})

test('labels: at most ten, of 64 bytes', () => {
  expect(wrongIn({ ...faq, labels: Array.from({ length: 11 }, (_, at) => `${at}`) }).labels).toBe('many')
  expect(wrongIn({ ...faq, labels: ['汉'.repeat(22)] }).labels).toBe('long')
  expect(wrongIn({ ...faq, labels: ['汉'.repeat(21)] }).labels).toBeUndefined()
})

test('bounds are bytes, not letters', () => {
  expect(wrongIn(faq)).toEqual({})
  expect(wrongIn(emptyForm('0'))).toEqual({ title: 'empty', body: 'empty' })
  expect(wrongIn({ ...faq, title: '汉'.repeat(333) }).title).toBeUndefined()
  expect(wrongIn({ ...faq, title: '汉'.repeat(334) }).title).toBe('long')
  expect(wrongIn({ ...faq, phrasings: Array.from({ length: 51 }, (_, at) => `${at}`) }).phrasings).toBe('many')
})

test.each(['javascript:alert(1)', 'shop.example', 'https://', 'https:// a'])('%s is no address', (url) => {
  expect(wrongIn({ ...faq, url }).url).toBe('address')
})

test('a problem of the server is shown at the field it is about', () => {
  expect(fieldOf(problem(413, 'body is over 200000 bytes'))).toBe('body')
  expect(fieldOf(problem(400, 'phrasing is not text'))).toBe('phrasings')
  expect(fieldOf(problem(400, 'only an FAQ has phrasings'))).toBe('phrasings')
  expect(fieldOf(problem(400, 'x', 'url'))).toBe('url')
  expect(fieldOf(problem(400, 'no such site'))).toBeUndefined()
  expect(fieldOf(problem(503, 'body is late'))).toBeUndefined()
})

test('headings are those of Markdown, outside of code', () => {
  expect(headingsOf('# 退货\ntext\n## Costs ##\n```\n# no\n```\n#no\n')).toEqual([
    { level: 1, text: '退货' },
    { level: 2, text: 'Costs' },
  ])
})

test('drafts are one agent’s; the oldest are let go', () => {
  const drafts = new EntryDrafts()
  drafts.belongTo('1')
  for (let at = 0; at < 60; at += 1) drafts.keep(String(at), { form: faq, basedOnMs: at })
  expect([drafts.snapshot().size, drafts.snapshot().has('9'), drafts.snapshot().has('10')]).toEqual([50, false, true])
  drafts.belongTo('1')
  expect(drafts.snapshot().size).toBe(50)
  drafts.belongTo('2')
  expect(drafts.snapshot().size).toBe(0)
})

test('labels, site and whether it is used are no words of an entry', () => {
  const form = { ...emptyForm('0', KnowledgeKind.ARTICLE), title: 'Drying', body: 'Two days.' }
  expect(sameWords(form, { ...form, title: ' Drying ', labels: ['a'], siteId: '1', enabled: false })).toBe(true)
  expect([{ body: 'Three days.' }, { title: 'Dry' }, { kind: KnowledgeKind.FAQ }].map((part) => sameWords(form, { ...form, ...part }))).toEqual([false, false, false])
})

test('an article of a page is told by what reads it', () => {
  expect([fromPage(KnowledgeEntry.fromPartial({ crawlId: '7' })), fromPage(KnowledgeEntry.fromPartial({ crawlId: '0' })), fromPage(KnowledgeEntry.fromPartial({}))]).toEqual([true, false, false])
})

test('words that nobody changed go back to the last blank, so that they stay the page’s', () => {
  const entry = KnowledgeEntry.fromPartial({ id: '1', crawlId: '7', kind: KnowledgeKind.ARTICLE, title: 'Drying', body: 'Two days.\n' })
  const form = formOf(entry)
  expect(replacementOf({ ...form, labels: ['a'] }, entry)).toMatchObject({ title: 'Drying', body: 'Two days.\n', labels: ['a'], edited: false })
  expect(replacementOf({ ...form, body: ' Three days.\n' }, { ...entry, edited: true })).toMatchObject({ body: 'Three days.', edited: true })
})
