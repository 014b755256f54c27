// What a visitor reads when the server is busy: that it is, for how long, and then nothing any more. Nothing they wrote is lost.
import { after, before, beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { demoAgent, eventually, say, visitor, visitorSession } from '../e2e/lib/people.mjs';
import { Proxy } from '../faults/lib/proxy.mjs';
import { findingsOf } from './lib/axe.mjs';
import { goodbye, launch, person, phone, picture } from './lib/browser.mjs';
import { openWidget } from './lib/widget.mjs';

let server;
let browser;
let administrator;
let crowd;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  administrator = await demoAgent(server);
  crowd = await Promise.all(Array.from({ length: 12 }, () => visitor(server)));
});
after(async () => {
  for (const { connection } of crowd ?? []) connection.terminate();
  await browser?.close();
  await server?.close();
});
beforeEach(() => administrator.ok('DELETE', '/settings/admission'));

const limit = (settings) => administrator.ok('PATCH', '/settings/admission', settings);
/** So many others are told to wait first, a second each. */
const busyFor = async (seconds) => {
  await limit({ messagesPerSite: { perSecond: 1, burst: 1 } });
  await Promise.allSettled(crowd.slice(0, seconds).map(({ connection, conversationId }) => say(connection, conversationId, 'me first')));
};
const own = async (text) =>
  eventually(async () => {
    const { conversations = [] } = await administrator.get('/conversations?view=all');
    return conversations.find((one) => one.lastMessage?.text === text);
  }, `a conversation that ends with ${text}`, 30_000);

const languages = [
  ['English', 'en-US', /^The system is busy; trying again in (\d+) s$/, 'Waiting to be sent'],
  ['Chinese', 'zh-CN', /^系统繁忙，(\d+) 秒后自动重试$/, '等待发送'],
];
for (const [language, locale, words, waiting] of languages) {
  test(`a message that is told to wait says for how long and goes out by itself, in ${language}`, async () => {
    const someone = await person(browser, { locale, ...(language === 'Chinese' ? { viewport: phone, touch: true } : {}) });
    const widget = await openWidget(server, someone, { chinese: language === 'Chinese' });
    await widget.write('first');
    await widget.stored().waitFor();
    await busyFor(7);
    await widget.write('second');
    const notice = widget.panel.getByRole('status').filter({ has: widget.page.locator('b') });
    const text = notice.locator('b');
    await text.waitFor();
    const seconds = async () => Number((await text.innerText()).match(words)?.[1] ?? NaN);
    const first = await seconds();
    assert.ok(first >= 4 && first <= 30, `${await text.innerText()}`);
    await widget.log.getByText(waiting).waitFor();
    await picture(widget.page, `widget-busy-${language.toLowerCase()}`);
    // A screen reader is told once and not counted down to.
    assert.equal(await text.getAttribute('aria-hidden'), 'true');
    const spoken = await notice.locator('i').innerText();
    assert.match(spoken, words);
    assert.deepEqual(await findingsOf(widget.page, 'busy'), []);
    await eventually(async () => (await seconds()) < first, 'it counts down', 4_000);
    assert.equal(await notice.locator('i').innerText(), spoken);
    // The text is there as it was written, marked as waiting; what follows keeps its place behind it.
    await widget.bubble('second').waitFor();
    await widget.write('third');

    await limit({ messagesPerSite: { perSecond: 2, burst: 2 } });
    await text.waitFor({ state: 'detached', timeout: 40_000 });
    const { id } = await own('third');
    const texts = (await administrator.log(id)).filter((event) => event.message).map((event) => event.message.text);
    assert.deepEqual(texts, ['first', 'second', 'third']);
    assert.equal(await widget.log.locator('.progress.queued, .progress.sent, .failure').count(), 0);
    await picture(widget.page, `widget-busy-over-${language.toLowerCase()}`);
    await goodbye(someone);
  });
}

test('a visitor who is told to wait at the door reads so, keeps what they write, and is let in', async () => {
  await limit({ handshakesPerSite: { perSecond: 1, burst: 1 } });
  await Promise.allSettled(Array.from({ length: 6 }, () => visitorSession(server)));
  const someone = await person(browser, { locale: 'zh-CN' });
  const widget = await openWidget(server, someone, { chinese: true });
  const text = widget.panel.locator('.link-bar b');
  await text.waitFor();
  assert.match(await text.innerText(), /^系统繁忙，\d+ 秒后自动重试$/);
  await widget.write('等一下也没关系');
  await widget.bubble('等一下也没关系').waitFor();
  await picture(widget.page, 'widget-busy-door');
  await text.waitFor({ state: 'detached', timeout: 45_000 });
  await widget.stored().waitFor({ timeout: 45_000 });
  assert.ok(await own('等一下也没关系'));
  await goodbye(someone);
});

test('waits that nobody would notice are not told', async () => {
  await limit({ messagesPerVisitor: { perSecond: 4, burst: 1 } });
  const someone = await person(browser);
  const widget = await openWidget(server, someone);
  for (const text of ['one', 'two', 'three']) await widget.write(text);
  await own('three');
  assert.equal(await widget.panel.locator('.link-bar b').count(), 0);
  await goodbye(someone);
});

test('a visitor whose address has no place left reads so too, and is let in when there is one', { timeout: 90_000 }, async () => {
  // Loopback counts here. The browser comes through a proxy, so that its connections can be cut.
  const small = await Server.start({ args: ['--connections-per-address', '100'] });
  const proxy = await Proxy.start(small.port);
  const desk = await demoAgent(small);
  const someone = await person(browser, { locale: 'zh-CN' });
  try {
    const widget = await openWidget({ url: proxy.url }, someone, { chinese: true });
    await widget.write('在吗');
    await widget.stored().waitFor();
    const other = await visitor(small);
    await desk.ok('PATCH', '/settings/admission', { connectionsPerAddress: 1 });
    proxy.cut({ between: () => 3, below: () => 0 }); // all of them
    const text = widget.panel.locator('.link-bar b');
    await text.waitFor({ timeout: 20_000 });
    assert.match(await text.innerText(), /^系统繁忙，\d+ 秒后自动重试$/);
    await widget.write('还在吗');
    await picture(widget.page, 'widget-busy-accept');
    await desk.ok('PATCH', '/settings/admission', { connectionsPerAddress: 0 });
    await widget.stored().waitFor({ timeout: 30_000 });
    await text.waitFor({ state: 'detached', timeout: 10_000 });
    await eventually(async () => (await desk.log((await desk.get('/conversations?view=all')).conversations.find((one) => one.lastMessage?.text === '还在吗')?.id ?? 0)).length > 0, 'it is stored');
    other.connection.terminate();
    await goodbye(someone);
  } finally {
    await proxy.close();
    await small.close();
  }
});
