// The drawing by the keyboard: Tab or the arrows from step to step, Enter opens one, Delete pressed twice removes it, Escape leaves.
import { useEffect, useState, type KeyboardEvent, type RefObject } from 'react'
import type { Steps } from './flow'
import { directionOf, stepTowards } from './flow_walk'

// As every button that asks by its own words (admin/parts.tsx).
const armedForMs = 5_000

interface Keys {
  drawing: RefObject<HTMLElement | null>
  steps: Steps
  selected: string | undefined
  /** Not given: it is only looked at. */
  open: ((id: string) => void) | undefined
  remove: ((id: string) => void) | undefined
  leave: (() => void) | undefined
  /** Takes the chosen way out of the drawing; false: none is chosen. */
  removeWay: () => boolean
}

export const cardOf = (drawing: HTMLElement | null, id: string): HTMLElement | null => drawing?.querySelector<HTMLElement>(`[data-step="${CSS.escape(id)}"]`) ?? null

/** `doomed`: the step that goes when Delete is pressed again. */
export function useFlowKeys({ drawing, steps, selected, open, remove, leave, removeWay }: Keys): { doomed: string | undefined; spare: () => void; keyed: (event: KeyboardEvent) => void } {
  const [doomed, doom] = useState<string>()
  useEffect(() => {
    if (doomed === undefined) return undefined
    const timer = setTimeout(() => doom(undefined), armedForMs)
    return () => clearTimeout(timer)
  }, [doomed])
  const focus = (id: string | undefined): void => {
    if (id !== undefined) cardOf(drawing.current, id)?.focus({ preventScroll: true })
  }
  const removeStep = (id: string): void => {
    if (remove === undefined) return
    if (doomed !== id) return doom(id)
    doom(undefined)
    const at = steps.findIndex((step) => step.id === id)
    const beside = steps[at - 1] ?? steps[at + 1]
    remove(id)
    // What had the focus is gone.
    requestAnimationFrame(() => (beside === undefined ? drawing.current?.focus() : focus(beside.id)))
  }
  const keyed = (event: KeyboardEvent): void => {
    if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.altKey) return
    const at = event.target.closest('[data-step]')?.getAttribute('data-step') ?? undefined
    // Its buttons have keys of their own.
    if (at === undefined && event.target !== event.currentTarget) return
    const here = at ?? selected
    const direction = directionOf[event.key]
    if (direction !== undefined) focus(at === undefined ? (selected ?? steps[0]?.id) : stepTowards(steps, at, direction))
    else if (event.key === 'Home') focus(steps[0]?.id)
    else if (event.key === 'End') focus(steps.at(-1)?.id)
    else if ((event.key === 'Enter' || event.key === ' ') && at !== undefined && open !== undefined) open(at)
    else if (event.key === 'Escape' && doomed !== undefined) doom(undefined)
    else if (event.key === 'Escape' && leave !== undefined) leave()
    else if (event.key === 'Delete' || event.key === 'Backspace') {
      if (removeWay()) doom(undefined)
      else if (here !== undefined && remove !== undefined) removeStep(here)
      else return
    } else return
    event.preventDefault()
  }
  return { doomed, spare: () => doom(undefined), keyed }
}
