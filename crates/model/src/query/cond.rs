//! Conditions and plans as executors take them: names looked up, rights added, values read. Two-valued: a test of an empty
//! value is false, and `Not` makes it true, in all three executors.

use std::sync::Arc;

use super::Measure;
use super::ask::Unit;
use crate::catalog::{FieldId, ObjectId};
use crate::fields::Order;
use crate::moment::Moment;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq)]
pub enum Cond {
    Const(bool),
    And(Vec<Cond>),
    Or(Vec<Cond>),
    Not(Box<Cond>),
    Test {
        on: Operand,
        is: Is,
    },
    /// Some record on the other side of a to-many step satisfies the condition, which is relative to that record.
    Exists {
        steps: Vec<Step>,
        many: ManyStep,
        cond: Box<Cond>,
    },
}

/// A field, reached from the record asked about over to-one links.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    pub steps: Vec<Step>,
    /// The object the field belongs to.
    pub object: ObjectId,
    pub field: FieldId,
    /// The actor sees the field only on rows for which this holds (relative to the object of the field); else it is empty.
    pub shown: Option<Arc<Cond>>,
}

/// One step over a to-one link. A record its rule hides is as if it were not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The object the link belongs to.
    pub object: ObjectId,
    pub link: FieldId,
    pub shown: Option<Arc<Cond>>,
    pub to: ObjectId,
    pub rule: Arc<Cond>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ManyStep {
    pub object: ObjectId,
    pub way: Way,
    pub to: ObjectId,
    pub rule: Arc<Cond>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// Over a many-link of `object`.
    Links(FieldId),
    /// Back over the to-one link `FieldId` of `to`: rows of a subform.
    Back(FieldId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Is {
    Empty,
    Eq(Value),
    In(Vec<Value>),
    /// Of a text: its folded form is one of these folded texts.
    FoldedIn(Vec<String>),
    Compare(Compare, Value),
    /// Both ends included.
    Between(Value, Value),
    /// From inclusive, to exclusive; either may be open.
    Range(Option<Value>, Option<Value>),
    /// Folded text within the folded text of the value.
    Contains(String),
    StartsWith(String),
    EndsWith(String),
    /// Of a list (keys or links): at least one of these.
    HasAny(Vec<Value>),
    HasAll(Vec<Value>),
    /// Equal to another field of the same record.
    Same(Operand),
    CompareTo(Compare, Operand),
}

impl Cond {
    /// Both, without needless nesting.
    pub fn and(self, other: Cond) -> Cond {
        match (self, other) {
            (Cond::Const(true), other) => other,
            (this, Cond::Const(true)) => this,
            (Cond::Const(false), _) | (_, Cond::Const(false)) => Cond::Const(false),
            (Cond::And(mut parts), Cond::And(more)) => {
                parts.extend(more);
                Cond::And(parts)
            }
            (Cond::And(mut parts), other) => {
                parts.push(other);
                Cond::And(parts)
            }
            (this, other) => Cond::And(vec![this, other]),
        }
    }

    /// Any of them; of none, false.
    pub fn any(parts: Vec<Cond>) -> Cond {
        if parts.iter().any(|part| *part == Cond::Const(true)) {
            return Cond::Const(true);
        }
        let mut parts: Vec<Cond> = parts.into_iter().filter(|part| *part != Cond::Const(false)).collect();
        parts.dedup();
        match parts.len() {
            0 => Cond::Const(false),
            1 => parts.remove(0),
            _ => Cond::Or(parts),
        }
    }

    pub fn is_true(&self) -> bool {
        *self == Cond::Const(true)
    }
}

impl std::ops::Not for Cond {
    type Output = Cond;

    fn not(self) -> Cond {
        match self {
            Cond::Const(yes) => Cond::Const(!yes),
            Cond::Not(inner) => *inner,
            other => Cond::Not(Box::new(other)),
        }
    }
}

/// A column of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Pick {
    /// As it was asked for: `account.name`.
    pub name: String,
    pub operand: Operand,
    /// Only its masked text may be read.
    pub is_masked: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SortTerm {
    pub operand: Operand,
    pub order: Order,
    pub descending: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Page {
    First,
    Offset(u64),
    /// After the row with these values: one per expression of the sort, then the id.
    After(Vec<Value>),
}

/// A list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListPlan {
    pub object: ObjectId,
    /// Which rows the actor sees, and which were asked for.
    pub filter: Cond,
    pub picks: Vec<Pick>,
    pub sort: Vec<SortTerm>,
    pub limit: u32,
    pub page: Page,
    pub as_of: Option<Moment>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub name: String,
    pub operand: Operand,
    pub unit: Option<Unit>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    pub name: String,
    pub function: Measure,
    pub operand: Option<Operand>,
    pub filter: Option<Cond>,
}

/// A grouped aggregate. `sort` names groups or measures by their place in (groups, measures).
#[derive(Clone, Debug, PartialEq)]
pub struct AggregatePlan {
    pub object: ObjectId,
    pub filter: Cond,
    pub groups: Vec<Group>,
    pub measures: Vec<Measured>,
    pub sort: Vec<(usize, bool)>,
    pub limit: u32,
    pub zone: chrono_tz::Tz,
    pub as_of: Option<Moment>,
}
