// When an alert sounds. Pure.
import { ActorKind } from '@weikeyi/sdk/wire/event'
import type { ConversationSummary } from '@weikeyi/sdk/wire/resource'
import { belongs } from './board'

export interface AlertChoice {
  sound: boolean
  desktop: boolean
}

export function storedAlerts(stored: string | null): AlertChoice {
  return { sound: stored?.includes('sound') ?? false, desktop: stored?.includes('desktop') ?? false }
}

/** News worth a sound: the visitor's own newest word, in a conversation that is this agent's or nobody's. */
export function isNews(summary: ConversationSummary, knownSeq: number, me: string): boolean {
  const last = summary.lastMessage
  if (last === undefined || last.actorKind !== ActorKind.VISITOR || last.seq <= knownSeq || summary.unread === 0) return false
  return belongs(summary, 'mine', '', me) || belongs(summary, 'queue', '', me)
}
