//! An import as it is told.

use std::sync::atomic::Ordering;

use serde_json::{Value as Json, json};

use super::Imports;
use crate::store::{self, Counts, Job, Progress, State};

impl Imports {
    /// The job as `GET /imports/{id}` answers it.
    pub(super) async fn shown(&self, job: &Job) -> Json {
        let live = self.inner.live.lock().get(&job.id).cloned();
        let (progress, counts) = match live {
            Some(live) => (live.progress(), Some(*live.counts.lock())),
            None => {
                // Carried out by another node, or not at all now.
                let reached = if job.state == State::Running {
                    store::reached(self.records().db(), job.id).await.ok().flatten()
                } else {
                    None
                };
                let is_over = matches!(job.state, State::DryRun | State::Done | State::Undone);
                let done = reached.as_ref().map_or(if is_over { job.body.total } else { 0 }, |reached| reached.done);
                let progress = Progress { done, total: job.body.total.max(done), per_second: 0, seconds_left: None };
                (progress, reached.map(|reached| reached.counts))
            }
        };
        let look = job.body.look.as_ref();
        json!({
            "id": job.id,
            "state": job.state,
            "file": { "name": job.file, "size": job.size },
            "sheets": look.map(|look| &look.sheets),
            "encoding": look.and_then(|look| look.encoding.as_ref()).map(|encoding| &encoding.name),
            "encoding_sure": look.and_then(|look| look.encoding.as_ref()).map(|encoding| encoding.sure),
            "sheet": look.map(|look| &look.sheet),
            "header_row": look.map(|look| look.header_row),
            "columns": look.map(|look| &look.columns),
            "bad_rows": look.map(|look| &look.bad_rows),
            "object": job.body.object,
            "new_object": job.body.new_object,
            "mapping": job.body.mapping,
            "progress": progress,
            "counts": counts.unwrap_or(job.body.counts),
            "unknown": job.body.unknown,
            "problems": job.body.problems,
            "commit": job.body.commit,
        })
    }
}

/// The job in a list.
pub(super) fn short(job: &Job) -> Json {
    json!({
        "id": job.id,
        "state": job.state,
        "file": { "name": job.file, "size": job.size },
        "object": job.body.object,
        "counts": job.body.counts,
        "commit": job.body.commit,
        "created_at": chrono::DateTime::from_timestamp_micros(job.created_at).map(kehub_model::value::instant_text),
        "by": job.actor,
    })
}

impl super::Live {
    pub(super) fn at(&self, done: u64, counts: Counts) {
        *self.counts.lock() = counts;
        self.done.store(done, Ordering::Relaxed);
    }

    pub(super) fn begins_at(&self, done: u64, counts: Counts) {
        self.before.store(done, Ordering::Relaxed);
        self.at(done, counts);
    }

    pub(super) fn of(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }
}
