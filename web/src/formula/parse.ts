// Reads a formula: operators by their strength (Pratt), and writes it back.
import { boolNamed, continuesName, half, startsName, syntax, type Token, type Word, words } from './lex';
import type { Ast, Node, Op } from './types';

const MAX_DEPTH = 64;
const MAX_NODES = 2000;

const STRENGTH: Record<Op, number> = {
  '=': 1,
  '<>': 1,
  '<': 1,
  '<=': 1,
  '>': 1,
  '>=': 1,
  '&': 2,
  '+': 3,
  '-': 3,
  '*': 4,
  '/': 4,
  '^': 5,
};
/** Above `^`, so that `-2^2` is 4 as in Excel. */
const MINUS = 6;
const PERCENT = 7;
const ATOM = 8;

export function isComparison(op: Op): boolean {
  return STRENGTH[op] === 1;
}

/** Reads a formula without looking at what its names mean; throws a `Refusal`. */
export function parse(text: string): Ast {
  const parser = new Parser(words(text));
  if (parser.isAtEnd()) throw syntax(1, '公式是空的', 'the formula is empty');
  const ast = parser.expression(0);
  switch (parser.word.kind) {
    case 'end':
      return ast;
    case 'close':
      throw parser.wrong('多了一个右括号', 'one closing bracket too many');
    case 'comma':
      throw parser.wrong('逗号只能用在函数的括号里', "a comma only separates a function's arguments");
    default:
      throw parser.wrong('这里缺少运算符', 'an operator is missing here');
  }
}

class Parser {
  private next = 0;
  private depth = 0;
  private nodes = 0;

  constructor(private readonly tokens: Token[]) {}

  /** The token to read next. The last one is the end and is never passed. */
  private get token(): Token {
    return this.tokens[this.next] ?? { word: { kind: 'end' }, at: 1 };
  }

  get word(): Word {
    return this.token.word;
  }

  isAtEnd(): boolean {
    return this.word.kind === 'end';
  }

  wrong(zh: string, en: string) {
    return syntax(this.token.at, zh, en);
  }

  private node(node: Node, at: number): Ast {
    this.nodes += 1;
    if (this.nodes > MAX_NODES) {
      throw syntax(at, '公式太长，请拆成几个字段', 'the formula is too long; split it into several fields');
    }
    return { node, at };
  }

  private deeper<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) {
      throw this.wrong('括号套得太深，最多 64 层', 'nested too deeply: at most 64 levels');
    }
    const result = read();
    this.depth -= 1;
    return result;
  }

  expression(atLeast: number): Ast {
    let left = this.operand();
    for (;;) {
      const { word, at } = this.token;
      if (word.kind !== 'op' || STRENGTH[word.op] < atLeast) return left;
      this.next += 1;
      const right = this.expression(STRENGTH[word.op] + 1);
      left = this.node({ kind: 'binary', op: word.op, left, right }, at);
    }
  }

  /** A value with its percent signs. */
  private operand(): Ast {
    let operand = this.value();
    let signs = 0;
    while (this.word.kind === 'percent') {
      signs += 1;
      if (this.depth + signs > MAX_DEPTH) throw this.wrong('百分号太多', 'too many percent signs');
      const { at } = this.token;
      this.next += 1;
      operand = this.node({ kind: 'percent', of: operand }, at);
    }
    return operand;
  }

  private value(): Ast {
    const { word, at } = this.token;
    switch (word.kind) {
      case 'number':
      case 'text':
        this.next += 1;
        return this.node({ kind: word.kind, text: word.text }, at);
      case 'open': {
        this.next += 1;
        const inner = this.deeper(() => this.expression(0));
        this.close(at);
        return inner;
      }
      case 'name':
      case 'quoted':
        return this.name();
      case 'end':
        throw this.wrong('公式没有写完', 'the formula ends too early');
      case 'close':
        throw this.wrong('右括号前缺少内容', 'something is missing before the closing bracket');
      case 'comma':
        throw this.wrong('逗号前缺少内容', 'something is missing before the comma');
      case 'op':
        return this.signed(word.op, at);
      default:
        throw this.wrong(
          '这里应是字段、数字、文本或函数',
          'expected a field, a number, a text or a function',
        );
    }
  }

  private signed(op: Op, at: number): Ast {
    if (op !== '-' && op !== '+') throw this.wrong(`${op} 前缺少内容`, `something is missing before ${op}`);
    this.next += 1;
    const operand = this.deeper(() => this.expression(MINUS));
    // A plus sign changes nothing.
    return op === '+' ? operand : this.node({ kind: 'minus', of: operand }, at);
  }

  /** A field, a path of fields, TRUE or FALSE, or a call. */
  private name(): Ast {
    const { at } = this.token;
    const path: string[] = [];
    let bare = true;
    for (;;) {
      const { word } = this.token;
      if (word.kind !== 'name' && word.kind !== 'quoted') {
        throw this.wrong('点号后面应是字段名', 'expected a field name after the point');
      }
      if (word.kind === 'quoted') bare = false;
      path.push(word.text);
      this.next += 1;
      if (this.word.kind !== 'dot') break;
      this.next += 1;
    }
    if (bare && this.word.kind === 'open') {
      const opened = this.token.at;
      this.next += 1;
      const list = this.deeper(() => this.list());
      this.close(opened);
      return this.node({ kind: 'call', name: path.join('.').toUpperCase(), arguments: list }, at);
    }
    const yes = bare && path.length === 1 ? boolNamed(path[0] ?? '') : undefined;
    return this.node(yes === undefined ? { kind: 'field', path } : { kind: 'bool', yes }, at);
  }

  private list(): Ast[] {
    const list: Ast[] = [];
    if (this.word.kind === 'close') return list;
    for (;;) {
      const { word, at } = this.token;
      const leftOut = word.kind === 'comma' || word.kind === 'close';
      list.push(leftOut ? this.node({ kind: 'empty' }, at) : this.expression(0));
      if (this.word.kind !== 'comma') return list;
      this.next += 1;
    }
  }

  private close(opened: number) {
    if (this.word.kind === 'close') {
      this.next += 1;
      return;
    }
    if (this.word.kind === 'end')
      throw syntax(opened, '这个左括号没有对应的右括号', 'this bracket is never closed');
    throw this.wrong(
      '这里缺少运算符、逗号或右括号',
      'an operator, a comma or a closing bracket is missing here',
    );
  }
}

function strength(ast: Ast): number {
  const { node } = ast;
  if (node.kind === 'binary') return STRENGTH[node.op];
  return node.kind === 'minus' ? MINUS : node.kind === 'percent' ? PERCENT : ATOM;
}

/** The formula as text, with no more brackets than it needs; `name` may give its fields other names. */
export function print(ast: Ast, name: (path: string[]) => string[] = (path) => path): string {
  const write = (piece: Ast, atLeast: number): string => {
    const text = writeBare(piece);
    return strength(piece) < atLeast ? `(${text})` : text;
  };
  const writeBare = ({ node }: Ast): string => {
    switch (node.kind) {
      case 'number':
        return node.text;
      case 'text':
        return `"${node.text.replaceAll('"', '""')}"`;
      case 'bool':
        return node.yes ? 'TRUE' : 'FALSE';
      case 'empty':
        return '';
      case 'field':
        return printPath(name(node.path));
      case 'minus':
        return `-${write(node.of, MINUS)}`;
      case 'percent':
        return `${write(node.of, PERCENT)}%`;
      case 'call':
        return `${node.name}(${node.arguments.map((argument) => write(argument, 0)).join(', ')})`;
      case 'binary':
        return `${write(node.left, STRENGTH[node.op])} ${node.op} ${write(node.right, STRENGTH[node.op] + 1)}`;
    }
  };
  return write(ast, 0);
}

/** A path as the language reads it back: bare where it can be, in braces where not. */
export function printPath(path: string[]): string {
  const written = path.map((name) => {
    const [first = '', ...rest] = Array.from(name);
    const bare = startsName(first) && rest.every(continuesName) && half(name) === name;
    const isWord = path.length === 1 && boolNamed(name) !== undefined;
    return bare && !isWord ? name : `{${name.replaceAll('}', '}}')}}`;
  });
  return written.join('.');
}
