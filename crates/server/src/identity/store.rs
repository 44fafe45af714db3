//! The tables of identity: rows in, rows out.

use kehub_db::{Bind, Db, Fault, Select, TableRow, TableWrite, Where};
use kehub_model::RecordId;

const COLUMNS: &[&str] = &["person", "email", "password", "is_admin", "is_disabled", "locale", "time_zone"];

/// How a person may sign in.
#[derive(Clone, Debug, PartialEq)]
pub struct Credential {
    pub person: RecordId,
    pub email: String,
    pub password: Option<String>,
    pub is_admin: bool,
    pub is_disabled: bool,
    pub locale: Option<String>,
    pub time_zone: Option<String>,
}

fn read(row: &TableRow) -> Credential {
    let text = |n: usize| (!row.is_null(n)).then(|| row.text(n).to_owned());
    Credential {
        person: row.uuid(0).unwrap_or_default(),
        email: row.text(1).to_owned(),
        password: text(2),
        is_admin: row.int(3) != 0,
        is_disabled: row.int(4) != 0,
        locale: text(5),
        time_zone: text(6),
    }
}

pub async fn credential(db: &Db, person: RecordId) -> Result<Option<Credential>, Fault> {
    let rows = db.table(Select::from("identity_credential", COLUMNS).that(Where::Is("person", person.into()))).await?;
    Ok(rows.first().map(read))
}

pub(super) async fn credential_of(db: &Db, email: &str) -> Result<Option<Credential>, Fault> {
    let email = super::folded(email);
    let rows = db.table(Select::from("identity_credential", COLUMNS).that(Where::Is("email", email.into()))).await?;
    Ok(rows.first().map(read))
}

pub async fn credentials(db: &Db) -> Result<Vec<Credential>, Fault> {
    Ok(db.table(Select::from("identity_credential", COLUMNS)).await?.iter().map(read).collect())
}

/// The role keys of everybody, or of one person.
pub async fn roles(db: &Db, person: Option<RecordId>) -> Result<Vec<(RecordId, String)>, Fault> {
    let mut select = Select::from("identity_role", &["person", "role"]).ordered("role");
    if let Some(person) = person {
        select = select.that(Where::Is("person", person.into()));
    }
    let rows = db.table(select).await?;
    Ok(rows.iter().filter_map(|row| Some((row.uuid(0)?, row.text(1).to_owned()))).collect())
}

/// The row that lets a person sign in.
pub(super) fn new_credential(credential: &Credential, at: i64) -> TableWrite {
    let values: Vec<(&'static str, Bind)> = vec![
        ("person", credential.person.into()),
        ("email", super::folded(&credential.email).into()),
        ("password", credential.password.clone().into()),
        ("is_admin", i64::from(credential.is_admin).into()),
        ("is_disabled", i64::from(credential.is_disabled).into()),
        ("locale", credential.locale.clone().into()),
        ("time_zone", credential.time_zone.clone().into()),
        ("created_at", at.into()),
    ];
    TableWrite::Insert { table: "identity_credential", values, key: false }
}

pub(super) fn change_credential(person: RecordId, values: Vec<(&'static str, Bind)>) -> TableWrite {
    TableWrite::Update { table: "identity_credential", values, filter: vec![Where::Is("person", person.into())] }
}

/// Ends every session of a person, but one.
pub(super) fn end_sessions(person: RecordId, but: Option<uuid::Uuid>) -> TableWrite {
    let mut filter = vec![Where::Is("person", person.into())];
    if let Some(session) = but {
        filter.push(Where::IsNot("id", session.into()));
    }
    TableWrite::Delete { table: "identity_session", filter }
}

/// Makes a person's links void, and the mails that were to bring them.
pub(super) fn void_links(person: RecordId, at: i64) -> [TableWrite; 2] {
    let links = TableWrite::Delete { table: "identity_token", filter: vec![Where::Is("person", person.into())] };
    [links, kehub_connect::store::outbox::void(person, at)]
}
