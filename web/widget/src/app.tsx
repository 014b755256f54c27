import type { JSX } from 'preact'
import { useEffect, useReducer, useRef, useState } from 'preact/hooks'
import { ConversationState, HolderKind } from '@weikeyi/sdk/wire/event'
import type { Chat, ChatState } from './chat'
import { Composer } from './composer'
import { pickText, type Language, type Words } from './i18n'
import { Icon } from './icons'
import { Log } from './log'
import { Avatar } from './messages'

export interface AppProps {
  chat: Chat
  language: Language
  open: boolean
  full: boolean
  onClose: () => void
}

export function App({ chat, language, open, full, onClose }: AppProps): JSX.Element {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  useEffect(() => chat.subscribe(() => redraw(undefined)), [chat])
  const { state } = chat
  const { words } = language
  const panel = useRef<HTMLDivElement>(null)
  const visible = usePageVisible() && open
  const [dropping, setDropping] = useState(false)

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.isComposing && !full) {
      event.stopPropagation()
      onClose()
    } else if (event.key === 'Tab' && covers(panel.current)) {
      trapTab(event, panel.current)
    }
    // What is typed here is none of the host page's shortcuts.
    event.stopPropagation()
  }

  return (
    <div
      class={full ? 'panel full' : 'panel'}
      ref={panel}
      role={full ? 'main' : 'dialog'}
      aria-label={words.dialog}
      lang={language.tag}
      data-open={open}
      inert={!open}
      onKeyDown={onKeyDown}
      onKeyPress={(event) => event.stopPropagation()}
      onKeyUp={(event) => event.stopPropagation()}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        setDropping(true)
      }}
      onDragLeave={(event) => {
        if (event.target === event.currentTarget || event.relatedTarget === null) setDropping(false)
      }}
      onDrop={(event) => {
        event.preventDefault()
        setDropping(false)
        chat.attach([...(event.dataTransfer?.files ?? [])])
      }}
    >
      <Header state={state} chat={chat} language={language} full={full} onClose={onClose} />
      <LinkBar state={state} chat={chat} words={words} />
      <Log state={state} chat={chat} language={language} visible={visible} onSeen={() => chat.client.seen(state.view.id, state.view.throughSeq)} />
      <Composer state={state} chat={chat} words={words} visible={open} />
      {dropping && <div class="drop">{words.dropHere}</div>}
    </div>
  )
}

function Header({ state, chat, language, full, onClose }: { state: ChatState; chat: Chat; language: Language; full: boolean; onClose: () => void }): JSX.Element {
  const { words } = language
  const { session, view, agentsOnline } = state
  const holder = view.holder
  const withAgent = holder?.kind === HolderKind.AGENT && view.state !== ConversationState.RESOLVED
  const title = pickText(session?.appearance?.title, language.tag) || session?.siteName || words.dialog
  const queued = holder?.kind === HolderKind.QUEUE && view.throughSeq > 0 && view.state === ConversationState.OPEN && agentsOnline
  const line = withAgent ? words.withYou(holder.agentName || words.team) : queued ? words.queued : agentsOnline ? words.online : session === undefined ? '' : words.away
  return (
    <header>
      <span class="face">
        <Avatar name={withAgent ? holder.agentName : title} size={36} />
        {session !== undefined && <i class={agentsOnline ? 'presence on' : 'presence'} />}
      </span>
      <span class="titles">
        <h2>{title}</h2>
        <p>{line}</p>
      </span>
      <button type="button" class="icon-button bell" aria-label={words.sound} title={words.sound} aria-pressed={!state.muted} onClick={() => chat.setMuted(!state.muted)}>
        <Icon name="bell" />
      </button>
      {!full && (
        <button type="button" class="icon-button" aria-label={words.close} title={words.close} onClick={onClose}>
          <Icon name="chevron" />
        </button>
      )}
    </header>
  )
}

/** Lies over the log's upper edge, so that nothing moves when it comes and goes. */
function LinkBar({ state, chat, words }: { state: ChatState; chat: Chat; words: Words }): JSX.Element {
  const { waiting, link } = state
  const busy = state.busyUntilMs > 0 && link.kind !== 'closed'
  const notice = busy ? 'busy' : state.notice
  const [, redraw] = useState(0)
  // Said once, with the wait of then: a voice that counts down is no help.
  const said = useRef('')
  if (!busy) said.current = ''
  else said.current ||= words.busy(chat.busySeconds())
  useEffect(() => {
    if (!busy) return undefined
    const timer = setInterval(() => redraw((count) => count + 1), 250)
    return () => clearInterval(timer)
  }, [busy])
  const text = {
    busy: busy ? words.busy(chat.busySeconds()) : '',
    none: '',
    connecting: words.linkConnecting,
    lost: words.linkLost,
    stalled: words.linkStalled,
    back: words.linkBack,
    closed: words.linkClosed,
  }[notice]
  const more = busy || notice === 'none' || notice === 'back' || notice === 'closed' ? '' : waiting > 0 ? words.linkWaiting(waiting) : notice === 'lost' ? words.linkKept : ''
  return (
    <div class={`link-bar ${notice}`} role="status" aria-live="polite" title={link.kind === 'closed' ? link.code : ''}>
      {notice !== 'none' && (
        <span>
          <Icon name={notice === 'back' ? 'tick' : notice === 'closed' ? 'alert' : 'clock'} size={14} />
          {busy ? <b aria-hidden="true">{text}</b> : text}
          {busy && <i class="hidden">{said.current}</i>}
          {more !== '' && <em>{more}</em>}
        </span>
      )}
    </div>
  )
}

function usePageVisible(): boolean {
  const [visible, setVisible] = useState(document.visibilityState === 'visible')
  useEffect(() => {
    const changed = (): void => setVisible(document.visibilityState === 'visible')
    document.addEventListener('visibilitychange', changed)
    return () => document.removeEventListener('visibilitychange', changed)
  }, [])
  return visible
}

/** Whether the panel fills the window (telephones): then Tab must not go to what lies behind it. */
function covers(panel: HTMLElement | null): boolean {
  return panel !== null && panel.offsetWidth >= window.innerWidth
}

function trapTab(event: KeyboardEvent, panel: HTMLElement | null): void {
  const stops = [...(panel?.querySelectorAll<HTMLElement>('button:not([disabled]):not([tabindex="-1"]),textarea:not([disabled]),a[href],[tabindex="0"]') ?? [])]
  const root = panel?.getRootNode()
  const active = root instanceof ShadowRoot ? root.activeElement : document.activeElement
  const edge = event.shiftKey ? stops[0] : stops.at(-1)
  if (active !== edge) return
  event.preventDefault()
  ;(event.shiftKey ? stops.at(-1) : stops[0])?.focus()
}
