// A site's own names with the real binary: set over REST, recognised in what visitors write, asked for by flows, and checked.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { demoAgent, say, signIn, visitor } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

let server;
let agent;
let site;

const kLists = [
  { name: 'product', names: [{ name: '台灯专业版', otherNames: ['Lamp Pro', 'MX-90210'] }, { name: 'Desk lamp', otherNames: ['台灯'] }] },
  { name: 'branch', names: [{ name: '王府井店', otherNames: ['王府井'] }, { name: 'Paris' }] },
];
const kRepair = {
  kind: 'KNOWLEDGE_KIND_FLOW',
  title: 'I need a repair',
  phrasings: ['my lamp is broken', 'something is broken'],
  steps: [
    { id: 'product', ask: { text: 'Which product?', slot: 'product', kind: 'FLOW_SLOT_KIND_LISTED', nameList: 'product', again: 'One of our lamps.' }, next: 'branch' },
    { id: 'branch', ask: { text: 'Which branch is near you?', slot: 'branch', kind: 'FLOW_SLOT_KIND_LISTED', nameList: 'branch' }, next: 'which' },
    { id: 'which', branch: { conditions: [{ slot: 'product', operator: 'FLOW_OPERATOR_EQUALS', value: '台灯专业版', next: 'pro' }] }, next: 'plain' },
    { id: 'pro', end: { text: 'Bring the {product} to {branch}: five years.' } },
    { id: 'plain', end: { text: 'Bring the {product} to {branch}: two years.' } },
  ],
};

before(async () => {
  server = await Server.start({ args: ['--demo-bot'] });
  agent = await demoAgent(server);
  site = (await agent.get('/sites')).sites.find((one) => one.key === 'demo');
  await agent.post('/knowledge/entries', kRepair);
});
after(() => server?.close());

const setLists = (nameLists) => agent.call('PATCH', `/sites/${site.id}`, { body: { bot: { ...site.bot, nameLists } } });
const byBot = (event) => event.message && event.actor.kind === 'ACTOR_KIND_BOT';
const saysBot = (pattern) => (event) => byBot(event) && pattern.test(event.message.text);
const entities = async (conversationId) => (await agent.log(conversationId)).filter((event) => event.botDecided).map((event) => (event.botDecided.entities ?? []).map((one) => `${one.kind} ${one.value}`));

test('names of the site’s lists are recognised under its own name, and asked for by flows', async () => {
  const changed = await setLists(kLists);
  assert.equal(changed.status, 200);
  assert.deepEqual(changed.json.bot.nameLists[0].names[0].otherNames, ['Lamp Pro', 'MX-90210']);
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'something is broken');
  await connection.event(saysBot(/^Which product\?$/));
  await say(connection, conversationId, 'a sofa');
  await connection.event(saysBot(/^One of our lamps\.$/));
  // What is told beside it is not asked for.
  await say(connection, conversationId, 'the LAMP  PRO, and I live near 王府井');
  await connection.event(saysBot(/^Bring the 台灯专业版 to 王府井店: five years\.$/));
  assert.deepEqual(await entities(conversationId), [[], [], ['product 台灯专业版', 'branch 王府井店']]);
  await connection.close();
});

test('a name that looks like an order number is none', async () => {
  const siteId = site.id;
  const { decided } = await agent.post('/bot/try', { siteId, text: 'order MX-90210, and order number 202411230001' });
  assert.deepEqual(decided.entities.map((one) => `${one.kind} ${one.value}`), ['product 台灯专业版', 'order_number 202411230001']);
});

test('what is changed is recognised from the next message on, and a list that is gone sends its question to people', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'something is broken');
  await connection.event(saysBot(/^Which product\?$/));
  assert.equal((await setLists([{ name: 'product', names: [{ name: 'Sofa' }] }])).status, 200);
  await say(connection, conversationId, 'a sofa');
  await connection.event(saysBot(/^Which branch is near you\?$/));
  await say(connection, conversationId, 'Paris');
  await connection.event((event) => event.seq > 8 && saysBot(/^Which branch is near you\?$/)(event));
  await say(connection, conversationId, 'Paris, I said');
  await connection.event((event) => event.holderChanged?.reason === 'HOLDER_REASON_HANDED_OVER');
  await connection.close();
});

test('lists outlive a restart', async () => {
  await setLists(kLists);
  await server.kill();
  await server.restart();
  agent = await demoAgent(server);
  const { decided } = await agent.post('/bot/try', { siteId: site.id, text: 'do you have the desk lamp in Paris?' });
  assert.deepEqual(decided.entities.map((one) => `${one.kind} ${one.value}`), ['product Desk lamp', 'branch Paris']);
});

test('what cannot be kept is refused with its code, and leaves the lists as they were', async () => {
  const names = (count, size = 3) => Array.from({ length: count }, (_, i) => ({ name: `${i}`.padStart(size, '0') }));
  for (const [lists, status, code, reason] of [
    [[{ name: 'my products' }], 400, 'name_list_invalid', /letters, digits/],
    [[{ name: 'phone' }], 400, 'name_list_invalid', /without a list/],
    [[{ name: 'a' }, { name: 'a' }], 400, 'name_list_invalid', /is there twice/],
    [[{ name: 'a', names: [{ name: ' ' }] }], 400, 'name_list_invalid', /a name is empty/],
    [[{ name: 'a', names: [{ name: 'x', otherNames: ['a\nb'] }] }], 400, 'name_list_invalid', /no line of text/],
    [Array.from({ length: 21 }, (_, i) => ({ name: `l${i}` })), 413, 'name_lists_too_large', /at most 20 lists/],
    [[{ name: 'a', names: names(1_001) }, { name: 'b', names: names(1_000) }], 413, 'name_lists_too_large', /at most 2000 names/],
    [[{ name: 'a', names: [{ name: 'x', otherNames: names(21).map((one) => one.name) }] }], 413, 'name_lists_too_large', /more than 20 other names/],
    [[{ name: 'a', names: [{ name: 'x'.repeat(201) }] }], 413, 'name_lists_too_large', /over 200 bytes/],
  ]) {
    const answer = await setLists(lists);
    assert.equal(answer.status, status, JSON.stringify(answer.json));
    assert.equal(answer.json.code, code);
    assert.match(answer.json.detail, reason);
  }
  const kept = (await agent.get('/sites')).sites.find((one) => one.id === site.id).bot.nameLists;
  assert.deepEqual(kept.map((list) => list.name), ['product', 'branch']);
  const ask = { text: 'Which?', slot: 'x', kind: 'FLOW_SLOT_KIND_LISTED' };
  const flow = await agent.call('POST', '/knowledge/entries', { body: { ...kRepair, title: 'Another', steps: [{ id: 'a', ask }] } });
  assert.equal(flow.status, 400);
  assert.match(flow.json.detail, /step 'a' needs the name of one of the site's lists/);
});

test('agents read the lists and do not change them, visitors do neither', async () => {
  const password = 'correct horse battery staple';
  for (const [name, role] of [['reader', 'ROLE_AGENT'], ['keeper', 'ROLE_SUPERVISOR']]) {
    await agent.post('/agents', { email: `${name}@example.test`, name, role, password });
  }
  const reader = await signIn(server, { email: 'reader@example.test', password });
  const bot = { ...site.bot, nameLists: [{ name: 'mine' }] };
  assert.equal((await reader.call('PATCH', `/sites/${site.id}`, { body: { bot } })).status, 403);
  assert.equal((await reader.get('/sites')).sites.find((one) => one.id === site.id).bot.nameLists.length, 2);
  const keeper = await signIn(server, { email: 'keeper@example.test', password });
  assert.equal((await keeper.call('PATCH', `/sites/${site.id}`, { body: { bot: { ...bot, nameLists: kLists } } })).status, 200);
  const { connection, conversationId, session } = await visitor(server);
  await say(connection, conversationId, '台灯');
  await connection.event(byBot);
  assert.ok(!JSON.stringify([session, connection.frames]).includes('Desk lamp'), 'what the lists hold is not told to visitors');
  await connection.close();
});
