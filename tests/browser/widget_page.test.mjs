// What a page tells the widget and hears of it: identity, attributes, sound and title.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { Server } from '../e2e/lib/server.mjs';
import { agentSocket, demoAgent, eventually, note, say, subscribe } from '../e2e/lib/people.mjs';
import { goodbye, launch, lookAway, person, picture } from './lib/browser.mjs';
import { chinese, english, openConsole } from './lib/console.mjs';
import { openWidget } from './lib/widget.mjs';

let server;
let browser;
let agent;
let desk;
let site;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  agent = await demoAgent(server);
  desk = await agentSocket(server, agent);
  [site] = (await agent.get('/sites')).sites;
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

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function identityToken(claims, secret = site.identitySecret) {
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ exp: Math.floor(Date.now() / 1000) + 600, ...claims })}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}
const tell = (widget, command, value) => widget.page.evaluate(([name, given]) => window.weikeyi(name, given), [command, value]);

for (const [language, words, locale] of [['English', english, 'en-US'], ['Chinese', chinese, 'zh-CN']]) {
  test(`what the page knows of a visitor stands in the side panel, in ${language}`, async () => {
    const [visitor, someone] = [await person(browser, { locale }), await person(browser, { locale })];
    const widget = await openWidget(server, visitor, { chinese: locale === 'zh-CN' });
    await tell(widget, 'identify', { name: `Lea ${language}`, email: 'lea@example.test' });
    await tell(widget, 'setAttributes', { plan: 'pro', cart: 3, city: '杭州', link: 'https://shop.example/orders/7' });
    await widget.write(`who am I ${language}`);
    await widget.stored().waitFor();
    const console = await openConsole(server, someone, server.demo.agents[1], words);
    await console.show('all');
    await console.open(`who am I ${language}`);
    await console.details.getByText('lea@example.test').waitFor();
    await console.details.getByText(words.toldByPage).waitFor();
    for (const text of ['plan', 'pro', 'city', '杭州']) await console.details.getByText(text, { exact: true }).waitFor();
    await console.list.getByText(`Lea ${language}`).first().waitFor();
    await picture(console.page, `console-attributes-${language.toLowerCase()}`);
    // Changes arrive while one looks, and what is taken away goes.
    await tell(widget, 'setAttributes', { plan: 'enterprise', cart: null });
    await console.details.getByText('enterprise', { exact: true }).waitFor();
    await console.details.getByText('cart', { exact: true }).waitFor({ state: 'detached' });
    const { id, contactId } = await conversationWith(`who am I ${language}`);
    await eventually(async () => (await agent.get(`/contacts/${contactId}`)).attributes?.plan === 'enterprise', 'the directory follows');
    // Told once: a reload says nothing again.
    const told = async () => (await agent.log(id)).filter((event) => event.contactChanged).length;
    const before = await told();
    await widget.page.reload();
    await widget.page.evaluate(() => window.weikeyi('identify', { name: 'x' }) ?? undefined);
    await eventually(async () => (await told()) === before + 1, 'only what changed');
    await goodbye(visitor, someone);
  });
}

test('a signed identity is believed, one with a wrong signature is not, and it is the same person in another browser', async () => {
  const [first, second, thief, someone] = [await person(browser), await person(browser), await person(browser), await person(browser)];
  const claims = { sub: 'customer-42', name: 'Mei Chen 陈梅', email: 'mei@example.test' };
  const widget = await openWidget(server, first);
  await tell(widget, 'identify', { identityToken: identityToken(claims) });
  await tell(widget, 'setAttributes', { tier: 'gold' });
  await widget.write('signed and known');
  await widget.stored().waitFor();
  const desktop = await openConsole(server, someone, server.demo.agents[1]);
  await desktop.show('all');
  await desktop.open('signed and known');
  await desktop.details.getByText('Mei Chen 陈梅').first().waitFor();
  await desktop.details.getByLabel(english.verified).waitFor();
  await desktop.details.getByText('customer-42').waitFor();
  await desktop.details.getByText('gold', { exact: true }).waitFor();
  await picture(desktop.page, 'console-verified');

  const again = await openWidget(server, second);
  await tell(again, 'identify', { identityToken: identityToken(claims) });
  await again.bubble('signed and known').waitFor();

  const forged = await openWidget(server, thief);
  await forged.page.evaluate(() => {
    window.codes = [];
    window.weikeyi('on', 'error', (detail) => window.codes.push(detail.code));
  });
  await tell(forged, 'identify', { identityToken: identityToken(claims, 'not the secret of the site') });
  await forged.page.waitForTimeout(800);
  assert.equal(await forged.bubble('signed and known').count(), 0);
  await goodbye(first, second, thief, someone);
});

test('Chatwoot’s identifier and hash are accepted, and a made-up hash is not', async () => {
  const [visitor, thief] = [await person(browser), await person(browser)];
  const identifier = 'user-7';
  const identifierHash = createHmac('sha256', site.identitySecret).update(identifier).digest('hex');
  const widget = await openWidget(server, visitor);
  await tell(widget, 'identify', { identifier, identifierHash, name: 'Omar', email: 'omar@example.test' });
  await widget.write('hashed and known');
  await widget.stored().waitFor();
  const { contactId } = await conversationWith('hashed and known');
  const contact = await eventually(async () => {
    const found = await agent.get(`/contacts/${contactId}`);
    return found.verified && found;
  }, 'a verified contact');
  assert.equal(contact.externalId, identifier);
  assert.equal(contact.name, 'Omar');
  const forged = await openWidget(server, thief);
  await tell(forged, 'identify', { identifier, identifierHash: '0'.repeat(64) });
  await forged.page.waitForTimeout(800);
  assert.equal(await forged.bubble('hashed and known').count(), 0);
  await goodbye(visitor, thief);
});

test('an answer sounds and shows in the title while the tab is hidden; muted, only in the title', async () => {
  const visitor = await person(browser, { locale: 'zh-CN' });
  const complaints = [];
  visitor.context.on('page', (page) => page.on('console', (message) => /AudioContext|autoplay|user gesture/i.test(message.text()) && complaints.push(message.text())));
  await visitor.context.addInitScript(() => {
    window.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...args) {
      window.tones += 1;
      return start.apply(this, args);
    };
  });
  const widget = await openWidget(server, visitor, { chinese: true });
  const { page } = widget;
  const title = await page.title();
  await widget.write('ring me');
  await widget.stored().waitFor();
  const { id } = await conversationWith('ring me');
  await say(desk, id, 'seen at once');
  await widget.bubble('seen at once').waitFor();
  assert.equal(await page.evaluate(() => window.tones), 0, 'nothing sounds for what is seen');
  await lookAway(page);
  await say(desk, id, 'while away');
  await eventually(() => page.title().then((now) => now.startsWith('💬')), 'the title tells');
  assert.equal(await page.evaluate(() => window.tones), 1);
  await eventually(() => page.title().then((now) => now === title), 'and blinks');
  await note(desk, id, 'a note is no answer');
  await lookAway(page, false);
  await eventually(() => page.title().then((now) => now === title), 'the page’s own title again');
  const bell = widget.panel.getByRole('button', { name: '新消息提示音' });
  assert.equal(await bell.getAttribute('aria-pressed'), 'true');
  await bell.click();
  await picture(page, 'widget-muted');
  await page.reload();
  await page.getByRole('button', { name: /在线咨询|Chat with us|关闭对话/ }).first().click();
  await page.evaluate(() => window.weikeyi('setLocale', 'zh-CN'));
  assert.equal(await bell.getAttribute('aria-pressed'), 'false', 'remembered');
  await widget.bubble('while away').waitFor();
  await lookAway(page);
  await say(desk, id, 'while muted');
  await eventually(() => page.title().then((now) => now.startsWith('💬')), 'the title tells all the same');
  assert.equal(await page.evaluate(() => window.tones), 0);
  assert.deepEqual(complaints, []);
  await goodbye(visitor);
});

test('a transfer with a comment: the visitor sees the new holder at once, and never the comment', async () => {
  const visitor = await person(browser);
  const widget = await openWidget(server, visitor);
  await widget.write('hand me over');
  await widget.stored().waitFor();
  const { id } = await conversationWith('hand me over');
  const lin = await demoAgent(server, 1);
  await say(desk, id, 'one moment');
  const to = { kind: 'HOLDER_KIND_AGENT', agentId: lin.agent.id };
  const holder = (await agent.get(`/conversations/${id}`)).holder;
  if (holder.agentId === lin.agent.id) to.agentId = agent.agent.id;
  const name = to.agentId === lin.agent.id ? 'Lin 林' : 'Demo';
  await desk.request({ append: { conversationId: id, clientId: crypto.randomUUID(), assign: { to, comment: 'SECRET difficult customer' } } });
  await widget.panel.getByText(`${name} is with you`).waitFor({ timeout: 3_000 });
  await widget.log.getByText(`${name} joined`).waitFor();
  await widget.page.reload();
  await widget.page.getByRole('button', { name: /Chat with us/ }).first().click();
  await widget.bubble('one moment').waitFor();
  assert.equal(await widget.page.getByText('SECRET').count(), 0);
  await goodbye(visitor);
});
