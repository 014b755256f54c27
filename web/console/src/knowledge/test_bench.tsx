// A question as a visitor would ask it, and what the AI agent would do with it. Nothing is stored.
import { Select, Textarea } from '@mantine/core'
import type { Site } from '@weikeyi/sdk/json'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useProblemText } from '../api'
import { BenchAnswer } from './bench_answer'
import { calls } from './calls'
import { useTexts } from './texts'

const typedForMs = 500
// What the server takes of a question (api/limits.hpp), in letters of three bytes.
const questionLengthMax = 330

interface Bench {
  sites: readonly Site[]
  /** Of the entry that is open. */
  ownSite: string | undefined
  /** Another number: something was stored since. */
  stored: number
}

export function TestBench({ sites, ownSite, stored }: Bench) {
  const { k } = useTexts()
  const problemText = useProblemText()
  const [chosen, choose] = useState<string>()
  const [typed, type] = useState('')
  const [asked, ask] = useState('')
  const composing = useRef(false)
  const site = sites.find((one) => one.id === (chosen ?? ownSite)) ?? sites[0]
  const siteId = site?.id ?? ''
  useEffect(() => {
    const timer = setTimeout(() => {
      if (!composing.current) ask(typed.trim())
    }, typedForMs)
    return () => clearTimeout(timer)
  }, [typed])
  const tried = useQuery({
    queryKey: ['knowledge', 'try', siteId, asked, stored],
    queryFn: () => calls.tryOut(siteId, asked),
    enabled: asked !== '' && siteId !== '',
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  })
  return (
    <aside className="bench" aria-label={k('bench')}>
      <header>
        <h2>{k('bench')}</h2>
        <p className="quiet">{k('benchHelp')}</p>
      </header>
      {sites.length > 1 && (
        <Select size="xs" label={k('site')} allowDeselect={false} value={siteId} onChange={(value) => choose(value ?? undefined)} data={sites.map((one) => ({ value: one.id, label: one.name }))} />
      )}
      <Textarea
        label={k('benchQuestion')}
        placeholder={k('benchPlaceholder')}
        dir="auto"
        autosize
        minRows={2}
        maxRows={6}
        maxLength={questionLengthMax}
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
        onCompositionStart={() => (composing.current = true)}
        onCompositionEnd={(event) => {
          composing.current = false
          ask(event.currentTarget.value.trim())
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          ask(typed.trim())
        }}
      />
      {site === undefined ? (
        <p className="quiet">{k('benchNoSite')}</p>
      ) : (
        site.bot?.enabled !== true && <p className="quiet">{k('benchOff')}</p>
      )}
      <div role="status" aria-live="polite" aria-busy={tried.isFetching}>
        {asked === '' ? (
          <p className="quiet">{k('benchEmpty')}</p>
        ) : tried.isError ? (
          <p className="bench-problem">{problemText(tried.error)}</p>
        ) : tried.data === undefined ? (
          <p className="quiet">{tried.isFetching ? k('benchWaiting') : ''}</p>
        ) : (
          <BenchAnswer
            answer={tried.data}
            name={site?.bot?.name ?? ''}
            onChoose={(choice) => {
              type(choice)
              ask(choice)
            }}
          />
        )}
      </div>
    </aside>
  )
}
