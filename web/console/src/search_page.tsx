import { Avatar, Button, Select, Skeleton, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconLock, IconSearch } from '@tabler/icons-react'
import type { SearchHit } from '@weikeyi/sdk/json'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { api, take, useProblemText } from './api'
import { shortTime } from './format'
import { useI18n, type TextKey } from './i18n'
import { useFilterParams } from './use_filter_params'
import { visitorName } from './visitor_name'

const dayMs = 86_400_000
const spans: readonly [string, TextKey][] = [['', 'anyTime'], ['1', 'lastDay'], ['7', 'lastWeek'], ['30', 'lastMonth'], ['365', 'lastYear']]

/** The start of the day so many days ago: the same for every page of one search. */
export const sinceDays = (days: string, nowMs: number): number | undefined => (days === '' ? undefined : Math.floor(nowMs / dayMs) * dayMs - Number(days) * dayMs)

export function SearchPage() {
  const { t } = useI18n()
  const problemText = useProblemText()
  const [params, filter] = useFilterParams()
  const [text, setText] = useState(params.get('q') ?? '')
  const [query] = useDebouncedValue(text.trim(), 200)
  const site = params.get('site') ?? ''
  const days = params.get('days') ?? ''
  const sites = useQuery({ queryKey: ['sites'], queryFn: () => take(api.sites()), staleTime: 60_000 })
  const siteList = sites.data?.sites ?? []
  const found = useInfiniteQuery({
    queryKey: ['search', query, site, days],
    queryFn: ({ pageParam }) => {
      const since = sinceDays(days, Date.now())
      return take(api.search({ q: query, cursor: pageParam, site, ...(since === undefined ? {} : { since }) }))
    },
    initialPageParam: '',
    getNextPageParam: (last) => (last.nextCursor === '' ? undefined : last.nextCursor),
    enabled: query !== '',
  })
  const hits = (found.data?.pages ?? []).flatMap((page) => page.hits)
  return (
    <main className="page">
      <h1>{t('search')}</h1>
      <TextInput
        role="searchbox"
        aria-label={t('searchPlaceholder')}
        placeholder={t('searchPlaceholder')}
        leftSection={<IconSearch size={16} />}
        size="md"
        autoFocus
        value={text}
        onChange={(event) => {
          const { value } = event.currentTarget
          setText(value)
          filter('q', value)
        }}
      />
      <div className="search-filters">
        <Select
          size="xs"
          variant="filled"
          aria-label={t('when')}
          allowDeselect={false}
          value={days}
          onChange={(value) => filter('days', value ?? '')}
          data={spans.map(([value, key]) => ({ value, label: t(key) }))}
        />
        {siteList.length > 1 && (
          <Select
            size="xs"
            variant="filled"
            aria-label={t('site')}
            allowDeselect={false}
            value={site}
            onChange={(value) => filter('site', value ?? '')}
            data={[{ value: '', label: t('everySite') }, ...siteList.map((one) => ({ value: one.id, label: one.name }))]}
          />
        )}
        <span className="grow" />
        {hits.length > 0 && (
          <span className="quiet" role="status">
            {t(found.hasNextPage ? 'searchCountMore' : 'searchCount', { count: hits.length })}
          </span>
        )}
      </div>
      {query === '' && (
        <div className="nothing-open">
          <IconSearch size={44} stroke={1.1} />
          <p className="nothing-open-title">{t('searchStart')}</p>
          <p className="quiet">{t('searchHelp')}</p>
        </div>
      )}
      {found.isError && (
        <div className="list-empty" role="alert">
          <p>{problemText(found.error)}</p>
          <Button variant="default" size="xs" mt="sm" onClick={() => void found.refetch()}>
            {t('retry')}
          </Button>
        </div>
      )}
      {found.isLoading && [0, 1, 2].map((row) => <Skeleton key={row} height={64} mt="sm" radius="md" />)}
      {found.isSuccess && hits.length === 0 && <p className="quiet">{t('searchEmpty', { query })}</p>}
      <ul className="hits">
        {hits.map((hit) => (
          <li key={`${hit.conversationId}-${hit.seq}`}>
            <Hit hit={hit} />
          </li>
        ))}
      </ul>
      {found.hasNextPage && (
        <Button variant="subtle" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t('searchMore')}
        </Button>
      )}
    </main>
  )
}

function Hit({ hit }: { hit: SearchHit }) {
  const { t, language } = useI18n()
  const name = visitorName(hit.conversation, t)
  return (
    <Link href={`/c/${hit.conversationId}?seq=${hit.seq}`} className="hit">
      <Avatar name={name} color="initials" radius="xl" size={36} />
      <span className="hit-text">
      <span className="row-top">
        <span className="strong">{name}</span>
        <time className="row-time">{shortTime(hit.timeMs, Date.now(), language)}</time>
      </span>
      <span dir="auto">
        {hit.note && <IconLock size={12} aria-label={t('note')} />} {hit.actor !== undefined && hit.actor.name !== '' && <span className="quiet">{hit.actor.name}:</span>} {marked(hit.excerpt, hit.highlights)}
      </span>
      </span>
    </Link>
  )
}

/** `highlights`: pairs of start and end in UTF-16, which is what strings count here. */
function marked(text: string, highlights: readonly number[]) {
  const parts = []
  let at = 0
  for (let i = 0; i + 1 < highlights.length; i += 2) {
    const [start = 0, end = 0] = highlights.slice(i, i + 2)
    parts.push(text.slice(at, start), <mark key={start}>{text.slice(start, end)}</mark>)
    at = end
  }
  parts.push(text.slice(at))
  return parts
}
