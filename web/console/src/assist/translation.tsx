// A visitor's message in the agent's language, under it. Not stored; kept while the page is open.
import { IconLanguage } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ProblemError, take } from '../api'
import { useI18n } from '../i18n'
import { assist, problemKey, useWriter } from './calls'
import { isForeign } from './languages'

export function Translation({ id, seq, text }: { id: string; seq: number; text: string }) {
  const { t, language } = useI18n()
  const writer = useWriter()
  const key = ['translation', id, seq, language]
  const queries = useQueryClient()
  const [open, setOpen] = useState(() => queries.getQueryData(key) !== undefined)
  const found = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => take(assist.translate(text, language, signal)),
    enabled: open,
    staleTime: Infinity,
    gcTime: Infinity,
    retry: false,
    refetchOnWindowFocus: false,
  })
  if (!writer || text.trim() === '') return null
  const failure = found.error instanceof ProblemError ? t(problemKey(found.error.problem)) : t('assistNoAnswer')
  const shown = open && found.data !== undefined
  const press = (): void => {
    if (found.isFetching) return
    if (found.isError) return void found.refetch()
    setOpen(!open)
  }
  return (
    <div className="translation">
      <div aria-live="polite">
        {shown && (
          <p className="translation-text" dir="auto">
            {found.data.text}
          </p>
        )}
        {open && found.isError && !found.isFetching && <p className="translation-failed">{failure}</p>}
      </div>
      <button type="button" className={isForeign(text, language) || open ? 'translate foreign' : 'translate'} aria-busy={found.isFetching} aria-expanded={open} aria-disabled={found.isFetching} onClick={press}>
        <IconLanguage size={13} stroke={1.7} aria-hidden />
        {t(found.isFetching ? 'translating' : open && found.isError ? 'retry' : shown ? 'translationHide' : 'translate')}
      </button>
    </div>
  )
}
