import type { Problem, RestResult } from '@weikeyi/sdk'
import { expect, test } from 'vitest'
import { importFaqs, type ImportPorts } from './faq_import'
import type { FaqRow } from './faq_table'

const rows: FaqRow[] = ['a', 'b', 'c'].map((question, at) => ({ line: at + 1, question, answer: 'x', phrasings: [] }))
const no = (status: number, code = '', retryAfterMs = 0): RestResult<unknown> => ({ ok: false, problem: { status, code, title: '', detail: '', field: '', retryAfterMs } satisfies Problem })
const yes: RestResult<unknown> = { ok: true, value: {} }

function world(answers: Record<string, RestResult<unknown>[]>, over: Partial<ImportPorts> = {}) {
  const calls: string[] = []
  const waits: number[] = []
  const progress: number[] = []
  let keys = 0
  const ports: ImportPorts = {
    create: async ({ question }, key) => {
      calls.push(`${question}/${key}`)
      return Promise.resolve(answers[question]?.shift() ?? yes)
    },
    key: () => `k${(keys += 1)}`,
    wait: async (ms) => {
      waits.push(ms)
      return Promise.resolve()
    },
    stopped: () => false,
    progress: (done) => progress.push(done),
    ...over,
  }
  return { ports, calls, waits, progress }
}

test('stores one after another, and tells what was refused', async () => {
  const { ports, calls, progress } = world({ b: [no(413, 'too_large')] })
  const refused = await importFaqs(rows, ports)
  expect(refused.map(({ row, problem }) => [row.question, problem?.code])).toEqual([['b', 'too_large']])
  expect(calls).toEqual(['a/k1', 'b/k2', 'c/k3'])
  expect(progress).toEqual([1, 2, 3])
})

test('waits for a busy server as long as it says, and repeats with the same key', async () => {
  const { ports, calls, waits } = world({ a: [no(503, 'busy', 4_000), no(0, 'network')] })
  expect(await importFaqs(rows, ports)).toEqual([])
  expect(calls.slice(0, 3)).toEqual(['a/k1', 'a/k1', 'a/k1'])
  expect(waits).toEqual([4_000, 2_000])
})

test.each([
  ['no room is left', no(413, 'knowledge_full')],
  ['the session has ended', no(401, 'unauthenticated')],
])('gives the rest back untried where %s', async (_, answer) => {
  const { ports, calls } = world({ b: [answer] })
  const refused = await importFaqs(rows, ports)
  expect(refused.map(({ row, problem }) => [row.question, problem !== undefined])).toEqual([['b', true], ['c', false]])
  expect(calls.length).toBe(2)
})

test('a server that stays away is not asked for ever', async () => {
  const { ports, calls } = world({ a: Array.from({ length: 99 }, () => no(0, 'network')) })
  const refused = await importFaqs(rows, ports)
  expect([calls.length, refused.length]).toEqual([5, 3])
})

test('stops when it is told to, also while it waits', async () => {
  let stop = false
  const { ports, calls } = world({ b: [no(503)] }, { wait: async () => Promise.resolve(void (stop = true)), stopped: () => stop })
  const refused = await importFaqs(rows, ports)
  expect(refused.map(({ row }) => row.question)).toEqual(['b', 'c'])
  expect(calls).toEqual(['a/k1', 'b/k2'])
})
