// axe-core on a page as it stands; only what is serious counts, and each finding is told with its place.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(new URL('../../../web/package.json', import.meta.url)).resolve('axe-core/axe.min.js'), 'utf8');

/** Findings of all pages are collected, so that one run tells of all of them. */
export async function findingsOf(page, what, include) {
  // By the driver, not as a script of the page: the page's own policy stays as strict as it is.
  await page.evaluate(source);
  const findings = await page.evaluate(async (selector) => {
    const { violations } = await window.axe.run(selector ?? document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] });
    return violations
      // Initials on a picture are no words that anybody says to their computer.
      .map((one) => (one.id === 'label-content-name-mismatch' ? { ...one, nodes: one.nodes.filter(({ html }) => !/rail-me/.test(html)) } : one))
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target.flat().join(' ')}: ${failureSummary.replaceAll('\n', ' ')}`));
  }, include);
  return findings.map((finding) => `${what}: ${finding}`);
}
