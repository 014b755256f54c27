import { backoffFirstMs, backoffMaxMs, backoffYoungMaxMs, connectMs, deadMs, heartbeatDefaultMs, outageYoungMs, probeMs, stallMs, unansweredMs } from './limits'
import { ClientFrame_encode, ServerFrame_decode, type ClientFrame, type Hello, type Refusal, type ServerFrame, type Welcome } from './generated/wire/weikeyi/v1/frame'
import type { Clock, OpenSocket, Random, Socket } from './ports'

/** How the connection is, as a person may be told. */
export type LinkState =
  | { kind: 'idle' }
  /** Trying. `downSinceMs`: since when (Clock.elapsed) there is no connection. */
  | { kind: 'connecting'; downSinceMs: number }
  | { kind: 'online' }
  /** Connected, but something has waited 3 s for an answer. */
  | { kind: 'stalled'; sinceMs: number }
  /** Not connected; the next try is at `retryAtMs` (Clock.elapsed). `busy`: the server said so, and when to come. */
  | { kind: 'waiting'; downSinceMs: number; retryAtMs: number; busy: boolean }
  /** Given up: the server said not to come back, or the credential is refused. */
  | { kind: 'closed'; code: string }

export type ClientBody = NonNullable<ClientFrame['body']>
export type ServerBody = NonNullable<ServerFrame['body']>

/** What the hello is made of could not be had, and trying again is useless. */
export class HelloImpossible extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** What the hello is made of is to be had again after a while: the server is busy. */
export class HelloLater extends Error {
  readonly retryAfterMs: number
  constructor(code: string, retryAfterMs: number) {
    super(code)
    this.retryAfterMs = retryAfterMs
  }
}

export interface LinkOptions {
  url: string
  clock: Clock
  openSocket: OpenSocket
  random: Random
  /** Called before every connection. */
  hello: () => Promise<Hello>
  onState: (state: LinkState) => void
  onWelcome: (welcome: Welcome) => void
  /** Everything after Welcome but Pong and Goodbye. */
  onFrame: (body: ServerBody) => void
  /** The server's time is `offsetMs` ahead of Clock.now. */
  onServerTime: (offsetMs: number) => void
  /** The hello was refused for good. True: make another hello and try again (once in a row). */
  onDenied: (refusal: Refusal) => boolean
}

const helloRef = 1

/**
 * One lasting connection made of many: connects, says hello, keeps the heartbeat, notices silence, comes back.
 * It carries frames and knows nothing of conversations. Loop-bound as everything in a browser; close() ends it.
 */
export class Link {
  #options: LinkOptions
  #state: LinkState = { kind: 'idle' }
  #socket: Socket | undefined
  #generation = 0
  #welcomed = false
  #heartbeatMs = heartbeatDefaultMs
  #lastSentMs = 0
  #lastReceivedMs = 0
  #downSinceMs = 0
  #failures = 0
  #denials = 0
  #nonce = 0
  #ref = helloRef
  // Sent and unanswered, oldest first: what for, and since when.
  #awaited = new Map<string, number>()
  #pings = new Map<number, number>()
  #cancelTimer: (() => void) | undefined

  constructor(options: LinkOptions) {
    this.#options = options
  }

  get state(): LinkState {
    return this.#state
  }

  get welcomed(): boolean {
    return this.#welcomed
  }

  /** A fresh number for a frame that wants an answer. */
  nextRef(): number {
    this.#ref = this.#ref >= 0x7fffffff ? helloRef + 1 : this.#ref + 1
    return this.#ref
  }

  connect(): void {
    if (this.#state.kind !== 'idle' && this.#state.kind !== 'closed') return
    this.#downSinceMs = this.#options.clock.elapsed()
    this.#failures = 0
    this.#denials = 0
    this.#open()
  }

  close(): void {
    this.#abandon(1000)
    this.#setState({ kind: 'idle' })
  }

  /** The network came back, or the page is looked at again: do not wait out the delay, and ask whether the link lives. */
  wake(): void {
    if (this.#state.kind === 'waiting') {
      // Whoever was told a time keeps to it: all the others were told theirs.
      if (!this.#state.busy) this.#open()
    } else if (this.#welcomed && this.#pings.size === 0) {
      this.#ping()
    }
  }

  /** False: there is no connection now (the caller keeps what it wanted to say). */
  send(body: ClientBody, ref = 0): boolean {
    if (!this.#welcomed || this.#socket === undefined) return false
    this.#write({ ref, body })
    return true
  }

  /** `what` was sent and waits for an answer until settle(what). */
  expect(what: string): void {
    if (this.#awaited.has(what)) return
    this.#awaited.set(what, this.#options.clock.elapsed())
    this.#schedule()
  }

  settle(what: string): void {
    if (!this.#awaited.delete(what)) return
    this.#reconsider()
  }

  #open(): void {
    this.#cancelTimer?.()
    const generation = ++this.#generation
    this.#setState({ kind: 'connecting', downSinceMs: this.#downSinceMs })
    const current = (): boolean => generation === this.#generation
    this.#cancelTimer = this.#options.clock.after(connectMs, () => {
      if (current()) this.#lost(0)
    })
    this.#options.hello().then(
      (hello) => {
        if (current()) this.#dial(hello, generation)
      },
      (error: unknown) => {
        if (!current()) return
        if (error instanceof HelloImpossible) this.#end(error.code)
        else if (error instanceof HelloLater) this.#lost(error.retryAfterMs, true)
        else this.#lost(0)
      },
    )
  }

  #dial(hello: Hello, generation: number): void {
    const current = (): boolean => generation === this.#generation
    try {
      this.#socket = this.#options.openSocket(this.#options.url, 'weikeyi.v1.proto', {
        onOpen: () => {
          if (current()) this.#write({ ref: helloRef, body: { $case: 'hello', value: hello } })
        },
        onMessage: (data) => {
          if (current()) this.#receive(data)
        },
        onClose: () => {
          if (current()) this.#lost(0)
        },
      })
    } catch {
      this.#lost(0)
    }
  }

  #receive(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) return
    let body: ServerBody | undefined
    try {
      body = ServerFrame_decode(new Uint8Array(data)).body
    } catch {
      // A frame that cannot be read may have held anything: only a fresh start from the cursors is sure to miss nothing.
      this.#lost(0)
      return
    }
    this.#lastReceivedMs = this.#options.clock.elapsed()
    if (body === undefined) return
    if (!this.#welcomed) {
      this.#beforeWelcome(body)
      return
    }
    switch (body.$case) {
      case 'pong':
        this.#onPong(body.value.nonce, body.value.serverTimeMs)
        return
      case 'goodbye':
        this.#goodbye(body.value.code, body.value.retryAfterMs)
        return
      default:
        this.#options.onFrame(body)
    }
  }

  #beforeWelcome(body: ServerBody): void {
    switch (body.$case) {
      case 'welcome': {
        const { clock } = this.#options
        this.#welcomed = true
        this.#failures = 0
        this.#denials = 0
        this.#heartbeatMs = body.value.heartbeatMs || heartbeatDefaultMs
        if (body.value.serverTimeMs > 0) this.#options.onServerTime(body.value.serverTimeMs - clock.now())
        this.#setState({ kind: 'online' })
        this.#schedule()
        this.#options.onWelcome(body.value)
        return
      }
      case 'refusal':
        if (body.value.retryAfterMs > 0) this.#lost(body.value.retryAfterMs, true)
        else if (this.#denials++ === 0 && this.#options.onDenied(body.value)) this.#lost(1)
        else this.#end(body.value.code)
        return
      case 'goodbye':
        this.#goodbye(body.value.code, body.value.retryAfterMs)
        return
      default:
    }
  }

  #goodbye(code: string, retryAfterMs: number): void {
    if (retryAfterMs > 0) this.#lost(retryAfterMs, code === 'busy')
    else this.#end(code)
  }

  #ping(): void {
    this.#nonce = (this.#nonce + 1) >>> 0
    this.#pings.set(this.#nonce, this.#options.clock.elapsed())
    this.expect(`ping:${this.#nonce}`)
    this.#write({ ref: 0, body: { $case: 'ping', value: { nonce: this.#nonce } } })
  }

  #onPong(nonce: number, serverTimeMs: number): void {
    const sent = this.#pings.get(nonce)
    if (sent === undefined) return
    const { clock } = this.#options
    if (serverTimeMs > 0) this.#options.onServerTime(serverTimeMs + (clock.elapsed() - sent) / 2 - clock.now())
    // Pongs come in order: an answered ping answers the older ones too.
    for (const older of [...this.#pings.keys()]) {
      this.#pings.delete(older)
      this.settle(`ping:${older}`)
      if (older === nonce) break
    }
  }

  #write(frame: ClientFrame): void {
    try {
      this.#socket?.send(new Uint8Array(ClientFrame_encode(frame).finish()))
      this.#lastSentMs = this.#options.clock.elapsed()
    } catch {
      // The browser is about to report the close; what was to be sent is resent from the outbox.
    }
  }

  /** One timer for the nearest of all deadlines, so that an idle page wakes up once per heartbeat. */
  #schedule(): void {
    if (!this.#welcomed) return
    this.#cancelTimer?.()
    const now = this.#options.clock.elapsed()
    let at = this.#lastSentMs + this.#heartbeatMs
    const oldest = this.#oldest()
    if (oldest !== undefined) {
      for (const delay of [probeMs, stallMs, deadMs, unansweredMs]) {
        if (oldest + delay > now) {
          at = Math.min(at, oldest + delay)
          break
        }
      }
      // Dead is reckoned from the last sign of life, which may come after the wait began.
      if (now - oldest >= deadMs) at = Math.min(at, Math.max(now + 100, this.#lastReceivedMs + deadMs))
    }
    this.#cancelTimer = this.#options.clock.after(Math.max(0, at - now), () => this.#tick())
  }

  #tick(): void {
    const now = this.#options.clock.elapsed()
    const oldest = this.#oldest()
    if (oldest !== undefined) {
      const waited = now - oldest
      if (waited >= unansweredMs || (waited >= deadMs && now - this.#lastReceivedMs >= deadMs)) {
        this.#lost(0)
        return
      }
      if (waited >= probeMs && this.#pings.size === 0) this.#ping()
    }
    if (now - this.#lastSentMs >= this.#heartbeatMs) this.#ping()
    this.#reconsider()
  }

  #reconsider(): void {
    if (!this.#welcomed) return
    const oldest = this.#oldest()
    const stalled = oldest !== undefined && this.#options.clock.elapsed() - oldest >= stallMs
    if (stalled && this.#state.kind === 'online') this.#setState({ kind: 'stalled', sinceMs: oldest })
    else if (!stalled && this.#state.kind === 'stalled') this.#setState({ kind: 'online' })
    this.#schedule()
  }

  #oldest(): number | undefined {
    for (const since of this.#awaited.values()) return since
    return undefined
  }

  /** The connection is gone; come back after `afterMs`, or by backoff where that is 0. */
  #lost(afterMs: number, busy = false): void {
    const now = this.#options.clock.elapsed()
    if (this.#welcomed) this.#downSinceMs = now
    this.#abandon(4000)
    const delay = afterMs > 0 ? afterMs : this.#backoff(now)
    this.#failures += 1
    this.#cancelTimer = this.#options.clock.after(delay, () => this.#open())
    this.#setState({ kind: 'waiting', downSinceMs: this.#downSinceMs, retryAtMs: now + delay, busy })
  }

  #end(code: string): void {
    this.#abandon(1000)
    this.#setState({ kind: 'closed', code })
  }

  #abandon(code: number): void {
    this.#generation += 1
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#welcomed = false
    this.#awaited.clear()
    this.#pings.clear()
    const socket = this.#socket
    this.#socket = undefined
    if (socket === undefined) return
    try {
      socket.close(code)
    } catch {
      // Already gone.
    }
  }

  #backoff(now: number): number {
    const young = now - this.#downSinceMs < outageYoungMs
    const ceiling = young ? backoffYoungMaxMs : backoffMaxMs
    const delay = Math.min(ceiling, backoffFirstMs * 2 ** Math.min(this.#failures, 10))
    const byte = new Uint8Array(1)
    this.#options.random(byte)
    // Half of it by chance, so that the visitors of a restarted server do not all come at once.
    return delay / 2 + (delay / 2) * ((byte[0] ?? 0) / 255)
  }

  #setState(state: LinkState): void {
    this.#state = state
    this.#options.onState(state)
  }
}
