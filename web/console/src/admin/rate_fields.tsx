// One rate: so many a second, and so many at once.
import { Group, NumberInput, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Quiet } from './parts'
import { rateMax, validBurst, validCount, type Typed, type TypedRate } from './admission_form'
import { useTexts } from './texts'

interface CountProps {
  label: string
  value: Typed
  onChange: (value: Typed) => void
  wrong: string | false
  /** A group's name, where the label alone does not say of what. */
  of?: string
}
export const Count = ({ label, value, onChange, wrong, of }: CountProps) => (
  <NumberInput
    label={label}
    {...(of === undefined ? {} : { 'aria-label': `${of}: ${label}` })}
    value={value}
    onChange={onChange}
    error={wrong}
    min={0}
    max={rateMax}
    clampBehavior="none"
    allowDecimal={false}
    allowNegative={false}
    thousandSeparator=" "
    w={150}
  />
)

export function RateFields({ label, help, value, onChange }: { label: string; help: ReactNode; value: TypedRate; onChange: (value: TypedRate) => void }) {
  const { w } = useTexts()
  const wrong = w('admissionWrong', { most: rateMax })
  return (
    <Stack gap={4} role="group" aria-label={label}>
      <Text size="sm" fw={600}>
        {label}
      </Text>
      <Quiet>{help}</Quiet>
      <Group gap="sm" align="flex-start">
        <Count of={label} label={w('perSecond')} value={value.perSecond} onChange={(perSecond) => onChange({ ...value, perSecond })} wrong={!validCount(value.perSecond) && wrong} />
        <Count of={label} label={w('atOnce')} value={value.burst} onChange={(burst) => onChange({ ...value, burst })} wrong={!validBurst(value) && (validCount(value.burst) ? w('atOnceNone') : wrong)} />
      </Group>
    </Stack>
  )
}
