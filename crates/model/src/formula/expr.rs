//! A formula whose names and types are known: what is run here, and what the database crate compiles to SQL.

use super::ast::Op;
use super::functions::{Class, Function};
use super::types::Type;
use crate::value::Value;

/// A typed piece of a formula.
///
/// **Architecture invariant:** every operand fits its place; where the text of a formula has text that reads as a number or a
/// date, a `Const` of that number or date stands here. What is left to running: emptiness, and values of type `Any`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub node: ExprNode,
    pub is: Type,
    /// The most decimal places the number can have, where that follows from its fields by `+ - *`.
    pub scale: Option<u8>,
    /// 1-based character of the text.
    pub at: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprNode {
    Const(Value),
    /// Keys along links upward, or into a subform.
    Field(Vec<String>),
    Minus(Box<Expr>),
    Percent(Box<Expr>),
    /// Leans to the left: a long sum is deep on its left side and is best walked in a loop.
    Binary(Op, Box<Expr>, Box<Expr>),
    Call(Function, Vec<Expr>),
}

impl Expr {
    pub(super) fn constant(value: Value, is: Type, at: u32) -> Expr {
        let scale = value.as_number().and_then(|number| u8::try_from(number.normalize().scale()).ok());
        Expr { node: ExprNode::Const(value), is, scale, at }
    }

    /// The operands, left to right.
    pub fn operands(&self) -> Vec<&Expr> {
        match &self.node {
            ExprNode::Const(_) | ExprNode::Field(_) => Vec::new(),
            ExprNode::Minus(operand) | ExprNode::Percent(operand) => vec![operand],
            ExprNode::Binary(_, left, right) => vec![left, right],
            ExprNode::Call(_, arguments) => arguments.iter().collect(),
        }
    }

    /// This piece and all within it. A loop with its own stack, so that no formula is too deep.
    pub fn all(&self) -> Vec<&Expr> {
        let mut all = vec![self];
        let mut next = 0;
        while let Some(expr) = all.get(next).copied() {
            all.extend(expr.operands());
            next += 1;
        }
        all
    }

    pub(super) fn is_volatile(&self) -> bool {
        self.all().iter().any(|piece| matches!(piece.node, ExprNode::Call(f, _) if f.info().class == Class::Volatile))
    }

    /// Whether a database can compute the same, exactly. Text is compared folded, which a database can do only for stored
    /// fields (their folded column) and constants; a date with time needs a zone for anything but comparing it.
    pub(super) fn is_sql_safe(&self) -> bool {
        self.all().iter().all(|piece| piece.is_piece_sql_safe())
    }

    fn is_piece_sql_safe(&self) -> bool {
        let plain = |expr: &Expr| match expr.is {
            Type::Number | Type::Text | Type::Bool | Type::Date => true,
            Type::Any => expr.is_empty(),
            Type::DateTime | Type::Time | Type::Record | Type::Json | Type::List(_) => false,
        };
        match &self.node {
            ExprNode::Const(_) => true,
            ExprNode::Field(_) => !self.is.is_list() && !matches!(self.is, Type::Json | Type::Any),
            ExprNode::Minus(operand) | ExprNode::Percent(operand) => plain(operand),
            ExprNode::Binary(Op::Power, ..) => false,
            ExprNode::Binary(Op::Join, left, right) => {
                [left, right].iter().all(|side| side.is == Type::Text || side.is_empty())
            }
            ExprNode::Binary(op, left, right) if op.is_comparison() => [left, right].iter().all(|side| match side.is {
                Type::Text => matches!(side.node, ExprNode::Const(_) | ExprNode::Field(_)),
                Type::Any => side.is_empty(),
                _ => !side.is.is_list(),
            }),
            ExprNode::Binary(_, left, right) => plain(left) && plain(right),
            ExprNode::Call(function, arguments) => match function.info().class {
                Class::Sql => arguments.iter().all(|argument| plain(argument) || function.passes_through(argument)),
                // Handed in as a constant.
                Class::Volatile => true,
                Class::Exact | Class::Approximate | Class::Default => false,
            },
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self.node, ExprNode::Const(Value::Null))
    }
}

impl Function {
    /// Functions that hand a value on or ask whether it is there, whatever it is.
    fn passes_through(self, argument: &Expr) -> bool {
        matches!(self, Function::If | Function::Ifs | Function::Coalesce | Function::IsBlank)
            && !argument.is.is_list()
            && !matches!(argument.is, Type::Any | Type::Json)
    }
}
