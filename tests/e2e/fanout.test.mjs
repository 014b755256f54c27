// One conversation with more subscribers than a turn of the loop tells: everybody has everything, and nobody else waits for it.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from './lib/server.mjs';
import { agentSocket, demoAgent, eventually, say, subscribe, visitor } from './lib/people.mjs';

const kSubscribers = 700;

let server;
let agent;
const desks = [];

before(async () => {
  // One loop: all subscribers are on it.
  server = await Server.start({ args: ['--loops', '1'] });
  agent = await demoAgent(server);
  const unlimited = { perSecond: 0, burst: 0 };
  await agent.ok('PATCH', '/settings/admission', { newConnectionsPerAddress: unlimited, hellosPerAddress: unlimited });
});
after(() => server?.close());

test('hundreds of subscribers have each event once and in order, also those that come and go meanwhile', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'first');
  const join = async () => {
    const desk = await agentSocket(server, agent);
    await subscribe(desk, conversationId);
    return desk;
  };
  while (desks.length < kSubscribers) desks.push(...(await Promise.all(Array.from({ length: 50 }, join))));

  const other = await visitor(server);
  const acks = [];
  for (let i = 0; i < 30; ++i) {
    const [ack] = await Promise.all([
      say(connection, conversationId, `event ${i}`),
      say(other.connection, other.conversationId, `beside ${i}`),
      ...(i % 5 === 0 ? [join().then((desk) => desks.push(desk))] : []),
    ]);
    acks.push(ack);
    if (i % 5 === 0) desks.splice(3 * i, 1)[0].terminate();
  }
  const last = acks.at(-1).seq;
  const behind = () => desks.filter((desk) => desk.events(conversationId).at(-1)?.seq !== last);
  await eventually(() => behind().length === 0, 'everybody has the last event');
  for (const desk of desks) {
    const seqs = desk.events(conversationId).map((event) => event.seq);
    assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i), 'without gap, and nothing twice');
  }
  assert.equal(desks[0].events(conversationId).length, last);
  await connection.close();
  await other.connection.close();
  for (const desk of desks) desk.terminate();
});
