// Where an article comes from that was read from a page, and whose words it has: the page's, or a person's.
import { Alert, Badge, Button } from '@mantine/core'
import type { KnowledgeEntry } from '@weikeyi/sdk/json'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from 'wouter'
import { take, useProblemText } from '../api'
import { httpUrl } from '../format'
import { calls, entryKey, knowledgeChanged } from './calls'
import { formOf, fromPage, replacementOf } from './entry_form'
import { useTexts } from './texts'

interface Origin {
  entry: KnowledgeEntry
  /** Not given: it is only read. */
  form?: {
    changed: boolean
    /** Among what is changed are its words. */
    words: boolean
  }
}

export function EntryOrigin({ entry, form }: Origin) {
  const { k } = useTexts()
  if (!fromPage(entry)) return null
  const url = httpUrl(entry.url)
  return (
    <section className="entry-origin" aria-label={k('fromPage')}>
      <p>
        {k('fromPage')}{' '}
        {url === undefined ? (
          entry.url
        ) : (
          <a href={url} target="_blank" rel="noopener noreferrer nofollow">
            {entry.url}
          </a>
        )}{' '}
        {entry.edited && (
          <Badge color="yellow" variant="light" size="sm">
            {k('edited')}
          </Badge>
        )}
      </p>
      <p className="quiet">{k(entry.edited ? 'editedHelp' : 'fromPageHelp')}</p>
      {form?.words === true && !entry.edited && (
        <Alert color="yellow" role="status" mt="xs">
          {k('fromPageWarns')}
        </Alert>
      )}
      {form !== undefined && <TakePage entry={entry} changed={form.changed} />}
    </section>
  )
}

function TakePage({ entry, changed }: { entry: KnowledgeEntry; changed: boolean }) {
  const { k } = useTexts()
  const problemText = useProblemText()
  const queries = useQueryClient()
  const give = useMutation({
    // Its words stay until the page is read: only whose they are is another matter.
    mutationFn: () => take(calls.replace(entry.id, { ...replacementOf(formOf(entry), entry), edited: false })),
    onSuccess: async (next) => {
      queries.setQueryData(entryKey(next.id), next)
      await knowledgeChanged(queries)
    },
  })
  return (
    <div className="entry-origin-tools" role="status">
      {entry.edited && (
        <Button size="compact-sm" variant="default" loading={give.isPending} disabled={changed} onClick={() => give.mutate()}>
          {k('takePage')}
        </Button>
      )}
      {entry.edited && changed && <span className="quiet">{k('takePageFirst')}</span>}
      {give.isSuccess && !entry.edited && (
        <>
          <span>{k('tookPage')}</span> <Link href="/knowledge/website">{k('readNow')}</Link>
        </>
      )}
      {give.error !== null && <span className="bench-problem">{problemText(give.error)}</span>}
    </div>
  )
}
