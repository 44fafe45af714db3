//! Schema changes as statements. Nothing is altered, renamed or dropped in place: columns are added, filled, and switched to in
//! the catalog.

use kehub_model::catalog::system;
use kehub_model::fields::Column;
use kehub_model::schema::SchemaChange;
use kehub_model::{Catalog, Field, Object};

use crate::bind::{Dialect, quoted};
use crate::codec;
use crate::compile::links_table;
use crate::fault::Fault;

/// The statements that make room for a change, before any filling.
pub(crate) fn prepare(change: &SchemaChange, new: &Catalog, dialect: Dialect) -> Result<Vec<String>, Fault> {
    let object = |id: i32| new.object_by_id(id).map(|object| &**object).ok_or(Fault::Catalog);
    Ok(match change {
        SchemaChange::AddObject { object: id } => create(object(*id)?, new, dialect),
        SchemaChange::AddField { object: id, field } | SchemaChange::Convert { object: id, field, .. } => {
            let object = object(*id)?;
            add_field(object, object.field_by_id(*field).ok_or(Fault::Catalog)?, new, dialect)
        }
        SchemaChange::AddUnique { object: id, column, .. } => {
            let object = object(*id)?;
            vec![format!("alter table {} add column {} {}", quoted(&object.table), quoted(column), bytes(dialect))]
        }
        SchemaChange::DropUnique { object: id, column } => {
            let object = object(*id)?;
            vec![
                format!("drop index if exists {}", quoted(&format!("{}_{column}", object.table))),
                format!("alter table {} drop column {}", quoted(&object.table), quoted(column)),
            ]
        }
        _ => Vec::new(),
    })
}

/// Foreign keys on PostgreSQL: they may name tables that the same publish makes, so they come after all of them.
pub(crate) fn constraints(change: &SchemaChange, new: &Catalog) -> Result<Vec<String>, Fault> {
    let object = |id: i32| new.object_by_id(id).map(|object| &**object).ok_or(Fault::Catalog);
    let of_field = |object: &Object, field: &Field| match &field.column {
        Column::Id { to } if to != "person" && to != "department" => {
            foreign_key(&quoted(&object.table), &quoted(&field.physical), to, new)
        }
        Column::Links { to } => foreign_key(&links_table(object, field), "b", to, new),
        _ => None,
    };
    Ok(match change {
        SchemaChange::AddObject { object: id } => {
            let object = object(*id)?;
            object.own_fields().filter_map(|field| of_field(object, field)).collect()
        }
        SchemaChange::AddField { object: id, field } | SchemaChange::Convert { object: id, field, .. } => {
            let object = object(*id)?;
            object.field_by_id(*field).and_then(|field| of_field(object, field)).into_iter().collect()
        }
        _ => Vec::new(),
    })
}

fn foreign_key(table: &str, column: &str, to: &str, catalog: &Catalog) -> Option<String> {
    let target = quoted(&catalog.object(to)?.table);
    Some(format!(
        "alter table {table} add foreign key ({column}) references {target} (id) deferrable initially deferred"
    ))
}

/// The statements that close a change, after its filling.
pub(crate) fn close(change: &SchemaChange, new: &Catalog) -> Result<Vec<String>, Fault> {
    Ok(match change {
        SchemaChange::AddUnique { object, column, .. } => {
            let object = new.object_by_id(*object).ok_or(Fault::Catalog)?;
            vec![unique_index(object, column)]
        }
        _ => Vec::new(),
    })
}

fn bytes(dialect: Dialect) -> &'static str {
    if dialect == Dialect::Sqlite { "blob" } else { "bytea" }
}

fn unique_index(object: &Object, column: &str) -> String {
    let index = quoted(&format!("{}_{column}", object.table));
    format!(
        "create unique index {index} on {} ({}) where {} is not null",
        quoted(&object.table),
        quoted(column),
        quoted(column)
    )
}

pub(crate) fn create(object: &Object, catalog: &Catalog, dialect: Dialect) -> Vec<String> {
    let table = quoted(&object.table);
    let mut columns = Vec::new();
    if dialect == Dialect::Sqlite {
        columns.push("n integer primary key".to_owned());
    }
    for field in object.fields.iter().filter(|field| field.is_stored()) {
        columns.extend(field_columns(field, catalog, dialect));
    }
    columns.push("moment bigint not null".to_owned());
    columns.extend(object.unique.iter().map(|unique| format!("{} {}", quoted(&unique.column), bytes(dialect))));
    let mut statements = vec![format!("create table {table} ({})", columns.join(", "))];
    statements.push(format!("create index {} on {table} (owner, id)", quoted(&format!("{}_owner", object.table))));
    for unique in &object.unique {
        statements.push(unique_index(object, &unique.column));
    }
    for field in object.own_fields() {
        statements.extend(beside_table(object, field, catalog, dialect));
    }
    statements
}

/// A field's columns with their types and constraints.
fn field_columns(field: &Field, catalog: &Catalog, dialect: Dialect) -> Vec<String> {
    let name = quoted(&field.physical);
    let base = match field.id {
        system::ID if dialect == Dialect::Sqlite => "blob not null unique".to_owned(),
        system::ID => "uuid primary key".to_owned(),
        system::VERSION => "bigint not null".to_owned(),
        _ => {
            let references = match &field.column {
                // People and departments are never dropped, and a foreign key to them would lock one row in every save.
                Column::Id { to }
                    if dialect == Dialect::Sqlite && !field.is_system && to != "person" && to != "department" =>
                {
                    catalog.object(to).map(|target| {
                        format!(" references {} (id) deferrable initially deferred", quoted(&target.table))
                    })
                }
                _ => None,
            };
            format!("{}{}", codec::sql_type(&field.column, dialect), references.unwrap_or_default())
        }
    };
    let text = codec::sql_type(&Column::Text { folded: false }, dialect);
    let mut columns = vec![format!("{name} {base}")];
    columns.extend(codec::beside(field).iter().map(|name| format!("{} {text}", quoted(name))));
    columns
}

/// What a field needs besides columns: an index for a link, a table for many-links.
fn beside_table(object: &Object, field: &Field, catalog: &Catalog, dialect: Dialect) -> Vec<String> {
    let table = quoted(&object.table);
    match &field.column {
        Column::Id { .. } => {
            let index = quoted(&format!("{}_{}", object.table, field.physical));
            vec![format!("create index if not exists {index} on {table} ({}, id)", quoted(&field.physical))]
        }
        Column::Links { to } => {
            let links = links_table(object, field);
            let id = if dialect == Dialect::Sqlite { "blob" } else { "uuid" };
            let target = match catalog.object(to) {
                Some(target) if dialect == Dialect::Sqlite => {
                    format!(" references {} (id) deferrable initially deferred", quoted(&target.table))
                }
                _ => String::new(),
            };
            let index = quoted(&format!("{}_b", links.trim_matches('"')));
            vec![
                format!(
                    "create table {links} (a {id} not null references {table} (id) deferrable initially deferred, b {id} not null{target}, position int not null, primary key (a, b))"
                ),
                format!("create index {index} on {links} (b, a)"),
            ]
        }
        _ => Vec::new(),
    }
}

pub(crate) fn add_field(object: &Object, field: &Field, catalog: &Catalog, dialect: Dialect) -> Vec<String> {
    let table = quoted(&object.table);
    let mut statements: Vec<String> = if field.is_stored() {
        field_columns(field, catalog, dialect)
            .iter()
            .map(|column| format!("alter table {table} add column {column}"))
            .collect()
    } else {
        Vec::new()
    };
    statements.extend(beside_table(object, field, catalog, dialect));
    statements
}
