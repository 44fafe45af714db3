//! Keys of programs: shown once, scoped, expiring, each its person's.

use std::sync::Arc;

use kehub_api::{Means, Refused};
use kehub_db::{Select, TableRow, TableWrite, Where, new_id};
use kehub_model::{Code, Problem, RecordId};
use uuid::Uuid;

use super::{Identity, secret, stored};

pub(super) const PREFIX: &str = "khk_";
const DAY_US: i64 = 86_400_000_000;
/// A key ends after a year unless a time is said, and after five in any case.
const USUAL_US: i64 = 365 * DAY_US;
const LONGEST_US: i64 = 5 * 365 * DAY_US;
const SEEN_US: i64 = 300_000_000;

/// What a key may be allowed; a key without any may do what its person may.
pub const SCOPES: &[&str] = &["read", "write", "design", "people", "roles", "connections", "operations"];

const COLUMNS: &[&str] = &["id", "person", "label", "scopes", "created_at", "seen_at", "expires_at"];

pub struct Key {
    pub id: Uuid,
    pub person: RecordId,
    pub label: String,
    pub scopes: Vec<String>,
    pub created_at: i64,
    pub seen_at: Option<i64>,
    pub expires_at: i64,
}

pub struct NewKey {
    pub label: String,
    pub scopes: Vec<String>,
    pub expires_at: Option<i64>,
}

impl Key {
    fn of(row: &TableRow) -> Key {
        let scopes = row.text(3).split(' ').filter(|scope| !scope.is_empty());
        Key {
            id: row.uuid(0).unwrap_or_default(),
            person: row.uuid(1).unwrap_or_default(),
            label: row.text(2).to_owned(),
            scopes: scopes.map(str::to_owned).collect(),
            created_at: row.int(4),
            seen_at: (!row.is_null(5)).then(|| row.int(5)),
            expires_at: row.int(6),
        }
    }

    /// What a key begins with: enough to tell it from others.
    pub fn prefix(&self) -> String {
        prefix(self.id)
    }
}

fn prefix(id: Uuid) -> String {
    // The end of the id is its random part.
    let text = id.simple().to_string();
    format!("{PREFIX}{}_", &text[text.len() - 8..])
}

impl Identity {
    /// Makes a key; its secret is told here and never again.
    pub async fn make_key(&self, person: RecordId, new: NewKey) -> Result<(Key, String), Refused> {
        let label = new.label.trim().to_owned();
        let mut problems = Vec::new();
        if label.is_empty() {
            problems.push(Problem::new(Code::Required, "label").with("field", "label"));
        } else if label.chars().count() > 100 {
            problems.push(Problem::new(Code::TooLong, "label").with("max", 100));
        }
        for (n, _) in new.scopes.iter().enumerate().filter(|(_, scope)| !SCOPES.contains(&scope.as_str())) {
            problems.push(Problem::new(Code::NotOneOf, format!("scopes[{n}]")).with("allowed", SCOPES.join(" ")));
        }
        let now = self.now();
        let expires_at = new.expires_at.unwrap_or(now + USUAL_US);
        if expires_at <= now || expires_at > now + LONGEST_US {
            problems.push(Problem::new(Code::OutOfRange, "expires_at").with("min", "+0 d").with("max", "+1825 d"));
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let id = new_id(&self.db().clock);
        let token = secret(&prefix(id));
        let values = vec![
            ("id", id.into()),
            ("token", stored(&token).to_vec().into()),
            ("person", person.into()),
            ("label", label.as_str().into()),
            ("scopes", new.scopes.join(" ").into()),
            ("created_at", now.into()),
            ("expires_at", expires_at.into()),
        ];
        self.db().write(vec![TableWrite::Insert { table: "identity_api_key", values, key: false }]).await?;
        Ok((Key { id, person, label, scopes: new.scopes, created_at: now, seen_at: None, expires_at }, token))
    }

    pub async fn keys(&self, person: RecordId) -> Result<Vec<Key>, Refused> {
        let select = Select::from("identity_api_key", COLUMNS)
            .that(Where::Is("person", person.into()))
            .ordered("created_at desc");
        Ok(self.db().table(select).await?.iter().map(Key::of).collect())
    }

    pub async fn end_key(&self, person: RecordId, key: Uuid) -> Result<(), Refused> {
        let filter = vec![Where::Is("id", key.into()), Where::Is("person", person.into())];
        let ended = self.db().write(vec![TableWrite::Delete { table: "identity_api_key", filter }]).await?;
        self.forget();
        if ended.first() == Some(&0) { Err(Refused::not_found()) } else { Ok(()) }
    }

    pub(super) async fn find_key(&self, token: &[u8; 32]) -> Result<Option<(RecordId, Means, i64)>, Refused> {
        let select = Select::from("identity_api_key", COLUMNS).that(Where::Is("token", token.to_vec().into()));
        let rows = self.db().table(select).await?;
        let Some(key) = rows.first().map(Key::of) else { return Ok(None) };
        let now = self.now();
        if key.expires_at <= now {
            return Ok(None);
        }
        if key.seen_at.is_none_or(|seen| now - seen > SEEN_US) {
            let filter = vec![Where::Is("id", key.id.into())];
            self.db()
                .write(vec![TableWrite::Update {
                    table: "identity_api_key",
                    values: vec![("seen_at", now.into())],
                    filter,
                }])
                .await?;
        }
        Ok(Some((key.person, Means::Key(key.id, Arc::new(key.scopes)), key.expires_at)))
    }
}
