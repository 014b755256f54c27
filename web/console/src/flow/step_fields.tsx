// The form of one step: all that it holds, ways out included, so that a flow can be made without the drawing.
import { ActionIcon, Autocomplete, Button, Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { FlowOperator, FlowSlotKind, type BotTool, type FlowCall, type FlowStep } from '@weikeyi/sdk/json'
import type { ReactNode } from 'react'
import { exitsOf, goesToContact, withExit, withSlotKind, type Exit, type StepContent, type Steps } from './flow'
import { optionsMax, slotsMax, type FlowProblem } from './flow_check'
import { exitName, nowhereKey, operatorKeys, problemWords, slotKindKeys, stepName, stillOpen } from './flow_words'
import type { NameListsOfFlow } from './name_lists_of'
import { SlotText } from './slot_text'
import { useFlowTexts } from './texts'

export interface StepFieldsProps {
  steps: Steps
  step: FlowStep
  /** `field`: changes of one field in a row are undone at once. */
  change: (step: FlowStep, field: string) => void
  slots: readonly string[]
  tools: readonly BotTool[] | undefined
  nameLists: NameListsOfFlow
  problems: readonly FlowProblem[]
  /** One has tried to save. */
  tried: boolean
}

type Fields = StepFieldsProps & { errorOf: (field: string) => string | undefined; set: (content: StepContent, field: string) => void }

export function StepFields(props: StepFieldsProps) {
  const { f } = useFlowTexts()
  const { step, problems, tried, change } = props
  const errorOf = (field: string): string | undefined => {
    const problem = problems.find((one) => one.field === field && !stillOpen(one, tried))
    return problem === undefined ? undefined : problemWords(problem, f)
  }
  const fields: Fields = { ...props, errorOf, set: (kind, field) => change({ ...step, kind }, field) }
  const inList = (exit: Exit): boolean => exit.meaning.kind === 'option' || exit.meaning.kind === 'condition'
  return (
    <div className="step-fields">
      <Content {...fields} />
      {exitsOf(step)
        .filter((exit) => !inList(exit))
        .map((exit) => (
          <Next key={exit.id} {...fields} exit={exit} />
        ))}
    </div>
  )
}

function Content(fields: Fields): ReactNode {
  const { kind } = fields.step
  switch (kind?.$case) {
    case 'say':
      return <Words {...fields} label="sayText" value={kind.value.text} onText={(text) => ({ ...kind, value: { text } })} required />
    case 'ask':
      return <Ask {...fields} kind={kind} />
    case 'choose':
      return <Choose {...fields} kind={kind} />
    case 'branch':
      return <Branch {...fields} kind={kind} />
    case 'call':
      return <Call {...fields} kind={kind} />
    case 'end':
      return <End {...fields} kind={kind} />
    default:
      return null
  }
}

type Of<Case extends StepContent['$case']> = Fields & { kind: Extract<StepContent, { $case: Case }> }

function Words({ label, value, onText, required = false, errorOf, slots, set, help }: Fields & { label: 'sayText' | 'askText' | 'chooseText' | 'endText'; value: string; onText: (text: string) => StepContent; required?: boolean; help?: string }) {
  const { f } = useFlowTexts()
  return <SlotText label={f(label)} description={help} value={value} required={required} slots={slots} error={errorOf('text')} onChange={(text) => set(onText(text), 'text')} />
}

/** Where one way out leads. */
function Next({ steps, step, change, errorOf, exit, label }: Fields & { exit: Exit; label?: string }) {
  const { f } = useFlowTexts()
  const gone = exit.to !== '' && !steps.some(({ id }) => id === exit.to)
  const plain = exit.meaning.kind === 'next' && step.kind?.$case !== 'call'
  return (
    <NativeSelect
      label={label ?? (plain ? f('goesOn') : f('whereTo', { exit: exitName(exit, f, step.kind?.$case === 'call') }))}
      value={exit.to}
      error={errorOf(exit.id)}
      onChange={(event) => change(withExit(step, exit.id, event.currentTarget.value), `exit ${exit.id}`)}
      data={[{ value: '', label: f(nowhereKey(exit)) }, ...(gone ? [{ value: exit.to, label: `${exit.to} ?` }] : []), ...steps.map(({ id }) => ({ value: id, label: stepName(steps, id, f) }))]}
    />
  )
}

function SlotName({ value, onChange, error, optional = false }: { value: string; onChange: (value: string) => void; error: string | undefined; optional?: boolean }) {
  const { f } = useFlowTexts()
  return (
    <TextInput
      label={f('slot')}
      description={optional ? f('slotOptional') : f('slotHelp', { slot: `{${value === '' ? 'name' : value}}` })}
      required={!optional}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      value={value}
      error={error}
      // Capitals and blanks are never meant.
      onChange={(event) => onChange(event.currentTarget.value.toLowerCase().replace(/[\s-]+/g, '_'))}
    />
  )
}

function Ask(fields: Of<'ask'>) {
  const { f } = useFlowTexts()
  const { kind, set, errorOf, slots, nameLists } = fields
  const { value } = kind
  return (
    <>
      <Words {...fields} label="askText" value={value.text} required help={f('askKnown')} onText={(text) => ({ ...kind, value: { ...value, text } })} />
      <NativeSelect
        label={f('kind')}
        value={String(value.kind)}
        error={errorOf('kind')}
        onChange={(event) => {
          const chosen = slotKindKeys.find(([one]) => String(one) === event.currentTarget.value)
          if (chosen !== undefined) set({ ...kind, value: withSlotKind(value, chosen[0]) }, 'kind')
        }}
        data={slotKindKeys.map(([one, key]) => ({ value: String(one), label: f(key) }))}
      />
      {value.kind === FlowSlotKind.LISTED && <NameListChoice value={value.nameList} lists={nameLists} error={errorOf('nameList')} onChange={(nameList) => set({ ...kind, value: { ...value, nameList } }, 'nameList')} />}
      {(goesToContact(value.kind) || value.saveToContact) && (
        <Checkbox
          label={f('saveToContact')}
          description={f('saveToContactHelp')}
          checked={value.saveToContact}
          error={errorOf('saveToContact')}
          onChange={(event) => set({ ...kind, value: { ...value, saveToContact: event.currentTarget.checked } }, 'saveToContact')}
        />
      )}
      <SlotName value={value.slot} error={errorOf('slot')} onChange={(slot) => set({ ...kind, value: { ...value, slot } }, 'slot')} />
      <SlotText label={f('again')} description={f('againHelp')} value={value.again} rows={1} slots={slots} error={errorOf('again')} onChange={(again) => set({ ...kind, value: { ...value, again } }, 'again')} />
    </>
  )
}

/** Of a flow of one site its lists; of a flow of every site whatever it is called there. */
function NameListChoice({ value, lists, error, onChange }: { value: string; lists: NameListsOfFlow; error: string | undefined; onChange: (value: string) => void }) {
  const { f } = useFlowTexts()
  if (lists.ofSite) {
    const known = lists.names ?? []
    return (
      <NativeSelect
        label={f('nameList')}
        description={f(lists.names !== undefined && known.length === 0 ? 'nameListNone' : 'nameListHelp')}
        required
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={[{ value: '', label: '' }, ...(value === '' || known.includes(value) ? known : [value, ...known]).map((name) => ({ value: name, label: name }))]}
      />
    )
  }
  return (
    <Autocomplete label={f('nameList')} description={f('nameListEvery')} required autoComplete="off" autoCapitalize="none" spellCheck={false} placeholder="product" value={value} error={error} onChange={(name) => onChange(name.trim())} data={[...(lists.names ?? [])]} />
  )
}

/** One line of a list, and the button that takes it away. */
function Line({ title, remove, onRemove, children }: { title: string; remove: string; onRemove: () => void; children: ReactNode }) {
  return (
    <div className="step-line" role="group" aria-label={title}>
      <div className="step-line-fields">{children}</div>
      <ActionIcon variant="subtle" color="gray" aria-label={remove} onClick={onRemove}>
        <IconX size={14} />
      </ActionIcon>
    </div>
  )
}

function Lines({ title, help, add, full, onAdd, error, children }: { title: string; help?: string; add: string; full: boolean; onAdd: () => void; error: string | undefined; children: ReactNode }) {
  return (
    <fieldset className="step-lines">
      <legend>{title}</legend>
      {help !== undefined && <p className="quiet">{help}</p>}
      {children}
      {error !== undefined && <p className="step-error">{error}</p>}
      <Button variant="subtle" size="compact-sm" leftSection={<IconPlus size={14} />} disabled={full} onClick={onAdd}>
        {add}
      </Button>
    </fieldset>
  )
}

const without = <T,>(list: readonly T[], at: number): T[] => list.filter((_, other) => other !== at)
const withAt = <T,>(list: readonly T[], at: number, one: T): T[] => list.map((before, other) => (other === at ? one : before))

function Choose(fields: Of<'choose'>) {
  const { f } = useFlowTexts()
  const { kind, set, errorOf, step } = fields
  const { value } = kind
  const { options } = value
  const put = (next: typeof options, field: string): void => set({ ...kind, value: { ...value, options: next } }, field)
  return (
    <>
      <Words {...fields} label="chooseText" value={value.text} required onText={(text) => ({ ...kind, value: { ...value, text } })} />
      <Lines title={f('options')} add={f('optionAdd')} full={options.length >= optionsMax} error={errorOf('options')} onAdd={() => put([...options, { text: '', next: '' }], 'add')}>
        {options.map((option, at) => {
          const exit = exitsOf(step).find(({ id }) => id === `option-${at}`)
          const title = f('option', { number: at + 1 })
          return (
            <Line key={at} title={title} remove={f('optionRemove', { number: at + 1 })} onRemove={() => put(without(options, at), 'remove')}>
              <TextInput aria-label={title} placeholder={title} dir="auto" value={option.text} error={errorOf(`option-${at}`)} onChange={(event) => put(withAt(options, at, { ...option, text: event.currentTarget.value }), `option-${at}`)} />
              {exit !== undefined && <Next {...fields} exit={exit} label={f('goesOn')} />}
            </Line>
          )
        })}
      </Lines>
      <SlotName value={value.slot} optional error={errorOf('slot')} onChange={(slot) => set({ ...kind, value: { ...value, slot } }, 'slot')} />
    </>
  )
}

function Branch(fields: Of<'branch'>) {
  const { f } = useFlowTexts()
  const { kind, set, errorOf, step, slots } = fields
  const { conditions } = kind.value
  const put = (next: typeof conditions, field: string): void => set({ ...kind, value: { conditions: next } }, field)
  return (
    <Lines
      title={f('conditions')}
      help={slots.length === 0 ? f('slotsNone') : f('conditionsHelp')}
      add={f('conditionAdd')}
      full={conditions.length >= optionsMax}
      error={errorOf('conditions')}
      onAdd={() => put([...conditions, { slot: slots[0] ?? '', operator: FlowOperator.EQUALS, value: '', next: '' }], 'add')}
    >
      {conditions.map((condition, at) => {
        const exit = exitsOf(step).find(({ id }) => id === `condition-${at}`)
        const known = condition.slot === '' || slots.includes(condition.slot) ? slots : [condition.slot, ...slots]
        return (
          <Line key={at} title={f('condition', { number: at + 1 })} remove={f('conditionRemove', { number: at + 1 })} onRemove={() => put(without(conditions, at), 'remove')}>
            <div className="step-pair">
              <NativeSelect aria-label={f('conditionSlot')} value={condition.slot} error={errorOf(`condition-${at}`)} onChange={(event) => put(withAt(conditions, at, { ...condition, slot: event.currentTarget.value }), `slot-${at}`)} data={[{ value: '', label: f('conditionSlot') }, ...known.map((slot) => ({ value: slot, label: slot }))]} />
              <NativeSelect
                aria-label={f('operator')}
                value={String(condition.operator)}
                onChange={(event) => {
                  const chosen = operatorKeys.find(([one]) => String(one) === event.currentTarget.value)
                  if (chosen !== undefined) put(withAt(conditions, at, { ...condition, operator: chosen[0] }), `operator-${at}`)
                }}
                data={operatorKeys.map(([one, key]) => ({ value: String(one), label: f(key) }))}
              />
            </div>
            {condition.operator !== FlowOperator.IS_SET && (
              <TextInput aria-label={f('compared')} placeholder={f('compared')} dir="auto" value={condition.value} onChange={(event) => put(withAt(conditions, at, { ...condition, value: event.currentTarget.value }), `condition-${at}`)} />
            )}
            {exit !== undefined && <Next {...fields} exit={exit} label={f('goesOn')} />}
          </Line>
        )
      })}
    </Lines>
  )
}

function Call(fields: Of<'call'>) {
  const { f } = useFlowTexts()
  const { kind, set, errorOf, slots, tools } = fields
  const { value } = kind
  const { results } = value
  const tool = tools?.find(({ name }) => name === value.tool)
  const put = (part: Partial<FlowCall>, field: string): void => set({ ...kind, value: { ...value, ...part } }, field)
  const known = (tools ?? []).map(({ name }) => name)
  // Arguments that a tool has not are shown too: otherwise nobody could take them away.
  const names = [...(tool?.arguments.map(({ name }) => name) ?? []), ...value.arguments.map(({ name }) => name).filter((name) => tool?.arguments.some((one) => one.name === name) !== true)]
  const give = (name: string, given: string): void =>
    put({ arguments: names.flatMap((one) => (one === name ? (given === '' ? [] : [{ name, value: given }]) : value.arguments.filter((argument) => argument.name === one))) }, `argument-${name}`)
  return (
    <>
      <NativeSelect
        label={f('tool')}
        description={tools === undefined ? f('toolsFailed') : tools.length === 0 ? f('toolNone') : (tool?.description ?? '') === '' ? f('toolHelp') : tool?.description}
        required
        value={value.tool}
        error={errorOf('tool')}
        onChange={(event) => {
          const chosen = tools?.find(({ name }) => name === event.currentTarget.value)
          // What is known under an argument's own name is most likely meant.
          const given = (chosen?.arguments ?? []).map(({ name }) => ({ name, value: value.arguments.find((one) => one.name === name)?.value ?? (slots.includes(name) ? `{${name}}` : '') }))
          put({ tool: event.currentTarget.value, arguments: given.filter((one) => one.value !== '') }, 'tool')
        }}
        data={[{ value: '', label: '' }, ...(value.tool === '' || known.includes(value.tool) ? known : [value.tool, ...known]).map((name) => ({ value: name, label: name }))]}
      />
      {names.length > 0 && (
        <fieldset className="step-lines">
          <legend>{f('arguments')}</legend>
          {names.map((name) => {
            const argument = tool?.arguments.find((one) => one.name === name)
            const values = argument?.oneOf ?? []
            return (
              <SlotText
                key={name}
                label={name}
                description={values.length > 0 ? f('argumentOneOf', { values: values.join(', ') }) : argument?.description || undefined}
                rows={1}
                value={value.arguments.find((one) => one.name === name)?.value ?? ''}
                slots={slots}
                error={errorOf(`argument-${name}`)}
                onChange={(given) => give(name, given)}
              />
            )
          })}
        </fieldset>
      )}
      <Lines title={f('results')} help={f('resultsHelp')} add={f('resultAdd')} full={results.length >= slotsMax} error={errorOf('results')} onAdd={() => put({ results: [...results, { slot: '', pointer: '' }] }, 'add')}>
        {results.map((result, at) => (
          <Line key={at} title={f('resultSlot', { number: at + 1 })} remove={f('resultRemove', { number: at + 1 })} onRemove={() => put({ results: without(results, at) }, 'remove')}>
            <div className="step-pair">
              <TextInput aria-label={f('resultSlot', { number: at + 1 })} placeholder="status" spellCheck={false} value={result.slot} error={errorOf(`result-${at}`)} onChange={(event) => put({ results: withAt(results, at, { ...result, slot: event.currentTarget.value.toLowerCase() }) }, `result-${at}`)} />
              <TextInput aria-label={f('resultPointer', { number: at + 1 })} placeholder="/status" spellCheck={false} value={result.pointer} onChange={(event) => put({ results: withAt(results, at, { ...result, pointer: event.currentTarget.value }) }, `pointer-${at}`)} />
            </div>
          </Line>
        ))}
      </Lines>
    </>
  )
}

function End({ kind, set, errorOf, slots }: Of<'end'>) {
  const { f } = useFlowTexts()
  return (
    <>
      <SlotText label={f('endText')} description={f('endTextHelp')} value={kind.value.text} slots={slots} error={errorOf('text')} onChange={(text) => set({ ...kind, value: { ...kind.value, text } }, 'text')} />
      <Checkbox label={f('handOver')} checked={kind.value.handOver} onChange={(event) => set({ ...kind, value: { ...kind.value, handOver: event.currentTarget.checked } }, 'handOver')} />
    </>
  )
}
