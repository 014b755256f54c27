import { ActionIcon, Popover, SegmentedControl, Textarea, Tooltip } from '@mantine/core'
import { IconFile, IconLock, IconMoodSmile, IconPaperclip, IconSend2, IconX } from '@tabler/icons-react'
import { startUpload, type Upload } from '@weikeyi/sdk'
import { sendUpload } from '@weikeyi/sdk/browser'
import type { Attachment } from '@weikeyi/sdk/wire/event'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { idempotencyKey } from '../api'
import { useWriter } from '../assist/calls'
import { useWriting } from '../assist/use_writing'
import { WritingLine, WritingMenu } from '../assist/writing_menu'
import { useCommands } from '../commands'
import { useI18n } from '../i18n'
import { useNotify } from '../notify'
import { useSession } from '../session'
import { draftOf, keepDraft, type Mode } from './draft'
import { Suggestions } from './suggestions'

const emoji = ['😀', '😊', '😉', '🙂', '😅', '😂', '🤔', '😕', '😢', '😮', '👍', '👎', '👏', '🙏', '🤝', '👋', '❤️', '🎉', '✅', '❌', '⚠️', '📎', '📦', '🚚']

interface Chip {
  key: string
  name: string
  fraction: number
  /** Of an image, before it is sent. */
  preview: string | undefined
  upload: Upload
  attachment: Attachment | undefined
}

/** `visitor`: the language they read. */
export function Composer({ id, openSeq, visitor }: { id: string; openSeq: number; visitor: string | undefined }) {
  const { t } = useI18n()
  const { client } = useSession()
  const notify = useNotify()
  const [mode, setMode] = useState<Mode>('reply')
  const [text, setText] = useState(() => draftOf(localStorage, id, 'reply'))
  const [chips, setChips] = useState<readonly Chip[]>([])
  const [dragging, setDragging] = useState(false)
  const area = useRef<HTMLTextAreaElement>(null)
  const files = useRef<HTMLInputElement>(null)
  const note = mode === 'note'

  // On a telephone the keyboard would jump up over what was to be read.
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) area.current?.focus()
  }, [id, mode])
  const write = (next: string): void => {
    setText(next)
    keepDraft(localStorage, id, mode, next)
    client.setTyping(id, next !== '', '', note)
  }
  const writer = useWriter()
  const writing = useWriting((next) => {
    write(next)
    area.current?.focus()
  })
  const working = writing.state.kind === 'working'
  const turn = (next: Mode): void => {
    // What is on its way belongs to the draft it was made of.
    writing.forget()
    setMode(next)
    setText(draftOf(localStorage, id, next))
  }
  const group = t('groupWriting')
  useCommands([
    { id: 'note', label: t('note'), group, keys: { code: 'KeyP', alt: true }, single: { code: 'KeyN' }, run: () => turn('note') },
    { id: 'reply', label: t('reply'), group, keys: { code: 'KeyL', alt: true }, single: { code: 'KeyR' }, run: () => (mode === 'reply' ? area.current?.focus() : turn('reply')) },
    { id: 'attach', label: t('attach'), group, keys: { code: 'KeyA', alt: true, mod: true }, run: () => files.current?.click() },
  ])
  // Previews hold memory until they are let go.
  const previews = useRef(new Set<string>())
  useEffect(() => {
    const held = previews.current
    return () => held.forEach((url) => URL.revokeObjectURL(url))
  }, [])

  const uploading = chips.some((chip) => chip.attachment === undefined)
  const ready = !uploading && !working && (text.trim() !== '' || chips.length > 0)
  const send = (): void => {
    if (!ready) return
    const attachments = chips.flatMap((chip) => (chip.attachment === undefined ? [] : [chip.attachment]))
    const sent = note ? client.sendNote(id, text.trim(), attachments) : client.sendMessage(id, text.trim(), attachments)
    if (!sent.ok) return void notify.show({ wrong: true, message: t('somethingFailed', { reason: sent.code }) })
    writing.forget()
    write('')
    setChips([])
    area.current?.focus()
  }
  const insert = (one: string): void => {
    if (working) return
    const box = area.current
    const [start, end] = box === null ? [text.length, text.length] : [box.selectionStart, box.selectionEnd]
    write(text.slice(0, start) + one + text.slice(end))
    requestAnimationFrame(() => {
      box?.focus()
      box?.setSelectionRange(start + one.length, start + one.length)
    })
  }
  // What was written stays; a suggestion is for the visitor, whatever was being written.
  const take = (suggestion: string): void => {
    writing.forget()
    const written = note ? draftOf(localStorage, id, 'reply') : text
    const next = written.trim() === '' ? suggestion : `${written.trimEnd()}\n${suggestion}`
    setMode('reply')
    setText(next)
    keepDraft(localStorage, id, 'reply', next)
    client.setTyping(id, true, '', false)
    requestAnimationFrame(() => {
      area.current?.focus()
      area.current?.setSelectionRange(next.length, next.length)
    })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    // A text that was put here from outside is none of the browser's own steps.
    if (event.code === 'KeyZ' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && writing.undo(text)) return event.preventDefault()
    // While an input method composes, Enter is its own.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229) return
    event.preventDefault()
    send()
  }
  const attach = (list: Iterable<File>): void => {
    for (const file of list) {
      const key = idempotencyKey()
      const change = (changes: Partial<Chip>): void => setChips((all) => all.map((chip) => (chip.key === key ? { ...chip, ...changes } : chip)))
      const upload = startUpload({
        base: '',
        send: sendUpload,
        conversationId: id,
        name: file.name,
        mediaType: file.type,
        body: file,
        sizeBytes: file.size,
        idempotencyKey: key,
        onProgress: (fraction) => change({ fraction }),
      })
      const preview = /^image\/(png|jpeg|gif|webp|avif)$/.test(file.type) ? URL.createObjectURL(file) : undefined
      if (preview !== undefined) previews.current.add(preview)
      setChips((all) => [...all, { key, name: file.name, fraction: 0, preview, upload, attachment: undefined }])
      void upload.done.then((result) => {
        if (result.ok) return change({ fraction: 1, attachment: result.value })
        setChips((all) => all.filter((chip) => chip.key !== key))
        if (result.problem.code !== 'aborted') notify.show({ wrong: true, message: `${t('uploadFailed', { name: file.name })}: ${result.problem.detail}` })
      })
    }
  }
  return (
    <div
      className={`composer ${note ? 'note' : ''} ${dragging ? 'dragging' : ''}`}
      onDragOver={(event) => {
        event.preventDefault()
        setDragging(true)
      }}
      onDragLeave={() => setDragging(false)}
      onDrop={(event) => {
        event.preventDefault()
        setDragging(false)
        attach(event.dataTransfer.files)
      }}
    >
      <Suggestions id={id} seq={openSeq} onPick={take} />
      {dragging && <p className="drop-hint">{t('dropFiles')}</p>}
      {chips.length > 0 && (
        <ul className="chips">
          {chips.map((chip) => (
            <li key={chip.key}>
              {chip.preview === undefined ? <IconFile size={18} stroke={1.5} /> : <img src={chip.preview} alt="" />}
              <span className="chip-name">{chip.attachment === undefined ? t('uploading', { name: chip.name, percent: Math.round(chip.fraction * 100) }) : chip.name}</span>
              {chip.attachment === undefined && <progress value={chip.fraction} max={1} aria-label={chip.name} />}
              <ActionIcon
                size="xs"
                variant="subtle"
                color="gray"
                aria-label={`${t('remove')} ${chip.name}`}
                onClick={() => {
                  chip.upload.abort()
                  setChips((all) => all.filter((other) => other.key !== chip.key))
                }}
              >
                <IconX size={12} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <Textarea
        ref={area}
        variant="unstyled"
        autosize
        minRows={1}
        maxRows={8}
        aria-label={t(note ? 'note' : 'reply')}
        placeholder={t(note ? 'writeNote' : 'writeReply')}
        value={text}
        readOnly={working}
        aria-busy={working}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          if (event.clipboardData.files.length === 0) return
          event.preventDefault()
          attach(event.clipboardData.files)
        }}
      />
      {writer && <WritingLine text={text} writing={writing} />}
      <div className="composer-tools">
        <SegmentedControl
          size="xs"
          aria-label={`${t('reply')} / ${t('note')}`}
          value={mode}
          onChange={(value) => turn(value === 'note' ? 'note' : 'reply')}
          data={[
            { value: 'reply', label: t('reply') },
            { value: 'note', label: <span className="note-switch"><IconLock size={12} stroke={2} aria-hidden /><span>{t('note')}</span></span> },
          ]}
        />
        <Popover position="top-start" trapFocus>
          <Popover.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={t('emoji')}>
              <IconMoodSmile size={20} stroke={1.6} />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown>
            <div className="emoji">
              {emoji.map((one) => (
                <button key={one} type="button" aria-label={one} onClick={() => insert(one)}>
                  {one}
                </button>
              ))}
            </div>
          </Popover.Dropdown>
        </Popover>
        <Tooltip label={t('attach')}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('attach')} onClick={() => files.current?.click()}>
            <IconPaperclip size={20} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
        {writer && <WritingMenu text={text} writing={writing} language={visitor} />}
        <input
          ref={files}
          type="file"
          multiple
          hidden
          aria-label={t('attach')}
          onChange={(event) => {
            attach(event.currentTarget.files ?? [])
            event.currentTarget.value = ''
          }}
        />
        <span className="grow" />
        <ActionIcon size="lg" aria-label={t('send')} disabled={!ready} color={note ? 'yellow.7' : 'brand'} variant="filled" onClick={send}>
          <IconSend2 size={18} />
        </ActionIcon>
      </div>
    </div>
  )
}
