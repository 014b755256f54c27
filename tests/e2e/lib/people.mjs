// Visitors and agents of a test, over REST and JSON frames.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Connection } from './connection.mjs';

/** One caller of the REST API: nobody, an agent with a cookie, or an integrator with a token. */
export class Api {
  constructor(url, { cookie, token } = {}) {
    this.url = url;
    this.cookie = cookie;
    this.token = token;
  }

  /** Paths are below /api/v1, but for the few that stand at the root. Never throws for a status. */
  async call(method, path, { body, headers = {} } = {}) {
    const all = { origin: this.url, ...headers };
    if (this.cookie) all.cookie = this.cookie;
    if (this.token) all.authorization = `Bearer ${this.token}`;
    if (body !== undefined) all['content-type'] ??= 'application/json';
    const asIs = body === undefined || typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
    const response = await fetch(`${this.url}${kRootPaths.test(path) ? '' : '/api/v1'}${path}`, {
      method,
      headers: all,
      redirect: 'manual',
      ...(body !== undefined && { body: asIs ? body : JSON.stringify(body), duplex: 'half' }),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    const json = /json/.test(type) && bytes.length > 0 ? JSON.parse(new TextDecoder().decode(bytes)) : undefined;
    return { status: response.status, headers: response.headers, bytes, json, type };
  }

  /** The JSON of a successful answer; anything else fails the test. */
  async ok(method, path, body, options = {}) {
    const answer = await this.call(method, path, { body, ...options });
    assert.ok(answer.status >= 200 && answer.status < 300, `${method} ${path}: ${answer.status} ${new TextDecoder().decode(answer.bytes).slice(0, 500)}`);
    return answer.json ?? {};
  }

  get = (path) => this.ok('GET', path);
  post = (path, body = {}) => this.ok('POST', path, body);

  /** The whole log of a conversation, in the order the server lists it. */
  async log(conversationId) {
    const events = [];
    let cursor = '';
    do {
      const page = await this.get(`/conversations/${conversationId}/events?limit=200${cursor && `&after_seq=${cursor}`}`);
      events.push(...(page.events ?? []));
      cursor = page.nextCursor ?? '';
    } while (cursor !== '');
    return events;
  }
}
const kRootPaths = /^\/(api\/|healthz|readyz|metrics|ws|widget\/|console|demo|files\/)/;

export const nobody = (server) => new Api(server.url);

/** An agent signed in with a cookie, as a browser is. */
export async function signIn(server, { email, password, code } = {}) {
  const api = new Api(server.url);
  const answer = await api.call('POST', '/session', { body: { email, password, ...(code && { code }) } });
  assert.equal(answer.status, 200, `sign in: ${answer.status} ${JSON.stringify(answer.json)}`);
  api.cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  api.agent = answer.json.agent;
  return api;
}

export const demoAgent = (server, index = 0) => signIn(server, server.demo.agents[index]);

export async function agentSocket(server, api, hello = {}) {
  const connection = await Connection.open(server.url, { headers: { origin: server.url, ...(api.cookie && { cookie: api.cookie }) } });
  connection.welcome = await connection.hello({ client: 'e2e/1', ...(api.token && { apiToken: api.token }), ...hello });
  return connection;
}

export async function visitorSession(server, request = {}) {
  return nobody(server).post('/visitor/sessions', { siteKey: 'demo', ...request });
}

export async function visitorSocket(server, session, hello = {}) {
  const connection = await Connection.open(server.url, { headers: { origin: server.url } });
  connection.welcome = await connection.hello({ visitorToken: session.token, client: 'e2e/1', locale: 'en', ...hello });
  return connection;
}

/** A visitor with a session and a socket. */
export async function visitor(server, request) {
  const session = await visitorSession(server, request);
  const connection = await visitorSocket(server, session);
  return { session, connection, conversationId: session.conversationId };
}

/** A UUIDv7 (RFC 9562), as the SDK makes them. */
export function clientId(now = Date.now()) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Appends a text and gives the Ack. */
export function say(connection, conversationId, text, id = clientId()) {
  return connection.request({ append: { conversationId, clientId: id, message: { text } } });
}

/** As say(), for many at a time: who is told `busy` (the machine has other work) repeats it after the time they were told, as clients do (P34). */
export async function keepSaying(connection, conversationId, text, id = clientId()) {
  for (;;) {
    try {
      return await say(connection, conversationId, text, id);
    } catch (error) {
      if (error.code !== 'busy' || !error.refusal.retryAfterMs) throw error;
      await delay(error.refusal.retryAfterMs);
    }
  }
}

export function note(connection, conversationId, text, id = clientId()) {
  return connection.request({ append: { conversationId, clientId: id, note: { text } } });
}

/** Subscribes and gives the Subscribed; events follow. */
export function subscribe(connection, conversationId, afterSeq = 0) {
  return connection.request({ subscribe: { conversationId, afterSeq } });
}

export const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Polls until check() gives something true; for what has no signal of its own. */
export async function eventually(check, what, patienceMs = 8_000) {
  const until = Date.now() + patienceMs;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > until) throw new Error(`not within ${patienceMs} ms: ${what}`);
    await delay(20);
  }
}
