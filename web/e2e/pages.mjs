// Every page in both languages and on a phone: translated, quiet, and never wider than the window.
import assert from 'node:assert/strict';
import { assertNoSideways, assertTranslated, object, openPage, signIn } from './lib.mjs';

const addresses = [
  '/',
  '/apps',
  `/o/${object}`,
  `/o/${object}?r=new`,
  '/import',
  '/settings/me',
  '/settings/password',
  '/settings/sessions',
  '/settings/keys',
  '/admin/objects',
  `/admin/objects/${object}`,
  '/admin/people',
  '/admin/departments',
  '/admin/roles',
  '/admin/solutions',
  '/admin/operations',
];

async function visit(page, check) {
  for (const address of addresses) {
    await page.goto(address);
    await page.locator('h1, .ant-drawer-title').first().waitFor();
    await page.waitForFunction(
      () => !document.querySelector('.ant-spin-spinning, .ant-skeleton, [aria-busy=true]'),
    );
    await check(address);
  }
}

export const tests = [
  {
    name: 'every page speaks Chinese',
    async run(browser, opened) {
      const o = await openPage(browser);
      opened.push(o);
      await signIn(o.page);
      await visit(o.page, (address) => assertTranslated(o.page, address));
    },
  },
  {
    name: 'every page speaks English and fits a small window',
    async run(browser, opened) {
      const o = await openPage(browser, { lang: 'en', width: 1280, height: 720 });
      opened.push(o);
      await signIn(o.page, 'en');
      await visit(o.page, async (address) => {
        await assertTranslated(o.page, address);
        await assertNoSideways(o.page, address);
      });
      await o.page.goto(`/o/${object}`);
      await o.page.getByRole('button', { name: 'New' }).first().waitFor();
      await o.page.getByRole('columnheader', { name: 'Name' }).waitFor();
    },
  },
  {
    name: 'no page is wider than a phone',
    async run(browser, opened) {
      const o = await openPage(browser, { width: 390, height: 844 });
      opened.push(o);
      await signIn(o.page);
      await visit(o.page, async (address) => {
        await assertTranslated(o.page, address);
        await assertNoSideways(o.page, address);
      });
      await o.page.goto(`/o/${object}`);
      await o.page.getByRole('listitem').first().getByRole('button').click();
      await o.page.getByRole('tab', { name: '详情' }).waitFor();
      await assertNoSideways(o.page, 'the record of a phone');
    },
  },
  {
    name: 'the palette finds records and forms from the keyboard',
    async run(browser, opened) {
      const o = await openPage(browser);
      opened.push(o);
      const { page } = o;
      await signIn(page);
      await page.keyboard.press('Control+k');
      const box = page.getByRole('combobox', { name: '搜索' });
      await box.waitFor();
      await box.fill('测试表单');
      await page.getByRole('option', { name: '测试表单' }).first().waitFor();
      await box.fill('第一条');
      const hit = page.getByRole('option', { name: '第一条' });
      await hit.first().waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL(/[?&]r=/);
      await page.getByRole('dialog').getByText('第一条').first().waitFor();
      await page.goBack();
      await page.waitForURL((address) => !address.search.includes('r='));
    },
  },
  {
    name: 'the language changes without losing the place',
    async run(browser, opened) {
      const o = await openPage(browser);
      opened.push(o);
      const { page } = o;
      await signIn(page);
      await page.goto('/settings/sessions');
      await page.getByText('登录设备').first().waitFor();
      await page.getByRole('button', { name: '语言' }).click();
      await page.getByRole('menuitem', { name: 'English' }).click();
      await page.getByText('Devices').first().waitFor();
      assert.match(page.url(), /settings\/sessions/);
      await page.getByRole('button', { name: 'Language' }).click();
      await page.getByRole('menuitem', { name: '中文' }).click();
      await page.getByText('登录设备').first().waitFor();
    },
  },
];
