// Bytes to the server as they are, and its answers read the way RFC 9112 wants them read: nothing is forgiven here.
import assert from 'node:assert/strict';
import net from 'node:net';

const kPatienceMs = 15_000;

/** Parses as many whole answers as the bytes hold. `methods` are those of the requests, in order: HEAD has no body. */
export function parseAnswers(bytes, methods = []) {
  const answers = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf('\r\n\r\n', at, 'latin1');
    if (end < 0) break;
    const [line, ...fields] = bytes.toString('latin1', at, end).split('\r\n');
    const match = /^HTTP\/1\.1 (\d{3}) [ -~]*$/.exec(line);
    assert.ok(match, `not a status line: ${JSON.stringify(line)}`);
    const status = Number(match[1]);
    const headers = new Map();
    for (const field of fields) {
      const parts = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(field);
      assert.ok(parts, `not a header line: ${JSON.stringify(field)}`);
      const name = parts[1].toLowerCase();
      assert.ok(!(headers.has(name) && ['content-length', 'transfer-encoding', 'content-type'].includes(name)), `two ${name}`);
      headers.set(name, parts[2]);
    }
    at = end + 4;
    if (status === 100) {
      answers.push({ status, headers, body: Buffer.alloc(0) });
      continue;
    }
    if (status === 101) return { answers: [...answers, { status, headers, body: Buffer.alloc(0) }], rest: bytes.subarray(at) };
    const method = methods[answers.filter((answer) => answer.status !== 100).length];
    const empty = method === 'HEAD' || status === 204 || status === 304;
    let body = Buffer.alloc(0);
    if (!empty && headers.get('transfer-encoding') === 'chunked') {
      const parts = [];
      for (;;) {
        const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
        if (lineEnd < 0) return { answers, rest: bytes.subarray(at) };
        const size = parseInt(bytes.toString('latin1', at, lineEnd), 16);
        at = lineEnd + 2;
        if (at + size + 2 > bytes.length) return { answers, rest: bytes.subarray(at) };
        parts.push(bytes.subarray(at, at + size));
        at += size + 2;
        if (size === 0) break;
      }
      body = Buffer.concat(parts);
    } else if (!empty) {
      assert.ok(headers.has('content-length'), `an answer ${status} without a length`);
      const size = Number(headers.get('content-length'));
      if (at + size > bytes.length) {
        at = end + 4;
        break;
      }
      body = bytes.subarray(at, at + size);
      at += size;
    }
    answers.push({ status, headers, body });
  }
  return { answers, rest: bytes.subarray(at) };
}

/**
 * Sends and collects until the server ends the connection, or until `until` answers are there (then we end it).
 * @param pieces one buffer or several; between them `pauseMs`
 */
export async function exchange(port, pieces, { until = Infinity, pauseMs = 0, patienceMs = kPatienceMs, methods, end = false } = {}) {
  const since = performance.now();
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  const chunks = [];
  let parsed = { answers: [], rest: Buffer.alloc(0) };
  let fault;
  let closedByServer = false;
  const over = new Promise((resolve) => {
    const timer = setTimeout(() => {
      fault ??= new Error(`nothing more for ${patienceMs} ms; so far ${JSON.stringify(Buffer.concat(chunks).toString('latin1').slice(0, 400))}`);
      socket.destroy();
    }, patienceMs);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      try {
        parsed = parseAnswers(Buffer.concat(chunks), methods);
      } catch (error) {
        fault = error;
        socket.destroy();
      }
      if (parsed.answers.filter((answer) => answer.status !== 100).length >= until) socket.destroy();
    });
    socket.on('end', () => {
      closedByServer = true;
      socket.end();
    });
    // What we still send to a server that has refused already may be reset.
    socket.on('error', (error) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') closedByServer = true;
      else fault ??= error;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  for (const piece of Array.isArray(pieces) ? pieces : [pieces]) {
    if (socket.destroyed || closedByServer) break;
    socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    if (pauseMs > 0) await Promise.race([over, new Promise((resolve) => setTimeout(resolve, pauseMs))]);
  }
  if (end) socket.end();
  await over;
  if (fault) throw fault;
  return { answers: parsed.answers, rest: parsed.rest, closedByServer, ms: performance.now() - since, statuses: parsed.answers.map((answer) => answer.status) };
}

/** A request as text; header lines as they are. */
export const request = (line, headers = [], body = '') => `${line}\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n${body}`;

/** Still there, and quick: what every case ends with. */
export async function assertHealthy(server) {
  assert.ok(server.running, `the server is gone\n${server.log()}`);
  const { statuses, ms } = await exchange(server.port, request('GET /healthz HTTP/1.1', ['Host: a', 'Connection: close']));
  assert.deepEqual(statuses, [200]);
  assert.ok(ms < 2_000, `/healthz took ${ms} ms`);
}
