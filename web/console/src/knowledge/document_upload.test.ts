import type { SendUpload } from '@weikeyi/sdk'
import { describe, expect, it } from 'vitest'
import { addDocument, documentBytesMax, wrongWith, type DocumentState } from './document_upload'

type Answer = { status: number; text: string }
const entry = '{"entries":[{"id":"7","title":"Returns"}]}'
const busy: Answer = { status: 503, text: '{"code":"busy","retryAfterMs":2000}' }

function rig(answers: Answer[]) {
  const states: DocumentState[] = []
  const waits: number[] = []
  const urls: string[] = []
  let stop = false
  let abort = (): void => undefined
  let aborted = false
  const send: SendUpload<string> = ({ url, onProgress, onDone }) => {
    urls.push(url)
    onProgress(5)
    onProgress(10)
    const answer = answers.shift()
    if (answer !== undefined) onDone(answer.status, answer.text)
    return { abort: () => void (aborted = true) }
  }
  const done = (): Promise<DocumentState> =>
    addDocument({ name: '退货 & more.md', size: 10, body: '# Returns' }, '3', {
      send,
      wait: (ms) => Promise.resolve(void waits.push(ms)),
      stopped: () => stop,
      changed: (state) => void states.push(state),
      running: (end) => void (abort = end),
    })
  return { done, states, waits, urls, stop: () => { stop = true; abort() }, aborted: () => aborted }
}

describe('a document', () => {
  it('is sent, read and added', async () => {
    const { done, states, urls } = rig([{ status: 201, text: entry }])
    expect(await done()).toMatchObject({ kind: 'added', entries: [{ id: '7', title: 'Returns' }] })
    expect(states).toEqual([{ kind: 'sending', fraction: 0 }, { kind: 'sending', fraction: 0.5 }, { kind: 'reading' }])
    expect(urls).toEqual([`/api/v1/knowledge/documents?name=${encodeURIComponent('退货 & more.md')}&site=3`])
  })

  it('waits for a busy server as long as that says', async () => {
    const { done, waits } = rig([busy, busy, { status: 201, text: entry }])
    expect((await done()).kind).toBe('added')
    expect(waits).toEqual([2000, 2000])
  })

  it('is given up in the end', async () => {
    const { done, waits } = rig(Array.from({ length: 20 }, () => busy))
    expect(await done()).toMatchObject({ kind: 'refused', problem: { code: 'busy' } })
    expect(waits).toHaveLength(7)
  })

  it('is never sent twice where the first may have been taken', async () => {
    for (const [answer, code] of [[{ status: 0, text: '' }, 'network'], [{ status: 500, text: '' }, 'http_500'], [{ status: 400, text: '{"code":"document_encrypted"}' }, 'document_encrypted']] as const) {
      const { done, urls } = rig([answer, { status: 201, text: entry }])
      expect(await done()).toMatchObject({ kind: 'refused', problem: { code } })
      expect(urls).toHaveLength(1)
    }
  })

  it('is stopped while it is on its way', async () => {
    const { done, stop, aborted } = rig([])
    const end = done()
    stop()
    expect(await end).toEqual({ kind: 'stopped' })
    expect(aborted()).toBe(true)
  })

  it('is refused at once where nobody could read it', () => {
    expect(wrongWith('Manual.PDF', documentBytesMax)).toBeUndefined()
    expect(wrongWith('Manual.pdf', documentBytesMax + 1)).toMatchObject({ problem: { code: 'document_too_large' } })
    expect(wrongWith('empty.txt', 0)).toMatchObject({ problem: { code: 'document_without_text' } })
    for (const name of ['photo.png', 'manual.doc', 'README', 'pdf']) expect(wrongWith(name, 5)).toMatchObject({ problem: { code: 'document_unknown_format' } })
  })
})
