//! Carrying an import out: the file read from its beginning, chunk by chunk, judged, written, and the place reached kept in
//! the transaction of each chunk. Killed at any point, it goes on exactly after the last chunk that was committed.

use std::collections::HashMap;
use std::sync::Arc;

use kehub_db::TableWrite;
use kehub_model::{Actor, Code, Problem};
use kehub_records::Refusal;
use tokio::sync::mpsc;

use super::chunk::{self, CHUNK, JudgedChunk, Pass, Read, is_bad};
use super::failures::{self, Failures};
use super::kept::{reason, shown_row};
use super::{Imports, Live};
use crate::definition::Mode;
use crate::run::{Fate, InFile, remembered};
use crate::store::{self, Job, Reached, ShownRow, State, Unknown};

/// Unknown words told with an import.
const TOLD: usize = 50;

/// How far an import is to be carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    DryRun,
    Run,
}

/// How it ended short of done.
pub(super) enum Stop {
    /// Nothing stays: why.
    Problems(Vec<Problem>),
    /// All or nothing, and not all rows are good.
    BadRows,
    Refusal(Refusal),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
        match refusal {
            Refusal::Problems(problems) | Refusal::Conflicts { problems, .. } => Stop::Problems(problems),
            fault => Stop::Refusal(fault),
        }
    }
}

impl From<kehub_db::Fault> for Stop {
    fn from(fault: kehub_db::Fault) -> Stop {
        Refusal::from(fault).into()
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Stop {
        Stop::Problems(vec![Problem::new(Code::BadFile, "").with("hint", error)])
    }
}

impl Imports {
    /// Carries a job to its end and writes down how it ended.
    pub(super) async fn carry_out(&self, mut job: Job, actor: Arc<Actor>, what: What, live: &Live) {
        let ended = match what {
            What::DryRun => self.judge_all(&mut job, &actor, live).await.map(|()| State::DryRun),
            What::Run => self.run_all(&mut job, &actor, live).await.map(|()| State::Done),
        };
        let language = job.body.language;
        let state = match ended {
            Ok(state) => state,
            Err(stop) => {
                let mut problems = match stop {
                    Stop::Problems(problems) => problems,
                    Stop::BadRows => vec![some_are_bad(&job)],
                    Stop::Refusal(refusal) => {
                        tracing::error!(import = %job.id, error = %refusal, "an import ended with a fault");
                        vec![Problem::new(Code::Unavailable, "")]
                    }
                };
                problems.truncate(100);
                job.body.problems = problems.iter().map(|problem| problem.spoken(language)).collect();
                if what == What::Run && job.body.mapping.mode == Mode::AllOrNothing {
                    let told = self.take_back(&job, &actor).await;
                    job.body.problems.extend(told);
                    job.body.commit = None;
                }
                State::Failed
            }
        };
        if let Err(error) = self.keep(&mut job, state).await {
            // Its row says that it still runs: it will be resumed.
            tracing::error!(import = %job.id, %error, "the end of an import could not be written down");
        }
    }

    /// The dry run: the whole way without writing.
    async fn judge_all(&self, job: &mut Job, actor: &Arc<Actor>, live: &Live) -> Result<(), Stop> {
        let mut pass = self.begin_pass(job, actor).await?;
        let mut failures =
            Failures::open(&failures::path(&self.folder_of(job.id)), &pass.headings, job.body.language, 0)?;
        let mut rows = self.read_file(job);
        let mut done = 0;
        while let Some(read) = rows.recv().await {
            let read = read?;
            done += read.len() as u64;
            let mut judged = self.judge_chunk(&mut pass, read, false).await?;
            self.try_chunk(&mut pass, &mut judged).await?;
            pass.count(&judged.rows);
            let kept = self.kept_rows(&mut pass, &judged).await?;
            failures.add(&bad_rows(&pass, &judged))?;
            if !kept.is_empty() {
                self.records().db().write(kept.iter().map(|row| store::put_shown(job.id, row)).collect()).await?;
            }
            live.at(done, pass.counts);
        }
        job.body.total = done;
        job.body.counts = pass.counts;
        job.body.unknown = self.unknown(&mut pass).await?;
        Ok(())
    }

    async fn run_all(&self, job: &mut Job, actor: &Arc<Actor>, live: &Live) -> Result<(), Stop> {
        let mut reached = store::reached(self.records().db(), job.id).await?.unwrap_or_default();
        if job.body.mapping.mode == Mode::AllOrNothing && !reached.is_checked {
            self.judge_all(job, actor, live).await?;
            if job.body.counts.bad() > 0 {
                return Err(Stop::BadRows);
            }
            job.body.counts = store::Counts::default();
            reached.is_checked = true;
            let db = self.records().db();
            db.write(vec![store::forget_rows(job.id), store::put_reached(job.id, &reached)]).await?;
        }
        let mut rights = self.records().numbers().1;
        let mut pass = self.begin_pass(job, actor).await?;
        pass.counts = reached.counts;
        pass.kept = reached.kept;
        let path = failures::path(&self.folder_of(job.id));
        let mut failures = Failures::open(&path, &pass.headings, job.body.language, reached.failures)?;
        live.begins_at(reached.done, reached.counts);
        let mut rows = self.read_file(job);
        let (mut chunks, mut done) = (0, 0);
        while let Some(read) = rows.recv().await {
            let read = read?;
            chunks += 1;
            done += read.len() as u64;
            if chunks <= reached.chunks {
                // Written before: only its keys are remembered, for rows that repeat them.
                self.judge_chunk(&mut pass, read, false).await?;
                continue;
            }
            self.records().refresh().await?;
            let fresh = if self.records().numbers().1 == rights {
                pass.actor.clone()
            } else {
                rights = self.records().numbers().1;
                self.actor_again(job).await?.ok_or_else(Refusal::forbidden)?
            };
            let problems = pass.renew(self.records().catalog(), fresh);
            if !problems.is_empty() {
                return Err(Stop::Problems(problems));
            }
            reached.chunks = chunks;
            reached.done = done;
            self.run_chunk(job, &mut pass, read, &mut reached, &mut failures).await?;
            // Should it break off, this is what it has come to.
            (job.body.counts, job.body.commit) = (reached.counts, reached.commit.clone());
            if job.body.mapping.mode == Mode::AllOrNothing && pass.counts.bad() > 0 {
                return Err(Stop::BadRows);
            }
            live.at(done, pass.counts);
        }
        live.of(done);
        self.link_later(job, &mut pass, &mut reached, &mut failures).await?;
        job.body.total = done;
        job.body.counts = reached.counts;
        job.body.commit = reached.commit.clone();
        job.body.unknown = self.unknown(&mut pass).await?;
        self.remember(job, &pass).await?;
        Ok(())
    }

    async fn run_chunk(
        &self,
        job: &Job,
        pass: &mut Pass,
        read: Vec<Read>,
        reached: &mut Reached,
        failures: &mut Failures,
    ) -> Result<(), Stop> {
        let mut judged = self.judge_chunk(pass, read, true).await?;
        // What is shown of rows is looked up before the write, because it is kept with it.
        let shown = self.shown_before(pass, &judged).await?;
        let import = job.id;
        let before = (reached.clone(), failures.size);
        let mut trouble = None;
        let mut with = |pass: &Pass, judged: &JudgedChunk| -> Vec<TableWrite> {
            let mut writes = Vec::new();
            let mut now = before.0.clone();
            judged.rows.iter().for_each(|row| now.counts.add(row.fate));
            for row in &judged.rows {
                if (is_bad(row.fate) || row.fate == Fate::Changed) && now.kept < store::MOST_ROWS {
                    now.kept += 1;
                    let made = shown.get(&row.n).filter(|shown| shown.fate == row.fate).cloned();
                    let made = made.unwrap_or_else(|| shown_row(pass, row, Vec::new(), &HashMap::new()));
                    writes.push(store::put_shown(import, &made));
                }
            }
            writes.extend(chunk::waiting(pass, judged).iter().map(|row| store::put_waiting(import, row)));
            // On the disk before the commit that says how long the file is.
            match rewrite(failures, before.1, &bad_rows(pass, judged)) {
                Ok(size) => now.failures = size,
                Err(error) => trouble = Some(error),
            }
            writes.push(store::put_reached(import, &now));
            *reached = now;
            writes
        };
        let commit = self.write_chunk(pass, &mut judged, &mut with).await?;
        if let Some(error) = trouble {
            return Err(error.into());
        }
        pass.count(&judged.rows);
        pass.kept = reached.kept;
        if reached.commit.is_none() && commit.is_some() {
            // Any commit of the chain stands for all of them; it moves with the next chunk or with the end.
            reached.commit = commit;
        }
        Ok(())
    }

    async fn shown_before(&self, pass: &mut Pass, judged: &JudgedChunk) -> Result<HashMap<u64, ShownRow>, Stop> {
        let kept = pass.kept;
        let shown = self.kept_rows(pass, judged).await?;
        pass.kept = kept;
        Ok(shown.into_iter().map(|row| (row.n, row)).collect())
    }

    /// A pass from the file's beginning. Names of the file's own rows are gathered first where rows link to each other.
    async fn begin_pass(&self, job: &Job, actor: &Arc<Actor>) -> Result<Pass, Stop> {
        let (mapping, headings) = Imports::whole_mapping(job);
        let problems = self.check(job, actor)?;
        if !problems.is_empty() {
            return Err(Stop::Problems(problems));
        }
        let object = job.body.object.clone().unwrap_or_default();
        let pass = Pass::new(job.id, actor.clone(), mapping, headings, &object, self.records().catalog());
        let mut pass = pass
            .ok_or_else(|| Stop::Problems(vec![Problem::new(Code::UnknownObject, "object").with("name", &object)]))?;
        let needed = InFile::needed(&pass.plan);
        if !needed.is_empty() {
            let mut rows = self.read_file(job);
            while let Some(read) = rows.recv().await {
                for row in read?.into_iter().flatten() {
                    for place in &needed {
                        let cell = row.cells.get(pass.plan.places[*place].column).filter(|cell| !cell.is_blank());
                        if let Some(cell) = cell {
                            pass.in_file.gather(*place, &cell.text());
                        }
                    }
                }
            }
        }
        Ok(pass)
    }

    /// The file's rows in chunks, read beside in a thread that stops when nobody listens.
    fn read_file(&self, job: &Job) -> mpsc::Receiver<Result<Vec<Read>, Stop>> {
        let (sender, receiver) = mpsc::channel(2);
        let (this, path) = (self.clone(), job.body.path.clone());
        let mut choice = job.body.mapping.choice();
        if let Some(look) = &job.body.look {
            // What was shown is what is read.
            choice.sheet = choice.sheet.or_else(|| Some(look.sheet.clone()).filter(|sheet| !sheet.is_empty()));
            choice.encoding = choice.encoding.or_else(|| look.encoding.as_ref().map(|encoding| encoding.name.clone()));
        }
        tokio::task::spawn_blocking(move || {
            let rows = match this.open(&path, &choice) {
                Ok(rows) => rows,
                Err(problem) => return drop(sender.blocking_send(Err(Stop::Problems(vec![problem])))),
            };
            let mut chunk: Vec<Read> = Vec::with_capacity(CHUNK);
            for row in rows {
                match row {
                    Err(problem) if !problem.at.starts_with("rows[") => {
                        return drop(sender.blocking_send(Err(Stop::Problems(vec![problem]))));
                    }
                    row => chunk.push(row),
                }
                if chunk.len() == CHUNK
                    && sender.blocking_send(Ok(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK)))).is_err()
                {
                    return;
                }
            }
            if !chunk.is_empty() {
                // Nobody may be listening any more.
                let _ = sender.blocking_send(Ok(chunk));
            }
        });
        receiver
    }

    /// The words nobody knew, most frequent first, with what may be meant.
    async fn unknown(&self, pass: &mut Pass) -> Result<Vec<Unknown>, Stop> {
        let mut words: Vec<((usize, String), u64)> = std::mem::take(&mut pass.unknown).into_iter().collect();
        words.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
        let mut told = Vec::new();
        for ((place, value), count) in words.into_iter().take(TOLD) {
            let near = match pass.nears.get(&(place, value.clone())) {
                Some(near) => near.clone(),
                None => self.compare(pass, place, &value).await?,
            };
            told.push(Unknown { column: pass.plan.places[place].heading.clone(), value, count, near });
        }
        Ok(told)
    }

    /// Headings whose fields a person chose are known next time.
    async fn remember(&self, job: &Job, pass: &Pass) -> Result<(), Stop> {
        let given = job.body.mapping.columns.iter().filter_map(|(heading, column)| Some((heading, column.as_ref()?)));
        let object = &pass.plan.object.key;
        let writes: Vec<TableWrite> =
            given.map(|(heading, column)| store::learn(object, &remembered(heading), &column.field)).collect();
        if !writes.is_empty() {
            self.records().db().write(writes).await?;
        }
        Ok(())
    }
}

fn bad_rows(pass: &Pass, judged: &JudgedChunk) -> Vec<(Vec<kehub_model::Cell>, String)> {
    let rows = judged.rows.iter().filter(|row| is_bad(row.fate));
    rows.map(|row| (judged.cells.get(&row.n).cloned().unwrap_or_default(), reason(pass, row))).collect()
}

/// Writes a chunk's failures again, should the chunk have been tried before.
fn rewrite(failures: &mut Failures, size: u64, rows: &[(Vec<kehub_model::Cell>, String)]) -> std::io::Result<u64> {
    failures.cut(size)?;
    failures.add(rows)?;
    Ok(failures.size)
}

fn some_are_bad(job: &Job) -> Problem {
    let bad = job.body.counts.bad();
    let hint = format!("{bad} 行有问题，未导入任何数据 / {bad} rows have problems, so nothing was imported");
    Problem::new(Code::BadMapping, "rows").with("hint", hint)
}
