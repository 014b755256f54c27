import { ActionIcon, Button, Skeleton } from '@mantine/core'
import { useHotkeys, useMediaQuery } from '@mantine/hooks'
import { IconArrowLeft, IconInfoCircle } from '@tabler/icons-react'
import { progressOf } from '@weikeyi/sdk'
import { ActorKind } from '@weikeyi/sdk/wire/event'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Link, useSearchParams } from 'wouter'
import { shortTime } from '../format'
import { useI18n } from '../i18n'
import { useSession } from '../session'
import { Actions } from './actions'
import { Bubble } from './bubble'
import { Composer } from './composer'
import { actorName, describe } from './describe'
import { Panel } from './panel'
import { timeline, type Item } from './timeline'
import { useConversation } from './use_conversation'

// Nearer than this to the end, new messages are followed.
const followPx = 120

export function Thread({ id }: { id: string }) {
  const { t } = useI18n()
  const { view, viewers, loadOlder } = useConversation(id)
  const [search] = useSearchParams()
  const wantedSeq = Number(search.get('seq') ?? 0)
  const wide = useMediaQuery('(min-width: 1100px)') ?? true
  const [panelChosen, setPanelChosen] = useState<boolean>()
  const panelOpen = panelChosen ?? wide
  const scroller = useRef<HTMLDivElement>(null)
  const following = useRef(true)
  const heightBefore = useRef(0)

  // Where reading had stopped when this was opened: the line stays there.
  const newAfter = useRef<number>(undefined)
  if (newAfter.current === undefined && view?.summary !== undefined) newAfter.current = view.summary.agentsSeenSeq
  const items = useMemo(() => (view === undefined ? [] : timeline(view, newAfter.current ?? 0)), [view])

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

  useHotkeys([['Escape', () => setPanelChosen(false)]])

  if (view?.refusal !== undefined) return <div className="nothing-open">{t('notFound')}</div>
  const name = view?.summary?.contactName !== undefined && view.summary.contactName !== '' ? view.summary.contactName : t('visitor')
  const older = async (): Promise<void> => {
    heightBefore.current = scroller.current?.scrollHeight ?? 0
    if (!(await loadOlder())) heightBefore.current = 0
  }
  return (
    <>
      <section className="thread" aria-label={name}>
        <header className="thread-head">
          <Link href="/" className="only-narrow" aria-label={t('back')}>
            <IconArrowLeft size={20} />
          </Link>
          <div className="thread-title">
            <h1>{name}</h1>
            {viewers.length > 0 && <p className="quiet">{t('viewing', { names: viewers.map((agent) => agent.name).join(', ') })}</p>}
          </div>
          {view !== undefined && <Actions id={id} view={view} />}
          <ActionIcon variant={panelOpen ? 'light' : 'subtle'} color="gray" aria-label={t('details')} aria-pressed={panelOpen} onClick={() => setPanelChosen(!panelOpen)}>
            <IconInfoCircle size={20} stroke={1.6} />
          </ActionIcon>
        </header>
        <div
          className="thread-log"
          ref={scroller}
          role="log"
          aria-live="polite"
          tabIndex={0}
          onScroll={(event) => {
            const box = event.currentTarget
            following.current = box.scrollHeight - box.scrollTop - box.clientHeight < followPx
          }}
        >
          <div className="thread-column">
            {view === undefined || !view.loaded ? <Skeletons /> : null}
            {view?.hasOlder === true && (
              <Button variant="subtle" size="xs" loading={view.loadingOlder} onClick={() => void older()}>
                {t('loadOlder')}
              </Button>
            )}
            {view !== undefined && items.map((item) => <ItemView key={item.key} item={item} visitorSeenSeq={view.visitorSeenSeq} wantedSeq={wantedSeq} />)}
            {view?.typing.map((signal) => (
              <div key={`${signal.actor?.kind}:${signal.actor?.id}`} className={signal.actor?.kind === ActorKind.VISITOR ? 'message theirs' : 'message ours'}>
                <div className="bubble preview" dir="auto">
                  {signal.text === '' ? t('typing', { name: signal.actor?.name === '' || signal.actor === undefined ? name : signal.actor.name }) : signal.text}
                </div>
              </div>
            ))}
          </div>
        </div>
        <Composer id={id} />
      </section>
      {panelOpen && view !== undefined && <Panel id={id} view={view} onClose={() => setPanelChosen(false)} />}
    </>
  )
}

function ItemView({ item, visitorSeenSeq, wantedSeq }: { item: Item; visitorSeenSeq: number; wantedSeq: number }) {
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
      const text = describe(item.event, t)
      const comment = item.event.body?.$case === 'holderChanged' ? item.event.body.value.comment : ''
      if (text === undefined) return null
      return (
        <p className="event-line" title={shortTime(item.event.timeMs, Date.now(), language)}>
          {text}
          {comment !== '' && <span className="event-comment">{comment}</span>}
        </p>
      )
    }
    case 'bubble': {
      const mine = item.ours && !item.note
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
              {t('sendFailed', { reason: entry.failure?.reason ?? '' })}
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
