// A planned stop: everything accepted is finished, clients are told, the process is gone within 2 s, clients come back.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { Server } from './lib/server.mjs';
import { Sender } from './lib/traffic.mjs';
import { agentSocket, delay, demoAgent, eventually, visitor, visitorSession, visitorSocket } from './lib/people.mjs';

const kDrainMs = 2_000;

test('SIGTERM under load drains within 2 s, loses nothing, and clients come back', { timeout: 60_000 }, async (t) => {
  const server = await Server.start();
  const senders = [];
  try {
    for (let i = 0; i < 16; i += 1) senders.push(new Sender(server.url, { name: `s${i}`, session: await visitorSession(server) }));
    await eventually(() => senders.every((sender) => sender.acked > 3), 'senders are sending');
    for (let round = 0; round < 3; round += 1) {
      const ended = await server.stop();
      t.diagnostic(`drained in ${Math.round(ended.ms)} ms`);
      assert.equal(ended.code, 0);
      assert.ok(ended.ms < kDrainMs, `${ended.ms} ms`);
      await server.launch();
      await delay(500);
    }
    await Promise.all(senders.map((sender) => sender.finish(20_000)));
    const agent = await demoAgent(server);
    for (const sender of senders) {
      assert.equal(sender.connects, 4, 'came back each time');
      const log = await agent.log(sender.conversationId);
      const texts = log.filter((event) => event.message).map((event) => event.message.text);
      assert.deepEqual(texts, sender.sent.map((entry) => entry.text));
    }
  } finally {
    for (const sender of senders) await sender.stop();
    await server.close();
  }
});

test('clients are told that the server stops and when to come back', async () => {
  const server = await Server.start();
  try {
    const { session, connection } = await visitor(server);
    const desk = await agentSocket(server, await demoAgent(server));
    const stopped = server.stop();
    for (const socket of [connection, desk]) {
      const { goodbye } = await socket.until((frame) => frame.goodbye, 'goodbye');
      assert.ok(goodbye.retryAfterMs > 0 && goodbye.retryAfterMs < 10_000, JSON.stringify(goodbye));
      const closed = await socket.whenClosed();
      assert.ok([1001, 1012].includes(closed.code), String(closed.code));
    }
    assert.equal((await stopped).code, 0);
    await server.launch();
    const again = await visitorSocket(server, session);
    assert.ok(again.welcome.visitor);
    await again.close();
  } finally {
    await server.close();
  }
});

test('a peer that does not read or answer does not hold the stop up', async () => {
  const server = await Server.start();
  try {
    const silent = connect(server.port, '127.0.0.1');
    silent.on('error', () => {});
    silent.write('POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"half');
    await delay(100);
    const ended = await server.stop();
    assert.equal(ended.code, 0);
    assert.ok(ended.ms < kDrainMs, `${ended.ms} ms`);
    silent.destroy();
  } finally {
    await server.close();
  }
});
