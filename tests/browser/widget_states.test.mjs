// What a visitor must be able to rely on while things go wrong or take their time: calls before the script is there, emoji, files with
// their progress, a link that says nothing, a tab that crashes.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { agentSocket, clientId, demoAgent, eventually, subscribe } from '../e2e/lib/people.mjs';
import { goodbye, launch, person, picture } from './lib/browser.mjs';
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

async function conversationWith(text) {
  const found = await eventually(async () => ((await agent.get('/conversations?view=all')).conversations ?? []).find((one) => one.lastMessage?.text?.includes(text)), text);
  await subscribe(desk, found.id);
  return found;
}

test('calls into the queue before the script is there are carried out, in their order, listeners first', async () => {
  const visitor = await person(browser);
  await visitor.context.addInitScript(() => {
    if (window !== top) return;
    window.weikeyi ??= function () {
      (window.weikeyi.q ??= []).push(arguments);
    };
    window.heard = [];
    window.weikeyi('open');
    window.weikeyi('setAttributes', { plan: 'early' });
    window.weikeyi('newMessage', 'written before the widget was there');
    window.weikeyi('noSuchCommand');
    for (const name of ['ready', 'opened', 'error']) window.weikeyi('on', name, (detail) => window.heard.push(detail?.code ?? name));
  });
  const page = await visitor.page();
  await page.goto(`${server.url}/demo/`);
  const widget = new Widget(page);
  await eventually(async () => (await widget.box.inputValue()) === 'written before the widget was there', 'the draft');
  await widget.box.press('Enter');
  await widget.stored().waitFor();
  assert.deepEqual(await page.evaluate(() => window.heard), ['ready', 'unknown_command', 'opened']);
  const { contactId } = await conversationWith('written before the widget was there');
  await eventually(async () => (await agent.get(`/contacts/${contactId}`)).attributes?.plan === 'early', 'the attributes');
  await goodbye(visitor);
});

test('emoji are chosen by mouse and by keyboard, and arrive', async () => {
  const visitor = await person(browser);
  const widget = await openWidget(server, visitor);
  await widget.box.fill('Thanks ');
  const button = widget.panel.getByRole('button', { name: 'Emoji' });
  await button.click();
  await widget.panel.getByRole('dialog', { name: 'Emoji' }).getByRole('button', { name: '🎉' }).click();
  await button.click();
  await picture(widget.page, 'widget-emoji');
  for (const key of ['ArrowRight', 'ArrowDown', 'Enter']) await widget.page.keyboard.press(key);
  await eventually(async () => /^Thanks 🎉\p{Emoji}/u.test(await widget.box.inputValue()), 'both');
  const text = await widget.box.inputValue();
  await widget.box.press('Enter');
  await widget.stored().waitFor();
  const { id } = await conversationWith('Thanks 🎉');
  assert.equal((await agent.log(id)).findLast((event) => event.message).message.text, text);
  await goodbye(visitor);
});

test('a file shows how far it is, can be given up, and arrives', async () => {
  const visitor = await person(browser);
  const widget = await openWidget(server, visitor);
  await widget.write('a file comes');
  await widget.stored().waitFor();
  const { id } = await conversationWith('a file comes');
  // As on a slow line: 16 MiB in some 4 s.
  const session = await visitor.context.newCDPSession(widget.page);
  await session.send('Network.enable');
  const speed = (bytes) => session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes });
  await speed(4 << 20);
  const file = (name) => ({ name, mimeType: 'application/pdf', buffer: Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(16 << 20, 7)]) });
  await widget.attach(file('given up.pdf'));
  const bar = (name) => widget.panel.getByRole('progressbar', { name });
  await bar('given up.pdf').waitFor();
  await widget.panel.getByRole('button', { name: 'Cancel: given up.pdf' }).click();
  await bar('given up.pdf').waitFor({ state: 'detached' });
  await widget.attach(file('报价 offer.pdf'));
  const seen = new Set();
  await eventually(async () => {
    const value = await bar('报价 offer.pdf').evaluate((one) => one.value, undefined, { timeout: 200 }).catch(() => undefined);
    if (value !== undefined) seen.add(value);
    if (value > 20 && value < 90 && seen.size === 2) await picture(widget.page, 'widget-upload');
    return (await widget.log.getByRole('button', { name: 'Open: 报价 offer.pdf' }).count()) > 0;
  }, 'it arrived', 30_000);
  assert.ok([...seen].filter((value) => value > 0 && value < 100).length >= 2, `progress was ${[...seen].join()}`);
  await speed(-1);
  const event = await desk.event((one) => one.conversationId === id && one.message?.attachments?.length > 0);
  assert.deepEqual(event.message.attachments.map((one) => [one.name, one.mediaType]), [['报价 offer.pdf', 'application/pdf']]);
  await goodbye(visitor);
});

test('when a conversation has ended the visitor is asked how it was, and one click is kept', async () => {
  const visitor = await person(browser);
  const widget = await openWidget(server, visitor);
  await widget.write('how was it for me');
  await widget.stored().waitFor();
  const { id } = await conversationWith('how was it for me');
  const stars = widget.panel.getByRole('radiogroup', { name: 'How was it?' });
  assert.equal(await stars.count(), 0, 'not before it has ended');
  await desk.request({ append: { conversationId: id, clientId: clientId(), changeState: { to: 'CONVERSATION_STATE_RESOLVED' } } });
  await stars.getByRole('radio', { name: '4 of 5' }).click();
  await widget.panel.getByText('Thank you!').waitFor();
  const ratings = async () => (await agent.log(id)).filter((event) => event.rated).map((event) => event.rated);
  await eventually(async () => (await ratings()).length === 1, 'it is in the log');
  await widget.panel.getByRole('textbox', { name: 'Anything to add? (optional)' }).fill('quick');
  await widget.panel.locator('.rating').getByRole('button', { name: 'Send', exact: true }).click();
  await eventually(async () => (await ratings()).at(-1)?.comment === 'quick', 'and what was added');
  assert.equal((await agent.get(`/conversations/${id}`)).rating, 4);
  await goodbye(visitor);
});

test('a link that says nothing is shown within 3 s with what is waiting, and afterwards everything is there once', async () => {
  const visitor = await person(browser);
  const widget = await openWidget(server, visitor);
  await widget.write('before the silence');
  await widget.stored().waitFor();
  const { id } = await conversationWith('before the silence');
  process.kill(server.pid, 'SIGSTOP');
  try {
    await widget.box.fill('into the silence');
    const since = performance.now();
    await widget.box.press('Enter');
    await widget.panel.getByText('The connection is slow').waitFor();
    const ms = performance.now() - since;
    assert.ok(ms < 3_000, `${ms} ms`);
    await widget.write('and another');
    await widget.panel.getByText('2 messages are waiting').waitFor();
    await picture(widget.page, 'widget-stalled');
  } finally {
    process.kill(server.pid, 'SIGCONT');
  }
  await widget.panel.getByText('The connection is slow').waitFor({ state: 'detached' });
  await eventually(async () => (await widget.log.locator('.progress.queued, .progress.sent').count()) === 0, 'nothing waits');
  const texts = (await agent.log(id)).filter((event) => event.message).map((event) => event.message.text);
  assert.deepEqual(texts, ['before the silence', 'into the silence', 'and another']);
  for (const text of texts) assert.equal(await widget.bubble(text).count(), 1);
  await goodbye(visitor);
});

test('a tab that crashes loses neither a draft nor what was not acked', async () => {
  const visitor = await person(browser);
  const widget = await openWidget(server, visitor);
  await widget.write('before the tab crashed');
  await widget.stored().waitFor();
  const { id } = await conversationWith('before the tab crashed');
  process.kill(server.pid, 'SIGSTOP');
  try {
    await widget.write('not acked');
    await widget.box.fill('a draft');
    const crashed = widget.page.waitForEvent('crash');
    await widget.page.goto('chrome://crash').catch(() => {});
    await crashed;
  } finally {
    process.kill(server.pid, 'SIGCONT');
  }
  const again = await openWidget(server, visitor);
  await again.bubble('not acked').waitFor();
  await eventually(async () => (await again.log.locator('.progress.queued, .progress.sent').count()) === 0, 'nothing waits');
  assert.equal(await again.box.inputValue(), 'a draft');
  assert.deepEqual((await agent.log(id)).filter((event) => event.message).map((event) => event.message.text), ['before the tab crashed', 'not acked']);
  await goodbye(visitor);
});
