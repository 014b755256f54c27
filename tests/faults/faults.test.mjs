// The short form of faults.mjs.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { faults } from './faults.mjs';

const kSeconds = Number(process.env.WEIKEYI_FAULT_SECONDS ?? 30);

test('faults of every kind under load: nothing acked is lost, doubled, moved or renumbered', { timeout: 600_000 }, async (t) => {
  const seed = Number(process.env.WEIKEYI_FAULT_SEED ?? Date.now() % 100_000);
  const counts = await faults({ seed, seconds: kSeconds, senders: 12, report: (line) => t.diagnostic(line) });
  t.diagnostic(JSON.stringify(counts));
  assert.ok(counts.rounds >= 5, `only ${counts.rounds} rounds in ${kSeconds} s`);
  assert.ok(counts.acked > counts.rounds * 10, 'there was load');
  assert.ok(counts.clean, JSON.stringify(counts, null, 2));
});
