// What must stay secret is in no log, in no URL and in no file that others can read. And how the binary is built.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { binary, Server } from '../e2e/lib/server.mjs';
import { Api, agentSocket, demoAgent, nobody, say, visitor } from '../e2e/lib/people.mjs';

let server;
let agent;
const secrets = new Map();

before(async () => {
  // Whoever starts it may have a permissive umask; that must not matter.
  const inherited = process.umask(0o000);
  server = await Server.start({ args: ['--log-level', 'debug'] });
  process.umask(inherited);
  agent = await demoAgent(server);
  const me = await visitor(server);
  await say(me.connection, me.conversationId, 'what-the-visitor-wrote-4711');
  const upload = await new Api(server.url, { token: me.session.token }).call('POST', `/uploads?conversation=${me.conversationId}&name=a.txt`, {
    body: 'what-the-file-holds-4712',
    headers: { 'content-type': 'text/plain' },
  });
  assert.equal(upload.status, 201);
  const link = await agent.post(`/attachments/${upload.json.id}/link`);
  await fetch(new URL(link.url, server.url));
  const token = await agent.post('/tokens', { name: 'abuse', role: 'ROLE_AGENT' });
  const desk = await agentSocket(server, agent);
  // Things that fail, with secrets in them.
  await nobody(server).call('POST', '/session', { body: { email: server.demo.agents[0].email, password: 'a-wrong-password-4713' } });
  await new Api(server.url, { token: 'a-bad-token-4714' }).call('GET', '/conversations');
  await nobody(server).call('POST', '/visitor/sessions', { body: { siteKey: 'demo', identityToken: 'eyJhbGciOiJIUzI1NiJ9.a-bad-identity-4715.x' } });
  // And what is no text at all.
  const rude = await agentSocket(server, agent);
  rude.sendRaw('{"append":{"clientId":"\\ud800","message":{"text":"what-nobody-can-read-4716"');
  await rude.whenClosed();
  await desk.close();
  await me.connection.close();
  secrets.set('a password', server.demo.agents[0].password);
  secrets.set('a session cookie', agent.cookie.split('=')[1]);
  secrets.set('a visitor token', me.session.token);
  secrets.set('a link token', new URL(link.url, server.url).searchParams.get('link'));
  secrets.set('an API token', token.secret);
  for (const word of ['what-the-visitor-wrote-4711', 'what-the-file-holds-4712', 'a-wrong-password-4713', 'a-bad-token-4714', 'a-bad-identity-4715', 'what-nobody-can-read-4716']) secrets.set(word, word);
});
after(() => server?.close());

test('no log line has a secret, or what people wrote', () => {
  // The line that announces the demo is not a log line: it is on stdout, and says what the demo's passwords are.
  const log = server.log().split('\n').filter((line) => !line.includes('"event":"listening"')).join('\n');
  assert.match(log, /server\.ready/);
  // Lines that are not ours (a library's) are nobody's to write.
  for (const line of log.split('\n')) assert.doesNotThrow(() => JSON.parse(line), line);
  for (const [what, secret] of secrets) assert.ok(secret && !log.includes(secret), `${what} is in the log`);
});

test('nothing in the data directory can be read by others', async () => {
  const open = [];
  let files = 0;
  const look = async (path) => {
    const info = await stat(path);
    if ((info.mode & 0o077) !== 0) open.push(`${path} ${(info.mode & 0o777).toString(8)}`);
    if (info.isDirectory()) for (const name of await readdir(path)) await look(join(path, name));
    else ++files;
  };
  for (const name of await readdir(server.dataDir)) await look(join(server.dataDir, name));
  assert.ok(files > 5, `${files} files`);
  assert.deepEqual(open, []);
});

test('passwords, sessions and API tokens are not stored as they are', async () => {
  const all = [];
  for (const name of await readdir(server.dataDir)) if (name.startsWith('directory.db')) all.push(await readFile(join(server.dataDir, name)));
  const bytes = Buffer.concat(all);
  for (const what of ['a password', 'a session cookie', 'a visitor token', 'an API token']) {
    assert.ok(!bytes.includes(secrets.get(what)), `${what} is in the database`);
  }
});

test('the environment and the arguments of the process have no secret', async () => {
  for (const file of ['environ', 'cmdline']) {
    const text = await readFile(`/proc/${server.pid}/${file}`, 'latin1');
    for (const [what, secret] of secrets) assert.ok(!text.includes(secret), `${what} in ${file}`);
  }
});

test('no address that the server hands out has a lasting secret in it', async () => {
  // Credentials go into headers and first frames. The one exception is a link to a file, for ten minutes and that file alone.
  for (const query of ['token', 'visitorToken', 'access_token', 'api_token']) {
    const answer = await nobody(server).call('GET', `/conversations?${query}=${encodeURIComponent(secrets.get('a visitor token'))}`);
    assert.equal(answer.status, 401, `a credential in ?${query} is believed`);
  }
  for (const path of ['/console/', '/demo/', '/widget/demo.js']) {
    const { headers, bytes } = await nobody(server).call('GET', path);
    for (const [what, secret] of secrets) {
      assert.ok(!Buffer.from(bytes).includes(secret), `${what} in ${path}`);
      assert.ok(!(headers.get('location') ?? '').includes(secret));
    }
  }
});

test('answers that hold a secret are not cached', async () => {
  const { headers } = await nobody(server).call('POST', '/visitor/sessions', { body: { siteKey: 'demo' } });
  assert.match(headers.get('cache-control') ?? '', /no-store/);
});

test('the session cookie is out of reach of scripts and of other sites', async () => {
  const { headers } = await nobody(server).call('POST', '/session', { body: { email: server.demo.agents[0].email, password: server.demo.agents[0].password } });
  const [cookie] = headers.getSetCookie();
  assert.match(cookie, /; HttpOnly/);
  assert.match(cookie, /; SameSite=(Lax|Strict)/);
});

test('the binary: position independent, its tables read-only, no executable stack', () => {
  const elf = (option) => execFileSync('readelf', ['-W', option, binary], { encoding: 'utf8', maxBuffer: 1 << 26 });
  assert.match(elf('-h'), /Type:\s+DYN \(Position-Independent Executable file\)/);
  const segments = elf('-l');
  assert.match(segments, /GNU_RELRO/);
  assert.match(segments, /GNU_STACK\s.*\sRW\s/);
  assert.match(elf('-d'), /\(FLAGS(_1)?\).*(BIND_NOW|NOW)/);
});
