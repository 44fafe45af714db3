//! What is wrong with a mapping, all of it at once: for this file, this object and whoever imports.

use std::collections::HashMap;

use kehub_model::actor::Sight;
use kehub_model::fields::{Column as Stands, Kind};
use kehub_model::rights::{Access, Right};
use kehub_model::{Actor, Catalog, Code, Field, Object, Problem, Problems};

use crate::definition::{Column, Duplicates, Mapping};
use crate::run::{is_decimal_comma, key_of, kind_as_written};

/// Problems stand at `mapping.columns.<heading>`, `mapping.key` or, where the whole is not allowed, at nothing.
pub fn validate(mapping: &Mapping, headings: &[String], object: &Object, catalog: &Catalog, actor: &Actor) -> Problems {
    let mut problems = Problems::new();
    if !actor.may(object, Access::Import) {
        problems.push(Problem::new(Code::Forbidden, ""));
    }
    let mut columns_of: HashMap<&str, &str> = HashMap::new();
    for (heading, column) in &mapping.columns {
        let at = format!("mapping.columns.{heading}");
        if !headings.contains(heading) {
            let hint = format!("文件中没有列“{heading}” / the file has no column “{heading}”");
            problems.push(Problem::new(Code::BadMapping, &at).with("hint", hint));
        }
        let Some(column) = column else { continue };
        if let Some(other) = columns_of.insert(&column.field, heading) {
            let field = &column.field;
            let hint = format!("“{other}”和“{heading}”都对应字段 {field} / both go into the field {field}");
            problems.push(Problem::new(Code::BadMapping, &at).with("hint", hint));
        }
        problems.extend(check_column(column, object, catalog, actor).into_iter().map(|problem| problem.within(&at)));
    }
    check_key(mapping, object, actor, &mut problems);
    if !mapping.columns.values().flatten().any(|column| column.field != "id") {
        let hint = "没有列对应到字段 / no column goes into a field";
        problems.push(Problem::new(Code::BadMapping, "mapping.columns").with("hint", hint));
    }
    problems
}

fn check_column(column: &Column, object: &Object, catalog: &Catalog, actor: &Actor) -> Problems {
    let mut problems = Problems::new();
    let Some(field) = object.field(&column.field).filter(|field| is_known(actor, object, field)) else {
        return vec![Problem::new(Code::UnknownField, "field").with("name", &column.field)];
    };
    let label = field.label(actor.language());
    let is_id = matches!(field.def.kind, Kind::Id(_));
    let writable = field.is_writable() && !matches!(field.def.kind, Kind::Subform(_));
    if !is_id && (!writable || !actor.may_write(object, field.id)) {
        problems.push(Problem::new(Code::ReadOnly, "field").with("field", label));
    }
    if matches!(field.def.kind, Kind::Image(_) | Kind::File(_) | Kind::Signature(_)) {
        let hint = "附件不能从表格导入 / files cannot come out of a table";
        problems.push(Problem::new(Code::BadMapping, "field").with("hint", hint));
    }
    if let Some(format) = &column.format {
        let is_number = matches!(field.def.kind, Kind::Number(_) | Kind::Money(_));
        let mut found = Problems::new();
        if !(is_number && is_decimal_comma(format)) {
            kind_as_written(&field.def.kind, Some(format)).check_settings(&mut found);
            if !matches!(field.def.kind, Kind::Date(_) | Kind::DateTime(_)) {
                found.push(
                    Problem::new(Code::BadFormat, "format").with("hint", "dd/mm/yyyy … (date), 1.234,56 (number)"),
                );
            }
        }
        problems.extend(found.into_iter().filter(|problem| problem.at == "format"));
    }
    match catalog.target(field) {
        Some(target) => check_link(column, target, actor, &mut problems),
        None if column.by.is_some() => {
            let hint = format!("{label} 不是关联字段 / is not a link");
            problems.push(Problem::new(Code::BadMapping, "match").with("hint", hint));
        }
        None => {}
    }
    let has_options = matches!(field.def.kind, Kind::Choice(_) | Kind::Choices(_));
    if column.create_missing && has_options && !actor.has(Right::Design) {
        problems.push(Problem::new(Code::Forbidden, "create_missing"));
    }
    problems
}

/// A field one may neither see nor write is as unknown as one that is not there.
fn is_known(actor: &Actor, object: &Object, field: &Field) -> bool {
    !matches!(actor.sight(object, field.id), Sight::No) || actor.may_write(object, field.id)
}

fn is_seen(actor: &Actor, object: &Object, field: &Field) -> bool {
    matches!(actor.sight(object, field.id), Sight::Always)
}

fn check_link(column: &Column, target: &Object, actor: &Actor, problems: &mut Problems) {
    let title = target.title_field().map_or("id", |title| title.key.as_str());
    let by = column.by.as_deref().unwrap_or(title);
    match target.field(by).filter(|field| is_seen(actor, target, field)) {
        None => problems.push(Problem::new(Code::UnknownField, "match").with("name", by)),
        Some(field) if !is_comparable(field) => {
            let hint = format!("不能按“{}”查找 / records cannot be found by it", field.label(actor.language()));
            problems.push(Problem::new(Code::BadMapping, "match").with("hint", hint));
        }
        Some(field) => {
            let may = actor.may(target, Access::Create) && actor.may_write(target, field.id) && field.is_writable();
            if column.create_missing && !may {
                problems.push(Problem::new(Code::Forbidden, "create_missing"));
            }
        }
    }
}

/// Whether records can be found by a field's value.
fn is_comparable(field: &Field) -> bool {
    !matches!(field.column, Stands::None | Stands::Json { .. } | Stands::Keys | Stands::Links { .. })
}

fn check_key(mapping: &Mapping, object: &Object, actor: &Actor, problems: &mut Problems) {
    let key = key_of(mapping, object);
    for (n, name) in key.iter().enumerate() {
        let at = format!("mapping.key[{n}]");
        let hint = match object.field(name).filter(|field| is_known(actor, object, field)) {
            None => {
                problems.push(Problem::new(Code::UnknownField, at).with("name", name));
                continue;
            }
            Some(field) if !is_seen(actor, object, field) || !is_comparable(field) => {
                format!("不能按“{}”查找 / records cannot be found by it", field.label(actor.language()))
            }
            Some(field) if !mapping.columns.values().flatten().any(|column| column.field == *name) => {
                format!("没有列对应依据字段“{}” / no column goes into this key field", field.label(actor.language()))
            }
            Some(_) => continue,
        };
        problems.push(Problem::new(Code::BadMapping, at).with("hint", hint));
    }
    if key.is_empty() && mapping.duplicates == Duplicates::OnlyUpdate {
        let hint = "仅更新需要依据字段 / updating needs key fields";
        problems.push(Problem::new(Code::BadMapping, "mapping.key").with("hint", hint));
    }
    let creates = mapping.duplicates != Duplicates::OnlyUpdate;
    let updates = !key.is_empty() && mapping.duplicates != Duplicates::Skip;
    if (creates && !actor.may(object, Access::Create)) || (updates && !actor.may(object, Access::Update)) {
        problems.push(Problem::new(Code::Forbidden, "mapping.duplicates"));
    }
}
