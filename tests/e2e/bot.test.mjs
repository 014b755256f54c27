// The AI agent with the real binary: it answers, asks back, hands over, answers once after any crash, and never stands between people.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Server, binary } from './lib/server.mjs';
import { Refused } from './lib/connection.mjs';
import { Api, agentSocket, clientId, demoAgent, eventually, say, visitor, visitorSession } from './lib/people.mjs';
import { metric } from './lib/metrics.mjs';

const hasModel = existsSync(join(dirname(binary), 'sentence_en.wks'));
let server;
let agent;

before(async () => {
  server = await Server.start({ args: ['--demo-bot'] });
  agent = await demoAgent(server);
});
after(() => server?.close());

const byBot = (event) => event.message && event.actor.kind === 'ACTOR_KIND_BOT';
const decided = async (conversationId) => (await agent.log(conversationId)).filter((event) => event.botDecided);
const site = async () => (await agent.get('/sites')).sites.find((one) => one.key === 'demo');
const switchBot = async (bot) => agent.ok('PATCH', `/sites/${(await site()).id}`, { bot });

test('P100, P101 a question it knows is answered at once, with its source, and why is in the log for agents alone', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, '请问怎么申请退货呀？');
  const answer = await connection.event(byBot);
  assert.match(answer.message.text, /签收后 7 天内/);
  assert.equal(answer.message.citations[0].url, 'https://shop.example/cn/returns');
  assert.deepEqual(answer.message.choices, ['转人工客服']);
  assert.equal(answer.actor.name, 'AI 助手');
  const [why] = await decided(conversationId);
  assert.equal(why.botDecided.action, 'BOT_ACTION_ANSWER');
  assert.equal(why.botDecided.reason, 'BOT_REASON_FOUND');
  assert.equal(why.botDecided.sources[0].title, '怎么申请退货？');
  assert.ok(why.botDecided.confidencePermille >= why.botDecided.confidenceWantedPermille);
  assert.ok(!connection.events().some((event) => event.botDecided), 'the visitor is not told why');
  const summary = await agent.get(`/conversations/${conversationId}`);
  assert.equal(summary.holder.kind, 'HOLDER_KIND_BOT');
  const log = await agent.log(conversationId);
  const asked = log.findIndex((event) => event.message);
  assert.ok(log.slice(0, asked).some((event) => event.holderChanged?.to.kind === 'HOLDER_KIND_BOT'), 'its before the message');
  const turn = log.slice(asked + 1).map((event) => Object.keys(event).find((name) => ['botDecided', 'labelsChanged', 'message'].includes(name)));
  assert.deepEqual(turn, ['botDecided', 'labelsChanged', 'message'], 'one turn');
  assert.equal(why.botDecided.throughSeq, log[asked].seq);
  await connection.close();
});

test('what it holds is a list of its own, until somebody takes it', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, '请问怎么申请退货呀？');
  await connection.event(byBot);
  const held = async (kind, more = '') => agent.get(`/conversations?holder_kind=${kind}&limit=200${more}`);
  const ids = (list) => (list.conversations ?? []).map((one) => one.id);
  await eventually(async () => ids(await held('bot', '&state=open')).includes(conversationId), 'it is in the list');
  const { counts, conversations } = await held('bot');
  assert.ok(conversations.every((one) => one.holder.kind === 'HOLDER_KIND_BOT'));
  assert.ok(counts.bot >= 1 && counts.bot < counts.all + 1);
  const desk = await agentSocket(server, agent);
  await desk.request({ append: { conversationId, clientId: clientId(), claim: {} } });
  await eventually(async () => !ids(await held('bot')).includes(conversationId) && ids(await held('agent')).includes(conversationId), 'it is somebody’s');
  assert.equal((await held('bot')).counts.bot ?? 0, counts.bot - 1);
  for (const wrong of ['holder_kind=robot', 'holder_kind=bot&view=mine']) assert.equal((await agent.call('GET', `/conversations?${wrong}`)).status, 400, wrong);
  await connection.close();
  await desk.close();
});

test('what it does not know it asks back once, and then hands over, saying so', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'Do you know a good restaurant in Lisbon?');
  const asked = await connection.event(byBot);
  assert.ok(asked.message.choices.includes('Talk to a person'));
  await say(connection, conversationId, 'a restaurant, I said');
  const handed = await connection.event((event) => event.holderChanged?.reason === 'HOLDER_REASON_HANDED_OVER');
  assert.equal(handed.holderChanged.to.kind, 'HOLDER_KIND_QUEUE');
  assert.equal(connection.events().filter(byBot).length, 2, 'it said that it hands over');
  // From now on it is silent.
  await say(connection, conversationId, '怎么申请退货');
  const desk = await agentSocket(server, agent);
  await say(desk, conversationId, 'Hello, I am here.');
  await connection.event((event) => event.message?.text === 'Hello, I am here.');
  assert.equal((await decided(conversationId)).length, 2);
  assert.ok((await metric(agent, 'weikeyi_bot_handed_over_total')) > 0);
  await connection.close();
  await desk.close();
});

test('P104 a person comes on request, and an agent can take over at any time', async () => {
  const first = await visitor(server);
  await say(first.connection, first.conversationId, '退款多久到账？转人工');
  await first.connection.event((event) => event.holderChanged?.reason === 'HOLDER_REASON_HANDED_OVER');
  assert.equal((await decided(first.conversationId))[0].botDecided.reason, 'BOT_REASON_REQUESTED');
  await say(first.connection, first.conversationId, '退款多久到账？');
  assert.equal((await agent.log(first.conversationId)).filter(byBot).length, 1, 'it says so, and nothing afterwards');

  const second = await visitor(server);
  await say(second.connection, second.conversationId, 'how long does delivery take?');
  await second.connection.event(byBot);
  const desk = await agentSocket(server, agent);
  await desk.request({ append: { conversationId: second.conversationId, clientId: clientId(), claim: {} } });
  await say(second.connection, second.conversationId, 'how long is the warranty?');
  await say(desk, second.conversationId, 'Two years.');
  await second.connection.event((event) => event.message?.text === 'Two years.');
  assert.equal((await decided(second.conversationId)).length, 1, 'silent once somebody has it');
  for (const { connection } of [first, second]) await connection.close();
  await desk.close();
});

test('several lines in a row are one question, and none is left without an answer', async () => {
  const { connection, conversationId } = await visitor(server);
  await Promise.all(['你好', '我想问一下', '退款多久到账？'].map((line) => say(connection, conversationId, line)));
  await connection.event((event) => byBot(event) && /2 个工作日/.test(event.message.text));
  const last = (await agent.log(conversationId)).filter((event) => event.actor.kind === 'ACTOR_KIND_VISITOR' && event.message).at(-1);
  await eventually(async () => (await decided(conversationId)).at(-1).botDecided.throughSeq === last.seq, 'everything is dealt with');
  await connection.close();
});

test('what is written down is found at once, changed at once, and gone at once', async () => {
  const entry = await agent.post('/knowledge/entries', { kind: 'KNOWLEDGE_KIND_FAQ', title: 'Do you sell gift cards?', body: 'Yes, from 10 euros.' });
  const ask = async () => (await agent.post('/bot/try', { siteId: (await site()).id, text: 'do you sell gift cards' }));
  assert.equal((await ask()).reply.text, 'Yes, from 10 euros.');
  await agent.ok('PUT', `/knowledge/entries/${entry.id}`, { ...entry, body: 'Yes, from 20 euros.' });
  assert.equal((await ask()).reply.text, 'Yes, from 20 euros.');
  await agent.ok('DELETE', `/knowledge/entries/${entry.id}`);
  assert.notEqual((await ask()).decided.action, 'BOT_ACTION_ANSWER');
  assert.equal((await agent.call('GET', `/knowledge/entries/${entry.id}`)).status, 404);
});

const kIntents = {
  'Can I pay later?': ['is there an instalment plan', 'I would like to pay in instalments', 'can I split the payment into parts', 'pay in three parts', 'do you offer monthly payments', 'buy now and pay later'],
  'Do you have a shop in town?': ['where is your store', 'can I visit you', 'is there a showroom near me', 'which city is your shop in', 'do you have a physical store', 'address of the shop'],
};

test('entries become intents: trained in the background, shown, gone back, and they answer in other words', { timeout: 120_000 }, async () => {
  const siteId = (await site()).id;
  const status = () => agent.get(`/bot/intents?site=${siteId}`);
  const trained = async (what) => {
    const before = (await status()).versions[0]?.version ?? 0;
    await agent.post('/bot/intents/train', { siteId });
    await eventually(async () => ((await status()).versions[0]?.version ?? 0) > before && (await status()).state === 'TRAINING_STATE_IDLE', what, 60_000);
    return (await status()).activeVersion;
  };
  const ask = (text) => agent.post('/bot/try', { siteId, text });
  const first = await trained('a model of the demo entries');
  const made = [];
  for (const [title, phrasings] of Object.entries(kIntents)) {
    made.push(await agent.post('/knowledge/entries', { kind: 'KNOWLEDGE_KIND_FAQ', title, phrasings, body: `About: ${title}` }));
  }
  const second = await trained('a model that knows the new entries');
  const { decided: why, reply } = await ask('could I split what I pay into monthly parts please');
  assert.equal(reply.text, 'About: Can I pay later?');
  assert.equal(why.intent, 'Can I pay later?');
  assert.ok(why.intentConfidencePermille >= why.confidenceWantedPermille);
  const details = await agent.get(`/bot/intents/${second}?site=${siteId}`);
  assert.ok(details.accuracyPermille > 0 && details.intents >= 10, JSON.stringify(details));
  assert.ok(details.weak.every((one) => one.title && one.entryId));

  await agent.ok('POST', '/bot/intents/activate', { siteId, version: first });
  assert.notEqual((await ask('could I split what I pay into monthly parts please')).decided.intent, 'Can I pay later?');
  await server.restart();
  agent = await demoAgent(server);
  await eventually(async () => (await status()).pinnedVersion === first, 'kept over a start');
  await agent.ok('POST', '/bot/intents/activate', { siteId, version: 0 });
  assert.equal((await status()).activeVersion, second);
  assert.equal((await agent.call('POST', '/bot/intents/activate', { body: { siteId, version: 99 } })).status, 404);
  assert.equal((await agent.call('GET', '/bot/intents?site=12')).status, 404);
  for (const { id } of made) await agent.ok('DELETE', `/knowledge/entries/${id}`);
});

test('a question that is asked again costs no second pass through the model', { skip: !hasModel && 'the build has no sentence model' }, async () => {
  const id = (await site()).id;
  const computed = () => metric(agent, 'weikeyi_sentence_vectors_computed_total');
  const read = () => metric(agent, 'weikeyi_sentence_vectors_read_total');
  const question = { siteId: id, text: 'when will my parcel come' };
  await agent.post('/bot/try', question);
  const [before, beforeRead] = [await computed(), await read()];
  await agent.post('/bot/try', question);
  assert.equal(await computed(), before);
  assert.ok((await read()) > beforeRead);
});

test('bad entries are refused with a reason', async () => {
  for (const [body, status] of [
    [{ kind: 'KNOWLEDGE_KIND_FAQ', title: ' ', body: 'x' }, 400],
    [{ title: 'x', body: 'x' }, 400],
    [{ kind: 'KNOWLEDGE_KIND_FAQ', title: 'x', body: 'x', url: 'javascript:alert(1)' }, 400],
    [{ kind: 'KNOWLEDGE_KIND_FAQ', title: 'x', body: 'x', siteId: '12' }, 400],
    [{ kind: 'KNOWLEDGE_KIND_ARTICLE', title: 'x', body: 'x', phrasings: ['y'] }, 400],
    [{ kind: 'KNOWLEDGE_KIND_FAQ', title: 'x'.repeat(1_001), body: 'x' }, 413],
    [{ kind: 'KNOWLEDGE_KIND_FAQ', title: 'x', body: 'x'.repeat(200_001) }, 413],
  ]) {
    const answer = await agent.call('POST', '/knowledge/entries', { body });
    assert.equal(answer.status, status, JSON.stringify(body).slice(0, 80));
    assert.ok(answer.json.detail);
  }
});

test('P102, P103 nobody but the AI agent itself takes its turn, offers choices or cites', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'how long is the warranty?');
  const desk = await agentSocket(server, agent);
  for (const who of [connection, desk]) {
    await assert.rejects(
      who.request({ append: { conversationId, clientId: clientId(), botTurn: { decided: { action: 'BOT_ACTION_HAND_OVER' } } } }),
      (error) => error instanceof Refused && error.code === 'forbidden',
    );
    await assert.rejects(
      who.request({ append: { conversationId, clientId: clientId(), message: { text: 'x', choices: ['y'] } } }),
      (error) => error instanceof Refused && error.code === 'invalid_argument',
    );
  }
  await connection.close();
  await desk.close();
});

test('an agent reads and tries what it knows, and changes nothing; a visitor does neither', async () => {
  const lin = await demoAgent(server, 1);
  const { entries } = await lin.get('/knowledge/entries?limit=1');
  assert.equal(entries.length, 1);
  await lin.post('/bot/try', { siteId: (await site()).id, text: '保修多久' });
  assert.equal((await lin.call('POST', '/knowledge/entries', { body: { kind: 'KNOWLEDGE_KIND_FAQ', title: 'x', body: 'y' } })).status, 403);
  assert.equal((await lin.call('PUT', `/knowledge/entries/${entries[0].id}`, { body: entries[0] })).status, 403);
  assert.equal((await lin.call('DELETE', `/knowledge/entries/${entries[0].id}`)).status, 403);
  const session = await visitorSession(server);
  const stranger = new Api(server.url, { token: session.token });
  for (const path of ['/knowledge/entries', `/knowledge/entries/${entries[0].id}`]) {
    assert.ok([401, 403].includes((await stranger.call('GET', path)).status), path);
  }
});

test('what it knows is listed by kind, over pages, and with the other filters', async () => {
  const made = [];
  for (const [kind, title] of [['ARTICLE', 'Care of walnut tables'], ['FLOW', 'Which walnut table fits?'], ['FAQ', 'Is walnut hard?'], ['ARTICLE', 'Oil for walnut']]) {
    const content = kind === 'FLOW' ? { steps: [{ id: 'a', say: { text: 'The large one.' } }] } : { body: 'Walnut is a hard wood.' };
    made.push((await agent.post('/knowledge/entries', { kind: `KNOWLEDGE_KIND_${kind}`, title, ...content })).id);
  }
  const listed = async (query) => {
    const ids = [];
    let cursor = '';
    do {
      const page = await agent.get(`/knowledge/entries?limit=1&text=walnut&${query}&cursor=${cursor}`);
      ids.push(...(page.entries ?? []).map((entry) => entry.id));
      cursor = page.nextCursor;
    } while (cursor !== '');
    return ids;
  };
  assert.deepEqual(await listed('kind=article'), [made[3], made[0]]);
  assert.deepEqual(await listed('kind=flow'), [made[1]]);
  assert.deepEqual(await listed(`kind=faq&site=${(await site()).id}`), [made[2]]);
  assert.deepEqual(await listed('kind='), [...made].reverse());
  const { entries } = await agent.get('/knowledge/entries?kind=article&limit=200');
  assert.ok(entries.every((entry) => entry.kind === 'KNOWLEDGE_KIND_ARTICLE'));
  for (const kind of ['FAQ', 'KNOWLEDGE_KIND_FAQ', '1', 'unspecified']) assert.equal((await agent.call('GET', `/knowledge/entries?kind=${kind}`)).status, 400, kind);
  const stranger = new Api(server.url, { token: (await visitorSession(server)).token });
  assert.ok([401, 403].includes((await stranger.call('GET', '/knowledge/entries?kind=faq')).status));
  for (const id of made) await agent.ok('DELETE', `/knowledge/entries/${id}`);
});

test('switched off it hands over what it has, at once, and begins nothing', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, '怎么查物流？');
  await connection.event(byBot);
  await switchBot({ enabled: false });
  await connection.event((event) => event.holderChanged?.reason === 'HOLDER_REASON_HANDED_OVER');
  const next = await visitor(server);
  await say(next.connection, next.conversationId, '怎么查物流？');
  assert.equal((await agent.get(`/conversations/${next.conversationId}`)).holder.kind, 'HOLDER_KIND_QUEUE');
  await switchBot({ enabled: true });
  for (const each of [connection, next.connection]) await each.close();
});

test('what was resolved comes back to it', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, '转人工');
  const desk = await agentSocket(server, agent);
  await say(desk, conversationId, '您好');
  await desk.request({ append: { conversationId, clientId: clientId(), changeState: { to: 'CONVERSATION_STATE_RESOLVED' } } });
  await say(connection, conversationId, '优惠券怎么用');
  await connection.event((event) => byBot(event) && /结算页/.test(event.message.text));
  await connection.close();
  await desk.close();
});

test('killed at any moment, it answers every question once', { timeout: 180_000 }, async () => {
  const questions = ['怎么申请退货？', '退款多久到账？', '保修多长时间？', 'How long does delivery take?'];
  const asked = [];
  for (let round = 0; round < 6; ++round) {
    const people = await Promise.all(Array.from({ length: 12 }, () => visitor(server)));
    await Promise.all(people.map(async ({ connection, conversationId }, i) => {
      const ack = await say(connection, conversationId, questions[i % questions.length]);
      asked.push({ conversationId, seq: ack.seq });
    }));
    // In the middle of the answers.
    await server.restart();
    agent = await demoAgent(server);
    for (const { connection } of people) await connection.close().catch(() => {});
  }
  for (const { conversationId, seq } of asked) {
    await eventually(async () => (await decided(conversationId)).length > 0, `${conversationId} is answered`, 20_000);
    const log = await agent.log(conversationId);
    const why = log.filter((event) => event.botDecided);
    assert.equal(why.length, 1, `${conversationId}: one decision`);
    assert.equal(why[0].botDecided.throughSeq, seq);
    assert.equal(log.filter(byBot).length, 1, `${conversationId}: one answer`);
  }
});
