// What the AI agent knows: written, tried at once, kept while unsaved, imported, deleted; read by everybody, changed by few.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { demoAgent, eventually } from '../e2e/lib/people.mjs';
import { docx, pdf } from '../e2e/lib/documents.mjs';
import { findingsOf } from './lib/axe.mjs';
import { goodbye, launch, person, phone, picture } from './lib/browser.mjs';
import { chinese, english, openConsole } from './lib/console.mjs';
import { Knowledge, knowledgeChinese, knowledgeEnglish } from './lib/knowledge.mjs';

let server;
let browser;
let administrator;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  administrator = await demoAgent(server);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const entries = async (text) => (await administrator.get(`/knowledge/entries?text=${encodeURIComponent(text)}`)).entries ?? [];
const noWider = (page, what) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth).then((over) => assert.ok(over <= 0, `${what}: ${over} px wider than the window`));

const languages = [
  { language: 'English', words: english, k: knowledgeEnglish, locale: 'en-US', question: 'Do you wrap presents?', way: 'can it be gift-wrapped', answer: 'Yes, for two euros: tick “gift” in the basket.', changed: 'Yes, free of charge until Christmas.', person: 'I want to talk to a human' },
  { language: 'Chinese', words: chinese, k: knowledgeChinese, locale: 'zh-CN', question: '可以包装成礼物吗？', way: '有礼品包装吗', answer: '可以，结算时勾选“礼品包装”，每件 10 元。', changed: '可以，春节前免费包装。', person: '我要转人工' },
];

for (const { language, words, k, locale, question, way, answer, changed, person: forPerson } of languages) {
  test(`an entry is written, found at once on the test bench, changed and deleted, in ${language}`, async () => {
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words);
    await page.getByRole('navigation', { name: 'weikeyi' }).getByRole('link', { name: k.knowledge, exact: true }).click();
    const knowledge = new Knowledge(page, k);
    await page.getByRole('heading', { name: k.choose }).waitFor();
    await knowledge.list.getByRole('link', { name: k.add }).click();

    // Tried before it is known: something else, or nothing.
    await knowledge.ask(way);
    await knowledge.reply.waitFor();
    assert.equal(await knowledge.reply.getByText(answer).count(), 0);

    await knowledge.field('question').fill(question);
    await knowledge.field(k.way(1)).fill(way);
    await knowledge.field(k.way(1)).press('Enter');
    await knowledge.field(k.way(2)).waitFor();
    await knowledge.field('answer').fill(answer);
    await knowledge.field('url').fill('shop.example/gifts');
    await page.getByText(k.notAddress).waitFor();
    await knowledge.save();
    assert.equal((await entries(question)).length, 0, 'what is wrong is not sent');
    await knowledge.field('url').fill('https://shop.example/gifts');
    await knowledge.save();

    // The question that stands on the bench is tried again by itself.
    await knowledge.reply.getByText(answer).waitFor();
    await knowledge.bench.getByText(k.answers, { exact: true }).waitFor();
    const source = knowledge.reply.getByRole('link', { name: question });
    assert.equal(await source.getAttribute('href'), 'https://shop.example/gifts');
    const meter = knowledge.bench.getByRole('meter', { name: k.sureness });
    assert.ok(Number(await meter.getAttribute('aria-valuenow')) >= 30);
    const [entry] = await entries(question);
    assert.deepEqual(entry.phrasings, [way], 'the empty line is not stored');
    assert.equal(await knowledge.bench.getByRole('list').getByRole('link', { name: question }).first().getAttribute('href'), `/console/knowledge/${entry.id}`);
    assert.ok(page.url().includes(`/knowledge/${entry.id}`));
    await picture(page, `knowledge-${language.toLowerCase()}`);

    await knowledge.field('answer').fill(changed);
    await page.getByText(k.unsaved, { exact: true }).waitFor();
    await knowledge.save();
    await knowledge.reply.getByText(changed).waitFor();

    // What is not saved waits where it was left.
    await knowledge.field('answer').fill(`${changed} …`);
    await page.getByRole('navigation', { name: 'weikeyi' }).getByRole('link', { name: words.conversations }).click();
    await page.goBack();
    await knowledge.row(question).getByText(k.unsavedMark, { exact: true }).waitFor();
    assert.equal(await knowledge.field('answer').inputValue(), `${changed} …`);
    await page.getByRole('button', { name: k.discard }).click();
    assert.equal(await knowledge.field('answer').inputValue(), changed);

    // Switched off it is not found any more.
    await page.getByRole('switch', { name: k.inUse }).click();
    await knowledge.save();
    await knowledge.row(question).getByText(k.off, { exact: true }).waitFor();
    await eventually(async () => (await knowledge.reply.getByText(changed).count()) === 0, 'the bench no longer answers with it');

    // A person asked for is a person.
    await knowledge.ask(forPerson);
    await knowledge.bench.getByText(k.handsOver, { exact: true }).waitFor();

    await page.getByRole('button', { name: k.remove }).click();
    await page.getByRole('button', { name: k.removeSure }).click();
    await page.getByRole('heading', { name: k.choose }).waitFor();
    await knowledge.row(question).waitFor({ state: 'detached' });
    assert.equal((await entries(question)).length, 0);
    await goodbye(someone);
  });

  test(`the list shows one kind of entries, asked of the server, in ${language}`, async () => {
    const made = [];
    for (const [kind, rest] of [['FAQ', {}], ['ARTICLE', {}], ['FLOW', { body: '', steps: [{ id: 'a', say: { text: 'x' } }] }]]) {
      made.push(await administrator.post('/knowledge/entries', { kind: `KNOWLEDGE_KIND_${kind}`, title: `Kinds ${language} ${kind}`, body: 'x', ...rest }));
    }
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, 'knowledge');
    const knowledge = new Knowledge(page, k);
    await knowledge.list.getByRole('searchbox', { name: k.filter }).fill(`Kinds ${language}`);
    await eventually(async () => (await knowledge.row(`Kinds ${language}`).count()) === 3, 'all three are there');
    const asked = page.waitForRequest((request) => request.url().includes('/knowledge/entries?') && request.url().includes('kind=article'));
    await knowledge.list.getByText(k.kindArticle, { exact: true }).click();
    await asked;
    await eventually(async () => (await knowledge.row(`Kinds ${language}`).count()) === 1, 'one is left');
    await knowledge.row(`Kinds ${language} ARTICLE`).waitFor();
    // It stays in the address; what is no kind there is none.
    await page.reload();
    await knowledge.row(`Kinds ${language} ARTICLE`).waitFor();
    assert.equal(await knowledge.row(`Kinds ${language}`).count(), 1);
    await page.goto(page.url().replace('kind=article', 'kind=KNOWLEDGE_KIND_FAQ'));
    await eventually(async () => (await knowledge.row(`Kinds ${language}`).count()) === 3, 'all three again');
    await goodbye(someone);
    for (const { id } of made) await administrator.ok('DELETE', `/knowledge/entries/${id}`);
  });

  test(`many questions are imported, and what cannot be taken is told, in ${language}`, async () => {
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, 'knowledge');
    const knowledge = new Knowledge(page, k);
    await knowledge.list.getByRole('link', { name: k.import }).click();
    const mark = `${language}-import`;
    await page.getByRole('textbox', { name: k.table }).fill(`question,answer,phrasings\n${mark} 一,"Yes, ""really""",${mark} uno|${mark} eins\n${mark} 二,No\n${mark} no answer\n`);
    await page.getByText(k.found(2)).waitFor();
    await page.getByText(k.noAnswer, { exact: true }).waitFor();
    await picture(page, `knowledge-import-${language.toLowerCase()}`);
    await page.getByRole('button', { name: k.go(2) }).click();
    await page.getByText(k.added(2)).waitFor();
    await knowledge.list.getByRole('searchbox', { name: k.filter }).fill(mark);
    await knowledge.row(`${mark} 一`).waitFor();
    const [second, first] = await entries(mark);
    assert.deepEqual([first.title, first.body, first.phrasings, second.title], [`${mark} 一`, 'Yes, "really"', [`${mark} uno`, `${mark} eins`], `${mark} 二`]);
    await knowledge.list.getByRole('searchbox', { name: k.filter }).fill('xyzzy nothing');
    await page.getByText(k.none).waitFor();

    // A file as spreadsheets in China save it: GB 18030, semicolons.
    await page.locator('input[type=file]').setInputFiles({ name: 'faq.csv', mimeType: 'text/csv', buffer: Buffer.from([0xcd, 0xcb, 0xbb, 0xf5, 0x3b, 0xbf, 0xc9, 0xd2, 0xd4]) });
    await page.getByText(k.found(1)).waitFor();
    assert.equal(await page.getByRole('textbox', { name: k.table }).inputValue(), '退货;可以');
    await goodbye(someone);
  });

  test(`files are dropped and become articles, and what cannot be read says why, in ${language}`, async () => {
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, 'knowledge');
    const knowledge = new Knowledge(page, k);
    await knowledge.list.getByRole('link', { name: k.documents, exact: true }).click();
    const mark = `${language} umbrella`;
    const files = [
      [`${mark} care.md`, Buffer.from('# Umbrellas\n\n## Drying\n\nLet an umbrella dry open in the shade.\n')],
      [`${mark} warranty.docx`, docx([{ heading: 'Warranty of umbrellas', level: 1 }, 'Three years on the frame of an umbrella.'])],
      [`${mark} locked.pdf`, pdf(['secret'], { password: 'user' })],
      [`${mark} scan.pdf`, pdf([])],
      [`${mark}.png`, Buffer.from('x')],
      [`${mark} handles.pdf`, pdf(['Handles of an umbrella are made of ash.'])],
    ];
    const transfer = await page.evaluateHandle((given) => {
      const data = new DataTransfer();
      for (const [name, bytes] of given) data.items.add(new File([Uint8Array.from(bytes)], name));
      return data;
    }, files.map(([name, bytes]) => [name, [...bytes]]));
    const zone = page.locator('.drop-zone');
    await zone.dispatchEvent('dragover', { dataTransfer: transfer });
    await page.locator('.drop-zone.over').waitFor();
    await zone.dispatchEvent('drop', { dataTransfer: transfer });
    const list = page.getByRole('list', { name: k.documentsList });
    await page.getByText(k.documentsDone(3, 6)).waitFor({ state: 'attached' });
    const told = async (name, why) => list.getByRole('listitem').filter({ hasText: name }).getByText(why).waitFor();
    await told(`${mark} locked.pdf`, k.documentLocked);
    await told(`${mark} scan.pdf`, k.documentNoText);
    await told(`${mark}.png`, k.documentUnknown);
    await picture(page, `knowledge-documents-${language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, 'documents'), []);
    assert.deepEqual((await entries(mark)).map((entry) => entry.title).sort(), [`${mark} care`, `${mark} handles`, `${mark} warranty`]);

    // Chosen instead of dropped; what it says is found at once.
    await page.locator('input[type=file][multiple]').setInputFiles({ name: `${mark} colours.txt`, mimeType: 'text/plain', buffer: Buffer.from('An umbrella comes in teal.\n') });
    await page.getByText(k.documentsDone(4, 7)).waitFor({ state: 'attached' });
    await knowledge.ask('in which colours does an umbrella come');
    await knowledge.bench.getByRole('link', { name: `${mark} colours` }).first().waitFor();
    await list.getByRole('link', { name: `${mark} care` }).click();
    await page.getByRole('form').waitFor();
    assert.equal(await knowledge.field('title').inputValue(), `${mark} care`);
    assert.match(await knowledge.field('article').inputValue(), /^# Umbrellas\n\n## Drying/);
    for (const entry of await entries(mark)) await administrator.ok('DELETE', `/knowledge/entries/${entry.id}`);
    await goodbye(someone);
  });

  test(`an ordinary agent reads and tries, and cannot change anything, in ${language}`, async () => {
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[1], words, 'knowledge');
    const knowledge = new Knowledge(page, k);
    await knowledge.list.getByRole('searchbox', { name: k.filter }).fill('怎么申请退货');
    await knowledge.row('怎么申请退货？').getByRole('link').click();
    await page.getByRole('article', { name: '怎么申请退货？' }).getByText('签收后 7 天内').waitFor();
    await knowledge.ask('退货流程是什么');
    await knowledge.reply.getByText('签收后 7 天内').waitFor();
    for (const name of [k.add, k.import, k.documents, k.save, k.remove]) assert.equal(await page.getByRole('button', { name, exact: true }).or(page.getByRole('link', { name, exact: true })).count(), 0, name);
    await picture(page, `knowledge-agent-${language.toLowerCase()}`);
    for (const path of ['new', 'import', 'documents']) {
      await page.goto(`${server.url}/console/knowledge/${path}`);
      await page.getByRole('heading', { name: k.choose }).waitFor();
      assert.equal(await page.getByRole('form').count(), 0);
    }
    const lin = await demoAgent(server, 1);
    const [entry] = await entries('怎么申请退货');
    assert.equal((await lin.call('PUT', `/knowledge/entries/${entry.id}`, { body: entry })).status, 403);
    assert.equal((await lin.call('DELETE', `/knowledge/entries/${entry.id}`)).status, 403);
    await goodbye(someone);
  });
}

test('what an entry holds is text wherever it is shown', async () => {
  const attack = (place) => `${place}'"><img src=x onerror="alert('${place}')"><svg/onload=alert(1)>`;
  const entry = await administrator.post('/knowledge/entries', { kind: 'KNOWLEDGE_KIND_FAQ', title: attack('title'), phrasings: [attack('phrasing')], body: `${attack('body')} javascript:alert(2)`, url: `https://shop.example/"><img src=x onerror=alert(3)>` });
  for (const login of server.demo.agents) {
    const someone = await person(browser);
    const { page } = await openConsole(server, someone, login, english, `knowledge/${entry.id}`);
    const knowledge = new Knowledge(page, knowledgeEnglish);
    await page.getByRole('heading', { name: attack('title') }).waitFor();
    await knowledge.ask(attack('phrasing'));
    await knowledge.reply.getByText(attack('body')).waitFor();
    assert.equal(await page.locator('img[src="x"], [onerror], [onload], a[href^="javascript" i]').count(), 0);
    await goodbye(someone);
  }
  await administrator.ok('DELETE', `/knowledge/entries/${entry.id}`);
});

test('its pages have no serious finding of axe-core, and are no wider than a telephone', async () => {
  const [entry] = await entries('Shipping abroad');
  for (const [dark, viewport] of [[false, undefined], [true, undefined], [true, phone]]) {
    const someone = await person(browser, { dark, locale: dark ? 'zh-CN' : 'en-US', ...(viewport && { viewport, touch: true }) });
    const k = dark ? knowledgeChinese : knowledgeEnglish;
    const { page } = await openConsole(server, someone, server.demo.agents[0], dark ? chinese : english, 'knowledge');
    const knowledge = new Knowledge(page, k);
    const look = `${dark ? 'dark' : 'light'}${viewport ? '-phone' : ''}`;
    const found = [];
    for (const path of ['', `/${entry.id}`, '/new', '/import', '/documents', '/try']) {
      await page.goto(`${server.url}/console/knowledge${path}`);
      await page.waitForLoadState('networkidle');
      if (path !== '' || !viewport) {
        await knowledge.ask('How long does delivery take?');
        await knowledge.reply.getByText('Two to four working days').waitFor();
      }
      await picture(page, `look-knowledge${path.replace(/\/(\d+)?/, '-').replace(/-$/, path === '' ? '' : '-entry')}-${look}`);
      found.push(...(await findingsOf(page, `knowledge${path} ${look}`)));
      await noWider(page, `knowledge${path} ${look}`);
    }
    assert.deepEqual(found, []);
    await goodbye(someone);
  }
});
