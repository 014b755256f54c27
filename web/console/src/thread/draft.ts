// What stands unsent in a conversation's composer, kept over reloads. Bounded by what people leave unfinished: an empty
// draft is removed.
import type { StorageLike } from '@weikeyi/sdk'

export type Mode = 'reply' | 'note'

// A note that is begun must not turn into a reply by switching back.
const keyOf = (conversationId: string, mode: Mode): string => `weikeyi.console.${mode === 'note' ? 'note' : 'draft'}.${conversationId}`

export function draftOf(storage: StorageLike, conversationId: string, mode: Mode): string {
  try {
    return storage.getItem(keyOf(conversationId, mode)) ?? ''
  } catch {
    return ''
  }
}

export function keepDraft(storage: StorageLike, conversationId: string, mode: Mode, text: string): void {
  try {
    if (text === '') storage.removeItem(keyOf(conversationId, mode))
    else storage.setItem(keyOf(conversationId, mode), text)
  } catch {
    // A full or forbidden storage costs the draft, not the writing.
  }
}
