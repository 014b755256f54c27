import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type ChangeEvent } from 'react'
import { api, take, useProblemText } from './api'
import { EntryCard } from './entry_card'
import { useI18n } from './i18n'

const empty = { setupCode: '', name: '', email: '', password: '', siteName: '' }

/** The first start: there is no default password, so the first administrator is made here. */
export function SetupPage({ onDone }: { onDone: () => void }) {
  const { t } = useI18n()
  const problemText = useProblemText()
  const [form, setForm] = useState(empty)
  const setUp = useMutation({ mutationFn: () => take(api.setUp(form)), onSuccess: onDone })
  const field = (name: keyof typeof empty) => ({
    required: true,
    value: form[name],
    onChange: (event: ChangeEvent<HTMLInputElement>) => {
      const { value } = event.currentTarget
      setForm((before) => ({ ...before, [name]: value }))
    },
  })
  return (
    <EntryCard title={t('setupTitle')} help={t('setupHelp')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          setUp.mutate()
        }}
      >
        <Stack gap="sm">
          {setUp.isError && <Alert color="red" role="alert">{problemText(setUp.error)}</Alert>}
          <TextInput label={t('setupCode')} autoFocus autoComplete="off" {...field('setupCode')} />
          <TextInput label={t('yourName')} autoComplete="name" {...field('name')} />
          <TextInput label={t('email')} type="email" autoComplete="username" {...field('email')} />
          <PasswordInput label={t('password')} description={t('passwordHelp')} autoComplete="new-password" {...field('password')} />
          <TextInput label={t('siteName')} {...field('siteName')} />
          <Button type="submit" loading={setUp.isPending} fullWidth>
            {t('create')}
          </Button>
        </Stack>
      </form>
    </EntryCard>
  )
}
