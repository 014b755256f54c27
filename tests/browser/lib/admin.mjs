// Words of administration and profile, as they stand on the pages.
export const adminEnglish = {
  sites: 'Sites', agents: 'Agents', tokens: 'API tokens', siteAdd: 'Add site', siteName: 'Name of the site', origins: 'Allowed origins', create: 'Create', save: 'Save', saved: 'Saved',
  unsaved: 'Not saved yet', embed: 'Embed line', preview: 'Preview', greeting: 'Greeting (English)', title: 'Title (English)', colour: 'Colour', siteDisable: 'Disable this site', sure: 'Sure? Press again',
  siteEnable: 'Enable this site', identity: 'Identity of visitors', left: 'Left', position: 'Position', theme: 'Theme', themeDark: 'Dark', everyOrigin: 'Every origin', notOrigin: 'is not an origin',
  agentAdd: 'Add agent', name: 'Name', email: 'E-mail', password: 'Password', role: 'Role', supervisor: 'Supervisor', administrator: 'Administrator', agent: 'Agent',
  editOf: (name) => `Edit ${name}`, disableAgent: 'Disable agent', disabled: 'Disabled', noPermission: 'Nothing to manage here', notFound: /does not exist, or your role/,
  tokenAdd: 'Create token', tokenSecret: 'Your new token', close: 'Close', tokenDelete: (name) => `Delete token ${name}`, tokenDeleteYes: 'Delete token', tokenNone: /^No tokens/,
  currentPassword: 'Current password', newPassword: 'New password', repeatPassword: 'Repeat new password', changePassword: 'Change password', passwordChanged: /^Password changed/,
  passwordWrong: 'The password is not right.', passwordsDiffer: 'The two are not the same', totpBegin: 'Set up two-step sign-in', totpKey: 'Key', totpQr: 'QR code for the authenticator app',
  totpCode: 'Six digits from the app', totpConfirm: 'Switch on', recovery: 'Recovery codes', recoveryDone: 'I have kept them', codeWrong: /^The code is not right/, totpOff: 'Switch two-step sign-in off',
  totpOffYes: 'Switch off', code: /Code from your authenticator/, sessions: 'Sessions', sessionCurrent: 'This browser', sessionEnd: 'End', sessionEndOthers: 'End all other sessions',
  setupCode: 'Set-up code', yourName: 'Your name', setupSite: 'Name of your site', setupTitle: 'Set up weikeyi', loginFailed: 'E-mail, password or code is not right.',
};
export const adminChinese = {
  sites: '站点', agents: '客服', tokens: 'API 令牌', siteAdd: '添加站点', siteName: '站点名称', origins: '允许的来源', create: '创建', save: '保存', saved: '已保存',
  unsaved: '尚未保存', embed: '嵌入代码', preview: '预览', greeting: '问候语（中文）', title: '标题（中文）', colour: '颜色', siteDisable: '停用此站点', sure: '确定？请再按一次',
  siteEnable: '启用此站点', identity: '访客身份', left: '左侧', position: '位置', theme: '主题', themeDark: '深色', everyOrigin: '所有来源', notOrigin: '的来源',
  agentAdd: '添加客服', name: '名称', email: '邮箱', password: '密码', role: '角色', supervisor: '主管', administrator: '管理员', agent: '客服',
  editOf: (name) => `编辑 ${name}`, disableAgent: '停用客服', disabled: '已停用', noPermission: '这里没有需要您管理的内容', notFound: /页面不存在/,
  tokenAdd: '创建令牌', tokenSecret: '您的新令牌', close: '关闭', tokenDelete: (name) => `删除令牌 ${name}`, tokenDeleteYes: '删除令牌', tokenNone: /^还没有令牌/,
  currentPassword: '当前密码', newPassword: '新密码', repeatPassword: '再次输入新密码', changePassword: '修改密码', passwordChanged: /^密码已修改/,
  passwordWrong: '密码不正确。', passwordsDiffer: '两次输入不一致', totpBegin: '设置两步验证', totpKey: '密钥', totpQr: '身份验证器应用的二维码',
  totpCode: '应用中的六位数字', totpConfirm: '开启', recovery: '恢复码', recoveryDone: '我已保存', codeWrong: /^验证码不正确/, totpOff: '关闭两步验证',
  totpOffYes: '关闭', code: /验证器中的验证码/, sessions: '登录会话', sessionCurrent: '当前浏览器', sessionEnd: '结束', sessionEndOthers: '结束所有其他登录',
  setupCode: '设置码', yourName: '您的姓名', setupSite: '网站名称', setupTitle: '设置唯一客服', loginFailed: '邮箱、密码或验证码不正确。',
};
