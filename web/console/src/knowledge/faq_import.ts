// Storing many questions one after another: nothing twice, nothing lost without being told. Free of the page, so that it can be tested.
import type { Problem, RestResult } from '@weikeyi/sdk'
import type { FaqRow } from './faq_table'

export interface RefusedRow {
  row: FaqRow
  /** Not given: it was not tried. */
  problem?: Problem
}

export interface ImportPorts {
  /** The same key for the same row, however often it is tried. */
  create: (row: FaqRow, idempotencyKey: string) => Promise<RestResult<unknown>>
  key: () => string
  wait: (ms: number) => Promise<void>
  /** Asked before each row. */
  stopped: () => boolean
  progress: (done: number, refused: number) => void
}

// A busy server or a lost connection is waited for this often, then the rest is given back.
const triesMax = 5
const waitMs = 1_000
const passing = new Set([0, 429, 500, 502, 503, 504])
// Whoever is refused these is refused them for every row.
const ending = new Set([401, 403, 507])

export async function importFaqs(rows: readonly FaqRow[], ports: ImportPorts): Promise<RefusedRow[]> {
  const refused: RefusedRow[] = []
  for (const [at, row] of rows.entries()) {
    const problem = ports.stopped() ? 'stopped' : await createOne(row, ports)
    if (problem === 'stopped') return [...refused, ...rows.slice(at).map((left) => ({ row: left }))]
    if (problem !== undefined) refused.push({ row, problem })
    ports.progress(at + 1, refused.length)
    if (problem !== undefined && (passing.has(problem.status) || ending.has(problem.status) || problem.code === 'knowledge_full')) {
      return [...refused, ...rows.slice(at + 1).map((left) => ({ row: left }))]
    }
  }
  return refused
}

async function createOne(row: FaqRow, { create, key, wait, stopped }: ImportPorts): Promise<Problem | 'stopped' | undefined> {
  const idempotencyKey = key()
  for (let tries = 1; ; tries += 1) {
    const answer = await create(row, idempotencyKey)
    if (answer.ok) return undefined
    if (!passing.has(answer.problem.status) || tries === triesMax) return answer.problem
    await wait(Math.max(answer.problem.retryAfterMs, waitMs * tries))
    if (stopped()) return 'stopped'
  }
}
