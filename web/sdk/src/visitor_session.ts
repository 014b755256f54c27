import { VisitorSession, type CreateVisitorSessionRequest } from './generated/read/weikeyi/v1/resource'
import type { VisitorContext } from './generated/wire/weikeyi/v1/event'
import { HelloImpossible, HelloLater } from './link'
import type { Ports } from './ports'
import { Rest, type Problem } from './rest'

export interface Identity {
  identityToken?: string
  identifier?: string
  identifierHash?: string
  name?: string
  email?: string
  phone?: string
}

export interface VisitorSessionOptions {
  base: string
  siteKey: string
  ports: Pick<Ports, 'fetch' | 'storage'>
  idempotencyKey: () => string
  identity: () => Identity
  context: () => VisitorContext
}

/** The visitor's token and what comes with it. Kept in storage, renewed once per page and when it is refused. */
export class VisitorSessions {
  #options: VisitorSessionOptions
  #rest: Rest
  #fresh: VisitorSession | undefined
  #asking: Promise<VisitorSession> | undefined
  #generation = 0

  constructor(options: VisitorSessionOptions) {
    this.#options = options
    this.#rest = new Rest({
      base: options.base,
      fetch: options.ports.fetch,
      idempotencyKey: options.idempotencyKey,
      credentials: 'omit',
    })
  }

  get key(): string {
    return `weikeyi.${this.#options.siteKey}.session`
  }

  /** What is known without asking the server. */
  get known(): VisitorSession | undefined {
    if (this.#fresh !== undefined) return this.#fresh
    try {
      const text = this.#options.ports.storage.getItem(this.key)
      return text === null ? undefined : VisitorSession.fromJSON(JSON.parse(text))
    } catch {
      return undefined
    }
  }

  /** Throws HelloImpossible when the server will not have us, HelloLater when it says after how long, and Error when it may later. */
  current(): Promise<VisitorSession> {
    if (this.#fresh !== undefined) return Promise.resolve(this.#fresh)
    this.#asking ??= this.#ask(this.#generation)
    return this.#asking
  }

  /** Throws HelloLater where the server turns this address away: of a refused socket a browser does not say why. */
  async knock(): Promise<void> {
    const result = await this.#rest.get('/healthz')
    if (!result.ok && result.problem.retryAfterMs > 0) throw failure(result.problem)
  }

  /** The token was refused: the next current() asks for another, without it. */
  invalidate(): void {
    this.#fresh = undefined
    this.forget()
  }

  /** Who the visitor is has changed: the next current() tells the server. */
  refresh(): void {
    this.#fresh = undefined
    // An answer still on its way is about who the visitor was.
    this.#generation += 1
    this.#asking = undefined
  }

  forget(): void {
    this.#fresh = undefined
    try {
      this.#options.ports.storage.removeItem(this.key)
    } catch {
      // Nothing was kept there either.
    }
  }

  async #ask(generation: number): Promise<VisitorSession> {
    const { siteKey, identity, context, ports } = this.#options
    const result = await this.#rest.post('/api/v1/visitor/sessions', {
      body: { siteKey, visitorToken: this.known?.token ?? '', ...identity(), context: context() } satisfies Partial<CreateVisitorSessionRequest>,
      answer: VisitorSession,
    })
    if (generation !== this.#generation) return this.current()
    this.#asking = undefined
    if (!result.ok) throw failure(result.problem)
    this.#fresh = result.value
    try {
      ports.storage.setItem(this.key, JSON.stringify(result.value))
    } catch {
      // A visitor without storage is a new one on each page.
    }
    return result.value
  }
}

function failure(problem: Problem): Error {
  const lasting = problem.status >= 400 && problem.status < 500 && problem.status !== 408 && problem.status !== 429
  if (lasting) return new HelloImpossible(problem.code)
  return problem.retryAfterMs > 0 ? new HelloLater(problem.code, problem.retryAfterMs) : new Error(problem.code)
}
