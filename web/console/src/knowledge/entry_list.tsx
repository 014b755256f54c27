import { ActionIcon, Button, SegmentedControl, Select, Skeleton, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconFileImport, IconFileUpload, IconPlus, IconRoute, IconSchool, IconSearch, IconWorld, IconZoomQuestion } from '@tabler/icons-react'
import { KnowledgeKind, type KnowledgeEntry, type Site } from '@weikeyi/sdk/json'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { useProblemText } from '../api'
import { shortTime } from '../format'
import { useI18n } from '../i18n'
import { calls, entriesKey } from './calls'
import type { Draft } from './drafts'
import { kindIcon, kindKey, kindShortKey } from './entry_kinds'
import { useTexts } from './texts'
import { useFilterParams } from '../use_filter_params'

const rowHeight = 68
const typedForMs = 250
const rowsOfPage = 100
// As the server's list and the address call them.
const kinds = [
  ['faq', KnowledgeKind.FAQ],
  ['article', KnowledgeKind.ARTICLE],
  ['flow', KnowledgeKind.FLOW],
] as const

// Beside the entries: what they come from, what is missing, what was learned of them.
const tools = [
  { place: 'gaps', label: 'gaps', Icon: IconZoomQuestion, writes: true },
  { place: 'documents', label: 'documents', Icon: IconFileUpload, writes: true },
  { place: 'website', label: 'website', Icon: IconWorld, writes: true },
  { place: 'import', label: 'importMany', Icon: IconFileImport, writes: true },
  { place: 'training', label: 'training', Icon: IconSchool, writes: false },
] as const

interface ListProps {
  mayWrite: boolean
  open: string | undefined
  sites: readonly Site[]
  drafts: ReadonlyMap<string, Draft>
  to: (place: string) => string
}

export function EntryList({ mayWrite, open, sites, drafts, to }: ListProps) {
  const { k } = useTexts()
  const { t } = useI18n()
  const problemText = useProblemText()
  const filter = useFilter()
  const { site, text, kind } = filter
  const pages = useInfiniteQuery({
    queryKey: [...entriesKey, site, text, kind],
    queryFn: ({ pageParam }) => calls.entries({ site, text, kind }, pageParam, rowsOfPage),
    initialPageParam: '',
    getNextPageParam: (last) => (last.nextCursor === '' ? undefined : last.nextCursor),
  })
  const rows = (pages.data?.pages ?? []).flatMap((page) => page.entries)
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8 })
  const items = virtual.getVirtualItems()
  // The next page is read before the end is reached.
  const lastShown = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (pages.hasNextPage && !pages.isFetchingNextPage && lastShown >= rows.length - 10) void pages.fetchNextPage()
  }, [pages, lastShown, rows.length])
  const filtered = site !== '' || text !== '' || kind !== ''
  return (
    <section className="list knowledge-list" aria-label={t('knowledge')}>
      <header className="list-head">
        <div className="knowledge-head">
          <h1>{t('knowledge')}</h1>
          <Button component={Link} href={to('try')} size="xs" variant="default" className="only-narrow">
            {k('tryIt')}
          </Button>
          {mayWrite && (
            <Tooltip label={k('addFlow')}>
              <ActionIcon component={Link} href={to('new-flow')} variant="default" size={30} aria-label={k('addFlow')}>
                <IconRoute size={17} stroke={1.6} />
              </ActionIcon>
            </Tooltip>
          )}
          {mayWrite && (
            <Button component={Link} href={to('new')} size="xs" leftSection={<IconPlus size={15} />}>
              {k('add')}
            </Button>
          )}
        </div>
        <div className="knowledge-tools">
          {tools
            .filter(({ writes }) => mayWrite || !writes)
            .map(({ place, label, Icon }) => (
              <Tooltip key={place} label={k(label)}>
                <ActionIcon component={Link} href={to(place)} variant="default" size={30} className="knowledge-tool" aria-label={k(label)}>
                  <Icon size={17} stroke={1.6} />
                </ActionIcon>
              </Tooltip>
            ))}
        </div>
        <div className="list-filters">
          <TextInput
            className="grow"
            size="xs"
            role="searchbox"
            aria-label={k('filterText')}
            placeholder={k('filterText')}
            leftSection={<IconSearch size={14} />}
            value={filter.typed}
            maxLength={200}
            onChange={(event) => filter.type(event.currentTarget.value)}
          />
          {sites.length > 1 && (
            <Select
              size="xs"
              variant="filled"
              w={120}
              aria-label={k('site')}
              allowDeselect={false}
              value={site}
              onChange={(value) => filter.set('site', value ?? '')}
              data={[{ value: '', label: k('everySite') }, ...sites.map((one) => ({ value: one.id, label: one.name }))]}
            />
          )}
        </div>
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label={k('kind')}
          value={kind}
          onChange={(value) => filter.set('kind', value)}
          data={[{ value: '', label: k('everyKind') }, ...kinds.map(([value, one]) => ({ value, label: k(kindShortKey(one)) }))]}
        />
      </header>
      <div className="list-rows" ref={scroller}>
        {pages.isLoading && [0, 1, 2, 3].map((row) => <Skeleton key={row} height={rowHeight - 16} m={8} radius="md" />)}
        {pages.isError && (
          <div className="list-empty" role="alert">
            <p>{problemText(pages.error)}</p>
            <Button variant="default" size="xs" mt="sm" onClick={() => void pages.refetch()}>
              {t('retry')}
            </Button>
          </div>
        )}
        {pages.isSuccess && !pages.hasNextPage && rows.length === 0 && (filtered ? <p className="list-empty quiet">{k('noneFound')}</p> : <Empty mayWrite={mayWrite} to={to} />)}
        <ul className="virtual" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index]
            if (row === undefined) return null
            return (
              <li key={row.id} className="virtual-item" style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}>
                <Row row={row} here={row.id === open} href={to(row.id)} unsaved={drafts.has(row.id)} site={sites.find((one) => one.id === row.siteId)} />
              </li>
            )
          })}
        </ul>
      </div>
    </section>
  )
}

function Empty({ mayWrite, to }: { mayWrite: boolean; to: ListProps['to'] }) {
  const { k } = useTexts()
  return (
    <div className="list-empty knowledge-empty">
      <p className="strong">{k('empty')}</p>
      <p className="quiet">{k(mayWrite ? 'emptyHelp' : 'emptyRead')}</p>
      {mayWrite && (
        <Button component={Link} href={to('new')} size="xs">
          {k('addFirst')}
        </Button>
      )}
    </div>
  )
}

function Row({ row, here, href, unsaved, site }: { row: KnowledgeEntry; here: boolean; href: string; unsaved: boolean; site: Site | undefined }) {
  const { k, language } = useTexts()
  const Kind = kindIcon(row.kind)
  return (
    <Link href={href} className={`row knowledge-row${here ? ' here' : ''}${row.disabled ? ' off' : ''}`} aria-current={here ? 'true' : undefined}>
      <Kind size={20} stroke={1.5} className="knowledge-kind" aria-label={k(kindKey(row.kind))} role="img" />
      <span className="row-text">
        <span className="row-top">
          <span className="row-name" dir="auto">
            {row.title}
          </span>
          <time className="row-time">{shortTime(row.updatedMs, Date.now(), language)}</time>
        </span>
        <span className="row-last" dir="auto">
          {row.kind === KnowledgeKind.FLOW ? k('stepsOf', { count: row.steps.length }) : row.body.slice(0, 200)}
        </span>
        <span className="row-bottom">
          <span className="row-holder">{row.siteId === '0' ? k('allSites') : (site?.name ?? row.siteId)}</span>
          {row.disabled && <span className="label-chip">{k('off')}</span>}
          {row.edited && <span className="label-chip">{k('edited')}</span>}
          {unsaved && <span className="label-chip unsaved">{k('unsavedMark')}</span>}
        </span>
      </span>
    </Link>
  )
}

/** In the address, so that it stays when an entry is opened and can be handed on. */
function useFilter() {
  const [params, set] = useFilterParams()
  const [typed, type] = useState(params.get('text') ?? '')
  const [text] = useDebouncedValue(typed.trim(), typedForMs)
  useEffect(() => {
    if ((params.get('text') ?? '') !== text) set('text', text)
    // Only when the text has changed: another entry is opened with the address it had.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [text])
  const kind = params.get('kind') ?? ''
  // What somebody wrote into the address may be no kind.
  return { site: params.get('site') ?? '', kind: kinds.some(([value]) => value === kind) ? kind : '', text, typed, type, set }
}
