// Every summary this page has heard of, from REST or the socket, and what was asked for and is not answered yet.
import type { ConversationSummary } from '@weikeyi/sdk/wire/resource'
import type { Holder } from '@weikeyi/sdk/wire/event'
import { merge, trim, withPresence, type Board } from './board'

/** What a command will have changed once it is stored. */
export interface Wished {
  holder?: Holder
  state?: ConversationSummary['state']
  priority?: ConversationSummary['priority']
}

// A long shift's worth; beyond it the longest untouched are let go and read again when they are listed.
const summariesMax = 5_000

/** One per session. Subscribers are told after each change; `snapshot` is a new object then. */
export class LiveBoard {
  #board: Board = new Map()
  #wishes = new Map<string, Wished>()
  #shown: Board | undefined
  #listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  readonly snapshot = (): Board => {
    this.#shown ??= this.#withWishes()
    return this.#shown
  }

  take(summaries: readonly ConversationSummary[]): void {
    const next = merge(this.#board, summaries)
    if (next === this.#board) return
    this.#board = trim(next, summariesMax)
    this.#changed()
  }

  visitors(online: readonly string[], offline: readonly string[]): void {
    const next = withPresence(this.#board, online, offline)
    if (next === this.#board) return
    this.#board = next
    this.#changed()
  }

  /** After a reconnect: what changed in between was not heard, so that nothing old may stay. */
  reset(): void {
    this.#board = new Map()
    this.#changed()
  }

  wishOf(id: string): Wished | undefined {
    return this.#wishes.get(id)
  }

  /** Shown at once, until the returned function is called. */
  wish(id: string, wished: Wished): () => void {
    const merged = { ...this.#wishes.get(id), ...wished }
    this.#wishes.set(id, merged)
    this.#changed()
    return () => {
      if (this.#wishes.get(id) !== merged) return
      this.#wishes.delete(id)
      this.#changed()
    }
  }

  #withWishes(): Board {
    if (this.#wishes.size === 0) return this.#board
    const shown = new Map(this.#board)
    for (const [id, wished] of this.#wishes) {
      const summary = shown.get(id)
      if (summary !== undefined) shown.set(id, { ...summary, ...wished })
    }
    return shown
  }

  #changed(): void {
    this.#shown = undefined
    for (const listener of [...this.#listeners]) listener()
  }
}
