import { Badge, Button, Group, Stack, Table, TagsInput, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { calls } from './calls'
import { Failure, Quiet, Section, Waiting } from './parts'
import { validOrigin } from './site_form'
import { useTexts } from './texts'

export const useSites = () => useQuery({ queryKey: ['admin', 'sites'], queryFn: calls.sites })

export function SitesPage() {
  const { w } = useTexts()
  const sites = useSites()
  const [adding, setAdding] = useState(false)
  return (
    <Stack>
      <Group justify="flex-end">
        <Button onClick={() => setAdding(true)} disabled={adding}>
          {w('siteAdd')}
        </Button>
      </Group>
      {adding && <AddSite onClose={() => setAdding(false)} />}
      <Failure error={sites.error} onRetry={() => void sites.refetch()} />
      {sites.isPending && <Waiting />}
      {sites.data?.length === 0 && <Text c="dimmed">{w('siteNone')}</Text>}
      {sites.data !== undefined && sites.data.length > 0 && (
        <Table.ScrollContainer minWidth={480}>
          <Table aria-label={w('sites')} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{w('name')}</Table.Th>
                <Table.Th>{w('origins')}</Table.Th>
                <Table.Th>{w('status')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sites.data.map((site) => (
                <Table.Tr key={site.id}>
                  <Table.Td>
                    <Link href={`/admin/sites/${site.id}`}>{site.name}</Link>
                  </Table.Td>
                  <Table.Td>{site.allowedOrigins.length === 0 ? <Quiet>{w('everyOrigin')}</Quiet> : site.allowedOrigins.join(', ')}</Table.Td>
                  <Table.Td>
                    <Badge color={site.disabled ? 'gray' : 'green'} variant="light">
                      {w(site.disabled ? 'disabled' : 'enabled')}
                    </Badge>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  )
}

function AddSite({ onClose }: { onClose: () => void }) {
  const { w } = useTexts()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const [name, setName] = useState('')
  const [origins, setOrigins] = useState<string[]>([])
  const wrong = origins.find((origin) => !validOrigin(origin))
  const create = useMutation({
    mutationFn: () => calls.createSite(name.trim(), origins),
    onSuccess: async (site) => {
      await Promise.all([queries.invalidateQueries({ queryKey: ['admin', 'sites'] }), queries.invalidateQueries({ queryKey: ['sites'] })])
      go(`/admin/sites/${site.id}`)
    },
  })
  return (
    <Section title={w('siteAdd')} help={w('siteAddHelp')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <Stack gap="sm">
          <Failure error={create.error} />
          <TextInput label={w('siteName')} required autoFocus maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <TagsInput
            label={w('origins')}
            description={w('originsHelp')}
            value={origins}
            onChange={setOrigins}
            acceptValueOnBlur
            error={wrong !== undefined && w('originInvalid', { origin: wrong })}
          />
          <Group>
            <Button type="submit" loading={create.isPending} disabled={name.trim() === '' || wrong !== undefined}>
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
