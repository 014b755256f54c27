// Tells an agent who looks elsewhere: the title, the icon, a sound and a desktop notification (the last two when asked for).
import { useEffect, useState, useSyncExternalStore } from 'react'
import { isNews, storedAlerts, type AlertChoice } from './alert_rules'
import { unreadFor } from './board'
import icon from './icon.svg'
import { useI18n } from './i18n'
import { useSession } from './session'
import { visitorName } from './visitor_name'

const key = 'weikeyi.console.alerts'

let audio: AudioContext | undefined
/** Two short soft tones, made here: no file to load. */
export function chime(): void {
  audio ??= new AudioContext()
  const { currentTime, destination } = audio
  for (const [at, hertz] of [[0, 660], [0.12, 880]] as const) {
    const tone = audio.createOscillator()
    const gain = audio.createGain()
    tone.frequency.value = hertz
    gain.gain.setValueAtTime(0, currentTime + at)
    gain.gain.linearRampToValueAtTime(0.12, currentTime + at + 0.015)
    gain.gain.exponentialRampToValueAtTime(0.0001, currentTime + at + 0.22)
    tone.connect(gain).connect(destination)
    tone.start(currentTime + at)
    tone.stop(currentTime + at + 0.25)
  }
}

export function useAlertChoice() {
  const [choice, setChoice] = useState(() => storedAlerts(localStorage.getItem(key)))
  const choose = async (next: AlertChoice): Promise<void> => {
    const allowed = !next.desktop || choice.desktop || (typeof Notification !== 'undefined' && (await Notification.requestPermission()) === 'granted')
    const kept = { ...next, desktop: next.desktop && allowed }
    if (kept.sound && !choice.sound) chime()
    localStorage.setItem(key, `${kept.sound ? 'sound ' : ''}${kept.desktop ? 'desktop' : ''}`)
    setChoice(kept)
  }
  return { choice, choose }
}

export function useAlerts(choice: AlertChoice, open: (conversationId: string) => void): void {
  const { t } = useI18n()
  const { client, board, me } = useSession()
  const unread = useSyncExternalStore(board.subscribe, () => unreadFor(board.snapshot(), me.id))

  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) weikeyi` : 'weikeyi'
    drawIcon(unread)
  }, [unread])

  useEffect(() => {
    const known = new Map<string, number>()
    return client.onSummary((summary) => {
      const before = known.get(summary.id) ?? 0
      const news = isNews(summary, before, me.id)
      known.set(summary.id, Math.max(before, summary.lastMessage?.seq ?? 0))
      if (!news || (document.visibilityState === 'visible' && document.hasFocus())) return
      if (choice.sound) chime()
      if (choice.desktop && typeof Notification !== 'undefined' && Notification.permission === 'granted') {
        const note = new Notification(visitorName(summary, t), {
          body: summary.lastMessage?.text ?? '',
          tag: summary.id,
          icon,
        })
        note.onclick = () => {
          window.focus()
          open(summary.id)
          note.close()
        }
      }
    })
  }, [client, me.id, choice, open, t])
}

/** The tab's icon with a dot while something is unread. */
function drawIcon(unread: number): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  if (link === null) return
  if (unread === 0) {
    link.href = icon
    return
  }
  const image = new Image()
  image.onload = () => {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = 64
    const pen = canvas.getContext('2d')
    if (pen === null) return
    pen.drawImage(image, 0, 0, 64, 64)
    pen.fillStyle = '#dc2626'
    pen.beginPath()
    pen.arc(48, 16, 15, 0, 7)
    pen.fill()
    link.href = canvas.toDataURL()
  }
  image.src = icon
}
