// perf script -i perf.data -F comm,ip,sym | node bench/lib/flame.mjs TITLE > flame.svg
//
// A flame graph of samples with their stacks: width is the share of CPU, the caller below the called. Frames narrower than
// kNarrowest of all are left out, so that the picture stays small.
import { createInterface } from 'node:readline';

const kWidth = 1200;
const kRow = 16;
const kNarrowest = 0.002;

const root = { name: 'all', count: 0, children: new Map() };

function add(stack) {
  let node = root;
  ++node.count;
  for (const name of stack) {
    if (!node.children.has(name)) node.children.set(name, { name, count: 0, children: new Map() });
    node = node.children.get(name);
    ++node.count;
  }
}

// Templates and arguments out: what is left is what one looks for.
function short(symbol) {
  let name = symbol.replace(/\+0x[0-9a-f]+$/, '');
  for (let before = ''; before !== name; ) {
    before = name;
    name = name.replace(/<[^<>]*>/g, '').replace(/\([^()]*\)( const)?/g, '');
  }
  return name.replace(/^(?:void|bool|int|auto) /, '') || symbol;
}

let comm = null;
let frames = [];
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') {
    if (comm !== null) add([comm.replace(/-\d+$/, ''), ...frames.reverse()]);
    comm = null;
    frames = [];
  } else if (/^\s/.test(line)) {
    const symbol = line.trim().replace(/^[0-9a-f]+ /, '');
    frames.push(symbol === '[unknown]' ? '?' : short(symbol));
  } else {
    comm = line.trim();
  }
}
if (comm !== null) add([comm.replace(/-\d+$/, ''), ...frames.reverse()]);

const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const rects = [];
let depthMax = 0;

function hue(name) {
  let hash = 0;
  for (const c of name) hash = (hash * 31 + c.codePointAt(0)) >>> 0;
  return 8 + (hash % 45);
}

function draw(node, x, depth) {
  const width = (node.count / root.count) * kWidth;
  if (node.count / root.count < kNarrowest) return;
  depthMax = Math.max(depthMax, depth);
  const share = `${((100 * node.count) / root.count).toFixed(1)} %`;
  const letters = Math.floor(width / 6.6);
  const label = letters < 3 ? '' : node.name.length <= letters ? node.name : `${node.name.slice(0, letters - 1)}…`;
  rects.push({ x, depth, width, fill: `hsl(${hue(node.name)} 80% 68%)`, title: `${node.name}: ${share}`, label });
  let at = x;
  for (const child of [...node.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    draw(child, at, depth + 1);
    at += (child.count / root.count) * kWidth;
  }
}
if (root.count === 0) throw new Error('no samples');
draw(root, 0, 0);

const height = (depthMax + 3) * kRow;
const y = (depth) => height - (depth + 1) * kRow - 4;
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${kWidth} ${height}" font-family="monospace" font-size="11">
<rect width="100%" height="100%" fill="#fff"/><text x="${kWidth / 2}" y="14" text-anchor="middle" font-size="13">${escape(process.argv[2] ?? 'CPU')} (${root.count} samples)</text>
${rects.map(({ x, depth, width, fill, title, label }) => `<g><title>${escape(title)}</title><rect x="${x.toFixed(1)}" y="${y(depth)}" width="${Math.max(width - 0.3, 0.2).toFixed(1)}" height="${kRow - 1}" fill="${fill}"/>${label && `<text x="${(x + 2).toFixed(1)}" y="${y(depth) + 11}">${escape(label)}</text>`}</g>`).join('\n')}
</svg>
`);
