//! Platform tables: the rooms' own rows. A room declares its table here by name and asks in these words; the SQL is made here.

use crate::bind::{Bind, Dialect, Sql, quoted};
use crate::codec::Raw;

/// Whether a column is compared, and how.
#[derive(Clone, Debug)]
pub enum Where {
    Is(&'static str, Bind),
    IsNull(&'static str),
    IsNot(&'static str, Bind),
    Less(&'static str, Bind),
    AtMost(&'static str, Bind),
    Greater(&'static str, Bind),
    Among(&'static str, Vec<Bind>),
}

/// Rows wanted of a platform table.
#[derive(Clone, Debug)]
pub struct Select {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    pub filter: Vec<Where>,
    pub order: &'static str,
    pub limit: u32,
}

impl Select {
    pub fn from(table: &'static str, columns: &'static [&'static str]) -> Select {
        Select { table, columns, filter: Vec::new(), order: "", limit: 100_000 }
    }

    pub fn that(mut self, filter: Where) -> Select {
        self.filter.push(filter);
        self
    }

    /// `order` is columns with directions, written by us: `at desc`.
    pub fn ordered(mut self, order: &'static str) -> Select {
        self.order = order;
        self
    }

    pub fn limit(mut self, limit: u32) -> Select {
        self.limit = limit;
        self
    }

    pub(crate) fn sql(&self, dialect: Dialect) -> Sql {
        let mut sql = Sql::new(dialect);
        let columns: Vec<String> = self.columns.iter().map(|name| quoted(name)).collect();
        let mut text = format!("select {} from {}", columns.join(", "), self.table);
        text.push_str(&conditions(&self.filter, &mut sql));
        if !self.order.is_empty() {
            text.push_str(&format!(" order by {}", self.order));
        }
        let limit = sql.bind(i64::from(self.limit));
        text.push_str(&format!(" limit {limit}"));
        sql.text = text;
        sql
    }
}

/// One row: values in the order of the columns asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRow(pub Vec<Raw>);

impl TableRow {
    pub fn text(&self, n: usize) -> &str {
        self.0.get(n).and_then(Raw::text).unwrap_or_default()
    }

    pub fn int(&self, n: usize) -> i64 {
        self.0.get(n).map(Raw::int).unwrap_or_default()
    }

    pub fn uuid(&self, n: usize) -> Option<uuid::Uuid> {
        self.0.get(n)?.uuid()
    }

    pub fn bytes(&self, n: usize) -> &[u8] {
        self.0.get(n).and_then(Raw::bytes).unwrap_or_default()
    }

    pub fn is_null(&self, n: usize) -> bool {
        self.0.get(n).is_none_or(Raw::is_null)
    }
}

/// A change of a platform table.
#[derive(Clone, Debug)]
pub enum TableWrite {
    /// `key`: when a row stands already, the whole save ends with [`crate::Outcome::KeyExists`].
    Insert {
        table: &'static str,
        values: Vec<(&'static str, Bind)>,
        key: bool,
    },
    /// Inserts, or replaces the row with the same key columns (the first `keys` of the values).
    Put {
        table: &'static str,
        values: Vec<(&'static str, Bind)>,
        keys: usize,
    },
    Update {
        table: &'static str,
        values: Vec<(&'static str, Bind)>,
        filter: Vec<Where>,
    },
    Delete {
        table: &'static str,
        filter: Vec<Where>,
    },
}

impl TableWrite {
    pub(crate) fn sql(&self, dialect: Dialect) -> Sql {
        let mut sql = Sql::new(dialect);
        let text = match self {
            TableWrite::Insert { table, values, .. } => insert(table, values, &mut sql),
            TableWrite::Put { table, values, keys } => {
                let mut text = insert(table, values, &mut sql);
                let names: Vec<String> = values.iter().map(|(name, _)| quoted(name)).collect();
                let sets: Vec<String> = names[*keys..].iter().map(|name| format!("{name} = excluded.{name}")).collect();
                let action = if sets.is_empty() {
                    "do nothing".to_owned()
                } else {
                    format!("do update set {}", sets.join(", "))
                };
                text.push_str(&format!(" on conflict ({}) {action}", names[..*keys].join(", ")));
                text
            }
            TableWrite::Update { table, values, filter } => {
                let sets: Vec<String> = values
                    .iter()
                    .map(|(name, value)| format!("{} = {}", quoted(name), sql.bind(value.clone())))
                    .collect();
                format!("update {table} set {}{}", sets.join(", "), conditions(filter, &mut sql))
            }
            TableWrite::Delete { table, filter } => format!("delete from {table}{}", conditions(filter, &mut sql)),
        };
        sql.text = text;
        sql
    }

    pub(crate) fn is_key(&self) -> bool {
        matches!(self, TableWrite::Insert { key: true, .. })
    }
}

fn insert(table: &str, values: &[(&'static str, Bind)], sql: &mut Sql) -> String {
    let names: Vec<String> = values.iter().map(|(name, _)| quoted(name)).collect();
    let binds: Vec<String> = values.iter().map(|(_, value)| sql.bind(value.clone())).collect();
    format!("insert into {table} ({}) values ({})", names.join(", "), binds.join(", "))
}

fn conditions(filter: &[Where], sql: &mut Sql) -> String {
    if filter.is_empty() {
        return String::new();
    }
    let parts: Vec<String> = filter
        .iter()
        .map(|part| match part {
            Where::Is(name, Bind::Null) | Where::IsNull(name) => format!("{} is null", quoted(name)),
            Where::Is(name, value) => format!("{} = {}", quoted(name), sql.bind(value.clone())),
            Where::IsNot(name, value) => format!("{} <> {}", quoted(name), sql.bind(value.clone())),
            Where::Less(name, value) => format!("{} < {}", quoted(name), sql.bind(value.clone())),
            Where::AtMost(name, value) => format!("{} <= {}", quoted(name), sql.bind(value.clone())),
            Where::Greater(name, value) => format!("{} > {}", quoted(name), sql.bind(value.clone())),
            Where::Among(name, values) => sql.among(&quoted(name), values.clone()),
        })
        .collect();
    format!(" where {}", parts.join(" and "))
}
