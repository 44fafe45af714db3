//! Lists: pages by key or offset, counts and estimates.

use kehub_model::Catalog;
use kehub_model::Value;
use kehub_model::catalog::ObjectId;
use kehub_model::fields::Column;
use kehub_model::fields::Order;
use kehub_model::query::Cond;
use kehub_model::query::ListPlan;
use kehub_model::query::Page;

use super::Compiler;
use super::Done;
use super::NOW;
use super::Relations;
use super::Selected;
use crate::bind::Dialect;
use crate::bind::Sql;
use crate::bind::quoted;
use crate::codec;
use crate::fault::Fault;
use crate::search;
use crate::search::Proposal;

/// A compiled list: the statement, what its columns are, and where the sort values begin.
pub struct ListSql {
    pub sql: Sql,
    pub selected: Vec<Selected>,
    pub sort_columns: Vec<Column>,
}

/// Which rows of a sorted page are asked for: all of them, or only one end of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    All,
    /// Of a single sort term: the rows after the cursor that have a value.
    Filled,
    /// Of a single sort term: the rows without a value, from the first or after the cursor's id.
    Empties {
        after_cursor: bool,
    },
}

pub fn list(
    catalog: &Catalog,
    relations: &Relations,
    dialect: Dialect,
    plan: &ListPlan,
    segment: Segment,
    limit: u32,
) -> Done<ListSql> {
    let mut compiler = Compiler::new(catalog, relations, dialect);
    let object = compiler.object(plan.object)?;
    compiler.narrow(object);
    let mut columns = Vec::new();
    let mut selected = Vec::new();
    for pick in &plan.picks {
        selected.push(compiler.select(&pick.operand, &mut columns)?);
    }
    let mut order: Vec<(String, bool)> = Vec::new();
    let mut sort_columns = Vec::new();
    for term in &plan.sort {
        let field = compiler.field(term.operand.object, term.operand.field)?;
        for expression in compiler.sorted(term)? {
            sort_columns.push(match term.order {
                Order::Text => Column::Text { folded: false },
                Order::Options => Column::Decimal { scale: 0 },
                _ => field.column.clone(),
            });
            order.push((expression, term.descending));
        }
    }
    let descending = order.last().is_some_and(|(_, descending)| *descending);
    columns.extend(order.iter().map(|(expression, _)| expression.clone()));
    compiler.numbers(&mut columns);
    let filter = compiler.cond("r", &plan.filter)?;
    let after = match &plan.page {
        Page::After(values) => keyset(&mut compiler, &order, &sort_columns, values, segment, descending)?,
        _ => String::new(),
    };
    let offset = match plan.page {
        Page::Offset(offset) => {
            let offset = compiler.sql.bind(i64::try_from(offset).unwrap_or(i64::MAX));
            format!(" offset {offset}")
        }
        _ => String::new(),
    };
    let mut terms: Vec<String> = order
        .iter()
        .map(|(expression, descending)| match (dialect, descending) {
            (Dialect::Sqlite, false) => expression.clone(),
            (Dialect::Sqlite, true) => format!("{expression} desc"),
            (Dialect::Postgres, false) => format!("{expression} asc nulls first"),
            (Dialect::Postgres, true) => format!("{expression} desc nulls last"),
        })
        .collect();
    terms.push(if descending { "r.id desc".into() } else { "r.id".into() });
    // The limit stands in the text: a planner that knows it chooses better, and SQLite would plan anew at every run to learn it.
    let from = compiler.from(object);
    let text = format!(
        "select {}{from} where {filter}{after} order by {} limit {limit}{offset}",
        columns.join(", "),
        terms.join(", ")
    );
    compiler.sql.text = text;
    Ok(ListSql { sql: compiler.sql, selected, sort_columns })
}

/// The rows after a cursor.
fn keyset(
    compiler: &mut Compiler<'_>,
    order: &[(String, bool)],
    columns: &[Column],
    values: &[Value],
    segment: Segment,
    descending: bool,
) -> Done<String> {
    let dialect = compiler.dialect();
    let Some((id, keys)) = values.split_last() else { return Err(Fault::Catalog) };
    if keys.len() != order.len() {
        return Err(Fault::Cursor);
    }
    let id = id.as_id().ok_or(Fault::Cursor)?;
    let beyond = if descending { "<" } else { ">" };
    let (no_value, same) = match dialect {
        Dialect::Sqlite => ("is null", "is"),
        Dialect::Postgres => ("is null", "is not distinct from"),
    };
    // One term, also where it stands for two expressions: they are empty together.
    match (segment, order.first()) {
        (Segment::Filled, Some(_)) => {
            let names: Vec<&str> = order.iter().map(|(expression, _)| expression.as_str()).collect();
            let bound: Vec<String> = keys
                .iter()
                .zip(columns)
                .map(|(key, column)| compiler.sql.bind(codec::bind(column, key, dialect)))
                .collect();
            let id = compiler.sql.bind(id);
            return Ok(format!(" and ({}, r.id) {beyond} ({}, {id})", names.join(", "), bound.join(", ")));
        }
        (Segment::Empties { after_cursor: false }, Some((expression, _))) => {
            return Ok(format!(" and {expression} {no_value}"));
        }
        (Segment::Empties { after_cursor: true }, Some((expression, _))) => {
            let id = compiler.sql.bind(id);
            return Ok(format!(" and {expression} {no_value} and r.id {beyond} {id}"));
        }
        _ => {}
    }
    let mut ways = Vec::new();
    let mut equal = String::new();
    for (n, (expression, descending)) in order.iter().enumerate() {
        let value = &keys[n];
        let bound = compiler.sql.bind(codec::bind(&columns[n], value, dialect));
        let further = match (value.is_null(), descending) {
            (true, false) => format!("{expression} is not null"),
            (true, true) => "1 = 0".to_owned(),
            (false, false) => format!("{expression} > {bound}"),
            (false, true) => format!("({expression} < {bound} or {expression} is null)"),
        };
        ways.push(format!("({equal}{further})"));
        let is = if value.is_null() { format!("{expression} is null") } else { format!("{expression} {same} {bound}") };
        equal.push_str(&format!("{is} and "));
    }
    let id = compiler.sql.bind(id);
    ways.push(format!("({equal}r.id {beyond} {id})"));
    Ok(format!(" and ({})", ways.join(" or ")))
}

/// The newest records that the grams propose, under the plan's filter. The grams only propose: what they stand for is tested
/// on the records' own fields.
pub fn found(catalog: &Catalog, dialect: Dialect, plan: &ListPlan, proposal: &Proposal) -> Done<ListSql> {
    let mut compiler = Compiler::new(catalog, &NOW, dialect);
    let object = compiler.object(plan.object)?;
    let mut columns = Vec::new();
    let mut selected = Vec::new();
    for pick in &plan.picks {
        selected.push(compiler.select(&pick.operand, &mut columns)?);
    }
    let (table, grams) = (quoted(&object.table), quoted(&search::table(object)));
    let filter = compiler.cond("r", &plan.filter)?;
    let limit = compiler.sql.bind(i64::from(plan.limit));
    let (rest, order) = match dialect {
        Dialect::Sqlite => {
            let words = compiler.sql.bind(proposal.words());
            compiler.source = Some(format!("{grams}({words}) q cross join {table} r on r.n = q.rowid"));
            (String::new(), "q.rowid")
        }
        Dialect::Postgres => {
            compiler.source = Some(format!("{grams} q join {table} r on r.id = q.id"));
            let parts: Vec<String> =
                proposal.numbers().map(|numbers| format!("q.g @> {}::int[]", compiler.sql.bind(numbers))).collect();
            (format!("({}) and ", parts.join(" or ")), "r.id")
        }
    };
    let from = compiler.from(object);
    compiler.sql.text =
        format!("select {}{from} where {rest}{filter} order by {order} desc limit {limit}", columns.join(", "));
    Ok(ListSql { sql: compiler.sql, selected, sort_columns: Vec::new() })
}

/// How many rows, at most `bound` when it is given.
pub fn count(
    catalog: &Catalog,
    relations: &Relations,
    dialect: Dialect,
    object: ObjectId,
    filter: &Cond,
    bound: Option<i64>,
) -> Done<Sql> {
    let mut compiler = Compiler::new(catalog, relations, dialect);
    let object = compiler.object(object)?;
    compiler.narrow(object);
    let filter = compiler.cond("r", filter)?;
    let from = compiler.from(object);
    let mut columns = vec!["count(*)".to_owned()];
    compiler.numbers(&mut columns);
    let columns = columns.join(", ");
    compiler.sql.text = match bound {
        None => format!("select {columns}{from} where {filter}"),
        Some(bound) => {
            let bound = compiler.sql.bind(bound);
            format!("select {columns} from (select 1{from} where {filter} limit {bound}) c")
        }
    };
    Ok(compiler.sql)
}

/// The statement from which the number of rows is estimated: the planner's own figure on PostgreSQL, on SQLite a share counted in
/// a sample of the rows by their numbers.
pub fn estimate(catalog: &Catalog, dialect: Dialect, object: ObjectId, filter: &Cond) -> Done<Sql> {
    let mut compiler = Compiler::new(catalog, &NOW, dialect);
    let object = compiler.object(object)?;
    let all = filter.is_true();
    let filter = compiler.cond("r", filter)?;
    let from = compiler.from(object);
    let table = quoted(&object.table);
    compiler.sql.text = match dialect {
        Dialect::Postgres => format!("explain (format json) select 1{from} where {filter}"),
        Dialect::Sqlite if all => format!("select (select count(*) from {table})"),
        // Every 64th block of 256 rows.
        Dialect::Sqlite => format!(
            "select 64 * (select count(*){from} where r.n in (select n from {table} where (n >> 8) % 64 = 0) and {filter})"
        ),
    };
    Ok(compiler.sql)
}
