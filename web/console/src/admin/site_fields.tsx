// The fields of a site's form, in the order they are thought of.
import { ColorInput, SegmentedControl, Select, Stack, Switch, TagsInput, Text, Textarea, TextInput } from '@mantine/core'
import { routingStrategyToJSON, type NameList, type WidgetAppearance } from '@weikeyi/sdk/json'
import { routingChoices, routingOf } from './choices'
import { Section } from './parts'
import { RateFields } from './rate_fields'
import { BotFields } from './bot_fields'
import { HoursFields } from './hours_fields'
import { NameListsFields } from './name_lists_fields'
import { formLanguages, validColour, validOrigin, type SiteForm } from './site_form'
import { useTexts, type AdminKey } from './texts'

interface Fields {
  form: SiteForm
  change: (part: Partial<SiteForm>) => void
}

interface SiteFieldsProps extends Fields {
  siteId: string
  /** As the server has them. */
  nameLists: readonly NameList[]
  /** What the server said of the names. */
  namesRefused: string | undefined
}

export function SiteFields({ siteId, form, change, nameLists, namesRefused }: SiteFieldsProps) {
  return (
    <>
      <GeneralFields form={form} change={change} />
      <TextFields form={form} change={change} />
      <LookFields form={form} change={change} />
      <ConversationFields form={form} change={change} />
      <HoursFields hours={form.hours} onChange={(hours) => change({ hours })} />
      <BotFields siteId={siteId} bot={form.bot} onChange={(bot) => change({ bot })} />
      <NameListsFields siteId={siteId} lists={form.bot.nameLists} stored={nameLists} refused={namesRefused} onChange={(lists) => change({ bot: { ...form.bot, nameLists: lists } })} />
    </>
  )
}

function GeneralFields({ form, change }: Fields) {
  const { w } = useTexts()
  const wrong = form.origins.find((origin) => !validOrigin(origin))
  return (
    <Section title={w('sectionGeneral')}>
      <TextInput
        label={w('siteName')}
        required
        maxLength={200}
        value={form.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        error={form.name.trim() === '' && w('siteEmpty')}
      />
      <TagsInput
        label={w('origins')}
        description={w('originsHelp')}
        value={form.origins}
        onChange={(origins) => change({ origins })}
        acceptValueOnBlur
        error={wrong !== undefined && w('originInvalid', { origin: wrong })}
      />
      {form.origins.length === 0 && (
        <Text size="xs" c="var(--wk-warning)">
          {w('originsOpen')}
        </Text>
      )}
    </Section>
  )
}

type Texts = 'title' | 'greeting' | 'offlineMessage'
const textFields: [Texts, AdminKey, AdminKey][] = [
  ['title', 'title', 'titleHelp'],
  ['greeting', 'greeting', 'greetingHelp'],
  ['offlineMessage', 'offlineMessage', 'offlineHelp'],
]

function TextFields({ form, change }: Fields) {
  const { w } = useTexts()
  const set = (field: Texts, language: string, text: string): void =>
    change({ appearance: { ...form.appearance, [field]: { ...form.appearance[field], [language]: text } } })
  return (
    <Section title={w('sectionTexts')}>
      {textFields.map(([field, label, help]) => (
        <Stack key={field} gap="xs">
          {formLanguages.map((language, place) => (
            <Textarea
              key={language}
              lang={language}
              label={w(label, { language: w(language === 'en' ? 'english' : 'chinese') })}
              description={place === 0 ? w(help) : undefined}
              autosize
              minRows={field === 'title' ? 1 : 2}
              maxRows={6}
              maxLength={300}
              value={form.appearance[field][language] ?? ''}
              onChange={(event) => set(field, language, event.currentTarget.value)}
            />
          ))}
        </Stack>
      ))}
    </Section>
  )
}

function LookFields({ form, change }: Fields) {
  const { w } = useTexts()
  const set = (part: Partial<WidgetAppearance>): void => change({ appearance: { ...form.appearance, ...part } })
  return (
    <Section title={w('sectionAppearance')}>
      <ColorInput
        label={w('colour')}
        description={w('colourHelp')}
        format="hex"
        eyeDropperButtonProps={{ 'aria-label': w('colourPick') }}
        value={form.appearance.color}
        onChange={(color) => set({ color })}
        error={!validColour(form.appearance.color) && w('colourInvalid')}
      />
      <Choice
        label={w('position')}
        value={form.appearance.position}
        onChange={(position) => set({ position })}
        data={[
          { value: 'left', label: w('left') },
          { value: 'right', label: w('right') },
        ]}
      />
      <Choice
        label={w('theme')}
        value={form.appearance.theme}
        onChange={(theme) => set({ theme })}
        data={[
          { value: 'auto', label: w('themeAuto') },
          { value: 'light', label: w('themeLight') },
          { value: 'dark', label: w('themeDark') },
        ]}
      />
      <TextInput
        label={w('launcherLabel')}
        description={w('launcherLabelHelp')}
        maxLength={30}
        value={form.appearance.launcherLabel}
        onChange={(event) => set({ launcherLabel: event.currentTarget.value })}
      />
    </Section>
  )
}

function ConversationFields({ form, change }: Fields) {
  const { w } = useTexts()
  return (
    <Section title={w('sectionConversations')}>
      <Select
        label={w('routing')}
        description={w('routingHelp')}
        allowDeselect={false}
        data={routingChoices(w)}
        value={routingStrategyToJSON(form.routing)}
        onChange={(value) => change({ routing: routingOf(value) })}
      />
      <Switch
        label={w('typingPreview')}
        description={w('typingPreviewHelp')}
        checked={form.typingPreview}
        onChange={(event) => change({ typingPreview: event.currentTarget.checked })}
      />
      <Switch
        label={w('siteRate')}
        description={w('siteRateHelp')}
        checked={form.messagesPerVisitor !== undefined}
        onChange={(event) => change({ messagesPerVisitor: event.currentTarget.checked ? { perSecond: 5, burst: 25 } : undefined })}
      />
      {form.messagesPerVisitor !== undefined && (
        <RateFields label={w('messagesPerVisitor')} help={w('messagesPerVisitorHelp')} value={form.messagesPerVisitor} onChange={(messagesPerVisitor) => change({ messagesPerVisitor })} />
      )}
    </Section>
  )
}

interface ChoiceProps {
  label: string
  value: string
  onChange: (value: string) => void
  data: { value: string; label: string }[]
}
function Choice({ label, ...control }: ChoiceProps) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {label}
      </Text>
      <SegmentedControl aria-label={label} size="xs" {...control} />
    </div>
  )
}
