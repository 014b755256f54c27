import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { ConversationState } from '@weikeyi/sdk/wire/event'
import type { Chat, ChatState } from './chat'
import { pickText, type Language } from './i18n'
import { Icon } from './icons'
import { Avatar, ItemView } from './messages'
import { Rating } from './rating'
import { choicesOf, endOf, timelineOf } from './timeline'

/** Close enough to the end to be reading it. */
const nearEndPixels = 80

export function Log({ state, chat, language, visible, onSeen }: { state: ChatState; chat: Chat; language: Language; visible: boolean; onSeen: () => void }): JSX.Element {
  const { view, session } = state
  const { words } = language
  const scroller = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const heightBefore = useRef<{ height: number; base: number }>({ height: 0, base: view.baseSeq })
  const [behind, setBehind] = useState(false)
  // Where the "new" line stands: fixed when the panel is opened, so that it does not run away while one reads.
  const [mark, setMark] = useState<number>()
  useEffect(() => {
    if (visible && view.loaded) setMark((before) => before ?? view.visitorSeenSeq)
    if (!visible) setMark(undefined)
  }, [visible, view.loaded])

  const items = useMemo(() => timelineOf(view, mark !== undefined && mark > 0 ? mark : undefined), [view, mark])
  const lastOwnKey = items.findLast((item) => item.kind === 'group' && item.speaker.side === 'own')
  const lastOwn = lastOwnKey?.kind === 'group' ? (lastOwnKey.bubbles.at(-1)?.key ?? '') : ''

  const toEnd = (smooth: boolean): void => {
    const element = scroller.current
    if (element === null) return
    const still = !smooth || matchMedia('(prefers-reduced-motion: reduce)').matches
    element.scrollTo({ top: element.scrollHeight, behavior: still ? 'auto' : 'smooth' })
  }

  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    const before = heightBefore.current
    // Older events were put above: what was looked at stays where it was.
    if (before.base > view.baseSeq && before.height > 0) element.scrollTop += element.scrollHeight - before.height
    else if (atEnd.current) toEnd(false)
    else setBehind(true)
    heightBefore.current = { height: element.scrollHeight, base: view.baseSeq }
  }, [items, view.typing[0]?.text, visible])

  // An own message always brings one to the end.
  const pendingCount = view.pending.length
  useLayoutEffect(() => {
    if (pendingCount > 0) {
      atEnd.current = true
      toEnd(false)
    }
  }, [pendingCount])

  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    // The composer grows, the phone's keyboard comes: whoever was at the end stays there.
    const observer = new ResizeObserver(() => {
      if (atEnd.current) toEnd(false)
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useEffect(() => {
    if (visible && atEnd.current) onSeen()
  }, [visible, view.throughSeq, behind])

  const onScroll = (): void => {
    const element = scroller.current
    if (element === null) return
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPixels
    if (atEnd.current) setBehind(false)
    if (element.scrollTop < 60 && view.hasOlder && !view.loadingOlder) void chat.client.own.loadOlder()
  }

  const appearance = session?.appearance
  const greeting = pickText(appearance?.greeting, language.tag) || words.greeting
  const offline = pickText(appearance?.offlineMessage, language.tag) || words.offlineLine
  const empty = !items.some((item) => item.kind === 'group')
  const end = endOf(items)
  const waitingForLog = !view.loaded && empty && state.link.kind !== 'closed'
  return (
    <div class="log-frame">
      <div class="log" ref={scroller} onScroll={onScroll} role="log" aria-live="polite" aria-relevant="additions" aria-label={words.log} tabIndex={0}>
        {view.hasOlder ? (
          <button type="button" class="older" onClick={() => void chat.client.own.loadOlder()} disabled={view.loadingOlder}>
            {words.loadOlder}
          </button>
        ) : (
          !waitingForLog && (
            <div class={empty ? 'greeting first' : 'greeting'}>
              <p class="greeting-title">{greeting}</p>
              {empty && <p class="greeting-line">{state.agentsOnline || session === undefined ? words.greetingLine : offline}</p>}
            </div>
          )
        )}
        {waitingForLog && <Skeleton />}
        {items.map((item) => (
          <ItemView key={item.key} item={item} chat={chat} language={language} lastOwnKey={lastOwn} />
        ))}
        <div class="choices stack">
          {choicesOf(items).map((choice) => (
            <button type="button" class="file" key={choice} onClick={() => chat.send(choice)}>
              {choice}
            </button>
          ))}
        </div>
        {view.typing.map((signal) => (
          <div class="group" key={signal.actor?.id}>
            <Avatar name={signal.actor?.name ?? ''} />
            {/* As far as the AI agent has written. That is not read out: the message that follows is. */}
            <div class="bubble typing" role="status" aria-label={words.typing(signal.actor?.name || words.team)}>
              {signal.text ? <span aria-hidden>{signal.text}</span> : [<i />, <i />, <i />]}
            </div>
          </div>
        ))}
        {view.state === ConversationState.RESOLVED && end !== undefined && (
          <Rating key={end.key} rated={end.rated} words={words} onRate={(score, comment) => chat.rate(score, comment)} />
        )}
      </div>
      {behind && (
        <button type="button" class="to-end" onClick={() => toEnd(true)}>
          <Icon name="down" size={16} />
          {words.newMessages}
        </button>
      )}
    </div>
  )
}

function Skeleton(): JSX.Element {
  return (
    <div class="skeleton" aria-hidden="true">
      <i style={{ width: '62%' }} />
      <i style={{ width: '44%' }} />
      <i class="right" style={{ width: '50%' }} />
    </div>
  )
}
