// One's own account: the first one of an installation, password, two-step sign-in, sessions.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../e2e/lib/server.mjs';
import { demoAgent, eventually } from '../e2e/lib/people.mjs';
import { goodbye, launch, person, picture } from './lib/browser.mjs';
import { chinese, english, openConsole, signIn } from './lib/console.mjs';
import { adminChinese, adminEnglish } from './lib/admin.mjs';
import { totp } from './lib/totp.mjs';

let server;
let browser;
let administrator;

before(async () => {
  // Signing in many times from one address is what is tested here.
  [server, browser] = await Promise.all([Server.start(), launch()]);
  administrator = await demoAgent(server);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const languages = [['English', english, adminEnglish, 'en-US'], ['Chinese', chinese, adminChinese, 'zh-CN']];
const password = 'a long enough word';

/** An account of its own for a test. */
async function account(name, role = 'ROLE_AGENT') {
  const email = `${name.toLowerCase().replace(/\W/g, '')}@weikeyi.test`;
  await administrator.post('/agents', { email, name, role, password, capacity: 3 });
  return { email, password };
}

for (const [language, words, w, locale] of languages) {
  test(`the first start makes the administrator, and only once, in ${language}`, async () => {
    const fresh = await Server.start({ demo: false });
    try {
      const someone = await person(browser, { locale });
      const page = await someone.page();
      await page.goto(`${fresh.url}/console/`);
      await page.getByRole('heading', { name: w.setupTitle }).waitFor();
      const login = { email: 'first@weikeyi.test', password };
      const code = fresh.listening.setupCode ?? fresh.log().match(/set-?up code[^A-Z0-9]*([A-Z0-9-]{6,})/i)?.[1];
      const fill = async (setupCode) => {
        await page.getByLabel(w.setupCode).fill(setupCode);
        await page.getByLabel(w.yourName).fill('Ada 艾达');
        await page.getByLabel(words.email).fill(login.email);
        await page.locator('input[autocomplete=new-password]').fill(password);
        await page.getByLabel(w.setupSite).fill('My shop 我的店');
        await page.getByRole('button', { name: w.create, exact: true }).click();
      };
      await picture(page, `setup-${language.toLowerCase()}`);
      await fill('WRONG-CODE');
      await page.getByRole('alert').waitFor();
      await fill(code);
      // Then there is an account, and the page to sign in, or the console itself.
      const list = page.getByRole('region', { name: words.conversations });
      await list.or(page.locator('input[autocomplete=current-password]')).first().waitFor();
      const second = await person(browser, { locale });
      const desk = await openConsole(fresh, second, login, words);
      await desk.page.getByRole('link', { name: words.administration, exact: true }).click();
      await desk.page.getByRole('link', { name: 'My shop 我的店' }).waitFor();
      const thief = await second.page();
      await thief.goto(`${fresh.url}/console/`);
      assert.equal(await thief.getByRole('heading', { name: w.setupTitle }).count(), 0);
      await goodbye(someone, second);
    } finally {
      await fresh.close();
    }
  });

  test(`a password is changed, and the other browsers are thrown out, in ${language}`, async () => {
    const login = await account(`Password ${language}`);
    const [here, there] = [await person(browser, { locale }), await person(browser, { locale })];
    const { page } = await openConsole(server, here, login, words, 'profile');
    const other = await openConsole(server, there, login, words);
    await page.getByLabel(w.currentPassword).first().fill('not the password');
    await page.getByLabel(w.newPassword, { exact: false }).first().fill('another long word');
    await page.getByLabel(w.repeatPassword).fill('another long world');
    await page.getByText(w.passwordsDiffer).waitFor();
    await page.getByLabel(w.repeatPassword).fill('another long word');
    await page.getByRole('button', { name: w.changePassword }).click();
    await page.getByText(w.passwordWrong).waitFor();
    await page.getByLabel(w.currentPassword).first().fill(password);
    await page.getByRole('button', { name: w.changePassword }).click();
    await page.getByText(w.passwordChanged).waitFor();
    await thrownOut(other.page, words);
    const again = await signIn(server, there, login, words);
    await again.getByText(w.loginFailed).waitFor();
    const third = await person(browser, { locale });
    await openConsole(server, third, { ...login, password: 'another long word' }, words);
    await goodbye(here, there, third);
  });

  test(`two-step sign-in is set up, asked for, and got round with a recovery code once, in ${language}`, async () => {
    const login = await account(`Twostep ${language}`);
    const someone = await person(browser, { locale });
    const { page } = await openConsole(server, someone, login, words, 'profile');
    await page.getByRole('button', { name: w.totpBegin }).click();
    await page.getByRole('img', { name: w.totpQr }).waitFor();
    const secret = (await page.getByLabel(w.totpKey, { exact: true }).innerText()).trim();
    await picture(page, `profile-two-step-${language.toLowerCase()}`);
    const form = page.locator('form').filter({ has: page.getByLabel(w.totpCode) });
    await form.getByLabel(w.currentPassword).fill(password);
    await form.getByLabel(w.totpCode).fill('000000');
    await form.getByRole('button', { name: w.totpConfirm }).click();
    await page.getByText(w.codeWrong).waitFor();
    await form.getByLabel(w.totpCode).fill(totp(secret));
    await form.getByRole('button', { name: w.totpConfirm }).click();
    const codes = (await page.getByLabel(w.recovery, { exact: true }).innerText()).trim().split('\n');
    assert.ok(codes.length >= 8, `${codes.length} recovery codes`);
    await picture(page, `profile-recovery-${language.toLowerCase()}`);
    await page.getByRole('button', { name: w.recoveryDone }).click();
    await page.getByRole('button', { name: w.totpOff }).waitFor();
    assert.ok(!(await page.content()).includes(codes[0]), 'shown this once');

    const second = await person(browser, { locale });
    const door = await signIn(server, second, login, words);
    const field = door.getByLabel(w.code);
    await field.fill('111111');
    await door.getByRole('button', { name: words.signIn, exact: true }).click();
    await door.getByText(w.loginFailed).waitFor();
    await picture(door, `sign-in-code-${language.toLowerCase()}`);
    await field.fill(codes[0]);
    await door.getByRole('button', { name: words.signIn, exact: true }).click();
    await door.getByRole('region', { name: words.conversations }).waitFor();

    const third = await person(browser, { locale });
    const used = await signIn(server, third, login, words);
    await used.getByLabel(w.code).fill(codes[0]);
    await used.getByRole('button', { name: words.signIn, exact: true }).click();
    await used.getByText(w.loginFailed).waitFor();

    await page.getByRole('button', { name: w.totpOff }).click();
    await page.locator('form').filter({ has: page.getByRole('button', { name: w.totpOffYes, exact: true }) }).getByLabel(w.currentPassword).fill(password);
    await page.getByRole('button', { name: w.totpOffYes, exact: true }).click();
    await page.getByRole('button', { name: w.totpBegin }).waitFor();
    await goodbye(someone, second, third);
  });

  test(`sessions are listed and ended: the other browser is out within 5 s, in ${language}`, async () => {
    const login = await account(`Sessions ${language}`);
    const [here, there, elsewhere] = [await person(browser, { locale }), await person(browser, { locale }), await person(browser, { locale })];
    const other = await openConsole(server, there, login, words);
    const third = await openConsole(server, elsewhere, login, words);
    const { page } = await openConsole(server, here, login, words, 'profile');
    const list = page.getByRole('list', { name: w.sessions });
    await eventually(async () => (await list.getByRole('listitem').count()) === 3, 'three browsers');
    await list.getByText(w.sessionCurrent).waitFor();
    await picture(page, `profile-sessions-${language.toLowerCase()}`);
    await list.getByRole('button').first().click();
    await eventually(async () => (await list.getByRole('listitem').count()) === 2, 'one is gone');
    await page.getByRole('button', { name: w.sessionEndOthers }).click();
    await eventually(async () => (await list.getByRole('listitem').count()) === 1, 'this one is left');
    await thrownOut(other.page, words);
    await thrownOut(third.page, words);
    await page.reload();
    await list.getByText(w.sessionCurrent).waitFor();
    await goodbye(here, there, elsewhere);
  });
}

/** Within 5 s there is nothing but the way in, without the page being touched. */
async function thrownOut(page, words) {
  await page.locator('input[autocomplete=current-password]').waitFor({ timeout: 5_000 });
  assert.equal(await page.getByRole('region', { name: words.conversations }).count(), 0);
}
