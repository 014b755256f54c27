// node tools/run_demo.mjs BINARY [OPTION…]: starts the server with demo data and, once it listens, prints where to look.
// Ctrl-C (or SIGTERM) reaches the server, which drains; this ends with it.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const [binary, ...options] = process.argv.slice(2);
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const bold = (text) => (colour ? `\x1b[1m${text}\x1b[0m` : text);

const server = spawn(binary, ['serve', '--demo', '--demo-bot', '--data', './data', ...options], {
  stdio: ['inherit', 'pipe', 'inherit'],
  // Not in the terminal's foreground group: Ctrl-C comes once, through us.
  detached: true,
});
server.on('error', (error) => {
  process.stderr.write(`${binary}: ${error.message}\n`);
  process.exit(1);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => server.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
}
server.on('exit', (code) => process.exit(code ?? 1));

createInterface({ input: server.stdout }).on('line', (line) => {
  let event;
  try {
    event = JSON.parse(line);
  } catch {
    process.stdout.write(`${line}\n`);
    return;
  }
  if (event.event !== 'listening') return;
  const rows = [
    ['Demo shop with the widget', `${event.url}/demo/`],
    ['Agent console', `${event.url}/console/`],
    ['Administration', `${event.url}/console/admin`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, url]) => `  ${name.padEnd(width)}  ${bold(url)}`);
  const logins = event.demo?.agents ?? [];
  for (const { email, password } of logins) lines.push(`  ${'Sign in as'.padEnd(width)}  ${email}   ${password}`);
  process.stdout.write(`\n${lines.join('\n')}\n\n  Data is in ./data. Ctrl-C stops it.\n\n`);
});
