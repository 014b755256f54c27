import { ActionIcon, Popover, SegmentedControl, Textarea, Tooltip } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconMoodSmile, IconPaperclip, IconSend2, IconX } from '@tabler/icons-react'
import { startUpload, type Upload } from '@weikeyi/sdk'
import { sendUpload } from '@weikeyi/sdk/browser'
import type { Attachment } from '@weikeyi/sdk/wire/event'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { idempotencyKey } from '../api'
import { useI18n } from '../i18n'
import { useSession } from '../session'
import { draftOf, keepDraft } from './draft'

const emoji = ['😀', '😊', '😉', '🙂', '😅', '😂', '🤔', '😕', '😢', '😮', '👍', '👎', '👏', '🙏', '🤝', '👋', '❤️', '🎉', '✅', '❌', '⚠️', '📎', '📦', '🚚']

interface Chip {
  key: string
  name: string
  fraction: number
  upload: Upload
  attachment: Attachment | undefined
}

export function Composer({ id }: { id: string }) {
  const { t } = useI18n()
  const { client } = useSession()
  const [mode, setMode] = useState<'reply' | 'note'>('reply')
  const [text, setText] = useState(() => draftOf(localStorage, id))
  const [chips, setChips] = useState<readonly Chip[]>([])
  const [dragging, setDragging] = useState(false)
  const area = useRef<HTMLTextAreaElement>(null)
  const files = useRef<HTMLInputElement>(null)
  const note = mode === 'note'

  useEffect(() => area.current?.focus(), [id, mode])
  useHotkeys([['alt+P', () => setMode('note')], ['alt+L', () => setMode('reply')]], [])

  const write = (next: string): void => {
    setText(next)
    keepDraft(localStorage, id, next)
    client.setTyping(id, next !== '', '', note)
  }
  const uploading = chips.some((chip) => chip.attachment === undefined)
  const ready = !uploading && (text.trim() !== '' || chips.length > 0)
  const send = (): void => {
    if (!ready) return
    const attachments = chips.flatMap((chip) => (chip.attachment === undefined ? [] : [chip.attachment]))
    const sent = note ? client.sendNote(id, text.trim(), attachments) : client.sendMessage(id, text.trim(), attachments)
    if (!sent.ok) return void notifications.show({ color: 'red', message: t('somethingFailed', { reason: sent.code }) })
    write('')
    setChips([])
    area.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
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
      setChips((all) => [...all, { key, name: file.name, fraction: 0, upload, attachment: undefined }])
      void upload.done.then((result) => {
        if (result.ok) return change({ fraction: 1, attachment: result.value })
        setChips((all) => all.filter((chip) => chip.key !== key))
        if (result.problem.code !== 'aborted') notifications.show({ color: 'red', message: `${t('uploadFailed', { name: file.name })}: ${result.problem.detail}` })
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
      {dragging && <p className="drop-hint">{t('dropFiles')}</p>}
      {chips.length > 0 && (
        <ul className="chips">
          {chips.map((chip) => (
            <li key={chip.key}>
              <span>{chip.attachment === undefined ? t('uploading', { name: chip.name, percent: Math.round(chip.fraction * 100) }) : chip.name}</span>
              <progress value={chip.fraction} max={1} aria-label={chip.name} />
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
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          if (event.clipboardData.files.length === 0) return
          event.preventDefault()
          attach(event.clipboardData.files)
        }}
      />
      <div className="composer-tools">
        <SegmentedControl
          size="xs"
          aria-label={`${t('reply')} / ${t('note')}`}
          value={mode}
          onChange={(value) => setMode(value === 'note' ? 'note' : 'reply')}
          data={[
            { value: 'reply', label: t('reply') },
            { value: 'note', label: t('note') },
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
                <button key={one} type="button" onClick={() => write(text + one)}>
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
