// What a language model writes for agents, and whether there is one.
import { RewriteStyle } from '@weikeyi/sdk/json/resource'
import * as json from '@weikeyi/sdk/json'
import type { Problem } from '@weikeyi/sdk'
import { useQuery } from '@tanstack/react-query'
import { rest, restUntil, take } from '../api'
import type { TextKey } from '../i18n'

export { RewriteStyle }

const styleNames = { [RewriteStyle.CORRECT]: 'REWRITE_STYLE_CORRECT', [RewriteStyle.FRIENDLIER]: 'REWRITE_STYLE_FRIENDLIER', [RewriteStyle.MORE_FORMAL]: 'REWRITE_STYLE_MORE_FORMAL', [RewriteStyle.SHORTER]: 'REWRITE_STYLE_SHORTER' } as const
export type Style = keyof typeof styleNames

export const assist = {
  writer: () => rest.get('/assist', { answer: json.AssistText }),
  rewrite: (text: string, style: Style, signal: AbortSignal) => restUntil(signal).post('/assist/rewrite', { body: { text, style: styleNames[style] }, answer: json.AssistText }),
  translate: (text: string, language: string, signal: AbortSignal) => restUntil(signal).post('/assist/translate', { body: { text, language }, answer: json.AssistText }),
  digest: (id: string, language: string, signal: AbortSignal) => restUntil(signal).get(`/conversations/${id}/digest`, { query: { language }, answer: json.ConversationDigest }),
}

/** Whether a language model is there at all; not known yet counts as no. */
export function useWriter(): boolean {
  const found = useQuery({ queryKey: ['assist'], queryFn: () => take(assist.writer()), staleTime: 300_000, retry: 1, refetchOnWindowFocus: false })
  return found.data !== undefined && found.data.model !== ''
}

/** Why there is no text, in words of the reader. */
export function problemKey(problem: Problem): TextKey {
  switch (problem.code) {
    case 'network':
      return 'noAnswer'
    case 'too_large':
      return 'assistTooLong'
    case 'no_language_model':
      return 'assistNone'
    case 'site_budget':
    case 'conversation_budget':
      return 'assistBudget'
    case 'busy':
      return 'serverBusy'
    default:
      return 'assistNoAnswer'
  }
}
