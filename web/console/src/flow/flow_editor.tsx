// A flow as it is drawn and written: palette, drawing, list of steps with their forms, undo, and what is still wrong.
import { ActionIcon, Button, Skeleton, Tooltip } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconArrowBackUp, IconArrowForwardUp, IconChartDots3, IconLayoutDistributeHorizontal } from '@tabler/icons-react'
import type { BotTool, FlowStep } from '@weikeyi/sdk/json'
import { lazy, Suspense, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { stepDragType, stepKinds, type StepKind, type Steps } from './flow'
import type { FlowProblem } from './flow_check'
import { addStep, arrange, beginWith, changeStep, connect, copyStep, moveStep, removeStep, renameStep, shiftStep } from './flow_edit'
import { changed, noHistory, redone, settled, undone } from './flow_history'
import { kindHelpKeys, kindName, problemWords, stepName, stillOpen } from './flow_words'
import { FlowOutline, type OutlineEdits } from './flow_outline'
import type { Place } from './flow_layout'
import type { NameListsOfFlow } from './name_lists_of'
import { slotsOf } from './slots'
import { StepIcon } from './step_icon'
import { useFlowTexts } from './texts'
import type { Trace } from './trace'

const FlowCanvas = lazy(() => import('./flow_canvas'))

interface EditorProps {
  steps: Steps
  onChange: (steps: FlowStep[]) => void
  problems: readonly FlowProblem[]
  tools: readonly BotTool[] | undefined
  nameLists: NameListsOfFlow
  tried: boolean
  trace: Trace | undefined
}

export function FlowEditor({ steps, onChange, problems, tools, nameLists, tried, trace }: EditorProps) {
  const { f } = useFlowTexts()
  const [selected, setSelected] = useState<string>()
  const [history, setHistory] = useState(noHistory)
  const [said, tell] = useState('')
  const narrow = useMediaQuery('(max-width: 759px)', undefined, { getInitialValueInEffect: false })
  const [drawn, setDrawn] = useState<boolean>()
  const section = useRef<HTMLElement>(null)
  const shown = drawn ?? !narrow
  const slots = useMemo(() => slotsOf(steps), [steps])
  const marks = useMemo(() => marksOf(problems, tried), [problems, tried])

  const edit = (next: FlowStep[], name = ''): void => {
    setHistory(changed(history, steps, name))
    onChange(next)
  }
  const select = (id: string | undefined): void => {
    setHistory(settled(history))
    setSelected(id)
  }
  const go = (to: ReturnType<typeof undone>): void => {
    if (to === undefined) return
    setHistory(to.history)
    onChange([...to.steps])
  }
  const add = (kind: StepKind, after: string | undefined, place?: Place): void => {
    const next = addStep(steps, kind, after, place)
    const id = next.at(-1)?.id
    edit(next)
    setSelected(id)
    tell(f('moved', { step: kindName(kind, f) }))
    // On to its form, when the keyboard asked for it.
    if (place === undefined) requestAnimationFrame(() => section.current?.querySelector<HTMLElement>('.outline-step.open .outline-head')?.focus())
  }
  const drop = (id: string): void => {
    tell(f('removedStep', { step: stepName(steps, id, f) }))
    edit(removeStep(steps, id))
    setSelected(undefined)
  }
  const remove = (id: string): void => {
    drop(id)
    // The form that had the focus is gone.
    const at = steps.findIndex((step) => step.id === id)
    requestAnimationFrame(() => section.current?.querySelectorAll<HTMLElement>('.outline-head')[Math.max(0, at - 1)]?.focus())
  }
  const copy = (id: string): void => {
    const next = copyStep(steps, id)
    edit(next)
    setSelected(next.at(-1)?.id)
  }
  const edits: OutlineEdits = {
    change: (id, step, field) => edit(changeStep(steps, id, () => step), `${id} ${field}`),
    rename: (id, name) => {
      edit(renameStep(steps, id, name))
      setSelected(name)
    },
    remove,
    copy,
    first: (id) => edit(beginWith(steps, id)),
    shift: (id, by) => edit(shiftStep(steps, id, by)),
  }
  const open = (id: string): void => {
    select(id)
    requestAnimationFrame(() => section.current?.querySelector<HTMLElement>('.outline-step.open .outline-form :is(textarea, input, select)')?.focus())
  }
  const keyed = (event: KeyboardEvent): void => {
    // Out of the form of a step back to where it stands in the drawing; what hangs open in a field is closed first.
    if (event.key === 'Escape' && !event.defaultPrevented && event.target instanceof HTMLElement && event.target.closest('.outline-form') !== null && event.target.getAttribute('aria-expanded') !== 'true') {
      section.current?.querySelector<HTMLElement>('.flow-node.selected')?.focus({ preventScroll: true })
      return
    }
    // Within a field it is the field's own.
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z' || (event.target instanceof Element && event.target.matches('input, textarea, select'))) return
    event.preventDefault()
    go(event.shiftKey ? redone(history, steps) : undone(history, steps))
  }
  const after = steps.find(({ id }) => id === selected)
  const ofFlow = problems.filter(({ step }) => step === undefined)
  return (
    <section className="flow" aria-label={f('steps')} onKeyDown={keyed} ref={section}>
      <div className="flow-bar">
        <div className="flow-palette" role="group" aria-label={f('palette')}>
          {stepKinds.map((kind) => (
            <Tooltip key={kind} label={`${f(kindHelpKeys[kind])}. ${after === undefined ? f('addLoose') : f('addAfter', { step: stepName(steps, after.id, f) })}`} multiline maw={260}>
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<StepIcon kind={kind} size={15} />}
                aria-label={f('addStep', { kind: f(kind) })}
                draggable
                onDragStart={(event) => event.dataTransfer.setData(stepDragType, kind)}
                onClick={() => add(kind, selected)}
              >
                {f(kind)}
              </Button>
            </Tooltip>
          ))}
        </div>
        <span className="grow" />
        <div className="flow-tools">
          {narrow && (
            <Button size="compact-sm" variant="default" leftSection={<IconChartDots3 size={15} />} aria-expanded={shown} onClick={() => setDrawn(!shown)}>
              {f(shown ? 'hideDrawing' : 'showDrawing')}
            </Button>
          )}
          <Tool label={f('undo')} Icon={IconArrowBackUp} disabled={history.past.length === 0} act={() => go(undone(history, steps))} />
          <Tool label={f('redo')} Icon={IconArrowForwardUp} disabled={history.future.length === 0} act={() => go(redone(history, steps))} />
          <Tool label={f('arrange')} Icon={IconLayoutDistributeHorizontal} disabled={steps.length === 0} act={() => edit(arrange(steps))} />
        </div>
      </div>
      <div className={shown ? 'flow-body' : 'flow-body undrawn'}>
        {shown && (
          <div className="flow-picture">
            <Suspense fallback={<Skeleton h="100%" />}>
              <FlowCanvas
                steps={steps}
                selected={selected}
                onSelect={select}
                onOpen={open}
                onLeave={() => section.current?.querySelector<HTMLElement>(selected === undefined ? '.outline-head' : '.outline-step.open .outline-head')?.focus()}
                marks={marks}
                trace={trace}
                edits={{ move: (id, place) => edit(moveStep(steps, id, place)), connect: (from, exit, to) => edit(connect(steps, from, exit, to)), remove: drop, add: (kind, place) => add(kind, undefined, place) }}
              />
            </Suspense>
          </div>
        )}
        <div className="flow-side">
          <p className={problems.length === 0 ? 'flow-state good' : 'flow-state'} role="status">
            {problems.length === 0 ? f('problemsNone') : f('problemsCount', { count: problems.length })}
          </p>
          {ofFlow.length > 0 && (
            <ul className="step-problems">
              {ofFlow.map((problem, at) => (
                <li key={at} className="wrong">
                  {problemWords(problem, f)}
                </li>
              ))}
            </ul>
          )}
          <FlowOutline steps={steps} selected={selected} onSelect={select} edits={edits} slots={slots} tools={tools} nameLists={nameLists} problems={problems} tried={tried} trace={trace} />
          {trace !== undefined && trace.steps.length > 0 && <p className="quiet">{f('takenSteps')}</p>}
        </div>
      </div>
      <span className="for-readers" role="status">
        {said}
      </span>
    </section>
  )
}

function Tool({ label, Icon, act, disabled }: { label: string; Icon: typeof IconArrowBackUp; act: () => void; disabled: boolean }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={26} aria-label={label} disabled={disabled} onClick={act}>
        <Icon size={16} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  )
}

/** true: only something still open. */
function marksOf(problems: readonly FlowProblem[], tried: boolean): ReadonlyMap<string, boolean> {
  const marks = new Map<string, boolean>()
  for (const problem of problems) if (problem.step !== undefined) marks.set(problem.step, stillOpen(problem, tried) && marks.get(problem.step) !== false)
  return marks
}
