//! What becomes of each row: new, changed, same, failed, ambiguous. Nothing is ever guessed: what could be two is neither.

use std::collections::{HashMap, HashSet};

use kehub_model::fields::Kind;
use kehub_model::{Code, Problem, Problems, RecordId, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::plan::Plan;
use super::read::{Part, ReadRow};
use crate::definition::Duplicates;

/// What became, or would become, of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    New,
    Changed,
    Same,
    /// Left alone because the mapping says so: there already, or not there.
    Skipped,
    Failed,
    Ambiguous,
}

impl Fate {
    pub fn text(self) -> &'static str {
        match self {
            Fate::New => "new",
            Fate::Changed => "changed",
            Fate::Same => "same",
            Fate::Skipped => "skipped",
            Fate::Failed => "failed",
            Fate::Ambiguous => "ambiguous",
        }
    }
}

/// The records that are called something.
#[derive(Clone, Debug, PartialEq)]
pub enum Hits {
    None,
    One(RecordId, String),
    Many,
    /// Not there yet; it will be made by that name.
    Made(String),
    /// Not there yet; another row of this file will be it.
    Later,
}

/// Everything asked about a batch of rows.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// By object and field, then by text.
    pub links: HashMap<(String, String), HashMap<String, Hits>>,
    /// Records by the key of a row.
    pub existing: HashMap<String, Hits>,
    /// The values of those records, by field.
    pub rows: HashMap<RecordId, HashMap<String, Value>>,
}

/// A row whose links are found.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub n: u64,
    /// By place; `None` leaves the field alone.
    pub values: Vec<Option<Value>>,
    /// Places that link to a row of this file that is not a record yet.
    pub later: Vec<(usize, String)>,
    pub problems: Vec<Problem>,
    pub is_ambiguous: bool,
    /// Words nobody knows: the place and the text.
    pub unknown: Vec<(usize, String)>,
    /// What makes the row's record; `None` without key fields.
    pub key: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    pub place: usize,
    pub before: Value,
    pub after: Value,
}

/// A row and its fate.
#[derive(Clone, Debug)]
pub struct Judged {
    pub n: u64,
    pub fate: Fate,
    pub id: Option<RecordId>,
    /// What is to be written.
    pub values: Map<String, Json>,
    pub changes: Vec<FieldChange>,
    pub later: Vec<(usize, String)>,
    pub problems: Problems,
    pub unknown: Vec<(usize, String)>,
    pub title: String,
}

/// The keys of rows already seen in this file, so that a second row of the same record is found.
#[derive(Debug, Default)]
pub struct Seen {
    rows: HashMap<u64, (u32, u32)>,
}

impl Seen {
    /// The row with the same key before this one, and whether it said the same.
    fn before(&mut self, key: &str, n: u64, said: u32) -> Option<(u32, bool)> {
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        match self.rows.entry(fingerprint(key.as_bytes())) {
            std::collections::hash_map::Entry::Occupied(seen) => Some((seen.get().0, seen.get().1 == said)),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert((n, said));
                None
            }
        }
    }
}

/// FNV-1a with a last stir: enough to tell millions of keys apart, and the same on every machine.
pub fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 32)
}

/// Puts found records in the place of what they were called.
pub fn resolve(plan: &Plan, row: &ReadRow, known: &Known) -> Resolved {
    let mut resolved = Resolved {
        n: row.n,
        values: Vec::with_capacity(row.parts.len()),
        later: Vec::new(),
        problems: Problems::new(),
        is_ambiguous: false,
        unknown: Vec::new(),
        key: None,
    };
    for (n, part) in row.parts.iter().enumerate() {
        let place = &plan.places[n];
        let value = match part {
            Part::Blank if place.keeps_blank => None,
            Part::Blank => Some(Value::Null),
            Part::Value(value) => Some(value.clone()),
            Part::NewOptions(options) => Some(Value::text(options.join(", "))),
            Part::Wrong(problems) => {
                resolved.problems.extend(problems.iter().map(|problem| in_column(problem, &place.heading)));
                None
            }
            Part::NoOptions(options, problems) => {
                resolved.problems.extend(problems.iter().map(|problem| in_column(problem, &place.heading)));
                resolved.unknown.extend(options.iter().map(|option| (n, option.clone())));
                None
            }
            Part::Seek(ways) => resolve_link(plan, n, ways, known, &mut resolved),
        };
        resolved.values.push(value);
    }
    resolved.key = key_of(plan, &resolved);
    resolved
}

/// The problem as one of a column: places within a cell tell nobody anything.
fn in_column(problem: &Problem, heading: &str) -> Problem {
    let mut problem = problem.clone();
    heading.clone_into(&mut problem.at);
    problem
}

fn resolve_link(plan: &Plan, n: usize, ways: &[Vec<String>], known: &Known, resolved: &mut Resolved) -> Option<Value> {
    let place = &plan.places[n];
    let link = plan.link(n)?;
    let hits_of = |text: &String| hits(known, &link.object, link.by.field(text), text);
    let way = ways.iter().find(|way| way.iter().all(|text| !matches!(hits_of(text), Hits::None)));
    let Some(way) = way else {
        // The way that finds most says best what is missing.
        let found = |way: &Vec<String>| way.iter().filter(|text| !matches!(hits_of(text), Hits::None)).count();
        let way = ways.iter().rev().max_by_key(|way| found(way)).cloned().unwrap_or_default();
        for text in way.into_iter().filter(|text| matches!(hits_of(text), Hits::None)) {
            resolved.problems.push(Problem::new(Code::NoSuchRecord, &place.heading).with("value", &text));
            resolved.unknown.push((n, text));
        }
        return None;
    };
    let mut values = Vec::new();
    for text in way {
        match hits_of(text) {
            Hits::One(id, _) => {
                let value = Value::Id(id);
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            Hits::Made(name) => values.push(Value::Text(name)),
            Hits::Later => {
                // A list is written whole, once all of it is there.
                resolved.later.extend(way.iter().map(|text| (n, text.clone())));
                return None;
            }
            Hits::Many => {
                resolved.is_ambiguous = true;
                resolved.problems.push(Problem::new(Code::AmbiguousRecord, &place.heading).with("value", text));
            }
            Hits::None => {}
        }
    }
    if link.is_many { Some(Value::list(values)) } else { values.into_iter().next() }
}

/// What is known of a text in a field of an object.
pub fn hits(known: &Known, object: &str, field: &str, text: &str) -> Hits {
    let field = if text.parse::<RecordId>().is_ok() { "id" } else { field };
    let texts = known.links.get(&(object.to_owned(), field.to_owned()));
    texts.and_then(|texts| texts.get(text)).cloned().unwrap_or(Hits::None)
}

/// The key of a row as one text; empty when none of its fields is filled.
fn key_of(plan: &Plan, row: &Resolved) -> Option<String> {
    if plan.key.is_empty() {
        return None;
    }
    let mut key = String::new();
    let mut is_filled = false;
    for place in &plan.key {
        let value = row.values[*place].as_ref().unwrap_or(&Value::Null);
        is_filled |= !value.is_null();
        key.push_str(&comparable(&plan.places[*place].kind, value));
        key.push('\u{1f}');
    }
    Some(if is_filled { key } else { String::new() })
}

/// A value as keys compare it.
pub fn comparable(kind: &Kind, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => kehub_model::text::fold(text),
        Value::Number(number) => number.normalize().to_string(),
        value => kind.unique_text(value).unwrap_or_else(|| value.to_json()),
    }
}

/// Judges one row. Rows come in the order of the file.
pub fn judge(plan: &Plan, row: Resolved, known: &Known, seen: &mut Seen) -> Judged {
    let mut judged = Judged {
        n: row.n,
        fate: Fate::Failed,
        id: None,
        values: Map::new(),
        changes: Vec::new(),
        later: row.later,
        problems: row.problems,
        unknown: row.unknown,
        title: title(plan, &row.values),
    };
    let mut is_ambiguous = row.is_ambiguous;
    let mut existing = None;
    if let Some(key) = &row.key {
        let headings =
            || plan.key.iter().map(|place| plan.places[*place].heading.as_str()).collect::<Vec<_>>().join(" + ");
        if key.is_empty() {
            let is_wrong = judged
                .problems
                .iter()
                .any(|problem| plan.key.iter().any(|place| plan.places[*place].heading == problem.at));
            if !is_wrong {
                judged.problems.push(Problem::new(Code::Required, headings()).with("field", headings()));
            }
        } else {
            match known.existing.get(key) {
                Some(Hits::One(id, _)) => existing = Some(*id),
                Some(Hits::Many) => {
                    is_ambiguous = true;
                    judged
                        .problems
                        .push(Problem::new(Code::AmbiguousRecord, headings()).with("value", judged.title.clone()));
                }
                _ => {}
            }
            match seen.before(key, row.n, said(&row.values)) {
                Some((_, true)) if judged.problems.is_empty() => {
                    judged.fate = Fate::Same;
                    judged.id = existing;
                    judged.later.clear();
                    return judged;
                }
                Some((first, _)) => judged.problems.push(
                    Problem::new(Code::Taken, headings())
                        .with("field", format!("{}（第 {first} 行 / row {first}）", headings())),
                ),
                None => {}
            }
        }
    }
    judged.id = existing;
    let before = existing.and_then(|id| known.rows.get(&id));
    check_required(plan, &row.values, existing.is_none(), &mut judged);
    if existing.is_none()
        && plan.key.iter().any(|place| plan.places[*place].field.key == "id")
        && judged.problems.is_empty()
    {
        judged.problems.push(Problem::new(Code::NotFound, "id"));
    }
    if !judged.problems.is_empty() {
        judged.fate = if is_ambiguous { Fate::Ambiguous } else { Fate::Failed };
        return judged;
    }
    match (existing, plan.duplicates) {
        (None, Duplicates::OnlyUpdate) | (Some(_), Duplicates::Skip) => {
            judged.fate = Fate::Skipped;
            judged.later.clear();
        }
        (None, _) => {
            judged.fate = Fate::New;
            for (place, value) in plan.places.iter().zip(row.values) {
                if let Some(value) = value.filter(|value| !value.is_null()) {
                    judged.values.insert(place.field.key.clone(), as_json(&value));
                }
            }
        }
        (Some(_), _) => {
            compare(plan, row.values, before, &mut judged);
            let is_same = judged.changes.is_empty() && judged.later.is_empty();
            judged.fate = if is_same { Fate::Same } else { Fate::Changed };
        }
    }
    judged
}

fn check_required(plan: &Plan, values: &[Option<Value>], is_new: bool, judged: &mut Judged) {
    let faulty: HashSet<String> = judged.problems.iter().map(|problem| problem.at.clone()).collect();
    for (place, value) in plan.places.iter().zip(values) {
        let is_waiting = judged.later.iter().any(|(later, _)| plan.places[*later].heading == place.heading);
        let is_empty = value.as_ref().is_some_and(Value::is_null);
        if is_empty && place.field.def.required && !is_waiting && !faulty.contains(&place.heading) {
            judged.problems.push(Problem::new(Code::Required, &place.heading).with("field", &place.heading));
        }
    }
    if is_new && plan.duplicates != Duplicates::OnlyUpdate {
        for field in &plan.lacking {
            let label = field.label(plan.reading.language);
            judged.problems.push(Problem::new(Code::Required, &field.key).with("field", label));
        }
    }
}

fn compare(plan: &Plan, values: Vec<Option<Value>>, before: Option<&HashMap<String, Value>>, judged: &mut Judged) {
    for (n, (place, value)) in plan.places.iter().zip(values).enumerate() {
        let Some(after) = value.filter(|_| !matches!(place.field.def.kind, Kind::Id(_))) else { continue };
        let before = before.and_then(|row| row.get(&place.field.key)).cloned().unwrap_or_default();
        if !is_equal(&before, &after) {
            judged.values.insert(place.field.key.clone(), as_json(&after));
            judged.changes.push(FieldChange { place: n, before, after });
        }
    }
}

fn is_equal(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Text(a), Value::Text(b)) => *a == kehub_model::text::clean(b),
        (Value::List(a), Value::List(b)) => a == b,
        (a, b) => a == b,
    }
}

/// What a row says of its record, to tell two rows of one record apart.
fn said(values: &[Option<Value>]) -> u32 {
    let mut text = String::new();
    for value in values {
        match value {
            Some(value) => value.write_json(&mut text, false),
            None => text.push('~'),
        }
        text.push(',');
    }
    // Half of the fingerprint is enough beside the key's.
    (fingerprint(text.as_bytes()) >> 32) as u32
}

/// What the row's record would be called.
fn title(plan: &Plan, values: &[Option<Value>]) -> String {
    let place = plan.places.iter().position(|place| Some(place.field.id) == plan.object.title);
    let place = place.or_else(|| plan.key.first().copied());
    let value = place.and_then(|n| Some((&plan.places[n].kind, values.get(n)?.as_ref()?)));
    value.map(|(kind, value)| kind.display(value, plan.reading.language)).unwrap_or_default()
}

/// A value as the API takes it.
pub fn as_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(yes) => Json::Bool(*yes),
        Value::Number(number) => serde_json::from_str(&number.normalize().to_string()).unwrap_or(Json::Null),
        Value::Text(text) => Json::String(text.clone()),
        Value::List(values) => Json::Array(values.iter().map(as_json).collect()),
        Value::Json(json) => json.clone(),
        Value::Date(date) => Json::String(date.format("%Y-%m-%d").to_string()),
        Value::DateTime(at) => Json::String(kehub_model::value::instant_text(*at)),
        Value::Time(time) => Json::String(time.format("%H:%M:%S").to_string()),
        Value::Id(id) => Json::String(id.to_string()),
        Value::Error(error) => Json::String(error.to_string()),
    }
}
