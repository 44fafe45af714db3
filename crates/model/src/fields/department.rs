//! One department.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::link::{column_to, read_one};
use super::{Column, FieldType, Order, Reading, Written};
use crate::problem::Problems;
use crate::query::Op;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "department"
    }

    fn column(&self) -> Column {
        column_to("department", false)
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        read_one(input)
    }

    fn operators(&self) -> &'static [Op] {
        Op::DEPARTMENT
    }

    fn order(&self) -> Order {
        Order::Title
    }
}
