// What the client needs from outside. Browsers pass `browserPorts()` (browser.ts); tests pass fakes.

export interface Clock {
  /** Wall clock, milliseconds since 1970 UTC. */
  now(): number
  /** Milliseconds that only go forward; for waiting. */
  elapsed(): number
  /** Runs once, later. Returns the cancel. */
  after(ms: number, run: () => void): () => void
}

export interface SocketHandlers {
  onOpen: () => void
  onMessage: (data: unknown) => void
  /** Closed, or never opened. At most once, and never after close(). */
  onClose: () => void
}

export interface Socket {
  send(data: Uint8Array<ArrayBuffer>): void
  close(code: number): void
}

export type OpenSocket = (url: string, protocol: string, handlers: SocketHandlers) => Socket

/** The part of localStorage that is used. Every call may throw (quota, private windows); callers cope. */
export interface StorageLike {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export interface ResponseLike {
  readonly ok: boolean
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
}

export interface RequestLike {
  method: string
  headers: Record<string, string>
  body?: string
  credentials?: 'same-origin' | 'omit' | 'include'
}

export type FetchLike = (url: string, request: RequestLike) => Promise<ResponseLike>

/** Fills the bytes with randomness. */
export type Random = (bytes: Uint8Array<ArrayBuffer>) => void

export interface Ports {
  clock: Clock
  openSocket: OpenSocket
  storage: StorageLike
  fetch: FetchLike
  random: Random
}
