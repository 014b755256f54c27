import { Alert, Button, Skeleton } from '@mantine/core'
import { KnowledgeKind, type KnowledgeEntry, type Site } from '@weikeyi/sdk/json'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { problemsOf } from '../flow/flow_check'
import { FlowEditor } from '../flow/flow_editor'
import { templatesIn } from '../flow/flow_templates'
import { nameListsOf } from '../flow/name_lists_of'
import { TemplateChoice } from '../flow/template_choice'
import type { Trace } from '../flow/trace'
import { useTools } from '../flow/use_tools'
import { ProblemError, take, useProblemText } from '../api'
import { SureButton } from '../admin/parts'
import { dayAndTime } from '../format'
import { useNotify } from '../notify'
import { calls, knowledgeChanged, entryKey, useEntry } from './calls'
import { drafts, type Draft } from './drafts'
import { EntryFields } from './entry_fields'
import { emptyForm, entryOf, fieldOf, formOf, fromPage, replacementOf, same, sameWords, wrongIn, type EntryForm } from './entry_form'
import { EntryOrigin } from './entry_origin'
import { EntryView } from './entry_view'
import { useTexts } from './texts'

interface Shown {
  /** undefined: a new one. */
  id: string | undefined
  /** Of a new one. */
  kind?: typeof KnowledgeKind.FAQ | typeof KnowledgeKind.FLOW
  sites: readonly Site[]
  mayWrite: boolean
  /** The way that a try took through a flow. */
  trace: Trace | undefined
  draft: Draft | undefined
  /** Something was stored; the place to go to, where it is another one. */
  onStored: (next: string | undefined) => void
}

export function EntryEditor(shown: Shown) {
  const { k } = useTexts()
  const problemText = useProblemText()
  const entry = useEntry(shown.id)
  if (shown.id === undefined) return <Form {...shown} entry={undefined} />
  if (entry.data !== undefined) return shown.mayWrite ? <Form {...shown} entry={entry.data} /> : <EntryView entry={entry.data} sites={shown.sites} trace={traceOf(entry.data.id, shown.trace)} />
  if (entry.isPending) return <Skeleton h={280} m={24} w="auto" />
  const gone = entry.error instanceof ProblemError && entry.error.problem.status === 404
  return (
    <p className="list-empty" role="alert">
      {gone ? k('gone') : problemText(entry.error)}
    </p>
  )
}

const traceOf = (id: string | undefined, trace: Trace | undefined): Trace | undefined => (trace !== undefined && trace.entryId === id ? trace : undefined)

function Form({ id, kind = KnowledgeKind.FAQ, sites, draft, entry, trace, onStored }: Shown & { entry: KnowledgeEntry | undefined }) {
  const { k, language } = useTexts()
  const notify = useNotify()
  const problemText = useProblemText()
  const queries = useQueryClient()
  const key = id ?? draftOfNew(kind)
  const [tried, setTried] = useState(false)
  // Another number: what was undone before belongs to nothing any more.
  const [discarded, setDiscarded] = useState(0)
  const [before] = useState(() => emptyForm('0', kind))
  const stored = entry === undefined ? before : formOf(entry)
  const form = draft?.form ?? stored
  const changed = draft !== undefined && !same(form, stored)
  const meanwhile = changed && entry !== undefined && draft.basedOnMs !== entry.updatedMs

  const save = useMutation({
    mutationFn: () => take(id === undefined || entry === undefined ? calls.create(entryOf(form)) : calls.replace(id, replacementOf(form, entry))),
    onSuccess: async (next) => {
      queries.setQueryData(entryKey(next.id), next)
      drafts.drop(key)
      setTried(false)
      // A new one is shown at a place of its own, where nothing of this form is left to say it.
      if (id === undefined) notify.show({ message: k(next.disabled ? 'savedOff' : 'saved') })
      onStored(id === undefined ? next.id : undefined)
      await knowledgeChanged(queries)
    },
  })
  const remove = useMutation({
    mutationFn: () => calls.remove(key),
    onSuccess: async () => {
      drafts.drop(key)
      notify.show({ message: k('removed') })
      onStored('')
      queries.removeQueries({ queryKey: entryKey(key) })
      await knowledgeChanged(queries)
    },
  })

  const change = (part: Partial<EntryForm>): void => {
    const next = { ...form, ...part }
    save.reset()
    // The list of phrasings grows by empty lines: no change worth keeping, but to be shown.
    drafts.keep(key, { form: next, basedOnMs: draft?.basedOnMs ?? entry?.updatedMs ?? 0 })
  }
  const discard = (): void => {
    drafts.drop(key)
    setDiscarded(discarded + 1)
    setTried(false)
    save.reset()
  }
  const wrong = wrongIn(form)
  const flow = form.kind === KnowledgeKind.FLOW
  const tools = useTools(form.siteId, flow)
  const nameLists = nameListsOf(sites, form.siteId)
  const problems = flow ? problemsOf(form.steps, { tools, nameLists: nameLists.names }) : []
  const stepsWrong = problems.some(({ warning }) => !warning)
  const problem = save.error instanceof ProblemError ? save.error.problem : undefined
  const field = problem === undefined ? undefined : fieldOf(problem)
  const failure = save.error === null || field !== undefined ? '' : problem?.code === 'knowledge_full' ? k('full', { detail: problem.detail }) : problemText(save.error)
  return (
    <form
      className={flow ? 'knowledge-entry flow-entry' : 'knowledge-entry'}
      aria-label={id === undefined ? k(flow ? 'newFlow' : 'newEntry') : stored.title}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (Object.keys(wrong).length === 0 && !stepsWrong) save.mutate()
      }}
    >
      <header className="knowledge-entry-head">
        <h2 dir="auto">{id === undefined ? k(flow ? 'newFlow' : 'newEntry') : stored.title}</h2>
        {entry !== undefined && <p className="quiet">{k('updated', { time: dayAndTime(entry.updatedMs, language) })}</p>}
        {entry !== undefined && <EntryOrigin entry={entry} form={{ changed, words: changed && !sameWords(form, stored) }} />}
      </header>
      {meanwhile && (
        <Alert color="yellow" role="alert">
          {k('changedMeanwhile')}
        </Alert>
      )}
      <EntryFields form={form} change={change} sites={sites} page={entry !== undefined && fromPage(entry)} wrong={tried ? wrong : onlyTooMuch(wrong)} refused={field === undefined ? undefined : { field, text: problem?.detail ?? '' }} />
      {flow && id === undefined && form.steps.length === 0 ? (
        <TemplateChoice
          templates={templatesIn(language, tools ?? [])}
          onChoose={({ question, phrasings, steps }) => change({ steps, ...(form.title.trim() === '' ? { title: question, phrasings } : {}) })}
        />
      ) : (
        flow && <FlowEditor key={`${key} ${discarded}`} steps={form.steps} onChange={(steps) => change({ steps })} problems={problems} tools={tools} nameLists={nameLists} tried={tried} trace={traceOf(id, trace)} />
      )}
      {tried && stepsWrong && (
        <Alert color="red" role="alert">
          {k('flowWrong')}
        </Alert>
      )}
      {failure !== '' && (
        <Alert color="red" role="alert">
          {failure}
        </Alert>
      )}
      <div className="knowledge-save">
        <Button type="submit" loading={save.isPending} disabled={!changed}>
          {k('save')}
        </Button>
        {changed && (
          <Button variant="default" onClick={discard}>
            {k('discard')}
          </Button>
        )}
        <span className="quiet" role="status">
          {changed ? k('unsaved') : save.isSuccess ? k(form.enabled ? 'saved' : 'savedOff') : ''}
        </span>
      </div>
      {id !== undefined && (
        <section className="knowledge-danger" aria-label={k('remove')}>
          <p className="quiet">{k('removeHelp')}</p>
          {remove.error !== null && (
            <Alert color="red" role="alert">
              {problemText(remove.error)}
            </Alert>
          )}
          <SureButton label={k('remove')} sure={k('removeSure')} loading={remove.isPending} onSure={() => remove.mutate()} />
        </section>
      )}
    </form>
  )
}

/** The draft of a new one. */
export const draftOfNew = (kind: KnowledgeKind): string => (kind === KnowledgeKind.FLOW ? 'new-flow' : 'new')

/** Before one has tried to save, what is still empty is no mistake. */
function onlyTooMuch(wrong: ReturnType<typeof wrongIn>): ReturnType<typeof wrongIn> {
  return Object.fromEntries(Object.entries(wrong).filter(([, why]) => why !== 'empty'))
}
