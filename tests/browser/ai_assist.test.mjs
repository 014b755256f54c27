// Help for agents in the console: drafts rewritten and translated, messages translated, and what a conversation was about for who takes it over.
// The provider is the strict stand-in.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LlmStandIn } from '../e2e/lib/llm_stand_in.mjs';
import { Server } from '../e2e/lib/server.mjs';
import { clientId, demoAgent, eventually, say, visitorSession, visitorSocket } from '../e2e/lib/people.mjs';
import { findingsOf } from './lib/axe.mjs';
import { goodbye, launch, person, phone, picture } from './lib/browser.mjs';
import { chinese, english, openConsole } from './lib/console.mjs';

let server;
let browser;
let standIn;
let directory;
let administrator;

before(async () => {
  standIn = await LlmStandIn.start();
  directory = await mkdtemp(join(tmpdir(), 'weikeyi-assist-'));
  await writeFile(join(directory, 'key'), LlmStandIn.key, { mode: 0o600 });
  await writeFile(join(directory, 'llm.json'), JSON.stringify({ providers: [{ base_url: standIn.url, model: 'm', api_key_file: 'key' }], cache_seconds: 0 }));
  [server, browser] = await Promise.all([Server.start({ args: ['--demo-bot', '--llm-config', join(directory, 'llm.json')] }), launch()]);
  administrator = await demoAgent(server);
});
after(async () => {
  await browser?.close();
  await server?.close();
  standIn?.close();
  await rm(directory, { recursive: true, force: true });
});

const byBot = (event) => event.message && event.actor.kind === 'ACTOR_KIND_BOT';
const noWider = (page, what) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth).then((over) => assert.ok(over <= 0, `${what}: ${over} px wider than the window`));

/** A visitor whom the AI agent answered and then handed over, with a number, a telephone and an address in what they wrote. */
async function handedOver(locale, question, person_word, name) {
  standIn.answers((_, reply) => reply.refuse(400));
  const session = await visitorSession(server, {});
  const connection = await visitorSocket(server, session, { locale });
  const one = { connection, conversationId: session.conversationId };
  await say(connection, one.conversationId, question);
  await connection.request({ append: { conversationId: one.conversationId, clientId: clientId(), contact: { name } } });
  await connection.event(byBot);
  await say(connection, one.conversationId, person_word);
  await connection.event((event) => event.holderChanged?.reason === 'HOLDER_REASON_HANDED_OVER');
  return one;
}

const languages = [
  {
    language: 'English', words: english, locale: 'en-US', theirs: 'de-DE', dark: false,
    ai: 'Write with AI', friendlier: 'Friendlier', shorter: 'Shorter', into: 'Translate into German (Germany)', other: 'Translate into…', french: 'French', cancel: 'Cancel',
    done: 'Read it before you send it.', kept: 'Your draft is as it was.', translate: 'Translate', hide: 'Hide translation', digest: 'What it was about', recognised: 'Recognised',
    copy: 'Copy', save: 'Save to contact', order: 'Order number', byModel: 'Summarised by a language model',
    question: 'How do I return something? 怎么退货？ Order WK20240501123456, phone 13800138000, lin.wang@example.com', person: 'talk to a human',
    draft: 'we take it back', better: 'We gladly take it back!', german: 'Wir nehmen es gern zurück!', translated: 'How can I return it?', about: 'A return of order [ORDER_1] is wanted.', aboutShown: 'A return of order WK20240501123456 is wanted.',
  },
  {
    language: 'Chinese', words: chinese, locale: 'zh-CN', theirs: 'en-US', dark: true,
    ai: 'AI 写作', friendlier: '更亲切', shorter: '更简短', into: '翻译成美国英语', other: '翻译成其他语言…', french: '法语', cancel: '取消',
    done: '发送前请核对。', kept: '草稿没有改动。', translate: '翻译', hide: '收起译文', digest: '会话摘要', recognised: '识别到',
    copy: '复制', save: '存入联系人', order: '订单号', byModel: '由语言模型总结',
    question: 'How do I return something? Order WK20240501987654, phone 13900139000, mei.li@example.com', person: 'talk to a human',
    draft: '可以退', better: '当然可以退，请放心！', german: 'Of course you can return it!', translated: '怎么退货？', about: '访客要退订单 [ORDER_1]。', aboutShown: '访客要退订单 WK20240501987654。',
  },
];

for (const l of languages) {
  test(`a draft is rewritten and translated, taken back, and never lost, in ${l.language}`, async () => {
    const one = await handedOver(l.theirs, l.question, l.person, `Draft ${l.language}`);
    const someone = await person(browser, { locale: l.locale, dark: l.dark });
    const desk = await openConsole(server, someone, server.demo.agents[0], l.words);
    const { page } = desk;
    standIn.answers((_, reply) => reply.refuse(500));
    await page.goto(`${server.url}/console/c/${one.conversationId}`);
    const box = desk.box('reply');
    await box.waitFor();
    const menu = page.getByRole('button', { name: l.ai, exact: true });
    const line = page.locator('.assist-line');
    assert.equal(await menu.getAttribute('aria-disabled'), 'true', 'there is nothing to work on yet');

    // By keyboard alone: the menu, one step down, and while it is written the draft is locked and can be had back.
    await box.fill(l.draft);
    let write;
    standIn.answers((_, reply) => {
      write = (text) => (reply.say(text), reply.end());
    });
    await menu.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: l.friendlier }).waitFor();
    await picture(page, `assist-menu-${l.language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, 'the menu', '.mantine-Menu-dropdown'), []);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await line.getByText(l.friendlier).waitFor();
    assert.equal(await box.getAttribute('aria-busy'), 'true');
    await eventually(() => write !== undefined, 'the model is asked');
    assert.match(standIn.requests.at(-1).messages[0].content, /friendlier/);
    await picture(page, `assist-working-${l.language.toLowerCase()}`);
    assert.equal(await box.inputValue(), l.draft, 'until it is there the draft stands');
    write(l.better);
    await line.getByText(l.done).waitFor();
    assert.equal(await box.inputValue(), l.better);
    assert.ok(await box.evaluate((area) => area === document.activeElement), 'one goes on writing');
    await picture(page, `assist-done-${l.language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, 'a rewritten draft', '.composer'), []);
    await page.keyboard.press('Control+z');
    assert.equal(await box.inputValue(), l.draft, 'taken back by a key');

    // To the visitor's language, and back by the button.
    write = undefined;
    await menu.click();
    await page.getByRole('menuitem', { name: l.into }).click();
    await eventually(() => write !== undefined, 'the model is asked');
    assert.match(standIn.requests.at(-1).messages[0].content, new RegExp(`"${l.theirs}"`));
    write(l.german);
    await line.getByText(l.done).waitFor();
    assert.equal(await box.inputValue(), l.german);
    await line.getByRole('button', { name: l.words.undo }).click();
    assert.equal(await box.inputValue(), l.draft);

    // Into a language of choice, but one does not wait for it.
    write = undefined;
    await menu.click();
    await page.getByRole('menuitem', { name: l.other }).hover();
    await page.getByRole('menuitem', { name: l.french, exact: true }).waitFor();
    await picture(page, `assist-languages-${l.language.toLowerCase()}`);
    await page.getByRole('menuitem', { name: l.french, exact: true }).click();
    await eventually(() => write !== undefined, 'the model is asked');
    assert.match(standIn.requests.at(-1).messages[0].content, /"fr"/);
    await line.getByRole('button', { name: l.cancel }).click();
    await eventually(async () => (await box.getAttribute('aria-busy')) === 'false', 'the draft is free again');
    assert.equal(await box.inputValue(), l.draft);

    // It fails: why, and the draft is as it was, also after a reload.
    standIn.answers((_, reply) => reply.refuse(400));
    await menu.click();
    await page.getByRole('menuitem', { name: l.shorter }).click();
    await line.getByText(l.kept).waitFor();
    await picture(page, `assist-failed-${l.language.toLowerCase()}`);
    assert.equal(await box.inputValue(), l.draft);
    await page.reload();
    await box.waitFor();
    assert.equal(await box.inputValue(), l.draft);
    await one.connection.close();
    await goodbye(someone);
  });

  test(`a message is translated under itself, and what it was about stands above, in ${l.language}`, async () => {
    const one = await handedOver(l.theirs, l.question, l.person, `Digest ${l.language}`);
    const someone = await person(browser, { locale: l.locale, dark: l.dark });
    const desk = await openConsole(server, someone, server.demo.agents[1], l.words);
    const { page } = desk;
    standIn.answers((body, reply) => {
      reply.say(body.messages[0].content.startsWith('You tell') ? l.about : `${l.translated} [ORDER_1] [PHONE_1] [EMAIL_1]`);
      reply.end();
    });
    await page.goto(`${server.url}/console/c/${one.conversationId}`);
    const card = page.getByRole('region', { name: l.digest });
    await card.getByText(l.aboutShown).waitFor();
    await card.getByText(l.byModel).waitFor();
    const named = card.getByRole('list', { name: l.recognised });
    assert.equal(await named.getByRole('listitem').count(), 3);
    await named.getByText(l.order, { exact: true }).waitFor();
    await card.locator('dd a').first().waitFor();
    await picture(page, `digest-${l.language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, 'the digest', '.digest'), []);

    // Kept with the contact: offered for what it lacks, gone when it is there.
    const email = l.question.match(/\S+@example\.com/)[0];
    await named.getByRole('button', { name: `${l.save}: ${email}` }).click();
    await named.getByRole('button', { name: `${l.save}: ${email}` }).waitFor({ state: 'detached' });
    await desk.details.getByText(email).waitFor();
    await named.getByRole('button', { name: new RegExp(`^${l.save}: 1`) }).waitFor();
    await eventually(async () => (await administrator.get(`/contacts/${(await administrator.get(`/conversations/${one.conversationId}`)).contactId}`)).email === email, 'the contact has it');
    await someone.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
    const number = l.question.match(/WK\d+/)[0];
    await named.getByRole('button', { name: `${l.copy}: ${number}` }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), number);

    // Folded away and opened again by the keyboard.
    const head = card.getByRole('button', { name: new RegExp(l.digest) });
    await head.focus();
    await page.keyboard.press('Enter');
    await card.getByText(l.aboutShown).waitFor({ state: 'detached' });
    assert.equal(await head.getAttribute('aria-expanded'), 'false');
    await page.keyboard.press('Enter');
    await card.getByText(l.aboutShown).waitFor();

    // The decision in the log has the same.
    await desk.log.locator('.decision summary').first().click();
    await desk.log.locator('.decision').first().getByText(number).waitFor();

    const before = standIn.requests.length;
    const message = desk.log.locator('.message.theirs').first();
    await message.hover();
    await message.getByRole('button', { name: l.translate, exact: true }).click();
    await message.locator('.translation-text').getByText(l.translated).waitFor();
    assert.match(await message.locator('.translation-text').innerText(), new RegExp(number), 'with its numbers');
    assert.match(standIn.requests.at(-1).messages[0].content, new RegExp(`"${l.locale === 'zh-CN' ? 'zh-CN' : 'en'}"`));
    await message.scrollIntoViewIfNeeded();
    await picture(page, `translated-${l.language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, 'a translation', '.thread-log'), []);
    // Another conversation and back: it is still there, and was asked for once.
    await desk.show('all');
    await desk.list.getByRole('link').filter({ hasText: `Draft ${l.language}` }).first().click();
    await page.getByRole('heading', { level: 1, name: `Draft ${l.language}` }).waitFor();
    await desk.list.getByRole('link').filter({ hasText: `Digest ${l.language}` }).first().click();
    await message.locator('.translation-text').getByText(l.translated).waitFor();
    await message.getByRole('button', { name: l.hide }).click();
    await message.locator('.translation-text').waitFor({ state: 'detached' });
    assert.equal(standIn.requests.slice(before).filter((request) => /translate it/i.test(request.messages[0].content)).length, 1);

    await page.setViewportSize(phone);
    await noWider(page, 'a digest on a telephone');
    await picture(page, `digest-phone-${l.language.toLowerCase()}`);
    await one.connection.close();
    await goodbye(someone);
  });
}

test('without a language model nothing is offered that needs one, and the digest is an excerpt', async () => {
  const plain = await Server.start({ args: ['--demo-bot'] });
  try {
    const session = await visitorSession(plain, {});
    const connection = await visitorSocket(plain, session, { locale: 'de' });
    await say(connection, session.conversationId, 'How do I return something? 13800138000');
    await connection.event(byBot);
    await say(connection, session.conversationId, 'talk to a human');
    await connection.event((event) => event.holderChanged?.reason === 'HOLDER_REASON_HANDED_OVER');
    const someone = await person(browser);
    const desk = await openConsole(plain, someone, plain.demo.agents[0]);
    await desk.page.goto(`${plain.url}/console/c/${session.conversationId}`);
    const card = desk.page.getByRole('region', { name: 'What it was about' });
    await card.getByText('Asked first: “How do I return something? 13800138000”').waitFor();
    await card.getByText('Excerpt of the conversation').waitFor();
    await picture(desk.page, 'digest-excerpt');
    await desk.box('reply').fill('a draft');
    await desk.bubble('How do I return something').hover();
    assert.equal(await desk.page.getByRole('button', { name: 'Write with AI' }).count(), 0);
    assert.equal(await desk.page.locator('.translate').count(), 0);
    // Once one of us has answered, it is folded away for who comes then.
    await desk.reply('Like this.');
    await desk.bubble('Like this.').waitFor();
    await desk.page.reload();
    await desk.bubble('Like this.').waitFor();
    await eventually(async () => (await card.getByRole('button').first().getAttribute('aria-expanded')) === 'false', 'it is folded away');
    await connection.close();
    await goodbye(someone);
  } finally {
    await plain.close();
  }
});

test('the stand-in had nothing to complain of', () => assert.deepEqual(standIn.complaints, []));
