// What the editor does to a flow: each takes the steps and gives others. Pure.
import type { FlowStep } from '@weikeyi/sdk/json'
import { emptyContent, exitsOf, freeId, withExit, type StepKind, type Steps } from './flow'
import { freePlace, placed, placesOf, type Place } from './flow_layout'

const at = (place: Place): { x: number; y: number } => {
  const [x, y] = [Math.round(place.x), Math.round(place.y)]
  // 0, 0 is what a step has that was never placed.
  return x === 0 && y === 0 ? { x: 0, y: 1 } : { x, y }
}

/** A new step; `after` goes on to it, and it to what `after` went on to. Its id is that of the last step. */
export function addStep(steps: Steps, kind: StepKind, after: string | undefined, place?: Place): FlowStep[] {
  const before = steps.find(({ id }) => id === after)
  // Of a step with several ways the one that goes straight on.
  const exit = before === undefined ? undefined : exitsOf(before).find(({ id }) => id === 'next')
  const step: FlowStep = { id: freeId(steps, kind), kind: emptyContent(kind), next: kind === 'end' ? '' : (exit?.to ?? ''), ...at(place ?? freePlace(steps, after)) }
  const linked = exit === undefined ? [...steps] : steps.map((one) => (one === before ? withExit(one, exit.id, step.id) : one))
  return [...linked, step]
}

/** Without it; what led to it leads nowhere. */
export const removeStep = (steps: Steps, id: string): FlowStep[] =>
  steps.filter((step) => step.id !== id).map((step) => exitsOf(step).reduce((one, exit) => (exit.to === id ? withExit(one, exit.id, '') : one), step))

export const changeStep = (steps: Steps, id: string, change: (step: FlowStep) => FlowStep): FlowStep[] => steps.map((step) => (step.id === id ? change(step) : step))

export const connect = (steps: Steps, from: string, exit: string, to: string): FlowStep[] => changeStep(steps, from, (step) => withExit(step, exit, to))

export const moveStep = (steps: Steps, id: string, place: Place): FlowStep[] => {
  // The others stay where they are seen, also those that nobody has placed.
  const places = placesOf(steps)
  return steps.map((step) => (step.id === id ? { ...step, ...at(place) } : placed(step) ? step : { ...step, ...at(places.get(step.id) ?? place) }))
}

/** All of them where the layout puts them. */
export function arrange(steps: Steps): FlowStep[] {
  const places = placesOf(steps.map((step) => ({ ...step, x: 0, y: 0 })))
  return steps.map((step) => ({ ...step, ...at(places.get(step.id) ?? step) }))
}

/** The first begins the flow. */
export const beginWith = (steps: Steps, id: string): FlowStep[] => [...steps.filter((step) => step.id === id), ...steps.filter((step) => step.id !== id)]

/** One up or down in the list; the first place is its own matter (beginWith). */
export function shiftStep(steps: Steps, id: string, by: 1 | -1): FlowStep[] {
  const from = steps.findIndex((step) => step.id === id)
  const to = from + by
  const [one, other] = [steps[from], steps[to]]
  if (one === undefined || other === undefined) return [...steps]
  return steps.map((step, index) => (index === from ? other : index === to ? one : step))
}

/** Another name for a step, also wherever it is gone on to. */
export const renameStep = (steps: Steps, id: string, name: string): FlowStep[] =>
  steps.map((step) => exitsOf(step).reduce((one, exit) => (exit.to === id ? withExit(one, exit.id, name) : one), step.id === id ? { ...step, id: name } : step))

export function copyStep(steps: Steps, id: string): FlowStep[] {
  const step = steps.find((one) => one.id === id)
  if (step?.kind === undefined) return [...steps]
  return [...steps, { ...step, id: freeId(steps, step.kind.$case), ...at(freePlace(steps, id)) }]
}
