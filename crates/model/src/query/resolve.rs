//! From what was asked to what executors take: every name looked up in the catalog, every field reference checked against the
//! actor, every joined object's row rule added. Forbidden and unknown are the same miss.

use std::ops::Not as _;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::ask::{AggregateAsk, FilterAsk, SortAsk};
use super::cond::{AggregatePlan, Cond, Group, Is, ManyStep, Measured, Operand, Pick, SortTerm, Step, Way};
use super::operand::{Around, test};
use super::{Compare, Measure, Op, when};
use crate::actor::{Actor, Sight};
use crate::catalog::{Catalog, Field, Object, system};
use crate::fields::{Column, Kind, Order};
use crate::moment::Moment;
use crate::problem::{Code, Problem, Problems};
use crate::rights::Access;
use crate::value::Value;

/// The longest relation path.
const MAX_STEPS: usize = 5;

/// Resolves queries of one actor against one catalog.
pub struct Resolver<'a> {
    catalog: &'a Catalog,
    actor: &'a Actor,
    around: Around,
}

/// A path looked up.
struct Found<'a> {
    steps: Vec<Step>,
    /// Set when the path goes on behind a to-many step: then `steps` lead to it, and `tail` is relative to its target.
    many: Option<(ManyStep, Box<Found<'a>>)>,
    object: &'a Arc<Object>,
    field: &'a Field,
    shown: Option<Arc<Cond>>,
    is_masked: bool,
}

impl<'a> Resolver<'a> {
    /// `now` is what relative times are relative to; without it there are none: who may see a row, and what counts for a
    /// roll-up, does not change by itself.
    pub fn new(catalog: &'a Catalog, actor: &'a Actor, now: Option<DateTime<Utc>>) -> Resolver<'a> {
        let departments = actor.org.department_of(actor.id).into_iter().collect();
        let around = Around { now, zone: actor.reading.zone, me: actor.id, departments };
        Resolver { catalog, actor, around }
    }

    /// Uses the request's own zone.
    pub fn in_zone(mut self, zone: Option<&str>, problems: &mut Problems) -> Resolver<'a> {
        if let Some(zone) = zone {
            match zone.parse() {
                Ok(zone) => self.around.zone = zone,
                Err(_) => problems.push(Problem::new(Code::BadDefinition, "time_zone").with("hint", "Asia/Shanghai …")),
            }
        }
        self
    }

    pub fn zone(&self) -> chrono_tz::Tz {
        self.around.zone
    }

    pub fn filter_json(&self, object: &'a Arc<Object>, json: &Json, at: &str, problems: &mut Problems) -> Cond {
        FilterAsk::parse(json, at, problems).map_or(Cond::Const(false), |ask| self.filter(object, &ask, problems))
    }

    /// The rows the actor sees.
    pub fn rule(&self, object: &Object) -> Cond {
        self.actor.rule(object, Access::Read)
    }

    pub fn filter(&self, object: &'a Arc<Object>, ask: &FilterAsk, problems: &mut Problems) -> Cond {
        match ask {
            FilterAsk::And(parts) => {
                let parts: Vec<Cond> = parts.iter().map(|part| self.filter(object, part, problems)).collect();
                parts.into_iter().fold(Cond::Const(true), Cond::and)
            }
            FilterAsk::Or(parts) => Cond::any(parts.iter().map(|part| self.filter(object, part, problems)).collect()),
            FilterAsk::Not(inner) => self.filter(object, inner, problems).not(),
            FilterAsk::Test { field, op, value, at } => match self.test(object, field, *op, value) {
                Ok(cond) => cond,
                Err(problem) => {
                    let problem =
                        if problem.at.is_empty() { problem.within(&format!("{at}.field")) } else { problem.within(at) };
                    problems.push(problem);
                    Cond::Const(false)
                }
            },
        }
    }

    fn test(&self, object: &'a Arc<Object>, path: &str, op: Op, value: &Json) -> Result<Cond, Problem> {
        let found = self.find(object, path)?;
        if found.is_masked {
            return Err(unknown(path));
        }
        self.test_found(found, op, value)
    }

    fn test_found(&self, mut found: Found<'a>, op: Op, value: &Json) -> Result<Cond, Problem> {
        if let Some((many, tail)) = found.many.take() {
            let negated = matches!(
                op,
                Op::Ne
                    | Op::NotIn
                    | Op::NotContains
                    | Op::NotStartsWith
                    | Op::NotEndsWith
                    | Op::NotBetween
                    | Op::HasNone
                    | Op::IsEmpty
            );
            let positive = positive(op);
            let cond = self.test_found(*tail, positive, value)?;
            let exists = Cond::Exists { steps: found.steps, many, cond: Box::new(cond) };
            return Ok(if negated { exists.not() } else { exists });
        }
        let field = found.field;
        let not_for_this = || {
            let label = field.label(self.actor.language()).to_owned();
            Problem::new(Code::BadOperator, "op").with("field", label).with("op", op.text())
        };
        // Text is looked for in the title of the record linked to.
        if matches!(op, Op::Contains | Op::NotContains | Op::StartsWith | Op::NotStartsWith)
            && matches!(found.field.column, Column::Id { .. })
        {
            let title = self.step_to_title(found).ok_or_else(not_for_this)?;
            return self.test_found(title, op, value);
        }
        if !found.field.def.kind.operators().contains(&op) {
            return Err(not_for_this());
        }
        if let Some(map) = value.as_object()
            && let Some(Json::String(other)) = map.get("field")
            && map.len() == 1
        {
            return self.compare_fields(object_of(&found), found, op, other);
        }
        let on = found.operand();
        if matches!(op, Op::Under | Op::NotUnder) {
            let ids = self.departments(value, op)?;
            let cond = Cond::Test { on, is: Is::In(self.actor.org.below(&ids).into_iter().map(Value::Id).collect()) };
            return Ok(if op == Op::NotUnder { cond.not() } else { cond });
        }
        if let Some((_, rows)) = self.rows_of(field, on.object) {
            // Rows of a subform are there or not.
            let exists = Cond::Exists { steps: on.steps, many: rows, cond: Box::new(Cond::Const(true)) };
            return Ok(if op == Op::IsEmpty { exists.not() } else { exists });
        }
        let (is, negated) = test(field, op, value, &self.around)?;
        let cond = Cond::Test { on, is };
        Ok(if negated { cond.not() } else { cond })
    }

    fn compare_fields(&self, object: &'a Arc<Object>, found: Found<'a>, op: Op, other: &str) -> Result<Cond, Problem> {
        let other_found = self.find(object, other).map_err(|problem| problem.within("value.field"))?;
        let same_kind = std::mem::discriminant(&found.field.column)
            == std::mem::discriminant(&other_found.field.column)
            || is_number(&found.field.column) && is_number(&other_found.field.column);
        if other_found.is_masked || other_found.many.is_some() || !same_kind {
            return Err(Problem::new(Code::BadOperand, "value").with("op", op.text()).with("hint", other));
        }
        let other = other_found.operand();
        let on = found.operand();
        let compare = match op {
            Op::Eq => return Ok(Cond::Test { on, is: Is::Same(other) }),
            Op::Ne => return Ok(Cond::Test { on, is: Is::Same(other) }.not()),
            Op::Gt => Compare::Greater,
            Op::Gte => Compare::GreaterOrEqual,
            Op::Lt => Compare::Less,
            Op::Lte => Compare::LessOrEqual,
            _ => return Err(Problem::new(Code::BadOperand, "value").with("op", op.text()).with("hint", "field")),
        };
        Ok(Cond::Test { on, is: Is::CompareTo(compare, other) })
    }

    fn departments(&self, value: &Json, op: Op) -> Result<Vec<crate::RecordId>, Problem> {
        let one = |value: &Json| match value {
            Json::String(text) => text.parse().ok().map(|id| vec![id]),
            Json::Object(map) if map.get("my_department") == Some(&Json::Bool(true)) => {
                Some(self.around.departments.clone())
            }
            Json::Object(map) => map.get("id")?.as_str()?.parse().ok().map(|id| vec![id]),
            _ => None,
        };
        let ids = match value {
            Json::Array(items) => items.iter().map(one).collect::<Option<Vec<_>>>().map(|lists| lists.concat()),
            value => one(value),
        };
        ids.ok_or_else(|| Problem::new(Code::BadOperand, "value").with("op", op.text()).with("hint", "department id"))
    }

    fn rows_of(&self, field: &Field, object: i32) -> Option<(&'a Arc<Object>, ManyStep)> {
        if !matches!(field.def.kind, Kind::Subform(_)) {
            return None;
        }
        let child = self.catalog.rows_of(object, field.id)?;
        let back = child.field("parent")?.id;
        Some((child, ManyStep { object, way: Way::Back(back), to: child.id, rule: Arc::new(Cond::Const(true)) }))
    }

    /// Looks a path up, step by step.
    fn find(&self, object: &'a Arc<Object>, path: &str) -> Result<Found<'a>, Problem> {
        let keys: Vec<&str> = path.split('.').collect();
        if keys.len() > MAX_STEPS + 1 {
            return Err(Problem::new(Code::TooComplex, "").with("hint", format!("≤ {MAX_STEPS} steps / 级")));
        }
        self.find_keys(object, &keys, path, 0)
    }

    fn find_keys(
        &self,
        object: &'a Arc<Object>,
        keys: &[&str],
        path: &str,
        depth: usize,
    ) -> Result<Found<'a>, Problem> {
        let miss = || unknown(path);
        let (key, rest) = keys.split_first().ok_or_else(miss)?;
        let field = object.field(key).ok_or_else(miss)?;
        let (shown, is_masked) = match self.actor.sight(object, field.id) {
            Sight::No => return Err(miss()),
            Sight::Masked => (None, true),
            Sight::Always => (None, false),
            Sight::When(rows) => (Some(rows), false),
        };
        if let Kind::Lookup(lookup) = &field.def.kind {
            if depth > MAX_STEPS || is_masked {
                return Err(miss());
            }
            let looked_up: Vec<&str> =
                [lookup.link.as_str(), lookup.field.as_str()].into_iter().chain(rest.iter().copied()).collect();
            let mut found = self.find_keys(object, &looked_up, path, depth + 1)?;
            if let (Some(shown), Some(first)) = (shown, found.steps.first_mut()) {
                first.shown = Some(Arc::new(match first.shown.take() {
                    Some(other) => (*shown).clone().and((*other).clone()),
                    None => (*shown).clone(),
                }));
            }
            return Ok(found);
        }
        if rest.is_empty() {
            return Ok(Found { steps: Vec::new(), many: None, object, field, shown, is_masked });
        }
        if is_masked {
            return Err(miss());
        }
        if let Some((child, many)) = self.rows_of(field, object.id) {
            let tail = self.find_row_field(child, rest, path)?;
            return Ok(Found {
                steps: Vec::new(),
                many: Some((many, Box::new(tail))),
                object,
                field,
                shown,
                is_masked,
            });
        }
        let target = self.catalog.target(field).ok_or_else(miss)?;
        if !self.actor.may(target, Access::Read) {
            return Err(miss());
        }
        let rule = Arc::new(self.actor.rule(target, Access::Read));
        let tail = self.find_keys(target, rest, path, depth + 1)?;
        if field.def.kind.is_many() {
            let many = ManyStep { object: object.id, way: Way::Links(field.id), to: target.id, rule };
            return Ok(Found {
                steps: Vec::new(),
                many: Some((many, Box::new(tail))),
                object,
                field,
                shown,
                is_masked,
            });
        }
        let step = Step { object: object.id, link: field.id, shown, to: target.id, rule };
        Ok(Found { steps: [vec![step], tail.steps].concat(), ..tail })
    }

    /// A field of a subform's row: the right to the subform is the right to its rows.
    fn find_row_field(&self, child: &'a Arc<Object>, keys: &[&str], path: &str) -> Result<Found<'a>, Problem> {
        let [key] = keys else { return Err(unknown(path)) };
        let field =
            child.field(key).filter(|field| !field.is_system || field.id == system::ID).ok_or_else(|| unknown(path))?;
        Ok(Found { steps: Vec::new(), many: None, object: child, field, shown: None, is_masked: false })
    }

    fn step_to_title(&self, found: Found<'a>) -> Option<Found<'a>> {
        let target = self.catalog.target(found.field)?;
        let title = target.title_field()?;
        let shown = match self.actor.sight(target, title.id) {
            Sight::Always => None,
            Sight::When(rows) => Some(rows),
            _ => return None,
        };
        let rule = Arc::new(self.actor.rule(target, Access::Read));
        let step = Step { object: found.object.id, link: found.field.id, shown: found.shown, to: target.id, rule };
        let steps = [found.steps, vec![step]].concat();
        Some(Found { steps, many: None, object: target, field: title, shown, is_masked: false })
    }

    /// What is selected; without a list, every field that may be read.
    pub fn picks(&self, object: &'a Arc<Object>, fields: Option<&[String]>, problems: &mut Problems) -> Vec<Pick> {
        let Some(fields) = fields else {
            return object.fields.iter().filter_map(|field| self.pick(object, &field.key).ok()).collect();
        };
        let mut picks: Vec<Pick> = Vec::with_capacity(fields.len() + 1);
        for (n, path) in fields.iter().enumerate() {
            if picks.iter().any(|pick| pick.name == *path) {
                continue;
            }
            match self.pick(object, path) {
                Ok(pick) => picks.push(pick),
                Err(problem) => problems.push(problem.within(&format!("fields[{n}]"))),
            }
        }
        if !picks.iter().any(|pick| pick.name == "id") {
            picks.extend(self.pick(object, "id").ok());
        }
        picks
    }

    /// One path selected.
    pub fn pick(&self, object: &'a Arc<Object>, path: &str) -> Result<Pick, Problem> {
        let found = self.find(object, path)?;
        if found.many.is_some() {
            return Err(Problem::new(Code::TooComplex, "")
                .with("hint", format!("{path}: one record at a time / 只能沿单条关联")));
        }
        Ok(Pick { name: path.to_owned(), is_masked: found.is_masked, operand: found.operand() })
    }

    /// The title of the record a to-one link names, beside the link itself; none for links whose titles are known anyway.
    pub fn title_pick(&self, object: &'a Arc<Object>, path: &str) -> Option<Pick> {
        let found = self.find(object, path).ok()?;
        if found.many.is_some() || !matches!(found.field.def.kind, Kind::Link(_)) || found.field.def.kind.is_many() {
            return None;
        }
        let title = self.step_to_title(found)?;
        Some(Pick { name: String::new(), is_masked: false, operand: title.operand() })
    }

    pub fn sort(&self, object: &'a Arc<Object>, asks: &[SortAsk], problems: &mut Problems) -> Vec<SortTerm> {
        let mut terms = Vec::with_capacity(asks.len());
        for ask in asks {
            match self.sort_term(object, ask) {
                Ok(term) => terms.push(term),
                Err(problem) => problems.push(problem.within(&ask.at)),
            }
        }
        terms
    }

    fn sort_term(&self, object: &'a Arc<Object>, ask: &SortAsk) -> Result<SortTerm, Problem> {
        let found = self.find(object, &ask.field)?;
        if found.is_masked {
            return Err(unknown(&ask.field));
        }
        let order = found.field.order();
        let refuse = || Problem::new(Code::NotSortable, "").with("field", found.field.label(self.actor.language()));
        if found.many.is_some() || order == Order::None || matches!(found.field.column, Column::None) {
            return Err(refuse());
        }
        if order == Order::Title {
            let problem = refuse();
            let found = self.step_to_title(found).ok_or(problem)?;
            let order = found.field.order();
            return Ok(SortTerm { operand: found.operand(), order, descending: ask.descending });
        }
        Ok(SortTerm { operand: found.operand(), order, descending: ask.descending })
    }

    /// A grouped aggregate, row rule included.
    pub fn aggregate(
        &self,
        object: &'a Arc<Object>,
        ask: &AggregateAsk,
        as_of: Option<Moment>,
        problems: &mut Problems,
    ) -> AggregatePlan {
        let mut filter = self.rule(object);
        if let Some(ask) = &ask.filter {
            filter = filter.and(self.filter(object, ask, problems));
        }
        let mut groups = Vec::new();
        for group in &ask.group {
            match self.group(object, group) {
                Ok(group) => groups.push(group),
                Err(problem) => problems.push(problem.within(&format!("{}.field", group.at))),
            }
        }
        let mut measures = Vec::new();
        for measure in &ask.measures {
            let operand = match measure
                .field
                .as_deref()
                .map(|field| self.measured(object, measure.function, field))
                .transpose()
            {
                Ok(operand) => operand,
                Err(problem) => {
                    problems.push(problem.within(&format!("{}.field", measure.at)));
                    continue;
                }
            };
            let filter = measure.filter.as_ref().map(|ask| {
                let mut own = Problems::new();
                let cond = self.filter(object, ask, &mut own);
                problems.extend(own.into_iter().map(|problem| problem.within(&measure.at)));
                cond
            });
            measures.push(Measured { name: measure.name.clone(), function: measure.function, operand, filter });
        }
        let names: Vec<&str> = ask
            .group
            .iter()
            .map(|group| group.name.as_str())
            .chain(ask.measures.iter().map(|m| m.name.as_str()))
            .collect();
        let mut sort = Vec::new();
        for term in &ask.sort {
            match names.iter().position(|name| *name == term.field) {
                Some(place) => sort.push((place, term.descending)),
                None => problems.push(Problem::new(Code::UnknownField, term.at.as_str()).with("name", &term.field)),
            }
        }
        AggregatePlan {
            object: object.id,
            filter,
            groups,
            measures,
            sort,
            limit: ask.limit,
            zone: self.around.zone,
            as_of,
        }
    }

    fn group(&self, object: &'a Arc<Object>, ask: &super::ask::GroupAsk) -> Result<Group, Problem> {
        let found = self.find(object, &ask.field)?;
        if found.is_masked {
            return Err(unknown(&ask.field));
        }
        let is_time = matches!(found.field.column, Column::Date | Column::DateTime);
        let groupable = found.many.is_none()
            && !matches!(found.field.column, Column::None | Column::Links { .. } | Column::Json { .. })
            && !matches!(found.field.def.kind, Kind::LongText(_) | Kind::RichText(_));
        if !groupable || ask.unit.is_some() && !is_time {
            return Err(Problem::new(Code::NotGroupable, "").with("field", found.field.label(self.actor.language())));
        }
        Ok(Group { name: ask.name.clone(), unit: ask.unit, operand: found.operand() })
    }

    fn measured(&self, object: &'a Arc<Object>, function: Measure, path: &str) -> Result<Operand, Problem> {
        let found = self.find(object, path)?;
        if found.is_masked {
            return Err(unknown(path));
        }
        let column = &found.field.column;
        let fits = found.many.is_none()
            && match function {
                Measure::Sum | Measure::Avg | Measure::Median => is_number(column),
                Measure::Min | Measure::Max => {
                    is_number(column) || matches!(column, Column::Date | Column::DateTime | Column::Time)
                }
                Measure::Count | Measure::CountDistinct => !matches!(column, Column::None | Column::Links { .. }),
            };
        if !fits {
            let label = found.field.label(self.actor.language()).to_owned();
            return Err(Problem::new(Code::BadOperator, "").with("field", label).with("op", function.text()));
        }
        Ok(found.operand())
    }

    /// The bound of an as-of read.
    pub fn as_of(&self, text: Option<&str>, problems: &mut Problems) -> Option<Moment> {
        let text = text?;
        let at = DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc)).ok();
        let at = at.or_else(|| {
            let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            Some(when::day_start(day.succ_opt()?, self.around.zone) - chrono::Duration::microseconds(1))
        });
        if at.is_none() {
            problems.push(Problem::new(Code::NotADate, "as_of").with("value", text));
        }
        at.map(Moment::after)
    }
}

/// The operator whose negation (if it is one) is asked of "no record on the other side".
fn positive(op: Op) -> Op {
    match op {
        Op::Ne => Op::Eq,
        Op::NotIn => Op::In,
        Op::NotContains => Op::Contains,
        Op::NotStartsWith => Op::StartsWith,
        Op::NotEndsWith => Op::EndsWith,
        Op::NotBetween => Op::Between,
        Op::HasNone => Op::HasAny,
        Op::IsEmpty => Op::IsNotEmpty,
        op => op,
    }
}

fn object_of<'a>(found: &Found<'a>) -> &'a Arc<Object> {
    found.object
}

fn is_number(column: &Column) -> bool {
    matches!(column, Column::Decimal { .. } | Column::Exact)
}

fn unknown(path: &str) -> Problem {
    Problem::new(Code::UnknownField, "").with("name", path)
}

impl Found<'_> {
    fn operand(self) -> Operand {
        Operand { steps: self.steps, object: self.object.id, field: self.field.id, shown: self.shown }
    }
}
