// The rules of docs/protocol.md by their numbers, over JSON frames. Rules that other tests go through are cited there;
// protocol_rules.test.mjs checks that none is left out.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { ShiftedClock } from '../faults/lib/clock.mjs';
import { Server } from './lib/server.mjs';
import { Connection, Refused } from './lib/connection.mjs';
import { Api, agentSocket, clientId, demoAgent, eventually, keepSaying as say, signIn, subscribe, visitor, visitorSession, visitorSocket } from './lib/people.mjs';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const WebSocket = require('ws');

let server;
let agent;
let lin;

before(async () => {
  server = await Server.start({ args: ['--visitor-sessions-per-second', '10000', '--visitor-frames-per-second', '10000'] });
  agent = await demoAgent(server);
  lin = await demoAgent(server, 1);
});
after(() => server?.close());

const open = (headers = {}) => Connection.open(server.url, { headers: { origin: server.url, ...headers } });
const refusedWith = (code) => (error) => error instanceof Refused && error.code === code;
const append = (connection, conversationId, command, id = clientId()) => connection.request({ append: { conversationId, clientId: id, ...command } });

/** A visitor whose conversation has begun. */
async function begun(text = 'hello') {
  const someone = await visitor(server);
  const { seq } = await say(someone.connection, someone.conversationId, text);
  return { ...someone, seq };
}

/** Waits until the server has looked at everything that was sent before. */
async function inOrder(connection) {
  const nonce = Math.floor(Math.random() * 1e9);
  connection.send({ ping: { nonce } });
  await connection.until((frame) => frame.pong?.nonce === nonce, 'pong');
}

/** The close, and the Goodbye and Refusal before it. */
async function endOf(connection, patienceMs) {
  const { code } = await connection.whenClosed(patienceMs);
  return { code, goodbye: connection.frames.find((frame) => frame.goodbye)?.goodbye, refusal: connection.frames.find((frame) => frame.refusal)?.refusal };
}

// ---- Hello and Welcome ----

test('P10 another frame before Hello: hello_expected, 1008', async () => {
  const socket = await open();
  socket.send({ ping: { nonce: 1 } });
  const { code, goodbye } = await endOf(socket);
  assert.deepEqual([code, goodbye?.code], [1008, 'hello_expected']);
});

test('P11 the visitor’s token comes before the API token, and that before the cookie', async () => {
  const { secret } = await agent.post('/tokens', { name: 'p11', role: 'ROLE_AGENT' });
  const session = await visitorSession(server);
  const all = await open({ cookie: lin.cookie, authorization: `Bearer ${secret}` });
  assert.equal((await all.hello({ visitorToken: session.token })).visitor.conversationId, session.conversationId);
  const both = await open({ cookie: lin.cookie });
  assert.equal((await both.hello({ apiToken: secret })).agent.agent.id, agent.agent.id, 'not who the cookie is of');
  const header = await open({ authorization: `Bearer ${secret}` });
  assert.equal((await header.hello()).agent.agent.id, agent.agent.id);
  const cookie = await open({ cookie: lin.cookie });
  assert.equal((await cookie.hello()).agent.agent.id, lin.agent.id);
  for (const socket of [all, both, header, cookie]) await socket.close();
});

test('P12 no frame while an agent’s credential is looked at, and no second Hello', async () => {
  const socket = await open({ cookie: agent.cookie });
  // In one packet: the credential cannot have been looked at in between.
  socket.raw.cork();
  socket.send({ ref: 1, hello: {} });
  socket.send({ ping: { nonce: 1 } });
  socket.raw.uncork();
  const early = await endOf(socket);
  assert.deepEqual([early.code, early.goodbye?.code], [1008, 'welcome_not_awaited']);
  const twice = await agentSocket(server, agent);
  twice.send({ ref: 1, hello: {} });
  const second = await endOf(twice);
  assert.deepEqual([second.code, second.goodbye?.code], [1008, 'hello_twice']);
  // A visitor's frames behind its Hello are carried out.
  const session = await visitorSession(server);
  const eager = await open();
  eager.send({ ref: 1, hello: { visitorToken: session.token } });
  await say(eager, session.conversationId, 'at once');
  await eager.close();
});

test('P13 an API token is good from any origin', async () => {
  const { secret } = await agent.post('/tokens', { name: 'p13', role: 'ROLE_AGENT' });
  const socket = await open({ origin: 'https://elsewhere.example' });
  assert.ok((await socket.hello({ apiToken: secret })).agent);
  await socket.close();
});

test('P14, P15 a site that is off, another origin, no verified identity: refused by name, 4401', async () => {
  const site = await agent.post('/sites', { name: 'P14' });
  const hello = async (headers, session) => {
    const socket = await open(headers);
    socket.send({ ref: 7, hello: { visitorToken: session.token } });
    return endOf(socket);
  };
  const session = await visitorSession(server, { siteKey: site.key });
  const welcomed = await visitorSocket(server, session);
  await welcomed.close();
  for (const [change, code] of [
    [{ replaceOrigins: true, allowedOrigins: ['https://shop.example'] }, 'origin_not_allowed'],
    [{ identityRequired: true }, 'identity_required'],
    [{ disabled: true }, 'site_disabled'],
  ]) {
    await agent.ok('PATCH', `/sites/${site.id}`, change);
    const end = await hello({}, session);
    assert.deepEqual([end.code, end.goodbye?.code, end.refusal?.code], [4401, code, code]);
    assert.equal(end.refusal.ref ?? 0, 0, 'whatever the Hello said');
    assert.equal(end.goodbye.retryAfterMs ?? 0, 0, 'there is no use in coming back');
    if (code === 'origin_not_allowed') await agent.ok('PATCH', `/sites/${site.id}`, { replaceOrigins: true });
  }
});

test('P16 a visitor: Welcome, Subscribed, Events, in this order; the newest 100, or what comes after its cursor', async () => {
  const { session, connection, conversationId } = await visitor(server);
  // The conversation does not exist yet.
  assert.equal(connection.welcome.visitor.lastSeq ?? 0, 0);
  assert.equal(connection.welcome.visitor.conversationId, session.conversationId);
  await connection.until((frame) => frame.subscribed, 'subscribed');
  assert.ok(!connection.frames.some((frame) => frame.events));
  let last;
  for (let i = 0; i < 6; ++i) last = (await Promise.all(Array.from({ length: 25 }, (_, k) => say(connection, conversationId, `line ${i * 25 + k}`)))).reduce((most, { seq }) => Math.max(most, seq), 0);

  const anew = await visitorSocket(server, session);
  await anew.event((event) => event.seq === last);
  assert.deepEqual(anew.frames.slice(0, 3).map((frame) => Object.keys(frame)[0]), ['welcome', 'subscribed', 'events']);
  assert.equal(anew.frames[1].subscribed.ref ?? 0, 0);
  assert.equal(anew.frames[1].subscribed.afterSeq, last - 100);
  assert.equal(anew.events().length, 100);

  const resumed = await visitorSocket(server, session, { resume: [{ conversationId, afterSeq: 2 }] });
  await resumed.event((event) => event.seq === last);
  assert.deepEqual(resumed.events().map((event) => event.seq), Array.from({ length: last - 2 }, (_, i) => i + 3));

  const other = await begun();
  const wrong = await open();
  wrong.send({ ref: 1, hello: { visitorToken: session.token, resume: [{ conversationId: other.conversationId, afterSeq: 0 }] } });
  const { code, goodbye } = await endOf(wrong);
  assert.deepEqual([code, goodbye?.code], [4403, 'forbidden']);
  assert.ok(!wrong.frames.some((frame) => frame.events || frame.subscribed));
  for (const socket of [connection, anew, resumed, other.connection]) await socket.close();
});

test('P17, P18 an agent: Welcome at once, then Subscribed and Events for each resume; the server’s clock, heartbeat and version', async () => {
  const [one, two] = [await begun('resume one'), await begun('resume two')];
  const desk = await open({ cookie: agent.cookie });
  const welcome = await desk.hello({ resume: [{ conversationId: one.conversationId, afterSeq: 1 }, { conversationId: two.conversationId, afterSeq: 0 }] });
  assert.deepEqual(Object.keys(welcome.agent.agent).sort(), ['id', 'name', 'role']);
  assert.ok(Math.abs(welcome.serverTimeMs - Date.now()) < 5_000);
  assert.equal(welcome.heartbeatMs, 21_000);
  assert.match(welcome.serverVersion, /^\d+\.\d+/);
  for (const { conversationId, seq } of [one, two]) await desk.event((event) => event.conversationId === conversationId && event.seq === seq);
  const subscribed = desk.frames.filter((frame) => frame.subscribed).map((frame) => frame.subscribed);
  assert.deepEqual(subscribed.map((frame) => [frame.conversation.id, frame.ref ?? 0]).sort(), [one, two].map((each) => [each.conversationId, 0]).sort());
  assert.ok(desk.events(one.conversationId).every((event) => event.seq > 1));
  for (const socket of [desk, one.connection, two.connection]) await socket.close();
});

// ---- Subprotocols and frames ----

test('P20 without a subprotocol of ours there is no upgrade', async () => {
  for (const protocols of [[], ['chat'], ['weikeyi.v2.proto']]) {
    await assert.rejects(Connection.open(server.url, { protocols }), (error) => error.status === 400, protocols.join());
  }
});

test('P21 the wrong kind of message: wrong_message_type, 1003; both kinds say the same', async () => {
  for (const [protocol, wrong] of [['weikeyi.v1.json', Buffer.from('{"ping":{}}')], ['weikeyi.v1.proto', '{"ping":{}}']]) {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`, [protocol], { origin: server.url });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send(wrong);
    assert.equal(await closed, 1003, protocol);
  }
  const { connection, conversationId } = await begun();
  const frame = connection.frames.find((one) => one.ack);
  assert.equal(typeof frame.ack.conversationId, 'string', '64-bit integers are decimal strings');
  assert.equal(frame.ack.conversationId, conversationId);
  const { events } = await connection.until((one) => one.events, 'events');
  assert.ok(!('afterSeq' in events), 'what has its default value is left out');
  await connection.close();
});

test('P22 unknown fields are ignored, unknown frames refused, and what does not decode ends the connection', async () => {
  const { connection, conversationId } = await begun();
  const ack = await connection.request({ fieldOfTomorrow: 1, append: { conversationId, clientId: clientId(), message: { text: 'x', fieldOfTomorrow: {} }, another: [1] } });
  assert.ok(ack.seq > 0);
  await assert.rejects(connection.request({ frameOfTomorrow: { a: 1 } }), refusedWith('unknown_frame'));
  await say(connection, conversationId, 'the connection stays');
  connection.sendRaw('{"append":');
  const { code, goodbye } = await endOf(connection);
  assert.deepEqual([code, goodbye?.code], [1008, 'bad_frame']);
});

test('P23 Ack, Refusal and Subscribed carry back the ref', async () => {
  const { conversationId, connection } = await begun();
  const desk = await agentSocket(server, agent);
  desk.send({ ref: 4_000_000_001, subscribe: { conversationId } });
  desk.send({ ref: 4_000_000_002, append: { conversationId, clientId: clientId(), message: { text: 'x' } } });
  desk.send({ ref: 4_000_000_003, append: { conversationId, clientId: 'with a space', message: { text: 'x' } } });
  await desk.until((frame) => frame.subscribed?.ref === 4_000_000_001, 'subscribed');
  await desk.until((frame) => frame.ack?.ref === 4_000_000_002, 'ack');
  await desk.until((frame) => frame.refusal?.ref === 4_000_000_003, 'refusal');
  await desk.close();
  await connection.close();
});

test('P24 messages from 512 bytes on are compressed where the client can', async () => {
  const session = await visitorSession(server);
  const plain = await visitorSocket(server, session);
  await plain.close();
  const text = 'the same words again and again, '.repeat(300);
  const received = async (perMessageDeflate) => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`, ['weikeyi.v1.json'], { origin: server.url, perMessageDeflate });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const answered = new Promise((resolve) => socket.on('message', (data) => data.includes('"events"') && data.length > text.length && resolve()));
    socket.send(JSON.stringify({ hello: { visitorToken: session.token } }));
    socket.send(JSON.stringify({ append: { clientId: clientId(), message: { text } } }));
    await answered;
    const bytes = socket._socket.bytesRead;
    socket.terminate();
    return bytes;
  };
  assert.ok((await received(false)) > text.length);
  assert.ok((await received(true)) < text.length / 2);
});

// ---- Sending once ----

test('P31 an id from the future is refused, and the server’s clock says how far off it was', async () => {
  const { connection, conversationId } = await begun();
  const serverTimeMs = Number(connection.welcome.serverTimeMs);
  await assert.rejects(say(connection, conversationId, 'early', clientId(serverTimeMs + 60_000)), refusedWith('client_id_in_future'));
  assert.ok((await say(connection, conversationId, 'in time', clientId(serverTimeMs + 5_000))).seq > 0);
  await connection.close();
});

test('P32 what one append became is acked with the last of its events', async () => {
  const { connection, conversationId, seq } = await begun();
  assert.deepEqual((await agent.log(conversationId)).map((event) => event.seq), Array.from({ length: seq }, (_, i) => i + 1));
  assert.ok(seq >= 2, 'it began the conversation as well');
  await connection.close();
});

test('P33 an append that changes nothing stores nothing, and is acked with the newest seq', async () => {
  const { connection, conversationId, seq } = await begun();
  const desk = await agentSocket(server, agent);
  await append(desk, conversationId, { assign: { to: { kind: 'HOLDER_KIND_AGENT', agentId: agent.agent.id } } });
  await append(desk, conversationId, { labels: { added: ['vip'] } });
  const { seq: last } = await append(desk, conversationId, { seen: { throughSeq: seq } });
  for (const command of [{ claim: {} }, { labels: { added: ['vip'] } }, { seen: { throughSeq: seq - 1 } }, { seen: { throughSeq: seq } }]) {
    assert.equal((await append(desk, conversationId, command)).seq, last, JSON.stringify(command));
  }
  assert.equal((await agent.log(conversationId)).length, last);
  await desk.close();
  await connection.close();
});

test('P37, P38 a visitor may leave the conversation out, agents name it; only a visitor’s message begins one', async () => {
  const { session, connection } = await visitor(server);
  const desk = await agentSocket(server, agent);
  const { conversationId } = session;
  for (const [who, command] of [[connection, { seen: { throughSeq: 1 } }], [connection, { rate: { score: 5 } }], [desk, { message: { text: 'x' } }], [desk, { note: { text: 'x' } }], [desk, { claim: {} }]]) {
    await assert.rejects(append(who, conversationId, command), refusedWith('not_found'), JSON.stringify(command));
  }
  const ack = await connection.request({ append: { clientId: clientId(), message: { text: 'without its number' } } });
  assert.equal(ack.conversationId, conversationId);
  await assert.rejects(desk.request({ append: { clientId: clientId(), message: { text: 'x' } } }), refusedWith('invalid_argument'));
  const other = await begun();
  await assert.rejects(say(connection, other.conversationId, 'x'), refusedWith('forbidden'));
  for (const socket of [connection, desk, other.connection]) await socket.close();
});

test('P39 a visitor says who it is and what the page knows; of a verified one only the attributes are taken', async () => {
  const one = await begun();
  const contactOf = async ({ conversationId }) => agent.get(`/contacts/${(await agent.get(`/conversations/${conversationId}`)).contactId}`);
  await append(one.connection, one.conversationId, { contact: { name: 'Lea', email: 'lea@example.test', attributes: { plan: 'pro', cart: '3' } } });
  await append(one.connection, one.conversationId, { contact: { attributes: { cart: '' } } });
  await eventually(async () => {
    const { name, email, attributes } = await contactOf(one);
    return name === 'Lea' && email === 'lea@example.test' && attributes?.plan === 'pro' && !('cart' in attributes);
  }, 'empty fields say nothing, an empty value takes one away');

  const [site] = (await agent.get('/sites')).sites;
  const identifier = 'p39';
  const session = await visitorSession(server, { identifier, identifierHash: createHmac('sha256', site.identitySecret).update(identifier).digest('hex'), name: 'Known' });
  const known = { connection: await visitorSocket(server, session), conversationId: session.conversationId };
  await say(known.connection, known.conversationId, 'hello');
  await append(known.connection, known.conversationId, { contact: { name: 'Somebody else', email: 'else@example.test', attributes: { plan: 'pro' } } });
  await eventually(async () => (await contactOf(known)).attributes?.plan === 'pro', 'the attributes are taken');
  assert.equal((await contactOf(known)).name, 'Known');
  assert.notEqual((await contactOf(known)).email, 'else@example.test');
  await one.connection.close();
  await known.connection.close();
});

// ---- Ranges ----

test('P40, P44 with newest_max the newest come live, and the ones before them over REST; with 0 all of them, in ranges', async () => {
  const { connection, conversationId } = await begun();
  let last;
  for (let i = 0; i < 10; ++i) last = (await Promise.all(Array.from({ length: 25 }, () => say(connection, conversationId, 'line')))).reduce((most, { seq }) => Math.max(most, seq), 0);
  const desk = await agentSocket(server, agent);
  const { afterSeq } = await desk.request({ subscribe: { conversationId, afterSeq: 0, newestMax: 50 } });
  assert.equal(afterSeq, last - 50);
  await desk.event((event) => event.conversationId === conversationId && event.seq === last);
  assert.equal(desk.events(conversationId).length, 50);
  const { events } = await agent.get(`/conversations/${conversationId}/events?before_seq=${afterSeq + 1}&limit=200`);
  assert.equal(events.at(-1).seq, afterSeq);
  assert.equal(events.length, 200);

  const whole = await agentSocket(server, lin);
  await subscribe(whole, conversationId);
  await whole.event((event) => event.conversationId === conversationId && event.seq === last);
  const all = whole.events(conversationId);
  assert.deepEqual(all.map((event) => event.seq), Array.from({ length: last }, (_, i) => i + 1));
  assert.ok(all.every((event, i) => i === 0 || event.timeMs >= all[i - 1].timeMs), 'time never runs back');
  const ranges = whole.frames.filter((frame) => frame.events).map((frame) => frame.events.events?.length ?? 0);
  assert.ok(Math.max(...ranges) <= 200 && ranges.length > 1, ranges.join());
  for (const socket of [connection, desk, whole]) await socket.close();
});

test('P45 a cursor ahead of the log starts over', async () => {
  const { session, connection, conversationId, seq } = await begun();
  const desk = await agentSocket(server, agent);
  assert.equal((await desk.request({ subscribe: { conversationId, afterSeq: 9_999 } })).afterSeq ?? 0, 0);
  await desk.event((event) => event.conversationId === conversationId && event.seq === seq);
  assert.equal(desk.events(conversationId).length, seq);
  const again = await visitorSocket(server, session, { resume: [{ conversationId, afterSeq: 9_999 }] });
  await again.event((event) => event.seq === seq);
  assert.equal(again.frames.find((frame) => frame.subscribed).subscribed.afterSeq ?? 0, 0);
  for (const socket of [connection, desk, again]) await socket.close();
});

test('P46 subscribing again begins anew; Unsubscribe has no answer, and is ignored from a visitor', async () => {
  const { connection, conversationId, seq } = await begun();
  const desk = await agentSocket(server, agent);
  await subscribe(desk, conversationId);
  await subscribe(desk, conversationId);
  await eventually(() => desk.events(conversationId).filter((event) => event.seq === seq).length === 2, 'everything twice');
  const before = desk.frames.length;
  desk.send({ ref: 99, unsubscribe: { conversationId } });
  await inOrder(desk);
  await say(connection, conversationId, 'not for those who left');
  connection.send({ ref: 99, unsubscribe: { conversationId } });
  await inOrder(connection);
  const next = await say(connection, conversationId, 'still mine');
  await connection.event((event) => event.seq === next.seq);
  await subscribe(desk, conversationId, next.seq);
  assert.ok(!desk.frames.slice(before).some((frame) => frame.events?.conversationId === conversationId), 'no event after Unsubscribe');
  assert.ok(![...desk.frames, ...connection.frames].some((frame) => frame.refusal || frame.ack?.ref === 99));
  await desk.close();
  await connection.close();
});

// ---- Lists ----

test('P50, P53 lists and Subscribed show whole pictures, ordered by last_seq', async () => {
  const desk = await agentSocket(server, agent);
  const { connection, conversationId, seq } = await begun('for the lists');
  const { conversation } = (await desk.until((frame) => frame.conversationUpdate?.conversation?.id === conversationId && frame.conversationUpdate.conversation.lastSeq >= seq, 'an update without a subscription')).conversationUpdate;
  assert.equal(conversation.lastMessage.text, 'for the lists');
  assert.equal(conversation.state, 'CONVERSATION_STATE_OPEN');
  const { conversation: picture } = await subscribe(desk, conversationId);
  assert.ok(picture.lastSeq >= conversation.lastSeq);
  assert.equal(picture.id, conversationId);
  assert.ok(!connection.frames.some((frame) => frame.conversationUpdate), 'lists are for agents');
  await connection.close();
  await desk.close();
});

test('P51 that a visitor came or went comes by itself, with the log unchanged', async () => {
  const { session, connection, conversationId } = await begun();
  const desk = await agentSocket(server, agent);
  const last = (await agent.get(`/conversations/${conversationId}`)).lastSeq;
  await connection.close();
  await desk.until((frame) => frame.visitorPresence?.offline?.includes(conversationId), 'gone');
  const again = await visitorSocket(server, session);
  await desk.until((frame) => frame.visitorPresence?.online?.includes(conversationId), 'back');
  assert.equal((await agent.get(`/conversations/${conversationId}`)).lastSeq, last);
  await again.close();
  await desk.close();
});

// ---- Signals ----

test('P61, P62 typing: of subscribers, not back to where it came from; a visitor’s words only where the site shows them', async () => {
  const { connection, conversationId } = await begun();
  const [desk, other, stranger] = [await agentSocket(server, agent), await agentSocket(server, lin), await agentSocket(server, lin)];
  await subscribe(desk, conversationId);
  await subscribe(other, conversationId);
  stranger.send({ typing: { conversationId, active: true } });
  await inOrder(stranger);
  await say(desk, conversationId, 'nobody typed');
  await connection.event((event) => event.message?.text === 'nobody typed');
  assert.ok(!connection.frames.some((frame) => frame.typing), 'who is not subscribed types to nobody');

  desk.send({ typing: { conversationId, active: true, text: 'never with text' } });
  const seen = (await connection.until((frame) => frame.typing, 'typing')).typing;
  await other.until((frame) => frame.typing?.actor.id === agent.agent.id, 'typing');
  assert.equal(seen.text ?? '', '');
  await inOrder(desk);
  assert.ok(!desk.frames.some((frame) => frame.typing), 'one’s own typing does not come back');

  connection.send({ typing: { conversationId, active: true, text: '字'.repeat(500) } });
  const preview = (await desk.until((frame) => frame.typing?.actor.kind === 'ACTOR_KIND_VISITOR', 'preview')).typing;
  assert.equal(preview.text, '字'.repeat(333), 'at most 1,000 bytes, whole characters');

  const site = await agent.post('/sites', { name: 'P62' });
  await agent.ok('PATCH', `/sites/${site.id}`, { typingPreview: false });
  const silent = await visitor(server, { siteKey: site.key });
  await say(silent.connection, silent.conversationId, 'hello');
  await subscribe(desk, silent.conversationId);
  silent.connection.send({ typing: { conversationId: silent.conversationId, active: true, text: 'SECRET' } });
  await desk.until((frame) => frame.typing?.conversationId === silent.conversationId, 'typing without words');
  assert.ok(!JSON.stringify(desk.frames).includes('SECRET'));
  for (const socket of [connection, desk, other, stranger, silent.connection]) await socket.close();
});

test('P63 agents see who has the conversation on screen, one conversation a connection', async () => {
  const [one, two] = [await begun(), await begun()];
  const [desk, other] = [await agentSocket(server, agent), await agentSocket(server, lin)];
  for (const socket of [desk, other]) for (const { conversationId } of [one, two]) await subscribe(socket, conversationId);
  const viewers = ({ conversationId }) => (other.frames.findLast((frame) => frame.viewing?.conversationId === conversationId)?.viewing.agents ?? []).map((actor) => actor.id);
  desk.send({ viewing: { conversationId: one.conversationId } });
  await eventually(() => viewers(one).includes(agent.agent.id), 'the first');
  desk.send({ viewing: { conversationId: two.conversationId } });
  await eventually(() => viewers(two).includes(agent.agent.id) && !viewers(one).includes(agent.agent.id), 'the second and no longer the first');
  desk.terminate();
  await eventually(() => !viewers(two).includes(agent.agent.id), 'gone');
  assert.ok(![...one.connection.frames, ...two.connection.frames].some((frame) => frame.viewing));
  for (const socket of [other, one.connection, two.connection]) await socket.close();
});

// ---- Heartbeats, deadlines, closing ----

test('P70 Pong has the nonce and the server’s clock', async () => {
  const { connection } = await visitor(server);
  connection.send({ ping: { nonce: 77 } });
  const { pong } = await connection.until((frame) => frame.pong, 'pong');
  assert.equal(pong.nonce, 77);
  assert.ok(Math.abs(pong.serverTimeMs - Date.now()) < 5_000);
  await connection.close();
});

test('P72 a sign-out, a deleted token: session_ended, 4401', async () => {
  const mine = await signIn(server, server.demo.agents[1]);
  const desk = await agentSocket(server, mine);
  await mine.ok('DELETE', '/session');
  const out = await endOf(desk);
  assert.deepEqual([out.code, out.goodbye?.code, out.goodbye?.retryAfterMs ?? 0], [4401, 'session_ended', 0]);
  const made = await agent.post('/tokens', { name: 'p72', role: 'ROLE_AGENT' });
  const program = await agentSocket(server, new Api(server.url, { token: made.secret }));
  await agent.ok('DELETE', `/tokens/${made.id}`);
  assert.deepEqual([(await endOf(program)).code, (await endOf(program)).goodbye?.code], [4401, 'session_ended']);
});

test('P74, P80 too many frames within a second: too_many_frames, and when to come back', async () => {
  const own = await Server.start();
  try {
    const { connection } = await visitor(own);
    for (let i = 0; i < 600; ++i) connection.send({ ping: { nonce: i } });
    const { code, goodbye } = await endOf(connection);
    assert.deepEqual([code, goodbye], [1008, { code: 'too_many_frames', retryAfterMs: 5_000 }]);
  } finally {
    await own.close();
  }
});

// ---- Limits ----

test('P90 what is over a limit is refused or closed as the table says', async () => {
  const { connection, conversationId } = await begun();
  const desk = await agentSocket(server, agent);
  const long = (bytes) => 'x'.repeat(bytes);
  const many = (count, one) => Array.from({ length: count }, (_, i) => one(i));
  for (const [who, command] of [
    [connection, { message: { text: long(20_001) } }],
    [desk, { note: { text: long(20_001) } }],
    [desk, { note: { text: 'x', mentionedAgentIds: many(51, (i) => `${i + 1}`) } }],
    [connection, { message: { text: 'x', attachments: many(16, (i) => ({ id: `${i + 1}` })) } }],
    [desk, { labels: { added: many(51, (i) => `label ${i}`) } }],
    [desk, { labels: { added: [long(65)] } }],
    [desk, { assign: { to: { kind: 'HOLDER_KIND_QUEUE' }, comment: long(2_001) } }],
    [desk, { changeState: { to: 'CONVERSATION_STATE_PENDING', reason: long(101) } }],
    [connection, { rate: { score: 5, comment: long(2_001) } }],
    [connection, { pageViewed: { url: `https://shop.example/${long(2_000)}` } }],
    [connection, { contact: { name: long(201) } }],
    [connection, { contact: { attributes: Object.fromEntries(many(51, (i) => [`a${i}`, 'x'])) } }],
    [connection, { contact: { attributes: { [long(65)]: 'x' } } }],
    [connection, { contact: { attributes: { a: long(501) } } }],
  ]) {
    await assert.rejects(append(who, conversationId, command), refusedWith('too_large'), JSON.stringify(command).slice(0, 60));
  }
  const rooms = await Promise.all(many(501, async () => {
    const { token, conversationId } = await visitorSession(server);
    await new Api(server.url, { token }).post(`/conversations/${conversationId}/events`, { clientId: clientId(), message: { text: 'x' } });
    return conversationId;
  }));
  for (const room of rooms.slice(0, 500)) await subscribe(desk, room);
  await assert.rejects(subscribe(desk, rooms.at(-1)), refusedWith('too_large'));
  assert.ok((await say(connection, conversationId, long(20_000))).seq > 0, 'what is at the limit is taken');

  connection.sendRaw(JSON.stringify({ append: { clientId: 'x', message: { text: long(256 * 1024) } } }));
  assert.equal((await connection.whenClosed()).code, 1009);
  const early = await open();
  early.sendRaw(JSON.stringify({ hello: { visitorToken: long(64 * 1024) } }));
  assert.equal((await early.whenClosed()).code, 1009);
  await desk.close();
});

describe('what takes its time', { concurrency: true }, () => {
  test('P64 presence is chosen for all connections; visitors hear only whether somebody is there; it ends 15 s after the last connection', { timeout: 60_000 }, async () => {
    const own = await Server.start();
    try {
      const [me, colleague] = [await demoAgent(own), await demoAgent(own, 1)];
      const { connection } = await visitor(own);
      assert.ok(!connection.welcome.visitor.agentsOnline);
      const [first, second] = [await agentSocket(own, me), await agentSocket(own, me)];
      const online = (frame) => frame.presence && (frame.presence.presence === 'PRESENCE_ONLINE' || frame.presence.presence === 'PRESENCE_BUSY');
      const { presence: told } = await connection.until(online, 'somebody is there');
      assert.equal(told.agentId ?? '0', '0', 'not who');
      const other = await agentSocket(own, colleague);
      first.send({ setPresence: { presence: 'PRESENCE_BUSY' } });
      for (const socket of [other, second]) await socket.until((frame) => frame.presence?.agentId === me.agent.id && frame.presence.presence === 'PRESENCE_BUSY', 'busy');
      assert.equal((await agentSocket(own, me)).welcome.agent.presence, 'PRESENCE_BUSY', 'of all connections');
      assert.equal(connection.frames.filter((frame) => frame.presence).length, 1, 'nothing changed for the visitor');
      const since = performance.now();
      // The third, too: whoever opened it is gone with the process's sockets.
      for (const socket of [first, second, other]) socket.terminate();
      await colleague.ok('DELETE', '/session');
      await me.ok('DELETE', '/session');
      await connection.until((frame) => frame.presence && !online(frame), 'nobody is there', 30_000);
      const ms = performance.now() - since;
      assert.ok(ms > 14_000 && ms < 25_000, `${ms} ms`);
      await connection.close();
    } finally {
      await own.close();
    }
  });

  test('P71, P73 who says nothing is gone within 45 s, and who does not finish a message after 30 s', { timeout: 60_000 }, async () => {
    const own = await Server.start();
    try {
      const ending = async (then) => {
        const { connection } = await visitor(own);
        const since = performance.now();
        then(connection);
        return { ...(await endOf(connection, 50_000)), ms: performance.now() - since };
      };
      const [silent, unfinished] = await Promise.all([
        ending(() => {}),
        // The head of a frame of 256 bytes, and then one of them a second.
        ending((connection) => {
          const { raw } = connection;
          raw.write(Buffer.from([0x81, 0xfe, 0x01, 0x00, 0, 0, 0, 0]));
          const dripping = setInterval(() => (raw.writable && !connection.closed ? raw.write(' ') : clearInterval(dripping)), 1_000);
        }),
      ]);
      assert.deepEqual([silent.code, silent.goodbye], [1001, { code: 'silent', retryAfterMs: 1 }]);
      assert.ok(silent.ms > 42_000 && silent.ms < 46_000, `${silent.ms} ms`);
      assert.deepEqual([unfinished.code, unfinished.goodbye], [1008, { code: 'message_too_slow', retryAfterMs: 5_000 }]);
      assert.ok(unfinished.ms > 29_000 && unfinished.ms < 33_000, `${unfinished.ms} ms`);
    } finally {
      await own.close();
    }
  });

  test('P72 a visitor’s token that expires: token_expired, 4401', { timeout: 60_000 }, async (t) => {
    const clock = ShiftedClock.make();
    if (clock === null) return t.diagnostic('no C compiler here: the 30 days of a visitor’s token do not pass');
    const own = await Server.start({ env: clock.env });
    try {
      const session = await visitorSession(own);
      clock.set(30 * 86_400_000 - 3_000);
      const connection = await visitorSocket(own, session);
      // Looked at when the time for Hello would be over, and from then on in time.
      const { code, goodbye } = await endOf(connection, 15_000);
      assert.deepEqual([code, goodbye?.code], [4401, 'token_expired']);
    } finally {
      await own.close();
      clock.close();
    }
  });
});
