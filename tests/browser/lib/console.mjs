// The agents' console, by what an agent sees.
export async function openConsole(server, someone, login, words = english) {
  const page = await someone.page();
  await page.goto(`${server.url}/console/`);
  await page.getByLabel(words.email).fill(login.email);
  await page.locator('input[autocomplete=current-password]').fill(login.password);
  await page.getByRole('button', { name: words.signIn }).click();
  const console = new Console(page, words);
  await console.list.waitFor();
  return console;
}

export const english = {
  email: 'E-mail', signIn: 'Sign in', conversations: 'Conversations', mine: 'Mine', all: 'All', reply: 'Reply', note: 'Private note',
  search: 'Search', searchBox: 'Search all messages', claim: 'Take it', hand: /Assign|Transfer/, resolve: 'Resolve', reopen: 'Reopen', administration: 'Administration',
};
export const chinese = {
  email: '邮箱', signIn: '登录', conversations: '会话', mine: '我的', all: '全部', reply: '回复', note: '内部备注',
  search: '搜索', searchBox: '搜索全部消息', claim: '领取', hand: /分配|转接/, resolve: '解决', reopen: '重新打开', administration: '管理',
};

export class Console {
  constructor(page, words) {
    this.page = page;
    this.words = words;
    this.list = page.getByRole('region', { name: words.conversations });
    this.log = page.getByRole('log');
  }

  async show(view) {
    await this.list.getByText(this.words[view], { exact: true }).click();
  }

  /** Opens the conversation whose row shows this text. */
  async open(text) {
    await this.list.getByRole('link').filter({ hasText: text }).first().click();
    await this.box('reply').waitFor();
  }

  box(mode) {
    return this.page.getByRole('textbox', { name: this.words[mode], exact: true });
  }

  async reply(text) {
    await this.box('reply').fill(text);
    await this.box('reply').press('Enter');
  }

  async note(text) {
    await this.page.locator('.composer').getByText(this.words.note, { exact: true }).click();
    await this.box('note').fill(text);
    await this.box('note').press('Enter');
    await this.bubble(text).waitFor();
    await this.page.locator('.composer').getByText(this.words.reply, { exact: true }).click();
    await this.box('reply').waitFor();
  }

  bubble(text) {
    return this.log.locator('.bubble:not(.preview)').filter({ hasText: text });
  }

  button(name) {
    return this.page.locator('.actions').getByRole('button', { name: this.words[name] ?? name });
  }
}
