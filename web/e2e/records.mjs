// Signing in, making a record, looking at its history and putting a value back.
import assert from 'node:assert/strict';
import { api, cell, email, makeObject, object, openList, openPage, signIn, toast, url } from './lib.mjs';

async function start(browser, opened, options) {
  const o = await openPage(browser, options);
  opened.push(o);
  return o.page;
}

export const tests = [
  {
    name: 'a wrong password is said and the e-mail stays',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await page.goto('/');
      await page.waitForURL(/\/sign-in/);
      await page.getByLabel('邮箱', { exact: true }).fill(email);
      await page.getByLabel('密码', { exact: true }).fill('certainly-not-this');
      await page.getByRole('button', { name: '登录' }).click();
      await page.getByText('邮箱或密码不正确').waitFor();
      assert.equal(await page.getByLabel('邮箱', { exact: true }).inputValue(), email);
    },
  },
  {
    name: 'one comes back to the page one asked for after signing in',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await page.goto('/settings/sessions');
      await page.waitForURL(/\/sign-in/);
      await page.getByLabel('邮箱', { exact: true }).fill(email);
      await page.getByLabel('密码', { exact: true }).fill(process.env.KEHUB_E2E_PASSWORD ?? '');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${url}/settings/sessions`);
      await page.getByText('当前设备').waitFor();
      await page.reload();
      await page.getByText('当前设备').waitFor();
    },
  },
  {
    name: 'a record is made after its problem is corrected',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await signIn(page);
      await makeObject(page);
      await openList(page);
      await page.getByRole('button', { name: '新建' }).first().click();
      const form = page.getByRole('dialog');
      await form.getByRole('button', { name: /(^|\s)提交$/ }).click();
      await form.getByRole('alert').first().waitFor();
      // The first field with a problem has the keyboard.
      await page.waitForFunction(() => document.activeElement?.id === 'field-name');
      await form.getByLabel('名称').fill('第一条');
      await form.getByLabel('手机').fill('12345');
      await form.getByRole('button', { name: /(^|\s)提交$/ }).click();
      await page.waitForFunction(() => document.activeElement?.id === 'field-phone');
      assert.equal(await form.getByLabel('名称').inputValue(), '第一条', 'what was typed stays');
      await form.getByLabel('手机').fill('13800138000');
      await form.getByRole('button', { name: /(^|\s)提交$/ }).click();
      await toast(page, '提交成功');
      await page.waitForURL(/[?&]r=/);
      await page.getByRole('dialog').getByText('138 0013 8000').waitFor();
      const { count } = await api(page, 'POST', `/records/${object}/query`, { count: 'exact' });
      assert.equal(count.value, 1);
    },
  },
  {
    name: 'a second record of the same name is refused under its field',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await signIn(page);
      await openList(page, '?r=new');
      const form = page.getByRole('dialog');
      await form.getByLabel('名称').fill(' 第一条 ');
      await form.getByRole('button', { name: /(^|\s)提交$/ }).click();
      await form.locator('#field-name-problem').waitFor();
      await form.getByLabel('名称').fill('第二条');
      await form.getByRole('button', { name: '提交并继续' }).click();
      await toast(page, '提交成功');
      await page.waitForFunction(() => document.querySelector('#field-name')?.value === '');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: '第二条', exact: true }).waitFor();
    },
  },
  {
    name: 'history shows before and after and puts a value back',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await signIn(page);
      await openList(page);
      await page.getByRole('button', { name: '第一条', exact: true }).click();
      const drawer = page.getByRole('dialog');
      await drawer.getByRole('button', { name: '编辑' }).click();
      await drawer.getByLabel('数量').fill('12.50');
      await drawer.getByRole('button', { name: '保存' }).click();
      await toast(page, '已保存');
      await drawer.getByRole('button', { name: '编辑' }).click();
      await drawer.getByLabel('数量').fill('99');
      await drawer.getByRole('button', { name: '保存' }).click();
      await drawer.getByRole('tab', { name: '操作日志' }).click();
      const history = drawer.getByRole('tabpanel', { name: '操作日志' });
      await history.getByText('99').first().waitFor();
      await history.getByRole('button', { name: '恢复“数量”' }).first().click();
      await page
        .getByRole('tooltip')
        .or(page.locator('.ant-popover'))
        .getByRole('button', { name: '恢复' })
        .last()
        .click();
      await toast(page, '已恢复');
      const { records } = await api(page, 'POST', `/records/${object}/query`, {
        filter: { field: 'name', op: 'eq', value: '第一条' },
      });
      assert.equal(Number(records[0].size), 12.5);
    },
  },
  {
    name: 'why opens the chain behind a value',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await signIn(page);
      await openList(page);
      await page.getByRole('button', { name: '第一条', exact: true }).click();
      const drawer = page.getByRole('dialog');
      await drawer.getByText('数量', { exact: true }).hover();
      await drawer.getByRole('button', { name: '为什么“数量”是这个值？' }).click();
      await page.locator('.why-panel').getByText('12.5').first().waitFor();
    },
  },
  {
    name: 'a commit is taken back after a look at what changes',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await signIn(page);
      await openList(page);
      const before = await (await cell(page, '第二条', '类别')).innerText();
      assert.equal(before.trim(), '');
      const { records } = await api(page, 'POST', `/records/${object}/query`, {
        filter: { field: 'name', op: 'eq', value: '第二条' },
      });
      await api(page, 'PATCH', `/records/${object}/${records[0].id}`, { kind: 'far' });
      await page.getByRole('button', { name: '第二条', exact: true }).click();
      const drawer = page.getByRole('dialog');
      await drawer.getByRole('tab', { name: '操作日志' }).click();
      const history = drawer.getByRole('tabpanel', { name: '操作日志' });
      await history.getByText('远').first().waitFor();
      await history.getByRole('button', { name: '撤销' }).first().click();
      const dialog = page.getByRole('dialog', { name: '撤销这次操作' });
      await dialog.getByText('将还原').waitFor();
      await dialog.getByRole('button', { name: '撤销' }).click();
      await toast(page, '已撤销');
      const after = await api(page, 'GET', `/records/${object}/${records[0].id}`);
      assert.equal(after.kind, null);
    },
  },
  {
    name: 'a record is laid out as its page says',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await signIn(page);
      await api(page, 'PUT', `/definitions/page/${object}`, {
        object,
        header: ['size'],
        sections: [
          { key: 'names', label: '叫什么', columns: 1, fields: ['name'] },
          { key: 'reach', label: '怎么找', collapsed: true, fields: ['phone'] },
        ],
        tabs: [{ key: 'more', label: '分类', sections: [{ key: 'kinds', fields: ['kind'] }] }],
      });
      try {
        await openList(page);
        await page.getByRole('button', { name: '第一条', exact: true }).click();
        const drawer = page.getByRole('dialog');
        await drawer.locator('.page-header').getByText('12.5').waitFor();
        await drawer.getByText('叫什么').waitFor();
        await drawer.getByText('138 0013 8000').waitFor({ state: 'hidden' });
        await drawer.getByText('怎么找').click();
        await drawer.getByText('138 0013 8000').waitFor();
        // What the page does not name stands at its end.
        await drawer.getByText('其他信息').waitFor();
        await drawer.getByRole('tab', { name: '分类' }).click();
        await drawer.getByRole('tabpanel', { name: '分类' }).getByText('类别', { exact: true }).waitFor();
        await drawer.getByRole('button', { name: '编辑' }).click();
        await drawer.getByRole('group', { name: '怎么找' }).getByLabel('手机').fill('13900139000');
        await drawer.getByRole('button', { name: '保存' }).click();
        await toast(page, '已保存');
      } finally {
        await api(page, 'DELETE', `/definitions/page/${object}`);
      }
    },
  },
];
