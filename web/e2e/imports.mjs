// An import from file to undo: dry run first, nothing hidden.
import assert from 'node:assert/strict';
import { api, object, openPage, signIn } from './lib.mjs';

const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text, 'utf8') });

async function countOf(page, filter) {
  const { count } = await api(page, 'POST', `/records/${object}/query`, { filter, count: 'exact', limit: 1 });
  return count.value;
}

export const tests = [
  {
    name: 'a small CSV is tried, imported and taken back',
    async run(browser, opened) {
      const o = await openPage(browser);
      opened.push(o);
      const { page } = o;
      await signIn(page);
      const before = await countOf(page, null);
      await page.goto(`/import?object=${object}`);
      await page
        .locator('input[type=file]')
        .setInputFiles(
          file(
            'names.csv',
            '名称,手机,数量,类别\n导入甲,13900139000,5,近\n导入乙,,"1,200",远\n筛选1,,77.25,近\n',
          ),
        );
      await page.getByRole('button', { name: '预演' }).click();
      await page.getByText('预演完成').waitFor();
      assert.equal(await countOf(page, null), before, 'a dry run changes nothing');
      await page.locator('.import-row', { hasText: '筛选1' }).getByText('77.25').waitFor();
      await page.getByRole('button', { name: /导入 3 行/ }).click();
      await page.getByText('导入完成').waitFor();
      assert.equal(await countOf(page, null), before + 2);
      assert.equal(await countOf(page, { field: 'size', op: 'eq', value: 77.25 }), 1);
      await page.getByRole('button', { name: '撤销导入' }).click();
      await page.getByRole('dialog').getByRole('button', { name: '撤销导入' }).click();
      await page.getByText('这次导入已撤销').waitFor();
      assert.equal(await countOf(page, null), before);
      assert.equal(await countOf(page, { field: 'name', op: 'starts_with', value: '导入' }), 0);
    },
  },
  {
    name: 'bad rows are shown before anything is written',
    async run(browser, opened) {
      const o = await openPage(browser);
      opened.push(o);
      const { page } = o;
      await signIn(page);
      const before = await countOf(page, null);
      await page.goto(`/import?object=${object}`);
      await page
        .locator('input[type=file]')
        .setInputFiles(file('bad.csv', '名称,数量\n好行,1\n坏行,很多\n,3\n'));
      await page.getByText('全部不导入').click();
      await page.getByRole('button', { name: '预演' }).click();
      await page.getByText('2 行不能导入').waitFor();
      assert.ok(await page.getByRole('button', { name: /导入 1 行/ }).isDisabled());
      assert.equal(await countOf(page, null), before);
    },
  },
];
