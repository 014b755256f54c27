// Learns the gates of the knowledge index (ai_agent/knowledge/gate.cpp) from what retrieval_eval --signals wrote, and prints what they reach.
//
//   node learn_gate.mjs SIGNALS.tsv KIND [SET…]     learns from the tuning parts of these sets ("banking77"; all if none is named)
//
// KIND: faq_words, faq_meaning, text_words. A row of SIGNALS: set, part ("tune" or "test"), kind, outcome ("right", "wrong", "stranger"), then the
// signals by name as the head line says. Two gates:
//   found  there is an answer: right and, at half their weight, wrong against strangers
//   sure   this is the answer: right against wrong and strangers
// Every set and outcome counts the same, whatever its size. "near" sets (questions of entries that were taken out) count a tenth for FAQs in
// `found`: an entry that means nearly the same is near enough to ask whether it was meant.
import { readFileSync } from 'node:fs'

const [file, kind, ...chosen] = process.argv.slice(2)
const [head, ...lines] = readFileSync(file, 'utf8').trim().split('\n').map((line) => line.split('\t'))
const names = head.slice(4)
const rows = lines
  .filter((line) => line[2] === kind)
  .map(([set, part, , outcome, ...signals]) => ({ set, part, outcome, x: [...signals.map(Number), 1] }))
const sets = [...new Set(rows.map((row) => row.set))]
const learnedFrom = (set) => chosen.length === 0 || chosen.includes(set.split('/')[0])
const ridge = 1e-3
// Signals that say nothing beside the others (docs/ai.md): their weight is 0.
const leftOut = { found: kind.startsWith('text') ? ['margin'] : ['lead'], sure: ['lead'] }

const gates = {
  found: {
    yes: (row) => row.outcome !== 'stranger',
    weight: (row) => (row.outcome === 'wrong' ? 0.5 : 1) * (kind.startsWith('faq') && (row.set.endsWith('/near') || row.set.endsWith('/few')) ? 0.1 : 1),
  },
  sure: { yes: (row) => row.outcome === 'right', weight: () => 1 },
}

// Newton's method on the regularised logistic loss.
function learn({ yes, weight }, without) {
  const used = [...names.map((name) => (without.includes(name) ? 0 : 1)), 1]
  const examples = rows.filter((row) => row.part === 'tune' && learnedFrom(row.set))
  const counts = new Map()
  const key = (row) => `${row.set} ${row.outcome}`
  for (const row of examples) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1)
  const size = names.length + 1
  let weights = new Array(size).fill(0)
  for (let step = 0; step < 30; ++step) {
    const gradient = weights.map((w, i) => (i === size - 1 ? 0 : -ridge * w))
    const hessian = weights.map((_, i) => weights.map((__, j) => (i === j ? (i === size - 1 ? 1e-9 : ridge) : 0)))
    for (const row of examples) {
      const p = probability(weights, row.x)
      const share = weight(row) / counts.get(key(row))
      const curve = share * Math.max(p * (1 - p), 1e-6)
      const off = share * ((yes(row) ? 1 : 0) - p)
      for (let i = 0; i < size; ++i) {
        gradient[i] += off * row.x[i] * used[i]
        for (let j = 0; j < size; ++j) hessian[i][j] += curve * row.x[i] * row.x[j] * used[i] * used[j]
      }
    }
    const change = solve(hessian, gradient)
    weights = weights.map((w, i) => w + change[i])
    if (Math.max(...change.map(Math.abs)) < 1e-5) break
  }
  return weights
}

function probability(weights, x) {
  return 1 / (1 + Math.exp(-x.reduce((sum, value, i) => sum + value * weights[i], 0)))
}

function solve(a, b) {
  const n = b.length
  for (let i = 0; i < n; ++i) {
    for (let r = i + 1; r < n; ++r) {
      const factor = a[r][i] / a[i][i]
      for (let c = i; c < n; ++c) a[r][c] -= factor * a[i][c]
      b[r] -= factor * b[i]
    }
  }
  for (let i = n; i-- > 0; ) {
    for (let c = i + 1; c < n; ++c) b[i] -= a[i][c] * b[c]
    b[i] /= a[i][i]
  }
  return b
}

const percent = (part, all) => ((100 * part) / Math.max(1, all)).toFixed(1).padStart(5)

/** Of strangers, how many pass the threshold that keeps 95 % of the answerable. */
function at95(here, score) {
  const answerable = here.filter((row) => row.outcome !== 'stranger').map((row) => score(row.x)).sort((a, b) => a - b)
  const strangers = here.filter((row) => row.outcome === 'stranger')
  const threshold = answerable[Math.floor(answerable.length / 20)]
  return `${percent(strangers.filter((row) => score(row.x) >= threshold).length, strangers.length)} (at ${threshold.toFixed(3)})`
}

/** Of each outcome, how many pass. */
function passing(here, score, threshold) {
  return ['right', 'wrong', 'stranger']
    .map((outcome) => {
      const all = here.filter((row) => row.outcome === outcome)
      return `${outcome} ${percent(all.filter((row) => score(row.x) >= threshold).length, all.length)}`
    })
    .join(' ')
}

const found = learn(gates.found, leftOut.found)
const sure = learn(gates.sure, leftOut.sure)
const digits = (weights) => weights.map((weight) => weight.toFixed(2)).join(', ')
console.log(`${kind}, learned from ${[...new Set(sets.filter(learnedFrom).map((set) => set.split('/')[0]))].join(', ')}`)
console.log(`  signals: ${names.join(', ')}, constant\n  found:   ${digits(found)}\n  sure:    ${digits(sure)}`)
for (const part of ['tune', 'test']) {
  for (const set of sets) {
    const here = rows.filter((row) => row.set === set && row.part === part)
    const right = here.filter((row) => row.outcome === 'right').length
    console.log(`${part} ${set.padEnd(18)} right ${percent(right, here.filter((row) => row.outcome !== 'stranger').length)} | strangers at 95 % kept: score ${at95(here, (x) => x[0])} found ${at95(here, (x) => probability(found, x))}` +
      ` | found, half: ${passing(here, (x) => probability(found, x), 0.5)} | sure, half: ${passing(here, (x) => probability(sure, x), 0.5)}`)
  }
}
