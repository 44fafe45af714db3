// The formula language in the browser: the twin of crates/model/src/formula, bound to it by its cases.json.
import { checkTypes, type Names, type Place } from './check';
import { instantOfLocal } from './clock';
import { Refusal } from './lex';
import { type Around, Machine, type Row } from './machine';
import { parse, print } from './parse';
import type { Ast, Expr, Problem, Type } from './types';
import { Day, Fault, toWire, type Value } from './values';

export type { Named, Names, Place } from './check';
export { Decimal } from './decimal';
export type { Around, Me, Row } from './machine';
export { parse, print } from './parse';
export { type FunctionInfo, functions, type Problem, type Type, typeText } from './types';
export { CellError, fromWire, Ref, toWire, type Value } from './values';

/** A checked formula, ready to run. */
export interface Formula {
  text: string;
  ast: Ast;
  expr: Expr;
  yields: Type;
  /** The most decimal places of its number, where they follow from its fields. */
  scale: number | undefined;
  /** The fields it reads, in keys, each once. */
  references: string[][];
  /** Whether it depends on the clock. */
  volatile: boolean;
  /** Written in keys. */
  normalized: string;
}

export type Check = { formula: Formula; problems: [] } | { formula?: undefined; problems: Problem[] };

/** Checks a formula against the names of its object; all mistakes at once. */
export function check(text: string, names: Names, place: Place = 'field'): Check {
  let ast: Ast;
  try {
    ast = parse(text);
  } catch (refusal) {
    if (refusal instanceof Refusal) return { problems: [refusal.problem] };
    throw refusal;
  }
  const { expr, keys, references, problems } = checkTypes(ast, names, place);
  if (problems.length > 0) return { problems };
  const normalized = print(ast, (path) => keys.get(JSON.stringify(path)) ?? path);
  const formula = {
    text,
    ast,
    expr,
    yields: expr.is,
    scale: expr.scale,
    references,
    volatile: isVolatile(expr),
    normalized,
  };
  return { formula, problems: [] };
}

function isVolatile({ node }: Expr): boolean {
  switch (node.kind) {
    case 'const':
    case 'field':
      return false;
    case 'minus':
    case 'percent':
      return isVolatile(node.of);
    case 'binary':
      return isVolatile(node.left) || isVolatile(node.right);
    case 'call':
      return node.info.class === 'volatile' || node.arguments.some(isVolatile);
  }
}

/** The formula's value on a row. */
export function evaluate(formula: Formula, row: Row, around: Around): Value {
  const value = new Machine(row, around).value(formula.expr);
  if (formula.yields !== 'datetime' || !(value instanceof Day)) return value;
  try {
    return instantOfLocal(value.number, 0, around.zone);
  } catch (stop) {
    if (stop instanceof Fault) return stop.cell;
    throw stop;
  }
}

/** The same as the server writes it; numbers as strings of their exact digits. */
export function run(formula: Formula, row: Row, around: Around): unknown {
  return toWire(evaluate(formula, row, around));
}
