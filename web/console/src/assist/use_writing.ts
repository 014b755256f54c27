// A draft that a language model writes anew: what stood there before is kept until something else is written or sent.
import type { Problem, RestResult } from '@weikeyi/sdk'
import type { AssistText } from '@weikeyi/sdk/json'
import { useEffect, useRef, useState } from 'react'

export type Writing =
  | { kind: 'idle' }
  | { kind: 'working'; what: string }
  | { kind: 'done'; what: string; before: string; after: string }
  | { kind: 'failed'; what: string; problem: Problem }

export interface WritingControl {
  state: Writing
  /** `what`: in the reader's words, for the line that tells of it. */
  run: (what: string, text: string, ask: (text: string, signal: AbortSignal) => Promise<RestResult<AssistText>>) => void
  /** Takes the new text away again; false where there is nothing to take back. */
  undo: (text: string) => boolean
  /** Nobody waits any more, or looks at what was done. */
  forget: () => void
}

/** `write` puts a text into the draft. One at a time; what comes after forget() changes nothing. */
export function useWriting(write: (text: string) => void): WritingControl {
  const [state, setState] = useState<Writing>({ kind: 'idle' })
  const asked = useRef<AbortController>(undefined)
  useEffect(() => () => asked.current?.abort(), [])
  const forget = (): void => {
    asked.current?.abort()
    asked.current = undefined
    setState({ kind: 'idle' })
  }
  return {
    state,
    forget,
    run: (what, text, ask) => {
      if (text.trim() === '') return
      asked.current?.abort()
      const mine = new AbortController()
      asked.current = mine
      setState({ kind: 'working', what })
      void ask(text, mine.signal).then((result) => {
        if (asked.current !== mine || mine.signal.aborted) return
        asked.current = undefined
        if (!result.ok) return setState({ kind: 'failed', what, problem: result.problem })
        write(result.value.text)
        setState({ kind: 'done', what, before: text, after: result.value.text })
      })
    },
    undo: (text) => {
      // Where it was changed since, Ctrl+Z is the changes'.
      if (state.kind !== 'done' || state.after !== text) return false
      write(state.before)
      setState({ kind: 'idle' })
      return true
    },
  }
}
