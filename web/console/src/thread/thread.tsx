import { ActionIcon, Avatar, Button, Indicator, Skeleton, Tooltip } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconArrowDown, IconArrowLeft, IconLayoutSidebarRight } from '@tabler/icons-react'
import { progressOf } from '@weikeyi/sdk'
import { ActorKind, ConversationState } from '@weikeyi/sdk/wire/event'
import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { Link, useSearchParams } from 'wouter'
import { clockTime, dayAndTime } from '../format'
import { useI18n, type TextKey } from '../i18n'
import { useSession } from '../session'
import { useCommands } from '../commands'
import { DigestCard } from '../assist/digest_card'
import { visitorLanguage } from '../assist/languages'
import { matterOf } from '../assist/matter'
import { Translation } from '../assist/translation'
import type { ContactPlace } from '../bot/recognised'
import { ReplyExtras } from '../bot/reply_extras'
import { heldByBot, holderName } from '../holder'
import { visitorName } from '../visitor_name'
import { ActionBar } from './actions'
import { Bubble } from './bubble'
import { Composer } from './composer'
import { Decision } from './decision'
import { actorName, describe } from './describe'
import { Panel } from './panel'
import { openSeq, writtenLast } from './suggested'
import { timeline, type Item } from './timeline'
import { useActions } from './use_actions'
import { useConversation } from './use_conversation'

// Nearer than this to the end, new messages are followed.
const followPx = 120
// Nearer than this to the beginning, older ones are read.
const olderPx = 200
const panelKey = 'weikeyi.console.panel'

export function Thread({ id, onDone }: { id: string; onDone: () => void }) {
  const { t, language } = useI18n()
  const { board, me } = useSession()
  const { view: stored, viewers, loadOlder } = useConversation(id)
  // What was asked for counts as done until it is refused.
  const wish = useSyncExternalStore(board.subscribe, () => board.wishOf(id))
  const view = useMemo(() => (stored === undefined || wish === undefined ? stored : { ...stored, ...(wish.state === undefined ? {} : { state: wish.state }), ...(wish.holder === undefined ? {} : { holder: wish.holder }) }), [stored, wish])
  const actions = useActions(id, { state: stored?.state ?? ConversationState.OPEN, holder: stored?.holder })
  const [search] = useSearchParams()
  const wantedSeq = Number(search.get('seq') ?? 0)
  const wide = useMediaQuery('(min-width: 1100px)') ?? true
  const [panelChosen, setPanelChosen] = useState<boolean | undefined>(() => (localStorage.getItem(panelKey) === 'closed' ? false : undefined))
  const panelOpen = panelChosen ?? wide
  const [away, setAway] = useState(false)
  const setPanel = (open: boolean): void => {
    if (wide) localStorage.setItem(panelKey, open ? 'open' : 'closed')
    setPanelChosen(open)
  }
  const scroller = useRef<HTMLDivElement>(null)
  const following = useRef(true)
  const heightBefore = useRef(0)

  // Where reading had stopped when this was opened: the line stays there.
  const newAfter = useRef<number>(undefined)
  if (newAfter.current === undefined && view?.summary !== undefined) newAfter.current = view.summary.agentsSeenSeq
  const items = useMemo(() => (view === undefined ? [] : timeline(view, newAfter.current ?? 0)), [view])

  const matter = useMemo(() => (view === undefined || !view.loaded || heldByBot(view.holder) || view.state === ConversationState.RESOLVED ? undefined : matterOf(view.events)), [view])

  useLayoutEffect(() => {
    const box = scroller.current
    if (box === null) return
    if (heightBefore.current > 0) {
      // Older ones came in above: what is read stays where it is.
      box.scrollTop += box.scrollHeight - heightBefore.current
      heightBefore.current = 0
    } else if (following.current) {
      box.scrollTop = box.scrollHeight
    }
  }, [items, view?.typing])

  // What stands above or below it grows: the end that is read stays in sight.
  useEffect(() => {
    const box = scroller.current
    if (box === null) return
    const watch = new ResizeObserver(() => {
      if (following.current) box.scrollTop = box.scrollHeight
    })
    watch.observe(box)
    return () => watch.disconnect()
  }, [])

  const jumped = useRef(0)
  useLayoutEffect(() => {
    if (wantedSeq === 0 || jumped.current === wantedSeq || view === undefined || !view.loaded) return
    if (wantedSeq <= view.baseSeq && view.hasOlder) return void loadOlder()
    const found = scroller.current?.querySelector(`[data-seq="${wantedSeq}"]`)
    if (found === null || found === undefined) return
    jumped.current = wantedSeq
    following.current = false
    found.scrollIntoView({ block: 'center' })
  })

  useCommands([
    { id: 'panel', label: t('details'), group: t('conversation'), keys: { code: 'KeyO', alt: true }, run: () => setPanel(!panelOpen) },
    ...(panelOpen && !wide ? [{ id: 'panel-close', label: t('close'), group: t('conversation'), keys: { code: 'Escape' }, run: () => setPanel(false) }] : []),
  ])
  // A short log shows no scroll bar to pull at: older ones come by themselves.
  const tooShort = view?.loaded === true && view.hasOlder && !view.loadingOlder
  useEffect(() => {
    const box = scroller.current
    if (tooShort && box !== null && box.scrollHeight <= box.clientHeight) void older()
  })

  const visitor = useMemo(() => visitorLanguage(view?.summary?.context?.locale ?? '', writtenLast(view?.events ?? [])), [view])
  const name = visitorName(view?.summary, t)
  const toEnd = (): void => {
    const box = scroller.current
    if (box !== null) box.scrollTop = box.scrollHeight
  }
  async function older(): Promise<void> {
    heightBefore.current = scroller.current?.scrollHeight ?? 0
    if (!(await loadOlder())) heightBefore.current = 0
  }
  if (view?.refusal !== undefined) {
    return (
      <div className="nothing-open">
        <p className="nothing-open-title">{t('notFound')}</p>
        <Link href="/">{t('conversations')}</Link>
      </div>
    )
  }
  const summary = view?.summary
  const place: ContactPlace = { conversationId: id, contactId: summary?.contactId ?? '0' }
  const snoozed = view?.state === ConversationState.SNOOZED
  return (
    <>
      <section className="thread" aria-label={name}>
        <header className="thread-head">
          <Link href="/" className="only-narrow" aria-label={t('back')}>
            <IconArrowLeft size={20} />
          </Link>
          <Indicator disabled={summary?.visitorOnline !== true} color="var(--wk-online)" position="bottom-end" offset={4} size={10} withBorder>
            <Avatar name={name} color="initials" radius="xl" size={36} />
          </Indicator>
          <div className="thread-title">
            <h1 dir="auto">{name}</h1>
            <p className="quiet">
              {view !== undefined && t(stateTexts[view.state] ?? 'stateOpen')}
              {snoozed && summary !== undefined && summary.snoozedUntilMs > 0 && ` ${t('until', { time: dayAndTime(summary.snoozedUntilMs, language) })}`}
              {' · '}
              {holderName(view?.holder, me.id, t) || t('nobody')}
            </p>
          </div>
          {viewers.length > 0 && (
            <Tooltip label={t('viewing', { names: viewers.map((agent) => agent.name).join(', ') })}>
              <Avatar.Group className="viewers" aria-label={t('viewing', { names: viewers.map((agent) => agent.name).join(', ') })}>
                {viewers.slice(0, 3).map((agent) => (
                  <Avatar key={agent.id} name={agent.name} color="initials" radius="xl" size={28} />
                ))}
              </Avatar.Group>
            </Tooltip>
          )}
          {view !== undefined && <ActionBar view={view} actions={actions} onDone={onDone} />}
          <Tooltip label={t('details')}>
            <ActionIcon variant={panelOpen ? 'light' : 'subtle'} color="gray" size="lg" aria-label={t('details')} aria-pressed={panelOpen} onClick={() => setPanel(!panelOpen)}>
              <IconLayoutSidebarRight size={20} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        </header>
        {matter !== undefined && view !== undefined && <DigestCard id={id} contactId={place.contactId} matter={matter} seq={view.throughSeq} />}
        <div
          className="thread-log"
          ref={scroller}
          role="log"
          aria-live="polite"
          tabIndex={0}
          onScroll={(event) => {
            const box = event.currentTarget
            following.current = box.scrollHeight - box.scrollTop - box.clientHeight < followPx
            setAway(!following.current)
            if (box.scrollTop < olderPx && view?.hasOlder === true && !view.loadingOlder) void older()
          }}
        >
          <div className="thread-column">
            {view === undefined || !view.loaded ? <Skeletons /> : null}
            {view?.hasOlder === true && (
              <Button variant="subtle" size="xs" loading={view.loadingOlder} onClick={() => void older()}>
                {t('loadOlder')}
              </Button>
            )}
            {view !== undefined && items.map((item) => <ItemView key={item.key} item={item} visitorSeenSeq={view.visitorSeenSeq} wantedSeq={wantedSeq} place={place} />)}
            {view?.typing.map((signal) => (
              <div key={`${signal.actor?.kind}:${signal.actor?.id}`} className={signal.actor?.kind === ActorKind.VISITOR ? 'message theirs' : 'message ours'}>
                <div className="bubble preview" dir="auto">
                  {signal.text === '' ? t('typing', { name: signal.actor?.name === '' || signal.actor === undefined ? name : signal.actor.name }) : signal.text}
                </div>
              </div>
            ))}
          </div>
        </div>
        <div className="composer-place">
          {away && (
            <Button className="to-end" size="xs" radius="xl" variant="default" leftSection={<IconArrowDown size={14} />} onClick={toEnd}>
              {t('toNewest')}
            </Button>
          )}
          <Composer id={id} openSeq={view?.loaded === true && !heldByBot(view.holder) && view.pending.length === 0 ? openSeq(view.events) : 0} visitor={visitor} />
        </div>
      </section>
      {panelOpen && view !== undefined && <Panel id={id} view={view} actions={actions} onClose={() => setPanel(false)} />}
    </>
  )
}

function ItemView({ item, visitorSeenSeq, wantedSeq, place }: { item: Item; visitorSeenSeq: number; wantedSeq: number; place: ContactPlace }) {
  const { t, language } = useI18n()
  const { client } = useSession()
  switch (item.kind) {
    case 'day':
      return (
        <div className="day">
          <span>{dayName(item.timeMs, t, language)}</span>
        </div>
      )
    case 'new':
      return (
        <div className="new-line" role="separator">
          <span>{t('newMessages')}</span>
        </div>
      )
    case 'line': {
      if (item.event.body?.$case === 'botDecided') return <Decision timeMs={item.event.timeMs} decided={item.event.body.value} place={place} />
      const text = describe(item.event, t)
      const comment = item.event.body?.$case === 'holderChanged' ? item.event.body.value.comment : ''
      if (text === undefined) return null
      return (
        <p className="event-line">
          <span>{text}</span> <time>{clockTime(item.event.timeMs, language)}</time>
          {comment !== '' && <span className="event-comment">{comment}</span>}
        </p>
      )
    }
    case 'bubble': {
      const mine = item.ours && !item.note
      const said = item.event.body?.$case === 'message' ? item.event.body.value : undefined
      return (
        <Bubble
          side={item.ours ? 'ours' : 'theirs'}
          note={item.note}
          text={item.text}
          attachments={item.attachments}
          author={item.first && (item.ours || item.note) ? actorName(item.event, t) : undefined}
          timeMs={item.last ? item.event.timeMs : undefined}
          progress={mine ? (progressOf(item.event, visitorSeenSeq) === 'seen' ? 'seen' : 'stored') : 'none'}
          seq={item.event.seq}
          highlighted={item.event.seq === wantedSeq}
          ai={item.event.actor?.kind === ActorKind.BOT}
          extras={
            said !== undefined && (
              <>
                {item.event.actor?.kind === ActorKind.VISITOR && <Translation id={place.conversationId} seq={item.event.seq} text={item.text} />}
                <ReplyExtras citations={said.citations} choices={said.choices} />
              </>
            )
          }
        />
      )
    }
    case 'pending': {
      const { entry } = item
      const failed = entry.state === 'failed'
      return (
        <Bubble side="ours" note={item.note} text={item.text} attachments={item.attachments} author={undefined} timeMs={failed ? undefined : entry.timeMs} progress={entry.state === 'stored' ? 'stored' : 'queued'}>
          {failed && (
            <span className="message-failed" role="alert">
              {t('sendFailed', { reason: failureText(entry.failure, t) })}
              <Button size="compact-xs" variant="subtle" onClick={() => client.retry(entry.clientId)}>
                {t('retry')}
              </Button>
              <Button size="compact-xs" variant="subtle" color="gray" onClick={() => client.discard(entry.clientId)}>
                {t('discard')}
              </Button>
            </span>
          )}
        </Bubble>
      )
    }
  }
}

const stateTexts: Record<number, TextKey> = {
  [ConversationState.PENDING]: 'statePending',
  [ConversationState.SNOOZED]: 'stateSnoozed',
  [ConversationState.RESOLVED]: 'stateResolved',
}

const failureTexts: Record<string, TextKey> = { forbidden: 'notAllowed', too_large: 'tooLarge', not_found: 'notFound', storage_full: 'storageFull' }

function failureText(failure: { code: string; reason: string } | undefined, t: ReturnType<typeof useI18n>['t']): string {
  const known = failureTexts[failure?.code ?? '']
  return known === undefined ? failure?.reason || failure?.code || '' : t(known)
}

function dayName(timeMs: number, t: ReturnType<typeof useI18n>['t'], language: string): string {
  const date = new Date(timeMs).toDateString()
  if (date === new Date().toDateString()) return t('today')
  if (date === new Date(Date.now() - 86_400_000).toDateString()) return t('yesterday')
  return new Date(timeMs).toLocaleDateString(language, { weekday: 'long', month: 'long', day: 'numeric' })
}

const Skeletons = () => (
  <>
    <Skeleton height={40} width="45%" radius="lg" />
    <Skeleton height={64} width="60%" radius="lg" mt="sm" />
    <Skeleton height={40} width="40%" radius="lg" mt="sm" ml="auto" />
  </>
)
