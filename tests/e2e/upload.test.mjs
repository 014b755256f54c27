// Attachments: streamed, typed by content, given back only to those who may, in a way that cannot run in our origin.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Server } from './lib/server.mjs';
import { Api, agentSocket, clientId, demoAgent, keepSaying, nobody, say, subscribe, visitor } from './lib/people.mjs';

const kBigBytes = 200 << 20;
const kBigMayCostBytes = 48 << 20;
// 1 x 1, transparent.
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');

let server;
let agent;

before(async () => {
  server = await Server.start();
  agent = await demoAgent(server);
});
after(() => server?.close());

const upload = (api, conversationId, name, body, type = 'application/octet-stream') =>
  api.call('POST', `/uploads?conversation=${conversationId}&name=${encodeURIComponent(name)}`, { body, headers: { 'content-type': type } });

/** Follows a link as a browser would: without any credential. */
async function fetchLink(api, id) {
  const link = await api.post(`/attachments/${id}/link`);
  return fetch(new URL(link.url, server.url));
}

test('an image travels from visitor to agent, byte for byte, with its size', async () => {
  const { session, connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'look');
  const me = new Api(server.url, { token: session.token });
  const answer = await upload(me, conversationId, 'screen shot 截图.png', png, 'text/html');
  assert.ok(answer.status === 200 || answer.status === 201, `${answer.status} ${JSON.stringify(answer.json)}`);
  const attachment = answer.json;
  assert.equal(attachment.mediaType, 'image/png', 'by content, not by claim');
  assert.equal(attachment.width, 1);
  assert.equal(attachment.height, 1);

  await connection.request({ append: { conversationId, clientId: clientId(), message: { attachments: [{ id: attachment.id }] } } });
  const desk = await agentSocket(server, agent);
  await subscribe(desk, conversationId);
  const event = await desk.event((one) => one.message?.attachments?.length === 1);
  const [shown] = event.message.attachments;
  assert.equal(shown.name, 'screen shot 截图.png');
  assert.equal(Number(shown.sizeBytes), png.length);
  const file = await fetchLink(agent, shown.id);
  assert.equal(file.status, 200);
  assert.equal(file.headers.get('content-type'), 'image/png');
  assert.equal(file.headers.get('x-content-type-options'), 'nosniff');
  assert.deepEqual(Buffer.from(await file.arrayBuffer()), png);
  await connection.close();
  await desk.close();
});

test('what could run in our origin is downloaded, not shown', async () => {
  const { session, connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'files');
  const me = new Api(server.url, { token: session.token });
  for (const [name, text] of [
    ['page.html', '<!doctype html><script>alert(1)</script>'],
    ['drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['picture.png', '<html><script>alert(1)</script></html>'],
  ]) {
    const { json, status } = await upload(me, conversationId, name, text, 'image/png');
    assert.ok(status < 300, `${name}: ${status}`);
    const file = await fetchLink(me, json.id);
    assert.match(file.headers.get('content-disposition') ?? '', /^attachment/, name);
    assert.match(file.headers.get('content-security-policy') ?? '', /sandbox|default-src 'none'/, name);
    assert.equal(file.headers.get('x-content-type-options'), 'nosniff');
    assert.ok(!/html|svg|xml/.test(file.headers.get('content-type')) || /^attachment/.test(file.headers.get('content-disposition')));
  }
  await connection.close();
});

test('200 MB are streamed: the memory does not grow by them', { timeout: 120_000 }, async (t) => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'a big one comes');
  const before = await server.rss();
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(1 << 20);
  let left = kBigBytes;
  const stream = new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close();
      chunk.writeUInt32LE(left >>> 0, 0);
      hash.update(chunk);
      left -= chunk.length;
      controller.enqueue(Uint8Array.from(chunk));
    },
  });
  const answer = await agent.call('POST', `/uploads?conversation=${conversationId}&name=big.bin`, {
    body: stream,
    headers: { 'content-type': 'application/octet-stream' },
  });
  assert.ok(answer.status < 300, `${answer.status} ${JSON.stringify(answer.json)}`);
  assert.equal(Number(answer.json.sizeBytes), kBigBytes);
  const grown = (await server.rssPeak()) - before;
  t.diagnostic(`resident memory grew by ${(grown / 1048576).toFixed(1)} MB at the most while 200 MB were taken`);
  assert.ok(grown < kBigMayCostBytes, `${grown} bytes`);

  const file = await fetchLink(agent, answer.json.id);
  const back = createHash('sha256');
  for await (const part of file.body) back.update(part);
  assert.equal(back.digest('hex'), hash.digest('hex'));
  const grownAfterRead = (await server.rssPeak()) - before;
  t.diagnostic(`and by ${(grownAfterRead / 1048576).toFixed(1)} MB after giving them back`);
  assert.ok(grownAfterRead < kBigMayCostBytes, `${grownAfterRead} bytes`);
  await connection.close();
});

test('more than the limit is refused before it is read', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'too big');
  // By hand: what a length of 1 TB gets, without sending it.
  const socket = connect(server.port, '127.0.0.1');
  socket.write(`POST /api/v1/uploads?conversation=${conversationId}&name=x.bin HTTP/1.1\r\nhost: ${new URL(server.url).host}\r\n` +
    `origin: ${server.url}\r\ncookie: ${agent.cookie}\r\ncontent-type: application/octet-stream\r\ncontent-length: ${2 ** 40}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  assert.match(answer.toString(), /^HTTP\/1\.1 413 /);
  socket.destroy();
  await connection.close();
});

test('what only a private note has, or nothing yet, is not the visitor’s, whoever guesses its number', async () => {
  const { session, connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'send me the offer');
  const me = new Api(server.url, { token: session.token });
  const desk = await agentSocket(server, agent);
  const [inNote, inMessage, late, nowhere] = await Promise.all(['calculation.txt', 'offer.txt', 'late.txt', 'draft.txt'].map(async (name) => (await upload(agent, conversationId, name, name)).json));
  const send = (command) => desk.request({ append: { conversationId, clientId: clientId(), ...command } });
  await send({ note: { text: 'for us', attachments: [{ id: inNote.id }] } });
  await send({ message: { text: 'for you', attachments: [{ id: inMessage.id }] } });
  // More than a page of the log, and then one that waited so long.
  for (let i = 0; i < 5; ++i) await Promise.all(Array.from({ length: 50 }, () => keepSaying(desk, conversationId, 'more')));
  await send({ message: { text: 'at last', attachments: [{ id: late.id }] } });
  for (const { id } of [inNote, nowhere]) {
    assert.equal((await me.call('POST', `/attachments/${id}/link`, { body: {} })).status, 404);
    assert.equal((await me.call('GET', `/files/${id}`)).status, 404);
    await assert.rejects(connection.request({ append: { conversationId, clientId: clientId(), message: { attachments: [{ id }] } } }), (error) => error.code === 'invalid_argument');
  }
  for (const [{ id }, name] of [[inMessage, 'offer.txt'], [late, 'late.txt']]) {
    assert.equal(await (await fetchLink(me, id)).text(), name);
    assert.equal((await me.call('GET', `/files/${id}`)).status, 200);
  }
  for (const { id } of [inNote, inMessage, late, nowhere]) assert.equal((await agent.call('GET', `/files/${id}`)).status, 200);
  await connection.close();
  await desk.close();
});

test('a stranger gets neither link nor file', async () => {
  const { session, connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'mine');
  const me = new Api(server.url, { token: session.token });
  const { json: attachment } = await upload(me, conversationId, 'mine.png', png);
  const link = await me.post(`/attachments/${attachment.id}/link`);

  const other = await visitor(server);
  await say(other.connection, other.conversationId, 'curious');
  const them = new Api(server.url, { token: other.session.token });
  assert.ok([403, 404].includes((await them.call('POST', `/attachments/${attachment.id}/link`, { body: {} })).status));
  assert.equal((await nobody(server).call('POST', `/attachments/${attachment.id}/link`, { body: {} })).status, 401);
  assert.ok([401, 403, 404].includes((await nobody(server).call('GET', `/files/${attachment.id}`)).status));
  // A link with its signature touched.
  const forged = new URL(link.url, server.url);
  for (const [key, value] of forged.searchParams) {
    const wrong = new URL(forged);
    wrong.searchParams.set(key, value.slice(0, -1) + (value.endsWith('0') ? '1' : '0'));
    assert.ok([401, 403, 404].includes((await fetch(wrong)).status), `changed ${key}`);
  }
  // Somebody else's attachment in one's own message.
  await assert.rejects(
    other.connection.request({ append: { conversationId: other.conversationId, clientId: clientId(), message: { attachments: [{ id: attachment.id }] } } }),
    (error) => ['forbidden', 'not_found', 'invalid_argument'].includes(error.code),
  );
  // Into somebody else's conversation.
  assert.ok([403, 404].includes((await upload(them, conversationId, 'x.png', png)).status));
  await connection.close();
  await other.connection.close();
});
