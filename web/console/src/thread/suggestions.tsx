// Replies out of the knowledge, above the composer: chosen they are put into it, to be read and changed; nothing is sent by itself.
import { IconBulb, IconChevronDown } from '@tabler/icons-react'
import { Kbd } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take } from '../api'
import { useCommands } from '../commands'
import { useI18n } from '../i18n'
import { keysText } from '../keys'
import { onMac } from '../platform'

const closedKey = 'weikeyi.console.suggestions'
const asked = { gcTime: 60_000, staleTime: 60_000, retry: 1, refetchOnWindowFocus: false } as const

/** `seq`: the message that waits for an answer; nothing is asked of the server while it is 0. */
export function Suggestions({ id, seq, onPick }: { id: string; seq: number; onPick: (text: string) => void }) {
  const { t } = useI18n()
  const [open, setOpen] = useState(() => localStorage.getItem(closedKey) !== 'closed')
  const found = useQuery({ queryKey: ['suggestions', id, seq], queryFn: () => take(api.suggestions(id)), enabled: seq > 0, ...asked })
  // Of another message than the one that is seen: the next answer brings them.
  const suggestions = seq > 0 && found.data?.seq === seq ? found.data.suggestions : []
  useCommands(
    suggestions.map((suggestion, at) => ({
      id: `suggestion-${at + 1}`,
      label: t('suggestionTake', { number: at + 1 }),
      detail: suggestion.title,
      group: t('groupWriting'),
      keys: { code: `Digit${at + 1}`, alt: true },
      run: () => onPick(suggestion.text),
    })),
  )
  if (suggestions.length === 0) return null
  const turn = (): void => {
    localStorage.setItem(closedKey, open ? 'closed' : 'open')
    setOpen(!open)
  }
  return (
    <section className="suggestions" aria-label={t('suggestions')}>
      <button type="button" className="suggestions-head" aria-expanded={open} onClick={turn}>
        <IconBulb size={15} stroke={1.6} aria-hidden />
        <span className="grow">{t('suggestionsCount', { count: suggestions.length })}</span>
        <IconChevronDown size={15} className={open ? undefined : 'turned'} aria-hidden />
      </button>
      {open && (
        <ol className="suggestion-list">
          {suggestions.map((suggestion, at) => (
            <li key={suggestion.entryId}>
              <button type="button" className="suggestion" title={suggestion.text} onClick={() => onPick(suggestion.text)}>
                <span className="suggestion-text">
                  <span className="suggestion-title" dir="auto">
                    {suggestion.title}
                    {suggestion.sure && <span className="suggestion-sure">{t('suggestionSure')}</span>}
                  </span>
                  <span className="suggestion-answer" dir="auto">
                    {suggestion.text}
                  </span>
                </span>
                <Kbd size="xs" className="only-keyboard">{keysText({ code: `Digit${at + 1}`, alt: true }, onMac)}</Kbd>
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
