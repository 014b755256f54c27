import type { BotDecided } from '@weikeyi/sdk/wire/event'
import { DecisionDetails } from '../bot/decision_details'
import type { ContactPlace } from '../bot/recognised'
import { decisionLine } from '../bot/decision_text'
import { clockTime } from '../format'
import { useI18n } from '../i18n'

/** One quiet line that opens to why. Agents alone are sent it. */
export function Decision({ timeMs, decided, place }: { timeMs: number; decided: BotDecided; place: ContactPlace }) {
  const { t, language } = useI18n()
  return (
    <details className="event-line decision">
      <summary>
        <span>{decisionLine(decided, t)}</span> <time>{clockTime(timeMs, language)}</time>
      </summary>
      <DecisionDetails decided={decided} place={place} />
    </details>
  )
}
