//! Taking an import back: everything it made and changed, through the history.

use std::sync::Arc;

use kehub_model::history::undo::Choice;
use kehub_model::problem::Spoken;
use kehub_model::{Actor, Code, Problem, RecordId};
use kehub_records::{Refusal, Undone};
use serde_json::{Value as Json, json};

use super::{Imports, PATIENCE, require};
use crate::store::{Job, State};

impl Imports {
    /// `POST /imports/{id}/undo`. `choice` says what becomes of records that others have worked on since.
    pub async fn undo(&self, actor: &Arc<Actor>, id: RecordId, dry_run: bool, choice: Choice) -> Result<Json, Refusal> {
        let mut job = self.job(actor, id).await?;
        require(&job, &[State::Done, State::Failed, State::Undone])?;
        if dry_run {
            let undone = self.records().undo_cause(actor, id.as_bytes(), true, choice, |_, _| {}).await?;
            let mut told = self.shown(&job).await;
            told["undo"] = told_undo(&undone);
            return Ok(told);
        }
        require(&job, &[State::Done, State::Failed])?;
        if self.inner.live.lock().contains_key(&id) {
            return Err(Problem::new(Code::Busy, "").into());
        }
        let (this, actor) = (self.clone(), actor.clone());
        let by = actor.clone();
        // In a task of its own: a client that leaves stops nothing half way.
        let mut undoing = tokio::spawn(async move {
            let undone = this.records().undo_cause(&by, id.as_bytes(), false, choice, |_, _| {}).await?;
            this.keep(&mut job, State::Undone).await?;
            Ok::<Undone, Refusal>(undone)
        });
        match tokio::time::timeout(PATIENCE, &mut undoing).await {
            Ok(Ok(undone)) => {
                let undone = undone?;
                let mut told = self.get(&actor, id).await?;
                told["undo"] = told_undo(&undone);
                Ok(told)
            }
            Ok(Err(_)) => Err(Problem::new(Code::Unavailable, "").into()),
            // It goes on; the job's state tells when it is done.
            Err(_) => self.get(&actor, id).await,
        }
    }

    /// All or nothing, and it came to nothing late: what was written is taken back. What the report says of it.
    pub(super) async fn take_back(&self, job: &Job, actor: &Arc<Actor>) -> Vec<Spoken> {
        let undone = self.records().undo_cause(actor, job.id.as_bytes(), false, Choice::Skip, |_, _| {}).await;
        let told = |hint: &str| vec![Problem::new(Code::BadMapping, "").with("hint", hint).spoken(job.body.language)];
        match undone {
            Ok(undone) if undone.commits.is_empty() => Vec::new(),
            Ok(undone) if undone.conflicts.is_empty() => {
                told("已导入的部分已自动撤销 / what had been imported was undone")
            }
            Ok(_) => told("已撤销；之后被他人修改的数据保留 / undone, but for what others have changed since"),
            Err(Refusal::Problems(problems)) if problems.iter().all(|problem| problem.code == Code::NotFound) => {
                Vec::new()
            }
            Err(error) => {
                tracing::error!(import = %job.id, %error, "a failed import could not be taken back");
                told("自动撤销失败，请手动撤销 / it could not be undone by itself; please undo it")
            }
        }
    }
}

fn told_undo(undone: &Undone) -> Json {
    json!({
        "commit": undone.commits.last().map(ToString::to_string),
        "changes": undone.changes,
        "conflicts": undone.conflicts,
    })
}
