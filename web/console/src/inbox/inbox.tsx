import { IconMessages } from '@tabler/icons-react'
import { Kbd } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { views, type StateFilter, type View } from '../board'
import { useCommands } from '../commands'
import { useI18n } from '../i18n'
import { keysText } from '../keys'
import { onMac } from '../platform'
import { Thread } from '../thread/thread'
import { visitorName } from '../visitor_name'
import { ConversationList } from './list'
import { useBoard } from './use_board'

const viewKey = 'weikeyi.console.view'
// As many conversations as the command bar offers by name.
const offeredMax = 40

function rememberedView(): View {
  const view = sessionStorage.getItem(viewKey)
  return views.find((one) => one === view) ?? 'all'
}

export function Inbox({ open }: { open?: string }) {
  const { t } = useI18n()
  const [, go] = useLocation()
  const [view, setView] = useState<View>(rememberedView)
  const [state, setState] = useState<StateFilter>('open')
  const [site, setSite] = useState('')
  const board = useBoard(view, state, site)

  const show = (next: View): void => {
    sessionStorage.setItem(viewKey, next)
    setView(next)
  }
  const step = (by: 1 | -1): void => {
    const at = board.rows.findIndex((row) => row.id === open)
    const next = board.rows[at === -1 ? 0 : at + by]
    if (next !== undefined) go(`/c/${next.id}`)
  }
  // What follows in the list once this one is done with; the one before it at the end.
  const next = (): void => {
    const at = board.rows.findIndex((row) => row.id === open)
    const after = board.rows[at + 1] ?? board.rows[at - 1]
    go(after === undefined ? '/' : `/c/${after.id}`)
  }
  const group = t('conversations')
  useCommands([
    { id: 'list-next', label: t('nextConversation'), group, keys: { code: 'KeyJ', alt: true }, single: { code: 'KeyJ' }, run: () => step(1) },
    { id: 'list-previous', label: t('previousConversation'), group, keys: { code: 'KeyK', alt: true }, single: { code: 'KeyK' }, run: () => step(-1) },
    { id: 'list-tab', label: t('nextTab'), group, keys: { code: 'KeyN', alt: true }, run: () => show(views[(views.indexOf(view) + 1) % views.length] ?? 'all') },
    ...board.rows.slice(0, offeredMax).map((row) => ({
      id: `open-${row.id}`,
      label: visitorName(row, t),
      detail: row.lastMessage?.text ?? '',
      group: t('openConversation'),
      run: () => go(`/c/${row.id}`),
    })),
  ])

  return (
    <div className={open === undefined ? 'inbox' : 'inbox opened'}>
      <ConversationList board={board} view={view} state={state} site={site} open={open} onView={show} onState={setState} onSite={setSite} />
      {open === undefined ? (
        <div className="nothing-open">
          <IconMessages size={44} stroke={1.1} />
          <p className="nothing-open-title">{t('chooseConversation')}</p>
          <p className="quiet">
            <Kbd size="xs">{keysText({ code: 'KeyJ', alt: true }, onMac)}</Kbd> <Kbd size="xs">{keysText({ code: 'KeyK', alt: true }, onMac)}</Kbd> {t('helpList')}
            {' · '}
            <Kbd size="xs">{keysText({ code: 'KeyK', mod: true }, onMac)}</Kbd> {t('helpBar')}
            {' · '}
            <Kbd size="xs">{keysText({ code: 'Slash', mod: true }, onMac)}</Kbd> {t('helpKeys')}
          </p>
        </div>
      ) : (
        <Thread key={open} id={open} onDone={next} />
      )}
    </div>
  )
}
