// Dialogue flows: drawn, written by the keyboard alone, tried on the test bench, and gone through by a visitor.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoAgent, eventually } from '../e2e/lib/people.mjs';
import { Server } from '../e2e/lib/server.mjs';
import { findingsOf } from './lib/axe.mjs';
import { goodbye, launch, person, phone, picture } from './lib/browser.mjs';
import { chinese, english, openConsole } from './lib/console.mjs';
import { Knowledge, knowledgeChinese, knowledgeEnglish } from './lib/knowledge.mjs';
import { openWidget } from './lib/widget.mjs';

let server;
let browser;
let administrator;
let shop;
let directory;

before(async () => {
  // The shop's own system, which knows one order.
  shop = createServer((request, response) => {
    const known = request.url.endsWith('/10482');
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(known ? { status: 'on its way' } : {}));
  }).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  directory = await mkdtemp(join(tmpdir(), 'weikeyi-flow-'));
  const tool = { name: 'order_status', description: 'Where an order is', url: `http://127.0.0.1:${shop.address().port}/orders/{order_number}`, arguments: { order_number: { type: 'string' } } };
  await writeFile(join(directory, 'tools.json'), JSON.stringify({ tools: [tool] }));
  [server, browser] = await Promise.all([Server.start({ args: ['--demo-bot', '--llm-config', join(directory, 'tools.json')] }), launch()]);
  administrator = await demoAgent(server);
});
after(async () => {
  await browser?.close();
  await server?.close();
  shop?.close();
  shop?.closeAllConnections();
  await rm(directory, { recursive: true, force: true });
});

const entries = async (text) => (await administrator.get(`/knowledge/entries?text=${encodeURIComponent(text)}`)).entries ?? [];
const forget = async (text) => {
  for (const entry of await entries(text)) await administrator.ok('DELETE', `/knowledge/entries/${entry.id}`);
};
const noWider = (page, what) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth).then((over) => assert.ok(over <= 0, `${what}: ${over} px wider than the window`));
const node = (page, id) => page.locator(`.react-flow__node[data-id="${id}"]`);
const edges = (page) => page.locator('.react-flow__edge');

/** From one round handle to a step, as a hand does it. */
async function draw(page, from, exit, to) {
  const [a, b] = await Promise.all([node(page, from).locator(`.react-flow__handle[data-handleid="${exit}"]`).boundingBox(), node(page, to).locator('.react-flow__handle.target').boundingBox()]);
  await page.mouse.move(a.x + a.width / 2, a.y + a.height / 2);
  await page.mouse.down();
  await page.mouse.move(b.x - 20, b.y + 10, { steps: 5 });
  await page.mouse.move(b.x + b.width / 2, b.y + b.height / 2, { steps: 3 });
  await page.mouse.up();
}

/** On the line itself: the middle of the box around a curve may be beside it. */
async function clickWay(page, id) {
  const { x, y } = await page.locator(`.react-flow__edge[data-id="${id}"] path.react-flow__edge-path`).evaluate((path) => {
    const { x, y } = path.getPointAtLength(path.getTotalLength() * 0.6).matrixTransform(path.getScreenCTM());
    return { x, y };
  });
  await page.mouse.click(x, y);
}

const languages = [
  { language: 'English', words: english, k: knowledgeEnglish, locale: 'en-US', title: 'Where is my order?', asks: 'track my order', question: 'What is your order number?', status: 'Order 10482: on its way.', unknown: 'There is no order', thanks: 'No, that is all', bye: 'You are welcome.' },
  { language: 'Chinese', words: chinese, k: knowledgeChinese, locale: 'zh-CN', title: '我的订单到哪了？', asks: '查订单', question: '请问您的订单号是多少？', status: '订单 10482 的状态：on its way', unknown: '没有找到订单', thanks: '没有了，谢谢', bye: '不客气，祝您愉快。' },
];

for (const { language, words, k, locale, title, asks, question, status, unknown, thanks, bye } of languages) {
  test(`a flow begins with a template, is drawn on, tried, and gone through by a visitor, in ${language}`, async () => {
    await forget(title);
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, 'knowledge');
    const knowledge = new Knowledge(page, k);
    const look = language.toLowerCase();
    await knowledge.list.getByRole('link', { name: k.newFlow, exact: true }).click();
    await page.getByRole('region', { name: k.begin }).waitFor();
    await picture(page, `flow-templates-${look}`);
    await page.getByRole('button', { name: k.templateOrder }).click();
    assert.equal(await knowledge.field('question').inputValue(), title);
    await node(page, 'order-number').waitFor();
    await page.getByText(k.nothingWrong).waitFor();
    const before = await edges(page).count();

    // A way is taken away and drawn again, a step put between by the palette, undone and done again.
    await page.locator('.flow-picture').evaluate((drawing) => drawing.scrollIntoView({ block: 'start' }));
    await clickWay(page, 'says-status next');
    await page.keyboard.press('Delete');
    await eventually(async () => (await edges(page).count()) === before - 1, 'one way less');
    await draw(page, 'says-status', 'next', 'more');
    await eventually(async () => (await edges(page).count()) === before, 'drawn again');
    await node(page, 'says-status').click();
    await page.getByRole('button', { name: k.addStep(k.say) }).click();
    await node(page, 'say-1').waitFor();
    await page.getByRole('status').getByText(k.problems).or(page.getByRole('status').filter({ hasText: k.problems })).first().waitFor();
    await page.getByRole('button', { name: k.undo, exact: true }).click();
    await node(page, 'say-1').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: k.redo, exact: true }).click();
    await node(page, 'say-1').waitFor();
    await knowledge.save();
    await page.getByText(k.incomplete).waitFor();
    assert.equal((await entries(title)).length, 0, 'what is not complete is not sent');
    await page.getByRole('button', { name: k.undo, exact: true }).click();

    await page.locator('.flow-picture').evaluate((drawing) => drawing.scrollIntoView({ block: 'start' }));
    const box = await node(page, 'bye').boundingBox();
    await page.mouse.move(box.x + 60, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + 90, box.y + 52, { steps: 4 });
    await page.mouse.up();
    const labels = page.getByLabel(k.conversationLabels).and(page.locator('input')).first();
    await labels.fill('orders');
    await labels.press('Enter');
    await knowledge.save();
    // A place of its own: from here on a try knows it.
    await page.waitForURL(/\/knowledge\/\d+/);
    const [entry] = await entries(title);
    assert.deepEqual([entry.kind, entry.labels, entry.steps.length, entry.steps[0].id, entry.body ?? ''], ['KNOWLEDGE_KIND_FLOW', ['orders'], 9, 'order-number', '']);
    assert.ok(entry.steps.every(({ x = 0, y = 0 }) => x !== 0 || y !== 0), 'what was seen is where it stays');
    await node(page, 'bye').waitFor();

    // The test bench becomes a conversation; the drawing shows the way it takes.
    await knowledge.ask(asks);
    const talk = knowledge.bench.getByRole('log', { name: k.talk });
    await talk.getByText(question).waitFor();
    await page.locator('.flow-node.waiting').waitFor();
    const says = async (text) => {
      await knowledge.bench.getByRole('textbox', { name: k.writes }).fill(text);
      await knowledge.bench.getByRole('textbox', { name: k.writes }).press('Enter');
    };
    await says('99999999');
    await talk.getByText(unknown).waitFor();
    await says('10482');
    await talk.getByText(status).waitFor();
    await knowledge.bench.getByText('on its way', { exact: true }).waitFor();
    await eventually(async () => (await page.locator('.flow-node.taken').count()) >= 4, 'the steps taken are marked');
    await picture(page, `flow-tried-${look}`);
    assert.deepEqual(await findingsOf(page, 'a flow under way on the bench'), []);
    await talk.getByRole('button', { name: thanks }).click();
    await talk.getByText(bye).waitFor();
    await knowledge.bench.getByText(k.flowDone).waitFor();
    await knowledge.bench.getByRole('button', { name: k.again }).click();
    await eventually(async () => (await talk.getByText(bye).count()) === 0, 'it begins anew');
    await knowledge.bench.getByRole('textbox', { name: k.writes }).waitFor();

    // Opened again it is as it was; the list names its kind.
    await page.reload();
    await node(page, 'bye').waitFor();
    await page.setViewportSize({ width: 1900, height: 900 });
    await knowledge.row(title).getByRole('img', { name: k.kindFlow }).waitFor();
    await picture(page, `flow-wide-${look}`);

    const visitor = await person(browser, { locale });
    const widget = await openWidget(server, visitor, { chinese: locale === 'zh-CN' });
    await widget.write(asks);
    await widget.bubble(question).waitFor();
    await widget.write('10482');
    await widget.bubble(status).waitFor();
    await widget.log.getByRole('button', { name: thanks, exact: true }).click();
    await widget.bubble(bye).waitFor();

    // Agents read which way it went.
    const { conversations } = await administrator.get('/conversations?view=all');
    const chat = conversations.find((one) => one.lastMessage?.text.includes(bye));
    assert.deepEqual(chat.labels, ['orders']);
    await page.goto(`${server.url}/console/c/${chat.id}`);
    const thread = page.getByRole('log');
    await thread.locator('.decision summary').filter({ hasText: k.flowReason }).nth(1).click();
    await thread.getByText(/look-up → how-far/).waitFor();
    await picture(page, `flow-thread-${look}`);
    await goodbye(someone, visitor);
    await forget(title);
  });

  test(`a flow is made by the keyboard alone, out of the list of steps, in ${language}`, async () => {
    const name = `${language} 回电 call back`;
    await forget(name);
    const someone = await person(browser, { locale, viewport: { width: 1360, height: 860 } });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, 'knowledge/new-flow');
    const knowledge = new Knowledge(page, k);
    const press = async (locator, key = 'Enter') => {
      await locator.focus();
      await page.keyboard.press(key);
    };
    const write = async (locator, text) => {
      await locator.focus();
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText(text);
    };
    await press(page.getByRole('button', { name: k.templateReturn }));
    const list = page.getByRole('list', { name: k.steps });
    const steps = list.locator('> li > .outline-head');
    await steps.first().waitFor();
    await write(knowledge.field('question'), name);
    await page.getByRole('button', { name: /./ }).first().waitFor();

    // Everything of the template but its first step goes, step by step; the focus stays in the list.
    for (let count = await steps.count(); count > 1; count -= 1) {
      await press(steps.nth(count - 1));
      await press(page.getByRole('button', { name: k.deleteStep }));
      await eventually(async () => (await steps.count()) === count - 1, 'a step less');
    }
    await eventually(() => page.evaluate(() => document.activeElement?.classList.contains('outline-head')), 'the focus is in the list');

    await page.keyboard.press('Enter');
    const form = list.locator('.outline-form');
    const field = (label) => form.getByLabel(label, { exact: true });
    await form.waitFor();
    await write(form.getByRole('textbox', { name: k.askText }), 'Which number?');
    await field(k.wanted).selectOption({ label: k.phone });
    await write(form.getByRole('textbox', { name: k.keepAs }), 'Telephone number');
    assert.equal(await form.getByRole('textbox', { name: k.keepAs }).inputValue(), 'telephone_number', 'capitals and blanks are none of a name');

    await press(page.getByRole('button', { name: k.addStep(k.offer) }));
    await eventually(async () => (await steps.count()) === 2 && (await steps.nth(1).evaluate((head) => head === document.activeElement)), 'the focus is on the new step');
    await write(form.getByRole('textbox', { name: k.askText }), 'When? {');
    await press(form.getByRole('button', { name: k.insert('telephone_number') }).first());
    await eventually(async () => (await form.getByRole('textbox', { name: k.askText }).inputValue()) === 'When? {telephone_number}', 'the value is put where one writes');
    await write(form.getByRole('textbox', { name: k.option(1), exact: true }), 'Today');
    await write(form.getByRole('textbox', { name: k.option(2), exact: true }), 'Tomorrow');
    await press(page.getByRole('button', { name: k.addStep(k.end) }));
    await eventually(async () => (await steps.count()) === 3, 'three steps');
    await write(form.getByRole('textbox', { name: k.endText }), 'We call {telephone_number}.');
    await press(form.getByRole('checkbox', { name: k.handOver }), 'Space');
    await page.getByText(k.nothingWrong).waitFor();
    await picture(page, `flow-keyboard-${language.toLowerCase()}`);
    await press(page.getByRole('button', { name: k.save, exact: true }));
    await eventually(async () => (await entries(name)).length === 1, 'it is stored');
    const [{ steps: stored, id }] = await entries(name);
    assert.deepEqual(stored.map((step) => [Object.keys(step).find((key) => ['ask', 'choose', 'end'].includes(key)), step.next ?? '']), [['ask', 'choose-1'], ['choose', 'end-1'], ['end', '']]);
    assert.deepEqual([stored[0].ask.kind, stored[0].ask.slot, stored[1].choose.options.map((one) => one.text), stored[2].end.handOver], ['FLOW_SLOT_KIND_PHONE', 'telephone_number', ['Today', 'Tomorrow'], true]);

    // A way round without a question is told while it is drawn, and refused by the server too.
    const refused = await administrator.call('PUT', `/knowledge/entries/${id}`, { body: { ...(await entries(name))[0], steps: [{ id: 'a', say: { text: 'x' }, next: 'a' }] } });
    assert.deepEqual([refused.status, refused.json.code], [400, 'invalid_argument']);
    await goodbye(someone);
    await forget(name);
  });
}

for (const { language, words, k, locale, question } of languages) {
  test(`the drawing is gone through by the keyboard, in ${language}`, async () => {
    const someone = await person(browser, { locale, viewport: { width: 1360, height: 860 } });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, 'knowledge/new-flow');
    await page.getByRole('button', { name: k.templateOrder }).click();
    const card = (id) => page.locator(`.flow-node[data-step="${id}"]`);
    const focused = (locator, what) => eventually(() => locator.evaluate((one) => one === document.activeElement), what);
    const drawing = page.getByRole('group', { name: k.drawing });
    await card('order-number').waitFor();
    await drawing.focus();
    await page.keyboard.press('Tab');
    await focused(card('order-number'), 'Tab goes to the first step');
    const asked = question.replace('?', '\\?');
    await focused(drawing.getByRole('button', { name: new RegExp(`^1 ${k.ask} ${asked}.*${k.begins}`) }), 'it is read with its words');
    await page.keyboard.press('Tab');
    await focused(card('look-up'), 'Tab goes on to the second');
    await page.keyboard.press('ArrowUp');
    await focused(card('order-number'), 'an arrow goes to what is above');
    await page.keyboard.press('ArrowDown');
    await focused(card('look-up'), 'and to what is below');
    await page.keyboard.press('End');
    await focused(card('bye'), 'End goes to the last');
    const [seen, frame] = await Promise.all([card('bye').boundingBox(), page.locator('.flow-picture').boundingBox()]);
    assert.ok(seen.y >= frame.y && seen.y + seen.height <= frame.y + frame.height, 'what has the focus is in the picture');

    // Enter opens its form, Escape comes back; Delete asks first.
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await focused(page.locator('.outline-form textarea').first(), 'Enter opens its form');
    await page.keyboard.press('Escape');
    await focused(card('order-number'), 'Escape comes back to the drawing');
    await page.keyboard.press('End');
    await page.keyboard.press('Delete');
    await card('bye').getByText(k.deleteAgain).waitFor();
    await picture(page, `flow-delete-asks-${language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, `the drawing by the keyboard ${language}`), []);
    await page.keyboard.press('Escape');
    await card('bye').getByText(k.deleteAgain).waitFor({ state: 'detached' });
    await page.keyboard.press('Delete');
    await page.keyboard.press('ArrowUp');
    await eventually(async () => (await page.getByText(k.deleteAgain).count()) === 0, 'who goes on has not meant it');
    await page.keyboard.press('End');
    await page.keyboard.press('Delete');
    await page.keyboard.press('Delete');
    await card('bye').waitFor({ state: 'detached' });
    await focused(card('people'), 'the focus is on the step before it');
    await page.keyboard.press('Control+z');
    await card('bye').waitFor();
    await page.keyboard.press('Escape');
    await eventually(() => page.evaluate(() => document.activeElement?.classList.contains('outline-head')), 'Escape leaves the drawing');
    await goodbye(someone);
  });
}

for (const { language, words, k, locale } of languages) {
  test(`a step asks for one of the site's names, another keeps a number as the contact's, in ${language}`, async () => {
    const site = await administrator.post('/sites', { name: `Names ${language}` });
    await administrator.ok('PATCH', `/sites/${site.id}`, { bot: { nameLists: [{ name: 'product', names: [{ name: 'Lamp' }] }, { name: 'branch', names: [] }] } });
    const ask = (id, slot, next) => ({ id, next, ask: { text: `${slot}?`, slot, kind: 'FLOW_SLOT_KIND_PHONE' } });
    const entry = await administrator.post('/knowledge/entries', { kind: 'KNOWLEDGE_KIND_FLOW', siteId: site.id, title: `Spare parts ${language}`, steps: [ask('which', 'product', 'number'), ask('number', 'phone')] });
    const steps = async () => (await administrator.get(`/knowledge/entries/${entry.id}`)).steps;
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, server.demo.agents[0], words, `knowledge/${entry.id}`);
    const knowledge = new Knowledge(page, k);
    const list = page.getByRole('list', { name: k.steps });
    const head = (at) => list.locator('> li > .outline-head').nth(at);
    const form = list.locator('.outline-form');
    await head(0).click();
    const lists = form.getByLabel(k.whichList);
    assert.equal(await lists.count(), 0, 'only names have lists');
    await form.getByRole('checkbox', { name: k.keepContact }).check();
    await form.getByLabel(k.wanted, { exact: true }).selectOption({ label: k.listed });
    assert.equal(await form.getByRole('checkbox', { name: k.keepContact }).count(), 0, 'only numbers and addresses are kept');
    assert.deepEqual(await lists.locator('option').allInnerTexts(), ['', 'product', 'branch']);
    await knowledge.save();
    await page.getByText(k.incomplete).waitFor();
    await lists.selectOption('product');
    await head(0).getByText(k.listedOf('product')).waitFor();
    await head(1).click();
    await form.getByRole('checkbox', { name: k.keepContact }).check();
    await head(1).getByText(k.kept).waitFor();
    await knowledge.save();
    await page.getByText(k.stored).waitFor();
    const [which, number] = await steps();
    assert.deepEqual([which.ask.kind, which.ask.nameList, which.ask.saveToContact ?? false, number.ask.saveToContact], ['FLOW_SLOT_KIND_LISTED', 'product', false, true]);

    // Of every site the list is written, since each may have its own.
    await page.getByLabel(k.ofSite, { exact: true }).and(page.locator('input')).first().click();
    await page.getByRole('option', { name: k.everySite }).click();
    await head(0).click();
    await lists.and(page.locator('input')).first().fill('parts');
    await form.getByText(k.noList('parts')).first().waitFor();
    await picture(page, `flow-names-${language.toLowerCase()}`);
    assert.deepEqual(await findingsOf(page, `a step that asks for a name ${language}`), []);
    await knowledge.save();
    await page.getByText(k.stored).waitFor();
    assert.equal((await steps())[0].ask.nameList, 'parts', 'the list may come later');
    await goodbye(someone);

    // Who only reads it is told the same.
    const reader = await person(browser, { locale });
    const theirs = (await openConsole(server, reader, server.demo.agents[1], words, `knowledge/${entry.id}`)).page;
    await theirs.getByRole('list', { name: k.steps }).getByText(k.listedOf('parts')).waitFor();
    await goodbye(reader);
    await administrator.ok('DELETE', `/knowledge/entries/${entry.id}`);
  });
}

test('an ordinary agent reads a flow: its drawing, and the same in words', async () => {
  const entry = await administrator.post('/knowledge/entries', {
    kind: 'KNOWLEDGE_KIND_FLOW', title: 'Opening hours menu', labels: ['hours'],
    steps: [{ id: 'menu', choose: { text: 'Which?', options: [{ text: 'Week', next: 'week' }, { text: 'Weekend' }] } }, { id: 'week', say: { text: 'From 9 to 18.' } }],
  });
  const someone = await person(browser);
  const { page } = await openConsole(server, someone, server.demo.agents[1], english, `knowledge/${entry.id}`);
  await node(page, 'week').waitFor();
  assert.equal(await edges(page).count(), 1);
  const list = page.getByRole('list', { name: knowledgeEnglish.steps });
  await list.getByText('Week → 2 Say: From 9 to 18.').waitFor();
  await page.getByText('hours', { exact: true }).waitFor();
  assert.equal(await page.getByRole('group', { name: knowledgeEnglish.palette }).count(), 0);
  await picture(page, 'flow-reading');
  assert.deepEqual(await findingsOf(page, 'a flow that is read'), []);
  await goodbye(someone);
  await administrator.ok('DELETE', `/knowledge/entries/${entry.id}`);
});

test('what a flow holds is text wherever it is shown', async () => {
  const attack = (place) => `${place}'"><img src=x onerror="alert('${place}')"><svg/onload=alert(1)>`;
  const entry = await administrator.post('/knowledge/entries', {
    kind: 'KNOWLEDGE_KIND_FLOW', title: attack('flow'), labels: [`<img src=x onerror=alert(1)>`],
    steps: [{ id: 'a', choose: { text: attack('text'), options: [{ text: attack('option') }] } }],
  });
  for (const login of server.demo.agents) {
    const someone = await person(browser);
    const { page } = await openConsole(server, someone, login, english, `knowledge/${entry.id}`);
    await node(page, 'a').waitFor();
    const knowledge = new Knowledge(page, knowledgeEnglish);
    await knowledge.ask(attack('flow'));
    await knowledge.bench.getByRole('log').getByText(attack('text')).waitFor();
    assert.equal(await page.locator('img[src="x"], [onerror], [onload]').count(), 0);
    await goodbye(someone);
  }
  await administrator.ok('DELETE', `/knowledge/entries/${entry.id}`);
});

test('its pages have no serious finding of axe-core, and are no wider than a telephone', async () => {
  for (const [dark, viewport] of [[false, undefined], [true, undefined], [false, phone], [true, phone]]) {
    const someone = await person(browser, { dark, locale: dark ? 'zh-CN' : 'en-US', ...(viewport && { viewport, touch: true }) });
    const k = dark ? knowledgeChinese : knowledgeEnglish;
    const { page } = await openConsole(server, someone, server.demo.agents[0], dark ? chinese : english, 'knowledge/new-flow');
    const look = `${dark ? 'dark' : 'light'}${viewport ? '-phone' : ''}`;
    const found = [];
    await page.getByRole('button', { name: k.templateOrder }).waitFor();
    await picture(page, `look-flow-templates-${look}`);
    found.push(...(await findingsOf(page, `templates ${look}`)));
    await page.getByRole('button', { name: k.templateOrder }).click();
    const steps = page.getByRole('list', { name: k.steps }).locator('> li > .outline-head');
    if (viewport) {
      assert.equal(await page.locator('.react-flow').count(), 0, 'the drawing is folded away where there is no room');
      await picture(page, `look-flow-outline-${look}`);
      await page.getByRole('button', { name: k.showDrawing }).click();
    }
    await node(page, 'order-number').waitFor();
    for (const at of [0, 1, 2, 5]) {
      await steps.nth(at).click();
      await picture(page, `look-flow-step-${at}-${look}`);
      found.push(...(await findingsOf(page, `step ${at} ${look}`)));
      await noWider(page, `step ${at} ${look}`);
      await steps.nth(at).click();
    }
    assert.deepEqual(found, []);
    await goodbye(someone);
  }
});
