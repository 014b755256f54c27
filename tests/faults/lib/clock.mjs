// A server whose wall clock we set (clock_shim.c beside this file).
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class ShiftedClock {
  #base = mkdtempSync(join(tmpdir(), 'weikeyi-clock-'));
  #file = join(this.#base, 'shift');
  shiftMs = 0;

  /** null where there is no C compiler. */
  static make() {
    const clock = new ShiftedClock();
    try {
      execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', clock.#shim, join(import.meta.dirname, 'clock_shim.c'), '-ldl'], { stdio: 'pipe' });
    } catch {
      clock.close();
      return null;
    }
    clock.set(0);
    return clock;
  }

  get #shim() {
    return join(this.#base, 'clock_shim.so');
  }

  /** For the server's environment. */
  get env() {
    return { LD_PRELOAD: this.#shim, WEIKEYI_CLOCK_SHIFT: this.#file };
  }

  /** From now on the server's wall clock is ahead of ours by so much; also while it runs. */
  set(shiftMs) {
    this.shiftMs = shiftMs;
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(Math.round(shiftMs)) * 1_000_000n);
    // Written in place: the server has the file mapped.
    const file = openSync(this.#file, shiftMs === 0 && !this.made ? 'w' : 'r+');
    this.made = true;
    writeSync(file, bytes, 0, 8, 0);
    closeSync(file);
  }

  close() {
    rmSync(this.#base, { recursive: true, force: true });
  }
}
