// Old conversations, one message to each: what it costs to take them up again. An agent writes to conversations from all over the history,
// each of which has to be read from storage first.
import { readFileSync, readdirSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';

const WebSocket = createRequire(new URL('../../web/package.json', import.meta.url))('ws');

const kInFlight = 32;
const kPerPage = 200;

/** CPU of the server's threads so far, in ns: all of them, and those of the ack path. */
function cpu(pid) {
  const times = { all: 0, ack: 0, storage: 0 };
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const ns = Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
    const name = readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim();
    times.all += ns;
    if (/^loop-|^committer/.test(name)) times.ack += ns;
    if (/^storage/.test(name)) times.storage += ns;
  }
  return times;
}

function uuidV7() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

async function signIn(server) {
  const json = { 'content-type': 'application/json', origin: server.url };
  const [email, password] = [server.attach[server.attach.indexOf('--email') + 1], server.env.WEIKEYI_BENCH_PASSWORD];
  const session = await fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: json, body: JSON.stringify({ email, password }) });
  if (!session.ok) throw new Error(`sign in: ${session.status}`);
  const cookie = session.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const token = await fetch(`${server.url}/api/v1/tokens`, { method: 'POST', headers: { ...json, cookie }, body: JSON.stringify({ name: 'reopen', role: 'ROLE_AGENT' }) });
  return { cookie, token: (await token.json()).secret };
}

/** Ids from pages all over the time between the newest and the oldest conversation. */
async function conversations(server, cookie, count) {
  const page = async (cursor) => (await fetch(`${server.url}/api/v1/conversations?view=all&limit=${kPerPage}${cursor && `&cursor=${cursor}`}`, { headers: { cookie } })).json();
  const newest = Number((await page('')).conversations[0].updatedMs);
  const month = 29 * 86_400_000;
  const ids = new Set();
  for (let tries = 0; ids.size < count && tries < (3 * count) / kPerPage + 10; ++tries) {
    for (const one of (await page(`${Math.floor(newest - Math.random() * month)}-1`)).conversations ?? []) ids.add(one.id);
  }
  return [...ids].sort(() => Math.random() - 0.5).slice(0, count);
}

/** @returns {Promise<object>} CPU µs per message, and how long acks took. */
export async function reopen(server, count) {
  const { cookie, token } = await signIn(server);
  const ids = await conversations(server, cookie, count);
  const socket = new WebSocket(`${server.url.replace(/^http/, 'ws')}/ws`, ['weikeyi.v1.json']);
  const sent = new Map();
  const times = [];
  let next = 0;
  let refused = 0;
  const write = () => {
    if (next >= ids.length) return;
    const ref = ++next;
    sent.set(ref, performance.now());
    socket.send(JSON.stringify({ ref, append: { conversationId: ids[ref - 1], clientId: uuidV7(), message: { text: 'Are you still there? We have news for you. 您好，有新消息。' } } }));
  };
  await new Promise((done, failed) => {
    socket.onopen = () => socket.send(JSON.stringify({ hello: { apiToken: token, client: 'reopen/1' } }));
    socket.onclose = ({ code }) => failed(new Error(`closed ${code}`));
    socket.onmessage = ({ data }) => {
      if (JSON.parse(data).welcome) done();
    };
  });
  const before = cpu(server.pid);
  await new Promise((done) => {
    socket.onmessage = ({ data }) => {
      const { ack, refusal } = JSON.parse(data);
      const ref = ack?.ref ?? refusal?.ref;
      if (!sent.has(ref)) return;
      if (refusal) ++refused;
      times.push(performance.now() - sent.get(ref));
      sent.delete(ref);
      write();
      if (sent.size === 0) done();
    };
    for (let i = 0; i < kInFlight; ++i) write();
  });
  const after = cpu(server.pid);
  socket.onclose = null;
  socket.close();
  times.sort((a, b) => a - b);
  const each = (key) => Math.round((after[key] - before[key]) / ids.length / 10) / 100;
  return { conversations: ids.length, refused, ack_path_us: each('ack'), storage_us: each('storage'), all_us: each('all'), ack_p50_ms: times[times.length >> 1], ack_p99_ms: times[Math.floor(times.length * 0.99)] };
}
