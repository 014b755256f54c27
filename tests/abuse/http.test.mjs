// HTTP as nobody should send it. Each case has its one right refusal, none is answered with a 5xx of ours, none hangs, and after
// each the server serves the next. Raw sockets, the real server.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { Server } from '../e2e/lib/server.mjs';
import { demoAgent, visitorSession } from '../e2e/lib/people.mjs';
import { assertHealthy, exchange, request } from './lib/raw.mjs';

let server;
let agent;
let visitor;

before(async () => {
  server = await Server.start();
  agent = await demoAgent(server);
  visitor = await visitorSession(server);
});
after(() => server?.close());
afterEach(() => assertHealthy(server));

const H = 'Host: a.example';
const send = (bytes, options) => exchange(server.port, bytes, options);

/** The one answer, and then the end of the connection. */
async function refused(bytes, status, options) {
  const { statuses, closedByServer } = await send(bytes, options);
  assert.deepEqual(statuses, [status]);
  assert.ok(closedByServer, 'what was refused could not be read to its end: the connection must not go on');
}

/** [what it is, bytes, status] as tests. */
function refusals(cases) {
  for (const [name, bytes, status] of cases) {
    test(`${name}: ${status}`, async () => {
      await refused(bytes, status);
      // The same in single bytes: the answer does not depend on the cuts.
      const all = Buffer.from(bytes, 'latin1');
      if (all.length < 400) await refused([...all].map((byte) => Buffer.from([byte])), status, { pauseMs: 0 });
    });
  }
}

describe('where a body ends is said once', () => {
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
  refusals([
    ['length and chunked coding', request('POST /api/v1/session HTTP/1.1', [H, 'Content-Length: 6', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`), 400],
    ['chunked coding and length', request('POST /api/v1/session HTTP/1.1', [H, 'Transfer-Encoding: chunked', 'Content-Length: 6'], `0\r\n\r\n${smuggled}`), 400],
    ['two lengths that differ', request('POST / HTTP/1.1', [H, 'Content-Length: 0', `Content-Length: ${smuggled.length}`], smuggled), 400],
    ['two equal lengths', request('POST / HTTP/1.1', [H, 'Content-Length: 2', 'Content-Length: 2'], '{}'), 400],
    ['a list of lengths', request('POST / HTTP/1.1', [H, 'Content-Length: 2, 2'], '{}'), 400],
    ['a negative length', request('POST / HTTP/1.1', [H, 'Content-Length: -1']), 400],
    ['a length with a sign', request('POST / HTTP/1.1', [H, 'Content-Length: +2'], '{}'), 400],
    ['a hexadecimal length', request('POST / HTTP/1.1', [H, 'Content-Length: 0x2'], '{}'), 400],
    ['a length with a space in it', request('POST / HTTP/1.1', [H, 'Content-Length: 1 2']), 400],
    ['an empty length', request('POST / HTTP/1.1', [H, 'Content-Length: ']), 400],
    ['a length beyond 64 bits', request('POST / HTTP/1.1', [H, 'Content-Length: 99999999999999999999']), 400],
    ['an unknown coding', request('POST / HTTP/1.1', [H, 'Transfer-Encoding: gzip'], '0\r\n\r\n'), 501],
    ['codings on top of chunked', request('POST / HTTP/1.1', [H, 'Transfer-Encoding: gzip, chunked'], '0\r\n\r\n'), 501],
    ['chunked, but not last', request('POST / HTTP/1.1', [H, 'Transfer-Encoding: chunked, identity'], '0\r\n\r\n'), 501],
    ['a coding that looks like chunked', request('POST / HTTP/1.1', [H, 'Transfer-Encoding: xchunked'], '0\r\n\r\n'), 501],
    ['a coding hidden by a vertical tab', request('POST / HTTP/1.1', [H, 'Transfer-Encoding: \x0bchunked'], '0\r\n\r\n'), 400],
    ['chunked twice', request('POST / HTTP/1.1', [H, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], '0\r\n\r\n'), 400],
    ['a coding in HTTP/1.0', request('POST / HTTP/1.0', ['Transfer-Encoding: chunked'], '0\r\n\r\n'), 400],
    ['a name with a space before its colon', request('POST / HTTP/1.1', [H, 'Content-Length : 2'], '{}'), 400],
  ]);
});

describe('chunks are as the RFC writes them', () => {
  const chunked = (body) => request('POST /api/v1/session HTTP/1.1', [H, 'Content-Type: application/json', 'Transfer-Encoding: chunked'], body);
  refusals([
    ['a size with 0x', chunked('0x2\r\n{}\r\n0\r\n\r\n'), 400],
    ['a negative size', chunked('-2\r\n{}\r\n0\r\n\r\n'), 400],
    ['no size', chunked('\r\n{}\r\n0\r\n\r\n'), 400],
    ['a size beyond 64 bits', chunked('ffffffffffffffff1\r\n{}\r\n0\r\n\r\n'), 400],
    ['a size of nearly 64 bits', chunked('fffffffffffffffe\r\n{}'), 413],
    ['a chunk longer than its size', chunked('2\r\n{}}\r\n0\r\n\r\n'), 400],
    ['a bare line feed behind a size', chunked('2\n{}\r\n0\r\n\r\n'), 400],
    ['an endless extension', chunked(`2;${'a'.repeat(20_000)}`), 400],
    ['a length among the trailers', chunked('2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n'), 400],
    ['endless trailers', chunked(`2\r\n{}\r\n0\r\n${'a: b\r\n'.repeat(4_000)}`), 400],
  ]);

  test('more than a route takes in many chunks: 413', async () => {
    const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`;
    await refused(chunked(chunk.repeat(2_000)), 413);
  });

  test('extensions and trailers are read past and mean nothing', async () => {
    const body = '{"email":"nobody@example.com","password":"wrong wrong wrong"}';
    const bytes = chunked(`${body.length.toString(16)};a=b;c="d"\r\n${body}\r\n0\r\nHost: other\r\nX: y\r\n\r\n`);
    const { statuses } = await send(bytes + request('GET /healthz HTTP/1.1', [H, 'Connection: close']));
    assert.deepEqual(statuses, [401, 200]);
  });
});

describe('the head', () => {
  refusals([
    ['no Host', request('GET / HTTP/1.1'), 400],
    ['two Hosts', request('GET / HTTP/1.1', [H, 'Host: b.example']), 400],
    ['two equal Hosts', request('GET / HTTP/1.1', [H, H]), 400],
    ['a folded line', request('GET / HTTP/1.1', [H, 'A: b', ' c']), 400],
    ['a folded first line', request('GET / HTTP/1.1', [' A: b', H]), 400],
    ['a line without a colon', request('GET / HTTP/1.1', [H, 'nothing']), 400],
    ['a line without a name', request('GET / HTTP/1.1', [H, ': b']), 400],
    ['a name with odd characters', request('GET / HTTP/1.1', [H, 'a(b): c']), 400],
    ['a bare line feed among good ends', `GET / HTTP/1.1\r\n${H}\nA: b\r\n\r\n`, 400],
    ['a bare carriage return', request('GET / HTTP/1.1', [`${H}\rX: y`]), 400],
    ['a NUL in a value', request('GET / HTTP/1.1', [H, 'A: b\0c']), 400],
    ['a control character in a value', request('GET / HTTP/1.1', [H, 'A: b\x01c']), 400],
    ['two spaces in the first line', request('GET  / HTTP/1.1', [H]), 400],
    ['HTTP/0.9', 'GET /\r\n\r\n', 400],
    ['HTTP/2 in words', request('GET / HTTP/2.0', [H]), 505],
    ["HTTP/2's preface", 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
    ['a version with more digits', request('GET / HTTP/1.10', [H]), 505],
    ['a version in small letters', request('GET / http/1.1', [H]), 505],
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 400],
    ['too many header lines', request('GET / HTTP/1.1', [H, ...Array.from({ length: 100 }, (_, i) => `X-${i}: y`)]), 431],
    ['a head that is too large', request('GET / HTTP/1.1', [H, `X: ${'a'.repeat(20_000)}`]), 431],
    ['a head that never ends', `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(20_000)}`, 431],
    ['a target that is too long', request(`GET /${'a'.repeat(20_000)} HTTP/1.1`, [H]), 414],
    ['a target a little too long', request(`GET /${'a'.repeat(9_000)} HTTP/1.1`, [H]), 414],
    ['a method that is too long', request(`${'G'.repeat(30_000)} / HTTP/1.1`, [H]), 414],
    ['an unknown expectation', request('POST / HTTP/1.1', [H, 'Expect: wonders', 'Content-Length: 2']), 417],
  ]);

  test('bytes beyond ASCII in a value do no harm', async () => {
    const { statuses } = await send(request('GET /healthz HTTP/1.1', [H, 'User-Agent: \xff\xfe\x80', 'Cookie: weikeyi=\xff', 'Connection: close']));
    assert.deepEqual(statuses, [200]);
  });
});

describe('targets', () => {
  refusals([
    ['a fragment', request('GET /a#b HTTP/1.1', [H]), 400],
    ['an escaped NUL', request('GET /console/%00 HTTP/1.1', [H]), 400],
    ['a bad escape', request('GET /%zz HTTP/1.1', [H]), 400],
    ['a cut escape', request('GET /% HTTP/1.1', [H]), 400],
    ['a bad escape in a query', request('GET /healthz?a=%f HTTP/1.1', [H]), 400],
    ['more query parameters than anybody needs', request(`GET /healthz?${'a=1&'.repeat(100)} HTTP/1.1`, [H]), 400],
    ['no slash', request('GET healthz HTTP/1.1', [H]), 400],
    ['an asterisk for GET', request('GET * HTTP/1.1', [H]), 400],
    ['CONNECT with an authority', request('CONNECT a.example:80 HTTP/1.1', [H]), 400],
    ['an absolute target of another scheme', request('GET ftp://a.example/ HTTP/1.1', [H]), 400],
  ]);
  for (const target of [
    '/../etc/passwd', '/console/../../etc/passwd', '/console/assets/..%2f..%2fetc/passwd', '/console/%2e%2e/%2e%2e/etc/passwd', '/assets/.%2e/x',
    '/files/../data/directory.db', '/files/..%2f..%2fdirectory.db', '/demo/%2e%2e/', '/widget/../x.js', '/chat/..', '/api/v1/../../x', '/./healthz',
    '//../../etc/passwd', 'http://a.example/../etc/passwd',
  ]) {
    test(`no way up: ${target}`, () => refused(request(`GET ${target} HTTP/1.1`, [H]), 400));
  }
  for (const target of [
    '/etc/passwd', '//etc/passwd', '/assets//etc/passwd', '/assets/%2fetc%2fpasswd', '/console/assets/%5c..%5c..%5cx', '/files/etc%2fpasswd', '/files//1',
    '/files/1%2f2', '/files/', '/files/0', '/files/99999999999999999999999', '/files/-1', '/files/1e3', '/widget/%2fetc%2fpasswd.js', '/widget/.js', '/widget/..js', '/chat/%2e%2e%2e',
    '/demo/%252e%252e/x', '/assets/%252e%252e%252fx', '/api/v1', '/api/v1/', '/api/v1//agents', '/api/v1/agents/', '/api/v1/conversations/%2e%2e%2e/events', '/api/v2/agents', '/API/V1/agents',
  ]) {
    test(`nothing there: ${target}`, async () => {
      const { answers } = await send(request(`GET ${target} HTTP/1.1`, [H, `Cookie: ${agent.cookie}`]), { until: 1 });
      assert.ok([400, 403, 404].includes(answers[0].status), `${answers[0].status}`);
      assert.doesNotMatch(answers[0].body.toString('latin1'), /root:|SQLite|journal/);
    });
  }
  test('an absolute target is read without its authority', async () => {
    const { statuses } = await send(request('GET http://other.example/healthz?x HTTP/1.1', [H]), { until: 1 });
    assert.deepEqual(statuses, [200]);
  });
});

describe('methods', () => {
  for (const [line, expected] of [
    ['HEAD /healthz', [200]], ['HEAD /console/', [200, 503]], ['HEAD /api/v1/openapi.json', [200, 404, 405]], ['OPTIONS *', [200, 204, 404, 405]], ['OPTIONS /api/v1/agents', [204]], ['TRACE /', [404, 405, 501]],
    ['TRACE /api/v1/agents', [405, 501]], ['DELETE /console/', [404, 405]], ['PUT /files/1', [404, 405]], ['BREW /', [400, 404, 405, 501]], ['GET /api/v1/session/totp', [401, 404, 405]], ['PATCH /ws', [405, 426]],
  ]) {
    test(line, async () => {
      const secret = 'do-not-echo-this';
      const { answers } = await send(request(`${line} HTTP/1.1`, [H, `X-Secret: ${secret}`, 'Connection: close']), { methods: [line.split(' ')[0]] });
      assert.equal(answers.length, 1);
      assert.ok(expected.includes(answers[0].status), `${answers[0].status}`);
      assert.ok(!answers[0].body.includes(secret), 'what was sent is not sent back');
    });
  }

  test('HEAD is GET without its body, and the connection goes on', async () => {
    const { answers } = await send(request('HEAD /healthz HTTP/1.1', [H]) + request('GET /healthz HTTP/1.1', [H, 'Connection: close']), { methods: ['HEAD', 'GET'] });
    assert.deepEqual(answers.map((answer) => answer.status), [200, 200]);
    assert.equal(answers[0].headers.get('content-length'), String(answers[1].body.length));
  });
});

describe('requests one after the other', () => {
  test('a hundred at once are answered in their order, also slow ones between quick ones', async () => {
    const lines = Array.from({ length: 100 }, (_, i) => ['/healthz', '/nothing', '/api/v1/conversations', '/api/v1/nothing'][i % 4]);
    const bytes = lines.map((path, i) => request(`GET ${path} HTTP/1.1`, [H, ...(i === 99 ? ['Connection: close'] : [])])).join('');
    const { statuses, closedByServer } = await send(bytes);
    assert.deepEqual(statuses, lines.map((path) => ({ '/healthz': 200, '/nothing': 404, '/api/v1/conversations': 401, '/api/v1/nothing': 404 })[path]));
    assert.ok(closedByServer);
  });

  test('nothing is read behind a request that was refused', async () => {
    const { statuses } = await send(request('GET /healthz HTTP/1.1', [H]) + request('GET /%00 HTTP/1.1', [H]) + request('GET /healthz HTTP/1.1', [H]));
    assert.deepEqual(statuses, [200, 400]);
  });

  test('what stands behind a body is the next request, not part of it', async () => {
    const { statuses } = await send(request('POST /nothing HTTP/1.1', [H, 'Content-Length: 5'], 'GET /') + request('GET /healthz HTTP/1.1', [H, 'Connection: close']));
    assert.deepEqual(statuses, [404, 200]);
  });

  test('a body that a route does not want is not taken for requests', async () => {
    // More than is read to its end for politeness: the connection closes behind the answer.
    const { statuses, closedByServer } = await send(request('POST /nothing HTTP/1.1', [H, 'Content-Length: 100000'], request('GET /healthz HTTP/1.1', [H]).repeat(50)));
    assert.deepEqual(statuses, [404]);
    assert.ok(closedByServer);
  });

  test('whoever asks without end and reads nothing costs little', { timeout: 30_000 }, async () => {
    const before = await server.rss();
    const net = await import('node:net');
    const one = Buffer.from(request('GET /api/v1/openapi.json HTTP/1.1', [H]).repeat(500));
    const sockets = Array.from({ length: 20 }, () => {
      const socket = net.connect(server.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.pause();
      for (let i = 0; i < 20; ++i) socket.write(one);
      return socket;
    });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await assertHealthy(server);
    const grown = (await server.rss()) - before;
    sockets.forEach((socket) => socket.destroy());
    assert.ok(grown < 64 << 20, `${(grown / 1048576).toFixed(1)} MiB`);
  });
});

describe('bodies', () => {
  const post = (path, body, headers = []) => request(`POST ${path} HTTP/1.1`, [H, 'Connection: close', `Content-Length: ${Buffer.byteLength(body, 'latin1')}`, ...headers], body);
  const json = ['Content-Type: application/json'];
  for (const [name, body, expected] of [
    ['objects, nested 5,000 deep', '{"appearance":'.repeat(5_000), [400]],
    ['arrays, nested 100,000 deep', '['.repeat(100_000), [400]],
    ['nested and closed', `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`, [400]],
    ['a bare word', 'null null', [400]],
    ['cut off', '{"email":"a', [400]],
    ['not UTF-8', '{"email":"\xff\xfe","password":"\x80\x80\x80\x80"}', [400, 401]],
    ['a lone surrogate', '{"email":"\\ud800","password":"aaaaaaaaaaaa"}', [400, 401]],
    ['a NUL', '{"email":"a\\u0000b","password":"aaaaaaaaaaaa"}', [400, 401]],
    ['an unknown field that is not UTF-8', '{"\xff\xfe":1}', [400]],
    ['a number for a text', '{"email":1e999,"password":[]}', [400]],
    ['names repeated', `{${'"email":"a@b.c",'.repeat(5_000)}"password":"x"}`, [400, 401]],
    ['a name of 200 KB', `{"${'a'.repeat(200_000)}":1}`, [400]],
    ['an e-mail of 200 KB', `{"email":"${'a'.repeat(200_000)}","password":"aaaaaaaaaaaa"}`, [400, 401]],
    ['a password of 200 KB', `{"email":"a@b.c","password":"${'a'.repeat(200_000)}"}`, [400, 401]],
  ]) {
    test(`JSON: ${name}`, async () => {
      const { statuses, ms } = await send(post('/api/v1/session', body, json));
      assert.ok(statuses.length === 1 && expected.includes(statuses[0]), `${statuses}`);
      assert.ok(ms < 3_000, `${ms} ms`);
    });
  }

  test('no route has a fault of its own with rubbish, whoever sends it', async () => {
    const document = JSON.parse((await send(request('GET /api/v1/openapi.json HTTP/1.1', [H, 'Connection: close']))).answers[0].body.toString());
    let tried = 0;
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of Object.keys(methods)) {
        if (!['post', 'patch', 'put'].includes(method) || path.includes('uploads')) continue;
        const full = `${path.startsWith('/api/v1') ? '' : '/api/v1'}${path.replaceAll(/\{[^}]+\}/g, '1')}`;
        for (const credential of [[], [`Cookie: ${agent.cookie}`, `Origin: http://a.example`], [`Authorization: Bearer ${visitor.token}`], ['Authorization: Bearer \xff\xfe', 'Cookie: weikeyi=a; weikeyi=b']]) {
          for (const body of ['{"nonsense":[[[{}]]]}', '\xff', '{'.repeat(3_000)]) {
            const { statuses } = await send(request(`${method.toUpperCase()} ${full} HTTP/1.1`, [H, 'Connection: close', ...json, ...credential, `Content-Length: ${Buffer.byteLength(body, 'latin1')}`], body));
            assert.ok(statuses.length === 1 && statuses[0] < 500, `${method} ${full} ${credential[0]}: ${statuses}`);
            ++tried;
          }
        }
      }
    }
    assert.ok(tried > 100, `${tried}`);
  });

  test('a body with another content type is no way around the same checks', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json; charset=utf-16', '\xff', '']) {
      const { statuses } = await send(post('/api/v1/session', 'email=a&password=b', [`Content-Type: ${type}`]));
      assert.ok([400, 401, 415].includes(statuses[0]), `${type}: ${statuses}`);
    }
  });

  test('a compressed body is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(10 << 20)).toString('latin1');
    const { statuses } = await send(post('/api/v1/session', bomb, [...json, 'Content-Encoding: gzip']));
    assert.ok([400, 415].includes(statuses[0]), `${statuses}`);
  });

  test('more than a route takes is refused by its length alone: 413', async () => {
    await refused(request('POST /api/v1/session HTTP/1.1', [H, 'Content-Length: 1000000000']), 413);
    await refused(request('POST /api/v1/uploads HTTP/1.1', [H, 'Content-Length: 18446744073709551615']), 413);
  });

  test('100-continue is answered where the body is wanted, and only there', async () => {
    const body = '{"email":"nobody@example.com","password":"wrong wrong wrong"}';
    const wanted = await send(request('POST /api/v1/session HTTP/1.1', [H, ...json, 'Expect: 100-continue', 'Connection: close', `Content-Length: ${body.length}`], body));
    assert.deepEqual(wanted.statuses, [100, 401]);
    const unwanted = await send(request('POST /nothing HTTP/1.1', [H, 'Expect: 100-continue', 'Content-Length: 5']));
    assert.deepEqual(unwanted.statuses, [404]);
    assert.ok(unwanted.closedByServer);
  });

  test('half a request and then the end: closed, not answered', async () => {
    const { statuses } = await send('POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{', { end: true });
    assert.deepEqual(statuses, []);
  });
});

test('HTTP/1.0 is answered and closed', async () => {
  const { statuses, closedByServer } = await send(request('GET /healthz HTTP/1.0'));
  assert.deepEqual(statuses, [200]);
  assert.ok(closedByServer);
});

test('ranges, dates and tags of no sense are as if they were not there', async () => {
  for (const header of ['Range: bytes=0-99999999999999999999', 'Range: bytes=-', 'Range: bytes=5-1', `Range: bytes=${'0-0,'.repeat(2_000)}0-0`, 'If-Modified-Since: yesterday', 'If-None-Match: \xff"', 'If-None-Match: *', `Accept-Encoding: ${'gzip,'.repeat(2_000)}`]) {
    const { statuses } = await send(request('GET /console/ HTTP/1.1', [H, header]), { until: 1 });
    assert.ok([200, 206, 304, 416, 503].includes(statuses[0]), `${header.slice(0, 60)}: ${statuses}`);
  }
});

test('query parameters of no sense are a 4xx on every list', async () => {
  for (const path of ['/api/v1/conversations', '/api/v1/conversations/1/events', '/api/v1/contacts', '/api/v1/search', '/api/v1/agents']) {
    for (const query of ['limit=-1', 'limit=999999999999', 'limit=\u0001', 'cursor=%ff%fe', 'after_seq=x', 'text=%ff', 'q=%ff', 'state=%00', 'text=%22%22%22&limit=1', 'cursor=\'%20OR%201=1--']) {
      const { statuses } = await send(request(`GET ${path}?${query.replaceAll(' ', '%20').replaceAll('\u0001', '%01')} HTTP/1.1`, [H, `Cookie: ${agent.cookie}`, 'Connection: close']));
      assert.ok(statuses.length === 1 && statuses[0] < 500, `${path}?${query}: ${statuses}`);
    }
  }
});

test('slow ones are sent away: a head after 10 s, a body that makes no progress after 30 s, and nobody waits for them', { timeout: 60_000 }, async () => {
  const drip = (head, piece, pauseMs) => send([head, ...Array.from({ length: 200 }, () => piece)], { pauseMs, patienceMs: 55_000 });
  const heads = Array.from({ length: 20 }, () => drip('GET / HTTP/1.1\r\n', 'a: b\r\n', 500));
  const bareLineFeeds = send('GET / HTTP/1.1\nHost: a\n\n', { patienceMs: 20_000 });
  const silent = send('GET / HT', { patienceMs: 20_000 });
  const bodies = Array.from({ length: 5 }, () => drip(request('POST /api/v1/session HTTP/1.1', [H, 'Content-Length: 100000']), '{', 400));
  const uploads = Array.from({ length: 5 }, () => drip(request(`POST /api/v1/uploads?conversation=${visitor.conversationId}&name=a HTTP/1.1`, [H, `Authorization: Bearer ${visitor.token}`, 'Content-Length: 100000']), 'x', 400));
  for (let i = 0; i < 10; ++i) await assertHealthy(server);
  for (const { statuses, ms } of await Promise.all([...heads, bareLineFeeds, silent])) {
    assert.deepEqual(statuses, [408]);
    assert.ok(ms > 9_000 && ms < 16_000, `${ms} ms`);
  }
  for (const { statuses, ms } of await Promise.all([...bodies, ...uploads])) {
    assert.deepEqual(statuses, [408]);
    assert.ok(ms > 29_000 && ms < 45_000, `${ms} ms`);
  }
});
