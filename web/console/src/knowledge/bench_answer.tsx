import type { TryBotAnswer } from '@weikeyi/sdk/json'
import { BotAction } from '@weikeyi/sdk/wire/event'
import { DecisionDetails } from '../bot/decision_details'
import { reasonText } from '../bot/decision_text'
import { useI18n } from '../i18n'
import { BenchReply } from './bench_reply'
import { useTexts, type KnowledgeKey } from './texts'

const actionKeys: Record<number, KnowledgeKey> = {
  [BotAction.ANSWER]: 'benchAnswer',
  [BotAction.ASK_BACK]: 'benchAskBack',
  [BotAction.HAND_OVER]: 'benchHandOver',
}

export function BenchAnswer({ answer, name, onChoose }: { answer: TryBotAnswer; name: string; onChoose: (choice: string) => void }) {
  const { k } = useTexts()
  const { t } = useI18n()
  const { decided, reply } = answer
  if (decided === undefined) return null
  const key = actionKeys[decided.action]
  const reason = reasonText(decided.reason, t)
  return (
    <div className="bench-answer">
      <p className="bench-action">
        <span className="strong">{key === undefined ? t('botDecided') : k(key)}</span>
        {reason !== '' && <span className="quiet"> · {reason}</span>}
      </p>
      <section aria-label={k('benchReply')}>
        <h3>{k('benchReply')}</h3>
        {reply === undefined || reply.text === '' ? (
          <p className="quiet">{k('benchNoReply')}</p>
        ) : (
          <BenchReply reply={reply} name={name} onChoose={onChoose} />
        )}
      </section>
      <DecisionDetails decided={decided} why={false} />
    </div>
  )
}
