// backup, restore and check, on a server that runs and takes messages.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, weikeyi } from './lib/server.mjs';
import { Sender } from './lib/traffic.mjs';
import { delay, demoAgent, eventually, visitorSession } from './lib/people.mjs';

test('a backup of a running server is whole, and restores to a server that has everything up to then', { timeout: 120_000 }, async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'weikeyi-backup-'));
  const server = await Server.start();
  const senders = [];
  let restored;
  try {
    for (let i = 0; i < 8; i += 1) senders.push(new Sender(server.url, { name: `b${i}`, session: await visitorSession(server) }));
    await eventually(() => senders.every((sender) => sender.acked > 10), 'senders are sending');

    const running = await weikeyi('check', '--data', server.dataDir);
    assert.equal(running.code, 0, `check while running: ${running.stdout}${running.stderr}`);

    const ackedBefore = senders.map((sender) => [...sender.acks.keys()]);
    const made = await weikeyi('backup', '--data', server.dataDir, join(dir, 'backup'));
    assert.equal(made.code, 0, made.stdout + made.stderr);
    await delay(300);
    await Promise.all(senders.map((sender) => sender.finish(10_000)));

    const back = await weikeyi('restore', '--data', join(dir, 'restored'), join(dir, 'backup'));
    assert.equal(back.code, 0, back.stdout + back.stderr);
    const checked = await weikeyi('check', '--data', join(dir, 'restored'));
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);

    restored = await Server.start({ dataDir: join(dir, 'restored') });
    const agent = await demoAgent({ ...restored, demo: server.demo, url: restored.url });
    const live = await demoAgent(server);
    let events = 0;
    for (const [index, sender] of senders.entries()) {
      const log = await agent.log(sender.conversationId);
      const original = await live.log(sender.conversationId);
      assert.deepEqual(log, original.slice(0, log.length), 'a prefix of the original log');
      const ids = new Set(log.map((event) => event.clientId));
      assert.ok(ackedBefore[index].every((id) => ids.has(id)), 'all that was acked before the backup began');
      events += log.length;
    }
    t.diagnostic(`${events} events of 8 conversations restored`);
    const refused = await weikeyi('restore', '--data', server.dataDir, join(dir, 'backup'));
    assert.notEqual(refused.code, 0, 'a directory in use or with data is not overwritten');
  } finally {
    for (const sender of senders) await sender.stop();
    await restored?.close();
    await server.close();
    await rm(dir, { recursive: true, force: true });
  }
});

test('check finds a byte that changed on disk', async () => {
  const server = await Server.start();
  let sender;
  try {
    sender = new Sender(server.url, { name: 'c', session: await visitorSession(server) });
    await eventually(() => sender.acked > 30, 'sender is sending');
    await sender.finish(10_000);
    await sender.stop();
    await server.stop();
    assert.equal((await weikeyi('check', '--data', server.dataDir)).code, 0);

    const segment = await newestSegment(server.dataDir);
    const file = await open(segment.path, 'r+');
    // In the middle of what is written: behind it valid records follow, so it is damage and not a torn tail.
    const bytes = Buffer.alloc(segment.used);
    await file.read(bytes, 0, bytes.length, 0);
    const at = bytes.indexOf('c says 5');
    assert.ok(at > 0, 'the journal holds the message');
    await file.write(Buffer.from('X'), 0, 1, at);
    await file.close();
    const damaged = await weikeyi('check', '--data', server.dataDir);
    assert.notEqual(damaged.code, 0);
    assert.match(damaged.stdout + damaged.stderr, /crc|checksum|corrupt|damag/i);
  } finally {
    await sender?.stop();
    await server.close();
  }
});

/** The largest file below a directory whose name says journal. */
async function newestSegment(dataDir) {
  const found = [];
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && /journal/.test(path)) found.push({ path, used: (await stat(path)).size });
  }
  assert.ok(found.length > 0, 'there is a journal');
  return found.sort((a, b) => b.used - a.used)[0];
}
