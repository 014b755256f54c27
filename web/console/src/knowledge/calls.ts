// What the pages of the knowledge ask of the server.
import * as json from '@weikeyi/sdk/json'
import { useQuery, type QueryClient } from '@tanstack/react-query'
import { api, rest, take } from '../api'

const rowsOfPage = 50

export interface EntryFilter {
  site: string
  text: string
  /** "faq", "article" or "flow"; not given: of every kind. */
  kind?: string
}

export const calls = {
  entries: (filter: EntryFilter, cursor: string, limit = rowsOfPage) => take(rest.get('/knowledge/entries', { query: { ...filter, cursor, limit }, answer: json.KnowledgeEntryList })),
  entry: (id: string) => take(rest.get(`/knowledge/entries/${id}`, { answer: json.KnowledgeEntry })),
  /** Give the same key again to repeat one of which no answer came. */
  create: (entry: Partial<json.KnowledgeEntry>, idempotencyKey?: string) =>
    rest.post('/knowledge/entries', { body: bodyOf(entry), answer: json.KnowledgeEntry, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) }),
  replace: (id: string, entry: Partial<json.KnowledgeEntry>) => rest.put(`/knowledge/entries/${id}`, { body: bodyOf(entry), answer: json.KnowledgeEntry }),
  remove: (id: string) => take(rest.delete(`/knowledge/entries/${id}`)),
  gaps: (query: { site: string; since: number }) => take(rest.get('/bot/gaps', { query, answer: json.KnowledgeGapList })),
  /** `flow`: where the answer before left a dialogue flow. */
  tryOut: (siteId: string, text: string, flow?: json.TryBotRequest['flow']) =>
    take(rest.post('/bot/try', { body: json.TryBotRequest.toJSON({ siteId, text, flow }), answer: json.TryBotAnswer })),
}

const bodyOf = (entry: Partial<json.KnowledgeEntry>): unknown => json.KnowledgeEntry.toJSON(json.KnowledgeEntry.fromPartial(entry))

export const entriesKey = ['knowledge', 'entries']
export const gapsKey = ['knowledge', 'gaps']
/** What was written or erased changes the list, and what nobody could answer. */
export async function knowledgeChanged(queries: QueryClient): Promise<void> {
  await Promise.all([queries.invalidateQueries({ queryKey: entriesKey }), queries.invalidateQueries({ queryKey: gapsKey })])
}
export const entryKey = (id: string): string[] => ['knowledge', 'entry', id]

export const useEntry = (id: string | undefined) => useQuery({ queryKey: entryKey(id ?? ''), queryFn: () => calls.entry(id ?? ''), enabled: id !== undefined })

export function useSiteList(): readonly json.Site[] {
  const sites = useQuery({ queryKey: ['sites'], queryFn: () => take(api.sites()), staleTime: 60_000 })
  return sites.data?.sites ?? []
}
