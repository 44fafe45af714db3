//! Objects are definitions like others: what one has become is kept as a version, whoever publishes it and however.
//!
//! **Architecture invariant:** the version is written in the transaction that switches the catalog, so that the newest version
//! of an object is always what holds.

use std::collections::HashSet;

use kehub_db::{Fault, Select, TableWrite, Where};
use kehub_model::actor::SYSTEM;
use kehub_model::catalog::State;
use kehub_model::{Catalog, Moment, Object, RecordId};

use crate::definitions::{self, Definition, Standing};
use crate::{Records, Refusal};

/// The kind of objects among definitions.
const OBJECT: &str = "object";

impl Records {
    /// The rows by which versions stay in step with a publish.
    pub(crate) async fn version_rows(
        &self,
        old: &Catalog,
        new: &Catalog,
        at: Moment,
        actor: RecordId,
    ) -> Result<Vec<TableWrite>, Fault> {
        let mut rows = Vec::new();
        for object in new.objects().filter(|object| object.parent.is_none()) {
            let before = old.object_by_id(object.id).filter(|before| before.state == State::Active);
            match (before, object.state) {
                (Some(before), State::Active) if before.def == object.def => {}
                (_, State::Active) => rows.extend(self.next_version(object, at, actor).await?),
                (Some(_), State::Retired) => rows.push(definitions::retired(OBJECT, &object.key, at)),
                (None, State::Retired) => {}
            }
        }
        Ok(rows)
    }

    async fn next_version(&self, object: &Object, at: Moment, actor: RecordId) -> Result<Vec<TableWrite>, Fault> {
        let stands = definitions::find(self.db(), OBJECT, &object.key).await?;
        let version = stands.as_ref().map_or(0, |stands| stands.version) + 1;
        let published = as_definition(object, version);
        let mut rows = vec![definitions::keep_version(&published, at, actor)];
        match stands {
            // Only what a publish changes: a draft that stands beside it, and where it was shipped from, stay as they are.
            Some(_) => rows.extend(definitions::published(&published, at)),
            None => rows.push(definitions::put(&published, at)),
        }
        Ok(rows)
    }

    /// Objects of a workspace that is older than their versions get a first one.
    pub async fn keep_first_versions(&self) -> Result<(), Refusal> {
        let select = Select::from("definition_version", &["key"]).that(Where::Is("kind", OBJECT.into()));
        let kept: HashSet<String> = self.db().table(select).await?.iter().map(|row| row.text(0).to_owned()).collect();
        let at = Moment::first_at(self.db().clock.now());
        let mut writes = Vec::new();
        for object in self.catalog().active().filter(|object| object.parent.is_none() && !kept.contains(&object.key)) {
            let stands = definitions::find(self.db(), OBJECT, &object.key).await?;
            let version = stands.as_ref().map_or(0, |stands| stands.version).max(1);
            let origin = stands.and_then(|stands| stands.origin);
            let first = Definition { origin, ..as_definition(object, version) };
            writes.extend([definitions::put(&first, at), definitions::keep_version(&first, at, SYSTEM)]);
        }
        if !writes.is_empty() {
            definitions::write(self.db(), writes, false).await?;
        }
        Ok(())
    }
}

fn as_definition(object: &Object, version: i64) -> Definition {
    Definition {
        kind: OBJECT.to_owned(),
        key: object.key.clone(),
        body: object.def.to_json(),
        owner: None,
        solution: object.solution.clone(),
        origin: None,
        version,
        state: Standing::Active,
    }
}
