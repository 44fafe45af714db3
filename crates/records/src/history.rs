//! The causal history: a record's entries, why a value stands, what is in the recycle bin.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use kehub_db::{Answer, Ask, Select, TableRow, Where};
use kehub_model::actor::Sight;
use kehub_model::catalog::system;
use kehub_model::fields::Kind;
use kehub_model::history::{self, Cause, Commit, Entry, Head, Op};
use kehub_model::rights::Access;
use kehub_model::value::{instant_text, json_text};
use kehub_model::{Actor, Code, Field, Moment, Object, Problem, RecordId, Value};

use crate::render::{Writer, masked};
use crate::state::State;
use crate::{Records, Refusal, Style, cursor, unmoved};

/// The columns of a commit, in the order they are read.
pub(crate) const COLUMNS: &[&str] = &[
    "moment",
    "actor",
    "on_behalf",
    "cause",
    "cause_id",
    "depth",
    "lane",
    "catalog",
    "object",
    "record",
    "prev",
    "body",
];

/// Entries of one page of a record's history.
const PAGE: usize = 50;

impl Records {
    /// Commits, decoded, in the order they come in.
    pub(crate) async fn commits(&self, select: Select) -> Result<Vec<Commit>, Refusal> {
        let rows = self.db().table(select).await?;
        self.decode(rows).await
    }

    pub(crate) async fn commit_at(&self, moment: Moment) -> Result<Option<Commit>, Refusal> {
        let select = Select::from("history_commit", COLUMNS).that(Where::Is("moment", moment.0.into()));
        Ok(self.commits(select).await?.into_iter().next())
    }

    /// Commits of one cause, oldest first.
    pub(crate) async fn commits_of(&self, cause_id: &[u8]) -> Result<Vec<Moment>, Refusal> {
        let select = Select::from("history_commit", &["moment"])
            .that(Where::Is("cause_id", cause_id.to_vec().into()))
            .ordered("moment");
        Ok(self.db().table(select).await?.iter().map(|row| Moment(row.int(0))).collect())
    }

    async fn decode(&self, rows: Vec<TableRow>) -> Result<Vec<Commit>, Refusal> {
        let corrupt = |error: history::Corrupt| Refusal::Fault(anyhow::anyhow!("history: {error:?}").into());
        let mut wanted: Vec<Vec<u8>> = Vec::new();
        for row in &rows {
            let blobs = history::mentioned_blobs(row.bytes(11), head_of(row)).unwrap_or_default();
            wanted.extend(blobs.into_iter().map(|hash| hash.to_vec()));
        }
        let mut texts: HashMap<Vec<u8>, String> = HashMap::new();
        for chunk in wanted.chunks(1_000) {
            let among = chunk.iter().map(|hash| hash.clone().into()).collect();
            for row in self
                .db()
                .table(Select::from("history_blob", &["hash", "body"]).that(Where::Among("hash", among)))
                .await?
            {
                texts.insert(row.bytes(0).to_vec(), String::from_utf8_lossy(row.bytes(1)).into_owned());
            }
        }
        rows.iter()
            .map(|row| {
                let head = head_of(row);
                let body = match history::decode(row.bytes(11), head, &mut |hash| texts.get(&hash[..]).cloned()) {
                    // What retention has dropped is known to have been there.
                    Err(history::Corrupt::Dropped) => history::Body::default(),
                    body => body.map_err(corrupt)?,
                };
                Ok(Commit { body, ..header(row) })
            })
            .collect()
    }

    /// A record's entries, newest first, from a moment on, until `wanted` says enough.
    pub(crate) async fn walk(
        &self,
        record: RecordId,
        from: Moment,
        mut enough: impl FnMut(&[(Commit, Entry)]) -> bool,
    ) -> Result<(Vec<(Commit, Entry)>, Option<Moment>), Refusal> {
        let mut found: Vec<(Commit, Entry)> = Vec::new();
        let mut next = Some(from);
        while let Some(moment) = next {
            let Some(commit) = self.commit_at(moment).await? else { break };
            let entry = commit.body.entries.iter().find(|entry| entry.record == record).cloned();
            let Some(entry) = entry else { break };
            next = entry.prev;
            found.push((commit, entry));
            if enough(&found) {
                break;
            }
        }
        Ok((found, next))
    }

    /// Where a record's list begins: its last commit, or the one that deleted it.
    async fn newest(
        &self,
        state: &State,
        actor: &Actor,
        object: &Arc<Object>,
        id: RecordId,
    ) -> Result<Moment, Refusal> {
        let rules = vec![Arc::new(actor.rule(object, Access::Read))];
        let ask = Ask::Rows { object: object.id, ids: vec![id], rules, links: false };
        if let Answer::Rows(rows) = self.db().ask(state.catalog.clone(), ask).await?
            && let Some(row) = rows.into_iter().next()
        {
            return if row.rules.first() == Some(&true) { Ok(row.moment) } else { Err(Refusal::not_found()) };
        }
        // The deleted are shown to those who may delete.
        if !actor.may(object, Access::Delete) {
            return Err(Refusal::not_found());
        }
        let ask = Ask::Trashed { object: object.id, ids: vec![id] };
        match self.db().ask(state.catalog.clone(), ask).await? {
            Answer::Trashed(found) => found.first().map(|(_, moment)| *moment).ok_or_else(Refusal::not_found),
            _ => Err(Refusal::not_found()),
        }
    }

    /// `GET /records/{object}/{id}/history`.
    pub async fn history(
        &self,
        actor: &Actor,
        object: &str,
        id: RecordId,
        cursor: Option<&str>,
        style: Style,
    ) -> Result<String, Refusal> {
        unmoved!(self, actor, |state, actor| self.history_now(&state, actor, object, id, cursor, style))
    }

    async fn history_now(
        &self,
        state: &State,
        actor: &Actor,
        object: &str,
        id: RecordId,
        cursor: Option<&str>,
        style: Style,
    ) -> Result<String, Refusal> {
        let object = state.object_for(actor, object)?;
        let newest = self.newest(state, actor, &object, id).await?;
        let shape = format!("history {id}");
        let from = match cursor {
            None => newest,
            Some(text) => match &cursor::read(&self.inner.secret, &shape, text)?[..] {
                [Value::Number(moment)] => Moment(i64::try_from(*moment).unwrap_or_default()),
                _ => return Err(Problem::new(Code::BadCursor, "cursor").into()),
            },
        };
        let (entries, next) = self.walk(id, from, |found| found.len() >= PAGE).await?;
        self.still_stands(state).await?;
        let writer = Writer::new(state, style);
        let mut json = String::from("{\"entries\":[");
        for (n, (commit, entry)) in entries.iter().enumerate() {
            if n > 0 {
                json.push(',');
            }
            write_entry(&writer, actor, &object, commit, entry, &mut json);
        }
        json.push_str("],\"next_cursor\":");
        match next {
            Some(moment) => json_text(&cursor::write(&self.inner.secret, &shape, &[Value::from(moment.0)]), &mut json),
            None => json.push_str("null"),
        }
        json.push('}');
        Ok(json)
    }

    /// Why a field's value stands: the commit that wrote it and what that came from; for a computed value its formula and inputs,
    /// each with its own why.
    pub async fn why(
        &self,
        actor: &Actor,
        object: &str,
        id: RecordId,
        field: &str,
        style: Style,
    ) -> Result<String, Refusal> {
        unmoved!(self, actor, |state, actor| self.why_now(&state, actor, object, id, field, style))
    }

    async fn why_now(
        &self,
        state: &State,
        actor: &Actor,
        object: &str,
        id: RecordId,
        field: &str,
        style: Style,
    ) -> Result<String, Refusal> {
        let object = state.object_for(actor, object)?;
        let newest = self.newest(state, actor, &object, id).await?;
        let unknown = || Refusal::from(Problem::new(Code::UnknownField, "field").with("name", field));
        let wanted = object.field(field).ok_or_else(unknown)?;
        if !matches!(actor.sight(&object, wanted.id), Sight::Always) {
            return Err(unknown());
        }
        let mut names: Vec<String> = vec![wanted.key.clone()];
        match &wanted.def.kind {
            Kind::Formula(_) => {
                let references =
                    wanted.formula.as_ref().map(|formula| formula.references().to_vec()).unwrap_or_default();
                names.extend(references.into_iter().filter_map(|path| path.into_iter().next()));
            }
            Kind::Lookup(lookup) => names.push(lookup.link.clone()),
            _ => {}
        }
        let readable: Vec<&Field> = names
            .iter()
            .filter_map(|name| object.field(name))
            .filter(|field| matches!(actor.sight(&object, field.id), Sight::Always))
            .collect();
        let mut left: Vec<i32> =
            readable.iter().filter(|field| field.def.kind.is_writable()).map(|field| field.id).collect();
        let (entries, _) = self
            .walk(id, newest, |found| {
                if let Some((_, entry)) = found.last() {
                    left.retain(|id| !entry.changes.iter().any(|change| change.field == *id));
                }
                left.is_empty() || found.len() >= 2_000
            })
            .await?;
        self.still_stands(state).await?;
        let writer = Writer::new(state, style);
        let mut json = String::from("{\"field\":");
        json_text(field, &mut json);
        let kind = match &wanted.def.kind {
            Kind::Formula(_) => "formula",
            Kind::Rollup(_) => "rollup",
            Kind::Lookup(_) => "lookup",
            _ if wanted.is_system => "system",
            _ => "written",
        };
        let _ = write!(json, ",\"kind\":\"{kind}\"");
        if let Kind::Formula(formula) = &wanted.def.kind {
            json.push_str(",\"formula\":");
            json_text(&formula.formula, &mut json);
        }
        if let Kind::Rollup(rollup) = &wanted.def.kind {
            json.push_str(",\"rollup\":");
            json.push_str(&serde_json::to_string(rollup).unwrap_or_default());
        }
        json.push_str(",\"inputs\":[");
        for (n, input) in readable.iter().enumerate() {
            if n > 0 {
                json.push(',');
            }
            json.push_str("{\"field\":");
            json_text(&input.key, &mut json);
            json.push_str(",\"entry\":");
            let by = entries.iter().find(|(_, entry)| entry.changes.iter().any(|change| change.field == input.id));
            let by = by.or_else(|| entries.iter().find(|(_, entry)| entry.op == Op::Create));
            match by {
                Some((commit, entry)) => {
                    let only = Entry {
                        changes: entry.changes.iter().filter(|change| change.field == input.id).cloned().collect(),
                        ..entry.clone()
                    };
                    write_entry(&writer, actor, &object, commit, &only, &mut json);
                    json.push_str(",\"chain\":");
                    self.write_chain(&writer, commit, &mut json).await?;
                }
                None => json.push_str("null,\"chain\":[]"),
            }
            json.push('}');
        }
        json.push_str("]}");
        Ok(json)
    }

    /// What a commit came from, step by step up to a person, an import or an outside call.
    async fn write_chain(&self, writer: &Writer<'_>, commit: &Commit, json: &mut String) -> Result<(), Refusal> {
        json.push('[');
        let mut at = commit.clone();
        for n in 0..16 {
            if n > 0 {
                json.push(',');
            }
            write_commit(writer, &at, json);
            json.push('}');
            match at.undoes() {
                Some(moment) => match self.commit_at(moment).await? {
                    Some(commit) => at = commit,
                    None => break,
                },
                None => break,
            }
        }
        json.push(']');
        Ok(())
    }

    /// The recycle bin of an object, newest first.
    pub async fn trash(&self, actor: &Actor, object: &str, cursor: Option<&str>) -> Result<String, Refusal> {
        unmoved!(self, actor, |state, actor| self.trash_now(&state, actor, object, cursor))
    }

    async fn trash_now(
        &self,
        state: &State,
        actor: &Actor,
        object: &str,
        cursor: Option<&str>,
    ) -> Result<String, Refusal> {
        let object = state.object_for(actor, object)?;
        if !actor.may(&object, Access::Delete) {
            return Err(Refusal::forbidden());
        }
        let shape = format!("trash {}", object.id);
        let mut select = Select::from("record_trash", &["record", "moment", "title"])
            .that(Where::Is("object", i64::from(object.id).into()))
            .ordered("moment desc, record")
            .limit(101);
        if let Some(text) = cursor
            && let [Value::Number(moment)] = &cursor::read(&self.inner.secret, &shape, text)?[..]
        {
            select = select.that(Where::AtMost("moment", i64::try_from(*moment).unwrap_or_default().into()));
        }
        let rows = self.db().table(select).await?;
        self.still_stands(state).await?;
        let mut json = String::from("{\"records\":[");
        for (n, row) in rows.iter().take(100).enumerate() {
            if n > 0 {
                json.push(',');
            }
            let moment = Moment(row.int(1));
            let _ = write!(json, "{{\"id\":\"{}\",\"title\":", row.uuid(0).unwrap_or_default());
            json_text(row.text(2), &mut json);
            let _ = write!(json, ",\"deleted_at\":\"{}\",\"commit\":\"{moment}\"}}", instant_text(moment.time()));
        }
        json.push_str("],\"next_cursor\":");
        match rows.get(100) {
            Some(row) => json_text(&cursor::write(&self.inner.secret, &shape, &[Value::from(row.int(1))]), &mut json),
            None => json.push_str("null"),
        }
        json.push('}');
        Ok(json)
    }
}

/// A commit without its body.
pub(crate) fn header(row: &TableRow) -> Commit {
    Commit {
        moment: Moment(row.int(0)),
        actor: row.uuid(1).unwrap_or_default(),
        on_behalf: row.uuid(2),
        cause: Cause::of_number(row.int(3) as i16).unwrap_or(Cause::Call),
        cause_id: (!row.is_null(4)).then(|| row.bytes(4).to_vec()),
        depth: row.int(5) as i16,
        lane: row.int(6) as i16,
        catalog: row.int(7) as i32,
        object: (!row.is_null(8)).then(|| row.int(8) as i32),
        record: row.uuid(9),
        prev: (!row.is_null(10)).then(|| Moment(row.int(10))),
        body: history::Body::default(),
    }
}

fn head_of(row: &TableRow) -> Option<Head> {
    let record = row.uuid(9)?;
    let prev = (!row.is_null(10)).then(|| Moment(row.int(10)));
    Some(Head { object: row.int(8) as i32, record, prev })
}

/// What a cause is called.
pub(crate) fn cause_word(cause: Cause) -> &'static str {
    match cause {
        Cause::Person => "person",
        Cause::Import => "import",
        Cause::Rule => "rule",
        Cause::Flow => "flow",
        Cause::Call => "call",
        Cause::Undo => "undo",
        Cause::Schema => "schema",
    }
}

/// The head of a commit, the brace left open.
fn write_commit(writer: &Writer<'_>, commit: &Commit, json: &mut String) {
    let _ =
        write!(json, "{{\"commit\":\"{}\",\"at\":\"{}\",\"by\":", commit.moment, instant_text(commit.moment.time()));
    write_person(writer.state, commit.actor, json);
    if let Some(on_behalf) = commit.on_behalf {
        json.push_str(",\"on_behalf\":");
        write_person(writer.state, on_behalf, json);
    }
    let _ = write!(json, ",\"cause\":\"{}\"", cause_word(commit.cause));
    if let Some(id) = &commit.cause_id {
        let text = match (commit.undoes(), <[u8; 16]>::try_from(id.as_slice())) {
            (Some(moment), _) => moment.to_string(),
            (None, Ok(bytes)) => uuid::Uuid::from_bytes(bytes).to_string(),
            _ => id.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        let _ = write!(json, ",\"cause_id\":\"{text}\"");
    }
}

fn write_person(state: &State, id: RecordId, json: &mut String) {
    let name = state.name_of(id);
    let _ = write!(json, "{{\"id\":\"{id}\",\"title\":");
    match name {
        Some(name) => json_text(name, json),
        None => json.push_str("null"),
    }
    json.push('}');
}

/// One entry with the fields the actor may read.
fn write_entry(writer: &Writer<'_>, actor: &Actor, object: &Object, commit: &Commit, entry: &Entry, json: &mut String) {
    write_commit(writer, commit, json);
    let op = match entry.op {
        Op::Create => "create",
        Op::Update => "update",
        Op::Delete => "delete",
    };
    let _ = write!(json, ",\"op\":\"{op}\",\"changes\":[");
    let mut first = true;
    for change in &entry.changes {
        let Some(field) = object.any_field(change.field) else { continue };
        let is_masked = match actor.sight(object, field.id) {
            Sight::Always => false,
            Sight::Masked => true,
            _ => continue,
        };
        if field.id == system::ID {
            continue;
        }
        if !std::mem::take(&mut first) {
            json.push(',');
        }
        json.push_str("{\"field\":");
        json_text(&field.key, json);
        for (name, value) in [("before", &change.before), ("after", &change.after)] {
            let _ = write!(json, ",\"{name}\":");
            if is_masked && !value.is_null() {
                json_text(&masked(&field.def.kind.display(value, writer.style.language)), json);
            } else {
                writer.plain(field, value, None, json);
            }
        }
        json.push('}');
    }
    json.push_str("]}");
}
