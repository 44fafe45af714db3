//! From plans to SQL. Every name comes from the catalog, every value is bound, and no expression can raise an error: the planner
//! may evaluate it on rows a rule removes.

mod aggregate;
mod list;

use std::collections::HashMap;

use kehub_model::Catalog;
use kehub_model::Field;
use kehub_model::Object;
use kehub_model::RecordId;
use kehub_model::Value;
use kehub_model::catalog::FieldId;
use kehub_model::catalog::ObjectId;
use kehub_model::catalog::system;
use kehub_model::fields::Column;
use kehub_model::fields::Kind;
use kehub_model::fields::Order;
use kehub_model::query::Compare;
use kehub_model::query::Cond;
use kehub_model::query::Is;
use kehub_model::query::ManyStep;
use kehub_model::query::Operand;
use kehub_model::query::SortTerm;
use kehub_model::query::Step;
use kehub_model::query::Way;

use crate::bind::Bind;
use crate::bind::Dialect;
use crate::bind::Sql;
use crate::bind::quoted;
use crate::codec;
use crate::fault::Fault;

pub use aggregate::*;
pub use list::*;

/// Compiles one statement about one object (alias `r`).
pub struct Compiler<'a> {
    catalog: &'a Catalog,
    relations: &'a Relations,
    pub sql: Sql,
    joins: String,
    joined: HashMap<String, String>,
    aliases: usize,
    /// Where rows come from when that is not the whole table: stands between `from` and the joins.
    source: Option<String>,
}

/// What stands for a table: itself, or how it stood at a past moment; and which records alone are looked at, where that is known.
#[derive(Clone, Debug, Default)]
pub struct Relations {
    pub tables: HashMap<String, String>,
    pub among: Option<Vec<RecordId>>,
    /// The rights number the reader was compiled under. On PostgreSQL the numbers that hold stand beside the data then.
    pub under: Option<i64>,
}

impl Relations {
    /// Everything as it is now, of the object asked about these records only.
    pub fn only(among: Option<Vec<RecordId>>) -> Relations {
        Relations { among, ..Relations::default() }
    }

    /// The same, read under a rights number.
    pub fn under(self, under: Option<i64>) -> Relations {
        Relations { under, ..self }
    }

    /// A table's name in quotes, or what is read instead of it.
    fn of(&self, table: &str) -> String {
        self.tables.get(table).cloned().unwrap_or_else(|| table.to_owned())
    }
}

/// The catalog number above, the rights number below.
pub const NUMBERS: &str = "(select (catalog << 32) | rights from catalog_meta where one = 1)";

/// Everything as it is now.
pub static NOW: std::sync::LazyLock<Relations> = std::sync::LazyLock::new(Relations::default);

/// What a selected column is.
#[derive(Clone, Debug)]
pub struct Selected {
    pub column: Column,
    /// A further column with the error of a formula follows.
    pub has_error: bool,
}

type Done<T> = Result<T, Fault>;

impl<'a> Compiler<'a> {
    pub fn new(catalog: &'a Catalog, relations: &'a Relations, dialect: Dialect) -> Compiler<'a> {
        Compiler {
            catalog,
            relations,
            sql: Sql::new(dialect),
            joins: String::new(),
            joined: HashMap::new(),
            aliases: 0,
            source: None,
        }
    }

    /// Only the records that the relations name are looked at: they come first, so that no planner reads the table instead.
    fn narrow(&mut self, object: &Object) {
        let Some(ids) = &self.relations.among else { return };
        let ids = self.sql.bind(Bind::List(ids.iter().map(|id| Bind::Uuid(*id)).collect()));
        let table = self.relations.of(&quoted(&object.table));
        self.source = Some(match self.dialect() {
            Dialect::Sqlite => format!("rarray({ids}) c cross join {table} r on r.id = c.value"),
            Dialect::Postgres => format!("unnest({ids}::uuid[]) c (id) join {table} r on r.id = c.id"),
        });
    }

    /// The catalog and rights numbers as one, on the data's own snapshot, as the last column.
    fn numbers(&self, columns: &mut Vec<String>) {
        if self.relations.under.is_some() && self.dialect() == Dialect::Postgres {
            columns.push(NUMBERS.to_owned());
        }
    }

    fn dialect(&self) -> Dialect {
        self.sql.dialect
    }

    fn object(&self, id: ObjectId) -> Done<&'a Object> {
        self.catalog.object_by_id(id).map(|object| &**object).ok_or(Fault::Catalog)
    }

    fn field(&self, object: ObjectId, id: FieldId) -> Done<&'a Field> {
        self.object(object)?.any_field(id).ok_or(Fault::Catalog)
    }

    fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("j{}", self.aliases)
    }

    /// The alias of the record reached over to-one steps from `base`; joins are added where they are missing.
    fn reach(&mut self, base: &str, steps: &[Step]) -> Done<String> {
        let mut at = base.to_owned();
        for step in steps {
            let link = self.field(step.object, step.link)?;
            let from = self.guarded(&at, format!("{at}.{}", quoted(&link.physical)), step.shown.as_deref())?;
            let name = format!("{at}>{from}>{:?}", step.rule);
            if let Some(alias) = self.joined.get(&name) {
                at = alias.clone();
                continue;
            }
            let alias = self.alias();
            let table = self.relations.of(&quoted(&self.object(step.to)?.table));
            let rule =
                if step.rule.is_true() { String::new() } else { format!(" and {}", self.cond(&alias, &step.rule)?) };
            let join = format!(" left join {table} {alias} on {alias}.id = {from}{rule}");
            self.joins.push_str(&join);
            self.joined.insert(name, alias.clone());
            at = alias;
        }
        Ok(at)
    }

    /// An expression that is empty where the actor may not see it.
    fn guarded(&mut self, alias: &str, expression: String, shown: Option<&Cond>) -> Done<String> {
        Ok(match shown {
            None => expression,
            Some(rows) => format!("case when {} then {expression} end", self.cond(alias, rows)?),
        })
    }

    /// The column of an operand.
    fn value(&mut self, base: &str, operand: &Operand) -> Done<String> {
        let field = self.field(operand.object, operand.field)?;
        let at = self.reach(base, &operand.steps)?;
        self.guarded(&at, column_of(field, &at, self.dialect()), operand.shown.as_deref())
    }

    /// The text in which `contains` and its like look.
    fn searched(&mut self, base: &str, operand: &Operand) -> Done<String> {
        let field = self.field(operand.object, operand.field)?;
        let at = self.reach(base, &operand.steps)?;
        self.guarded(&at, searched_column(field, &at), operand.shown.as_deref())
    }

    /// The expressions a sort term stands for, most significant first.
    fn sorted(&mut self, term: &SortTerm) -> Done<Vec<String>> {
        let field = self.field(term.operand.object, term.operand.field)?;
        let at = self.reach("r", &term.operand.steps)?;
        let shown = term.operand.shown.clone();
        let mut expressions = Vec::new();
        for expression in sort_columns(field, &at, term.order) {
            expressions.push(self.guarded(&at, expression, shown.as_deref())?);
        }
        Ok(expressions)
    }

    /// A condition as SQL that may be null where it is false; at the top of a `where` both leave the row out.
    pub fn cond(&mut self, base: &str, cond: &Cond) -> Done<String> {
        Ok(match cond {
            Cond::Const(true) => "1 = 1".to_owned(),
            Cond::Const(false) => "1 = 0".to_owned(),
            Cond::And(parts) if parts.is_empty() => "1 = 1".to_owned(),
            Cond::Or(parts) if parts.is_empty() => "1 = 0".to_owned(),
            Cond::And(parts) => self.all(base, parts, " and ")?,
            Cond::Or(parts) => self.all(base, parts, " or ")?,
            Cond::Not(inner) => {
                let inner = self.cond(base, inner)?;
                let no = if self.dialect() == Dialect::Sqlite { "0" } else { "false" };
                format!("(not coalesce({inner}, {no}))")
            }
            Cond::Test { on, is } => self.test(base, on, is)?,
            Cond::Exists { steps, many, cond } => self.exists(base, steps, many, cond)?,
        })
    }

    fn all(&mut self, base: &str, parts: &[Cond], word: &str) -> Done<String> {
        let parts: Vec<String> = parts.iter().map(|part| self.cond(base, part)).collect::<Done<_>>()?;
        Ok(format!("({})", parts.join(word)))
    }

    fn exists(&mut self, base: &str, steps: &[Step], many: &ManyStep, cond: &Cond) -> Done<String> {
        let at = self.reach(base, steps)?;
        let target = self.relations.of(&quoted(&self.object(many.to)?.table));
        let alias = self.alias();
        // Joins made inside belong inside.
        let outer = std::mem::take(&mut self.joins);
        let known = std::mem::take(&mut self.joined);
        let rule = self.cond(&alias, &many.rule)?;
        let inner = self.cond(&alias, cond)?;
        let joins = std::mem::replace(&mut self.joins, outer);
        self.joined = known;
        Ok(match many.way {
            Way::Back(link) => {
                let link = quoted(&self.field(many.to, link)?.physical);
                format!(
                    "exists (select 1 from {target} {alias}{joins} where {alias}.{link} = {at}.id and {rule} and {inner})"
                )
            }
            Way::Links(field) => {
                let links = self.relations.of(&links_table(self.object(many.object)?, self.field(many.object, field)?));
                let pair = self.alias();
                format!(
                    "exists (select 1 from {links} {pair} join {target} {alias} on {alias}.id = {pair}.b{joins} where {pair}.a = {at}.id and {rule} and {inner})"
                )
            }
        })
    }

    fn test(&mut self, base: &str, on: &Operand, is: &Is) -> Done<String> {
        let field = self.field(on.object, on.field)?;
        if let Column::Links { .. } = field.column {
            return self.test_links(base, on, field, is);
        }
        let column = field.column.clone();
        let dialect = self.dialect();
        let bound = |value: &Value| codec::bind(&column, value, dialect);
        let text_is = |value: &Value| matches!(column, Column::Text { .. }) && value.is_null();
        Ok(match is {
            Is::Empty => {
                let value = self.value(base, on)?;
                format!("{value} is null")
            }
            Is::Eq(other) if text_is(other) => "1 = 0".to_owned(),
            Is::Eq(other) => {
                let unique = self.unique(base, on, std::slice::from_ref(other))?;
                unique + &self.compare(base, on, "=", bound(other))?
            }
            Is::In(others) => {
                let unique = self.unique(base, on, others)?;
                let value = self.value(base, on)?;
                let values: Vec<Bind> = others.iter().filter(|other| !other.is_null()).map(bound).collect();
                if values.len() == 1 {
                    let value_bind = self.sql.bind(values.into_iter().next().unwrap_or(Bind::Null));
                    format!("{unique}{value} = {value_bind}")
                } else {
                    unique + &self.sql.among(&value, values)
                }
            }
            Is::FoldedIn(texts) => {
                // Addresses of the web are unique as they are written.
                let values: Vec<Value> = match field.def.kind {
                    Kind::Url(_) => Vec::new(),
                    _ => texts.iter().map(Value::text).collect(),
                };
                let unique = self.unique(base, on, &values)?;
                let searched = self.searched(base, on)?;
                unique + &self.sql.among(&searched, texts.iter().map(|text| Bind::Text(text.clone())).collect())
            }
            Is::Compare(compare, other) => self.compare(base, on, word(*compare), bound(other))?,
            Is::Between(low, high) => {
                let from = self.compare(base, on, ">=", bound(low))?;
                let to = self.compare(base, on, "<=", bound(high))?;
                format!("({from} and {to})")
            }
            Is::Range(from, to) => {
                let mut parts = Vec::new();
                if let Some(from) = from {
                    parts.push(self.compare(base, on, ">=", bound(from))?);
                }
                if let Some(to) = to {
                    parts.push(self.compare(base, on, "<", bound(to))?);
                }
                if parts.is_empty() {
                    format!("{} is not null", self.value(base, on)?)
                } else {
                    format!("({})", parts.join(" and "))
                }
            }
            Is::Contains(text) if text.is_empty() => format!("{} is not null", self.value(base, on)?),
            Is::Contains(text) => {
                let searched = self.searched(base, on)?;
                let text = self.sql.bind(text.as_str());
                match dialect {
                    Dialect::Sqlite => format!("instr({searched}, {text}) > 0"),
                    Dialect::Postgres => format!("position({text} in {searched}) > 0"),
                }
            }
            Is::StartsWith(text) => {
                let searched = self.searched(base, on)?;
                let text = self.sql.bind(text.as_str());
                match dialect {
                    Dialect::Sqlite => format!("substr({searched}, 1, length({text})) = {text}"),
                    Dialect::Postgres => format!("starts_with({searched}, {text})"),
                }
            }
            Is::EndsWith(text) if text.is_empty() => format!("{} is not null", self.value(base, on)?),
            Is::EndsWith(text) => {
                let searched = self.searched(base, on)?;
                let text = self.sql.bind(text.as_str());
                match dialect {
                    Dialect::Sqlite => format!("substr({searched}, -length({text})) = {text}"),
                    Dialect::Postgres => format!("right({searched}, length({text})) = {text}"),
                }
            }
            Is::HasAny(others) => self.has(base, on, others, " or ")?,
            Is::HasAll(others) => self.has(base, on, others, " and ")?,
            Is::Same(other) => {
                let (left, right) = self.pair(base, on, other)?;
                format!("{left} = {right}")
            }
            Is::CompareTo(compare, other) => {
                let (left, right) = self.pair(base, on, other)?;
                format!("{left} {} {right}", word(*compare))
            }
        })
    }

    /// Of a field that is unique alone: that its hash is one of these values', with `and` behind it. True wherever the field is one
    /// of them, and the hash has an index.
    fn unique(&mut self, base: &str, on: &Operand, values: &[Value]) -> Done<String> {
        let object = self.object(on.object)?;
        let is_own = base == "r" && on.steps.is_empty() && on.shown.is_none() && self.relations.tables.is_empty();
        let unique = object.unique.iter().find(|unique| unique.fields == [on.field]).filter(|_| is_own);
        let Some(unique) = unique else { return Ok(String::new()) };
        let field = self.field(on.object, on.field)?;
        let stands = values.iter().filter(|value| !value.is_null());
        let hashes: Option<Vec<Bind>> =
            stands.map(|value| Some(Bind::Bytes(codec::unique_hash(&[field], &[value])?.to_vec()))).collect();
        let Some(mut hashes) = hashes.filter(|hashes| !hashes.is_empty()) else { return Ok(String::new()) };
        let column = format!("{base}.{}", quoted(&unique.column));
        Ok(if hashes.len() == 1 {
            let hash = self.sql.bind(hashes.swap_remove(0));
            format!("{column} = {hash} and ")
        } else {
            format!("{} and ", self.sql.among(&column, hashes))
        })
    }

    fn compare(&mut self, base: &str, on: &Operand, word: &str, value: Bind) -> Done<String> {
        let left = self.value(base, on)?;
        let right = self.sql.bind(value);
        Ok(format!("{left} {word} {right}"))
    }

    /// Two fields made comparable: numbers of different scales are brought to one on SQLite.
    fn pair(&mut self, base: &str, on: &Operand, other: &Operand) -> Done<(String, String)> {
        let (a, b) = (self.field(on.object, on.field)?, self.field(other.object, other.field)?);
        let mut left = self.value(base, on)?;
        let mut right = self.value(base, other)?;
        if self.dialect() == Dialect::Sqlite && a.column != b.column {
            left = exact_expression(&a.column, left);
            right = exact_expression(&b.column, right);
        }
        Ok((left, right))
    }

    /// Keys in a delimited text.
    fn has(&mut self, base: &str, on: &Operand, others: &[Value], word: &str) -> Done<String> {
        let value = self.value(base, on)?;
        let parts: Vec<String> = others
            .iter()
            .map(|other| {
                let key = self.sql.bind(format!("|{}|", other.as_text().unwrap_or_default()));
                match self.dialect() {
                    Dialect::Sqlite => format!("instr({value}, {key}) > 0"),
                    Dialect::Postgres => format!("position({key} in {value}) > 0"),
                }
            })
            .collect();
        Ok(if parts.is_empty() {
            if word == " or " { "1 = 0".into() } else { format!("{value} is not null") }
        } else {
            format!("({})", parts.join(word))
        })
    }

    fn test_links(&mut self, base: &str, on: &Operand, field: &Field, is: &Is) -> Done<String> {
        let object = self.object(on.object)?;
        let links = self.relations.of(&links_table(object, field));
        let at = self.reach(base, &on.steps)?;
        let ids = |values: &[Value]| values.iter().filter_map(Value::as_id).map(Bind::Uuid).collect::<Vec<_>>();
        let plain = match is {
            Is::Empty => format!("not exists (select 1 from {links} p where p.a = {at}.id)"),
            Is::HasAny(values) => {
                let among = self.sql.among("p.b", ids(values));
                format!("exists (select 1 from {links} p where p.a = {at}.id and {among})")
            }
            Is::HasAll(values) => {
                let mut parts = Vec::new();
                for id in ids(values) {
                    let id = self.sql.bind(id);
                    parts.push(format!("exists (select 1 from {links} p where p.a = {at}.id and p.b = {id})"));
                }
                if parts.is_empty() {
                    format!("exists (select 1 from {links} p where p.a = {at}.id)")
                } else {
                    format!("({})", parts.join(" and "))
                }
            }
            _ => return Err(Fault::Catalog),
        };
        match on.shown.as_deref() {
            None => Ok(plain),
            Some(rows) => {
                let shown = self.cond(&at, rows)?;
                let hidden_is_empty = if matches!(is, Is::Empty) {
                    format!("(not ({shown}) or {plain})")
                } else {
                    format!("({shown} and {plain})")
                };
                Ok(hidden_is_empty)
            }
        }
    }

    /// A selected column, with that of its error where it has one.
    pub fn select(&mut self, operand: &Operand, out: &mut Vec<String>) -> Done<Selected> {
        let field = self.field(operand.object, operand.field)?;
        let at = self.reach("r", &operand.steps)?;
        let shown = operand.shown.clone();
        let expression = match &field.column {
            Column::Links { .. } => {
                let links = self.relations.of(&links_table(self.object(operand.object)?, field));
                match self.dialect() {
                    Dialect::Sqlite => format!(
                        "(select group_concat(hex(b)) from (select p.b from {links} p where p.a = {at}.id order by p.position))"
                    ),
                    Dialect::Postgres => {
                        format!("array(select p.b from {links} p where p.a = {at}.id order by p.position)")
                    }
                }
            }
            Column::None => "null".to_owned(),
            _ => column_of(field, &at, self.dialect()),
        };
        out.push(self.guarded(&at, expression, shown.as_deref())?);
        let has_error = matches!(field.def.kind, kehub_model::fields::Kind::Formula(_)) && field.column != Column::None;
        if has_error {
            let error = format!("{at}.{}", quoted(&format!("{}__e", field.physical)));
            out.push(self.guarded(&at, error, shown.as_deref())?);
        }
        Ok(Selected { column: field.column.clone(), has_error })
    }

    fn from(&self, object: &Object) -> String {
        match &self.source {
            None => format!(" from {} r{}", self.relations.of(&quoted(&object.table)), self.joins),
            Some(source) => format!(" from {source}{}", self.joins),
        }
    }
}

fn word(compare: Compare) -> &'static str {
    match compare {
        Compare::Less => "<",
        Compare::LessOrEqual => "<=",
        Compare::Greater => ">",
        Compare::GreaterOrEqual => ">=",
    }
}

/// The column a field stands in. The times and the version are system columns of their own.
fn column_of(field: &Field, alias: &str, _: Dialect) -> String {
    if field.id == system::ID {
        return format!("{alias}.id");
    }
    format!("{alias}.{}", quoted(&field.physical))
}

/// The folded text of a field.
pub fn searched_column(field: &Field, alias: &str) -> String {
    let plain = format!("{alias}.{}", quoted(&field.physical));
    let folded = format!("{alias}.{}", quoted(&format!("{}__f", field.physical)));
    match field.column {
        Column::Text { folded: true } => format!("coalesce({folded}, {plain})"),
        Column::Json { folded: true } => folded,
        _ => plain,
    }
}

/// The expressions by which a field is sorted: text by its sort key, then by code point.
pub fn sort_columns(field: &Field, alias: &str, order: Order) -> Vec<String> {
    let plain =
        if field.id == system::ID { format!("{alias}.id") } else { format!("{alias}.{}", quoted(&field.physical)) };
    match order {
        Order::Text if field.column == (Column::Text { folded: true }) => {
            let folded = format!("{alias}.{}", quoted(&format!("{}__f", field.physical)));
            let key = format!("{alias}.{}", quoted(&format!("{}__s", field.physical)));
            vec![format!("coalesce({key}, {folded}, {plain})"), plain]
        }
        Order::Options => {
            let options = field.def.kind.options();
            if options.is_empty() {
                return vec![plain];
            }
            let cases: Vec<String> =
                options.iter().enumerate().map(|(n, option)| format!("when '{}' then {n}", option.key)).collect();
            vec![format!("case {plain} {} end", cases.join(" "))]
        }
        _ => vec![plain],
    }
}

/// A number of any column as an exact one (SQLite).
fn exact_expression(column: &Column, expression: String) -> String {
    match column {
        Column::Decimal { scale } => format!("kehub_exact({expression}, {scale})"),
        _ => expression,
    }
}

/// The table of a many-link.
pub fn links_table(object: &Object, field: &Field) -> String {
    quoted(&format!("l_{}_{}", object.table.trim_start_matches("x_"), field.physical))
}

impl Compiler<'_> {
    /// Completes a statement of the form `select columns from object … rest`.
    pub fn finish(&mut self, object: &Object, columns: &str, rest: &str) {
        self.sql.text = format!("select {columns}{}{rest}", self.from(object));
    }
}
