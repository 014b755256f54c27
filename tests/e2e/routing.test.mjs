// The queue gives conversations out by itself where the site says so, and follows presence, capacity and time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agentSocket, clientId, delay, demoAgent, eventually, say, subscribe, visitor } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

let server, lead, site, first, second;
before(async () => {
  server = await Server.start();
  lead = await demoAgent(server);
  site = (await lead.get('/sites')).sites[0];
  await route('ROUTING_STRATEGY_LEAST_BUSY');
});
after(() => server?.close());

const route = (routing) => lead.ok('PATCH', `/sites/${site.id}`, { routing });
const holder = async (id) => (await lead.get(`/conversations/${id}`)).holder;
const heldByAgent = (id) =>
  eventually(async () => {
    const now = await holder(id);
    return now.kind === 'HOLDER_KIND_AGENT' ? now.agentId : undefined;
  }, 'an agent holds it');

test('a conversation waits while nobody is there, and is given out when somebody comes', async () => {
  const room = await visitor(server);
  await say(room.connection, room.conversationId, 'anybody?');
  await delay(300);
  assert.equal((await holder(room.conversationId)).kind, 'HOLDER_KIND_QUEUE');
  first = await agentSocket(server, lead);
  assert.equal(await heldByAgent(room.conversationId), lead.agent.id);
  await room.connection.close();
});

test('the less busy of two gets the next one', async () => {
  const lin = await demoAgent(server, 1);
  second = await agentSocket(server, lin);
  // Whoever holds fewer now is Lin, who holds none.
  const room = await visitor(server);
  await say(room.connection, room.conversationId, 'hello');
  assert.equal(await heldByAgent(room.conversationId), lin.agent.id);
  await room.connection.close();
});

test('who is busy or full is passed over', async () => {
  first.send({ setPresence: { presence: 'PRESENCE_BUSY' } });
  const lin = (await lead.get('/agents')).agents.find((agent) => agent.email === 'lin@weikeyi.local');
  await lead.ok('PATCH', `/agents/${lin.id}`, { capacity: lin.heldConversations });
  const room = await visitor(server);
  await say(room.connection, room.conversationId, 'hello');
  await delay(400);
  assert.equal((await holder(room.conversationId)).kind, 'HOLDER_KIND_QUEUE');
  await lead.ok('PATCH', `/agents/${lin.id}`, { capacity: 10 });
  assert.equal(await heldByAgent(room.conversationId), lin.id);
  first.send({ setPresence: { presence: 'PRESENCE_ONLINE' } });
  await room.connection.close();
});

test('a snoozed conversation wakes when its time has come', async () => {
  const room = await visitor(server);
  await say(room.connection, room.conversationId, 'later');
  await heldByAgent(room.conversationId);
  await subscribe(first, room.conversationId);
  await first.request({
    append: {
      conversationId: room.conversationId,
      clientId: clientId(),
      changeState: { to: 'CONVERSATION_STATE_SNOOZED', snoozedUntilMs: String(Date.now() + 1_200) },
    },
  });
  assert.equal((await lead.get(`/conversations/${room.conversationId}`)).state, 'CONVERSATION_STATE_SNOOZED');
  await eventually(async () => (await lead.get(`/conversations/${room.conversationId}`)).state === 'CONVERSATION_STATE_OPEN', 'it is open again');
  await room.connection.close();
});

test('where agents claim by hand, nothing is given out', async () => {
  await route('ROUTING_STRATEGY_MANUAL');
  const room = await visitor(server);
  await say(room.connection, room.conversationId, 'hello');
  await delay(400);
  assert.equal((await holder(room.conversationId)).kind, 'HOLDER_KIND_QUEUE');
  await room.connection.close();
  await first.close();
  await second.close();
});

test('after a crash it is known who waits and whose load is what', async () => {
  const held = async () => JSON.stringify((await lead.get('/agents')).agents.map((agent) => agent.heldConversations ?? 0));
  const before = await held();
  assert.notEqual(before, '[0,0]');
  const room = await visitor(server);
  await say(room.connection, room.conversationId, 'just before the end');
  await server.kill();
  await server.launch();
  await eventually(async () => (await held()) === before, `loads are ${before} again`);
  assert.equal((await holder(room.conversationId)).kind, 'HOLDER_KIND_QUEUE');
  await route('ROUTING_STRATEGY_LEAST_BUSY');
  first = await agentSocket(server, lead);
  assert.equal(await heldByAgent(room.conversationId), lead.agent.id);
  await first.close();
});
