// Sites, agents and API tokens: what administrators do there, and that nobody else can.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from '../e2e/lib/server.mjs';
import { Api, demoAgent, eventually } from '../e2e/lib/people.mjs';
import { findingsOf } from './lib/axe.mjs';
import { goodbye, launch, person, picture } from './lib/browser.mjs';
import { chinese, english, openConsole, signIn } from './lib/console.mjs';
import { adminChinese, adminEnglish } from './lib/admin.mjs';
import { Widget } from './lib/widget.mjs';

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

const languages = [
  ['English', english, adminEnglish, 'en-US', 'Good morning! Ask us about kettles.'],
  ['Chinese', chinese, adminChinese, 'zh-CN', '早上好！关于水壶，请随时提问。'],
];

for (const [language, words, w, locale, greeting] of languages) {
  test(`a site is made, dressed and embedded, in ${language}`, async () => {
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, 'admin');
    const name = `Tea house ${language} 茶馆`;
    await page.getByRole('button', { name: w.siteAdd }).click();
    await page.getByRole('textbox', { name: w.siteName }).fill(name);
    const origins = page.getByLabel(w.origins).and(page.locator('input')).first();
    await origins.fill('not an origin');
    await origins.press('Enter');
    await page.getByText(w.notOrigin).last().waitFor();
    assert.equal(await page.getByRole('button', { name: w.create, exact: true }).isEnabled(), false, 'a wrong origin is not sent');
    await origins.press('Backspace');
    await page.getByRole('button', { name: w.create, exact: true }).click();
    await page.getByRole('heading', { name }).waitFor();

    // The line to embed is the one that works.
    const { sites } = await administrator.get('/sites');
    const site = sites.find((one) => one.name === name);
    const line = await page.getByLabel(w.embed, { exact: true }).innerText();
    assert.equal(line.trim(), `<script async src="${server.url}/widget/${site.key}.js"></script>`);

    // The preview follows the form before anything is saved.
    const preview = page.getByRole('region', { name: w.preview });
    await page.getByRole('textbox', { name: w.greeting }).fill(greeting);
    await preview.getByText(greeting).waitFor();
    const launcher = preview.getByRole('img').last();
    const before = await launcher.evaluate((one) => getComputedStyle(one).backgroundColor);
    await page.getByLabel(w.colour, { exact: true }).and(page.locator('input')).first().fill('#be185d');
    await page.getByLabel(w.colour, { exact: true }).and(page.locator('input')).first().press('Tab');
    await eventually(() => launcher.evaluate((one, colour) => getComputedStyle(one).backgroundColor !== colour, before), 'the preview takes the colour');
    await page.getByRole('radiogroup', { name: w.position }).getByText(w.left, { exact: true }).click();
    await page.getByText(w.unsaved).waitFor();
    assert.ok(!(await administrator.get('/sites')).sites.find((one) => one.id === site.id).appearance?.greeting?.[locale === 'zh-CN' ? 'zh-CN' : 'en']?.includes(greeting));
    await picture(page, `admin-site-${language.toLowerCase()}`);
    await page.getByRole('button', { name: w.save, exact: true }).click();
    await page.getByText(w.saved, { exact: true }).waitFor();

    // And the visitor sees it: greeting, colour, side.
    const visitor = await person(browser, { locale });
    const chat = await visitor.page();
    await chat.goto(`${server.url}/chat/${site.key}`);
    await chat.getByText(greeting).waitFor();
    await picture(chat, `chat-page-${language.toLowerCase()}`);

    // Allowed origins shut every other page out.
    await origins.fill('https://shop.example');
    await origins.press('Enter');
    await page.getByRole('button', { name: w.save, exact: true }).click();
    await page.getByText(w.saved, { exact: true }).waitFor();
    const refused = await new Api(server.url).call('POST', '/visitor/sessions', { body: { siteKey: site.key }, headers: { origin: 'https://evil.example' } });
    assert.equal(refused.json.code, 'origin_not_allowed');

    // Danger stands apart and asks twice.
    await page.getByRole('button', { name: w.siteDisable }).click();
    await page.getByRole('button', { name: w.sure }).click();
    await page.getByRole('button', { name: w.siteEnable }).waitFor();
    assert.equal((await administrator.get('/sites')).sites.find((one) => one.id === site.id).disabled, true);
    await page.goto(`${server.url}/console/admin`);
    await page.getByRole('link', { name }).waitFor();
    await picture(page, `admin-sites-${language.toLowerCase()}`);
    await goodbye(someone, visitor);
  });

  test(`agents are made, changed and disabled by role, in ${language}`, async () => {
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, 'admin/agents');
    const login = { email: `${language.toLowerCase()}@weikeyi.test`, password: 'a long enough word' };
    const name = `Omar ${language}`;
    await page.getByRole('button', { name: w.agentAdd }).click();
    const form = page.getByRole('region', { name: w.agentAdd });
    await form.getByRole('textbox', { name: w.name }).fill(name);
    await form.getByRole('textbox', { name: w.email }).fill(login.email);
    await form.locator('input[type=password]').fill('short');
    await form.getByRole('button', { name: w.create, exact: true }).click();
    await form.getByRole('alert').waitFor();
    await form.locator('input[type=password]').fill(login.password);
    await form.getByRole('button', { name: w.create, exact: true }).click();
    const row = page.getByRole('row').filter({ hasText: login.email });
    await row.getByText(w.agent, { exact: true }).waitFor();
    await picture(page, `admin-agents-${language.toLowerCase()}`);

    // An ordinary agent is shown nothing of administration, wherever they go.
    const colleague = await person(browser, { locale });
    const theirs = (await openConsole(server, colleague, login, words)).page;
    assert.equal(await theirs.getByRole('link', { name: words.administration, exact: true }).count(), 0);
    for (const path of ['admin', 'admin/agents', 'admin/tokens', `admin/sites/${(await administrator.get('/sites')).sites[0].id}`]) {
      await theirs.goto(`${server.url}/console/${path}`);
      await theirs.getByText(w.noPermission).waitFor();
      assert.equal(await theirs.getByRole('table').count(), 0);
      assert.equal(await theirs.getByText(server.demo.agents[0].email).count(), 0);
    }
    await picture(theirs, `admin-no-permission-${language.toLowerCase()}`);

    // A supervisor sees sites and agents, but neither tokens nor secrets.
    await row.getByRole('button', { name: w.editOf(name) }).click();
    const edit = page.getByRole('region', { name: w.editOf(name) });
    await edit.getByLabel(w.role).and(page.locator('input')).first().click();
    await page.getByRole('option', { name: w.supervisor }).click();
    await edit.getByRole('button', { name: w.save, exact: true }).click();
    await row.getByText(w.supervisor, { exact: true }).waitFor();
    await theirs.goto(`${server.url}/console/admin`);
    // A changed role ends the sessions it was changed under.
    await eventually(async () => (await theirs.getByRole('tab').count()) > 0 || (await theirs.locator('input[autocomplete=current-password]').count()) > 0, 'the new role counts');
    if ((await theirs.getByRole('tab').count()) === 0) {
      await theirs.getByLabel(words.email).fill(login.email);
      await theirs.locator('input[autocomplete=current-password]').fill(login.password);
      await theirs.getByRole('button', { name: words.signIn, exact: true }).click();
    }
    await theirs.getByRole('tab', { name: w.agents, exact: true }).waitFor();
    assert.equal(await theirs.getByRole('tab', { name: w.tokens }).count(), 0);
    await theirs.goto(`${server.url}/console/admin/tokens`);
    await theirs.getByText(w.notFound).waitFor();
    await theirs.goto(`${server.url}/console/admin/sites/${(await administrator.get('/sites')).sites[0].id}`);
    await theirs.getByRole('region', { name: w.preview }).waitFor();
    assert.equal(await theirs.getByRole('region', { name: w.identity }).count(), 0);
    await theirs.goto(`${server.url}/console/admin/agents`);
    await theirs.getByRole('row').filter({ hasText: server.demo.agents[0].email }).waitFor();
    assert.equal(await theirs.getByRole('button', { name: w.editOf('Demo') }).count(), 0, 'an administrator is not a supervisor’s to change');

    // Disabled: thrown out, and not let in again.
    await row.getByRole('button', { name: w.editOf(name) }).click();
    await page.getByRole('button', { name: w.disableAgent }).click();
    await page.getByRole('button', { name: w.sure }).click();
    await row.getByText(w.disabled, { exact: true }).waitFor();
    const shut = await signIn(server, colleague, login, words);
    await shut.getByText(w.loginFailed).waitFor();
    await goodbye(someone, colleague);
  });

  test(`an API token is shown once, works, and is deleted, in ${language}`, async () => {
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, 'admin/tokens');
    const name = `Warehouse ${language}`;
    await page.getByRole('button', { name: w.tokenAdd }).click();
    await page.getByRole('region', { name: w.tokenAdd }).getByRole('textbox', { name: w.name }).fill(name);
    await page.getByRole('button', { name: w.create, exact: true }).click();
    const secret = (await page.getByLabel(w.tokenSecret, { exact: true }).last().innerText()).trim();
    assert.match(secret, /^\S{20,}$/);
    await picture(page, `admin-token-${language.toLowerCase()}`);
    const program = new Api(server.url, { token: secret });
    assert.equal((await program.call('GET', '/conversations')).status, 200);
    assert.equal((await program.call('GET', '/tokens')).status, 403, 'the token has the role it was given');
    await page.getByRole('region', { name: w.tokenSecret }).getByRole('button', { name: w.close }).click();
    await page.getByRole('row').filter({ hasText: name }).waitFor();
    await page.reload();
    await page.getByRole('row').filter({ hasText: name }).waitFor();
    assert.ok(!(await page.content()).includes(secret), 'never again');
    await page.getByRole('button', { name: w.tokenDelete(name) }).click();
    await page.getByRole('dialog').getByRole('button', { name: w.tokenDeleteYes }).click();
    await page.getByRole('row').filter({ hasText: name }).waitFor({ state: 'detached' });
    assert.equal((await program.call('GET', '/conversations')).status, 401);
    await goodbye(someone);
  });
}

test('the embed line works on a page of another origin that the site allows, under a strict policy', async () => {
  const visitor = await person(browser);
  let body = '';
  const shop = createServer((_, answer) => {
    answer.writeHead(200, {
      'content-type': 'text/html',
      'content-security-policy': `default-src 'none'; script-src ${server.url}; connect-src ${server.url} ${server.url.replace('http', 'ws')}; img-src ${server.url}`,
    });
    answer.end(body);
  });
  await once(shop.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${shop.address().port}`;
  try {
    const site = await administrator.post('/sites', { name: 'Elsewhere', allowedOrigins: [origin] });
    body = `<!doctype html><link rel="icon" href="data:,"><title>Shop</title><body><script async src="${server.url}/widget/${site.key}.js"></script>`;
    const page = await visitor.page();
    await page.goto(`${origin}/`);
    await page.getByRole('button', { name: /Chat with us/ }).first().click();
    const widget = new Widget(page);
    await widget.write('from another origin');
    await widget.stored().waitFor();
    await visitor.close();
    assert.deepEqual(visitor.problems.filter((problem) => !problem.includes('data:,')), []);
  } finally {
    shop.close();
  }
});

for (const [language, words, w, locale] of languages) {
  test(`limits are shown with their defaults, changed, hold at once, and go back, in ${language}`, async () => {
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, 'admin/limits');
    const visitor = page.getByRole('group', { name: w.messagesPerVisitor });
    await visitor.getByText(w.visitorDefault).waitFor();
    const perSecond = visitor.getByLabel(`${w.messagesPerVisitor}: ${w.perSecond}`);
    const atOnce = visitor.getByLabel(`${w.messagesPerVisitor}: ${w.atOnce}`);
    assert.equal(await perSecond.inputValue(), '20');
    const save = page.getByRole('button', { name: w.save, exact: true });
    await perSecond.fill('2000000');
    await page.getByText(w.wrongNumber).first().waitFor();
    assert.equal(await save.isEnabled(), false, 'what is out of range is not sent');
    await perSecond.fill('3');
    await atOnce.fill('4');
    const connections = page.getByLabel(`${w.connectionsPerAddress}: ${w.atATime}`);
    await connections.fill('0');
    await picture(page, `admin-limits-${language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, 'limits'), []);
    await save.click();
    await page.getByText(w.saved, { exact: true }).waitFor();
    const { settings, defaults } = await administrator.get('/settings/admission');
    assert.deepEqual(settings, { ...defaults, connectionsPerAddress: 0, messagesPerVisitor: { perSecond: 3, burst: 4 } });
    await page.getByRole('button', { name: w.resetLimits }).click();
    await page.getByRole('button', { name: w.sure }).click();
    await eventually(async () => (await perSecond.inputValue()) === '20', 'the form shows the defaults again');
    const after = await administrator.get('/settings/admission');
    assert.deepEqual(after.settings, after.defaults);

    // A site of its own kind.
    const demo = (await administrator.get('/sites')).sites.find((one) => one.key === 'demo');
    await page.goto(`${server.url}/console/admin/sites/${demo.id}`);
    await page.getByRole('switch', { name: w.siteRate }).click();
    await page.getByLabel(`${w.messagesPerVisitor}: ${w.atOnce}`).fill('6');
    await save.click();
    await page.getByText(w.saved, { exact: true }).waitFor();
    assert.deepEqual((await administrator.get('/sites')).sites.find((one) => one.key === 'demo').messagesPerVisitor, { perSecond: 5, burst: 6 });
    await page.getByRole('switch', { name: w.siteRate }).click();
    await save.click();
    await eventually(async () => (await administrator.get('/sites')).sites.find((one) => one.key === 'demo').messagesPerVisitor === undefined, 'as everywhere again');
    await goodbye(someone);
  });
}

test('a supervisor has no page of limits', async () => {
  await administrator.post('/agents', { email: 'limits@example.test', name: 'limits', role: 'ROLE_SUPERVISOR', password: 'correct horse battery staple', capacity: 5 });
  const someone = await person(browser);
  const { page } = await openConsole(server, someone, { email: 'limits@example.test', password: 'correct horse battery staple' }, english, 'admin/limits');
  await page.getByText(adminEnglish.notFound).waitFor();
  assert.equal(await page.getByRole('tab', { name: adminEnglish.limits }).count(), 0);
  await goodbye(someone);
});
