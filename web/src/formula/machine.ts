// Runs a checked formula on a row. Errors are values; nothing here throws, whatever a row holds.
import { arithmetic, dayIn, instantOf, secondsIn } from './clock';
import * as convert from './convert';
import { Decimal } from './decimal';
import { isComparison } from './parse';
import { themes } from './themes';
import { type Expr, isMomentType, type Op } from './types';
import {
  CellError,
  Clock,
  Day,
  Emptiness,
  Fault,
  fault,
  fromWire,
  Instant,
  isMoment,
  itemsOf,
  Ref,
  Thing,
  type Value,
} from './values';

/** The values of one record as the server writes them, asked by paths of keys. */
export interface Row {
  get(path: string[]): unknown;
}

export interface Me {
  id: string;
  name: string;
  department?: string | undefined;
}

/** What a formula needs from outside. */
export interface Around {
  now: Date;
  zone: string;
  me?: Me | undefined;
  /** The seed of its random numbers. */
  dice: bigint;
}

/** A function on its values; an error among them is its result. */
export type Plain = (values: Arguments) => Value;
/** A function on its operands, of which it may leave some alone. */
export type Lazy = (machine: Machine, operands: Expr[]) => Value;

export interface Theme {
  plain?: Record<string, Plain>;
  lazy?: Record<string, Lazy>;
}

/** A formula at work on one row. */
export class Machine {
  dice: bigint;

  constructor(
    readonly row: Row,
    readonly around: Around,
  ) {
    this.dice = around.dice;
  }

  value(expr: Expr): Value {
    try {
      return this.answer(expr);
    } catch (stop) {
      if (stop instanceof Fault) return stop.cell;
      if (stop instanceof Emptiness) return null;
      throw stop;
    }
  }

  private answer({ node, is }: Expr): Value {
    switch (node.kind) {
      case 'const':
        return node.value;
      case 'field':
        return fromWire(this.row.get(node.path), is);
      case 'minus':
        return convert.number(this.value(node.of)).negated();
      case 'percent':
        return convert.number(this.value(node.of)).multiply(Decimal.fitted(1n, 2));
      case 'binary':
        return this.binary(node.op, node.left, node.right);
      case 'call': {
        const lazy = themes.lazy[node.info.name];
        if (lazy) return lazy(this, node.arguments);
        const plain = themes.plain[node.info.name];
        return plain ? plain(this.arguments(node.arguments)) : fault('#VALUE!');
      }
    }
  }

  private arguments(operands: Expr[]): Arguments {
    const values = operands.map((operand) => this.value(operand));
    for (const value of values) if (value instanceof CellError) throw new Fault(value);
    return new Arguments(values, operands, this);
  }

  private binary(op: Op, leftOf: Expr, rightOf: Expr): Value {
    const [left, right] = [this.value(leftOf), this.value(rightOf)];
    for (const side of [left, right]) if (side instanceof CellError) throw new Fault(side);
    const { zone } = this.around;
    if (isComparison(op)) return this.compares(op, left, right);
    if (op === '&') return convert.short(convert.text(left, zone) + convert.text(right, zone));
    // An empty date stays empty instead of being the day zero.
    const noMoment = (value: Value, expr: Expr) => value === null && isMomentType(expr.is);
    if (noMoment(left, leftOf) || noMoment(right, rightOf)) return null;
    if (isMoment(left) || isMoment(right)) return arithmetic(op, left, right, zone);
    const [a, b] = [convert.number(left), convert.number(right)];
    if (op === '+') return a.add(b);
    if (op === '-') return a.subtract(b);
    if (op === '*') return a.multiply(b);
    return op === '/' ? a.divide(b) : a.raise(b);
  }

  private compares(op: Op, left: Value, right: Value): boolean {
    const order = this.order(left, right);
    if (op === '=') return order === 0;
    if (op === '<>') return order !== 0;
    if (order === undefined) return false;
    if (op === '<') return order < 0;
    if (op === '<=') return order <= 0;
    return op === '>' ? order > 0 : order >= 0;
  }

  /** The order of two values; nothing when they differ but neither comes first. */
  order(left: Value, right: Value): number | undefined {
    for (const side of [left, right]) if (side instanceof CellError) throw new Fault(side);
    if (left === null && right === null) return 0;
    const isText = (value: Value) => typeof value === 'string';
    const isNumber = (value: Value) => value instanceof Decimal || typeof value === 'boolean';
    if ((isText(left) || left === null) && (isText(right) || right === null)) {
      return convert.compareText(convert.fold(String(left ?? '')), convert.fold(String(right ?? '')));
    }
    if ((isNumber(left) || left === null) && (isNumber(right) || right === null)) {
      return convert.number(left).compare(convert.number(right));
    }
    // As in Excel, any text comes after any number.
    if (isNumber(left) && isText(right)) return -1;
    if (isText(left) && isNumber(right)) return 1;
    return this.momentOrder(left, right);
  }

  private momentOrder(left: Value, right: Value): number | undefined {
    if (left instanceof Day && right instanceof Day) return left.number - right.number;
    if (left instanceof Clock && right instanceof Clock) return left.seconds - right.seconds;
    const isDay = (value: Value) => value instanceof Day || value instanceof Instant;
    if (isDay(left) && isDay(right)) {
      const { zone } = this.around;
      const difference = instantOf(left, zone).micros - instantOf(right, zone).micros;
      return difference < 0n ? -1 : difference > 0n ? 1 : 0;
    }
    if (left instanceof Ref && right instanceof Ref) return left.id === right.id ? 0 : undefined;
    if (left instanceof Thing && right instanceof Thing) {
      return JSON.stringify(left.json) === JSON.stringify(right.json) ? 0 : undefined;
    }
    return undefined;
  }
}

/** The values a function is given. Reading one converts it to what the function wants. */
export class Arguments {
  constructor(
    readonly values: Value[],
    readonly operands: Expr[],
    readonly machine: Machine,
  ) {}

  get length(): number {
    return this.values.length;
  }

  get zone(): string {
    return this.machine.around.zone;
  }

  /** Argument `n`; empty when it was left out. */
  value(n: number): Value {
    return this.values[n] ?? null;
  }

  number(n: number): Decimal {
    return convert.number(this.value(n));
  }

  whole(n: number): bigint {
    return this.number(n).whole();
  }

  wholeOr(n: number, otherwise: bigint): bigint {
    return n < this.length ? this.whole(n) : otherwise;
  }

  /** A number of characters or the like: not negative. */
  countOr(n: number, otherwise: number): number {
    if (n >= this.length) return otherwise;
    const whole = this.whole(n);
    return whole < 0n ? fault('#VALUE!') : Number(whole);
  }

  /** A place counted from 1, as a count of what stands before it. */
  before(n: number): number {
    const count = this.countOr(n, 1);
    return count === 0 ? fault('#VALUE!') : count - 1;
  }

  text(n: number): string {
    return convert.text(this.value(n), this.zone);
  }

  truth(n: number): boolean {
    return convert.truth(this.value(n));
  }

  point(n: number): Day | Instant | Clock {
    return convert.point(this.value(n), this.zone);
  }

  day(n: number): Day {
    return dayIn(this.point(n), this.zone);
  }

  seconds(n: number): number {
    return secondsIn(this.point(n), this.zone);
  }

  members(n: number): Value[] {
    return itemsOf(this.value(n));
  }

  /** The members of all arguments. */
  all(): Value[] {
    return this.values.flatMap(itemsOf);
  }

  numbers(): Decimal[] {
    return this.all()
      .filter((value) => value !== null)
      .map(convert.number);
  }

  numbersOf(n: number): Decimal[] {
    return this.members(n)
      .filter((value) => value !== null)
      .map(convert.number);
  }
}
