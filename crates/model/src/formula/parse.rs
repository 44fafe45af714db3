//! Reads a formula: operators by their strength (Pratt), by hand, with limits that no text can get around.

use super::ast::{Ast, MINUS, Node, Op, is_bool};
use super::lex::{Token, Word, words};
use super::{both, syntax};
use crate::problem::Problem;

/// How deeply brackets, calls and signs may stand within each other.
const MAX_DEPTH: u32 = 64;
/// How many pieces a formula may have.
const MAX_NODES: u32 = 2_000;

/// Reads a formula without looking at what its names mean.
pub fn parse(text: &str) -> Result<Ast, Problem> {
    let mut parser = Parser { tokens: words(text)?, next: 0, depth: 0, nodes: 0 };
    if parser.word() == &Word::End {
        return Err(syntax(1, both("公式是空的", "the formula is empty")));
    }
    let ast = parser.expression(0)?;
    match parser.word() {
        Word::End => Ok(ast),
        Word::Close => Err(parser.wrong(both("多了一个右括号", "one closing bracket too many"))),
        Word::Comma => {
            Err(parser.wrong(both("逗号只能用在函数的括号里", "a comma only separates a function's arguments")))
        }
        _ => Err(parser.wrong(both("这里缺少运算符", "an operator is missing here"))),
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: u32,
    nodes: u32,
}

impl Parser {
    /// The token to read next. The last one is `End` and is never passed.
    fn token(&self) -> &Token {
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn word(&self) -> &Word {
        &self.token().word
    }

    fn wrong(&self, hint: String) -> Problem {
        syntax(self.token().at, hint)
    }

    fn node(&mut self, node: Node, at: u32, end: u32) -> Result<Ast, Problem> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(syntax(
                at,
                both("公式太长，请拆成几个字段", "the formula is too long; split it into several fields"),
            ));
        }
        Ok(Ast { node, at, end })
    }

    /// Runs `read` one level deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Parser) -> Result<T, Problem>) -> Result<T, Problem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.wrong(both("括号套得太深，最多 64 层", "nested too deeply: at most 64 levels")));
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn expression(&mut self, at_least: u8) -> Result<Ast, Problem> {
        let mut left = self.operand()?;
        while let Word::Op(op) = *self.word()
            && op.strength() >= at_least
        {
            let at = self.token().at;
            self.next += 1;
            let right = self.expression(op.strength() + 1)?;
            left = self.node(Node::Binary(op, Box::new(left), Box::new(right)), at, at)?;
        }
        Ok(left)
    }

    /// A value with its percent signs.
    fn operand(&mut self) -> Result<Ast, Problem> {
        let mut operand = self.value()?;
        let mut signs = 0;
        while self.word() == &Word::Percent {
            signs += 1;
            if self.depth + signs > MAX_DEPTH {
                return Err(self.wrong(both("百分号太多", "too many percent signs")));
            }
            let at = self.token().at;
            self.next += 1;
            operand = self.node(Node::Percent(Box::new(operand)), at, at)?;
        }
        Ok(operand)
    }

    fn value(&mut self) -> Result<Ast, Problem> {
        let Token { word, at, end } = self.token().clone();
        match word {
            Word::Number(number) => {
                self.next += 1;
                self.node(Node::Number(number), at, end)
            }
            Word::Text(text) => {
                self.next += 1;
                self.node(Node::Text(text), at, end)
            }
            Word::Op(Op::Subtract) => {
                self.next += 1;
                let operand = self.deeper(|parser| parser.expression(MINUS))?;
                self.node(Node::Minus(Box::new(operand)), at, end)
            }
            // A plus sign changes nothing.
            Word::Op(Op::Add) => {
                self.next += 1;
                self.deeper(|parser| parser.expression(MINUS))
            }
            Word::Open => {
                self.next += 1;
                let inner = self.deeper(|parser| parser.expression(0))?;
                self.close(at)?;
                Ok(inner)
            }
            Word::Name(_) | Word::Quoted(_) => self.name(),
            Word::End => Err(self.wrong(both("公式没有写完", "the formula ends too early"))),
            Word::Close => Err(self.wrong(both("右括号前缺少内容", "something is missing before the closing bracket"))),
            Word::Comma => Err(self.wrong(both("逗号前缺少内容", "something is missing before the comma"))),
            Word::Op(op) => Err(self.wrong(both(
                &format!("{} 前缺少内容", op.text()),
                &format!("something is missing before {}", op.text()),
            ))),
            Word::Percent | Word::Dot => {
                Err(self
                    .wrong(both("这里应是字段、数字、文本或函数", "expected a field, a number, a text or a function")))
            }
        }
    }

    /// A field, a path of fields, TRUE or FALSE, or a call.
    fn name(&mut self) -> Result<Ast, Problem> {
        let at = self.token().at;
        let mut end;
        let mut path = Vec::new();
        let mut bare = true;
        loop {
            match self.token().clone() {
                Token { word: Word::Name(name), end: behind, .. } => {
                    path.push(name);
                    end = behind;
                }
                Token { word: Word::Quoted(name), end: behind, .. } => {
                    path.push(name);
                    bare = false;
                    end = behind;
                }
                _ => return Err(self.wrong(both("点号后面应是字段名", "expected a field name after the point"))),
            }
            self.next += 1;
            if self.word() != &Word::Dot {
                break;
            }
            self.next += 1;
        }
        if bare && self.word() == &Word::Open {
            let bracket = self.token().at;
            self.next += 1;
            let arguments = self.deeper(Parser::arguments)?;
            self.close(bracket)?;
            return self.node(Node::Call(path.join(".").to_uppercase(), arguments), at, end);
        }
        match is_bool(&path[0]) {
            Some(yes) if bare && path.len() == 1 => self.node(Node::Bool(yes), at, end),
            _ => self.node(Node::Field(path), at, end),
        }
    }

    fn arguments(&mut self) -> Result<Vec<Ast>, Problem> {
        let mut arguments = Vec::new();
        if self.word() == &Word::Close {
            return Ok(arguments);
        }
        loop {
            let at = self.token().at;
            let argument = match self.word() {
                Word::Comma | Word::Close => self.node(Node::Empty, at, at)?,
                _ => self.expression(0)?,
            };
            arguments.push(argument);
            if self.word() != &Word::Comma {
                return Ok(arguments);
            }
            self.next += 1;
        }
    }

    fn close(&mut self, opened: u32) -> Result<(), Problem> {
        match self.word() {
            Word::Close => {
                self.next += 1;
                Ok(())
            }
            Word::End => Err(syntax(opened, both("这个左括号没有对应的右括号", "this bracket is never closed"))),
            _ => Err(self.wrong(both(
                "这里缺少运算符、逗号或右括号",
                "an operator, a comma or a closing bracket is missing here",
            ))),
        }
    }
}
