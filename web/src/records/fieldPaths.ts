// Fields as a list sees them: its own, and one step along a link (`account.industry`).
import type { Field, Filter, Obj } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { lookedUp } from '@/fields/shapes/ComputedShape';
import { targetOf } from '@/fields/shapes/RefShape';

export type Catalog = Map<string, Obj>;

export interface PathField extends Field {
  /** The link one walks to get here, when the field is not the object's own. */
  via?: Field;
}

const oneLink = (f: Field) =>
  (f.type === 'link' && !f.many) || f.type === 'person' || f.type === 'department';

export function resolve(path: string, object: Obj | undefined, catalog: Catalog): PathField | undefined {
  const [first = '', rest] = path.split('.', 2);
  const own = object?.fields.find((f) => f.key === first && f.state !== 'retired');
  if (!own) return undefined;
  if (!rest) return own.type === 'lookup' ? { ...own, target: lookedUp(own, object, catalog) } : own;
  const target = catalog.get(targetOf(own))?.fields.find((f) => f.key === rest && f.state !== 'retired');
  return target ? { ...target, key: path, via: own, access: 'read' } : undefined;
}

/** Every field one may filter, sort or show by, own fields first. */
export function pathsOf(
  object: Obj,
  catalog: Catalog,
): { own: PathField[]; linked: { via: Field; fields: PathField[] }[] } {
  const own = [...object.fields.filter((f) => !f.system), ...object.fields.filter((f) => f.system)]
    .filter((f) => f.state !== 'retired')
    .map((f) => resolve(f.key, object, catalog) ?? f);
  const linked = own.filter(oneLink).map((via) => ({
    via,
    fields: (catalog.get(targetOf(via))?.fields ?? [])
      .filter((f) => f.state !== 'retired' && !f.system && f.type !== 'subform')
      .map((f) => resolve(`${via.key}.${f.key}`, object, catalog))
      .filter((f): f is PathField => Boolean(f)),
  }));
  return { own, linked: linked.filter((l) => l.fields.length > 0) };
}

export function pathLabel(field: PathField, say: (f: Field) => string): string {
  if (!field.via) return say(field);
  const own: Field = { ...field, key: field.key.split('.')[1] ?? field.key };
  return `${say(field.via)} · ${say(own)}`;
}

const searchable = new Set(['text', 'long_text', 'phone', 'email', 'serial', 'id_number', 'url']);
const MOST_SEARCHED = 6;

/** What the search box of a list asks: the text in the title or in the first few fields of text. */
export function searchFilter(text: string, object: Obj): Filter | null {
  const wanted = text.trim();
  if (!wanted) return null;
  const fields = object.fields.filter(
    (f) => f.state !== 'retired' && !f.system && searchable.has(f.type) && f.access !== 'masked',
  );
  fields.sort((a, b) => Number(b.key === object.title) - Number(a.key === object.title));
  const parts = fields
    .slice(0, MOST_SEARCHED)
    .map((f): Filter => ({ field: f.key, op: 'contains', value: wanted }));
  return parts.length === 1 ? (parts[0] ?? null) : parts.length ? { or: parts } : null;
}

/** The columns of a list nobody has set up yet. */
export function firstColumns(object: Obj): { field: string }[] {
  const plain = object.fields.filter((f) => f.state !== 'retired' && !f.system && !kindOf(f).wide);
  const titled = [
    ...plain.filter((f) => f.key === object.title),
    ...plain.filter((f) => f.key !== object.title),
  ].slice(0, 8);
  const system = ['owner', 'updated_at'].filter(
    (key) => object.fields.some((f) => f.key === key) && !titled.some((f) => f.key === key),
  );
  return [...titled.map((f) => ({ field: f.key })), ...system.map((field) => ({ field }))];
}

/** The fields of a form, in order: own fields that are not the system's, and the owner. */
export function formFields(object: Obj, catalog: Catalog): Field[] {
  return [...object.fields.filter((f) => !f.system), ...object.fields.filter((f) => f.key === 'owner')]
    .filter((f) => f.state !== 'retired')
    .map((f) => resolve(f.key, object, catalog) ?? f);
}
