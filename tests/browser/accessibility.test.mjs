// No serious finding of axe-core anywhere, light and dark; nothing is cut off at 200 % or by very long names.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { agentSocket, clientId, demoAgent, note, say, subscribe, visitor as scriptedVisitor } from '../e2e/lib/people.mjs';
import { findingsOf } from './lib/axe.mjs';
import { goodbye, launch, person, phone, picture } from './lib/browser.mjs';
import { chinese, english, openConsole } from './lib/console.mjs';
import { openWidget } from './lib/widget.mjs';

let server;
let browser;
let agent;
let conversationId;
const longName = 'Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh von und zu 阿卜杜勒拉赫曼';

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  agent = await demoAgent(server);
  const someone = await scriptedVisitor(server);
  ({ conversationId } = someone);
  const desk = await agentSocket(server, agent);
  await say(someone.connection, conversationId, 'Where is my order? https://shop.example/orders/10482 😟');
  await someone.connection.request({ append: { conversationId, clientId: clientId(), contact: { name: longName, email: `${'a'.repeat(80)}@example.test`, attributes: { plan: 'pro' } } } });
  await subscribe(desk, conversationId);
  await note(desk, conversationId, 'VIP, asked twice');
  await say(desk, conversationId, 'I am looking.');
  await desk.request({ append: { conversationId, clientId: clientId(), labels: { added: ['refund', '退款', 'a very long label that does not fit anywhere'] } } });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const noWider = (page, what) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth).then((over) => assert.ok(over <= 0, `${what}: ${over} px wider than the window`));

for (const dark of [false, true]) {
  const look = dark ? 'dark' : 'light';

  test(`console and administration, ${look}`, async () => {
    const someone = await person(browser, { dark, locale: dark ? 'zh-CN' : 'en-US' });
    const words = dark ? chinese : english;
    const found = [];
    const door = await someone.page();
    await door.goto(`${server.url}/console/`);
    await door.getByRole('button', { name: words.signIn, exact: true }).waitFor();
    await picture(door, `look-sign-in-${look}`);
    found.push(...(await findingsOf(door, 'sign-in')));
    const desk = await openConsole(server, someone, server.demo.agents[0], words);
    const { page } = desk;
    await desk.show('mine');
    await picture(page, `look-inbox-${look}`);
    found.push(...(await findingsOf(page, 'inbox')));
    await desk.show('queue');
    await picture(page, `look-inbox-empty-${look}`);
    found.push(...(await findingsOf(page, 'an empty list')));
    await page.goto(`${server.url}/console/c/${conversationId}`);
    await desk.bubble('I am looking.').waitFor();
    await desk.details.getByText('pro', { exact: true }).waitFor();
    await picture(page, `look-thread-${look}`);
    found.push(...(await findingsOf(page, 'thread')));
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await picture(page, `look-command-bar-${look}`);
    found.push(...(await findingsOf(page, 'command bar')));
    await page.keyboard.press('Escape');
    const { sites } = await agent.get('/sites');
    for (const path of ['search?q=order', 'admin', `admin/sites/${sites[0].id}`, 'admin/agents', 'admin/tokens', 'profile']) {
      await page.goto(`${server.url}/console/${path}`);
      await page.getByRole(path.startsWith('search') ? 'searchbox' : 'heading').first().waitFor();
      await page.waitForLoadState('networkidle');
      const name = path.replace(/[/?].*\d.*$|\W/g, '-');
      await picture(page, `look-${name}-${look}`);
      found.push(...(await findingsOf(page, path)));
    }
    assert.deepEqual(found, []);
    await goodbye(someone);
  });

  test(`widget, ${look}`, async () => {
    const visitor = await person(browser, { dark, locale: dark ? 'zh-CN' : 'en-US' });
    const widget = await openWidget(server, visitor, { chinese: dark });
    const found = [];
    await widget.box.waitFor();
    await widget.panel.getByRole('heading').first().waitFor();
    await picture(widget.page, `look-widget-greeting-${look}`);
    found.push(...(await findingsOf(widget.page, 'the greeting', '#weikeyi')));
    await widget.write('A question with https://shop.example/a-link');
    await widget.stored().waitFor();
    const desk = await agentSocket(server, agent);
    const chat = (await agent.get('/conversations?view=all')).conversations.find((one) => one.lastMessage.text.startsWith('A question with'));
    await subscribe(desk, chat.id);
    await say(desk, chat.id, 'An answer 回答');
    await widget.bubble('An answer').waitFor();
    await desk.request({ append: { conversationId: chat.id, clientId: clientId(), changeState: { to: 'CONVERSATION_STATE_RESOLVED' } } });
    await widget.panel.getByRole('button', { name: dark ? '5 分' : '5 of 5' }).or(widget.panel.getByRole('radio', { name: dark ? '5 分' : '5 of 5' })).first().waitFor();
    await picture(widget.page, `look-widget-chat-${look}`);
    found.push(...(await findingsOf(widget.page, 'the chat', '#weikeyi')));
    await desk.close();
    assert.deepEqual(found, []);
    await goodbye(visitor);
  });
}

test('at 200 % and on a telephone everything is reachable and nothing is wider than the window', async () => {
  // 1360 x 860 at 200 % is a window of 680 x 430 points.
  for (const [name, viewport, touch] of [['200', { width: 680, height: 430 }, false], ['phone', phone, true]]) {
    const someone = await person(browser, { viewport, touch });
    const desk = await openConsole(server, someone, server.demo.agents[0]);
    const { page } = desk;
    await desk.show('all');
    await picture(page, `look-${name}-inbox`);
    await noWider(page, `${name}: inbox`);
    await page.goto(`${server.url}/console/c/${conversationId}`);
    await desk.box('reply').waitFor();
    await desk.bubble('I am looking.').waitFor();
    await picture(page, `look-${name}-thread`);
    await noWider(page, `${name}: thread`);
    assert.ok(await desk.box('reply').isVisible());
    const { sites } = await agent.get('/sites');
    for (const path of ['admin', `admin/sites/${sites[0].id}`, 'admin/agents', 'profile', 'search?q=order']) {
      await page.goto(`${server.url}/console/${path}`);
      await page.waitForLoadState('networkidle');
      await picture(page, `look-${name}-${path.replace(/[/?].*\d.*$|\W/g, '-')}`);
      await noWider(page, `${name}: ${path}`);
    }
    const widget = await openWidget(server, someone);
    await widget.box.waitFor();
    await picture(widget.page, `look-${name}-widget`);
    const box = await widget.box.boundingBox();
    assert.ok(box.y + box.height <= viewport.height, `${name}: the composer is on the screen`);
    await goodbye(someone);
  }
});
