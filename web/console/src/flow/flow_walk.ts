// From a step of the drawing to the next one in a direction, for the arrow keys. Pure.
import type { Steps } from './flow'
import { heightOf, placesOf, stepWidth, type Place } from './flow_layout'

export type Direction = 'up' | 'down' | 'left' | 'right'

export const directionOf: Readonly<Record<string, Direction>> = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' }

/** How much dearer it is to go aside than on: what stands straight ahead is meant, unless it is far. */
const aside = 2

/** The nearest step that lies there; undefined: none does. */
export function stepTowards(steps: Steps, from: string, direction: Direction): string | undefined {
  const places = placesOf(steps)
  const middles = new Map(
    steps.map((step): [string, Place] => {
      const { x, y } = places.get(step.id) ?? { x: 0, y: 0 }
      return [step.id, { x: x + stepWidth / 2, y: y + heightOf(step) / 2 }]
    }),
  )
  const here = middles.get(from)
  if (here === undefined) return undefined
  let best: { id: string; cost: number } | undefined
  for (const [id, { x, y }] of middles) {
    const [right, down] = [x - here.x, y - here.y]
    const [on, beside] = direction === 'up' ? [-down, right] : direction === 'down' ? [down, right] : direction === 'left' ? [-right, down] : [right, down]
    if (on <= 0) continue
    const cost = on + aside * Math.abs(beside)
    if (best === undefined || cost < best.cost) best = { id, cost }
  }
  return best?.id
}
