//! Finds out what the names of a formula mean and whether its types fit, and tells every place where they do not.

use std::collections::HashMap;

use super::ast::{Ast, Node, Op};
use super::convert;
use super::expr::{Expr, ExprNode};
use super::functions::{Class, Function, FunctionInfo};
use super::types::Type;
use super::{Names, Place, both, clock, problem};
use crate::problem::{Code, Problem, Problems};
use crate::value::Value;

pub(super) struct Checked {
    pub(super) expr: Expr,
    pub(super) keys: HashMap<Vec<String>, Vec<String>>,
    pub(super) references: Vec<Vec<String>>,
}

pub(super) fn check(ast: &Ast, names: &dyn Names, place: Place) -> Result<Checked, Problems> {
    let mut checker = Checker { names, place, keys: HashMap::new(), references: Vec::new(), problems: Vec::new() };
    let expr = checker.expr(ast);
    if checker.problems.is_empty() {
        Ok(Checked { expr, keys: checker.keys, references: checker.references })
    } else {
        Err(checker.problems)
    }
}

struct Checker<'a> {
    names: &'a dyn Names,
    place: Place,
    keys: HashMap<Vec<String>, Vec<String>>,
    references: Vec<Vec<String>>,
    problems: Problems,
}

/// What is wanted of an operand, in both languages.
type Wanted = (&'static str, &'static str);

const NUMBER: Wanted = ("数字", "a number");

impl Checker<'_> {
    fn wrong(&mut self, at: u32, zh: &str, en: &str) {
        self.problems.push(problem(Code::FormulaType, at, both(zh, en)));
    }

    fn expected(&mut self, wanted: Wanted, found: &Expr) {
        let zh = format!("应为{}，而这里是{}", wanted.0, found.is.zh());
        let en = format!("expected {}, found {}", wanted.1, found.is.en());
        self.wrong(found.at, &zh, &en);
    }

    fn expr(&mut self, ast: &Ast) -> Expr {
        match &ast.node {
            Node::Number(number) => Expr::constant(Value::Number(*number), Type::Number, ast.at),
            Node::Text(text) if text.is_empty() => Expr::constant(Value::Null, Type::Any, ast.at),
            Node::Text(text) => Expr::constant(Value::text(text), Type::Text, ast.at),
            Node::Bool(yes) => Expr::constant(Value::Bool(*yes), Type::Bool, ast.at),
            Node::Empty => Expr::constant(Value::Null, Type::Any, ast.at),
            Node::Field(path) => self.field(path, ast.at),
            Node::Minus(operand) => {
                let operand = self.expr(operand);
                let operand = self.fitted(operand, 'n');
                let scale = operand.scale;
                Expr { node: ExprNode::Minus(Box::new(operand)), is: Type::Number, scale, at: ast.at }
            }
            Node::Percent(operand) => {
                let operand = self.expr(operand);
                let operand = self.fitted(operand, 'n');
                let scale = operand.scale.and_then(|scale| places(scale + 2));
                Expr { node: ExprNode::Percent(Box::new(operand)), is: Type::Number, scale, at: ast.at }
            }
            Node::Binary(..) => self.chain(ast),
            Node::Call(name, arguments) => self.call(name, arguments, ast.at),
        }
    }

    fn field(&mut self, path: &[String], at: u32) -> Expr {
        let Some(named) = self.names.field(path) else {
            let unknown = Problem::new(Code::UnknownField, "").with("name", path.join(".")).with("position", at);
            self.problems.push(unknown);
            return Expr::constant(Value::Null, Type::Any, at);
        };
        self.keys.insert(path.to_vec(), named.path.clone());
        if !self.references.contains(&named.path) {
            self.references.push(named.path.clone());
        }
        Expr { node: ExprNode::Field(named.path), is: named.is, scale: named.scale, at }
    }

    /// A long sum leans to the left; it is walked in a loop, so that its length costs no stack.
    fn chain(&mut self, ast: &Ast) -> Expr {
        let mut rights = Vec::new();
        let mut first = ast;
        while let Node::Binary(op, left, right) = &first.node {
            rights.push((*op, right, first.at));
            first = left;
        }
        let mut expr = self.expr(first);
        for (op, right, at) in rights.into_iter().rev() {
            let right = self.expr(right);
            expr = self.binary(op, expr, right, at);
        }
        expr
    }

    fn binary(&mut self, op: Op, left: Expr, right: Expr, at: u32) -> Expr {
        let (left, right, is) = if op.is_comparison() {
            let (left, right) = self.comparable(op, left, right, at);
            (left, right, Type::Bool)
        } else if op == Op::Join {
            (self.fitted(left, '&'), self.fitted(right, '&'), Type::Text)
        } else {
            self.arithmetic(op, left, right, at)
        };
        let scale = match op {
            Op::Add | Op::Subtract if is == Type::Number => left.scale.zip(right.scale).map(|(a, b)| a.max(b)),
            Op::Multiply => left.scale.zip(right.scale).and_then(|(a, b)| places(a + b)),
            _ => None,
        };
        Expr { node: ExprNode::Binary(op, Box::new(left), Box::new(right)), is, scale, at }
    }

    fn arithmetic(&mut self, op: Op, left: Expr, right: Expr, at: u32) -> (Expr, Expr, Type) {
        let moments = (left.is.is_moment(), right.is.is_moment());
        if moments == (false, false) || !matches!(op, Op::Add | Op::Subtract) {
            return (self.fitted(left, 'n'), self.fitted(right, 'n'), Type::Number);
        }
        let left = if left.is.is_moment() { left } else { self.fitted(left, 'n') };
        let right = if right.is.is_moment() { right } else { self.fitted(right, 'n') };
        let is = match (op, &left.is, &right.is) {
            (Op::Subtract, Type::Date | Type::DateTime, Type::Date | Type::DateTime) => Some(Type::Number),
            (Op::Subtract, Type::Time, Type::Time) => Some(Type::Number),
            (Op::Add, Type::Time, Type::Time) => Some(Type::Time),
            (_, Type::Date | Type::DateTime, Type::Time) => Some(Type::DateTime),
            (Op::Add, Type::Time, Type::Date | Type::DateTime) => Some(Type::DateTime),
            (_, moment, other) if moment.is_moment() && !other.is_moment() => Some(moment.clone()),
            (Op::Add, other, moment) if moment.is_moment() && !other.is_moment() => Some(moment.clone()),
            _ => None,
        };
        let is = is.unwrap_or_else(|| {
            let zh = format!("{}与{}不能用 {} 计算", left.is.zh(), right.is.zh(), op.text());
            self.wrong(at, &zh, &format!("{} {} {} cannot be computed", left.is.en(), op.text(), right.is.en()));
            Type::Any
        });
        (left, right, is)
    }

    fn comparable(&mut self, op: Op, left: Expr, right: Expr, at: u32) -> (Expr, Expr) {
        let right = self.like(right, &left);
        let left = self.like(left, &right);
        let ordered = !matches!(op, Op::Equal | Op::NotEqual);
        let fits = match (&left.is, &right.is) {
            (Type::Any, _) | (_, Type::Any) => true,
            (Type::Number | Type::Bool, Type::Number | Type::Bool) => true,
            (Type::Record | Type::Json, Type::Record | Type::Json) => !ordered && left.is == right.is,
            (Type::List(_), _) | (_, Type::List(_)) => false,
            (a, b) => a.unify(b).is_some(),
        };
        if !fits {
            let zh = format!("{}与{}不能用 {} 比较", left.is.zh(), right.is.zh(), op.text());
            self.wrong(
                at,
                &zh,
                &format!("{} and {} cannot be compared with {}", left.is.en(), right.is.en(), op.text()),
            );
        }
        (left, right)
    }

    /// Literal text read as what it is compared with: a number, a date, the option of a choice.
    fn like(&mut self, expr: Expr, other: &Expr) -> Expr {
        let ExprNode::Const(Value::Text(text)) = &expr.node else { return expr };
        match &other.is {
            Type::Number => literal_number(&expr),
            Type::Date | Type::DateTime => literal_date(&expr),
            Type::Time => clock::read_time(text).map(|time| Expr::constant(Value::Time(time), Type::Time, expr.at)),
            Type::Text => match &other.node {
                ExprNode::Field(path) => {
                    self.names.option(path, text).map(|option| Expr::constant(Value::text(option), Type::Text, expr.at))
                }
                _ => None,
            },
            _ => None,
        }
        .unwrap_or(expr)
    }

    fn call(&mut self, name: &str, arguments: &[Ast], at: u32) -> Expr {
        let mut arguments: Vec<Expr> = arguments.iter().map(|argument| self.expr(argument)).collect();
        let Some(function) = Function::named(name) else {
            self.problems.push(Problem::new(Code::UnknownFunction, "").with("name", name).with("position", at));
            return Expr::constant(Value::Null, Type::Any, at);
        };
        let info = function.info();
        if info.class == Class::Default && self.place != Place::Default {
            let zh = format!("{name} 只能用在默认值里");
            self.wrong(at, &zh, &format!("{name} is only for default values"));
        }
        let letters = self.letters(info, arguments.len(), at);
        arguments = arguments
            .into_iter()
            .enumerate()
            .map(|(n, argument)| match letters.get(n) {
                Some(letter) => self.fitted(argument, *letter),
                None => argument,
            })
            .collect();
        if function == Function::Switch {
            self.switch(&mut arguments);
        }
        if function == Function::DateAdd
            && arguments.get(1).is_some_and(|by| by.is != Type::Text)
            && arguments.len() < 3
        {
            self.wrong(at, "请写出单位，如 \"d\"、\"m\"、\"y\"", "name the unit, such as \"d\", \"m\" or \"y\"");
        }
        let is = self.result(info, &arguments);
        let scale = scale_of(function, &arguments);
        Expr { node: ExprNode::Call(function, arguments), is, scale, at }
    }

    /// The letter of each argument; a problem when there are too few or too many.
    fn letters(&mut self, info: &FunctionInfo, count: usize, at: u32) -> Vec<char> {
        let mut letters = Vec::new();
        let (mut least, mut most) = (0, Some(0));
        for group in info.parameters.split_whitespace() {
            let end = group.chars().last().filter(|c| "?*+".contains(*c));
            let of: Vec<char> = group.chars().filter(|c| !"?*+,".contains(*c)).collect();
            least += if matches!(end, Some('?' | '*')) { 0 } else { of.len() };
            most = most.filter(|_| !matches!(end, Some('*' | '+'))).map(|most| most + of.len());
            let repeat = matches!(end, Some('*' | '+'));
            letters.extend(&of);
            while repeat && letters.len() < count {
                letters.extend(&of);
            }
        }
        // Pairs that are not complete.
        let pairs = info.parameters.contains(',') && (count - least.min(count)) % 2 == 1;
        if count < least || most.is_some_and(|most| count > most) || pairs {
            let (zh, en) = match most {
                Some(most) if most == least => (format!("{least} 个参数"), format!("{least} arguments")),
                Some(most) => (format!("{least} 到 {most} 个参数"), format!("{least} to {most} arguments")),
                None if pairs && count >= least => ("成对的参数".to_owned(), "arguments in pairs".to_owned()),
                None => (format!("至少 {least} 个参数"), format!("at least {least} arguments")),
            };
            let zh = format!("{} 需要{zh}，这里有 {count} 个", info.name);
            let hint = both(&zh, &format!("{} takes {en}, here are {count}", info.name));
            self.problems.push(problem(Code::FormulaSyntax, at, hint));
        }
        letters
    }

    /// An argument as its letter wants it, or a problem.
    fn fitted(&mut self, expr: Expr, letter: char) -> Expr {
        let is = &expr.is;
        let (fits, wanted) = match letter {
            'n' => (matches!(is, Type::Number | Type::Bool | Type::Any), NUMBER),
            'N' => (matches!(is.member(), Type::Number | Type::Bool | Type::Any), NUMBER),
            't' => (!matches!(is, Type::Record | Type::Json | Type::List(_)), ("文本", "a text")),
            '&' => (!matches!(is.member(), Type::Record | Type::Json), ("文本", "a text")),
            'b' => (matches!(is, Type::Bool | Type::Number | Type::Any), ("条件", "a condition")),
            'd' => (matches!(is, Type::Date | Type::DateTime | Type::Any), ("日期", "a date")),
            'm' => (is.is_moment() || *is == Type::Any, ("日期或时间", "a date or time")),
            'a' => (!is.is_list(), ("单个值", "a single value")),
            'l' => (is.is_list() || *is == Type::Any, ("列表", "a list")),
            'j' => (matches!(is, Type::Json | Type::Any), ("位置", "a location")),
            'C' => {
                let member = is.member();
                let fits = matches!(member, Type::Number | Type::Any) || member.is_moment();
                (fits, ("数字或日期", "a number or a date"))
            }
            _ => (true, NUMBER),
        };
        if fits {
            return expr;
        }
        let read = match letter {
            'n' | 'N' | 'C' => literal_number(&expr),
            'd' | 'm' => literal_date(&expr),
            _ => None,
        };
        read.unwrap_or_else(|| {
            self.expected(wanted, &expr);
            expr
        })
    }

    fn switch(&mut self, arguments: &mut [Expr]) {
        let Some((subject, rest)) = arguments.split_first_mut() else { return };
        let pairs = rest.len() / 2;
        for n in 0..pairs {
            let candidate = std::mem::replace(&mut rest[n * 2], Expr::constant(Value::Null, Type::Any, 0));
            let at = candidate.at;
            rest[n * 2] = self.comparable(Op::Equal, subject.clone(), candidate, at).1;
        }
    }

    fn result(&mut self, info: &FunctionInfo, arguments: &[Expr]) -> Type {
        let argument = |n: usize| arguments.get(n).map_or(Type::Any, |argument| argument.is.clone());
        match info.gives {
            "n" | "i" => Type::Number,
            "t" => Type::Text,
            "b" => Type::Bool,
            "d" => Type::Date,
            "s" => Type::DateTime,
            "c" => Type::Time,
            "r" => Type::Record,
            "j" => Type::Json,
            "[t]" => Type::list(Type::Text),
            "=1" => argument(0),
            "e1" => argument(0).member().clone(),
            "l1" => Type::list(argument(0).member().clone()),
            "e" => self.together(arguments.iter().map(|a| (a.is.member().clone(), a.at))),
            "le" => Type::list(self.together(arguments.iter().map(|a| (a.is.member().clone(), a.at)))),
            _ => {
                let branches = branches(info.function, arguments);
                self.together(branches.into_iter())
            }
        }
    }

    /// The type that holds all of them; a problem at the first that does not fit.
    fn together(&mut self, types: impl Iterator<Item = (Type, u32)>) -> Type {
        let mut all = Type::Any;
        for (is, at) in types {
            match all.unify(&is) {
                Some(unified) => all = unified,
                None => {
                    let zh = format!("前面的结果是{}，这里是{}", all.zh(), is.zh());
                    self.wrong(at, &zh, &format!("the results before are {}, this is {}", all.en(), is.en()));
                    return Type::Any;
                }
            }
        }
        all
    }
}

/// The arguments one of which is the result.
fn branches(function: Function, arguments: &[Expr]) -> Vec<(Type, u32)> {
    let count = arguments.len();
    let picked: Vec<usize> = match function {
        Function::If => (1..count).collect(),
        Function::Ifs => (1..count).step_by(2).collect(),
        // Subject, then value and result in turn, then perhaps a default.
        Function::Switch => (1..count).filter(|n| n % 2 == 0 || *n == count - 1 && count.is_multiple_of(2)).collect(),
        Function::Choose => (1..count).collect(),
        Function::Lookup => (2..count).collect(),
        _ => (0..count).collect(),
    };
    picked
        .into_iter()
        .map(|n| {
            let of_list = function == Function::Lookup && n == 2;
            let is = if of_list { arguments[n].is.member().clone() } else { arguments[n].is.clone() };
            (is, arguments[n].at)
        })
        .collect()
}

fn places(places: u8) -> Option<u8> {
    (places <= 28).then_some(places)
}

/// The most places of a function's number.
fn scale_of(function: Function, arguments: &[Expr]) -> Option<u8> {
    let most = |of: Vec<&Expr>| -> Option<u8> {
        let known = of.into_iter().filter(|expr| expr.is != Type::Any);
        known.map(|expr| expr.scale).try_fold(0, |most, scale| scale.map(|scale| most.max(scale)))
    };
    match function {
        Function::If => most(arguments.iter().skip(1).collect()),
        Function::Sum | Function::Max | Function::Min | Function::Abs | Function::Coalesce | Function::IfError => {
            most(arguments.iter().collect())
        }
        Function::Round | Function::RoundUp | Function::RoundDown | Function::Trunc => match arguments.get(1) {
            None => Some(0),
            Some(Expr { node: ExprNode::Const(value), .. }) => {
                let places = convert::number(value).ok().and_then(|n| super::decimal::whole(n).ok())?;
                u8::try_from(places.max(0)).ok().and_then(self::places)
            }
            Some(_) => None,
        },
        other if other.info().gives == "i" => Some(0),
        _ => None,
    }
}

fn literal_number(expr: &Expr) -> Option<Expr> {
    let ExprNode::Const(Value::Text(text)) = &expr.node else { return None };
    convert::read_number(text).map(|number| Expr::constant(Value::Number(number), Type::Number, expr.at))
}

/// Literal text as a date. With a time it depends on the zone, so it is read when the formula is run.
fn literal_date(expr: &Expr) -> Option<Expr> {
    let ExprNode::Const(Value::Text(text)) = &expr.node else { return None };
    let (day, rest) = clock::read_day(text)?;
    if rest.is_empty() {
        return Some(Expr::constant(Value::Date(day), Type::Date, expr.at));
    }
    let node = ExprNode::Call(Function::DateTimeValue, vec![expr.clone()]);
    Some(Expr { node, is: Type::DateTime, scale: None, at: expr.at })
}
