// The walls of the web app: imports go one way, only the api fetches, the kit knows nothing of us, and every file says what it is.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kinds } from './fields/registry';

const src = __dirname;

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.(tsx?|css)$/.test(name) ? [relative(src, path)] : [];
  });
}

const all = files(src);
const sources = all.filter((p) => /\.tsx?$/.test(p) && !p.includes('.test.'));
const read = (path: string) => readFileSync(join(src, path), 'utf8');

/** Each floor may use itself and what stands before it. */
const floors = ['i18n', 'api', 'ui', 'formula', 'fields', 'records', 'engines', 'shell'];
const roof = ['main.tsx', 'routes.tsx'];

function roomOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function importsOf(path: string): string[] {
  return [...read(path).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((m) => m[1] ?? '');
}

function within(from: string, to: string): string | null {
  if (to.startsWith('@/')) return to.slice(2);
  if (to.startsWith('.')) return relative(src, join(src, dirname(from), to));
  return null;
}

describe('walls', () => {
  it('let imports go one way', () => {
    const wrong: string[] = [];
    for (const path of sources) {
      if (roof.includes(path)) continue;
      const floor = floors.indexOf(roomOf(path));
      for (const to of importsOf(path)) {
        const target = within(path, to);
        if (target === null || roomOf(target) === 'paths' || roomOf(target).startsWith('..')) continue;
        const other = floors.indexOf(roomOf(target));
        if (other > floor && path !== 'paths.ts') wrong.push(`${path} → ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keep engines apart', () => {
    const wrong = sources
      .filter((p) => p.startsWith('engines/'))
      .flatMap((path) =>
        importsOf(path)
          .map((to) => within(path, to))
          .filter(
            (to): to is string =>
              to?.startsWith('engines/') === true && to.split('/')[1] !== path.split('/')[1],
          )
          .map((to) => `${path} → ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  it('keep the kit free of router, queries and objects', () => {
    const wrong = sources
      .filter((p) => p.startsWith('ui/'))
      .filter((p) => importsOf(p).some((to) => /react-query|react-router|^@\/api|\/api\//.test(to)));
    expect(wrong).toEqual([]);
  });

  it('let only the api fetch', () => {
    const wrong = sources.filter(
      (p) => !p.startsWith('api/') && /\b(fetch|EventSource|XMLHttpRequest)\(/.test(read(p)),
    );
    expect(wrong).toEqual([]);
  });

  it('begin every file with what it is, and keep it short', () => {
    const wrong = all.filter((p) => !/^(\/\/|\/\*)/.test(read(p)));
    expect(wrong).toEqual([]);
    const long = sources.filter(
      (p) => !/^(i18n\/words|formula)\//.test(p) && read(p).split('\n').length > 400,
    );
    expect(long).toEqual([]);
  });

  it('give every field type the same five members', () => {
    const members = ['Cell.ts', 'Filter.ts', 'Input.ts', 'Settings.ts', 'index.ts'];
    for (const kind of kinds) {
      expect(readdirSync(join(src, 'fields', kind.key)).sort(), kind.key).toEqual(members);
    }
    const folders = readdirSync(join(src, 'fields')).filter(
      (name) => name !== 'shapes' && statSync(join(src, 'fields', name)).isDirectory(),
    );
    expect(folders.sort()).toEqual(kinds.map((k) => k.key).sort());
  });
});
