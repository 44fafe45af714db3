//! A scratch table: rows as they stood, in the columns of their object, and what is read instead of the object's own tables.

use std::collections::HashMap;

use kehub_model::fields::Column;
use kehub_model::{Moment, Object, RecordId, Value};

use super::named::Key;
use crate::bind::{Bind, Dialect, Sql, quoted};
use crate::compile::links_table;
use crate::rows;

/// Rows to be put into a table.
pub(crate) struct Fill {
    pub(crate) table: String,
    pub(crate) columns: Vec<String>,
    /// PostgreSQL's types of the columns.
    pub(crate) types: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<Bind>>,
}

fn table(number: u64) -> String {
    format!("past_{number}")
}

fn links(number: u64, field: i32) -> String {
    format!("past_{number}_l_{field}")
}

fn many(object: &Object) -> impl Iterator<Item = (usize, &kehub_model::Field)> {
    object.fields.iter().enumerate().filter(|(_, field)| matches!(field.column, Column::Links { .. }))
}

fn names(object: &Object, alias: &str) -> String {
    let names: Vec<String> =
        rows::insert_columns(object).iter().map(|name| format!("{alias}{}", quoted(name))).collect();
    names.join(", ")
}

/// Statements that make the tables of a scratch, empty.
pub(crate) fn make(object: &Object, number: u64, dialect: Dialect) -> Vec<Sql> {
    let name = table(number);
    let columns = names(object, "");
    let mut texts = vec![
        format!("create temporary table {name} as select {columns} from {} limit 0", quoted(&object.table)),
        format!("create unique index {name}_id on {name} (id)"),
    ];
    for (_, field) in many(object) {
        let name = links(number, field.id);
        let id = if dialect == Dialect::Sqlite { "blob" } else { "uuid" };
        texts.push(format!("create temporary table {name} (a {id}, b {id}, position int)"));
        texts.push(format!("create index {name}_a on {name} (a)"));
    }
    texts.iter().map(|text| Sql::with(dialect, text)).collect()
}

/// Statements that drop them.
pub(crate) fn drop(object: Option<&Object>, number: u64, dialect: Dialect) -> Vec<Sql> {
    let mut names = vec![table(number)];
    names.extend(object.into_iter().flat_map(|object| many(object).map(|(_, field)| links(number, field.id))));
    names.iter().map(|name| Sql::with(dialect, &format!("drop table if exists {name}"))).collect()
}

/// Rows as they stood, on their way into a scratch.
pub(crate) fn fills(
    object: &Object,
    number: u64,
    past: &[(RecordId, Vec<Value>)],
    at: Moment,
    dialect: Dialect,
) -> Vec<Fill> {
    let before = Moment(at.0 - 1);
    let mut fills = vec![Fill {
        table: table(number),
        columns: rows::insert_columns(object),
        types: rows::insert_types(object),
        rows: past.iter().map(|(_, values)| rows::insert_binds(object, values, before, dialect)).collect(),
    }];
    for (place, field) in many(object) {
        let pairs = past.iter().flat_map(|(owner, values)| {
            let targets = values[place].items().iter().filter_map(Value::as_id);
            targets.enumerate().map(|(n, to)| vec![Bind::Uuid(*owner), Bind::Uuid(to), Bind::Int(n as i64)])
        });
        fills.push(Fill {
            table: links(number, field.id),
            columns: ["a", "b", "position"].map(str::to_owned).to_vec(),
            types: vec!["uuid", "uuid", "bigint"],
            rows: pairs.collect(),
        });
    }
    fills
}

/// What is read instead of an object's own tables: the untouched rows in place, and the scratch.
pub(crate) fn relations(object: &Object, key: &Key, number: u64, at: Moment) -> HashMap<String, String> {
    let own = quoted(&object.table);
    let name = table(number);
    let bound = at.0;
    // A record whose children alone have changed stands in the scratch although its own row was not touched.
    let only = if key.rollups.is_empty() {
        String::new()
    } else {
        format!(" and not exists (select 1 from {name} s where s.id = o.id)")
    };
    let mut relations = HashMap::new();
    relations.insert(
        own.clone(),
        format!(
            "(select {} from {own} o where o.moment < {bound}{only} union all select {} from {name})",
            names(object, "o."),
            names(object, "")
        ),
    );
    for (_, field) in many(object) {
        let pairs = links_table(object, field);
        let untouched = format!(
            "select p.a, p.b, p.position from {pairs} p join {own} o on o.id = p.a where o.moment < {bound}{only}"
        );
        let scratch = links(number, field.id);
        relations.insert(pairs, format!("({untouched} union all select a, b, position from {scratch})"));
    }
    relations
}
