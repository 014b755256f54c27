// How much is let in at each of the three doors. Administrators only; what is saved holds at once.
import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Admission, AdmissionSettings } from '@weikeyi/sdk/json'
import { useState } from 'react'
import { calls } from './calls'
import { changeOf, doors, formOf, rateMax, validCount, validForm, type AdmissionForm, type RateName } from './admission_form'
import { Failure, Quiet, Section, SureButton, Waiting } from './parts'
import { Count, RateFields } from './rate_fields'
import { useTexts } from './texts'

const queryKey = ['admin', 'admission']

export function AdmissionPage() {
  const admission = useQuery({ queryKey, queryFn: calls.admission })
  const { settings, defaults } = admission.data ?? {}
  return (
    <Stack maw={720}>
      <Failure error={admission.error} onRetry={() => void admission.refetch()} />
      {admission.isPending && <Waiting rows={6} />}
      {settings !== undefined && defaults !== undefined && <AdmissionEditor settings={settings} defaults={defaults} />}
    </Stack>
  )
}

function AdmissionEditor({ settings, defaults }: { settings: AdmissionSettings; defaults: AdmissionSettings }) {
  const { w } = useTexts()
  const queries = useQueryClient()
  const [form, setForm] = useState<AdmissionForm>(() => formOf(settings))
  const before = formOf(settings)
  const usual = formOf(defaults)
  const changed = Object.keys(changeOf(form, before)).length > 0
  const keep = (next: Admission): void => {
    queries.setQueryData(queryKey, next)
    if (next.settings !== undefined) setForm(formOf(next.settings))
  }
  const save = useMutation({ mutationFn: () => calls.changeAdmission(changeOf(form, before)), onSuccess: keep })
  const reset = useMutation({ mutationFn: calls.resetAdmission, onSuccess: keep })
  const helpOf = (name: RateName): string =>
    `${w(`${name}Help`)} ${usual[name].perSecond === 0 ? w('defaultNone') : w('defaultRate', { perSecond: usual[name].perSecond, burst: usual[name].burst })}`
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <Stack>
        <Text size="sm">{w('admissionHelp')}</Text>
        {doors.map(({ door, rates }) => (
          <Section key={door} title={w(`door${door}`)} help={w(`door${door}Help`)}>
            {door === 'Accept' && (
              <Stack gap={4}>
                <Text size="sm" fw={600}>
                  {w('connectionsPerAddress')}
                </Text>
                <Quiet>
                  {w('connectionsPerAddressHelp')} {usual.connectionsPerAddress === 0 ? w('defaultNone') : w('defaultCount', { count: usual.connectionsPerAddress })}
                </Quiet>
                <Count
                  of={w('connectionsPerAddress')}
                  label={w('atATime')}
                  value={form.connectionsPerAddress}
                  onChange={(connectionsPerAddress) => setForm({ ...form, connectionsPerAddress })}
                  wrong={!validCount(form.connectionsPerAddress) && w('admissionWrong', { most: rateMax })}
                />
              </Stack>
            )}
            {rates.map((name) => (
              <RateFields key={name} label={w(name)} help={helpOf(name)} value={form[name]} onChange={(value) => setForm({ ...form, [name]: value })} />
            ))}
          </Section>
        ))}
        <Failure error={save.error ?? reset.error} />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!changed || !validForm(form)}>
            {w('save')}
          </Button>
          {changed && (
            <Button variant="default" onClick={() => setForm(before)}>
              {w('cancel')}
            </Button>
          )}
          <SureButton label={w('admissionReset')} sure={w('sure')} loading={reset.isPending} onSure={() => reset.mutate()} />
          <Text size="sm" c="dimmed" role="status">
            {changed ? w('unsaved') : save.isSuccess || reset.isSuccess ? w('saved') : ''}
          </Text>
        </Group>
      </Stack>
    </form>
  )
}
