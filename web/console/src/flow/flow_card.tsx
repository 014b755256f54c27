// A step as it is drawn, and as it is read where one cannot see the drawing.
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react'
import type { FlowStep } from '@weikeyi/sdk/json'
import { createContext, useContext } from 'react'
import { exitsOf, type Steps } from './flow'
import { excerptOf, exitName, kindName, nowhereShortKey, stepName, wantedText } from './flow_words'
import { StepIcon } from './step_icon'
import { useFlowTexts } from './texts'

export type StepNode = Node<{ step: FlowStep; first: boolean; mark: boolean | undefined; taken: boolean; waiting: boolean }, 'step'>

/** What every card of a drawing knows of it. */
export const Drawing = createContext<{ steps: Steps; editable: boolean; doomed: string | undefined }>({ steps: [], editable: false, doomed: undefined })

export function StepCard({ data: { step, first, mark, taken, waiting }, selected }: NodeProps<StepNode>) {
  const { f } = useFlowTexts()
  const { steps, editable, doomed } = useContext(Drawing)
  const kind = step.kind?.$case
  const classes = ['flow-node', selected && 'selected', first && 'first', taken && 'taken', waiting && 'waiting', mark === false && 'wrong', mark === true && 'open', doomed === step.id && 'doomed'].filter((one) => typeof one === 'string')
  const numberOf = (id: string): number => steps.findIndex((one) => one.id === id) + 1
  // Not seen in the card, or seen in its colours alone.
  const told = [wantedText(step, f), first ? f('first') : '', waiting ? f('stepWaits') : taken ? f('stepTaken') : '', mark === false ? f('stepWrong') : mark === true ? f('stepOpen') : ''].filter((part) => part !== '')
  return (
    <div className={classes.join(' ')} data-step={step.id} tabIndex={0} {...(editable ? { role: 'button', 'aria-expanded': selected } : { role: 'group', 'aria-label': stepName(steps, step.id, f) })}>
      <Handle type="target" position={Position.Top} className="flow-in" isConnectable={editable} aria-hidden />
      <div className="flow-node-head">
        <StepIcon kind={kind} size={15} />
        <span>
          <span className="for-readers">{numberOf(step.id)} </span>
          {kindName(kind, f)}
        </span>
        {mark !== undefined && <span className="flow-node-mark" aria-hidden />}
      </div>
      <div className="flow-node-words" dir="auto">
        {excerptOf(step, f)}
      </div>
      {told.length > 0 && <span className="for-readers">{told.join(', ')}</span>}
      {exitsOf(step).map((exit) => {
        const name = exitName(exit, f, kind === 'call')
        return (
          <div key={exit.id} className="flow-exit">
            <span className="flow-exit-name" dir="auto">
              {name}
            </span>
            {exit.to === '' ? <span className="flow-exit-end">{f(nowhereShortKey(exit))}</span> : numberOf(exit.to) > 0 && <span className="for-readers">{f('goesOnTo', { step: numberOf(exit.to) })}</span>}
            <Handle type="source" id={exit.id} position={Position.Right} className="flow-out" isConnectable={editable} title={f('handleOut', { exit: name })} aria-hidden />
          </div>
        )
      })}
      {doomed === step.id && <p className="flow-node-doom">{f('deleteAgain')}</p>}
    </div>
  )
}
