import type { FetchLike } from './ports'

/** What went wrong, by RFC 9457. `code` is stable; "network" when there was no answer at all. */
export interface Problem {
  status: number
  code: string
  title: string
  detail: string
  field: string
  retryAfterMs: number
}

export type RestResult<T> = { ok: true; value: T } | { ok: false; problem: Problem }

/** A generated type's JSON mapping, or anything shaped like it. */
export interface FromJson<T> {
  fromJSON(value: unknown): T
}

export interface RestOptions {
  /** "" for the page's own origin. */
  base: string
  fetch: FetchLike
  /** Made for each POST, so that a repeated one is carried out once. */
  idempotencyKey: () => string
  headers?: () => Record<string, string>
  credentials?: 'same-origin' | 'omit'
}

export interface RestRequest<T> {
  body?: unknown
  answer?: FromJson<T>
  query?: Record<string, string | number | boolean | undefined>
  /** Give the same one again to repeat a POST of which no answer came. */
  idempotencyKey?: string
  headers?: Record<string, string>
}

/** JSON over fetch. Never throws: a failure is a Problem. */
export class Rest {
  #options: RestOptions

  constructor(options: RestOptions) {
    this.#options = options
  }

  get<T>(path: string, request: RestRequest<T> = {}): Promise<RestResult<T>> {
    return this.send('GET', path, request)
  }
  post<T>(path: string, request: RestRequest<T> = {}): Promise<RestResult<T>> {
    return this.send('POST', path, request)
  }
  patch<T>(path: string, request: RestRequest<T> = {}): Promise<RestResult<T>> {
    return this.send('PATCH', path, request)
  }
  put<T>(path: string, request: RestRequest<T> = {}): Promise<RestResult<T>> {
    return this.send('PUT', path, request)
  }
  delete<T>(path: string, request: RestRequest<T> = {}): Promise<RestResult<T>> {
    return this.send('DELETE', path, request)
  }

  async send<T>(method: string, path: string, request: RestRequest<T>): Promise<RestResult<T>> {
    const { base, fetch, headers, credentials, idempotencyKey } = this.#options
    const body = request.body === undefined ? undefined : JSON.stringify(request.body)
    try {
      const response = await fetch(base + path + queryOf(request.query), {
        method,
        credentials: credentials ?? 'same-origin',
        headers: {
          Accept: 'application/json',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(method === 'POST' ? { 'Idempotency-Key': request.idempotencyKey ?? idempotencyKey() } : {}),
          ...headers?.(),
          ...request.headers,
        },
        ...(body === undefined ? {} : { body }),
      })
      const text = await response.text()
      if (!response.ok) return { ok: false, problem: problemOf(response.status, text, response.headers.get('Retry-After')) }
      const json: unknown = text === '' ? {} : JSON.parse(text)
      // Without an `answer` the caller asked for T = unknown.
      const value = request.answer === undefined ? (json as T) : request.answer.fromJSON(json)
      return { ok: true, value }
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      return { ok: false, problem: { status: 0, code: 'network', title: 'No answer', detail, field: '', retryAfterMs: 0 } }
    }
  }
}

export function queryOf(query: RestRequest<unknown>['query']): string {
  const parts: string[] = []
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

export function problemOf(status: number, text: string, retryAfter: string | null = null): Problem {
  const problem: Problem = { status, code: '', title: '', detail: '', field: '', retryAfterMs: Number(retryAfter ?? 0) * 1000 || 0 }
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null) {
      for (const name of ['code', 'title', 'detail', 'field'] as const) {
        const value: unknown = Reflect.get(json, name)
        if (typeof value === 'string') problem[name] = value
      }
      const ms: unknown = Reflect.get(json, 'retryAfterMs')
      if (typeof ms === 'number') problem.retryAfterMs = ms
    }
  } catch {
    problem.detail = text.slice(0, 200)
  }
  if (problem.code === '') problem.code = `http_${status}`
  return problem
}
