// Kinds of recognised data in words, and which of it a contact lacks. Pure.
import type { BotEntity } from '@weikeyi/sdk/wire/event'
import type { TextKey } from '../i18n'

/** A kind that is not here is the name of a site's own list, and told as it is. */
export const kindKeys: Record<string, TextKey> = { order_number: 'orderNumber', phone: 'phone', email: 'email', date: 'date', money: 'amount' }

/** Each value once, in the order it was seen. */
export function together(lists: readonly (readonly BotEntity[])[]): BotEntity[] {
  const seen = new Set<string>()
  return lists.flat().filter(({ kind, value }) => !seen.has(`${kind} ${value}`) && seen.add(`${kind} ${value}`))
}

/** What a visitor proved of themselves is not written over, nor what is there. */
export function missingIn(contact: { email: string; phone: string; verified: boolean }, kind: string): boolean {
  if (contact.verified) return false
  return (kind === 'email' && contact.email === '') || (kind === 'phone' && contact.phone === '')
}
