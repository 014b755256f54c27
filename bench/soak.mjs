// A long steady load on one server: does memory, a descriptor or a queue grow?
//
//   node bench/soak.mjs [--minutes 120] [--warm-up 20] [--visitors 3000] [--between-messages 2] [--json FILE] [--build DIR] [--data DIR]
//
// The load is `weikeyi bench mixed`: visitors who write, type, come back and upload, agents who answer; each message is checked to arrive once and
// in order. Every ten seconds a sample; slopes are least squares over the samples after the warm-up. Disk: about 1 KB an event.
// Exit status 1 where a message was lost or resident memory grew by 1 MiB/h or more.
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from './lib/machine.mjs';
import { metricsOf } from './lib/metrics.mjs';
import { Bench } from './lib/programs.mjs';

const root = resolve(import.meta.dirname, '..');
const text = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({
  options: {
    minutes: text('120'), 'warm-up': text('20'), visitors: text('3000'), 'between-messages': text('2'),
    json: text(join(root, 'build/bench/soak.json')), build: text(join(root, 'build/release')), data: text(join(root, 'build/bench')),
  },
});
const kSampleMs = 10_000;
const seconds = Number(values.minutes) * 60;
const warmUpSeconds = Number(values['warm-up']) * 60;
mkdirSync(dirname(values.json), { recursive: true });

// Queues, and what waits behind a reader: gauges of /metrics that have to come back to where they were.
const kQueues = ['weikeyi_journal_bytes', 'weikeyi_warm_lag_bytes', 'weikeyi_search_lag_bytes', 'weikeyi_api_calls_queued', 'weikeyi_storage_calls_queued', 'weikeyi_conversations_loaded'];

const bench = new Bench({ build: resolve(values.build), data: resolve(values.data) });
const server = await bench.serve();
const read = await metricsOf(server);
const samples = [];
const since = performance.now();
const timer = setInterval(() => sample().catch((error) => process.stderr.write(`sample: ${error.message}\n`)), kSampleMs);
let report;
let failure;
try {
  report = await bench.run(['mixed', '--visitors', values.visitors, '--between-messages', values['between-messages'], '--to-answer', '1', '--uploads-per-second', '0.2',
    '--seconds', seconds, ...server.attach], { env: server.env, withinMs: (seconds + 300) * 1_000 });
} catch (error) {
  failure = error.message;
}
clearInterval(timer);
await server.stop();
bench.close();

const steady = samples.filter((one) => one.seconds >= warmUpSeconds);
const result = {
  ...machine(root),
  minutes: Number(values.minutes),
  warm_up_minutes: Number(values['warm-up']),
  failure,
  load: report,
  rss_mib: spread('rss_mib'),
  rss_mib_per_hour: slope('rss_mib'),
  allocated_mib: spread('weikeyi_allocated_bytes', 1 << 20),
  allocated_mib_per_hour: slope('weikeyi_allocated_bytes', 1 << 20),
  descriptors: spread('descriptors'),
  descriptors_per_hour: slope('descriptors'),
  queues: Object.fromEntries(kQueues.map((name) => [name, { ...spread(name), per_hour: slope(name) }])),
  samples,
};
writeFileSync(values.json, `${JSON.stringify(result, null, 1)}\n`);
process.stdout.write(`${JSON.stringify({ ...result, samples: samples.length }, null, 1)}\n${values.json}\n`);
if (failure || result.rss_mib_per_hour >= 1) process.exitCode = 1;

async function sample() {
  const metrics = await read();
  const one = {
    seconds: Math.round((performance.now() - since) / 1_000),
    rss_mib: Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1_024,
    descriptors: readdirSync(`/proc/${server.pid}/fd`).length,
  };
  for (const name of [...kQueues, 'weikeyi_allocated_bytes', 'weikeyi_appends_total']) one[name] = metrics[name];
  samples.push(one);
  appendFileSync(`${values.json}l`, `${JSON.stringify(one)}\n`);
}

function of(name, unit) {
  return steady.filter((one) => one[name] !== undefined).map((one) => [one.seconds / 3_600, one[name] / unit]);
}

function spread(name, unit = 1) {
  const all = of(name, unit).map(([, value]) => value);
  return all.length === 0 ? null : { first: all[0], least: Math.min(...all), most: Math.max(...all), last: all.at(-1) };
}

/** Per hour. */
function slope(name, unit = 1) {
  const points = of(name, unit);
  if (points.length < 2) return null;
  const mean = (index) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return over / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}
