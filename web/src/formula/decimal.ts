// Exact decimals: 28 significant digits, division to 10 places, halves away from zero; as crates/model/src/formula/decimal.rs.
import { Fault, fault } from './values';

const DIGITS = 28;
const QUOTIENT_PLACES = 10;

export type Rounding = 'half' | 'up' | 'cut' | 'down';

function power(n: number): bigint {
  return 10n ** BigInt(n);
}

const LIMIT = power(DIGITS);

function size(n: bigint): bigint {
  return n < 0n ? -n : n;
}

function digits(n: bigint): number {
  return n === 0n ? 0 : size(n).toString().length;
}

/** A number: `mantissa / 10^scale`, without trailing zeros. */
export class Decimal {
  private constructor(
    readonly mantissa: bigint,
    readonly scale: number,
  ) {}

  static readonly ZERO = new Decimal(0n, 0);
  static readonly ONE = new Decimal(1n, 0);

  /** Of at most 28 digits and places; trailing zeros are dropped. */
  private static plain(mantissa: bigint, scale: number): Decimal {
    if (mantissa === 0n) return Decimal.ZERO;
    let [m, s] = [mantissa, scale];
    while (s > 0 && m % 10n === 0n) {
      m /= 10n;
      s -= 1;
    }
    return new Decimal(m, s);
  }

  /** The number nearest to `mantissa / 10^scale` that has at most 28 digits and 28 places. */
  static fitted(mantissa: bigint, scale: number): Decimal {
    const all = size(mantissa);
    const length = digits(all);
    const drop = Math.max(length - DIGITS, scale - DIGITS, 0);
    if (drop > scale) return fault('#NUM!');
    if (drop > length) return Decimal.ZERO;
    let whole = all / power(drop);
    if (drop > 0 && (all % power(drop)) * 2n >= power(drop)) whole += 1n;
    let places = scale - drop;
    if (whole === LIMIT) {
      if (places === 0) return fault('#NUM!');
      whole /= 10n;
      places -= 1;
    }
    return Decimal.plain(mantissa < 0n ? -whole : whole, places);
  }

  static of(n: number | bigint): Decimal {
    return Decimal.fitted(BigInt(n), 0);
  }

  /** Reads `12`, `-1.5`, `.5`, `1e-3`; nothing else. Nothing for more digits than the server reads: 28, or 96 bits. */
  static parse(text: string, bits = false): Decimal | undefined {
    const found = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
    if (!found) return undefined;
    const [, sign = '', whole = '', fraction = '', exponent = '0'] = found;
    if (whole + fraction === '' || exponent.length > 8) return undefined;
    const mantissa = BigInt(whole + fraction);
    const long = bits ? mantissa >= 2n ** 96n || fraction.length > DIGITS : digits(mantissa) > DIGITS;
    if (long || fraction.length > 100) return undefined;
    try {
      return scientific(sign === '-' ? -mantissa : mantissa, Number(exponent) - fraction.length);
    } catch {
      return undefined;
    }
  }

  negated(): Decimal {
    return new Decimal(-this.mantissa, this.scale);
  }

  abs(): Decimal {
    return new Decimal(size(this.mantissa), this.scale);
  }

  isZero(): boolean {
    return this.mantissa === 0n;
  }

  isNegative(): boolean {
    return this.mantissa < 0n;
  }

  compare(other: Decimal): number {
    const [a, b] = aligned(this, other);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  equals(other: Decimal): boolean {
    return this.mantissa === other.mantissa && this.scale === other.scale;
  }

  add(other: Decimal): Decimal {
    const [a, b] = aligned(this, other);
    return Decimal.fitted(a + b, Math.max(this.scale, other.scale));
  }

  subtract(other: Decimal): Decimal {
    return this.add(other.negated());
  }

  multiply(other: Decimal): Decimal {
    return Decimal.fitted(this.mantissa * other.mantissa, this.scale + other.scale);
  }

  /** The quotient to 10 places (fewer where 28 digits do not reach so far). */
  divide(other: Decimal): Decimal {
    if (other.isZero()) return fault('#DIV/0!');
    const shift = QUOTIENT_PLACES - this.scale + other.scale;
    const dividend = size(this.mantissa) * power(Math.max(shift, 0));
    const divisor = size(other.mantissa);
    const quotient = dividend / divisor;
    const drop = Math.max(-shift, digits(quotient) - DIGITS, 0);
    const places = QUOTIENT_PLACES + Math.max(-shift, 0);
    if (drop > places) return fault('#NUM!');
    if (drop > digits(quotient)) return Decimal.ZERO;
    const up =
      drop === 0 ? (dividend % divisor) * 2n >= divisor : (quotient % power(drop)) * 2n >= power(drop);
    const whole = quotient / power(drop) + (up ? 1n : 0n);
    return Decimal.fitted(this.isNegative() === other.isNegative() ? whole : -whole, places - drop);
  }

  /** The remainder with the sign of the divisor. */
  modulo(other: Decimal): Decimal {
    if (other.isZero()) return fault('#DIV/0!');
    const [a, b] = aligned(this, other);
    const scale = Math.max(this.scale, other.scale);
    const rest = Decimal.fitted(a % b, scale);
    return !rest.isZero() && rest.isNegative() !== other.isNegative() ? rest.add(other) : rest;
  }

  round(places: number, rounding: Rounding = 'half'): Decimal {
    const drop = this.scale - places;
    if (drop <= 0 || this.isZero()) return this;
    const all = size(this.mantissa);
    const rest = all % power(drop);
    const up =
      rounding === 'half'
        ? rest * 2n >= power(drop)
        : rounding === 'up'
          ? rest > 0n
          : rounding === 'down' && rest > 0n && this.isNegative();
    const whole = all / power(drop) + (up ? 1n : 0n);
    const signed = this.isNegative() ? -whole : whole;
    if (places >= 0) return Decimal.plain(signed, places);
    if (whole === 0n) return Decimal.ZERO;
    return places < -DIGITS ? fault('#NUM!') : Decimal.fitted(signed * power(-places), 0);
  }

  floor(): Decimal {
    return this.round(0, 'down');
  }

  /** Cut toward zero; what a 64-bit integer cannot hold is #NUM!. */
  whole(): bigint {
    const whole = this.round(0, 'cut').mantissa;
    return BigInt.asIntN(64, whole) === whole ? whole : fault('#NUM!');
  }

  /** A whole exponent from 0 to 999 is multiplied out exactly; any other result has 15 digits. */
  raise(exponent: Decimal): Decimal {
    if (exponent.scale === 0 && exponent.mantissa >= 0n && exponent.mantissa < 1000n) {
      let left = Number(exponent.mantissa);
      let square: Decimal = this;
      let product = Decimal.ONE;
      while (left > 0) {
        if (left % 2 === 1) product = product.multiply(square);
        left = Math.floor(left / 2);
        if (left > 0) square = square.multiply(square);
      }
      return product;
    }
    if (exponent.scale === 0 && exponent.mantissa < 0n && exponent.mantissa > -1000n) {
      const product = this.raisedOrTooLarge(exponent.negated());
      // So large that its reciprocal has no digits left.
      if (!product) return Decimal.ZERO;
      if (product.isZero()) return fault(this.isZero() ? '#DIV/0!' : '#NUM!');
      return approximate(1 / product.toNumber());
    }
    if (this.isZero()) return exponent.isNegative() ? fault('#DIV/0!') : Decimal.ZERO;
    return approximate(this.toNumber() ** exponent.toNumber());
  }

  private raisedOrTooLarge(exponent: Decimal): Decimal | undefined {
    try {
      return this.raise(exponent);
    } catch (stop) {
      if (stop instanceof Fault) return undefined;
      throw stop;
    }
  }

  /** The nearest binary number; only for results that are rounded to 15 digits. */
  toNumber(): number {
    return Number(this.toString());
  }

  toString(): string {
    const text = size(this.mantissa)
      .toString()
      .padStart(this.scale + 1, '0');
    const sign = this.isNegative() ? '-' : '';
    if (this.scale === 0) return sign + text;
    return `${sign}${text.slice(0, -this.scale)}.${text.slice(-this.scale)}`;
  }
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint] {
  const scale = Math.max(a.scale, b.scale);
  return [a.mantissa * power(scale - a.scale), b.mantissa * power(scale - b.scale)];
}

function scientific(mantissa: bigint, exponent: number): Decimal {
  if (mantissa === 0n) return Decimal.ZERO;
  if (exponent > DIGITS) return fault('#NUM!');
  if (exponent >= 0) return Decimal.fitted(mantissa * power(exponent), 0);
  return exponent < -100 ? Decimal.ZERO : Decimal.fitted(mantissa, -exponent);
}

/** A computed binary number to 15 significant digits, so that machines whose last digits differ agree. */
export function approximate(n: number): Decimal {
  if (!Number.isFinite(n)) return fault('#NUM!');
  const [text = '0', exponent = '0'] = Math.abs(n).toExponential(16).split('e');
  const mantissa = BigInt(text.replace('.', ''));
  const extra = Math.max(digits(mantissa) - 15, 0);
  const rounded = extra > 0 ? (mantissa + power(extra) / 2n) / power(extra) : mantissa;
  return scientific(n < 0 ? -rounded : rounded, Number(exponent) - 16 + extra);
}
