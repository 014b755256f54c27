// ./dev bench: every measurement against its floor, in turns within one run (floor, ours, floor, ours …), as ratios.
//
//   node bench/run.mjs [CASE…] [--quick] [--turns N] [--seconds N] [--json FILE] [--data DIR] [--build DIR]
//
// Without a case: all of them. Absolute times drift with the machine and with who else uses it; a ratio within one run holds.
// Exit status 1 where a run failed (a message lost, a connection dropped); a goal that is not reached is no failure here.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { groups } from './lib/cases.mjs';
import { machine } from './lib/machine.mjs';
import { besidePeers } from './lib/peers.mjs';
import { Bench } from './lib/programs.mjs';
import { judge, table } from './lib/table.mjs';

const root = resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    turns: { type: 'string' },
    seconds: { type: 'string' },
    json: { type: 'string' },
    data: { type: 'string' },
    build: { type: 'string', default: join(root, 'build/release') },
  },
});

const known = groups();
const wanted = positionals.length > 0 ? positionals : Object.keys(known);
for (const name of wanted) {
  if (!(name in known)) {
    process.stderr.write(`bench: no case '${name}' (there are: ${Object.keys(known).join(', ')})\n`);
    process.exit(2);
  }
}

const bench = new Bench({ build: resolve(values.build), data: resolve(values.data ?? join(root, 'build/bench')) });
const options = {
  quick: values.quick,
  turns: Number(values.turns ?? 3),
  seconds: Number(values.seconds ?? (values.quick ? 2 : 8)),
};
const report = { ...machine(root), options, results: [], failures: [] };
for (const name of wanted) {
  for (const one of known[name](options)) {
    process.stderr.write(`· ${name}: ${one.name}\n`);
    try {
      report.results.push(...judge(name, one, await one.run(bench, options)));
    } catch (error) {
      process.stderr.write(`  failed: ${error.message}\n`);
      report.failures.push({ group: name, case: one.name, error: error.message });
    }
  }
}
bench.close();
report.peers = besidePeers(report.results);

const file = resolve(values.json ?? join(root, 'build/bench', `${report.date.replace(/[:.]/g, '-')}.json`));
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
process.stdout.write(`${table(report)}\n\n${file}\n`);
if (report.failures.length > 0) process.exitCode = 1;
