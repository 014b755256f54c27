import { ConversationLog, type Range } from './conversation_log'
import { Emitter, type Unsubscribe } from './emitter'
import type { ConversationSummary } from './generated/wire/weikeyi/v1/resource'
import type { ConversationState, Event, Holder } from './generated/wire/weikeyi/v1/event'
import type { TypingSignal } from './generated/wire/weikeyi/v1/frame'
import { typingExpiresMs } from './limits'
import type { Failure, OutboxEntry } from './outbox'
import type { Clock } from './ports'

/** How far an own message has come; `failed` is in OutboxEntry. */
export type MessageProgress = 'queued' | 'sent' | 'stored' | 'seen' | 'failed'

/** A picture of a conversation at one moment; a new object whenever something in it changed. */
export interface ConversationView {
  readonly id: string
  /** Ordered by seq, without gaps in what this side may see. */
  readonly events: readonly Event[]
  /** Own messages and notes whose event has not come, in the order they were written; they go after the events. */
  readonly pending: readonly OutboxEntry[]
  /** The server is busy and wants nothing more before this (Clock.elapsed); what is pending goes out then by itself. 0: now. */
  readonly heldUntilMs: number
  readonly baseSeq: number
  readonly throughSeq: number
  readonly hasOlder: boolean
  readonly loadingOlder: boolean
  /** False until the first answer of the server on this page. */
  readonly loaded: boolean
  readonly state: ConversationState
  readonly holder: Holder | undefined
  readonly rating: number
  readonly visitorSeenSeq: number
  readonly agentsSeenSeq: number
  readonly typing: readonly TypingSignal[]
  readonly summary: ConversationSummary | undefined
  /** Following it was refused: no such conversation, or no right to it. */
  readonly refusal: Failure | undefined
}

/** What a Conversation asks of its client. */
export interface ConversationHost {
  clock: Clock
  pending(id: string): readonly OutboxEntry[]
  heldUntil(id: string): number
  /** The event with this client id has come. */
  arrived(clientId: string): void
  /** There is a hole after `afterSeq`. */
  resubscribe(id: string): void
  older(id: string, beforeSeq: number): Promise<Range | undefined>
}

/**
 * One conversation as this side follows it. Made by Client.open; the client feeds it, components read `view` and
 * subscribe. Limits: conversationEventsMax.
 */
export class Conversation {
  readonly log = new ConversationLog()
  #id: string
  #host: ConversationHost
  #changed = new Emitter<ConversationView>()
  #typing = new Map<string, { signal: TypingSignal; cancel: () => void }>()
  #view: ConversationView | undefined
  #loaded = false
  #loadingOlder = false
  #summary: ConversationSummary | undefined
  #refusal: Failure | undefined
  /** At the last connection there were events up to here. */
  #lastSeqKnown = 0

  #expectsNewest: boolean

  constructor(id: string, host: ConversationHost, { expectsNewest = false } = {}) {
    this.#expectsNewest = expectsNewest
    this.#id = id
    this.#host = host
  }

  get id(): string {
    return this.#id
  }

  get view(): ConversationView {
    const { log } = this
    this.#view ??= {
      id: this.#id,
      events: log.events,
      pending: this.#host.pending(this.#id),
      heldUntilMs: this.#host.heldUntil(this.#id),
      baseSeq: log.base,
      throughSeq: log.through,
      hasOlder: log.base > 0,
      loadingOlder: this.#loadingOlder,
      loaded: this.#loaded,
      state: log.state,
      holder: log.holder,
      rating: log.rating,
      visitorSeenSeq: log.visitorSeenSeq,
      agentsSeenSeq: log.agentsSeenSeq,
      typing: [...this.#typing.values()].map((typist) => typist.signal),
      summary: this.#summary,
      refusal: this.#refusal,
    }
    return this.#view
  }

  subscribe(listener: (view: ConversationView) => void): Unsubscribe {
    return this.#changed.subscribe(listener)
  }

  /** Reads a page of older events. False: there were none, or they could not be had. */
  async loadOlder(): Promise<boolean> {
    if (this.#loadingOlder || this.log.base === 0) return false
    this.#loadingOlder = true
    this.changed()
    const range = await this.#host.older(this.#id, this.log.base + 1).catch(() => undefined)
    this.#loadingOlder = false
    const merged = range !== undefined && this.log.prepend(range).kind === 'merged'
    this.changed()
    return merged
  }

  // ---- Fed by the client ----

  rename(id: string): void {
    this.#id = id
    this.changed()
  }

  /** The server says how far the conversation is. */
  expectThrough(lastSeq: number): void {
    this.#lastSeqKnown = lastSeq
    if (this.log.through >= lastSeq) this.#loaded = true
    this.changed()
  }

  subscribed(summary: ConversationSummary | undefined, afterSeq: number): void {
    if (afterSeq > this.log.through || (this.log.through === 0 && afterSeq > 0)) this.log.restart(afterSeq)
    this.#refusal = undefined
    if (summary !== undefined) this.summarize(summary)
    if (summary !== undefined) this.#lastSeqKnown = summary.lastSeq
    if (this.log.through >= this.#lastSeqKnown) this.#loaded = true
    this.changed()
  }

  refused(failure: Failure): void {
    this.#refusal = failure
    this.changed()
  }

  /** What the fold cannot know of events before its base. */
  summarize(summary: ConversationSummary): void {
    if (this.#summary !== undefined && summary.lastSeq < this.#summary.lastSeq) return
    this.#summary = summary
    if (summary.lastSeq >= this.log.through) {
      this.log.state = summary.state
      this.log.holder = summary.holder
      this.log.rating = summary.rating
      this.log.visitorSeenSeq = Math.max(this.log.visitorSeenSeq, summary.visitorSeenSeq)
      this.log.agentsSeenSeq = Math.max(this.log.agentsSeenSeq, summary.agentsSeenSeq)
    }
    this.changed()
  }

  /** The events that were new. */
  receive(range: Range): readonly Event[] {
    // The first that a visitor without a cursor hears: the newest events, older ones are read on scrolling up.
    if (this.#expectsNewest && this.log.through === 0 && range.afterSeq > 0) this.log.restart(range.afterSeq)
    const merged = this.log.append(range)
    if (merged.kind === 'gap') {
      this.#host.resubscribe(this.#id)
      return []
    }
    if (this.log.through >= this.#lastSeqKnown) this.#loaded = true
    if (merged.kind === 'duplicate') {
      this.changed()
      return []
    }
    for (const event of merged.added) {
      if (event.clientId !== '') this.#host.arrived(event.clientId)
      if (event.body?.$case === 'message' || event.body?.$case === 'note') this.#stopTyping(event.actor?.id ?? '', event.actor?.kind ?? 0)
    }
    this.changed()
    return merged.added
  }

  typed(signal: TypingSignal): void {
    const id = signal.actor?.id ?? ''
    const kind = signal.actor?.kind ?? 0
    this.#stopTyping(id, kind)
    if (signal.active) {
      const key = `${kind}:${id}`
      const cancel = this.#host.clock.after(typingExpiresMs, () => {
        this.#typing.delete(key)
        this.changed()
      })
      this.#typing.set(key, { signal, cancel })
    }
    this.changed()
  }

  /** Signals of a connection that is gone say nothing any more. */
  disconnected(): void {
    for (const typist of this.#typing.values()) typist.cancel()
    this.#typing.clear()
    this.changed()
  }

  changed(): void {
    this.#view = undefined
    this.#changed.emit(this.view)
  }

  #stopTyping(id: string, kind: number): void {
    const key = `${kind}:${id}`
    this.#typing.get(key)?.cancel()
    this.#typing.delete(key)
  }
}

/** How far an own event that is in the log has come. */
export function progressOf(event: Event, otherSideSeenSeq: number): MessageProgress {
  return event.seq <= otherSideSeenSeq ? 'seen' : 'stored'
}
