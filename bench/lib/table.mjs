// From reports to ratios, and to a table.

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The most that other work on the machine used during a turn, in cores. */
export const otherCores = ({ ours, floor }) => Math.max(0, ...[...ours, ...floor].map((report) => report.other_cores ?? 0));

// From here on the machine was too busy for rates and latencies.
const kBusyCores = 0.2;

/** The figures of a case, each with its median, its ratio (the median of the turns' ratios) and how far the turns were apart. */
export function judge(group, { name, figures }, { ours, floor }) {
  return figures.map((figure) => {
    const values = ours.map(figure.of);
    const result = { group, case: name, figure: figure.name, ours: median(values), turns: values, other_cores: otherCores({ ours, floor }) };
    if (!figure.alone) {
      const floors = floor.map(figure.of);
      const ratios = values.map((value, i) => value / floors[i]);
      Object.assign(result, { floor: median(floors), floor_turns: floors, ratio: median(ratios), ratio_min: Math.min(...ratios), ratio_max: Math.max(...ratios) });
    }
    if (!figure.info) {
      const value = figure.alone ? result.ours : result.ratio;
      Object.assign(result, { goal: figure.goal, at_least: figure.atLeast === true, reached: figure.atLeast ? value >= figure.goal : value <= figure.goal });
    }
    return result;
  });
}

export const number = (value) => {
  if (value === undefined || value === null) return value === null ? 'not held' : '';
  if (!Number.isFinite(value)) return value === Infinity ? 'not held' : '–'; // JSON has null for both
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return Number(value.toPrecision(3)).toString();
};

/** Rows of cells as lines, below the first a rule; the third to the fifth column are numbers. */
function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => (column >= 2 && column <= 4 ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join('  ').trimEnd();
  return [line(rows[0]), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.slice(1).map(line)];
}

export function table(report) {
  const rows = [['case', 'figure', 'ours', 'floor', 'ratio', '(turns)', 'goal', '']];
  let before = '';
  for (const one of report.results) {
    const name = `${one.group}: ${one.case}`;
    const goal = one.goal === undefined ? '' : `${one.at_least ? '≥' : '≤'} ${number(one.goal)}`;
    rows.push([name === before ? '' : name, one.figure, number(one.ours), number(one.floor), number(one.ratio),
      one.ratio_min === undefined ? '' : `${number(one.ratio_min)}–${number(one.ratio_max)}`, goal, one.goal === undefined ? '' : one.reached ? 'reached' : 'NOT YET']);
    before = name;
  }
  const { cpu, cores, memory_gib: memory, kernel } = report.machine;
  const head = `${report.date}  ${report.commit}  ${cores} × ${cpu}, ${memory} GiB, Linux ${kernel}; ${report.options.turns} turns of ${report.options.seconds} s`;
  const failures = report.failures.map((one) => `FAILED ${one.group}: ${one.case}: ${one.error}`);
  const busy = [...new Map(report.results.filter((one) => one.other_cores > kBusyCores).map((one) => [`${one.group}: ${one.case}`, one.other_cores])).entries()]
    .map(([name, cores]) => `BUSY ${name}: other work used up to ${number(cores)} cores; its rates and latencies say nothing`);
  return [head, '', ...aligned(rows), ...failures, ...busy, ...peersTable(report.peers)].join('\n');
}

function peersTable(peers) {
  if (peers.length === 0) return [];
  const span = (from, to) => (from === to ? number(from) : `${number(from)}–${number(to)}`);
  const rows = [['beside others', 'figure', 'theirs', 'floor', 'ratio', 'ours', 'our ratio', 'who']];
  let before = '';
  for (const one of peers) {
    const name = `${one.group}: ${one.case}`;
    rows.push([name === before ? '' : name, one.figure, span(one.from, one.to), number(one.floor), one.floor === undefined ? '' : span(one.ratio_from, one.ratio_to), number(one.ours),
      number(one.our_ratio), one.peer]);
    before = name;
  }
  return ['', 'Others, with the floor of their own day (bench/lib/peers.mjs): not of this run, compare the ratios.', '', ...aligned(rows)];
}
