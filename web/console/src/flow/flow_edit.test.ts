import { FlowAsk, FlowSlotKind, FlowStep } from '@weikeyi/sdk/json'
import { expect, test } from 'vitest'
import { exitsOf, stepKinds, withExit, withSlotKind, type Steps } from './flow'
import { addStep, arrange, beginWith, connect, copyStep, moveStep, removeStep, renameStep, shiftStep } from './flow_edit'
import { heightOf, lineOf, placesOf, stepWidth } from './flow_layout'
import { changed, noHistory, redone, settled, undone } from './flow_history'
import { slotBeingWritten, slotsIn, slotsOf, withSlot } from './slots'

const every = stepKinds.reduce<FlowStep[]>((steps, kind) => addStep(steps, kind, steps.at(-1)?.id), [])
const ids = (steps: Steps): string[] => steps.map(({ id }) => id)
const say = (id: string, next = '', x = 0, y = 0) => FlowStep.fromPartial({ id, next, x, y, kind: { $case: 'say', value: { text: id } } })

function overlapping(steps: Steps): string[] {
  const places = placesOf(steps)
  return steps.flatMap((a, at) =>
    steps.slice(at + 1).flatMap((b) => {
      const [p, q] = [places.get(a.id), places.get(b.id)]
      if (p === undefined || q === undefined) return [`${a.id} or ${b.id} has no place`]
      const apart = Math.abs(p.x - q.x) >= stepWidth || p.y + heightOf(a) <= q.y || q.y + heightOf(b) <= p.y
      return apart ? [] : [`${a.id} ${b.id}`]
    }),
  )
}

test('a new step is gone on to from the one it follows, and goes on to what that did', () => {
  expect(ids(every)).toEqual(['say-1', 'ask-1', 'choose-1', 'branch-1', 'call-1', 'end-1'])
  expect(every.map(({ next }) => next)).toEqual(['ask-1', 'choose-1', 'branch-1', 'call-1', 'end-1', ''])
  const between = addStep(every, 'say', 'say-1')
  expect([between[0]?.next, between.at(-1)?.id, between.at(-1)?.next]).toEqual(['say-2', 'say-2', 'ask-1'])
  expect(addStep([], 'end', undefined)).toHaveLength(1)
  expect(overlapping(between)).toEqual([])
})

test('each way out of each kind leads where it is told, and nowhere else', () => {
  for (const step of every) {
    for (const exit of exitsOf(step)) {
      const after = exitsOf(withExit(step, exit.id, 'there'))
      expect(after.filter(({ to }) => to === 'there').map(({ id }) => id), `${step.id} ${exit.id}`).toEqual([exit.id])
    }
    expect(withExit(step, 'nonsense', 'there')).toBe(step)
  }
  expect(withExit(every[5] ?? say('x'), 'next', 'there'), 'an end has no way out').toBe(every[5])
})

test('what is taken away or renamed is so wherever it was gone on to', () => {
  const looped = connect(every, 'choose-1', 'option-1', 'ask-1')
  expect(removeStep(looped, 'ask-1').flatMap(exitsOf).some(({ to }) => to === 'ask-1')).toBe(false)
  const renamed = renameStep(looped, 'ask-1', 'name')
  expect(ids(renamed)[1]).toBe('name')
  expect(renamed.flatMap(exitsOf).filter(({ to }) => to === 'name')).toHaveLength(2)
})

test('order: the first begins; one up or down stays within the list', () => {
  expect(ids(beginWith(every, 'end-1'))[0]).toBe('end-1')
  expect(ids(shiftStep(every, 'ask-1', -1)).slice(0, 2)).toEqual(['ask-1', 'say-1'])
  expect(shiftStep(every, 'end-1', 1)).toEqual(every)
})

test('a copy leads where the first one does, under another name', () => {
  const copied = copyStep(every, 'ask-1')
  expect([copied.at(-1)?.id, copied.at(-1)?.next]).toEqual(['ask-2', 'choose-1'])
  expect(overlapping(copied)).toEqual([])
})

test('moving one leaves the others where they are seen, also those that nobody had placed', () => {
  const steps = [say('a', 'b'), say('b', 'c'), say('c')]
  const before = placesOf(steps)
  const after = moveStep(steps, 'b', { x: 0, y: 0 })
  expect(after.map(({ x, y }) => x !== 0 || y !== 0)).toEqual([true, true, true])
  expect(placesOf(after).get('c')).toEqual(before.get('c'))
})

test('the layout: what follows below, nothing upon another, ways back and strays too', () => {
  const steps = [say('a', 'b'), ...every.map((step) => ({ ...step, x: 0, y: 0 })), say('b', 'a'), say('stray', 'a')]
  const linked = connect(connect(steps, 'b', 'next', 'say-1'), 'choose-1', 'option-0', 'a')
  const places = placesOf(linked)
  const y = (id: string): number => places.get(id)?.y ?? NaN
  expect(places.size).toBe(linked.length)
  expect([y('a') < y('b'), y('b') < y('say-1'), y('say-1') < y('ask-1'), y('choose-1') < y('branch-1')]).toEqual([true, true, true, true])
  expect(y('stray')).toBeGreaterThan(y('end-1'))
  expect(overlapping(linked)).toEqual([])
  expect(overlapping(arrange(linked))).toEqual([])
})

test('sixty steps, each leading to any, are laid out without one upon another', () => {
  const steps = Array.from({ length: 60 }, (_, at) => connect([FlowStep.fromPartial({ ...addStep([], 'choose', undefined)[0], id: `s${at}`, next: `s${(at * 7 + 3) % 60}`, x: 0, y: 0 })], `s${at}`, 'option-0', `s${(at * 11 + 1) % 60}`)).flat()
  expect(placesOf(steps).size).toBe(60)
  expect(overlapping(steps)).toEqual([])
})

test('a line begins and ends where it is told, and comes from above', () => {
  for (const to of [{ x: 400, y: 300 }, { x: -200, y: 300 }, { x: -200, y: -300 }, { x: 14, y: 16 }]) {
    const numbers = [...lineOf({ x: 0, y: 0 }, to, 0).matchAll(/-?[\d.]+/g)].map(([number]) => Number(number))
    expect([numbers.slice(0, 2), numbers.slice(-2)]).toEqual([[0, 0], [to.x, to.y]])
    expect(numbers.at(-4), 'straight down at the end').toBe(to.x)
    expect(numbers.at(-3)).toBeLessThan(to.y)
    expect(numbers.every(Number.isFinite)).toBe(true)
  }
})

test('undo and redo; letters of one field are one change', () => {
  const [a, b, c, d] = [[say('a')], [say('b')], [say('c')], [say('d')]]
  let history = changed(noHistory, a, 'text')
  history = changed(history, b, 'text')
  history = changed(settled(history), c, 'text')
  expect(history.past).toEqual([a, c])
  const back = undone(history, d)
  expect(back?.steps).toBe(c)
  const first = undone(back?.history ?? noHistory, c)
  expect(first?.steps).toBe(a)
  expect(undone(first?.history ?? noHistory, a)).toBeUndefined()
  const again = redone(first?.history ?? noHistory, a)
  expect(again?.steps).toBe(c)
  expect(redone(again?.history ?? noHistory, c)?.steps).toBe(d)
  expect(changed(again?.history ?? noHistory, c).future).toEqual([])
  let long = noHistory
  for (let at = 0; at < 150; at += 1) long = changed(long, a)
  expect(long.past).toHaveLength(100)
})

test('slots: found in texts, and put where the caret is', () => {
  expect(slotsIn('{a} {B} { c} {d_1}{}')).toEqual(['a', 'd_1'])
  expect(slotsOf(every)).toEqual([])
  expect(slotBeingWritten('Dear {na', 8)).toEqual({ from: 5, typed: 'na' })
  expect(slotBeingWritten('Dear {name}', 11)).toBeUndefined()
  expect(withSlot('Dear {na, hello', 8, 'name')).toEqual({ text: 'Dear {name}, hello', caret: 11 })
  expect(withSlot('Dear {na}, hello', 8, 'name')).toEqual({ text: 'Dear {name}, hello', caret: 11 })
  expect(withSlot('Dear , hello', 5, 'name')).toEqual({ text: 'Dear {name}, hello', caret: 11 })
})

test('asked for another kind of value, nothing is left of what only the one before had', () => {
  const listed = FlowAsk.fromPartial({ text: 'Which?', kind: FlowSlotKind.LISTED, nameList: 'product' })
  expect(withSlotKind(listed, FlowSlotKind.EMAIL)).toMatchObject({ text: 'Which?', kind: FlowSlotKind.EMAIL, nameList: '' })
  const phone = FlowAsk.fromPartial({ kind: FlowSlotKind.PHONE, saveToContact: true })
  expect(withSlotKind(phone, FlowSlotKind.EMAIL).saveToContact).toBe(true)
  expect(withSlotKind(phone, FlowSlotKind.DATE).saveToContact).toBe(false)
})
