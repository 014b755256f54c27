// The programs of a run: `weikeyi bench` against what it starts itself, a floor, or a server that stands for several loads.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';
import { createInterface } from 'node:readline';

const kRunMs = 900_000;

export class Bench {
  #children = new Set();

  constructor({ build, data }) {
    this.weikeyi = join(build, 'server/weikeyi');
    this.floors = join(build, 'bench');
    this.data = data;
    mkdirSync(data, { recursive: true });
    process.once('exit', () => this.close());
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  }

  close() {
    for (const child of this.#children) child.kill('SIGKILL');
  }

  floor(name) {
    return ['--program', join(this.floors, name)];
  }

  /** One `weikeyi bench …`; resolves to its JSON. */
  run(args, { env = {}, withinMs = kRunMs } = {}) {
    return new Promise((done, failed) => {
      const child = this.#start(this.weikeyi, ['bench', ...args.map(String)], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
      const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
      let out = '';
      let log = '';
      child.stdout.on('data', (data) => (out += data));
      child.stderr.on('data', (data) => (log += data));
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        if (code !== 0) return failed(new Error(`weikeyi bench ${args.join(' ')}: ${signal ?? code}: ${log.trim().split('\n').at(-1)}`));
        done(JSON.parse(out.trim().split('\n').at(-1)));
      });
    });
  }

  /** A directory that goes with remove(). */
  directory(name) {
    const directory = mkdtempSync(join(this.data, `${name}-`));
    return { path: join(directory, 'data'), remove: () => rmSync(directory, { recursive: true, force: true }) };
  }

  /** Fills a data directory that nothing serves; resolves to what it says of it. */
  history(data, args) {
    return new Promise((done, failed) => {
      const child = this.#start(join(this.floors, 'history'), [data, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
      let out = '';
      child.stdout.on('data', (piece) => (out += piece));
      child.once('close', (code, signal) => (code === 0 ? done(JSON.parse(out)) : failed(new Error(`history: ${signal ?? code}`))));
    });
  }

  /**
   * A server for several loads; resolves to what it printed, with .pid, .readyMs (from exec to /readyz 200), .stop() and .kill(). With `on` it
   * serves that directory, which stays.
   */
  async serve(args = [], { on } = {}) {
    const directory = on ?? this.directory('serve');
    const since = performance.now();
    const child = this.#start(this.weikeyi, ['serve', '--demo', '--listen', '127.0.0.1:0', '--data', directory.path, '--log-level', 'warning', '--loops', '1',
      '--visitor-frames-per-second', '1000000', '--visitor-sessions-per-second', '1000000',
      '--site-handshakes-per-second', '0', '--site-messages-per-second', '0', ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    const line = JSON.parse(await firstLine(child));
    while (!(await fetch(`${line.url}/readyz`).then((answer) => answer.ok, () => false))) await new Promise((done) => setTimeout(done, 5));
    const readyMs = performance.now() - since;
    const end = async (signal) => {
      const gone = new Promise((done) => child.once('close', done));
      child.kill(signal);
      await gone;
      if (on === undefined) directory.remove();
    };
    const [agent] = line.demo.agents;
    return { pid: child.pid, url: line.url, readyMs, stop: () => end('SIGTERM'), kill: () => end('SIGKILL'),
      attach: ['--url', line.url.replace(/^https?:\/\//, ''), '--pid', String(child.pid), '--email', agent.email], env: { WEIKEYI_BENCH_PASSWORD: agent.password } };
  }

  /**
   * nginx as a WebSocket proxy, one process, before the chat floor or before our echo server; null where it is not installed.
   * With `tls` it speaks TLS to its clients, with a P-256 certificate as our own, and plain TCP behind itself.
   */
  async nginx({ tls = false, echo = false } = {}) {
    const program = inPath('nginx') ?? (exists('/usr/sbin/nginx') ? '/usr/sbin/nginx' : null);
    if (program === null) return null;
    const directory = mkdtempSync(join(this.data, 'nginx-'));
    const upstream = echo ? this.#start(this.weikeyi, ['bench', 'serve-echo'], { stdio: ['ignore', 'pipe', 'ignore'] })
      : this.#start(join(this.floors, 'chat_floor'), ['0', join(directory, 'chat.log')], { stdio: ['ignore', 'pipe', 'ignore'] });
    const listens = JSON.parse(await firstLine(upstream));
    const behind = listens.port ?? new URL(listens.url).port;
    if (tls) {
      execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
        '-keyout', join(directory, 'key.pem'), '-out', join(directory, 'certificate.pem')], { stdio: 'ignore' });
    }
    const port = await freePort();
    const file = join(directory, 'nginx.conf');
    writeFileSync(file, `daemon off; master_process off; pid ${directory}/pid; error_log ${directory}/error.log error;
events { worker_connections 16384; }
http {
  access_log off; client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi; uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
  server {
    listen 127.0.0.1:${port} ${tls ? 'ssl ' : ''}backlog=4096;
    ${tls ? `ssl_certificate ${directory}/certificate.pem; ssl_certificate_key ${directory}/key.pem; ssl_protocols TLSv1.2 TLSv1.3;` : ''}
    location / {
      proxy_pass http://127.0.0.1:${behind}; proxy_http_version 1.1; proxy_buffering off;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_set_header Host $host;
    }
  }
}
`);
    const child = this.#start(program, ['-p', `${directory}/`, '-c', file, '-e', `${directory}/error.log`], { stdio: 'ignore' });
    await listening(port);
    const stop = async () => {
      for (const one of [child, upstream]) {
        const gone = new Promise((done) => one.once('close', done));
        one.kill('SIGKILL');
        await gone;
      }
      rmSync(directory, { recursive: true, force: true });
    };
    return { attach: ['--url', `127.0.0.1:${port}`, '--pid', String(child.pid)], stop };
  }

  #start(program, args, options) {
    const child = spawn(program, args, options);
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    child.once('error', (error) => process.stderr.write(`bench: ${program}: ${error.message}\n`));
    return child;
  }
}

function firstLine(child) {
  return new Promise((done, failed) => {
    createInterface({ input: child.stdout }).once('line', done);
    child.once('close', () => failed(new Error('it ended before it listened')));
  });
}

function exists(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function inPath(name) {
  return (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)).find(exists);
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function listening(port) {
  const { connect } = await import('node:net');
  for (let i = 0; i < 200; ++i) {
    const open = await new Promise((done) => {
      const socket = connect(port, '127.0.0.1', () => (socket.destroy(), done(true)));
      socket.once('error', () => done(false));
    });
    if (open) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error('nginx does not listen');
}
