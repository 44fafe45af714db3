//! A write as a save: what it asks in which order, and what it then decides.

use std::sync::Arc;

use kehub_db::Answer;
use kehub_db::Clock;
use kehub_db::Planned;
use kehub_db::Save;
use kehub_db::Step;
use kehub_model::Actor;
use kehub_model::Code;
use kehub_model::Moment;
use kehub_model::Object;
use kehub_model::ObjectId;
use kehub_model::Problem;
use kehub_model::Problems;
use kehub_model::RecordId;
use kehub_model::fields::RowInput;
use kehub_model::fields::Written;
use parking_lot::Mutex;

use super::lookups::Lookups;
use super::parse;
use super::parse::Input;
use super::rollups::Rollups;
use super::work::Work;
use crate::change::Because;
use crate::change::Change;
use crate::change::Fate;
use crate::state::State;
use kehub_model::Action;

/// The fields and values by which a record is named.
pub(super) type By = Vec<(String, serde_json::Value)>;

/// Where a write stands: each stage first asks, then takes the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Which records `{"by": …}` and upsert keys name.
    Find,
    /// The rows themselves, with whether the actor's rules hold for them.
    Rows,
    /// Rows of subforms that are there now.
    Subforms,
    /// Who links to what is deleted.
    Removal,
    /// That link targets are there, numbers of series.
    Targets,
    /// Roll-ups of the records linked to, round by round upward.
    Rollups,
    /// Who holds unique values.
    Unique,
    Decide,
}

/// Numbers to be taken of one series: field, period, start, and which items' places they are for.
pub(super) type Taking = (i32, String, i64, Vec<(usize, usize)>);

/// Unique values to be asked after: object, column, hashes, and which items' combinations they are.
pub(super) type Wanted = (ObjectId, String, Vec<[u8; 16]>, Vec<(usize, usize)>);

pub(super) struct Writing {
    pub(super) state: Arc<State>,
    pub(super) actor: Arc<Actor>,
    pub(super) changes: Arc<Vec<Change>>,
    pub(super) inputs: Vec<Input>,
    pub(super) because: Because,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) results: Arc<Mutex<Vec<(RecordId, Fate)>>>,
    pub(super) touched: Arc<Mutex<Vec<ObjectId>>>,
    /// Problems of reading the input: the same in every try.
    pub(super) misread: Problems,

    // What one try works with.
    pub(super) stage: Stage,
    pub(super) asked: bool,
    pub(super) problems: Problems,
    pub(super) resolved: Vec<Input>,
    pub(super) lookups: Lookups,
    pub(super) targets: Vec<Option<RecordId>>,
    pub(super) work: Work,
    pub(super) rollups: Rollups,
    pub(super) series: Vec<(usize, usize)>,
    pub(super) holders: Vec<(usize, usize)>,
    pub(super) now: Moment,
    pub(super) removal_done: usize,
    pub(super) links_asked: Vec<(ObjectId, i32)>,
    pub(super) links_found: Vec<(ObjectId, i32)>,
    pub(super) linker_objects: Vec<ObjectId>,
    pub(super) subform_children: Vec<(usize, usize, Vec<RowInput>)>,
    pub(super) rows_asked: Vec<(ObjectId, Vec<usize>)>,
    pub(super) target_checks: Vec<(ObjectId, Vec<RecordId>)>,
}

impl Writing {
    pub(super) fn new(
        state: Arc<State>,
        actor: Arc<Actor>,
        changes: Arc<Vec<Change>>,
        because: &Because,
        clock: Arc<dyn Clock>,
        results: Arc<Mutex<Vec<(RecordId, Fate)>>>,
        touched: Arc<Mutex<Vec<ObjectId>>>,
    ) -> Writing {
        let mut misread = Problems::new();
        let mut inputs = Vec::with_capacity(changes.len());
        for change in changes.iter() {
            let mut input = Input::default();
            match state.catalog.object_by_id(change.object) {
                None => misread.push(Problem::new(Code::UnknownObject, change.at.as_str()).with("name", change.object)),
                Some(object) => match &change.kind {
                    Action::Create { values, .. } | Action::Update { values, .. } | Action::Upsert { values, .. } => {
                        input = parse::read(object, values, &actor, &change.at, false, &mut misread);
                    }
                    Action::Back { values, .. } => {
                        let stands = values.iter().filter_map(|(id, value)| {
                            let place = object.fields.iter().position(|field| field.id == *id)?;
                            Some((place, Written::Value(value.clone())))
                        });
                        input.values.extend(stands);
                    }
                    Action::Delete { .. } => {}
                },
            }
            inputs.push(input);
        }
        Writing {
            state,
            actor,
            changes,
            inputs,
            because: because.clone(),
            clock,
            results,
            touched,
            misread,
            stage: Stage::Find,
            asked: false,
            problems: Problems::new(),
            resolved: Vec::new(),
            lookups: Lookups::default(),
            targets: Vec::new(),
            work: Work::default(),
            rollups: Rollups::default(),
            series: Vec::new(),
            holders: Vec::new(),
            now: Moment::ZERO,
            removal_done: 0,
            links_asked: Vec::new(),
            links_found: Vec::new(),
            linker_objects: Vec::new(),
            subform_children: Vec::new(),
            rows_asked: Vec::new(),
            target_checks: Vec::new(),
        }
    }

    pub(super) fn object(&self, id: ObjectId) -> Arc<Object> {
        self.state.catalog.object_by_id(id).cloned().unwrap_or_else(|| {
            // Changes about objects that are gone were refused when they were read.
            self.state
                .catalog
                .objects()
                .next()
                .cloned()
                .unwrap_or_else(|| unreachable!("an empty catalog has no changes"))
        })
    }

    fn next(&mut self, stage: Stage) {
        self.stage = stage;
        self.asked = false;
    }
}

impl Save for Writing {
    fn planned(&self) -> Planned {
        Planned { catalog: self.state.catalog.clone(), rights: self.state.rights }
    }

    fn lane(&self) -> i16 {
        self.because.lane
    }

    fn begin(&mut self) {
        self.stage = Stage::Find;
        self.asked = false;
        self.problems.clone_from(&self.misread);
        self.resolved.clone_from(&self.inputs);
        self.lookups = Lookups::default();
        self.targets = vec![None; self.changes.len()];
        self.work = Work::default();
        self.rollups = Rollups::default();
        self.series.clear();
        self.holders.clear();
        self.removal_done = 0;
        self.links_asked.clear();
        self.links_found.clear();
        self.linker_objects.clear();
        self.subform_children.clear();
        self.rows_asked.clear();
        self.target_checks.clear();
    }

    fn step(&mut self, at: Moment, mut answers: Vec<Answer>) -> Step {
        self.now = at;
        loop {
            let asks = match (self.stage, self.asked) {
                (Stage::Find, false) => self.ask_find(),
                (Stage::Find, true) => {
                    if self.take_find(std::mem::take(&mut answers)) {
                        return Step::KeyExists;
                    }
                    self.next(Stage::Rows);
                    continue;
                }
                (Stage::Rows, false) => self.ask_rows(),
                (Stage::Rows, true) => {
                    self.take_rows(std::mem::take(&mut answers));
                    self.next(Stage::Subforms);
                    continue;
                }
                (Stage::Subforms, false) if self.subform_children.is_empty() => {
                    self.next(Stage::Removal);
                    continue;
                }
                (Stage::Subforms, false) => self.ask_subforms(),
                (Stage::Subforms, true) => match answers.first() {
                    Some(Answer::List(_)) => {
                        let asks = self.ask_subform_rows(std::mem::take(&mut answers));
                        if !asks.is_empty() {
                            return Step::Need(asks);
                        }
                        continue;
                    }
                    _ => {
                        self.take_subform_rows(std::mem::take(&mut answers));
                        self.next(Stage::Removal);
                        continue;
                    }
                },
                (Stage::Removal, false) => {
                    let asks = self.ask_removal(&mut std::mem::take(&mut answers));
                    if asks.is_empty() {
                        self.next(Stage::Targets);
                        continue;
                    }
                    return Step::Need(asks);
                }
                (Stage::Removal, true) => {
                    self.next(Stage::Targets);
                    continue;
                }
                (Stage::Targets, false) => self.ask_targets(),
                (Stage::Targets, true) => {
                    self.take_targets(std::mem::take(&mut answers));
                    self.derive_and_check();
                    if !self.problems.is_empty() && !self.only_rows_are_wrong() {
                        return Step::Refuse(std::mem::take(&mut self.problems));
                    }
                    self.next(Stage::Rollups);
                    continue;
                }
                (Stage::Rollups, false) => {
                    let mut rollups = std::mem::take(&mut self.rollups);
                    let asks = rollups.step(&self.state, &mut self.work, std::mem::take(&mut answers));
                    self.rollups = rollups;
                    if asks.is_empty() {
                        self.next(Stage::Unique);
                        continue;
                    }
                    return Step::Need(asks);
                }
                (Stage::Rollups, true) => {
                    self.next(Stage::Unique);
                    continue;
                }
                (Stage::Unique, false) => self.ask_unique(),
                (Stage::Unique, true) => {
                    self.take_unique(std::mem::take(&mut answers));
                    self.next(Stage::Decide);
                    continue;
                }
                (Stage::Decide, _) => {
                    if !self.problems.is_empty() {
                        return Step::Refuse(std::mem::take(&mut self.problems));
                    }
                    return self.decide();
                }
            };
            self.asked = true;
            if !asks.is_empty() {
                return Step::Need(asks);
            }
        }
    }
}

impl Writing {
    /// Mistakes in values do not keep unique values from being asked after: all problems are told at once.
    fn only_rows_are_wrong(&self) -> bool {
        !self
            .problems
            .iter()
            .any(|problem| matches!(problem.code, Code::NotFound | Code::Forbidden | Code::VersionChanged))
    }

    /// The removal stage's progress.
    pub(super) fn removal_done(&mut self) -> &mut usize {
        &mut self.removal_done
    }
}
