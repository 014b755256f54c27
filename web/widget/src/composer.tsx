import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { ConversationState } from '@weikeyi/sdk/wire/event'
import type { Chat, ChatState } from './chat'
import { UploadView } from './attachment'
import { EmojiPicker } from './emoji'
import { Icon } from './icons'
import type { Words } from './i18n'

export function Composer({ state, chat, words, visible }: { state: ChatState; chat: Chat; words: Words; visible: boolean }): JSX.Element {
  const text = useRef<HTMLTextAreaElement>(null)
  const files = useRef<HTMLInputElement>(null)
  const [picking, setPicking] = useState(false)
  const [problem, setProblem] = useState('')
  const { draft } = state

  useLayoutEffect(() => {
    const element = text.current
    if (element === null) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(element.scrollHeight, 132)}px`
  }, [draft, visible])

  useEffect(() => {
    // On a telephone the keyboard would cover the greeting before it is read.
    if (visible && !matchMedia('(hover: none)').matches) text.current?.focus({ preventScroll: true })
  }, [visible])

  const send = (): void => {
    const result = chat.send(draft)
    setProblem(result === 'text_too_long' ? words.textTooLong : result === 'outbox_full' ? words.outboxFull : '')
    text.current?.focus({ preventScroll: true })
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    // 229: an input method's own Enter, in browsers that say it only so.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
    event.preventDefault()
    send()
  }

  const insert = (emoji: string): void => {
    const element = text.current
    const at = element?.selectionStart ?? draft.length
    const to = element?.selectionEnd ?? draft.length
    chat.setDraft(draft.slice(0, at) + emoji + draft.slice(to))
    setPicking(false)
    requestAnimationFrame(() => {
      element?.focus({ preventScroll: true })
      element?.setSelectionRange(at + emoji.length, at + emoji.length)
    })
  }

  const ended = state.view.state === ConversationState.RESOLVED
  const closed = state.link.kind === 'closed'
  return (
    <div class="composer">
      {picking && <EmojiPicker words={words} onPick={insert} onClose={() => { setPicking(false); text.current?.focus() }} />}
      {state.uploads.length > 0 && (
        <ul class="uploads">
          {state.uploads.map((item) => (
            <UploadView key={item.id} item={item} chat={chat} words={words} bytesMax={state.session?.uploadBytesMax ?? 0} />
          ))}
        </ul>
      )}
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="box">
        <textarea
          ref={text}
          rows={1}
          dir="auto"
          value={draft}
          placeholder={ended ? words.placeholderEnded : words.placeholder}
          aria-label={ended ? words.placeholderEnded : words.placeholder}
          disabled={closed}
          enterkeyhint="send"
          onInput={(event) => {
            setProblem('')
            chat.setDraft(event.currentTarget.value)
          }}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const pasted = [...(event.clipboardData?.files ?? [])]
            if (pasted.length === 0) return
            event.preventDefault()
            chat.attach(pasted)
          }}
        />
        <div class="tools">
          <button type="button" class="icon-button" aria-label={words.emoji} title={words.emoji} aria-expanded={picking} disabled={closed} onClick={() => setPicking(!picking)}>
            <Icon name="emoji" />
          </button>
          <button type="button" class="icon-button" aria-label={words.attach} title={words.attach} disabled={closed} onClick={() => files.current?.click()}>
            <Icon name="attach" />
          </button>
          <input
            ref={files}
            type="file"
            multiple
            hidden
            tabIndex={-1}
            onChange={(event) => {
              chat.attach([...(event.currentTarget.files ?? [])])
              event.currentTarget.value = ''
            }}
          />
          <button type="button" class="send" aria-label={words.send} title={words.send} disabled={closed || draft.trim() === ''} onClick={send}>
            <Icon name="send" />
          </button>
        </div>
      </div>
    </div>
  )
}
