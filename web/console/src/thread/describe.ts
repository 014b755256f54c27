// What an event that is no message says, in one line. Pure.
import { ActorKind, ConversationState, HolderKind, HolderReason, Priority, type Event } from '@weikeyi/sdk/wire/event'
import type { TextKey } from '../i18n'

type T = (key: TextKey, values?: Record<string, string | number>) => string

const stateTexts: Record<number, TextKey> = {
  [ConversationState.OPEN]: 'eventReopened',
  [ConversationState.PENDING]: 'eventPending',
  [ConversationState.SNOOZED]: 'eventSnoozed',
  [ConversationState.RESOLVED]: 'eventResolved',
}

const priorityTexts: Record<number, TextKey> = {
  [Priority.LOW]: 'priorityLow',
  [Priority.MEDIUM]: 'priorityMedium',
  [Priority.HIGH]: 'priorityHigh',
  [Priority.URGENT]: 'priorityUrgent',
}

export function actorName(event: Event, t: T): string {
  if (event.actor?.kind === ActorKind.SYSTEM) return t('system')
  if (event.actor?.name !== undefined && event.actor.name !== '') return event.actor.name
  return t(event.actor?.kind === ActorKind.BOT ? 'aiAgent' : 'visitor')
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
      if (to?.kind === HolderKind.BOT) return t('eventWithBot')
      if (reason === HolderReason.HANDED_OVER) return t('eventHandedOver')
      if (to?.kind !== HolderKind.AGENT) return t('eventReturned')
      if (reason === HolderReason.CLAIMED) return t('eventClaimed', { name })
      if (reason === HolderReason.ROUTED) return t('eventRouted', { to: to.agentName })
      return t(reason === HolderReason.TRANSFERRED ? 'eventTransferred' : 'eventAssigned', { name, to: to.agentName })
    }
    case 'stateChanged': {
      const state = stateTexts[body.value.to]
      return state === undefined ? undefined : t(state, { name })
    }
    case 'labelsChanged':
      if (body.value.removed.length === 0) return t('eventLabeled', { name, labels: body.value.added.join(', ') })
      if (body.value.added.length === 0) return t('eventUnlabeled', { name, labels: body.value.removed.join(', ') })
      return t('eventLabels', { name, labels: [...body.value.added, ...body.value.removed.map((label) => `−${label}`)].join(', ') })
    case 'priorityChanged':
      return t('eventPriority', { name, priority: t(priorityTexts[body.value.to] ?? 'priorityNone') })
    case 'rated':
      return `${t('eventRated', { score: body.value.score })}${body.value.comment === '' ? '' : ` — ${body.value.comment}`}`
    case 'pageViewed':
      return t('eventPage', { page: body.value.title === '' ? body.value.url : body.value.title })
    case 'contactChanged':
      return t('eventContact', { details: [body.value.name, body.value.email, body.value.phone, ...Object.entries(body.value.attributes).map(([key, value]) => (value === '' ? `−${key}` : `${key}: ${value}`))].filter((text) => text !== '').join(', ') })
    default:
      return undefined
  }
}
