// What a visitor is called who has not said: the same everywhere, and each another. Pure.
import type { TextKey } from './i18n'

type Known = { contactName: string; contactId: string }

export function visitorName(of: Known | undefined, t: (key: TextKey) => string): string {
  if (of === undefined) return t('visitor')
  return of.contactName === '' ? `${t('visitor')} ${of.contactId.slice(-4)}` : of.contactName
}
