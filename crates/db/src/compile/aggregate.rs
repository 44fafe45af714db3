//! Grouped sums: what each measure selects, and how times read when grouped.

use kehub_model::Catalog;
use kehub_model::fields::Column;
use kehub_model::query::AggregatePlan;
use kehub_model::query::Measure;
use kehub_model::query::Unit;

use super::Compiler;
use super::Done;
use super::Relations;
use crate::bind::Dialect;
use crate::bind::Sql;

/// How a measured column is to be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Measured {
    Count,
    /// High and low half of a sum of scaled integers (SQLite), or one exact sum; then the count of values.
    Sum {
        scale: Option<u8>,
    },
    Avg {
        scale: Option<u8>,
    },
    Value(Column),
    /// Twice the median, exact, as the two middle values.
    Median(Column),
}

pub struct AggregateSql {
    pub sql: Sql,
    pub groups: Vec<Column>,
    pub measures: Vec<Measured>,
}

pub fn aggregate(
    catalog: &Catalog,
    relations: &Relations,
    dialect: Dialect,
    plan: &AggregatePlan,
) -> Done<AggregateSql> {
    let mut compiler = Compiler::new(catalog, relations, dialect);
    let object = compiler.object(plan.object)?;
    compiler.narrow(object);
    let mut columns: Vec<String> = Vec::new();
    let mut groups = Vec::new();
    let mut keys = Vec::new();
    for group in &plan.groups {
        let field = compiler.field(group.operand.object, group.operand.field)?;
        let value = compiler.value("r", &group.operand)?;
        let (expression, column) = match group.unit {
            None => (value, field.column.clone()),
            Some(unit) => {
                (bucket(&mut compiler, &field.column, value, unit, plan.zone), Column::Text { folded: false })
            }
        };
        columns.push(expression.clone());
        keys.push(expression);
        groups.push(column);
    }
    let mut measures = Vec::new();
    let mut sortable = Vec::new();
    for measure in &plan.measures {
        let filter = match &measure.filter {
            None => String::new(),
            Some(cond) => format!(" filter (where {})", compiler.cond("r", cond)?),
        };
        sortable.push(columns.len());
        let first = columns.len();
        measures.push(measured(&mut compiler, measure, &filter, &mut columns)?);
        debug_assert!(columns.len() > first, "a measure selects at least one column");
    }
    compiler.numbers(&mut columns);
    let filter = compiler.cond("r", &plan.filter)?;
    let from = compiler.from(object);
    let mut text = format!("select {}{from} where {filter}", columns.join(", "));
    if !keys.is_empty() {
        let places: Vec<String> = (1..=keys.len()).map(|n| n.to_string()).collect();
        text.push_str(&format!(" group by {}", places.join(", ")));
    }
    let mut order: Vec<String> = plan
        .sort
        .iter()
        .map(|(place, descending)| {
            let column = if *place < keys.len() { *place } else { sortable[*place - keys.len()] };
            ordered(dialect, column + 1, *descending)
        })
        .collect();
    order.extend((1..=keys.len()).map(|n| ordered(dialect, n, false)));
    if !order.is_empty() {
        text.push_str(&format!(" order by {}", order.join(", ")));
    }
    let limit = compiler.sql.bind(i64::from(plan.limit));
    text.push_str(&format!(" limit {limit}"));
    compiler.sql.text = text;
    Ok(AggregateSql { sql: compiler.sql, groups, measures })
}

fn ordered(dialect: Dialect, column: usize, descending: bool) -> String {
    match (dialect, descending) {
        (Dialect::Sqlite, false) => format!("{column}"),
        (Dialect::Sqlite, true) => format!("{column} desc"),
        (Dialect::Postgres, false) => format!("{column} asc nulls first"),
        (Dialect::Postgres, true) => format!("{column} desc nulls last"),
    }
}

fn measured(
    compiler: &mut Compiler<'_>,
    measure: &kehub_model::query::Measured,
    filter: &str,
    columns: &mut Vec<String>,
) -> Done<Measured> {
    let dialect = compiler.dialect();
    let Some(operand) = &measure.operand else {
        columns.push(format!("count(*){filter}"));
        return Ok(Measured::Count);
    };
    let field = compiler.field(operand.object, operand.field)?;
    let column = field.column.clone();
    let value = compiler.value("r", operand)?;
    let scale = match (dialect, &column) {
        (Dialect::Sqlite, Column::Decimal { scale }) => Some(*scale),
        _ => None,
    };
    Ok(match measure.function {
        Measure::Count => {
            columns.push(format!("count({value}){filter}"));
            Measured::Count
        }
        Measure::CountDistinct => {
            columns.push(format!("count(distinct {value}){filter}"));
            Measured::Count
        }
        Measure::Sum | Measure::Avg => {
            match (dialect, scale) {
                (Dialect::Postgres, _) => columns.push(format!("sum({value}){filter}")),
                // Halves cannot overflow; the sum is put together again in Rust.
                (Dialect::Sqlite, Some(_)) => {
                    columns.push(format!("sum({value} >> 32){filter}"));
                    columns.push(format!("sum({value} & 4294967295){filter}"));
                }
                (Dialect::Sqlite, None) => columns.push(format!("kehub_sum({value}){filter}")),
            }
            columns.push(format!("count({value}){filter}"));
            if measure.function == Measure::Sum { Measured::Sum { scale } } else { Measured::Avg { scale } }
        }
        Measure::Min | Measure::Max => {
            columns.push(format!("{}({value}){filter}", measure.function.text()));
            Measured::Value(column)
        }
        Measure::Median => {
            match dialect {
                Dialect::Postgres => {
                    columns.push(format!("percentile_disc(0.5) within group (order by {value}){filter}"));
                    columns.push(format!("percentile_disc(0.5) within group (order by {value} desc){filter}"));
                }
                Dialect::Sqlite => {
                    columns.push(format!("kehub_median({value}, 0){filter}"));
                    columns.push(format!("kehub_median({value}, 1){filter}"));
                }
            }
            Measured::Median(column)
        }
    })
}

/// How a time reads when grouped.
fn bucket(compiler: &mut Compiler<'_>, column: &Column, value: String, unit: Unit, zone: chrono_tz::Tz) -> String {
    match compiler.dialect() {
        Dialect::Sqlite => {
            let name = match unit {
                Unit::Year => "year",
                Unit::Quarter => "quarter",
                Unit::Month => "month",
                Unit::Week => "week",
                Unit::Day => "day",
                Unit::Hour => "hour",
            };
            format!("kehub_bucket({value}, '{name}', '{}')", zone.name())
        }
        Dialect::Postgres => {
            let local =
                if *column == Column::DateTime { format!("({value} at time zone '{}')", zone.name()) } else { value };
            let pattern = match unit {
                Unit::Year => "YYYY",
                Unit::Quarter => "YYYY-\"Q\"Q",
                Unit::Month => "YYYY-MM",
                Unit::Week => "IYYY-\"W\"IW",
                Unit::Day => "YYYY-MM-DD",
                Unit::Hour => "YYYY-MM-DD\"T\"HH24",
            };
            format!("to_char({local}, '{pattern}') collate \"C\"")
        }
    }
}
