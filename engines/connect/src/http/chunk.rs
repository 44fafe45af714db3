//! One chunk of rows: read, asked about, judged, and, when it is meant, written in one transaction with the place reached.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use kehub_db::{TableWrite, new_id};
use kehub_model::fields::Kind;
use kehub_model::fields::choice::ChoiceOption;
use kehub_model::history::Cause;
use kehub_model::object::ObjectDef;
use kehub_model::schema::Edit;
use kehub_model::{Actor, Catalog, Cell, Code, Label, Problem, RecordId, key};
use kehub_records::{Action, Because, Change, Refusal, Trial};
use serde_json::{Map, Value as Json, json};

use super::{Imports, ask};
use crate::definition::Mapping;
use crate::files::Row;
use crate::run::{
    self, Fate, Hits, InFile, Judged, Known, Missing, Plan, ReadRow, Resolved, Seen, judge, read_row, resolve,
};
use crate::store::{Counts, Waiting};

/// Rows of a chunk: one bulk commit.
pub(super) const CHUNK: usize = 1_000;
/// Texts remembered of one object and field; beyond that they are asked for anew.
const REMEMBERED: usize = 100_000;
/// Different unknown words that are counted and compared.
const UNKNOWN: usize = 1_000;

/// A row of the file, or what is wrong with it.
pub(super) type Read = Result<Row, Problem>;

/// What is carried from chunk to chunk.
pub(super) struct Pass {
    pub(super) actor: Arc<Actor>,
    pub(super) mapping: Mapping,
    pub(super) headings: Vec<String>,
    pub(super) plan: Plan,
    pub(super) catalog: Arc<Catalog>,
    pub(super) import: RecordId,
    pub(super) known: Known,
    pub(super) seen: Seen,
    pub(super) in_file: InFile,
    pub(super) counts: Counts,
    /// Words nobody knows, by place.
    pub(super) unknown: BTreeMap<(usize, String), u64>,
    /// Names near which they may be, by object and field.
    pub(super) names: HashMap<(String, String), Arc<Vec<String>>>,
    /// What may be meant by unknown words, as far as it was compared.
    pub(super) nears: HashMap<(usize, String), Vec<Json>>,
    pub(super) kept: usize,
    /// What a dry run's rows would have left at the door.
    pub(super) trial: Trial,
}

/// A chunk judged.
pub(super) struct JudgedChunk {
    pub(super) rows: Vec<Judged>,
    /// What stood in those that stay behind, by row number.
    pub(super) cells: HashMap<u64, Vec<Cell>>,
}

impl Pass {
    pub(super) fn new(
        import: RecordId,
        actor: Arc<Actor>,
        mapping: Mapping,
        headings: Vec<String>,
        object: &str,
        catalog: Arc<Catalog>,
    ) -> Option<Pass> {
        let plan = Plan::compile(&mapping, &headings, catalog.object(object)?, &catalog, &actor);
        Some(Pass {
            actor,
            mapping,
            headings,
            plan,
            catalog,
            import,
            known: Known::default(),
            seen: Seen::default(),
            in_file: InFile::default(),
            counts: Counts::default(),
            unknown: BTreeMap::new(),
            names: HashMap::new(),
            nears: HashMap::new(),
            kept: 0,
            trial: Trial::default(),
        })
    }

    /// Takes over a new catalog or new rights; what is then wrong with the mapping.
    pub(super) fn renew(&mut self, catalog: Arc<Catalog>, actor: Arc<Actor>) -> Vec<Problem> {
        if catalog.number == self.catalog.number && Arc::ptr_eq(&actor, &self.actor) {
            return Vec::new();
        }
        let Some(object) = catalog.object(&self.plan.object.key) else {
            return vec![Problem::new(Code::UnknownObject, "object").with("name", &self.plan.object.key)];
        };
        let problems = crate::validate(&self.mapping, &self.headings, object, &catalog, &actor);
        self.plan = Plan::compile(&self.mapping, &self.headings, object, &catalog, &actor);
        self.catalog = catalog;
        self.actor = actor;
        problems
    }

    /// Counts a chunk's rows as they were judged.
    pub(super) fn count(&mut self, rows: &[Judged]) {
        for row in rows {
            self.counts.add(row.fate);
            for (place, text) in &row.unknown {
                if self.unknown.len() < UNKNOWN || self.unknown.contains_key(&(*place, text.clone())) {
                    *self.unknown.entry((*place, text.clone())).or_default() += 1;
                }
            }
        }
    }

    pub(super) fn because(&self, with: Vec<TableWrite>) -> Because {
        Because {
            cause: Some(Cause::Import),
            cause_id: Some(self.import.as_bytes().to_vec()),
            lane: 2,
            with,
            ..Because::default()
        }
    }
}

impl Imports {
    /// Judges a chunk. When it `writes`, what the mapping lets it make — options, records linked to — is made first.
    pub(super) async fn judge_chunk(
        &self,
        pass: &mut Pass,
        chunk: Vec<Read>,
        writes: bool,
    ) -> Result<JudgedChunk, Refusal> {
        let mut unreadable = Vec::new();
        let mut rows: Vec<Row> = Vec::with_capacity(chunk.len());
        for row in chunk {
            match row {
                Ok(row) => rows.push(row),
                Err(problem) => unreadable.push(bad_row(&problem)),
            }
        }
        let mut read: Vec<ReadRow> = rows.iter().map(|row| read_row(&pass.plan, row.n, &row.cells)).collect();
        if writes && self.make_options(pass, &read).await? {
            read = rows.iter().map(|row| read_row(&pass.plan, row.n, &row.cells)).collect();
        }
        self.find_links(pass, &read).await?;
        pass.in_file.mark(&pass.plan, &read, &mut pass.known);
        let missing = run::missing_parents(&pass.plan, &read, &pass.known);
        self.make_parents(pass, missing, writes).await?;
        let resolved: Vec<Resolved> = read.iter().map(|row| resolve(&pass.plan, row, &pass.known)).collect();
        ask::existing(self.records(), &pass.actor, &pass.plan, &resolved, &mut pass.known).await?;
        let (plan, known, seen) = (&pass.plan, &pass.known, &mut pass.seen);
        let mut judged: Vec<Judged> = resolved.into_iter().map(|row| judge(plan, row, known, seen)).collect();
        judged.append(&mut unreadable);
        judged.sort_by_key(|row| row.n);
        forget(&mut pass.known);
        // Cells are kept of all: a row may still be refused at the door.
        let cells = rows.into_iter().map(|row| (row.n, row.cells)).collect();
        Ok(JudgedChunk { rows: judged, cells })
    }

    async fn find_links(&self, pass: &mut Pass, read: &[ReadRow]) -> Result<(), Refusal> {
        for ((object, field), texts) in run::wanted_links(&pass.plan, read, &pass.known) {
            let found = ask::find(self.records(), &pass.actor, &object, &field, texts.into_iter().collect()).await?;
            pass.known.links.entry((object, field)).or_default().extend(found);
        }
        Ok(())
    }

    /// Makes the options that columns may make; whether there were any.
    async fn make_options(&self, pass: &mut Pass, read: &[ReadRow]) -> Result<bool, Refusal> {
        let new = run::new_options(read);
        if new.is_empty() {
            return Ok(false);
        }
        let mut def: ObjectDef = pass.plan.object.def.clone();
        for (place, labels) in new {
            let key = &pass.plan.places[place].field.key;
            let Some(field) = def.fields.iter_mut().find(|field| field.key == *key) else { continue };
            let options = match &mut field.kind {
                Kind::Choice(choice) => &mut choice.options,
                Kind::Choices(choices) => &mut choices.options,
                _ => continue,
            };
            for label in labels {
                let key = key::from_label(&label, "option", |key| options.iter().any(|option| option.key == key));
                options.push(ChoiceOption { key, label: Label::One(label), color: None, retired: false });
            }
        }
        let edit = Edit::Put { def, solution: pass.plan.object.solution.clone() };
        self.publish(&pass.actor, vec![edit]).await?;
        let actor = pass.actor.clone();
        let problems = pass.renew(self.records().catalog(), actor);
        if problems.is_empty() { Ok(true) } else { Err(problems.into()) }
    }

    /// Makes records that links name and that are not there: in a commit of their own before the chunk's. Killed in between,
    /// the next try finds them.
    async fn make_parents(&self, pass: &mut Pass, missing: Missing, writes: bool) -> Result<(), Refusal> {
        for ((object, field), texts) in missing {
            let Some(target) = pass.catalog.object(&object).cloned() else { continue };
            let mut texts = texts;
            while !texts.is_empty() {
                let changes = texts.iter().enumerate().map(|(n, text)| Change {
                    object: target.id,
                    kind: Action::Create { id: None, values: Map::from_iter([(field.clone(), json!(text))]) },
                    at: place_of(n),
                });
                let (changes, because) = (changes.collect(), pass.because(Vec::new()));
                let made = match writes {
                    true => self.records().write(&pass.actor, changes, because).await.map(drop),
                    false => self.records().try_out(&pass.actor, changes, &because, &mut pass.trial).await,
                };
                match made {
                    Ok(()) => break,
                    Err(Refusal::Problems(problems)) => {
                        // A name that cannot be a record stays unknown, and its rows say so.
                        let refused: BTreeSet<usize> =
                            problems.iter().filter_map(|problem| number_of(&problem.at)).collect();
                        if refused.is_empty() {
                            return Err(Refusal::Problems(problems));
                        }
                        let mut n = 0;
                        texts.retain(|_| {
                            n += 1;
                            !refused.contains(&(n - 1))
                        });
                    }
                    Err(fault) => return Err(fault),
                }
            }
            if !writes {
                texts.iter().for_each(|text| pass.trial.will_be(stand_in(&object, text)));
                will_make(&mut pass.known, Missing::from_iter([((object, field), texts)]));
                continue;
            }
            let place = (object.clone(), field.clone());
            let again: Vec<String> = pass
                .known
                .links
                .get(&place)
                .into_iter()
                .flatten()
                .filter(|(_, hits)| matches!(hits, Hits::None))
                .map(|(text, _)| text.clone())
                .collect();
            let found = ask::find(self.records(), &pass.actor, &object, &field, again).await?;
            pass.known.links.entry(place).or_default().extend(found);
        }
        Ok(())
    }

    /// Writes a judged chunk and `with` it; rows that are refused become failed ones. Rows are judged anew where it matters:
    /// the door checks everything again.
    pub(super) async fn write_chunk(
        &self,
        pass: &mut Pass,
        chunk: &mut JudgedChunk,
        with: &mut (dyn FnMut(&Pass, &JudgedChunk) -> Vec<TableWrite> + Send),
    ) -> Result<Option<String>, Refusal> {
        let clock = self.records().db().clock.clone();
        for row in &mut chunk.rows {
            if row.fate == Fate::New && !row.later.is_empty() {
                row.id = Some(new_id(&clock));
            }
        }
        let mut patience = 0;
        loop {
            let places: Vec<usize> = (0..chunk.rows.len()).filter(|n| is_written(&chunk.rows[*n])).collect();
            let changes: Vec<Change> =
                places.iter().enumerate().map(|(n, place)| change(pass, &chunk.rows[*place], n)).collect();
            if changes.is_empty() {
                self.records().db().write(with(pass, chunk)).await?;
                return Ok(None);
            }
            match self.records().write(&pass.actor, changes, pass.because(with(pass, chunk))).await {
                Ok(done) => {
                    let wrote = done.results.iter().any(|(_, fate)| *fate != kehub_records::Fate::Unchanged);
                    return Ok(done.commit.filter(|_| wrote).map(|moment| moment.to_string()));
                }
                Err(Refusal::Problems(problems)) => {
                    if problems.iter().all(|problem| matches!(problem.code, Code::Busy | Code::TimedOut))
                        && patience < 8
                    {
                        patience += 1;
                        tokio::time::sleep(std::time::Duration::from_millis(50 << patience)).await;
                        continue;
                    }
                    if !refuse(pass, chunk, &places, &problems) {
                        return Err(Refusal::Problems(problems));
                    }
                }
                Err(fault) => return Err(fault),
            }
        }
    }
}

impl Imports {
    /// What the door would say to a judged chunk: rows it would refuse become failed ones.
    pub(super) async fn try_chunk(&self, pass: &mut Pass, chunk: &mut JudgedChunk) -> Result<(), Refusal> {
        loop {
            let places: Vec<usize> = (0..chunk.rows.len()).filter(|n| is_written(&chunk.rows[*n])).collect();
            let changes: Vec<Change> =
                places.iter().enumerate().map(|(n, place)| tried(pass, change(pass, &chunk.rows[*place], n))).collect();
            if changes.is_empty() {
                return Ok(());
            }
            let because = pass.because(Vec::new());
            match self.records().try_out(&pass.actor, changes, &because, &mut pass.trial).await {
                Ok(()) => return Ok(()),
                Err(Refusal::Problems(problems)) => {
                    if !refuse(pass, chunk, &places, &problems) {
                        return Err(Refusal::Problems(problems));
                    }
                }
                Err(fault) => return Err(fault),
            }
        }
    }
}

/// The change with something that stands for what the run would have made before it: records linked to, options.
fn tried(pass: &Pass, mut change: Change) -> Change {
    let (Action::Create { values, .. } | Action::Update { values, .. }) = &mut change.kind else {
        return change;
    };
    for place in &pass.plan.places {
        let Some(value) = values.get_mut(&place.field.key) else { continue };
        if let Some(link) = &place.link {
            let stand = |value: &mut Json| {
                if let Some(name) = value.as_str().filter(|name| name.parse::<RecordId>().is_err()) {
                    *value = json!(stand_in(&link.object, name));
                }
            };
            match value {
                Json::Array(items) => items.iter_mut().for_each(stand),
                value => stand(value),
            }
            continue;
        }
        let options = place.field.def.kind.options();
        let is_known = |value: &Json| value.as_str().is_some_and(|key| options.iter().any(|option| option.key == key));
        let known = || options.first().map(|option| option.key.clone());
        match &place.field.def.kind {
            Kind::Choice(_) if !is_known(value) && value.is_string() => *value = json!(known()),
            Kind::Choices(_) if value.is_string() => *value = json!(known().into_iter().collect::<Vec<_>>()),
            _ => {}
        }
    }
    change
}

/// A record that is not there yet, by its name: the same name, the same record.
fn stand_in(object: &str, name: &str) -> RecordId {
    let name = kehub_model::text::fold(name);
    let half = |salt: &str| u128::from(run::fingerprint(format!("{salt}{object}\u{1f}{name}").as_bytes()));
    RecordId::from_u128(half("a") << 64 | half("b"))
}

pub(super) fn is_bad(fate: Fate) -> bool {
    matches!(fate, Fate::Failed | Fate::Ambiguous)
}

fn is_written(row: &Judged) -> bool {
    match row.fate {
        Fate::New => true,
        Fate::Changed => !row.values.is_empty(),
        _ => false,
    }
}

fn change(pass: &Pass, row: &Judged, n: usize) -> Change {
    let values = row.values.clone();
    let kind = match (row.fate, row.id) {
        (Fate::Changed, Some(id)) => Action::Update { id, values, version: None },
        (_, id) => Action::Create { id, values },
    };
    Change { object: pass.plan.object.id, kind, at: place_of(n) }
}

/// Turns refused rows into failed ones; whether there were any.
fn refuse(pass: &Pass, chunk: &mut JudgedChunk, places: &[usize], problems: &[Problem]) -> bool {
    let mut refused = false;
    for problem in problems {
        let Some(place) = number_of(&problem.at).and_then(|n| places.get(n)) else { continue };
        let row = &mut chunk.rows[*place];
        let field = problem.at.split_once('.').map(|(_, field)| field).unwrap_or_default();
        let heading = pass.plan.places.iter().find(|place| place.field.key == field).map(|place| place.heading.clone());
        let mut problem = problem.clone();
        problem.at = heading.unwrap_or_else(|| field.to_owned());
        row.problems.push(problem);
        row.fate = Fate::Failed;
        row.later.clear();
        refused = true;
    }
    refused
}

/// The links of a chunk's rows that wait for the end of the file.
pub(super) fn waiting(pass: &Pass, chunk: &JudgedChunk) -> Vec<Waiting> {
    let rows = chunk.rows.iter().filter(|row| matches!(row.fate, Fate::New | Fate::Changed) && !row.later.is_empty());
    rows.filter_map(|row| {
        let mut links: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (place, text) in &row.later {
            links.entry(pass.plan.places[*place].field.key.clone()).or_default().push(text.clone());
        }
        Some(Waiting { n: row.n, id: row.id?, links: links.into_iter().collect() })
    })
    .collect()
}

/// A row the file's reader could not read.
fn bad_row(problem: &Problem) -> Judged {
    let n = number_of(&problem.at).unwrap_or_default() as u64;
    let mut problem = problem.clone();
    problem.at.clear();
    Judged {
        n,
        fate: Fate::Failed,
        id: None,
        values: Map::new(),
        changes: Vec::new(),
        later: Vec::new(),
        problems: vec![problem],
        unknown: Vec::new(),
        title: String::new(),
    }
}

fn will_make(known: &mut Known, missing: Missing) {
    for (place, texts) in missing {
        // However it is spelled in other rows, it is the one that is made.
        let spelled: HashMap<String, String> =
            texts.into_iter().map(|text| (kehub_model::text::fold(&text), text)).collect();
        let of_place = known.links.entry(place).or_default();
        for (text, hits) in of_place.iter_mut().filter(|(_, hits)| matches!(hits, Hits::None)) {
            if let Some(made) = spelled.get(&kehub_model::text::fold(text)) {
                *hits = Hits::Made(made.clone());
            }
        }
    }
}

/// What was not found may be there next time; and nobody remembers without end.
fn forget(known: &mut Known) {
    for texts in known.links.values_mut() {
        if texts.len() > REMEMBERED {
            texts.clear();
        } else {
            texts.retain(|_, hits| matches!(hits, Hits::One(..) | Hits::Many));
        }
    }
}

fn place_of(n: usize) -> String {
    format!("rows[{n}]")
}

/// `rows[3].name` → 3.
pub(super) fn number_of(at: &str) -> Option<usize> {
    at.strip_prefix("rows[")?.split(']').next()?.parse().ok()
}
