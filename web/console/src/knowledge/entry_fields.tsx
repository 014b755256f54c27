import { SegmentedControl, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { KnowledgeKind, knowledgeKindFromJSON, knowledgeKindToJSON, type Site } from '@weikeyi/sdk/json'
import { bodyBytesMax, bytesOf, headingsOf, labelBytesMax, labelsMax, phrasingsMax, titleBytesMax, urlBytesMax, type EntryForm, type Field, type Wrong } from './entry_form'
import { Phrasings } from './phrasings'
import { useTexts, type KnowledgeWords } from './texts'

const headingsShown = 12

interface Fields {
  form: EntryForm
  change: (part: Partial<EntryForm>) => void
  sites: readonly Site[]
  /** It comes from a page, whose address it keeps. */
  page: boolean
  wrong: Partial<Record<Field, Wrong>>
  /** What the server said of one of them. */
  refused: { field: Field; text: string } | undefined
}

export function EntryFields({ form, change, sites, page, wrong, refused }: Fields) {
  const { k } = useTexts()
  const faq = form.kind === KnowledgeKind.FAQ
  const flow = form.kind === KnowledgeKind.FLOW
  const errorOf = (field: Field, text = '', most = 0): string | undefined => {
    const why = wrong[field]
    if (why !== undefined) return wrongText(why, k, text, most)
    return refused?.field === field ? refused.text : undefined
  }
  const asked = (
    <>
      <TextInput
        label={k(faq || flow ? 'question' : 'title')}
        description={flow ? k('flowQuestionHelp') : faq ? k('questionHelp') : undefined}
        required
        dir="auto"
        value={form.title}
        onChange={(event) => change({ title: event.currentTarget.value })}
        error={errorOf('title', form.title.trim(), titleBytesMax)}
      />
      {(faq || flow) && <Phrasings phrasings={form.phrasings} onChange={(phrasings) => change({ phrasings })} error={errorOf('phrasings', longest(form.phrasings), wrong.phrasings === 'many' ? phrasingsMax : titleBytesMax)} />}
    </>
  )
  const belongs = (
    <>
      <Select
        label={k('ofSite')}
        description={k('ofSiteHelp')}
        allowDeselect={false}
        maw={320}
        value={form.siteId}
        onChange={(value) => change({ siteId: value ?? '0' })}
        data={[{ value: '0', label: k('allSites') }, ...sites.map((site) => ({ value: site.id, label: site.name }))]}
      />
      <TagsInput
        label={k('labels')}
        description={k('labelsHelp')}
        placeholder={form.labels.length === 0 ? k('labelsPlaceholder') : ''}
        clearable={false}
        maxTags={labelsMax}
        value={[...form.labels]}
        onChange={(labels) => change({ labels })}
        error={errorOf('labels', longest(form.labels), wrong.labels === 'many' ? labelsMax : labelBytesMax)}
      />
    </>
  )
  const inUse = <Switch label={k('enabled')} title={k('enabledHelp')} checked={form.enabled} onChange={(event) => change({ enabled: event.currentTarget.checked })} />
  // Its steps want the room below.
  if (flow) {
    return (
      <div className="flow-trigger">
        <div>{asked}</div>
        <div>
          {inUse}
          {belongs}
        </div>
      </div>
    )
  }
  return (
    <>
      <div className="knowledge-row-fields">
        <SegmentedControl
          aria-label={k('kind')}
          size="xs"
          value={knowledgeKindToJSON(form.kind)}
          onChange={(value) => change({ kind: knowledgeKindFromJSON(value) })}
          data={[
            { value: knowledgeKindToJSON(KnowledgeKind.FAQ), label: k('kindFaq') },
            { value: knowledgeKindToJSON(KnowledgeKind.ARTICLE), label: k('kindArticle') },
          ]}
        />
        {inUse}
      </div>
      {asked}
      <Textarea
        label={k(faq ? 'answer' : 'article')}
        description={k(faq ? 'answerHelp' : 'articleHelp')}
        required
        dir="auto"
        autosize
        minRows={faq ? 3 : 10}
        maxRows={faq ? 14 : 28}
        value={form.body}
        onChange={(event) => change({ body: event.currentTarget.value })}
        error={errorOf('body', form.body.trim(), bodyBytesMax)}
      />
      {!faq && <Headings body={form.body} />}
      <TextInput
        label={k('url')}
        description={k(page ? 'urlOfPage' : 'urlHelp')}
        type="url"
        readOnly={page}
        placeholder="https://"
        value={form.url}
        onChange={(event) => change({ url: event.currentTarget.value })}
        error={errorOf('url', form.url.trim(), urlBytesMax)}
      />
      {belongs}
    </>
  )
}

function Headings({ body }: { body: string }) {
  const { k } = useTexts()
  const headings = headingsOf(body)
  if (headings.length === 0) return null
  const shown = headings.slice(0, headingsShown).map(({ text }) => text)
  return <p className="quiet">{k('passages', { headings: `${shown.join(' · ')}${headings.length > headingsShown ? ' …' : ''}` })}</p>
}

const longest = (texts: readonly string[]): string => texts.reduce((most, text) => (bytesOf(text) > bytesOf(most) ? text : most), '')

function wrongText(why: Wrong, k: KnowledgeWords, text: string, most: number): string {
  switch (why) {
    case 'empty':
      return k('wrongEmpty')
    case 'long':
      return k('wrongLong', { bytes: bytesOf(text), most })
    case 'many':
      return k('wrongMany', { most })
    case 'address':
      return k('wrongAddress')
  }
}
