import { FlowOperator, FlowSlotKind, FlowStep, type BotTool } from '@weikeyi/sdk/json'
import { expect, test } from 'vitest'
import { isPointer, problemsOf, type FlowProblem } from './flow_check'

const tool: BotTool = { name: 'order_status', description: '', siteIds: [], arguments: [{ name: 'order_number', description: '', type: 'string', oneOf: [] }] }
const say = (id: string, text: string, next = '') => FlowStep.fromPartial({ id, next, kind: { $case: 'say', value: { text } } })
const ask = (id: string, slot: string, next = '', rest: object = {}) =>
  FlowStep.fromPartial({ id, next, kind: { $case: 'ask', value: { text: 'Your order number?', slot, kind: FlowSlotKind.ORDER_NUMBER, ...rest } } })
const choose = (id: string, options: { text: string; next?: string }[], rest: object = {}) => FlowStep.fromPartial({ id, kind: { $case: 'choose', value: { text: 'Which?', options, ...rest } } })
const branch = (id: string, conditions: object[], next = '') => FlowStep.fromPartial({ id, next, kind: { $case: 'branch', value: { conditions } } })
const call = (id: string, value: object, next = '') => FlowStep.fromPartial({ id, next, kind: { $case: 'call', value: { tool: 'order_status', ...value } } })
const end = (id: string, text = '') => FlowStep.fromPartial({ id, kind: { $case: 'end', value: { text } } })

const found = (steps: FlowStep[], tools: readonly BotTool[] | undefined = [tool]): string[] => problemsOf(steps, { tools, nameLists: [] }).map(({ step, field, code }: FlowProblem) => `${step ?? '-'} ${field} ${code}`)

const whole = [
  ask('number', 'order_number', 'look'),
  call('look', { arguments: [{ name: 'order_number', value: '{order_number}' }], results: [{ slot: 'status', pointer: '/status' }], notFoundNext: 'number', failedNext: 'people' }, 'what'),
  branch('what', [{ slot: 'status', operator: FlowOperator.EQUALS, value: 'sent', next: 'sent' }], 'people'),
  say('sent', 'It is on its way: {status}', 'more'),
  choose('more', [{ text: 'Another', next: 'number' }, { text: 'Thanks', next: 'bye' }]),
  end('bye'),
  end('people', 'A colleague takes over.'),
]

test('a whole flow has nothing wrong, also one that goes round by way of a question', () => {
  expect(found(whole)).toEqual([])
})

test('a flow needs steps, and not too many of them', () => {
  expect(found([])).toEqual(['-  noSteps'])
  const many = Array.from({ length: 61 }, (_, at) => say(`s${at}`, 'x', at === 60 ? '' : `s${at + 1}`))
  expect(found(many)).toEqual(['-  manySteps'])
})

test.each(['', 'a b', '问', 'x'.repeat(41)])('"%s" is no id of a step', (id) => {
  expect(found([end(id)])).toEqual([`${id} id id`])
})

test('ids differ, and what is gone on to is there', () => {
  expect(found([say('a', 'x', 'a2'), say('a', 'y')])).toEqual(['a next dangling', 'a id idTwice'])
  expect(found([ask('a', 'n', '', { failedNext: 'gone' })])).toEqual(['a failed dangling'])
  expect(found([choose('a', [{ text: 'x', next: 'gone' }])])).toEqual(['a option-0 dangling'])
})

test('what is said and asked is written down, within its bounds in bytes', () => {
  expect(found([say('a', '  ')])).toEqual(['a text empty'])
  expect(found([say('a', '汉'.repeat(666))])).toEqual([])
  expect(found([say('a', '汉'.repeat(667))])).toEqual(['a text long'])
  expect(found([ask('a', 'Slot')])).toEqual(['a slot slot'])
  expect(found([ask('a', '')])).toEqual(['a slot empty'])
  expect(found([ask('a', 'n', '', { kind: FlowSlotKind.UNSPECIFIED })])).toEqual(['a kind slotKind'])
})

test('options: one to eight, each with words of its own', () => {
  expect(found([choose('a', [])])).toEqual(['a options noOptions'])
  expect(found([choose('a', Array.from({ length: 9 }, (_, at) => ({ text: `${at}` })))])).toEqual(['a options manyOptions'])
  expect(found([choose('a', [{ text: 'x' }, { text: ' ' }, { text: 'x' }, { text: 'y'.repeat(201) }])])).toEqual(['a option-1 empty', 'a option-2 optionTwice', 'a option-3 long'])
  expect(found([choose('a', [{ text: 'x' }], { slot: '1st' })])).toEqual(['a slot slot'])
})

test('conditions compare a slot', () => {
  expect(found([branch('a', [])])).toEqual(['a conditions noConditions'])
  expect(found([branch('a', [{ slot: '', operator: FlowOperator.UNSPECIFIED }])])).toEqual(['a condition-0 empty', 'a condition-0 operator'])
})

test('a tool has to be there, with each of its arguments and no other', () => {
  expect(found([call('a', {})])).toEqual(['a argument-order_number argumentMissing'])
  expect(found([call('a', { arguments: [{ name: 'order_number', value: '' }, { name: 'x', value: '1' }] })])).toEqual(['a argument-order_number empty', 'a argument-x argumentUnknown'])
  expect(found([call('a', { tool: 'gone' })])).toEqual(['a tool noTool'])
  expect(found([call('a', { tool: '' })])).toEqual(['a tool empty'])
  expect(problemsOf([call('a', { tool: 'gone' })], { tools: undefined, nameLists: undefined }), 'while the tools are not known').toEqual([])
})

test.each([['', true], ['/a/0/b~1c~0', true], ['/', true], ['a', false], ['/a~2', false], ['/a~', false]])('"%s" as a JSON Pointer: %s', (pointer, is) => {
  expect(isPointer(pointer)).toBe(is)
})

test('a way round that never asks is told of each step on it; those who lead into it are not', () => {
  expect(found([say('in', 'x', 'a'), say('a', 'x', 'b'), branch('b', [{ slot: 'n', operator: FlowOperator.IS_SET, next: 'a' }])])).toEqual(['a next spins', 'b next spins', 'b  slotUnset'])
  expect(found([say('a', 'x', 'a')])).toEqual(['a next spins'])
})

test('at most sixteen slots, those of results and conditions among them', () => {
  const results = Array.from({ length: 16 }, (_, at) => ({ slot: `s${at}`, pointer: '' }))
  const steps = [call('a', { arguments: [{ name: 'order_number', value: '1' }], results }, 'b'), ask('b', 's3')]
  expect(found(steps)).toEqual([])
  expect(found([...steps.slice(0, 1), ask('b', 'one_more')])).toEqual(['-  manySlots'])
})

test('what is never reached or never filled is a warning', () => {
  const problems = problemsOf([say('a', 'Dear {name}, {} {Not a slot}'), end('b')], { tools: [], nameLists: [] })
  expect(problems.map(({ step, code, warning, about }) => [step, code, warning, about])).toEqual([['a', 'slotUnset', true, 'name'], ['b', 'unreachable', true, '']])
})

test('a name of a list is asked for by a list, which a site should have', () => {
  const problems = (nameList: string, nameLists: readonly string[] | undefined, kind: FlowSlotKind = FlowSlotKind.LISTED) =>
    problemsOf([ask('a', 'what', '', { kind, nameList })], { tools: [], nameLists }).map(({ field, code, warning, about }) => [field, code, warning, about])
  expect(problems('product', ['product'])).toEqual([])
  expect(problems('product', undefined), 'while the lists are not known').toEqual([])
  expect(problems('', ['product'])).toEqual([['nameList', 'empty', false, '']])
  expect(problems('my list', undefined)).toEqual([['nameList', 'nameList', false, '']])
  expect(problems('branch', ['product']), 'the server takes it: the list may come yet').toEqual([['nameList', 'noNameList', true, 'branch']])
  expect(problems('product', ['product'], FlowSlotKind.PHONE), 'asked for something else it has none').toEqual([['nameList', 'nameList', false, '']])
})

test('only what a contact has is kept as the contact’s', () => {
  const problems = (kind: FlowSlotKind) => problemsOf([ask('a', 'what', '', { kind, saveToContact: true })], { tools: [], nameLists: [] }).map(({ field, code, warning }) => [field, code, warning])
  expect([FlowSlotKind.PHONE, FlowSlotKind.EMAIL].map(problems)).toEqual([[], []])
  expect(problems(FlowSlotKind.ORDER_NUMBER)).toEqual([['saveToContact', 'notKept', false]])
})
