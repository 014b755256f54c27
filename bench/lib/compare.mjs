// node compare.mjs A B DIR: DIR/a.*.json against DIR/b.*.json (Google Benchmark), medians of CPU time and their ratio.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [nameA, nameB, directory] = process.argv.slice(2);
const kToNanoseconds = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

function read(side) {
  const times = new Map();
  for (const file of readdirSync(directory).filter((name) => name.startsWith(`${side}.`))) {
    for (const one of JSON.parse(readFileSync(join(directory, file), 'utf8')).benchmarks) {
      if (one.error_occurred) throw new Error(`${one.name}: ${one.error_message}`);
      if (!times.has(one.name)) times.set(one.name, []);
      times.get(one.name).push(one.cpu_time * kToNanoseconds[one.time_unit]);
    }
  }
  return times;
}

const sorted = (values) => [...values].sort((x, y) => x - y);
const median = (values) => sorted(values)[values.length >> 1];
const spread = (values) => (100 * (Math.max(...values) - Math.min(...values))) / median(values);

const a = read('a');
const b = read('b');
const rows = [['benchmark', `${nameA} ns`, `${nameB} ns`, 'ratio', 'spread']];
for (const [name, before] of a) {
  const after = b.get(name);
  if (after === undefined) continue;
  const ratio = median(after) / median(before);
  rows.push([name, median(before).toFixed(1), median(after).toFixed(1), ratio.toFixed(3), `${spread(before).toFixed(0)} %, ${spread(after).toFixed(0)} %`]);
}
for (const name of b.keys()) if (!a.has(name)) rows.push([name, '', median(b.get(name)).toFixed(1), 'new', '']);
const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
for (const row of rows) console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '));
