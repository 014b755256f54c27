import { Button, Skeleton, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconLock, IconSearch } from '@tabler/icons-react'
import type { SearchHit } from '@weikeyi/sdk/json'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useSearchParams } from 'wouter'
import { api, take, useProblemText } from './api'
import { shortTime } from './format'
import { useI18n } from './i18n'

export function SearchPage() {
  const { t } = useI18n()
  const problemText = useProblemText()
  const [params, setParams] = useSearchParams()
  const [text, setText] = useState(params.get('q') ?? '')
  const [query] = useDebouncedValue(text.trim(), 200)
  const found = useInfiniteQuery({
    queryKey: ['search', query],
    queryFn: ({ pageParam }) => take(api.search(query, pageParam)),
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
        description={t('searchHelp')}
        leftSection={<IconSearch size={16} />}
        size="md"
        autoFocus
        value={text}
        onChange={(event) => {
          const { value } = event.currentTarget
          setText(value)
          setParams(value === '' ? {} : { q: value }, { replace: true })
        }}
      />
      {found.isError && <p role="alert">{problemText(found.error)}</p>}
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
  const contact = hit.conversation?.contactName
  return (
    <Link href={`/c/${hit.conversationId}?seq=${hit.seq}`} className="hit">
      <span className="row-top">
        <span className="strong">{contact === undefined || contact === '' ? t('visitor') : contact}</span>
        <time className="row-time">{shortTime(hit.timeMs, Date.now(), language)}</time>
      </span>
      <span dir="auto">
        {hit.note && <IconLock size={12} aria-label={t('note')} />} <span className="quiet">{hit.actor?.name}</span> {marked(hit.excerpt, hit.highlights)}
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
