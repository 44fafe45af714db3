// Numbers and dates in a format, as Excel's TEXT: `0.00`, `#,##0.00`, `0%`, `yyyy-mm-dd`, `yyyy年m月d日`, `hh:mm`.
import { dayIn, secondsIn } from './clock';
import { number as numberOf, point, readNumber, text as textOf } from './convert';
import { Decimal } from './decimal';
import { isMomentType, type Type } from './types';
import { type Civil, Clock, civil, fault, isMoment, pad, type Value } from './values';

/** A piece of a format: said as it stands, or a sign with a meaning, of which letters repeated are one piece. */
type Piece = { said: string } | { sign: string; length: number };

function pieces(format: string): Piece[] {
  const found = format.matchAll(/"([^"]*)"?|\\(.?)|([a-z])\3*|([0#?.,%;/@])|(.)/gisu);
  return Array.from(found, ([all, quoted, escaped, letter, sign]): Piece => {
    if (letter !== undefined) return { sign: letter.toLowerCase(), length: all.length };
    if (sign !== undefined) return { sign, length: 1 };
    return { said: quoted ?? escaped ?? all };
  });
}

function signOf(piece: Piece | undefined): string {
  return piece && 'sign' in piece ? piece.sign : '';
}

/** The value of type `is` in a format. */
export function formatted(value: Value, is: Type, format: string, zone: string): string {
  if (value === null && isMomentType(is)) return '';
  if (isMoment(value)) {
    const found = point(value, zone);
    const day = found instanceof Clock ? undefined : civilOf(dayIn(found, zone).number);
    return dateText(day, secondsIn(found, zone), pieces(format));
  }
  if (typeof value === 'string' && !readNumber(value)) return value;
  if (typeof value === 'boolean') return textOf(value, zone);
  return numberText(numberOf(value), format);
}

function numberText(number: Decimal, format: string): string {
  if (['general', '@', '常规', 'g/通用格式'].includes(format.trim().toLowerCase())) return number.toString();
  const sections: Piece[][] = [[]];
  for (const piece of pieces(format)) {
    if (signOf(piece) === ';') sections.push([]);
    else sections.at(-1)?.push(piece);
  }
  const [positive = [], negative, zero] = sections;
  if (zero && number.isZero()) return section(number, zero);
  if (negative && number.isNegative()) return section(number.abs(), negative);
  return section(number, positive);
}

function isDigit(piece: Piece): boolean {
  return '0#?'.includes(signOf(piece)) && signOf(piece) !== '';
}

function section(value: Decimal, all: Piece[]): string {
  const point = all.findIndex((piece) => signOf(piece) === '.');
  const whole = point < 0 ? all : all.slice(0, point);
  const fraction = point < 0 ? [] : all.slice(point);
  let number = value;
  for (const piece of all) if (signOf(piece) === '%') number = number.multiply(Decimal.of(100));
  // Commas behind the last digit divide by a thousand each; one between digits groups them.
  const last = whole.findLastIndex(isDigit);
  const commas = (some: Piece[]) => some.filter((piece) => signOf(piece) === ',').length;
  const grouped = last >= 0 && commas(whole.slice(0, last)) > 0;
  const thousands = last >= 0 ? commas(whole.slice(last)) : 0;
  for (let n = 0; n < thousands; n += 1) number = number.multiply(Decimal.fitted(1n, 3));
  const rounded = number.round(Math.min(fraction.filter(isDigit).length, 28));
  const [digits = '0', decimals = ''] = rounded.abs().toString().split('.');
  const sign = rounded.isNegative() ? '-' : '';
  return sign + wholePart(whole, digits === '0' ? '' : digits, grouped) + fractionPart(fraction, decimals);
}

function wholePart(pieces: Piece[], digits: string, grouped: boolean): string {
  const first = pieces.findIndex(isDigit);
  const left = Array.from(digits);
  // Written from the right, so that digits meet their places.
  let out = '';
  let written = 0;
  const digit = (c: string) => {
    if (grouped && written > 0 && written % 3 === 0) out = `,${out}`;
    written += 1;
    out = c + out;
  };
  for (let n = pieces.length - 1; n >= 0; n -= 1) {
    const piece = pieces[n];
    if (!piece) continue;
    if ('said' in piece) {
      out = piece.said + out;
    } else if (isDigit(piece)) {
      const c = left.pop() ?? (piece.sign === '0' ? '0' : undefined);
      if (c !== undefined) digit(c);
      while (n === first && left.length > 0) digit(left.pop() ?? '');
    } else if (piece.sign === '%' || piece.sign === '/') {
      out = piece.sign + out;
    } else if (piece.sign !== ',') {
      return fault('#VALUE!');
    }
  }
  // A format such as ".00" has no place for whole digits; they are not lost.
  return first < 0 && !pieces.some((piece) => 'said' in piece) ? left.join('') + out : out;
}

function fractionPart(pieces: Piece[], decimals: string): string {
  const digits = Array.from(decimals);
  let [out, point] = ['', false];
  for (const piece of pieces) {
    if ('said' in piece) {
      out += piece.said;
    } else if (isDigit(piece)) {
      out += digits.shift() ?? (piece.sign === '0' ? '0' : '');
    } else if (piece.sign === '.' && !point) {
      point = true;
      out += '.';
    } else if (piece.sign === '%') {
      out += '%';
    } else if (piece.sign !== ',') {
      return fault('#VALUE!');
    }
  }
  return out;
}

/** `1234567` as `1,234,567`. */
export function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ',');
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
const XINGQI = Array.from('一二三四五六日');

type CivilDay = Civil & { weekday: number };

/** The day with its day of the week, Monday being 0. */
function civilOf(number: number): CivilDay {
  return { ...civil(number), weekday: (((number + 3) % 7) + 7) % 7 };
}

/** A date, a time, or both; a time alone has no day. */
function dateText(day: CivilDay | undefined, seconds: number, all: Piece[]): string {
  const [hour, minute, second] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const noon = all.some((_, n) => amPm(all, n) !== undefined);
  const day_ = () => day ?? fault('#VALUE!');
  let out = '';
  let afterHour = false;
  for (let n = 0; n < all.length; n += 1) {
    const piece = all[n];
    if (!piece) continue;
    if ('said' in piece) {
      out += piece.said;
      continue;
    }
    const { sign, length } = piece;
    const padded = (value: number) => (length === 1 ? String(value) : pad(value, 2));
    const half = amPm(all, n);
    if (sign === 'h') {
      out += padded(noon ? ((hour + 11) % 12) + 1 : hour);
    } else if (sign === 's') {
      out += padded(second);
    } else if (sign === 'm' && length < 3 && (afterHour || beforeSeconds(all.slice(n + 1)))) {
      out += padded(minute);
    } else if (half) {
      out += hour < 12 ? half.morning : half.afternoon;
      n += half.length - 1;
    } else if (/^[a-z]$/.test(sign)) {
      out += dayPart(sign, length, day_());
    } else if (sign === '@') {
      return fault('#VALUE!');
    } else {
      out += sign;
    }
    if (/^[a-z]$/.test(sign)) afterHour = sign === 'h';
  }
  return out;
}

function dayPart(sign: string, length: number, day: CivilDay): string {
  const padded = (value: number) => (length === 1 ? String(value) : pad(value, 2));
  if (sign === 'y') return length < 3 ? pad(day.year % 100, 2) : pad(day.year, 4);
  if (sign === 'm') {
    if (length < 3) return padded(day.month);
    const name = MONTHS[day.month - 1] ?? '';
    return length === 3 ? name.slice(0, 3) : name;
  }
  if (sign === 'd') {
    if (length < 3) return padded(day.day);
    const name = WEEKDAYS[day.weekday] ?? '';
    return length === 3 ? name.slice(0, 3) : name;
  }
  const xingqi = XINGQI[day.weekday] ?? '';
  if (sign === 'a' && length === 3) return xingqi;
  return sign === 'a' && length === 4 ? `星期${xingqi}` : fault('#VALUE!');
}

/** `AM/PM` or `A/P` at that piece: its two words, and how many pieces it is. */
function amPm(all: Piece[], n: number): { morning: string; afternoon: string; length: number } | undefined {
  const signs = all
    .slice(n, n + 5)
    .map((piece) => ('sign' in piece && piece.length === 1 ? piece.sign : ' '));
  if (signs.join('') === 'am/pm') return { morning: 'AM', afternoon: 'PM', length: 5 };
  return signs.slice(0, 3).join('') === 'a/p' ? { morning: 'A', afternoon: 'P', length: 3 } : undefined;
}

/** Whether the next letter is one of seconds, so that an m before it is of minutes. */
function beforeSeconds(pieces: Piece[]): boolean {
  return signOf(pieces.find((piece) => /^[a-z]$/.test(signOf(piece)))) === 's';
}
