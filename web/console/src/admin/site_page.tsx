import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Role, type Agent, type NameList, type Site } from '@weikeyi/sdk/json'
import { useState } from 'react'
import { Link } from 'wouter'
import { calls } from './calls'
import { Failure, Quiet, Section, SureButton, Waiting } from './parts'
import { SiteFields } from './site_fields'
import { formOf, requestOf, validForm, type SiteForm } from './site_form'
import { SiteIdentity } from './site_identity'
import { SiteInstall } from './site_install'
import { SitePreview } from './site_preview'
import { namesRefused } from './names_refused'
import { useSites } from './sites_page'
import { useTexts } from './texts'

const noLists: readonly NameList[] = []

export function SitePage({ id, me }: { id: string; me: Agent }) {
  const { w } = useTexts()
  const sites = useSites()
  const site = sites.data?.find((one) => one.id === id)
  return (
    <Stack>
      <Anchor component={Link} href="/admin" size="sm">
        {w('siteBack')}
      </Anchor>
      <Failure error={sites.error} onRetry={() => void sites.refetch()} />
      {sites.isPending && <Waiting rows={6} />}
      {sites.isSuccess && site === undefined && <Text c="dimmed">{w('notFound')}</Text>}
      {site !== undefined && <SiteEditor key={id} site={site} me={me} />}
    </Stack>
  )
}

function SiteEditor({ site, me }: { site: Site; me: Agent }) {
  const { w } = useTexts()
  const queries = useQueryClient()
  const mayIdentity = me.role === Role.ADMINISTRATOR
  const [form, setForm] = useState<SiteForm>(() => formOf(site))
  const [changed, setChanged] = useState(false)
  const change = (part: Partial<SiteForm>): void => {
    setForm((before) => ({ ...before, ...part }))
    setChanged(true)
    if (save.isError) save.reset()
  }
  const keep = (next: Site): void => {
    queries.setQueryData<Site[]>(['admin', 'sites'], (sites) => sites?.map((one) => (one.id === next.id ? next : one)))
    void queries.invalidateQueries({ queryKey: ['sites'] })
  }
  const save = useMutation({
    mutationFn: () => calls.updateSite(site.id, requestOf(form, mayIdentity)),
    onSuccess: (next) => {
      keep(next)
      setForm(formOf(next))
      setChanged(false)
    },
  })
  const refused = namesRefused(save.error)
  const toggle = useMutation({ mutationFn: () => calls.updateSite(site.id, { disabled: !site.disabled }), onSuccess: keep })
  return (
    <>
      <Title order={2} size="h3" style={{ overflowWrap: 'anywhere' }}>
        {site.name}
      </Title>
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: 24, alignItems: 'flex-start' }}>
        <Stack style={{ flex: '1 1 420px', minWidth: 0, maxWidth: 640 }}>
          <form
            onSubmit={(event) => {
              event.preventDefault()
              save.mutate()
            }}
          >
            <Stack>
              <SiteFields siteId={site.id} form={form} change={change} nameLists={site.bot?.nameLists ?? noLists} namesRefused={refused} />
              {mayIdentity && (
                <SiteIdentity site={site} required={form.identityRequired} onRequired={(identityRequired) => change({ identityRequired })} onSite={keep} />
              )}
              {refused === undefined && <Failure error={save.error} />}
              <Group>
                <Button type="submit" loading={save.isPending} disabled={!validForm(form) || !changed}>
                  {w('save')}
                </Button>
                {changed && (
                  <Button
                    variant="default"
                    onClick={() => {
                      setForm(formOf(site))
                      setChanged(false)
                    }}
                  >
                    {w('cancel')}
                  </Button>
                )}
                <Text size="sm" c="dimmed" role="status">
                  {changed ? w('unsaved') : save.isSuccess ? w('saved') : ''}
                </Text>
              </Group>
            </Stack>
          </form>
          <SiteInstall siteKey={site.key} />
          <Section title={w('danger')} danger>
            <Quiet>{w('siteDisableHelp')}</Quiet>
            <Failure error={toggle.error} />
            <Group>
              {site.disabled ? (
                <Button size="xs" variant="default" loading={toggle.isPending} onClick={() => toggle.mutate()}>
                  {w('siteEnable')}
                </Button>
              ) : (
                <SureButton label={w('siteDisable')} sure={w('sure')} loading={toggle.isPending} onSure={() => toggle.mutate()} />
              )}
            </Group>
          </Section>
        </Stack>
        <div style={{ flex: '1 1 300px', maxWidth: 380, position: 'sticky', top: 16 }}>
          <SitePreview form={form} name={form.name} />
        </div>
      </div>
    </>
  )
}
