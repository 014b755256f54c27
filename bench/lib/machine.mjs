// What the figures were measured on.
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

function git(root, ...args) {
  try {
    return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

export function machine(root) {
  return {
    date: new Date().toISOString(),
    commit: git(root, 'rev-parse', '--short=12', 'HEAD') + (git(root, 'status', '--porcelain', '-uno') === '' ? '' : ' and changes'),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memory_gib: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
      node: process.version,
    },
  };
}
