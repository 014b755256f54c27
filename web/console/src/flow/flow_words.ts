// A flow in words: steps, ways out, what is wrong. Pure.
import { FlowOperator, FlowSlotKind, type FlowCondition, type FlowStep } from '@weikeyi/sdk/json'
import { wordsOf, type Exit, type StepKind, type Steps } from './flow'
import { optionsMax, slotsMax, stepsMax, type FlowProblem, type FlowProblemCode } from './flow_check'
import type { FlowKey, FlowWords } from './texts'

const excerptLength = 48

const cut = (text: string, most = excerptLength): string => {
  const line = text.trim().replace(/\s+/g, ' ')
  return line.length > most ? `${line.slice(0, most).trimEnd()}…` : line
}

export const kindName = (kind: StepKind | undefined, f: FlowWords): string => (kind === undefined ? '?' : f(kind))
export const kindHelpKeys: Record<StepKind, FlowKey> = { say: 'sayHelp', ask: 'askHelp', choose: 'chooseHelp', branch: 'branchHelp', call: 'callHelp', end: 'endHelp' }

/** What it says, or the first thing there is to tell of it. */
export function excerptOf(step: FlowStep, f: FlowWords): string {
  const words = cut(wordsOf(step))
  if (words !== '') return words
  switch (step.kind?.$case) {
    case 'branch': {
      const [first] = step.kind.value.conditions
      return first === undefined || first.slot === '' ? f('nothingSaid') : conditionText(first, f)
    }
    case 'end':
      return f(step.kind.value.handOver ? 'toPeople' : 'done')
    default:
      return f('nothingSaid')
  }
}

/** "2 Ask: What is your order number?" */
export const stepName = (steps: Steps, id: string, f: FlowWords): string => {
  const at = steps.findIndex((step) => step.id === id)
  const step = steps[at]
  return step === undefined ? id : `${at + 1} ${kindName(step.kind?.$case, f)}: ${excerptOf(step, f)}`
}

export const operatorKeys: readonly (readonly [FlowOperator, FlowKey])[] = [
  [FlowOperator.EQUALS, 'equals'],
  [FlowOperator.NOT_EQUALS, 'notEquals'],
  [FlowOperator.CONTAINS, 'contains'],
  [FlowOperator.LESS, 'less'],
  [FlowOperator.GREATER, 'greater'],
  [FlowOperator.IS_SET, 'isSet'],
]

export const slotKindKeys: readonly (readonly [FlowSlotKind, FlowKey])[] = [
  [FlowSlotKind.TEXT, 'kindText'],
  [FlowSlotKind.ORDER_NUMBER, 'kindOrderNumber'],
  [FlowSlotKind.PHONE, 'kindPhone'],
  [FlowSlotKind.EMAIL, 'kindEmail'],
  [FlowSlotKind.DATE, 'kindDate'],
  [FlowSlotKind.MONEY, 'kindMoney'],
  [FlowSlotKind.NUMBER, 'kindNumber'],
  [FlowSlotKind.LISTED, 'kindListed'],
]

/** "Telephone number · kept as the contact's"; "" where nothing is asked for. */
export function wantedText(step: FlowStep, f: FlowWords): string {
  if (step.kind?.$case !== 'ask') return ''
  const { kind, nameList, saveToContact } = step.kind.value
  const key = slotKindKeys.find(([one]) => one === kind)?.[1]
  if (key === undefined) return ''
  return [kind === FlowSlotKind.LISTED && nameList !== '' ? f('listedOf', { list: nameList }) : f(key), saveToContact ? f('keptOfContact') : ''].filter((part) => part !== '').join(' · ')
}

export function conditionText({ slot, operator, value }: FlowCondition, f: FlowWords): string {
  const key = operatorKeys.find(([one]) => one === operator)?.[1]
  return [slot === '' ? '?' : slot, key === undefined ? '?' : f(key), operator === FlowOperator.IS_SET ? '' : cut(value, 24)].filter((part) => part !== '').join(' ')
}

/** `called`: the step is a look-up, whose failing is another one than an answer's that does not fit. */
export function exitName({ meaning }: Exit, f: FlowWords, called = false): string {
  switch (meaning.kind) {
    case 'next':
      return f('exitNext')
    case 'otherwise':
      return f('exitOtherwise')
    case 'others':
      return f('exitOthers')
    case 'failed':
      return f(called ? 'exitCallFailed' : 'exitFailed')
    case 'notFound':
      return f('exitNotFound')
    case 'option':
      return cut(meaning.text, 28) || f('option', { number: meaning.number })
    case 'condition':
      return meaning.condition.slot === '' ? f('condition', { number: meaning.number }) : conditionText(meaning.condition, f)
  }
}

/** What becomes of a way out that leads to no step. */
export const nowhereKey = ({ meaning }: Exit): FlowKey => (meaning.kind === 'failed' ? 'toPeople' : meaning.kind === 'notFound' ? 'asFailed' : meaning.kind === 'option' ? 'exitOthers' : 'done')
export const nowhereShortKey = ({ meaning }: Exit): FlowKey =>
  meaning.kind === 'failed' ? 'shortPeople' : meaning.kind === 'notFound' ? 'shortFailed' : meaning.kind === 'option' ? 'exitOthers' : 'shortDone'

const problemKeys: Record<FlowProblemCode, FlowKey> = {
  noSteps: 'noSteps',
  manySteps: 'manySteps',
  manySlots: 'manySlots',
  kindless: 'wrongKindless',
  id: 'wrongId',
  idTwice: 'wrongIdTwice',
  empty: 'wrongEmpty',
  long: 'wrongLong',
  slot: 'wrongSlot',
  noOptions: 'wrongNoOptions',
  manyOptions: 'wrongManyOptions',
  optionTwice: 'wrongOptionTwice',
  noConditions: 'wrongNoConditions',
  manyConditions: 'wrongManyConditions',
  operator: 'wrongOperator',
  slotKind: 'wrongSlotKind',
  nameList: 'wrongNameList',
  noNameList: 'wrongNoNameList',
  notKept: 'wrongNotKept',
  noTool: 'wrongNoTool',
  argumentMissing: 'wrongArgumentMissing',
  argumentUnknown: 'wrongArgumentUnknown',
  manyResults: 'wrongManyResults',
  pointer: 'wrongPointer',
  dangling: 'wrongDangling',
  spins: 'wrongSpins',
  unreachable: 'wrongUnreachable',
  slotUnset: 'wrongSlotUnset',
}
const mosts: Partial<Record<FlowProblemCode, number>> = { manySteps: stepsMax, manySlots: slotsMax, manyOptions: optionsMax, manyConditions: optionsMax }

export const problemWords = ({ code, about }: FlowProblem, f: FlowWords): string => f(problemKeys[code], { about, most: mosts[code] ?? 0 })

/** Red only for what is wrong; before one has tried to save, what is still empty only waits. */
export const stillOpen = ({ warning, code }: FlowProblem, tried: boolean): boolean => warning || (!tried && (code === 'empty' || code === 'argumentMissing'))
