import { Avatar, Button, Indicator, SegmentedControl, Select, Skeleton } from '@mantine/core'
import type { ConversationSummary } from '@weikeyi/sdk/wire/resource'
import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { IconAlertTriangle, IconClockPause, IconLock, IconRobot, IconWorld } from '@tabler/icons-react'
import { ActorKind, ConversationState, Priority } from '@weikeyi/sdk/wire/event'
import { useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { api, take, useProblemText } from '../api'
import { views, type StateFilter, type View } from '../board'
import { shortTime, urgency, waited } from '../format'
import { heldByBot, holderName } from '../holder'
import { useI18n, type TextKey } from '../i18n'
import { useSession } from '../session'
import { visitorName } from '../visitor_name'
import type { useBoard } from './use_board'

const rowHeight = 72

interface ListProps {
  board: ReturnType<typeof useBoard>
  view: View
  state: StateFilter
  site: string
  open: string | undefined
  onView: (view: View) => void
  onState: (state: StateFilter) => void
  onSite: (site: string) => void
}

const emptyTexts: Record<View, [TextKey, TextKey | undefined]> = {
  mine: ['emptyMine', 'emptyMineHelp'],
  queue: ['emptyQueue', undefined],
  bot: ['emptyBot', 'emptyBotHelp'],
  all: ['emptyAll', 'emptyAllHelp'],
}

export function ConversationList({ board, view, state, site, open, onView, onState, onSite }: ListProps) {
  const { t } = useI18n()
  const problemText = useProblemText()
  const scroller = useRef<HTMLDivElement>(null)
  const { rows, pages, nowMs, counts } = board
  const sites = useQuery({ queryKey: ['sites'], queryFn: () => take(api.sites()), staleTime: 60_000 })
  const siteList = sites.data?.sites ?? []
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8 })
  const [title, help] = emptyTexts[view]
  const items = virtual.getVirtualItems()
  // The next page is read before the end is reached.
  const lastShown = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (pages.hasNextPage && !pages.isFetchingNextPage && lastShown >= rows.length - 10) void pages.fetchNextPage()
  }, [pages, lastShown, rows.length])
  const openAt = rows.findIndex((row) => row.id === open)
  useEffect(() => {
    if (openAt >= 0) virtual.scrollToIndex(openAt, { align: 'auto' })
    // Only when another one is opened; not whenever the order changes under the reader.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [open])
  return (
    <section className="list" aria-label={t('conversations')}>
      <header className="list-head">
        <SegmentedControl
          fullWidth
          size="sm"
          aria-label={t('conversations')}
          value={view}
          onChange={(value) => onView(views.find((one) => one === value) ?? 'mine')}
          data={views.map((value) => ({
            value,
            label: (
              <span className="tab">
                {value === 'bot' ? <IconRobot size={17} stroke={1.7} role="img" aria-label={t('aiAgent')} /> : <span>{t(value)}</span>}
                {counts !== undefined && counts !== null && counts[value] > 0 && <span className="tab-count">{counts[value] > 999 ? '999+' : counts[value]}</span>}
              </span>
            ),
          }))}
        />
        <div className="list-filters">
        <Select
          size="xs"
          variant="filled"
          className="grow"
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
        {siteList.length > 1 && (
          <Select
            size="xs"
            variant="filled"
            className="grow"
            aria-label={t('site')}
            allowDeselect={false}
            value={site}
            onChange={(value) => onSite(value ?? '')}
            data={[{ value: '', label: t('everySite') }, ...siteList.map((one) => ({ value: one.id, label: one.name }))]}
          />
        )}
        </div>
      </header>
      <div className="list-rows" ref={scroller}>
        {pages.isPending && [0, 1, 2, 3].map((row) => <Skeleton key={row} height={rowHeight - 16} m={8} radius="md" />)}
        {pages.isError && (
          <div className="list-empty" role="alert">
            <p>{problemText(pages.error)}</p>
            <Button variant="default" size="xs" mt="sm" onClick={() => void pages.refetch()}>
              {t('retry')}
            </Button>
          </div>
        )}
        {pages.isSuccess && rows.length === 0 && (
          <div className="list-empty">
            <p>{t(title)}</p>
            {help !== undefined && <p className="quiet">{t(help)}</p>}
          </div>
        )}
        <ul className="virtual" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index]
            if (row === undefined) return null
            return (
              <li key={row.id} className="virtual-item" style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}>
                <Row row={row} here={row.id === open} nowMs={nowMs} />
              </li>
            )
          })}
        </ul>
        {pages.isFetchingNextPage && <Skeleton height={rowHeight - 16} m={8} radius="md" />}
      </div>
    </section>
  )
}

function Row({ row, here, nowMs }: { row: ConversationSummary; here: boolean; nowMs: number }) {
  const { t, language } = useI18n()
  const { me } = useSession()
  const name = visitorName(row, t)
  const waitMs = row.waitingSinceMs === 0 ? 0 : Math.max(0, nowMs - row.waitingSinceMs)
  const last = row.lastMessage
  return (
    <Link href={`/c/${row.id}`} className={here ? 'row here' : 'row'} aria-current={here ? 'true' : undefined}>
      <Indicator disabled={!row.visitorOnline} color="var(--wk-online)" position="bottom-end" offset={5} size={11} withBorder>
        <Avatar name={name} color="initials" radius="xl" size={40} />
      </Indicator>
      <span className="row-text">
        <span className="row-top">
          <span className={row.unread > 0 ? 'row-name strong' : 'row-name'} dir="auto">{name}</span>
          {row.priority >= Priority.HIGH && <IconAlertTriangle className={row.priority === Priority.URGENT ? 'row-sign urgent' : 'row-sign'} size={14} aria-label={t(row.priority === Priority.URGENT ? 'priorityUrgent' : 'priorityHigh')} />}
          {row.state === ConversationState.SNOOZED && <IconClockPause className="row-sign" size={14} aria-label={t('stateSnoozed')} />}
          <time className="row-time">{shortTime(last?.timeMs ?? row.updatedMs, nowMs, language)}</time>
        </span>
        <span className={row.unread > 0 ? 'row-last new' : 'row-last'} dir="auto">
          {last?.note === true && <IconLock size={12} className="row-lock" aria-label={t('note')} />}
          {last !== undefined && last.actorKind !== ActorKind.VISITOR && `${last.actorName === me.name ? t('you') : last.actorName}: `}
          {last?.text}
        </span>
        <span className="row-bottom">
          {row.waitingSinceMs !== 0 && row.state === ConversationState.OPEN ? (
            <span className={`wait ${urgency(waitMs)}`}>{t('waiting', { time: waited(waitMs, language) })}</span>
          ) : (
            <IconWorld size={13} className="row-channel" aria-label={row.channel} />
          )}
          <span className="row-holder">
            {heldByBot(row.holder) && <IconRobot size={13} aria-hidden />} {holderName(row.holder, me.id, t)}
          </span>
          {row.labels.slice(0, 2).map((label) => (
            <span key={label} className="label-chip">{label}</span>
          ))}
          <span className="grow" />
          {row.unread > 0 && <span className="badge" aria-label={t('unread', { count: row.unread })}>{row.unread > 99 ? '99+' : row.unread}</span>}
        </span>
      </span>
    </Link>
  )
}
