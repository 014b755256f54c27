// A flow for those who only read it: its drawing, and the same in words.
import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { exitsOf, type Steps } from './flow'
import { excerptOf, exitName, kindName, nowhereKey, stepName } from './flow_words'
import { slotsSetBy } from './slots'
import { StepIcon } from './step_icon'
import { useFlowTexts } from './texts'
import type { Trace } from './trace'
import { Wanted } from './wanted'

const FlowCanvas = lazy(() => import('./flow_canvas'))

export function FlowReading({ steps, trace }: { steps: Steps; trace: Trace | undefined }) {
  const { f } = useFlowTexts()
  return (
    <section aria-label={f('steps')}>
      <h3>{f('steps')}</h3>
      <div className="flow-picture">
        <Suspense fallback={<Skeleton h="100%" />}>
          <FlowCanvas steps={steps} selected={undefined} trace={trace} />
        </Suspense>
      </div>
      <ol className="outline reading" aria-label={f('outline')}>
        {steps.map((step, at) => (
          <li key={step.id} className={trace?.steps.includes(step.id) === true ? 'outline-step taken' : 'outline-step'}>
            <p className="outline-head">
              <span className="outline-number">{at + 1}</span>
              <StepIcon kind={step.kind?.$case} />
              <span className="outline-words whole">
                <span className="outline-kind">{kindName(step.kind?.$case, f)}</span> <span dir="auto">{excerptOf(step, f)}</span>
                {slotsSetBy(step).map((slot) => (
                  <span key={slot} className="slot-chip">{`{${slot}}`}</span>
                ))}
                <Wanted step={step} />
              </span>
            </p>
            <ul className="outline-exits">
              {exitsOf(step).map((exit) => (
                <li key={exit.id}>
                  {exitName(exit, f, step.kind?.$case === 'call')} → {exit.to === '' ? f(nowhereKey(exit)) : stepName(steps, exit.to, f)}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  )
}
