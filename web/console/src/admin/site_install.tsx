import { Anchor, Code, Group, Stack, Text } from '@mantine/core'
import { Copy, Quiet, Section } from './parts'
import { embedLine, policyHint } from './site_form'
import { useTexts } from './texts'

/** The line to embed, what a strict page allows for it, and the chat page that needs no embedding. */
export function SiteInstall({ siteKey }: { siteKey: string }) {
  const { w } = useTexts()
  const { origin } = location
  return (
    <Section title={w('sectionInstall')}>
      <Line label={w('embed')} help={w('embedHelp')} value={embedLine(origin, siteKey)} copy={w('embedCopy')} />
      <Line label={w('csp')} help={w('cspHelp')} value={policyHint(origin)} copy={w('cspCopy')} />
      <Anchor href={`/chat/${siteKey}`} target="_blank" rel="noopener" size="sm">
        {w('chatLink')}
      </Anchor>
    </Section>
  )
}

function Line({ label, help, value, copy }: { label: string; help: string; value: string; copy: string }) {
  return (
    <Stack gap={4}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={600}>
          {label}
        </Text>
        <Copy value={value} label={copy} />
      </Group>
      <Quiet>{help}</Quiet>
      <Code block aria-label={label} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {value}
      </Code>
    </Stack>
  )
}
