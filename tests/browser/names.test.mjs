// A site's own names: lists written, pasted, read out of a file, searched and removed; told apart where they clash.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { demoAgent, eventually } from '../e2e/lib/people.mjs';
import { findingsOf } from './lib/axe.mjs';
import { goodbye, launch, person, phone, picture } from './lib/browser.mjs';
import { chinese, english, openConsole } from './lib/console.mjs';
import { adminChinese, adminEnglish } from './lib/admin.mjs';

let server;
let browser;
let administrator;

before(async () => {
  [server, browser] = await Promise.all([Server.start({ args: ['--demo-bot'] }), launch()]);
  administrator = await demoAgent(server);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const namesEnglish = {
  section: 'Names of your own', addList: 'Add a list', listName: 'Name of the list', form: /^1 to 40 letters/, add: 'Add names', go: (count) => `Add (${count})`, would: /^New names: 2 · /, added: /^Added: 2 · /, wrongLines: 'Lines that cannot be taken: 1',
  file: 'Choose a CSV file', change: (name) => `Change ${name}`, name: 'Name', others: 'Other spellings', empty: 'The name is empty.', counts: /^3 of at most 2000 names in 1 lists/, head: /^product 3 names/, find: 'Find a name', none: /^None of its names/,
  more: 'Show 13 more of 63', clash: '“LP-200” stands for Lamp Pro (product) and Plan 200 (plan): a flow recognises that of its list; everywhere else the first one is.', remove: 'Remove list', list: (name) => `List ${name}`,
};
const namesChinese = {
  section: '自有名称', addList: '添加名单', listName: '名单的代号', form: /^1 到 40 个英文字母/, add: '添加名称', go: (count) => `添加（${count}）`, would: /^新名称：2 · /, added: /^已添加：2 · /, wrongLines: '无法采用的行：1',
  file: '选择 CSV 文件', change: (name) => `修改 ${name}`, name: '名称', others: '其他写法', empty: '名称不能为空。', counts: /^1 个名单，共 3 个名称（最多 2000 个）/, head: /^product 3 个名称/, find: '查找名称', none: '没有符合的名称。',
  more: '再显示 13 个（共 63 个）', clash: '“LP-200”对应Lamp Pro（product）和Plan 200（plan）：流程按所询问的名单识别，其他情况识别为第一个。', remove: '移除名单', list: (name) => `名单 ${name}`,
};

// What spreadsheets in China save: 台灯,桌灯 in GB 18030.
const sheet = { name: 'names.csv', mimeType: 'text/csv', buffer: Buffer.from([0xcc, 0xa8, 0xb5, 0xc6, 0x2c, 0xd7, 0xc0, 0xb5, 0xc6, 0x0a]) };

for (const [language, words, w, n, locale] of [
  ['English', english, adminEnglish, namesEnglish, 'en-US'],
  ['Chinese', chinese, adminChinese, namesChinese, 'zh-CN'],
]) {
  test(`names are written by the keyboard, pasted and imported, in ${language}`, async () => {
    const made = await administrator.post('/sites', { name: `Names ${language}` });
    const stored = async () => (await administrator.get('/sites')).sites.find((one) => one.id === made.id).bot?.nameLists ?? [];
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, `admin/sites/${made.id}`);
    const section = page.getByRole('region', { name: n.section });
    const save = page.getByRole('button', { name: w.save, exact: true });
    const list = section.getByRole('group', { name: n.list('product') });
    const focused = (locator) => locator.evaluate((one) => one === document.activeElement);
    const row = (name) => section.getByRole('button', { name: n.change(name) });
    const found = [];

    await section.getByRole('button', { name: n.addList }).press('Enter');
    const listName = section.getByRole('textbox', { name: n.listName });
    await eventually(() => focused(listName), 'the focus is on the new list');
    await page.keyboard.insertText('my list');
    await section.getByText(n.form).waitFor();
    assert.equal(await save.isEnabled(), false, 'what is no name of a list is not sent');
    await listName.fill('product');
    await listName.press('Enter');
    assert.deepEqual(await stored(), [], 'Enter in a field does not save the site');

    // Commas of both kinds; what cannot be taken stays in the field.
    const field = list.getByRole('textbox', { name: n.add });
    await field.fill('Lamp Pro, big lamp，LP-200\nLamp Mini, small lamp\n, no name');
    await list.getByText(n.would).waitFor();
    await list.getByText(n.wrongLines).waitFor();
    await field.press('Control+Enter');
    await list.getByText(n.added).waitFor();
    assert.equal(await field.inputValue(), ',no name');
    await row('Lamp Pro').waitFor();
    await list.locator('input[type=file]').setInputFiles(sheet);
    await eventually(async () => (await field.inputValue()).trim() === '台灯,桌灯', 'the file is in the field');
    await list.getByRole('button', { name: n.go(1) }).press('Enter');
    await row('台灯').waitFor();
    await section.getByText(n.counts).waitFor();

    // One name changed: empty it is not sent; Enter closes it and leaves the focus on it.
    await row('Lamp Mini').press('Enter');
    const name = list.getByRole('textbox', { name: n.name, exact: true });
    await eventually(() => focused(name), 'the focus is on its name');
    await name.fill(' ');
    await list.getByText(n.empty).waitFor();
    assert.equal(await save.isEnabled(), false, 'an empty name is not sent');
    await name.fill('Lamp Nano');
    const others = list.getByLabel(n.others).and(page.locator('input')).first();
    await others.fill('tiny lamp');
    await others.press('Enter');
    await picture(page, `names-changed-${language.toLowerCase()}`);
    found.push(...(await findingsOf(page, `a name that is changed ${language}`)));
    await name.press('Enter');
    await eventually(() => focused(row('Lamp Nano')), 'the focus is on what was changed');
    await save.click();
    await page.getByText(w.saved, { exact: true }).waitFor();
    const product = [
      { name: 'Lamp Pro', otherNames: ['big lamp', 'LP-200'] },
      { name: 'Lamp Nano', otherNames: ['small lamp', 'tiny lamp'] },
      { name: '台灯', otherNames: ['桌灯'] },
    ];
    assert.deepEqual(await stored(), [{ name: 'product', names: product }]);

    // Opened again: many names are found by any spelling, and shown some at a time.
    await page.reload();
    await section.getByRole('button', { name: n.head }).click();
    assert.equal(await section.getByRole('searchbox').count(), 0, 'three names are seen at a glance');
    await field.fill(Array.from({ length: 60 }, (_, at) => `Chair ${at}, seat ${at}`).join('\n'));
    await field.press('Control+Enter');
    const names = list.getByRole('list').getByRole('button');
    await eventually(async () => (await names.count()) === 50, 'fifty of them are shown');
    await list.getByRole('button', { name: n.more }).click();
    await eventually(async () => (await names.count()) === 63, 'all of them are shown');
    await section.getByRole('searchbox', { name: n.find }).fill('SEAT 59');
    await eventually(async () => (await names.count()) === 1, 'found by another spelling');
    await row('Chair 59').waitFor();
    await section.getByRole('searchbox', { name: n.find }).fill('sofa');
    await list.getByText(n.none).waitFor();
    await section.getByRole('searchbox', { name: n.find }).fill('');

    // The same spelling in another list is told before anybody saves it.
    await section.getByRole('button', { name: n.addList }).click();
    await section.getByRole('textbox', { name: n.listName }).fill('plan');
    const plan = section.getByRole('group', { name: n.list('plan') });
    await plan.getByRole('textbox', { name: n.add }).fill('Plan 200, lp-200');
    await plan.getByRole('textbox', { name: n.add }).press('Control+Enter');
    await section.getByText(n.clash).waitFor();
    await picture(page, `names-clash-${language.toLowerCase()}`);
    await save.click();
    await page.getByText(w.saved, { exact: true }).waitFor();
    assert.deepEqual((await stored()).map((one) => [one.name, one.names.length]), [['product', 63], ['plan', 1]]);

    // On a telephone, in the dark: nothing sticks out.
    const outside = await person(browser, { locale, viewport: phone, touch: true, dark: true });
    const small = (await openConsole(server, outside, server.demo.agents[0], words, `admin/sites/${made.id}`)).page;
    const there = small.getByRole('region', { name: n.section });
    await there.getByRole('button', { name: /^product/ }).click();
    await there.getByRole('button', { name: n.change('Lamp Nano') }).click();
    await there.getByRole('textbox', { name: n.name, exact: true }).scrollIntoViewIfNeeded();
    await picture(small, `names-phone-dark-${language.toLowerCase()}`);
    const width = await small.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= phone.width, `${width} px wide`);
    found.push(...(await findingsOf(small, `names on a telephone ${language}`)));

    // Removing asks twice, and nothing is lost before it is saved.
    await plan.getByRole('button', { name: n.remove }).click();
    await plan.getByRole('button', { name: w.sure }).click();
    await plan.waitFor({ state: 'detached' });
    assert.equal((await stored()).length, 2);
    await save.click();
    await page.getByText(w.saved, { exact: true }).waitFor();
    assert.deepEqual((await stored()).map((one) => one.name), ['product']);
    assert.deepEqual(found, []);
    await goodbye(someone, outside);
  });
}

for (const [language, words, w, n, t, locale] of [
  ['English', english, adminEnglish, namesEnglish, { tryIt: 'Try it', none: /^None of the names/, unsaved: 'What is not saved yet is not tried.', refused: /'phone' is recognised without a list/, bench: 'Try it out', asks: 'A visitor asks' }, 'en-US'],
  ['Chinese', chinese, adminChinese, namesChinese, { tryIt: '试一试', none: '没有认出任何名称。', unsaved: '尚未保存的内容不参与试用。', refused: /'phone' is recognised without a list/, bench: '试一试', asks: '访客提问' }, 'zh-CN'],
]) {
  test(`what is recognised is tried in a sentence and told by its list, in ${language}`, async () => {
    const made = await administrator.post('/sites', { name: `Recognised ${language}` });
    await administrator.ok('PATCH', `/sites/${made.id}`, { bot: { nameLists: [{ name: 'product', names: [{ name: 'Lamp Pro', otherNames: ['大台灯'] }, { name: 'Lamp Mini' }] }, { name: 'branch', names: [{ name: 'Lyon' }] }] } });
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, `admin/sites/${made.id}`);
    const section = page.getByRole('region', { name: n.section });
    const tried = section.getByRole('textbox', { name: t.tryIt });
    await tried.fill('你们 Lyon 的店有大台灯吗？');
    const hits = section.locator('.recognised li');
    await eventually(async () => (await hits.count()) === 2, 'two names are recognised');
    assert.deepEqual(await hits.locator('.recognised-kind').allInnerTexts(), ['branch', 'product']);
    assert.deepEqual(await hits.locator('.recognised-value').allInnerTexts(), ['Lyon', 'Lamp Pro']);
    await picture(page, `names-tried-${language.toLowerCase()}`);
    await tried.fill('Something else?');
    await section.getByText(t.none).waitFor();

    // What the server says of them stands where they are: on its way this list gets a name that it does not take.
    await section.getByRole('button', { name: /^product/ }).click();
    await section.getByRole('textbox', { name: n.listName }).fill('goods');
    await section.getByText(t.unsaved).waitFor();
    await page.route(`**/api/v1/sites/${made.id}`, (route) => route.continue({ postData: route.request().postData().replace('"goods"', '"phone"') }));
    await page.getByRole('button', { name: w.save, exact: true }).click();
    await section.getByRole('alert').getByText(t.refused).waitFor();
    await eventually(() => section.locator('.names-refused').evaluate((one) => one.getBoundingClientRect().top >= 0 && one.getBoundingClientRect().bottom <= innerHeight), 'it is brought into sight');
    await picture(page, `names-refused-${language.toLowerCase()}`);
    await page.unroute(`**/api/v1/sites/${made.id}`);
    await page.getByRole('button', { name: w.save, exact: true }).click();
    await page.getByText(w.saved, { exact: true }).waitFor();
    assert.equal(await section.locator('.names-refused').count(), 0);

    // The test bench of the knowledge tells them by their list too.
    await page.goto(`${server.url}/console/knowledge`);
    const bench = page.getByRole('complementary', { name: t.bench });
    await bench.getByRole('combobox').or(bench.locator('input[readonly]')).first().click();
    await page.getByRole('option', { name: `Recognised ${language}` }).click();
    await bench.getByRole('textbox', { name: t.asks }).fill('Is the lamp mini in Lyon?');
    await bench.getByRole('textbox', { name: t.asks }).press('Enter');
    const seen = bench.locator('.recognised li');
    await eventually(async () => (await seen.count()) === 2, 'the bench shows both');
    assert.deepEqual(await seen.locator('.recognised-kind').allInnerTexts(), ['goods', 'branch']);
    await picture(page, `names-bench-${language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, `names on the bench ${language}`), []);
    await goodbye(someone);
  });
}
