import { Alert, Button, Code, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Role, roleToJSON, type Agent } from '@weikeyi/sdk/json'
import { useState } from 'react'
import { calls } from './calls'
import { roleChoices, roleOf, rolesToGive } from './choices'
import { Copy, Failure, Section } from './parts'
import { useTexts } from './texts'

const dayMs = 86_400_000

export function TokenCreate({ me, onClose }: { me: Agent; onClose: () => void }) {
  const { w } = useTexts()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>(Role.AGENT)
  const [days, setDays] = useState('90')
  const create = useMutation({
    mutationFn: () => calls.createToken({ name: name.trim(), role, expiresMs: days === '0' ? 0 : Date.now() + Number(days) * dayMs }),
    // The answer holds the secret; it shall not stay in memory longer than this form.
    gcTime: 0,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['admin', 'tokens'] }),
  })
  if (create.data !== undefined) {
    return (
      <Section title={w('tokenSecret')}>
        <Alert color="yellow" role="status">
          <Text size="sm">{w('tokenSecretHelp')}</Text>
        </Alert>
        <Code block aria-label={w('tokenSecret')} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {create.data.secret}
        </Code>
        <Group>
          <Copy value={create.data.secret} label={w('tokenCopy')} />
          <Button size="xs" variant="default" onClick={onClose}>
            {w('close')}
          </Button>
        </Group>
      </Section>
    )
  }
  return (
    <Section title={w('tokenAdd')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <Stack gap="sm" maw={480}>
          <Failure error={create.error} />
          <TextInput label={w('name')} required autoFocus maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <Select label={w('role')} allowDeselect={false} data={roleChoices(rolesToGive(me.role), w)} value={roleToJSON(role)} onChange={(value) => setRole(roleOf(value))} />
          <Select
            label={w('tokenExpiry')}
            allowDeselect={false}
            data={[
              { value: '30', label: w('days', { n: 30 }) },
              { value: '90', label: w('days', { n: 90 }) },
              { value: '365', label: w('oneYear') },
              { value: '0', label: w('never') },
            ]}
            value={days}
            onChange={(value) => setDays(value ?? '90')}
          />
          <Group>
            <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
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
