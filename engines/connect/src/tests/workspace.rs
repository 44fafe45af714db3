//! A workspace on a real database, with its imports: SQLite, or PostgreSQL when `KEHUB_TEST_POSTGRES` says where.

use std::path::PathBuf;
use std::sync::Arc;

use kehub_db::{Db, Target, WallClock};
use kehub_model::object::ObjectDef;
use kehub_model::schema::Edit;
use kehub_model::{Actor, Problems, RecordId};
use kehub_records::{Action, Because, Change, Records, Style};
use serde_json::{Value as Json, json};

use crate::http::{Console, Imports, New, Summary};

pub(super) struct Workspace {
    pub(super) records: Records,
    pub(super) imports: Imports,
    pub(super) boss: Arc<Actor>,
    pub(super) folder: tempfile::TempDir,
}

impl Workspace {
    pub(super) async fn new(objects: Json) -> Workspace {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(WallClock { offset: chrono::Duration::zero() });
        let target = match std::env::var("KEHUB_TEST_POSTGRES") {
            Ok(url) => {
                let mut bytes = [0; 8];
                kehub_db::fill_random(&mut bytes);
                Target::Postgres { url, schema: format!("t{:x}", u64::from_le_bytes(bytes)) }
            }
            Err(_) => Target::File(folder.path().join("test.db")),
        };
        let db = Db::open(&target, clock).await.expect("a database");
        let records = Records::open(db).await.expect("records");
        let imports = Imports::new(records.clone(), folder.path().join("imports"), None);
        let workspace = Workspace { records, imports, boss: Arc::new(Actor::console()), folder };
        workspace.publish(objects).await;
        workspace
    }

    pub(super) async fn publish(&self, objects: Json) {
        let mut problems = Problems::new();
        let edits = objects.as_array().expect("a list").iter().map(|object| Edit::Put {
            def: ObjectDef::from_json(object, "", &mut problems).expect("an object"),
            solution: String::new(),
        });
        let edits: Vec<Edit> = edits.collect();
        assert!(problems.is_empty(), "{problems:?}");
        self.records.publish(&self.boss, edits).await.expect("published");
    }

    /// Writes a file to import.
    pub(super) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    pub(super) async fn import(&self, object: &str, text: &str, map: &str) -> Summary {
        let file = self.file("file.csv", text);
        self.import_file(object, file, map).await
    }

    pub(super) async fn import_file(&self, object: &str, file: PathBuf, map: &str) -> Summary {
        let console = Console { object: object.to_owned(), file, map: Some(map.to_owned()), ..Console::default() };
        self.imports.import(&self.boss, console).await.expect("an import")
    }

    /// Brings a file as the web page does.
    pub(super) async fn bring(&self, object: Option<&str>, text: &str, mapping: Json) -> (RecordId, Json) {
        let path = self.file("brought.csv", text);
        let object = object.map(str::to_owned);
        let new = New { path, name: "things.csv".to_owned(), object, mapping: Some(mapping), key: Vec::new() };
        let job = self.imports.create(&self.boss, new).await.expect("a job");
        (job["id"].as_str().expect("an id").parse().expect("an id"), job)
    }

    pub(super) async fn query(&self, object: &str, body: Json) -> Json {
        let answer = self.records.query(&self.boss, object, &body, Style::default()).await.expect("an answer");
        serde_json::from_str(&answer).expect("JSON")
    }

    pub(super) async fn count(&self, object: &str) -> u64 {
        let answer = self.query(object, json!({"limit": 1, "count": "exact"})).await;
        answer["count"]["value"].as_u64().expect("a count")
    }

    pub(super) async fn aggregate(&self, object: &str, body: Json) -> Vec<Json> {
        let answer = self.records.aggregate(&self.boss, object, &body, Style::default()).await.expect("an answer");
        let answer: Json = serde_json::from_str(&answer).expect("JSON");
        answer["rows"].as_array().expect("rows").clone()
    }

    pub(super) async fn create(&self, object: &str, values: Json) -> RecordId {
        self.write(object, Action::Create { id: None, values: values.as_object().expect("values").clone() }).await
    }

    pub(super) async fn update(&self, object: &str, id: RecordId, values: Json) {
        self.write(object, Action::Update { id, values: values.as_object().expect("values").clone(), version: None })
            .await;
    }

    async fn write(&self, object: &str, kind: Action) -> RecordId {
        let object = self.records.catalog().object(object).expect("an object").id;
        let change = Change { object, kind, at: String::new() };
        self.records.write(&self.boss, vec![change], Because::default()).await.expect("written").results[0].0
    }
}

/// `new changed same failed ambiguous skipped`.
pub(super) fn counts(summary: &Summary) -> [u64; 6] {
    let counts = summary.counts;
    [counts.new, counts.changed, counts.same, counts.failed, counts.ambiguous, counts.skipped]
}

/// The same two objects as in memory.
pub(super) fn shop() -> Json {
    json!([
        {"key": "maker", "label": {"zh": "厂家", "en": "Maker"}, "fields": [
            {"key": "name", "type": "text", "label": {"zh": "名称", "en": "Name"}},
            {"key": "code", "type": "text", "label": "Code", "unique": true}]},
        {"key": "thing", "label": "Thing", "fields": [
            {"key": "name", "type": "text", "label": {"zh": "物品名称", "en": "Thing name"}, "required": true},
            {"key": "sku", "type": "text", "label": "SKU", "unique": true},
            {"key": "price", "type": "money", "label": {"zh": "价格", "en": "Price"}},
            {"key": "color", "type": "choice", "label": {"zh": "颜色", "en": "Colour"},
             "options": [{"key": "red", "label": {"zh": "红", "en": "Red"}}, {"key": "blue", "label": {"zh": "蓝", "en": "Blue"}}]},
            {"key": "made", "type": "date", "label": "Made"},
            {"key": "maker", "type": "link", "label": "Maker", "to": "maker"},
            {"key": "makers", "type": "link", "label": "Makers", "to": "maker", "many": true},
            {"key": "part_of", "type": "link", "label": "Part of", "to": "thing"}]}])
}
