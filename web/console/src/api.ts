// REST as the console uses it: one Rest with the page's cookie, typed calls, problems as text.
import { Rest, type Problem, type RestResult, UuidSource } from '@weikeyi/sdk'
import { browserPorts } from '@weikeyi/sdk/browser'
import * as json from '@weikeyi/sdk/json'
import { useI18n } from './i18n'

export const ports = browserPorts()
const uuids = new UuidSource(() => Date.now(), ports.random)
export const idempotencyKey = (): string => uuids.next()

export const rest = new Rest({ base: '/api/v1', fetch: ports.fetch, idempotencyKey })

/** Its calls are broken off with the signal, and end as "network". */
export const restUntil = (signal: AbortSignal): Rest => new Rest({ base: '/api/v1', fetch: (url, request) => fetch(url, { ...request, signal }), idempotencyKey })

/** For react-query: a problem is thrown and comes out as `error`. */
export class ProblemError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.code)
    this.problem = problem
  }
}
export async function take<T>(result: Promise<RestResult<T>>): Promise<T> {
  const answer = await result
  if (!answer.ok) throw new ProblemError(answer.problem)
  return answer.value
}

export interface ListQuery {
  view: 'mine' | 'queue' | 'all'
  holder_kind?: 'bot'
  state?: string
  cursor?: string
  contact?: string
  site?: string
  limit?: number
}

export const api = {
  setup: () => rest.get('/setup', { answer: json.SetupStatus }),
  setUp: (body: unknown) => rest.post('/setup', { body, answer: json.LoginResponse }),
  login: (body: { email: string; password: string; code?: string }) => rest.post('/session', { body, answer: json.LoginResponse }),
  logout: () => rest.delete('/session'),
  me: () => rest.get('/session', { answer: json.Agent }),
  agents: () => rest.get('/agents', { query: { limit: 200 }, answer: json.AgentList }),
  sites: () => rest.get('/sites', { answer: json.SiteList }),
  conversations: (query: ListQuery) => rest.get('/conversations', { query: { limit: 50, ...query }, answer: json.ConversationList }),
  events: (id: string, query: { before_seq?: number; after_seq?: number }) =>
    rest.get(`/conversations/${id}/events`, { query: { ...query, limit: 100 }, answer: json.EventList }),
  suggestions: (id: string) => rest.get(`/conversations/${id}/suggestions`, { answer: json.SuggestionList }),
  contact: (id: string) => rest.get(`/contacts/${id}`, { answer: json.Contact }),
  search: (query: { q: string; cursor: string; site?: string; since?: number; until?: number }) => rest.get('/search', { query: { limit: 30, ...query }, answer: json.SearchResult }),
  append: (id: string, body: unknown) => rest.post(`/conversations/${id}/events`, { body, answer: json.AppendResponse }),
}

/** A problem in the reader's language. */
export function useProblemText(): (error: unknown) => string {
  const { t } = useI18n()
  return (error) => {
    const problem = error instanceof ProblemError ? error.problem : undefined
    if (problem === undefined) return t('somethingFailed', { reason: error instanceof Error ? error.message : String(error) })
    switch (problem.code) {
      case 'network':
        return t('noAnswer')
      case 'login_failed':
        return t('loginFailed')
      case 'too_many_attempts':
        return t('tooManyAttempts', { seconds: Math.ceil(problem.retryAfterMs / 1000) })
      case 'already_held':
        return t('alreadyHeld')
      default:
        return t('somethingFailed', { reason: problem.detail === '' ? problem.code : problem.detail })
    }
  }
}
