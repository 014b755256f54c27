// Which of a site's names are recognised in a sentence: the AI agent is asked, so that what is seen is what it does.
import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { NameList } from '@weikeyi/sdk/json'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useProblemText } from '../api'
import { Recognised } from '../bot/recognised'
import { calls } from '../knowledge/calls'
import { useNameTexts } from './name_texts'
import { Quiet } from './parts'

const typedForMs = 500
// What the server takes of a question (api/limits.hpp), in letters of three bytes.
const lengthMax = 330

export function NamesTry({ siteId, lists, changed }: { siteId: string; lists: readonly NameList[]; changed: boolean }) {
  const { n } = useNameTexts()
  const problemText = useProblemText()
  const [typed, type] = useState('')
  const [asked] = useDebouncedValue(typed.trim(), typedForMs)
  const tried = useQuery({
    queryKey: ['knowledge', 'try', siteId, asked, lists],
    queryFn: () => calls.tryOut(siteId, asked),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  })
  const hits = (tried.data?.decided?.entities ?? []).filter(({ kind }) => lists.some(({ name }) => name === kind))
  return (
    <div className="names-try">
      <TextInput label={n('tryIt')} description={n('tryHelp')} dir="auto" maxLength={lengthMax} value={typed} onChange={(event) => type(event.currentTarget.value)} />
      <div role="status" aria-busy={tried.isFetching}>
        {asked === '' ? null : tried.isError ? (
          <p className="name-wrong">{problemText(tried.error)}</p>
        ) : tried.data === undefined ? null : hits.length === 0 ? (
          <Quiet>{n('tryNone')}</Quiet>
        ) : (
          <Recognised entities={hits} />
        )}
      </div>
      {changed && <Quiet>{n('tryUnsaved')}</Quiet>}
    </div>
  )
}
