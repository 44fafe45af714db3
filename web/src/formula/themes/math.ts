// Exact arithmetic: sums, rounding, whole numbers.
import { Decimal, type Rounding } from '../decimal';
import type { Arguments, Theme } from '../machine';
import { fault } from '../values';

const TWO = Decimal.of(2);

export function total(numbers: Decimal[]): Decimal {
  return numbers.reduce((sum, number) => sum.add(number), Decimal.ZERO);
}

export function mean(numbers: Decimal[]): Decimal {
  return total(numbers).divide(Decimal.of(numbers.length));
}

function rounded(rounding: Rounding) {
  return (args: Arguments) => {
    // Beyond these places nothing changes any more.
    const places = Math.min(Math.max(Number(args.wholeOr(1, 0n)), -40), 40);
    return args.number(0).round(places, rounding);
  };
}

/** Number and step; a step against the sign of a positive number is an error, as in Excel. */
function stepped(args: Arguments): [Decimal, Decimal] {
  const n = args.number(0);
  const step = args.length > 1 ? args.number(1) : Decimal.ONE;
  return n.mantissa > 0n && step.isNegative() ? fault('#NUM!') : [n, step];
}

/** The next whole number away from zero that leaves `rest` when divided by two. */
function away(n: Decimal, rest: Decimal): Decimal {
  const up = n.abs().round(0, 'up');
  const whole = up.modulo(TWO).equals(rest) ? up : up.add(Decimal.ONE);
  return n.isNegative() ? whole.negated() : whole;
}

function isEven(args: Arguments): boolean {
  return args.number(0).abs().round(0, 'cut').modulo(TWO).isZero();
}

/** Whole numbers that are not negative, decimals cut off. */
function naturals(args: Arguments): bigint[] {
  const wholes = args.numbers().map((number) => number.whole());
  return wholes.some((n) => n < 0n) ? fault('#NUM!') : wholes;
}

function commonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : commonDivisor(b, a % b);
}

function leastMultiple(args: Arguments): Decimal {
  let multiple = 1n;
  for (const n of naturals(args)) {
    if (n === 0n) return Decimal.ZERO;
    multiple = (multiple / commonDivisor(multiple, n)) * n;
    if (BigInt.asIntN(64, multiple) !== multiple) return fault('#NUM!');
  }
  return Decimal.of(multiple);
}

function factorial(args: Arguments): Decimal {
  const n = args.whole(0);
  if (n < 0n || n >= 28n) return fault('#NUM!');
  let product = Decimal.ONE;
  for (let k = 1n; k <= n; k += 1n) product = product.multiply(Decimal.of(k));
  return product;
}

function combinations(args: Arguments): Decimal {
  const [n, all] = [args.whole(0), args.whole(1)];
  if (n < 0n || all < 0n || all > n) return fault('#NUM!');
  let k = n - all;
  if (all < k) k = all;
  if (k > 100n) return fault('#NUM!');
  let count = 1n;
  for (let step = 1n; step <= k; step += 1n) {
    const product = count * (n - k + step);
    if (BigInt.asUintN(128, product) !== product) return fault('#NUM!');
    count = product / step;
  }
  return Decimal.of(count);
}

function multiple(args: Arguments): Decimal {
  const [n, step] = [args.number(0), args.number(1)];
  if (step.isZero() || n.isZero()) return Decimal.ZERO;
  if (n.isNegative() !== step.isNegative()) return fault('#NUM!');
  const rest = n.abs().modulo(step.abs());
  const below = n.abs().subtract(rest);
  const nearest = rest.add(rest).compare(step.abs()) >= 0 ? below.add(step.abs()) : below;
  return n.isNegative() ? nearest.negated() : nearest;
}

export const math: Theme = {
  plain: {
    SUM: (args) => total(args.numbers()),
    AVERAGE: (args) => mean(args.numbers()),
    PRODUCT: (args) => {
      const numbers = args.numbers();
      return numbers.length === 0
        ? Decimal.ZERO
        : numbers.reduce((product, n) => product.multiply(n), Decimal.ONE);
    },
    SUMSQ: (args) => total(args.numbers().map((n) => n.multiply(n))),
    ABS: (args) => args.number(0).abs(),
    SIGN: (args) => Decimal.of(args.number(0).compare(Decimal.ZERO)),
    INT: (args) => args.number(0).floor(),
    TRUNC: rounded('cut'),
    ROUND: rounded('half'),
    ROUNDUP: rounded('up'),
    ROUNDDOWN: rounded('cut'),
    FLOOR: (args) => {
      const [n, step] = stepped(args);
      return n.isZero() ? n : n.subtract(n.modulo(step));
    },
    CEILING: (args) => {
      const [n, step] = stepped(args);
      if (step.isZero()) return step;
      const rest = n.modulo(step);
      return rest.isZero() ? n : n.subtract(rest).add(step);
    },
    MROUND: multiple,
    EVEN: (args) => away(args.number(0), Decimal.ZERO),
    ODD: (args) => away(args.number(0), Decimal.ONE),
    ISEVEN: isEven,
    ISODD: (args) => !isEven(args),
    MOD: (args) => args.number(0).modulo(args.number(1)),
    QUOTIENT: (args) => {
      const [a, b] = [args.number(0), args.number(1)];
      const quotient = a.abs().subtract(a.abs().modulo(b.abs())).divide(b.abs());
      return a.isNegative() === b.isNegative() ? quotient : quotient.negated();
    },
    GCD: (args) => Decimal.of(naturals(args).reduce(commonDivisor, 0n)),
    LCM: leastMultiple,
    FACT: factorial,
    COMBIN: combinations,
  },
};
