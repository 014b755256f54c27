// A dialogue flow as the editor handles it: its steps, and the ways out of each. Pure, so that it can be tested.
import { FlowSlotKind, type FlowAsk, type FlowCondition, type FlowStep } from '@weikeyi/sdk/json'

export type Steps = readonly FlowStep[]
export type StepContent = NonNullable<FlowStep['kind']>
export type StepKind = StepContent['$case']

export const stepKinds: readonly StepKind[] = ['say', 'ask', 'choose', 'branch', 'call', 'end']

/** What is dragged from the palette into the drawing. */
export const stepDragType = 'application/x-weikeyi-step'

export type ExitMeaning =
  /** What follows, whatever was said. */
  | { kind: 'next' }
  /** Where no condition holds. */
  | { kind: 'otherwise' }
  /** Options that have no way of their own. */
  | { kind: 'others' }
  | { kind: 'failed' }
  | { kind: 'notFound' }
  | { kind: 'option'; number: number; text: string }
  | { kind: 'condition'; number: number; condition: FlowCondition }

/** One way out of a step. */
export interface Exit {
  /** Within its step: "next", "failed", "not_found", "option-0", "condition-0". */
  id: string
  meaning: ExitMeaning
  /** The step it goes on to; "": none. */
  to: string
}

/** In the order in which they are drawn. */
export function exitsOf(step: FlowStep): Exit[] {
  const next: Exit = { id: 'next', meaning: { kind: 'next' }, to: step.next }
  switch (step.kind?.$case) {
    case 'ask':
      return [next, { id: 'failed', meaning: { kind: 'failed' }, to: step.kind.value.failedNext }]
    case 'choose':
      return [
        ...step.kind.value.options.map((option, at): Exit => ({ id: `option-${at}`, meaning: { kind: 'option', number: at + 1, text: option.text }, to: option.next })),
        { ...next, meaning: { kind: 'others' } },
        { id: 'failed', meaning: { kind: 'failed' }, to: step.kind.value.failedNext },
      ]
    case 'branch':
      return [
        ...step.kind.value.conditions.map((condition, at): Exit => ({ id: `condition-${at}`, meaning: { kind: 'condition', number: at + 1, condition }, to: condition.next })),
        { ...next, meaning: { kind: 'otherwise' } },
      ]
    case 'call':
      return [next, { id: 'not_found', meaning: { kind: 'notFound' }, to: step.kind.value.notFoundNext }, { id: 'failed', meaning: { kind: 'failed' }, to: step.kind.value.failedNext }]
    case 'end':
      return []
    default:
      return [next]
  }
}

/** The step with one of its ways out leading elsewhere; one that it has not changes nothing. */
export function withExit(step: FlowStep, exit: string, to: string): FlowStep {
  if (exit === 'next') return step.kind?.$case === 'end' ? step : { ...step, next: to }
  const [, list, index] = /^(option|condition)-(\d+)$/.exec(exit) ?? []
  const { kind } = step
  switch (kind?.$case) {
    case 'ask':
      return exit === 'failed' ? { ...step, kind: { ...kind, value: { ...kind.value, failedNext: to } } } : step
    case 'choose': {
      if (exit === 'failed') return { ...step, kind: { ...kind, value: { ...kind.value, failedNext: to } } }
      if (list !== 'option') return step
      return { ...step, kind: { ...kind, value: { ...kind.value, options: kind.value.options.map((one, at) => (at === Number(index) ? { ...one, next: to } : one)) } } }
    }
    case 'branch':
      if (list !== 'condition') return step
      return { ...step, kind: { ...kind, value: { ...kind.value, conditions: kind.value.conditions.map((one, at) => (at === Number(index) ? { ...one, next: to } : one)) } } }
    case 'call':
      if (exit === 'failed') return { ...step, kind: { ...kind, value: { ...kind.value, failedNext: to } } }
      return exit === 'not_found' ? { ...step, kind: { ...kind, value: { ...kind.value, notFoundNext: to } } } : step
    default:
      return step
  }
}

/** Where it may lead, without repetition; "" is not among them. */
export const targetsOf = (step: FlowStep): string[] => [...new Set(exitsOf(step).map(({ to }) => to))].filter((to) => to !== '')

/** It waits for the visitor: a turn ends here. */
export const waits = (step: FlowStep): boolean => step.kind?.$case === 'ask' || step.kind?.$case === 'choose'

/** What is asked for can be kept as the contact's. */
export const goesToContact = (kind: FlowSlotKind): boolean => kind === FlowSlotKind.PHONE || kind === FlowSlotKind.EMAIL

/** Asked for another kind of value: what only the one before had is left behind. */
export const withSlotKind = (ask: FlowAsk, kind: FlowSlotKind): FlowAsk => ({
  ...ask,
  kind,
  nameList: kind === FlowSlotKind.LISTED ? ask.nameList : '',
  saveToContact: goesToContact(kind) && ask.saveToContact,
})

export function emptyContent(kind: StepKind): StepContent {
  switch (kind) {
    case 'say':
      return { $case: 'say', value: { text: '' } }
    case 'ask':
      return { $case: 'ask', value: { text: '', slot: '', kind: FlowSlotKind.TEXT, again: '', failedNext: '', nameList: '', saveToContact: false } }
    case 'choose':
      return { $case: 'choose', value: { text: '', slot: '', options: [{ text: '', next: '' }, { text: '', next: '' }], failedNext: '' } }
    case 'branch':
      return { $case: 'branch', value: { conditions: [{ slot: '', operator: 1, value: '', next: '' }] } }
    case 'call':
      return { $case: 'call', value: { tool: '', arguments: [], results: [], notFoundNext: '', failedNext: '' } }
    case 'end':
      return { $case: 'end', value: { text: '', handOver: false } }
  }
}

/** "ask-2": the first of its kind that nobody has. */
export function freeId(steps: Steps, kind: StepKind): string {
  const taken = new Set(steps.map(({ id }) => id))
  for (let number = 1; ; number += 1) if (!taken.has(`${kind}-${number}`)) return `${kind}-${number}`
}

/** What it says, in its own words; "" where it says nothing. */
export function wordsOf(step: FlowStep): string {
  switch (step.kind?.$case) {
    case 'say':
    case 'ask':
    case 'choose':
    case 'end':
      return step.kind.value.text
    case 'call':
      return step.kind.value.tool
    default:
      return ''
  }
}
