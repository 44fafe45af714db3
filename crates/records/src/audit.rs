//! The notary, and what can be checked of the whole: seals over the log, roll-ups and formulas against what they are made of.

use std::time::Duration;

use kehub_db::{Dialect, Select, TableWrite, Where};
use kehub_model::history::dropped_digest;
use kehub_model::history::seal::{self, Digest, Evidence, FIRST, Finding, Seal, Sealed};
use kehub_model::query::{Cond, ListPlan, Page};
use kehub_model::{Moment, RecordId, Value};

use crate::history::COLUMNS;
use crate::read::plan_of;
use crate::{Records, Refusal};

/// How long a transaction on PostgreSQL may still be under way after its moment was taken.
const SETTLING: i64 = 60;

/// Commits of one seal.
const SEALED_AT_ONCE: u32 = 5_000;

/// What `verify` found wrong, as sentences for the operator.
pub type Findings = Vec<String>;

impl Records {
    /// Seals what has been committed since the last seal; how many commits that were.
    pub async fn seal(&self) -> Result<usize, Refusal> {
        let last = self
            .db()
            .table(Select::from("history_seal", &["n", "hash", "members", "prev"]).ordered("n desc").limit(1))
            .await?;
        let last = last.first().map(|row| Seal {
            n: row.int(0),
            hash: digest(row.bytes(1)),
            members: row.bytes(2).to_vec(),
            prev: digest(row.bytes(3)),
        });
        let from = match &last {
            Some(seal) => {
                seal.members().ok().and_then(|members| members.last().map(|(moment, _)| *moment)).unwrap_or_default()
            }
            None => Moment::ZERO,
        };
        let select = Select::from("history_commit", COLUMNS)
            .that(Where::Greater("moment", from.0.into()))
            .that(Where::Less("moment", self.settled().0.into()))
            .ordered("moment")
            .limit(SEALED_AT_ONCE);
        let commits = self.sealed(select).await?;
        if commits.is_empty() {
            return Ok(0);
        }
        let n = last.as_ref().map_or(1, |seal| seal.n + 1);
        let seal = Seal::new(n, last.map_or(FIRST, |seal| seal.hash), &commits);
        let values = vec![
            ("n", n.into()),
            ("members", seal.members.clone().into()),
            ("prev", seal.prev.to_vec().into()),
            ("hash", seal.hash.to_vec().into()),
        ];
        // Two nodes may seal at once: the number is the key, the second one's is refused and it goes on from the first's.
        match self.db().write(vec![TableWrite::Insert { table: "history_seal", values, key: true }]).await {
            Ok(_) => Ok(commits.len()),
            Err(error) => {
                tracing::debug!(%error, "another node has sealed");
                Ok(0)
            }
        }
    }

    /// Moments before this one will see no more commits.
    fn settled(&self) -> Moment {
        match self.db().dialect() {
            // One writer: what is committed is settled.
            Dialect::Sqlite => Moment(i64::MAX),
            Dialect::Postgres => Moment::first_at(self.db().clock.now() - chrono::Duration::seconds(SETTLING)),
        }
    }

    async fn sealed(&self, select: Select) -> Result<Vec<Sealed>, Refusal> {
        let rows = self.db().table(select).await?;
        Ok(rows
            .iter()
            .map(|row| {
                let body = row.bytes(11);
                // Of a body dropped by retention the digest of what stood there is kept.
                let digest =
                    dropped_digest(body).unwrap_or_else(|| seal::row_digest(&crate::history::header(row), body));
                (Moment(row.int(0)), digest)
            })
            .collect())
    }

    /// What must happen now and then while the server runs, about once a second: sealing, noticing what other nodes have
    /// published, forgetting idempotency keys after 48 hours.
    pub async fn tend(&self) {
        let mut round = 0u32;
        loop {
            if let Err(refusal) = self.seal().await {
                tracing::warn!(%refusal, "the notary could not seal");
            }
            if let Err(refusal) = self.refresh().await {
                tracing::warn!(%refusal, "catalog and rights could not be read again");
            }
            if round.is_multiple_of(600) {
                let old = self.db().clock.now() - chrono::Duration::hours(48);
                let filter = vec![Where::Less("at", old.timestamp().into())];
                if let Err(error) = self.db().write(vec![TableWrite::Delete { table: "record_key", filter }]).await {
                    tracing::warn!(%error, "old idempotency keys could not be forgotten");
                }
            }
            round = round.wrapping_add(1);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// `kehub audit verify`: whether the log is what it was. `checkpoints` were written down outside of the database.
    pub async fn audit_verify(&self, checkpoints: &[(i64, Digest)]) -> Result<Findings, Refusal> {
        let mut seals = Vec::new();
        loop {
            let from = seals.last().map_or(0, |seal: &Seal| seal.n);
            let select = Select::from("history_seal", &["n", "members", "prev", "hash"])
                .that(Where::Greater("n", from.into()))
                .ordered("n")
                .limit(1_000);
            let rows = self.db().table(select).await?;
            seals.extend(rows.iter().map(|row| Seal {
                n: row.int(0),
                members: row.bytes(1).to_vec(),
                prev: digest(row.bytes(2)),
                hash: digest(row.bytes(3)),
            }));
            if rows.len() < 1_000 {
                break;
            }
        }
        let mut commits: Vec<Sealed> = Vec::new();
        loop {
            let from = commits.last().map_or(-1, |(moment, _)| moment.0);
            let select = Select::from("history_commit", COLUMNS)
                .that(Where::Greater("moment", from.into()))
                .ordered("moment")
                .limit(SEALED_AT_ONCE);
            let more = self.sealed(select).await?;
            let is_last = more.len() < SEALED_AT_ONCE as usize;
            commits.extend(more);
            if is_last {
                break;
            }
        }
        let newest = seals
            .last()
            .and_then(|seal| seal.members().ok())
            .and_then(|members| members.last().map(|(moment, _)| *moment));
        let evidence = Evidence {
            commits: &commits,
            settled: newest.unwrap_or_default().min(self.settled()),
            erased: &[],
            checkpoints,
        };
        Ok(seal::verify(&seals, &evidence).into_iter().map(told).collect())
    }

    /// The number and hash of the last seal: what is written down outside of the database.
    pub async fn checkpoint(&self) -> Result<Option<(i64, String)>, Refusal> {
        let rows = self.db().table(Select::from("history_seal", &["n", "hash"]).ordered("n desc").limit(1)).await?;
        Ok(rows.first().map(|row| (row.int(0), row.bytes(1).iter().map(|byte| format!("{byte:02x}")).collect())))
    }

    /// `kehub verify`: the database's own checks, every record's last commit, every stored formula and roll-up.
    pub async fn verify(&self) -> Result<Findings, Refusal> {
        let mut findings: Findings = self.db().integrity().await?;
        let state = self.state();
        for object in state.catalog.active() {
            let mut page = Page::First;
            loop {
                let picks = vec![crate::state::id_pick(object)];
                let plan = ListPlan { page, ..plan_of(object, picks, Cond::Const(true), 1_000) };
                let listed = self.db().list(state.catalog.clone(), plan).await?;
                let ids: Vec<_> = listed.rows.iter().filter_map(|row| row[0].as_id()).collect();
                let rows = self.db().rows(state.catalog.clone(), object.id, ids).await?;
                self.check_rows(object, &rows, &mut findings).await?;
                match listed.next {
                    Some(next) => page = Page::After(next),
                    None => break,
                }
            }
            self.check_rollups(object, &mut findings).await?;
        }
        Ok(findings)
    }

    async fn check_rows(
        &self,
        object: &kehub_model::Object,
        rows: &[kehub_db::Row],
        findings: &mut Findings,
    ) -> Result<(), Refusal> {
        let moments: Vec<kehub_db::Bind> = rows.iter().map(|row| row.moment.0.into()).collect();
        let mut known = std::collections::HashSet::new();
        for row in
            self.db().table(Select::from("history_commit", &["moment"]).that(Where::Among("moment", moments))).await?
        {
            known.insert(row.int(0));
        }
        for row in rows {
            if !known.contains(&row.moment.0) {
                findings.push(format!("{}/{}: its commit {} is not in the history", object.key, row.id, row.moment));
            }
            let mut values = row.values.clone();
            for place in kehub_model::derive::derive(object, &mut values) {
                findings.push(format!(
                    "{}/{}.{}: the stored formula is not current",
                    object.key, row.id, object.fields[place].key
                ));
            }
        }
        Ok(())
    }

    async fn check_rollups(
        &self,
        object: &std::sync::Arc<kehub_model::Object>,
        findings: &mut Findings,
    ) -> Result<(), Refusal> {
        let state = self.state();
        for field in object.own_fields() {
            let Some(rollup) = crate::derive::rollup(&state.catalog, object, field.id) else { continue };
            let mut wanted: std::collections::HashMap<RecordId, Value> = std::collections::HashMap::new();
            for row in self.db().aggregate(state.catalog.clone(), rollup.plan(Cond::Const(true))).await? {
                if let Some(id) = row[0].as_id() {
                    wanted.insert(id, row[1].clone());
                }
            }
            let mut page = Page::First;
            loop {
                let picks: Vec<_> = [Some(crate::state::id_pick(object)), crate::state::own_pick(object, &field.key)]
                    .into_iter()
                    .flatten()
                    .collect();
                let plan = ListPlan { page, ..plan_of(object, picks, Cond::Const(true), 1_000) };
                let listed = self.db().list(state.catalog.clone(), plan).await?;
                for row in &listed.rows {
                    let Some(id) = row[0].as_id() else { continue };
                    let right = wanted.get(&id).cloned().unwrap_or_else(|| rollup.of_none());
                    if row[1] != right {
                        findings.push(format!(
                            "{}/{id}.{}: the roll-up says {}, its records {}",
                            object.key,
                            field.key,
                            row[1].to_json(),
                            right.to_json()
                        ));
                    }
                }
                match listed.next {
                    Some(next) => page = Page::After(next),
                    None => break,
                }
            }
        }
        Ok(())
    }
}

fn digest(bytes: &[u8]) -> Digest {
    bytes.try_into().unwrap_or_default()
}

fn told(finding: Finding) -> String {
    match finding {
        Finding::Changed { seal, moment: Some(moment) } => {
            format!("commit {moment} has been changed after seal {seal}")
        }
        Finding::Changed { seal, moment: None } => format!("seal {seal} has been changed"),
        Finding::Removed { seal, moment: Some(moment) } => format!("commit {moment} of seal {seal} is gone"),
        Finding::Removed { seal, moment: None } => format!("seal {seal} is gone"),
        Finding::Inserted { moment } => format!("commit {moment} was put in after its time"),
        Finding::Reordered { seal } => format!("seal {seal} does not follow from the one before"),
        Finding::CutTail { last } => format!("the log ends at seal {last}, before what a checkpoint has seen"),
    }
}
