// What is measured, against what, and the goals (of the issue "The engine at the limit").
//
// A case's run() resolves to { ours: [report…], floor: [report…] }, one of each for every turn; its figures say what is read
// from a report. `goal` is an upper bound of the ratio ours/floor, or with `atLeast` a lower one; a figure with `of: 'ours'` has no
// floor and its goal is in its own unit.

import { reopen } from './reopen.mjs';
import { sustained as keepUp } from './sustained.mjs';

/** floor, ours, floor, ours … */
async function inTurns(turns, ours, floor) {
  const out = { ours: [], floor: [] };
  for (let i = 0; i < turns; ++i) {
    out.floor.push(await floor());
    out.ours.push(await ours());
  }
  return out;
}

const span = ({ seconds, quick }) => ['--seconds', seconds, '--warm-up', quick ? 0.5 : 2];
const ackPath = (report) => report.cpu.ack_path_us;
const all = (report) => report.cpu.all_us;
const rate = (report) => report.per_second;

function echo() {
  return [[100, 1, 1.08], [1000, 1, 1.08], [1000, 16, 1.25]].map(([connections, inFlight, goal]) => ({
    name: `${connections} connections, ${inFlight} in flight`,
    run: (bench, options) => {
      const args = ['echo', '--connections', connections, '--in-flight', inFlight, ...span(options)];
      return inTurns(options.turns, () => bench.run(args), () => bench.run([...args, ...bench.floor('echo_floor')]));
    },
    figures: [{ name: 'CPU µs per message', of: ackPath, goal }, { name: 'messages a second', of: rate, info: true }],
  }));
}

function chatCase(name, visitors, inFlight, { rate: perSecond = 0, perAgent = 30, to = 'agents', figures }) {
  return {
    name,
    run: (bench, options) => {
      const load = ['chat', '--visitors', visitors, '--in-flight', inFlight, '--rate', perSecond, '--data', bench.data, ...span(options)];
      return inTurns(options.turns, () => bench.run([...load, '--to', to, '--chats-per-agent', perAgent]),
        () => bench.run([...load, '--protocol', 'floor', ...bench.floor('chat_floor')]));
    },
    figures,
  };
}

// The floor has no readers: what they may cost is stated as a share of what the floor costs (6 and 30 µs where it is 18.8).
const readers = [
  { name: 'warm reader, µs per event', of: (report) => report.cpu.by_thread_us['reader-warm'] ?? ackPath(report), goal: 0.32 },
  { name: 'search reader, µs per event', of: (report) => report.cpu.by_thread_us['reader-search'] ?? ackPath(report), goal: 1.6 },
];
// Of an open loop: a rate that was not held has no latency, it grows for as long as one measures.
const held = (of) => (report) => (report.overrun > 0 || report.refused > 0 || report.per_second < 0.95 * report.rate ? Infinity : of(report));
const latencies = [
  { name: 'messages a second', of: rate, goal: 0.95, atLeast: true },
  { name: 'ack p50, ms', of: held((report) => report.ack_ms.p50), info: true },
  { name: 'ack p99, ms', of: held((report) => report.ack_ms.p99), goal: 1.5 },
  { name: 'delivery p99, ms', of: held((report) => report.delivery_ms.p99), goal: 1.5 },
];
const costs = (cpuGoal) => [
  { name: 'ack path, CPU µs per message', of: ackPath, goal: cpuGoal },
  { name: 'all threads, CPU µs per message', of: all, info: true },
  { name: 'messages a second', of: rate, goal: 0.8, atLeast: true },
];

function chat({ quick }) {
  const many = quick ? 500 : 2000;
  return [
    // 13 µs where the floor is 18.8; at most 1.25 of the floor before that is reached.
    chatCase(`${many} visitors, 1 in flight, 30 chats an agent`, many, 1, { figures: [...costs(0.69), ...readers] }),
    chatCase(`${many} visitors, 1 in flight, an agent's socket each`, many, 1, { perAgent: 1, figures: costs(1.25) }),
    chatCase(`${many} visitors, 1 in flight, to a second device`, many, 1, { to: 'devices', figures: costs(1.25) }),
    chatCase('200 visitors, 16 in flight, 30 chats an agent', 200, 16, { figures: costs(1.5) }),
    chatCase('200 visitors, 16 in flight, an agent\'s socket each', 200, 16, { perAgent: 1, figures: costs(1.5) }),
    chatCase('open loop, 6,250/s, 30 chats an agent', many, 1, { rate: 6250, figures: latencies }),
    chatCase('open loop, 25,000/s, 30 chats an agent', many, 1, { rate: 25_000, figures: latencies }),
  ];
}

function idle({ quick }) {
  const steps = quick ? '200,1000' : '1000,5000,15000';
  const last = (report) => report.steps.at(-1);
  const run = (...flags) => async (bench, { seconds }) => ({
    ours: [await bench.run(['idle', '--connections', steps, '--seconds', quick ? 2 : Math.max(seconds, 20), '--data', bench.data, ...flags])], floor: [],
  });
  const figures = [
    { name: 'bytes per connection', of: (report) => last(report).bytes_each, alone: true, goal: 512 },
    { name: 'bytes of each of the last step', of: (report) => last(report).bytes_each_of_the_last, alone: true, info: true },
    { name: 'CPU of 10,000, % of a core', of: (report) => last(report).cpu_percent_per_10000, alone: true, goal: 0.5 },
    { name: 'dropped', of: (report) => last(report).dropped, alone: true, goal: 0 },
  ];
  return [
    { name: `${steps} visitors with an open conversation`, run: run(), figures },
    { name: `${steps} visitors who have not written yet`, run: run('--no-conversations'), figures },
    { name: `${steps} visitors with an open conversation, permessage-deflate`, run: run('--deflate'), figures: figures.map((figure) => (figure.goal === 512 ? { ...figure, goal: 576 } : figure)) },
  ];
}

function fanout({ quick }) {
  // 7.5 and 13 µs where a raw send is 4.1.
  const sizes = quick ? [[200, 1.83]] : [[1000, 1.83], [10_000, 3.17]];
  return sizes.map(([subscribers, goal]) => ({
    name: `one event to ${subscribers} subscribers`,
    run: (bench, options) => {
      const load = ['fanout', '--subscribers', subscribers, ...span(options)];
      return inTurns(options.turns, () => bench.run([...load, '--data', bench.data]), () => bench.run([...load, ...bench.floor('fanout_floor')]));
    },
    figures: [
      { name: 'CPU µs per delivery', of: ackPath, goal },
      { name: 'until the last one has it, p50 ms', of: (report) => report.last_has_it_ms.p50, info: true },
      { name: 'memory gained, MiB', of: (report) => report.memory_after_mib - report.memory_before_mib, alone: true, info: true },
    ],
  }));
}

function storm({ quick }) {
  const clients = quick ? 1000 : 18_000;
  return [
    {
      name: 'handshakes, against nginx as WebSocket proxy',
      run: (bench, options) => besideNginx(bench, options, {}, ['storm'], ['--data', bench.data], ['--no-hello']),
      figures: [
        { name: 'CPU µs per handshake, with the token\'s check', of: all, goal: 1.2 },
        { name: 'handshakes a second', of: rate, alone: true, goal: 10_000, atLeast: true },
      ],
    },
    {
      name: `${clients} clients back within 2 s after a kill`,
      run: async (bench) => ({ ours: [await bench.run(['storm', '--return', '--clients', clients, '--chatters', quick ? 20 : 100, '--data', bench.data])], floor: [] }),
      figures: [
        { name: 'chatters\' ack p99 meanwhile, ms', of: (report) => report.chatters_ack_ms.p99, alone: true, goal: 100 },
        { name: 'wait of those who come, p99 ms', of: (report) => report.wait_ms.p99, alone: true, info: true },
        { name: 'all back after, s', of: (report) => report.all_back_seconds, alone: true, info: true },
      ],
    },
  ];
}

// Three times what can be done. Beside it, twenty visitors who write ten times a second each.
function overload({ quick }) {
  const args = quick ? ['--visitors', 300, '--seconds', 10] : ['--visitors', 2000, '--seconds', 60];
  return [{
    name: 'three times the sustainable rate, open loop',
    run: async (bench) => ({ ours: [await bench.run(['overload', ...args, '--data', bench.data])], floor: [] }),
    figures: [
      { name: 'accepted: ack p99, ms', of: (report) => report.ack_ms.p99, alone: true, goal: 200 },
      { name: '… of it between the load\'s sockets, ms', of: (report) => report.ack_between_sockets_ms.p99, alone: true, goal: 200 },
      { name: 'accepted a second', of: (report) => report.accepted_per_second, alone: true, info: true },
      { name: 'accepted, of the sustainable rate', of: (report) => report.accepted_per_second / report.sustainable_per_second, alone: true, goal: 0.8, atLeast: true },
      { name: 'refused a second', of: (report) => report.refused_per_second, alone: true, info: true },
      { name: 'really offered, of three times', of: (report) => report.offered_of_wanted, alone: true, info: true },
      { name: 'those beside: ack p99, ms', of: (report) => report.beside_ack_ms.p99, alone: true, goal: 200 },
      { name: 'as usual after, ms', of: (report) => report.as_usual_after_ms, alone: true, goal: 1000 },
      { name: 'resident at most, MiB', of: (report) => report.rss_mib_max, alone: true, goal: 1024 },
    ],
  }];
}

// Every reader keeps up: what it is behind does not grow, and soon after the end it is nothing.
function sustained({ quick }) {
  const seconds = quick ? 6 : 600;
  return [{
    name: `15,000/s for ${seconds} s, every reader keeping up`,
    run: async (bench) => ({ ours: [await keepUp(bench, ['chat', '--visitors', quick ? 300 : 2000, '--in-flight', 1, '--rate', 15_000, '--warm-up', 1], seconds)], floor: [] }),
    figures: [
      { name: 'messages a second', of: rate, alone: true, goal: 14_900, atLeast: true },
      { name: 'ack p99, ms', of: (report) => report.ack_ms.p99, alone: true, info: true },
      { name: 'behind at most in the first third, MiB', of: (report) => report.lag_mib.first_third, alone: true, info: true },
      { name: '… in the last third, MiB', of: (report) => report.lag_mib.last_third, alone: true, goal: 64 },
      { name: 'caught up after, ms', of: (report) => report.caught_up_ms, alone: true, goal: 5_000 },
      { name: 'resident in the first third, MiB', of: (report) => report.rss_mib.first_third, alone: true, info: true },
      { name: '… in the last third, MiB', of: (report) => report.rss_mib.last_third, alone: true, goal: 1_024 },
    ],
  }];
}

/** Ours and nginx in turns: `args` is what both are asked, `own` and `theirs` what only one is. */
async function besideNginx(bench, options, nginxOptions, args, own, theirs) {
  const nginx = await bench.nginx(nginxOptions);
  if (nginx === null) throw new Error('nginx is not installed (Debian: nginx-light)');
  try {
    return await inTurns(options.turns, () => bench.run([...args, ...own, ...span(options)]),
      () => bench.run([...args, ...theirs, ...nginx.attach, ...span(options)]));
  } finally {
    await nginx.stop();
  }
}

// What a record costs is what an echoed message (two records) costs more than over plain TCP, of each server by itself: nginx passes
// the bytes on, which is no part of TLS.
async function record(bench, options, echoArgs) {
  const plain = await besideNginx(bench, options, { echo: true }, echoArgs, [], []);
  const tls = await besideNginx(bench, options, { echo: true, tls: true }, [...echoArgs, '--tls', 'full'], ['--data', bench.data], []);
  const both = (side) => tls[side].map((report, i) => ({ tls: report, plain: plain[side][i] }));
  return { ours: both('ours'), floor: both('floor') };
}

function tls({ quick }) {
  const handshake = (kind) => ({
    name: `${kind} handshakes, against nginx as WebSocket proxy with TLS`,
    run: (bench, options) => besideNginx(bench, options, { tls: true }, ['storm', '--tls', kind], ['--data', bench.data], ['--no-hello']),
    figures: [
      { name: 'CPU µs per handshake, with the token\'s check', of: all, goal: 1.2 },
      { name: 'handshakes a second', of: rate, info: true },
      { name: 'of them resumed', of: (report) => report.tls_resumed / report.handshakes, info: true },
    ],
  });
  const idleSteps = quick ? '200,1000' : '2000,12000';
  return [
    handshake('full'),
    handshake('resumed'),
    {
      name: 'records: 100 connections, 1 in flight, 128 bytes, against nginx with TLS',
      run: (bench, options) => record(bench, options, ['echo', '--connections', 100, '--in-flight', 1]),
      figures: [
        { name: 'CPU µs per echoed message over TLS', of: (report) => all(report.tls), info: true },
        { name: 'of it TLS (two records)', of: (report) => all(report.tls) - all(report.plain), goal: 1.2 },
        { name: 'messages a second', of: (report) => rate(report.tls), info: true },
      ],
    },
    {
      name: `${idleSteps} idle visitors over TLS`,
      run: async (bench, { seconds }) => ({
        ours: [await bench.run(['idle', '--tls', 'full', '--no-conversations', '--connections', idleSteps, '--seconds', quick ? 2 : Math.max(seconds, 20), '--data', bench.data])], floor: [],
      }),
      figures: [
        { name: 'bytes of each of the last step', of: (report) => report.steps.at(-1).bytes_each_of_the_last, alone: true, goal: 3072 },
        { name: 'CPU of 10,000, % of a core', of: (report) => report.steps.at(-1).cpu_percent_per_10000, alone: true, info: true },
        { name: 'dropped', of: (report) => report.steps.at(-1).dropped, alone: true, goal: 0 },
      ],
    },
  ];
}

// CPU per message with many idle connections beside it: the "floor" here is the same server with few.
function growth({ quick }) {
  const beside = (count) => async (bench, options) => {
    const server = await bench.serve();
    try {
      const idling = bench.run(['idle', ...server.attach.slice(0, 4), '--connections', count, '--seconds', options.seconds + (quick ? 10 : 40)]);
      // Memory settles first (at most 30 s), then the idle run measures for as long as the chat needs.
      await new Promise((done) => setTimeout(done, quick ? 6_000 : 25_000));
      const report = await bench.run(['chat', '--visitors', 500, '--in-flight', 1, ...server.attach, ...span(options)], { env: server.env });
      await idling;
      return report;
    } finally {
      await server.stop();
    }
  };
  const [few, many] = [100, quick ? 2000 : 18_000];
  return [{
    name: `500 visitors chat beside ${many} idle ones, against ${few}`,
    run: (bench, options) => inTurns(quick ? 1 : options.turns, () => beside(many)(bench, options), () => beside(few)(bench, options)),
    figures: [{ name: 'ack path, CPU µs per message', of: ackPath, goal: 1.1 }],
  }];
}

// A directory with a long history against an empty one: when it is ready, and what a message costs.
function history({ quick }) {
  const [events, conversations] = quick ? [100_000, 10_000] : [10_000_000, 1_000_000];
  const chat = (bench, server, options) => bench.run(['chat', '--visitors', 500, '--in-flight', 1, ...server.attach, ...span(options)], { env: server.env });
  const onEmpty = async (bench, options) => {
    const server = await bench.serve();
    try {
      await steady();
      return await chat(bench, server, options);
    } finally {
      await server.stop();
    }
  };
  // A history as small as what is reopened of the large one.
  const onFew = async (bench) => {
    const on = bench.directory('few');
    try {
      await (await bench.serve([], { on })).stop();
      await bench.history(on.path, quick ? ['--events', 10_000, '--conversations', 1_000] : ['--events', 200_000, '--conversations', 20_000]);
      const server = await bench.serve([], { on });
      await steady();
      const report = await reopen(server, quick ? 1_000 : 20_000);
      await server.stop();
      return report;
    } finally {
      on.remove();
    }
  };
  const steady = () => new Promise((done) => setTimeout(done, quick ? 2_000 : 12_000));
  return [{
    name: `${events.toLocaleString('en')} events in ${conversations.toLocaleString('en')} conversations`,
    run: async (bench, options) => {
      const on = bench.directory('history');
      try {
        await (await bench.serve([], { on })).stop();
        const made = await bench.history(on.path, ['--events', events, '--conversations', conversations]);
        const few = await onFew(bench);
        const out = { ours: [], floor: [] };
        for (let i = 0; i < (quick ? 1 : options.turns); ++i) {
          out.floor.push({ ...(await onEmpty(bench, options)), old: few });
          const server = await bench.serve([], { on });
          await steady();
          const report = await chat(bench, server, options);
          const old = await reopen(server, quick ? 1_000 : 20_000);
          // As much as there can be, and in the middle of it the end.
          const load = bench.run(['chat', '--from-start', '--visitors', 200, '--in-flight', 16, ...server.attach, '--seconds', 60, '--warm-up', 1], { env: server.env }).catch(() => {});
          await new Promise((done) => setTimeout(done, quick ? 4_000 : 25_000));
          await server.kill();
          await load;
          const killed = await bench.serve([], { on });
          await new Promise((done) => setTimeout(done, quick ? 2_000 : 30_000));
          await killed.stop();
          const stopped = await bench.serve([], { on });
          await stopped.stop();
          out.ours.push({ ...report, old, made, ready_ms: stopped.readyMs, ready_after_kill_ms: killed.readyMs });
        }
        return out;
      } finally {
        on.remove();
      }
    },
    figures: [
      { name: 'ready after a stop, ms', of: (report) => report.ready_ms, alone: true, goal: 1000 },
      { name: 'ready after a kill under full load, ms', of: (report) => report.ready_after_kill_ms, alone: true, goal: 3000 },
      { name: 'ack path, CPU µs per message', of: ackPath, goal: 1.1 },
      { name: 'all threads, CPU µs per message', of: all, info: true },
      { name: 'old conversations, one message each: ack path, CPU µs', of: (report) => report.old.ack_path_us, goal: 1.1 },
      { name: 'old conversations: with reading them, CPU µs', of: (report) => report.old.ack_path_us + report.old.storage_us, info: true },
    ],
  }];
}

function mixed({ quick }) {
  const args = quick ? ['--visitors', 200, '--seconds', 4, '--warm-up', 1, '--between-messages', 3, '--to-answer', 1, '--between-reconnects', 20]
    : ['--visitors', 3000, '--seconds', 60];
  return [{
    name: 'a day: idle, typing, messages, answers, uploads, reconnects',
    run: async (bench) => ({ ours: [await bench.run(['mixed', ...args, '--data', bench.data])], floor: [] }),
    figures: [
      { name: 'ack p99, ms', of: (report) => report.ack_ms.p99, alone: true, goal: 200 },
      { name: 'delivery p99, ms', of: (report) => report.delivery_ms.p99, alone: true, goal: 200 },
      { name: 'reconnect p99, ms', of: (report) => report.reconnect_ms.p99, alone: true, info: true },
      { name: 'CPU, cores', of: (report) => report.cpu.cores, alone: true, info: true },
      { name: 'resident, MiB', of: (report) => report.rss_mib, alone: true, info: true },
    ],
  }];
}

export const groups = () => ({ echo, chat, idle, fanout, storm, tls, overload, sustained, growth, history, mixed });
