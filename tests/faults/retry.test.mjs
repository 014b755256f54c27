// The same client id once more, in every way it may come late: after a restart, after its message has moved to the archive, at the same
// time on two sockets (P30, P31, P35). One message, the same number.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { agentSocket, clientId, demoAgent, eventually, note, say, visitor, visitorSession, visitorSocket } from '../e2e/lib/people.mjs';
import { ShiftedClock } from './lib/clock.mjs';

const kDayMs = 86_400_000;

let clock;
let server;
before(async () => {
  clock = ShiftedClock.make();
  server = await Server.start({ env: clock?.env ?? {} });
});
after(async () => {
  await server?.close();
  clock?.close();
});

const kDays = 31;

async function archivedEvents(agent) {
  const metrics = new TextDecoder().decode((await agent.call('GET', '/metrics')).bytes);
  return Number(metrics.match(/^weikeyi_archived_events_total (\d+)/m)?.[1] ?? 0);
}

/** On two sockets at once, each twice: all four answers must be the same. */
async function again(sockets, conversationId, { id, seq, text, as }) {
  const acks = await Promise.all([...sockets, ...sockets].map((socket) => as(socket, conversationId, text, id)));
  for (const ack of acks) assert.equal(ack.seq, seq, `${id} is ${seq}, its retry was acked as ${ack.seq}`);
}

test(`a client id that comes again after a restart, after ${kDays} days and on two sockets is one message`, { timeout: 120_000 }, async (t) => {
  const { session, connection, conversationId } = await visitor(server);
  const sent = { visitor: [], agent: [] };
  // Of both kinds of ids: those whose time the server reads and those it has to look for.
  const ids = () => [clientId(), `order/${Math.random().toString(36).slice(2)}`, clientId()];
  for (const id of ids()) {
    const ack = await say(connection, conversationId, `visitor ${id}`, id);
    sent.visitor.push({ id, seq: ack.seq, text: `visitor ${id}`, as: say });
  }
  let agent = await demoAgent(server);
  const desk = await agentSocket(server, agent);
  for (const [i, id] of ids().entries()) {
    const as = i === 1 ? note : say;
    const ack = await as(desk, conversationId, `agent ${id}`, id);
    sent.agent.push({ id, seq: ack.seq, text: `agent ${id}`, as });
  }
  // New ones at the same time on two sockets: whichever is first, both are told the same.
  const both = [connection, await visitorSocket(server, session)];
  for (const id of ids()) {
    const text = `at once ${id}`;
    const acks = await Promise.all(both.map((socket) => say(socket, conversationId, text, id)));
    assert.equal(acks[0].seq, acks[1].seq);
    sent.visitor.push({ id, seq: acks[0].seq, text, as: say });
  }
  const log = await agent.log(conversationId);

  let token = session.token;
  const retryAll = async () => {
    // A visitor's token lasts 30 days and is renewed when half of that is over.
    const renewed = await visitorSession(server, { visitorToken: token });
    assert.equal(renewed.conversationId, conversationId);
    token = renewed.token;
    const visitors = [await visitorSocket(server, renewed), await visitorSocket(server, renewed)];
    agent = await demoAgent(server);
    const desks = [await agentSocket(server, agent), await agentSocket(server, agent)];
    for (const one of sent.visitor) await again(visitors, conversationId, one);
    for (const one of sent.agent) await again(desks, conversationId, one);
    assert.deepEqual(await agent.log(conversationId), log, 'the log is what it was');
  };
  const liveOn = async (days) => {
    await server.kill();
    clock?.set(days * kDayMs);
    await server.launch();
  };
  await retryAll();
  await liveOn(0);
  await retryAll();
  if (clock === null) return t.diagnostic('no C compiler here: the days do not pass');

  await liveOn(20);
  await retryAll();
  // Once more where the events are no longer in the warm tier.
  await liveOn(kDays);
  agent = await demoAgent(server);
  const all = (await agent.get('/conversations?limit=100')).conversations;
  const events = all.reduce((sum, conversation) => sum + conversation.lastSeq, 0);
  await eventually(async () => (await archivedEvents(agent)) >= events, 'everything is archived', 30_000);
  await retryAll();
  await liveOn(kDays);
  await retryAll();
});
