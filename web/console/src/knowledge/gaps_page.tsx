// What nobody could answer, what is alike together: one press begins the entry that is missing.
import { Button, Select, Skeleton } from '@mantine/core'
import { IconPencilPlus } from '@tabler/icons-react'
import type { KnowledgeGap, Site } from '@weikeyi/sdk/json'
import { BotReason } from '@weikeyi/sdk/json/event'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useProblemText } from '../api'
import { shortTime } from '../format'
import { useFilterParams } from '../use_filter_params'
import { calls, gapsKey } from './calls'
import { drafts, type Draft } from './drafts'
import { bytesOf, emptyForm, phrasingsMax, titleBytesMax, type EntryForm } from './entry_form'
import { useTexts } from './texts'

const spans = ['7', '30', '90'] as const
const dayMs = 86_400_000

/** The entry that would answer it, without its answer. */
export function formOfGap(gap: KnowledgeGap, siteId: string): EntryForm {
  const [title = '', ...others] = [gap.question, ...gap.phrasings].map((text) => text.trim().replace(/\s+/g, ' '))
  const phrasings = [...new Set(others)].filter((text) => text !== title && text !== '' && bytesOf(text) <= titleBytesMax).slice(0, phrasingsMax)
  return { ...emptyForm(siteId === '' ? '0' : siteId), title, phrasings: phrasings.length === 0 ? [''] : phrasings }
}

interface Shown {
  sites: readonly Site[]
  to: (place: string) => string
  /** Of the new entry, where one is being written. */
  draft: Draft | undefined
}

export function GapsPage({ sites, to, draft }: Shown) {
  const { k } = useTexts()
  const problemText = useProblemText()
  const [, go] = useLocation()
  const [params, set] = useFilterParams()
  const site = params.get('site') ?? ''
  const days = spans.find((one) => one === params.get('days')) ?? '30'
  // Now, as of when the page was opened: a filter that moves would be another one each time.
  const [nowMs] = useState(() => Date.now())
  const gaps = useQuery({ queryKey: [...gapsKey, site, days], queryFn: () => calls.gaps({ site, since: nowMs - Number(days) * dayMs }) })
  const write = (gap: KnowledgeGap): void => {
    drafts.keep('new', { form: formOfGap(gap, site), basedOnMs: 0 })
    go(to('new'))
  }
  return (
    <section className="knowledge-entry" aria-label={k('gaps')}>
      <header className="knowledge-entry-head">
        <h2>{k('gaps')}</h2>
        <p className="quiet">{k('gapsHelp')}</p>
      </header>
      <div className="knowledge-row-fields">
        <Select
          size="xs"
          w={160}
          aria-label={k('gapsSpan')}
          allowDeselect={false}
          value={days}
          onChange={(value) => set('days', value === '30' ? '' : (value ?? ''))}
          data={spans.map((value) => ({ value, label: k('gapsDays', { days: value }) }))}
        />
        {sites.length > 1 && (
          <Select
            size="xs"
            w={160}
            aria-label={k('site')}
            allowDeselect={false}
            value={site}
            onChange={(value) => set('site', value ?? '')}
            data={[{ value: '', label: k('everySite') }, ...sites.map((one) => ({ value: one.id, label: one.name }))]}
          />
        )}
      </div>
      {gaps.isPending && [0, 1, 2].map((row) => <Skeleton key={row} h={84} />)}
      {gaps.isError && (
        <p className="bench-problem" role="alert">
          {problemText(gaps.error)}
        </p>
      )}
      {gaps.data !== undefined && (
        <>
          <p role="status" className="quiet">
            {gaps.data.gaps.length === 0 ? k('gapsNone') : k(gaps.data.more ? 'gapsNewest' : 'gapsCount', { questions: gaps.data.questions, gaps: gaps.data.gaps.length })}
          </p>
          {draft !== undefined && gaps.data.gaps.length > 0 && (
            <p className="quiet">
              {k('gapsDraft')} <Link href={to('new')}>{k('newEntry')}</Link>
            </p>
          )}
          <ol className="gaps">
            {gaps.data.gaps.map((gap) => (
              <Gap key={`${gap.examples[0]?.conversationId}-${gap.examples[0]?.seq}`} gap={gap} onWrite={draft === undefined ? () => write(gap) : undefined} />
            ))}
          </ol>
        </>
      )}
    </section>
  )
}

function Gap({ gap, onWrite }: { gap: KnowledgeGap; onWrite: (() => void) | undefined }) {
  const { k, language } = useTexts()
  const others = gap.phrasings.filter((phrasing) => phrasing !== gap.question)
  return (
    <li className="gap">
      <span className="gap-count" aria-label={k('gapAsked', { count: gap.questions })}>
        {gap.questions}×
      </span>
      <div className="gap-text">
        <h3 dir="auto">{gap.question}</h3>
        {others.length > 0 && (
          <p className="gap-others" dir="auto">
            {others.slice(0, 4).join(' · ')}
            {others.length > 4 && ' …'}
          </p>
        )}
        <p className="quiet">
          {k('gapNewest', { time: shortTime(gap.newestMs, Date.now(), language) })}
          {gap.byPeople > 0 && ` · ${k('gapByPeople', { count: gap.byPeople })}`}
        </p>
        <details>
          <summary>{k('gapExamples')}</summary>
          <ul className="gap-examples">
            {gap.examples.map((example) => (
              <li key={`${example.conversationId}-${example.seq}`}>
                <Link href={`/c/${example.conversationId}?seq=${example.seq}`} dir="auto">
                  {example.text}
                </Link>{' '}
                <span className="quiet">
                  {shortTime(example.timeMs, Date.now(), language)}
                  {' · '}
                  {k(example.reason === BotReason.NOTHING_FOUND ? 'gapNothing' : example.reason === BotReason.UNSURE ? 'gapUnsure' : 'gapTaken')}
                </span>
              </li>
            ))}
          </ul>
        </details>
      </div>
      {onWrite !== undefined && (
        <Button variant="default" size="xs" leftSection={<IconPencilPlus size={15} stroke={1.6} />} onClick={onWrite}>
          {k('gapWrite')}
        </Button>
      )}
    </li>
  )
}
