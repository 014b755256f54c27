// Which message of the visitor waits for an answer, and how they write. Pure.
import { ActorKind, type Event } from '@weikeyi/sdk/wire/event'

/** seq of the newest, 0 where somebody of us has answered since. What the AI agent said counts as no answer of ours: it may have been wrong. */
export function openSeq(events: readonly Event[]): number {
  for (let at = events.length - 1; at >= 0; at -= 1) {
    const event = events[at]
    if (event?.body?.$case !== 'message') continue
    if (event.actor?.kind === ActorKind.AGENT) return 0
    if (event.actor?.kind === ActorKind.VISITOR && event.body.value.text !== '') return event.seq
  }
  return 0
}

const writtenMax = 3

/** The newest messages of the visitor: enough to tell a language by. */
export function writtenLast(events: readonly Event[]): string {
  const texts: string[] = []
  for (let at = events.length - 1; at >= 0 && texts.length < writtenMax; at -= 1) {
    const event = events[at]
    if (event?.body?.$case === 'message' && event.actor?.kind === ActorKind.VISITOR && event.body.value.text !== '') texts.push(event.body.value.text.slice(0, 500))
  }
  return texts.join('\n')
}
