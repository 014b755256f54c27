// An entry for those who read it and do not write.
import { Badge } from '@mantine/core'
import { KnowledgeKind, type KnowledgeEntry, type Site } from '@weikeyi/sdk/json'
import { FlowReading } from '../flow/flow_reading'
import type { Trace } from '../flow/trace'
import { dayAndTime, httpUrl } from '../format'
import { fromPage } from './entry_form'
import { kindKey } from './entry_kinds'
import { EntryOrigin } from './entry_origin'
import { useTexts } from './texts'

export function EntryView({ entry, sites, trace }: { entry: KnowledgeEntry; sites: readonly Site[]; trace: Trace | undefined }) {
  const { k, language } = useTexts()
  const flow = entry.kind === KnowledgeKind.FLOW
  const url = httpUrl(entry.url)
  const site = entry.siteId === '0' ? k('allSites') : (sites.find((one) => one.id === entry.siteId)?.name ?? entry.siteId)
  return (
    <article className={flow ? 'knowledge-entry flow-entry' : 'knowledge-entry'} aria-label={entry.title}>
      <header className="knowledge-entry-head">
        <h2 dir="auto">{entry.title}</h2>
        <p className="quiet">
          {k(kindKey(entry.kind))} · {site} · {k('updated', { time: dayAndTime(entry.updatedMs, language) })}{' '}
          {entry.disabled && (
            <Badge color="gray" variant="light" size="sm">
              {k('off')}
            </Badge>
          )}
        </p>
        <EntryOrigin entry={entry} />
      </header>
      {entry.phrasings.length > 0 && (
        <section>
          <h3>{k('phrasings')}</h3>
          <ul className="knowledge-phrasings">
            {entry.phrasings.map((phrasing, at) => (
              <li key={at} dir="auto">
                {phrasing}
              </li>
            ))}
          </ul>
        </section>
      )}
      {flow ? (
        <FlowReading steps={entry.steps} trace={trace} />
      ) : (
        <section>
          <h3>{k(entry.kind === KnowledgeKind.ARTICLE ? 'article' : 'answer')}</h3>
          <p className="knowledge-body" dir="auto">
            {entry.body}
          </p>
        </section>
      )}
      {entry.url !== '' && !fromPage(entry) && (
        <p>
          {url === undefined ? (
            entry.url
          ) : (
            <a href={url} target="_blank" rel="noopener noreferrer nofollow">
              {entry.url}
            </a>
          )}
        </p>
      )}
      {entry.labels.length > 0 && (
        <section>
          <h3>{k('labels')}</h3>
          <p className="knowledge-labels">
            {entry.labels.map((label) => (
              <span key={label} className="label-chip" dir="auto">
                {label}
              </span>
            ))}
          </p>
        </section>
      )}
    </article>
  )
}
