import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Agent } from '@weikeyi/sdk/json'
import { useState } from 'react'
import { accountProblem, problemCode } from './account_problem'
import { calls } from './calls'
import { Failure, Section } from './parts'
import { useTexts } from './texts'

const empty = { old: '', next: '', again: '' }

export function PasswordChange({ me }: { me: Agent }) {
  const { w } = useTexts()
  const queries = useQueryClient()
  const [form, setForm] = useState(empty)
  const change = useMutation({
    mutationFn: () => calls.changePassword(form.old, form.next),
    onSuccess: () => {
      setForm(empty)
      return queries.invalidateQueries({ queryKey: ['admin', 'sessions'] })
    },
  })
  const differ = form.again !== '' && form.again !== form.next
  const shown = accountProblem(change.error)
  const atOld = problemCode(change.error) === 'password_wrong'
  return (
    <Section title={w('password')} help={w('changePasswordHelp')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate()
        }}
      >
        <Stack gap="sm">
          {shown === undefined && <Failure error={change.error} />}
          {/* Password managers look for the account's name beside the password. */}
          <input type="text" name="username" autoComplete="username" value={me.email} readOnly hidden />
          <PasswordInput
            label={w('currentPassword')}
            required
            autoComplete="current-password"
            value={form.old}
            onChange={(event) => setForm({ ...form, old: event.currentTarget.value })}
            error={shown !== undefined && atOld && w(shown)}
          />
          <PasswordInput
            label={w('newPassword')}
            description={w('passwordHelp')}
            required
            autoComplete="new-password"
            value={form.next}
            onChange={(event) => setForm({ ...form, next: event.currentTarget.value })}
            error={shown !== undefined && !atOld && w(shown)}
          />
          <PasswordInput
            label={w('repeatPassword')}
            required
            autoComplete="new-password"
            value={form.again}
            onChange={(event) => setForm({ ...form, again: event.currentTarget.value })}
            error={differ && w('passwordsDiffer')}
          />
          <Group>
            <Button type="submit" loading={change.isPending} disabled={form.next === '' || form.again !== form.next}>
              {w('changePassword')}
            </Button>
            <Text size="sm" c="dimmed" role="status">
              {change.isSuccess ? w('passwordChanged') : ''}
            </Text>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
