// Events and pending entries as what the thread shows: days, groups of bubbles, quiet lines. Pure.
import type { ConversationView, OutboxEntry } from '@weikeyi/sdk'
import { ActorKind, type Attachment, type Event } from '@weikeyi/sdk/wire/event'

const groupMs = 5 * 60_000

export type Item =
  | { kind: 'day'; key: string; timeMs: number }
  | { kind: 'line'; key: string; event: Event }
  | { kind: 'new'; key: string }
  | { kind: 'bubble'; key: string; event: Event; first: boolean; last: boolean; note: boolean; ours: boolean; text: string; attachments: readonly Attachment[] }
  | { kind: 'pending'; key: string; entry: OutboxEntry; note: boolean; text: string; attachments: readonly Attachment[] }

interface Said {
  note: boolean
  text: string
  attachments: readonly Attachment[]
}

function saidIn(event: Event): Said | undefined {
  if (event.body?.$case === 'message') return { note: false, text: event.body.value.text, attachments: event.body.value.attachments }
  if (event.body?.$case === 'note') return { note: true, text: event.body.value.text, attachments: event.body.value.attachments }
  return undefined
}

const sameAuthor = (a: Event, b: Event): boolean => a.actor?.kind === b.actor?.kind && a.actor?.id === b.actor?.id

/** `newAfterSeq`: where the agent's reading had stopped when the thread was opened; the line stands behind it. */
export function timeline(view: ConversationView, newAfterSeq: number): Item[] {
  const shown = view.events.filter((event) => event.body !== undefined && event.body.$case !== 'seen')
  const items: Item[] = []
  let day = ''
  let newShown = false
  shown.forEach((event, at) => {
    const date = new Date(event.timeMs).toDateString()
    if (date !== day) items.push({ kind: 'day', key: `day-${date}`, timeMs: event.timeMs })
    const dayBegan = date !== day
    day = date
    const said = saidIn(event)
    const fromVisitor = event.actor?.kind === ActorKind.VISITOR
    if (!newShown && said !== undefined && fromVisitor && newAfterSeq > 0 && event.seq > newAfterSeq) {
      newShown = true
      items.push({ kind: 'new', key: 'new' })
    }
    if (said === undefined) {
      items.push({ kind: 'line', key: `e${event.seq}`, event })
      return
    }
    const joins = (other: Event | undefined): boolean => {
      const otherSaid = other === undefined ? undefined : saidIn(other)
      return other !== undefined && otherSaid !== undefined && otherSaid.note === said.note && sameAuthor(other, event) && Math.abs(other.timeMs - event.timeMs) < groupMs
    }
    items.push({ kind: 'bubble', key: `e${event.seq}`, event, ...said, ours: !fromVisitor, first: dayBegan || !joins(shown[at - 1]), last: !joins(shown[at + 1]) })
  })
  for (const entry of view.pending) {
    const { command } = entry
    if (command.$case === 'message') items.push({ kind: 'pending', key: entry.clientId, entry, note: false, text: command.value.text, attachments: command.value.attachments })
    if (command.$case === 'note') items.push({ kind: 'pending', key: entry.clientId, entry, note: true, text: command.value.text, attachments: command.value.attachments })
  }
  return items
}
