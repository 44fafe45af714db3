// How a record's page is laid out: what the page that was drawn says, for the fields this person sees, and behind it whatever
// it does not name. Without a page: the fields in their order.
import type { PageBody, SectionBody } from '@/api/admin-types';
import type { Field, Label, Obj, Sort } from '@/api/types';
import { type Catalog, formFields, resolve } from '../fieldPaths';

export interface Section {
  key: string;
  label: Label | null;
  columns: number;
  collapsed: boolean;
  fields: Field[];
}

export interface PageTab {
  key: string;
  label: Label;
  sections: Section[];
}

/** Records of another object that link to this one, and how they are listed. */
export interface Pointing {
  object: Obj;
  field: Field;
  label?: Label;
  columns?: string[];
  sort?: Sort[];
}

export interface Layout {
  header: Field[];
  sections: Section[];
  tabs: PageTab[];
  related: Pointing[];
  /** Who made the record and when, where the page does not place it. */
  system: Field[];
}

/** What nobody placed stands in a section of this key; no section of a page can have it. */
export const REST = '*';
const COLUMNS = 2;
const SYSTEM = ['created_at', 'created_by', 'updated_at', 'updated_by', 'department'];

const nameOf = (p: Pointing) => `${p.object.key}.${p.field.key}`;

/** Every link of every object that leads to this one. */
export function pointingAt(object: Obj, catalog: Catalog): Pointing[] {
  return [...catalog.values()]
    .filter((o) => o.state !== 'retired' && o.can?.read !== false && !o.hidden)
    .flatMap((o) =>
      o.fields
        .filter((f) => f.type === 'link' && f.to === object.key && f.state !== 'retired' && !f.system)
        .map((field) => ({ object: o, field })),
    );
}

export function layoutOf(page: PageBody | undefined, object: Obj, catalog: Catalog): Layout {
  const hidden = new Set(page?.hidden ?? []);
  const placed = new Set<string>();
  const fieldsOf = (keys: string[]) =>
    keys.map((key) => resolve(key, object, catalog)).filter((f): f is Field => Boolean(f));
  const sectionsOf = (bodies: SectionBody[]) =>
    bodies
      .map((body): Section => {
        for (const key of body.fields) placed.add(key);
        return {
          key: body.key,
          label: body.label ?? null,
          columns: body.columns ?? COLUMNS,
          collapsed: body.collapsed ?? false,
          fields: fieldsOf(body.fields),
        };
      })
      .filter((section) => section.fields.length > 0);
  const sections = sectionsOf(page?.sections ?? []);
  const tabs = (page?.tabs ?? [])
    .map((tab) => ({ key: `tab-${tab.key}`, label: tab.label, sections: sectionsOf(tab.sections) }))
    .filter((tab) => tab.sections.length > 0);
  const left = (key: string) => !placed.has(key) && !hidden.has(key);
  const rest = formFields(object, catalog).filter((f) => left(f.key));
  if (rest.length > 0) {
    sections.push({ key: REST, label: null, columns: COLUMNS, collapsed: false, fields: rest });
  }
  return {
    header: fieldsOf(page?.header ?? []),
    sections,
    tabs,
    related: relatedOf(page, object, catalog).filter((p) => !hidden.has(nameOf(p))),
    system: object.fields.filter((f) => f.system && SYSTEM.includes(f.key) && left(f.key)),
  };
}

function relatedOf(page: PageBody | undefined, object: Obj, catalog: Catalog): Pointing[] {
  const all = pointingAt(object, catalog);
  const named = (page?.related ?? []).flatMap((body) =>
    all
      .filter((p) => nameOf(p) === body.from)
      .map((p) => ({
        ...p,
        label: body.label,
        columns: body.columns?.map((c) => c.field),
        sort: body.sort?.map((s): Sort => ({ field: s.field, dir: s.dir ?? 'asc' })),
      })),
  );
  const names = new Set(named.map(nameOf));
  return [...named, ...all.filter((p) => !names.has(nameOf(p)))];
}

/**
 * The same order for a form of these fields. A field that the page leaves out is asked for all the same where it must be
 * filled in, or where it is filled in already.
 */
export function formSections(layout: Layout, fields: Field[], filled: string[] = []): Section[] {
  const byKey = new Map(fields.map((f) => [f.key, f]));
  const placed = new Set<string>();
  const sections = [...layout.sections, ...layout.tabs.flatMap((tab) => tab.sections)].map((section) => ({
    ...section,
    fields: section.fields.flatMap((f) => {
      placed.add(f.key);
      return byKey.get(f.key) ?? [];
    }),
  }));
  const needed = fields.filter((f) => !placed.has(f.key) && (f.required || filled.includes(f.key)));
  const rest = sections.find((s) => s.key === REST);
  if (rest) rest.fields.push(...needed);
  else sections.push({ key: REST, label: null, columns: COLUMNS, collapsed: false, fields: needed });
  return sections.filter((section) => section.fields.length > 0);
}
