// What a language model writes, as a visitor reads it while it grows; the provider is the strict stand-in.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LlmStandIn } from '../e2e/lib/llm_stand_in.mjs';
import { Server } from '../e2e/lib/server.mjs';
import { goodbye, launch, person, picture } from './lib/browser.mjs';
import { openWidget } from './lib/widget.mjs';

let server;
let browser;
let standIn;
let directory;

before(async () => {
  standIn = await LlmStandIn.start();
  directory = await mkdtemp(join(tmpdir(), 'weikeyi-llm-'));
  await writeFile(join(directory, 'key'), LlmStandIn.key, { mode: 0o600 });
  await writeFile(join(directory, 'llm.json'), JSON.stringify({ providers: [{ base_url: standIn.url, model: 'm', api_key_file: 'key' }] }));
  [server, browser] = await Promise.all([Server.start({ args: ['--demo-bot', '--llm-config', join(directory, 'llm.json')] }), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
  standIn?.close();
  await rm(directory, { recursive: true, force: true });
});

for (const { language, locale, ask, first, second } of [
  { language: 'English', locale: 'en-US', ask: 'How do I return something?', first: 'You can return it within 30 days of delivery', second: 'Open the order' },
  { language: 'Chinese', locale: 'zh-CN', ask: '怎么申请退货？', first: '签收后 7 天内，在订单页申请退货', second: '在订单页申请退货' },
]) {
  test(`the answer grows before the visitor's eyes and becomes a message, in ${language}`, async () => {
    const end = locale === 'zh-CN' ? '。' : '. ';
    let go;
    const read = new Promise((resolve) => (go = resolve));
    let more;
    const readMore = new Promise((resolve) => (more = resolve));
    standIn.answers(async (_, reply) => {
      await read;
      reply.say(`${first} [1]${end}${second}`);
      await readMore;
      reply.say(` [1]${end}`);
      reply.end();
    });
    const visitor = await person(browser, { locale });
    const widget = await openWidget(server, visitor, { chinese: locale === 'zh-CN' });
    await widget.write(ask);
    await widget.panel.getByRole('status', { name: /is typing|正在输入/ }).locator('i').first().waitFor();
    await picture(widget.page, `ai-typing-${language.toLowerCase()}`);
    go();
    const growing = widget.log.locator('.typing').filter({ hasText: first });
    await growing.waitFor();
    assert.equal(await growing.locator('i').count(), 0, 'words instead of dots');
    await picture(widget.page, `ai-typing-words-${language.toLowerCase()}`);
    more();
    await widget.log.locator('.bubble:not(.typing)').filter({ hasText: first }).waitFor();
    await growing.waitFor({ state: 'detached' });
    await goodbye(visitor);
  });
}
