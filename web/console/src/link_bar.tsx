// Says at once when the link is gone and what is waiting, and when everything is back.
import { VisuallyHidden } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { ports } from './api'
import { useI18n } from './i18n'
import { useLink } from './session'

const backShownMs = 3_000
// A first connection, or a blink, is no news.
const patienceMs = 1_500

export function LinkBar() {
  const { t } = useI18n()
  const { state, waiting } = useLink()
  const [shown, setShown] = useState<'none' | 'away' | 'back'>('none')
  const wasAway = useRef(false)
  const online = state.kind === 'online'
  const certain = state.kind === 'stalled' || state.kind === 'closed'
  // By whether it is online alone: the tries to connect come and go meanwhile, and must not begin the patience anew.
  useEffect(() => {
    if (!online) {
      const timer = setTimeout(() => {
        wasAway.current = true
        setShown('away')
      }, certain ? 0 : patienceMs)
      return () => clearTimeout(timer)
    }
    if (!wasAway.current) return setShown('none')
    wasAway.current = false
    setShown('back')
    const timer = setTimeout(() => setShown('none'), backShownMs)
    return () => clearTimeout(timer)
  }, [online, certain])
  const busyUntilMs = state.kind === 'waiting' && state.busy ? state.retryAtMs : 0
  const [, redraw] = useState(0)
  useEffect(() => {
    if (busyUntilMs === 0) return undefined
    const timer = setInterval(() => redraw((count) => count + 1), 250)
    return () => clearInterval(timer)
  }, [busyUntilMs])
  if (shown === 'none') return null
  if (shown === 'away' && busyUntilMs > 0) {
    const seconds = Math.max(1, Math.ceil((busyUntilMs - ports.clock.elapsed()) / 1000))
    return (
      // A voice that counts down is no help: it is said once that the system is busy.
      <div className="link-bar" role="status">
        <VisuallyHidden>{t('serverBusy')}</VisuallyHidden>
        <span aria-hidden="true">{t('linkBusy', { seconds, waiting })}</span>
      </div>
    )
  }
  const text =
    shown === 'back' ? t('linkBack') : state.kind === 'closed' ? t('linkClosed', { code: state.code }) : t(state.kind === 'stalled' ? 'linkStalled' : 'linkConnecting', { waiting })
  return (
    <div className={shown === 'back' ? 'link-bar back' : 'link-bar'} role="status">
      {text}
    </div>
  )
}
