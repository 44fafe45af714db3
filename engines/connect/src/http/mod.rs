//! Imports and exports as a server offers them: plain functions that take who asks and return JSON.

mod ask;
mod carry;
mod chunk;
mod console;
mod export;
mod failures;
mod kept;
mod later;
mod look;
mod report;
mod undo;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kehub_db::new_id;
use kehub_model::actor::{CONSOLE, SYSTEM};
use kehub_model::fields::Reading;
use kehub_model::object::ObjectDef;
use kehub_model::rights::{Access, Right};
use kehub_model::schema::Edit;
use kehub_model::{Actor, Code, Problem, Problems, RecordId};
use kehub_records::{Records, Refusal};
use parking_lot::Mutex;
use serde_json::{Value as Json, json};
use tokio::sync::watch;

use crate::definition::Mapping;
use crate::files::child::Reader;
use crate::store::{self, Body, Counts, Job, Progress, State};

pub use console::{Console, Summary};
pub use export::{Export, Exported, Format};

/// How long a request waits for a small file before it answers with a job that goes on.
const PATIENCE: Duration = Duration::from_secs(10);

/// The imports of one workspace. A cheap handle.
#[derive(Clone)]
pub struct Imports {
    inner: Arc<Inner>,
}

struct Inner {
    records: Records,
    /// Where files that are being imported, and those taken away, are kept.
    folder: PathBuf,
    /// Files are read in a process of their own; without it, here.
    reader: Option<Reader>,
    live: Mutex<HashMap<RecordId, Arc<Live>>>,
}

/// An import that is being carried out by this process.
pub(crate) struct Live {
    done: AtomicU64,
    total: AtomicU64,
    /// Rows that were done when this process began.
    before: AtomicU64,
    counts: Mutex<Counts>,
    begun: Instant,
    ended: watch::Sender<bool>,
}

impl Live {
    fn progress(&self) -> Progress {
        let (done, total) = (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed));
        let seconds = self.begun.elapsed().as_secs_f64();
        let here = done.saturating_sub(self.before.load(Ordering::Relaxed));
        let rate = if seconds > 0.0 { here as f64 / seconds } else { 0.0 };
        let left = total.saturating_sub(done) as f64;
        let seconds_left = (rate > 0.0).then(|| (left / rate).ceil() as u64);
        Progress { done, total: total.max(done), per_second: rate as u64, seconds_left }
    }
}

/// A file somebody brought.
#[derive(Clone, Debug, Default)]
pub struct New {
    /// It is taken away from there.
    pub path: PathBuf,
    pub name: String,
    pub object: Option<String>,
    pub mapping: Option<Json>,
    pub key: Vec<String>,
}

impl Imports {
    pub fn new(records: Records, folder: PathBuf, reader: Option<Reader>) -> Imports {
        Imports { inner: Arc::new(Inner { records, folder, reader, live: Mutex::default() }) }
    }

    pub fn records(&self) -> &Records {
        &self.inner.records
    }

    /// Goes on with what was being carried out when the server stopped, exactly after the last chunk that was committed.
    pub async fn resume_all(&self) -> Result<usize, Refusal> {
        let jobs = store::unfinished(self.records().db()).await?;
        let mut resumed = 0;
        for mut job in jobs {
            if self.inner.live.lock().contains_key(&job.id) {
                continue;
            }
            match (job.state, self.actor_again(&job).await?) {
                (State::Running, Some(actor)) => {
                    self.start(job, actor, carry::What::Run);
                    resumed += 1;
                }
                // A dry run has written nothing: it can be asked for again.
                (State::Reading, _) => self.keep(&mut job, State::Waiting).await?,
                (_, None) => {
                    job.body.problems = vec![Problem::new(Code::Forbidden, "").spoken(job.body.language)];
                    self.keep(&mut job, State::Failed).await?;
                }
                _ => {}
            }
        }
        Ok(resumed)
    }

    /// `POST /imports`.
    pub async fn create(&self, actor: &Arc<Actor>, new: New) -> Result<Json, Refusal> {
        let mut mapping = match new.mapping {
            Some(json) => Mapping::from_json(json)?,
            None => Mapping::default(),
        };
        if !new.key.is_empty() {
            mapping.key = new.key;
        }
        if let Some(object) = &new.object {
            self.may_import(actor, object)?;
        }
        let db = self.records().db();
        let id = new_id(&db.clock);
        let path = self.folder_of(id).join("file");
        let size =
            take_file(&new.path, &path).map_err(|error| Problem::new(Code::BadFile, "file").with("hint", error))?;
        let now = db.clock.now().timestamp_micros();
        let body = Body {
            path,
            zone: actor.reading.zone.name().to_owned(),
            language: actor.language(),
            object: new.object,
            mapping,
            look: None,
            new_object: None,
            counts: Counts::default(),
            problems: Vec::new(),
            unknown: Vec::new(),
            commit: None,
            total: 0,
        };
        let mut job = Job {
            id,
            actor: actor.id,
            state: State::Waiting,
            file: new.name,
            size,
            body,
            created_at: now,
            updated_at: now,
        };
        if let Err(problem) = self.look_at(&mut job, actor).await {
            // A file that cannot be read makes no import.
            let _ = std::fs::remove_dir_all(self.folder_of(id));
            return Err(problem);
        }
        db.write(vec![store::insert(&job)]).await?;
        Ok(self.shown(&job).await)
    }

    /// `PATCH /imports/{id}`: another object, another mapping, or a new object made of the file.
    pub async fn patch(&self, actor: &Arc<Actor>, id: RecordId, body: &Json) -> Result<Json, Refusal> {
        let mut job = self.job(actor, id).await?;
        require(&job, &[State::Waiting, State::DryRun, State::Failed])?;
        let mut problems = Problems::new();
        let Some(map) = body.as_object() else {
            return Err(Problem::new(Code::WrongType, "").with("expected", "object").into());
        };
        let known = ["object", "mapping", "key", "new_object"];
        problems.extend(
            map.keys()
                .filter(|key| !known.contains(&key.as_str()))
                .map(|key| Problem::new(Code::UnknownKey, key).with("name", key)),
        );
        if let Some(json) = map.get("mapping") {
            match Mapping::from_json(json.clone()) {
                Ok(mapping) => job.body.mapping = mapping,
                Err(problem) => problems.push(problem),
            }
        }
        if let Some(keys) = map.get("key") {
            match serde_json::from_value(keys.clone()) {
                Ok(keys) => job.body.mapping.key = keys,
                Err(_) => problems.push(Problem::new(Code::WrongType, "key").with("expected", "list of field keys")),
            }
        }
        let new_object = map.get("new_object").filter(|json| !json.is_null());
        let def = new_object.and_then(|json| ObjectDef::from_json(json, "new_object", &mut problems));
        if !problems.is_empty() {
            return Err(problems.into());
        }
        if let Some(def) = def {
            if !actor.has(Right::Design) {
                return Err(Refusal::forbidden());
            }
            if self.records().catalog().object(&def.key).is_some() {
                return Err(Problem::new(Code::KeyTaken, "new_object.key").with("value", &def.key).into());
            }
            job.body.object = Some(def.key.clone());
            self.publish(actor, vec![Edit::Put { def, solution: String::new() }]).await?;
        } else if let Some(object) = map.get("object") {
            let object = object.as_str().map(str::to_owned);
            if let Some(object) = &object {
                self.may_import(actor, object)?;
            }
            if job.body.new_object.is_some() && !map.contains_key("mapping") {
                // They were those of the object this file could have become.
                job.body.mapping.columns.clear();
            }
            job.body.object = object;
        }
        self.look_at(&mut job, actor).await?;
        job.body.counts = Counts::default();
        job.body.unknown.clear();
        self.keep(&mut job, State::Waiting).await?;
        Ok(self.shown(&job).await)
    }

    /// `POST /imports/{id}/dry_run`.
    pub async fn dry_run(&self, actor: &Arc<Actor>, id: RecordId) -> Result<Json, Refusal> {
        let job = self.job(actor, id).await?;
        require(&job, &[State::Waiting, State::DryRun, State::Failed])?;
        wait(self.begin(job, actor, State::Reading, carry::What::DryRun).await?, PATIENCE).await;
        self.get(actor, id).await
    }

    /// `POST /imports/{id}/run`.
    pub async fn run(&self, actor: &Arc<Actor>, id: RecordId) -> Result<Json, Refusal> {
        let job = self.job(actor, id).await?;
        require(&job, &[State::Waiting, State::DryRun, State::Failed])?;
        wait(self.begin(job, actor, State::Running, carry::What::Run).await?, PATIENCE).await;
        self.get(actor, id).await
    }

    /// Begins to carry a job out; the channel tells when it has ended.
    async fn begin(
        &self,
        mut job: Job,
        actor: &Arc<Actor>,
        state: State,
        what: carry::What,
    ) -> Result<watch::Receiver<bool>, Refusal> {
        let problems = self.check(&job, actor)?;
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let db = self.records().db();
        job.body.counts = Counts::default();
        job.body.problems.clear();
        job.body.unknown.clear();
        // A run that broke off goes on where it stood; everything else begins anew.
        let from = job.state;
        let broke_off = from == State::Failed && what == carry::What::Run && job.body.commit.is_some();
        job.state = state;
        job.updated_at = db.clock.now().timestamp_micros();
        if !self.claim(&job, from).await? {
            return Err(Problem::new(Code::Busy, "").into());
        }
        if !broke_off {
            job.body.commit = None;
            db.write(vec![store::forget_rows(job.id)]).await?;
        }
        Ok(self.start(job, actor.clone(), what))
    }

    /// Moves a job into its new state, unless somebody else did a moment before.
    async fn claim(&self, job: &Job, from: State) -> Result<bool, Refusal> {
        if self.inner.live.lock().contains_key(&job.id) {
            return Ok(false);
        }
        let changed = self.records().db().write(vec![store::update_from(job, from)]).await?;
        Ok(changed.first().is_some_and(|count| *count > 0))
    }

    /// `GET /imports/{id}`.
    pub async fn get(&self, actor: &Arc<Actor>, id: RecordId) -> Result<Json, Refusal> {
        let job = self.job(actor, id).await?;
        Ok(self.shown(&job).await)
    }

    /// `GET /imports`: one's own, and for who may do everything those of all.
    pub async fn list(&self, actor: &Arc<Actor>) -> Result<Json, Refusal> {
        let of = (!actor.is_unbound).then_some(actor.id);
        let jobs = store::list(self.records().db(), of, 100).await?;
        Ok(json!({ "imports": jobs.iter().map(report::short).collect::<Vec<_>>() }))
    }

    /// `GET /imports/{id}/rows?fate=…&cursor=…`: rows worth looking at.
    pub async fn rows(
        &self,
        actor: &Arc<Actor>,
        id: RecordId,
        fate: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Json, Refusal> {
        const PAGE: u32 = 100;
        let job = self.job(actor, id).await?;
        let after = match cursor.map(str::parse::<u64>) {
            None => 0,
            Some(Ok(after)) => after,
            Some(Err(_)) => return Err(Problem::new(Code::BadCursor, "cursor").into()),
        };
        let rows = store::shown(self.records().db(), job.id, fate, after, PAGE).await?;
        let next = (rows.len() == PAGE as usize).then(|| rows.last().map(|row| row.n.to_string())).flatten();
        Ok(json!({ "rows": rows, "next_cursor": next }))
    }

    /// `GET /imports/{id}/failures`: the rows that stayed behind, with a column that says why. The path and a name for it.
    pub async fn failures(&self, actor: &Arc<Actor>, id: RecordId) -> Result<(PathBuf, String), Refusal> {
        let job = self.job(actor, id).await?;
        let path = failures::path(&self.folder_of(id));
        if !path.exists() {
            failures::empty(&path, &job).map_err(|error| Problem::new(Code::BadFile, "").with("hint", error))?;
        }
        let stem = Path::new(&job.file).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Ok((path, format!("{stem}-failed.csv")))
    }

    /// Whether rules and flows react to what an import wrote; `cause` is the id its commits carry.
    pub async fn fires_rules(&self, cause: &[u8]) -> Result<bool, Refusal> {
        let Ok(id) = RecordId::from_slice(cause) else { return Ok(true) };
        let job = store::load(self.records().db(), id).await?;
        Ok(job.is_none_or(|job| job.body.mapping.fire_rules))
    }

    /// Throws away the files of imports that ended before a time.
    pub async fn sweep(&self, before: chrono::DateTime<chrono::Utc>) -> Result<usize, Refusal> {
        let mut swept = 0;
        for job in store::list(self.records().db(), None, 100_000).await? {
            let is_over = matches!(job.state, State::Done | State::Failed | State::Undone);
            if is_over
                && job.updated_at < before.timestamp_micros()
                && std::fs::remove_dir_all(self.folder_of(job.id)).is_ok()
            {
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// The job, when it is this person's or he may do everything.
    async fn job(&self, actor: &Actor, id: RecordId) -> Result<Job, Refusal> {
        let job = store::load(self.records().db(), id).await?.ok_or_else(Refusal::not_found)?;
        if job.actor == actor.id || actor.is_unbound { Ok(job) } else { Err(Refusal::not_found()) }
    }

    fn may_import(&self, actor: &Actor, object: &str) -> Result<(), Refusal> {
        let object = self.records().object_for(actor, object)?;
        if actor.may(&object, Access::Import) { Ok(()) } else { Err(Refusal::forbidden()) }
    }

    async fn keep(&self, job: &mut Job, state: State) -> Result<(), Refusal> {
        job.state = state;
        job.updated_at = self.records().db().clock.now().timestamp_micros();
        self.records().db().write(vec![store::update(job)]).await?;
        Ok(())
    }

    fn folder_of(&self, id: RecordId) -> PathBuf {
        self.inner.folder.join(id.to_string())
    }

    /// Whoever began an import, with the rights he has now.
    async fn actor_again(&self, job: &Job) -> Result<Option<Arc<Actor>>, Refusal> {
        let zone = job.body.zone.parse().unwrap_or(Reading::default().zone);
        let reading = Reading { zone, language: job.body.language };
        if job.actor == CONSOLE || job.actor == SYSTEM {
            let mut actor = Actor::console();
            (actor.id, actor.reading) = (job.actor, reading);
            return Ok(Some(Arc::new(actor)));
        }
        self.records().refresh().await?;
        self.records().actor(job.actor, reading).await
    }

    async fn publish(&self, actor: &Arc<Actor>, edits: Vec<Edit>) -> Result<(), Refusal> {
        self.records().publish(actor, edits).await?;
        Ok(())
    }

    /// Carries a job out in the background; the channel tells when it has ended.
    fn start(&self, job: Job, actor: Arc<Actor>, what: carry::What) -> watch::Receiver<bool> {
        let (ended, listening) = watch::channel(false);
        let live = Arc::new(Live {
            done: AtomicU64::new(0),
            total: AtomicU64::new(job.body.total),
            before: AtomicU64::new(0),
            counts: Mutex::default(),
            begun: Instant::now(),
            ended,
        });
        self.inner.live.lock().insert(job.id, live.clone());
        let this = self.clone();
        tokio::spawn(async move {
            let id = job.id;
            this.carry_out(job, actor, what, &live).await;
            this.inner.live.lock().remove(&id);
            live.ended.send_replace(true);
        });
        listening
    }
}

async fn wait(mut ended: watch::Receiver<bool>, patience: Duration) {
    // Whether it ended or patience did: the job's row tells.
    let _ = tokio::time::timeout(patience, ended.wait_for(|ended| *ended)).await;
}

fn require(job: &Job, states: &[State]) -> Result<(), Refusal> {
    if states.contains(&job.state) {
        return Ok(());
    }
    Err(Problem::new(Code::WrongState, "").with("state", job.state.text()).into())
}

/// Moves a file, across disks by copying; its size.
fn take_file(from: &Path, to: &Path) -> std::io::Result<u64> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    if std::fs::rename(from, to).is_err() {
        std::fs::copy(from, to)?;
        std::fs::remove_file(from)?;
    }
    Ok(std::fs::metadata(to)?.len())
}
