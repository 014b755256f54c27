// What is changed in an entry and not saved. Kept while the page lives, so that looking at another entry, or at a conversation, costs nothing.
import { useEffect, useSyncExternalStore } from 'react'
import type { EntryForm } from './entry_form'

export interface Draft {
  form: EntryForm
  /** updatedMs of what it was made of; 0: of nothing. */
  basedOnMs: number
}

// Beyond it the oldest is let go.
const draftsMax = 50

/** One per page; of one agent. Subscribers are told after each change. */
export class EntryDrafts {
  #owner = ''
  #drafts: ReadonlyMap<string, Draft> = new Map()
  #listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
  readonly snapshot = (): ReadonlyMap<string, Draft> => this.#drafts

  /** Somebody else has signed in: what the one before had not saved is not theirs to see. */
  belongTo(agentId: string): void {
    if (this.#owner !== agentId && this.#drafts.size > 0) this.#change(new Map())
    this.#owner = agentId
  }
  keep(id: string, draft: Draft): void {
    const next = new Map(this.#drafts)
    next.delete(id)
    next.set(id, draft)
    for (const oldest of next.keys()) {
      if (next.size <= draftsMax) break
      next.delete(oldest)
    }
    this.#change(next)
  }
  drop(id: string): void {
    if (!this.#drafts.has(id)) return
    const next = new Map(this.#drafts)
    next.delete(id)
    this.#change(next)
  }

  #change(next: ReadonlyMap<string, Draft>): void {
    this.#drafts = next
    for (const listener of this.#listeners) listener()
  }
}

export const drafts = new EntryDrafts()

// Closing the tab would lose them: the browser asks first, on whichever page of the console one is.
if (typeof window !== 'undefined') {
  window.addEventListener('beforeunload', (event) => {
    if (drafts.snapshot().size > 0) event.preventDefault()
  })
}

export function useDrafts(agentId: string): ReadonlyMap<string, Draft> {
  useEffect(() => drafts.belongTo(agentId), [agentId])
  return useSyncExternalStore(drafts.subscribe, drafts.snapshot)
}
