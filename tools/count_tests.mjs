// node tools/count_tests.mjs ctest DIR | vitest FILE | tap FILE: prints "passed failed skipped" of one run.
// A run that left no results counts as one failure: silence is not success.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [kind, path] = process.argv.slice(2);

const counters = { ctest: countCtest, vitest: countVitest, tap: countTap };

/** One GoogleTest JSON per binary, and ctest's own word for those that died before writing it. */
function countCtest(dir) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const junit = readFileSync(join(dir, 'ctest.xml'), 'utf8');
  const known = new Map();
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.json'))) {
    known.set(file.replace(/\.json$/, ''), JSON.parse(readFileSync(join(dir, file), 'utf8')));
  }
  for (const [, name, status] of junit.matchAll(/<testcase name="([^"]*)"[^>]*status="([^"]*)"/g)) {
    const report = known.get(name);
    const failed = status === 'fail';
    if (report === undefined) {
      if (status === 'run') total.passed += 1;
      else if (status === 'disabled') total.skipped += 1;
      else total.failed += 1;
      continue;
    }
    const cases = report.testsuites.flatMap((suite) => suite.testsuite);
    const bad = cases.filter((test) => test.failures !== undefined).length;
    const skipped = cases.filter((test) => test.result === 'SKIPPED' || test.status === 'NOTRUN').length;
    total.passed += cases.length - bad - skipped;
    total.skipped += skipped;
    // All tests passed and yet the binary failed: a sanitizer's report at exit, say.
    total.failed += failed && bad === 0 ? 1 : bad;
  }
  return total;
}

function countVitest(file) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const failedFiles = report.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + failedFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function countTap(file) {
  const text = readFileSync(file, 'utf8');
  const number = (word) => Number(text.match(new RegExp(`^# ${word} (\\d+)$`, 'm'))?.[1] ?? NaN);
  const total = {
    passed: number('pass'),
    failed: number('fail') + number('cancelled'),
    skipped: number('skipped') + number('todo'),
  };
  if (Object.values(total).some(Number.isNaN)) throw new Error(`no summary in ${file}`);
  return total;
}

let total = { passed: 0, failed: 1, skipped: 0 };
try {
  if (!existsSync(path)) throw new Error(`${path} was not written`);
  total = counters[kind](path);
} catch (error) {
  process.stderr.write(`count_tests: ${error.message}\n`);
}
process.stdout.write(`${total.passed} ${total.failed} ${total.skipped}\n`);
