// From events to what stands in the log: days, groups, quiet lines. Pure, so that it can be tested without a page.
import type { ConversationView, OutboxEntry } from '@weikeyi/sdk'
import { ActorKind, ConversationState, HolderKind, type Attachment, type Citation, type Event } from '@weikeyi/sdk/wire/event'

export type Progress = 'queued' | 'sent' | 'stored' | 'seen' | 'failed'

export interface Bubble {
  key: string
  text: string
  attachments: readonly Attachment[]
  /** Of the AI agent. */
  citations?: readonly Citation[]
  choices?: readonly string[]
  timeMs: number
  seq: number
  progress?: Progress
  clientId?: string
  failureCode?: string
}

export interface Speaker {
  side: 'own' | 'other'
  bot: boolean
  id: string
  name: string
}

export type Line =
  | { kind: 'joined' | 'left'; name: string }
  | { kind: 'queued' | 'ended' | 'reopened' }
  | { kind: 'rated'; score: number }

export type Item =
  | { kind: 'day'; key: string; timeMs: number }
  | { kind: 'group'; key: string; speaker: Speaker; bubbles: Bubble[] }
  | { kind: 'line'; key: string; line: Line }
  | { kind: 'unread'; key: string }

const groupMs = 5 * 60_000

/** `unreadAfterSeq`: where the "new" line stands, if anywhere. */
export function timelineOf(view: ConversationView, unreadAfterSeq: number | undefined): Item[] {
  const items: Item[] = []
  let day = ''
  let marked = unreadAfterSeq === undefined
  const begin = (timeMs: number): void => {
    const date = new Date(timeMs)
    const key = `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`
    if (key === day) return
    day = key
    items.push({ kind: 'day', key: `day-${key}`, timeMs })
  }
  const say = (speaker: Speaker, bubble: Bubble): void => {
    begin(bubble.timeMs)
    const last = items.at(-1)
    if (last?.kind === 'group' && last.speaker.side === speaker.side && last.speaker.id === speaker.id) {
      const before = last.bubbles.at(-1)
      if (before !== undefined && bubble.timeMs - before.timeMs < groupMs) {
        last.bubbles.push(bubble)
        return
      }
    }
    items.push({ kind: 'group', key: `group-${bubble.key}`, speaker, bubbles: [bubble] })
  }

  for (const event of view.events) {
    const { body, actor, seq, timeMs } = event
    if (body?.$case === 'message') {
      const own = actor?.kind === ActorKind.VISITOR
      if (!own && !marked && seq > (unreadAfterSeq ?? 0)) {
        marked = true
        items.push({ kind: 'unread', key: 'unread' })
      }
      const { text, attachments, citations, choices } = body.value
      const key = event.clientId === '' ? `seq-${seq}` : event.clientId
      say(
        { side: own ? 'own' : 'other', bot: actor?.kind === ActorKind.BOT, id: own ? 'own' : `${actor?.kind}:${actor?.id}`, name: actor?.name ?? '' },
        {
          key, text, attachments, citations, choices, timeMs, seq,
          ...(own ? { progress: seq <= view.agentsSeenSeq ? 'seen' : 'stored', clientId: event.clientId } : {}),
        },
      )
      continue
    }
    const line = lineOf(event)
    if (line === undefined) continue
    begin(timeMs)
    const last = items.at(-1)
    // A comment added to a rating is a second event, and no second line.
    if (line.kind === 'rated' && last?.kind === 'line' && last.line.kind === 'rated') items.pop()
    items.push({ kind: 'line', key: `line-${seq}`, line })
  }
  for (const entry of view.pending) {
    if (entry.command.$case !== 'message') continue
    say({ side: 'own', bot: false, id: 'own', name: '' }, bubbleOf(entry, entry.command.value.text, entry.command.value.attachments, view.agentsSeenSeq))
  }
  return items
}

function bubbleOf(entry: OutboxEntry, text: string, attachments: readonly Attachment[], seenSeq: number): Bubble {
  const seen = entry.state === 'stored' && entry.seq !== undefined && entry.seq <= seenSeq
  return {
    key: entry.clientId, text, attachments, timeMs: entry.timeMs, seq: entry.seq ?? 0, clientId: entry.clientId,
    progress: seen ? 'seen' : entry.state,
    ...(entry.failure === undefined ? {} : { failureCode: entry.failure.code }),
  }
}

function lineOf({ body }: Event): Line | undefined {
  switch (body?.$case) {
    case 'holderChanged': {
      const { from, to } = body.value
      if (to?.kind === HolderKind.AGENT) return { kind: 'joined', name: to.agentName }
      if (from?.kind === HolderKind.AGENT) return { kind: 'left', name: from.agentName }
      if (from?.kind === HolderKind.BOT && to?.kind === HolderKind.QUEUE) return { kind: 'queued' }
      return undefined
    }
    case 'stateChanged':
      if (body.value.to === ConversationState.RESOLVED) return { kind: 'ended' }
      if (body.value.from === ConversationState.RESOLVED) return { kind: 'reopened' }
      return undefined
    case 'rated':
      return { kind: 'rated', score: body.value.score }
    default:
      return undefined
  }
}

/** What may be asked with one press: of the AI agent's message, while nothing has followed it. */
export function choicesOf(items: readonly Item[]): readonly string[] {
  const last = items.at(-1)
  return (last?.kind === 'group' && last.bubbles.at(-1)?.choices) || []
}

/** The end that stands as the last word of the conversation: its key, and whether it was rated. */
export function endOf(items: readonly Item[]): { key: string; rated: boolean } | undefined {
  const at = items.findLastIndex((item) => item.kind === 'line' && item.line.kind === 'ended')
  const end = items[at]
  if (end === undefined) return undefined
  return { key: end.key, rated: items.slice(at).some((item) => item.kind === 'line' && item.line.kind === 'rated') }
}

/** Messages of the other side that this side has not seen. */
export function unreadOf(view: ConversationView): number {
  let count = 0
  for (let index = view.events.length - 1; index >= 0; index -= 1) {
    const event = view.events[index]
    if (event === undefined || event.seq <= view.visitorSeenSeq) break
    if (event.body?.$case === 'message' && event.actor?.kind !== ActorKind.VISITOR) count += 1
  }
  return count
}
