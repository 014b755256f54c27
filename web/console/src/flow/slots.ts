// Slots: what a flow has asked for, under a name. Where they get a value, and where "{slot}" stands for it.
import type { FlowStep } from '@weikeyi/sdk/json'
import type { Steps } from './flow'

export const isSlotName = (name: string): boolean => /^[a-z][a-z0-9_]{0,39}$/.test(name)

/** The slots that a step gives a value, and may name; "" is none. */
export function slotsSetBy(step: FlowStep): string[] {
  switch (step.kind?.$case) {
    case 'ask':
    case 'choose':
      return step.kind.value.slot === '' ? [] : [step.kind.value.slot]
    case 'call':
      return step.kind.value.results.map(({ slot }) => slot).filter((slot) => slot !== '')
    default:
      return []
  }
}

/** In the order of the steps, each once. */
export const slotsOf = (steps: Steps): string[] => [...new Set(steps.flatMap(slotsSetBy))]

/** All names that stand as slots, also those that only a condition reads: the bound counts these. */
export const slotNames = (steps: Steps): string[] => [...new Set(steps.flatMap((step) => [...slotsSetBy(step), ...(step.kind?.$case === 'branch' ? step.kind.value.conditions.map(({ slot }) => slot) : [])]))].filter((slot) => slot !== '')

/** Every "{slot}" of a text. Other braces are the author's own. */
export const slotsIn = (text: string): string[] => [...text.matchAll(/\{([a-z0-9_]+)\}/g)].map(([, slot = '']) => slot)

/** Every text of a step in which slots are filled in. */
export function textsOf(step: FlowStep): string[] {
  switch (step.kind?.$case) {
    case 'say':
    case 'choose':
    case 'end':
      return [step.kind.value.text]
    case 'ask':
      return [step.kind.value.text, step.kind.value.again]
    case 'branch':
      return step.kind.value.conditions.map(({ value }) => value)
    case 'call':
      return step.kind.value.arguments.map(({ value }) => value)
    default:
      return []
  }
}

export const slotsReadBy = (step: FlowStep): string[] => [...new Set([...textsOf(step).flatMap(slotsIn), ...(step.kind?.$case === 'branch' ? step.kind.value.conditions.map(({ slot }) => slot) : [])])].filter((slot) => slot !== '')

/** The name that is being written before the caret: "{or|" gives "or"; undefined where none is. */
export function slotBeingWritten(text: string, caret: number): { from: number; typed: string } | undefined {
  const found = /\{([a-z0-9_]*)$/.exec(text.slice(0, caret))
  return found === null ? undefined : { from: found.index, typed: found[1] ?? '' }
}

/** The text with the slot at the caret, in place of what was begun; and where the caret is then. */
export function withSlot(text: string, caret: number, slot: string): { text: string; caret: number } {
  const from = slotBeingWritten(text, caret)?.from ?? caret
  const rest = text.slice(caret).replace(/^[a-z0-9_]*\}/, '')
  const before = `${text.slice(0, from)}{${slot}}`
  return { text: before + (from === caret ? text.slice(caret) : rest), caret: before.length }
}
