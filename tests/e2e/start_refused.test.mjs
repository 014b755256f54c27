// A start that cannot be ends with code 1 and says what is in the way, at whichever step it stands; never with a signal.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { Server } from './lib/server.mjs';

/** Starts on a new directory that `spoil` has prepared; the reason the start gives. */
async function refused(spoil, args = []) {
  const data = await mkdtemp(join(tmpdir(), 'weikeyi-e2e-refused-'));
  try {
    await spoil(data);
    const server = new Server({ demo: false, args });
    server.dataDir = data;
    let reason;
    await assert.rejects(server.launch(), (error) => {
      reason = error.message;
      return /ended before it listened \(1\)/.test(reason);
    }, `a start on ${data}`);
    return reason;
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

for (const name of ['directory.db', 'warm.db', 'search.db', 'knowledge.db']) {
  test(`${name} cannot be opened`, async () => {
    assert.match(await refused((data) => mkdir(join(data, name))), new RegExp(name.replace('.', '\\.')));
  });
}

test('the journal cannot be opened', async () => {
  assert.match(await refused((data) => writeFile(join(data, 'journal'), 'not a directory')), /journal|directory/);
});

test('no such certificate', async () => {
  assert.match(await refused(() => {}, ['--tls-cert', '/nonexistent.pem', '--tls-key', '/nonexistent.pem']), /nonexistent\.pem/);
});

test('the port is taken', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  try {
    assert.match(await refused(() => {}, ['--listen', `127.0.0.1:${holder.address().port}`]), new RegExp(`${holder.address().port}`));
  } finally {
    holder.close();
  }
});
