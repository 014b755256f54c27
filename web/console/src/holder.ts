// Who has a conversation, in words. Pure.
import { HolderKind, type Holder } from '@weikeyi/sdk/wire/event'
import type { TextKey } from './i18n'

export const heldByBot = (holder: Holder | undefined): boolean => holder?.kind === HolderKind.BOT

/** "" where nobody has it yet. */
export function holderName(holder: Holder | undefined, me: string, t: (key: TextKey) => string): string {
  if (heldByBot(holder)) return t('aiAgent')
  if (holder?.kind !== HolderKind.AGENT) return ''
  return holder.agentId === me ? t('you') : holder.agentName
}
