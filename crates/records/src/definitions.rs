//! Definitions: what people draw besides objects, and roles among it. Each stands as a working copy with its published versions
//! beside it.
//!
//! **Architecture invariant:** a change of a role moves the rights number, so that everybody's rights are compiled anew.

use kehub_db::{Bind, Db, Fault, Select, TableRow, TableWrite, Where};
use kehub_model::{Moment, RecordId};
use serde_json::Value as Json;

const COLUMNS: &[&str] = &["kind", "key", "body", "owner", "solution", "origin", "version", "moment", "state"];

/// One thing somebody drew.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    pub kind: String,
    pub key: String,
    /// As it stands in the designer.
    pub body: Json,
    /// Whose own it is; `None`: everybody's.
    pub owner: Option<RecordId>,
    pub solution: String,
    /// Of shipped ones: where it came from and as what, to tell a customer's change from ours.
    pub origin: Option<Json>,
    /// The newest published version; 0 before the first.
    pub version: i64,
    pub state: Standing,
}

/// Whether a definition is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Active,
    /// Drawn, never published.
    Draft,
    Retired,
}

impl Standing {
    fn number(self) -> i64 {
        match self {
            Standing::Active => 0,
            Standing::Draft => 1,
            Standing::Retired => 2,
        }
    }

    fn of(number: i64) -> Standing {
        match number {
            0 => Standing::Active,
            1 => Standing::Draft,
            _ => Standing::Retired,
        }
    }
}

/// A published version.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub version: i64,
    pub body: Json,
    pub at: Moment,
    pub actor: RecordId,
}

/// All of a kind that are not retired, in the order of their keys.
pub async fn list(db: &Db, kind: &str) -> Result<Vec<Definition>, Fault> {
    let select = Select::from("definition", COLUMNS).that(Where::Is("kind", kind.into()));
    let rows = db.table(select.that(Where::IsNot("state", Standing::Retired.number().into())).ordered("key")).await?;
    rows.iter().map(definition).collect()
}

/// All there are, of every kind.
pub async fn all(db: &Db) -> Result<Vec<Definition>, Fault> {
    let select = Select::from("definition", COLUMNS).that(Where::IsNot("state", Standing::Retired.number().into()));
    db.table(select.ordered("kind, key")).await?.iter().map(definition).collect()
}

/// One, also a retired one.
pub async fn find(db: &Db, kind: &str, key: &str) -> Result<Option<Definition>, Fault> {
    let select =
        Select::from("definition", COLUMNS).that(Where::Is("kind", kind.into())).that(Where::Is("key", key.into()));
    db.table(select).await?.first().map(definition).transpose()
}

/// Its published versions, newest first.
pub async fn versions(db: &Db, kind: &str, key: &str) -> Result<Vec<Version>, Fault> {
    let select = Select::from("definition_version", &["version", "body", "moment", "actor"])
        .that(Where::Is("kind", kind.into()))
        .that(Where::Is("key", key.into()))
        .ordered("version desc");
    let rows = db.table(select).await?;
    rows.iter()
        .map(|row| {
            Ok(Version {
                version: row.int(0),
                body: body(row.text(1))?,
                at: Moment(row.int(2)),
                actor: row.uuid(3).unwrap_or_default(),
            })
        })
        .collect()
}

/// The rows that make a definition stand as given.
pub fn put(definition: &Definition, at: Moment) -> TableWrite {
    let values: Vec<(&'static str, Bind)> = vec![
        ("kind", definition.kind.as_str().into()),
        ("key", definition.key.as_str().into()),
        ("body", definition.body.to_string().into()),
        ("owner", definition.owner.into()),
        ("solution", definition.solution.as_str().into()),
        ("origin", definition.origin.as_ref().map(Json::to_string).into()),
        ("version", definition.version.into()),
        ("moment", at.0.into()),
        ("state", definition.state.number().into()),
    ];
    TableWrite::Put { table: "definition", values, keys: 2 }
}

/// The row that keeps a definition's body as its published version.
pub fn keep_version(definition: &Definition, at: Moment, actor: RecordId) -> TableWrite {
    let values: Vec<(&'static str, Bind)> = vec![
        ("kind", definition.kind.as_str().into()),
        ("key", definition.key.as_str().into()),
        ("version", definition.version.into()),
        ("body", definition.body.to_string().into()),
        ("moment", at.0.into()),
        ("actor", actor.into()),
    ];
    TableWrite::Put { table: "definition_version", values, keys: 3 }
}

/// The row that keeps a state of something that is no definition but changes as seldom; its moment is its version.
pub fn keep_state(kind: &str, key: &str, body: &Json, at: Moment, actor: RecordId) -> TableWrite {
    let values: Vec<(&'static str, Bind)> = vec![
        ("kind", kind.into()),
        ("key", key.into()),
        ("version", at.0.into()),
        ("body", body.to_string().into()),
        ("moment", at.0.into()),
        ("actor", actor.into()),
    ];
    TableWrite::Put { table: "definition_version", values, keys: 3 }
}

/// Carries the writes out. When a role is among them, everybody's rights are compiled anew.
pub async fn write(db: &Db, writes: Vec<TableWrite>, touches_rights: bool) -> Result<(), Fault> {
    if touches_rights {
        db.write_rights(writes).await?;
    } else {
        db.write(writes).await?;
    }
    Ok(())
}

fn definition(row: &TableRow) -> Result<Definition, Fault> {
    Ok(Definition {
        kind: row.text(0).to_owned(),
        key: row.text(1).to_owned(),
        body: body(row.text(2))?,
        owner: row.uuid(3),
        solution: row.text(4).to_owned(),
        origin: (!row.is_null(5)).then(|| body(row.text(5))).transpose()?,
        version: row.int(6),
        state: Standing::of(row.int(8)),
    })
}

fn body(text: &str) -> Result<Json, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::Other(error.into()))
}
