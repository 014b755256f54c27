// What administration asks of the server.
import * as json from '@weikeyi/sdk/json'
import { rest, take } from '../api'

const pagesMax = 20

/** All pages of a list, up to 4,000 rows. */
async function whole<T>(page: (cursor: string) => Promise<{ rows: T[]; next: string }>): Promise<T[]> {
  const rows: T[] = []
  let cursor = ''
  for (let n = 0; n < pagesMax; n++) {
    const part = await page(cursor)
    rows.push(...part.rows)
    if (part.next === '') break
    cursor = part.next
  }
  return rows
}

export const calls = {
  botPerformance: (query: { site: string; since: number; until: number }) => take(rest.get('/bot/performance', { query, answer: json.BotPerformance })),
  sites: () => take(rest.get('/sites', { answer: json.SiteList })).then((list) => list.sites),
  createSite: (name: string, allowedOrigins: string[]) =>
    take(rest.post('/sites', { body: json.CreateSiteRequest.toJSON({ name, allowedOrigins }), answer: json.Site })),
  updateSite: (id: string, change: Partial<json.UpdateSiteRequest>) =>
    take(rest.patch(`/sites/${id}`, { body: json.UpdateSiteRequest.toJSON(json.UpdateSiteRequest.fromPartial(change)), answer: json.Site })),

  admission: () => take(rest.get('/settings/admission', { answer: json.Admission })),
  changeAdmission: (change: Partial<json.AdmissionSettings>) =>
    take(rest.patch('/settings/admission', { body: json.AdmissionSettings.toJSON(json.AdmissionSettings.fromPartial(change)), answer: json.Admission })),
  resetAdmission: () => take(rest.delete('/settings/admission', { answer: json.Admission })),

  agents: () =>
    whole((cursor) =>
      take(rest.get('/agents', { query: { cursor, limit: 200 }, answer: json.AgentList })).then((list) => ({ rows: list.agents, next: list.nextCursor })),
    ),
  createAgent: (request: json.CreateAgentRequest) =>
    take(rest.post('/agents', { body: json.CreateAgentRequest.toJSON(request), answer: json.Agent })),
  updateAgent: (id: string, change: Partial<json.UpdateAgentRequest>) =>
    take(rest.patch(`/agents/${id}`, { body: json.UpdateAgentRequest.toJSON(json.UpdateAgentRequest.fromPartial(change)), answer: json.Agent })),

  tokens: () =>
    whole((cursor) =>
      take(rest.get('/tokens', { query: { cursor, limit: 200 }, answer: json.ApiTokenList })).then((list) => ({ rows: list.tokens, next: list.nextCursor })),
    ),
  createToken: (request: json.CreateApiTokenRequest) =>
    take(rest.post('/tokens', { body: json.CreateApiTokenRequest.toJSON(request), answer: json.ApiToken })),
  deleteToken: (id: string) => take(rest.delete(`/tokens/${id}`)),

  updateProfile: (change: { name: string; locale: string }) => take(rest.patch('/session/profile', { body: change, answer: json.Agent })),
  changePassword: (oldPassword: string, newPassword: string) => take(rest.post('/session/password', { body: { oldPassword, newPassword } })),
  beginTotp: () => take(rest.post('/session/totp', { answer: json.TotpSetup })),
  confirmTotp: (code: string, password: string) => take(rest.post('/session/totp/confirm', { body: { code, password }, answer: json.TotpConfirmed })),
  disableTotp: (password: string) => take(rest.delete('/session/totp', { body: { password } })),
  sessions: () => take(rest.get('/sessions', { answer: json.AgentSessionList })).then((list) => list.sessions),
  endSession: (id: string) => take(rest.delete(`/sessions/${id}`)),
  endOtherSessions: () => take(rest.delete('/sessions')),
}
