// weikeyi bench against a real server, so small that only its working is tested: figures are ./dev bench's.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Server, binary } from './lib/server.mjs';

const { WebSocketServer } = createRequire(new URL('../../web/package.json', import.meta.url))('ws');

let data;
before(async () => {
  data = await mkdtemp(join(tmpdir(), 'weikeyi-bench-test-'));
});
after(async () => {
  // What a bench started leaves nothing behind.
  const left = await readdir(data);
  await rm(data, { recursive: true });
  assert.deepEqual(left, []);
});

const kShort = ['--seconds', '1', '--warm-up', '0.2'];

async function bench(...args) {
  const { stdout } = await promisify(execFile)(binary, ['bench', ...args, ...(args.includes('--seconds') || args.includes('--return') ? [] : kShort)], { timeout: 60_000 });
  return JSON.parse(stdout);
}

test('echo: every message comes back as it was sent', async () => {
  const report = await bench('echo', '--connections', '8', '--in-flight', '4');
  assert.ok(report.messages > 0);
  assert.equal(report.wrong, 0);
  assert.ok(report.cpu.ack_path_us > 0);
  assert.equal(report.echo_ms.count > 0, true);
});

test('chat: acked and delivered exactly once, with several chats on an agent\'s socket', async () => {
  const report = await bench('chat', '--from-start', '--visitors', '7', '--in-flight', '3', '--chats-per-agent', '3', '--data', data);
  assert.ok(report.messages > 0);
  assert.equal(report.lost + report.duplicate + report.out_of_order + report.unacked + report.range_gaps + report.wrong, 0);
  assert.ok(report.delivery_ms.count > 0);
  assert.ok(report.event_bytes >= 120 && report.event_bytes <= 136, `an event of ${report.event_bytes} bytes`);
  assert.ok(report.cpu.by_thread_us.committer > 0);
});

test('chat: delivered to the visitors\' second devices as well', async () => {
  const report = await bench('chat', '--from-start', '--to', 'devices', '--visitors', '4', '--data', data);
  assert.ok(report.messages > 0 && report.delivery_ms.count > 0);
  assert.equal(report.chats_per_receiver, 1);
});

test('overload: more is offered than asked of it before, and whoever is refused is told when to come back', async () => {
  const report = await bench('overload', '--visitors', '20', '--sustainable', '300', '--factor', '3', '--seconds', '2', '--data', data);
  assert.ok(report.accepted_per_second > 300, `${report.accepted_per_second} a second`);
  assert.ok(report.beside_ack_ms.count > 0 && report.rss_mib.length >= 3);
  assert.equal(report.lost + report.duplicate + report.out_of_order + report.unacked + report.refused_without_a_time, 0);
});

test('chat: open loop keeps its rate', async () => {
  const report = await bench('chat', '--from-start', '--visitors', '5', '--rate', '200', '--data', data);
  assert.ok(Math.abs(report.per_second - 200) < 40, `${report.per_second} a second`);
  assert.equal(report.overrun, 0);
  // What passes between the sockets is a part of it: each ack has both.
  const [whole, part] = [report.ack_ms, report.ack_between_sockets_ms];
  assert.equal(part.count, whole.count);
  assert.ok(part.p50 > 0 && part.mean <= whole.mean, `${part.mean} of ${whole.mean} ms`);
});

test('idle: memory and CPU of those who are there, with and without compression', async () => {
  for (const flags of [[], ['--deflate'], ['--no-conversations']]) {
    const { stdout } = await promisify(execFile)(binary, ['bench', 'idle', '--connections', '10,40', '--seconds', '1', '--heartbeat-ms', '200', '--data', data, ...flags], { timeout: 120_000 });
    const { steps } = JSON.parse(stdout);
    assert.deepEqual(steps.map((step) => [step.connections, step.dropped]), [[10, 0], [40, 0]]);
    assert.ok(steps[1].cpu_percent_per_10000 > 0);
  }
});

test('fanout: every subscriber has every event', async () => {
  const report = await bench('fanout', '--from-start', '--subscribers', '20', '--data', data);
  assert.ok(report.events > 0);
  assert.ok(report.deliveries >= (report.events - 1) * 20);
  assert.equal(report.lost + report.duplicate + report.out_of_order + report.wrong, 0);
});

test('storm: handshakes with a token, and without', async () => {
  const full = await bench('storm', '--concurrent', '4', '--data', data);
  assert.ok(full.handshakes > 0);
  assert.equal(full.refused + full.broken, 0);
  const bare = await bench('storm', '--concurrent', '4', '--no-hello', '--data', data);
  assert.ok(bare.handshakes > 0);
});

test('tls: handshakes full and resumed, echo, and what an idle connection keeps', async () => {
  const full = await bench('storm', '--concurrent', '4', '--tls', 'full', '--data', data);
  assert.ok(full.handshakes > 0);
  assert.equal(full.refused + full.broken + full.tls_resumed, 0);
  const resumed = await bench('storm', '--concurrent', '4', '--tls', 'resumed', '--data', data);
  assert.equal(resumed.refused + resumed.broken, 0);
  assert.ok(resumed.tls_resumed >= resumed.handshakes, `${resumed.tls_resumed} of ${resumed.handshakes}`);
  const echo = await bench('echo', '--connections', '8', '--in-flight', '4', '--tls', 'full', '--data', data);
  assert.ok(echo.messages > 0);
  assert.equal(echo.wrong, 0);
  const { stdout } = await promisify(execFile)(binary, ['bench', 'idle', '--tls', 'full', '--connections', '100,700', '--seconds', '1', '--data', data], { timeout: 120_000 });
  const last = JSON.parse(stdout).steps[1];
  assert.equal(last.dropped, 0);
  // OpenSSL would keep 14 KB for each. (With so few, the allocator’s own steps and what handshakes needed count, up to 7 KB on a busy machine: 3 KB is judged with thousands.)
  assert.ok(last.bytes_each_of_the_last < 9 * 1024, `${last.bytes_each_of_the_last} bytes each`);
});

test('storm: everybody is back after a kill, and chats', async () => {
  const report = await bench('storm', '--return', '--clients', '30', '--chatters', '5', '--within', '1.5', '--data', data);
  assert.equal(report.back, 30);
  assert.ok(report.wait_ms.count === 25 && report.chatters_ack_ms.count > 0);
  assert.equal(report.let_in_and_lost, 0);
});

test('mixed: a short day without a loss in either direction', async () => {
  const report = await bench('mixed', '--from-start', '--visitors', '12', '--chats-per-agent', '5', '--between-messages', '0.3', '--to-answer', '0.1',
    '--between-reconnects', '2', '--uploads-per-second', '4', '--upload-bytes', '5000', '--data', data, '--seconds', '5');
  for (const count of ['messages', 'answers', 'typing', 'reconnects', 'uploads']) assert.ok(report[count] > 0, count);
  assert.equal(report.lost + report.duplicate + report.out_of_order + report.unacked + report.range_gaps + report.wrong, 0);
});

// Processes with so few descriptors that the load takes several. (Root may be able to raise the limit: then it takes one.)
async function benchWithFewDescriptors(server, ...args) {
  const [agent] = server.demo.agents;
  const command = ['bench', ...args, '--url', server.url.replace('http://', ''), '--pid', String(server.pid), '--email', agent.email, '--from-start', ...(args.includes('--seconds') ? [] : kShort)];
  const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -n 202; exec "$0" "$@"', binary, ...command],
    { timeout: 60_000, env: { ...process.env, WEIKEYI_BENCH_PASSWORD: agent.password } });
  return JSON.parse(stdout);
}

test('fanout, mixed: more connections than one process may have descriptors', async () => {
  const few = await promisify(execFile)('sh', ['-c', 'ulimit -n 202; (ulimit -n 500) 2>/dev/null && echo root']).then(({ stdout }) => stdout === '', () => true);
  const server = await Server.start({ args: ['--visitor-sessions-per-second', '1000000', '--visitor-frames-per-second', '1000000'] });
  try {
    const fanout = await benchWithFewDescriptors(server, 'fanout', '--subscribers', '250');
    assert.equal(fanout.processes, few ? 3 : 1);
    assert.ok(fanout.events > 0 && fanout.last_has_it_ms.count > 0);
    // What was under way at either end is counted at the others already, or not yet.
    assert.ok(Math.abs(fanout.deliveries - fanout.events * 250) <= 500, `${fanout.deliveries} deliveries of ${fanout.events} events`);
    assert.ok(fanout.delivery_ms.count > fanout.last_has_it_ms.count * 200, 'the histograms of all processes');
    assert.equal(fanout.lost + fanout.duplicate + fanout.out_of_order + fanout.wrong, 0);

    // The visitors alone would fit in two processes of 102 connections; with their agents' sockets they do not.
    const mixed = await benchWithFewDescriptors(server, 'mixed', '--visitors', '203', '--chats-per-agent', '5', '--between-messages', '1', '--to-answer', '0.1', '--between-reconnects', '5',
      '--seconds', '6', '--warm-up', '0.2'); // a visitor types for three seconds before a message
    assert.equal(mixed.processes, few ? 3 : 1);
    assert.equal(mixed.agents, 41);
    assert.ok(mixed.messages > 0 && mixed.answers > 0);
    assert.equal(mixed.lost + mixed.duplicate + mixed.out_of_order + mixed.unacked + mixed.range_gaps + mixed.wrong, 0);

    if (few) await assert.rejects(benchWithFewDescriptors(server, 'fanout', '--subscribers', '10000'), /99 processes, at most 64/);
    if (few) await assert.rejects(benchWithFewDescriptors(server, 'mixed', '--visitors', '500', '--chats-per-agent', '200'), /200 chats .* 102 connections/);
  } finally {
    await server.close();
  }
});

// A server of the floor's protocol (bench/floor/chat_floor.cpp) whose deliveries go through `send`: send(deliver, count) for each.
async function doctoredFloor(send) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((done) => server.once('listening', done));
  const clients = new Map();
  let seq = 0;
  server.on('connection', (socket) => {
    socket.on('message', (message) => {
      const text = message.toString();
      if (text.startsWith('L')) {
        clients.set(text.slice(1, 7), socket);
        return socket.send('OK');
      }
      const number = ++seq;
      send(() => clients.get(text.slice(1, 7))?.send(`D${number} ${text.slice(8)}`), number);
      socket.send(`A${number}`);
    });
  });
  return { url: `127.0.0.1:${server.address().port}`, close: () => (server.clients.forEach((one) => one.terminate()), server.close()) };
}

async function chatAgainst(send) {
  const floor = await doctoredFloor(send);
  const args = ['bench', 'chat', '--protocol', 'floor', '--url', floor.url, '--visitors', '3', '--in-flight', '2', '--seconds', '0.5', '--warm-up', '0.1'];
  try {
    const { stdout } = await promisify(execFile)(binary, args, { timeout: 60_000 });
    return { code: 0, report: JSON.parse(stdout) };
  } catch (error) {
    return { code: error.code, report: JSON.parse(error.stdout) };
  } finally {
    floor.close();
  }
}

test('chat: a server that loses, doubles or reorders a delivery is found out', async () => {
  const honest = await chatAgainst((deliver) => deliver());
  assert.equal(honest.code, 0);
  assert.ok(honest.report.messages > 20);

  const doubling = await chatAgainst((deliver, count) => (deliver(), count === 20 && deliver()));
  assert.equal(doubling.code, 1);
  assert.equal(doubling.report.duplicate, 1);
  assert.equal(doubling.report.lost + doubling.report.out_of_order, 0);

  const losing = await chatAgainst((deliver, count) => count !== 20 && deliver());
  assert.equal(losing.code, 1);
  assert.equal(losing.report.lost, 1);

  let held = null;
  const reordering = await chatAgainst((deliver, count) => {
    if (count === 20) held = deliver;
    else deliver();
    // Late enough that the same sender's next ones have passed it.
    if (count === 40) held();
  });
  assert.equal(reordering.code, 1);
  assert.equal(reordering.report.out_of_order, 1);
});
