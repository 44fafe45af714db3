// What formulas yield while a person is still typing: computed here as the server will compute them on saving.
import type { Field, Value } from '@/api/types';
import { check, Decimal, evaluate, type Formula, toWire, typeText } from '@/formula';
import { type Catalog, fieldNamed, namesOf, type Owner } from './formulaNames';
import { refsOf } from './RefShape';

/** Stored results are the same whoever saves: their days are those of the house. */
const HOUSE_ZONE = 'Asia/Shanghai';
const MOST_PLACES = 4;

export interface Typed {
  owner: Owner;
  catalog: Catalog;
  values: Record<string, Value>;
  /** The keys of what was changed; for a new record everything counts as changed. */
  touched: ReadonlySet<string> | 'all';
  /** Values behind links by path, `account.level`, as far as they are known for what is chosen now. */
  behind?: ReadonlyMap<string, Value>;
  zone: string;
  now: Date;
}

/** A value computed here, or nothing: then only the server knows, once it is saved. */
export type Live = { value: Value } | 'later';

const compiled = new WeakMap<Field, { fields: Field[]; catalog: Catalog; formula: Formula | null }>();

/** The formula of a field, checked once for as long as the definitions stay the same. */
export function formulaOf(field: Field, owner: Owner, catalog: Catalog): Formula | null {
  const kept = compiled.get(field);
  if (kept && kept.fields === owner.fields && kept.catalog === catalog) return kept.formula;
  const formula = check(field.formula ?? '', namesOf(owner, catalog)).formula ?? null;
  compiled.set(field, { fields: owner.fields, catalog, formula });
  return formula;
}

/** The result as its field holds it: rounded to its places, lists as text. */
export function fitted(field: Field, formula: Formula, value: ReturnType<typeof evaluate>): Value {
  if (value instanceof Decimal) {
    const told = typeof field.scale === 'number' ? field.scale : formula.scale;
    const scale = told !== undefined && (told <= MOST_PLACES || told === field.scale) ? told : undefined;
    return scale === undefined ? value.toString() : value.round(scale).toString();
  }
  if (Array.isArray(value)) return value.map((member) => String(toWire(member) ?? '')).join(', ');
  return toWire(value);
}

/** The field as its formula shows: of a row's formula the server does not say what it yields. */
export function shownAs(field: Field, formula: Formula | null): Field {
  if (!formula || field.yields) return field;
  const scale = typeof field.scale === 'number' ? field.scale : formula.scale;
  const is = typeText(formula.yields);
  return { ...field, yields: is, ...(scale !== undefined && scale <= MOST_PLACES ? { scale } : {}) };
}

/** What a formula is given: whether it was changed, and its value as far as it is known here. */
type Input = { changed: boolean; value: Value } | { changed: boolean; unknown: true };

class LiveRow {
  private readonly found = new Map<string, Live | null>();

  constructor(private readonly typed: Typed) {}

  /** `null` when nothing it depends on was changed: what the server said still holds. */
  answer(field: Field): Live | null {
    const known = this.found.get(field.key);
    if (known !== undefined) return known;
    // A circle of formulas ends here; the server refuses such definitions.
    this.found.set(field.key, 'later');
    const answer = this.compute(field);
    this.found.set(field.key, answer);
    return answer;
  }

  private compute(field: Field): Live | null {
    const { owner, catalog, touched, zone, now } = this.typed;
    const formula = formulaOf(field, owner, catalog);
    // It names something this reader may not know of.
    if (!formula) return touched === 'all' || touched.size > 0 ? 'later' : null;
    const inputs = new Map(formula.references.map((path) => [path.join('.'), this.input(path)]));
    const given = [...inputs.values()];
    if (touched !== 'all' && !given.some((i) => i.changed)) return null;
    if (given.some((i) => 'unknown' in i)) return 'later';
    const row = {
      get(path: string[]) {
        const input = inputs.get(path.join('.'));
        return input && 'value' in input ? input.value : null;
      },
    };
    const around = { now, zone: formula.volatile ? zone : HOUSE_ZONE, dice: 0n };
    return { value: fitted(field, formula, evaluate(formula, row, around)) };
  }

  private isTouched(key: string): boolean {
    return this.typed.touched === 'all' || this.typed.touched.has(key);
  }

  private input([first = '', ...rest]: string[]): Input {
    const { owner, values } = this.typed;
    const field = fieldNamed(owner, first);
    if (!field) return { changed: true, unknown: true };
    if (field.type === 'subform' && rest.length > 0) return this.rows(field, rest);
    if (rest.length > 0) return this.behind(first, rest.join('.'));
    const stands = { changed: false, value: values[field.key] ?? null };
    if (field.type === 'lookup') {
      const link = String(field.link ?? '');
      return this.isTouched(link) ? this.behind(link, String(field.field)) : stands;
    }
    if (field.type === 'rollup') {
      // What links to a record that is still being made only the server can say.
      return this.typed.touched === 'all' ? { changed: true, unknown: true } : stands;
    }
    if (field.type !== 'formula') return { ...stands, changed: this.isTouched(field.key) };
    const answer = this.answer(field);
    if (answer === null) return stands;
    return answer === 'later' ? { changed: true, unknown: true } : { changed: true, value: answer.value };
  }

  private behind(link: string, rest: string): Input {
    const changed = this.isTouched(link);
    if (refsOf(this.typed.values[link]).length === 0) return { changed, value: null };
    const known = this.typed.behind?.get(`${link}.${rest}`);
    return known === undefined ? { changed, unknown: true } : { changed, value: known };
  }

  private rows(field: Field, rest: string[]): Input {
    const changed = this.isTouched(field.key);
    const column = rest.length === 1 ? (field.fields ?? []).find((f) => f.key === rest[0]) : undefined;
    if (!column) return { changed, unknown: true };
    const rows = this.typed.values[field.key];
    const found = (Array.isArray(rows) ? rows : []).map((row) => rowValue(field, column, row, this.typed));
    const known = found.flatMap((f) => (f === 'later' ? [] : [f.value]));
    return known.length < found.length ? { changed, unknown: true } : { changed, value: known };
  }
}

function rowValue(subform: Field, column: Field, row: Record<string, Value>, typed: Typed): Live {
  if (column.type !== 'formula') return { value: row[column.key] ?? null };
  return liveRow(subform, row, typed).get(column.key) ?? 'later';
}

/** The formulas of one row of a subform. */
export function liveRow(
  subform: Field,
  row: Record<string, Value>,
  { catalog, zone, now }: Pick<Typed, 'catalog' | 'zone' | 'now'>,
): Map<string, Live> {
  const owner = { key: '', fields: subform.fields ?? [] };
  return liveOf({ owner, catalog, values: row, touched: 'all', zone, now });
}

/** All formulas of an object or a row whose value is no longer what the server said. */
export function liveOf(typed: Typed): Map<string, Live> {
  const row = new LiveRow(typed);
  const found = new Map<string, Live>();
  for (const field of typed.owner.fields) {
    if (field.type !== 'formula' || field.state === 'retired') continue;
    const answer = row.answer(field);
    if (answer) found.set(field.key, answer);
  }
  return found;
}

/** The paths behind links that the formulas and look-ups of an object read, by the link they begin with. */
export function pathsBehind(owner: Owner, catalog: Catalog): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  const add = (link: string, rest: string) => found.set(link, (found.get(link) ?? new Set()).add(rest));
  for (const field of owner.fields) {
    if (field.type !== 'formula' || field.state === 'retired') continue;
    for (const [first = '', ...rest] of formulaOf(field, owner, catalog)?.references ?? []) {
      const link = fieldNamed(owner, first);
      if (link?.type === 'lookup' && rest.length === 0) add(String(link.link), String(link.field));
      else if (link && rest.length > 0 && link.type !== 'subform') add(first, rest.join('.'));
    }
  }
  return new Map([...found].map(([link, rests]) => [link, [...rests].sort()]));
}
