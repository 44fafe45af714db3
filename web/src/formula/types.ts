// The types of formulas, the words for them, and what a checked formula is.
import table from './functions.json';
import type { Value } from './values';

export type Type =
  | 'any'
  | 'number'
  | 'text'
  | 'bool'
  | 'date'
  | 'datetime'
  | 'time'
  | 'record'
  | 'json'
  | { list: Type };

export interface Words {
  zh: string;
  en: string;
}

/** A mistake in a formula; `position` counts characters from 1. */
export interface Problem {
  code: 'formula_syntax' | 'formula_type' | 'unknown_field' | 'unknown_function';
  position: number;
  hint?: Words;
  name?: string;
}

export type Op = '+' | '-' | '*' | '/' | '^' | '&' | '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A formula as written. `at` and `end` are characters counted from 1. */
export interface Ast {
  node: Node;
  at: number;
}

export type Node =
  | { kind: 'number'; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'bool'; yes: boolean }
  | { kind: 'empty' }
  | { kind: 'field'; path: string[] }
  | { kind: 'minus'; of: Ast }
  | { kind: 'percent'; of: Ast }
  | { kind: 'binary'; op: Op; left: Ast; right: Ast }
  | { kind: 'call'; name: string; arguments: Ast[] };

/** A function as the table of the server lists it; what the letters mean stands in functions.rs. */
export interface FunctionInfo {
  name: string;
  aliases: string[];
  theme: string;
  parameters: string;
  gives: string;
  class: 'sql' | 'exact' | 'approximate' | 'volatile' | 'default';
  zh: string;
  en: string;
}

/** A typed piece of a formula. */
export interface Expr {
  node: ExprNode;
  is: Type;
  /** The most decimal places of its number, where they follow from its fields. */
  scale?: number | undefined;
  at: number;
}

export type ExprNode =
  | { kind: 'const'; value: Value }
  | { kind: 'field'; path: string[] }
  | { kind: 'minus'; of: Expr }
  | { kind: 'percent'; of: Expr }
  | { kind: 'binary'; op: Op; left: Expr; right: Expr }
  | { kind: 'call'; info: FunctionInfo; arguments: Expr[] };

export const functions = table as FunctionInfo[];

const byName = new Map(functions.flatMap((info) => [info.name, ...info.aliases].map((name) => [name, info])));

export function functionNamed(name: string): FunctionInfo | undefined {
  return byName.get(name.toUpperCase());
}

/** What one value of it is: of a list its members, of anything else itself. */
export function member(type: Type): Type {
  return typeof type === 'object' ? member(type.list) : type;
}

export function isList(type: Type): boolean {
  return typeof type === 'object';
}

export function isMomentType(type: Type): boolean {
  return type === 'date' || type === 'datetime' || type === 'time';
}

/** The type that holds both, if there is one. */
export function unify(a: Type, b: Type): Type | undefined {
  if (a === 'any') return b;
  if (b === 'any') return a;
  if (typeof a === 'object' && typeof b === 'object') {
    const list = unify(a.list, b.list);
    return list && { list };
  }
  if ((a === 'date' && b === 'datetime') || (a === 'datetime' && b === 'date')) return 'datetime';
  return a === b ? a : undefined;
}

/** The stable word: `number`, `[text]`. */
export function typeText(type: Type): string {
  return typeof type === 'object' ? `[${typeText(type.list)}]` : type;
}

const WORDS: Record<Exclude<Type, object>, [string, string]> = {
  any: ['空值', 'empty'],
  number: ['数字', 'number'],
  text: ['文本', 'text'],
  bool: ['是/否', 'yes/no'],
  date: ['日期', 'date'],
  datetime: ['日期时间', 'date and time'],
  time: ['时间', 'time'],
  record: ['记录', 'record'],
  json: ['地址或文件', 'address or file'],
};

export function typeWords(type: Type): Words {
  const one = member(type);
  const [zh, en] = WORDS[typeof one === 'object' ? 'any' : one];
  return isList(type) ? { zh: `${zh}列表`, en: `list of ${en}` } : { zh, en };
}
