// What holds for all of the REST API: the same answer to the same Idempotency-Key, lists in pages, errors with codes that are written
// down, and a document that describes it.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Server } from './lib/server.mjs';
import { Api, clientId, demoAgent, eventually, keepSaying as say, nobody, visitor } from './lib/people.mjs';

const root = resolve(import.meta.dirname, '../..');
let server;
let agent;
let room;

before(async () => {
  server = await Server.start({ args: ['--demo-bot'] });
  agent = await demoAgent(server);
  room = await visitor(server);
  await say(room.connection, room.conversationId, 'hello');
});
after(async () => {
  await room?.connection.close();
  await server?.close();
});

const post = (api, path, body, key, headers = {}) => api.call('POST', path, { body, headers: { 'idempotency-key': key, ...headers } });

// ---- Idempotency-Key ----

test('the same request with the same key is done once, and answered the same', async () => {
  const visitorApi = new Api(server.url, { token: room.session.token });
  const file = (bytes) => [`/uploads?conversation=${room.conversationId}&name=x.txt`, Buffer.from(bytes), { 'content-type': 'application/octet-stream' }];
  const document = (text) => [`/knowledge/documents?name=${text}.txt`, Buffer.from(`${text} is what it says.\n`), { 'content-type': 'application/octet-stream' }];
  for (const [what, api, [path, body, headers], [otherPath, other]] of [
    ['an agent', agent, ['/agents', { email: 'once@example.test', name: 'Once', role: 'ROLE_AGENT', password: 'correct horse battery' }], ['/agents', { email: 'other@example.test', name: 'Other', role: 'ROLE_AGENT', password: 'correct horse battery' }]],
    ['a site', agent, ['/sites', { name: 'Once' }], ['/sites', { name: 'Other' }]],
    ['an entry', agent, ['/knowledge/entries', { kind: 'KNOWLEDGE_KIND_FAQ', title: 'Once?', body: 'Yes.' }], ['/knowledge/entries', { kind: 'KNOWLEDGE_KIND_FAQ', title: 'Twice?', body: 'No.' }]],
    ['a visitor’s file', visitorApi, file('the same bytes'), file('other bytes')],
    ['an agent’s file', agent, file('an agent’s bytes'), file('other bytes')],
    ['a document', agent, document('teapot'), document('kettle')],
  ]) {
    const key = clientId();
    const first = await post(api, path, body, key, headers);
    assert.equal(first.status, 201, `${what}: ${JSON.stringify(first.json)}`);
    assert.equal(first.headers.get('idempotency-replayed'), null);
    const again = await post(api, path, body, key, headers);
    assert.equal(again.status, 201, what);
    assert.equal(again.headers.get('idempotency-replayed'), 'true', what);
    assert.deepEqual(again.json, first.json, what);
    const reused = await post(api, otherPath, other, key, headers);
    assert.deepEqual([reused.status, reused.json.code], [409, 'idempotency_key_reused'], what);
    const fresh = await post(api, otherPath, other, clientId(), headers);
    assert.equal(fresh.status, 201, what);
    assert.notEqual(JSON.stringify(fresh.json), JSON.stringify(first.json), what);
  }
});

test('a key is its caller’s own, and one that cannot be is refused', async () => {
  const lin = await demoAgent(server, 1);
  const key = clientId();
  const path = `/uploads?conversation=${room.conversationId}&name=x.txt`;
  const [mine, theirs] = [await post(agent, path, 'same', key), await post(lin, path, 'same', key)];
  assert.deepEqual([mine.status, theirs.status], [201, 201]);
  assert.notEqual(mine.json.id, theirs.json.id);
  for (const bad of ['', 'with a space', 'x'.repeat(129)]) {
    for (const target of ['/sites', path]) assert.equal((await post(agent, target, '{"name":"x"}', bad)).json.code, 'invalid_argument', `${target} ${bad}`);
  }
});

test('at the same time it is done once: the others are told to wait, or are answered the same', async () => {
  for (const [path, body] of [['/sites', { name: 'At once' }], [`/uploads?conversation=${room.conversationId}&name=x.bin`, Buffer.alloc(1 << 20, 7)]]) {
    const key = clientId();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(agent, path, body, key)));
    const done = answers.filter((answer) => answer.status === 201);
    assert.equal(new Set(done.map((answer) => answer.json.id)).size, 1, path);
    for (const answer of answers) if (answer.status !== 201) assert.deepEqual([answer.status, answer.json.code], [409, 'idempotency_key_in_use']);
    const later = await post(agent, path, body, key);
    assert.equal(later.json.id, done[0].json.id);
  }
});

test('an upload that was cut off gives its key back', async () => {
  const key = clientId();
  const path = `/uploads?conversation=${room.conversationId}&name=x.bin`;
  const cut = new AbortController();
  const half = fetch(`${server.url}/api/v1${path}`, {
    method: 'POST',
    signal: cut.signal,
    duplex: 'half',
    headers: { cookie: agent.cookie, origin: server.url, 'idempotency-key': key },
    body: new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(1 << 16)) }),
  });
  setTimeout(() => cut.abort(), 200);
  await assert.rejects(half);
  const whole = await eventually(async () => {
    const answer = await post(agent, path, 'whole', key);
    return answer.status === 201 && answer;
  }, 'the key is free again');
  assert.equal(whole.json.sizeBytes, '5');
});

test('an append’s key is its client id: once, also without one in the body', async () => {
  const key = clientId();
  const path = `/conversations/${room.conversationId}/events`;
  const first = await post(agent, path, { message: { text: 'by its key' } }, key);
  assert.equal(first.status, 201);
  const socketSide = await agent.call('POST', path, { body: { clientId: key, message: { text: 'by its key' } } });
  assert.equal(socketSide.json.seq, first.json.seq);
  assert.equal((await agent.log(room.conversationId)).filter((event) => event.message?.text === 'by its key').length, 1);
});

// ---- Lists ----

test('every list goes through its pages by nextCursor, once and without a hole', async () => {
  for (let i = 0; i < 3; ++i) {
    const someone = await visitor(server);
    await say(someone.connection, someone.conversationId, 'a turquoise question');
    await say(someone.connection, someone.conversationId, 'and more of it');
    await someone.connection.close();
    await agent.post('/tokens', { name: `token ${i}`, role: 'ROLE_AGENT' });
    await agent.post('/sites', { name: `Site ${i}` });
  }
  await eventually(async () => (await agent.get('/search?q=turquoise')).hits?.length === 3, 'found');
  for (const [path, name, id, least] of [
    ['/agents?', 'agents', 'id', 2],
    ['/sites?', 'sites', 'id', 4],
    ['/tokens?', 'tokens', 'id', 3],
    ['/contacts?', 'contacts', 'id', 3],
    ['/conversations?view=all', 'conversations', 'id', 4],
    [`/conversations/${room.conversationId}/events?`, 'events', 'seq', 2],
    ['/search?q=turquoise', 'hits', 'conversationId', 3],
    ['/knowledge/entries?', 'entries', 'id', 3],
  ]) {
    const whole = (await agent.get(`${path}&limit=200`))[name].map((one) => one[id]);
    assert.ok(whole.length >= least, `${path}: ${whole.length}`);
    const paged = [];
    let cursor = '';
    do {
      const page = await agent.get(`${path}&limit=1&cursor=${cursor}`);
      assert.ok((page[name] ?? []).length <= 1, path);
      paged.push(...(page[name] ?? []).map((one) => one[id]));
      cursor = page.nextCursor ?? '';
    } while (cursor !== '' && paged.length <= whole.length);
    assert.deepEqual(paged, whole, path);
  }
});

// ---- Errors and the document ----

test('every code that the server gives is in docs/protocol.md', () => {
  const documented = readFileSync(join(root, 'docs/protocol.md'), 'utf8');
  // `document_unknown_format`, `_damaged`: the ends of a family.
  const known = (code) => documented.includes(`\`${code}\``) || [...code.matchAll(/_/g)].some(({ index }) => documented.includes(`\`${code.slice(0, index)}_`) && documented.includes(`\`${code.slice(index)}\``));
  const given = new Set();
  for (const folder of ['api', 'core', 'gateway', 'server', 'ai_agent']) {
    for (const name of readdirSync(join(root, folder), { recursive: true })) {
      // Why a website or a model was not read is told in words of their own (docs/ai.md), not as an error of a request.
      if (!/\.(cpp|hpp)$/.test(name) || /_test|_fuzz|testing|^crawl\/|^llm\//.test(name)) continue;
      const text = readFileSync(join(root, folder, name), 'utf8');
      for (const [, code] of text.matchAll(/ErrorCode::k\w+,[^;{}]*?"([a-z]+(?:_[a-z]+)+)",/g)) given.add(code);
      for (const [, code] of text.matchAll(/\b(?:forbidden|busy|refused|rejected|denied|conflict|invalid|too_large)\("([a-z]+(?:_[a-z]+)+)"/g)) given.add(code);
    }
  }
  assert.ok(given.size > 20, [...given].join());
  assert.deepEqual([...given].filter((code) => !known(code)), []);
});

test('the OpenAPI document: references resolve, paths declare what they hold, every POST takes a key, every answer has its problem', async () => {
  const document = await nobody(server).get('/openapi.json');
  const resolves = (reference) => reference.slice(2).split('/').reduce((at, part) => at?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document);
  const walk = (at) => {
    if (at === null || typeof at !== 'object') return;
    if (at.$ref !== undefined) assert.ok(resolves(at.$ref), at.$ref);
    Object.values(at).forEach(walk);
  };
  walk(document);
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (method === 'servers') continue;
      const where = `${method} ${path}`;
      assert.match(method, /^(get|put|post|patch|delete)$/, where);
      assert.ok(operation.summary, where);
      const parameters = operation.parameters ?? [];
      assert.deepEqual(parameters.filter((one) => one.in === 'path').map((one) => one.name), [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name), where);
      assert.equal(new Set(parameters.map((one) => `${one.in} ${one.name}`)).size, parameters.length, where);
      assert.equal(parameters.some((one) => one.name === 'Idempotency-Key'), method === 'post', where);
      assert.ok(Object.keys(operation.responses).every((status) => /^([1-5](\d\d|XX)|default)$/.test(status)), where);
      if (path !== '/openapi.json') assert.ok(operation.responses.default?.content['application/problem+json'], where);
      for (const need of operation.security ?? []) for (const scheme of Object.keys(need)) assert.ok(document.components.securitySchemes[scheme], where);
    }
  }
});
