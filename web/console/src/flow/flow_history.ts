// Undo and redo of a flow's steps. Pure.
import type { Steps } from './flow'

export interface History {
  past: readonly Steps[]
  future: readonly Steps[]
  /** Of the last change: the next one of the same name belongs to it. "": nothing does. */
  name: string
}

// Beyond it the oldest is let go.
const pastMax = 100

export const noHistory: History = { past: [], future: [], name: '' }

/** `before` was changed. Letters of one word in one field are one change: they have the same name. */
export function changed(history: History, before: Steps, name = ''): History {
  if (name !== '' && name === history.name) return { ...history, future: [] }
  return { past: [...history.past, before].slice(-pastMax), future: [], name }
}

/** What follows is a change of its own. */
export const settled = (history: History): History => (history.name === '' ? history : { ...history, name: '' })

export function undone(history: History, now: Steps): { history: History; steps: Steps } | undefined {
  const steps = history.past.at(-1)
  return steps === undefined ? undefined : { steps, history: { past: history.past.slice(0, -1), future: [...history.future, now], name: '' } }
}

export function redone(history: History, now: Steps): { history: History; steps: Steps } | undefined {
  const steps = history.future.at(-1)
  return steps === undefined ? undefined : { steps, history: { past: [...history.past, now], future: history.future.slice(0, -1), name: '' } }
}
