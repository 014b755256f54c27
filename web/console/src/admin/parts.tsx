// Small pieces that every page of administration uses.
import { Alert, Button, Card, CopyButton, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useEffect, useState, type ReactNode } from 'react'
import { useProblemText } from '../api'
import { useTexts } from './texts'

export function Section({ title, help, children, danger = false }: { title: string; help?: string; children: ReactNode; danger?: boolean }) {
  return (
    <Card withBorder component="section" aria-label={title} {...(danger ? { style: { borderColor: 'var(--wk-danger)' } } : {})}>
      <Stack gap="sm">
        <div>
          <Title order={2} size="h4">
            {title}
          </Title>
          {help !== undefined && <Quiet>{help}</Quiet>}
        </div>
        {children}
      </Stack>
    </Card>
  )
}

export const Quiet = ({ children }: { children: ReactNode }) => (
  <Text size="xs" c="dimmed">
    {children}
  </Text>
)

/** Nothing where there is no error. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problemText = useProblemText()
  const { w } = useTexts()
  if (error === null || error === undefined) return null
  return (
    <Alert color="red" role="alert">
      {problemText(error)}
      {onRetry !== undefined && (
        <Button size="compact-sm" variant="subtle" color="red" onClick={onRetry} ml="sm">
          {w('retry')}
        </Button>
      )}
    </Alert>
  )
}

/** Rows in their final shape, only when loading takes long enough to be seen. */
export function Waiting({ rows = 4 }: { rows?: number }) {
  const { w } = useTexts()
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150)
    return () => clearTimeout(timer)
  }, [])
  if (!late) return null
  return (
    <Stack gap="xs" role="status" aria-label={w('loading')}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} h={36} />
      ))}
    </Stack>
  )
}

export function Copy({ value, label }: { value: string; label: string }) {
  const { w } = useTexts()
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button size="xs" variant="default" onClick={copy} aria-label={label}>
          {copied ? w('copied') : w('copy')}
        </Button>
      )}
    </CopyButton>
  )
}

/** Asks by its own words: the first press arms it for five seconds, the second one acts. */
export function SureButton({ label, sure, onSure, loading }: { label: string; sure: string; onSure: () => void; loading: boolean }) {
  const [armed, setArmed] = useState(false)
  useEffect(() => {
    if (!armed) return undefined
    const timer = setTimeout(() => setArmed(false), 5_000)
    return () => clearTimeout(timer)
  }, [armed])
  return (
    <Button
      size="xs"
      color="red"
      variant={armed ? 'filled' : 'light'}
      loading={loading}
      onClick={() => {
        setArmed(!armed)
        if (armed) onSure()
      }}
    >
      {armed ? sure : label}
    </Button>
  )
}
