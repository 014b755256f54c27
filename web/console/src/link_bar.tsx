// Says at once when the link is gone and what is waiting, and when everything is back.
import { useEffect, useRef, useState } from 'react'
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
  useEffect(() => {
    if (state.kind === 'online') {
      if (!wasAway.current) return setShown('none')
      wasAway.current = false
      setShown('back')
      const timer = setTimeout(() => setShown('none'), backShownMs)
      return () => clearTimeout(timer)
    }
    const timer = setTimeout(() => {
      wasAway.current = true
      setShown('away')
    }, state.kind === 'stalled' || state.kind === 'closed' ? 0 : patienceMs)
    return () => clearTimeout(timer)
  }, [state.kind])
  if (shown === 'none') return null
  const text =
    shown === 'back' ? t('linkBack') : state.kind === 'closed' ? t('linkClosed', { code: state.code }) : t(state.kind === 'stalled' ? 'linkStalled' : 'linkConnecting', { waiting })
  return (
    <div className={shown === 'back' ? 'link-bar back' : 'link-bar'} role="status">
      {text}
    </div>
  )
}
