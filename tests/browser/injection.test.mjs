// Whatever anybody writes into any field is text wherever it is shown: in the console, in administration, in the widget.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Connection } from '../e2e/lib/connection.mjs';
import { Server } from '../e2e/lib/server.mjs';
import { agentSocket, Api, clientId, demoAgent, eventually, note, say, signIn, subscribe, visitorSession, visitorSocket } from '../e2e/lib/people.mjs';
import { goodbye, launch, person, picture } from './lib/browser.mjs';
import { openConsole } from './lib/console.mjs';
import { openWidget } from './lib/widget.mjs';

let server;
let browser;
let agent;
let desk;

/** Breaks out of text, attributes and script; a dialog of it fails the test by itself. */
const attack = (place, bytes = 1_000) => `${place}'"><img src=x onerror="alert('${place}')"><svg/onload=alert(1)><script>alert('${place}')</script>`.slice(0, bytes);
const smuggled = 'img[src="x"], [onerror], [onload], svg[onload], a[href^="javascript" i], a[href^="data" i], iframe, object, embed, body script:not([src])';

async function assertOnlyText(page, place) {
  await page.waitForTimeout(150);
  assert.equal(await page.locator(smuggled).count(), 0, place);
}

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  agent = await demoAgent(server);
  desk = await agentSocket(server, agent);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const append = (connection, conversationId, command) => connection.request({ append: { conversationId, clientId: clientId(), ...command } });

/** A conversation in which every field that a visitor can fill holds an attack. */
async function attackingVisitor() {
  const context = {
    pageUrl: `javascript:alert('page')//${attack('pageurl')}`, pageTitle: attack('pagetitle', 190), referrer: `data:text/html,${attack('referrer')}`,
    userAgent: attack('useragent', 190), locale: attack('locale', 30), timezone: attack('timezone', 60),
  };
  const session = await visitorSession(server, { name: attack('sessionname', 190), email: attack('sessionmail', 190), phone: attack('sessionphone', 190), context });
  const connection = await Connection.open(server.url, { headers: { origin: server.url, 'user-agent': attack('useragent', 190) } });
  await connection.hello({ visitorToken: session.token, context, locale: attack('hellolocale', 30), client: attack('client', 60) });
  const { conversationId } = session;
  await say(connection, conversationId, attack('firsttext'));
  await append(connection, conversationId, {
    contact: { name: attack('contactname', 190), email: attack('contactmail', 190), phone: attack('contactphone', 190), attributes: { [attack('attributename', 60)]: attack('attributevalue', 450), home: 'javascript:alert(1)' } },
  });
  await append(connection, conversationId, { message: { text: '[a](javascript:alert(1)) <a href="javascript:alert(2)">b</a> javascript:alert(3) data:text/html,<script>alert(4)</script>' } });
  await append(connection, conversationId, { pageViewed: { url: "javascript:alert('viewed')", title: attack('viewedtitle', 190) } });
  const file = await new Api(server.url, { token: session.token }).call('POST', `/uploads?conversation=${conversationId}&name=${encodeURIComponent(attack('filename', 150).replaceAll('/', '_'))}`, {
    body: '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', headers: { 'content-type': 'image/svg+xml' },
  });
  assert.ok(file.status < 300, `the file is taken: ${file.status} ${JSON.stringify(file.json)}`);
  await append(connection, conversationId, { message: { attachments: [{ id: file.json.id }] } });
  await append(connection, conversationId, { rate: { score: 1, comment: attack('ratingcomment') } });
  return { session, connection, conversationId };
}

test('what a visitor fills is text for the agent: inbox, thread, side panel, command bar, search', async () => {
  const { connection, conversationId } = await attackingVisitor();
  await append(desk, conversationId, { labels: { added: [attack('label', 60)] } });
  await note(desk, conversationId, attack('note'));
  await append(desk, conversationId, { changeState: { to: 'CONVERSATION_STATE_PENDING', reason: attack('reason', 90) } });
  await append(desk, conversationId, { changeState: { to: 'CONVERSATION_STATE_OPEN' } });
  // Each of them is really there: a field that the server had dropped would prove nothing.
  const summary = await agent.get(`/conversations/${conversationId}`);
  await eventually(async () => (await agent.get(`/contacts/${summary.contactId}`)).attributes?.home, 'the directory has the attributes');
  const stored = JSON.stringify([summary, await agent.log(conversationId), await agent.get(`/contacts/${summary.contactId}`)]);
  for (const place of ['pageurl', 'pagetitle', 'referrer', 'useragent', 'timezone', 'firsttext', 'contactname', 'contactmail', 'contactphone', 'attributename', 'attributevalue', 'viewedtitle', 'filename', 'ratingcomment', 'label', 'note', 'reason']) {
    assert.ok(stored.includes(`${place}'`), `${place} is stored`);
  }

  const someone = await person(browser);
  const console = await openConsole(server, someone, server.demo.agents[0]);
  await console.show('all');
  await console.list.getByText('contactname').first().waitFor();
  await assertOnlyText(console.page, 'the list');
  await console.page.goto(`${server.url}/console/c/${conversationId}`);
  await console.bubble(attack('firsttext')).waitFor();
  assert.equal(await console.bubble(attack('firsttext')).first().innerText(), attack('firsttext'));
  await console.details.getByText(attack('attributevalue', 450), { exact: true }).waitFor();
  await console.details.getByText('useragent').first().waitFor();
  connection.send({ typing: { conversationId, active: true, text: attack('typed') } });
  await console.log.getByText('typed').first().waitFor();
  assert.equal(await console.details.getByRole('link', { name: /javascript|data:/ }).count(), 0, 'only http(s) addresses are links');
  await assertOnlyText(console.page, 'thread and side panel');
  await picture(console.page, 'injection-thread');
  await console.details.getByRole('button', { name: 'Edit' }).click();
  await assertOnlyText(console.page, 'the form of the contact');
  await console.command('contactname');
  await console.page.getByRole('dialog').getByText('contactname').first().waitFor();
  await assertOnlyText(console.page, 'the command bar');
  await console.page.keyboard.press('Escape');
  for (const query of ['onerror', attack('query', 200)]) {
    await console.page.goto(`${server.url}/console/search?q=${encodeURIComponent(query)}`);
    await console.page.locator('.hit, .nothing-open, .page > .quiet').first().waitFor();
    await assertOnlyText(console.page, `search for ${query}`);
  }
  await connection.close();
  await goodbye(someone);
});

test('what colleagues fill is text for each other: names, sites, tokens, comments', async () => {
  const login = { email: 'mallory@weikeyi.test', password: 'a long enough word' };
  await agent.post('/agents', { ...login, name: attack('agentname', 190), role: 'ROLE_AGENT', capacity: 1 });
  await agent.post('/agents', { email: 'mallory3@weikeyi.test', password: login.password, name: attack('othername', 190), role: 'ROLE_AGENT', capacity: 1 });
  const site = await agent.post('/sites', { name: attack('sitename', 190) });
  const texts = (place) => ({ en: attack(`${place}en`, 290), 'zh-CN': attack(`${place}zh`, 290) });
  await agent.ok('PATCH', `/sites/${site.id}`, { appearance: { color: '#2563eb', position: 'right', theme: 'light', title: texts('title'), greeting: texts('greeting'), offlineMessage: texts('offline'), launcherLabel: attack('launcher', 100) } });
  await agent.post('/tokens', { name: attack('tokenname', 90), role: 'ROLE_AGENT' });
  const session = await visitorSession(server, { siteKey: site.key });
  const connection = await visitorSocket(server, session);
  await say(connection, session.conversationId, 'for the attacker');
  const mallory = await signIn(server, login);
  await subscribe(desk, session.conversationId);
  await append(desk, session.conversationId, { assign: { to: { kind: 'HOLDER_KIND_AGENT', agentId: mallory.agent.id }, comment: attack('comment') } });

  const someone = await person(browser);
  const console = await openConsole(server, someone, server.demo.agents[0]);
  const { page } = console;
  await page.goto(`${server.url}/console/c/${session.conversationId}`);
  await console.log.getByText('comment').first().waitFor();
  await assertOnlyText(page, 'transfer and comment');
  await console.button('hand').click();
  await page.getByRole('dialog').getByText('othername').first().waitFor();
  await assertOnlyText(page, 'who it can be given to');
  for (const [path, text] of [['admin', 'sitename'], [`admin/sites/${site.id}`, 'greetingen'], ['admin/agents', 'agentname'], ['admin/tokens', 'tokenname']]) {
    await page.goto(`${server.url}/console/${path}`);
    await page.getByText(text).first().waitFor();
    await assertOnlyText(page, path);
  }
  await page.goto(`${server.url}/console/admin/tokens`);
  await page.getByRole('row').filter({ hasText: 'tokenname' }).getByRole('button').click();
  await page.getByRole('dialog').waitFor();
  await assertOnlyText(page, 'the question before a token goes');
  const own = await person(browser);
  const profile = await openConsole(server, own, login, undefined, 'profile');
  await profile.page.getByRole('heading', { name: 'Sessions' }).waitFor();
  await assertOnlyText(profile.page, 'profile');
  await connection.close();
  await goodbye(someone, own);
});

test('what a site and its agents fill is text for the visitor, and no colour is more than a colour', async () => {
  const site = await agent.post('/sites', { name: attack('sitename', 190) });
  const texts = (place) => ({ en: attack(`${place}en`, 290), 'zh-CN': attack(`${place}zh`, 290) });
  const appearance = { color: '#2563eb', position: 'right', theme: 'light', title: texts('title'), greeting: texts('greeting'), offlineMessage: texts('offline'), launcherLabel: attack('launcher', 100) };
  await agent.ok('PATCH', `/sites/${site.id}`, { appearance });
  const evil = 'red;}*{background:url(//evil.example/x)}</style><script>alert(1)</script>';
  for (const field of ['color', 'position', 'theme']) {
    await agent.call('PATCH', `/sites/${site.id}`, { body: { appearance: { ...appearance, [field]: evil } } });
  }
  const visitor = await person(browser);
  const asked = [];
  visitor.context.on('request', (request) => asked.push(request.url()));
  const page = await visitor.page();
  await page.goto(`${server.url}/chat/${site.key}`);
  await page.getByText('greetingen').first().waitFor();
  await assertOnlyText(page, 'the chat page');
  await picture(page, 'injection-chat-page');
  const shop = await visitor.page();
  await shop.route(`${server.url}/somewhere`, (route) => route.fulfill({ contentType: 'text/html', body: `<!doctype html><title>Shop</title><script async src="/widget/${site.key}.js"></script>` }));
  await shop.goto(`${server.url}/somewhere`);
  await shop.getByRole('button', { name: /launcher|Chat with us/ }).first().waitFor();
  await assertOnlyText(shop, 'the launcher');
  assert.ok(!asked.some((url) => url.includes('evil.example')), 'nothing is asked of anybody else');
  await goodbye(visitor);
});

test('what is written in the chat is text on both sides', async () => {
  const mallory = { email: 'mallory2@weikeyi.test', password: 'a long enough word' };
  await agent.post('/agents', { ...mallory, name: attack('agentname', 190), role: 'ROLE_AGENT', capacity: 1 });
  const theirs = await agentSocket(server, await signIn(server, mallory));
  const visitor = await person(browser);
  const widget = await openWidget(server, visitor);
  const attacks = [attack('said'), '<script>alert(2)</script>', '[x](javascript:alert(4))', 'javascript:alert(5)', '{{7*7}}${alert(6)}', 'https://shop.example/"onmouseover="alert(7)'];
  for (const one of attacks) await widget.write(one);
  await widget.bubble(attacks.at(-1)).waitFor();
  const { id } = await eventually(async () => ((await agent.get('/conversations?view=all')).conversations ?? []).find((one) => one.lastMessage?.text?.includes('onmouseover')), 'the conversation');
  await subscribe(theirs, id);
  for (const one of attacks) await say(theirs, id, `agent ${one}`);
  await widget.bubble(`agent ${attacks.at(-1)}`).waitFor();
  await widget.log.getByText('agentname').first().waitFor();
  for (const one of attacks) assert.equal(await widget.bubble(`agent ${one}`).innerText(), `agent ${one}`);
  await widget.attach({ name: attack('ownfile', 100).replaceAll('/', '_'), mimeType: 'text/plain', buffer: Buffer.from('hello') });
  await widget.log.getByText('ownfile').first().waitFor();
  await assertOnlyText(widget.page, 'the widget');
  await picture(widget.page, 'injection-widget');
  // What the page itself tells the widget goes the same way.
  await widget.page.evaluate((text) => window.weikeyi('newMessage', text), attack('draft'));
  assert.equal(await widget.box.inputValue(), attack('draft'));
  await assertOnlyText(widget.page, 'the draft');
  await goodbye(visitor);
});
