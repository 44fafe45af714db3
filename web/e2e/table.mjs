// The table: filter, sort, views, editing where the cells stand, pasting, and a long list.
import assert from 'node:assert/strict';
import { api, cell, makeRecords, object, openList, openPage, signIn, toast } from './lib.mjs';

async function start(browser, opened) {
  const o = await openPage(browser);
  opened.push(o);
  await signIn(o.page);
  return o.page;
}

/** Picks an option of an open select by its words. */
async function pick(page, text) {
  await page.locator('.ant-select-dropdown:visible').getByText(text, { exact: true }).last().click();
}

async function rowNames(page) {
  return page.locator('.grid-row .cell-title').allInnerTexts();
}

export const tests = [
  {
    name: 'a filter, a sort and a view that keeps both',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await makeRecords(
        page,
        [3, 1, 2].map((n) => ({ name: `筛选${n}`, size: n * 10, kind: n === 3 ? 'far' : 'near' })),
      );
      await openList(page);
      await page.getByRole('button', { name: '筛选', exact: true }).click();
      const panel = page.locator('.filter-panel:visible');
      await panel.getByLabel('字段').click();
      await pick(page, '类别');
      await panel.getByLabel('值', { exact: true }).click();
      await pick(page, '近');
      await panel.getByRole('button', { name: '完成' }).click();
      await page.getByText('共 2 条').waitFor();
      await page.getByRole('columnheader', { name: '数量' }).getByRole('button').first().click();
      await page.waitForFunction(
        () =>
          [...document.querySelectorAll('.grid-row .cell-title')].map((e) => e.textContent).join() ===
          '筛选1,筛选2',
      );
      await page.getByRole('button', { name: '存为视图' }).click();
      await page.getByLabel('视图名称').fill('近的');
      await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
      await toast(page, '视图已保存');
      await page.getByRole('tab', { name: '近的' }).waitFor();
      await page.getByRole('tab', { name: '全部' }).click();
      await page.getByText('共 5 条').waitFor();
      await page.reload();
      await page.getByRole('tab', { name: '近的' }).click();
      await page.getByText('共 2 条').waitFor();
      assert.deepEqual(await rowNames(page), ['筛选1', '筛选2']);
    },
  },
  {
    name: 'a cell is edited where it stands',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await openList(page);
      const size = await cell(page, '筛选1', '数量');
      await size.click();
      await page.keyboard.type('1234.5');
      await page.keyboard.press('Enter');
      await page.getByText('1,234.5').waitFor();
      await page.reload();
      await page.getByText('1,234.5').waitFor();
      // Escape gives up.
      await (await cell(page, '筛选1', '数量')).click();
      await page.keyboard.type('7');
      await page.keyboard.press('Escape');
      assert.equal((await (await cell(page, '筛选1', '数量')).innerText()).trim(), '1,234.5');
    },
  },
  {
    name: 'a refused cell says why and stays open',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await openList(page);
      await (await cell(page, '筛选2', '手机')).click();
      await page.keyboard.type('12');
      await page.keyboard.press('Enter');
      await page.locator('.cell-problem').waitFor();
      await page.keyboard.press('Escape');
      assert.equal((await (await cell(page, '筛选2', '手机')).innerText()).trim(), '');
    },
  },
  {
    name: 'two people change one cell and the second one chooses',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await openList(page);
      const { records } = await api(page, 'POST', `/records/${object}/query`, {
        filter: { field: 'name', op: 'eq', value: '筛选3' },
      });
      // Live updates would bring the other value before the conflict can happen.
      await page.route('**/api/v1/events', (route) => route.abort());
      await page.reload();
      const size = await cell(page, '筛选3', '数量');
      await size.getByText('30').waitFor();
      await api(page, 'PATCH', `/records/${object}/${records[0].id}`, { size: 31 });
      await size.click();
      await page.keyboard.type('32');
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.getByText('31').waitFor();
      // The choice is made when the server has it, not when the dialog is gone.
      const written = page.waitForResponse(
        (response) => response.request().method() === 'PATCH' && response.status() === 200,
      );
      await dialog.getByRole('button', { name: '用我的覆盖' }).click();
      await written;
      await dialog.waitFor({ state: 'hidden' });
      const after = await api(page, 'GET', `/records/${object}/${records[0].id}`);
      assert.equal(Number(after.size), 32);
    },
  },
  {
    name: 'a block is pasted and taken back',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await openList(page, `?s=${encodeURIComponent(JSON.stringify([{ field: 'name', dir: 'asc' }]))}`);
      await (await cell(page, '筛选1', '数量')).click();
      await page.evaluate(() => navigator.clipboard.writeText('5\t远\n6\t远'));
      await page.keyboard.press('Control+v');
      await toast(page, '已粘贴');
      const size = await cell(page, '筛选2', '数量');
      await size.getByText('6', { exact: true }).waitFor();
      await page.keyboard.press('Control+z');
      await toast(page, '已撤销');
      await (await cell(page, '筛选1', '数量')).getByText('1,234.5').waitFor();
    },
  },
  {
    name: 'several rows are edited at once',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await openList(page);
      for (const name of ['筛选1', '筛选2']) {
        const row = page.getByRole('row').filter({ has: page.getByRole('button', { name, exact: true }) });
        await row.hover();
        await row.getByRole('checkbox').check();
      }
      await page.getByText('已选 2 条').waitFor();
      await page.getByRole('button', { name: '批量编辑' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('字段').click();
      await pick(page, '类别');
      await dialog.getByLabel('改为').click();
      await pick(page, '远');
      await dialog.getByRole('button', { name: '修改 2 条' }).click();
      const offer = page.getByRole('alert').filter({ hasText: '成功修改 2 条' });
      await offer.waitFor();
      const far = async () => {
        const { count } = await api(page, 'POST', `/records/${object}/query`, {
          filter: { field: 'kind', op: 'eq', value: 'far' },
          count: 'exact',
        });
        return count.value;
      };
      assert.equal(await far(), 3);
      await offer.getByRole('button', { name: '撤销' }).click();
      const undo = page.getByRole('dialog', { name: '撤销这次操作' });
      await undo.getByText('将还原 2 条数据').waitFor();
      await undo.getByRole('button', { name: /^撤 ?销$/ }).click();
      await toast(page, '已撤销');
      assert.equal(await far(), 1);
    },
  },
  {
    name: 'several rows are deleted and brought back',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await makeRecords(
        page,
        Array.from({ length: 12 }, (_, n) => ({ name: `成批${n}` })),
      );
      await openList(page, '?q=成批');
      await page.getByText('共 12 条').waitFor();
      await page.getByRole('columnheader').getByRole('checkbox', { name: '全选' }).check();
      await page.getByText('已选 12 条').waitFor();
      await page.getByRole('toolbar', { name: '批量操作' }).getByRole('button', { name: '删除' }).click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^删 ?除$/ })
        .click();
      await page.getByText('没有符合条件的数据').waitFor();
      await page.getByRole('button', { name: '恢复这 12 条' }).click();
      await toast(page, '已恢复 12 条');
      await page.getByText('共 12 条').waitFor();
    },
  },
  {
    name: 'the scrollbar reaches the end of a long list',
    async run(browser, opened) {
      const page = await start(browser, opened);
      await makeRecords(
        page,
        Array.from({ length: 2500 }, (_, n) => ({ name: `长表${String(n).padStart(5, '0')}`, size: n })),
      );
      await openList(page, `?s=${encodeURIComponent(JSON.stringify([{ field: 'name', dir: 'asc' }]))}`);
      await page.locator('.grid-row .cell-title').first().waitFor();
      await page.locator('.grid').evaluate((e) => {
        e.scrollTop = e.scrollHeight;
      });
      await page.getByRole('button', { name: '长表02499', exact: true }).waitFor();
      await page.locator('.grid').evaluate((e) => {
        e.scrollTop = e.scrollHeight / 2;
      });
      await page.waitForFunction(() => document.querySelectorAll('.grid-row .cell-title').length > 10);
      await page.locator('.grid').evaluate((e) => {
        e.scrollTop = 0;
      });
      await page.waitForFunction(() => document.querySelector('.row-number')?.textContent === '1');
    },
  },
  {
    name: 'a list and its records are seen as they stood',
    async run(browser, opened) {
      const page = await start(browser, opened);
      const [made] = await makeRecords(page, [{ name: '从前', size: 1 }]);
      const { updated_at: then } = await api(page, 'GET', `/records/${object}/${made.id}`);
      await api(page, 'PATCH', `/records/${object}/${made.id}`, { name: '如今', size: 2 });
      await openList(page, `?q=从前&at=${encodeURIComponent(then)}`);
      await page.getByText('不能修改').waitFor();
      assert.equal(await page.getByRole('button', { name: '新建', exact: true }).count(), 0);
      await page.getByRole('button', { name: '从前', exact: true }).click();
      const drawer = page.getByRole('dialog');
      await drawer.getByText('不能修改').waitFor();
      await drawer.getByText('从前').last().waitFor();
      assert.equal(await drawer.getByRole('button', { name: '编辑' }).count(), 0);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: '回到现在' }).click();
      await page.getByText('没有符合条件的数据').waitFor();
      await page.getByRole('button', { name: '查看历史时点' }).click();
      await page.getByRole('button', { name: '1 小时前' }).click();
      await page.getByText('不能修改').waitFor();
    },
  },
];
