import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Attachment } from '@weikeyi/sdk/wire/event'
import type { Chat, UploadItem } from './chat'
import { Icon } from './icons'
import type { Words } from './i18n'

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`
  return `${(bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0)} MB`
}

const imageKinds = /^image\/(png|jpe?g|gif|webp|avif)$/

export function AttachmentView({ attachment, chat, words }: { attachment: Attachment; chat: Chat; words: Words }): JSX.Element {
  return imageKinds.test(attachment.mediaType) ? (
    <ImageView attachment={attachment} chat={chat} words={words} />
  ) : (
    <FileView attachment={attachment} chat={chat} words={words} />
  )
}

/** Its place is kept before it has come, so that nothing jumps. */
function ImageView({ attachment, chat, words }: { attachment: Attachment; chat: Chat; words: Words }): JSX.Element {
  const [url, setUrl] = useState<string>()
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    let gone = false
    void chat.link(attachment).then((link) => {
      if (gone) return
      if (link === undefined) setFailed(true)
      else setUrl(link)
    })
    return () => {
      gone = true
    }
  }, [attachment.id])
  if (failed) return <FileView attachment={attachment} chat={chat} words={words} />
  const { width, height } = attachment
  const scale = width > 0 && height > 0 ? Math.min(1, 232 / width, 260 / height) : 0
  const size = scale > 0 ? { width: Math.max(48, Math.round(width * scale)), height: Math.max(32, Math.round(height * scale)) } : { width: 200, height: 150 }
  return (
    <a class="image" href={url ?? '#'} target="_blank" rel="noopener noreferrer nofollow" style={{ aspectRatio: `${size.width} / ${size.height}`, width: `${size.width}px` }}>
      {url !== undefined && <img src={url} alt={attachment.name} onError={() => setFailed(true)} />}
    </a>
  )
}

function FileView({ attachment, chat, words }: { attachment: Attachment; chat: Chat; words: Words }): JSX.Element {
  const open = (): void => {
    // Opened at once and directed later: after a wait a browser takes it for a pop-up nobody asked for.
    const tab = window.open('about:blank', '_blank')
    if (tab !== null) tab.opener = null
    void chat.link(attachment).then((url) => {
      if (url === undefined) tab?.close()
      else if (tab !== null) tab.location.replace(url)
      else location.assign(url)
    })
  }
  return (
    <button type="button" class="file" onClick={open} aria-label={`${words.openFile}: ${attachment.name}`}>
      <Icon name="file" />
      <span class="file-text">
        <span class="file-name">{attachment.name}</span>
        <span class="file-size">{formatBytes(attachment.sizeBytes)}</span>
      </span>
    </button>
  )
}

export function UploadView({ item, chat, words, bytesMax }: { item: UploadItem; chat: Chat; words: Words; bytesMax: number }): JSX.Element {
  const percent = Math.round(item.fraction * 100)
  const why = { '': '', network: words.uploadFailed, kind: words.uploadKind, too_large: words.uploadTooLarge(formatBytes(bytesMax)) }[item.failure]
  return (
    <li class={item.failure === '' ? 'upload' : 'upload upload-failed'}>
      <Icon name={item.failure === '' ? 'file' : 'alert'} size={16} />
      <span class="file-text">
        <span class="file-name">{item.file.name}</span>
        {item.failure === '' ? (
          <progress max={100} value={percent} aria-label={item.file.name}>
            {words.uploading(percent)}
          </progress>
        ) : (
          <span class="file-size">{why}</span>
        )}
      </span>
      {item.failure === 'network' && (
        <button type="button" class="text-button" onClick={() => chat.retryUpload(item.id)}>
          {words.retry}
        </button>
      )}
      <button type="button" class="icon-button small" aria-label={`${words.cancel}: ${item.file.name}`} onClick={() => chat.removeUpload(item.id)}>
        <Icon name="close" size={14} />
      </button>
    </li>
  )
}
