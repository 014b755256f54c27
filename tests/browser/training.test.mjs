// What the AI agent learned from the entries: shown, trained again, gone back to an older version.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { demoAgent, eventually } from '../e2e/lib/people.mjs';
import { findingsOf } from './lib/axe.mjs';
import { goodbye, launch, person, phone, picture } from './lib/browser.mjs';
import { chinese, english, openConsole } from './lib/console.mjs';

let server;
let browser;
let administrator;

before(async () => {
  [server, browser] = await Promise.all([Server.start({ args: ['--demo-bot'] }), launch()]);
  administrator = await demoAgent(server);
  const { sites: [site] } = await administrator.get('/sites');
  await administrator.post('/bot/intents/train', { siteId: site.id });
  await eventually(async () => (await administrator.get(`/bot/intents?site=${site.id}`)).activeVersion > 0, 'a first model', 60_000);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const languages = [
  { language: 'English', words: english, locale: 'en-US', t: { training: 'Training', now: 'Train now', idle: 'Up to date.', weak: 'Weak entries', use: 'Use this one: version 1', inUse: 'In use', pinned: /Version 1 was chosen/, newest: 'Always the newest', quality: 'How good it is' } },
  { language: 'Chinese', words: chinese, locale: 'zh-CN', t: { training: '训练', now: '立即训练', idle: '已是最新。', weak: '薄弱条目', use: '使用此版本：1', inUse: '使用中', pinned: /已选定版本 1/, newest: '始终使用最新版本', quality: '效果' } },
];

for (const { language, words, locale, t } of languages) {
  test(`trained again, chosen and let go, in ${language}`, async () => {
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words);
    await page.goto(`${server.url}/console/knowledge`);
    await page.getByRole('link', { name: t.training, exact: true }).click();
    const training = page.getByRole('article', { name: t.training });
    await training.getByRole('region', { name: t.quality }).waitFor();
    const versions = await training.getByRole('listitem').filter({ hasText: /%.*\d/ }).count();
    await training.getByRole('button', { name: t.now }).click();
    await eventually(async () => (await training.getByRole('listitem').filter({ hasText: /%.*\d/ }).count()) > versions, 'another version is listed');
    await training.getByText(t.idle).waitFor();
    await training.getByRole('button', { name: t.use, exact: true }).click();
    await training.getByText(t.pinned).waitFor();
    assert.deepEqual(await findingsOf(page), [], 'accessible');
    await picture(page, `training_${language.toLowerCase()}`);
    await training.getByRole('button', { name: t.newest }).click();
    await training.getByText(t.pinned).waitFor({ state: 'detached' });

    // A weak entry is a click away from being made stronger.
    const weak = training.getByRole('region', { name: t.weak }).getByRole('link').first();
    const title = await weak.innerText();
    await weak.click();
    await eventually(async () => (await page.getByRole('form').getByRole('textbox').first().inputValue()) === title, 'its editor');
    await goodbye(someone);
  });
}

test('an agent sees it and trains nothing; on a phone in the dark it fits', async () => {
  const someone = await person(browser, { locale: 'en-US', dark: true, viewport: phone });
  const { page } = await openConsole(server, someone, server.demo.agents[1], english);
  await page.goto(`${server.url}/console/knowledge/training`);
  const training = page.getByRole('article', { name: 'Training' });
  await training.getByRole('region', { name: 'How good it is' }).waitFor();
  assert.equal(await training.getByRole('button').count(), 0);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${over} px wider than the window`);
  await picture(page, 'training_phone_dark');
  await goodbye(someone);
});
