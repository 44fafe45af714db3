// The words of a formula. Full-width signs and digits stand for the plain ones except inside texts and braces.
import { Decimal } from './decimal';
import type { Op, Problem } from './types';

export type Word =
  | { kind: 'number'; text: string }
  | { kind: 'text' | 'name' | 'quoted'; text: string }
  | { kind: 'op'; op: Op }
  | { kind: 'percent' | 'open' | 'close' | 'comma' | 'dot' | 'end' };

export interface Token {
  word: Word;
  at: number;
}

const MAX_CHARS = 8000;

/** Ends the reading of a formula. */
export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
  }
}

export function syntax(position: number, zh: string, en: string): Refusal {
  return new Refusal({ code: 'formula_syntax', position, hint: { zh, en } });
}

function plain(c: string): string {
  const code = c.codePointAt(0) ?? 0;
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCodePoint(code - 0xfee0);
  return { '×': '*', '÷': '/', '−': '-' }[c] ?? c;
}

/** Text in plain letters and digits. */
export function half(text: string): string {
  return Array.from(text, plain).join('');
}

export const BLANK = /[\p{White_Space}\ufeff\u200b]/u;

export function startsName(c: string): boolean {
  return /^[\p{Alphabetic}_]$/u.test(c);
}

export function continuesName(c: string): boolean {
  return /^[\p{Alphabetic}\p{N}_]$/u.test(c);
}

export function boolNamed(name: string): boolean | undefined {
  const upper = name.toUpperCase();
  return upper === 'TRUE' ? true : upper === 'FALSE' ? false : undefined;
}

const PAIRS: Record<string, Op> = { '<>': '<>', '!=': '<>', '<=': '<=', '>=': '>=', '==': '=' };
const SIGNS: Record<string, Op> = { '≠': '<>', '≤': '<=', '≥': '>=' };
for (const op of ['+', '-', '*', '/', '^', '&', '=', '<', '>'] as const) SIGNS[op] = op;
const MARKS: Record<string, 'percent' | 'open' | 'close' | 'comma' | 'dot'> = {
  '%': 'percent',
  '(': 'open',
  ')': 'close',
  ',': 'comma',
  ';': 'comma',
  '.': 'dot',
};

export function words(text: string): Token[] {
  const letters = Array.from(text);
  if (letters.length > MAX_CHARS) {
    throw syntax(MAX_CHARS + 1, '公式最多 8000 个字符', 'a formula has at most 8,000 characters');
  }
  const reader = new Reader(letters);
  const tokens: Token[] = [];
  // The equals sign in front is a habit from spreadsheets and means nothing.
  reader.skipBlanks();
  if (reader.peek(0) === '=') reader.next += 1;
  for (;;) {
    reader.skipBlanks();
    const at = reader.next + 1;
    const word = reader.word();
    tokens.push({ word, at });
    if (word.kind === 'end') return tokens;
  }
}

class Reader {
  next = 0;

  constructor(private readonly letters: string[]) {}

  peek(ahead: number): string {
    const c = this.letters[this.next + ahead];
    return c === undefined ? '' : plain(c);
  }

  skipBlanks() {
    while (this.next < this.letters.length && BLANK.test(this.letters[this.next] ?? '')) this.next += 1;
  }

  word(): Word {
    const written = this.letters[this.next];
    if (written === undefined) return { kind: 'end' };
    const [c, following] = [this.peek(0), this.peek(1)];
    if (/^[0-9]$/.test(c) || (c === '.' && /^[0-9]$/.test(following))) return this.number();
    if (c === '"') return this.text(['"']);
    if (c === '“' || c === '”') return this.text(['“', '”']);
    if (c === '{') return this.quoted('}');
    if (c === '[') return this.quoted(']');
    if (startsName(c)) {
      let name = '';
      while (continuesName(this.peek(0))) {
        name += this.peek(0);
        this.next += 1;
      }
      return { kind: 'name', text: name };
    }
    return this.sign(written, c, following);
  }

  private sign(written: string, c: string, following: string): Word {
    const position = this.next + 1;
    const pair = c + following;
    if (pair === '&&') throw syntax(position, '“且”请用 AND(…)', 'use AND(…)');
    if (pair === '||') throw syntax(position, '“或”请用 OR(…)', 'use OR(…)');
    const double = Object.hasOwn(PAIRS, pair) ? PAIRS[pair] : undefined;
    if (double) {
      this.next += 2;
      return { kind: 'op', op: double };
    }
    this.next += 1;
    const op = Object.hasOwn(SIGNS, c) ? SIGNS[c] : undefined;
    if (op) return { kind: 'op', op };
    const mark = Object.hasOwn(MARKS, c) ? MARKS[c] : undefined;
    if (mark) return { kind: mark };
    if ("'‘’".includes(c)) throw syntax(position, '文本请用双引号', 'put text in double quotes');
    throw syntax(position, `不认识的符号 ${written}`, `unknown sign ${written}`);
  }

  private digits(): string {
    let digits = '';
    while (/^[0-9]$/.test(this.peek(0))) {
      digits += this.peek(0);
      this.next += 1;
    }
    return digits;
  }

  private number(): Word {
    const at = this.next + 1;
    let text = this.digits();
    if (this.peek(0) === '.') {
      this.next += 1;
      text += `.${this.digits()}`;
    }
    const sign = this.peek(1) === '+' || this.peek(1) === '-' ? this.peek(1) : '';
    if (/^[eE]$/.test(this.peek(0)) && /^[0-9]$/.test(this.peek(1 + sign.length))) {
      this.next += 1 + sign.length;
      text += `e${sign}${this.digits()}`;
    }
    if (startsName(this.peek(0))) {
      throw syntax(
        this.next + 1,
        '以数字开头的名称请放进花括号 {}',
        'put a name that starts with a digit in braces {}',
      );
    }
    const number = Decimal.parse(text);
    if (!number) throw syntax(at, '数字最多 28 位', 'a number has at most 28 digits');
    return { kind: 'number', text: number.toString() };
  }

  /** Text up to one of `ends`; such a sign twice stands for itself. */
  private text(ends: string[]): Word {
    const at = this.next + 1;
    this.next += 1;
    let text = '';
    while (this.next < this.letters.length) {
      const c = this.letters[this.next] ?? '';
      this.next += 1;
      if (ends.includes(c === '＂' ? '"' : c)) {
        if (this.letters[this.next] !== c) return { kind: 'text', text };
        this.next += 1;
      }
      text += c;
    }
    throw syntax(at, '文本没有结束的引号', 'the text has no closing quotation mark');
  }

  private quoted(end: string): Word {
    const at = this.next + 1;
    this.next += 1;
    let name = '';
    while (this.next < this.letters.length) {
      const c = this.letters[this.next] ?? '';
      this.next += 1;
      if (plain(c) === end) {
        if (this.letters[this.next] !== c) {
          const text = trimBlanks(name);
          if (text === '') throw syntax(at, '括号里没有字段名', 'there is no field name in the braces');
          return { kind: 'quoted', text };
        }
        this.next += 1;
      }
      name += c;
    }
    throw syntax(at, `缺少 ${end}`, `${end} is missing`);
  }
}

export function trimBlanks(text: string): string {
  return text.replace(/^[\p{White_Space}\ufeff\u200b]+|[\p{White_Space}\ufeff\u200b]+$/gu, '');
}
