import type { JSX } from 'preact'
import type { Chat } from './chat'
import { AttachmentView } from './attachment'
import { Icon } from './icons'
import type { Language, Words } from './i18n'
import { isWebAddress, linkify } from './linkify'
import type { Bubble, Item, Line, Speaker } from './timeline'

export function RichText({ text }: { text: string }): JSX.Element {
  return (
    <>
      {linkify(text).map((part, index) =>
        part.kind === 'text' ? (
          part.text
        ) : (
          <a key={index} href={part.url} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ),
      )}
    </>
  )
}

/** The first sign of a Chinese name is the family's; of others, two initials. */
export function initials(name: string): string {
  const trimmed = name.trim()
  const first = [...trimmed][0] ?? ''
  if (/[\u2e80-\u9fff]/.test(first)) return first
  const parts = trimmed.split(/\s+/)
  return (first + (parts.length > 1 ? ([...(parts.at(-1) ?? '')][0] ?? '') : '')).toUpperCase()
}

export function Avatar({ name, bot = false, size = 28 }: { name: string; bot?: boolean; size?: number }): JSX.Element {
  return (
    <span class="avatar" style={{ width: `${size}px`, height: `${size}px`, fontSize: `${Math.round(size * 0.4)}px` }} aria-hidden="true">
      {bot || name === '' ? <Icon name="bot" size={Math.round(size * 0.62)} /> : initials(name)}
    </span>
  )
}

function dayWord(timeMs: number, { tag, words }: Language, nowMs: number): string {
  const start = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0)
  const days = Math.round((start(nowMs) - start(timeMs)) / 86_400_000)
  if (days === 0) return words.today
  if (days === 1) return words.yesterday
  const sameYear = new Date(timeMs).getFullYear() === new Date(nowMs).getFullYear()
  return new Intl.DateTimeFormat(tag, { month: 'long', day: 'numeric', weekday: 'short', ...(sameYear ? {} : { year: 'numeric' }) }).format(timeMs)
}

function lineText(line: Line, words: Words): string {
  switch (line.kind) {
    case 'joined':
      return words.joined(line.name || words.team)
    case 'left':
      return words.left(line.name || words.team)
    case 'rated':
      return words.rated(line.score)
    default:
      return words[line.kind]
  }
}

export function ItemView({ item, chat, language, lastOwnKey }: { item: Item; chat: Chat; language: Language; lastOwnKey: string }): JSX.Element {
  const { words } = language
  switch (item.kind) {
    case 'day':
      return (
        <div class="day">
          <span>{dayWord(item.timeMs, language, Date.now())}</span>
        </div>
      )
    case 'unread':
      return (
        <div class="unread" role="separator">
          <span>{words.unreadFrom}</span>
        </div>
      )
    case 'line':
      return <p class="line">{lineText(item.line, words)}</p>
    case 'group':
      return <Group speaker={item.speaker} bubbles={item.bubbles} chat={chat} language={language} lastOwnKey={lastOwnKey} />
  }
}

function Group({ speaker, bubbles, chat, language, lastOwnKey }: { speaker: Speaker; bubbles: Bubble[]; chat: Chat; language: Language; lastOwnKey: string }): JSX.Element {
  const { tag, words } = language
  const own = speaker.side === 'own'
  const name = own ? words.you : speaker.name || (speaker.bot ? words.assistant : words.team)
  const last = bubbles.at(-1)
  const time = (ms: number): string => new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hour12: false }).format(ms)
  return (
    <div class={own ? 'group own' : 'group'} role="group" aria-label={name}>
      {!own && <Avatar name={speaker.name} bot={speaker.bot} />}
      <div class="stack">
        {!own && <span class="name">{name}</span>}
        {bubbles.map((bubble) => (
          <BubbleView key={bubble.key} bubble={bubble} chat={chat} words={words} title={time(bubble.timeMs)} />
        ))}
        <span class="meta">
          <time>{time(last?.timeMs ?? 0)}</time>
          {last?.progress !== undefined && last.progress !== 'failed' && (last.key === lastOwnKey || last.progress === 'queued' || last.progress === 'sent') && (
            <ProgressMark progress={last.progress} words={words} />
          )}
        </span>
      </div>
    </div>
  )
}

function ProgressMark({ progress, words }: { progress: 'queued' | 'sent' | 'stored' | 'seen'; words: Words }): JSX.Element {
  const word = { queued: words.stateQueued, sent: words.stateSent, stored: words.stateStored, seen: words.stateSeen }[progress]
  const name = progress === 'seen' ? 'ticks' : progress === 'stored' ? 'tick' : 'clock'
  return (
    <span class={`progress ${progress}`}>
      <Icon name={name} size={14} />
      <span class={progress === 'sent' ? 'hidden' : ''}>{word}</span>
    </span>
  )
}

function BubbleView({ bubble, chat, words, title }: { bubble: Bubble; chat: Chat; words: Words; title: string }): JSX.Element {
  const { clientId = '', failureCode = '' } = bubble
  const jumbo = bubble.attachments.length === 0 && /^(\p{Extended_Pictographic}[\ufe0f\u200d]*){1,3}$/u.test(bubble.text)
  return (
    <>
      {bubble.attachments.map((attachment) => (
        <AttachmentView key={attachment.id} attachment={attachment} chat={chat} words={words} />
      ))}
      {bubble.text !== '' && (
        <div class={`bubble${jumbo ? ' jumbo' : ''}${bubble.progress === 'queued' || bubble.progress === 'failed' ? ' unsent' : ''}`} title={title} dir="auto">
          <RichText text={bubble.text} />
        </div>
      )}
      {bubble.citations?.map(
        ({ title, url }) =>
          isWebAddress(url) && (
            <a class="text-button" href={url} target="_blank" rel="noopener noreferrer">
              {title}
            </a>
          ),
      )}
      {bubble.progress === 'failed' && (
        <span class="failure" role="alert">
          <Icon name="alert" size={14} />
          <span>
            {words.stateFailed}
            {words.failed[failureCode] === undefined ? '' : ` · ${words.failed[failureCode]}`}
          </span>
          <button type="button" class="text-button" onClick={() => chat.client.retry(clientId)}>
            {words.retry}
          </button>
          <button type="button" class="text-button" onClick={() => chat.client.discard(clientId)}>
            {words.discard}
          </button>
        </span>
      )}
    </>
  )
}
