// What an event that is no message says, in one line. Pure.
import { ActorKind, ConversationState, HolderKind, HolderReason, type Event } from '@weikeyi/sdk/wire/event'
import type { TextKey } from '../i18n'

type T = (key: TextKey, values?: Record<string, string | number>) => string

const stateTexts: Record<number, TextKey> = {
  [ConversationState.OPEN]: 'stateOpen',
  [ConversationState.PENDING]: 'statePending',
  [ConversationState.SNOOZED]: 'stateSnoozed',
  [ConversationState.RESOLVED]: 'stateResolved',
}

export function actorName(event: Event, t: T): string {
  if (event.actor?.kind === ActorKind.SYSTEM) return t('system')
  if (event.actor?.name !== undefined && event.actor.name !== '') return event.actor.name
  return t('visitor')
}

/** undefined: nothing worth a line. */
export function describe(event: Event, t: T): string | undefined {
  const name = actorName(event, t)
  const { body } = event
  switch (body?.$case) {
    case 'started':
      return t('eventStarted')
    case 'holderChanged': {
      const { to, reason } = body.value
      if (to?.kind !== HolderKind.AGENT) return t('eventReturned')
      if (reason === HolderReason.CLAIMED) return t('eventClaimed', { name })
      if (reason === HolderReason.ROUTED) return t('eventRouted', { to: to.agentName })
      return t(reason === HolderReason.TRANSFERRED ? 'eventTransferred' : 'eventAssigned', { name, to: to.agentName })
    }
    case 'stateChanged': {
      const state = stateTexts[body.value.to]
      return state === undefined ? undefined : t('eventState', { name, state: t(state) })
    }
    case 'labelsChanged':
      return t('eventLabels', { name, labels: [...body.value.added, ...body.value.removed.map((label) => `−${label}`)].join(', ') })
    case 'priorityChanged':
      return t('eventPriority', { name })
    case 'rated':
      return `${t('eventRated', { score: body.value.score })}${body.value.comment === '' ? '' : ` — ${body.value.comment}`}`
    case 'pageViewed':
      return t('eventPage', { page: body.value.title === '' ? body.value.url : body.value.title })
    case 'contactChanged':
      return t('eventContact', { details: [body.value.name, body.value.email, body.value.phone].filter((text) => text !== '').join(', ') })
    default:
      return undefined
  }
}
