// A full disk: a clear refusal, reading goes on, and sending works again within 2 s of space returning, without a restart.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server } from './lib/server.mjs';
import { Refused } from './lib/connection.mjs';
import { agentSocket, delay, demoAgent, say, subscribe, visitor, visitorSocket } from './lib/people.mjs';

const kDiskBytes = 192 << 20;
const kBackMs = 2_000;

let disk;
let server;

before(() => {
  disk = mkdtempSync(join(tmpdir(), 'weikeyi-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kDiskBytes}`, 'tmpfs', disk], { stdio: 'pipe' });
  } catch {
    rmSync(disk, { recursive: true });
    disk = undefined;
  }
});
after(async () => {
  await server?.close();
  if (disk === undefined) return;
  execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true });
});

/** Writes until there is no room at all. */
function fill(path) {
  const file = openSync(path, 'w');
  for (let size = 1 << 20; size >= 512; size >>= 1) {
    const chunk = Buffer.alloc(size, 1);
    try {
      while (writeSync(file, chunk) === size);
    } catch (error) {
      assert.equal(error.code, 'ENOSPC');
    }
  }
  closeSync(file);
}

test('a full disk refuses, reads, and recovers by itself', { timeout: 120_000 }, async (t) => {
  if (disk === undefined) return t.skip('a small file system could not be mounted here (needs root)');
  mkdirSync(join(disk, 'data'));
  server = await Server.start({ dataDir: join(disk, 'data') });
  const agent = await demoAgent(server);
  const { session, connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'before');
  const desk = await agentSocket(server, agent);
  await subscribe(desk, conversationId);
  const pid = server.pid;

  const filler = join(disk, 'filler');
  const acked = [];
  // What the server set aside for itself may take some more; then it must say so.
  let refused;
  for (let i = 0; i < 20_000 && refused === undefined; i += 1) {
    if (i % 50 === 0) fill(filler + i);
    try {
      acked.push(await say(desk, conversationId, `${i} ${'x'.repeat(15_000)}`));
    } catch (error) {
      assert.ok(error instanceof Refused, String(error));
      refused = error;
    }
  }
  assert.equal(refused?.code, 'storage_full', `${acked.length} were accepted on a full disk`);
  t.diagnostic(`${acked.length} messages of 15 kB were still taken, then refused`);
  // A short one may still find room behind the last segment's end; then that fills up, too.
  await assert.rejects(async () => {
    for (let i = 0; i < 2_000; i += 1) acked.push(await say(desk, conversationId, `short ${i} ${'y'.repeat(300)}`));
  }, (error) => error.code === 'storage_full');

  // Reading goes on: the log over REST, and a visitor who comes back.
  const log = await agent.log(conversationId);
  assert.equal(log.length, acked.at(-1)?.seq ?? log.length);
  assert.deepEqual(log.map((event) => event.seq), log.map((_, i) => i + 1));
  const again = await visitorSocket(server, session, { resume: [{ conversationId, afterSeq: 0 }] });
  await again.event((event) => event.message?.text === 'before');
  assert.notEqual((await agent.call('GET', '/readyz')).status, 200, 'readiness tells the operator');

  for (let i = 0; i < 20_000; i += 50) rmSync(filler + i, { force: true });
  const since = performance.now();
  let back;
  while (back === undefined) {
    try {
      back = await say(connection, conversationId, 'there is room again');
    } catch (error) {
      assert.equal(error.code, 'storage_full');
      assert.ok(performance.now() - since < kBackMs, 'sending works again within 2 s');
      await delay(50);
    }
  }
  t.diagnostic(`sending worked ${Math.round(performance.now() - since)} ms after space came back`);
  assert.equal(back.seq, log.length + 1, 'what was refused took no number');
  assert.equal(server.pid, pid);
  assert.ok(server.running);

  await server.restart();
  const after = await (await demoAgent(server)).log(conversationId);
  assert.equal(after.at(-1).message.text, 'there is room again');
});
