// Dialogue flows with the real binary: drawn over REST, run for a visitor from the log, with a tool of the operator's, over a kill and without any language model.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientId, demoAgent, eventually, say, visitor, visitorSocket } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

let server;
let agent;
let shop;
let directory;
// By order number; what is not there is answered with 404.
const orders = { 'A-17': { state: 'on its way', days: 3 }, 'A-18': { state: 'lost', days: 30 } };
let held = null;
let asked = 0;

const kParcel = {
  kind: 'KNOWLEDGE_KIND_FLOW',
  title: 'Where is my parcel?',
  phrasings: ['track my parcel', 'where is the thing I ordered'],
  labels: ['shipping'],
  steps: [
    { id: 'number', ask: { text: 'Which order is it?', slot: 'number', kind: 'FLOW_SLOT_KIND_ORDER_NUMBER', again: 'It looks like A-17.' }, next: 'look' },
    {
      id: 'look',
      call: {
        tool: 'order_status', arguments: [{ name: 'number', value: '{number}' }],
        results: [{ slot: 'state', pointer: '/state' }, { slot: 'days', pointer: '/days' }], notFoundNext: 'unknown',
      },
      next: 'long',
    },
    { id: 'unknown', say: { text: 'There is no order {number}.' }, next: 'number' },
    { id: 'long', branch: { conditions: [{ slot: 'days', operator: 'FLOW_OPERATOR_GREATER', value: '10', next: 'people' }] }, next: 'say' },
    { id: 'say', say: { text: 'Order {number} is {state}.' }, next: 'more' },
    { id: 'more', choose: { text: 'Another one?', options: [{ text: 'Yes, another', next: 'number' }, { text: 'No, done' }] }, next: 'end' },
    { id: 'end', end: { text: 'Glad to help.' } },
    { id: 'people', end: { text: 'That is too long, I am sorry.', handOver: true } },
  ],
};

before(async () => {
  shop = createServer(async (request, response) => {
    ++asked;
    if (held) await held;
    const order = orders[decodeURIComponent(request.url.split('/').at(-1))];
    response.writeHead(order ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(order ?? {}));
  }).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  directory = await mkdtemp(join(tmpdir(), 'weikeyi-flow-'));
  const tool = { name: 'order_status', description: 'Where an order is', url: `http://127.0.0.1:${shop.address().port}/orders/{number}`, arguments: { number: { type: 'string' } } };
  await writeFile(join(directory, 'tools.json'), JSON.stringify({ tools: [tool] }));
  server = await Server.start({ args: ['--demo-bot', '--llm-config', join(directory, 'tools.json')] });
  agent = await demoAgent(server);
  await agent.post('/knowledge/entries', kParcel);
});
after(async () => {
  await server?.close();
  shop?.close();
  shop?.closeAllConnections();
  await rm(directory, { recursive: true, force: true });
});

const byBot = (event) => event.message && event.actor.kind === 'ACTOR_KIND_BOT';
const saysBot = (pattern) => (event) => byBot(event) && pattern.test(event.message.text);
const decisions = async (conversationId) => (await agent.log(conversationId)).filter((event) => event.botDecided).map((event) => event.botDecided);

test('a flow asks, looks up, branches, offers and ends, and everything of it is in the log', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'track my parcel');
  await connection.event(saysBot(/^Which order is it\?$/));
  await say(connection, conversationId, 'it is A-99 I think');
  await connection.event(saysBot(/^There is no order A-99\.\n\nWhich order is it\?$/));
  await say(connection, conversationId, 'sorry: A-17');
  const found = await connection.event(saysBot(/^Order A-17 is on its way\.\n\nAnother one\?$/));
  assert.deepEqual(found.message.choices.slice(0, 2), ['Yes, another', 'No, done']);
  await say(connection, conversationId, 'No, done');
  await connection.event(saysBot(/^Glad to help\.$/));

  const why = await decisions(conversationId);
  assert.deepEqual(why.map((one) => one.reason), Array(4).fill('BOT_REASON_FLOW'));
  assert.deepEqual(why.map((one) => one.flow?.step), ['number', 'number', 'more', undefined]);
  assert.deepEqual(why[2].flowSteps, ['look', 'long', 'say', 'more']);
  assert.equal(why[2].flow.values.find((one) => one.slot === 'state').value, 'on its way');
  const summary = await agent.get(`/conversations/${conversationId}`);
  assert.deepEqual(summary.labels, ['shipping'], 'labelled by what was asked for');
  assert.equal(summary.botFlow, undefined);
  assert.ok(!JSON.stringify(connection.events()).includes('botDecided'), 'visitors are not shown why');
  await connection.close();
});

test('a way that is drawn to people brings them, with what was said', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'where is the thing I ordered');
  await connection.event(saysBot(/Which order/));
  await say(connection, conversationId, 'A-18');
  await connection.event(saysBot(/^That is too long, I am sorry\.\n\n/));
  await connection.event((event) => event.holderChanged?.reason === 'HOLDER_REASON_HANDED_OVER');
  await connection.close();
});

test('a kill in the middle loses nothing: the flow goes on where it stood, and a tool that was being asked is asked again', async () => {
  const { connection, conversationId, session } = await visitor(server);
  await say(connection, conversationId, 'track my parcel');
  await connection.event(saysBot(/Which order/));
  let letGo;
  held = new Promise((resolve) => (letGo = resolve));
  await say(connection, conversationId, 'A-17');
  await server.kill();
  held = null;
  letGo();
  await server.restart();
  agent = await demoAgent(server);
  const again = await visitorSocket(server, session);
  await again.request({ subscribe: { conversationId, afterSeq: 0 } });
  await again.event(saysBot(/Order A-17 is on its way/));
  assert.equal(again.events().filter(saysBot(/Order A-17/)).length, 1);
  await again.close();
});

test('who asks for a person does not wait for a tool that is being asked', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'track my parcel');
  await connection.event(saysBot(/Which order/));
  let letGo;
  held = new Promise((resolve) => (letGo = resolve));
  const before = asked;
  await say(connection, conversationId, 'A-17');
  await eventually(() => asked > before, 'the tool is being asked');
  const since = performance.now();
  await say(connection, conversationId, 'let me talk to a human');
  await connection.event((event) => event.holderChanged?.reason === 'HOLDER_REASON_HANDED_OVER');
  const ms = performance.now() - since;
  held = null;
  letGo();
  // The tool is given up after 3 s.
  assert.ok(ms < 2_000, `${ms} ms`);
  assert.ok(!connection.events().some(saysBot(/on its way/)));
  await connection.close();
});

const kCallBack = {
  kind: 'KNOWLEDGE_KIND_FLOW',
  title: 'Please call me back',
  phrasings: ['call me back', 'can somebody ring me'],
  steps: [
    { id: 'phone', ask: { text: 'Under which number?', slot: 'phone', kind: 'FLOW_SLOT_KIND_PHONE', saveToContact: true }, next: 'mail' },
    { id: 'mail', ask: { text: 'And your e-mail address?', slot: 'mail', kind: 'FLOW_SLOT_KIND_EMAIL', saveToContact: true }, next: 'end' },
    { id: 'end', end: { text: 'We will call {phone} and write to {mail}.' } },
  ],
};
const learnt = async (conversationId) => (await agent.log(conversationId)).filter((event) => event.contactChanged);
const contactOf = async (conversationId) => agent.get(`/contacts/${(await agent.get(`/conversations/${conversationId}`)).contactId}`);

test('what a flow asks for becomes the contact’s where it has none, in the log, and is found', async () => {
  await agent.post('/knowledge/entries', kCallBack);
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'call me back');
  await connection.event(saysBot(/^Under which number\?$/));
  await say(connection, conversationId, '138 0013 8000');
  await connection.event(saysBot(/^And your e-mail address\?$/));
  await say(connection, conversationId, 'Mei.Flow@Shop.example');
  await connection.event(saysBot(/^We will call 13800138000 and write to mei\.flow@shop\.example\.$/));
  const events = await learnt(conversationId);
  assert.deepEqual(events.map((event) => [event.actor.kind, event.contactChanged.phone, event.contactChanged.email]), [['ACTOR_KIND_BOT', '13800138000', ''], ['ACTOR_KIND_BOT', '', 'mei.flow@shop.example']]);
  await eventually(async () => (await contactOf(conversationId)).email === 'mei.flow@shop.example', 'the contact has it');
  assert.equal((await contactOf(conversationId)).phone, '13800138000');
  const { contacts } = await agent.get('/contacts?text=mei.flow');
  assert.deepEqual(contacts.map((one) => one.id), [(await contactOf(conversationId)).id]);
  assert.ok(!JSON.stringify(connection.events()).includes('contactChanged'), 'visitors are not told what is kept of them');

  // Asked once more, what is known stays.
  await say(connection, conversationId, 'can somebody ring me');
  await connection.event((event) => event.seq > events[1].seq + 2 && saysBot(/^Under which number\?$/)(event));
  await say(connection, conversationId, '139 0013 9000');
  await connection.event((event) => event.seq > events[1].seq + 4 && saysBot(/^And your e-mail address\?$/)(event));
  assert.equal((await learnt(conversationId)).length, 2);
  assert.equal((await contactOf(conversationId)).phone, '13800138000');
  await connection.close();
});

test('what a visitor said of themselves stands, also where the flow comes later', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'hello');
  await connection.event(byBot);
  await connection.request({ append: { conversationId, clientId: clientId(), contact: { phone: '13700137000' } } });
  await eventually(async () => (await contactOf(conversationId)).phone === '13700137000', 'it is known');
  await say(connection, conversationId, 'call me back, 13800138000');
  await connection.event(saysBot(/^And your e-mail address\?$/));
  assert.deepEqual((await learnt(conversationId)).map((event) => event.contactChanged.phone), ['13700137000']);
  assert.equal((await contactOf(conversationId)).phone, '13700137000');
  await connection.close();
});

test('a kill after the answer keeps it once: with the turn or not at all', async () => {
  const { connection, conversationId, session } = await visitor(server);
  await say(connection, conversationId, 'can somebody ring me');
  await connection.event(saysBot(/^Under which number\?$/));
  await say(connection, conversationId, '13500135000');
  await server.kill();
  await server.restart();
  agent = await demoAgent(server);
  const again = await visitorSocket(server, session);
  await again.request({ subscribe: { conversationId, afterSeq: 0 } });
  await again.event(saysBot(/^And your e-mail address\?$/));
  await eventually(async () => (await contactOf(conversationId)).phone === '13500135000', 'the contact has it');
  assert.deepEqual((await learnt(conversationId)).map((event) => event.contactChanged.phone), ['13500135000']);
  await server.kill();
  await server.restart();
  agent = await demoAgent(server);
  assert.equal((await contactOf(conversationId)).phone, '13500135000');
  assert.equal((await learnt(conversationId)).length, 1);
  await again.close();
});

test('switched off in the middle the conversation goes to people at once', async () => {
  const site = (await agent.get('/sites')).sites.find((one) => one.key === 'demo');
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'track my parcel');
  await connection.event(saysBot(/Which order/));
  await agent.ok('PATCH', `/sites/${site.id}`, { bot: { ...site.bot, enabled: false } });
  await connection.event((event) => event.holderChanged?.reason === 'HOLDER_REASON_HANDED_OVER');
  await eventually(async () => (await agent.get(`/conversations/${conversationId}`)).botFlow === undefined, 'no flow is under way');
  await agent.ok('PATCH', `/sites/${site.id}`, { bot: { ...site.bot, enabled: true } });
  await connection.close();
});

test('the test bench runs a flow turn by turn, storing nothing', async () => {
  const siteId = (await agent.get('/sites')).sites.find((one) => one.key === 'demo').id;
  assert.deepEqual((await agent.get(`/bot/tools?site=${siteId}`)).tools.map((tool) => [tool.name, tool.arguments[0].type]), [['order_status', 'string']]);
  const first = await agent.post('/bot/try', { siteId, text: 'track my parcel' });
  const second = await agent.post('/bot/try', { siteId, text: 'A-17', flow: first.decided.flow });
  assert.match(second.reply.text, /^Order A-17 is on its way/);
  assert.equal(second.decided.flow.step, 'more');
});

test('what cannot be run is refused with what is wrong with it', async () => {
  const create = (change) => agent.call('POST', '/knowledge/entries', { body: { ...kParcel, title: 'Another', ...change } });
  for (const [change, reason] of [
    [{ steps: [] }, /a flow needs a step/],
    [{ steps: [{ id: 'a', say: { text: 'Hm.' }, next: 'b' }] }, /step 'a' goes on to 'b', which is not there/],
    [{ steps: [{ id: 'a', call: { tool: 'reboot' } }] }, /asks a tool that is not there/],
    [{ kind: 'KNOWLEDGE_KIND_FAQ', body: 'x' }, /only a flow has steps/],
    [{ labels: Array(11).fill('x') }, /too many labels/],
    [{ steps: [{ id: 'a', ask: { text: 'When?', slot: 'a', kind: 'FLOW_SLOT_KIND_DATE', saveToContact: true } }] }, /step 'a' can keep only a telephone number or an e-mail address in the contact/],
  ]) {
    const { status, json } = await create(change);
    assert.ok(status === 400 || status === 413, `${status}`);
    assert.match(json.detail, reason);
  }
});
