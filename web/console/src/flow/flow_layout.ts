// Where steps are drawn that nobody has placed: in layers from above, what is gone on to below what leads there. Pure.
import type { FlowStep } from '@weikeyi/sdk/json'
import { exitsOf, targetsOf, type Steps } from './flow'

export interface Place {
  x: number
  y: number
}

// As styles/flow.css draws them.
export const stepWidth = 220
const headHeight = 78
const exitHeight = 25
const gapX = 46
const gapY = 46

export const heightOf = (step: FlowStep): number => headHeight + exitHeight * exitsOf(step).length

/** Both 0 is what an entry has that says nothing of places. */
export const placed = (step: FlowStep): boolean => step.x !== 0 || step.y !== 0

/** Each step's place: its own, or one that is found for it. */
export function placesOf(steps: Steps): Map<string, Place> {
  if (!steps.some(placed)) return layered(steps)
  const places = new Map(steps.filter(placed).map((step): [string, Place] => [step.id, { x: step.x, y: step.y }]))
  for (const step of steps) {
    if (places.has(step.id)) continue
    const before = steps.find((one) => places.has(one.id) && targetsOf(one).includes(step.id))
    places.set(step.id, firstFree(steps, places, step, before))
  }
  return places
}

/** Room for one more step, below `after`. */
export function freePlace(steps: Steps, after: string | undefined): Place {
  const places = placesOf(steps)
  const fresh: FlowStep = { id: '', kind: undefined, next: '', x: 0, y: 0 }
  return firstFree(steps, places, fresh, steps.find(({ id }) => id === after))
}

function firstFree(steps: Steps, places: ReadonlyMap<string, Place>, step: FlowStep, before: FlowStep | undefined): Place {
  const from = before === undefined ? undefined : places.get(before.id)
  const bottom = Math.max(-gapY, ...steps.map((one) => (places.get(one.id)?.y ?? -gapY - heightOf(one)) + heightOf(one)))
  const place = from === undefined || before === undefined ? { x: 0, y: bottom + gapY } : { x: from.x, y: from.y + heightOf(before) + gapY }
  // A step that is in the way is passed on the right; each pass leaves one behind, so that this ends.
  for (let tries = 0; tries <= steps.length; tries += 1) {
    const inTheWay = steps.find((one) => {
      const other = places.get(one.id)
      return other !== undefined && Math.abs(other.x - place.x) < stepWidth + 10 && place.y < other.y + heightOf(one) + 10 && other.y < place.y + heightOf(step) + 10
    })
    if (inTheWay === undefined) break
    place.x = (places.get(inTheWay.id)?.x ?? 0) + stepWidth + gapX
  }
  return place
}

function layered(steps: Steps): Map<string, Place> {
  const places = new Map<string, Place>()
  let y = 0
  for (const layer of sorted(steps, layersOf(steps))) {
    const width = layer.length * (stepWidth + gapX) - gapX
    layer.forEach((step, at) => places.set(step.id, { x: Math.round(at * (stepWidth + gapX) - width / 2), y }))
    y += Math.max(...layer.map(heightOf)) + gapY
  }
  return places
}

/** The longest way to each from the first, without ways that lead back; what is not reached has a layer beyond. */
function layersOf(steps: Steps): FlowStep[][] {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const open = new Set<string>()
  const order: FlowStep[] = []
  const seen = new Set<string>()
  const back = new Set<string>()
  const visit = (step: FlowStep): void => {
    seen.add(step.id)
    open.add(step.id)
    for (const to of targetsOf(step)) {
      const next = byId.get(to)
      if (next === undefined) continue
      if (open.has(to)) back.add(`${step.id} ${to}`)
      else if (!seen.has(to)) visit(next)
    }
    open.delete(step.id)
    order.unshift(step)
  }
  if (steps[0] !== undefined) visit(steps[0])
  const depth = new Map<string, number>()
  for (const step of order) {
    const here = depth.get(step.id) ?? 0
    depth.set(step.id, here)
    for (const to of targetsOf(step)) if (byId.has(to) && !back.has(`${step.id} ${to}`)) depth.set(to, Math.max(depth.get(to) ?? 0, here + 1))
  }
  const layers: FlowStep[][] = []
  const last = Math.max(-1, ...depth.values()) + 1
  for (const step of steps) (layers[depth.get(step.id) ?? last] ??= []).push(step)
  return layers
}

/** Steps of a layer in the order of what leads to them, so that few ways cross. */
function sorted(steps: Steps, layers: FlowStep[][]): FlowStep[][] {
  const result: FlowStep[][] = []
  layers.forEach((layer, row) => {
    const before = result[row - 1] ?? []
    const rank = (step: FlowStep): number => {
      const ranks = before.flatMap((one, column) => exitsOf(one).flatMap((exit, way) => (exit.to === step.id ? [column + way / 100] : [])))
      return ranks.length === 0 ? steps.indexOf(step) + 1_000 : ranks.reduce((sum, one) => sum + one, 0) / ranks.length
    }
    result.push([...layer].sort((a, b) => rank(a) - rank(b)))
  })
  return result
}

const lane = 14
const bend = 7

/**
 * The line from a way out (at the right of its step) into the top of another: out, along a lane beside the step, over, and down; as a path of SVG.
 * `row`: the how-manieth way out it is, so that lines of one step do not lie upon each other.
 */
export function lineOf(from: Place, to: Place, row: number): string {
  const x = from.x + lane + (row % 6) * 4
  const y = to.y - 16 - (row % 6) * 3
  const corners = [from, { x, y: from.y }, { x, y }, { x: to.x, y }, to]
  const parts = [`M ${from.x} ${from.y}`]
  for (let at = 1; at < corners.length - 1; at += 1) {
    const [before, corner, after] = [corners[at - 1], corners[at], corners[at + 1]]
    if (before === undefined || corner === undefined || after === undefined) continue
    const near = (other: Place): Place => {
      const length = Math.abs(other.x - corner.x) + Math.abs(other.y - corner.y)
      const share = length === 0 ? 0 : Math.min(bend, length / 2) / length
      return { x: corner.x + (other.x - corner.x) * share, y: corner.y + (other.y - corner.y) * share }
    }
    const [a, b] = [near(before), near(after)]
    parts.push(`L ${a.x} ${a.y} Q ${corner.x} ${corner.y} ${b.x} ${b.y}`)
  }
  return `${parts.join(' ')} L ${to.x} ${to.y}`
}
