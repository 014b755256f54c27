// A TCP proxy between clients and server that breaks what goes through it: cut, cut in the middle of what is being sent, stalled,
// half open. Loopback only.
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { delay } from '../../e2e/lib/people.mjs';

export class Proxy {
  #pairs = new Set();
  #zombies = new Set();
  #server;

  static async start(targetPort) {
    const proxy = new Proxy();
    proxy.#server = createServer((client) => proxy.#join(client, targetPort));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    proxy.url = `http://127.0.0.1:${proxy.#server.address().port}`;
    return proxy;
  }

  get connections() {
    return this.#pairs.size;
  }

  #join(client, port) {
    const pair = { client, server: connect(port, '127.0.0.1'), stalled: false, bytesLeft: Infinity };
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      pair.server.destroy();
    };
    for (const [from, to] of [[client, pair.server], [pair.server, client]]) {
      from.on('error', () => {});
      from.on('close', () => this.#pairs.has(pair) && end());
      from.on('data', (chunk) => {
        if (chunk.length >= pair.bytesLeft) {
          // What got through ends anywhere, also inside a frame.
          to.write(chunk.subarray(0, pair.bytesLeft), end);
          pair.bytesLeft = 0;
          return;
        }
        pair.bytesLeft -= chunk.length;
        if (!to.write(chunk)) from.pause();
      });
      to.on('drain', () => !pair.stalled && from.resume());
    }
  }

  #some(random) {
    const share = random.between(1, 3);
    return [...this.#pairs].filter(() => random.below(3) < share);
  }

  /** Both ends get a reset. */
  cut(random) {
    for (const { client, server } of this.#some(random)) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** So many bytes more, in either direction, then the end. */
  cutInside(random) {
    for (const pair of this.#some(random)) pair.bytesLeft = random.between(1, 400);
  }

  /** Nothing moves for a while. */
  async stall(random, ms) {
    const pairs = this.#some(random);
    for (const pair of pairs) {
      pair.stalled = true;
      pair.client.pause();
      pair.server.pause();
    }
    await delay(ms);
    for (const pair of pairs) {
      pair.stalled = false;
      pair.client.resume();
      pair.server.resume();
    }
  }

  /** The client is gone and the server is not told: its end stays open, reads nothing, says nothing. */
  halfOpen(random) {
    for (const pair of this.#some(random)) {
      this.#pairs.delete(pair);
      pair.server.removeAllListeners('data').removeAllListeners('close');
      pair.server.pause();
      pair.client.destroy();
      this.#zombies.add(pair.server);
      pair.server.on('close', () => this.#zombies.delete(pair.server));
    }
    // A server may have so many descriptors only; the oldest end after all.
    while (this.#zombies.size > 200) {
      const [oldest] = this.#zombies;
      this.#zombies.delete(oldest);
      oldest.destroy();
    }
  }

  async close() {
    for (const pair of this.#pairs) pair.client.destroy();
    for (const socket of this.#zombies) socket.destroy();
    this.#server.close();
  }
}
