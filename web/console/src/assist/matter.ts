// What the AI agent did in the matter that is open now: since the conversation was resolved the last time. Pure.
import { ActorKind, BotReason, ConversationState, type BotDecided, type BotEntity, type BotSource, type Event } from '@weikeyi/sdk/wire/event'
import { together } from '../bot/recognised_text'

export interface Matter {
  /** The oldest first; greetings are none. Never empty. */
  decisions: readonly BotDecided[]
  /** One of us has written since. */
  answered: boolean
  entities: readonly BotEntity[]
  /** The best of each decision, each entry once. */
  sources: readonly BotSource[]
  /** What the visitor wants, as the AI agent took it the last time. */
  intent: string
}

const sourcesShown = 5

/** Undefined where the AI agent decided nothing. */
export function matterOf(events: readonly Event[]): Matter | undefined {
  let decisions: BotDecided[] = []
  let answered = false
  let over = false
  for (const { body, actor } of events) {
    if (body?.$case === 'stateChanged') over ||= body.value.to === ConversationState.RESOLVED
    if (body?.$case === 'message' && actor?.kind === ActorKind.VISITOR) {
      if (over) [decisions, answered] = [[], false]
      over = false
    }
    if (body?.$case === 'message' && actor?.kind === ActorKind.AGENT) answered = true
    if (body?.$case === 'botDecided' && body.value.reason !== BotReason.SMALL_TALK) {
      decisions.push(body.value)
      answered = false
    }
  }
  if (decisions.length === 0) return undefined
  const sources: BotSource[] = []
  for (const { sources: found } of decisions) {
    const best = found[0]
    if (best !== undefined && sources.length < sourcesShown && !sources.some((one) => one.entryId === best.entryId)) sources.push(best)
  }
  return { decisions, answered, sources, entities: together(decisions.map((one) => one.entities)), intent: decisions.findLast((one) => one.intent !== '')?.intent ?? '' }
}
