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

const editing = [
  { language: 'English', words: english, k: knowledgeEnglish, locale: 'en-US', website: 'Read a website', list: 'Websites', run: 'Read again now', from: /^Read from a page of your website/, warns: /^Saved like this, the words are yours/, edited: 'Edited', takePage: 'Take the page’s text again', took: /with the next reading/, toSites: 'To the websites', skipped: 'Pages not taken: 1', reason: 'its article was changed here and stays as it is' },
  { language: 'Chinese', words: chinese, k: knowledgeChinese, locale: 'zh-CN', website: '读取网站', list: '网站列表', run: '立即重新读取', from: /^读取自您的网页/, warns: /^保存后以您写的为准/, edited: '已修改', takePage: '重新采用页面的文字', took: /^下次读取时/, toSites: '前往网站列表', skipped: '未采用的页面：1', reason: '文章已在此修改，保持不变' },
];

for (const { language, words, k, locale, website, list, run, from, warns, edited, takePage, took, toSites, skipped, reason } of editing) {
  test(`what somebody writes into a page's article stays, until it is given back, in ${language}`, async () => {
    const site = await Site.start({ '/': html(`Glue ${language}`, 'Glue dries for one hour.') });
    const crawl = await administrator.post('/knowledge/crawls', { startUrl: site.url });
    const article = async () => (await administrator.get(`/knowledge/entries?text=${encodeURIComponent(`Glue ${language}`)}`)).entries?.[0];
    await eventually(async () => (await article())?.crawlId === crawl.id, 'it is read');
    const { id, url } = await article();

    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, `knowledge/${id}`);
    const knowledge = new Knowledge(page, k);
    const origin = page.getByRole('region', { name: from });
    await origin.getByRole('link', { name: url }).waitFor();
    assert.equal(await knowledge.field('url').isEditable(), false, 'a page keeps its address');

    // A label is no word of it.
    const labels = page.getByLabel(k.conversationLabels).and(page.locator('input')).first();
    await labels.fill('glue');
    await labels.press('Enter');
    await knowledge.save();
    await page.getByText(k.stored).waitFor();
    assert.deepEqual([(await article()).labels, (await article()).edited ?? false], [['glue'], false]);

    // Told before it is saved, marked afterwards.
    await knowledge.field('article').fill('Glue dries for two hours, and stinks.');
    await origin.getByText(warns).waitFor();
    await picture(page, `website-edit-warns-${language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, `an article of a page ${language}`), []);
    await knowledge.save();
    await page.getByText(k.stored).waitFor();
    await origin.getByText(edited, { exact: true }).waitFor();
    await knowledge.row(`Glue ${language}`).getByText(edited, { exact: true }).waitFor();

    // The page changes, and is read again: the words stay, and it is told why.
    site.set({ '/': html(`Glue ${language}`, 'Glue dries for a day.') });
    await knowledge.list.getByRole('link', { name: website, exact: true }).click();
    const row = page.getByRole('list', { name: list }).getByRole('listitem').filter({ hasText: site.url }).first();
    await row.getByRole('button', { name: run, exact: true }).click();
    await row.getByText(skipped).click();
    await row.getByText(reason).waitFor();
    assert.match((await article()).body, /stinks/);

    // Given back; an ordinary agent reads whose words it has.
    const reader = await person(browser, { locale });
    const theirs = (await openConsole(server, reader, server.demo.agents[1], words, `knowledge/${id}`)).page;
    await theirs.getByRole('region', { name: from }).getByText(edited, { exact: true }).waitFor();
    assert.equal(await theirs.getByRole('button', { name: takePage }).count(), 0, 'who may not change it is not asked to');
    await goodbye(reader);
    await knowledge.row(`Glue ${language}`).getByRole('link').click();
    await origin.getByRole('button', { name: takePage }).click();
    await origin.getByText(took).waitFor();
    await picture(page, `website-edit-given-back-${language.toLowerCase()}`);
    assert.match((await article()).body, /stinks/, 'nothing changes before the page is read');
    await origin.getByRole('link', { name: toSites }).click();
    await row.getByRole('button', { name: run, exact: true }).click();
    await eventually(async () => /for a day/.test((await article()).body), 'the words of the page are back');
    assert.deepEqual((await article()).labels, ['glue'], 'labels are people’s');
    await goodbye(someone);
    await administrator.ok('DELETE', `/knowledge/crawls/${crawl.id}`);
    await site.close();
  });
}
