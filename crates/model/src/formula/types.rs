//! The types of formulas.

use std::fmt;

/// What a formula, or a piece of one, yields.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Nothing known: the empty value `""`, or something that has been refused already. Goes with everything.
    Any,
    Number,
    Text,
    Bool,
    Date,
    DateTime,
    Time,
    /// A record: a link, a person, a department.
    Record,
    /// An address, a location, files.
    Json,
    List(Box<Type>),
}

impl Type {
    pub fn list(of: Type) -> Type {
        Type::List(Box::new(of))
    }

    /// What one value of it is: of a list its members, of anything else itself.
    pub fn member(&self) -> &Type {
        match self {
            Type::List(of) => of.member(),
            other => other,
        }
    }

    pub fn is_list(&self) -> bool {
        matches!(self, Type::List(_))
    }

    /// A point in the calendar or on the clock.
    pub fn is_moment(&self) -> bool {
        matches!(self, Type::Date | Type::DateTime | Type::Time)
    }

    /// The type that holds both; `None` when there is none. A date and a date with time are a date with time.
    pub fn unify(&self, other: &Type) -> Option<Type> {
        match (self, other) {
            (Type::Any, one) | (one, Type::Any) => Some(one.clone()),
            (Type::Date, Type::DateTime) | (Type::DateTime, Type::Date) => Some(Type::DateTime),
            (Type::List(a), Type::List(b)) => a.unify(b).map(Type::list),
            (a, b) if a == b => Some(a.clone()),
            _ => None,
        }
    }

    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Type::Any => ("空值", "empty"),
            Type::Number => ("数字", "number"),
            Type::Text => ("文本", "text"),
            Type::Bool => ("是/否", "yes/no"),
            Type::Date => ("日期", "date"),
            Type::DateTime => ("日期时间", "date and time"),
            Type::Time => ("时间", "time"),
            Type::Record => ("记录", "record"),
            Type::Json => ("地址或文件", "address or file"),
            Type::List(_) => ("列表", "list"),
        }
    }

    pub(super) fn zh(&self) -> String {
        match self {
            Type::List(of) => format!("{}列表", of.words().0),
            other => other.words().0.to_owned(),
        }
    }

    pub(super) fn en(&self) -> String {
        match self {
            Type::List(of) => format!("list of {}", of.words().1),
            other => other.words().1.to_owned(),
        }
    }
}

/// The stable word of the type, as in the case file: `number`, `[text]`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("any"),
            Type::Number => f.write_str("number"),
            Type::Text => f.write_str("text"),
            Type::Bool => f.write_str("bool"),
            Type::Date => f.write_str("date"),
            Type::DateTime => f.write_str("datetime"),
            Type::Time => f.write_str("time"),
            Type::Record => f.write_str("record"),
            Type::Json => f.write_str("json"),
            Type::List(of) => write!(f, "[{of}]"),
        }
    }
}
