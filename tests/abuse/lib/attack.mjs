// Attackers as child processes, and the healthy client whose time is the measure of what they do.
import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { once } from 'node:events';
import { clientId, visitor } from '../../e2e/lib/people.mjs';

const alive = new Set();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

export class Attacker {
  #child;
  #lines = [];
  #waiting = [];

  constructor(task) {
    this.#child = fork(join(import.meta.dirname, 'attacker.mjs'), [JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    alive.add(this.#child);
    this.#child.once('exit', () => alive.delete(this.#child));
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const value = JSON.parse(line);
      const waiting = this.#waiting.shift();
      if (waiting) waiting(value);
      else this.#lines.push(value);
    });
  }

  /** The next line it prints. */
  async next() {
    if (this.#lines.length > 0) return this.#lines.shift();
    return Promise.race([new Promise((resolve) => this.#waiting.push(resolve)), once(this.#child, 'exit').then(() => Promise.reject(new Error('the attacker ended')))]);
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
  }
}

/** Runs it to its end and gives its last word. */
export async function attack(task) {
  return new Attacker(task).next();
}

/** A visitor who pings every 20 ms and writes twice a second; every answer is timed. */
export class HealthyClient {
  times = [];
  #running = true;
  #done;

  static async start(server) {
    const client = new HealthyClient();
    const { connection, conversationId } = await visitor(server);
    client.#done = client.#run(connection, conversationId);
    return client;
  }

  async #run(connection, conversationId) {
    this.connection = connection;
    const pending = new Map();
    connection.onframe = (frame) => {
      if (!frame.pong) return;
      const sent = pending.get(String(frame.pong.nonce));
      pending.delete(String(frame.pong.nonce));
      if (sent !== undefined) this.times.push(performance.now() - sent);
    };
    let nonce = 0;
    const written = [];
    while (this.#running) {
      ++nonce;
      pending.set(String(nonce), performance.now());
      connection.send({ ping: { nonce: String(nonce) } });
      if (nonce % 25 === 0) {
        const since = performance.now();
        written.push(
          connection.request({ append: { conversationId, clientId: clientId(), message: { text: `still here ${nonce}` } } }).then(() => this.times.push(performance.now() - since)),
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await Promise.all(written);
    this.unanswered = pending.size;
    await connection.close();
  }

  /** Milliseconds: count, median, p99, the most; and begins anew. */
  take() {
    const sorted = this.times.sort((a, b) => a - b);
    this.times = [];
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Infinity;
    return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
  }

  async stop() {
    this.#running = false;
    await this.#done;
  }
}
