// What an import's mapping says, what stops it, and what a file may be.
import { describe, expect, it } from 'vitest';
import type { ImportJob } from '@/api/admin-types';
import type { Obj } from '@/api/types';
import { isMoving, phaseOf } from '../run/phase';
import {
  cleanMapping,
  fieldsOf,
  fileProblem,
  MOST_BYTES,
  mappingProblems,
  newColumns,
  startColumns,
} from './mapping';

const object: Obj = {
  key: 'thing',
  title: 'name',
  fields: [
    { key: 'name', type: 'text', required: true, access: 'write' },
    { key: 'size', type: 'number', access: 'write' },
    { key: 'parent', type: 'link', to: 'thing', access: 'write' },
    { key: 'total', type: 'formula', access: 'read' },
  ],
};

const job: ImportJob = {
  id: 'j',
  state: 'waiting',
  file: { name: 'a.csv', size: 10 },
  sheets: [],
  encoding: 'utf-8',
  sheet: null,
  header_row: 1,
  columns: [
    { name: '名称', samples: ['a'], guess: { type: 'text' }, match: { field: 'name', how: 'label' } },
    { name: 'Size', samples: ['1'], guess: { type: 'number', scale: 2 }, match: null },
    { name: 'Up', samples: [], guess: null, match: { field: 'parent', how: 'key' } },
  ],
  object: 'thing',
  mapping: {},
  progress: null,
  counts: null,
  problems: [],
  commit: null,
};

describe('a file', () => {
  it('is an Excel or CSV file of at most 200 MB with something in it', () => {
    expect(fileProblem({ name: 'a.XLSX', size: 1 })).toBeNull();
    expect(fileProblem({ name: 'a.pdf', size: 1 })).toBe('kind');
    expect(fileProblem({ name: 'a.csv', size: 0 })).toBe('empty');
    expect(fileProblem({ name: 'a.csv', size: MOST_BYTES })).toBeNull();
    expect(fileProblem({ name: 'a.csv', size: MOST_BYTES + 1 })).toBe('size');
  });
});

describe('a mapping', () => {
  it('begins with what the server matched', () => {
    expect(startColumns(job, object)).toEqual({
      名称: { field: 'name' },
      Size: null,
      Up: { field: 'parent', create_missing: false },
    });
  });

  it('keeps what was said before', () => {
    const kept = { ...job, mapping: { columns: { 名称: null, Size: { field: 'size' } } } };
    expect(startColumns(kept, object)).toMatchObject({ 名称: null, Size: { field: 'size' } });
  });

  it('names required fields that nothing fills, and fields filled twice', () => {
    const columns = { a: { field: 'size' }, b: { field: 'size' } };
    expect(mappingProblems(columns, object, false)).toEqual({
      doubled: ['size'],
      missing: ['name'],
      nothing: false,
    });
    expect(mappingProblems(columns, object, true).missing).toEqual([]);
    expect(mappingProblems({ a: null }, object, false).nothing).toBe(true);
  });

  it('drops key fields that no column fills', () => {
    const clean = cleanMapping({ key: ['name', 'size'], duplicates: 'update' }, { a: { field: 'name' } });
    expect(clean.key).toEqual(['name']);
    expect(cleanMapping({ key: ['size'] }, { a: { field: 'name' } }).key).toBeUndefined();
  });
});

it('makes a field of every column with a key of its own', () => {
  const columns = newColumns(job);
  expect(columns.map((c) => c.key)).toEqual(['field_1', 'size', 'up']);
  expect(fieldsOf(columns)[1]).toEqual({ key: 'size', label: 'Size', type: 'number', scale: 2 });
});

it('says what a job is about', () => {
  expect(phaseOf(job)).toBe('mapping');
  expect(phaseOf({ ...job, columns: [] })).toBe('reading');
  expect(phaseOf({ ...job, state: 'reading' })).toBe('checking');
  expect(phaseOf({ ...job, state: 'dry_run' })).toBe('checked');
  expect(phaseOf({ ...job, state: 'undone' })).toBe('undone');
  expect(isMoving({ ...job, state: 'running' })).toBe(true);
  expect(isMoving({ ...job, state: 'failed', columns: [] })).toBe(false);
});

it('offers a near match instead of taking it', () => {
  const near = { ...job, columns: job.columns.map((c) => ({ ...c, match: { field: 'name', how: 'near' } })) };
  expect(Object.values(startColumns(near, object))).toEqual([null, null, null]);
});
