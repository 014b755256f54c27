// The widget on the demo shop, by what a visitor sees. Playwright's selectors look into open shadow roots.
export async function openWidget(server, visitor, { chinese = false } = {}) {
  const page = await visitor.page();
  await page.goto(`${server.url}/demo/`);
  if (chinese) await page.evaluate(() => window.weikeyi('setLocale', 'zh-CN'));
  await page.getByRole('button', { name: chinese ? /在线咨询|关闭对话/ : /Chat with us|Close chat/ }).first().click();
  return new Widget(page, chinese);
}

export class Widget {
  constructor(page, chinese = false) {
    this.page = page;
    this.panel = page.getByRole('dialog', { name: chinese ? '在线客服' : 'Chat' });
    this.log = this.panel.getByRole('log');
    this.box = this.panel.getByRole('textbox').last();
    this.sendButton = this.panel.getByRole('button', { name: chinese ? '发送' : 'Send', exact: true });
  }

  async write(text) {
    await this.box.fill(text);
    await this.box.press('Enter');
  }

  /** A bubble with exactly this text. */
  bubble(text) {
    return this.log.locator('.bubble').filter({ hasText: text });
  }

  stored() {
    return this.log.locator('.progress.stored, .progress.seen').last();
  }

  async attach(file) {
    await this.panel.locator('input[type=file]').setInputFiles(file);
  }
}
