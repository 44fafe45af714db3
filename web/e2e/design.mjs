// Formulas where they are written and where they are seen at work, defaults, and fields that come back.
import assert from 'node:assert/strict';
import { api, object, openList, openPage, signIn, toast } from './lib.mjs';

async function start(browser, opened) {
  const o = await openPage(browser);
  opened.push(o);
  await signIn(o.page);
  return o.page;
}

async function addField(page, type, name) {
  await page.getByRole('button', { name: '添加字段' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: type, exact: true }).click();
  await page.getByRole('dialog').getByLabel('字段名称').fill(name);
}

export const tests = [
  {
    name: 'a formula is checked while it is written, and tried on a record',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await page.goto(`/admin/objects/${object}`);
      await addField(page, 'ƒ 公式', '两倍');
      const drawer = page.getByRole('dialog');
      const text = drawer.getByRole('textbox', { name: '公式', exact: true });
      await text.fill('数量 * 2 + 利润');
      await drawer.getByText('没有字段“利润”').waitFor();
      assert.equal(await drawer.locator('mark').innerText(), '利润');
      await drawer.getByRole('button', { name: /第 10 个字符/ }).click();
      await page.keyboard.type('1');
      assert.equal(await text.inputValue(), '数量 * 2 + 1');
      await drawer.getByText('公式正确，结果是数字').waitFor();
      await drawer.getByText('试算结果').waitFor();
      await drawer.getByText('函数', { exact: true }).click();
      await drawer.getByLabel('查找函数').fill('ROUNDUP');
      await drawer.getByRole('button', { name: /^ROUNDUP\(数字/ }).waitFor();
      await drawer.getByRole('button', { name: /^保 ?存$/ }).click();
      await toast(page, '已保存');
    },
  },
  {
    name: 'a default by formula stands in the form, and formulas follow the typing',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await page.goto(`/admin/objects/${object}`);
      await addField(page, 'D 日期', '约定日期');
      const drawer = page.getByRole('dialog');
      await drawer.getByRole('combobox', { name: '默认值' }).click();
      await page.locator('.ant-select-dropdown:visible').getByText('公式', { exact: true }).click();
      const text = drawer.getByRole('textbox', { name: '默认值公式' });
      await text.fill('1 + 1');
      await drawer.getByText('公式的结果是数字，不能填入这个字段').waitFor();
      const save = drawer.getByRole('button', { name: /^保 ?存$/ });
      assert.ok(await save.isDisabled(), 'a default that cannot stand is not saved');
      await text.fill('DATE(2026, 1, 30) + 2');
      await save.click();
      await toast(page, '已保存');

      await openList(page, '?r=new');
      const form = page.getByRole('dialog');
      await form.getByLabel('名称').waitFor();
      assert.equal(await form.getByLabel('约定日期').inputValue(), '2026-02-01');
      await form.getByLabel('数量').fill('20');
      await form.getByRole('status').getByText('41', { exact: true }).waitFor();
      await form.getByLabel('名称').fill('公式一');
      await form.getByRole('button', { name: /(^|\s)提交$/ }).click();
      await toast(page, '提交成功');
      const { records } = await api(page, 'POST', `/records/${object}/query`, {
        filter: { field: 'name', op: 'eq', value: '公式一' },
      });
      const made = Object.values(records[0]);
      assert.ok(made.includes('2026-02-01') && made.includes('41'), 'the server says the same');

      await page.getByRole('dialog').getByRole('button', { name: '编辑' }).click();
      await page.getByRole('dialog').getByLabel('数量').fill('3');
      await page.getByRole('dialog').getByRole('status').getByText('7', { exact: true }).waitFor();
    },
  },
  {
    name: 'a retired field is brought back with its data',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await page.goto(`/admin/objects/${object}`);
      await page.getByRole('button', { name: '停用字段“手机”' }).click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^执 ?行$/ })
        .click();
      await toast(page, '已停用');
      await page.getByRole('heading', { name: '已停用的字段' }).waitFor();
      await page.getByRole('button', { name: '恢复字段“手机”' }).click();
      await toast(page, '已恢复字段“手机”');
      await page.getByRole('button', { name: '停用字段“手机”' }).waitFor();
      const { records } = await api(page, 'POST', `/records/${object}/query`, {
        filter: { field: 'phone', op: 'is_not_empty' },
      });
      assert.ok(records.length > 0, 'its values are there');
    },
  },
];
