// Why the AI agent did what it did: in the thread and on the test bench.
import type { BotDecided, BotSource } from '@weikeyi/sdk/wire/event'
import { Link } from 'wouter'
import { useI18n } from '../i18n'
import { Recognised, type ContactPlace } from './recognised'
import { lookedUp, modelText, reasonText, share, tookText } from './decision_text'

/** `why`: false where the reason is told above it already. `place`: of a real conversation. */
export function DecisionDetails({ decided, why = true, place }: { decided: BotDecided; why?: boolean; place?: ContactPlace | undefined }) {
  const { t } = useI18n()
  const reason = reasonText(decided.reason, t)
  return (
    <div className="decision-details">
      {lookedUp(decided) && <Sureness decided={decided} />}
      <dl>
        {why && reason !== '' && (
          <div>
            <dt>{t('botReason')}</dt>
            <dd>{reason}</dd>
          </div>
        )}
        {decided.intent !== '' && (
          <div>
            <dt>{t('botIntent')}</dt>
            <dd dir="auto">
              {decided.intent} <span className="quiet">{share(decided.intentConfidencePermille)}</span>
            </dd>
          </div>
        )}
        <div>
          <dt>{t('botTook')}</dt>
          <dd>{tookText(decided.tookUs)}</dd>
        </div>
        {decided.entities.length > 0 && (
          <div>
            <dt>{t('recognised')}</dt>
            <dd>
              <Recognised entities={decided.entities} place={place} />
            </dd>
          </div>
        )}
        {decided.model !== undefined && (
          <div>
            <dt>{t('botModel')}</dt>
            <dd>{modelText(decided.model, t)}</dd>
          </div>
        )}
      </dl>
      <FlowFacts decided={decided} />
      {decided.sources.length > 0 && (
        <>
          <h3>{t('botPassages')}</h3>
          <ol className="sources">
            {decided.sources.map((source, at) => (
              <Source key={`${source.entryId}-${at}`} source={source} />
            ))}
          </ol>
        </>
      )}
    </div>
  )
}

/** Where a dialogue flow stands: its steps of this turn, and what it knows. Nothing where there was none. */
export function FlowFacts({ decided: { flow, flowSteps } }: { decided: Pick<BotDecided, 'flow' | 'flowSteps'> }) {
  const { t } = useI18n()
  if (flow === undefined && flowSteps.length === 0) return null
  return (
    <dl className="flow-facts">
      {flow !== undefined && (
        <div>
          <dt>{t('botFlowOf')}</dt>
          <dd dir="auto">
            <Link href={`/knowledge/${flow.entryId}`}>{flow.title}</Link>
          </dd>
        </div>
      )}
      {flowSteps.length > 0 && (
        <div>
          <dt>{t('botFlowSteps')}</dt>
          <dd>{flowSteps.join(' → ')}</dd>
        </div>
      )}
      {(flow?.values ?? []).map(({ slot, value }) => (
        <div key={slot}>
          <dt>{slot}</dt>
          <dd dir="auto">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A bar, and on it the mark it has to reach. */
function Sureness({ decided }: { decided: BotDecided }) {
  const { t } = useI18n()
  const { confidencePermille: sure, confidenceWantedPermille: wanted } = decided
  const words = t('botSureOf', { sure: Math.round(sure / 10), wanted: Math.round(wanted / 10) })
  return (
    <div>
      <div className="sure" role="meter" aria-label={t('botSureness')} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(sure / 10)} aria-valuetext={words}>
        <span className={sure >= wanted ? 'sure-fill enough' : 'sure-fill'} style={{ width: `${Math.min(100, sure / 10)}%` }} />
        <span className="sure-wanted" style={{ insetInlineStart: `${Math.min(100, wanted / 10)}%` }} />
      </div>
      <p className="quiet">{words}</p>
    </div>
  )
}

function Source({ source }: { source: BotSource }) {
  return (
    <li>
      <span className="source-top">
        <Link href={`/knowledge/${source.entryId}`} dir="auto">
          {source.title}
        </Link>
        <span className="source-score">{share(source.scorePermille)}</span>
      </span>
      <span className="source-passage" dir="auto">
        {source.passage}
      </span>
    </li>
  )
}
