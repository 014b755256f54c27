// The real binary in a directory of its own: started on a free port, killed, started again on the same port and data.
// WEIKEYI_BINARY names the binary; WEIKEYI_TEST_LOG=1 shows what it writes.
import { spawn, execFile } from 'node:child_process';
import { mkdtemp, rm, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../../..');
export const binary = process.env.WEIKEYI_BINARY ?? join(root, 'build/dev/server/weikeyi');

const kStartMs = 30_000;

// A test that throws must leave no server behind.
const alive = new Set();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

export class Server {
  #child;
  #log = [];

  /** @param options {demo: boolean, dataDir?: string, args?: string[], env?: object} */
  constructor(options = {}) {
    this.options = { demo: true, args: [], env: {}, ...options };
  }

  static async start(options) {
    const server = new Server(options);
    if (server.options.dataDir === undefined) {
      server.ownsDataDir = true;
      server.dataDir = await mkdtemp(join(tmpdir(), 'weikeyi-e2e-'));
    } else {
      server.dataDir = server.options.dataDir;
    }
    await server.launch();
    return server;
  }

  /** Starts the process; on the port it had before, when it had one. */
  async launch() {
    const args = ['serve', '--data', this.dataDir, '--listen', `127.0.0.1:${this.port ?? 0}`, ...this.options.args];
    if (this.options.demo) args.push('--demo');
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.options.env } });
    this.#child = child;
    alive.add(child);
    child.once('exit', () => alive.delete(child));
    const keep = (line) => {
      this.#log.push(line);
      if (this.#log.length > 400) this.#log.shift();
      if (process.env.WEIKEYI_TEST_LOG) process.stderr.write(`${line}\n`);
    };
    createInterface({ input: child.stderr }).on('line', keep);
    const listening = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not listening after ${kStartMs} ms\n${this.log()}`)), kStartMs);
      child.once('error', reject);
      // 'close' and not 'exit': what it wrote last is read by then.
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        reject(new Error(`ended before it listened (${code ?? signal})\n${this.log()}`));
      });
      createInterface({ input: child.stdout }).on('line', (line) => {
        keep(line);
        let event;
        try {
          event = JSON.parse(line);
        } catch {
          return;
        }
        if (event.event !== 'listening') return;
        clearTimeout(timer);
        resolve(event);
      });
    });
    this.listening = await listening;
    this.url = this.listening.url;
    this.port = Number(new URL(this.url).port);
    if (this.listening.demo) this.demo = this.listening.demo;
  }

  get pid() {
    return this.#child.pid;
  }

  get running() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  log() {
    return this.#log.join('\n');
  }

  /** kill -9; resolves when the process is gone. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** SIGTERM; resolves to how it ended and after how long. */
  async stop() {
    return this.#end('SIGTERM');
  }

  async restart() {
    await this.kill();
    await this.launch();
  }

  /** Stops it if it runs and removes its data. */
  async close() {
    if (this.running) await this.#end('SIGKILL');
    if (this.ownsDataDir) await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Resident memory in bytes. */
  async rss() {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    return Number(status.match(/VmRSS:\s+(\d+)/)[1]) * 1024;
  }

  /** The most it ever had, in bytes. */
  async rssPeak() {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    return Number(status.match(/VmHWM:\s+(\d+)/)[1]) * 1024;
  }

  async #end(signal) {
    const child = this.#child;
    const since = performance.now();
    if (child.exitCode !== null || child.signalCode !== null) return { code: child.exitCode, signal: child.signalCode, ms: 0 };
    const gone = once(child, 'exit');
    child.kill(signal);
    const [code, by] = await gone;
    return { code, signal: by, ms: performance.now() - since };
  }
}

/** Runs `weikeyi ARGS…` to its end. */
export async function weikeyi(...args) {
  try {
    const { stdout, stderr } = await promisify(execFile)(binary, args, { maxBuffer: 1 << 24 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (typeof error.code !== 'number') throw error;
    return { code: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}
