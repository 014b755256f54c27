// What the visitor would read on the test bench, as the widget shows it.
import { IconRobot } from '@tabler/icons-react'
import type { TryBotAnswer } from '@weikeyi/sdk/json'
import { ReplyExtras } from '../bot/reply_extras'
import { Linked } from '../thread/bubble'
import { useTexts } from './texts'

interface BenchReplyProps {
  reply: NonNullable<TryBotAnswer['reply']>
  /** The AI agent's; empty: its ordinary one. */
  name: string
  /** Not given: the choices are only shown. */
  onChoose?: ((choice: string) => void) | undefined
}

export function BenchReply({ reply, name, onChoose }: BenchReplyProps) {
  const { k } = useTexts()
  return (
    <div className="message theirs">
      <span className="message-author">
        <span className="ai-face" aria-hidden>
          <IconRobot size={14} stroke={1.6} />
        </span>{' '}
        {name === '' ? k('benchName') : name}
      </span>
      <div className="bubble theirs" dir="auto">
        <Linked text={reply.text} />
      </div>
      <ReplyExtras citations={reply.citations} choices={reply.choices} {...(onChoose === undefined ? {} : { onChoose })} />
    </div>
  )
}
