import { Anchor, Modal } from '@mantine/core'
import { IconCheck, IconChecks, IconClock, IconFile, IconLock, IconRobot } from '@tabler/icons-react'
import type { Attachment } from '@weikeyi/sdk/wire/event'
import { useState, type ReactNode } from 'react'
import { bytes, clockTime, httpUrl } from '../format'
import { useI18n } from '../i18n'

const pictureWidthMax = 320
const pictureHeightMax = 260

export type Progress = 'none' | 'queued' | 'stored' | 'seen'

interface BubbleProps {
  side: 'theirs' | 'ours'
  note: boolean
  text: string
  attachments: readonly Attachment[]
  /** Above the first bubble of a group. */
  author: string | undefined
  /** Below the last one. */
  timeMs: number | undefined
  progress: Progress
  seq?: number
  highlighted?: boolean
  /** Of the AI agent. */
  ai?: boolean
  /** Between what is said and the time of it. */
  extras?: ReactNode
  children?: ReactNode
}

export function Bubble({ side, note, text, attachments, author, timeMs, progress, seq, highlighted, ai = false, extras, children }: BubbleProps) {
  const { t, language } = useI18n()
  const kind = note ? 'bubble note' : side === 'ours' ? 'bubble ours' : 'bubble theirs'
  return (
    <div className={`message ${side}`} data-seq={seq} data-highlighted={highlighted}>
      {author !== undefined && (
        <span className="message-author">
          {note && <IconLock size={12} aria-label={t('note')} />}
          {ai && (
            <span className="ai-face" aria-hidden>
              <IconRobot size={14} stroke={1.6} />
            </span>
          )}{' '}
          {author}
          {ai && <span className="ai-mark">{t('aiMark')}</span>}
        </span>
      )}
      {text !== '' && (
        <div className={kind} dir="auto">
          <Linked text={text} />
        </div>
      )}
      {attachments.map((attachment) => (
        <AttachmentView key={attachment.id} attachment={attachment} />
      ))}
      {extras}
      {timeMs !== undefined && (
        <span className="message-meta">
          <time dateTime={new Date(timeMs).toISOString()}>{clockTime(timeMs, language)}</time>
          {progress === 'queued' && <IconClock size={14} aria-label={t('sendQueued')} role="img" />}
          {progress === 'stored' && <IconCheck size={14} aria-label={t('sendStored')} role="img" />}
          {progress === 'seen' && <IconChecks size={14} className="seen" aria-label={t('sendSeen')} role="img" />}
        </span>
      )}
      {children}
    </div>
  )
}

/** Text stays text; what is an http(s) address becomes a link. */
export function Linked({ text }: { text: string }) {
  return text.split(/(https?:\/\/[^\s<>"']+)/g).map((part, at) => {
    const url = httpUrl(part)
    if (url === undefined) return part
    return (
      <a key={at} href={url} target="_blank" rel="noopener noreferrer nofollow">
        {part}
      </a>
    )
  })
}

function AttachmentView({ attachment }: { attachment: Attachment }) {
  const { t } = useI18n()
  const [open, setOpen] = useState(false)
  const url = `/files/${attachment.id}`
  if (/^image\/(png|jpeg|gif|webp|avif)$/.test(attachment.mediaType)) {
    // Its place is known before it is loaded, so that nothing jumps.
    const scale = Math.min(1, pictureWidthMax / attachment.width, pictureHeightMax / attachment.height)
    const size = attachment.width > 0 && attachment.height > 0 ? { width: Math.round(attachment.width * scale), height: Math.round(attachment.height * scale) } : {}
    return (
      <>
        <button type="button" className="picture" aria-label={t('openImage', { name: attachment.name })} onClick={() => setOpen(true)}>
          <img src={url} alt={attachment.name} loading="lazy" {...size} />
        </button>
        <Modal opened={open} onClose={() => setOpen(false)} size="auto" centered title={attachment.name} closeButtonProps={{ 'aria-label': t('close') }}>
          <img className="lightbox" src={url} alt={attachment.name} />
          <Anchor href={`${url}?download=1`} download={attachment.name} size="sm">
            {t('download', { name: attachment.name })}
          </Anchor>
        </Modal>
      </>
    )
  }
  return (
    <a className="file" href={`${url}?download=1`} download={attachment.name} aria-label={t('download', { name: attachment.name })}>
      <IconFile size={22} stroke={1.5} />
      <span>
        <span className="file-name">{attachment.name}</span>
        <span className="quiet">{bytes(attachment.sizeBytes)}</span>
      </span>
    </a>
  )
}
