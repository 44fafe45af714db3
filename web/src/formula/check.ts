// Finds out what the names of a formula mean and whether its types fit, and tells every place where they do not.
import { readDay, readTime } from './clock';
import { number, readNumber } from './convert';
import { Decimal } from './decimal';
import { isComparison } from './parse';
import {
  type Ast,
  type Expr,
  type FunctionInfo,
  functionNamed,
  isList,
  isMomentType,
  member,
  type Op,
  type Problem,
  type Type,
  typeWords,
  unify,
  type Words,
} from './types';
import { Fault, type Value } from './values';

export interface Named {
  /** Its path in keys: what rows are asked for. */
  path: string[];
  is: Type;
  /** Decimal places, where they are fixed. */
  scale?: number | undefined;
}

export interface Names {
  field(path: string[]): Named | undefined;
  /** The key of a choice's option by its label. `path` is in keys. */
  option?(path: string[], label: string): string | undefined;
}

/** Chance and the current person may take part only in default values. */
export type Place = 'field' | 'default';

export interface Checked {
  expr: Expr;
  keys: Map<string, string[]>;
  references: string[][];
  problems: Problem[];
}

export function checkTypes(ast: Ast, names: Names, place: Place): Checked {
  const checker = new Checker(names, place);
  const expr = checker.expr(ast);
  return { expr, keys: checker.keys, references: checker.references, problems: checker.problems };
}

function constant(value: Value, is: Type, at: number): Expr {
  const scale = value instanceof Decimal ? value.scale : undefined;
  return { node: { kind: 'const', value }, is, scale, at };
}

const NUMBERS: Type[] = ['number', 'bool', 'any'];
const DATES: Type[] = ['date', 'datetime', 'any'];

/** What a letter of the table wants, and whether a type fits. */
const LETTERS: Record<string, { fits: (is: Type) => boolean; zh: string; en: string }> = {
  n: { fits: (is) => NUMBERS.includes(is), zh: '数字', en: 'a number' },
  N: { fits: (is) => NUMBERS.includes(member(is)), zh: '数字', en: 'a number' },
  t: { fits: (is) => is !== 'record' && is !== 'json' && !isList(is), zh: '文本', en: 'a text' },
  '&': { fits: (is) => member(is) !== 'record' && member(is) !== 'json', zh: '文本', en: 'a text' },
  b: { fits: (is) => NUMBERS.includes(is), zh: '条件', en: 'a condition' },
  d: { fits: (is) => DATES.includes(is), zh: '日期', en: 'a date' },
  m: { fits: (is) => isMomentType(is) || is === 'any', zh: '日期或时间', en: 'a date or time' },
  a: { fits: (is) => !isList(is), zh: '单个值', en: 'a single value' },
  l: { fits: (is) => isList(is) || is === 'any', zh: '列表', en: 'a list' },
  j: { fits: (is) => is === 'json' || is === 'any', zh: '位置', en: 'a location' },
  C: {
    fits: (is) => member(is) === 'number' || member(is) === 'any' || isMomentType(member(is)),
    zh: '数字或日期',
    en: 'a number or a date',
  },
};

class Checker {
  readonly keys = new Map<string, string[]>();
  readonly references: string[][] = [];
  readonly problems: Problem[] = [];

  constructor(
    private readonly names: Names,
    private readonly place: Place,
  ) {}

  private wrong(position: number, zh: string, en: string) {
    this.problems.push({ code: 'formula_type', position, hint: { zh, en } });
  }

  expr({ node, at }: Ast): Expr {
    switch (node.kind) {
      case 'number':
        return constant(Decimal.parse(node.text) ?? null, 'number', at);
      case 'text':
        return node.text === '' ? constant(null, 'any', at) : constant(node.text, 'text', at);
      case 'bool':
        return constant(node.yes, 'bool', at);
      case 'empty':
        return constant(null, 'any', at);
      case 'field':
        return this.field(node.path, at);
      case 'minus':
      case 'percent': {
        const of = this.fitted(this.expr(node.of), 'n');
        const scale =
          of.scale === undefined ? undefined : places(of.scale + (node.kind === 'percent' ? 2 : 0));
        return { node: { kind: node.kind, of }, is: 'number', scale, at };
      }
      case 'binary':
        return this.binary(node.op, this.expr(node.left), this.expr(node.right), at);
      case 'call':
        return this.call(node.name, node.arguments, at);
    }
  }

  private field(path: string[], at: number): Expr {
    const named = this.names.field(path);
    if (!named) {
      this.problems.push({ code: 'unknown_field', position: at, name: path.join('.') });
      return constant(null, 'any', at);
    }
    this.keys.set(JSON.stringify(path), named.path);
    const known = JSON.stringify(named.path);
    if (!this.references.some((other) => JSON.stringify(other) === known)) this.references.push(named.path);
    return { node: { kind: 'field', path: named.path }, is: named.is, scale: named.scale, at };
  }

  private binary(op: Op, a: Expr, b: Expr, at: number): Expr {
    let [left, right, is]: [Expr, Expr, Type] = [a, b, 'bool'];
    if (isComparison(op)) {
      [left, right] = this.comparable(op, a, b, at);
    } else if (op === '&') {
      [left, right, is] = [this.fitted(a, '&'), this.fitted(b, '&'), 'text'];
    } else {
      [left, right, is] = this.arithmetic(op, a, b, at);
    }
    return { node: { kind: 'binary', op, left, right }, is, scale: scaleOf(op, left, right, is), at };
  }

  private arithmetic(op: Op, a: Expr, b: Expr, at: number): [Expr, Expr, Type] {
    const plain = !isMomentType(a.is) && !isMomentType(b.is);
    if (plain || (op !== '+' && op !== '-')) return [this.fitted(a, 'n'), this.fitted(b, 'n'), 'number'];
    const left = isMomentType(a.is) ? a : this.fitted(a, 'n');
    const right = isMomentType(b.is) ? b : this.fitted(b, 'n');
    const is = momentArithmetic(op, left.is, right.is);
    if (!is) {
      const [l, r] = [typeWords(left.is), typeWords(right.is)];
      this.wrong(at, `${l.zh}与${r.zh}不能用 ${op} 计算`, `${l.en} ${op} ${r.en} cannot be computed`);
    }
    return [left, right, is ?? 'any'];
  }

  private comparable(op: Op, a: Expr, b: Expr, at: number): [Expr, Expr] {
    const right = this.like(b, a);
    const left = this.like(a, right);
    const ordered = op !== '=' && op !== '<>';
    if (!canCompare(left.is, right.is, ordered)) {
      const [l, r] = [typeWords(left.is), typeWords(right.is)];
      this.wrong(
        at,
        `${l.zh}与${r.zh}不能用 ${op} 比较`,
        `${l.en} and ${r.en} cannot be compared with ${op}`,
      );
    }
    return [left, right];
  }

  /** Literal text read as what it is compared with: a number, a date, the option of a choice. */
  private like(expr: Expr, other: Expr): Expr {
    const text = literal(expr);
    if (text === undefined) return expr;
    if (other.is === 'number') return literalNumber(expr) ?? expr;
    if (other.is === 'date' || other.is === 'datetime') return literalDate(expr) ?? expr;
    if (other.is === 'time') {
      const time = readTime(text);
      return time ? constant(time, 'time', expr.at) : expr;
    }
    const option =
      other.is === 'text' && other.node.kind === 'field'
        ? this.names.option?.(other.node.path, text)
        : undefined;
    return option === undefined ? expr : constant(option, 'text', expr.at);
  }

  private call(name: string, written: Ast[], at: number): Expr {
    let args = written.map((argument) => this.expr(argument));
    const info = functionNamed(name);
    if (!info) {
      this.problems.push({ code: 'unknown_function', position: at, name });
      return constant(null, 'any', at);
    }
    if (info.class === 'default' && this.place !== 'default') {
      this.wrong(at, `${name} 只能用在默认值里`, `${name} is only for default values`);
    }
    const letters = this.letters(info, args.length, at);
    args = args.map((argument, n) => this.fitted(argument, letters[n] ?? 'x'));
    if (info.name === 'SWITCH') args = this.switched(args);
    if (info.name === 'DATEADD' && args[1] && args[1].is !== 'text' && args.length < 3) {
      this.wrong(at, '请写出单位，如 "d"、"m"、"y"', 'name the unit, such as "d", "m" or "y"');
    }
    const is = this.result(info, args);
    return { node: { kind: 'call', info, arguments: args }, is, scale: scaleOfCall(info, args), at };
  }

  /** The letter of each argument; a problem when there are too few or too many. */
  private letters(info: FunctionInfo, count: number, at: number): string[] {
    const letters: string[] = [];
    let [least, most] = [0, 0];
    for (const group of info.parameters.split(' ').filter((group) => group !== '')) {
      const of = Array.from(group.replace(/[?*+,]/g, ''));
      const end = group.at(-1) ?? '';
      if (end !== '?' && end !== '*') least += of.length;
      most += end === '*' || end === '+' ? Number.POSITIVE_INFINITY : of.length;
      do letters.push(...of);
      while ((end === '*' || end === '+') && letters.length < count);
    }
    const pairs = info.parameters.includes(',') && (count - Math.min(least, count)) % 2 === 1;
    if (count < least || count > most || pairs) {
      const takes = arity(least, most, pairs && count >= least);
      const zh = `${info.name} 需要${takes.zh}，这里有 ${count} 个`;
      const hint = { zh, en: `${info.name} takes ${takes.en}, here are ${count}` };
      this.problems.push({ code: 'formula_syntax', position: at, hint });
    }
    return letters;
  }

  /** An argument as its letter wants it, or a problem. */
  private fitted(expr: Expr, letter: string): Expr {
    const wanted = LETTERS[letter];
    if (!wanted || wanted.fits(expr.is)) return expr;
    const read = 'nNC'.includes(letter)
      ? literalNumber(expr)
      : 'dm'.includes(letter)
        ? literalDate(expr)
        : undefined;
    if (read) return read;
    const found = typeWords(expr.is);
    this.wrong(expr.at, `应为${wanted.zh}，而这里是${found.zh}`, `expected ${wanted.en}, found ${found.en}`);
    return expr;
  }

  private switched(args: Expr[]): Expr[] {
    const [subject] = args;
    const pairs = Math.floor((args.length - 1) / 2) * 2;
    return args.map((candidate, n) => {
      if (!subject || n % 2 === 0 || n > pairs) return candidate;
      return this.comparable('=', subject, candidate, candidate.at)[1];
    });
  }

  private result(info: FunctionInfo, args: Expr[]): Type {
    const first = args[0]?.is ?? 'any';
    const members = args.map(({ is, at }) => ({ is: member(is), at }));
    switch (info.gives) {
      case '=1':
        return first;
      case 'e1':
        return member(first);
      case 'l1':
        return { list: member(first) };
      case 'e':
        return this.together(members);
      case 'le':
        return { list: this.together(members) };
      case 'v':
        return this.together(branches(info, args));
      default:
        return GIVES[info.gives] ?? 'any';
    }
  }

  /** The type that holds all of them; a problem at the first that does not fit. */
  private together(types: { is: Type; at: number }[]): Type {
    let all: Type = 'any';
    for (const { is, at } of types) {
      const unified = unify(all, is);
      if (!unified) {
        const [before, here] = [typeWords(all), typeWords(is)];
        this.wrong(
          at,
          `前面的结果是${before.zh}，这里是${here.zh}`,
          `the results before are ${before.en}, this is ${here.en}`,
        );
        return 'any';
      }
      all = unified;
    }
    return all;
  }
}

const GIVES: Record<string, Type> = {
  n: 'number',
  i: 'number',
  t: 'text',
  b: 'bool',
  d: 'date',
  s: 'datetime',
  c: 'time',
  r: 'record',
  j: 'json',
  '[t]': { list: 'text' },
};

function arity(least: number, most: number, pairs: boolean): Words {
  if (most === least) return { zh: `${least} 个参数`, en: `${least} arguments` };
  if (Number.isFinite(most)) return { zh: `${least} 到 ${most} 个参数`, en: `${least} to ${most} arguments` };
  if (pairs) return { zh: '成对的参数', en: 'arguments in pairs' };
  return { zh: `至少 ${least} 个参数`, en: `at least ${least} arguments` };
}

function canCompare(a: Type, b: Type, ordered: boolean): boolean {
  if (a === 'any' || b === 'any') return true;
  if (isList(a) || isList(b)) return false;
  if (a === 'record' || a === 'json') return !ordered && a === b;
  if ((a === 'number' || a === 'bool') && (b === 'number' || b === 'bool')) return true;
  return unify(a, b) !== undefined;
}

function momentArithmetic(op: Op, left: Type, right: Type): Type | undefined {
  const day = (is: Type) => is === 'date' || is === 'datetime';
  if (op === '-' && ((day(left) && day(right)) || (left === 'time' && right === 'time'))) return 'number';
  if (op === '+' && left === 'time' && right === 'time') return 'time';
  if (day(left) && right === 'time') return 'datetime';
  if (op === '+' && left === 'time' && day(right)) return 'datetime';
  if (isMomentType(left) && !isMomentType(right)) return left;
  return op === '+' && isMomentType(right) && !isMomentType(left) ? right : undefined;
}

/** The arguments one of which is the result. */
function branches(info: FunctionInfo, args: Expr[]): { is: Type; at: number }[] {
  const last = args.length - 1;
  const picks: Record<string, (n: number) => boolean> = {
    IF: (n) => n > 0,
    IFS: (n) => n % 2 === 1,
    // Subject, then value and result in turn, then perhaps a default.
    SWITCH: (n) => n > 0 && (n % 2 === 0 || (n === last && args.length % 2 === 0)),
    CHOOSE: (n) => n > 0,
    XLOOKUP: (n) => n > 1,
  };
  const picked = picks[info.name] ?? (() => true);
  return args
    .map(({ is, at }, n) => ({ is: info.name === 'XLOOKUP' && n === 2 ? member(is) : is, at, n }))
    .filter(({ n }) => picked(n));
}

function places(places: number): number | undefined {
  return places <= 28 ? places : undefined;
}

function scaleOf(op: Op, left: Expr, right: Expr, is: Type): number | undefined {
  if (left.scale === undefined || right.scale === undefined) return undefined;
  if ((op === '+' || op === '-') && is === 'number') return Math.max(left.scale, right.scale);
  return op === '*' ? places(left.scale + right.scale) : undefined;
}

function most(of: Expr[]): number | undefined {
  let most = 0;
  for (const { is, scale } of of) {
    if (is === 'any') continue;
    if (scale === undefined) return undefined;
    most = Math.max(most, scale);
  }
  return most;
}

function scaleOfCall(info: FunctionInfo, args: Expr[]): number | undefined {
  if (info.name === 'IF') return most(args.slice(1));
  if (['SUM', 'MAX', 'MIN', 'ABS', 'COALESCE', 'IFERROR'].includes(info.name)) return most(args);
  if (['ROUND', 'ROUNDUP', 'ROUNDDOWN', 'TRUNC'].includes(info.name)) {
    const [, count] = args;
    return count ? placesTold(count) : 0;
  }
  return info.gives === 'i' ? 0 : undefined;
}

/** The places a constant argument asks for; nothing when it is out of all bounds, which running will tell. */
function placesTold({ node }: Expr): number | undefined {
  if (node.kind !== 'const') return undefined;
  try {
    return places(Math.max(Number(number(node.value).whole()), 0));
  } catch (stop) {
    if (stop instanceof Fault) return undefined;
    throw stop;
  }
}

function literal(expr: Expr): string | undefined {
  return expr.node.kind === 'const' && typeof expr.node.value === 'string' ? expr.node.value : undefined;
}

function literalNumber(expr: Expr): Expr | undefined {
  const read = readNumber(literal(expr) ?? '');
  return read && constant(read, 'number', expr.at);
}

/** Literal text as a date. With a time it depends on the zone, so it is read when the formula is run. */
function literalDate(expr: Expr): Expr | undefined {
  const found = readDay(literal(expr) ?? '');
  if (!found) return undefined;
  if (found.rest === '') return constant(found.day, 'date', expr.at);
  const info = functionNamed('DATETIMEVALUE');
  return info && { node: { kind: 'call', info, arguments: [expr] }, is: 'datetime', at: expr.at };
}
