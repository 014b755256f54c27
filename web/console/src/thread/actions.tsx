import { Avatar, Button, Menu, Modal, Stack, Textarea } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconChevronDown } from '@tabler/icons-react'
import type { Command, ConversationView } from '@weikeyi/sdk'
import { Presence, type Agent } from '@weikeyi/sdk/json'
import { ConversationState, HolderKind } from '@weikeyi/sdk/wire/event'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take } from '../api'
import { useI18n, type TextKey } from '../i18n'
import { useSession } from '../session'

const hourMs = 3_600_000

export function Actions({ id, view }: { id: string; view: ConversationView }) {
  const { t } = useI18n()
  const { client, me } = useSession()
  const [assigning, setAssigning] = useState(false)

  const run = async (command: Command): Promise<boolean> => {
    const settlement = await client.command(id, command)
    if (settlement.kind === 'stored') return true
    notifications.show({ color: 'red', message: settlement.code === 'already_held' ? t('alreadyHeld') : t('somethingFailed', { reason: settlement.reason || settlement.code }) })
    return false
  }
  const changeState = (to: typeof ConversationState.OPEN | typeof ConversationState.SNOOZED | typeof ConversationState.RESOLVED, snoozedUntilMs = 0) =>
    run({ $case: 'changeState', value: { to, snoozedUntilMs, reason: '' } })
  const resolve = async (): Promise<void> => {
    if (!(await changeState(ConversationState.RESOLVED))) return
    const note = `resolved-${id}`
    notifications.show({
      id: note,
      autoClose: 6_000,
      message: (
        <span className="undo">
          {t('resolved')}
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => {
              notifications.hide(note)
              void changeState(ConversationState.OPEN)
            }}
          >
            {t('undo')}
          </Button>
        </span>
      ),
    })
  }
  const tomorrow = (): number => {
    const date = new Date(client.serverNow())
    date.setDate(date.getDate() + 1)
    date.setHours(9, 0, 0, 0)
    return date.getTime()
  }
  const resolved = view.state === ConversationState.RESOLVED
  const held = view.holder?.kind === HolderKind.AGENT
  const mine = held && view.holder?.agentId === me.id
  useHotkeys([['alt+E', () => void (resolved ? changeState(ConversationState.OPEN) : resolve())]], [])

  return (
    <div className="actions">
      {!held && (
        <Button size="xs" onClick={() => void run({ $case: 'claim', value: {} })}>
          {t('claim')}
        </Button>
      )}
      <Button size="xs" variant="default" onClick={() => setAssigning(true)}>
        {t(mine ? 'transfer' : 'assign')}
      </Button>
      {resolved || view.state === ConversationState.SNOOZED ? (
        <Button size="xs" variant="default" onClick={() => void changeState(ConversationState.OPEN)}>
          {t('reopen')}
        </Button>
      ) : (
        <Button.Group>
          <Button size="xs" variant="default" onClick={() => void resolve()}>
            {t('resolve')}
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button size="xs" variant="default" px={6} aria-label={t('snooze')}>
                <IconChevronDown size={14} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>{t('snooze')}</Menu.Label>
              <Menu.Item onClick={() => void changeState(ConversationState.SNOOZED, client.serverNow() + hourMs)}>{t('snoozeHour')}</Menu.Item>
              <Menu.Item onClick={() => void changeState(ConversationState.SNOOZED, tomorrow())}>{t('snoozeTomorrow')}</Menu.Item>
              <Menu.Item onClick={() => void changeState(ConversationState.SNOOZED)}>{t('snoozeReply')}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Button.Group>
      )}
      <AssignDialog opened={assigning} held={held} onClose={() => setAssigning(false)} onAssign={run} />
    </div>
  )
}

const presenceTexts: Record<number, TextKey> = { [Presence.ONLINE]: 'online', [Presence.BUSY]: 'busy' }

function AssignDialog({ opened, held, onClose, onAssign }: { opened: boolean; held: boolean; onClose: () => void; onAssign: (command: Command) => Promise<boolean> }) {
  const { t } = useI18n()
  const [comment, setComment] = useState('')
  const agents = useQuery({ queryKey: ['agents'], queryFn: () => take(api.agents()), enabled: opened, staleTime: 0 })
  const assign = async (agent: Agent | undefined): Promise<void> => {
    const to =
      agent === undefined
        ? { kind: HolderKind.QUEUE, agentId: '0', agentName: '', teamId: '0' }
        : { kind: HolderKind.AGENT, agentId: agent.id, agentName: agent.name, teamId: '0' }
    onClose()
    if (await onAssign({ $case: 'assign', value: { to, comment } })) setComment('')
  }
  return (
    <Modal opened={opened} onClose={onClose} title={t('assignTo')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="xs">
        <Textarea label={t('comment')} autosize maxRows={4} maxLength={500} value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
        <ul className="agent-list">
          {(agents.data?.agents ?? [])
            .filter((agent) => !agent.disabled)
            .map((agent) => (
              <li key={agent.id}>
                <button type="button" className="agent-choice" onClick={() => void assign(agent)}>
                  <Avatar name={agent.name} color="initials" radius="xl" size={32} />
                  <span className="grow">{agent.name}</span>
                  <span className="quiet">
                    {t(presenceTexts[agent.presence] ?? 'offline')} · {agent.heldConversations}/{agent.capacity}
                  </span>
                </button>
              </li>
            ))}
        </ul>
        {held && (
          <Button variant="default" size="xs" onClick={() => void assign(undefined)}>
            {t('toQueue')}
          </Button>
        )}
      </Stack>
    </Modal>
  )
}
