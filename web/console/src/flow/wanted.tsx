// What a step asks for, in the list of steps.
import { FlowSlotKind, type FlowStep } from '@weikeyi/sdk/json'
import { wantedText } from './flow_words'
import { useFlowTexts } from './texts'

/** Nothing where any text will do: that is what one expects of a question. */
export function Wanted({ step }: { step: FlowStep }) {
  const { f } = useFlowTexts()
  if (step.kind?.$case !== 'ask' || (step.kind.value.kind === FlowSlotKind.TEXT && !step.kind.value.saveToContact)) return null
  const text = wantedText(step, f)
  return text === '' ? null : <span className="outline-wanted">{text}</span>
}
