// Faults on the real process under load: see README.md.
//
//   node tests/faults/faults.mjs [--rounds 500] [--kinds kill,power] [--seed 1] [--senders 24] [--seconds 600]
//
// Must be: 0 acked lost, 0 duplicates, 0 gaps, 0 reorderings, 0 renumbered, and ready again in under a second (p99).
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { Server } from '../e2e/lib/server.mjs';
import { Reader, Sender } from '../e2e/lib/traffic.mjs';
import { Api, delay, demoAgent, eventually, visitorSession } from '../e2e/lib/people.mjs';
import { Books } from './lib/books.mjs';
import { ShiftedClock } from './lib/clock.mjs';
import { Disk } from './lib/disk.mjs';
import { kinds, possible } from './lib/kinds.mjs';
import { Proxy } from './lib/proxy.mjs';
import { Random } from './lib/random.mjs';

// How long until everybody is served again after a fault. A half-open reader is found after 45 s, but nobody else waits for that.
const kServedMs = 20_000;
const kDrainMs = 60_000;

/** Rounds of faults drawn from the seed; gives the counts. `only`: kinds to draw from. */
export async function faults({ rounds = 500, seed = 1, only, senders: senderCount = 24, seconds = Infinity, report = () => {} } = {}) {
  const random = new Random(seed);
  const disk = Disk.mount();
  const clock = ShiftedClock.make();
  if (disk) mkdirSync(disk.dataDir);
  const stage = { random, disk, clock, server: null, proxy: null };
  const { can, cannot } = possible(stage);
  const drawn = can.filter((name) => !only || only.includes(name));
  const clients = [];
  const counts = { seed, rounds: 0, by_kind: {}, not_possible_here: cannot.filter((name) => !only || only.includes(name)), died: 0 };
  const ready = [];
  const served = [];
  let books;
  try {
    const server = await Server.start({ ...(disk && { dataDir: disk.dataDir }), env: clock?.env ?? {} });
    const proxy = await Proxy.start(server.port);
    Object.assign(stage, {
      server,
      proxy,
      launch: async () => {
        const since = performance.now();
        await server.launch();
        ready.push(performance.now() - since);
      },
    });
    const agent = await demoAgent(server);
    // Its own requests go past the proxy, with the same cookie.
    const direct = new Api(server.url, { cookie: agent.cookie });
    const senders = [];
    for (let i = 0; i < senderCount; i += 1) {
      senders.push(new Sender(proxy.url, { name: `sender${i}`, session: await visitorSession(server) }));
    }
    clients.push(...senders);
    await eventually(() => senders.every((sender) => sender.acked > 0), 'first acks', 20_000);
    const readers = [0, 1].map(() => new Reader(proxy.url, { headers: { cookie: agent.cookie }, conversationIds: senders.map((s) => s.conversationId) }));
    clients.push(...readers);
    await eventually(() => readers.every((reader) => reader.connects > 0), 'readers are in');
    books = new Books(senders, readers);

    const until = performance.now() + seconds * 1_000;
    for (let round = 1; round <= rounds && performance.now() < until; round += 1) {
      const kind = random.oneOf(drawn);
      await delay(random.between(50, 400));
      try {
        await kinds[kind](stage);
        if (!server.running) {
          counts.died += 1;
          await stage.launch();
        }
        served.push((await books.served(kServedMs)).last);
        if (!server.running) throw new Error('the server ended after the fault');
        await books.check(direct);
      } catch (error) {
        throw new Error(`round ${round} (${kind}, seed ${seed}): ${error.message}\n${server.log().slice(-3_000)}`, { cause: error });
      }
      counts.rounds = round;
      counts.by_kind[kind] = (counts.by_kind[kind] ?? 0) + 1;
      if (!books.clean) throw new Error(`round ${round} (${kind}, seed ${seed}): ${JSON.stringify(books.counts)}\n${books.wrong.join('\n')}\n${server.log().slice(-4_000)}`);
      if (round % 20 === 0) report(`${round} rounds, ${books.acked} acked, ready p99 ${percentile(ready, 99)} ms, served again p99 ${percentile(served, 99)} ms`);
    }
    await Promise.all(senders.map((sender) => sender.finish(kDrainMs)));
    await books.check(direct);
    await eventually(() => books.everythingSeen(), 'everybody has seen everything', kDrainMs);
    await books.finish(direct);
  } finally {
    for (const client of clients) await client.stop();
    await stage.proxy?.close();
    await stage.server?.close();
    disk?.close();
    clock?.close();
  }
  return {
    ...counts,
    acked: books.acked,
    stored: books.stored,
    ready_ms: { p50: percentile(ready, 50), p99: percentile(ready, 99), most: percentile(ready, 100), starts: ready.length },
    served_ms: { p50: percentile(served, 50), p99: percentile(served, 99), most: percentile(served, 100) },
    ...books.counts,
    clean: books.clean,
  };
}

function percentile(values, of) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? null : Math.round(sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * of) / 100) - 1)]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const number = { type: 'string' };
  const { values } = parseArgs({ options: { rounds: number, seed: number, kinds: number, senders: number, seconds: number } });
  const counts = await faults({
    ...Object.fromEntries(['rounds', 'seed', 'senders', 'seconds'].filter((name) => values[name]).map((name) => [name, Number(values[name])])),
    ...(values.kinds && { only: values.kinds.split(',') }),
    report: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`${JSON.stringify(counts, null, 2)}\n`);
  process.exit(counts.clean ? 0 : 1);
}
