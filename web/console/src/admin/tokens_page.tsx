import { Anchor, Badge, Button, Group, Modal, Stack, Table, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Agent, ApiToken } from '@weikeyi/sdk/json'
import { useState } from 'react'
import { calls } from './calls'
import { roleName } from './choices'
import { Failure, Waiting } from './parts'
import { useTexts } from './texts'
import { TokenCreate } from './token_create'

export function TokensPage({ me }: { me: Agent }) {
  const { w, language } = useTexts()
  const tokens = useQuery({ queryKey: ['admin', 'tokens'], queryFn: calls.tokens })
  const [adding, setAdding] = useState(false)
  const [doomed, setDoomed] = useState<ApiToken | undefined>()
  const day = (ms: number): string => (ms === 0 ? w('never') : new Date(ms).toLocaleDateString(language, { dateStyle: 'medium' }))
  return (
    <Stack>
      <Group justify="space-between">
        <Anchor href="/api/v1/openapi.json" target="_blank" rel="noopener" size="sm">
          {w('apiDescription')}
        </Anchor>
        <Button onClick={() => setAdding(true)} disabled={adding}>
          {w('tokenAdd')}
        </Button>
      </Group>
      {adding && <TokenCreate me={me} onClose={() => setAdding(false)} />}
      <Failure error={tokens.error} onRetry={() => void tokens.refetch()} />
      {tokens.isPending && <Waiting />}
      {tokens.data?.length === 0 && <Text c="dimmed">{w('tokenNone')}</Text>}
      {tokens.data !== undefined && tokens.data.length > 0 && (
        <Table.ScrollContainer minWidth={640}>
          <Table aria-label={w('tokens')} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{w('name')}</Table.Th>
                <Table.Th>{w('role')}</Table.Th>
                <Table.Th>{w('tokenPrefix')}</Table.Th>
                <Table.Th>{w('created')}</Table.Th>
                <Table.Th>{w('tokenUsed')}</Table.Th>
                <Table.Th>{w('tokenExpires')}</Table.Th>
                <Table.Th>{w('actions')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {tokens.data.map((token) => (
                <Table.Tr key={token.id}>
                  <Table.Td>{token.name}</Table.Td>
                  <Table.Td>{roleName(token.role, w)}</Table.Td>
                  <Table.Td ff="monospace">{token.prefix}…</Table.Td>
                  <Table.Td>{day(token.createdMs)}</Table.Td>
                  <Table.Td>{day(token.lastUsedMs)}</Table.Td>
                  <Table.Td>
                    {token.expiresMs !== 0 && token.expiresMs < Date.now() ? <Badge color="gray">{w('tokenExpired')}</Badge> : day(token.expiresMs)}
                  </Table.Td>
                  <Table.Td>
                    <Button size="compact-sm" variant="subtle" color="red" aria-label={w('tokenDelete', { name: token.name })} onClick={() => setDoomed(token)}>
                      {w('tokenDeleteYes')}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {doomed !== undefined && <TokenDelete token={doomed} onClose={() => setDoomed(undefined)} />}
    </Stack>
  )
}

/** There is no undo for a deleted token, so this one asks. */
function TokenDelete({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const { w } = useTexts()
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => calls.deleteToken(token.id),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['admin', 'tokens'] })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={w('tokenDeleteTitle', { name: token.name })} closeButtonProps={{ 'aria-label': w('close') }}>
      <Stack>
        <Text size="sm">{w('tokenDeleteHelp')}</Text>
        <Failure error={remove.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {w('cancel')}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {w('tokenDeleteYes')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
