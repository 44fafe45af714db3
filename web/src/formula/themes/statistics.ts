// Counting and adding up what fits a condition, and places in an order.
import { readPoint } from '../clock';
import { fold, number, readNumber } from '../convert';
import { Decimal } from '../decimal';
import { trimBlanks } from '../lex';
import type { Arguments, Machine, Theme } from '../machine';
import { CellError, fault, textValue, type Value } from '../values';
import { mean, total } from './math';

/** Whether a member fits. */
type Criterion = (value: Value) => boolean;

/** Whether an order is accepted; nothing means that two values cannot be compared. */
const ACCEPTS: Record<string, (order: number | undefined) => boolean> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<=': (order) => order !== undefined && order <= 0,
  '>=': (order) => order !== undefined && order >= 0,
  '<': (order) => order !== undefined && order < 0,
  '>': (order) => order !== undefined && order > 0,
};
const SIGNS = ['<>', '<=', '>=', '=', '<', '>', '≠', '≤', '≥'];
const PLAIN: Record<string, string> = { '≠': '<>', '≤': '<=', '≥': '>=' };

/** A condition as COUNTIF takes it: a value to be equal to, or text such as `>5`, `<>已取消`, `张*`. */
function criterion(value: Value, machine: Machine): Criterion {
  const text = typeof value === 'string' ? fold(value) : undefined;
  const found = text === undefined ? undefined : SIGNS.find((sign) => text.startsWith(sign));
  const rest = text === undefined ? '' : found ? trimBlanks(text.slice(found.length)) : text;
  const sign = PLAIN[found ?? '='] ?? found ?? '=';
  const accepts = ACCEPTS[sign] ?? (() => false);
  const other = sign === '<>';
  const operand = text === undefined ? value : operandOf(rest, machine);
  const wild = (other || sign === '=') && typeof operand === 'string' && /[*?]/.test(operand);
  if (wild && new TextEncoder().encode(operand).length <= 1000) {
    const pattern = Array.from(rest);
    return (member) => (typeof member === 'string' && matches(pattern, Array.from(fold(member)))) !== other;
  }
  return (member) => {
    // An empty member is not 0 here, and only fits what asks for emptiness.
    if (member === null || operand === null) return member === operand ? accepts(0) : other;
    if (member instanceof CellError || operand instanceof CellError) return other;
    const isNumber = (one: Value) => one instanceof Decimal || typeof one === 'boolean';
    const unlike =
      (isNumber(member) && typeof operand === 'string') || (isNumber(operand) && typeof member === 'string');
    return unlike ? other : accepts(machine.order(member, operand));
  };
}

function operandOf(rest: string, machine: Machine): Value {
  if (rest === '') return null;
  return readNumber(rest) ?? readPoint(rest, machine.around.zone) ?? textValue(rest);
}

/** Whether text fits a pattern in which `*` is any text and `?` any letter. Greedy with one step back. */
function matches(pattern: string[], text: string[]): boolean {
  let [p, t] = [0, 0];
  let back: { star: number; from: number } | undefined;
  while (t < text.length) {
    if (pattern[p] === '*') {
      back = { star: p, from: t };
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (back) {
      back = { star: back.star, from: back.from + 1 };
      p = back.star + 1;
      t = back.from;
    } else {
      return false;
    }
  }
  return pattern.slice(p).every((c) => c === '*');
}

/** For each row of several lists, whether it fits all their conditions; in pairs from `first` on. */
function fitting(args: Arguments, first: number): boolean[] {
  const fits = args.members(first).map(() => true);
  for (let pair = first; pair < args.length; pair += 2) {
    const members = args.members(pair);
    if (members.length !== fits.length) return fault('#VALUE!');
    const fit = criterion(args.value(pair + 1), args.machine);
    members.forEach((member, row) => {
      if (!fit(member)) fits[row] = false;
    });
  }
  return fits;
}

function picked(values: Value[], fits: boolean[]): Decimal[] {
  if (values.length !== fits.length) return fault('#VALUE!');
  return values.filter((value, row) => fits[row] && value !== null).map(number);
}

/** List, condition, and perhaps another list to take the numbers from. */
function pickedIf(args: Arguments): Decimal[] {
  const fit = criterion(args.value(1), args.machine);
  return picked(args.members(args.length > 2 ? 2 : 0), args.members(0).map(fit));
}

function pickedIfs(args: Arguments): Decimal[] {
  return picked(args.members(0), fitting(args, 1));
}

function ordered(numbers: Decimal[]): Decimal[] {
  return numbers.sort((a, b) => a.compare(b));
}

function count(args: Arguments): Decimal {
  return Decimal.of(fitting(args, 0).filter(Boolean).length);
}

function nth(numbers: Decimal[], n: bigint): Decimal {
  return numbers[Number(n) - 1] ?? fault('#NUM!');
}

export const statistics: Theme = {
  plain: {
    COUNTIF: count,
    COUNTIFS: count,
    SUMIF: (args) => total(pickedIf(args)),
    SUMIFS: (args) => total(pickedIfs(args)),
    AVERAGEIF: (args) => mean(pickedIf(args)),
    AVERAGEIFS: (args) => mean(pickedIfs(args)),
    MAXIFS: (args) => ordered(pickedIfs(args)).at(-1) ?? Decimal.ZERO,
    MINIFS: (args) => ordered(pickedIfs(args))[0] ?? Decimal.ZERO,
    MEDIAN: (args) => {
      const numbers = ordered(args.numbers());
      const middle = numbers.slice(Math.ceil(numbers.length / 2) - 1, Math.floor(numbers.length / 2) + 1);
      return numbers.length === 0 ? fault('#NUM!') : middle.length === 1 ? (middle[0] ?? null) : mean(middle);
    },
    LARGE: (args) => nth(ordered(args.numbersOf(0)).reverse(), args.whole(1)),
    SMALL: (args) => nth(ordered(args.numbersOf(0)), args.whole(1)),
    RANK: (args) => {
      const [n, numbers] = [args.number(0), args.numbersOf(1)];
      const upward = args.length > 2 && !args.number(2).isZero();
      if (!numbers.some((other) => other.equals(n))) return fault('#N/A');
      const ahead = numbers.filter((other) => (upward ? other.compare(n) < 0 : other.compare(n) > 0));
      return Decimal.of(ahead.length + 1);
    },
  },
};
