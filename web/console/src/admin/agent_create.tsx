import { Button, Group, NumberInput, PasswordInput, Select, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Role, roleToJSON, type Agent, type CreateAgentRequest } from '@weikeyi/sdk/json'
import { useState } from 'react'
import { calls } from './calls'
import { roleChoices, roleOf, rolesToGive } from './choices'
import { Failure, Section } from './parts'
import { useTexts } from './texts'

const empty: CreateAgentRequest = { email: '', name: '', role: Role.AGENT, password: '', capacity: 5 }

export function AgentCreate({ me, onClose }: { me: Agent; onClose: () => void }) {
  const { w } = useTexts()
  const queries = useQueryClient()
  const [form, setForm] = useState(empty)
  const change = (part: Partial<CreateAgentRequest>): void => setForm((before) => ({ ...before, ...part }))
  const create = useMutation({
    mutationFn: () => calls.createAgent(form),
    onSuccess: async () => {
      await Promise.all([queries.invalidateQueries({ queryKey: ['admin', 'agents'] }), queries.invalidateQueries({ queryKey: ['agents'] })])
      onClose()
    },
  })
  return (
    <Section title={w('agentAdd')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <Stack gap="sm" maw={480}>
          <Failure error={create.error} />
          <TextInput label={w('name')} required autoFocus autoComplete="off" value={form.name} onChange={(event) => change({ name: event.currentTarget.value })} />
          <TextInput label={w('email')} required type="email" autoComplete="off" value={form.email} onChange={(event) => change({ email: event.currentTarget.value })} />
          <PasswordInput
            label={w('initialPassword')}
            description={w('passwordHelp')}
            required
            autoComplete="new-password"
            value={form.password}
            onChange={(event) => change({ password: event.currentTarget.value })}
          />
          <Select
            label={w('role')}
            allowDeselect={false}
            data={roleChoices(rolesToGive(me.role), w)}
            value={roleToJSON(form.role)}
            onChange={(value) => change({ role: roleOf(value) })}
          />
          <NumberInput
            label={w('capacity')}
            description={w('capacityHelp')}
            min={0}
            max={1000}
            allowDecimal={false}
            value={form.capacity}
            onChange={(value) => change({ capacity: Number(value) })}
          />
          <Group>
            <Button type="submit" loading={create.isPending}>
              {w('create')}
            </Button>
            <Button variant="default" onClick={onClose}>
              {w('cancel')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
