import { TryBotAnswer } from '@weikeyi/sdk/json'
import { BotReason } from '@weikeyi/sdk/wire/event'
import { expect, test } from 'vitest'
import { tookWay } from '../flow/trace'
import { traceOfTurns } from './bench_trace'

const turn = (said: string, decided: object) => ({ said, answer: TryBotAnswer.fromPartial({ decided }) })
const flow = { entryId: '7', title: 'Orders', step: 'number' }

test('the steps of all turns, and where it waits', () => {
  const trace = traceOfTurns([turn('where', { flow, flowSteps: ['hello', 'number'] }), turn('10482', { flow: { ...flow, step: 'more' }, flowSteps: ['look-up', 'more'] })])
  expect(trace).toEqual({ entryId: '7', steps: ['hello', 'number', 'look-up', 'more'], waiting: 'more' })
  expect(trace && [tookWay(trace, 'number', 'look-up'), tookWay(trace, 'hello', 'look-up')]).toEqual([true, false])
})

test('a flow that is over waits nowhere; one of a single turn is known by its source', () => {
  expect(traceOfTurns([turn('where', { flow, flowSteps: ['number'] }), turn('bye', { flowSteps: ['end'], reason: BotReason.FLOW })])).toEqual({ entryId: '7', steps: ['number', 'end'], waiting: '' })
  expect(traceOfTurns([turn('hi', { flowSteps: ['say'], reason: BotReason.FLOW, sources: [{ entryId: '9' }] })])?.entryId).toBe('9')
})

test('an ordinary answer took no steps', () => {
  expect(traceOfTurns([turn('hi', { reason: BotReason.FOUND })])).toBeUndefined()
  expect(traceOfTurns([])).toBeUndefined()
})
