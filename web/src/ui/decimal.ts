// Exact decimals as text: shown, grouped and compared without ever becoming a float.

const PLAIN = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Scientific notation is written out; anything that is no number gives null. */
export function plainDecimal(value: unknown): string | null {
  const text = String(value ?? '').trim();
  if (PLAIN.test(text)) return text;
  const parts = /^(-?)(\d+)(?:\.(\d*))?[eE]([+-]?\d+)$/.exec(text);
  if (!parts) return null;
  const [, sign = '', whole = '', fraction = '', power = '0'] = parts;
  const digits = whole + fraction;
  const point = whole.length + Number(power);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

export interface DecimalLook {
  /** Places after the point; fewer digits are filled with zeros, more are kept when absent. */
  scale?: number;
  grouped?: boolean;
}

export function formatDecimal(value: unknown, look: DecimalLook = {}): string {
  const plain = plainDecimal(value);
  if (plain === null) return value === null || value === undefined ? '' : String(value);
  const parts = PLAIN.exec(plain);
  if (!parts) return plain;
  const [, sign = '', whole = '0', fraction = ''] = parts;
  const trimmed = whole.replace(/^0+(?=\d)/, '');
  const head = look.grouped === false ? trimmed : trimmed.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const tail =
    look.scale === undefined
      ? fraction.replace(/0+$/, '')
      : fraction.padEnd(look.scale, '0').slice(0, Math.max(look.scale, fraction.replace(/0+$/, '').length));
  return `${sign}${head}${tail ? `.${tail}` : ''}`;
}

/** Removes what people type around digits: thousands separators, currency signs, full-width forms. */
export function cleanDecimal(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[,\s¥$€£￥]/g, '')
    .trim();
}

export function isDecimal(text: string): boolean {
  return plainDecimal(text) !== null;
}

/** Rounds half away from zero, on the digits. Used only for showing averages. */
export function roundDecimal(value: unknown, scale: number): string {
  const plain = plainDecimal(value);
  if (plain === null) return '';
  const parts = PLAIN.exec(plain);
  if (!parts) return plain;
  const [, sign = '', whole = '0', fraction = ''] = parts;
  if (fraction.length <= scale) return plain;
  const kept = BigInt(whole + fraction.slice(0, scale));
  const up = Number(fraction[scale]) >= 5 ? 1n : 0n;
  const digits = (kept + up).toString().padStart(scale + 1, '0');
  const cut = digits.length - scale;
  return `${sign}${digits.slice(0, cut)}${scale > 0 ? `.${digits.slice(cut)}` : ''}`;
}

/** Moves the point: `shiftDecimal('0.15', 2)` is `15`. */
export function shiftDecimal(value: unknown, by: number): string | null {
  const plain = plainDecimal(value);
  if (plain === null) return null;
  const parts = PLAIN.exec(plain);
  if (!parts) return null;
  const [, sign = '', whole = '0', fraction = ''] = parts;
  const digits = by >= 0 ? whole + fraction.padEnd(by, '0') : whole.padStart(1 - by, '0') + fraction;
  const point = by >= 0 ? whole.length + by : Math.max(whole.length, 1 - by) + by;
  const head = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0';
  const tail = digits.slice(point).replace(/0+$/, '');
  return `${sign}${head}${tail ? `.${tail}` : ''}`;
}
