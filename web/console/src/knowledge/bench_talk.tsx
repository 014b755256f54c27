// A dialogue flow on the test bench: what was said so far, what the visitor may say next, what is known, which steps were taken.
import { ActionIcon, Button, TextInput } from '@mantine/core'
import { IconRefresh, IconSend2 } from '@tabler/icons-react'
import type { TryBotAnswer } from '@weikeyi/sdk/json'
import { BotAction } from '@weikeyi/sdk/wire/event'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { useProblemText } from '../api'
import { FlowFacts } from '../bot/decision_details'
import { reasonText } from '../bot/decision_text'
import { Recognised } from '../bot/recognised'
import { together } from '../bot/recognised_text'
import type { Trace } from '../flow/trace'
import { useI18n } from '../i18n'
import { BenchReply } from './bench_reply'
import { useTexts } from './texts'

/** What the visitor said, and what came of it. */
export interface Turn {
  said: string
  answer: TryBotAnswer
}

interface Talk {
  turns: readonly Turn[]
  trace: Trace | undefined
  name: string
  /** The flow's entry is open beside it: its drawing shows the steps. */
  shown: boolean
  to: (place: string) => string
  busy: boolean
  error: unknown
  say: (text: string) => void
  again: () => void
}

// As the question's (test_bench.tsx).
const saidLengthMax = 330

export function BenchTalk({ turns, trace, name, shown, to, busy, error, say, again }: Talk) {
  const { k } = useTexts()
  const { t } = useI18n()
  const problemText = useProblemText()
  const [typed, type] = useState('')
  const last = turns.at(-1)?.answer.decided
  const log = useRef<HTMLDivElement>(null)
  // The newest is what one reads next.
  useEffect(() => {
    if (log.current !== null) log.current.scrollTop = log.current.scrollHeight
  }, [turns])
  const waits = last?.flow !== undefined
  const recognised = together(turns.map(({ answer }) => answer.decided?.entities ?? []))
  const send = (text: string): void => {
    if (text.trim() === '' || busy) return
    type('')
    say(text.trim())
  }
  return (
    <div className="bench-answer">
      <div className="bench-talk" role="log" aria-label={k('benchTalk')} tabIndex={0} ref={log}>
        {turns.map(({ said, answer: { reply } }, at) => (
          <div key={at} className="bench-turn">
            <div className="message ours">
              <div className="bubble ours" dir="auto">
                {said}
              </div>
            </div>
            {reply !== undefined && reply.text !== '' && <BenchReply reply={reply} name={name} onChoose={at === turns.length - 1 && waits ? send : undefined} />}
          </div>
        ))}
      </div>
      {error !== null && <p className="bench-problem">{problemText(error)}</p>}
      {waits ? (
        <form
          className="bench-say"
          onSubmit={(event) => {
            event.preventDefault()
            send(typed)
          }}
        >
          <TextInput
            className="grow"
            aria-label={k('benchSay')}
            placeholder={k('benchSay')}
            dir="auto"
            maxLength={saidLengthMax}
            value={typed}
            onChange={(event) => type(event.currentTarget.value)}
            rightSection={
              <ActionIcon type="submit" variant="subtle" loading={busy} aria-label={k('benchSend')}>
                <IconSend2 size={16} />
              </ActionIcon>
            }
          />
        </form>
      ) : (
        <p className="bench-action">
          <span className="strong">{k(last?.action === BotAction.HAND_OVER ? 'benchHandOver' : 'benchFlowDone')}</span>
          {last?.action === BotAction.HAND_OVER && <span className="quiet"> · {reasonText(last.reason, t)}</span>}
        </p>
      )}
      <div className="bench-tools">
        <Button size="compact-sm" variant="default" leftSection={<IconRefresh size={14} />} onClick={again}>
          {k('benchAgain')}
        </Button>
        {trace !== undefined && !shown && (
          <Button component={Link} href={to(trace.entryId)} size="compact-sm" variant="subtle">
            {k('benchOpenFlow')}
          </Button>
        )}
      </div>
      {last !== undefined && (
        <div className="decision-details">
          {recognised.length > 0 && (
            <dl>
              <div>
                <dt>{t('recognised')}</dt>
                <dd>
                  <Recognised entities={recognised} />
                </dd>
              </div>
            </dl>
          )}
          <FlowFacts decided={{ ...last, flow: last.flow ?? turns.findLast(({ answer }) => answer.decided?.flow !== undefined)?.answer.decided?.flow, flowSteps: [...(trace?.steps ?? [])] }} />
        </div>
      )}
    </div>
  )
}
