import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { browserName } from '../format'
import { calls } from './calls'
import { Failure, Quiet, Section, Waiting } from './parts'
import { useTexts } from './texts'

/** The browsers signed in to one's account. The present one is ended by signing out. */
export function SessionList() {
  const { w, language } = useTexts()
  const queries = useQueryClient()
  const sessions = useQuery({ queryKey: ['admin', 'sessions'], queryFn: calls.sessions })
  const again = { onSuccess: () => queries.invalidateQueries({ queryKey: ['admin', 'sessions'] }) }
  const end = useMutation({ mutationFn: calls.endSession, ...again })
  const endOthers = useMutation({ mutationFn: calls.endOtherSessions, ...again })
  const time = (ms: number): string => new Date(ms).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <Section title={w('sessions')} help={w('sessionsHelp')}>
      <Failure error={sessions.error} onRetry={() => void sessions.refetch()} />
      <Failure error={end.error ?? endOthers.error} />
      {sessions.isPending && <Waiting rows={2} />}
      <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }} aria-label={w('sessions')}>
        {sessions.data?.map((session) => (
          <Group component="li" key={session.id} justify="space-between" wrap="nowrap">
            <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
              <Text size="sm">{browserName(session.userAgent)}</Text>
              <Quiet>
                {session.ip} · {w('sessionSeen', { time: time(session.lastSeenMs) })}
              </Quiet>
            </div>
            {session.current ? (
              <Badge variant="light">{w('sessionCurrent')}</Badge>
            ) : (
              <Button
                size="compact-sm"
                variant="default"
                aria-label={w('sessionEndOf', { browser: browserName(session.userAgent) })}
                loading={end.isPending && end.variables === session.id}
                onClick={() => end.mutate(session.id)}
              >
                {w('sessionEnd')}
              </Button>
            )}
          </Group>
        ))}
      </Stack>
      {sessions.data?.some((session) => !session.current) === true && (
        <Group>
          <Button size="xs" variant="light" color="red" loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {w('sessionEndOthers')}
          </Button>
        </Group>
      )}
    </Section>
  )
}
