//! The platform's own tables: one linear, forward-only history for both dialects, recorded with checksums.

use sha2::{Digest as _, Sha256};

use crate::bind::Dialect;

/// Number, name and text of each migration. A landed one is never edited.
pub(crate) const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "ground", include_str!("../migrations/0001_ground.sql")),
    (2, "identity", include_str!("../migrations/0002_identity.sql")),
    (3, "connect", include_str!("../migrations/0003_connect.sql")),
    (4, "follow", include_str!("../migrations/0004_follow.sql")),
    (5, "side", include_str!("../migrations/0005_side.sql")),
    (6, "outbox", include_str!("../migrations/0006_outbox.sql")),
];

pub(crate) const LEDGER: &str = "create table if not exists migration (n bigint primary key, name varchar(100) not null, checksum varchar(64) not null)";

/// A migration's statements in a dialect.
pub(crate) fn statements(text: &str, dialect: Dialect) -> Vec<String> {
    let words: [(&str, &str, &str); 4] = [
        ("{{id}}", "blob", "uuid"),
        ("{{bytes}}", "blob", "bytea"),
        ("{{text}}", "text", "text collate \"C\""),
        ("{{txid}}", "", "txid xid8 not null default pg_current_xact_id(),"),
    ];
    let is_ours = |line: &&str| {
        let line = line.trim_start();
        !line.starts_with("--") && (dialect == Dialect::Sqlite || !line.starts_with("{{sqlite}}"))
    };
    let mut text = text.lines().filter(is_ours).collect::<Vec<_>>().join("\n").replace("{{sqlite}}", "");
    for (word, sqlite, postgres) in words {
        text = text.replace(word, if dialect == Dialect::Sqlite { sqlite } else { postgres });
    }
    let mut statements: Vec<String> =
        text.split(";\n").map(|s| s.trim().trim_end_matches(';').to_owned()).filter(|s| !s.is_empty()).collect();
    if dialect == Dialect::Postgres && text.contains("create table history_commit") {
        // Bodies are compressed already; cursors read by transaction.
        statements.push("alter table history_commit alter column body set storage external".into());
        statements.push("create index history_commit_txid on history_commit (txid)".into());
    }
    statements
}

pub(crate) fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
