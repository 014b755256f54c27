// What stands unsent in a conversation's composer, kept over reloads. Bounded by what people leave unfinished: an empty
// draft is removed.
import type { StorageLike } from '@weikeyi/sdk'

const keyOf = (conversationId: string): string => `weikeyi.console.draft.${conversationId}`

export function draftOf(storage: StorageLike, conversationId: string): string {
  try {
    return storage.getItem(keyOf(conversationId)) ?? ''
  } catch {
    return ''
  }
}

export function keepDraft(storage: StorageLike, conversationId: string, text: string): void {
  try {
    if (text === '') storage.removeItem(keyOf(conversationId))
    else storage.setItem(keyOf(conversationId), text)
  } catch {
    // A full or forbidden storage costs the draft, not the writing.
  }
}
