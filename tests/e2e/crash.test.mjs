// The crash test as a test; how often it kills is WEIKEYI_CRASH_KILLS.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { crash } from './crash.mjs';

test('kill -9 under load, again and again: nothing acked is lost, doubled, moved or renumbered', { timeout: 600_000 }, async (t) => {
  const counts = await crash({ kills: Number(process.env.WEIKEYI_CRASH_KILLS ?? 50), report: (line) => t.diagnostic(line) });
  t.diagnostic(JSON.stringify(counts));
  assert.ok(counts.acked > counts.kills * 10, 'there was load');
  assert.ok(counts.clean, JSON.stringify(counts, null, 2));
});
