// What is wrong with a flow as it is drawn: the server's rules (core/model/check_flow.hpp, whose answer decides), and what it lets pass but hardly was meant. Pure.
import { FlowOperator, FlowSlotKind, type BotTool, type FlowAsk, type FlowCall, type FlowStep } from '@weikeyi/sdk/json'
import { isListName } from '../admin/name_lists'
import { bytesOf } from '../knowledge/entry_form'
import { exitsOf, goesToContact, targetsOf, waits, type Steps } from './flow'
import { isSlotName, slotNames, slotsOf, slotsReadBy } from './slots'

/** The same bounds as the server's (core/model/limits.hpp). */
export const stepsMax = 60
export const slotsMax = 16
export const optionsMax = 8
export const optionBytesMax = 200
export const textBytesMax = 2_000

export type FlowProblemCode =
  | 'noSteps'
  | 'manySteps'
  | 'manySlots'
  | 'kindless'
  | 'id'
  | 'idTwice'
  | 'empty'
  | 'long'
  | 'slot'
  | 'noOptions'
  | 'manyOptions'
  | 'optionTwice'
  | 'noConditions'
  | 'manyConditions'
  | 'operator'
  | 'slotKind'
  | 'nameList'
  | 'noNameList'
  | 'notKept'
  | 'noTool'
  | 'argumentMissing'
  | 'argumentUnknown'
  | 'manyResults'
  | 'pointer'
  | 'dangling'
  | 'spins'
  | 'unreachable'
  | 'slotUnset'

export interface FlowProblem {
  /** The step's id; undefined: the flow as a whole. */
  step: string | undefined
  /** Of the step's form: "text", "slot", "option-0", "condition-1", "argument-order_number", "result-0", an exit's id. */
  field: string
  code: FlowProblemCode
  /** The server takes it all the same. */
  warning: boolean
  /** What it is about. */
  about: string
}

/** What there is for flows of a site. undefined: not known yet, so that nothing is said of it. */
export interface FlowSurroundings {
  /** To call. */
  tools: readonly BotTool[] | undefined
  /** Lists of names; of a flow of every site those of any. */
  nameLists: readonly string[] | undefined
}

export function problemsOf(steps: Steps, around: FlowSurroundings): FlowProblem[] {
  const problems: FlowProblem[] = []
  const whole = (code: FlowProblemCode): void => void problems.push({ step: undefined, field: '', code, warning: false, about: '' })
  if (steps.length === 0) whole('noSteps')
  if (steps.length > stepsMax) whole('manySteps')
  if (slotNames(steps).filter(isSlotName).length > slotsMax) whole('manySlots')
  const ids = new Set(steps.map(({ id }) => id))
  const reached = reachedFrom(steps)
  const spinning = spinningSteps(steps)
  const known = new Set(slotsOf(steps))
  steps.forEach((step, at) => {
    const say = (field: string, code: FlowProblemCode, about = '', warning = false): void => void problems.push({ step: step.id, field, code, warning, about })
    if (!/^[A-Za-z0-9_-]{1,40}$/.test(step.id)) say('id', 'id')
    else if (steps.findIndex(({ id }) => id === step.id) !== at) say('id', 'idTwice')
    contentProblems(step, around, say)
    for (const exit of exitsOf(step)) if (exit.to !== '' && !ids.has(exit.to)) say(exit.id, 'dangling', exit.to)
    if (spinning.has(step.id)) say('next', 'spins')
    if (!reached.has(step.id)) say('', 'unreachable', '', true)
    for (const slot of slotsReadBy(step)) if (isSlotName(slot) && !known.has(slot)) say('', 'slotUnset', slot, true)
  })
  return problems
}

type Say = (field: string, code: FlowProblemCode, about?: string, warning?: boolean) => void

function contentProblems(step: FlowStep, { tools, nameLists }: FlowSurroundings, say: Say): void {
  const text = (field: string, value: string, most: number, required: boolean): void => {
    if (required && value.trim() === '') say(field, 'empty')
    else if (bytesOf(value) > most) say(field, 'long', String(most))
  }
  const slot = (field: string, name: string): void => {
    if (name === '') say(field, 'empty')
    else if (!isSlotName(name)) say(field, 'slot')
  }
  const { kind } = step
  switch (kind?.$case) {
    case 'say':
      return text('text', kind.value.text, textBytesMax, true)
    case 'ask':
      text('text', kind.value.text, textBytesMax, true)
      text('again', kind.value.again, textBytesMax, false)
      slot('slot', kind.value.slot)
      if (kind.value.kind === FlowSlotKind.UNSPECIFIED) say('kind', 'slotKind')
      return askProblems(kind.value, nameLists, say)
    case 'choose': {
      text('text', kind.value.text, textBytesMax, true)
      if (kind.value.slot !== '') slot('slot', kind.value.slot)
      const { options } = kind.value
      if (options.length === 0) say('options', 'noOptions')
      if (options.length > optionsMax) say('options', 'manyOptions')
      options.forEach((option, at) => {
        text(`option-${at}`, option.text, optionBytesMax, true)
        if (option.text.trim() !== '' && options.findIndex((one) => one.text === option.text) !== at) say(`option-${at}`, 'optionTwice')
      })
      return
    }
    case 'branch': {
      const { conditions } = kind.value
      if (conditions.length === 0) say('conditions', 'noConditions')
      if (conditions.length > optionsMax) say('conditions', 'manyConditions')
      conditions.forEach((condition, at) => {
        slot(`condition-${at}`, condition.slot)
        if (condition.operator === FlowOperator.UNSPECIFIED) say(`condition-${at}`, 'operator')
        text(`condition-${at}`, condition.value, optionBytesMax, false)
      })
      return
    }
    case 'call':
      return callProblems(kind.value, tools, say, text, slot)
    case 'end':
      return text('text', kind.value.text, textBytesMax, false)
    default:
      return say('', 'kindless')
  }
}

function askProblems({ kind, nameList, saveToContact }: FlowAsk, nameLists: readonly string[] | undefined, say: Say): void {
  if (kind !== FlowSlotKind.LISTED) {
    if (nameList !== '') say('nameList', 'nameList')
  } else if (nameList === '') say('nameList', 'empty')
  else if (!isListName(nameList)) say('nameList', 'nameList')
  // Whether a site has it is looked at when it is asked; until then nothing would fit.
  else if (nameLists !== undefined && !nameLists.includes(nameList)) say('nameList', 'noNameList', nameList, true)
  if (saveToContact && !goesToContact(kind)) say('saveToContact', 'notKept')
}

function callProblems(call: FlowCall, tools: readonly BotTool[] | undefined, say: Say, text: (field: string, value: string, most: number, required: boolean) => void, slot: (field: string, name: string) => void): void {
  const tool = tools?.find(({ name }) => name === call.tool)
  if (call.tool === '') say('tool', 'empty')
  else if (tools !== undefined && tool === undefined) say('tool', 'noTool', call.tool)
  for (const { name } of tool?.arguments ?? []) if (!call.arguments.some((one) => one.name === name)) say(`argument-${name}`, 'argumentMissing', name)
  for (const { name, value } of call.arguments) {
    if (tool !== undefined && !tool.arguments.some((one) => one.name === name)) say(`argument-${name}`, 'argumentUnknown', name)
    text(`argument-${name}`, value, textBytesMax, true)
  }
  if (call.results.length > slotsMax) say('results', 'manyResults')
  call.results.forEach((result, at) => {
    slot(`result-${at}`, result.slot)
    if (!isPointer(result.pointer)) say(`result-${at}`, 'pointer')
  })
}

/** JSON Pointer: RFC 6901, section 3. */
export const isPointer = (pointer: string): boolean => pointer === '' || (bytesOf(pointer) <= optionBytesMax && /^(\/([^/~]|~[01])*)+$/.test(pointer))

function reachedFrom(steps: Steps): Set<string> {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const reached = new Set<string>()
  const open = steps.slice(0, 1)
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    if (reached.has(step.id)) continue
    reached.add(step.id)
    for (const to of targetsOf(step)) {
      const next = byId.get(to)
      if (next !== undefined) open.push(next)
    }
  }
  return reached
}

/** Steps from which one comes back without the visitor being asked anything in between: the turn would never end. */
export function spinningSteps(steps: Steps): Set<string> {
  const moving = new Map(steps.filter((step) => !waits(step)).map((step) => [step.id, targetsOf(step)]))
  const returns = (from: string): boolean => {
    const seen = new Set<string>()
    const open = [...(moving.get(from) ?? [])]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (id === from) return true
      if (seen.has(id)) continue
      seen.add(id)
      open.push(...(moving.get(id) ?? []))
    }
    return false
  }
  return new Set([...moving.keys()].filter(returns))
}
