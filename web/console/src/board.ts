// The lists' live state: pages from REST and updates from the socket, merged by lastSeq. Pure.
import { ConversationState, HolderKind } from '@weikeyi/sdk/wire/event'
import type { ConversationSummary } from '@weikeyi/sdk/wire/resource'

/** The tabs, in their order. */
export const views = ['mine', 'queue', 'bot', 'all'] as const
export type View = (typeof views)[number]
export type StateFilter = 'open' | 'pending' | 'snoozed' | 'resolved' | ''

export const stateNumbers: Record<Exclude<StateFilter, ''>, number> = {
  open: ConversationState.OPEN,
  pending: ConversationState.PENDING,
  snoozed: ConversationState.SNOOZED,
  resolved: ConversationState.RESOLVED,
}

export type Board = ReadonlyMap<string, ConversationSummary>

/** An older picture than the one that is here is passed over; the same one may bring the visitor's presence. */
export function merge(board: Board, summaries: readonly ConversationSummary[]): Board {
  let next: Map<string, ConversationSummary> | undefined
  for (const summary of summaries) {
    const known = (next ?? board).get(summary.id)
    if (known !== undefined && summary.lastSeq < known.lastSeq) continue
    next ??= new Map(board)
    next.set(summary.id, summary)
  }
  return next ?? board
}

/** Of conversations that are not here nothing is kept: their rows bring it when they are listed. */
export function withPresence(board: Board, online: readonly string[], offline: readonly string[]): Board {
  let next: Map<string, ConversationSummary> | undefined
  for (const [ids, visitorOnline] of [[online, true], [offline, false]] as const) {
    for (const id of ids) {
      const known = (next ?? board).get(id)
      if (known === undefined || known.visitorOnline === visitorOnline) continue
      next ??= new Map(board)
      next.set(id, { ...known, visitorOnline })
    }
  }
  return next ?? board
}

export function belongs(summary: ConversationSummary, view: View, state: StateFilter, me: string): boolean {
  if (state !== '' && summary.state !== stateNumbers[state]) return false
  if (view === 'mine') return summary.holder?.kind === HolderKind.AGENT && summary.holder.agentId === me
  if (view === 'queue') return summary.holder?.kind === HolderKind.QUEUE
  if (view === 'bot') return summary.holder?.kind === HolderKind.BOT
  return true
}

/** Newest activity first; in the queue, who waits longest first. */
export function listed(board: Board, view: View, state: StateFilter, me: string): ConversationSummary[] {
  const rows = [...board.values()].filter((summary) => belongs(summary, view, state, me))
  const waitingSince = (summary: ConversationSummary): number => summary.waitingSinceMs || Infinity
  return view === 'queue'
    ? rows.sort((a, b) => waitingSince(a) - waitingSince(b) || a.updatedMs - b.updatedMs)
    : rows.sort((a, b) => b.updatedMs - a.updatedMs)
}

/** The `max` most recently changed. */
export function trim(board: Board, max: number): Board {
  if (board.size <= max) return board
  const kept = [...board.values()].sort((a, b) => b.updatedMs - a.updatedMs).slice(0, max)
  return new Map(kept.map((summary) => [summary.id, summary]))
}

/** Conversations with something unread that are this agent's business: their own and those nobody has. */
export function unreadFor(board: Board, me: string): number {
  let count = 0
  for (const summary of board.values()) {
    if (summary.unread > 0 && summary.state === ConversationState.OPEN && (belongs(summary, 'mine', '', me) || belongs(summary, 'queue', '', me))) count += 1
  }
  return count
}
