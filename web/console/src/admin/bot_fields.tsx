// The AI agent of a site.
import { Alert, Anchor, Button, Group, Slider, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { BotSettings } from '@weikeyi/sdk/json'
import { Link } from 'wouter'
import { calls as knowledge } from '../knowledge/calls'
import { Quiet, Section } from './parts'
import { wrongWord } from './site_form'
import { useTexts } from './texts'

// Where the mark of the default stands: the gate by words (ai_agent/knowledge/settings.hpp).
const defaultPercent = 40

interface Fields {
  siteId: string
  bot: BotSettings
  onChange: (bot: BotSettings) => void
}

export function BotFields({ siteId, bot, onChange }: Fields) {
  const { w } = useTexts()
  const wrong = wrongWord(bot)
  return (
    <Section title={w('sectionBot')}>
      <Switch label={w('botEnabled')} description={w('botEnabledHelp')} checked={bot.enabled} onChange={(event) => onChange({ ...bot, enabled: event.currentTarget.checked })} />
      {bot.enabled && <KnowsNothing siteId={siteId} />}
      <TextInput label={w('botName')} description={w('botNameHelp')} maxLength={50} value={bot.name} onChange={(event) => onChange({ ...bot, name: event.currentTarget.value })} />
      <TagsInput
        label={w('botWords')}
        description={w('botWordsHelp')}
        maxTags={100}
        value={bot.handoverWords}
        onChange={(handoverWords) => onChange({ ...bot, handoverWords })}
        acceptValueOnBlur
        error={wrong !== undefined && w('botWordWrong', { word: wrong })}
      />
      <Confidence permille={bot.confidenceToAnswerPermille} onChange={(confidenceToAnswerPermille) => onChange({ ...bot, confidenceToAnswerPermille })} />
    </Section>
  )
}

function KnowsNothing({ siteId }: { siteId: string }) {
  const { w } = useTexts()
  const some = useQuery({ queryKey: ['knowledge', 'entries', 'any', siteId], queryFn: () => knowledge.entries({ site: siteId, text: '' }, '', 1) })
  if (some.data === undefined || some.data.entries.length > 0) return null
  return (
    <Alert color="yellow" role="alert">
      {w('botEmpty')}{' '}
      <Anchor component={Link} href="/knowledge/new" size="sm">
        {w('botEmptyLink')}
      </Anchor>
    </Alert>
  )
}

/** 0: the default, which the mark shows. */
function Confidence({ permille, onChange }: { permille: number; onChange: (permille: number) => void }) {
  const { w } = useTexts()
  const own = permille > 0
  const words = own ? w('botConfidenceOwn', { percent: Math.round(permille / 10) }) : w('botDefault')
  return (
    <Stack gap={6}>
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          {w('botConfidence')}
        </Text>
        <Text size="sm" style={{ fontVariantNumeric: 'tabular-nums' }}>
          {words}
        </Text>
      </Group>
      <Quiet>{w('botConfidenceHelp')}</Quiet>
      <Slider
        mx={8}
        mb={24}
        min={5}
        max={95}
        step={1}
        label={null}
        marks={[{ value: defaultPercent, label: w('botDefault') }]}
        value={own ? Math.round(permille / 10) : defaultPercent}
        onChange={(percent) => onChange(percent * 10)}
        thumbLabel={w('botConfidence')}
        thumbValueText={words}
      />
      {own ? (
        <Button variant="subtle" size="compact-sm" style={{ alignSelf: 'flex-start' }} onClick={() => onChange(0)}>
          {w('botConfidenceReset')}
        </Button>
      ) : (
        <Quiet>{w('botConfidenceDefault')}</Quiet>
      )}
    </Stack>
  )
}
