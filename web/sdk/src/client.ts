import { Conversation, type ConversationHost } from './conversation'
import type { Range } from './conversation_log'
import { Emitter, type Unsubscribe } from './emitter'
import type { Append, Hello, Refusal, Resume, TypingSignal, PresenceSignal, ViewingSignal, VisitorPresence, Welcome } from './generated/wire/weikeyi/v1/frame'
import { ActorKind, type Attachment, type Event } from './generated/wire/weikeyi/v1/event'
import { type ConversationSummary, type Presence } from './generated/wire/weikeyi/v1/resource'
import { textBytesMax, typingEveryMs, typingTextBytesMax } from './limits'
import { Link, type LinkState, type ServerBody } from './link'
import { Outbox, type Command, type OutboxEntry, type Settlement } from './outbox'
import type { Ports } from './ports'
import { cutUtf8, utf8Length } from './text'
import { UuidSource } from './uuid'

export interface ClientOptions {
  role: 'visitor' | 'agent'
  /** ws:// or wss:// address of /ws. */
  url: string
  ports: Pick<Ports, 'clock' | 'openSocket' | 'storage' | 'random'>
  /** Where in storage the outbox lies; one per visitor or agent. */
  scope: string
  /** The credential, and what the operator's logs should show; `resume` is put in by the client. */
  hello: (resume: Resume[]) => Promise<Hello>
  /** The credential was refused. True: hello() will have another one. */
  onDenied?: (refusal: Refusal) => boolean
  /** Reads events before a seq (REST); without it there is no scrolling up beyond what was subscribed to. */
  older?: (conversationId: string, beforeSeq: number) => Promise<Range | undefined>
}

export interface OpenOptions {
  /** At most this many of the events missed; older ones come by loadOlder(). 0: all. */
  newestMax?: number
}

export type Sent = { ok: true; clientId: string } | { ok: false; code: 'outbox_full' | 'text_too_long' | 'empty' }

/** Of the visitor's own conversation, before its id is known and in every append: the server knows which it is. */
export const ownConversation = '0'

/**
 * A visitor's or an agent's live connection with everything that must survive its loss: the conversations that are
 * followed (resumed by seq) and the outbox (resent by client id). Components subscribe and call; nothing here touches a
 * page. Owner: one per page; close() ends it.
 */
export class Client {
  #options: ClientOptions
  #host: ConversationHost
  #link: Link
  #outbox: Outbox
  #uuids: UuidSource
  #serverOffsetMs = 0
  #conversations = new Map<string, { conversation: Conversation; users: number; newestMax: number }>()
  #subscribing = new Map<string, number>()
  #waiters = new Map<string, (settlement: Settlement) => void>()
  #summarySeqs = new Map<string, number>()
  #typingSent = new Map<string, { atMs: number; cancel: (() => void) | undefined }>()
  #viewing = ownConversation
  #visitorConversation: Conversation | undefined

  readonly #linkChanged = new Emitter<LinkState>()
  readonly #welcomed = new Emitter<Welcome>()
  readonly #summaries = new Emitter<ConversationSummary>()
  readonly #visitorPresence = new Emitter<VisitorPresence>()
  readonly #typing = new Emitter<TypingSignal>()
  readonly #presence = new Emitter<PresenceSignal>()
  readonly #viewingChanged = new Emitter<ViewingSignal>()
  readonly #events = new Emitter<{ conversationId: string; events: readonly Event[] }>()
  readonly #settled = new Emitter<Settlement>()

  constructor(options: ClientOptions) {
    const { clock, openSocket, random, storage } = options.ports
    this.#options = options
    this.#host = {
      clock,
      pending: (id) => this.#outbox.entries(this.#wireId(id)).filter(isShown),
      heldUntil: (id) => this.#outbox.heldUntil(this.#wireId(id)),
      arrived: (clientId) => {
        this.#link.settle(clientId)
        this.#outbox.forget(clientId)
      },
      resubscribe: (id) => this.#subscribe(id),
      older: (id, beforeSeq) => options.older?.(id, beforeSeq) ?? Promise.resolve(undefined),
    }
    this.#uuids = new UuidSource(() => clock.now() + this.#serverOffsetMs, random)
    this.#outbox = new Outbox({
      clock,
      storage,
      scope: options.scope,
      transmit: (entry) => this.#transmit(entry),
      onChange: (id) => this.#conversationOf(id)?.changed(),
      onSettled: (settlement) => {
        this.#waiters.get(settlement.clientId)?.(settlement)
        this.#waiters.delete(settlement.clientId)
        this.#settled.emit(settlement)
      },
    })
    for (const entry of this.#outbox.all()) this.#uuids.follow(entry.clientId)
    this.#link = new Link({
      url: options.url,
      clock,
      openSocket,
      random,
      hello: () => options.hello(this.#resumes()),
      onDenied: (refusal) => options.onDenied?.(refusal) ?? false,
      onServerTime: (offsetMs) => (this.#serverOffsetMs = offsetMs),
      onState: (state) => this.#onState(state),
      onWelcome: (welcome) => this.#onWelcome(welcome),
      onFrame: (body) => this.#onFrame(body),
    })
    if (options.role === 'visitor') this.#visitorConversation = new Conversation(ownConversation, this.#host, { expectsNewest: true })
  }

  // ---- Connection ----

  get link(): LinkState {
    return this.#link.state
  }

  /** How many messages and commands wait for an answer. */
  get waiting(): number {
    return this.#outbox.size
  }

  get outbox(): readonly OutboxEntry[] {
    return this.#outbox.all()
  }

  /** The server's clock, as well as it is known. */
  serverNow(): number {
    return this.#options.ports.clock.now() + this.#serverOffsetMs
  }

  connect(): void {
    this.#link.connect()
  }

  /** Lets go of the connection; connect() makes another and nothing is lost. */
  disconnect(): void {
    this.#link.close()
  }

  /** Call on `online`, `pageshow` and when the page becomes visible. */
  wake(): void {
    this.#outbox.adopt()
    this.#link.wake()
  }

  close(): void {
    this.#link.close()
    this.#outbox.close()
    for (const typing of this.#typingSent.values()) typing.cancel?.()
    for (const { conversation } of this.#conversations.values()) conversation.disconnected()
    this.#visitorConversation?.disconnected()
  }

  onLink(listener: (state: LinkState) => void): Unsubscribe {
    return this.#linkChanged.subscribe(listener)
  }
  onWelcome(listener: (welcome: Welcome) => void): Unsubscribe {
    return this.#welcomed.subscribe(listener)
  }
  /** For lists: the newest picture of a conversation that changed; never an older one after a newer one. */
  onSummary(listener: (summary: ConversationSummary) => void): Unsubscribe {
    return this.#summaries.subscribe(listener)
  }
  /** For lists: whose visitors came or went, the conversation's log unchanged. */
  onVisitorPresence(listener: (presence: VisitorPresence) => void): Unsubscribe {
    return this.#visitorPresence.subscribe(listener)
  }
  onTyping(listener: (signal: TypingSignal) => void): Unsubscribe {
    return this.#typing.subscribe(listener)
  }
  onPresence(listener: (signal: PresenceSignal) => void): Unsubscribe {
    return this.#presence.subscribe(listener)
  }
  onViewing(listener: (signal: ViewingSignal) => void): Unsubscribe {
    return this.#viewingChanged.subscribe(listener)
  }
  /** Each event once, of the conversations followed. */
  onEvents(listener: (news: { conversationId: string; events: readonly Event[] }) => void): Unsubscribe {
    return this.#events.subscribe(listener)
  }
  /** An append was stored, or refused for good. */
  onSettled(listener: (settlement: Settlement) => void): Unsubscribe {
    return this.#settled.subscribe(listener)
  }

  // ---- Conversations ----

  /** A visitor's own conversation; followed from the first connection on. */
  get own(): Conversation {
    if (this.#visitorConversation === undefined) throw new Error('agents have no conversation of their own')
    return this.#visitorConversation
  }

  /** Follows a conversation until release(). Opened twice, it is the same one. */
  open(id: string, { newestMax = 100 }: OpenOptions = {}): { conversation: Conversation; release: () => void } {
    let entry = this.#conversations.get(id)
    if (entry === undefined) {
      entry = { conversation: new Conversation(id, this.#host), users: 0, newestMax }
      this.#conversations.set(id, entry)
      this.#subscribe(id)
    }
    entry.users += 1
    const opened = entry
    let released = false
    return {
      conversation: opened.conversation,
      release: () => {
        if (released) return
        released = true
        opened.users -= 1
        if (opened.users > 0) return
        this.#conversations.delete(id)
        // Of a subscription given up before its answer there may be none: whoever opens it again asks anew.
        const ref = this.#subscribing.get(id)
        if (ref !== undefined) {
          this.#subscribing.delete(id)
          this.#link.settle(`subscribe:${ref}`)
        }
        this.#link.send({ $case: 'unsubscribe', value: { conversationId: id } })
      },
    }
  }

  // ---- Saying something ----

  sendMessage(conversationId: string, text: string, attachments: Attachment[] = [], replyToSeq = 0): Sent {
    if (text.trim() === '' && attachments.length === 0) return { ok: false, code: 'empty' }
    if (utf8Length(text) > textBytesMax) return { ok: false, code: 'text_too_long' }
    return this.#enqueue(conversationId, { $case: 'message', value: { text, attachments, replyToSeq, citations: [], choices: [] } })
  }

  sendNote(conversationId: string, text: string, attachments: Attachment[] = [], mentionedAgentIds: string[] = []): Sent {
    if (text.trim() === '' && attachments.length === 0) return { ok: false, code: 'empty' }
    if (utf8Length(text) > textBytesMax) return { ok: false, code: 'text_too_long' }
    return this.#enqueue(conversationId, { $case: 'note', value: { text, attachments, mentionedAgentIds } })
  }

  /** Everything else that changes a conversation; resent until it is answered. */
  command(conversationId: string, command: Command): Promise<Settlement> {
    const sent = this.#enqueue(conversationId, command)
    if (!sent.ok) return Promise.resolve({ kind: 'refused', conversationId, clientId: '', code: sent.code, reason: '' })
    return new Promise((resolve) => this.#waiters.set(sent.clientId, resolve))
  }

  retry(clientId: string): void {
    this.#outbox.retry(clientId)
  }

  discard(clientId: string): boolean {
    return this.#outbox.discard(clientId)
  }

  /**
   * This side has seen everything up to here. Said once for each message of the other side: that something was seen is
   * an event itself, and must not be seen in turn without end.
   */
  seen(conversationId: string, seq: number): void {
    const conversation = this.#conversationOf(conversationId)
    const visitor = this.#options.role === 'visitor'
    const already = (visitor ? conversation?.log.visitorSeenSeq : conversation?.log.agentsSeenSeq) ?? 0
    const unseen = conversation?.log.events.findLast(
      (event) => event.seq <= seq && event.body?.$case === 'message' && (event.actor?.kind === ActorKind.VISITOR) !== visitor,
    )
    const throughSeq = conversation === undefined ? seq : (unseen?.seq ?? 0)
    if (throughSeq <= already) return
    const lane = this.#outbox.entries(visitor ? ownConversation : conversationId)
    const asked = lane.some((entry) => entry.command.$case === 'seen' && entry.command.value.throughSeq >= throughSeq)
    if (asked) return
    for (const entry of lane) if (entry.command.$case === 'seen') this.#outbox.discard(entry.clientId)
    this.#enqueue(conversationId, { $case: 'seen', value: { throughSeq } })
  }

  /** Throttled; the last state within a period is the one that is sent. `text` only where the other side may see it. */
  setTyping(conversationId: string, active: boolean, text = '', note = false): void {
    const { clock } = this.#options.ports
    const sent = this.#typingSent.get(conversationId) ?? { atMs: -Infinity, cancel: undefined }
    sent.cancel?.()
    sent.cancel = undefined
    this.#typingSent.set(conversationId, sent)
    const send = (): void => {
      sent.cancel = undefined
      sent.atMs = clock.elapsed()
      const value = { conversationId: this.#wireId(conversationId), active, note, text: cutUtf8(text, typingTextBytesMax) }
      this.#link.send({ $case: 'typing', value })
    }
    // A stop, and a preview, are wanted sooner than "still typing".
    const wait = sent.atMs + (!active ? 0 : text !== '' ? typingEveryMs / 4 : typingEveryMs) - clock.elapsed()
    if (wait <= 0) send()
    else sent.cancel = clock.after(wait, send)
  }

  setViewing(conversationId: string | undefined): void {
    this.#viewing = conversationId ?? ownConversation
    this.#link.send({ $case: 'viewing', value: { conversationId: this.#viewing } })
  }

  setPresence(presence: Presence): boolean {
    return this.#link.send({ $case: 'setPresence', value: { presence } })
  }

  // ---- Inside ----

  #conversationOf(id: string): Conversation | undefined {
    const own = this.#visitorConversation
    if (own !== undefined) return id === ownConversation || id === own.id || own.id === ownConversation ? own : undefined
    return this.#conversations.get(id)?.conversation
  }

  /** A visitor's appends name no conversation: the first may be written before there is one. */
  #wireId(conversationId: string): string {
    return this.#options.role === 'visitor' ? ownConversation : conversationId
  }

  #enqueue(conversationId: string, command: Command): Sent {
    const clientId = this.#uuids.next()
    const added = this.#outbox.add({ conversationId: this.#wireId(conversationId), clientId, command, timeMs: this.serverNow() })
    return added ? { ok: true, clientId } : { ok: false, code: 'outbox_full' }
  }

  #transmit(entry: OutboxEntry): boolean {
    const { conversationId, clientId, command } = entry
    const append: Append = { conversationId, clientId, command }
    if (!this.#link.send({ $case: 'append', value: append }, this.#link.nextRef())) return false
    this.#link.expect(entry.clientId)
    return true
  }

  #resumes(): Resume[] {
    const own = this.#visitorConversation
    // An agent's conversations are subscribed to after Welcome: that answer can start them anew where too much was missed.
    // A visitor that has nothing names nothing, and is given the newest events.
    if (own === undefined || own.id === ownConversation || own.log.through === 0) return []
    return [{ conversationId: own.id, afterSeq: own.log.through }]
  }

  #subscribe(id: string): void {
    if (!this.#link.welcomed || this.#subscribing.has(id)) return
    const conversation = this.#conversationOf(id)
    if (conversation === undefined) return
    const newestMax = this.#conversations.get(id)?.newestMax ?? 0
    const ref = this.#link.nextRef()
    this.#subscribing.set(id, ref)
    this.#link.expect(`subscribe:${ref}`)
    this.#link.send({ $case: 'subscribe', value: { conversationId: id, afterSeq: conversation.log.through, newestMax } }, ref)
  }

  #onState(state: LinkState): void {
    if (state.kind === 'waiting' || state.kind === 'closed' || state.kind === 'idle') {
      this.#subscribing.clear()
      this.#outbox.disconnected()
      for (const { conversation } of this.#conversations.values()) conversation.disconnected()
      this.#visitorConversation?.disconnected()
    }
    this.#linkChanged.emit(state)
  }

  #onWelcome(welcome: Welcome): void {
    const own = this.#visitorConversation
    if (own !== undefined && welcome.principal?.$case === 'visitor') {
      const { conversationId, lastSeq, state, seenSeq, agentsSeenSeq, holder } = welcome.principal.value
      if (own.id !== ownConversation && own.id !== conversationId) own.log.restart(0)
      own.rename(conversationId)
      own.log.state = state
      own.log.holder = holder
      own.log.visitorSeenSeq = Math.max(own.log.visitorSeenSeq, seenSeq)
      own.log.agentsSeenSeq = Math.max(own.log.agentsSeenSeq, agentsSeenSeq)
      own.expectThrough(lastSeq)
    }
    for (const id of this.#conversations.keys()) this.#subscribe(id)
    if (this.#viewing !== ownConversation) this.setViewing(this.#viewing)
    this.#welcomed.emit(welcome)
    this.#outbox.connected()
  }

  #onFrame(body: ServerBody): void {
    switch (body.$case) {
      case 'ack': {
        const { clientId, seq, timeMs } = body.value
        this.#link.settle(clientId)
        this.#outbox.acknowledged(clientId, seq, timeMs)
        return
      }
      case 'refusal':
        this.#onRefusal(body.value)
        return
      case 'events': {
        const { conversationId } = body.value
        const conversation = this.#conversationOf(conversationId)
        const events = conversation?.receive(body.value) ?? []
        if (events.length > 0) this.#events.emit({ conversationId, events })
        return
      }
      case 'subscribed': {
        const { ref, conversation: summary, afterSeq } = body.value
        this.#link.settle(`subscribe:${ref}`)
        const asked = [...this.#subscribing].find(([, number]) => number === ref)
        if (asked !== undefined) this.#subscribing.delete(asked[0])
        // A visitor is subscribed to its own conversation without asking.
        const conversation = asked === undefined ? this.#visitorConversation : this.#conversationOf(asked[0])
        conversation?.subscribed(summary, afterSeq)
        return
      }
      case 'typing':
        this.#conversationOf(body.value.conversationId)?.typed(body.value)
        this.#typing.emit(body.value)
        return
      case 'presence':
        this.#presence.emit(body.value)
        return
      case 'viewing':
        this.#viewingChanged.emit(body.value)
        return
      case 'visitorPresence':
        this.#visitorPresence.emit(body.value)
        return
      case 'conversationUpdate': {
        const summary = body.value.conversation
        if (summary === undefined || summary.lastSeq < (this.#summarySeqs.get(summary.id) ?? 0)) return
        this.#summarySeqs.set(summary.id, summary.lastSeq)
        this.#conversationOf(summary.id)?.summarize(summary)
        this.#summaries.emit(summary)
        return
      }
      default:
    }
  }

  #onRefusal(refusal: Refusal): void {
    if (refusal.clientId !== '') {
      this.#link.settle(refusal.clientId)
      this.#outbox.refused(refusal.clientId, { code: refusal.code, reason: refusal.reason }, refusal.retryAfterMs)
      return
    }
    this.#link.settle(`subscribe:${refusal.ref}`)
    for (const [id, asked] of this.#subscribing) {
      if (asked !== refusal.ref) continue
      this.#subscribing.delete(id)
      const conversation = this.#conversationOf(id)
      if (refusal.retryAfterMs > 0) this.#options.ports.clock.after(refusal.retryAfterMs, () => this.#subscribe(id))
      else conversation?.refused({ code: refusal.code, reason: refusal.reason })
    }
  }
}

function isShown(entry: OutboxEntry): boolean {
  return entry.command.$case === 'message' || entry.command.$case === 'note'
}
