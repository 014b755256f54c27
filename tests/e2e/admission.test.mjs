// The three doors (docs/protocol.md P91, P93, P94): what is over a limit is refused with a time that is worth waiting for, agents do not count
// at their address, and settings hold from the moment they are changed. Addresses are told apart by X-Forwarded-For, as behind a
// proxy; the first door itself is tried in admission_accept.test.mjs.
import { after, before, beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from './lib/server.mjs';
import { Connection, Refused } from './lib/connection.mjs';
import { Api, agentSocket, clientId, delay, demoAgent, eventually, nobody, say, subscribe, visitor, visitorSession, visitorSocket } from './lib/people.mjs';
import { metric } from './lib/metrics.mjs';

let server;
let administrator;
// Each test comes from an address of its own: the buckets of the others are no concern of it.
let address;
let addresses = 0;

before(async () => {
  server = await Server.start({ args: ['--trusted-proxy', '127.0.0.0/8'] });
  administrator = await demoAgent(server);
});
after(() => server?.close());
beforeEach(async () => {
  address = `192.0.2.${++addresses}`;
  await administrator.ok('DELETE', '/settings/admission');
});

const limit = (settings) => administrator.ok('PATCH', '/settings/admission', settings);
const rate = (perSecond, burst) => ({ perSecond, burst });
const from = (ip) => ({ 'x-forwarded-for': ip });
const session = (ip, body = {}) => nobody(server).call('POST', '/visitor/sessions', { body: { siteKey: 'demo', ...body }, headers: from(ip) });

/** A socket from an address, before its Hello. */
const socketFrom = (ip, headers = {}) => Connection.open(server.url, { headers: { origin: server.url, ...from(ip), ...headers } });

/** Welcome or Refused, and how it was closed. */
async function helloFrom(ip, token) {
  const connection = await socketFrom(ip);
  try {
    connection.welcome = await connection.hello({ visitorToken: token, client: 'e2e/1' });
    return { connection };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { refusal: error.refusal, closed: await connection.whenClosed(), goodbye: connection.frames.find((frame) => frame.goodbye)?.goodbye };
  }
}

/** Acks and refusals of texts that are sent at the same time. */
async function sayAll(pairs) {
  const settled = await Promise.allSettled(pairs.map(({ connection, conversationId, text, id }) => say(connection, conversationId, text, id)));
  return {
    acks: settled.filter((one) => one.status === 'fulfilled').length,
    refusals: settled.flatMap((one) => {
      if (one.status === 'fulfilled') return [];
      assert.ok(one.reason instanceof Refused, String(one.reason));
      return [one.reason.refusal];
    }),
  };
}

function assertBusy(refusal, mostMs = 45_000) {
  assert.equal(refusal.code, 'busy');
  assert.ok(refusal.retryAfterMs > 0 && refusal.retryAfterMs <= mostMs, `retry after ${refusal.retryAfterMs} ms`);
}

test('settings are shown with their defaults, kept over a restart, and refused out of range', async () => {
  const shown = await administrator.get('/settings/admission');
  assert.deepEqual(shown.settings, shown.defaults);
  assert.deepEqual(shown.settings.messagesPerVisitor, rate(20, 100));
  const changed = await limit({ connectionsPerAddress: 0, messagesPerVisitor: rate(7, 9) });
  assert.deepEqual(changed.settings.messagesPerVisitor, rate(7, 9));
  assert.deepEqual(changed.settings.hellosPerAddress, shown.defaults.hellosPerAddress);
  assert.deepEqual(changed.defaults, shown.defaults);
  for (const wrong of [{ connectionsPerAddress: 1_000_001 }, { hellosPerAddress: rate(5, 0) }, { messagesPerSite: rate(2_000_000, 1) }, { messagesPerSite: rate(-1, 1) }, { unknown: 1 }]) {
    const answer = await administrator.call('PATCH', '/settings/admission', { body: wrong });
    assert.equal(answer.status, 400, JSON.stringify(wrong));
    assert.equal(answer.json.code, 'invalid_argument');
  }
  await server.restart();
  administrator = await demoAgent(server);
  const { settings } = await administrator.get('/settings/admission');
  assert.deepEqual(settings, changed.settings);
  const reset = await administrator.ok('DELETE', '/settings/admission');
  assert.deepEqual(reset.settings, reset.defaults);
});

test('an address gets so many visitor sessions, the others theirs, and more once the setting says so', async () => {
  await limit({ sessionsPerAddress: rate(1, 3) });
  const answers = [];
  for (let i = 0; i < 6; ++i) answers.push(await session(address));
  assert.deepEqual(answers.map(({ status }) => status), [201, 201, 201, 429, 429, 429]);
  const refused = answers.at(-1);
  assert.equal(refused.json.code, 'too_many_sessions');
  assert.ok(Number(refused.headers.get('retry-after')) >= 1 && refused.json.retryAfterMs >= 500);
  assert.equal((await session('198.51.100.7')).status, 201);
  // Live, for the address that has just been refused as well.
  await limit({ sessionsPerAddress: rate(0, 0) });
  assert.equal((await session(address)).status, 201);
});

test('a Hello too many of an address is told when to come, and is let in then; agents of the address do not count', async () => {
  const { token } = await visitorSession(server);
  await limit({ hellosPerAddress: rate(2, 2) });
  const first = [await helloFrom(address, token), await helloFrom(address, token)];
  const third = await helloFrom(address, token);
  assertBusy(third.refusal, 2_000);
  assert.equal(third.closed.code, 1013);
  assert.equal(third.goodbye.code, 'busy');
  assert.equal(third.goodbye.retryAfterMs, third.refusal.retryAfterMs);
  const other = await helloFrom('198.51.100.8', token);
  assert.ok(other.connection, 'another address');

  const desk = [];
  for (let i = 0; i < 10; ++i) desk.push(await agentSocket({ url: server.url }, administrator, {}));
  const made = await administrator.post('/tokens', { name: 'bot', role: 'ROLE_AGENT' });
  for (let i = 0; i < 10; ++i) {
    const byCookie = await socketFrom(address, { cookie: administrator.cookie });
    assert.ok((await byCookie.hello({ client: 'e2e/1' })).agent);
    const byToken = await socketFrom(address);
    assert.ok((await byToken.hello({ apiToken: made.secret, client: 'e2e/1' })).agent);
    desk.push(byCookie, byToken);
  }
  assert.ok((await helloFrom(address, token)).refusal, 'visitors still wait');
  await delay(third.refusal.retryAfterMs);
  const again = await helloFrom(address, token);
  assert.ok(again.connection, JSON.stringify(again.refusal));
  for (const one of [...first, other, again]) one.connection.terminate();
  for (const one of desk) one.terminate();
});

test('credentials that are none are not looked at without end', async () => {
  await limit({ hellosPerAddress: rate(1, 1) });
  const codes = [];
  for (let i = 0; i < 60; ++i) {
    const connection = await socketFrom(address);
    await connection.hello({ apiToken: `wk_${'A'.repeat(40)}` }).catch((error) => codes.push(error.code));
    connection.terminate();
  }
  assert.ok(codes.filter((code) => code === 'unauthenticated').length >= 40, 'an agent would have been seen');
  assert.ok(codes.includes('busy'), 'and a flood is turned away');
});

test('a storm of visitors comes in at the site’s rate, each at the time they were told', { timeout: 60_000 }, async (t) => {
  const tokens = await Promise.all(Array.from({ length: 60 }, async () => (await visitorSession(server)).token));
  await limit({ handshakesPerSite: rate(30, 5) });
  const began = Date.now();
  let tries = 0;
  const waits = [];
  const come = async (token) => {
    for (;;) {
      ++tries;
      const { connection, refusal } = await helloFrom(address, token);
      if (connection) return connection.terminate();
      assertBusy(refusal);
      waits.push(refusal.retryAfterMs);
      await delay(refusal.retryAfterMs);
    }
  };
  await Promise.all(tokens.map(come));
  const seconds = (Date.now() - began) / 1000;
  t.diagnostic(`60 visitors at 30 a second, 5 at once: in after ${seconds.toFixed(1)} s and ${tries} tries`);
  assert.ok(seconds > 1.5, 'the limit held');
  assert.ok(seconds < 12, 'and nobody starved');
  // The first refusals alone: spread over the time that the site needs for them, not all told the same.
  const first = waits.slice(0, 40);
  assert.ok(Math.max(...first) - Math.min(...first) > 700, `spread ${Math.min(...first)} to ${Math.max(...first)}`);
  assert.ok(tries < 60 * 4, `${tries} tries`);
  assert.equal((await session('198.51.100.9')).status, 201, 'the storm is over');
  await limit({ handshakesPerSite: rate(1, 1) });
  await eventually(async () => (await session('198.51.100.9')).status === 503, 'sessions go through the same door', 2_000);
  const refused = await session('198.51.100.9');
  assert.equal(refused.json.code, 'busy');
  assert.ok(refused.json.retryAfterMs > 0 && Number(refused.headers.get('retry-after')) > 0);
});

test('a visitor writes at their rate, over all their sockets, and loses nothing', async () => {
  const { session: mine, connection, conversationId } = await visitor(server);
  const second = await visitorSocket(server, mine);
  await limit({ messagesPerVisitor: rate(4, 3) });
  const wanted = Array.from({ length: 8 }, (_, i) => ({ connection: i % 2 ? second : connection, conversationId, text: `m${i}`, id: clientId() }));
  const { acks, refusals } = await sayAll(wanted);
  assert.equal(acks, 3, 'what may be said at once, on both sockets together');
  for (const refusal of refusals) assertBusy(refusal, 300);
  // Told when: the same ids again, one after the other.
  for (const one of wanted) {
    for (;;) {
      try {
        await say(one.connection, conversationId, one.text, one.id);
        break;
      } catch (error) {
        assertBusy(error.refusal, 300);
        await delay(error.refusal.retryAfterMs);
      }
    }
  }
  const texts = (await administrator.log(conversationId)).filter((event) => event.message).map((event) => event.message.text);
  assert.deepEqual(texts.sort(), wanted.map(({ text }) => text), 'each once');
  // Live, up and down.
  await limit({ messagesPerVisitor: rate(1000, 1000) });
  await delay(100); // the bucket was empty, and fills at the new rate
  assert.equal((await sayAll(Array.from({ length: 20 }, (_, i) => ({ connection, conversationId, text: `fast ${i}` })))).acks, 20);
  await limit({ messagesPerVisitor: rate(1, 1) });
  assert.ok((await sayAll(Array.from({ length: 5 }, (_, i) => ({ connection, conversationId, text: `slow ${i}` })))).refusals.length >= 3);
  await connection.close();
  await second.close();
});

test('a site may let its visitors write at a rate of their own', async () => {
  const { sites } = await administrator.get('/sites');
  const demo = sites.find((site) => site.key === 'demo');
  const own = await administrator.ok('PATCH', `/sites/${demo.id}`, { messagesPerVisitor: rate(1, 2) });
  assert.deepEqual(own.messagesPerVisitor, rate(1, 2));
  const here = await visitor(server);
  const write = (who) => sayAll(Array.from({ length: 6 }, (_, i) => ({ connection: who.connection, conversationId: who.conversationId, text: `m${i}` })));
  assert.equal((await write(here)).acks, 2);
  const elsewhere = await administrator.post('/sites', { name: 'elsewhere' });
  const there = await visitor(server, { siteKey: elsewhere.key });
  assert.equal((await write(there)).acks, 6);
  assert.equal((await administrator.call('PATCH', `/sites/${demo.id}`, { body: { messagesPerVisitor: rate(1, 0) } })).status, 400);
  const inherits = await administrator.ok('PATCH', `/sites/${demo.id}`, { inheritMessagesPerVisitor: true });
  assert.equal(inherits.messagesPerVisitor, undefined);
  assert.equal((await write(await visitor(server))).acks, 6);
});

test('over REST a visitor has the same rate', async () => {
  const { token, conversationId } = await visitorSession(server);
  await limit({ messagesPerVisitor: rate(1, 2) });
  const api = new Api(server.url, { token });
  const append = (text) => api.call('POST', `/conversations/${conversationId}/events`, { body: { clientId: clientId(), message: { text } } });
  const answers = [];
  for (let i = 0; i < 4; ++i) answers.push(await append(`m${i}`));
  assert.deepEqual(answers.map(({ status }) => status), [201, 201, 503, 503]);
  assert.equal(answers[3].json.code, 'busy');
  assert.ok(Number(answers[3].headers.get('retry-after')) >= 1);
  const desk = await administrator.call('POST', `/conversations/${conversationId}/events`, { body: { clientId: clientId(), message: { text: 'agents do not count' } } });
  assert.equal(desk.status, 201);
});

test('all visitors of a site together: the rest is told when, agents go on', { timeout: 30_000 }, async (t) => {
  const people = await Promise.all(Array.from({ length: 40 }, () => visitor(server)));
  await limit({ messagesPerSite: rate(20, 10) });
  const began = Date.now();
  const { acks, refusals } = await sayAll(people.map(({ connection, conversationId }, i) => ({ connection, conversationId, text: `from ${i}` })));
  assert.ok(acks >= 10 && acks <= 13, `${acks} acks at once`);
  for (const refusal of refusals) assertBusy(refusal);
  const waits = refusals.map(({ retryAfterMs }) => retryAfterMs);
  assert.ok(Math.max(...waits) - Math.min(...waits) > 800, 'each their own time');
  const desk = await agentSocket(server, administrator);
  await subscribe(desk, people[0].conversationId);
  for (let i = 0; i < 30; ++i) await say(desk, people[0].conversationId, `agent ${i}`);

  const untilIn = async ({ connection, conversationId }, i) => {
    for (;;) {
      try {
        return await say(connection, conversationId, `again ${i}`);
      } catch (error) {
        assertBusy(error.refusal);
        await delay(error.refusal.retryAfterMs);
      }
    }
  };
  await Promise.all(people.map(untilIn));
  t.diagnostic(`40 messages at 20 a second: in after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  assert.ok(Date.now() - began < 10_000);
  await desk.close();
  for (const { connection } of people) connection.terminate();
});

test('typing beyond the rate is dropped without a word', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'hello');
  const desk = await agentSocket(server, administrator);
  await subscribe(desk, conversationId);
  await limit({ messagesPerVisitor: rate(1, 5) });
  const before = await metric(administrator, 'weikeyi_admission_refused_total', 'typing_per_visitor');
  for (let i = 0; i < 40; ++i) connection.send({ typing: { active: true, text: `t${i}` } });
  connection.send({ ping: { nonce: 7 } });
  await connection.until((frame) => frame.pong?.nonce === 7);
  assert.ok(!connection.frames.some((frame) => frame.refusal) && !connection.closed);
  await eventually(async () => (await metric(administrator, 'weikeyi_admission_refused_total', 'typing_per_visitor')) >= before + 30, 'they are counted');
  assert.ok(desk.frames.filter((frame) => frame.typing).length <= 10);
  await desk.close();
  await connection.close();
});

test('each refusal is in the metrics, by door and reason', async () => {
  for (const reason of ['sessions_per_address', 'sessions_per_site', 'hellos_per_address', 'hellos_per_site', 'messages_per_visitor', 'messages_per_site', 'typing_per_visitor']) {
    assert.ok((await metric(administrator, 'weikeyi_admission_refused_total', reason)) > 0, reason);
  }
});

test('overload: what is taken is acked soon, the rest is told when, and it is over when it is over', { timeout: 60_000 }, async (t) => {
  const people = await Promise.all(Array.from({ length: 60 }, () => visitor(server)));
  await limit({ messagesPerSite: rate(300, 100), messagesPerVisitor: rate(0, 0) });
  const before = await server.rss();
  const times = [];
  let refused = 0;
  let most = before;
  const until = Date.now() + 4_000;
  // Nobody waits as told: several times what the site may take.
  const flood = async ({ connection, conversationId }) => {
    while (Date.now() < until) {
      const since = performance.now();
      try {
        await say(connection, conversationId, 'x'.repeat(200));
        times.push(performance.now() - since);
      } catch (error) {
        assertBusy(error.refusal);
        ++refused;
        await delay(20);
      }
    }
  };
  const watch = setInterval(() => void server.rss().then((rss) => (most = Math.max(most, rss))), 250);
  await Promise.all(people.map(flood));
  clearInterval(watch);
  times.sort((a, b) => a - b);
  const p99 = times[Math.floor(times.length * 0.99)];
  t.diagnostic(`${times.length} acked, p99 ${p99.toFixed(1)} ms; ${refused} refused; memory +${((most - before) / 1048576).toFixed(1)} MiB`);
  assert.ok(refused > times.length, 'it was an overload');
  assert.ok(times.length > 800 && times.length < 2_000, `${times.length} at 300 a second for 4 s`);
  assert.ok(p99 < 200, `p99 ${p99} ms`);
  assert.ok(most - before < 64 << 20, `${most - before} bytes`);
  const since = performance.now();
  await eventually(() => say(people[0].connection, people[0].conversationId, 'after').catch(() => null), 'back', 1_000);
  assert.ok(performance.now() - since < 1_000);
  for (const { connection } of people) connection.terminate();
});
