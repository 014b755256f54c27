// The faults. Each takes the stage (server, proxy, disk, clock, random) and leaves the machine well again; whether the server process
// lived through it is seen afterwards.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { delay } from '../../e2e/lib/people.mjs';

const prlimit = (pid, ...limits) => execFileSync('prlimit', ['--pid', String(pid), ...limits], { stdio: 'pipe' });

function softLimit(pid, name) {
  const line = readFileSync(`/proc/${pid}/limits`, 'utf8').split('\n').find((line) => line.startsWith(name));
  return line.slice(name.length).trim().split(/\s+/)[0];
}

/** Every thread is stopped, or in a call to the kernel from which it will not come back before it is. */
async function standsStill(pid) {
  const runs = () =>
    readdirSync(`/proc/${pid}/task`).some((task) => {
      const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8');
      return !'TD'.includes(stat[stat.lastIndexOf(')') + 2]);
    });
  while (runs()) await delay(1);
}

export const kinds = {
  /** kill -9 */
  async kill({ server }) {
    await server.kill();
  },

  /**
   * The power fails: what is not synced is gone. The process stands still before its disk does, as on a machine without power: an
   * fdatasync that is under way when ext4 is shut down may return 0 without having stored anything (5 of 120 tries of a bare program
   * that writes into preallocated space, Linux 6.18), and nobody may be acked because of it.
   */
  async power({ server, disk }) {
    process.kill(server.pid, 'SIGSTOP');
    await standsStill(server.pid);
    disk.cutPower();
    await server.kill();
    disk.remount();
  },

  /** Stopped as a machine that swaps or is moved, and goes on as if nothing had been. */
  async stop({ server, random }) {
    process.kill(server.pid, 'SIGSTOP');
    await delay(random.between(50, 1_500));
    process.kill(server.pid, 'SIGCONT');
  },

  /** No descriptor is to be had. */
  async descriptors({ server, random }) {
    const before = softLimit(server.pid, 'Max open files');
    const open = readdirSync(`/proc/${server.pid}/fd`).length;
    prlimit(server.pid, `--nofile=${open + random.between(-5, 2)}:`);
    await delay(random.between(200, 1_200));
    prlimit(server.pid, `--nofile=${before}:`);
  },

  /** No memory is to be had: the process may end, and then comes back. */
  async memory({ server, random }) {
    const pages = Number(readFileSync(`/proc/${server.pid}/statm`, 'utf8').split(' ')[0]);
    prlimit(server.pid, `--as=${pages * 4_096 + random.between(0, 1 << 20)}:`);
    await delay(random.between(100, 800));
    if (server.running) prlimit(server.pid, '--as=unlimited:');
    // It may be ending already, and is seen to have ended a moment later.
    await delay(300);
  },

  /** The disk is full for a while. */
  async full({ disk, random }) {
    disk.fill();
    await delay(random.between(200, 1_500));
    disk.makeRoom();
  },

  /** The disk is full and the process is killed; it starts again before there is room. */
  async full_kill({ server, disk, random, launch }) {
    disk.fill();
    await delay(random.between(100, 600));
    await server.kill();
    await launch();
    await delay(random.between(0, 300));
    disk.makeRoom();
  },

  async cut({ proxy, random }) {
    proxy.cut(random);
  },

  async cut_inside({ proxy, random }) {
    proxy.cutInside(random);
    await delay(100);
  },

  async stall({ proxy, random }) {
    await proxy.stall(random, random.between(200, 2_000));
  },

  async half_open({ proxy, random }) {
    proxy.halfOpen(random);
  },

  /** Somebody sets the machine's clock, and sets it back. */
  async clock({ clock, random }) {
    clock.set(random.oneOf([1_500, 12_000, 61_000, 3_600_000, 6 * 3_600_000]));
    await delay(random.between(100, 800));
    clock.set(0);
  },

  /** The same with a kill while it is ahead: the next process lives before what it reads. */
  async clock_kill({ server, clock, random, launch }) {
    clock.set(random.oneOf([12_000, 61_000, 3_600_000]));
    await delay(random.between(200, 600));
    await server.kill();
    clock.set(0);
    await launch();
  },
};

const needs = { power: ['disk'], full: ['disk'], full_kill: ['disk'], clock: ['clock'], clock_kill: ['clock'] };

/** The names that this machine allows; the others with the reason. */
export function possible(stage) {
  const can = Object.keys(kinds).filter((name) => (needs[name] ?? []).every((what) => stage[what] !== null));
  return { can, cannot: Object.keys(kinds).filter((name) => !can.includes(name)) };
}
