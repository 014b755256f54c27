// What people are told of the AI agent's work: its days, what it could not answer, replies out of what it knows.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from './lib/server.mjs';
import { Api, agentSocket, clientId, demoAgent, eventually, note, say, visitor, visitorSession } from './lib/people.mjs';

let server;
let administrator;

before(async () => {
  server = await Server.start({ args: ['--demo-bot'] });
  administrator = await demoAgent(server);
});
after(() => server?.close());

const byBot = (event) => event.message && event.actor.kind === 'ACTOR_KIND_BOT';
const site = async () => (await administrator.get('/sites')).sites.find((one) => one.key === 'demo').id;
const performance = (query = '') => administrator.get(`/bot/performance?since=${Date.now() - 86_400_000}&until=${Date.now() + 1}${query}`);
/** Says it, and waits until the AI agent has said as much as it says. */
async function ask(person, text, answers = 1) {
  const said = person.connection.events().filter(byBot).length;
  await say(person.connection, person.conversationId, text);
  await eventually(() => person.connection.events().filter(byBot).length >= said + answers, `an answer to ${text}`);
}

test('what became of its conversations is counted, and so are its turns', async () => {
  const answered = await visitor(server);
  await ask(answered, '请问怎么申请退货呀？');
  await answered.connection.request({ append: { conversationId: answered.conversationId, clientId: clientId(), rate: { score: 5 } } });
  const person = await visitor(server);
  await ask(person, '转人工');
  const unsure = await visitor(server);
  await ask(unsure, 'Do you know a good restaurant in Lisbon?');
  const lost = await visitor(server);
  await ask(lost, 'Can I rent a boat for the weekend?');
  await ask(lost, 'renting a boat, please');
  const taken = await visitor(server);
  await ask(taken, '怎么查物流？');
  const desk = await agentSocket(server, administrator);
  await desk.request({ append: { conversationId: taken.conversationId, clientId: clientId(), claim: {} } });

  await eventually(async () => (await performance()).total.takenOver === 1, 'all of it is counted');
  const { total, days } = await performance();
  assert.deepEqual([total.began, total.answeredAlone, total.leftUnsure, total.takenOver], [5, 1, 1, 1]);
  assert.deepEqual(Object.fromEntries(total.handedOver.map(({ reason, count }) => [reason, count])), { BOT_REASON_REQUESTED: 1, BOT_REASON_NOTHING_FOUND: 1 });
  assert.deepEqual([total.turns, total.turnsUnsure], [6, 3]);
  assert.ok(total.turnUsMedian > 0 && total.turnUsMedian < 5_000_000);
  assert.deepEqual([total.ratings, total.ratingSum, total.ratingsAlone, total.ratingSumAlone], [1, 5, 1, 5]);
  assert.equal(days.length, 2);
  assert.equal((await performance(`&site=${await site()}`)).total.began, 5);
  assert.equal((await performance('&site=12')).total.began ?? 0, 0);
  for (const query of ['since=5&until=5', 'since=x', `since=0&until=${Date.now()}`, 'site=x']) assert.equal((await administrator.call('GET', `/bot/performance?${query}`)).status, 400, query);

  // Nothing of it is lost or counted twice, however the process ends.
  await server.restart();
  administrator = await demoAgent(server);
  assert.deepEqual({ ...(await performance()).total, dayMs: '' }, { ...total, dayMs: '' });
  for (const { connection } of [answered, person, unsure, lost, taken]) await connection.close().catch(() => {});
});

test('what nobody could answer is put together, with its conversations', async () => {
  const { gaps, questions } = await administrator.get('/bot/gaps');
  assert.equal(questions, 4, JSON.stringify(gaps));
  const boat = gaps.find(({ question }) => /boat/.test(question));
  assert.deepEqual([boat.questions, boat.byPeople, boat.phrasings.length], [2, 2, 2]);
  assert.equal(boat.examples[0].reason, 'BOT_REASON_NOTHING_FOUND');
  const log = await administrator.log(boat.examples[0].conversationId);
  assert.equal(log.find(({ seq }) => seq === boat.examples[0].seq).message.text, boat.examples[0].text);
  const parcel = gaps.find(({ question }) => question === '怎么查物流？');
  assert.deepEqual([parcel.examples[0].reason ?? 'BOT_REASON_UNSPECIFIED', parcel.byPeople], ['BOT_REASON_UNSPECIFIED', 1], 'taken over by an agent');
  assert.equal((await administrator.get('/bot/gaps?site=12')).gaps?.length ?? 0, 0);
  assert.equal((await administrator.get(`/bot/gaps?since=0&until=${Date.now() - 3_600_000}`)).gaps?.length ?? 0, 0);
});

test('an agent is suggested replies to what was asked last, until somebody has answered', async () => {
  await administrator.ok('PATCH', `/sites/${await site()}`, { bot: {} });
  const agent = await demoAgent(server, 1);
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'hello there');
  const suggested = async () => agent.get(`/conversations/${conversationId}/suggestions`);
  assert.equal((await suggested()).suggestions?.length ?? 0, 0, 'a greeting asks nothing');
  const asked = await say(connection, conversationId, 'How long does delivery take?');
  const { suggestions, seq } = await suggested();
  assert.equal(seq, asked.seq);
  assert.ok(suggestions.length >= 1 && suggestions.length <= 3);
  assert.match(suggestions[0].text, /Two to four working days/);
  assert.ok(suggestions[0].sure && suggestions[0].entryId);
  const desk = await agentSocket(server, agent);
  await note(desk, conversationId, 'a note is no answer');
  assert.equal((await suggested()).seq, asked.seq);
  await say(desk, conversationId, 'Two to four days.');
  assert.equal((await suggested()).suggestions?.length ?? 0, 0);
  assert.ok(!(await agent.log(conversationId)).some((event) => /Two to four working days/.test(event.message?.text ?? '')), 'nothing was sent by itself');

  // The visitor of the conversation is nobody to ask for them.
  const session = await visitorSession(server);
  const stranger = new Api(server.url, { token: session.token });
  assert.ok([401, 403].includes((await stranger.call('GET', `/conversations/${conversationId}/suggestions`)).status));
  assert.equal((await agent.call('GET', '/conversations/12/suggestions')).status, 404);
  await connection.close();
  await desk.close();
});
