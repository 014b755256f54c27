// Who must not pass: every REST route, every frame, for nobody, a visitor, an agent, a supervisor and strangers' tokens.
// The table is checked against the served OpenAPI document, so that a new route without a line here fails.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Server } from './lib/server.mjs';
import { Connection, Refused } from './lib/connection.mjs';
import { Api, agentSocket, clientId, demoAgent, eventually, nobody, note, say, signIn, subscribe, visitor, visitorSession, visitorSocket } from './lib/people.mjs';

const kPassword = 'correct horse battery staple';

let server;
let administrator;
const people = {};
let room;

before(async () => {
  server = await Server.start();
  administrator = await demoAgent(server);
  assert.equal(administrator.agent.role, 'ROLE_ADMINISTRATOR');
  for (const [name, role] of [['agent', 'ROLE_AGENT'], ['supervisor', 'ROLE_SUPERVISOR']]) {
    await administrator.post('/agents', { email: `${name}@example.test`, name, role, password: kPassword, capacity: 5 });
    people[name] = await signIn(server, { email: `${name}@example.test`, password: kPassword });
  }
  people.administrator = administrator;
  people.nobody = nobody(server);
  room = await visitor(server);
  await say(room.connection, room.conversationId, 'hello');
  people.visitor = new Api(server.url, { token: room.session.token });
  people.forged = new Api(server.url, { token: 'wk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' });
});
after(async () => {
  await room?.connection.close();
  await server?.close();
});

// Each route with the least who may use it. `visitor`: also a visitor's token. Others of the list must get 401 (no or a
// false credential) or 403 (not theirs); what the right ones get is not asked here, only that it is neither.
const kRoutes = [
  ['GET', '/setup', 'nobody'],
  ['POST', '/setup', 'nobody'],
  ['POST', '/session', 'nobody'],
  ['GET', '/session', 'agent'],
  ['DELETE', '/session', 'agent'],
  ['PATCH', '/session/profile', 'agent'],
  ['POST', '/session/password', 'agent'],
  ['POST', '/session/totp', 'agent'],
  ['POST', '/session/totp/confirm', 'agent'],
  ['DELETE', '/session/totp', 'agent'],
  ['GET', '/sessions', 'agent'],
  ['DELETE', '/sessions', 'agent'],
  ['DELETE', '/sessions/{id}', 'agent'],
  ['GET', '/agents', 'agent'],
  ['POST', '/agents', 'supervisor'],
  ['PATCH', '/agents/{id}', 'supervisor'],
  ['GET', '/sites', 'agent'],
  ['POST', '/sites', 'supervisor'],
  ['PATCH', '/sites/{id}', 'supervisor'],
  ['GET', '/knowledge/entries', 'agent'],
  ['POST', '/knowledge/entries', 'supervisor'],
  ['GET', '/knowledge/entries/{id}', 'agent'],
  ['PUT', '/knowledge/entries/{id}', 'supervisor'],
  ['DELETE', '/knowledge/entries/{id}', 'supervisor'],
  ['POST', '/knowledge/documents', 'supervisor'],
  ['GET', '/knowledge/crawls', 'agent'],
  ['POST', '/knowledge/crawls', 'supervisor'],
  ['GET', '/knowledge/crawls/{id}', 'agent'],
  ['PUT', '/knowledge/crawls/{id}', 'supervisor'],
  ['DELETE', '/knowledge/crawls/{id}', 'supervisor'],
  ['POST', '/knowledge/crawls/{id}/run', 'supervisor'],
  ['POST', '/knowledge/crawls/{id}/stop', 'supervisor'],
  ['GET', '/bot/intents', 'agent'],
  ['GET', '/bot/intents/{id}', 'agent'],
  ['POST', '/bot/intents/train', 'supervisor'],
  ['POST', '/bot/intents/activate', 'supervisor'],
  ['GET', '/bot/tools', 'agent'],
  ['POST', '/bot/try', 'agent'],
  ['GET', '/bot/performance', 'supervisor'],
  ['GET', '/bot/gaps', 'supervisor'],
  ['GET', '/conversations/{id}/suggestions', 'agent'],
  ['GET', '/assist', 'agent'],
  ['POST', '/assist/rewrite', 'agent'],
  ['POST', '/assist/translate', 'agent'],
  ['GET', '/conversations/{id}/digest', 'agent'],
  ['GET', '/tokens', 'supervisor'],
  ['POST', '/tokens', 'supervisor'],
  // To an agent no token is there at all.
  ['DELETE', '/tokens/{id}', 'supervisor', { hidden: true }],
  ['GET', '/conversations', 'agent'],
  ['GET', '/conversations/{id}', 'agent'],
  ['GET', '/conversations/{id}/events', 'agent', { visitor: true }],
  ['POST', '/conversations/{id}/events', 'agent', { visitor: true }],
  ['GET', '/contacts', 'agent'],
  ['GET', '/contacts/{id}', 'agent'],
  ['PATCH', '/contacts/{id}', 'agent'],
  ['GET', '/search', 'agent'],
  ['POST', '/uploads', 'agent', { visitor: true }],
  ['POST', '/attachments/{id}/link', 'agent', { visitor: true }],
  // The link is signed; without the signature nobody gets it.
  ['GET', '/files/{id}', 'signed'],
  ['POST', '/visitor/sessions', 'nobody'],
  ['GET', '/openapi.json', 'nobody'],
  ['GET', '/settings/admission', 'administrator'],
  ['PATCH', '/settings/admission', 'administrator'],
  ['DELETE', '/settings/admission', 'administrator'],
];
const kRanks = ['nobody', 'agent', 'supervisor', 'administrator'];

test('the table names every route that the server describes', async () => {
  const document = await people.nobody.get('/openapi.json');
  assert.match(document.openapi, /^3\.1/);
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => /^(get|post|put|patch|delete)$/.test(method))
      .map((method) => `${method.toUpperCase()} ${path.replace(/^\/api\/v1/, '').replace(/\{[^}]*\}/g, '{id}')}`),
  );
  const named = new Set(kRoutes.map(([method, path]) => `${method} ${path}`));
  assert.deepEqual(described.filter((route) => !named.has(route) && !/^GET \/(healthz|readyz|metrics|ws)/.test(route)), [], 'routes without a line in the table');
  assert.deepEqual([...named].filter((route) => !described.includes(route)), [], 'lines without a route');
});

for (const [method, path, least, { visitor: visitorMay = false, hidden = false } = {}] of kRoutes) {
  if (least === 'nobody') continue;
  const refused = ['nobody', 'forged'];
  if (!visitorMay) refused.push('visitor');
  if (least !== 'signed') refused.push(...kRanks.slice(1, kRanks.indexOf(least)));
  test(`${method} ${path} refuses ${refused.join(', ')}`, async () => {
    for (const name of refused) {
      const target = path.replace('{id}', path.startsWith('/conversations') ? room.conversationId : path.startsWith('/agents') ? administrator.agent.id : '1');
      const query = path === '/search' ? '?q=hello' : path === '/uploads' ? `?conversation=${room.conversationId}&name=x.txt` : path === '/knowledge/documents' ? '?name=x.txt' : '';
      const answer = await people[name].call(method, target + query, method === 'GET' || method === 'DELETE' ? {} : { body: {} });
      const expected = least === 'signed' ? [401, 403, 404] : name === 'nobody' || name === 'forged' ? [401] : hidden ? [401, 403, 404] : [401, 403];
      assert.ok(expected.includes(answer.status), `${name}: ${answer.status} ${JSON.stringify(answer.json)}`);
      assert.match(answer.type, /application\/problem\+json/, name);
      assert.ok(answer.json.code, 'a stable code');
    }
  });
}

test('an agent’s cookie passes where an agent may', async () => {
  for (const [method, path, least] of kRoutes) {
    if (method !== 'GET' || path.includes('{id}') || least !== 'agent') continue;
    const answer = await people.agent.call('GET', path === '/search' ? '/search?q=hello' : path);
    assert.equal(answer.status, 200, path);
  }
});

test('only administrators are shown identity secrets', async () => {
  assert.ok((await administrator.get('/sites')).sites.some((site) => site.identitySecret));
  for (const name of ['agent', 'supervisor']) {
    assert.ok((await people[name].get('/sites')).sites.every((site) => !site.identitySecret), name);
  }
});

test('a supervisor makes no administrator, nor becomes one, nor changes one', async () => {
  const { supervisor } = people;
  const body = { email: 'x@example.test', name: 'x', role: 'ROLE_ADMINISTRATOR', password: kPassword };
  assert.equal((await supervisor.call('POST', '/agents', { body })).status, 403);
  assert.equal((await supervisor.call('PATCH', `/agents/${supervisor.agent.id}`, { body: { role: 'ROLE_ADMINISTRATOR' } })).status, 403);
  assert.equal((await supervisor.call('PATCH', `/agents/${administrator.agent.id}`, { body: { password: 'taken over by me 1' } })).status, 403);
  assert.equal((await supervisor.call('PATCH', `/agents/${administrator.agent.id}`, { body: { disabled: true } })).status, 403);
});

test('a token can do no more than its role, and nothing once it is deleted', async () => {
  const made = await administrator.post('/tokens', { name: 'reader', role: 'ROLE_AGENT' });
  const token = new Api(server.url, { token: made.secret });
  assert.equal((await token.call('GET', '/conversations?view=all')).status, 200);
  assert.equal((await token.call('POST', '/sites', { body: { name: 'no' } })).status, 403);
  assert.ok(!JSON.stringify(await administrator.get('/tokens')).includes(made.secret), 'shown once');
  await administrator.ok('DELETE', `/tokens/${made.id}`);
  assert.equal((await token.call('GET', '/conversations?view=all')).status, 401);
});

test('a disabled agent is out: cookie, socket and sign-in', async () => {
  await administrator.post('/agents', { email: 'leaver@example.test', name: 'leaver', role: 'ROLE_AGENT', password: kPassword });
  const leaver = await signIn(server, { email: 'leaver@example.test', password: kPassword });
  const socket = await agentSocket(server, leaver);
  await administrator.ok('PATCH', `/agents/${leaver.agent.id}`, { disabled: true });
  await socket.whenClosed(5_000);
  assert.equal((await leaver.call('GET', '/session')).status, 401);
  const again = await people.nobody.call('POST', '/session', { body: { email: 'leaver@example.test', password: kPassword } });
  assert.equal(again.status, 401);
});

test('an ended session closes its sockets within 5 s', async () => {
  const mine = await signIn(server, { email: 'agent@example.test', password: kPassword });
  const socket = await agentSocket(server, mine);
  const { sessions } = await people.agent.get('/sessions');
  const current = (await mine.get('/sessions')).sessions.find((session) => session.current);
  assert.ok(sessions.some((session) => session.id === current.id));
  await people.agent.ok('DELETE', `/sessions/${current.id}`);
  await socket.whenClosed(5_000);
  assert.equal((await mine.call('GET', '/session')).status, 401);
});

test('an unknown account and a wrong password get the same answer', async () => {
  const known = await people.nobody.call('POST', '/session', { body: { email: 'supervisor@example.test', password: 'wrong password 1' } });
  const unknown = await people.nobody.call('POST', '/session', { body: { email: 'nobody@example.test', password: 'wrong password 1' } });
  assert.equal(known.status, 401);
  assert.deepEqual(unknown.json, known.json);
  assert.equal(unknown.status, known.status);
});

test('and the same time: an unknown account costs a hash as well', { timeout: 60_000 }, async (t) => {
  // Each from an address of its own, so that none of them waits.
  const own = await Server.start({ args: ['--trusted-proxy', '127.0.0.1/32'] });
  try {
    const boss = await demoAgent(own);
    const kTries = 15;
    for (let i = 0; i < kTries; i += 1) await boss.post('/agents', { email: `known${i}@example.test`, name: 'known', role: 'ROLE_AGENT', password: kPassword });
    const times = { known: [], unknown: [], malformed: [] };
    let address = 0;
    for (let i = 0; i < kTries; i += 1) {
      for (const [kind, email] of [['known', `known${i}@example.test`], ['unknown', `unknown${i}@example.test`], ['malformed', `no address ${i}`]]) {
        const since = performance.now();
        const answer = await nobody(own).call('POST', '/session', { body: { email, password: 'wrong password 1' }, headers: { 'x-forwarded-for': `198.51.100.${++address}` } });
        times[kind].push(performance.now() - since);
        assert.deepEqual([answer.status, answer.json.code], [401, 'login_failed'], kind);
      }
    }
    const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
    const [known, unknown, malformed] = Object.values(times).map(median);
    t.diagnostic(`known ${known.toFixed(1)} ms, unknown ${unknown.toFixed(1)} ms, no address ${malformed.toFixed(1)} ms`);
    for (const other of [unknown, malformed]) assert.ok(other > known * 0.7 && other < known * 1.4, `${other} ms, known ${known} ms`);
  } finally {
    await own.close();
  }
});

test('guessing passwords is slowed down', async () => {
  let limited;
  for (let i = 0; i < 40 && limited === undefined; i += 1) {
    const answer = await people.nobody.call('POST', '/session', { body: { email: 'guessed@example.test', password: `guess number ${i}` } });
    if (answer.status === 429) limited = answer;
  }
  assert.ok(limited, '40 guesses in a row were answered');
  assert.ok(Number(limited.headers.get('retry-after')) > 0 || limited.json.retryAfterMs > 0);
});

test('a cookie does not work from another site', async () => {
  const foreign = { origin: 'https://evil.example' };
  const answer = await people.agent.call('POST', '/agents', { body: {}, headers: foreign });
  assert.equal(answer.status, 403);
  await assert.rejects(Connection.open(server.url, { headers: { ...foreign, cookie: people.agent.cookie } }).then((open) => open.hello({})), (error) => error.status === 403 || error instanceof Refused || error.code !== undefined);
});

// ---- Frames ----

test('no frame before hello, no false hello', async () => {
  const append = { append: { conversationId: room.conversationId, clientId: clientId(), message: { text: 'sneaked in' } } };
  for (const first of [append, { subscribe: { conversationId: room.conversationId } }, { typing: { conversationId: room.conversationId, active: true } }]) {
    const socket = await Connection.open(server.url, { headers: { origin: server.url } });
    socket.send({ ref: 1, ...first });
    await Promise.any([socket.whenClosed(), socket.until((frame) => frame.refusal)]);
    assert.ok(!socket.frames.some((frame) => frame.ack || frame.subscribed || frame.events));
    if (!socket.closed) socket.terminate();
  }
  const session = await visitorSession(server);
  const [head, ...rest] = session.token.split('');
  const touched = (head === 'A' ? 'B' : 'A') + rest.join('');
  const cut = session.token.slice(0, -2);
  for (const hello of [{}, { visitorToken: '' }, { visitorToken: touched }, { visitorToken: cut }, { apiToken: 'wk_no' }, { visitorToken: people.forged.token }, { apiToken: session.token }]) {
    const socket = await Connection.open(server.url, { headers: { origin: server.url } });
    await assert.rejects(socket.hello(hello), JSON.stringify(hello));
    socket.terminate();
  }
});

test('a visitor reaches no conversation but its own', async () => {
  const other = await visitor(server);
  const { conversationId } = room;
  const refusedCode = (error) => error instanceof Refused && ['forbidden', 'not_found', 'unauthenticated'].includes(error.code);
  await assert.rejects(say(other.connection, conversationId, 'intruder'), refusedCode);
  await assert.rejects(subscribe(other.connection, conversationId), refusedCode);
  other.connection.send({ typing: { conversationId, text: 'intruder typing', active: true } });
  const resumed = await visitorSession(server);
  const socket = await Connection.open(server.url, { headers: { origin: server.url } });
  await socket.hello({ visitorToken: resumed.token, resume: [{ conversationId, afterSeq: 0 }] }).catch(() => {});
  await say(room.connection, conversationId, 'still mine');
  assert.ok(!JSON.stringify(socket.frames).includes('still mine'));
  assert.ok(!JSON.stringify(socket.frames).includes('hello'));
  assert.ok(!JSON.stringify(await administrator.log(conversationId)).includes('intruder'));
  const rest = new Api(server.url, { token: other.session.token });
  assert.ok([403, 404].includes((await rest.call('GET', `/conversations/${conversationId}/events`)).status));
  assert.ok([403, 404].includes((await rest.call('POST', `/conversations/${conversationId}/events`, { body: { clientId: clientId(), message: { text: 'intruder' } } })).status));
  socket.terminate();
  await other.connection.close();
});

test('a visitor may not do what agents do', async () => {
  const { connection, conversationId } = room;
  const commands = [
    { note: { text: 'a note of the visitor' } },
    { claim: {} },
    { assign: { to: { kind: 'HOLDER_KIND_AGENT', agentId: administrator.agent.id } } },
    { labels: { added: ['vip'] } },
    { changePriority: { to: 'PRIORITY_URGENT' } },
    { changeState: { to: 'CONVERSATION_STATE_SNOOZED' } },
  ];
  const before = (await administrator.log(conversationId)).length;
  for (const command of commands) {
    await assert.rejects(
      connection.request({ append: { conversationId, clientId: clientId(), ...command } }),
      (error) => error instanceof Refused && error.code === 'forbidden',
      JSON.stringify(command),
    );
  }
  connection.send({ setPresence: { presence: 'PRESENCE_ONLINE' } });
  connection.send({ viewing: { conversationId } });
  assert.equal((await administrator.log(conversationId)).length, before);
});

// Each frame and each command of an append: whether a visitor may send it in its own conversation, and whether an agent may.
const kCommands = {
  message: [{ text: 'x' }, true, true],
  note: [{ text: 'x' }, false, true],
  claim: [{}, false, true],
  assign: [{ to: { kind: 'HOLDER_KIND_QUEUE' } }, false, true],
  changeState: [{ to: 'CONVERSATION_STATE_PENDING' }, false, true],
  seen: [{ throughSeq: 1 }, true, true],
  labels: [{ added: ['x'] }, false, true],
  changePriority: [{ to: 'PRIORITY_HIGH' }, false, true],
  rate: [{ score: 5 }, true, false],
  pageViewed: [{ url: 'https://shop.example/' }, true, false],
  contact: [{ name: 'x' }, true, true],
  botTurn: [{ decided: { action: 'BOT_ACTION_HAND_OVER' } }, false, false],
};
// Those without an answer: what becomes of them where they may not be sent is tested here and in protocol.test.mjs (P16, P46, P61 to P64).
const kFrames = ['hello', 'append', 'subscribe', 'unsubscribe', 'typing', 'setPresence', 'ping', 'viewing'];

/** The names of a oneof of a message of frame.proto, as JSON has them. */
function oneofOf(message) {
  const text = readFileSync(new URL('../../proto/weikeyi/v1/frame.proto', import.meta.url), 'utf8');
  const [, body] = text.match(new RegExp(`message ${message} \\{[^]*?oneof \\w+ \\{([^]*?)\\n  \\}`));
  return [...body.matchAll(/^    \w+ (\w+) = \d+/gm)].map(([, name]) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()));
}

test('every frame and every command: refused from strangers, and from whom it is not for', async () => {
  assert.deepEqual(oneofOf('ClientFrame').sort(), [...kFrames].sort(), 'frames without a line here');
  assert.deepEqual(oneofOf('Append').sort(), Object.keys(kCommands).sort(), 'commands without a line here');
  const mine = await visitor(server);
  await say(mine.connection, mine.conversationId, 'mine');
  const stranger = await visitor(server);
  await say(stranger.connection, stranger.conversationId, 'a stranger');
  const desk = await agentSocket(server, people.agent);
  for (const [command, [body, byVisitor, byAgent]] of Object.entries(kCommands)) {
    const append = (socket) => socket.request({ append: { conversationId: mine.conversationId, clientId: clientId(), [command]: body } }).then(() => true, (error) => (assert.equal(error.code, 'forbidden', `${command}: ${error.message}`), false));
    assert.equal(await append(stranger.connection), false, `${command} of a stranger`);
    assert.equal(await append(mine.connection), byVisitor, `${command} of the visitor`);
    assert.equal(await append(desk), byAgent, `${command} of an agent`);
    // Before Hello there is nobody.
    const nobodys = await Connection.open(server.url, { headers: { origin: server.url } });
    nobodys.send({ ref: 1, append: { conversationId: mine.conversationId, clientId: clientId(), [command]: body } });
    await nobodys.whenClosed();
    assert.ok(!nobodys.frames.some((frame) => frame.ack));
    // Over REST it is the same.
    const rest = async (api) => (await api.call('POST', `/conversations/${mine.conversationId}/events`, { body: { clientId: clientId(), [command]: body } })).status;
    assert.equal(await rest(new Api(server.url, { token: stranger.session.token })), 403, command);
    assert.equal(await rest(people.nobody), 401, command);
    assert.equal(await rest(new Api(server.url, { token: mine.session.token })) === 403, !byVisitor, command);
    assert.equal(await rest(people.agent) === 403, !byAgent, command);
  }
  for (const socket of [mine.connection, stranger.connection, desk]) await socket.close();
});

test('a visitor never gets what is for agents: notes, comments, lists, other agents’ e-mail', async () => {
  const own = await visitor(server);
  await say(own.connection, own.conversationId, 'mine');
  const desk = await agentSocket(server, administrator);
  await note(desk, own.conversationId, 'CONFIDENTIAL');
  await say(desk, own.conversationId, 'public');
  await own.connection.event((event) => event.message?.text === 'public');
  const rest = new Api(server.url, { token: own.session.token });
  const log = await rest.call('GET', `/conversations/${own.conversationId}/events`);
  const all = JSON.stringify(own.connection.frames) + JSON.stringify(log.json);
  for (const hidden of ['CONFIDENTIAL', administrator.agent.email, 'conversationUpdate', 'identitySecret', 'contactEmail']) {
    assert.ok(!all.includes(hidden), hidden);
  }
  await own.connection.close();
  await desk.close();
});

test('an origin that the site does not allow gets no session and no socket', async () => {
  const site = await administrator.post('/sites', { name: 'Closed shop', allowedOrigins: ['https://shop.example', 'https://*.shop.example'] });
  const ask = (origin) => people.nobody.call('POST', '/visitor/sessions', { body: { siteKey: site.key }, headers: { origin } });
  for (const good of ['https://shop.example', 'https://www.shop.example']) assert.ok((await ask(good)).status < 300, good);
  for (const bad of ['https://evil.example', 'http://shop.example', 'https://shop.example.evil.example', 'https://notshop.example', 'null']) {
    assert.equal((await ask(bad)).status, 403, bad);
  }
  const session = (await ask('https://shop.example')).json;
  const socket = await Connection.open(server.url, { headers: { origin: 'https://evil.example' } }).catch((error) => error);
  if (socket instanceof Connection) await assert.rejects(socket.hello({ visitorToken: session.token }));
  assert.ok((await people.nobody.call('POST', '/visitor/sessions', { body: { siteKey: 'nosuchsite' } })).status >= 400);
});

test('a verified identity cannot be made up', async () => {
  for (const request of [{ identityToken: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwiZXhwIjo5OTk5OTk5OTk5fQ.' }, { identifier: 'user-1', identifierHash: '0'.repeat(64) }]) {
    const answer = await people.nobody.call('POST', '/visitor/sessions', { body: { siteKey: 'demo', ...request } });
    assert.ok([400, 401, 403].includes(answer.status), `${answer.status}`);
  }
});

test('set-up is closed once there is an administrator', async () => {
  assert.ok(!(await people.nobody.get('/setup')).needed);
  const body = { email: 'thief@example.test', password: kPassword, name: 'thief', siteName: 'x', setupCode: '000000' };
  assert.ok([403, 404, 409].includes((await people.nobody.call('POST', '/setup', { body })).status));
});

test('a fresh installation asks for the code on the terminal', async () => {
  const fresh = await Server.start({ demo: false });
  try {
    const anybody = nobody(fresh);
    assert.equal((await anybody.get('/setup')).needed, true);
    const body = { email: 'boss@example.test', password: kPassword, name: 'Boss', siteName: 'Shop' };
    assert.ok([400, 401, 403].includes((await anybody.call('POST', '/setup', { body: { ...body, setupCode: 'WRONGCODE' } })).status));
    const code = fresh.listening.setupCode ?? (await eventually(() => fresh.log().match(/set-?up code[^A-Z0-9]*([A-Z0-9-]{6,})/i)?.[1], 'the code is printed'));
    await anybody.post('/setup', { ...body, setupCode: code });
    assert.equal((await signIn(fresh, { email: 'boss@example.test', password: kPassword })).agent.role, 'ROLE_ADMINISTRATOR');
    assert.ok([403, 404, 409].includes((await anybody.call('POST', '/setup', { body: { ...body, setupCode: code } })).status));
  } finally {
    await fresh.close();
  }
});

test('the session cookie is HttpOnly and same-site', async () => {
  const answer = await people.nobody.call('POST', '/session', { body: { email: 'agent@example.test', password: kPassword } });
  const [cookie] = answer.headers.getSetCookie();
  assert.match(cookie, /HttpOnly/i);
  assert.match(cookie, /SameSite=(Lax|Strict)/i);
  assert.match(cookie, /Path=\//i);
});
