// Documents one after another into the knowledge. Free of the page, so that it can be tested.
import { problemOf, queryOf, type Problem, type RestResult, type SendUpload } from '@weikeyi/sdk'
import { KnowledgeEntryList, type KnowledgeEntry } from '@weikeyi/sdk/json'

/** The same bound as the server's (api/limits.hpp); the server's answer decides. */
export const documentBytesMax = 32 * 1024 * 1024
/** What can be chosen at a time; more is left out and said so. */
export const documentsMax = 50
export const documentEndings = ['.md', '.markdown', '.html', '.htm', '.xhtml', '.pdf', '.docx', '.txt', '.text'] as const

export type DocumentState =
  | { kind: 'waiting' }
  | { kind: 'sending'; fraction: number }
  /** All of it is there, and the server reads it. */
  | { kind: 'reading' }
  | { kind: 'added'; entries: readonly KnowledgeEntry[] }
  | { kind: 'refused'; problem: Problem }
  | { kind: 'stopped' }

export interface DocumentPorts<Body> {
  send: SendUpload<Body>
  wait: (ms: number) => Promise<void>
  stopped: () => boolean
  changed: (state: DocumentState) => void
  /** What ends the request that runs; called again with a new one for each. */
  running: (abort: () => void) => void
}

// A busy server is waited for this often.
const triesMax = 8
const waitMs = 1_000

export const refusedHere = (code: string): DocumentState => ({ kind: 'refused', problem: { ...problemOf(0, '{}'), code } })

/** What can be told without the server. */
export function wrongWith(name: string, size: number): DocumentState | undefined {
  const ending = /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? ''
  if (!documentEndings.some((known) => known === ending)) return refusedHere('document_unknown_format')
  if (size > documentBytesMax) return refusedHere('document_too_large')
  return size === 0 ? refusedHere('document_without_text') : undefined
}

export async function addDocument<Body>(file: { name: string; size: number; body: Body }, site: string, ports: DocumentPorts<Body>): Promise<DocumentState> {
  for (let tries = 1; ; tries += 1) {
    if (ports.stopped()) return { kind: 'stopped' }
    const answer = await once(file, site, ports)
    if (ports.stopped()) return answer.ok ? { kind: 'added', entries: answer.value.entries } : { kind: 'stopped' }
    if (answer.ok) return { kind: 'added', entries: answer.value.entries }
    // Only a refusal before it was read may be tried again: after a lost answer it may be there already.
    const again = answer.problem.status === 503 && answer.problem.code === 'busy'
    if (!again || tries === triesMax) return { kind: 'refused', problem: answer.problem }
    ports.changed({ kind: 'waiting' })
    await ports.wait(Math.max(answer.problem.retryAfterMs, waitMs))
  }
}

function once<Body>({ name, size, body }: { name: string; size: number; body: Body }, site: string, ports: DocumentPorts<Body>): Promise<RestResult<KnowledgeEntryList>> {
  return new Promise((resolve) => {
    ports.changed({ kind: 'sending', fraction: 0 })
    const request = ports.send({
      url: `/api/v1/knowledge/documents${queryOf({ name, site })}`,
      headers: { Accept: 'application/json', 'Content-Type': 'application/octet-stream' },
      body,
      onProgress: (sent) => ports.changed(sent >= size ? { kind: 'reading' } : { kind: 'sending', fraction: sent / size }),
      onDone: (status, text) => {
        const problem = problemOf(status, text)
        if (status < 200 || status > 299) return resolve({ ok: false, problem: status === 0 ? { ...problem, code: 'network' } : problem })
        try {
          resolve({ ok: true, value: KnowledgeEntryList.fromJSON(JSON.parse(text)) })
        } catch {
          resolve({ ok: false, problem })
        }
      },
    })
    ports.running(() => {
      request.abort()
      resolve({ ok: false, problem: { ...problemOf(0, '{}'), code: 'aborted' } })
    })
  })
}
