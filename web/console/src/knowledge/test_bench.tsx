// A question as a visitor would ask it, and what the AI agent would do with it. Nothing is stored.
import { Select, Textarea } from '@mantine/core'
import type { Site, TryBotRequest } from '@weikeyi/sdk/json'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useProblemText } from '../api'
import type { Trace } from '../flow/trace'
import { BenchAnswer } from './bench_answer'
import { BenchTalk, type Turn } from './bench_talk'
import { traceOfTurns } from './bench_trace'
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
  /** The entry that is open, and whether it has changes that no try knows of. */
  open: string | undefined
  unsaved: boolean
  to: (place: string) => string
  /** The steps of a flow that were taken; undefined: none. */
  onTrace: (trace: Trace | undefined) => void
}

const noTurns: readonly Turn[] = []

export function TestBench({ sites, ownSite, stored, open, unsaved, to, onTrace }: Bench) {
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
  // A flow under way: what follows the question belongs to it, until that changes or is tried anew.
  const subject = JSON.stringify([siteId, asked, stored])
  const [talk, setTalk] = useState<{ subject: string; turns: readonly Turn[] }>()
  const further = talk?.subject === subject ? talk.turns : noTurns
  const first = asked === '' || tried.isPlaceholderData ? undefined : tried.data
  const turns = useMemo(() => (first === undefined ? noTurns : [{ said: asked, answer: first }, ...further]), [first, asked, further])
  const flowing = turns.some(({ answer }) => answer.decided?.flow !== undefined)
  const trace = useMemo(() => traceOfTurns(turns), [turns])
  useEffect(() => onTrace(trace), [trace, onTrace])
  const goOn = useMutation({
    mutationFn: ({ said, flow }: { said: string; flow: TryBotRequest['flow']; of: string; before: readonly Turn[] }) => calls.tryOut(siteId, said, flow),
    onSuccess: (answer, { said, of, before }) => setTalk({ subject: of, turns: [...before, { said, answer }] }),
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
      {unsaved && <p className="quiet">{k('benchUnsaved')}</p>}
      <div role="status" aria-live="polite" aria-busy={tried.isFetching || goOn.isPending}>
        {asked === '' ? (
          <p className="quiet">{k('benchEmpty')}</p>
        ) : tried.isError ? (
          <p className="bench-problem">{problemText(tried.error)}</p>
        ) : tried.data === undefined ? (
          <p className="quiet">{tried.isFetching ? k('benchWaiting') : ''}</p>
        ) : flowing ? (
          <BenchTalk
            key={subject}
            turns={turns}
            trace={trace}
            name={site?.bot?.name ?? ''}
            shown={trace !== undefined && trace.entryId === open}
            to={to}
            busy={goOn.isPending}
            error={goOn.error}
            say={(said) => goOn.mutate({ said, flow: turns.at(-1)?.answer.decided?.flow, of: subject, before: further })}
            again={() => {
              goOn.reset()
              setTalk(undefined)
            }}
          />
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
