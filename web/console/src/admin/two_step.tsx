import { Alert, Button, Code, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Agent, TotpSetup } from '@weikeyi/sdk/json'
import { useState } from 'react'
import { accountProblem, problemCode } from './account_problem'
import { calls } from './calls'
import { Copy, Failure, Section } from './parts'
import { QrCode } from './qr_code'
import { useTexts } from './texts'

/** Two-step sign-in: set up, confirm, keep the recovery codes; or switch it off. */
export function TwoStep({ me }: { me: Agent }) {
  const { w } = useTexts()
  const queries = useQueryClient()
  const begin = useMutation({ mutationFn: calls.beginTotp, gcTime: 0 })
  const [codes, setCodes] = useState<string[]>([])
  const meAgain = (): Promise<void> => queries.invalidateQueries({ queryKey: ['me'] })
  return (
    <Section title={w('twoStep')} help={w('totpHelp')}>
      <Failure error={begin.error} />
      {codes.length > 0 ? (
        <RecoveryCodes codes={codes} onDone={() => setCodes([])} />
      ) : me.totpEnabled ? (
        <SwitchOff onOff={meAgain} />
      ) : begin.data === undefined ? (
        <Group>
          <Button variant="default" loading={begin.isPending} onClick={() => begin.mutate()}>
            {w('totpBegin')}
          </Button>
        </Group>
      ) : (
        <Confirm
          setup={begin.data}
          onCancel={() => begin.reset()}
          onCodes={(given) => {
            setCodes(given)
            begin.reset()
            void meAgain()
          }}
        />
      )}
    </Section>
  )
}

function Confirm({ setup, onCancel, onCodes }: { setup: TotpSetup; onCancel: () => void; onCodes: (codes: string[]) => void }) {
  const { w } = useTexts()
  const [code, setCode] = useState('')
  const [password, setPassword] = useState('')
  const confirm = useMutation({ mutationFn: () => calls.confirmTotp(code.replace(/\s/g, ''), password), gcTime: 0, onSuccess: (answer) => onCodes(answer.recoveryCodes) })
  const shown = accountProblem(confirm.error)
  const atPassword = problemCode(confirm.error) === 'password_wrong'
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        confirm.mutate()
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{w('totpScan')}</Text>
        <QrCode text={setup.url} label={w('totpQr')} />
        <Group gap="xs">
          <Text size="sm">{w('totpKey')}</Text>
          <Code aria-label={w('totpKey')} style={{ overflowWrap: 'anywhere' }}>
            {setup.secret}
          </Code>
          <Copy value={setup.secret} label={w('totpKeyCopy')} />
        </Group>
        {shown === undefined && <Failure error={confirm.error} />}
        <TextInput
          label={w('totpCode')}
          required
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          error={shown !== undefined && !atPassword && w(shown)}
        />
        <PasswordInput
          label={w('currentPassword')}
          required
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={shown !== undefined && atPassword && w(shown)}
        />
        <Group>
          <Button type="submit" loading={confirm.isPending}>
            {w('totpConfirm')}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {w('cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const { w } = useTexts()
  return (
    <Stack gap="sm">
      <Alert color="green" role="status">
        {w('totpOn')}
      </Alert>
      <Text size="sm">{w('recoveryHelp')}</Text>
      <Code block aria-label={w('recovery')}>
        {codes.join('\n')}
      </Code>
      <Group>
        <Copy value={codes.join('\n')} label={w('recoveryCopy')} />
        <Button size="xs" onClick={onDone}>
          {w('recoveryDone')}
        </Button>
      </Group>
    </Stack>
  )
}

function SwitchOff({ onOff }: { onOff: () => Promise<void> }) {
  const { w } = useTexts()
  const [asked, setAsked] = useState(false)
  const [password, setPassword] = useState('')
  const off = useMutation({ mutationFn: () => calls.disableTotp(password), onSuccess: onOff })
  const shown = accountProblem(off.error)
  return (
    <Stack gap="sm">
      <Text size="sm">{w('totpOn')}</Text>
      {!asked ? (
        <Group>
          <Button variant="light" color="red" onClick={() => setAsked(true)}>
            {w('totpOff')}
          </Button>
        </Group>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            off.mutate()
          }}
        >
          <Stack gap="sm">
            {shown === undefined && <Failure error={off.error} />}
            <PasswordInput
              label={w('currentPassword')}
              required
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              error={shown !== undefined && w(shown)}
            />
            <Group>
              <Button type="submit" color="red" loading={off.isPending}>
                {w('totpOffYes')}
              </Button>
              <Button variant="default" onClick={() => setAsked(false)}>
                {w('cancel')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Stack>
  )
}
