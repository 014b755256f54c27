// node tools/readme_pictures.mjs: takes the pictures of the README anew, from a server with demo data (build/dev).
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Server } from '../tests/e2e/lib/server.mjs';
import { agentSocket, demoAgent, eventually, say, subscribe } from '../tests/e2e/lib/people.mjs';
import { launch, person, phone } from '../tests/browser/lib/browser.mjs';
import { openConsole } from '../tests/browser/lib/console.mjs';
import { openWidget } from '../tests/browser/lib/widget.mjs';

const out = resolve(import.meta.dirname, '../docs/images');
mkdirSync(out, { recursive: true });
const take = async (page, name) => {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${out}/${name}.png` });
};

const server = await Server.start();
const browser = await launch();
try {
  const agent = await demoAgent(server);
  const desk = await agentSocket(server, agent);

  const shopper = await person(browser, { viewport: { width: 1280, height: 800 } });
  const widget = await openWidget(server, shopper);
  await widget.write('Hi! Does the K200 keep water at 80 °C? I would use it for Longjing.');
  await widget.stored().waitFor();
  const id = await eventually(async () => (await agent.get('/conversations?view=all')).conversations.find((one) => one.lastMessage?.text?.startsWith('Hi! Does'))?.id, 'the conversation');
  await subscribe(desk, id);
  await say(desk, id, 'It does: any temperature from 40 to 100 °C, held for 30 minutes. 80 °C is just right for Longjing.');
  await widget.bubble('just right for Longjing').waitFor();
  await widget.write('Perfect, I will take one. 🍵');
  await widget.stored().waitFor();
  await take(widget.page, 'widget');

  const office = await person(browser, { viewport: { width: 1360, height: 800 } });
  const console = await openConsole(server, office, server.demo.agents[0]);
  await console.show('all');
  await console.open('Thank you. My neighbours');
  await console.note('Carrier says: left with the porter. Calling them now.');
  await console.reply('The carrier says it is with your porter. Would you look there, please?');
  await console.bubble('with your porter').waitFor();
  await take(console.page, 'console');

  const traveller = await person(browser, { locale: 'zh-CN', viewport: phone, touch: true });
  const small = await openWidget(server, traveller, { chinese: true });
  await small.write('你好，这款水壶今天能发货吗？');
  await small.stored().waitFor();
  const other = await eventually(async () => (await agent.get('/conversations?view=all')).conversations.find((one) => one.lastMessage?.text?.includes('今天能发货'))?.id, 'the conversation');
  await subscribe(desk, other);
  await say(desk, other, '您好！16:00 前下单当天发货。😊');
  await small.bubble('当天发货').waitFor();
  await small.write('太好了，谢谢！');
  await small.stored().waitFor();
  await take(small.page, 'widget-phone');
} finally {
  await browser.close();
  await server.close();
}
