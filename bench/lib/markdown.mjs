// node bench/lib/markdown.mjs RUN.json…: the table of docs/performance.md from what ./dev bench wrote.
import { readFileSync } from 'node:fs';
import { number } from './table.mjs';

const kBusyCores = 0.2;
const runs = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const lines = ['| case | figure | ours | floor | ratio (of the turns) | goal | |', '| --- | --- | ---: | ---: | --- | --- | --- |'];
let before = '';
for (const one of runs.flatMap((run) => run.results)) {
  const name = `${one.group}: ${one.case}`;
  const ratio = one.ratio === undefined ? '' : `${number(one.ratio)} (${number(one.ratio_min)}–${number(one.ratio_max)})`;
  const goal = one.goal === undefined ? '' : `${one.at_least ? '≥' : '≤'} ${number(one.goal)}`;
  const busy = one.other_cores > kBusyCores ? ` (busy: ${number(one.other_cores)})` : '';
  const verdict = one.goal === undefined ? '' : one.reached ? 'reached' : '**not yet**';
  lines.push(`| ${name === before ? '' : name + busy} | ${one.figure} | ${number(one.ours)} | ${number(one.floor)} | ${ratio} | ${goal} | ${verdict} |`);
  before = name;
}
for (const run of runs) {
  const { cpu, cores, memory_gib: memory, kernel } = run.machine;
  lines.push('', `${run.date.slice(0, 10)}, commit ${run.commit}; ${cores} × ${cpu}, ${memory} GiB, Linux ${kernel}; ${run.options.turns} turns of ${run.options.seconds} s.`);
  for (const one of run.failures) lines.push(`Failed: ${one.group}: ${one.case}: ${one.error}`);
}
console.log(lines.join('\n'));
