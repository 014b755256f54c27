// The steps as a list, each opening to its form: a flow without its drawing, for the keyboard, for readers and for narrow screens.
import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconCopy, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import type { BotTool, FlowStep } from '@weikeyi/sdk/json'
import { useEffect, useRef, useState } from 'react'
import { exitsOf, type Steps } from './flow'
import type { FlowProblem } from './flow_check'
import { excerptOf, kindName, problemWords, stepName, stillOpen } from './flow_words'
import { Wanted } from './wanted'
import type { NameListsOfFlow } from './name_lists_of'
import { StepFields } from './step_fields'
import { StepIcon } from './step_icon'
import { useFlowTexts } from './texts'
import type { Trace } from './trace'

export interface OutlineEdits {
  change: (id: string, step: FlowStep, field: string) => void
  rename: (id: string, name: string) => void
  remove: (id: string) => void
  copy: (id: string) => void
  first: (id: string) => void
  shift: (id: string, by: 1 | -1) => void
}

interface OutlineProps {
  steps: Steps
  selected: string | undefined
  onSelect: (id: string | undefined) => void
  edits: OutlineEdits
  slots: readonly string[]
  tools: readonly BotTool[] | undefined
  nameLists: NameListsOfFlow
  problems: readonly FlowProblem[]
  tried: boolean
  trace: Trace | undefined
}

export function FlowOutline({ steps, selected, onSelect, edits, slots, tools, nameLists, problems, tried, trace }: OutlineProps) {
  const { f } = useFlowTexts()
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    // Chosen in the drawing it may be far down the list.
    if (selected !== undefined) list.current?.querySelector('.outline-step.open')?.scrollIntoView({ block: 'nearest' })
  }, [selected])
  return (
    <ol className="outline" aria-label={f('outline')} ref={list}>
      {steps.map((step, at) => {
        const own = problems.filter((problem) => problem.step === step.id)
        const open = step.id === selected
        const ways = exitsOf(step).map(({ to }) => steps.findIndex(({ id }) => id === to) + 1).filter((number) => number > 0)
        const wrong = own.some((problem) => !stillOpen(problem, tried))
        return (
          <li key={`${step.id} ${at}`} className={`outline-step${open ? ' open' : ''}${trace?.steps.includes(step.id) === true ? ' taken' : ''}`}>
            <button type="button" className="outline-head" aria-expanded={open} onClick={() => onSelect(open ? undefined : step.id)}>
              <span className="outline-number">{at + 1}</span>
              <StepIcon kind={step.kind?.$case} />
              <span className="outline-words">
                <span className="outline-kind">{kindName(step.kind?.$case, f)}</span> <span dir="auto">{excerptOf(step, f)}</span>
                <Wanted step={step} />
              </span>
              {ways.length > 0 && (
                <span className="outline-ways" title={[...new Set(ways)].map((number) => stepName(steps, steps[number - 1]?.id ?? '', f)).join('\n')}>
                  <span aria-hidden>→ {[...new Set(ways)].join(' ')}</span>
                  <span className="for-readers">{f('goesOnTo', { step: [...new Set(ways)].join(', ') })}</span>
                </span>
              )}
              {own.length > 0 && (
                <span className={wrong ? 'outline-mark wrong' : 'outline-mark'}>
                  <span className="for-readers">{f('problemsCount', { count: own.length })}</span>
                </span>
              )}
            </button>
            {open && (
              <div className="outline-form">
                <StepProblems problems={own.filter((problem) => problem.field === '' || problem.code === 'spins' || problem.warning)} />
                <StepFields steps={steps} step={step} slots={slots} tools={tools} nameLists={nameLists} problems={own} tried={tried} change={(next, field) => edits.change(step.id, next, field)} />
                <StepId key={step.id} id={step.id} taken={steps.map(({ id }) => id)} onRename={(name) => edits.rename(step.id, name)} />
                <div className="outline-actions">
                  <Act label={at === 0 ? f('first') : f('makeFirst')} Icon={IconPlayerPlay} disabled={at === 0} act={() => edits.first(step.id)} />
                  <Act label={f('up')} Icon={IconArrowUp} disabled={at === 0} act={() => edits.shift(step.id, -1)} />
                  <Act label={f('down')} Icon={IconArrowDown} disabled={at === steps.length - 1} act={() => edits.shift(step.id, 1)} />
                  <Act label={f('copy')} Icon={IconCopy} act={() => edits.copy(step.id)} />
                  <span className="grow" />
                  <Button size="compact-sm" variant="subtle" color="red" leftSection={<IconTrash size={14} />} onClick={() => edits.remove(step.id)}>
                    {f('removeStep')}
                  </Button>
                </div>
              </div>
            )}
          </li>
        )
      })}
    </ol>
  )
}

function Act({ label, Icon, act, disabled = false }: { label: string; Icon: typeof IconCopy; act: () => void; disabled?: boolean }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={28} aria-label={label} disabled={disabled} onClick={act}>
        <Icon size={15} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  )
}

function StepProblems({ problems }: { problems: readonly FlowProblem[] }) {
  const { f } = useFlowTexts()
  if (problems.length === 0) return null
  return (
    <ul className="step-problems">
      {problems.map((problem, at) => (
        <li key={at} className={problem.warning ? '' : 'wrong'}>
          {problemWords(problem, f)}
        </li>
      ))}
    </ul>
  )
}

/** Half a name would be a name already: it is taken when one leaves the field. */
function StepId({ id, taken, onRename }: { id: string; taken: readonly string[]; onRename: (name: string) => void }) {
  const { f } = useFlowTexts()
  const [name, type] = useState(id)
  const twice = name !== id && taken.includes(name)
  const fits = /^[A-Za-z0-9_-]{1,40}$/.test(name)
  const done = (): void => {
    if (name !== id && fits && !twice) onRename(name)
  }
  return (
    <TextInput
      label={f('stepId')}
      description={f('stepIdHelp')}
      autoComplete="off"
      spellCheck={false}
      value={name}
      error={!fits ? f('wrongId') : twice ? f('wrongIdTwice') : undefined}
      onChange={(event) => type(event.currentTarget.value)}
      onBlur={done}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
        event.preventDefault()
        done()
      }}
    />
  )
}
