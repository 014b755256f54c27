import { IconMessages } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import type { StateFilter, View } from '../board'
import { useI18n } from '../i18n'
import { Thread } from '../thread/thread'
import { ConversationList } from './list'
import { useBoard } from './use_board'

const stateKey = 'weikeyi.console.view'

function rememberedView(): View {
  const view = sessionStorage.getItem(stateKey)
  return view === 'queue' || view === 'mine' ? view : 'all'
}

export function Inbox({ open }: { open?: string }) {
  const { t } = useI18n()
  const [, go] = useLocation()
  const [view, setView] = useState<View>(rememberedView)
  const [state, setState] = useState<StateFilter>('open')
  const board = useBoard(view, state)

  const unread = board.rows.reduce((sum, row) => sum + (row.unread > 0 ? 1 : 0), 0)
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) weikeyi` : 'weikeyi'
  }, [unread])

  // On physical keys, so that they are where they are on every layout.
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!event.altKey || event.ctrlKey || event.metaKey || (event.code !== 'KeyJ' && event.code !== 'KeyK')) return
      event.preventDefault()
      const at = board.rows.findIndex((row) => row.id === open)
      const next = board.rows[at === -1 ? 0 : at + (event.code === 'KeyK' ? 1 : -1)]
      if (next !== undefined) go(`/c/${next.id}`)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [board.rows, open, go])

  return (
    <div className={open === undefined ? 'inbox' : 'inbox opened'}>
      <ConversationList
        board={board}
        view={view}
        state={state}
        open={open}
        onView={(next) => {
          sessionStorage.setItem(stateKey, next)
          setView(next)
        }}
        onState={setState}
      />
      {open === undefined ? (
        <div className="nothing-open">
          <IconMessages size={40} stroke={1.2} />
          <p>{t('chooseConversation')}</p>
          <p className="quiet">{t('chooseConversationHelp')}</p>
        </div>
      ) : (
        <Thread key={open} id={open} />
      )}
    </div>
  )
}
