// Days and instants: between zones, as written, and how they are added. Years 1 to 9999.
import { fold, number } from './convert';
import { Decimal } from './decimal';
import type { Op } from './types';
import { Clock, civil, Day, dayNumber, fault, floorDiv, Instant, isMoment, type Value } from './values';

const DAY_SECONDS = 86_400;
const DAY_MICROS = 86_400_000_000n;

const FIRST_DAY = dayNumber(1, 1, 1);
const LAST_DAY = dayNumber(9999, 12, 31);

/** The day of that number; #NUM! beyond our years. */
export function dayAt(number: number): Day {
  return number >= FIRST_DAY && number <= LAST_DAY ? new Day(number) : fault('#NUM!');
}

export function instantAt(micros: bigint): Instant {
  const first = BigInt(FIRST_DAY) * DAY_MICROS;
  const behind = BigInt(LAST_DAY + 1) * DAY_MICROS;
  return micros >= first && micros < behind ? new Instant(micros) : fault('#NUM!');
}

function daysIn(year: number, month: number): number {
  return (
    dayNumber(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - dayNumber(year, month, 1)
  );
}

/** The day of a year, month and day; nothing when the calendar has none. */
export function dayOf(year: number, month: number, day: number): Day | undefined {
  const fits =
    year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  return fits ? new Day(dayNumber(year, month, day)) : undefined;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** How many seconds clocks in the zone are ahead of UTC at that second. */
function offsetAt(seconds: number, zone: string): number {
  const parts: Record<string, string> = {};
  for (const { type, value } of formatOf(zone).formatToParts(seconds * 1000)) parts[type] = value;
  const n = (name: string) => Number(parts[name] ?? 0);
  const year = parts.era?.startsWith('B') ? 1 - n('year') : n('year');
  const shown = dayNumber(year, n('month'), n('day')) * DAY_SECONDS;
  return shown + n('hour') * 3600 + n('minute') * 60 + n('second') - seconds;
}

/** What clocks in the zone show: the day, the second of the day, and the microseconds left. */
export function localOf(at: Instant, zone: string): { day: number; seconds: number; micros: bigint } {
  const utc = floorDiv(at.micros, 1_000_000n);
  const shown = Number(utc) + offsetAt(Number(utc), zone);
  const day = Math.floor(shown / DAY_SECONDS);
  return { day, seconds: shown - day * DAY_SECONDS, micros: at.micros - utc * 1_000_000n };
}

/** The instant at which clocks in the zone show that: the first of two, and in a gap as if the change came later. */
export function instantOfLocal(day: number, seconds: number, zone: string, micros = 0n): Instant {
  const shown = day * DAY_SECONDS + seconds;
  const before = offsetAt(shown - DAY_SECONDS, zone);
  const after = offsetAt(shown + DAY_SECONDS, zone);
  const right = [before, after].filter((offset) => offsetAt(shown - offset, zone) === offset);
  const found = right.length > 0 ? Math.min(...right.map((offset) => shown - offset)) : shown - before;
  return instantAt(BigInt(found) * 1_000_000n + micros);
}

/** A date or a date with time as an instant. */
export function instantOf(value: Value, zone: string): Instant {
  if (value instanceof Instant) return value;
  return value instanceof Day ? instantOfLocal(value.number, 0, zone) : fault('#VALUE!');
}

/** The calendar day, of a date with time the one in the zone. */
export function dayIn(point: Day | Instant | Clock, zone: string): Day {
  if (point instanceof Day) return point;
  return point instanceof Instant ? dayAt(localOf(point, zone).day) : fault('#VALUE!');
}

export function secondsIn(point: Day | Instant | Clock, zone: string): number {
  if (point instanceof Day) return 0;
  return point instanceof Instant ? localOf(point, zone).seconds : point.seconds;
}

/** A day some whole days later; a part of a day is cut off. */
export function addDays(day: Day, days: Decimal): Day {
  return dayAt(day.number + Number(days.floor().whole()));
}

export function clockAt(seconds: bigint): Clock {
  const rest = Number(seconds % BigInt(DAY_SECONDS));
  return new Clock(rest < 0 ? rest + DAY_SECONDS : rest);
}

function micros(days: Decimal): bigint {
  return days.multiply(Decimal.of(DAY_MICROS)).round(0).whole();
}

function days(micros: bigint): Value {
  return Decimal.of(micros).divide(Decimal.of(DAY_MICROS));
}

/** A point some days later, parts of days included where it has them. */
function later(point: Day | Instant | Clock, by: Decimal): Value {
  if (point instanceof Day) return addDays(point, by);
  if (point instanceof Instant) return instantAt(point.micros + micros(by));
  return clockAt(BigInt(point.seconds) + by.multiply(Decimal.of(DAY_SECONDS)).round(0).whole());
}

/** Sums and differences in which a date or a time takes part; a number counts in days. */
export function arithmetic(op: Op, left: Value, right: Value, zone: string): Value {
  if (op !== '+' && op !== '-') return fault('#VALUE!');
  const minus = op === '-';
  if (!isMoment(left)) return minus || !isMoment(right) ? fault('#VALUE!') : later(right, number(left));
  if (!isMoment(right)) return later(left, minus ? number(right).negated() : number(right));
  if (left instanceof Clock && right instanceof Clock) {
    if (minus) return days(BigInt(left.seconds - right.seconds) * 1_000_000n);
    return clockAt(BigInt(left.seconds + right.seconds));
  }
  if (right instanceof Clock) {
    const size = BigInt(right.seconds) * 1_000_000n;
    return instantAt(instantOf(left, zone).micros + (minus ? -size : size));
  }
  if (left instanceof Clock) {
    return minus
      ? fault('#VALUE!')
      : instantAt(instantOf(right, zone).micros + BigInt(left.seconds) * 1_000_000n);
  }
  if (!minus) return fault('#VALUE!');
  if (left instanceof Day && right instanceof Day) return Decimal.of(left.number - right.number);
  return days(instantOf(left, zone).micros - instantOf(right, zone).micros);
}

const WRITTEN = [
  /^(\d{4})(\d\d)(\d\d)(?!\d)(.*)$/s,
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)(.*)$/s,
  /^(\d{4})\/(\d{1,2})\/(\d{1,2})(?!\d)(.*)$/s,
  /^(\d{4})\.(\d{1,2})\.(\d{1,2})(?!\d)(.*)$/s,
  /^(\d{4})年(\d{1,2})月(\d{1,2})[日号](.*)$/s,
  /^(\d{4})年(\d{1,2})月(\d{1,2})()$/,
  /^(\d{4})年(\d{1,2})月()()$/,
  /^(\d{4})[-/.](\d{1,2})()()$/,
];

/** The day at the start of a text, and the time behind it: `2026-3-1`, `2026年3月1日 9:30`, `20260301`, `2026-03`. */
export function readDay(text: string): { day: Day; rest: string } | undefined {
  const folded = fold(text);
  for (const form of WRITTEN) {
    const found = form.exec(folded);
    if (!found) continue;
    const day = dayOf(Number(found[1]), Number(found[2]), found[3] === '' ? 1 : Number(found[3]));
    const behind = found[4] ?? '';
    if (!day || !/^(?:[t ]|$)/.test(behind)) return undefined;
    const rest = behind.slice(1).trimStart();
    return rest !== '' && !readClock(rest) ? undefined : { day, rest };
  }
  return undefined;
}

function readClock(text: string): { seconds: number; offset?: number } | undefined {
  const found = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d*)?)?\s*(?:z|([+-])(\d\d):(\d\d))?$/.exec(text);
  if (!found) return undefined;
  const n = (at: number) => Number(found[at] ?? 0);
  if (n(1) > 23 || n(2) > 59 || n(3) > 59) return undefined;
  const seconds = n(1) * 3600 + n(2) * 60 + n(3);
  if (text.endsWith('z')) return { seconds, offset: 0 };
  if (!found[4]) return { seconds };
  return { seconds, offset: (found[4] === '-' ? -1 : 1) * (n(5) * 3600 + n(6) * 60) };
}

/** A time of day as written. */
export function readTime(text: string): Clock | undefined {
  const found = readClock(fold(text));
  return found && found.offset === undefined ? new Clock(found.seconds) : undefined;
}

/** A day, a day with a time, or a time. */
export function readPoint(text: string, zone: string): Day | Instant | Clock | undefined {
  const found = readDay(text);
  if (!found) return readTime(text);
  const time = found.rest === '' ? undefined : readClock(found.rest);
  if (!time) return found.day;
  if (time.offset === undefined) return instantOfLocal(found.day.number, time.seconds, zone);
  return instantAt(BigInt(found.day.number * DAY_SECONDS + time.seconds - time.offset) * 1_000_000n);
}

/** The same day some months later; the last of the month where there is no such day. */
export function addMonths(day: Day, months: bigint): Day {
  if (months > 120_000n || months < -120_000n) return fault('#NUM!');
  const from = civil(day.number);
  const total = from.year * 12 + from.month - 1 + Number(months);
  const [year, month] = [Math.floor(total / 12), (total % 12) + 1];
  if (year < 1 || year > 9999) return fault('#NUM!');
  return dayAt(dayNumber(year, month, Math.min(from.day, daysIn(year, month))));
}
