// The senders' own books against the stored log and against what readers saw, a little more after every round.
import { delay } from '../../e2e/lib/people.mjs';

export const kCounts = ['acked_lost', 'sent_lost', 'duplicates', 'gaps', 'reorderings', 'renumbered', 'wrong_text', 'readers_differ'];

export class Books {
  counts = Object.fromEntries(kCounts.map((name) => [name, 0]));
  /** The first few of what is wrong, in words. */
  wrong = [];
  #logs = new Map();

  constructor(senders, readers) {
    Object.assign(this, { senders, readers });
    for (const sender of senders) this.#logs.set(sender.conversationId, { events: [], byClientId: new Map() });
  }

  get clean() {
    return kCounts.every((name) => this.counts[name] === 0);
  }
  get acked() {
    return this.senders.reduce((sum, sender) => sum + sender.acked, 0);
  }
  get stored() {
    return [...this.#logs.values()].reduce((sum, log) => sum + log.events.length, 0);
  }

  /** Waits until every sender has an ack it did not have; the time until the first and until the last of them. */
  async served(patienceMs) {
    const since = performance.now();
    const before = this.senders.map((sender) => sender.acked);
    let first = 0;
    for (;;) {
      const served = this.senders.filter((sender, i) => sender.acked > before[i]).length;
      if (served > 0 && first === 0) first = performance.now() - since;
      if (served === this.senders.length) return { first, last: performance.now() - since };
      if (performance.now() - since > patienceMs) {
        const left = this.senders.filter((sender, i) => sender.acked === before[i]);
        throw new Error(`${left.length} senders have no ack after ${patienceMs} ms: ${left.slice(0, 3).map((s) => `${s.name} ${s.lastError ?? ''} ${JSON.stringify([...s.refusals])}`)}`);
      }
      await delay(10);
    }
  }

  /** What came to the log since the last look: numbered on, nobody twice; and every ack says where its event is. */
  async check(agent) {
    for (const sender of this.senders) {
      const acks = [...sender.acks];
      const log = this.#logs.get(sender.conversationId);
      for (const event of await readOn(agent, sender.conversationId, log.events.length)) {
        if (event.seq !== log.events.length + 1) this.counts.gaps += 1;
        log.events.push({ seq: event.seq, clientId: event.clientId ?? '', text: event.message?.text });
        if (!event.clientId) continue;
        if (log.byClientId.has(event.clientId)) this.counts.duplicates += 1;
        log.byClientId.set(event.clientId, event.seq);
      }
      for (const [clientId, seq] of acks) {
        const at = log.byClientId.get(clientId);
        if (at === undefined) this.#note('acked_lost', `${sender.name}: ${clientId} was acked as ${seq}, the log of ${sender.conversationId} has ${log.events.length}: ${JSON.stringify(log.events.slice(seq - 3))}`);
        else if (at !== seq) this.#note('renumbered', `${sender.name}: ${clientId} was acked as ${seq} and is ${at}`);
      }
    }
    return this.clean;
  }

  #note(name, what) {
    this.counts[name] += 1;
    if (this.wrong.length < 10) this.wrong.push(`${name}: ${what}`);
  }

  /** At the end, with everything sent acked: the whole log once more, as it was read before; order; texts; every reader. */
  async finish(agent) {
    await this.check(agent);
    for (const sender of this.senders) {
      const log = this.#logs.get(sender.conversationId);
      const again = await readOn(agent, sender.conversationId, 0);
      if (again.length !== log.events.length) this.counts.gaps += 1;
      again.forEach((event, i) => {
        if (event.seq !== log.events[i]?.seq || (event.clientId ?? '') !== log.events[i]?.clientId) this.counts.renumbered += 1;
      });
      this.counts.renumbered += sender.renumbered;
      let last = 0;
      for (const { clientId, text, refused } of sender.sent) {
        const seq = log.byClientId.get(clientId);
        if (seq === undefined) {
          this.counts.sent_lost += 1;
          continue;
        }
        if (log.events[seq - 1].text !== text) this.counts.wrong_text += 1;
        if (refused) continue;
        if (seq < last) this.counts.reorderings += 1;
        last = seq;
      }
      for (const seen of [sender.seen, ...this.readers.map((reader) => reader.seen.get(sender.conversationId))]) this.#compare(seen, log, seen === sender.seen);
    }
    return this.clean;
  }

  #compare(seen, log, visitor) {
    this.counts.gaps += seen.gaps;
    this.counts.duplicates += seen.repeats;
    this.counts.reorderings += seen.reorderings;
    this.counts.renumbered += seen.renumbered;
    for (const event of log.events) {
      const shown = seen.bySeq.get(event.seq);
      if (shown === undefined) {
        if (!visitor || event.clientId) this.counts.readers_differ += 1;
      } else if (event.clientId && shown !== event.clientId) this.counts.renumbered += 1;
    }
    for (const seq of seen.bySeq.keys()) if (seq > log.events.length) this.counts.readers_differ += 1;
  }

  everythingSeen() {
    return this.senders.every((sender) => {
      const last = this.#logs.get(sender.conversationId).events.length;
      return sender.seen.through >= last && this.readers.every((reader) => reader.seen.get(sender.conversationId).through >= last);
    });
  }
}

async function readOn(agent, conversationId, after) {
  const events = [];
  for (let cursor = after; ; ) {
    const page = await agent.get(`/conversations/${conversationId}/events?limit=200&after_seq=${cursor}`);
    events.push(...(page.events ?? []));
    if ((page.events ?? []).length < 200) return events;
    cursor = page.events.at(-1).seq;
  }
}
