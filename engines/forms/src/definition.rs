//! Views, pages and menus as people draw them: public file formats. Add to them, never change what a word means.

use std::collections::BTreeMap;

use kehub_model::Label;
use kehub_model::query::Measure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A saved way to look at the records of an object (视图).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewDef {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub object: String,
    pub label: Label,
    /// For everybody, or its maker's own.
    #[serde(default)]
    pub shared: bool,
    #[serde(default)]
    pub columns: Vec<ColumnDef>,
    /// How many columns stay when the list is moved sideways.
    #[serde(default)]
    pub frozen: Option<u32>,
    /// A filter of the query language.
    #[serde(default)]
    pub filter: Option<Json>,
    #[serde(default)]
    pub sort: Vec<SortDef>,
    /// By field: how it is summed up below the list.
    #[serde(default)]
    pub footer: BTreeMap<String, Measure>,
    #[serde(default)]
    pub row_height: Option<RowHeight>,
    /// Where it stands among the object's views.
    #[serde(default)]
    pub order: Option<i64>,
}

/// A column of a list: a field, or one reached along links.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnDef {
    pub field: String,
    #[serde(default)]
    pub width: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SortDef {
    pub field: String,
    #[serde(default)]
    pub dir: Option<Direction>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Asc,
    Desc,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowHeight {
    Compact,
    Medium,
    Tall,
}

/// How a record of an object is laid out (页面). An object without one is laid out by its fields in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageDef {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub object: String,
    /// Fields that stand above everything else, whatever tab is open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub header: Vec<String>,
    /// What stands on the first tab.
    pub sections: Vec<SectionDef>,
    /// Further tabs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tabs: Vec<TabDef>,
    /// Lists of records that link to this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<RelatedDef>,
    /// Fields and lists (`<object>.<link field>`) that are left out on purpose. Whatever else the page does not name stands at
    /// its end, so that a field made later is never lost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// Of several pages of an object the lowest counts, then the first by key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<i64>,
}

/// Fields that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionDef {
    /// Tells sections apart when a solution is upgraded.
    pub key: String,
    /// Without one the fields stand without a heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// How many fields stand beside each other, 1 to 4; 2 unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 4))]
    pub columns: Option<u8>,
    pub fields: Vec<String>,
    /// Closed until somebody opens it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub collapsed: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TabDef {
    pub key: String,
    pub label: Label,
    pub sections: Vec<SectionDef>,
}

/// Records of another object that link to this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RelatedDef {
    /// `<object>.<link field>`.
    pub from: String,
    /// The object's own name unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnDef>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<SortDef>,
}

/// An app's menu.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MenuDef {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The solution it is the menu of.
    pub app: String,
    #[serde(default)]
    pub label: Option<Label>,
    #[serde(default)]
    pub icon: Option<String>,
    pub items: Vec<MenuItem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum MenuItem {
    Object { object: String },
    Group { group: Label, items: Vec<MenuItem> },
}
