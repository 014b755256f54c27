// An entry of the knowledge as its form holds it, and what is wrong with it. Pure, so that it can be tested.
import { KnowledgeEntry, KnowledgeKind, type FlowStep } from '@weikeyi/sdk/json'
import type { Problem } from '@weikeyi/sdk'

/** Bytes of UTF-8: the same bounds as the server's (api/limits.hpp); the server's answer decides. */
export const titleBytesMax = 1_000
export const bodyBytesMax = 200_000
export const urlBytesMax = 2_000
export const phrasingsMax = 50
export const labelsMax = 10
export const labelBytesMax = 64

export interface EntryForm {
  kind: KnowledgeKind
  /** "0": of every site. */
  siteId: string
  title: string
  phrasings: readonly string[]
  body: string
  url: string
  labels: readonly string[]
  /** Of a flow. */
  steps: readonly FlowStep[]
  enabled: boolean
}

export const emptyForm = (siteId: string, kind: KnowledgeKind = KnowledgeKind.FAQ): EntryForm => ({ kind, siteId, title: '', phrasings: [''], body: '', url: '', labels: [], steps: [], enabled: true })

/** Asked in several ways: an FAQ or a flow. */
const asked = (kind: KnowledgeKind): boolean => kind !== KnowledgeKind.ARTICLE

export function formOf(entry: KnowledgeEntry): EntryForm {
  const kind = entry.kind === KnowledgeKind.ARTICLE || entry.kind === KnowledgeKind.FLOW ? entry.kind : KnowledgeKind.FAQ
  const phrasings = asked(kind) && entry.phrasings.length === 0 ? [''] : entry.phrasings
  return { kind, siteId: entry.siteId, title: entry.title, phrasings, body: entry.body, url: entry.url, labels: entry.labels, steps: entry.steps, enabled: !entry.disabled }
}

/** Without what was left empty or said twice. An article has no phrasings. */
export function phrasingsOf(form: EntryForm): string[] {
  if (!asked(form.kind)) return []
  const title = form.title.trim()
  return [...new Set(form.phrasings.map((phrasing) => phrasing.trim()))].filter((phrasing) => phrasing !== '' && phrasing !== title)
}

export const entryOf = (form: EntryForm): Partial<KnowledgeEntry> => ({
  kind: form.kind,
  siteId: form.siteId,
  title: form.title.trim(),
  phrasings: phrasingsOf(form),
  body: form.kind === KnowledgeKind.FLOW ? '' : form.body.trim(),
  url: form.kind === KnowledgeKind.FLOW ? '' : form.url.trim(),
  steps: form.kind === KnowledgeKind.FLOW ? [...form.steps] : [],
  labels: [...new Set(form.labels.map((label) => label.trim()))].filter((label) => label !== ''),
  disabled: !form.enabled,
})

// As it would be sent: whoever made a step, its parts stand in one order.
const sent = (form: EntryForm): string => JSON.stringify(KnowledgeEntry.toJSON(KnowledgeEntry.fromPartial(entryOf(form))))

/** Whether saving the one would store what the other is. */
export const same = (a: EntryForm, b: EntryForm): boolean => sent(a) === sent(b)

/** Whether the words are as they were: of an article that comes from a page others make it a person's. */
export const sameWords = (a: EntryForm, b: EntryForm): boolean => {
  const words = (form: EntryForm): string => JSON.stringify([form.kind, form.title.trim(), phrasingsOf(form), form.body.trim()])
  return words(a) === words(b)
}

/** What replaces a stored entry. Words that nobody changed go back as they are, to the last blank: whose they are hangs on it. */
export function replacementOf(form: EntryForm, entry: KnowledgeEntry): Partial<KnowledgeEntry> {
  const next = { ...entryOf(form), edited: entry.edited }
  return sameWords(form, formOf(entry)) ? { ...next, title: entry.title, phrasings: entry.phrasings, body: entry.body } : next
}

/** It comes from a page of a website that is read. */
export const fromPage = ({ crawlId }: KnowledgeEntry): boolean => crawlId !== '' && crawlId !== '0'

/** What is wrong with steps is the flow editor's matter (flow/flow_check.ts). */
export type Field = 'title' | 'phrasings' | 'body' | 'url' | 'labels'
export type Wrong = 'empty' | 'long' | 'many' | 'address'

const encoder = new TextEncoder()
export const bytesOf = (text: string): number => encoder.encode(text).length

export function wrongIn(form: EntryForm): Partial<Record<Field, Wrong>> {
  const entry = entryOf(form)
  const wrong: Partial<Record<Field, Wrong>> = {}
  const check = (field: 'title' | 'body', text: string, most: number): void => {
    if (text === '') wrong[field] = 'empty'
    else if (bytesOf(text) > most) wrong[field] = 'long'
  }
  check('title', entry.title ?? '', titleBytesMax)
  if (form.kind !== KnowledgeKind.FLOW) check('body', entry.body ?? '', bodyBytesMax)
  const phrasings = entry.phrasings ?? []
  if (phrasings.length > phrasingsMax) wrong.phrasings = 'many'
  else if (phrasings.some((phrasing) => bytesOf(phrasing) > titleBytesMax)) wrong.phrasings = 'long'
  const url = entry.url ?? ''
  if (url !== '' && !/^https?:\/\/\S+$/i.test(url)) wrong.url = 'address'
  else if (bytesOf(url) > urlBytesMax) wrong.url = 'long'
  const labels = entry.labels ?? []
  if (labels.length > labelsMax) wrong.labels = 'many'
  else if (labels.some((label) => bytesOf(label) > labelBytesMax)) wrong.labels = 'long'
  return wrong
}

const fields: Record<string, Field> = { title: 'title', phrasing: 'phrasings', phrasings: 'phrasings', body: 'body', url: 'url', label: 'labels', labels: 'labels' }

/** The field that a problem of the server is about: it names it, or its sentence begins with it. */
export function fieldOf(problem: Problem): Field | undefined {
  if (problem.status !== 400 && problem.status !== 413) return undefined
  if (problem.field !== '') return fields[problem.field]
  if (/^too many phrasings/.test(problem.detail) || /phrasings$/.test(problem.detail)) return 'phrasings'
  if (/^too many labels/.test(problem.detail)) return 'labels'
  return fields[/^\w+/.exec(problem.detail)?.[0] ?? '']
}

/** The headings of an article, as they part it into passages. What stands in a fence of code is none. */
export function headingsOf(body: string): { level: number; text: string }[] {
  let fenced = false
  return body.split('\n').flatMap((line) => {
    if (/^\s{0,3}(```|~~~)/.test(line)) fenced = !fenced
    const found = fenced ? null : /^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$/.exec(line)
    return found?.[1] === undefined || found[2] === undefined ? [] : [{ level: found[1].length, text: found[2] }]
  })
}
