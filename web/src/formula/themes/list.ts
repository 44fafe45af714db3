// Lists: subform columns, choices, tags.
import { compareText, fold, number } from '../convert';
import { Decimal } from '../decimal';
import type { Arguments, Machine, Plain, Theme } from '../machine';
import { isList, isMomentType, member } from '../types';
import {
  CellError,
  Clock,
  Day,
  Fault,
  fault,
  Instant,
  isMoment,
  listValue,
  Ref,
  toWire,
  type Value,
} from '../values';
import { total } from './math';

/** The members that are not empty; an error among them is the result. */
function filled(members: Value[]): Value[] {
  for (const value of members) if (value instanceof CellError) throw new Fault(value);
  return members.filter((value) => value !== null);
}

/** The member that comes last (`1`) or first (`-1`) in the order; of no numbers 0, of no dates nothing. */
function extreme(wanted: number): Plain {
  return (args) => {
    let found: Value | undefined;
    for (const one of filled(args.all())) {
      const value = isMoment(one) ? one : number(one);
      if (found === undefined || Math.sign(args.machine.order(value, found) ?? 0) === wanted) found = value;
    }
    const dates = args.operands.some((operand) => isMomentType(member(operand.is)));
    return found ?? (dates ? null : Decimal.ZERO);
  };
}

function sumProduct(args: Arguments): Decimal {
  // An empty number is one 0, an empty list no number.
  const lists = args.values.map((value, n) =>
    value === null && !isList(args.operands[n]?.is ?? 'any') ? [null] : args.members(n),
  );
  const [first = []] = lists;
  if (lists.some((list) => list.length !== first.length)) return fault('#VALUE!');
  const product = (row: number) =>
    lists.reduce((product, list) => product.multiply(number(list[row] ?? null)), Decimal.ONE);
  return total(first.map((_, row) => product(row)));
}

function howMany(counts: (value: Value) => boolean): Plain {
  return (args) => Decimal.of(args.all().filter(counts).length);
}

function placeOf(value: Value, members: Value[], machine: Machine): number {
  return members.findIndex((one) => {
    if ((value === null) !== (one === null) || one instanceof CellError) return false;
    return machine.order(value, one) === 0;
  });
}

export function contains(value: Value, members: Value[], machine: Machine): boolean {
  return placeOf(value, members, machine) >= 0;
}

/** By what members are the same: as they are compared. */
function sameness(value: Value): string {
  return typeof value === 'string' ? `t${fold(value)}` : JSON.stringify([typeof value, toWire(value)]);
}

function unique(args: Arguments): Value {
  const seen = new Map<string, Value>();
  for (const one of filled(args.members(0))) if (!seen.has(sameness(one))) seen.set(sameness(one), one);
  return listValue([...seen.values()]);
}

/** Kinds in their order, for lists that hold several. */
function rank(value: Value): number {
  const kinds = [Day, Instant, Clock];
  if (typeof value === 'boolean') return 0;
  if (value instanceof Decimal) return 1;
  if (typeof value === 'string') return 9;
  if (value instanceof Ref) return 10;
  const kind = kinds.findIndex((kind) => value instanceof kind);
  return kind < 0 ? 11 : kind + 2;
}

function compare(a: Value, b: Value): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === 'string' && typeof b === 'string') return compareText(fold(a), fold(b));
  if (a instanceof Decimal && b instanceof Decimal) return a.compare(b);
  if (a instanceof Instant && b instanceof Instant)
    return a.micros < b.micros ? -1 : a.micros > b.micros ? 1 : 0;
  if (a instanceof Day && b instanceof Day) return a.number - b.number;
  const [left, right] = [JSON.stringify(toWire(a)), JSON.stringify(toWire(b))];
  return left < right ? -1 : left > right ? 1 : 0;
}

export const list: Theme = {
  plain: {
    MAX: extreme(1),
    MIN: extreme(-1),
    SUMPRODUCT: sumProduct,
    COUNT: howMany((value) => value instanceof Decimal || isMoment(value)),
    COUNTA: howMany((value) => value !== null),
    COUNTBLANK: ({ values }) => {
      const empty = (value: Value) => (Array.isArray(value) ? value.filter((one) => one === null).length : 0);
      return Decimal.of(values.reduce((sum, value) => sum + (value === null ? 1 : empty(value)), 0));
    },
    LIST: (args) => listValue(args.all().filter((value) => value !== null)),
    INDEX: (args) => {
      const n = args.whole(1);
      if (n < 1n) return fault('#VALUE!');
      const found = args.members(0)[Number(n) - 1];
      return found === undefined ? fault('#REF!') : found;
    },
    FIRST: (args) => args.members(0)[0] ?? null,
    LAST: (args) => args.members(0).at(-1) ?? null,
    MATCH: (args) => {
      const place = placeOf(args.value(0), args.members(1), args.machine);
      return place < 0 ? fault('#N/A') : Decimal.of(place + 1);
    },
    XLOOKUP: (args) => {
      const place = placeOf(args.value(0), args.members(1), args.machine);
      if (place < 0) return args.length > 3 ? args.value(3) : fault('#N/A');
      const found = args.members(2)[place];
      return found === undefined ? fault('#VALUE!') : found;
    },
    UNIQUE: unique,
    SORT: (args) => {
      const members = filled(args.members(0));
      const sign = args.wholeOr(1, 1n) < 0n ? -1 : 1;
      return listValue(members.sort((a, b) => sign * compare(a, b)));
    },
  },
};
