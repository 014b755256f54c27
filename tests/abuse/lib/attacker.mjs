// A process of its own that misbehaves towards a server: node attacker.mjs '{"kind":…,"port":…,…}'. Prints one line of JSON with
// what became of its connections, ends when its time is over or when it is told to (SIGTERM, or its parent is gone).
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { setPriority } from 'node:os';
import { deflateRawSync } from 'node:zlib';
import { frame, OP } from '../../conformance/lib/frames.mjs';

// Attackers have machines of their own; here they share one with what they attack and with the client whose time is taken.
setPriority(10);
const task = JSON.parse(process.argv[2]);
const until = Date.now() + task.seconds * 1000;
const result = { opened: 0, refused: 0, closes: {}, cut: 0, bytesSent: 0 };
const open = new Set();

const over = () => Date.now() >= until;
const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One upgraded socket; null where the server would not. */
function upgrade({ protocol = 'weikeyi.v1.json', extra = [] } = {}) {
  return new Promise((resolve) => {
    const socket = net.connect({ port: task.port, host: '127.0.0.1', noDelay: true });
    let head = Buffer.alloc(0);
    const failed = () => {
      ++result.refused;
      open.delete(socket);
      socket.destroy();
      resolve(null);
    };
    open.add(socket);
    socket.once('connect', () => {
      socket.write(
        `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${task.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
          `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Protocol: ${protocol}\r\n${extra.map((line) => `${line}\r\n`).join('')}\r\n`,
      );
    });
    socket.on('error', failed);
    socket.once('close', failed);
    const onData = (chunk) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', onData);
      if (!head.toString('latin1', 0, 12).startsWith('HTTP/1.1 101')) return failed();
      socket.off('error', failed);
      socket.off('close', failed);
      ++result.opened;
      watch(socket, head.subarray(end + 4));
      resolve(socket);
    };
    socket.on('data', onData);
  });
}

/** Counts how the server ended it: the code of its close frame, or that it cut. */
function watch(socket, first) {
  let bytes = first;
  let code;
  const read = () => {
    for (;;) {
      if (bytes.length < 2) return;
      let size = bytes[1] & 127;
      let at = 2;
      if (size === 126) {
        if (bytes.length < 4) return;
        size = bytes.readUInt16BE(2);
        at = 4;
      } else if (size === 127) {
        if (bytes.length < 10) return;
        size = Number(bytes.readBigUInt64BE(2));
        at = 10;
      }
      if (bytes.length < at + size) return;
      if ((bytes[0] & 15) === OP.CLOSE) code = size >= 2 ? bytes.readUInt16BE(at) : 1005;
      bytes = bytes.subarray(at + size);
    }
  };
  socket.on('data', (chunk) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    read();
  });
  read();
  socket.on('end', () => socket.end());
  socket.on('error', () => {});
  socket.once('close', () => {
    open.delete(socket);
    if (socket.byUs) return;
    if (code === undefined) ++result.cut;
    else result.closes[code] = (result.closes[code] ?? 0) + 1;
  });
}

const end = (socket) => {
  socket.byUs = true;
  socket.destroy();
};

/** Writes the same bytes as fast as they are taken, until the server has had enough. */
async function pour(socket, bytes) {
  while (!socket.destroyed && !socket.writableEnded && !over()) {
    result.bytesSent += bytes.length;
    if (!socket.write(bytes)) {
      await new Promise((resolve) => {
        const go = () => {
          socket.off('drain', go);
          socket.off('close', go);
          resolve();
        };
        socket.once('drain', go);
        socket.once('close', go);
      });
    }
    await new Promise(setImmediate);
  }
  if (over() && !socket.destroyed) end(socket);
}

/** `count` workers that each open, do and open again. */
async function again(work, options) {
  const worker = async () => {
    while (!over()) {
      const socket = await upgrade(options);
      if (socket === null) await delay(20);
      else {
        const closed = new Promise((resolve) => socket.once('close', resolve));
        await work(socket);
        await closed;
      }
    }
  };
  await Promise.all(Array.from({ length: task.count }, worker));
}

const hello = (token) => frame({ opcode: OP.TEXT, payload: JSON.stringify({ hello: { visitorToken: token, client: 'attacker/1' } }) });
const lots = (one, times) => Buffer.concat(Array.from({ length: times }, () => one));

/** Takes from its socket in pieces of 128 bytes, eight a second. */
class SlowReader {
  gaps = 0;
  closed = false;
  bytes = 0;
  lastSeq = new Map();
  #socket;
  #text = Buffer.alloc(0);
  #upgraded = false;
  #hurried = false;
  #followed;

  constructor({ frames, subscriptions }, verify) {
    this.verify = verify;
    this.following = new Promise((resolve) => (this.#followed = resolve));
    let left = subscriptions;
    const say = (one) => this.#socket.write(frame({ opcode: OP.TEXT, payload: JSON.stringify(one) }));
    this.onWelcome = () => {
      frames.slice(1).forEach(say);
      if (subscriptions === 0) this.#followed(true);
    };
    this.onSubscribed = () => --left === 0 && this.#followed(true);
    const piece = Buffer.alloc(128);
    const slowly = setInterval(() => this.#socket.resume(), 125);
    this.#socket = net.connect({ port: task.port, host: '127.0.0.1', noDelay: true, onread: { buffer: piece, callback: (count) => this.#take(Buffer.from(piece.subarray(0, count))) } });
    this.#socket.on('error', () => {});
    this.#socket.once('close', () => {
      clearInterval(slowly);
      this.closed = !this.#socket.byUs;
      this.#followed(false);
    });
    this.#socket.write(
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${task.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Protocol: weikeyi.v1.json\r\n\r\n`,
    );
    say(frames[0]);
    this.following.then(() => (this.#slow = true));
  }
  // While it signs in it reads as it comes: what is slow is the reading of what it follows.
  #slow = false;

  ping() {
    if (!this.#socket.destroyed) this.#socket.write(frame({ opcode: OP.PING, payload: '' }));
  }
  hurry() {
    this.bytesBeforeHurry = this.bytes;
    this.#hurried = true;
    this.#socket.resume();
  }
  end() {
    end(this.#socket);
  }

  #take(bytes) {
    this.bytes += bytes.length;
    if (this.verify || !this.#slow) this.#parse(bytes);
    return !this.#slow || this.#hurried;
  }

  #parse(bytes) {
    this.#text = Buffer.concat([this.#text, bytes]);
    if (!this.#upgraded) {
      const end = this.#text.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#upgraded = true;
      this.#text = this.#text.subarray(end + 4);
    }
    for (;;) {
      if (this.#text.length < 2) return;
      let size = this.#text[1] & 127;
      let at = 2;
      if (size === 126) {
        if (this.#text.length < 4) return;
        size = this.#text.readUInt16BE(2);
        at = 4;
      } else if (size === 127) {
        if (this.#text.length < 10) return;
        size = Number(this.#text.readBigUInt64BE(2));
        at = 10;
      }
      if (this.#text.length < at + size) return;
      if ((this.#text[0] & 15) === OP.TEXT) this.#on(JSON.parse(this.#text.toString('utf8', at, at + size)));
      this.#text = this.#text.subarray(at + size);
    }
  }

  #on(message) {
    if (message.welcome) this.onWelcome();
    if (message.subscribed) this.onSubscribed();
    if (!message.events) return;
    const { conversationId, afterSeq = 0, throughSeq } = message.events;
    if (this.lastSeq.has(conversationId) && this.lastSeq.get(conversationId) !== afterSeq) ++this.gaps;
    this.lastSeq.set(conversationId, throughSeq);
  }
}

const kinds = {
  pingFlood: () => again((socket) => pour(socket, lots(frame({ opcode: OP.PING, payload: 'x'.repeat(125) }), 200))),
  pongFlood: () => again((socket) => pour(socket, lots(frame({ opcode: OP.PONG }), 2_000))),
  emptyFragments: () =>
    again(async (socket) => {
      socket.write(frame({ opcode: OP.TEXT, fin: false, payload: '{' }));
      await pour(socket, lots(frame({ opcode: OP.CONT, fin: false }), 2_000));
    }),
  tinyFragments: () =>
    again(async (socket) => {
      socket.write(frame({ opcode: OP.TEXT, fin: false, payload: '{' }));
      await pour(socket, lots(frame({ opcode: OP.CONT, fin: false, payload: ' ' }), 2_000));
    }),
  // Frames of our own protocol, small and valid, as fast as they go.
  messageFlood: () =>
    again(async (socket) => {
      socket.write(hello(task.token));
      await pour(socket, lots(frame({ opcode: OP.TEXT, payload: '{"ping":{"nonce":"1"}}' }), 500));
    }),
  bomb: () => {
    const zeros = deflateRawSync(Buffer.alloc(task.inflatedBytes), { level: 9 });
    const bytes = frame({ opcode: OP.TEXT, rsv: 4, payload: zeros });
    return again(
      async (socket) => {
        result.bytesSent += bytes.length;
        socket.write(bytes);
      },
      { extra: ['Sec-WebSocket-Extensions: permessage-deflate'] },
    );
  },
  // Says Hello, asks for all of a long history and for answers all the time, and takes none.
  stalled: async () => {
    const opening = JSON.stringify({ hello: { visitorToken: task.token, client: 'attacker/1', resume: [{ conversationId: task.conversationId }] } });
    const one = async () => {
      const socket = await upgrade();
      if (socket === null) return;
      const welcomed = new Promise((resolve) => {
        socket.once('data', resolve);
        socket.once('close', resolve);
      });
      socket.write(frame({ opcode: OP.TEXT, payload: opening }));
      await welcomed;
      socket.pause();
      while (!over() && !socket.destroyed) {
        socket.write(frame({ opcode: OP.TEXT, payload: '{"ping":{"nonce":"1"}}' }));
        socket.write(lots(frame({ opcode: OP.PING, payload: 'x'.repeat(125) }), 2));
        await delay(100);
      }
      end(socket);
    };
    await Promise.all(Array.from({ length: task.count }, one));
  },
  // Follow busy conversations and read 1 KB a second of them; towards the end the first few read on at once, to see that nothing is missing.
  slowReaders: async () => {
    const readers = Array.from({ length: task.count }, (_, i) => new SlowReader(task.hellos[i % task.hellos.length], i < task.verify));
    process.stdout.write(`${JSON.stringify({ following: (await Promise.all(readers.map((one) => one.following))).filter(Boolean).length })}\n`);
    while (!over()) {
      await delay(500);
      for (const one of readers) one.ping();
    }
    const checked = readers.filter((one) => one.verify);
    for (const one of checked) one.hurry();
    const patience = Date.now() + 20_000;
    while (!checked.every((one) => one.lastSeq.get(task.conversationId) >= task.throughSeq) && Date.now() < patience) await delay(20);
    result.readBytes = readers.map((one) => one.bytesBeforeHurry ?? one.bytes);
    result.complete = checked.filter((one) => one.lastSeq.get(task.conversationId) >= task.throughSeq).length;
    result.gaps = readers.reduce((sum, one) => sum + one.gaps, 0);
    result.cut = readers.filter((one) => one.closed).length;
    for (const one of readers) one.end();
  },
  // Connects and then says nothing, or half of something.
  silent: async () => {
    const one = async () => {
      const socket = await upgrade();
      if (socket !== null && task.half) socket.write(frame({ opcode: OP.TEXT, fin: false, payload: '{"hello":{' }));
    };
    for (let i = 0; i < task.count && !over(); i += 50) await Promise.all(Array.from({ length: Math.min(50, task.count - i) }, one));
    process.stdout.write(`${JSON.stringify({ opened: result.opened, refused: result.refused })}\n`);
    while (!over() && open.size > 0) await delay(50);
  },
  halfHandshake: async () => {
    const sockets = Array.from({ length: task.count }, () => {
      const socket = net.connect({ port: task.port, host: '127.0.0.1' });
      open.add(socket);
      socket.on('error', () => {});
      socket.on('end', () => socket.end());
      socket.once('connect', () => {
        ++result.opened;
        socket.write('GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n');
      });
      socket.once('data', (chunk) => {
        const status = chunk.toString('latin1', 9, 12);
        result.closes[status] = (result.closes[status] ?? 0) + 1;
      });
      socket.once('close', () => open.delete(socket));
      return socket;
    });
    while (!over() && open.size > 0) {
      for (const socket of sockets) if (socket.writable) socket.write('X: y\r\n');
      await delay(500);
    }
  },
};

process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
await kinds[task.kind]();
for (const socket of open) end(socket);
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
