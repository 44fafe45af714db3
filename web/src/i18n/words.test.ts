// The words: both languages say the same things, and every word the pages ask for is there.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flat } from './split';
import { lists } from './words';

const src = join(__dirname, '..');
const { zh, en } = lists();
const chinese = flat(zh);
const english = flat(en);

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) ? [path] : [];
  });
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort();

describe('words', () => {
  it('have the same keys in both languages', () => {
    expect(Object.keys(english).sort()).toEqual(Object.keys(chinese).sort());
  });

  it('are never empty and take the same values', () => {
    for (const [key, text] of Object.entries(chinese)) {
      expect(text.trim(), key).not.toBe('');
      expect(english[key]?.trim(), key).not.toBe('');
      expect(placeholders(english[key] ?? ''), key).toEqual(placeholders(text));
    }
  });

  it('are Chinese where they should be and hold no Chinese in English', () => {
    for (const [key, text] of Object.entries(english)) {
      if (key === 'shell.otherLanguage') continue;
      expect(/\p{Script=Han}/u.test(text), `${key}: ${text}`).toBe(false);
    }
  });

  it('are there for every key a page asks for', () => {
    const missing: string[] = [];
    for (const path of files(src)) {
      const body = readFileSync(path, 'utf8');
      for (const [, key = ''] of body.matchAll(/\bt\(\s*'([\w.]+)'/g)) {
        if (!(key in chinese) && !(`${key}_other` in chinese)) missing.push(`${path}: ${key}`);
      }
    }
    expect(missing).toEqual([]);
  });
});
