//! Undo: a commit, or all commits of an import, taken back through the write door, others' later work kept unless told
//! otherwise.

mod fields;
mod told;
mod world;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use kehub_db::{Answer, Ask, Select, Where};
use kehub_model::history::undo::{self, Choice, LaterEdits, Now, RecordKey, UndoPlan};
use kehub_model::history::{Cause, Commit, Entry};
use kehub_model::{Actor, Catalog, Code, FieldId, Moment, ObjectId, Problems, RecordId};
use serde_json::{Value as Json, json};

use crate::{Action, Because, Change, Records, Refusal, Style};
use fields::CatalogFields;

/// What an undo came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Undone {
    /// The commits of the undo itself.
    pub commits: Vec<Moment>,
    pub changes: Vec<Json>,
    pub conflicts: Vec<Json>,
}

/// How an undo is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct How {
    pub dry_run: bool,
    pub conflicts: Choice,
    /// Others' records that link to one whose creation is undone: those made since go along, older ones let go of their link.
    /// Otherwise they are in the way.
    pub takes_along: bool,
    /// A record that a value going back names, deleted meanwhile, comes back too. Otherwise the link stays empty.
    pub restores_gone: bool,
}

impl How {
    pub fn new(dry_run: bool, conflicts: Choice) -> How {
        How { dry_run, conflicts, takes_along: false, restores_gone: false }
    }
}

/// What taking one commit back would do.
struct Plan {
    plan: UndoPlan,
    /// With the retired fields it writes in their places.
    catalog: Arc<Catalog>,
    /// Those fields.
    kept: Vec<(ObjectId, FieldId)>,
    /// Who holds a unique value that would go back, where the asker may see it.
    holders: HashMap<(RecordKey, FieldId), Json>,
}

/// How often what hangs on what is taken along or restored is followed.
const ROUNDS: usize = 32;

impl Records {
    /// `POST /commits/{id}/undo`.
    pub async fn undo(&self, actor: &Arc<Actor>, commit: Moment, how: How, style: Style) -> Result<String, Refusal> {
        let stands = self.commit_at(commit).await?.ok_or_else(Refusal::not_found)?;
        // Of an import, or of a batch that filled several commits, the whole is taken back.
        let moments = match (&stands.cause_id, stands.cause) {
            (Some(id), Cause::Import) => self.commits_of(id).await?,
            _ => vec![commit],
        };
        let undone = self.undo_commits(actor, moments, how, style, |_, _| {}).await?;
        let id = undone.commits.last().map(Moment::to_string);
        Ok(json!({ "commit": id, "changes": undone.changes, "conflicts": undone.conflicts }).to_string())
    }

    /// Takes back everything with one cause: an import. `progress` is told (done, total) after each commit.
    pub async fn undo_cause(
        &self,
        actor: &Arc<Actor>,
        cause_id: &[u8],
        dry_run: bool,
        choice: Choice,
        progress: impl FnMut(usize, usize) + Send,
    ) -> Result<Undone, Refusal> {
        let moments = self.commits_of(cause_id).await?;
        self.undo_commits(actor, moments, How::new(dry_run, choice), Style::default(), progress).await
    }

    async fn undo_commits(
        &self,
        actor: &Arc<Actor>,
        moments: Vec<Moment>,
        how: How,
        style: Style,
        mut progress: impl FnMut(usize, usize) + Send,
    ) -> Result<Undone, Refusal> {
        let total = moments.len();
        let mut undone = Undone::default();
        // What the chain itself wrote later is nobody else's work: it will be taken back before.
        let chain: HashSet<Moment> = moments.iter().copied().collect();
        let nothing = HashSet::new();
        let must_be_clear = how.conflicts == Choice::Refuse && !how.dry_run;
        if must_be_clear && total > 1 {
            // All or nothing over many commits: they are all planned before the first is taken back.
            let mut plans = Vec::new();
            for moment in moments.iter().rev() {
                let plan = self.plan_of_commit(actor, *moment, &chain, how).await?;
                if !plan.plan.is_clear() {
                    plans.push(plan);
                }
            }
            self.refuse(actor, &plans, style)?;
        }
        for (n, moment) in moments.iter().rev().enumerate() {
            let mut tries = 0;
            loop {
                let plan =
                    self.plan_of_commit(actor, *moment, if how.dry_run { &chain } else { &nothing }, how).await?;
                if how.dry_run {
                    self.report(actor, &plan, how.conflicts, style, &mut undone);
                    break;
                }
                if must_be_clear {
                    self.refuse(actor, std::slice::from_ref(&plan), style)?;
                }
                match self.carry_out(actor, *moment, &plan, how.conflicts).await {
                    Ok(commit) => {
                        self.report(actor, &plan, how.conflicts, style, &mut undone);
                        undone.commits.extend(commit);
                        break;
                    }
                    // Somebody wrote between plan and undo: planned anew, his work is a conflict now.
                    Err(Refusal::Problems(problems))
                        if tries < 3 && problems.iter().all(|problem| problem.code == Code::VersionChanged) =>
                    {
                        tries += 1
                    }
                    Err(refusal) => return Err(refusal),
                }
            }
            progress(n + 1, total);
        }
        Ok(undone)
    }

    /// Refuses what meets conflicts, telling them as the undo itself would.
    fn refuse(&self, actor: &Actor, plans: &[Plan], style: Style) -> Result<(), Refusal> {
        let mut problems = Problems::new();
        let mut told = Undone::default();
        for plan in plans {
            told::conflicts(&plan.catalog, &plan.plan, &mut problems);
            self.report(actor, plan, Choice::Refuse, style, &mut told);
        }
        if problems.is_empty() {
            return Ok(());
        }
        Err(Refusal::Conflicts { problems, conflicts: told.conflicts })
    }

    /// The plan of one commit, as if those of `chain` that came after it were taken back already.
    async fn plan_of_commit(
        &self,
        actor: &Actor,
        moment: Moment,
        chain: &HashSet<Moment>,
        how: How,
    ) -> Result<Plan, Refusal> {
        let commit = self.commit_at(moment).await?.ok_or_else(Refusal::not_found)?;
        if commit.body.entries.is_empty() {
            return Err(Refusal::not_found());
        }
        // Who may not know of an object may not know of its commit.
        let stands = self.catalog();
        for entry in &commit.body.entries {
            let object = stands.object_by_id(entry.object).ok_or_else(Refusal::not_found)?;
            if object.parent.is_none() {
                self.object_for(actor, &object.key)?;
            }
        }
        let mut entries = commit.body.entries.clone();
        let (mut catalog, mut kept) = with_kept(&stands, &entries);
        let mut now = self.now_of(&catalog, &entries, chain).await?;
        for _ in 0..ROUNDS {
            let known: BTreeSet<RecordKey> = entries.iter().map(|entry| (entry.object, entry.record)).collect();
            let mut more = Vec::new();
            if how.takes_along {
                more.extend(self.along(&catalog, moment, &now, &known).await?);
            }
            if how.restores_gone {
                more.extend(self.deletions(&catalog, &now, &known).await?);
            }
            if more.is_empty() {
                break;
            }
            entries.extend(more);
            (catalog, kept) = with_kept(&stands, &entries);
            now = self.now_of(&catalog, &entries, chain).await?;
        }
        self.taken(&catalog, &entries, &mut now).await?;
        let later = self.later_edits(moment, &commit.body.entries, &now, chain).await?;
        let then = self.catalog_of_then(&catalog, &commit).await?;
        let fields = CatalogFields { catalog: &catalog, stands: &stands, then: then.as_ref() };
        let plan = undo::plan_undo(&entries, &now, &later, &fields);
        let holders = self.holders(actor, &now).await?;
        Ok(Plan { plan, catalog, kept, holders })
    }

    /// The definitions a commit was written under, if one of its fields has been converted since.
    async fn catalog_of_then(&self, catalog: &Catalog, commit: &Commit) -> Result<Option<Catalog>, Refusal> {
        let is_converted = commit.body.entries.iter().any(|entry| {
            let object = catalog.object_by_id(entry.object);
            let field = |id| object.and_then(|object| object.field_by_id(id));
            entry.changes.iter().any(|change| field(change.field).is_some_and(|field| field.generation > 1))
        });
        if !is_converted || commit.catalog == catalog.number {
            return Ok(None);
        }
        let select =
            Select::from("catalog_version", &["body"]).that(Where::Is("version", i64::from(commit.catalog).into()));
        let rows = self.db().table(select).await?;
        let stored = rows.first().and_then(|row| serde_json::from_slice(row.bytes(0)).ok());
        Ok(stored.and_then(|stored| Catalog::compile(commit.catalog, stored).ok()))
    }

    /// Holders of taken values, as links: those the actor may see.
    async fn holders(&self, actor: &Actor, now: &Now) -> Result<HashMap<(RecordKey, FieldId), Json>, Refusal> {
        let mut targets: HashMap<ObjectId, HashSet<RecordId>> = HashMap::new();
        for taken in now.taken.values() {
            targets.entry(taken.holder.0).or_default().insert(taken.holder.1);
        }
        let titles = self.titles(&self.state(), actor, targets, None).await?;
        let seen = now.taken.iter().filter_map(|(wants, taken)| {
            let title = titles.get(&taken.holder.1)?;
            Some((*wants, json!({ "id": taken.holder.1, "title": title })))
        });
        Ok(seen.collect())
    }

    /// Writes the plan through the door.
    async fn carry_out(
        &self,
        actor: &Arc<Actor>,
        commit: Moment,
        plan: &Plan,
        choice: Choice,
    ) -> Result<Option<Moment>, Refusal> {
        let choice = if choice == Choice::Refuse { Choice::Skip } else { choice };
        let planned = plan.plan.changes(choice);
        let catalog = &plan.catalog;
        let changes: Vec<Change> = planned
            .into_iter()
            .map(|planned| {
                let entry = planned.entry;
                let values = entry.changes.into_iter().map(|change| (change.field, change.after)).collect();
                let key = catalog.object_by_id(entry.object).map(|object| object.key.clone()).unwrap_or_default();
                Change {
                    object: entry.object,
                    at: format!("{key}/{}", entry.record),
                    kind: Action::Back { id: entry.record, op: entry.op, values, seen: entry.prev },
                }
            })
            .collect();
        if changes.is_empty() {
            return Ok(None);
        }
        let because = Because {
            cause: Some(Cause::Undo),
            cause_id: Some(Commit::undo_id(commit)),
            kept: plan.kept.clone(),
            ..Because::default()
        };
        Ok(self.write(actor, changes, because).await?.commit)
    }

    /// A deleted record comes back as it stood, with the rows of its subforms that went with it.
    pub async fn restore(&self, actor: &Arc<Actor>, object: &str, id: RecordId) -> Result<Option<Moment>, Refusal> {
        let object = self.object_for(actor, object)?;
        let catalog = self.catalog();
        let ask = Ask::Trashed { object: object.id, ids: vec![id] };
        let Answer::Trashed(found) = self.db().ask(catalog.clone(), ask).await? else {
            return Err(Refusal::not_found());
        };
        let moment = found.first().map(|(_, moment)| *moment).ok_or_else(Refusal::not_found)?;
        let commit = self.commit_at(moment).await?.ok_or_else(Refusal::not_found)?;
        let entries = world::deletion(&catalog, &commit, id);
        let stands = catalog;
        let (catalog, kept) = with_kept(&stands, &entries);
        let mut now = self.now_of(&catalog, &entries, &HashSet::new()).await?;
        self.taken(&catalog, &entries, &mut now).await?;
        let then = self.catalog_of_then(&catalog, &commit).await?;
        let fields = CatalogFields { catalog: &catalog, stands: &stands, then: then.as_ref() };
        let plan = undo::plan_undo(&entries, &now, &LaterEdits::default(), &fields);
        let holders = self.holders(actor, &now).await?;
        let plan = Plan { plan, catalog, kept, holders };
        self.refuse(actor, std::slice::from_ref(&plan), Style::default())?;
        self.carry_out(actor, moment, &plan, Choice::Refuse).await
    }
}

/// The catalog with those retired fields in their places that the entries wrote; and which they are.
fn with_kept(stands: &Arc<Catalog>, entries: &[Entry]) -> (Arc<Catalog>, Vec<(ObjectId, FieldId)>) {
    let mut kept = BTreeSet::new();
    for entry in entries {
        let Some(object) = stands.object_by_id(entry.object) else { continue };
        let retired = entry.changes.iter().filter(|change| object.field_by_id(change.field).is_none());
        let known = retired.filter(|change| object.any_field(change.field).is_some());
        kept.extend(known.map(|change| (entry.object, change.field)));
    }
    let kept: Vec<(ObjectId, FieldId)> = kept.into_iter().collect();
    if kept.is_empty() { (stands.clone(), kept) } else { (Arc::new(stands.with_kept(&kept)), kept) }
}
