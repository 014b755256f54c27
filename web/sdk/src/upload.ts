import { Attachment } from './generated/read/weikeyi/v1/event'
import { problemOf, queryOf, type RestResult } from './rest'

/** One POST whose progress can be watched and that can be given up (XMLHttpRequest in a browser). */
export type SendUpload<Body> = (request: {
  url: string
  headers: Record<string, string>
  body: Body
  onProgress: (sentBytes: number) => void
  onDone: (status: number, text: string) => void
}) => { abort: () => void }

export interface UploadOptions<Body> {
  base: string
  send: SendUpload<Body>
  conversationId: string
  name: string
  mediaType: string
  body: Body
  sizeBytes: number
  /** Visitors; agents have their cookie. */
  bearer?: string
  headers?: Record<string, string>
  idempotencyKey: string
  onProgress: (fraction: number) => void
}

export interface Upload {
  done: Promise<RestResult<Attachment>>
  abort: () => void
}

export function startUpload<Body>(options: UploadOptions<Body>): Upload {
  let abort = (): void => undefined
  const done = new Promise<RestResult<Attachment>>((resolve) => {
    const request = options.send({
      url: `${options.base}/api/v1/uploads${queryOf({ conversation: options.conversationId, name: options.name })}`,
      headers: {
        Accept: 'application/json',
        'Content-Type': options.mediaType || 'application/octet-stream',
        'Idempotency-Key': options.idempotencyKey,
        ...(options.bearer === undefined ? {} : { Authorization: `Bearer ${options.bearer}` }),
        ...options.headers,
      },
      body: options.body,
      onProgress: (sent) => options.onProgress(options.sizeBytes === 0 ? 0 : Math.min(1, sent / options.sizeBytes)),
      onDone: (status, text) => {
        if (status < 200 || status > 299) {
          const problem = problemOf(status, text)
          resolve({ ok: false, problem: status === 0 ? { ...problem, code: 'network' } : problem })
          return
        }
        try {
          resolve({ ok: true, value: Attachment.fromJSON(JSON.parse(text)) })
        } catch {
          resolve({ ok: false, problem: problemOf(status, text) })
        }
      },
    })
    abort = () => {
      request.abort()
      resolve({ ok: false, problem: { ...problemOf(0, ''), code: 'aborted' } })
    }
  })
  return { done, abort: () => abort() }
}
