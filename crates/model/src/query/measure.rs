//! How many values are summed up to one: the functions of aggregates and of a list's last line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A function over the values of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Count,
    CountDistinct,
    Sum,
    Avg,
    Min,
    Max,
    Median,
}

impl Measure {
    pub fn parse(text: &str) -> Option<Measure> {
        Some(match text {
            "count" => Measure::Count,
            "count_distinct" => Measure::CountDistinct,
            "sum" => Measure::Sum,
            "avg" => Measure::Avg,
            "min" => Measure::Min,
            "max" => Measure::Max,
            "median" => Measure::Median,
            _ => return None,
        })
    }

    pub fn text(self) -> &'static str {
        match self {
            Measure::Count => "count",
            Measure::CountDistinct => "count_distinct",
            Measure::Sum => "sum",
            Measure::Avg => "avg",
            Measure::Min => "min",
            Measure::Max => "max",
            Measure::Median => "median",
        }
    }
}
