// Real browsers on both sides: a visitor on the demo shop, two agents in the console.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { demoAgent, eventually, say, visitor as scriptedVisitor, visitorSocket } from '../e2e/lib/people.mjs';
import { drawImage, goodbye, launch, person, phone, picture } from './lib/browser.mjs';
import { chinese, openConsole } from './lib/console.mjs';
import { openWidget } from './lib/widget.mjs';

let server;
let browser;
let agent;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  agent = await demoAgent(server);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const login = (index = 0) => server.demo.agents[index];

test('chat both ways between widget and console, with an image and a note', async () => {
  const visitor = await person(browser);
  const someone = await person(browser);
  const widget = await openWidget(server, visitor);
  const desk = await openConsole(server, someone, login());
  await desk.show('all');
  await widget.write('Does the kettle keep its temperature?');
  await desk.open('Does the kettle keep its temperature?');
  await desk.bubble('Does the kettle keep its temperature?').waitFor();
  await desk.reply('Yes, for 30 minutes.');
  await widget.bubble('Yes, for 30 minutes.').waitFor();
  await desk.note('INTERNAL asked twice already');
  await widget.attach(await drawImage(widget.page));
  await eventually(() => widget.sendButton.isEnabled().then(async (enabled) => enabled || (await widget.log.locator('img').count()) > 0), 'upload is ready');
  if ((await widget.log.locator('img').count()) === 0) await widget.sendButton.click();
  const image = desk.log.locator('img').last();
  await image.waitFor();
  await eventually(() => image.evaluate((one) => one.complete && one.naturalWidth === 240), 'the agent sees the image');
  await widget.box.pressSequentially('And one more th');
  await desk.log.getByText('And one more th').waitFor();
  await picture(desk.page, 'console');
  await picture(widget.page, 'widget-with-console');
  assert.equal(await widget.page.getByText('INTERNAL').count(), 0);
  await goodbye(visitor, someone);
});

test('the server is killed and started again under an open console', async () => {
  const someone = await person(browser);
  const { session, connection, conversationId } = await scriptedVisitor(server);
  await say(connection, conversationId, 'crash candidate');
  const desk = await openConsole(server, someone, login());
  await desk.show('all');
  await desk.open('crash candidate');
  await server.kill();
  await desk.reply('written while it was down');
  await desk.bubble('written while it was down').waitFor();
  await desk.page.getByText(/No connection/).waitFor({ timeout: 3_000 });
  await picture(desk.page, 'console-offline');
  await server.launch();
  const again = await visitorSocket(server, session);
  await again.event((event) => event.message?.text === 'written while it was down', 'the reply that waited', 15_000);
  const log = await agent.log(conversationId);
  assert.equal(log.filter((event) => event.message?.text === 'written while it was down').length, 1);
  assert.equal(await desk.bubble('written while it was down').count(), 1);
  await again.close();
  await goodbye(someone);
});

test('reload mid-send in the console: sent once', async () => {
  const someone = await person(browser);
  const { connection, conversationId } = await scriptedVisitor(server);
  await say(connection, conversationId, 'reload candidate');
  const desk = await openConsole(server, someone, login());
  await desk.show('all');
  await desk.open('reload candidate');
  await someone.context.setOffline(true);
  await server.kill();
  await desk.reply('typed before the reload');
  await desk.bubble('typed before the reload').waitFor();
  await server.launch();
  await someone.context.setOffline(false);
  await desk.page.reload();
  await desk.bubble('typed before the reload').waitFor();
  await eventually(async () => (await agent.log(conversationId)).some((event) => event.message?.text === 'typed before the reload'), 'it is stored', 15_000);
  const log = await agent.log(conversationId);
  assert.equal(log.filter((event) => event.message?.text === 'typed before the reload').length, 1);
  await goodbye(someone);
});

test('a conversation goes from one agent to another, and is resolved and reopened', async () => {
  const [first, second] = [await person(browser), await person(browser)];
  const desk = await openConsole(server, first, login(0));
  const other = await openConsole(server, second, login(1));
  const { connection, conversationId } = await scriptedVisitor(server);
  await say(connection, conversationId, 'please hand me over');
  await desk.show('all');
  await desk.open('please hand me over');
  const held = await agent.get(`/conversations/${conversationId}`);
  if (held.holder?.kind !== 'HOLDER_KIND_AGENT') await desk.button('claim').click();
  await desk.button('hand').click();
  const dialog = desk.page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('speaks Chinese, please take over');
  await picture(desk.page, 'console-transfer');
  await dialog.getByRole('button', { name: /Lin/ }).click();
  await eventually(async () => (await agent.get(`/conversations/${conversationId}`)).holder?.agentName?.startsWith('Lin'), 'Lin has it');
  await other.show('mine');
  // The comment is the newest line of it, for agents.
  await other.open('speaks Chinese, please take over');
  await other.log.getByText('speaks Chinese, please take over').waitFor();
  await other.reply('Lin here, how can I help?');
  await connection.event((event) => event.message?.text === 'Lin here, how can I help?');
  assert.ok(!JSON.stringify(connection.frames).includes('speaks Chinese'));
  await other.button('resolve').click();
  await other.button('reopen').waitFor();
  await eventually(async () => (await agent.get(`/conversations/${conversationId}`)).state === 'CONVERSATION_STATE_RESOLVED', 'resolved');
  await other.button('reopen').click();
  await other.button('resolve').waitFor();
  await connection.close();
  await goodbye(first, second);
});

test('in Chinese: sign in, answer, and find a phrase in the whole history', async () => {
  const someone = await person(browser, { locale: 'zh-CN' });
  const { connection, conversationId } = await scriptedVisitor(server);
  await say(connection, conversationId, '请问这款恒温电水壶支持七天无理由退货吗？');
  const desk = await openConsole(server, someone, login(), chinese);
  await desk.show('all');
  await desk.open('七天无理由退货');
  await desk.reply('支持的，请保持包装完好。');
  await connection.event((event) => event.message?.text === '支持的，请保持包装完好。');
  await picture(desk.page, 'console-chinese');
  await desk.page.getByRole('link', { name: chinese.search, exact: true }).click();
  await desk.page.getByRole('searchbox').fill('无理由退货');
  const hit = desk.page.locator('.hit').filter({ hasText: '恒温电水壶' }).first();
  await hit.waitFor();
  assert.equal(await hit.locator('mark').first().innerText(), '无理由退货');
  assert.doesNotMatch(await hit.innerText(), /^\s*:/m, 'who has no name has no colon either');
  await picture(desk.page, 'console-search');
  await hit.click();
  await desk.bubble('七天无理由退货').waitFor();
  await connection.close();
  await goodbye(someone);
});

test('on a telephone and in the dark', async () => {
  const someone = await person(browser, { viewport: phone, touch: true, dark: true });
  const desk = await openConsole(server, someone, login());
  await desk.show('all');
  await desk.list.getByRole('link').first().waitFor();
  await picture(desk.page, 'console-phone-list');
  await desk.list.getByRole('link').first().click();
  await desk.box('reply').waitFor();
  assert.equal(await desk.page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'nothing is wider than the screen');
  await picture(desk.page, 'console-phone-thread');
  await goodbye(someone);
});
