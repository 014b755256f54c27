// Senders and readers that keep books of their own, for the crash test: what was sent, what was acked, what was seen.
// A sender behaves as the SDK must: a window of unacked appends, on reconnect resume from the last seq it has and resend
// what is not acked, oldest first, under the same client ids.
import { Connection } from './connection.mjs';
import { clientId, delay } from './people.mjs';

const kReconnectMinMs = 30;
const kReconnectSpreadMs = 120;

/** What one reader saw of one conversation. */
export class Seen {
  /** seq to the event's identity, as first seen. */
  bySeq = new Map();
  through = 0;
  gaps = 0;
  repeats = 0;
  reorderings = 0;
  renumbered = 0;
  delivered = 0;

  /** A frame's hand-over: everything up to afterSeq must be here already. */
  take({ afterSeq = 0, throughSeq = 0, events = [] }) {
    if (afterSeq > this.through) this.gaps += 1;
    let last = afterSeq;
    for (const event of events) {
      this.delivered += 1;
      const identity = event.clientId || `${Object.keys(event).find((key) => /ed$|^message$|^note$/.test(key))}@${event.seq}`;
      const known = this.bySeq.get(event.seq);
      if (event.seq <= last) this.reorderings += 1;
      if (known !== undefined) {
        if (known === identity) this.repeats += 1;
        else this.renumbered += 1;
      }
      this.bySeq.set(event.seq, identity);
      last = event.seq;
    }
    this.through = Math.max(this.through, throughSeq);
  }
}

/** A client that stays connected as well as the server lets it. */
class Client {
  running = true;
  connects = 0;
  refusals = new Map();
  connection = null;

  constructor(url, headers) {
    this.url = url;
    this.headers = headers;
    this.finished = this.#live();
  }

  async #live() {
    while (this.running) {
      try {
        const connection = await Connection.open(this.url, { headers: this.headers });
        connection.onframe = (frame) => {
          // The books hold what matters; frames of a long run would fill the memory.
          if (connection.frames.length > 64) connection.frames.length = 0;
          this.take(frame);
        };
        const closed = new Promise((resolve) => (connection.onclose = resolve));
        try {
          await this.greet(connection);
          this.connects += 1;
          this.connection = connection;
          this.ready(connection);
        } catch (error) {
          this.lastError = error;
          connection.terminate();
        }
        await closed;
      } catch (error) {
        this.lastError = error;
      }
      this.connection = null;
      if (this.running) await delay(kReconnectMinMs + Math.random() * kReconnectSpreadMs);
    }
  }

  async stop() {
    this.running = false;
    this.connection?.terminate();
    await this.finished;
  }
}

/** Writes to its conversation and reads it, as a visitor; a little below the rate a visitor is allowed. */
export class Sender extends Client {
  /** In the order of sending: {clientId, text, refused: true where it was at some time}. */
  sent = [];
  /** client id to the seq of the first ack; a later ack with another seq is a renumbering. */
  acks = new Map();
  renumbered = 0;
  seen = new Seen();
  #unacked = new Map();
  #again = false;
  #window;
  #pauseMs;
  #open = true;

  constructor(url, { name, session, window = 4, pauseMs = 60 }) {
    super(url, { origin: url });
    Object.assign(this, { name, session });
    this.conversationId = session.conversationId;
    this.#window = window;
    this.#pauseMs = pauseMs;
  }

  greet(connection) {
    return connection.hello({
      visitorToken: this.session.token,
      resume: [{ conversationId: this.conversationId, afterSeq: this.seen.through }],
    });
  }

  ready(connection) {
    for (const entry of this.#unacked.values()) this.#send(connection, entry);
    this.#pump(connection);
  }

  take(frame) {
    if (frame.events?.conversationId === this.conversationId) this.seen.take(frame.events);
    if (frame.ack) this.#acked(frame.ack);
    if (frame.refusal) this.#refused(frame.refusal);
  }

  /** No new messages; resolves when everything sent is acked. */
  async finish(patienceMs) {
    this.#open = false;
    const until = Date.now() + patienceMs;
    while (this.#unacked.size > 0) {
      if (Date.now() > until) {
        throw new Error(`${this.name}: ${this.#unacked.size} of ${this.sent.length} never acked; refusals ${JSON.stringify([...this.refusals])}; ${this.lastError ?? ''}`);
      }
      await delay(20);
    }
  }

  get acked() {
    return this.acks.size;
  }

  #send(connection, entry) {
    try {
      connection.send({
        ref: 1,
        append: { conversationId: this.conversationId, clientId: entry.clientId, message: { text: entry.text } },
      });
    } catch {
      // The socket died under us; resent on the next one.
    }
  }

  async #pump(connection) {
    while (this.running && this.#open && this.connection === connection && !connection.closed) {
      if (this.#unacked.size < this.#window && !this.#again) {
        const number = this.sent.length;
        // Ids of the cheap kind and of any other kind, in turn.
        const id = number % 2 === 0 ? clientId() : `${this.name}/${number}/${crypto.randomUUID().slice(0, 8)}`;
        const entry = { clientId: id, text: `${this.name} says ${number}` };
        this.sent.push(entry);
        this.#unacked.set(entry.clientId, entry);
        this.#send(connection, entry);
      }
      await delay(this.#pauseMs * (0.5 + Math.random()));
    }
  }

  #acked({ clientId, seq }) {
    const before = this.acks.get(clientId);
    if (before === undefined) this.acks.set(clientId, seq);
    else if (before !== seq) this.renumbered += 1;
    this.#unacked.delete(clientId);
  }

  /** Refused is not stored: once the server says when, everything unacked goes again in order. */
  #refused({ code, retryAfterMs = 0, clientId }) {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    // What was sent after it may have been taken (P36).
    const entry = this.#unacked.get(clientId);
    if (entry) entry.refused = true;
    const connection = this.connection;
    if (!connection || this.#again) return;
    this.#again = true;
    setTimeout(() => {
      this.#again = false;
      if (this.connection !== connection || connection.closed) return;
      for (const entry of this.#unacked.values()) this.#send(connection, entry);
    }, Math.max(retryAfterMs, 20));
  }
}

/** An agent who reads many conversations over one socket, and answers into some of them. */
export class Reader extends Client {
  seen = new Map();

  constructor(url, { headers, conversationIds }) {
    super(url, { origin: url, ...headers });
    for (const id of conversationIds) this.seen.set(id, new Seen());
  }

  async greet(connection) {
    await connection.hello({ client: 'e2e-reader/1' });
    await Promise.all(
      [...this.seen].map(([conversationId, seen]) => connection.request({ subscribe: { conversationId, afterSeq: seen.through } })),
    );
  }

  ready() {}

  take(frame) {
    if (frame.events) this.seen.get(frame.events.conversationId)?.take(frame.events);
    if (frame.refusal) this.refusals.set(frame.refusal.code, (this.refusals.get(frame.refusal.code) ?? 0) + 1);
  }
}
