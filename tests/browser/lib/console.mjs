// The agents' console, by what an agent sees.
export async function openConsole(server, someone, login, words = english, path = '') {
  const page = await signIn(server, someone, login, words, path);
  const console = new Console(page, words);
  if (path === '') await console.list.waitFor();
  else await page.getByRole('navigation', { name: 'weikeyi' }).waitFor();
  return console;
}

/** Types address and password; what comes then is for the caller to look at. */
export async function signIn(server, someone, login, words = english, path = '') {
  const page = await someone.page();
  await page.goto(`${server.url}/console/${path}`);
  await page.getByLabel(words.email).fill(login.email);
  await page.locator('input[autocomplete=current-password]').fill(login.password);
  await page.getByRole('button', { name: words.signIn, exact: true }).click();
  return page;
}

export const english = {
  email: 'E-mail', signIn: 'Sign in', conversations: 'Conversations', mine: 'Mine', queue: 'Queue', bot: 'AI agent', noneOfBot: 'The AI agent has no conversations.', all: 'All', reply: 'Reply', note: 'Private note',
  search: 'Search', searchBox: 'Search all messages', claim: 'Take it', hand: /Assign|Transfer/, resolve: 'Resolve', reopen: 'Reopen', administration: 'Administration',
  commands: 'Commands', shortcuts: 'Keyboard shortcuts', undo: 'Undo', close: 'Close', labels: 'Labels', edit: 'Edit', save: 'Save', details: 'Details', phone: 'Telephone', name: 'Name',
  dark: 'Dark', nothingFound: 'Nothing of this name', alerts: 'Alerts', sound: 'Play a sound', desktop: 'Desktop notification', singleKeys: 'Single keys',
  contactDetails: 'Contact details:', toldByPage: 'Told by your page', verified: 'Verified identity', profile: 'Profile', priority: 'Priority', searchFor: 'Search messages for',
};
export const chinese = {
  email: '邮箱', signIn: '登录', conversations: '会话', mine: '我的', queue: '排队', bot: 'AI 客服', noneOfBot: 'AI 客服手上没有会话。', all: '全部', reply: '回复', note: '内部备注',
  search: '搜索', searchBox: '搜索全部消息', claim: '接待', hand: /分配|转接/, resolve: '解决', reopen: '重新打开', administration: '管理',
  commands: '命令', shortcuts: '键盘快捷键', undo: '撤销', close: '关闭', labels: '标签', edit: '编辑', save: '保存', details: '详情', phone: '电话', name: '姓名',
  dark: '深色', nothingFound: '没有匹配项', alerts: '提醒', sound: '播放提示音', desktop: '桌面通知', singleKeys: '单键快捷键',
  contactDetails: '联系方式：', toldByPage: '网页提供的信息', verified: '身份已验证', profile: '个人资料', priority: '优先级', searchFor: '在消息中搜索',
};

export class Console {
  constructor(page, words) {
    this.page = page;
    this.words = words;
    this.list = page.getByRole('region', { name: words.conversations });
    this.log = page.getByRole('log');
  }

  async show(view) {
    // Its tab is a picture with a name.
    if (view === 'bot') return this.list.locator('label').filter({ has: this.page.getByRole('img', { name: this.words.bot, exact: true }) }).click();
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

  /** The side panel about the visitor. */
  get details() {
    return this.page.getByRole('complementary', { name: this.words.details });
  }

  /** Ctrl+K, what is typed, and Enter on the first offer. */
  async command(text) {
    await this.page.keyboard.press('Control+k');
    const bar = this.page.getByRole('textbox', { name: this.words.commands }).or(this.page.getByRole('searchbox', { name: this.words.commands }));
    await bar.fill(text);
    return bar;
  }

  button(name) {
    return this.page.locator('.actions').getByRole('button', { name: this.words[name] ?? name });
  }
}
