// A website is read into the knowledge from the console: added, watched, stopped, read again, deleted with its articles.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { demoAgent, eventually } from '../e2e/lib/people.mjs';
import { Site, page as html } from '../e2e/lib/site.mjs';
import { findingsOf } from './lib/axe.mjs';
import { goodbye, launch, person, phone, picture } from './lib/browser.mjs';
import { chinese, english, openConsole } from './lib/console.mjs';
import { Knowledge, knowledgeChinese, knowledgeEnglish } from './lib/knowledge.mjs';

let server;
let browser;
let administrator;

before(async () => {
  [server, browser] = await Promise.all([Server.start({ args: ['--crawl-private-addresses'] }), launch()]);
  administrator = await demoAgent(server);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const noWider = (page, what) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth).then((over) => assert.ok(over <= 0, `${what}: ${over} px wider than the window`));

const languages = [
  {
    language: 'English', words: english, k: knowledgeEnglish, locale: 'en-US', website: 'Read a website', address: 'Address', add: 'Read it', list: 'Websites', running: /Being read: 1 read, 3 waiting/, stop: 'Stop', stopped: /^Stopped .*, 1 pages were read/, run: 'Read again now',
    done: /^Read .*: 3 pages/, articles: 'Articles written: 2 · as before: 1 · removed: 0', skipped: 'Pages not taken: 1', reason: 'robots.txt does not allow it', remove: 'Delete', sure: 'With its articles? Press again', failed: 'Could not be read: there is no page at this address', none: 'No website is read yet.', question: 'How long does varnish dry?', answer: /dries for two days/,
  },
  {
    language: 'Chinese', words: chinese, k: knowledgeChinese, locale: 'zh-CN', website: '读取网站', address: '网址', add: '开始读取', list: '网站列表', running: /正在读取：已读 1 页，等待 3 页/, stop: '停止', stopped: /已停止，读取了 1 页/, run: '立即重新读取',
    done: /读取完成，共 3 页/, articles: '已写入文章：2 · 未变：1 · 已移除：0', skipped: '未采用的页面：1', reason: 'robots.txt 不允许', remove: '删除', sure: '连同其文章一起删除？请再按一次', failed: '无法读取：此网址没有页面', none: '还没有读取任何网站。', question: '清漆需要晾干几天', answer: /清漆需要晾干两天/,
  },
];

for (const { language, words, k, locale, website, address, add, list, running, stop, stopped, run, done, articles, skipped, reason, remove, sure, failed, none, question, answer } of languages) {
  test(`a website is read, stopped, read again and deleted, in ${language}`, async () => {
    const held = [];
    const site = await Site.start({
      '/robots.txt': { body: 'User-agent: *\nDisallow: /private\n' },
      '/': html('Varnish', language === 'English' ? 'All our varnishes.' : '本店的全部清漆。', ['/drying', '/private', '/colours']),
      '/drying': (request, response) => held.push(response),
      '/colours': html('Colours', language === 'English' ? 'Varnish comes in red and green.' : '清漆有红色和绿色。'),
    });
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, 'knowledge');
    const knowledge = new Knowledge(page, k);
    await knowledge.list.getByRole('link', { name: website, exact: true }).click();
    const region = page.getByRole('region', { name: website });
    await region.getByText(none).waitFor();

    await region.getByRole('textbox', { name: address }).fill(site.url);
    await region.getByRole('button', { name: add, exact: true }).click();
    const row = region.getByRole('list', { name: list }).getByRole('listitem').filter({ hasText: site.url }).first();
    await row.getByText(running).waitFor();
    await row.getByRole('button', { name: stop, exact: true }).click();
    await row.getByText(stopped).waitFor();

    site.set({ '/drying': html('Drying', language === 'English' ? 'Varnish dries for two days.' : '清漆需要晾干两天。') });
    await row.getByRole('button', { name: run, exact: true }).click();
    await row.getByText(done).waitFor();
    await row.getByText(articles).waitFor();
    await row.getByText(skipped).click();
    await row.getByText(reason).waitFor();
    // What was read stands in the list beside it, and answers.
    await knowledge.row('Drying').waitFor();
    await knowledge.ask(question);
    await knowledge.reply.getByText(answer).waitFor();
    await picture(page, `website-${language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, 'website'), []);
    await page.setViewportSize(phone);
    await picture(page, `website-phone-${language.toLowerCase()}`);
    await noWider(page, 'website');
    await page.setViewportSize({ width: 1280, height: 800 });

    site.set({ '/': { status: 404, body: '' } });
    await row.getByRole('button', { name: run, exact: true }).click();
    await row.getByText(failed).waitFor();

    await row.getByRole('button', { name: remove, exact: true }).click();
    await row.getByRole('button', { name: sure }).click();
    await region.getByText(none).waitFor();
    await eventually(async () => !(await administrator.get('/knowledge/entries?text=Drying')).entries?.some((one) => one.crawlId), 'its articles are gone');
    await eventually(async () => (await knowledge.row('Drying').count()) === 0, 'the list shows it');
    await goodbye(someone);
    await site.close();
  });
}
