// The crash test: many senders, kill -9 again and again, and afterwards the senders' own books against the stored log and
// against what readers saw.
//
//   node tests/e2e/crash.mjs [--kills 50] [--senders 48]
//
// Must be: 0 acked lost, 0 duplicates, 0 gaps, 0 reorderings, nothing renumbered.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { Server } from './lib/server.mjs';
import { Reader, Sender } from './lib/traffic.mjs';
import { delay, demoAgent, eventually, visitorSession } from './lib/people.mjs';

const kDrainMs = 60_000;

/** Runs it and gives the counts; the server's data directory stays where a count is wrong. */
export async function crash({ kills = 50, senders: senderCount = 48, upMinMs = 250, upSpreadMs = 1200, report = () => {} } = {}) {
  const server = await Server.start();
  const clients = [];
  try {
    const agent = await demoAgent(server);
    const senders = [];
    for (let i = 0; i < senderCount; i += 1) {
      senders.push(new Sender(server.url, { name: `sender${i}`, session: await visitorSession(server) }));
    }
    clients.push(...senders);
    const conversationIds = senders.map((sender) => sender.conversationId);
    assert.equal(new Set(conversationIds).size, senderCount);
    // A conversation exists with its first message.
    await eventually(() => senders.every((sender) => sender.acked > 0), 'first acks');
    const readers = [0, 1].map(() => new Reader(server.url, { headers: { cookie: agent.cookie }, conversationIds }));
    clients.push(...readers);
    await eventually(() => readers.every((reader) => reader.connects > 0), 'readers are in');

    let slowestStart = 0;
    for (let kill = 1; kill <= kills; kill += 1) {
      await delay(upMinMs + Math.random() * upSpreadMs);
      await server.kill();
      const since = performance.now();
      await server.launch();
      slowestStart = Math.max(slowestStart, performance.now() - since);
      if (kill % 10 === 0 || kill === kills) {
        report(`${kill} kills, ${sum(senders, (s) => s.sent.length)} sent, ${sum(senders, (s) => s.acked)} acked`);
      }
    }
    await Promise.all(senders.map((sender) => sender.finish(kDrainMs)));

    const counts = {
      kills, senders: senderCount, sent: 0, acked: 0, stored: 0, seen: 0, reconnects: sum(clients, (client) => client.connects),
      slowest_start_ms: Math.round(slowestStart),
      acked_lost: 0, sent_lost: 0, duplicates: 0, gaps: 0, reorderings: 0, renumbered: 0, wrong_text: 0, readers_differ: 0,
    };
    const logs = new Map();
    for (const sender of senders) logs.set(sender.conversationId, await agent.log(sender.conversationId));
    await eventually(() => readers.every((reader) => [...reader.seen].every(([id, seen]) => seen.through >= logs.get(id).length)), 'readers have everything', kDrainMs);
    await eventually(() => senders.every((sender) => sender.seen.through >= logs.get(sender.conversationId).length), 'senders have everything', kDrainMs);
    for (const sender of senders) audit(counts, sender, logs.get(sender.conversationId), readers);
    for (const client of clients) await client.stop();
    counts.clean = ['acked_lost', 'sent_lost', 'duplicates', 'gaps', 'reorderings', 'renumbered', 'wrong_text', 'readers_differ'].every((name) => counts[name] === 0);
    if (!counts.clean) {
      server.ownsDataDir = false;
      counts.data_dir = server.dataDir;
    }
    return counts;
  } finally {
    for (const client of clients) await client.stop();
    await server.close();
  }
}

function audit(counts, sender, log, readers) {
  counts.sent += sender.sent.length;
  counts.acked += sender.acked;
  counts.stored += log.length;
  counts.renumbered += sender.renumbered;

  // The stored log is numbered 1, 2, 3 …
  log.forEach((event, index) => {
    if (event.seq !== index + 1) counts.gaps += 1;
  });
  // Everything sent is in it once (all was acked in the end), where the ack said, in the order of sending.
  const bySender = new Map();
  for (const event of log) {
    if (!event.clientId) continue;
    if (bySender.has(event.clientId)) counts.duplicates += 1;
    bySender.set(event.clientId, event);
  }
  let last = 0;
  for (const { clientId, text, refused } of sender.sent) {
    const event = bySender.get(clientId);
    const acked = sender.acks.get(clientId);
    if (event === undefined) {
      if (acked === undefined) counts.sent_lost += 1;
      else counts.acked_lost += 1;
      continue;
    }
    if (event.message?.text !== text) counts.wrong_text += 1;
    if (acked !== undefined && acked !== event.seq) counts.renumbered += 1;
    if (refused) continue;
    if (event.seq <= last) counts.reorderings += 1;
    last = event.seq;
  }
  // What readers saw, while it happened, is what is stored: nothing shown and then taken back.
  for (const seen of [sender.seen, ...readers.map((reader) => reader.seen.get(sender.conversationId))]) {
    counts.seen += seen.delivered;
    counts.gaps += seen.gaps;
    counts.duplicates += seen.repeats;
    counts.reorderings += seen.reorderings;
    counts.renumbered += seen.renumbered;
    for (const event of log) {
      const shown = seen.bySeq.get(event.seq);
      // A visitor is not shown every kind of event; an agent is.
      if (shown === undefined) {
        if (seen !== sender.seen || event.clientId) counts.readers_differ += 1;
      } else if (event.clientId && shown !== event.clientId) counts.renumbered += 1;
    }
    for (const seq of seen.bySeq.keys()) if (seq > log.length) counts.readers_differ += 1;
  }
}

const sum = (list, of) => list.reduce((total, one) => total + of(one), 0);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { kills: { type: 'string' }, senders: { type: 'string' } } });
  const counts = await crash({
    ...(values.kills && { kills: Number(values.kills) }),
    ...(values.senders && { senders: Number(values.senders) }),
    report: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`${JSON.stringify(counts, null, 2)}\n`);
  process.exit(counts.clean ? 0 : 1);
}
