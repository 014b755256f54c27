// The page of the knowledge, by what stands on it.
export const knowledgeEnglish = {
  knowledge: 'Knowledge', add: 'Add entry', documents: 'Add documents', documentsList: 'Documents', documentsDone: (added, all) => `Documents added: ${added} of ${all}.`, documentLocked: /locked with a password/,
  documentNoText: /no text in it/, documentUnknown: /neither Markdown/, import: 'Import', question: 'Question', way: (number) => `Way ${number} to ask it`, answer: 'Answer', url: 'Link to the source', article: 'Article',
  title: 'Title', save: 'Save', unsaved: 'Not saved yet', unsavedMark: 'Not saved', discard: 'Discard changes', remove: 'Delete entry', removeSure: 'Sure? Press again', notAddress: /must begin with https/,
  bench: 'Try it out', asks: 'A visitor asks', reads: 'The visitor reads', answers: 'Answers', handsOver: 'Hands over to a person', sureness: 'How sure it is', none: 'Nothing here fits the filter.',
  filter: 'Find by question or title', table: 'Questions and answers', found: (count) => `Questions found: ${count}`, noAnswer: 'no answer', go: (count) => `Add questions (${count})`,
  added: (count) => `Questions added: ${count}`, choose: 'Choose an entry', inUse: 'In use', off: 'Off', back: 'All entries',
  aiAgent: 'AI agent', mark: 'AI', answered: /AI answered · sure \d\.\d\d · \d+ sources?/, handedOver: 'AI handed over · the visitor asked for a person', handover: 'Handed over by the AI agent',
  first: 'The AI agent answers first', reason: 'found in the knowledge', takeOver: 'Take over', botSwitch: 'The AI agent answers first', botName: 'Its name', botWords: 'Words that bring a person', botSure: 'How sure it must be to answer',
  botDefault: 'Back to the default',
  newFlow: 'New flow', begin: 'Begin with', templateOrder: /^Order status/, templateReturn: /^Return request/, steps: 'List of steps', palette: 'Add a step', addStep: (kind) => `Add: ${kind}`, say: 'Say', ask: 'Ask', offer: 'Offer choices',
  end: 'End', sayText: 'What is said', askText: 'The question', endText: 'Last words', keepAs: 'Keep the answer as', wanted: 'What is asked for', phone: 'Telephone number', goesOn: 'Goes on to', where: (exit) => `Goes on to (${exit})`,
  option: (number) => `Choice ${number}`, optionAdd: 'Add a choice', tool: 'What is asked', deleteStep: 'Delete step', undo: 'Undo', redo: 'Redo', nothingWrong: 'Nothing is wrong with it.', problems: /^Problems: \d+$/,
  incomplete: /not complete yet/, talk: 'Conversation', writes: 'The visitor writes', again: 'Begin anew', flowDone: 'The flow is done', conversationLabels: 'Labels for conversations', kindFlow: 'Dialogue flow', kindArticle: 'Article', drawing: /^Drawing of the flow/,
  showDrawing: 'Show the drawing', openFlow: 'Open the flow', flowReason: /dialogue flow/, insert: (slot) => `Insert ${slot}`, handOver: 'Hand over to people',
  listed: 'One of the site’s names', listedOf: (list) => `One of the site’s names (${list})`, whichList: 'Of which list', noList: (list) => `No list is called “${list}”: nothing a visitor writes would fit.`, keepContact: 'Keep it as the contact’s', kept: 'kept as the contact’s',
  ofSite: 'For', everySite: 'All sites', stored: /^Saved\. /, deleteAgain: 'Press Delete again to delete this step.', begins: 'Begins the flow',
};
export const knowledgeChinese = {
  knowledge: '知识库', add: '添加条目', documents: '添加文档', documentsList: '文档列表', documentsDone: (added, all) => `已添加 ${added} / ${all} 个文档。`, documentLocked: /密码保护/,
  documentNoText: /没有文字/, documentUnknown: /不是 Markdown/, import: '导入', question: '问题', way: (number) => `问法 ${number}`, answer: '答案', url: '来源链接', article: '正文',
  title: '标题', save: '保存', unsaved: '尚未保存', unsavedMark: '未保存', discard: '放弃更改', remove: '删除条目', removeSure: '确定？请再按一次', notAddress: /必须以 https/,
  bench: '试一试', asks: '访客提问', reads: '访客看到', answers: '直接回答', handsOver: '转给人工', sureness: '把握程度', none: '没有符合条件的条目。',
  filter: '按问题或标题查找', table: '问题和答案', found: (count) => `找到 ${count} 个问题`, noAnswer: '没有答案', go: (count) => `添加 ${count} 个问题`,
  added: (count) => `已添加 ${count} 个问题。`, choose: '请选择一个条目', inUse: '使用中', off: '已停用', back: '全部条目',
  aiAgent: 'AI 客服', mark: 'AI', answered: /AI 已回答 · 把握 \d\.\d\d · \d+ 个来源/, handedOver: 'AI 转给了人工 · 访客要求', handover: 'AI 客服已转交人工',
  first: 'AI 客服先接待', reason: '知识库中有答案', takeOver: '接手', botSwitch: '由 AI 客服先接待', botName: '它的名字', botWords: '转人工关键词', botSure: '有多大把握才回答',
  botDefault: '恢复默认值',
  newFlow: '新建流程', begin: '从模板开始', templateOrder: /^查询订单/, templateReturn: /^退货申请/, steps: '步骤列表', palette: '添加步骤', addStep: (kind) => `添加：${kind}`, say: '说明', ask: '询问', offer: '选项',
  end: '结束', sayText: '说的话', askText: '问题', endText: '结束语', keepAs: '把回答存为', wanted: '询问的内容', phone: '电话号码', goesOn: '下一步', where: (exit) => `下一步（${exit}）`,
  option: (number) => `选项 ${number}`, optionAdd: '添加选项', tool: '查询什么', deleteStep: '删除步骤', undo: '撤销', redo: '重做', nothingWrong: '没有问题。', problems: /^\d+ 个问题$/,
  incomplete: /尚未完成/, talk: '对话', writes: '访客回复', again: '重新开始', flowDone: '流程已结束', conversationLabels: '会话标签', kindFlow: '对话流程', kindArticle: '文章', drawing: /^流程图/,
  showDrawing: '显示流程图', openFlow: '打开流程', flowReason: /对话流程/, insert: (slot) => `插入 ${slot}`, handOver: '转给人工',
  listed: '站点名单中的名称', listedOf: (list) => `站点名单中的名称（${list}）`, whichList: '哪个名单', noList: (list) => `没有名为“${list}”的名单：访客写什么都不会符合。`, keepContact: '保存为联系人的资料', kept: '保存为联系人的资料',
  ofSite: '适用站点', everySite: '全部站点', stored: /^已保存/, deleteAgain: '再按一次 Delete 删除此步骤。', begins: '流程从这里开始',
};

export class Knowledge {
  constructor(page, words) {
    this.page = page;
    this.words = words;
    this.list = page.getByRole('region', { name: words.knowledge, exact: true });
    this.bench = page.getByRole('complementary', { name: words.bench });
    this.reply = this.bench.getByRole('region', { name: words.reads });
  }

  row(text) {
    return this.list.getByRole('listitem').filter({ hasText: text });
  }

  field(name) {
    return this.page.getByRole('form').getByRole('textbox', { name: this.words[name] ?? name });
  }

  async save() {
    await this.page.getByRole('form').getByRole('button', { name: this.words.save, exact: true }).click();
  }

  async ask(text) {
    await this.bench.getByRole('textbox', { name: this.words.asks }).fill(text);
    await this.bench.getByRole('textbox', { name: this.words.asks }).press('Enter');
  }
}
