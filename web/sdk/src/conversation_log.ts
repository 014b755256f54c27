import { conversationEventsMax } from './limits'
import { ConversationState, HolderKind, ActorKind, type Event, type Holder } from './generated/wire/weikeyi/v1/event'

export interface Range {
  afterSeq: number
  throughSeq: number
  events: readonly Event[]
}

export type Merged = { kind: 'merged'; added: readonly Event[] } | { kind: 'duplicate' } | { kind: 'gap' }

/**
 * What one side knows of a conversation: every event it may see of one contiguous range (base, through], and the fold of
 * them. A range that does not join is a gap: it is not taken, and the owner asks again from `through`.
 */
export class ConversationLog {
  #events: readonly Event[] = []
  base = 0
  through = 0
  /** The highest seq each side has seen. */
  visitorSeenSeq = 0
  agentsSeenSeq = 0
  state: ConversationState = ConversationState.UNSPECIFIED
  holder: Holder | undefined
  rating = 0

  get events(): readonly Event[] {
    return this.#events
  }

  /** Starts anew after this seq: what was missed is more than was asked for. */
  restart(afterSeq: number): void {
    this.#events = []
    this.base = afterSeq
    this.through = afterSeq
  }

  append(range: Range): Merged {
    if (range.afterSeq > this.through) return { kind: 'gap' }
    if (range.throughSeq <= this.through) return { kind: 'duplicate' }
    const added = range.events.filter((event) => event.seq > this.through).sort((a, b) => a.seq - b.seq)
    for (const event of added) this.#fold(event)
    this.#events = [...this.#events, ...added]
    this.through = range.throughSeq
    if (this.#events.length > conversationEventsMax) {
      const cut = this.#events.length - conversationEventsMax
      this.base = this.#events[cut - 1]?.seq ?? this.base
      this.#events = this.#events.slice(cut)
    }
    return { kind: 'merged', added }
  }

  /** Older events, ending where ours begin. */
  prepend(range: Range): Merged {
    if (range.throughSeq < this.base) return { kind: 'gap' }
    if (range.afterSeq >= this.base) return { kind: 'duplicate' }
    const added = range.events.filter((event) => event.seq <= this.base).sort((a, b) => a.seq - b.seq)
    for (const event of added) this.#foldSeen(event)
    this.#events = [...added, ...this.#events]
    this.base = range.afterSeq
    return { kind: 'merged', added }
  }

  #fold(event: Event): void {
    this.#foldSeen(event)
    switch (event.body?.$case) {
      case 'started':
        this.state = ConversationState.OPEN
        this.holder ??= { kind: HolderKind.QUEUE, agentId: '0', agentName: '', teamId: '0' }
        return
      case 'stateChanged':
        this.state = event.body.value.to
        return
      case 'holderChanged':
        this.holder = event.body.value.to
        return
      case 'rated':
        this.rating = event.body.value.score
        return
      default:
    }
  }

  #foldSeen(event: Event): void {
    if (event.body?.$case !== 'seen') return
    const through = event.body.value.throughSeq
    if (event.actor?.kind === ActorKind.VISITOR) this.visitorSeenSeq = Math.max(this.visitorSeenSeq, through)
    else this.agentsSeenSeq = Math.max(this.agentsSeenSeq, through)
  }
}
