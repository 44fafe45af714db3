// Values of formulas, their errors, and how both stand on the wire.
import { Decimal } from './decimal';
import type { Type } from './types';

export type ErrorText = '#DIV/0!' | '#VALUE!' | '#NUM!' | '#N/A' | '#REF!';

/** The cell of a formula that could not be computed. */
export class CellError {
  constructor(readonly text: ErrorText) {}
}

/** A calendar day, counted from 1970-01-01. */
export class Day {
  constructor(readonly number: number) {}
}

/** An instant in microseconds since 1970. */
export class Instant {
  constructor(readonly micros: bigint) {}
}

/** A time of day. */
export class Clock {
  constructor(readonly seconds: number) {}
}

/** A record. */
export class Ref {
  constructor(readonly id: string) {}
}

/** An address, a location, files. */
export class Thing {
  constructor(readonly json: Record<string, unknown>) {}
}

/** An empty text or list is `null`, never itself. */
export type Value =
  | null
  | boolean
  | string
  | Decimal
  | Day
  | Instant
  | Clock
  | Ref
  | Thing
  | CellError
  | Value[];

/** Ends the work of one function with an error in its cell. */
export class Fault extends Error {
  constructor(readonly cell: CellError) {
    super(cell.text);
  }
}

/** Ends the work of one function: something it needs is empty, and so is its result. */
export class Emptiness extends Error {}

export function fault(text: ErrorText): never {
  throw new Fault(new CellError(text));
}

export function textValue(text: string): Value {
  return text === '' ? null : text;
}

export function listValue(members: Value[]): Value {
  return members.length === 0 ? null : members;
}

/** The members of a list; one value is a list of itself, `null` a list of nothing. */
export function itemsOf(value: Value): Value[] {
  if (value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function isMoment(value: Value): value is Day | Instant | Clock {
  return value instanceof Day || value instanceof Instant || value instanceof Clock;
}

const DAY_SECONDS = 86_400;

/** The day number of a date in the calendar of Gregory, also before it was made. */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

export interface Civil {
  year: number;
  month: number;
  day: number;
}

export function civil(number: number): Civil {
  const shifted = number + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const y = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * y + Math.floor(y / 4) - Math.floor(y / 100));
  const part = Math.floor((5 * ofYear + 2) / 153);
  const month = part < 10 ? part + 3 : part - 9;
  const day = ofYear - Math.floor((153 * part + 2) / 5) + 1;
  return { year: y + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

export function pad(n: number, length: number): string {
  return String(n).padStart(length, '0');
}

export function dayText(day: Day): string {
  const { year, month, day: date } = civil(day.number);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(date, 2)}`;
}

export function clockText(seconds: number): string {
  return `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
}

export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

function instantText(at: Instant): string {
  const seconds = Number(floorDiv(at.micros, 1_000_000n));
  const micros = Number(at.micros - floorDiv(at.micros, 1_000_000n) * 1_000_000n);
  const day = Math.floor(seconds / DAY_SECONDS);
  const fraction =
    micros === 0 ? '' : micros % 1000 === 0 ? `.${pad(micros / 1000, 3)}` : `.${pad(micros, 6)}`;
  return `${dayText(new Day(day))}T${clockText(seconds - day * DAY_SECONDS)}${fraction}Z`;
}

/** A value as the server writes it; numbers as strings of their exact digits. */
export function toWire(value: Value): unknown {
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Day) return dayText(value);
  if (value instanceof Instant) return instantText(value);
  if (value instanceof Clock) return clockText(value.seconds);
  if (value instanceof Ref) return value.id;
  if (value instanceof Thing) return value.json;
  if (value instanceof CellError) return { error: value.text };
  if (Array.isArray(value)) return value.map(toWire);
  return value;
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** Reads a value of a known type as the server writes it; what does not fit is #VALUE!. */
export function fromWire(json: unknown, type: Type): Value {
  if (json === null || json === undefined || json === '') return null;
  if (isObject(json) && typeof json.error === 'string') return new CellError(json.error as ErrorText);
  if (Array.isArray(json)) return listValue(json.map((member) => fromWire(member, memberOf(type))));
  if (typeof json === 'boolean') return json;
  if (isObject(json)) return typeof json.id === 'string' ? new Ref(json.id) : new Thing(json);
  const text = String(json);
  return read(text, memberOf(type), typeof json === 'number') ?? new CellError('#VALUE!');
}

function memberOf(type: Type): Type {
  return typeof type === 'object' ? memberOf(type.list) : type;
}

function read(text: string, type: Type, isNumber: boolean): Value | undefined {
  if (isNumber || type === 'number') return readNumber(text);
  if (type === 'date') {
    const [year, month, day] = text.split('-').map(Number);
    return year && month && day ? new Day(dayNumber(year, month, day)) : undefined;
  }
  if (type === 'datetime') return readInstant(text);
  if (type === 'time') {
    const [hour, minute, second] = text.split(':').map(Number);
    return new Clock((hour ?? 0) * 3600 + (minute ?? 0) * 60 + Math.floor(second ?? 0));
  }
  return type === 'record' ? new Ref(text) : text;
}

/** A number of the server's, which may have more digits than formulas have. */
function readNumber(text: string): Value | undefined {
  const found = /^(-?)(\d+)\.?(\d*)$/.exec(text);
  if (!found) return Decimal.parse(text);
  const [, sign = '', whole = '', fraction = ''] = found;
  try {
    return Decimal.fitted(BigInt(sign + whole + fraction), fraction.length);
  } catch (stop) {
    return stop instanceof Fault ? stop.cell : undefined;
  }
}

function readInstant(text: string): Instant | undefined {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/.exec(
    text,
  );
  if (!found) return undefined;
  const n = (at: number) => Number(found[at] ?? 0);
  const zone = (found[8] === '-' ? -1 : 1) * (n(9) * 3600 + n(10) * 60);
  const seconds = dayNumber(n(1), n(2), n(3)) * DAY_SECONDS + n(4) * 3600 + n(5) * 60 + n(6) - zone;
  return new Instant(BigInt(seconds) * 1_000_000n + BigInt((found[7] ?? '').padEnd(6, '0').slice(0, 6)));
}
