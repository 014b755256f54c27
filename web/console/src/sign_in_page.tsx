import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take, useProblemText } from './api'
import { EntryCard } from './entry_card'
import { useI18n } from './i18n'

export function SignInPage({ onDone }: { onDone: () => void }) {
  const { t } = useI18n()
  const problemText = useProblemText()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState<string>()
  const login = useMutation({
    mutationFn: () => take(api.login({ email, password, ...(code === undefined ? {} : { code }) })),
    onSuccess: (answer) => (answer.codeRequired ? setCode('') : onDone()),
  })
  return (
    <EntryCard title={t('signIn')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          login.mutate()
        }}
      >
        <Stack gap="sm">
          {login.isError && <Alert color="red" role="alert">{problemText(login.error)}</Alert>}
          <TextInput label={t('email')} type="email" autoComplete="username" required autoFocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
          <PasswordInput label={t('password')} autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
          {code !== undefined && (
            <TextInput label={t('code')} inputMode="numeric" autoComplete="one-time-code" required autoFocus value={code} onChange={(event) => setCode(event.currentTarget.value)} />
          )}
          <Button type="submit" loading={login.isPending} fullWidth>
            {t('signIn')}
          </Button>
        </Stack>
      </form>
    </EntryCard>
  )
}
