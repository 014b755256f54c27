import { Button, Group, NumberInput, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { roleToJSON, type Agent, type UpdateAgentRequest } from '@weikeyi/sdk/json'
import { useState } from 'react'
import { calls } from './calls'
import { roleChoices, roleOf, rolesToGive } from './choices'
import { Failure, Quiet, Section, SureButton } from './parts'
import { useTexts } from './texts'

function useChange(agent: Agent) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (change: Partial<UpdateAgentRequest>) => calls.updateAgent(agent.id, change),
    onSuccess: async () => {
      await Promise.all([queries.invalidateQueries({ queryKey: ['admin', 'agents'] }), queries.invalidateQueries({ queryKey: ['agents'] })])
    },
  })
}

interface Edit {
  me: Agent
  agent: Agent
  onClose: () => void
}

export function AgentEdit({ me, agent, onClose }: Edit) {
  const { w } = useTexts()
  const [form, setForm] = useState({ name: agent.name, role: agent.role, capacity: agent.capacity })
  const save = useChange(agent)
  const own = agent.id === me.id
  return (
    <Section title={w('agentEdit', { name: agent.name })}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          // An unchanged role is not sent: giving one closes the agent's connections.
          save.mutate({ ...form, role: form.role === agent.role ? undefined : form.role }, { onSuccess: onClose })
        }}
      >
        <Stack gap="sm" maw={480}>
          <Failure error={save.error} />
          <TextInput label={w('name')} required value={form.name} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} />
          <Select
            label={w('role')}
            allowDeselect={false}
            disabled={own}
            data={roleChoices(rolesToGive(me.role), w)}
            value={roleToJSON(form.role)}
            onChange={(value) => setForm({ ...form, role: roleOf(value) })}
          />
          <NumberInput
            label={w('capacity')}
            description={w('capacityHelp')}
            min={0}
            max={1000}
            allowDecimal={false}
            value={form.capacity}
            onChange={(value) => setForm({ ...form, capacity: Number(value) })}
          />
          <Group>
            <Button type="submit" loading={save.isPending}>
              {w('save')}
            </Button>
            <Button variant="default" onClick={onClose}>
              {w('close')}
            </Button>
          </Group>
        </Stack>
      </form>
      {!own && <AgentDanger agent={agent} />}
    </Section>
  )
}

/** What takes something from the agent stands apart. One's own account is changed in the profile. */
function AgentDanger({ agent }: { agent: Agent }) {
  const { w } = useTexts()
  const [password, setPassword] = useState('')
  const change = useChange(agent)
  return (
    <Section title={w('danger')} danger>
      <Failure error={change.error} />
      <form
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate({ password }, { onSuccess: () => setPassword('') })
        }}
      >
        <Group align="flex-end">
          <PasswordInput
            label={w('newPassword')}
            description={w('newPasswordHelp')}
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            style={{ flex: '1 1 240px', maxWidth: 480 }}
          />
          <Button type="submit" variant="default" disabled={password === ''} loading={change.isPending}>
            {w('setPassword')}
          </Button>
        </Group>
      </form>
      {agent.totpEnabled && (
        <Stack gap={4} align="flex-start">
          <Quiet>{w('resetTwoStepHelp')}</Quiet>
          <SureButton label={w('resetTwoStep')} sure={w('sure')} loading={change.isPending} onSure={() => change.mutate({ resetTotp: true })} />
        </Stack>
      )}
      <Stack gap={4} align="flex-start">
        <Quiet>{w('disableAgentHelp')}</Quiet>
        {agent.disabled ? (
          <Button size="xs" variant="default" loading={change.isPending} onClick={() => change.mutate({ disabled: false })}>
            {w('enableAgent')}
          </Button>
        ) : (
          <SureButton label={w('disableAgent')} sure={w('sure')} loading={change.isPending} onSure={() => change.mutate({ disabled: true })} />
        )}
      </Stack>
      {change.isSuccess && (
        <Text size="sm" role="status">
          {w('done')}
        </Text>
      )}
    </Section>
  )
}
