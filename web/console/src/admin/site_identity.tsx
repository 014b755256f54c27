import { Button, Group, Switch, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { Site } from '@weikeyi/sdk/json'
import { useState } from 'react'
import { calls } from './calls'
import { Copy, Failure, Quiet, Section, SureButton } from './parts'
import { useTexts } from './texts'

interface Identity {
  site: Site
  required: boolean
  onRequired: (required: boolean) => void
  onSite: (site: Site) => void
}

/** For administrators only: the server shows the secret to nobody else. */
export function SiteIdentity({ site, required, onRequired, onSite }: Identity) {
  const { w } = useTexts()
  const [shown, setShown] = useState(false)
  const rotate = useMutation({ mutationFn: () => calls.updateSite(site.id, { rotateIdentitySecret: true }), onSuccess: onSite })
  return (
    <Section title={w('sectionIdentity')}>
      <Switch
        label={w('identityRequired')}
        description={w('identityRequiredHelp')}
        checked={required}
        onChange={(event) => onRequired(event.currentTarget.checked)}
      />
      <TextInput
        label={w('identitySecret')}
        description={w('identitySecretHelp')}
        readOnly
        type={shown ? 'text' : 'password'}
        autoComplete="off"
        value={site.identitySecret}
        onChange={() => undefined}
      />
      <Group gap="xs">
        <Button size="xs" variant="default" onClick={() => setShown(!shown)}>
          {w(shown ? 'secretHide' : 'secretShow')}
        </Button>
        <Copy value={site.identitySecret} label={w('secretCopy')} />
        <SureButton label={w('secretRotate')} sure={w('secretRotateYes')} loading={rotate.isPending} onSure={() => rotate.mutate()} />
        {rotate.isSuccess && (
          <Text size="xs" role="status">
            {w('done')}
          </Text>
        )}
      </Group>
      <Quiet>{w('secretRotateHelp')}</Quiet>
      <Failure error={rotate.error} />
    </Section>
  )
}
