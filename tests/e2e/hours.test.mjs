// Business hours: set and shown, told to visitors as they begin and end, and what the AI agent says outside of them.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from './lib/server.mjs';
import { agentSocket, demoAgent, eventually, say, visitor, visitorSession } from './lib/people.mjs';

let server;
let agent;
let desk;
let siteId;

before(async () => {
  server = await Server.start({ args: ['--demo-bot'] });
  agent = await demoAgent(server);
  // Somebody is online all the time: what visitors are told below is the hours' doing.
  desk = await agentSocket(server, agent);
  siteId = (await agent.get('/sites')).sites.find((one) => one.key === 'demo').id;
});
after(async () => {
  await desk?.close();
  await server?.close();
});

const site = async () => (await agent.get('/sites')).sites.find((one) => one.id === siteId);
const change = (body) => agent.call('PATCH', `/sites/${siteId}`, { body });
const weekday = (daysAhead) => ((new Date().getUTCDay() + 6 + daysAhead) % 7) + 1;
const names = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
/** Open next in three days, whenever this runs. */
const inThreeDays = () => ({ timeZone: 'Etc/UTC', weekly: [{ weekday: weekday(3), fromMinute: 540, toMinute: 1080 }] });
const byBot = (event) => event.message && event.actor.kind === 'ACTOR_KIND_BOT';
const handedOver = (event) => event.holderChanged?.reason === 'HOLDER_REASON_HANDED_OVER';

test('hours are stored in order, shown, and taken away', async () => {
  const answer = await change({
    hours: { timeZone: 'Asia/Shanghai', weekly: [{ weekday: 5, fromMinute: 780, toMinute: 1440 }, { weekday: 5, fromMinute: 540, toMinute: 720 }], closedDays: ['2027-01-01', '2026-12-25'] },
  });
  assert.equal(answer.status, 200);
  const expected = { timeZone: 'Asia/Shanghai', weekly: [{ weekday: 5, fromMinute: 540, toMinute: 720 }, { weekday: 5, fromMinute: 780, toMinute: 1440 }], closedDays: ['2026-12-25', '2027-01-01'] };
  assert.deepEqual(answer.json.hours, expected);
  assert.deepEqual((await site()).hours, expected);
  // Another change leaves them.
  assert.deepEqual((await change({ typingPreview: true })).json.hours, expected);
  assert.equal((await change({ alwaysOpen: true })).json.hours, undefined);
  assert.equal((await site()).hours, undefined);
});

test('hours that nobody can mean are refused and change nothing', async () => {
  const day = { weekday: 1, fromMinute: 540, toMinute: 720 };
  const wrong = [
    { weekly: [day] },
    { timeZone: 'Asia/Shanghia', weekly: [day] },
    { timeZone: 'UTC', weekly: [{ ...day, weekday: 8 }] },
    { timeZone: 'UTC', weekly: [{ ...day, toMinute: 540 }] },
    { timeZone: 'UTC', weekly: [{ ...day, toMinute: 1441 }] },
    { timeZone: 'UTC', weekly: [day, { ...day, fromMinute: 719, toMinute: 800 }] },
    { timeZone: 'UTC', weekly: [day], closedDays: ['2026-02-30'] },
    { timeZone: 'UTC', weekly: Array.from({ length: 51 }, (_, i) => ({ weekday: 1, fromMinute: i, toMinute: i + 1 })) },
  ];
  for (const hours of wrong) {
    const answer = await change({ hours });
    assert.equal(answer.status, 400, JSON.stringify(hours).slice(0, 200));
    assert.ok(answer.json.detail, 'it says why');
  }
  assert.equal((await change({ hours: { timeZone: 'UTC', weekly: [day] }, alwaysOpen: true })).status, 400);
  assert.match((await change({ hours: wrong[5] })).json.detail, /Monday 09:00-12:00 and Monday 11:59-13:20 overlap/);
  assert.equal((await site()).hours, undefined);
});

test('a visitor learns that it is outside hours, on coming and while there, and when people are back', async () => {
  const { connection } = await visitor(server);
  assert.equal(connection.welcome.visitor.agentsOnline, true);
  const told = (presence) => eventually(() => connection.frames.findLast((frame) => frame.presence)?.presence.presence === presence, presence);
  assert.equal((await change({ hours: inThreeDays() })).status, 200);
  await told('PRESENCE_OFFLINE');
  const later = await visitor(server);
  assert.ok(!later.connection.welcome.visitor.agentsOnline);
  assert.ok(!later.session.agentsOnline);
  const { offlineMessage } = later.session.appearance;
  assert.ok(offlineMessage.en.endsWith(` We are back on ${names[weekday(3) - 1]} at 09:00 (GMT).`), offlineMessage.en);
  assert.match(offlineMessage['zh-CN'], /我们将于星期. 09:00（.+）回来。$/);
  assert.equal((await change({ alwaysOpen: true })).status, 200);
  await told('PRESENCE_ONLINE');
  const open = await visitorSession(server);
  assert.ok(open.agentsOnline);
  assert.ok(!/back on/.test(open.appearance.offlineMessage.en));
  await connection.close();
  await later.connection.close();
});

test('outside hours the AI agent takes a message, says when people are back, and then is silent', async () => {
  assert.equal((await change({ hours: inThreeDays() })).status, 200);
  const { connection, conversationId } = await visitor(server);
  // What it knows it answers at any hour.
  await say(connection, conversationId, 'how long is the warranty?');
  assert.match((await connection.event(byBot)).message.text, /Two years/);
  await say(connection, conversationId, 'please let me talk to a person');
  await connection.event(handedOver);
  const words = connection.events().filter(byBot).at(-1).message.text;
  assert.match(words, new RegExp(`people are back on ${names[weekday(3) - 1]} at 09:00`));
  assert.match(words, /Your message is kept .* leave an e-mail address or a phone number/);
  const said = connection.events().filter(byBot).length;
  // The conversation waits in the queue, and people have it: no second automatic text, whatever is written.
  for (const text of ['my mail is emma@example.com', 'how long is the warranty?', '转人工']) await say(connection, conversationId, text);
  const waits = await agent.get(`/conversations/${conversationId}`);
  assert.equal(waits.holder.kind, 'HOLDER_KIND_QUEUE');
  assert.ok(Number(waits.waitingSinceMs) > 0, 'it waits as at any hour');
  await say(desk, conversationId, 'I am here by chance.');
  await connection.event((event) => event.message?.text === 'I am here by chance.');
  assert.equal((await agent.log(conversationId)).filter(byBot).length, said);
  await connection.close();
});

test('it asks for no address where one is known, in the visitor’s language', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, '转人工，我的邮箱是 wang@example.com');
  await connection.event(handedOver);
  const [first] = connection.events().filter(byBot);
  assert.match(first.message.text, /现在不在营业时间，我们将于星期. 09:00（.+）回来/);
  assert.doesNotMatch(first.message.text, /请留下/);
  await connection.close();
  // Known from the contact.
  const known = await visitor(server);
  await known.connection.request({ append: { conversationId: known.conversationId, clientId: 'first', message: { text: 'hello' } } });
  await known.connection.event(byBot);
  await known.connection.request({ append: { conversationId: known.conversationId, clientId: 'contact', contact: { phone: '+49 151 1234567' } } });
  const contactId = known.session.contactId;
  await eventually(async () => (await agent.get(`/contacts/${contactId}`)).phone === '+49 151 1234567', 'the contact has a number');
  await say(known.connection, known.conversationId, 'please let me talk to a person');
  await known.connection.event(handedOver);
  assert.doesNotMatch(known.connection.events().filter(byBot).at(-1).message.text, /leave an e-mail/);
  await known.connection.close();
});

test('where no opening is foreseeable no time is promised', async () => {
  assert.equal((await change({ hours: { timeZone: 'Asia/Shanghai' } })).status, 200);
  const { connection, conversationId, session } = await visitor(server);
  assert.ok(!session.agentsOnline);
  assert.ok(!/back on|back at/.test(session.appearance.offlineMessage.en));
  await say(connection, conversationId, '转人工');
  await connection.event(handedOver);
  assert.match(connection.events().filter(byBot)[0].message.text, /我们回来后会尽快在这里回复您。如果希望我们联系您，请留下邮箱或电话。$/);
  await connection.close();
});
