// Business hours of a site: a week typed in the console, seen as a picture, and what a visitor then reads.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { demoAgent } from '../e2e/lib/people.mjs';
import { findingsOf } from './lib/axe.mjs';
import { goodbye, launch, person, phone, picture } from './lib/browser.mjs';
import { chinese, english, openConsole } from './lib/console.mjs';
import { adminChinese, adminEnglish } from './lib/admin.mjs';

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

const hoursEnglish = {
  section: 'Business hours', always: 'Always open', zone: 'Time zone', monday: 'Monday', sunday: 'Sunday', add: 'Add', from: 'Monday, from (1)', to: (place) => `Monday, to (${place})`, from2: 'Monday, from (2)', remove: 'Remove hours 2 of Monday', overlap: /Overlaps/,
  likeMonday: 'Monday’s hours for Tuesday to Friday', closed: /^Closed days/, addDay: 'Add day', day: 'Remove Fri, Dec 25, 2026', now: /^(Open now|Closed now)/, never: /^Closed, and no opening/, offline: /We are back/,
};
const hoursChinese = {
  section: '营业时间', always: '全天营业', zone: '时区', monday: '星期一', sunday: '星期日', add: '添加', from: '星期一，开始（1）', to: (place) => `星期一，结束（${place}）`, from2: '星期一，开始（2）', remove: '删除星期一的第 2 段时间', overlap: /重叠/,
  likeMonday: '周二至周五与周一相同', closed: /^休息日/, addDay: '添加日期', day: /^删除 2026年12月25日/, now: /^(营业中|现在不营业)/, never: /^不营业/, offline: /我们将于/,
};

for (const [language, words, w, h, locale] of [
  ['English', english, adminEnglish, hoursEnglish, 'en-US'],
  ['Chinese', chinese, adminChinese, hoursChinese, 'zh-CN'],
]) {
  test(`a week of hours is typed by keyboard, checked, saved and shown again, in ${language}`, async () => {
    const made = await administrator.post('/sites', { name: `Hours ${language}` });
    const site = async () => (await administrator.get('/sites')).sites.find((one) => one.id === made.id);
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, `admin/sites/${made.id}`);
    const section = page.getByRole('region', { name: h.section });
    const save = page.getByRole('button', { name: w.save, exact: true });
    const always = section.getByRole('switch', { name: h.always });
    assert.ok(await always.isChecked(), 'a site begins without hours');
    await always.press('Space');
    // Nine to six on working days, where the browser is.
    const zone = section.getByRole('combobox', { name: h.zone }).or(section.getByRole('textbox', { name: h.zone })).first();
    assert.equal(await zone.inputValue(), 'Asia/Shanghai');
    await section.getByRole('status').getByText(h.now).waitFor();
    const monday = section.getByRole('group', { name: h.monday });
    assert.equal(await monday.getByLabel(h.from, { exact: true }).inputValue(), '09:00');
    await monday.getByLabel(h.to(1), { exact: true }).fill('12:00');
    await monday.getByRole('button', { name: h.add }).press('Enter');
    await monday.getByLabel(h.from2, { exact: true }).fill('11:00');
    await section.getByText(h.overlap).waitFor();
    assert.equal(await save.isEnabled(), false, 'what overlaps is not sent');
    await monday.getByLabel(h.from2, { exact: true }).fill('13:00');
    await monday.getByLabel(h.to(2), { exact: true }).fill('00:00');
    await section.getByText(h.overlap).waitFor({ state: 'detached' });
    await section.getByRole('button', { name: h.likeMonday }).click();
    await zone.fill('Berlin');
    await page.getByRole('option', { name: 'Europe/Berlin' }).click();
    await section.getByLabel(h.closed).and(page.locator('input')).fill('2026-12-25');
    await section.getByLabel(h.closed).and(page.locator('input')).press('Enter');
    await section.getByRole('button', { name: h.day }).waitFor();
    await section.scrollIntoViewIfNeeded();
    await monday.scrollIntoViewIfNeeded();
    await picture(page, `admin-hours-${language.toLowerCase()}`);
    const findings = await findingsOf(page, `hours ${language}`);
    await save.click();
    await page.getByText(w.saved, { exact: true }).waitFor();
    const { hours } = await site();
    assert.equal(hours.timeZone, 'Europe/Berlin');
    assert.deepEqual(hours.closedDays, ['2026-12-25']);
    const day = (weekday) => [{ weekday, fromMinute: 540, toMinute: 720 }, { weekday, fromMinute: 780, toMinute: 1440 }];
    assert.deepEqual(hours.weekly, [1, 2, 3, 4, 5].flatMap(day));

    // On a telephone, in the dark: nothing sticks out, and what was saved is there.
    const outside = await person(browser, { locale, viewport: phone, touch: true, dark: true });
    const small = (await openConsole(server, outside, server.demo.agents[0], words, `admin/sites/${made.id}`)).page;
    const there = small.getByRole('region', { name: h.section });
    await there.getByRole('group', { name: h.monday }).scrollIntoViewIfNeeded();
    assert.equal(await there.getByLabel(h.to(2), { exact: true }).inputValue(), '00:00');
    const width = await small.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= phone.width, `${width} px wide`);
    await picture(small, `admin-hours-phone-dark-${language.toLowerCase()}`);
    findings.push(...(await findingsOf(small, `hours on a telephone ${language}`)));

    // Every interval taken away: a visitor reads that nobody is there, and is promised no time.
    for (const weekday of [1, 2, 3, 4, 5]) {
      const group = section.getByRole('group').nth(weekday - 1);
      for (let left = 2; left > 0; --left) await group.getByRole('button').first().click();
    }
    await section.getByRole('status').getByText(h.never).waitFor();
    await save.click();
    await page.getByText(w.saved, { exact: true }).waitFor();
    assert.deepEqual((await site()).hours.weekly, []);

    // And back to always.
    await always.press('Space');
    await save.click();
    await page.getByText(w.saved, { exact: true }).waitFor();
    assert.equal((await site()).hours, undefined);
    assert.deepEqual(findings, []);
    await goodbye(someone, outside);
  });

  test(`outside hours the widget says that nobody is there, and when people are back, in ${language}`, async () => {
    const made = await administrator.post('/sites', { name: `Closed ${language}` });
    const weekday = ((new Date().getUTCDay() + 6 + 3) % 7) + 1;
    await administrator.ok('PATCH', `/sites/${made.id}`, { hours: { timeZone: 'Etc/UTC', weekly: [{ weekday, fromMinute: 540, toMinute: 1080 }] } });
    // An agent is there all the same: it is the hours that count.
    const desk = await person(browser, { locale });
    await openConsole(server, desk, server.demo.agents[0], words);
    const visitor = await person(browser, { locale });
    const chat = await visitor.page();
    await chat.goto(`${server.url}/chat/${made.key}`);
    const line = chat.getByText(h.offline).first();
    await line.waitFor();
    assert.match(await line.innerText(), locale === 'zh-CN' ? /我们将于星期. 09:00（.+）回来。/ : /We are back on \w+day at 09:00 \(.+\)\./);
    await picture(chat, `widget-closed-${language.toLowerCase()}`);
    await goodbye(visitor, desk);
  });
}
