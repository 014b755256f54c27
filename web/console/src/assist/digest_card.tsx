// For who takes over from the AI agent: what it was about, what was tried, and what the visitor named. Above the log.
import { Skeleton } from '@mantine/core'
import { IconChevronDown, IconFileText } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { take } from '../api'
import { actionText, decisionLine, reasonText } from '../bot/decision_text'
import { Recognised } from '../bot/recognised'
import { useI18n } from '../i18n'
import { assist } from './calls'
import type { Matter } from './matter'

const triesShown = 5

/** `seq` of the last event: with more of them a digest that is opened again is asked for again. */
export function DigestCard({ id, contactId, matter, seq }: { id: string; contactId: string; matter: Matter; seq: number }) {
  const { t, language } = useI18n()
  // Who has answered knows it; who is new to it should not have to look for it.
  const [chosen, setChosen] = useState<{ open: boolean; seq: number }>()
  const [opened] = useState(() => ({ open: !matter.answered, seq }))
  const { open, seq: upTo } = chosen ?? opened
  const found = useQuery({
    queryKey: ['digest', id, language, upTo],
    queryFn: ({ signal }) => take(assist.digest(id, language, signal)),
    enabled: open,
    staleTime: Infinity,
    retry: 1,
    refetchOnWindowFocus: false,
  })
  const last = matter.decisions.at(-1)
  const whole = found.data !== undefined && !found.data.excerpt
  return (
    <section className="digest" aria-label={t('digest')}>
      <button type="button" className="digest-head" aria-expanded={open} onClick={() => setChosen({ open: !open, seq })}>
        <IconFileText size={16} stroke={1.6} aria-hidden />
        <span className="digest-title">{t('digest')}</span>
        <span className="digest-line">{last !== undefined && decisionLine(last, t)}</span>
        <IconChevronDown size={15} className={open ? 'turned' : undefined} aria-hidden />
      </button>
      {open && (
        <div className="digest-body">
          <div aria-busy={found.isFetching} aria-live="polite">
            {found.data === undefined && found.isFetching && (
              <div role="status" aria-label={t('digestComing')}>
                <Skeleton height={10} mb={6} />
                <Skeleton height={10} width="70%" />
              </div>
            )}
            {found.isError && <p className="quiet">{t('digestNone')}</p>}
            {found.data !== undefined && (
              <p className="digest-text" dir="auto">
                {found.data.text}
              </p>
            )}
            {found.data !== undefined && <p className="quiet">{t(found.data.excerpt ? 'digestExcerpt' : 'digestWritten')}</p>}
          </div>
          <dl>
            {matter.intent !== '' && (
              <div>
                <dt>{t('botIntent')}</dt>
                <dd dir="auto">{matter.intent}</dd>
              </div>
            )}
            {whole && (
              <div>
                <dt>{t('digestTried')}</dt>
                <dd>
                  {matter.decisions
                    .slice(-triesShown)
                    .map((one) => [actionText(one.action, t), reasonText(one.reason, t)].filter((part) => part !== '').join(': '))
                    .join(' → ')}
                </dd>
              </div>
            )}
            {matter.sources.length > 0 && (
              <div>
                <dt>{t('digestSources')}</dt>
                <dd>
                  {matter.sources.map((source) => (
                    <Link key={source.entryId} href={`/knowledge/${source.entryId}`} dir="auto">
                      {source.title}
                    </Link>
                  ))}
                </dd>
              </div>
            )}
            {matter.entities.length > 0 && (
              <div>
                <dt>{t('recognised')}</dt>
                <dd>
                  <Recognised entities={matter.entities} place={{ conversationId: id, contactId }} />
                </dd>
              </div>
            )}
          </dl>
        </div>
      )}
    </section>
  )
}
