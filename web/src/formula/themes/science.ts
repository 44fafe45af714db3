// Roots, powers, logarithms, angles, deviations: in binary, rounded to 15 significant digits so that every machine agrees.
import { approximate, Decimal } from '../decimal';
import type { Arguments, Plain, Theme } from '../machine';
import { fault } from '../values';
import { mean } from './math';

function of(work: (n: number) => number): Plain {
  return (args) => approximate(work(args.number(0).toNumber()));
}

/** The number whose logarithm is wanted. */
function positive(args: Arguments): number {
  const n = args.number(0);
  return n.mantissa > 0n ? n.toNumber() : fault('#NUM!');
}

function log(args: Arguments): Decimal {
  const base = args.length < 2 ? Decimal.of(10) : args.number(1);
  if (base.mantissa <= 0n) return fault('#NUM!');
  if (base.equals(Decimal.ONE)) return fault('#DIV/0!');
  const n = positive(args);
  // Bases 2 and 10 have functions of their own, which find whole results exactly.
  if (base.equals(Decimal.of(10))) return approximate(Math.log10(n));
  if (base.equals(Decimal.of(2))) return approximate(Math.log2(n));
  return approximate(Math.log(n) / Math.log(base.toNumber()));
}

/** The mean of the squares of what numbers differ from their mean; `fewer` is 1 for a sample. */
function spread(args: Arguments, fewer: number): number {
  const numbers = args.numbers();
  if (numbers.length <= fewer) return fault('#DIV/0!');
  const middle = mean(numbers);
  let squares = 0;
  for (const n of numbers) {
    const difference = n.subtract(middle).toNumber();
    squares += difference * difference;
  }
  return squares / (numbers.length - fewer);
}

export const science: Theme = {
  plain: {
    POWER: (args) => args.number(0).raise(args.number(1)),
    SQRT: of(Math.sqrt),
    EXP: of(Math.exp),
    LN: (args) => approximate(Math.log(positive(args))),
    LOG: log,
    LOG10: (args) => approximate(Math.log10(positive(args))),
    PI: () => approximate(Math.PI),
    SIN: of(Math.sin),
    COS: of(Math.cos),
    TAN: of(Math.tan),
    ASIN: of(Math.asin),
    ACOS: of(Math.acos),
    ATAN: of(Math.atan),
    ATAN2: (args) => {
      const [x, y] = [args.number(0), args.number(1)];
      if (x.isZero() && y.isZero()) return fault('#DIV/0!');
      return approximate(Math.atan2(y.toNumber(), x.toNumber()));
    },
    DEGREES: of((n) => (n * 180) / Math.PI),
    RADIANS: of((n) => (n * Math.PI) / 180),
    STDEV: (args) => approximate(Math.sqrt(spread(args, 1))),
    STDEVP: (args) => approximate(Math.sqrt(spread(args, 0))),
    VAR: (args) => approximate(spread(args, 1)),
    VARP: (args) => approximate(spread(args, 0)),
  },
};
