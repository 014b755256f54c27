// weikeyi bench against a real server, so small that only its working is tested: figures are ./dev bench's.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { binary } from './lib/server.mjs';

let data;
before(async () => {
  data = await mkdtemp(join(tmpdir(), 'weikeyi-bench-test-'));
});
after(async () => {
  // What a bench started leaves nothing behind.
  const left = await readdir(data);
  await rm(data, { recursive: true });
  assert.deepEqual(left, []);
});

const kShort = ['--seconds', '1', '--warm-up', '0.2'];

async function bench(...args) {
  const { stdout } = await promisify(execFile)(binary, ['bench', ...args, ...kShort], { timeout: 60_000 });
  return JSON.parse(stdout);
}

test('echo: every message comes back as it was sent', async () => {
  const report = await bench('echo', '--connections', '8', '--in-flight', '4');
  assert.ok(report.messages > 0);
  assert.equal(report.wrong, 0);
  assert.ok(report.cpu.ack_path_us > 0);
  assert.equal(report.echo_ms.count > 0, true);
});

test('chat: acked and delivered exactly once, with several chats on an agent\'s socket', async () => {
  const report = await bench('chat', '--visitors', '7', '--in-flight', '3', '--chats-per-agent', '3', '--data', data);
  assert.ok(report.messages > 0);
  assert.equal(report.lost + report.duplicate + report.out_of_order + report.unacked + report.range_gaps + report.wrong, 0);
  assert.ok(report.delivery_ms.count > 0);
  assert.ok(report.event_bytes >= 120 && report.event_bytes <= 136, `an event of ${report.event_bytes} bytes`);
  assert.ok(report.cpu.by_thread_us.committer > 0);
});

test('chat: open loop keeps its rate', async () => {
  const report = await bench('chat', '--visitors', '5', '--rate', '200', '--data', data);
  assert.ok(Math.abs(report.per_second - 200) < 40, `${report.per_second} a second`);
  assert.equal(report.overrun, 0);
});
