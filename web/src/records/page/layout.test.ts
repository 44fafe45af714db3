// A page lays out what the person sees, and loses nothing it does not name.
import { expect, it } from 'vitest';
import type { PageBody } from '@/api/admin-types';
import type { Obj } from '@/api/types';
import { formFields } from '../fieldPaths';
import { formSections, layoutOf, REST } from './layout';

const thing: Obj = {
  key: 'thing',
  title: 'name',
  fields: [
    { key: 'name', type: 'text', required: true },
    { key: 'size', type: 'number' },
    { key: 'colour', type: 'text' },
    { key: 'note', type: 'long_text', required: true },
    { key: 'old', type: 'text', state: 'retired' },
    { key: 'owner', type: 'person', system: true },
    { key: 'created_at', type: 'datetime', system: true },
    { key: 'updated_at', type: 'datetime', system: true },
  ],
};
const part: Obj = {
  key: 'part',
  fields: [
    { key: 'name', type: 'text' },
    { key: 'thing', type: 'link', to: 'thing' },
    { key: 'spare_for', type: 'link', to: 'thing' },
  ],
};
const catalog = new Map([thing, part].map((o) => [o.key, o]));
const page: PageBody = {
  object: 'thing',
  header: ['size', 'gone'],
  sections: [
    { key: 'a', label: 'A', columns: 3, fields: ['name', 'secret', 'created_at'] },
    { key: 'b', fields: ['secret'] },
  ],
  tabs: [{ key: 'more', label: 'More', sections: [{ key: 'c', fields: ['size'], collapsed: true }] }],
  related: [
    { from: 'part.spare_for', label: 'Spares', columns: [{ field: 'name' }], sort: [{ field: 'name' }] },
  ],
  hidden: ['note'],
};
const keys = (sections: { key: string; fields: { key: string }[] }[]) =>
  sections.map((s) => [s.key, ...s.fields.map((f) => f.key)]);

it('shows all fields in their order where no page was drawn', () => {
  const layout = layoutOf(undefined, thing, catalog);
  expect(keys(layout.sections)).toEqual([[REST, 'name', 'size', 'colour', 'note', 'owner']]);
  expect(layout.system.map((f) => f.key)).toEqual(['created_at', 'updated_at']);
  expect(layout.related.map((p) => p.field.key)).toEqual(['thing', 'spare_for']);
  expect(layout.tabs).toEqual([]);
});

it('places what the page names, leaves out what the person does not see, and puts the rest last', () => {
  const layout = layoutOf(page, thing, catalog);
  expect(layout.header.map((f) => f.key)).toEqual(['size']);
  expect(keys(layout.sections)).toEqual([
    ['a', 'name', 'created_at'],
    [REST, 'colour', 'owner'],
  ]);
  expect(layout.sections[0]?.columns).toBe(3);
  expect(layout.tabs.map((tab) => [tab.key, ...keys(tab.sections)])).toEqual([['tab-more', ['c', 'size']]]);
  expect(layout.system.map((f) => f.key)).toEqual(['updated_at']);
});

it('lists what links here as the page says, then what it does not name', () => {
  const [spares, parts] = layoutOf(page, thing, catalog).related;
  expect([spares?.field.key, spares?.label, spares?.columns, spares?.sort]).toEqual([
    'spare_for',
    'Spares',
    ['name'],
    [{ field: 'name', dir: 'asc' }],
  ]);
  expect([parts?.field.key, parts?.columns]).toEqual(['thing', undefined]);
  const without = layoutOf({ ...page, hidden: ['part.thing'] }, thing, catalog);
  expect(without.related.map((p) => p.field.key)).toEqual(['spare_for']);
});

it('asks in a form for what must be filled in, also where the page leaves it out', () => {
  const layout = layoutOf(page, thing, catalog);
  const fields = formFields(thing, catalog);
  expect(keys(formSections(layout, fields))).toEqual([
    ['a', 'name'],
    [REST, 'colour', 'owner', 'note'],
    ['c', 'size'],
  ]);
  const optional = fields.map((f) => ({ ...f, required: false }));
  expect(keys(formSections(layout, optional))[1]).toEqual([REST, 'colour', 'owner']);
  expect(keys(formSections(layout, optional, ['note']))[1]).toEqual([REST, 'colour', 'owner', 'note']);
});
