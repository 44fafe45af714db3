//! Operators of filters.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! ops {
    ($($variant:ident $text:literal),* $(,)?) => {
        /// An operator, as the contract spells it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Op { $($variant),* }

        impl Op {
            pub const ALL: &'static [Op] = &[$(Op::$variant),*];
            pub fn text(self) -> &'static str { match self { $(Op::$variant => $text),* } }
            pub fn parse(text: &str) -> Option<Op> { match text { $($text => Some(Op::$variant),)* _ => None } }
        }
    };
}

ops! {
    Eq "eq", Ne "ne", Gt "gt", Gte "gte", Lt "lt", Lte "lte", In "in", NotIn "not_in",
    Contains "contains", NotContains "not_contains", StartsWith "starts_with", NotStartsWith "not_starts_with",
    EndsWith "ends_with", NotEndsWith "not_ends_with", IsEmpty "is_empty", IsNotEmpty "is_not_empty",
    Between "between", NotBetween "not_between", HasAny "has_any", HasAll "has_all", HasNone "has_none",
    Within "within", Under "under", NotUnder "not_under",
}

/// Which operators a type of field has.
impl Op {
    pub const TEXT: &'static [Op] = &[
        Op::Eq,
        Op::Ne,
        Op::In,
        Op::NotIn,
        Op::Contains,
        Op::NotContains,
        Op::StartsWith,
        Op::NotStartsWith,
        Op::EndsWith,
        Op::NotEndsWith,
        Op::IsEmpty,
        Op::IsNotEmpty,
        Op::Gt,
        Op::Gte,
        Op::Lt,
        Op::Lte,
    ];
    pub const NUMBER: &'static [Op] = &[
        Op::Eq,
        Op::Ne,
        Op::Gt,
        Op::Gte,
        Op::Lt,
        Op::Lte,
        Op::Between,
        Op::NotBetween,
        Op::In,
        Op::NotIn,
        Op::IsEmpty,
        Op::IsNotEmpty,
    ];
    pub const DATE: &'static [Op] = &[
        Op::Eq,
        Op::Ne,
        Op::Gt,
        Op::Gte,
        Op::Lt,
        Op::Lte,
        Op::Between,
        Op::NotBetween,
        Op::Within,
        Op::In,
        Op::NotIn,
        Op::IsEmpty,
        Op::IsNotEmpty,
    ];
    pub const CHOICE: &'static [Op] = &[Op::Eq, Op::Ne, Op::In, Op::NotIn, Op::IsEmpty, Op::IsNotEmpty];
    pub const SWITCH: &'static [Op] = &[Op::Eq, Op::Ne, Op::IsEmpty, Op::IsNotEmpty];
    pub const KEYS: &'static [Op] =
        &[Op::HasAny, Op::HasAll, Op::HasNone, Op::Contains, Op::NotContains, Op::IsEmpty, Op::IsNotEmpty];
    /// One linked record.
    pub const LINK: &'static [Op] = &[
        Op::Eq,
        Op::Ne,
        Op::In,
        Op::NotIn,
        Op::Contains,
        Op::NotContains,
        Op::StartsWith,
        Op::NotStartsWith,
        Op::IsEmpty,
        Op::IsNotEmpty,
    ];
    /// A department: with `under`, itself and all below it.
    pub const DEPARTMENT: &'static [Op] =
        &[Op::Eq, Op::Ne, Op::In, Op::NotIn, Op::Under, Op::NotUnder, Op::IsEmpty, Op::IsNotEmpty];
    pub const LINKS: &'static [Op] = &[Op::HasAny, Op::HasAll, Op::HasNone, Op::IsEmpty, Op::IsNotEmpty];
    pub const EMPTY: &'static [Op] = &[Op::IsEmpty, Op::IsNotEmpty];
    pub const ID: &'static [Op] = &[Op::Eq, Op::Ne, Op::In, Op::NotIn, Op::Gt, Op::Gte, Op::Lt, Op::Lte];
    pub const FOLDED: &'static [Op] = &[
        Op::Contains,
        Op::NotContains,
        Op::StartsWith,
        Op::NotStartsWith,
        Op::EndsWith,
        Op::NotEndsWith,
        Op::IsEmpty,
        Op::IsNotEmpty,
    ];
}
