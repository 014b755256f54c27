// An agent's day in a real browser: being there or not, what is unread, files, what the visitor has seen, two tabs, search in English.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { Api, clientId, demoAgent, eventually, say, visitor as scriptedVisitor } from '../e2e/lib/people.mjs';
import { drawImage, goodbye, launch, person, picture } from './lib/browser.mjs';
import { chinese, english, openConsole } from './lib/console.mjs';

let server;
let browser;
let agent;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  agent = await demoAgent(server);
  const { sites } = await agent.get('/sites');
  await agent.ok('PATCH', `/sites/${sites[0].id}`, { routing: 'ROUTING_STRATEGY_MANUAL' });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const login = () => server.demo.agents[0];

async function conversation(text) {
  const someone = await scriptedVisitor(server);
  await say(someone.connection, someone.conversationId, text);
  return someone;
}

for (const [language, words, locale, online, busy, away] of [['English', english, 'en-US', 'Online', 'Busy', 'Away'], ['Chinese', chinese, 'zh-CN', '在线', '忙碌', '离开']]) {
  test(`presence is chosen, and colleagues and the server know, in ${language}`, async () => {
    const someone = await person(browser, { locale });
    const desk = await openConsole(server, someone, login(), words);
    const presence = async () => (await agent.get('/session')).presence;
    for (const [name, wanted] of [[busy, 'PRESENCE_BUSY'], [away, 'PRESENCE_OFFLINE'], [online, 'PRESENCE_ONLINE']]) {
      await desk.page.locator('.rail-me').click();
      if (wanted === 'PRESENCE_BUSY') await picture(desk.page, `console-presence-${language.toLowerCase()}`);
      await desk.page.getByRole('menuitem', { name }).click();
      await eventually(async () => (await presence()) === wanted, wanted);
    }
    await goodbye(someone);
  });
}

test('what is unread is counted in the row and beside the conversations, and is read once it is on screen', async () => {
  const someone = await person(browser);
  const desk = await openConsole(server, someone, login());
  const { connection, conversationId } = await conversation('one of three');
  await agent.call('POST', `/conversations/${conversationId}/events`, { body: { clientId: clientId(), claim: {} } });
  await say(connection, conversationId, 'two of three');
  await say(connection, conversationId, 'three of three');
  await desk.show('mine');
  const row = desk.list.getByRole('link').filter({ hasText: 'three of three' });
  await row.getByLabel('3 unread').waitFor();
  // Beside the conversations it is conversations that are counted.
  const beside = async () => Number((await desk.page.locator('.rail-link').first().getAttribute('aria-label')).match(/, (\d+) unread$/)?.[1] ?? 0);
  const count = await beside();
  assert.ok(count >= 1);
  await picture(desk.page, 'console-unread');
  await row.click();
  await desk.bubble('three of three').waitFor();
  const name = await row.locator('.row-name').innerText();
  assert.match(name, /^Visitor \d{4}$/);
  for (const place of [desk.details, desk.page.getByRole('region', { name, exact: true })]) await place.getByText(name, { exact: true }).first().waitFor();
  await row.getByLabel('3 unread').waitFor({ state: 'detached' });
  await eventually(async () => (await beside()) === count - 1, 'one less');
  // The visitor is told.
  await connection.event((event) => event.seen && event.actor.kind === 'ACTOR_KIND_AGENT');
  await connection.close();
  await goodbye(someone);
});

test('an agent’s picture and file go to the visitor; sent and seen are told apart', async () => {
  const someone = await person(browser);
  const { session, connection, conversationId } = await conversation('send me the offer');
  const desk = await openConsole(server, someone, login());
  await desk.show('all');
  await desk.open('send me the offer');
  const files = desk.page.locator('.composer input[type=file]');
  await files.setInputFiles([await drawImage(desk.page), { name: '报价 offer.txt', mimeType: 'text/plain', buffer: Buffer.from('12 kettles: 3,588\n') }]);
  await eventually(async () => (await desk.page.locator('.chips li').count()) === 2 && (await desk.page.locator('.chips progress').count()) === 0, 'both are uploaded');
  await picture(desk.page, 'console-attachments');
  await desk.reply('Here it is.');
  const event = await connection.event((one) => one.message?.attachments?.length === 2);
  assert.deepEqual(event.message.attachments.map((one) => one.name), ['kettle 水壶.png', '报价 offer.txt']);
  const link = await new Api(server.url, { token: session.token }).post(`/attachments/${event.message.attachments[1].id}/link`);
  assert.equal(await (await fetch(new URL(link.url, server.url))).text(), '12 kettles: 3,588\n');
  await desk.log.getByRole('img', { name: 'Sent' }).waitFor();
  await connection.request({ append: { conversationId, clientId: clientId(), seen: { throughSeq: event.seq } } });
  await desk.log.getByRole('img', { name: 'Seen' }).waitFor();
  await connection.close();
  await goodbye(someone);
});

test('two tabs of one agent show the same, and what is written in both goes out once', async () => {
  const someone = await person(browser);
  const { connection, conversationId } = await conversation('two tabs please');
  const first = await openConsole(server, someone, login());
  await first.show('all');
  await first.open('two tabs please');
  const page = await someone.page();
  await page.goto(first.page.url());
  const second = { page, log: page.getByRole('log'), box: page.getByRole('textbox', { name: english.reply, exact: true }) };
  await second.box.fill('from the second');
  await second.box.press('Enter');
  await first.reply('from the first');
  for (const text of ['from the second', 'from the first']) {
    await connection.event((event) => event.message?.text === text);
    for (const log of [first.log, second.log]) {
      await log.locator('.bubble').filter({ hasText: text }).waitFor();
      assert.equal(await log.locator('.bubble').filter({ hasText: text }).count(), 1, text);
    }
  }
  await first.button('resolve').click();
  await page.locator('.actions').getByRole('button', { name: english.reopen }).waitFor();
  assert.equal((await agent.log(conversationId)).filter((event) => event.message).length, 3);
  await connection.close();
  await goodbye(someone);
});

test('an English phrase is found in the whole history, also where it was resolved', async () => {
  const someone = await person(browser);
  const { connection, conversationId } = await conversation('My turquoise gooseneck kettle leaks');
  await agent.call('POST', `/conversations/${conversationId}/events`, { body: { clientId: clientId(), changeState: { to: 'CONVERSATION_STATE_RESOLVED' } } });
  const desk = await openConsole(server, someone, login());
  await desk.page.getByRole('link', { name: english.search, exact: true }).click();
  await desk.page.getByRole('searchbox').fill('Turquoise gooseneck');
  const hit = desk.page.locator('.hit').filter({ hasText: 'kettle leaks' }).first();
  await hit.waitFor();
  assert.deepEqual((await hit.locator('mark').allInnerTexts()).join(' ').toLowerCase().split(/\s+/), ['turquoise', 'gooseneck']);
  await hit.click();
  await desk.bubble('gooseneck kettle leaks').waitFor();
  await connection.close();
  await goodbye(someone);
});
