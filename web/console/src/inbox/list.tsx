import { Avatar, Button, Indicator, SegmentedControl, Select, Skeleton } from '@mantine/core'
import type { ConversationSummary } from '@weikeyi/sdk/wire/resource'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { Link } from 'wouter'
import { useProblemText } from '../api'
import type { StateFilter, View } from '../board'
import { shortTime, urgency, waited } from '../format'
import { useI18n, type TextKey } from '../i18n'
import type { useBoard } from './use_board'

const rowHeight = 72

interface ListProps {
  board: ReturnType<typeof useBoard>
  view: View
  state: StateFilter
  open: string | undefined
  onView: (view: View) => void
  onState: (state: StateFilter) => void
}

const emptyTexts: Record<View, [TextKey, TextKey | undefined]> = {
  mine: ['emptyMine', 'emptyMineHelp'],
  queue: ['emptyQueue', undefined],
  all: ['emptyAll', 'emptyAllHelp'],
}

export function ConversationList({ board, view, state, open, onView, onState }: ListProps) {
  const { t } = useI18n()
  const problemText = useProblemText()
  const scroller = useRef<HTMLDivElement>(null)
  const { rows, pages, nowMs } = board
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8 })
  const [title, help] = emptyTexts[view]
  return (
    <section className="list" aria-label={t('conversations')}>
      <header className="list-head">
        <SegmentedControl
          fullWidth
          size="sm"
          aria-label={t('conversations')}
          value={view}
          onChange={(value) => onView(value === 'queue' ? 'queue' : value === 'all' ? 'all' : 'mine')}
          data={(['mine', 'queue', 'all'] as const).map((value) => ({ value, label: t(value) }))}
        />
        <Select
          size="xs"
          aria-label={t('anyState')}
          allowDeselect={false}
          value={state}
          onChange={(value) => onState(value === 'pending' || value === 'snoozed' || value === 'resolved' || value === 'open' ? value : '')}
          data={[
            { value: 'open', label: t('stateOpen') },
            { value: 'pending', label: t('statePending') },
            { value: 'snoozed', label: t('stateSnoozed') },
            { value: 'resolved', label: t('stateResolved') },
            { value: '', label: t('anyState') },
          ]}
        />
      </header>
      <div className="list-rows" ref={scroller}>
        {pages.isPending && [0, 1, 2, 3].map((row) => <Skeleton key={row} height={rowHeight - 16} m={8} radius="md" />)}
        {pages.isError && <p className="list-empty" role="alert">{problemText(pages.error)}</p>}
        {pages.isSuccess && rows.length === 0 && (
          <div className="list-empty">
            <p>{t(title)}</p>
            {help !== undefined && <p className="quiet">{t(help)}</p>}
          </div>
        )}
        <ul className="virtual" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]
            if (row === undefined) return null
            return (
              <li key={row.id} className="virtual-item" style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}>
                <Row row={row} here={row.id === open} nowMs={nowMs} />
              </li>
            )
          })}
        </ul>
        {pages.hasNextPage && (
          <Button variant="subtle" size="xs" fullWidth loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('searchMore')}
          </Button>
        )}
      </div>
    </section>
  )
}

function Row({ row, here, nowMs }: { row: ConversationSummary; here: boolean; nowMs: number }) {
  const { t, language } = useI18n()
  const name = row.contactName === '' ? `${t('visitor')} ${row.contactId.slice(-4)}` : row.contactName
  const waitMs = row.waitingSinceMs === 0 ? 0 : Math.max(0, nowMs - row.waitingSinceMs)
  const last = row.lastMessage
  return (
    <Link href={`/c/${row.id}`} className={here ? 'row here' : 'row'} aria-current={here ? 'true' : undefined}>
      <Indicator disabled={!row.visitorOnline} color="var(--wk-online)" position="bottom-end" offset={5} size={10} withBorder>
        <Avatar name={name} color="initials" radius="xl" size={40} />
      </Indicator>
      <span className="row-text">
        <span className="row-top">
          <span className={row.unread > 0 ? 'row-name strong' : 'row-name'}>{name}</span>
          <time className="row-time">{shortTime(row.updatedMs, nowMs, language)}</time>
        </span>
        <span className="row-last">{last === undefined ? '' : last.note ? `🔒 ${last.text}` : last.text}</span>
        <span className="row-bottom">
          {row.waitingSinceMs !== 0 && <span className={`wait ${urgency(waitMs)}`}>{t('waiting', { time: waited(waitMs, language) })}</span>}
          {row.holder?.agentName !== undefined && row.holder.agentName !== '' && <span className="quiet">{row.holder.agentName}</span>}
          <span className="grow" />
          {row.unread > 0 && <span className="badge" aria-label={t('unread', { count: row.unread })}>{row.unread}</span>}
        </span>
      </span>
    </Link>
  )
}
