// Working days: the week without its weekend and without holidays in a list. Whole weeks are counted, not walked.
import { dayAt, dayIn } from '../clock';
import { number, point } from '../convert';
import { Decimal } from '../decimal';
import type { Arguments, Theme } from '../machine';
import { Day, fault, type Value } from '../values';

/** Which days of the week are free, Monday first. */
type Weekend = boolean[];

const SATURDAY_AND_SUNDAY = readWeekend('0000011');

function readWeekend(digits: string): Weekend {
  return Array.from(digits, (c) => c === '1');
}

/** Excel's ways to name a weekend: 1 to 7 for two days, 11 to 17 for one, or seven digits such as "0000011". */
function weekend(value: Value): Weekend {
  if (value === null) return SATURDAY_AND_SUNDAY;
  if (typeof value === 'string' && /^[01]{7}$/.test(value)) return readWeekend(value);
  const kind = Number(number(value).whole());
  const free = readWeekend('0000000');
  if (kind >= 1 && kind <= 7) {
    free[(kind + 4) % 7] = true;
    free[(kind + 5) % 7] = true;
  } else if (kind >= 11 && kind <= 17) {
    free[(kind - 11 + 6) % 7] = true;
  } else {
    return fault('#NUM!');
  }
  return free;
}

function isFree(day: number, weekend: Weekend): boolean {
  return weekend[(((day + 3) % 7) + 7) % 7] ?? false;
}

function workingDays(weekend: Weekend): number {
  return weekend.filter((free) => !free).length;
}

/** The holidays that would be working days. */
function holidays(args: Arguments, n: number, weekend: Weekend): number[] {
  const members = args.members(n).filter((value) => value !== null);
  const days = members.map((value) => dayIn(point(value, args.zone), args.zone).number);
  return [...new Set(days)].filter((day) => !isFree(day, weekend));
}

/** The day `count` (at least 1) working days away in direction `step`, holidays aside. */
function walk(start: number, count: number, step: number, weekend: Weekend): number {
  const aWeek = workingDays(weekend);
  const weeks = Math.floor((count - 1) / aWeek);
  let day = dayAt(start + step * weeks * 7).number;
  let left = count - weeks * aWeek;
  while (left > 0) {
    day = dayAt(day + step).number;
    if (!isFree(day, weekend)) left -= 1;
  }
  return day;
}

function someDaysAfter(args: Arguments, weekend: Weekend, listed: number): Day {
  const [start, days] = [args.day(0).number, Number(args.whole(1))];
  if (workingDays(weekend) === 0) return fault('#VALUE!');
  if (days === 0) return new Day(start);
  if (Math.abs(days) > 4_000_000) return fault('#NUM!');
  const free = holidays(args, listed, weekend);
  const step = Math.sign(days);
  let day = walk(start, Math.abs(days), step, weekend);
  // Each holiday on the way puts the goal off by a day, which may bring further ones on the way.
  for (;;) {
    const met = free.filter((holiday) => (holiday - start) * step > 0 && (day - holiday) * step >= 0).length;
    const next = walk(start, Math.abs(days) + met, step, weekend);
    if (next === day) return new Day(day);
    day = next;
  }
}

function daysBetween(args: Arguments, weekend: Weekend, listed: number): Decimal {
  const [start, end] = [args.day(0).number, args.day(1).number];
  const [from, to] = [Math.min(start, end), Math.max(start, end)];
  const days = to - from + 1;
  let count = Math.floor(days / 7) * workingDays(weekend);
  for (let n = 0; n < days % 7; n += 1) if (!isFree(from + n, weekend)) count += 1;
  count -= holidays(args, listed, weekend).filter((day) => day >= from && day <= to).length;
  return Decimal.of(start <= end ? count : -count);
}

export const workdays: Theme = {
  plain: {
    WORKDAY: (args) => someDaysAfter(args, SATURDAY_AND_SUNDAY, 2),
    'WORKDAY.INTL': (args) => someDaysAfter(args, weekend(args.value(2)), 3),
    NETWORKDAYS: (args) => daysBetween(args, SATURDAY_AND_SUNDAY, 2),
    'NETWORKDAYS.INTL': (args) => daysBetween(args, weekend(args.value(2)), 3),
  },
};
