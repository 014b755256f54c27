// A hundred who follow busy conversations and read 1 KB a second (docs/protocol.md P47): they are late, and nobody else is; nothing piles up for them; and when
// they read on, nothing is missing.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { agentSocket, demoAgent, delay, say, visitor } from '../e2e/lib/people.mjs';
import { Attacker, HealthyClient } from './lib/attack.mjs';
import { assertHealthy } from './lib/raw.mjs';

const kReaders = 100;
const kSeconds = 8;
const kP99Ms = 50;
// Each of them may have 256 KiB queued here, and a frame more.
const kGrowthBytes = kReaders * (320 << 10);
const text = 'what everybody who follows it is sent, and some never read. '.repeat(270);

const server = await Server.start({ args: ['--visitor-frames-per-second', '1000', '--visitor-sessions-per-second', '10000'] });
let healthy;

before(async () => {
  healthy = await HealthyClient.start(server);
});
after(async () => {
  await healthy?.stop();
  await server.close();
});

/** Visitors who write 16 KB ten times a second, each more in a second than their slow readers take in minutes. */
async function write(busy, seconds) {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    const since = Date.now();
    await Promise.all(busy.map(async (one) => (one.seq = (await say(one.connection, one.conversationId, text)).seq)));
    await delay(Math.max(0, 100 - (Date.now() - since)));
  }
}

test('a hundred slow readers of busy conversations', { timeout: 120_000 }, async (t) => {
  const busy = [];
  for (let i = 0; i < 2; ++i) {
    const one = await visitor(server);
    one.seq = (await say(one.connection, one.conversationId, 'hello')).seq;
    busy.push(one);
  }
  const desk = await agentSocket(server, await demoAgent(server));
  const { secret } = await (await demoAgent(server)).post('/tokens', { name: 'slow readers', role: 'ROLE_AGENT' });
  // The same writing without them first: what the healthy client's time is measured by.
  healthy.take();
  await write(busy, kSeconds / 2);
  const calm = healthy.take();
  const before = await server.rss();

  const from = busy[0].seq;
  const second = { frames: [{ hello: { visitorToken: busy[0].session.token, client: 'slow/1', resume: [{ conversationId: busy[0].conversationId, afterSeq: from }] } }], subscriptions: 0 };
  const agent = {
    frames: [{ hello: { apiToken: secret, client: 'slow/1' } }, ...busy.map((one, i) => ({ ref: i + 2, subscribe: { conversationId: one.conversationId, afterSeq: one.seq } }))],
    subscriptions: busy.length,
  };
  const task = { kind: 'slowReaders', port: server.port, count: kReaders, verify: 4, seconds: kSeconds + 4, hellos: [second, agent], conversationId: busy[0].conversationId, throughSeq: from + kSeconds * 5 };
  const readers = new Attacker(task);
  assert.deepEqual(await readers.next(), { following: kReaders });

  healthy.take();
  let most = before;
  const watching = setInterval(() => void server.rss().then((rss) => (most = Math.max(most, rss))), 100);
  await write(busy, kSeconds);
  clearInterval(watching);
  const times = healthy.take();
  assert.ok(busy[0].seq >= task.throughSeq, `only ${busy[0].seq - from} messages in ${kSeconds} s`);
  const result = await readers.next();
  const median = result.readBytes.sort((a, b) => a - b)[kReaders / 2];
  t.diagnostic(`written ${((busy[0].seq - from) * text.length) >> 10} KiB a conversation, read ${median >> 10} KiB each; the healthy client: p50 ${times.p50.toFixed(1)}, p99 ${times.p99.toFixed(1)} ms (without them ${calm.p99.toFixed(1)}); memory ${((most - before) / 1048576).toFixed(1)} MiB more`);
  assert.ok(median < 64 << 10, `they read ${median} bytes: too much for this to be a test`);
  assert.equal(result.cut, 0, 'who reads slowly is late, not sent away');
  assert.equal(result.gaps, 0);
  assert.equal(result.complete, task.verify, 'who reads on has all of it');
  assert.ok(times.p99 < Math.max(kP99Ms, 3 * calm.p99), `p99 ${times.p99} ms`);
  assert.ok(most - before < kGrowthBytes, `${most - before} bytes`);
  await assertHealthy(server);
  await desk.close();
});
