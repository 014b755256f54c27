// docs/protocol.md numbers its rules, and tests cite the numbers: a rule that no test names fails here.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const kFolders = ['tests', 'api', 'base', 'core', 'gateway', 'net', 'server', 'storage', 'ai_agent', 'web/sdk/src', 'web/widget/src', 'web/console/src'];
const isTest = (name) => /(_test\.cpp|_contract\.hpp|\.test\.(mjs|ts))$/.test(name) && !name.includes('node_modules');

test('every rule of the protocol is there once, and cited by a test', () => {
  const rules = [...readFileSync(join(root, 'docs/protocol.md'), 'utf8').matchAll(/^- \*\*(P\d+)\*\*/gm)].map(([, rule]) => rule);
  assert.ok(rules.length > 50, `${rules.length} rules`);
  assert.deepEqual(rules.filter((rule, i) => rules.indexOf(rule) !== i), []);
  const cited = new Set();
  for (const folder of kFolders) {
    for (const name of readdirSync(join(root, folder), { recursive: true }).filter(isTest)) {
      for (const [rule] of readFileSync(join(root, folder, name), 'utf8').matchAll(/P\d{2,3}(?!\d)/g)) cited.add(rule);
    }
  }
  assert.deepEqual(rules.filter((rule) => !cited.has(rule)), [], 'rules that no test names');
});
