// What the names in a formula mean: fields by key or by label, and paths over links. The server's own rules, mirrored.
import type { Field, Label, Obj } from '@/api/types';
import { type Names, type Type, typeText } from '@/formula';

export type Catalog = Map<string, Obj>;
/** An object, or the rows of a subform. */
export type Owner = Pick<Obj, 'key' | 'fields'>;

const plain: Record<string, Type> = {
  number: 'number',
  money: 'number',
  rating: 'number',
  switch: 'bool',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  id: 'record',
  person: 'record',
  department: 'record',
  people: { list: 'record' },
  departments: { list: 'record' },
  choices: { list: 'text' },
  tags: { list: 'text' },
  subform: { list: 'record' },
  address: 'json',
  location: 'json',
  image: 'json',
  file: 'json',
  signature: 'json',
  json: 'json',
};

const yielded: Record<string, Type> = {
  number: 'number',
  text: 'text',
  bool: 'bool',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
};

/** Texts are compared without regard to width, case and outer blanks. */
const fold = (text: string) => text.normalize('NFKC').toLowerCase().trim();

function textsOf(label: Label | undefined): string[] {
  if (!label) return [];
  return typeof label === 'string' ? [label] : [label.zh, label.en].filter((t): t is string => Boolean(t));
}

export function fieldNamed(owner: Owner, name: string): Field | undefined {
  const active = owner.fields.filter((f) => f.state !== 'retired');
  const wanted = fold(name);
  return (
    active.find((f) => f.key === name) ??
    active.find((f) => textsOf(f.label).some((text) => fold(text) === wanted))
  );
}

/** Where a field leads: the object it links to, or the rows of a subform. */
export function ownerBehind(field: Field, catalog: Catalog): Owner | undefined {
  if (field.type === 'subform') return { key: '', fields: field.fields ?? [] };
  if (field.type === 'person' || field.type === 'people') return catalog.get('person');
  if (field.type === 'department' || field.type === 'departments') return catalog.get('department');
  return field.type === 'link' ? catalog.get(field.to ?? '') : undefined;
}

export const isListed = (field: Field) =>
  ['people', 'departments', 'subform'].includes(field.type) || (field.type === 'link' && field.many === true);

export function typeOfField(field: Field, owner: Owner, catalog: Catalog, depth = 0): Type {
  if (field.type === 'link') return field.many ? { list: 'record' } : 'record';
  if (field.type === 'formula') return yielded[String(field.yields ?? 'number')] ?? 'number';
  if (field.type === 'rollup') return yielded[String(field.yields ?? 'number')] ?? 'number';
  if (field.type === 'lookup') {
    const link = fieldNamed(owner, String(field.link ?? ''));
    const behind = link && ownerBehind(link, catalog);
    const target = behind?.fields.find((f) => f.key === field.field);
    return behind && target && depth < 8 ? typeOfField(target, behind, catalog, depth + 1) : 'any';
  }
  return plain[field.type] ?? 'text';
}

function scaleOf(field: Field): number | undefined {
  if (typeof field.scale === 'number') return field.scale;
  if (field.type === 'money') return 2;
  return field.type === 'rating' ? 0 : undefined;
}

/** The field at the end of a path of keys, with the object it belongs to. */
export function fieldAt(
  path: string[],
  owner: Owner,
  catalog: Catalog,
): { field: Field; owner: Owner } | null {
  let at: Owner | undefined = owner;
  for (const [n, key] of path.entries()) {
    const field: Field | undefined = at && fieldNamed(at, key);
    if (!at || !field) return null;
    if (n + 1 === path.length) return { field, owner: at };
    at = ownerBehind(field, catalog);
  }
  return null;
}

export function namesOf(owner: Owner, catalog: Catalog): Names {
  return {
    field(path) {
      let at: Owner | undefined = owner;
      let isList = false;
      const keys: string[] = [];
      for (const [n, name] of path.entries()) {
        const field: Field | undefined = at && fieldNamed(at, name);
        if (!at || !field) return undefined;
        keys.push(field.key);
        if (n + 1 === path.length) {
          const own = typeOfField(field, at, catalog);
          const is = isList && typeof own !== 'object' ? { list: own } : own;
          return { path: keys, is, scale: scaleOf(field) };
        }
        isList = isList || isListed(field);
        at = ownerBehind(field, catalog);
      }
      return undefined;
    },
    option(path, label) {
      const options = fieldAt(path, owner, catalog)?.field.options ?? [];
      const wanted = fold(label);
      return options.find((o) => textsOf(o.label).some((text) => fold(text) === wanted))?.key;
    },
  };
}

/** Default values stand alone: they name no fields. */
export const noNames: Names = { field: () => undefined };

/** Whether what a formula yields can stand in a field; the server reads texts, so a text takes anything plain. */
export function fits(field: Field, yields: Type): boolean {
  const wanted = typeText(typeOfField(field, { key: '', fields: [] }, new Map()));
  const found = typeText(yields);
  if (wanted === found || found === 'any' || found === 'text') return true;
  if (wanted === 'text') return !['record', 'json'].includes(found) && !found.startsWith('[');
  if (wanted.startsWith('[')) return wanted === `[${found}]`;
  return (wanted === 'date' || wanted === 'datetime') && (found === 'date' || found === 'datetime');
}

const MOST_NEAR = 3;

/** Fields that were perhaps meant by a name nobody knows: whose key or name holds it, or is held by it. */
export function nearNames(owner: Owner, name: string): Field[] {
  const wanted = fold(name);
  if (!wanted) return [];
  const near = (text: string) => {
    const own = fold(text);
    return own.length > 1 && (own.includes(wanted) || (wanted.length > 1 && wanted.includes(own)));
  };
  return owner.fields
    .filter((f) => f.state !== 'retired' && !f.system && [f.key, ...textsOf(f.label)].some(near))
    .slice(0, MOST_NEAR);
}
