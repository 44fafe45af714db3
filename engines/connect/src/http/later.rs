//! Links among a file's own rows: made once all of its rows are records.

use std::collections::HashMap;

use kehub_model::label::Language;
use kehub_model::{Code, Problem, RecordId};
use kehub_records::{Action, Change, Refusal};
use serde_json::{Map, Value as Json};

use super::carry::Stop;
use super::chunk::{self, CHUNK, Pass};
use super::failures::Failures;
use super::{Imports, ask};
use crate::definition::Mode;
use crate::run::{Fate, Hits};
use crate::store::{self, Job, Reached, ShownRow, Waiting};

impl Imports {
    /// Links among the file's own rows, once all of them are records.
    pub(super) async fn link_later(
        &self,
        job: &Job,
        pass: &mut Pass,
        reached: &mut Reached,
        failures: &mut Failures,
    ) -> Result<(), Stop> {
        let mut refused: HashMap<u64, Problem> = HashMap::new();
        loop {
            let before = reached.clone();
            let waiting = store::waiting(self.records().db(), job.id, CHUNK as u32).await?;
            if waiting.is_empty() {
                self.records().db().write(vec![store::put_reached(job.id, reached)]).await?;
                return Ok(());
            }
            let mut changes = Vec::new();
            let mut writes = Vec::new();
            let mut failed = Vec::new();
            for row in &waiting {
                writes.push(store::forget_waiting(job.id, row.n));
                let found = match refused.remove(&row.n) {
                    Some(problem) => Err(problem),
                    None => self.found_later(pass, &row.links).await?,
                };
                match found {
                    Ok(values) => {
                        let kind = Action::Update { id: row.id, values, version: None };
                        changes.push(Change { object: pass.plan.object.id, kind, at: format!("rows[{}]", row.n) });
                    }
                    Err(problem) => {
                        writes.push(store::put_shown(job.id, &left_alone(row, &problem, job.body.language)));
                        reached.counts.turn(Fate::New, Fate::Failed);
                        let told = format!("{}: {}", row.n, problem.message(job.body.language));
                        failed.push((Vec::new(), told));
                    }
                }
            }
            failures.add(&failed)?;
            reached.failures = failures.size;
            writes.push(store::put_reached(job.id, reached));
            if changes.is_empty() {
                self.records().db().write(writes).await?;
            } else {
                match self.records().write(&pass.actor, changes, pass.because(writes)).await {
                    Ok(_) => {}
                    Err(Refusal::Problems(problems)) => {
                        let of_rows = problems
                            .iter()
                            .filter_map(|problem| Some((chunk::number_of(&problem.at)? as u64, problem.clone())));
                        refused.extend(of_rows);
                        if refused.is_empty() {
                            return Err(Stop::Problems(problems));
                        }
                        *reached = before;
                        failures.cut(reached.failures)?;
                    }
                    Err(fault) => return Err(fault.into()),
                }
            }
            pass.counts = reached.counts;
            if job.body.mapping.mode == Mode::AllOrNothing && pass.counts.bad() > 0 {
                return Err(Stop::BadRows);
            }
        }
    }

    async fn found_later(
        &self,
        pass: &mut Pass,
        links: &[(String, Vec<String>)],
    ) -> Result<Result<Map<String, Json>, Problem>, Stop> {
        let mut values = Map::new();
        for (key, texts) in links {
            let place = pass.plan.places.iter().find(|place| place.field.key == *key).cloned();
            let Some((place, link)) = place.and_then(|place| Some((place.clone(), place.link?))) else { continue };
            let mut ids: Vec<RecordId> = Vec::new();
            for text in texts {
                let by = link.by.field(text);
                let at = (link.object.clone(), by.to_owned());
                let known = pass.known.links.get(&at).and_then(|found| found.get(text)).cloned();
                let hits = match known {
                    Some(hits @ Hits::One(..)) => hits,
                    _ => {
                        let found =
                            ask::find(self.records(), &pass.actor, &link.object, by, vec![text.clone()]).await?;
                        let hits = found.get(text).cloned().unwrap_or(Hits::None);
                        pass.known.links.entry(at).or_default().insert(text.clone(), hits.clone());
                        hits
                    }
                };
                match hits {
                    Hits::One(id, _) if !ids.contains(&id) => ids.push(id),
                    Hits::One(..) => {}
                    Hits::Many => {
                        return Ok(Err(Problem::new(Code::AmbiguousRecord, &place.heading).with("value", text)));
                    }
                    _ => return Ok(Err(Problem::new(Code::NoSuchRecord, &place.heading).with("value", text))),
                }
            }
            let ids: Vec<Json> = ids.into_iter().map(|id| Json::String(id.to_string())).collect();
            let value = if link.is_many { Json::Array(ids) } else { ids.into_iter().next().unwrap_or_default() };
            values.insert(key.clone(), value);
        }
        Ok(Ok(values))
    }
}

/// A row whose record is there, without its link.
fn left_alone(row: &Waiting, problem: &Problem, language: Language) -> ShownRow {
    let (title, changes, suggestions) = (String::new(), Vec::new(), Vec::new());
    ShownRow {
        n: row.n,
        fate: Fate::Failed,
        id: Some(row.id),
        title,
        changes,
        problems: vec![problem.spoken(language)],
        suggestions,
    }
}
