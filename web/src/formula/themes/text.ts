// Text. Places and lengths count characters (code points), results have at most 32,767 of them.
import { fold, lengthOf, MAX_TEXT, number, short, text as textOf } from '../convert';
import { Decimal } from '../decimal';
import { formatted, grouped } from '../format';
import { half } from '../lex';
import type { Arguments, Plain, Theme } from '../machine';
import { fault, itemsOf, listValue, textValue, type Value } from '../values';
import { contains } from './list';

function count(n: number): Decimal {
  return Decimal.of(n);
}

/** Pieces with a separator between them; stops growing before it is too long to be a result. */
function joined(args: Arguments, pieces: Value[], between: string): Value {
  let text = '';
  pieces.forEach((piece, n) => {
    text += (n > 0 ? between : '') + textOf(piece, args.zone);
    if (text.length > MAX_TEXT * 4) fault('#VALUE!');
  });
  return short(text);
}

/** A function of a text's letters. */
function letters(work: (letters: string[], args: Arguments) => string[]): Plain {
  return (args) => short(work(Array.from(args.text(0)), args).join(''));
}

function changed(work: (text: string) => string): Plain {
  return (args) => short(work(args.text(0)));
}

function substitute(args: Arguments): Value {
  const [text, old, replacement] = [args.text(0), args.text(1), args.text(2)];
  const only = args.length > 3 ? args.before(3) : undefined;
  if (old === '') return short(text);
  let out = '';
  text.split(old).forEach((piece, n) => {
    if (n > 0) out += only === undefined || only === n - 1 ? replacement : old;
    out += piece;
    if (out.length > MAX_TEXT * 4) fault('#VALUE!');
  });
  return short(out);
}

function find(args: Arguments): Value {
  const [wanted, all, skipped] = [args.text(0), Array.from(args.text(1)), args.before(2)];
  if (skipped > all.length) return fault('#VALUE!');
  const rest = all.slice(skipped).join('');
  const at = rest.indexOf(wanted);
  return at < 0 ? fault('#VALUE!') : count(skipped + lengthOf(rest.slice(0, at)) + 1);
}

/** One letter for each, so that places stay as they are. */
function foldedLetters(text: string): string[] {
  return Array.from(half(text), (c) => Array.from(c.toLowerCase())[0] ?? c);
}

/** Where a piece with `?` in it stands at or after `from`. */
function pieceAt(text: string[], piece: string[], from: number): number {
  for (let at = from; at + piece.length <= text.length; at += 1) {
    if (piece.every((c, n) => c === '?' || c === text[at + n])) return at;
  }
  return fault('#VALUE!');
}

function search(args: Arguments): Value {
  const [wanted, text, skipped] = [foldedLetters(args.text(0)), foldedLetters(args.text(1)), args.before(2)];
  if (skipped > text.length || wanted.length > 1000) return fault('#VALUE!');
  const pieces: string[][] = [[]];
  for (const c of wanted) {
    if (c === '*') pieces.push([]);
    else pieces.at(-1)?.push(c);
  }
  let [from, found]: [number, number | undefined] = [skipped, undefined];
  // The first place of the first piece will do: what the others cannot follow here, they cannot follow later.
  for (const piece of pieces) {
    const at = pieceAt(text, piece, from);
    found ??= at;
    from = at + piece.length;
  }
  return count((found ?? skipped) + 1);
}

function findAll(args: Arguments): Value {
  const [text, open, close] = [args.text(0), args.text(1), args.text(2)];
  if (open === '' || close === '') return fault('#VALUE!');
  const found: Value[] = [];
  let from = 0;
  for (;;) {
    const start = text.indexOf(open, from);
    const end = start < 0 ? -1 : text.indexOf(close, start + open.length);
    if (end < 0) return listValue(found);
    found.push(textValue(text.slice(start + open.length, end)));
    from = end + close.length;
  }
}

/** Where the mark stands. */
function mark(args: Arguments): number {
  const at = args.text(0).indexOf(args.text(1));
  return at < 0 ? fault('#N/A') : at;
}

/** A question about two folded texts; an empty second one finds nothing. */
function asks(question: (text: string, part: string) => boolean): Plain {
  return (args) => {
    const [text, part] = [fold(args.text(0)), fold(args.text(1))];
    return part !== '' && question(text, part);
  };
}

function proper(text: string): string {
  let within = false;
  const change = (c: string) => {
    const changed = within ? c.toLowerCase() : c.toUpperCase();
    within = /\p{Alphabetic}/u.test(c);
    return changed;
  };
  return Array.from(text, change).join('');
}

function repeat(args: Arguments): Value {
  const [text, times] = [args.text(0), args.countOr(1, 0)];
  if (lengthOf(text) * times > MAX_TEXT) return fault('#VALUE!');
  return short(text === '' ? '' : text.repeat(times));
}

function char(args: Arguments): Value {
  const code = args.whole(0);
  const fits = code > 0n && code <= 0x10ffffn && (code < 0xd800n || code > 0xdfffn);
  return fits ? short(String.fromCodePoint(Number(code))) : fault('#VALUE!');
}

function escaped(kept: RegExp): Plain {
  return (args) => {
    const bytes = Array.from(new TextEncoder().encode(args.text(0)));
    const written = (byte: number) => {
      const c = String.fromCharCode(byte);
      return byte < 128 && kept.test(c) ? c : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    };
    return short(bytes.map(written).join(''));
  };
}

function decode(text: string): string {
  const bytes: number[] = [];
  const all = new TextEncoder().encode(text);
  for (let n = 0; n < all.length; n += 1) {
    const byte = all[n] ?? 0;
    if (byte !== 0x25) {
      bytes.push(byte);
      continue;
    }
    const digits = String.fromCharCode(all[n + 1] ?? 0, all[n + 2] ?? 0);
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) return fault('#VALUE!');
    bytes.push(Number.parseInt(digits, 16));
    n += 2;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes));
  } catch {
    return fault('#VALUE!');
  }
}

function isNarrow(c: string): boolean {
  return /[\0-\x7f\uff61-\uff9f]/u.test(c);
}

export const text: Theme = {
  plain: {
    CONCAT: (args) => joined(args, args.all(), ''),
    TEXTJOIN: (args) => {
      const leaveOut = args.truth(1);
      const pieces = args.values.slice(2).flatMap((value) => (value === null ? [null] : itemsOf(value)));
      return joined(
        args,
        pieces.filter((piece) => !leaveOut || piece !== null),
        args.text(0),
      );
    },
    JOIN: (args) =>
      joined(
        args,
        args.members(0).filter((piece) => piece !== null),
        args.length > 1 ? args.text(1) : ',',
      ),
    SPLIT: (args) => {
      const [whole, sign] = [args.text(0), args.text(1)];
      if (whole === '') return null;
      return listValue((sign === '' ? Array.from(whole) : whole.split(sign)).map(textValue));
    },
    LEFT: letters((all, args) => all.slice(0, args.countOr(1, 1))),
    RIGHT: letters((all, args) => all.slice(Math.max(all.length - args.countOr(1, 1), 0))),
    MID: letters((all, args) => all.slice(args.before(1), args.before(1) + args.countOr(2, 0))),
    LEN: (args) => count(lengthOf(args.text(0))),
    LENB: (args) => count(Array.from(args.text(0)).reduce((sum, c) => sum + (isNarrow(c) ? 1 : 2), 0)),
    REPLACE: letters((all, args) => {
      const [skipped, removed] = [args.before(1), args.countOr(2, 0)];
      return [...all.slice(0, skipped), args.text(3), ...all.slice(skipped + removed)];
    }),
    SUBSTITUTE: substitute,
    FIND: find,
    SEARCH: search,
    FINDA: findAll,
    TEXTBEFORE: (args) => short(args.text(0).slice(0, mark(args))),
    TEXTAFTER: (args) => short(args.text(0).slice(mark(args) + args.text(1).length)),
    INCLUDE: (args) => {
      const within = args.value(0);
      if (Array.isArray(within)) return contains(args.value(1), within, args.machine);
      return asks((all, part) => all.includes(part))(args);
    },
    STARTSWITH: asks((all, part) => all.startsWith(part)),
    ENDSWITH: asks((all, part) => all.endsWith(part)),
    COUNTCHAR: (args) => {
      if (args.length < 2) return count(lengthOf(args.text(0)));
      const part = args.text(1);
      return count(part === '' ? 0 : args.text(0).split(part).length - 1);
    },
    STRREVERSE: letters((all) => all.reverse()),
    LOWER: changed((all) => all.toLowerCase()),
    UPPER: changed((all) => all.toUpperCase()),
    PROPER: changed(proper),
    TRIM: changed((all) =>
      all
        .split(/[ \u3000]/)
        .filter((word) => word !== '')
        .join(' '),
    ),
    CLEAN: letters((all) => all.filter((c) => c >= ' ' && c !== '\x7f')),
    REPT: repeat,
    EXACT: (args) => args.text(0) === args.text(1),
    VALUE: (args) => args.number(0),
    STRING: changed((all) => all),
    TEXT: (args) => short(formatted(args.value(0), args.operands[0]?.is ?? 'any', args.text(1), args.zone)),
    FIXED: (args) => {
      const places = Math.min(Math.max(Number(args.wholeOr(1, 2n)), -30), 28);
      const rounded = args.number(0).round(places).abs().toString();
      const [whole = '0', decimals = ''] = rounded.split('.');
      const sign = args.number(0).round(places).isNegative() ? '-' : '';
      const digits = args.truth(2) ? whole : grouped(whole);
      return short(sign + digits + (places > 0 ? `.${decimals.padEnd(places, '0')}` : ''));
    },
    T: (args) => {
      const value = args.value(0);
      return typeof value === 'string' ? value : null;
    },
    N: (args) => {
      const value = args.value(0);
      return value instanceof Decimal || typeof value === 'boolean' ? number(value) : Decimal.ZERO;
    },
    CHAR: char,
    CODE: (args) => count(args.text(0).codePointAt(0) ?? fault('#VALUE!')),
    ASC: letters((all) => all.map((c) => (c === '\u3000' ? ' ' : /[\uff01-\uff5e]/.test(c) ? half(c) : c))),
    ENCODEURI: escaped(/^[A-Za-z0-9;,/?:@&=+$\-_.!~*'()#]$/),
    ENCODEURL: escaped(/^[A-Za-z0-9\-_.~]$/),
    DECODEURI: changed(decode),
  },
};
