import { Avatar, Button, Indicator, Modal, Skeleton, Stack, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Presence, type Agent } from '@weikeyi/sdk/json'
import { HolderKind, type Holder } from '@weikeyi/sdk/wire/event'
import { useState } from 'react'
import { api, take, useProblemText } from '../api'
import { useI18n, type TextKey } from '../i18n'
import { useSession } from '../session'
import { inOrder } from './agent_order'

interface AssignDialogProps {
  opened: boolean
  holder: Holder | undefined
  onClose: () => void
  onAssign: (agent: Agent | undefined, comment: string) => Promise<boolean>
}

const presenceTexts: Record<number, TextKey> = { [Presence.ONLINE]: 'online', [Presence.BUSY]: 'busy' }
const presenceColors: Record<number, string> = { [Presence.ONLINE]: 'var(--wk-online)', [Presence.BUSY]: 'var(--wk-busy)' }
const searchFrom = 8

export function AssignDialog({ opened, holder, onClose, onAssign }: AssignDialogProps) {
  const { t } = useI18n()
  const { me } = useSession()
  const problemText = useProblemText()
  const [comment, setComment] = useState('')
  const [text, setText] = useState('')
  const agents = useQuery({ queryKey: ['agents'], queryFn: () => take(api.agents()), enabled: opened, staleTime: 0 })
  const held = holder?.kind === HolderKind.AGENT
  const all = inOrder(agents.data?.agents ?? [], holder)
  const shown = all.filter((agent) => `${agent.name} ${agent.email}`.toLowerCase().includes(text.trim().toLowerCase()))
  const assign = async (agent: Agent | undefined): Promise<void> => {
    onClose()
    // A comment that did not arrive is kept for the next try.
    if (await onAssign(agent, comment)) setComment('')
  }
  return (
    <Modal opened={opened} onClose={onClose} title={t('assignTo')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="sm">
        <Textarea label={t('comment')} autosize minRows={2} maxRows={6} maxLength={500} data-autofocus value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
        {all.length >= searchFrom && <TextInput type="search" aria-label={t('findAgent')} placeholder={t('findAgent')} value={text} onChange={(event) => setText(event.currentTarget.value)} />}
        {agents.isError && <p role="alert">{problemText(agents.error)}</p>}
        {agents.isPending && opened && [0, 1, 2].map((row) => <Skeleton key={row} height={44} radius="sm" />)}
        <ul className="agent-list">
          {shown.map((agent) => (
            <li key={agent.id}>
              <button type="button" className="agent-choice" onClick={() => void assign(agent)}>
                <Indicator color={presenceColors[agent.presence] ?? 'var(--wk-n5)'} position="bottom-end" offset={4} size={10} withBorder>
                  <Avatar name={agent.name} color="initials" radius="xl" size={32} />
                </Indicator>
                <span className="agent-name">
                  <span>
                    {agent.name}
                    {agent.id === me.id && <span className="quiet"> ({t('you')})</span>}
                  </span>
                  <span className="quiet">{t(presenceTexts[agent.presence] ?? 'offline')}</span>
                </span>
                <span className={agent.capacity > 0 && agent.heldConversations >= agent.capacity ? 'load full' : 'load'} title={t('loadHelp')}>
                  {agent.heldConversations} / {agent.capacity}
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
