// Which way a conversation took through a flow, to be marked on its drawing. Pure.
export interface Trace {
  entryId: string
  /** In order; a step that was taken twice stands twice. */
  steps: readonly string[]
  /** The step whose answer is waited for; "": the flow is over. */
  waiting: string
}

/** Whether one of these two steps came right after the other. */
export const tookWay = ({ steps }: Trace, from: string, to: string): boolean => steps.some((step, at) => step === from && steps[at + 1] === to)
