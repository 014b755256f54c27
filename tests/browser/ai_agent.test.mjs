// The AI agent between visitor and people, real browsers on both sides: switched on, it answers, hands over, and is taken over from.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { demoAgent, eventually } from '../e2e/lib/people.mjs';
import { findingsOf } from './lib/axe.mjs';
import { goodbye, launch, person, picture } from './lib/browser.mjs';
import { chinese, english, openConsole } from './lib/console.mjs';
import { knowledgeChinese, knowledgeEnglish } from './lib/knowledge.mjs';
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

const site = async () => (await administrator.get('/sites')).sites.find((one) => one.key === 'demo');

const languages = [
  { language: 'English', words: english, k: knowledgeEnglish, locale: 'en-US', ask: 'How do I return something?', answer: 'Within 30 days of delivery', source: 'https://shop.example/en/returns', choice: 'Talk to a person', name: 'Robin' },
  { language: 'Chinese', words: chinese, k: knowledgeChinese, locale: 'zh-CN', ask: '怎么申请退货？', answer: '签收后 7 天内', source: 'https://shop.example/cn/returns', choice: '转人工客服', name: '小唯' },
];

for (const { language, words, k, locale, ask, answer, source, choice, name } of languages) {
  test(`switched on for a site it answers a visitor, and brings a person when asked to, in ${language}`, async () => {
    await administrator.ok('PATCH', `/sites/${(await site()).id}`, { bot: {} });
    const boss = await person(browser, { locale });
    const { page } = await openConsole(server, boss, server.demo.agents[0], words, `admin/sites/${(await site()).id}`);
    const settings = page.getByRole('region', { name: k.aiAgent, exact: true });
    await settings.getByRole('switch', { name: k.botSwitch }).click();
    await settings.getByRole('textbox', { name: k.botName }).fill(name);
    const word = settings.getByLabel(k.botWords).and(page.locator('input')).first();
    await word.fill('投诉');
    await word.press('Enter');
    const sure = settings.getByRole('slider', { name: k.botSure });
    await sure.focus();
    await sure.press('ArrowRight');
    await settings.getByRole('button', { name: k.botDefault }).waitFor();
    await sure.press('ArrowLeft');
    await settings.getByRole('button', { name: k.botDefault }).click();
    await picture(page, `ai-agent-settings-${language.toLowerCase()}`);
    await page.getByRole('button', { name: words.save, exact: true }).click();
    await eventually(async () => (await site()).bot?.enabled === true, 'it is switched on');
    const { bot } = await site();
    assert.deepEqual([bot.name, bot.handoverWords, bot.confidenceToAnswerPermille ?? 0], [name, ['投诉'], 0], 'the default stays the default');

    const visitor = await person(browser, { locale });
    const widget = await openWidget(server, visitor, { chinese: locale === 'zh-CN' });
    await widget.write(ask);
    await widget.bubble(answer).waitFor();
    await widget.log.getByText(name).first().waitFor();
    assert.equal(await widget.log.locator(`a[href="${source}"]`).count(), 1);
    const offered = widget.log.getByRole('button', { name: choice, exact: true });
    await offered.waitFor();
    await picture(widget.page, `ai-agent-widget-${language.toLowerCase()}`);

    // For the agents it is the AI agent's, and says why.
    const colleague = await person(browser, { locale });
    const desk = await openConsole(server, colleague, server.demo.agents[1], words);
    await desk.show('bot');
    const row = desk.list.getByRole('link').filter({ hasText: answer });
    await row.getByText(k.aiAgent).waitFor();
    await desk.open(answer);
    await desk.bubble(answer).waitFor();
    const thread = desk.page.getByRole('log');
    await thread.getByText(k.first).waitFor();
    await thread.getByText(k.mark, { exact: true }).waitFor();
    assert.equal(await thread.locator(`a[href="${source}"]`).count(), 1);
    await thread.getByText(choice, { exact: true }).waitFor();
    await desk.page.getByRole('heading', { level: 1 }).locator('..').getByText(k.aiAgent).waitFor();
    await thread.getByText(k.answered).click();
    await thread.getByText(k.reason, { exact: true }).waitFor();
    await picture(desk.page, `ai-agent-thread-${language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(desk.page, 'a thread of the AI agent'), []);
    await thread.getByRole('meter', { name: k.sureness }).waitFor();
    const entry = thread.locator('.decision').getByRole('link').first();
    assert.match(await entry.getAttribute('href'), /^\/console\/knowledge\/\d+$/);

    // One press of the visitor, and it waits in the queue for people.
    await offered.click();
    await thread.getByText(k.handedOver).waitFor();
    await thread.getByText(k.handover).waitFor();
    await desk.list.getByText(words.noneOfBot).waitFor();
    await picture(desk.page, `ai-agent-none-${language.toLowerCase()}`);
    await desk.show('queue');
    await desk.list.getByRole('link').first().waitFor();
    await picture(desk.page, `ai-agent-handed-over-${language.toLowerCase()}`);
    await desk.button('claim').click();
    await desk.reply('I am here 我来了');
    await widget.bubble('I am here').waitFor();
    await entry.click();
    await desk.page.getByRole('article').waitFor();
    await goodbye(boss, visitor, colleague);
  });
}

test('a conversation that it holds is taken over from the thread, and it is silent from then on', async () => {
  await administrator.ok('PATCH', `/sites/${(await site()).id}`, { bot: { enabled: true } });
  const visitor = await person(browser);
  const widget = await openWidget(server, visitor);
  await widget.write('How long is the warranty?');
  await widget.bubble('Two years from delivery').waitFor();
  const someone = await person(browser);
  const desk = await openConsole(server, someone, server.demo.agents[1]);
  await desk.show('bot');
  await desk.open('Two years from delivery');
  await desk.button(knowledgeEnglish.takeOver).click();
  await desk.button('resolve').waitFor();
  await eventually(async () => (await desk.button(knowledgeEnglish.takeOver).count()) === 0, 'it is mine now');
  await widget.write('How do I return something?');
  await desk.bubble('How do I return something?').waitFor();
  await desk.reply('Like this.');
  await widget.bubble('Like this.').waitFor();
  assert.equal(await widget.log.getByText('Within 30 days of delivery').count(), 0);
  await goodbye(visitor, someone);
});
