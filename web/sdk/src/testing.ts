// A clock that is turned by hand, a storage, and a socket whose other end the test plays.
import { ClientFrame, ServerFrame, type Append } from './generated/wire/weikeyi/v1/frame'
import { ActorKind, ConversationState, type Event } from './generated/wire/weikeyi/v1/event'
import type { ServerBody } from './link'
import type { Clock, OpenSocket, SocketHandlers, StorageLike } from './ports'

export class ManualClock implements Clock {
  #now = 1_700_000_000_000
  #elapsed = 0
  #timers: { at: number; run: () => void }[] = []

  now(): number {
    return this.#now
  }
  elapsed(): number {
    return this.#elapsed
  }
  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#elapsed + ms, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }
  /** Turns the clock, letting promises run in between. */
  async advance(ms: number): Promise<void> {
    await settle()
    const until = this.#elapsed + ms
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter((other) => other !== due)
      this.#set(Math.max(due.at, this.#elapsed))
      due.run()
      await settle()
    }
    this.#set(until)
  }
  #set(elapsed: number): void {
    this.#now += elapsed - this.#elapsed
    this.#elapsed = elapsed
  }
}

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve()
}

export class MemoryStorage implements StorageLike {
  values = new Map<string, string>()
  full = false
  get length(): number {
    return this.values.size
  }
  key(index: number): string | null {
    return [...this.values.keys()][index] ?? null
  }
  getItem(key: string): string | null {
    return this.values.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new Error('QuotaExceededError')
    this.values.set(key, value)
  }
  removeItem(key: string): void {
    this.values.delete(key)
  }
}

/** The server's end of one connection. */
export class FakeSocket {
  readonly frames: ClientFrame[] = []
  closed: number | undefined
  #handlers: SocketHandlers

  constructor(handlers: SocketHandlers) {
    this.#handlers = handlers
  }
  take(bytes: Uint8Array): void {
    this.frames.push(ClientFrame.decode(bytes))
  }
  accept(): void {
    this.#handlers.onOpen()
  }
  say(body: ServerBody): void {
    const bytes = new Uint8Array(ServerFrame.encode({ body }).finish())
    this.#handlers.onMessage(bytes.buffer)
  }
  sayGarbage(): void {
    this.#handlers.onMessage(new Uint8Array([0xff, 0xff, 0xff]).buffer)
  }
  drop(): void {
    this.#handlers.onClose()
  }
  bodies(): string[] {
    return this.frames.map((frame) => frame.body?.$case ?? '')
  }
  appends(): (Append & { ref: number })[] {
    return this.frames.flatMap((frame) => (frame.body?.$case === 'append' ? [{ ...frame.body.value, ref: frame.ref }] : []))
  }
  texts(): string[] {
    return this.appends().flatMap((append) => (append.command?.$case === 'message' ? [append.command.value.text] : []))
  }
}

export class FakeNetwork {
  readonly sockets: FakeSocket[] = []
  readonly open: OpenSocket = (_url, _protocol, handlers) => {
    const socket = new FakeSocket(handlers)
    this.sockets.push(socket)
    return {
      send: (data) => socket.take(data),
      close: (code) => {
        socket.closed = code
      },
    }
  }
  get last(): FakeSocket {
    const socket = this.sockets.at(-1)
    if (socket === undefined) throw new Error('nobody has connected')
    return socket
  }
}

export function messageEvent(seq: number, text: string, from: 'visitor' | 'agent' = 'agent', clientId = ''): Event {
  return {
    conversationId: '77',
    seq,
    timeMs: 1_700_000_000_000 + seq,
    actor: { kind: from === 'visitor' ? ActorKind.VISITOR : ActorKind.AGENT, id: from === 'visitor' ? '5' : '9', name: from },
    clientId,
    body: { $case: 'message', value: { text, attachments: [], replyToSeq: 0, citations: [], choices: [] } },
  }
}

export function visitorWelcome(lastSeq: number, serverTimeMs: number): ServerBody {
  return {
    $case: 'welcome',
    value: {
      principal: {
        $case: 'visitor',
        value: {
          contactId: '5', conversationId: '77', lastSeq, state: ConversationState.OPEN, seenSeq: 0, agentsSeenSeq: 0,
          holder: undefined, agentsOnline: true,
        },
      },
      serverTimeMs, heartbeatMs: 20_000, serverVersion: 'test',
    },
  }
}
