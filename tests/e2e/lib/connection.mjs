// One WebSocket speaking frames as JSON (subprotocol weikeyi.v1.json), as an integrator would, without the SDK: what the
// SDK takes care of is what is tested here.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../web/package.json', import.meta.url));
const WebSocket = require('ws');

const kPatienceMs = 8_000;

export class Refused extends Error {
  constructor(refusal) {
    super(`${refusal.code}: ${refusal.reason ?? ''}`);
    this.code = refusal.code;
    this.refusal = refusal;
  }
}

export class Closed extends Error {
  constructor(code, reason) {
    super(`closed ${code} ${reason}`);
    this.code = code;
  }
}

export class Connection {
  /** Everything the server sent, in order. */
  frames = [];
  closed = null;
  #socket;
  #ref = 0;
  #replies = new Map();
  #waiting = new Set();
  /** Called with every frame. */
  onframe = () => {};
  onclose = () => {};

  /** Resolves once the upgrade is through; rejects with .status and .headers where HTTP answered something else. */
  static open(url, { headers = {}, protocols = ['weikeyi.v1.json'] } = {}) {
    const connection = new Connection();
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, protocols, { headers, handshakeTimeout: kPatienceMs });
    connection.#socket = socket;
    socket.on('message', (data) => connection.#take(JSON.parse(data.toString())));
    socket.on('close', (code, reason) => connection.#end(code, reason.toString()));
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(connection));
      socket.once('unexpected-response', (_request, response) => {
        response.resume();
        reject(Object.assign(new Error(`HTTP ${response.statusCode}`), { status: response.statusCode, headers: response.headers }));
      });
      socket.on('error', reject);
    });
  }

  /** The socket below, for bytes that are no whole frame. */
  get raw() {
    return this.#socket._socket;
  }

  send(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  sendRaw(text) {
    this.#socket.send(text);
  }

  /** Sends a body with a ref of its own; resolves to the Ack or Subscribed that answers it, rejects with Refused or Closed. */
  request(body) {
    const ref = ++this.#ref;
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(this.closed);
      const timer = setTimeout(() => {
        this.#replies.delete(ref);
        reject(new Error(`no answer to ${JSON.stringify(body).slice(0, 200)}`));
      }, kPatienceMs);
      this.#replies.set(ref, {
        resolve: (value) => (clearTimeout(timer), resolve(value)),
        reject: (error) => (clearTimeout(timer), reject(error)),
      });
      this.send({ ref, ...body });
    });
  }

  /** The Welcome, or Refused. */
  async hello(hello = {}) {
    const welcome = this.until((frame) => frame.welcome ?? frame.refusal, 'welcome');
    this.send({ ref: ++this.#ref, hello });
    const frame = await welcome;
    if (frame.refusal) throw new Refused(frame.refusal);
    return frame.welcome;
  }

  /** The first frame, also of those already here, for which pick() is true. */
  until(pick, what = 'frame', patienceMs = kPatienceMs) {
    const found = this.frames.find(pick);
    if (found) return Promise.resolve(found);
    if (this.closed) return Promise.reject(this.closed);
    return new Promise((resolve, reject) => {
      const waiting = { pick, done: (frame) => (clearTimeout(timer), resolve(frame)), fail: (error) => (clearTimeout(timer), reject(error)) };
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(new Error(`no ${what} within ${patienceMs} ms; last frames: ${JSON.stringify(this.frames.slice(-3)).slice(0, 800)}`));
      }, patienceMs);
      this.#waiting.add(waiting);
    });
  }

  /** The first event (of a conversation) for which pick() is true. */
  async event(pick, what = 'event', patienceMs = kPatienceMs) {
    const frame = await this.until((frame) => frame.events?.events?.some(pick), what, patienceMs);
    return frame.events.events.find(pick);
  }

  /** All events so far, in the order they came. */
  events(conversationId) {
    return this.frames
      .filter((frame) => frame.events && (conversationId === undefined || frame.events.conversationId === conversationId))
      .flatMap((frame) => frame.events.events ?? []);
  }

  whenClosed(patienceMs = kPatienceMs) {
    if (this.closed) return Promise.resolve(this.closed);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`still open after ${patienceMs} ms`)), patienceMs);
      const before = this.onclose;
      this.onclose = (closed) => (clearTimeout(timer), before(closed), resolve(closed));
    });
  }

  async close() {
    if (this.closed) return;
    const closed = this.whenClosed();
    this.#socket.close(1000);
    await closed;
  }

  /** As if the network were gone. */
  terminate() {
    this.#socket.terminate();
  }

  #take(frame) {
    this.frames.push(frame);
    const reply = frame.ack ?? frame.subscribed ?? frame.refusal;
    if (reply?.ref && this.#replies.has(reply.ref)) {
      const { resolve, reject } = this.#replies.get(reply.ref);
      this.#replies.delete(reply.ref);
      if (frame.refusal) reject(new Refused(frame.refusal));
      else resolve(reply);
    }
    for (const waiting of this.#waiting) {
      if (!waiting.pick(frame)) continue;
      this.#waiting.delete(waiting);
      waiting.done(frame);
    }
    this.onframe(frame);
  }

  #end(code, reason) {
    this.closed = new Closed(code, reason);
    for (const { reject } of this.#replies.values()) reject(this.closed);
    this.#replies.clear();
    for (const waiting of this.#waiting) waiting.fail(this.closed);
    this.#waiting.clear();
    this.onclose(this.closed);
  }
}
