// What makes an agent quick: command bar, keyboard, alerts, undo; and how a conversation and its contact are filed.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { demoAgent, eventually, say, visitor as scriptedVisitor } from '../e2e/lib/people.mjs';
import { goodbye, launch, lookAway, person, picture } from './lib/browser.mjs';
import { chinese, english, openConsole } from './lib/console.mjs';

let server;
let browser;
let agent;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  agent = await demoAgent(server);
  // Routing gives nothing away here: what is claimed is claimed by hand.
  const { sites } = await agent.get('/sites');
  await agent.ok('PATCH', `/sites/${sites[0].id}`, { routing: 'ROUTING_STRATEGY_MANUAL' });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const administrator = () => server.demo.agents[0];
const ordinary = () => server.demo.agents[1];
const stateOf = async (id) => (await agent.get(`/conversations/${id}`)).state;

/** A conversation that begins with this text. */
async function conversation(text) {
  const someone = await scriptedVisitor(server);
  await say(someone.connection, someone.conversationId, text);
  return someone;
}

for (const [language, words, locale] of [['English', english, 'en-US'], ['Chinese', chinese, 'zh-CN']]) {
  test(`the command bar goes everywhere and does everything, in ${language}`, async () => {
    const someone = await person(browser, { locale });
    const { connection, conversationId } = await conversation(`bar candidate ${language}`);
    const desk = await openConsole(server, someone, administrator(), words);
    await desk.show('all');
    // A conversation by its words.
    await desk.command(`bar candidate ${language}`);
    await desk.page.getByRole('dialog').getByText(`bar candidate ${language}`).first().waitFor();
    await picture(desk.page, `console-command-bar-${language.toLowerCase()}`);
    await desk.page.keyboard.press('Enter');
    await desk.bubble(`bar candidate ${language}`).waitFor();
    // A deed on the conversation that is open.
    await desk.command(words.claim);
    await desk.page.keyboard.press('Enter');
    await eventually(async () => (await agent.get(`/conversations/${conversationId}`)).holder?.agentId === agent.agent.id, 'claimed from the bar');
    // A place.
    await desk.command(words.administration);
    await desk.page.keyboard.press('Enter');
    await desk.page.waitForURL(/\/console\/admin/);
    // A look.
    await desk.command(words.dark);
    await desk.page.keyboard.press('Enter');
    await eventually(() => desk.page.evaluate(() => document.documentElement.dataset.mantineColorScheme === 'dark'), 'dark');
    // What is no command becomes a search.
    await desk.command('zzz nothing of this kind');
    await desk.page.getByText(words.searchFor).first().waitFor();
    await desk.page.keyboard.press('Enter');
    await desk.page.waitForURL(/\/console\/search\?q=zzz/);
    await connection.close();
    await goodbye(someone);
  });
}

test('an ordinary agent has no command for what their role does not allow', async () => {
  const someone = await person(browser);
  const desk = await openConsole(server, someone, ordinary());
  await desk.command(english.administration);
  await desk.page.getByText(english.searchFor).first().waitFor();
  const offered = desk.page.locator('.mantine-Spotlight-action');
  assert.equal(await offered.count(), 1, 'only the search for the word');
  assert.ok((await offered.innerText()).includes(english.searchFor));
  await desk.page.keyboard.press('Escape');
  await desk.page.keyboard.press('Alt+s');
  await desk.page.waitForTimeout(200);
  assert.ok(!desk.page.url().includes('/admin'));
  await goodbye(someone);
});

test('by keyboard: through the list, transfer, resolve, search, help; single keys only where switched on', async () => {
  const someone = await person(browser);
  const first = await conversation('keyboard one');
  const second = await conversation('keyboard two');
  const desk = await openConsole(server, someone, administrator());
  await desk.show('all');
  const { page } = desk;
  await desk.list.getByText('keyboard two').first().waitFor();
  const rows = await desk.list.locator('.virtual-item a').evaluateAll((links) => links.map((link) => link.href));
  for (const [key, at] of [['Alt+j', 0], ['Alt+j', 1], ['Alt+k', 0]]) {
    await page.keyboard.press(key);
    await page.waitForURL(rows[at]);
  }
  await desk.open('keyboard two');
  await page.keyboard.press('Alt+a');
  await page.getByRole('dialog').getByRole('button', { name: /Lin/ }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  // A letter is a letter while one writes, with single keys or without.
  await page.keyboard.press('Control+/');
  const help = page.getByRole('dialog', { name: english.shortcuts });
  await help.getByText('Alt+J').waitFor();
  await picture(page, 'console-shortcuts');
  await help.getByRole('switch', { name: english.singleKeys }).check();
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'detached' });
  await desk.box('reply').click();
  await page.keyboard.type('eajk');
  assert.equal(await desk.box('reply').inputValue(), 'eajk');
  assert.equal(await stateOf(second.conversationId), 'CONVERSATION_STATE_OPEN');
  await desk.box('reply').fill('');
  await desk.log.click();
  await page.keyboard.press('e');
  await eventually(async () => (await stateOf(second.conversationId)) === 'CONVERSATION_STATE_RESOLVED', 'resolved by one key');
  await page.keyboard.press('Alt+v');
  await page.waitForURL(/\/console\/search/);
  await page.keyboard.press('Alt+c');
  await desk.list.waitFor();
  await first.connection.close();
  await second.connection.close();
  await goodbye(someone);
});

for (const [language, words, locale] of [['English', english, 'en-US'], ['Chinese', chinese, 'zh-CN']]) {
  test(`resolving and handing over are undone with one click, in ${language}`, async () => {
    const someone = await person(browser, { locale });
    const { connection, conversationId } = await conversation(`undo candidate ${language}`);
    const desk = await openConsole(server, someone, administrator(), words);
    await desk.show('all');
    await desk.open(`undo candidate ${language}`);
    await desk.button('resolve').click();
    await eventually(async () => (await stateOf(conversationId)) === 'CONVERSATION_STATE_RESOLVED', 'resolved');
    await picture(desk.page, `console-undo-${language.toLowerCase()}`);
    const notice = desk.page.getByRole('alert').filter({ has: desk.page.getByRole('button', { name: words.undo }) });
    await notice.getByRole('button', { name: words.close, exact: true }).waitFor();
    await desk.page.getByRole('button', { name: words.undo }).click();
    await eventually(async () => (await stateOf(conversationId)) === 'CONVERSATION_STATE_OPEN', 'open again');
    await desk.button('claim').click();
    await eventually(async () => (await agent.get(`/conversations/${conversationId}`)).holder?.agentId === agent.agent.id, 'claimed');
    await desk.button('hand').click();
    await desk.page.getByRole('dialog').getByRole('button', { name: /Lin/ }).click();
    await eventually(async () => (await agent.get(`/conversations/${conversationId}`)).holder?.agentName?.startsWith('Lin'), 'handed over');
    await desk.page.getByRole('button', { name: words.undo }).click();
    await eventually(async () => (await agent.get(`/conversations/${conversationId}`)).holder?.agentId === agent.agent.id, 'back again');
    await connection.close();
    await goodbye(someone);
  });

  test(`labels, priority and the contact are edited, and colleagues see it at once, in ${language}`, async () => {
    const [someone, colleague] = [await person(browser, { locale }), await person(browser)];
    const { connection, conversationId } = await conversation(`filing candidate ${language}`);
    const desk = await openConsole(server, someone, ordinary(), words);
    const other = await openConsole(server, colleague, administrator());
    for (const one of [desk, other]) {
      await one.show('all');
      await one.open(`filing candidate ${language}`);
    }
    const field = desk.details.getByLabel(words.labels).and(desk.page.locator('input')).first();
    await field.fill('退款 refund');
    await field.press('Enter');
    await eventually(async () => (await agent.get(`/conversations/${conversationId}`)).labels?.includes('退款 refund'), 'labelled');
    await other.details.getByText('退款 refund').first().waitFor();
    await other.list.locator('.label-chip').filter({ hasText: '退款 refund' }).first().waitFor();
    await field.press('Backspace');
    await eventually(async () => !(await agent.get(`/conversations/${conversationId}`)).labels?.length, 'the label is gone');
    await other.details.getByText('退款 refund').waitFor({ state: 'detached' });

    await desk.details.getByRole('button', { name: words.edit }).click();
    await desk.details.getByRole('textbox', { name: words.name }).fill('Zhang Wei 张伟');
    await desk.details.getByRole('textbox', { name: words.email }).fill('zhang@example.test');
    await desk.details.getByRole('textbox', { name: words.phone }).fill('+86 10 1234 5678');
    await picture(desk.page, `console-contact-${language.toLowerCase()}`);
    await desk.details.getByRole('button', { name: words.save }).click();
    await desk.details.getByText('zhang@example.test').waitFor();
    await other.details.getByText('zhang@example.test').waitFor();
    await other.list.getByText('Zhang Wei 张伟').first().waitFor();
    await desk.log.getByText(words.contactDetails).first().waitFor();
    const summary = await agent.get(`/conversations/${conversationId}`);
    await eventually(async () => (await agent.get(`/contacts/${summary.contactId}`)).phone === '+86 10 1234 5678', 'the directory has it');
    assert.ok(!JSON.stringify(connection.frames).includes('zhang@example.test'), 'the visitor is not told what is filed');
    await connection.close();
    await goodbye(someone, colleague);
  });
}

test('alerts: title, sound and desktop notification, only when asked for and only while one looks elsewhere', async () => {
  const someone = await person(browser, { locale: 'zh-CN' });
  await someone.context.grantPermissions(['notifications'], { origin: server.url });
  // Counts what the page does with the browser's own sound and notifications.
  await someone.context.addInitScript(() => {
    window.heard = { tones: 0, notes: [] };
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...args) {
      window.heard.tones += 1;
      return start.apply(this, args);
    };
    window.Notification = class extends window.Notification {
      constructor(title, options) {
        super(title, options);
        window.heard.notes.push(`${title}: ${options.body}`);
      }
    };
  });
  const desk = await openConsole(server, someone, administrator(), chinese);
  await desk.show('all');
  const { connection, conversationId } = await conversation('first alert');
  await desk.list.getByText('first alert').first().waitFor();
  assert.deepEqual(await desk.page.evaluate(() => window.heard), { tones: 0, notes: [] }, 'nothing sounds unasked');
  await desk.page.getByRole('button', { name: chinese.alerts, exact: true }).click();
  await picture(desk.page, 'console-alerts');
  await desk.page.getByRole('menuitemcheckbox', { name: chinese.sound }).click();
  await desk.page.getByRole('menuitemcheckbox', { name: chinese.desktop }).click();
  await desk.page.keyboard.press('Escape');
  const before = (await desk.page.evaluate(() => window.heard)).tones;
  assert.ok(before > 0, 'the sound is heard once when it is chosen');
  await say(connection, conversationId, 'while looking');
  await desk.list.getByText('while looking').first().waitFor();
  assert.equal((await desk.page.evaluate(() => window.heard)).tones, before, 'no sound for what is seen');
  await lookAway(desk.page);
  await say(connection, conversationId, 'while away');
  await eventually(() => desk.page.evaluate((count) => window.heard.tones > count && window.heard.notes.some((note) => note.includes('while away')), before), 'sound and notification');
  await eventually(() => desk.page.title().then((title) => /^\(\d+\) /.test(title)), 'the title counts');
  await connection.close();
  await goodbye(someone);
});
