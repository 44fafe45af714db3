//! A formula as it was written, before anything is known about its names; and how it is written back.

use std::fmt::Write as _;

use rust_decimal::Decimal;

/// A piece of a formula with its place in the text.
#[derive(Clone, Debug)]
pub struct Ast {
    pub node: Node,
    /// 1-based character where it starts: for an operator, where the operator stands.
    pub at: u32,
    /// 1-based character behind its end; for field references only, whose text `rewrite` replaces.
    pub end: u32,
}

/// Two formulas are the same when they say the same, wherever it stands.
impl PartialEq for Ast {
    fn eq(&self, other: &Ast) -> bool {
        self.node == other.node
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Number(Decimal),
    Text(String),
    Bool(bool),
    /// An argument left out: `IF(a,,b)`.
    Empty,
    /// A field, or a field at the end of a path of links.
    Field(Vec<String>),
    Minus(Box<Ast>),
    Percent(Box<Ast>),
    Binary(Op, Box<Ast>, Box<Ast>),
    /// The name as written, in capitals.
    Call(String, Vec<Ast>),
}

/// Operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Join,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Op {
    pub const ALL: [Op; 12] = [
        Op::Add,
        Op::Subtract,
        Op::Multiply,
        Op::Divide,
        Op::Power,
        Op::Join,
        Op::Equal,
        Op::NotEqual,
        Op::Less,
        Op::LessOrEqual,
        Op::Greater,
        Op::GreaterOrEqual,
    ];

    pub fn text(self) -> &'static str {
        match self {
            Op::Add => "+",
            Op::Subtract => "-",
            Op::Multiply => "*",
            Op::Divide => "/",
            Op::Power => "^",
            Op::Join => "&",
            Op::Equal => "=",
            Op::NotEqual => "<>",
            Op::Less => "<",
            Op::LessOrEqual => "<=",
            Op::Greater => ">",
            Op::GreaterOrEqual => ">=",
        }
    }

    /// How strongly it binds; all are read from the left, also `^`, as in Excel.
    pub(super) fn strength(self) -> u8 {
        match self {
            Op::Equal | Op::NotEqual | Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => 1,
            Op::Join => 2,
            Op::Add | Op::Subtract => 3,
            Op::Multiply | Op::Divide => 4,
            Op::Power => 5,
        }
    }

    pub fn is_comparison(self) -> bool {
        self.strength() == 1
    }
}

/// Strength of a minus sign: above `^`, so that `-2^2` is 4 as in Excel.
pub(super) const MINUS: u8 = 6;
const PERCENT: u8 = 7;
const ATOM: u8 = 8;

impl Ast {
    fn strength(&self) -> u8 {
        match &self.node {
            Node::Binary(op, ..) => op.strength(),
            Node::Minus(_) => MINUS,
            Node::Percent(_) => PERCENT,
            Node::Number(_) | Node::Text(_) | Node::Bool(_) | Node::Empty | Node::Field(_) | Node::Call(..) => ATOM,
        }
    }

    /// All references to fields: the path as written, and its characters. A loop with its own stack.
    pub(crate) fn fields(&self) -> Vec<(&[String], u32, u32)> {
        let mut fields = Vec::new();
        let mut open = vec![self];
        while let Some(ast) = open.pop() {
            match &ast.node {
                Node::Field(path) => fields.push((path.as_slice(), ast.at, ast.end)),
                Node::Minus(operand) | Node::Percent(operand) => open.push(operand),
                Node::Binary(_, left, right) => open.extend([right.as_ref(), left.as_ref()]),
                Node::Call(_, arguments) => open.extend(arguments.iter().rev()),
                Node::Number(_) | Node::Text(_) | Node::Bool(_) | Node::Empty => {}
            }
        }
        fields
    }

    /// The formula as text, with no more brackets than it needs.
    pub fn print(&self) -> String {
        self.print_with(&|path| path.to_vec())
    }

    /// The same with other names for its fields.
    pub fn print_with(&self, name: &dyn Fn(&[String]) -> Vec<String>) -> String {
        let mut out = String::new();
        self.write(0, name, &mut out);
        out
    }

    fn write(&self, at_least: u8, name: &dyn Fn(&[String]) -> Vec<String>, out: &mut String) {
        if self.strength() < at_least {
            out.push('(');
            self.write(0, name, out);
            out.push(')');
            return;
        }
        match &self.node {
            Node::Number(number) => drop(write!(out, "{}", number.normalize())),
            Node::Text(text) => drop(write!(out, "\"{}\"", text.replace('"', "\"\""))),
            Node::Bool(yes) => out.push_str(if *yes { "TRUE" } else { "FALSE" }),
            Node::Empty => {}
            Node::Field(path) => write_path(&name(path), out),
            Node::Minus(operand) => {
                out.push('-');
                operand.write(MINUS, name, out);
            }
            Node::Percent(operand) => {
                operand.write(PERCENT, name, out);
                out.push('%');
            }
            Node::Binary(op, ..) => self.write_chain(*op, name, out),
            Node::Call(function, arguments) => {
                out.push_str(function);
                out.push('(');
                for (n, argument) in arguments.iter().enumerate() {
                    if n > 0 {
                        out.push_str(", ");
                    }
                    argument.write(0, name, out);
                }
                out.push(')');
            }
        }
    }

    /// A long sum is a tree that leans to the left; it is walked in a loop, so that its length costs no stack.
    fn write_chain(&self, op: Op, name: &dyn Fn(&[String]) -> Vec<String>, out: &mut String) {
        let mut rights = Vec::new();
        let (mut first, mut strength) = (self, op.strength());
        while let Node::Binary(op, left, right) = &first.node
            && op.strength() >= strength
        {
            strength = op.strength();
            rights.push((*op, right));
            first = left;
        }
        first.write(strength, name, out);
        for (op, right) in rights.into_iter().rev() {
            let _ = write!(out, " {} ", op.text());
            right.write(op.strength() + 1, name, out);
        }
    }
}

/// A path as the language reads it back: bare where it can be, in braces where not.
pub(super) fn write_path(path: &[String], out: &mut String) {
    for (n, name) in path.iter().enumerate() {
        if n > 0 {
            out.push('.');
        }
        let mut letters = name.chars();
        let bare = letters.next().is_some_and(starts_name) && letters.all(continues_name);
        if bare && super::lex::half(name) == *name && !(path.len() == 1 && is_bool(name).is_some()) {
            out.push_str(name);
        } else {
            let _ = write!(out, "{{{}}}", name.replace('}', "}}"));
        }
    }
}

pub(super) fn is_bool(name: &str) -> Option<bool> {
    if name.eq_ignore_ascii_case("TRUE") {
        Some(true)
    } else if name.eq_ignore_ascii_case("FALSE") {
        Some(false)
    } else {
        None
    }
}

pub(super) fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

pub(super) fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
