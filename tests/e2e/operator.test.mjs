// What whoever runs it does on the command line and from outside: help, accounts, certificates, health.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { Server, binary, weikeyi } from './lib/server.mjs';
import { agentSocket, demoAgent, eventually, nobody, signIn } from './lib/people.mjs';

/** `weikeyi ARGS…` with something on its standard input. */
async function weikeyiReading(input, ...args) {
  const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  child.stdout.on('data', (data) => (stdout += data));
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, stdout };
}

test('--help names every command, each has a help of its own, and what is none is refused', async () => {
  const { code, stdout } = await weikeyi('--help');
  assert.equal(code, 0);
  const commands = [...stdout.matchAll(/^ {2}(\w+) {2,}\S/gm)].map(([, name]) => name);
  assert.deepEqual(commands, ['serve', 'admin', 'check', 'backup', 'restore', 'bench']);
  for (const command of commands) assert.match((await weikeyi(command, '--help')).stdout, new RegExp(`Usage: .*${command}`), command);
  for (const wrong of [['nonsense'], ['serve', '--nonsense'], ['admin', 'nonsense']]) assert.notEqual((await weikeyi(...wrong)).code, 0, wrong.join(' '));
  assert.match((await weikeyi('--version')).stdout, /^\S*\d+\.\d+/);
});

test('an administrator is made before the first start; a password is set anew on the running server, and ends the sessions', async () => {
  const data = await mkdtemp(join(tmpdir(), 'weikeyi-e2e-admin-'));
  const server = new Server({ demo: false });
  server.dataDir = data;
  try {
    const email = 'boss@example.test';
    const made = await weikeyi('admin', 'create', email, '--data', data);
    assert.equal(made.code, 0, made.stderr);
    const password = made.stdout.match(/^password: (\S{16,})$/m)?.[1];
    assert.ok(password, made.stdout);
    await server.launch();
    assert.ok(!(await nobody(server).get('/setup')).needed, 'no set-up page is needed any more');
    const boss = await signIn(server, { email, password });
    assert.equal(boss.agent.role, 'ROLE_ADMINISTRATOR');
    const desk = await agentSocket(server, boss);

    const next = 'another horse battery staple';
    assert.equal((await weikeyiReading('short\n', 'admin', 'reset-password', email, '--data', data, '--password-stdin')).code, 1, 'a password that is too short');
    assert.equal((await weikeyi('admin', 'reset-password', 'nobody@example.test', '--data', data)).code, 1);
    const reset = await weikeyiReading(`${next}\n`, 'admin', 'reset-password', email, '--data', data, '--password-stdin');
    assert.equal(reset.code, 0);
    assert.ok(!reset.stdout.includes(next));
    await desk.whenClosed(6_000);
    await eventually(async () => (await boss.call('GET', '/session')).status === 401, 'the cookie is worth nothing', 6_000);
    assert.equal((await nobody(server).call('POST', '/session', { body: { email, password } })).status, 401);
    await signIn(server, { email, password: next });
  } finally {
    await server.close();
    await rm(data, { recursive: true, force: true });
  }
});

test('a renewed certificate is taken up without a restart, and nobody is cut off', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'weikeyi-e2e-tls-'));
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const make = (name) => execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  make('first');
  const server = new Server({ args: ['--tls-cert', cert, '--tls-key', key] });
  server.dataDir = join(dir, 'data');
  try {
    await server.launch();
    const open = async () => {
      const socket = connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      return socket;
    };
    const ask = async (socket) => {
      socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
      return String((await once(socket, 'data'))[0]);
    };
    const first = await open();
    assert.equal(first.getPeerCertificate().subject.CN, 'first');
    assert.match(await ask(first), /^HTTP\/1\.1 200/);
    make('second');
    await eventually(async () => {
      const socket = await open();
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      return CN === 'second';
    }, 'the second certificate', 15_000);
    assert.match(await ask(first), /^HTTP\/1\.1 200/, 'who was there before is served');
    first.destroy();
  } finally {
    await server.close();
    await rm(dir, { recursive: true, force: true });
  }
});

test('health for whoever asks, figures for whoever may', async () => {
  const server = await Server.start();
  try {
    for (const [path, status] of [['/healthz', 'ok'], ['/readyz', 'ready']]) {
      const answer = await nobody(server).call('GET', path);
      assert.deepEqual([answer.status, answer.json.status], [200, status]);
    }
    assert.equal((await nobody(server).call('GET', '/metrics')).status, 401);
    const figures = await (await demoAgent(server)).call('GET', '/metrics');
    assert.match(figures.type, /^text\/plain; version=0\.0\.4/);
    assert.match(new TextDecoder().decode(figures.bytes), /^# TYPE weikeyi_\w+ /m);
  } finally {
    await server.close();
  }
});

// The half of whoever runs the tests: root is warned, once and with what to do; anybody else is not.
test('started as root it warns, once', async () => {
  const server = await Server.start();
  try {
    await eventually(() => server.log().includes('"event":"server.ready"'), 'the start is logged');
    const lines = server.log().split('\n').filter((line) => line.includes('server.root')).map((line) => JSON.parse(line));
    assert.equal(lines.length, process.geteuid() === 0 ? 1 : 0);
    for (const line of lines) {
      assert.equal(line.level, 'warning');
      assert.match(line.reason, /weikeyi\.service|user of its own/);
    }
  } finally {
    await server.close();
  }
});
