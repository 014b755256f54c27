// More agents than a turn of the loop tells, all with one conversation open: everybody has everything, and nobody else waits for it.
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

  // What is told in slices beside events: rows of lists, the newest last, typing, who is there.
  const rows = (desk) => desk.frames.filter((frame) => frame.conversationUpdate?.conversation.id === conversationId).map((frame) => frame.conversationUpdate.conversation.lastSeq);
  await eventually(() => desks.every((desk) => rows(desk).at(-1) === last), 'the newest row is the last one on every list');
  for (const desk of desks) assert.deepEqual(rows(desk), rows(desk).toSorted((a, b) => a - b), 'rows in order');
  const typed = (text) => desks.filter((desk) => desk.frames.some((frame) => frame.typing?.text === text)).length;
  for (const text of ['h', 'ha', 'half a thought']) connection.send({ typing: { conversationId, active: true, text } });
  await eventually(() => typed('half a thought') === desks.length, 'everybody sees what is being typed');
  assert.equal(connection.frames.some((frame) => frame.typing), false, 'its own typing does not come back');
  const offline = (at) => at.frames.filter((frame) => frame.visitorPresence?.offline?.includes(other.conversationId)).length;
  await other.connection.close();
  await eventually(() => desks.every((desk) => offline(desk) === 1), 'everybody learns that a visitor went');
  await connection.close();
  for (const desk of desks) desk.terminate();
});
