//! The executor in memory: whether a condition holds for one record.

use super::cond::{Compare, Cond, Is, ManyStep, Operand, Step};
use crate::text::fold;
use crate::value::Value;

/// What a condition may ask about the record it is tested on.
pub trait Facts {
    /// The value of a field reached over to-one steps (empty when a step leads nowhere).
    fn value(&self, operand: &Operand) -> Value;
    /// The folded text by which a value is searched.
    fn search_text(&self, operand: &Operand, value: &Value) -> String;
    /// Whether some record behind a to-many step satisfies a condition.
    fn exists(&self, steps: &[Step], many: &ManyStep, cond: &Cond) -> bool;
}

/// Whether `cond` holds.
pub fn holds(cond: &Cond, facts: &dyn Facts) -> bool {
    match cond {
        Cond::Const(yes) => *yes,
        Cond::And(parts) => parts.iter().all(|part| holds(part, facts)),
        Cond::Or(parts) => parts.iter().any(|part| holds(part, facts)),
        Cond::Not(inner) => !holds(inner, facts),
        Cond::Exists { steps, many, cond } => facts.exists(steps, many, cond),
        Cond::Test { on, is } => {
            let shown = on.shown.as_ref().is_none_or(|rows| holds(rows, facts));
            let value = if shown { facts.value(on) } else { Value::Null };
            test(on, &value, is, facts)
        }
    }
}

fn test(on: &Operand, value: &Value, is: &Is, facts: &dyn Facts) -> bool {
    if let Is::Empty = is {
        return value.is_null();
    }
    if value.is_null() || matches!(value, Value::Error(_)) {
        return false;
    }
    let ordered = |compare: Compare, other: &Value| {
        let order = value.compare(other);
        match compare {
            Compare::Less => order.is_lt(),
            Compare::LessOrEqual => order.is_le(),
            Compare::Greater => order.is_gt(),
            Compare::GreaterOrEqual => order.is_ge(),
        }
    };
    match is {
        Is::Empty => false,
        Is::Eq(other) => value.compare(other).is_eq(),
        Is::In(others) => others.iter().any(|other| value.compare(other).is_eq()),
        Is::FoldedIn(others) => others.contains(&facts.search_text(on, value)),
        Is::Compare(compare, other) => ordered(*compare, other),
        Is::Between(low, high) => value.compare(low).is_ge() && value.compare(high).is_le(),
        Is::Range(from, to) => {
            from.as_ref().is_none_or(|from| value.compare(from).is_ge())
                && to.as_ref().is_none_or(|to| value.compare(to).is_lt())
        }
        Is::Contains(text) => facts.search_text(on, value).contains(text.as_str()),
        Is::StartsWith(text) => facts.search_text(on, value).starts_with(text.as_str()),
        Is::EndsWith(text) => facts.search_text(on, value).ends_with(text.as_str()),
        Is::HasAny(others) => others.iter().any(|other| value.items().contains(other)),
        Is::HasAll(others) => others.iter().all(|other| value.items().contains(other)),
        Is::Same(other) => value.compare(&facts.value(other)).is_eq(),
        Is::CompareTo(compare, other) => {
            let other = facts.value(other);
            !other.is_null() && ordered(*compare, &other)
        }
    }
}

/// Folded text of a plain value, for facts without a field at hand.
pub fn plain_search_text(value: &Value) -> String {
    value.as_text().map(fold).unwrap_or_default()
}
