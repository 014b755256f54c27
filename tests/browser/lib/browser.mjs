// Chromium of the machine, driven by playwright-core; pages, pictures, and what the browser complained about.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const require = createRequire(new URL('../../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const screenshots = resolve(import.meta.dirname, '../../../build/screenshots');
const executablePath = process.env.WEIKEYI_CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);

export const desktop = { width: 1360, height: 860 };
export const phone = { width: 390, height: 844 };

export async function launch() {
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
  });
}

/** A person's browser: own storage, own cookies. Errors of its pages are kept in `problems`. */
export async function person(browser, { locale = 'en-US', viewport = desktop, dark = false, touch = false } = {}) {
  const context = await browser.newContext({
    locale, viewport, colorScheme: dark ? 'dark' : 'light', hasTouch: touch, isMobile: touch, reducedMotion: 'reduce', timezoneId: 'Asia/Shanghai',
  });
  context.setDefaultTimeout(10_000);
  const problems = [];
  context.on('page', (page) => {
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('dialog', (dialog) => {
      problems.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy|Refused to/.test(message.text())) problems.push(message.text());
    });
  });
  return { context, problems, page: () => context.newPage(), close: () => context.close() };
}

/** Closes the browsers of people and fails on what they complained about. */
export async function goodbye(...people) {
  for (const someone of people) {
    await someone.close();
    assert.deepEqual(someone.problems, []);
  }
}

/** As when another tab comes in front: Chromium without a window hides no page by itself. */
export async function lookAway(page, away = true) {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (hidden ? 'hidden' : 'visible') });
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, away);
}

export async function picture(page, name) {
  mkdirSync(screenshots, { recursive: true });
  // Fonts and images first: a picture of a page that is still loading helps nobody.
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(150);
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

// 240 x 150, a gradient with a shape in it, so that it is seen in pictures: made here, in the browser.
export async function drawImage(page) {
  const data = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 240, height: 150 });
    const pen = canvas.getContext('2d');
    const fill = pen.createLinearGradient(0, 0, 240, 150);
    fill.addColorStop(0, '#f59e0b');
    fill.addColorStop(1, '#be185d');
    pen.fillStyle = fill;
    pen.fillRect(0, 0, 240, 150);
    pen.fillStyle = '#fff';
    pen.beginPath();
    pen.arc(120, 75, 40, 0, 7);
    pen.fill();
    return canvas.toDataURL('image/png').split(',')[1];
  });
  return { name: 'kettle 水壶.png', mimeType: 'image/png', buffer: Buffer.from(data, 'base64') };
}
