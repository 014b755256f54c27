// Which way a try took through a flow. Pure.
import { BotReason } from '@weikeyi/sdk/wire/event'
import type { Trace } from '../flow/trace'
import type { Turn } from './bench_talk'

/** undefined: no flow was under way. One that ended in its first turn is told by what it was found by. */
export function traceOfTurns(turns: readonly Turn[]): Trace | undefined {
  const decided = turns.flatMap(({ answer }) => (answer.decided === undefined ? [] : [answer.decided]))
  const steps = decided.flatMap(({ flowSteps }) => flowSteps)
  if (steps.length === 0) return undefined
  const entryId = decided.findLast(({ flow }) => flow !== undefined)?.flow?.entryId ?? decided.find(({ reason }) => reason === BotReason.FLOW)?.sources[0]?.entryId
  return entryId === undefined ? undefined : { entryId, steps, waiting: decided.at(-1)?.flow?.step ?? '' }
}
