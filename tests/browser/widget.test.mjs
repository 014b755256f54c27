// The widget in a real Chromium; the agent's side is played over frames, so that it is known exactly.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { agentSocket, clientId, demoAgent, eventually, say, subscribe } from '../e2e/lib/people.mjs';
import { drawImage, goodbye, launch, person, phone, picture } from './lib/browser.mjs';
import { openWidget, Widget } from './lib/widget.mjs';

let server;
let browser;
let agent;
let desk;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  agent = await demoAgent(server);
  desk = await agentSocket(server, agent);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** The conversation in which somebody wrote this. */
async function conversationWith(text) {
  const found = await eventually(async () => {
    const { conversations = [] } = await agent.get('/conversations?view=all');
    return conversations.find((one) => one.lastMessage?.text?.includes(text));
  }, `a conversation that ends with ${text}`);
  await subscribe(desk, found.id);
  return found.id;
}

test('a page with the widget makes no socket, no cookie and no storage before it is wanted', async () => {
  const visitor = await person(browser);
  const page = await visitor.page();
  const sockets = [];
  const requests = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  page.on('request', (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(`${server.url}/demo/`);
  await page.getByRole('button', { name: /Chat with us/ }).first().waitFor();
  await page.waitForTimeout(400);
  assert.deepEqual(sockets, []);
  assert.deepEqual(await visitor.context.cookies(), []);
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
  assert.deepEqual(requests.filter((path) => path.startsWith('/api/') || path.startsWith('/assets/widget/')), []);
  await picture(page, 'widget-closed');
  await goodbye(visitor);
});

test('chat both ways with an image', async () => {
  const visitor = await person(browser);
  const widget = await openWidget(server, visitor);
  await widget.write('Is this kettle in stock?');
  await widget.bubble('Is this kettle in stock?').waitFor();
  await widget.stored().waitFor();
  const id = await conversationWith('Is this kettle in stock?');
  await say(desk, id, 'Yes, it ships tomorrow. Which colour would you like?');
  await widget.bubble('Yes, it ships tomorrow.').waitFor();

  await widget.attach(await drawImage(widget.page));
  await eventually(() => widget.sendButton.isEnabled().then(async (enabled) => enabled || (await widget.log.locator('img').count()) > 0), 'upload is ready');
  if ((await widget.log.locator('img').count()) === 0) {
    await widget.box.fill('This one');
    await widget.sendButton.click();
  }
  const event = await desk.event((one) => one.conversationId === id && (one.message?.attachments?.length ?? 0) > 0, 'a message with an image');
  assert.equal(event.message.attachments[0].mediaType, 'image/png');
  assert.equal(event.message.attachments[0].name, 'kettle 水壶.png');
  const image = widget.log.locator('img').last();
  await image.waitFor();
  await eventually(() => image.evaluate((one) => one.complete && one.naturalWidth === 240), 'the image is shown');
  await picture(widget.page, 'widget-chat');
  await goodbye(visitor);
});

test('sent, stored and seen are told apart, and typing is shown both ways', async () => {
  const visitor = await person(browser);
  const widget = await openWidget(server, visitor);
  await widget.write('a question of states');
  await widget.log.locator('.progress.stored').waitFor();
  const id = await conversationWith('a question of states');
  const { seq } = (await agent.log(id)).at(-1);
  await desk.request({ append: { conversationId: id, clientId: clientId(), seen: { throughSeq: seq } } });
  await widget.log.locator('.progress.seen').waitFor();
  desk.send({ typing: { conversationId: id, active: true } });
  await widget.panel.getByRole('status', { name: /is typing/ }).waitFor();
  desk.send({ viewing: { conversationId: id } });
  await widget.box.pressSequentially('half a thought');
  await desk.until((frame) => frame.typing?.conversationId === id && frame.typing.text?.startsWith('half'), 'the preview of what is typed');
  await goodbye(visitor);
});

test('reload mid-send: nothing is lost and nothing is there twice', async () => {
  const visitor = await person(browser);
  const widget = await openWidget(server, visitor);
  await widget.write('before the reload');
  await widget.stored().waitFor();
  const id = await conversationWith('before the reload');
  // The link is cut without the page knowing; what is written now stays in its outbox.
  await visitor.context.setOffline(true);
  await server.kill();
  for (let i = 0; i < 5; i += 1) await widget.write(`unsent ${i}`);
  await widget.box.fill('a draft that was not sent');
  await widget.page.waitForTimeout(300);
  await server.launch();
  await visitor.context.setOffline(false);
  await widget.page.reload();
  const again = new Widget(widget.page);
  await again.page.getByRole('button', { name: /Chat with us/ }).first().click();
  await again.bubble('unsent 4').waitFor();
  await again.log.locator('.progress.stored').waitFor();
  assert.equal(await again.box.inputValue(), 'a draft that was not sent');
  const log = await agent.log(id);
  assert.deepEqual(log.filter((event) => event.message).map((event) => event.message.text), ['before the reload', ...Array.from({ length: 5 }, (_, i) => `unsent ${i}`)]);
  for (let i = 0; i < 5; i += 1) assert.equal(await again.bubble(`unsent ${i}`).count(), 1);
  desk = await agentSocket(server, agent);
  await goodbye(visitor);
});

test('server killed and started again mid-chat: the visitor is told, and everything arrives once', async () => {
  const visitor = await person(browser);
  const widget = await openWidget(server, visitor);
  await widget.write('before the crash');
  await widget.stored().waitFor();
  const id = await conversationWith('before the crash');
  await server.kill();
  await widget.write('written while it was down');
  await widget.panel.getByText(/No connection|Connecting|slow/).first().waitFor({ timeout: 5_000 });
  await picture(widget.page, 'widget-offline');
  await server.launch();
  desk = await agentSocket(server, agent);
  await subscribe(desk, id);
  await desk.event((one) => one.message?.text === 'written while it was down', 'the message that waited', 15_000);
  await say(desk, id, 'I am back');
  await widget.bubble('I am back').waitFor();
  assert.equal(await widget.bubble('written while it was down').count(), 1);
  const texts = (await agent.log(id)).filter((event) => event.message).map((event) => event.message.text);
  assert.deepEqual(texts, ['before the crash', 'written while it was down', 'I am back']);
  await goodbye(visitor);
});

test('a second tab shows the same conversation', async () => {
  const visitor = await person(browser);
  const first = await openWidget(server, visitor);
  await first.write('from the first tab');
  await first.stored().waitFor();
  const second = await openWidget(server, visitor);
  await second.bubble('from the first tab').waitFor();
  await second.write('from the second tab');
  await first.bubble('from the second tab').waitFor();
  assert.equal(await second.bubble('from the second tab').count(), 1);
  await goodbye(visitor);
});

test('an answer while the panel is closed shows as an unread badge', async () => {
  const visitor = await person(browser);
  const widget = await openWidget(server, visitor);
  await widget.write('call me back');
  await widget.stored().waitFor();
  const id = await conversationWith('call me back');
  await widget.panel.getByRole('button', { name: 'Close chat' }).click();
  await say(desk, id, 'one');
  await say(desk, id, 'two');
  await widget.page.getByRole('button', { name: 'Chat with us (2)' }).waitFor();
  await picture(widget.page, 'widget-unread');
  await goodbye(visitor);
});

test('in Chinese, dark, on a telephone', async () => {
  const visitor = await person(browser, { locale: 'zh-CN', viewport: phone, dark: true, touch: true });
  const widget = await openWidget(server, visitor, { chinese: true });
  await widget.write('你好，这款水壶现在有货吗？');
  await widget.stored().waitFor();
  const id = await conversationWith('这款水壶现在有货吗');
  await say(desk, id, '您好！有现货，今天下单明天发货。😊');
  await widget.bubble('有现货').waitFor();
  const box = await widget.panel.boundingBox();
  assert.ok(box.width >= phone.width - 1 && box.height >= phone.height - 1, 'the whole screen');
  assert.equal(await widget.page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'nothing is wider than the screen');
  await picture(widget.page, 'widget-phone');
  await goodbye(visitor);
});

test('by keyboard alone: open, write, send, close', async () => {
  const visitor = await person(browser);
  const page = await visitor.page();
  await page.goto(`${server.url}/demo/`);
  const button = page.getByRole('button', { name: /Chat with us/ }).first();
  await button.focus();
  await page.keyboard.press('Enter');
  const widget = new Widget(page);
  await widget.box.waitFor();
  await eventually(() => widget.box.evaluate((box) => box.getRootNode().activeElement === box), 'the composer has the focus');
  await page.keyboard.type('typed by keyboard');
  await page.keyboard.press('Enter');
  await widget.stored().waitFor();
  await page.keyboard.press('Escape');
  await eventually(() => button.evaluate((one) => one.getAttribute('aria-expanded') === 'false' && one.getRootNode().activeElement === one), 'closed, and the focus is back');
  await goodbye(visitor);
});
