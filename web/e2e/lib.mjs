// What the browser tests share: a browser, a signed-in page, and an object of their own to work on.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

export const url = (process.env.KEHUB_E2E_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
export const email = process.env.KEHUB_E2E_EMAIL ?? '';
export const password = process.env.KEHUB_E2E_PASSWORD ?? '';

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** `KEHUB_E2E_BROWSER` may be a path or, as a name, one that is looked for where browsers are. */
function browserPath() {
  const said = process.env.KEHUB_E2E_BROWSER;
  if (said?.includes('/')) return said;
  const found = (said ? [`/usr/bin/${said}`, ...browsers] : browsers).find((path) => existsSync(path));
  if (!found) throw new Error('No Chromium found. Install it or set KEHUB_E2E_BROWSER to its path.');
  return found;
}

export function startBrowser() {
  return chromium.launch({
    executablePath: browserPath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}

/** A fresh window in one language, with what went wrong in it written down. */
export async function openPage(browser, { lang = 'zh', width = 1440, height = 900 } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: lang === 'zh' ? 'zh-CN' : 'en-US',
    baseURL: url,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await context.addInitScript((chosen) => localStorage.setItem('kehub.lang', chosen), lang);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    // A refused request is written to the console by the browser itself; refusals are part of the tests.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) faults.push(text);
  });
  return { page, faults, close: () => context.close() };
}

export async function signIn(page, lang = 'zh') {
  await page.goto('/sign-in');
  await page.getByLabel(lang === 'zh' ? '邮箱' : 'E-mail', { exact: true }).fill(email);
  await page.getByLabel(lang === 'zh' ? '密码' : 'Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: lang === 'zh' ? '登录' : 'Sign in' }).click();
  await page.waitForURL(`${url}/`);
  // The bar on top stands only on pages of those who are signed in.
  await page.getByRole('banner').waitFor();
}

/** Speaks to the server as the signed-in page would. */
export async function api(page, method, path, body) {
  const answer = await page.request.fetch(`${url}/api/v1${path}`, {
    method,
    headers: { 'X-Requested-With': 'kehub', Prefer: 'decimals=string', 'Content-Type': 'application/json' },
    data: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${text.slice(0, 500)}`);
  return text ? JSON.parse(text) : undefined;
}

export const object = `trial_${Date.now().toString(36)}`;

export async function makeObject(page) {
  await api(page, 'POST', '/objects', {
    key: object,
    label: { zh: '测试表单', en: 'Trial form' },
    title: 'name',
    fields: [
      { key: 'name', type: 'text', label: { zh: '名称', en: 'Name' }, required: true, unique: true },
      { key: 'phone', type: 'phone', label: { zh: '手机', en: 'Phone' } },
      { key: 'size', type: 'number', label: { zh: '数量', en: 'Size' } },
      {
        key: 'kind',
        type: 'choice',
        label: { zh: '类别', en: 'Kind' },
        options: [
          { key: 'near', label: { zh: '近', en: 'Near' }, color: 'blue' },
          { key: 'far', label: { zh: '远', en: 'Far' }, color: 'green' },
        ],
      },
    ],
  });
}

export async function makeRecords(page, records) {
  const answer = await api(page, 'POST', `/records/${object}/batch`, { mode: 'create', records });
  return answer.results;
}

export async function openList(page, query = '') {
  await page.goto(`/o/${object}${query}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

/** The cell that stands in the row of a title and the column of a field. */
export async function cell(page, title, column) {
  const row = page.getByRole('row').filter({ has: page.getByRole('button', { name: title, exact: true }) });
  const head = page.getByRole('columnheader', { name: column });
  const index = await head.first().getAttribute('aria-colindex');
  return row.locator(`[role=gridcell][aria-colindex="${index}"]`);
}

export async function toast(page, text) {
  await page.locator('.ant-message-notice', { hasText: text }).first().waitFor();
}

const rooms =
  'common|entry|formula|shell|palette|home|types|typeGroups|system|ops|within|units|filter|sums|address|files|rich|subform|colors|options|settings|serial|table|trash|heights|past|fixed|conflict|record|related|history|actors|causes|undo|why|views|bulk|imports|design|admin|people|departments|roles|operations|settingsPage|keys';
const keyLike = new RegExp(`(?:^|\\s)((?:${rooms})\\.[a-zA-Z_]+)(?=$|\\s)`);

export async function assertTranslated(page, where) {
  const text = await page.locator('body').innerText();
  const found = keyLike.exec(text);
  assert.equal(found, null, `${where} shows the untranslated key ${found?.[1]}`);
}

export async function assertNoSideways(page, where) {
  const wide = await page.evaluate(() =>
    Math.max(document.documentElement.scrollWidth, document.body.scrollWidth),
  );
  const width = page.viewportSize().width;
  assert.ok(wide <= width, `${where} is ${wide} pixels wide on a window of ${width}`);
}
