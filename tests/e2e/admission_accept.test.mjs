// The first door (docs/protocol.md P92): connections of one address, as they are accepted. Each request here has a connection of its
// own, since what is counted are connections.
import { after, afterEach, before, test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { Server } from './lib/server.mjs';
import { Connection } from './lib/connection.mjs';
import { delay, demoAgent, eventually, visitorSession } from './lib/people.mjs';
import { metric } from './lib/metrics.mjs';

let server;
let cookie;
let apiToken;
let token;
const held = [];

before(async () => {
  server = await Server.start({ args: ['--connections-per-address', '200'] });
  const administrator = await demoAgent(server);
  cookie = administrator.cookie;
  apiToken = (await administrator.post('/tokens', { name: 'bot', role: 'ROLE_AGENT' })).secret;
  ({ token } = await visitorSession(server));
  await limit({ newConnectionsPerAddress: { perSecond: 1_000, burst: 10_000 }, hellosPerAddress: { perSecond: 0, burst: 0 } });
});
after(() => server?.close());
afterEach(async () => {
  for (const one of held.splice(0)) one.terminate();
  await eventually(async () => (await ask('GET', '/healthz')).status === 200, 'places are free again');
});

/** One request on a connection of its own; rejects where it is closed without an answer. */
function ask(method, path, { headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${server.url}${path}`, { method, agent: false, headers: { connection: 'close', ...headers } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode, headers: response.headers, text, json: () => JSON.parse(text) });
      });
    });
    request.setTimeout(8_000, () => request.destroy(new Error('no answer')));
    request.on('error', reject);
    request.end(body);
  });
}
const asAgent = (method, path, body) =>
  ask(method, path, { headers: { cookie, origin: server.url, ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }) });
async function limit(settings) {
  const answer = await asAgent('PATCH', '/api/v1/settings/admission', settings);
  assert.equal(answer.status, 200, answer.text);
}

const socket = (headers = {}) => Connection.open(server.url, { headers: { origin: server.url, ...headers } });
/** So many places more; waits for those that earlier requests still hold (fetch keeps connections for some seconds). */
async function hold(count) {
  for (let i = 0; i < count; ++i) {
    const connection = await eventually(() => socket().catch((error) => (error.status === 429 ? null : Promise.reject(error))), 'a place');
    await connection.hello({ visitorToken: token, client: 'e2e/1' });
    held.push(connection);
  }
}
/** What figures() needs is metrics of an agent over a connection of its own. */
const figures = { call: async (method, path) => ({ bytes: new TextEncoder().encode((await asAgent(method, path)).text) }) };

function assertTold({ status, headers, json }) {
  assert.equal(status, 429);
  assert.ok(Number(headers['retry-after']) >= 1, `Retry-After: ${headers['retry-after']}`);
  assert.equal(headers.connection, 'close');
  const problem = json();
  assert.equal(problem.code, 'too_many_connections');
  assert.ok(problem.retryAfterMs > 0);
}

test('one connection too many is told so: pages, requests, sockets before their upgrade', async () => {
  await limit({ connectionsPerAddress: 10 });
  await hold(10);
  for (const path of ['/healthz', '/console/', '/api/v1/openapi.json', '/demo/']) assertTold(await ask('GET', path));
  const posted = await ask('POST', '/api/v1/visitor/sessions', { headers: { 'content-type': 'application/json', origin: 'https://shop.example' }, body: '{"siteKey":"demo"}' });
  assertTold(posted);
  assert.equal(posted.headers['access-control-allow-origin'], '*', 'a page of another origin may read the time');
  assert.equal((await ask('OPTIONS', '/api/v1/visitor/sessions', { headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' } })).status, 204);
  const refused = await socket().then(() => null, (error) => error);
  assert.equal(refused.status, 429, String(refused));
  assert.ok(Number(refused.headers['retry-after']) >= 1);
  // Those inside notice nothing.
  for (const one of held) {
    one.send({ ping: { nonce: 3 } });
    await one.until((frame) => frame.pong?.nonce === 3);
  }
  assert.ok((await metric(figures, 'weikeyi_admission_refused_total', 'reason="connections_per_address"')) >= 6);
});

test('agents do not count: cookie and API token, REST, pages, uploads and sockets; what only looks like one does', async () => {
  await limit({ connectionsPerAddress: 5 });
  await hold(5);
  const before = await metric(figures, 'weikeyi_admission_exempted_total');
  assert.equal((await asAgent('GET', '/api/v1/session')).status, 200);
  assert.equal((await asAgent('GET', '/console/')).status, 200);
  assert.equal((await ask('GET', '/api/v1/conversations', { headers: { authorization: `Bearer ${apiToken}` } })).status, 200);
  const { id } = JSON.parse((await asAgent('GET', '/api/v1/conversations?view=all')).text).conversations[0];
  const upload = (headers) => ask('POST', `/api/v1/uploads?conversation=${id}&name=a.txt`, { headers: { origin: server.url, 'content-type': 'text/plain', ...headers }, body: 'a file' });
  assert.equal((await upload({ cookie })).status, 201);
  assertTold(await upload({ authorization: `Bearer ${token}` }));
  assertTold(await upload({ authorization: `Bearer ${token}`, cookie }));
  // More sockets of agents than there are places of any kind.
  const desk = [];
  for (let i = 0; i < 80; ++i) {
    const connection = await socket(i % 2 ? { cookie } : { authorization: `Bearer ${apiToken}` });
    assert.ok((await connection.hello({ client: 'e2e/1' })).agent);
    desk.push(connection);
    if (i % 15 === 14) await delay(1_000); // credentials are looked at 20 times a second
  }
  held.push(...desk);
  assert.ok((await metric(figures, 'weikeyi_admission_exempted_total')) >= before + 83);

  const name = cookie.split('=')[0];
  assertTold(await ask('GET', '/api/v1/session', { headers: { cookie: `${name}=${'A'.repeat(43)}` } }));
  assertTold(await ask('GET', '/console/', { headers: { cookie: `${name}=${'A'.repeat(43)}` } }));
  assertTold(await ask('GET', '/api/v1/session', { headers: { authorization: `Bearer wk_${'A'.repeat(40)}` } }));
  assertTold(await ask('GET', '/api/v1/session', { headers: { authorization: `Bearer ${token}` } }));
  const foreign = await Connection.open(server.url, { headers: { origin: 'https://evil.example', cookie } }).then(() => null, (error) => error);
  assert.equal(foreign.status, 429, 'a cookie from another origin is none');
  // A false cookie gets as far as the Hello, no further.
  const fake = await socket({ cookie: `${name}=${'A'.repeat(43)}` });
  await assert.rejects(fake.hello({ client: 'e2e/1' }), (error) => error.code === 'unauthenticated');
  // Nor does a visitor with an agent's cookie in the same browser.
  const both = await socket({ cookie });
  await assert.rejects(both.hello({ visitorToken: token, client: 'e2e/1' }), (error) => error.code === 'busy' && error.refusal.retryAfterMs > 0);
});

test('a changed limit holds within a second, in both directions, without a restart', async () => {
  await limit({ connectionsPerAddress: 4 });
  await hold(4);
  await assert.rejects(socket());
  await limit({ connectionsPerAddress: 6 });
  const since = performance.now();
  await hold(1);
  assert.ok(performance.now() - since < 1_000);
  await limit({ connectionsPerAddress: 3 });
  await eventually(() => socket().then((one) => (one.terminate(), false), () => true), 'no sixth', 1_000);
  assert.ok(held.every((one) => one.closed === null), 'those inside stay');
});

test('new connections have a rate; a flood is cut without a word, and it is over when it is over', async () => {
  await limit({ connectionsPerAddress: 0, newConnectionsPerAddress: { perSecond: 5, burst: 5 } });
  await delay(1_100);
  const cutBefore = await metric(figures, 'weikeyi_admission_refused_total', 'reason="cut"');
  const answers = await Promise.allSettled(Array.from({ length: 700 }, () => ask('GET', '/healthz')));
  const count = (status) => answers.filter((one) => one.value?.status === status).length;
  assert.ok(count(200) >= 1 && count(200) <= 30, `${count(200)} let in`);
  assert.ok(count(429) >= 50, `${count(429)} told`);
  const cut = answers.filter((one) => one.status === 'rejected').length;
  assert.ok(cut > 0, 'the rest cost nothing but the accept');
  const since = performance.now();
  await eventually(async () => (await ask('GET', '/healthz').catch(() => ({}))).status === 200, 'let in again', 3_000);
  assert.ok(performance.now() - since < 3_000);
  await limit({ newConnectionsPerAddress: { perSecond: 0, burst: 0 } });
  assert.ok((await metric(figures, 'weikeyi_admission_refused_total', 'reason="cut"')) >= cutBefore + cut);
  assert.ok((await metric(figures, 'weikeyi_admission_refused_total', 'reason="new_connections_per_address"')) >= 50);
});

test('who is over the limit and says nothing is gone after a while', { timeout: 30_000 }, async () => {
  await limit({ connectionsPerAddress: 2 });
  await hold(2);
  const { connect } = await import('node:net');
  const silent = connect(server.port, '127.0.0.1');
  silent.on('error', () => {});
  const since = performance.now();
  await new Promise((resolve) => silent.once('close', resolve).resume());
  const seconds = (performance.now() - since) / 1000;
  assert.ok(seconds > 5 && seconds < 13, `${seconds} s`);
});
