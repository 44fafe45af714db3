// What a value is where another type is wanted.
import { localOf, readPoint } from './clock';
import { Decimal } from './decimal';
import { boolNamed, trimBlanks } from './lex';
import {
  CellError,
  Clock,
  clockText,
  Day,
  dayText,
  Emptiness,
  Fault,
  fault,
  Instant,
  isMoment,
  Ref,
  textValue,
  type Value,
} from './values';

/** The longest text a formula makes, in characters, as in Excel. */
export const MAX_TEXT = 32_767;

/** Folded text: NFKC, lower case, outer blanks trimmed; what texts are compared by. */
export function fold(text: string): string {
  const lower = Array.from(text.normalize('NFKC'), (c) => c.toLowerCase()).join('');
  return trimBlanks(lower.normalize('NFKC'));
}

/** The order of two texts by code points. */
export function compareText(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let n = 0; n < Math.min(left.length, right.length); n += 1) {
    const difference = (left[n]?.codePointAt(0) ?? 0) - (right[n]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Empty is 0, yes is 1, and text what it reads as. */
export function number(value: Value): Decimal {
  if (value === null) return Decimal.ZERO;
  if (value instanceof Decimal) return value;
  if (typeof value === 'boolean') return value ? Decimal.ONE : Decimal.ZERO;
  if (value instanceof CellError) throw new Fault(value);
  if (typeof value === 'string') return readNumber(value) ?? fault('#VALUE!');
  const [only] = Array.isArray(value) && value.length === 1 ? value : [undefined];
  return only === undefined || Array.isArray(only) ? fault('#VALUE!') : number(only);
}

const CURRENCIES = ['¥', '$', '€', '£', 'rmb', 'cny', 'usd', '元'];

/** A number as people type it: `1,234.50`, `¥5`, `１２％`, `(3)`. */
export function readNumber(text: string): Decimal | undefined {
  if (text.length > 200) return undefined;
  let digits = fold(text);
  const negative = digits.startsWith('(') && digits.endsWith(')');
  if (negative) digits = digits.slice(1, -1).trim();
  for (const sign of CURRENCIES) {
    if (digits.startsWith(sign)) digits = digits.slice(sign.length);
    digits = digits.trim();
    if (digits.endsWith(sign)) digits = digits.slice(0, -sign.length);
    digits = digits.trim();
  }
  const percent = digits.endsWith('%');
  digits = digits.replace(/%+$/, '').trim();
  const plain = withoutThousands(digits);
  const found = plain === undefined || plain.length > 64 ? undefined : Decimal.parse(plain, true);
  const scaled = percent ? found?.multiply(Decimal.fitted(1n, 2)) : found;
  return negative ? scaled?.negated() : scaled;
}

/** Without thousands separators; nothing when one stands in a wrong place. */
function withoutThousands(text: string): string | undefined {
  if (!text.includes(',')) return text;
  const [whole = '', fraction = ''] = text.split(/\.(.*)/s);
  const [first = '', ...groups] = whole.replace(/^[-+]+/, '').split(',');
  const right = first.length > 0 && first.length <= 3 && groups.every((group) => group.length === 3);
  return right && !fraction.includes(',') ? text.replaceAll(',', '') : undefined;
}

/** Empty is no, a number is yes unless it is 0. */
export function truth(value: Value): boolean {
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  if (value instanceof Decimal) return !value.isZero();
  if (value instanceof CellError) throw new Fault(value);
  if (typeof value === 'string') return boolNamed(value.trim()) ?? fault('#VALUE!');
  return fault('#VALUE!');
}

/** Any value as text: numbers plain, dates as `2026-03-01`, with time `2026-03-01 09:30` in the zone, lists with commas. */
export function text(value: Value, zone: string): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Day) return dayText(value);
  if (value instanceof Clock) return clockText(value.seconds);
  if (value instanceof Ref) return value.id;
  if (value instanceof CellError) throw new Fault(value);
  if (value instanceof Instant) {
    const { day, seconds } = localOf(value, zone);
    return `${dayText(new Day(day))} ${clockText(seconds).slice(0, 5)}`;
  }
  if (!Array.isArray(value) || value.some(Array.isArray)) return fault('#VALUE!');
  return value.map((member) => text(member, zone)).join(', ');
}

export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** A text as a result: empty when it has no characters, an error when it has too many. */
export function short(text: string): Value {
  return text.length > MAX_TEXT && lengthOf(text) > MAX_TEXT ? fault('#VALUE!') : textValue(text);
}

/** A point in time; text is read as one. An empty one makes the result empty. */
export function point(value: Value, zone: string): Day | Instant | Clock {
  if (value === null) throw new Emptiness();
  if (value instanceof CellError) throw new Fault(value);
  const found = typeof value === 'string' ? readPoint(value, zone) : value;
  return found !== undefined && isMoment(found) ? found : fault('#VALUE!');
}
