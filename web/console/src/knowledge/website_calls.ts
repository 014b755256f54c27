// What the page of the sites that are read asks of the server.
import * as json from '@weikeyi/sdk/json'
import { useQuery } from '@tanstack/react-query'
import { rest, take } from '../api'

const runningMs = 1_000
const idleMs = 30_000

/** What people choose of one. */
export interface CrawlForm {
  siteId: string
  startUrl: string
  pagesMax: number
  everyDays: number
}

const body = (form: CrawlForm): unknown => json.KnowledgeCrawl.toJSON(json.KnowledgeCrawl.fromPartial(form))

export const websiteCalls = {
  list: () => take(rest.get('/knowledge/crawls', { answer: json.KnowledgeCrawlList })),
  create: (form: CrawlForm) => take(rest.post('/knowledge/crawls', { body: body(form), answer: json.KnowledgeCrawl })),
  replace: (id: string, form: CrawlForm) => take(rest.put(`/knowledge/crawls/${id}`, { body: body(form), answer: json.KnowledgeCrawl })),
  remove: (id: string) => take(rest.delete(`/knowledge/crawls/${id}`)),
  run: (id: string) => take(rest.post(`/knowledge/crawls/${id}/run`, { body: {}, answer: json.KnowledgeCrawl })),
  stop: (id: string) => take(rest.post(`/knowledge/crawls/${id}/stop`, { body: {}, answer: json.KnowledgeCrawl })),
}

export const crawlsKey = ['knowledge', 'crawls']

export const isBusy = ({ state }: { state: json.CrawlState }): boolean => state === json.CrawlState.WAITING || state === json.CrawlState.RUNNING

/** Asked again more often while one is read. */
export const useCrawls = () =>
  useQuery({
    queryKey: crawlsKey,
    queryFn: websiteCalls.list,
    refetchInterval: ({ state }) => (state.data?.crawls.some(isBusy) === true ? runningMs : idleMs),
  })
