// Runs the browser tests against a running server and says how many passed.
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tests as design } from './design.mjs';
import { tests as imports } from './imports.mjs';
import { email, password, startBrowser } from './lib.mjs';
import { tests as pages } from './pages.mjs';
import { tests as records } from './records.mjs';
import { tests as table } from './table.mjs';

/** `npm run e2e -- 'rows|record'` runs those whose name holds one of them. */
const only = process.argv[2]?.split('|');
const tests = [...records, ...table, ...imports, ...design, ...pages].filter(
  (t) => !only || only.some((part) => t.name.includes(part)),
);

if (!email || !password) {
  console.error('Set KEHUB_E2E_URL, KEHUB_E2E_EMAIL and KEHUB_E2E_PASSWORD.');
  process.exit(2);
}

const shots = join(tmpdir(), 'kehub-e2e');
mkdirSync(shots, { recursive: true });
const browser = await startBrowser();
let passed = 0;
let failed = 0;

for (const test of tests) {
  const start = Date.now();
  const opened = [];
  try {
    await test.run(browser, opened);
    const faults = opened.flatMap((o) => o.faults);
    if (faults.length > 0) throw new Error(`the page complained: ${faults.join(' | ').slice(0, 800)}`);
    passed += 1;
    console.log(`ok   ${test.name} (${Date.now() - start} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${test.name}\n${error?.stack ?? error}`);
    for (const [n, o] of opened.entries()) {
      const path = join(shots, `${test.name.replace(/\W+/g, '_')}_${n}.png`);
      await o.page.screenshot({ path }).then(
        () => console.log(`     see ${path}`),
        () => undefined,
      );
    }
  }
  for (const o of opened) await o.close().catch(() => undefined);
}

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
