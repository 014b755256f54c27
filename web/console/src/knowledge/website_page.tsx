// Pages of the company's own site become articles: an address, how far its reading is, and what was not taken.
import { Button, NumberInput, Select, TextInput } from '@mantine/core'
import { IconAlertCircle, IconCheck, IconWorld } from '@tabler/icons-react'
import { CrawlState, type KnowledgeCrawl, type Site } from '@weikeyi/sdk/json'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { SureButton } from '../admin/parts'
import { ProblemError, useProblemText } from '../api'
import { dayAndTime, httpUrl } from '../format'
import { knowledgeChanged } from './calls'
import { crawlsKey, isBusy, useCrawls, websiteCalls, type CrawlForm } from './website_calls'
import { useTexts } from './texts'
import { isWebsiteKey, useWebsiteTexts } from './website_texts'

/** The same bounds as the server's (ai_agent/crawl/limits.hpp); the server's answer decides. */
const pagesDefault = 200
const pagesMost = 2_000
const everyDays = [0, 1, 7, 30] as const

const formOf = ({ siteId, startUrl, pagesMax, everyDays: days }: KnowledgeCrawl): CrawlForm => ({ siteId, startUrl, pagesMax, everyDays: days })

function useAgainChoices(): (also: number) => { value: string; label: string }[] {
  const { w } = useWebsiteTexts()
  const label = (days: number): string => (days === 0 ? w('againNever') : days === 1 ? w('againDaily') : w('againDays', { days }))
  return (also) => [...new Set([...everyDays, also])].toSorted((a, b) => a - b).map((days) => ({ value: String(days), label: label(days) }))
}

function useFailureText(): (error: unknown) => string {
  const problemText = useProblemText()
  const { reason } = useWebsiteTexts()
  return (error) => (error instanceof ProblemError && isWebsiteKey(error.problem.code) ? reason(error.problem.code) : problemText(error))
}

export function WebsitePage({ sites, onStored }: { sites: readonly Site[]; onStored: () => void }) {
  const { k } = useTexts()
  const { w } = useWebsiteTexts()
  const crawls = useCrawls()
  const failureText = useFailureText()
  const queries = useQueryClient()
  // Articles that were written while one looks on are in the list beside it.
  const written = (crawls.data?.crawls ?? []).reduce((sum, one) => sum + one.changed + one.removed, 0)
  const seen = useRef(written)
  useEffect(() => {
    if (seen.current === written) return
    seen.current = written
    onStored()
    void knowledgeChanged(queries)
  }, [written, onStored, queries])
  const rows = crawls.data?.crawls ?? []
  return (
    <section className="knowledge-entry" aria-label={k('website')}>
      <header className="knowledge-entry-head">
        <h2>{k('website')}</h2>
        <p className="quiet">{w('help')}</p>
      </header>
      <AddForm sites={sites} />
      {crawls.isError && (
        <p className="bench-problem" role="alert">
          {failureText(crawls.error)}
        </p>
      )}
      {crawls.isSuccess && rows.length === 0 && <p className="quiet">{w('none')}</p>}
      {rows.length > 0 && (
        <ul className="documents" aria-label={w('list')}>
          {rows.map((row) => (
            <Row key={row.id} row={row} site={sites.find((one) => one.id === row.siteId)} />
          ))}
        </ul>
      )}
    </section>
  )
}

function AddForm({ sites }: { sites: readonly Site[] }) {
  const { w } = useWebsiteTexts()
  const choices = useAgainChoices()
  const failureText = useFailureText()
  const queries = useQueryClient()
  const [form, setForm] = useState<CrawlForm>({ siteId: '0', startUrl: '', pagesMax: pagesDefault, everyDays: 7 })
  const add = useMutation({
    mutationFn: () => websiteCalls.create({ ...form, startUrl: form.startUrl.trim() }),
    onSuccess: async () => {
      setForm((before) => ({ ...before, startUrl: '' }))
      await queries.invalidateQueries({ queryKey: crawlsKey })
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (!add.isPending) add.mutate()
      }}
    >
      <TextInput
        type="url"
        required
        label={w('address')}
        description={w('addressHelp')}
        placeholder="https://shop.example/help/"
        maxLength={2_000}
        value={form.startUrl}
        onChange={(event) => setForm({ ...form, startUrl: event.currentTarget.value })}
      />
      <div className="knowledge-row-fields website-fields">
        <Select
          size="xs"
          label={w('ofSite')}
          allowDeselect={false}
          value={form.siteId}
          onChange={(value) => setForm({ ...form, siteId: value ?? '0' })}
          data={[{ value: '0', label: w('allSites') }, ...sites.map((site) => ({ value: site.id, label: site.name }))]}
        />
        <NumberInput size="xs" label={w('pages')} min={1} max={pagesMost} allowDecimal={false} value={form.pagesMax} onChange={(value) => setForm({ ...form, pagesMax: typeof value === 'number' ? value : 0 })} />
        <Select size="xs" label={w('again')} allowDeselect={false} value={String(form.everyDays)} onChange={(value) => setForm({ ...form, everyDays: Number(value ?? 0) })} data={choices(form.everyDays)} />
        <Button type="submit" size="xs" mt="auto" loading={add.isPending}>
          {w('add')}
        </Button>
      </div>
      {add.isError && (
        <p className="bench-problem" role="alert">
          {failureText(add.error)}
        </p>
      )}
    </form>
  )
}

function Row({ row, site }: { row: KnowledgeCrawl; site: Site | undefined }) {
  const { w } = useWebsiteTexts()
  const choices = useAgainChoices()
  const failureText = useFailureText()
  const queries = useQueryClient()
  const changed = async (): Promise<void> => queries.invalidateQueries({ queryKey: crawlsKey })
  const run = useMutation({ mutationFn: () => websiteCalls.run(row.id), onSettled: changed })
  const stop = useMutation({ mutationFn: () => websiteCalls.stop(row.id), onSettled: changed })
  const every = useMutation({ mutationFn: (days: number) => websiteCalls.replace(row.id, { ...formOf(row), everyDays: days }), onSettled: changed })
  const remove = useMutation({
    mutationFn: () => websiteCalls.remove(row.id),
    onSettled: async () => {
      await Promise.all([changed(), knowledgeChanged(queries)])
    },
  })
  const error = run.error ?? stop.error ?? every.error ?? remove.error
  const failed = row.state === CrawlState.FAILED
  const href = httpUrl(row.startUrl)
  return (
    <li className="document">
      {failed ? <IconAlertCircle size={18} className="document-refused" aria-hidden /> : row.state === CrawlState.DONE ? <IconCheck size={18} className="document-added" aria-hidden /> : <IconWorld size={18} stroke={1.5} aria-hidden />}
      <span className="document-text">
        <span className="document-name">
          {href === undefined ? (
            row.startUrl
          ) : (
            <a href={href} target="_blank" rel="noreferrer">
              {row.startUrl}
            </a>
          )}{' '}
          <span className="quiet">{row.siteId === '0' ? w('allSites') : (site?.name ?? row.siteId)}</span>
        </span>
        <State row={row} />
        <Skipped row={row} />
        {error !== null && (
          <span className="bench-problem" role="alert">
            {failureText(error)}
          </span>
        )}
        <span className="website-actions">
          <Select
            size="xs"
            aria-label={w('everyOf', { url: row.startUrl })}
            allowDeselect={false}
            disabled={every.isPending}
            value={String(row.everyDays)}
            onChange={(value) => every.mutate(Number(value ?? 0))}
            data={choices(row.everyDays)}
          />
          {isBusy(row) ? (
            <Button size="xs" variant="default" loading={stop.isPending} onClick={() => stop.mutate()}>
              {w('stop')}
            </Button>
          ) : (
            <Button size="xs" variant="default" loading={run.isPending} onClick={() => run.mutate()}>
              {w('run')}
            </Button>
          )}
          <SureButton label={w('remove')} sure={w('removeSure')} loading={remove.isPending} onSure={() => remove.mutate()} />
        </span>
      </span>
    </li>
  )
}

function State({ row }: { row: KnowledgeCrawl }) {
  const { w, reason, language } = useWebsiteTexts()
  const time = row.endedMs === 0 ? '' : dayAndTime(row.endedMs, language)
  const articles = <span className="quiet">{w('articles', { changed: row.changed, unchanged: row.unchanged, removed: row.removed })}</span>
  switch (row.state) {
    case CrawlState.RUNNING:
      return (
        <>
          <span className="document-progress">
            <progress className="import-progress" max={Math.max(1, Math.min(row.pagesRead + row.pagesWaiting, row.pagesMax === 0 ? pagesDefault : row.pagesMax))} value={row.pagesRead} aria-label={w('progress', { url: row.startUrl })} />
            <span className="quiet">{w('running', { read: row.pagesRead, waiting: row.pagesWaiting })}</span>
          </span>
          {articles}
        </>
      )
    case CrawlState.FAILED:
      return (
        <>
          <span className="bench-problem">{w('failed', { reason: reason(row.failure) })}</span>
          {row.pagesRead > 0 && articles}
        </>
      )
    case CrawlState.DONE:
    case CrawlState.STOPPED:
      return (
        <>
          <span role="status">{w(row.state === CrawlState.DONE ? 'done' : 'stopped', { time, pages: row.pagesRead })}</span>
          {articles}
        </>
      )
    default:
      return <span className="quiet">{w('waiting')}</span>
  }
}

function Skipped({ row }: { row: KnowledgeCrawl }) {
  const { w, reason } = useWebsiteTexts()
  if (row.skippedCount === 0 || row.state === CrawlState.WAITING) return null
  return (
    <details className="website-skipped">
      <summary>{w('skipped', { count: row.skippedCount })}</summary>
      <ul>
        {row.skipped.map((one) => (
          <li key={`${one.url} ${one.reason}`}>
            <span dir="ltr">{one.url}</span> <span className="quiet">{reason(one.reason)}</span>
          </li>
        ))}
      </ul>
      {row.skippedCount > row.skipped.length && <p className="quiet">{w('skippedMore', { count: row.skippedCount - row.skipped.length })}</p>}
    </details>
  )
}
