// A small ext4 of our own in an image file, mounted over a loop device: it can be full, and it can lose its power.
//
// The power cut: EXT4_IOC_SHUTDOWN without flushing its log. From that moment nothing reaches the device any more; what was written
// and not synced is lost with the page cache; the next mount replays the log as after a real one. (A device's own write cache is not
// part of it: the simulator takes care of reordered and torn sectors.)
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (command, ...args) => execFileSync(command, args, { stdio: 'pipe' });

// _IOR('X', 125, __u32), EXT4_GOING_FLAGS_NOLOGFLUSH; perl is on every Debian and Node has no ioctl.
const kShutdown = 'open(my $d, "<", $ARGV[0]) or die $!; my $how = pack("L", 2); ioctl($d, 0x8004587d, $how) or die $!;';

export class Disk {
  #base = mkdtempSync(join(tmpdir(), 'weikeyi-faults-'));
  #filler = 0;

  /** null where this machine does not let us mount. */
  static mount(megabytes = 256) {
    const disk = new Disk();
    try {
      run('truncate', '-s', `${megabytes}M`, disk.image);
      // Blocks smaller than a page: room for a byte of it is not room for all of it.
      run('mkfs.ext4', '-q', '-F', '-m', '0', '-b', '1024', disk.image);
      mkdirSync(disk.path);
      run('mount', '-o', 'loop', disk.image, disk.path);
      return disk;
    } catch {
      rmSync(disk.#base, { recursive: true, force: true });
      return null;
    }
  }

  get image() {
    return join(this.#base, 'image');
  }
  get path() {
    return join(this.#base, 'mount');
  }
  get dataDir() {
    return join(this.path, 'data');
  }

  cutPower() {
    run('perl', '-e', kShutdown, this.path);
  }

  /** After cutPower(); nobody may have files open there any more. */
  remount() {
    run('umount', this.path);
    run('mount', '-o', 'loop', this.image, this.path);
  }

  /** Takes all the room there is. */
  fill() {
    const file = openSync(join(this.path, `filler${(this.#filler += 1)}`), 'w');
    for (let size = 1 << 20; size >= 512; size >>= 1) {
      const chunk = Buffer.alloc(size, 1);
      try {
        while (writeSync(file, chunk) === size);
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
      }
    }
    closeSync(file);
  }

  makeRoom() {
    for (; this.#filler > 0; this.#filler -= 1) rmSync(join(this.path, `filler${this.#filler}`), { force: true });
  }

  close() {
    if (!existsSync(this.#base)) return;
    try {
      run('umount', this.path);
    } catch {
      run('umount', '-l', this.path);
    }
    rmSync(this.#base, { recursive: true, force: true });
  }
}
