// A rate for minutes, and how far the readers are behind it meanwhile.
import { readFileSync } from 'node:fs';
import { metricsOf } from './metrics.mjs';

const kSampleMs = 2_000;
const kLags = ['weikeyi_warm_lag_bytes', 'weikeyi_search_lag_bytes'];
const kCaughtUpBytes = 64 << 10;
const kPatienceMs = 120_000;

const rssMib = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1_024;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** The load's report, with lag_mib (most of the first and of the last third), caught_up_ms after it, and rss_mib. */
export async function sustained(bench, load, seconds) {
  const server = await bench.serve();
  try {
    const read = await metricsOf(server);
    const samples = [];
    let over = false;
    const sampling = (async () => {
      while (!over) {
        const metrics = await read();
        samples.push({ lag: Math.max(...kLags.map((name) => metrics[name])) / (1 << 20), rss: rssMib(server.pid) });
        await wait(kSampleMs);
      }
    })();
    const report = await bench.run([...load, '--seconds', seconds, ...server.attach], { env: server.env, withinMs: (seconds + 300) * 1_000 });
    const ended = performance.now();
    over = true;
    await sampling;
    let caughtUp = Infinity;
    while (performance.now() - ended < kPatienceMs) {
      const metrics = await read();
      if (kLags.every((name) => metrics[name] <= kCaughtUpBytes)) {
        caughtUp = performance.now() - ended;
        break;
      }
      await wait(100);
    }
    const third = Math.max(1, Math.floor(samples.length / 3));
    const most = (some, what) => Math.max(...some.map((one) => one[what]));
    return {
      ...report,
      lag_mib: { first_third: most(samples.slice(0, third), 'lag'), last_third: most(samples.slice(-third), 'lag') },
      caught_up_ms: caughtUp,
      rss_mib: { first_third: most(samples.slice(0, third), 'rss'), last_third: most(samples.slice(-third), 'rss') },
    };
  } finally {
    await server.stop();
  }
}
