// Dates and times. Days are those of the zone; a function of an empty date is empty.
import {
  addDays,
  addMonths,
  clockAt,
  dayAt,
  dayIn,
  instantAt,
  instantOf,
  instantOfLocal,
  localOf,
} from '../clock';
import { fold } from '../convert';
import { Decimal } from '../decimal';
import type { Arguments, Plain, Theme } from '../machine';
import { Clock, civil, Day, dayNumber, fault, floorDiv, Instant, type Value } from '../values';

type Point = Day | Instant | Clock;

function count(n: number | bigint): Decimal {
  return Decimal.of(n);
}

function nowOf(args: Arguments): Instant {
  return instantAt(BigInt(args.machine.around.now.getTime()) * 1000n);
}

/** Months and days beyond their range carry over: month 13 is January of the next year. */
function dateOf(args: Arguments): Day {
  const [year, month, day] = [args.whole(0), args.whole(1), args.whole(2)];
  const months = year * 12n + month - 1n;
  const first = floorDiv(months, 12n);
  if (first < 1n || first > 9999n) return fault('#NUM!');
  const start = new Day(dayNumber(Number(first), Number(months - first * 12n) + 1, 1));
  return addDays(start, Decimal.of(day - 1n));
}

function time(args: Arguments): Clock {
  const seconds = (args.whole(0) * 60n + args.whole(1)) * 60n + args.whole(2);
  return seconds < 0n || BigInt.asIntN(64, seconds) !== seconds ? fault('#NUM!') : clockAt(seconds);
}

/** A part of the date. */
function ofDay(part: (day: { year: number; month: number; day: number }) => number): Plain {
  return (args) => count(part(civil(args.day(0).number)));
}

function ofClock(part: (seconds: number) => number): Plain {
  return (args) => count(Math.floor(part(args.seconds(0))));
}

/** Days since the start of the week; Monday is 0. */
function intoWeek(day: number, start: number): number {
  return (((day + 3 - start) % 7) + 7) % 7;
}

/** The day a week starts with by Excel's number for it. */
function weekStart(kind: bigint): number {
  if (kind === 1n) return 6;
  if (kind === 2n) return 0;
  return kind >= 11n && kind <= 17n ? Number(kind) - 11 : fault('#NUM!');
}

function weekday(args: Arguments): Decimal {
  const [day, kind] = [args.day(0).number, args.wholeOr(1, 1n)];
  return count(kind === 3n ? intoWeek(day, 0) : intoWeek(day, weekStart(kind)) + 1);
}

function isoWeek(args: Arguments): Decimal {
  const day = args.day(0).number;
  // The week belongs to the year of its Thursday.
  const thursday = day - intoWeek(day, 0) + 3;
  return count(Math.floor((thursday - dayNumber(civil(thursday).year, 1, 1)) / 7) + 1);
}

function weekNumber(args: Arguments): Decimal {
  const [day, kind] = [args.day(0).number, args.wholeOr(1, 1n)];
  if (kind === 21n) return isoWeek(args);
  const first = dayNumber(civil(day).year, 1, 1);
  return count(Math.floor((day - first + intoWeek(first, weekStart(kind))) / 7) + 1);
}

interface Unit {
  of: 'months' | 'days' | 'seconds';
  size: bigint;
}

const UNITS: [Unit['of'], bigint, string][] = [
  ['months', 12n, 'y yy yyyy year years 年'],
  ['months', 3n, 'q quarter quarters 季 季度'],
  // As in DATEDIF; minutes are `min`.
  ['months', 1n, 'm mo month months 月 个月'],
  ['days', 7n, 'w ww week weeks 周'],
  ['days', 1n, 'd day days 日 天'],
  ['seconds', 3600n, 'h hour hours 时 小时'],
  ['seconds', 60n, 'min n minute minutes 分 分钟'],
  ['seconds', 1n, 's second seconds 秒'],
];

function unit(name: string): Unit {
  for (const [of, size, names] of UNITS)
    if (name !== '' && names.split(' ').includes(name)) return { of, size };
  return fault('#VALUE!');
}

function wholeMonths(from: Day, to: Day): number {
  const [a, b] = [civil(from.number), civil(to.number)];
  return (b.year - a.year) * 12 + b.month - a.month - (b.day < a.day ? 1 : 0);
}

/** Whole units from an earlier to a later point. */
function unitsBetween(from: Point, to: Point, name: string, zone: string): bigint {
  const [start, end] = [dayIn(from, zone), dayIn(to, zone)];
  const months = wholeMonths(start, end);
  const since = (months: number) => BigInt(end.number - addMonths(start, BigInt(months)).number);
  if (name === 'md') return since(months);
  if (name === 'ym') return BigInt(months % 12);
  if (name === 'yd') return since(months - (months % 12));
  const { of, size } = unit(name);
  if (of === 'months') return BigInt(months) / size;
  if (of === 'days') return BigInt(end.number - start.number) / size;
  return (instantOf(to, zone).micros - instantOf(from, zone).micros) / 1_000_000n / size;
}

/** Whole units from the first point to the second; `backward` is asked when they stand the other way round. */
function difference(backward: (units: () => bigint) => bigint): Plain {
  return (args) => {
    const name = args.length > 2 ? fold(args.text(2)) : 'd';
    const [start, end, { zone }] = [args.point(0), args.point(1), args];
    const forward = instantOf(end, zone).micros >= instantOf(start, zone).micros;
    if (forward) return count(unitsBetween(start, end, name, zone));
    return count(backward(() => unitsBetween(end, start, name, zone)));
  };
}

/** A point with its day moved; a date with time keeps its time of day. */
function moveDay(point: Point, zone: string, moved: (day: Day) => Day): Point {
  if (point instanceof Day) return moved(point);
  if (!(point instanceof Instant)) return fault('#VALUE!');
  const { day, seconds, micros } = localOf(point, zone);
  return instantOfLocal(moved(dayAt(day)).number, seconds, zone, micros);
}

function moved(point: Point, amount: bigint, { of, size }: Unit, zone: string): Point {
  const all = amount * size;
  if (BigInt.asIntN(64, all) !== all) return fault('#NUM!');
  if (of === 'months') return moveDay(point, zone, (day) => addMonths(day, all));
  if (of === 'days') return moveDay(point, zone, (day) => addDays(day, Decimal.of(all)));
  // A date stays a date: only whole days of the hours count.
  if (point instanceof Day) return addDays(point, Decimal.of(floorDiv(all, 86_400n)));
  return point instanceof Instant ? instantAt(point.micros + all * 1_000_000n) : fault('#VALUE!');
}

/** `+1y-2m` and the like, step by step. */
function allSteps(from: Point, steps: string, zone: string): Point {
  let point = from;
  let rest = steps.trim();
  let sign = 1n;
  while (rest !== '') {
    const found = /^([+-]?)\s*(\d+)\s*([^\d+\- ]*)\s*/.exec(rest);
    if (!found || (found[2] ?? '').length > 18) return fault('#VALUE!');
    if (found[1]) sign = found[1] === '-' ? -1n : 1n;
    point = moved(point, sign * BigInt(found[2] ?? 0), unit(found[3] ?? ''), zone);
    rest = rest.slice(found[0].length);
  }
  return point;
}

function add(args: Arguments): Value {
  const point = args.point(0);
  if (args.length < 3) return allSteps(point, fold(args.text(1)), args.zone);
  const by = unit(fold(args.text(2)));
  return moved(point, args.whole(1), by, args.zone);
}

function monthEnd(args: Arguments): Day {
  const { year, month } = civil(args.day(0).number);
  const first = addMonths(new Day(dayNumber(year, month, 1)), args.whole(1));
  const { year: of, month: last } = civil(first.number);
  return dayAt(dayNumber(last === 12 ? of + 1 : of, last === 12 ? 1 : last + 1, 1) - 1);
}

export const date: Theme = {
  plain: {
    TODAY: (args) => dayAt(localOf(nowOf(args), args.zone).day),
    NOW: nowOf,
    DATE: dateOf,
    TIME: time,
    DATEVALUE: (args) => args.day(0),
    TIMEVALUE: (args) => new Clock(args.seconds(0)),
    DATETIMEVALUE: (args) => instantOf(args.point(0), args.zone),
    YEAR: ofDay(({ year }) => year),
    QUARTER: ofDay(({ month }) => Math.floor((month - 1) / 3) + 1),
    MONTH: ofDay(({ month }) => month),
    DAY: ofDay(({ day }) => day),
    HOUR: ofClock((seconds) => seconds / 3600),
    MINUTE: ofClock((seconds) => (seconds / 60) % 60),
    SECOND: ofClock((seconds) => seconds % 60),
    WEEKDAY: weekday,
    WEEKNUM: weekNumber,
    ISOWEEKNUM: isoWeek,
    DAYS: (args) => count(args.day(0).number - args.day(1).number),
    DATEDIF: difference(() => fault('#NUM!')),
    DATEIF: difference((units) => -units()),
    DATEADD: add,
    EDATE: (args) => {
      const months = args.whole(1);
      return moveDay(args.point(0), args.zone, (day) => addMonths(day, months));
    },
    EOMONTH: monthEnd,
    TIMESTAMP: (args) => count(floorDiv(instantOf(args.point(0), args.zone).micros, 1000n)),
  },
};
