// What the AI agent's knowledge does for people: replies suggested in the thread, questions it lacks, and how it does by day.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { demoAgent, eventually, say, visitor } from '../e2e/lib/people.mjs';
import { findingsOf } from './lib/axe.mjs';
import { goodbye, launch, person, phone, picture } from './lib/browser.mjs';
import { chinese, english, openConsole } from './lib/console.mjs';
import { Knowledge, knowledgeChinese, knowledgeEnglish } from './lib/knowledge.mjs';
import { openWidget } from './lib/widget.mjs';

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

const site = async () => (await administrator.get('/sites')).sites.find((one) => one.key === 'demo').id;
const bot = async (enabled) => administrator.ok('PATCH', `/sites/${await site()}`, { bot: { enabled } });
const noWider = (page, what) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth).then((over) => assert.ok(over <= 0, `${what}: ${over} px wider than the window`));
const byBot = (event) => event.message && event.actor.kind === 'ACTOR_KIND_BOT';
async function ask(one, text) {
  const said = one.connection.events().filter(byBot).length;
  await say(one.connection, one.conversationId, text);
  await eventually(() => one.connection.events().filter(byBot).length > said, `an answer to ${text}`);
}

const languages = [
  { language: 'English', words: english, k: knowledgeEnglish, locale: 'en-US', suggested: 'Suggested replies', sure: 'fits well', question: 'How do I return something?', answer: 'Within 30 days of delivery' },
  { language: 'Chinese', words: chinese, k: knowledgeChinese, locale: 'zh-CN', suggested: '推荐回复', sure: '很匹配', question: '怎么申请退货？', answer: '签收后 7 天内' },
];

for (const { language, words, locale, suggested, sure, question, answer } of languages) {
  test(`replies are suggested, put into the composer by a click or a key, and sent by the agent alone, in ${language}`, async () => {
    await bot(false);
    const customer = await person(browser, { locale });
    const widget = await openWidget(server, customer, { chinese: locale === 'zh-CN' });
    await widget.write(question);
    const someone = await person(browser, { locale });
    const desk = await openConsole(server, someone, server.demo.agents[1], words);
    await desk.show('queue');
    await desk.open(question);
    const { page } = desk;
    const offered = page.getByRole('region', { name: suggested });
    const first = offered.getByRole('listitem').first().getByRole('button');
    await first.getByText(answer).waitFor();
    await first.getByText(sure).waitFor();
    await picture(page, `suggestions-${language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, 'suggestions'), []);
    await first.click();
    assert.match(await desk.box('reply').inputValue(), new RegExp(answer));
    assert.ok(await desk.box('reply').evaluate((box) => box === document.activeElement), 'one goes on writing');

    // A key puts it behind what was written; while a note is written it is still a reply.
    await desk.box('reply').fill('Hello 您好');
    await page.locator('.composer').getByText(words.note, { exact: true }).click();
    await desk.box('note').fill('a note');
    await page.keyboard.press('Alt+1');
    await desk.box('reply').waitFor();
    assert.match(await desk.box('reply').inputValue(), new RegExp(`^Hello 您好\\n${answer}`));
    assert.equal(await desk.bubble(answer).count(), 0, 'nothing is sent by itself');

    // Folded away it stays folded, for the next conversation too.
    await offered.getByRole('button', { name: suggested }).click();
    assert.equal(await offered.getByRole('listitem').count(), 0);
    await page.reload();
    await offered.getByRole('button', { name: suggested }).click();
    await first.waitFor();

    await desk.box('reply').press('Enter');
    await widget.bubble(answer).waitFor();
    await offered.waitFor({ state: 'detached' });
    await page.setViewportSize(phone);
    await widget.write(question);
    await first.waitFor();
    await picture(page, `suggestions-phone-${language.toLowerCase()}`);
    await noWider(page, 'suggestions');
    await goodbye(customer, someone);
  });
}

const gapWords = {
  English: { gaps: 'Unanswered questions', write: 'Write the answer', examples: 'Conversations', ask: ['Can I rent a boat for the weekend?', 'renting a boat for a weekend'], reply: 'Yes, at the pier.', other: 'Do you repair umbrellas?', by: /went to people/ },
  Chinese: { gaps: '未解答的问题', write: '写答案', examples: '相关会话', ask: ['周末可以租游船吗', '游船周末怎么租'], reply: '可以，在码头办理。', other: '雨伞坏了能修吗', by: /转给人工/ },
};

for (const { language, words, k, locale } of languages) {
  test(`what nobody could answer becomes an entry with one press, in ${language}`, async () => {
    await bot(true);
    const { gaps, write, examples, ask: asked, reply, other, by } = gapWords[language];
    const people = [await visitor(server), await visitor(server)];
    for (const text of asked) await ask(people[0], text);
    await ask(people[1], other);
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, 'knowledge');
    const knowledge = new Knowledge(page, k);
    await knowledge.list.getByRole('link', { name: gaps, exact: true }).click();
    const gap = page.getByRole('region', { name: gaps }).getByRole('listitem').filter({ has: page.getByRole('heading', { name: new RegExp(asked.join('|').replaceAll('?', '\\?')) }) });
    await gap.getByText(by).waitFor();
    await gap.getByText('2×').waitFor();
    await gap.getByText(examples, { exact: true }).click();
    const link = gap.getByRole('link').first();
    assert.match(await link.getAttribute('href'), new RegExp(`^/console/c/${people[0].conversationId}\\?seq=\\d+$`));
    await picture(page, `gaps-${language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, 'gaps'), []);
    await gap.getByRole('button', { name: write }).click();
    assert.ok(asked.includes(await knowledge.field('question').inputValue()));
    assert.ok(asked.includes(await knowledge.field(k.way(1)).inputValue()));
    // With it half written, no other one is begun over it.
    await page.goBack();
    await page.getByRole('region', { name: gaps }).getByRole('link', { name: language === 'English' ? 'New entry' : '新条目' }).click();
    await knowledge.field('answer').fill(reply);
    await knowledge.save();
    await knowledge.ask(asked[1]);
    await knowledge.reply.getByText(reply).waitFor();
    await knowledge.list.getByRole('link', { name: gaps, exact: true }).click();
    await page.getByRole('region', { name: gaps }).getByRole('heading', { name: other }).waitFor();
    // What is answered by now is no gap. The list that was shown before stands there until the new one has come.
    await gap.waitFor({ state: 'detached' });
    // Where it was asked one click away, at the message.
    await page.goto(`${server.url}${await page.evaluate((id) => `/console/c/${id}?seq=3`, people[0].conversationId)}`);
    await page.getByRole('log').getByText(asked[0]).first().waitFor();
    await goodbye(someone);
    for (const { connection } of people) await connection.close();
  });
}

const reportWords = {
  English: { tab: 'AI agent', alone: 'Answered alone', table: 'Day by day', chart: 'What became of them', from: 'From', seven: '7 days', all: 'All', nothing: 'The AI agent had no conversation in this time', reasons: 'Why it handed over' },
  Chinese: { tab: 'AI 客服', alone: '独立解答', table: '每日数据', chart: '会话结果', from: '从', seven: '7 天', all: '合计', nothing: '这段时间 AI 客服没有接待会话', reasons: '转交原因' },
};

for (const { language, words, locale, question } of languages) {
  test(`how the AI agent does is shown by day, in ${language}`, async () => {
    await bot(true);
    const people = [await visitor(server), await visitor(server)];
    await ask(people[0], question);
    await ask(people[1], '转人工');
    const r = reportWords[language];
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, 'admin');
    await page.getByRole('tab', { name: r.tab }).click();
    const table = page.getByRole('region', { name: r.table });
    const cells = async () => (await table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: r.all, exact: true }) }).getByRole('cell').allTextContents());
    await table.waitFor();
    const { total } = await administrator.get('/bot/performance');
    const [began, alone] = await cells();
    assert.deepEqual([Number(began), Number(alone)], [total.began, total.answeredAlone]);
    assert.equal(await table.getByRole('row').count(), 30 + 2);
    await page.getByRole('region', { name: r.chart }).locator('svg path.recharts-rectangle').first().waitFor();
    await page.getByRole('region', { name: r.reasons }).getByRole('listitem').first().waitFor();
    await picture(page, `bot-report-${language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, 'how the AI agent does'), []);

    // The range is in the address: it can be handed on.
    await page.getByRole('link', { name: r.seven, exact: true }).click();
    await eventually(async () => (await table.getByRole('row').count()) === 7 + 2, 'a week');
    assert.match(page.url(), /from=\d{4}-\d{2}-\d{2}/);
    await page.reload();
    await eventually(async () => (await table.getByRole('row').count()) === 7 + 2, 'the same week');
    await page.goto(`${server.url}/console/admin/ai?from=2020-01-01&to=2020-01-31&site=${await site()}`);
    await page.getByText(r.nothing).waitFor();
    await goodbye(someone);
    for (const { connection } of people) await connection.close();
  });
}

test('reports and gaps are dark where that is wanted, fit a telephone, and are not an agent’s', async () => {
  for (const viewport of [undefined, phone]) {
    const someone = await person(browser, { dark: true, locale: 'zh-CN', ...(viewport && { viewport, touch: true }) });
    const { page } = await openConsole(server, someone, server.demo.agents[0], chinese, 'admin/ai');
    await page.locator('svg path.recharts-rectangle').first().waitFor();
    await picture(page, `look-bot-report-dark${viewport ? '-phone' : ''}`);
    const found = await findingsOf(page, 'report');
    await noWider(page, 'report');
    await page.goto(`${server.url}/console/knowledge/gaps`);
    await page.getByRole('button', { name: '写答案' }).first().waitFor();
    await picture(page, `look-gaps-dark${viewport ? '-phone' : ''}`);
    found.push(...(await findingsOf(page, 'gaps')));
    await noWider(page, 'gaps');
    assert.deepEqual(found, []);
    await goodbye(someone);
  }
  const someone = await person(browser);
  const { page } = await openConsole(server, someone, server.demo.agents[1], english, 'admin/ai');
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(await page.getByRole('tab').count(), 0);
  await page.goto(`${server.url}/console/knowledge/gaps`);
  await page.getByRole('heading', { name: knowledgeEnglish.choose }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Unanswered questions' }).count(), 0);
  await goodbye(someone);
});
