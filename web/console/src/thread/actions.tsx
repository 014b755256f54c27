import { Button, Menu } from '@mantine/core'
import { IconChevronDown, IconClockPause, IconUserShare } from '@tabler/icons-react'
import type { ConversationView } from '@weikeyi/sdk'
import { ConversationState, HolderKind } from '@weikeyi/sdk/wire/event'
import { useState } from 'react'
import { useCommands } from '../commands'
import { heldByBot } from '../holder'
import { useI18n } from '../i18n'
import { useSession } from '../session'
import { AssignDialog } from './assign_dialog'
import { morningAfter } from './snooze'
import type { Actions } from './use_actions'

const hourMs = 3_600_000

export function ActionBar({ view, actions, onDone }: { view: ConversationView; actions: Actions; onDone: () => void }) {
  const { t } = useI18n()
  const { client, me } = useSession()
  const [assigning, setAssigning] = useState(false)
  const [snoozing, setSnoozing] = useState(false)

  const resolved = view.state === ConversationState.RESOLVED
  const closed = resolved || view.state === ConversationState.SNOOZED
  const held = view.holder?.kind === HolderKind.AGENT
  const mine = held && view.holder?.agentId === me.id
  const claimText = t(heldByBot(view.holder) ? 'takeOver' : 'claim')
  const now = (): number => client.serverNow()

  const group = t('conversation')
  useCommands([
    ...(held ? [] : [{ id: 'claim', label: claimText, group, keys: { code: 'KeyG', alt: true }, run: () => void actions.claim() }]),
    { id: 'assign', label: t(mine ? 'transfer' : 'assign'), group, keys: { code: 'KeyA', alt: true }, single: { code: 'KeyA' }, run: () => setAssigning(true) },
    { id: 'resolve', label: t(closed ? 'reopen' : 'resolve'), group, keys: { code: 'KeyE', alt: true }, single: { code: 'KeyE' }, run: () => void (closed ? actions.reopen() : actions.resolve()) },
    {
      id: 'resolve-next',
      label: t('resolveNext'),
      group,
      keys: { code: 'KeyE', alt: true, mod: true },
      run: () => {
        if (!closed) void actions.resolve()
        onDone()
      },
    },
    { id: 'snooze', label: t('snooze'), group, keys: { code: 'KeyM', alt: true }, run: () => setSnoozing(true) },
  ])

  return (
    <div className="actions">
      {!held && (
        <Button size="xs" onClick={() => void actions.claim()}>
          {claimText}
        </Button>
      )}
      <Button size="xs" variant="default" leftSection={<IconUserShare size={15} stroke={1.7} />} onClick={() => setAssigning(true)}>
        {t(mine ? 'transfer' : 'assign')}
      </Button>
      {closed ? (
        <Button size="xs" variant="default" onClick={() => void actions.reopen()}>
          {t('reopen')}
        </Button>
      ) : (
        <Button.Group>
          <Button size="xs" variant={mine ? 'filled' : 'default'} onClick={() => void actions.resolve()}>
            {t('resolve')}
          </Button>
          <Menu position="bottom-end" opened={snoozing} onChange={setSnoozing}>
            <Menu.Target>
              <Button size="xs" variant={mine ? 'filled' : 'default'} px={6} className="split" aria-label={t('snooze')}>
                <IconChevronDown size={14} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>{t('snooze')}</Menu.Label>
              <Menu.Item leftSection={<IconClockPause size={15} />} onClick={() => void actions.snooze(now() + hourMs)}>
                {t('snoozeHour')}
              </Menu.Item>
              <Menu.Item leftSection={<IconClockPause size={15} />} onClick={() => void actions.snooze(morningAfter(now(), 1))}>
                {t('snoozeTomorrow')}
              </Menu.Item>
              <Menu.Item leftSection={<IconClockPause size={15} />} onClick={() => void actions.snooze(morningAfter(now(), 7))}>
                {t('snoozeWeek')}
              </Menu.Item>
              <Menu.Item leftSection={<IconClockPause size={15} />} onClick={() => void actions.snooze(0)}>
                {t('snoozeReply')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Button.Group>
      )}
      <AssignDialog opened={assigning} holder={view.holder} onClose={() => setAssigning(false)} onAssign={actions.assign} />
    </div>
  )
}
