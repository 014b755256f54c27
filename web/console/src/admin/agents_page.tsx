import { Badge, Button, Group, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Role, type Agent } from '@weikeyi/sdk/json'
import { useState } from 'react'
import { AgentCreate } from './agent_create'
import { AgentEdit } from './agent_edit'
import { calls } from './calls'
import { presenceColour, presenceKey, roleName } from './choices'
import { Failure, Waiting } from './parts'
import { useTexts } from './texts'

/** A supervisor manages agents below; an administrator everybody. */
const mayManage = (me: Agent, agent: Agent): boolean => me.role === Role.ADMINISTRATOR || (me.role === Role.SUPERVISOR && agent.role < me.role)

export function AgentsPage({ me }: { me: Agent }) {
  const { w } = useTexts()
  const agents = useQuery({ queryKey: ['admin', 'agents'], queryFn: calls.agents, refetchInterval: 15_000 })
  const [open, setOpen] = useState<string>('')
  const close = (): void => setOpen('')
  const edited = agents.data?.find((agent) => agent.id === open)
  return (
    <Stack>
      <Group justify="flex-end">
        <Button onClick={() => setOpen('new')} disabled={open === 'new'}>
          {w('agentAdd')}
        </Button>
      </Group>
      {open === 'new' && <AgentCreate me={me} onClose={close} />}
      {edited !== undefined && <AgentEdit key={edited.id} me={me} agent={edited} onClose={close} />}
      <Failure error={agents.error} onRetry={() => void agents.refetch()} />
      {agents.isPending && <Waiting />}
      {agents.data?.length === 0 && <Text c="dimmed">{w('agentNone')}</Text>}
      {agents.data !== undefined && agents.data.length > 0 && (
        <Table.ScrollContainer minWidth={720}>
          <Table aria-label={w('agents')} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{w('name')}</Table.Th>
                <Table.Th>{w('email')}</Table.Th>
                <Table.Th>{w('role')}</Table.Th>
                <Table.Th>{w('presence')}</Table.Th>
                <Table.Th>{w('load')}</Table.Th>
                <Table.Th>{w('twoStep')}</Table.Th>
                <Table.Th>{w('actions')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {agents.data.map((agent) => (
                <Table.Tr key={agent.id}>
                  <Table.Td>{agent.name}</Table.Td>
                  <Table.Td>{agent.email}</Table.Td>
                  <Table.Td>{roleName(agent.role, w)}</Table.Td>
                  <Table.Td>
                    <Badge variant="light" color={agent.disabled ? 'red' : presenceColour(agent.presence)}>
                      {w(agent.disabled ? 'disabled' : presenceKey(agent.presence))}
                    </Badge>
                  </Table.Td>
                  <Table.Td style={{ fontVariantNumeric: 'tabular-nums' }}>{w('loadOf', { held: agent.heldConversations, capacity: agent.capacity })}</Table.Td>
                  <Table.Td>{w(agent.totpEnabled ? 'twoStepOn' : 'twoStepOff')}</Table.Td>
                  <Table.Td>
                    {mayManage(me, agent) && (
                      <Button size="compact-sm" variant="default" aria-label={w('agentEdit', { name: agent.name })} onClick={() => setOpen(agent.id)}>
                        {w('edit')}
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  )
}
