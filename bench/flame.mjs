// A flame graph (SVG) of a profile, of each thread one tower beside the other: how wide a box is says how much of the time it was on the CPU.
//
//   perf record -e cpu-clock -F 997 -g -p PID -o profile -- sleep 5
//   perf script -i profile -F comm,ip,sym | node bench/flame.mjs [--title TEXT] [--least SHARE] > flame.svg
//
// Boxes narrower than `least` of the whole (0.0012) are left out.
import { parseArgs } from 'node:util';
import { text } from 'node:stream/consumers';

const { values } = parseArgs({ options: { title: { type: 'string', default: '' }, least: { type: 'string', default: '0.0012' } } });
const kWidth = 1200;
const kRow = 15;

const node = (name) => ({ name, count: 0, children: new Map() });

/** One sample is a line with the thread's name, then its frames from the innermost to the outermost, then an empty line. */
function grow(profile) {
  const root = node('all');
  for (const sample of profile.split(/\n\s*\n/)) {
    const [thread, ...frames] = sample.split('\n').filter((line) => line.trim() !== '');
    if (thread === undefined) continue;
    let at = root;
    ++at.count;
    for (const name of [thread.trim(), ...frames.map(symbol).reverse()]) {
      if (!at.children.has(name)) at.children.set(name, node(name));
      at = at.children.get(name);
      ++at.count;
    }
  }
  return root;
}

/** Without the address, and short enough to be read. */
function symbol(frame) {
  const name = frame.trim().replace(/^[0-9a-f]+\s+/, '').replace(/\+0x[0-9a-f]+$/, '');
  return name.replace(/\(anonymous namespace\)::/g, '').replace(/^wk::/, '').replace(/\b(std::__cxx11|std|boost::unordered|google::protobuf)::/g, '').replace(/<.*>/, '<>').replace(/\(.*$/, '');
}

const kKernel = /^(_*[a-z0-9]+_[a-z0-9_.]*|do_syscall_64|entry_SYSCALL.*|[a-z]+64|syscall)$/;
function color(name, depth) {
  if (depth === 1) return '#d8d8d8';
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) % 997;
  const light = 62 + (hash % 18);
  return `hsl(${kKernel.test(name) ? 205 : 28 + (hash % 20)} 75% ${light}%)`;
}

const escape = (value) => value.replace(/[&<>"]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter]);

function draw(root, least) {
  const boxes = [];
  let deepest = 0;
  const visit = (at, depth, left) => {
    const share = at.count / root.count;
    if (share < least) return;
    deepest = Math.max(deepest, depth);
    boxes.push({ at, depth, left, width: share * kWidth });
    let x = left;
    for (const child of [...at.children.values()].sort((a, b) => b.count - a.count)) {
      visit(child, depth + 1, x);
      x += (child.count / root.count) * kWidth;
    }
  };
  let x = 0;
  for (const thread of [...root.children.values()].sort((a, b) => b.count - a.count)) {
    visit(thread, 1, x);
    x += (thread.count / root.count) * kWidth;
  }
  const height = (deepest + 1) * kRow + 12;
  const rows = boxes.map(({ at, depth, left, width }) => {
    const y = height - depth * kRow - 4;
    const letters = Math.floor(width / 6.2);
    const label = letters < 3 ? '' : `<text x="${(left + 2).toFixed(1)}" y="${y + 11}">${escape(at.name.length > letters ? `${at.name.slice(0, letters - 1)}…` : at.name)}</text>`;
    const percent = ((100 * at.count) / root.count).toFixed(2);
    return `<g><title>${escape(at.name)}: ${percent} %</title><rect x="${left.toFixed(1)}" y="${y}" width="${Math.max(width - 0.3, 0.1).toFixed(1)}" height="${kRow - 1}" fill="${color(at.name, depth)}"/>${label}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${kWidth} ${height}" font-family="monospace" font-size="10">
<rect width="${kWidth}" height="${height}" fill="#fff"/>
<text x="4" y="12" font-size="12">${escape(values.title)} (${root.count} samples)</text>
${rows.join('\n')}
</svg>
`;
}

const root = grow(await text(process.stdin));
if (root.count === 0) {
  process.stderr.write('flame: no samples\n');
  process.exit(1);
}
process.stdout.write(draw(root, Number(values.least)));
