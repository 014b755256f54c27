// WebSockets as nobody should use them, by processes of their own, with a healthy client beside them whose answers are timed
// throughout. WEIKEYI_ABUSE=long for the long form (10,000 connections, half a minute for each attack).
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { Connection } from '../e2e/lib/connection.mjs';
import { agentSocket, demoAgent, eventually, keepSaying, say, visitor, visitorSession, visitorSocket } from '../e2e/lib/people.mjs';
import { Attacker, attack, HealthyClient } from './lib/attack.mjs';
import { assertHealthy } from './lib/raw.mjs';

const long = process.env.WEIKEYI_ABUSE === 'long';
const kSeconds = long ? 30 : 3;
const kManyConnections = long ? 10_000 : 2_000;
const kP99Ms = 50;
const kComesBackBytes = 20 << 20;
const kPeakBytes = 256 << 20;

const server = await Server.start({ args: ['--visitor-sessions-per-second', '10000'] });
let healthy;
let calm;
let rssBefore;
let history;

/** A visitor's conversation of 12 MB: more than the kernel's buffers of one connection take. */
async function longHistory() {
  const { session, connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'hello');
  const desk = await agentSocket(server, await demoAgent(server));
  const text = 'to be read by nobody '.repeat(900);
  for (let i = 0; i < 20; ++i) await Promise.all(Array.from({ length: 32 }, () => keepSaying(desk, conversationId, text)));
  await desk.close();
  await connection.close();
  return { token: session.token, conversationId };
}

before(async () => {
  history = await longHistory();
  healthy = await HealthyClient.start(server);
  // Once round, so that what is only made at the first use is not taken for growth.
  await attack({ kind: 'pingFlood', port: server.port, count: 5, seconds: 1 });
  await attack({ kind: 'bomb', port: server.port, count: 5, seconds: 1, inflatedBytes: 1 << 20 });
  healthy.take();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  calm = healthy.take();
  rssBefore = await server.rss();
});

after(async () => {
  await healthy?.stop();
  await server.close();
});

afterEach(() => assertHealthy(server));

const mib = (bytes) => `${(bytes / 1048576).toFixed(1)} MiB`;

/** On a machine that is busy with other things the time is over the bound already without an attack: then what counts is that ratio. */
const p99Bound = () => Math.max(kP99Ms, 3 * calm.p99);

/**
 * Runs the attack and holds the healthy client to its time. The p99 of some 160 answers is the worst but one: a moment in which the machine is
 * busy with others is enough to be over the bound, so it is measured once more then. What the product does is there the second time too.
 */
async function under(t, ...tasks) {
  for (let first = true; ; first = false) {
    healthy.take();
    const results = await Promise.all(tasks.map((task) => attack({ port: server.port, seconds: kSeconds, ...task })));
    const times = healthy.take();
    t.diagnostic(`${results.map((one) => JSON.stringify(one)).join(' ')}; the healthy client: ${times.count} answers, p50 ${times.p50.toFixed(1)}, p99 ${times.p99.toFixed(1)}, at most ${times.max.toFixed(1)} ms (calm: p99 ${calm.p99.toFixed(1)}); memory ${mib(await server.rss())}`);
    await assertHealthy(server);
    assert.ok(times.count > kSeconds * 20, `only ${times.count} answers`);
    if (first && times.p99 >= p99Bound()) continue;
    assert.ok(times.p99 < p99Bound(), `p99 ${times.p99} ms, twice over ${p99Bound()} ms`);
    return results.length === 1 ? results[0] : results;
  }
}

const codes = (result) => Object.keys(result.closes).map(Number);

describe('floods', () => {
  for (const [name, kind, code] of [
    ['pings', 'pingFlood', 1008],
    ['pongs nobody asked for', 'pongFlood', 1008],
    ['fragments without anything in them, without end', 'emptyFragments', 1008],
    ['fragments of one byte, without end', 'tinyFragments', 1008],
  ]) {
    test(`${name}: closed with ${code}, as often as they come back`, async (t) => {
      const result = await under(t, { kind, count: 20 });
      assert.ok(result.opened >= 20);
      assert.deepEqual(codes(result).filter((one) => one !== code), []);
      assert.ok(result.closes[code] >= 20, JSON.stringify(result));
    });
  }

  test('frames of our own protocol: closed with 1008', async (t) => {
    const { token } = await visitorSession(server);
    const result = await under(t, { kind: 'messageFlood', count: 20, token });
    assert.deepEqual(codes(result), [1008]);
  });
});

test('compression bombs on 30 connections at once: 1009 each', async (t) => {
  const result = await under(t, { kind: 'bomb', count: 30, inflatedBytes: 30 << 20 });
  assert.deepEqual(codes(result), [1009]);
  assert.equal(result.cut, 0);
  assert.ok(result.closes[1009] >= 30);
});

test('a hundred who ask and never read: bounded, and gone at the end', async (t) => {
  const base = await server.rss();
  let most = base;
  const watching = setInterval(() => void server.rss().then((rss) => (most = Math.max(most, rss))), 200);
  t.after(() => clearInterval(watching));
  const result = await under(t, { kind: 'stalled', count: 100, token: history.token, conversationId: history.conversationId });
  t.diagnostic(`memory ${((most - base) / 1048576).toFixed(1)} MiB above what it was`);
  assert.equal(result.opened, 100);
  assert.ok(most - base < 100 << 20, `${most - base} bytes`);
});

test('all of it at once', async (t) => {
  const { token } = await visitorSession(server);
  await under(t, { kind: 'pingFlood', count: 8 }, { kind: 'tinyFragments', count: 8 }, { kind: 'bomb', count: 8, inflatedBytes: 4 << 20 }, { kind: 'messageFlood', count: 8, token });
});

test(`who connects and does nothing is sent away after 10 s: ${kManyConnections} from one address`, { timeout: 120_000 }, async (t) => {
  const share = kManyConnections / 4;
  healthy.take();
  // Silent behind the handshake; half a handshake, header after header; half a message.
  const silent = Array.from({ length: 4 }, () => new Attacker({ kind: 'silent', port: server.port, count: share, seconds: 60 }));
  const halves = new Attacker({ kind: 'silent', half: true, port: server.port, count: 100, seconds: 60 });
  const shakes = attack({ kind: 'halfHandshake', port: server.port, count: 100, seconds: 60 });
  const opened = await Promise.all(silent.map((one) => one.next()));
  assert.equal(opened.reduce((sum, one) => sum + one.opened, 0), kManyConnections);
  await halves.next();
  const ends = await Promise.all(silent.map((one) => one.next()));
  const times = healthy.take();
  t.diagnostic(`p50 ${times.p50.toFixed(1)}, p99 ${times.p99.toFixed(1)}, at most ${times.max.toFixed(1)} ms; memory ${mib(await server.rss())}`);
  for (const end of ends) assert.deepEqual(end.closes, { 1008: share });
  assert.deepEqual((await halves.next()).closes, { 1008: 100 });
  assert.deepEqual((await shakes).closes, { 408: 100 });
  assert.ok(times.p99 < p99Bound(), `p99 ${times.p99} ms`);
});

describe('who may connect', () => {
  test('a cookie with a foreign Origin, or with none, is not believed', async () => {
    const agent = await demoAgent(server);
    for (const origin of ['https://evil.example', `${server.url}.evil.example`, 'null', `https://${new URL(server.url).host}`, undefined]) {
      const connection = await Connection.open(server.url, { headers: { cookie: agent.cookie, ...(origin && { origin }) } });
      const closed = connection.whenClosed();
      connection.send({ hello: { client: 'abuse/1' } });
      const { code } = await closed;
      assert.equal(code, 4401, `${origin}`);
    }
    const own = await Connection.open(server.url, { headers: { cookie: agent.cookie, origin: server.url } });
    assert.ok((await own.hello({ client: 'abuse/1' })).agent);
    await own.close();
  });

  test('an address has so many places and no more, and gets them back', { timeout: 30_000 }, async () => {
    const small = await Server.start({ args: ['--connections-per-address', '20'] });
    try {
      const session = await visitorSession(small);
      const held = [];
      // The request for the session may still hold one.
      const one = () => visitorSocket(small, session);
      for (let i = 0; i < 19; ++i) held.push(await one());
      await assert.rejects(async () => {
        for (let i = 0; i < 3; ++i) held.push(await one());
      });
      assert.ok(held.length >= 19 && held.length <= 20);
      await held.pop().close();
      await held.pop().close();
      held.push(await eventually(() => one().catch(() => null), 'a place is free again'));
      for (const connection of held) await connection.close();
    } finally {
      await small.close();
    }
  });
});

test('afterwards the memory is back where it was, and was never more than 256 MiB', { timeout: 60_000 }, async (t) => {
  await eventually(async () => (await server.rss()) < rssBefore + kComesBackBytes, 'memory back to what it was, and 20 MiB', 30_000).catch(() => {});
  const [now, peak] = [await server.rss(), await server.rssPeak()];
  t.diagnostic(`before ${mib(rssBefore)}, now ${mib(now)}, at most ${mib(peak)}`);
  assert.ok(now < rssBefore + kComesBackBytes, `${mib(now)}, before ${mib(rssBefore)}`);
  assert.ok(peak < kPeakBytes, mib(peak));
});
