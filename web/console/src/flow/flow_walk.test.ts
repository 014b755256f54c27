import { FlowStep } from '@weikeyi/sdk/json'
import { expect, test } from 'vitest'
import { stepTowards } from './flow_walk'

const say = (id: string, x: number, y: number, next = '') => FlowStep.fromPartial({ id, x, y, next, kind: { $case: 'say', value: { text: id } } })
//  a   b
//  c
//          d
const steps = [say('a', 1, 1), say('b', 300, 1), say('c', 1, 200), say('d', 600, 400)]

test('an arrow goes to the nearest step that lies there', () => {
  expect([stepTowards(steps, 'a', 'right'), stepTowards(steps, 'a', 'down'), stepTowards(steps, 'c', 'up')]).toEqual(['b', 'c', 'a'])
  expect([stepTowards(steps, 'b', 'left'), stepTowards(steps, 'd', 'up'), stepTowards(steps, 'c', 'right')]).toEqual(['a', 'b', 'b'])
})

test('where nothing lies it stays', () => {
  expect([stepTowards(steps, 'a', 'up'), stepTowards(steps, 'a', 'left'), stepTowards(steps, 'd', 'right'), stepTowards(steps, 'none', 'up')]).toEqual([undefined, undefined, undefined, undefined])
})

test('steps that nobody has placed are gone through where they are drawn', () => {
  const drawn = [say('a', 0, 0, 'b'), say('b', 0, 0, 'c'), say('c', 0, 0)]
  expect([stepTowards(drawn, 'a', 'down'), stepTowards(drawn, 'b', 'down'), stepTowards(drawn, 'c', 'up')]).toEqual(['b', 'c', 'b'])
})
