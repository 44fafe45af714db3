//! One set-up for all: an administrator `anna`, and `ben`, who may sign in and nothing else.

use std::sync::Arc;

use kehub::app::App;
use kehub::identity::NewAdmin;
use kehub::settings::Settings;
use kehub_db::Select;
use kehub_testkit::{Client, Ground};
use serde_json::json;

pub const PASSWORD: &str = "correct horse 9";

pub struct World {
    pub ground: Ground,
    pub app: Arc<App>,
    pub anna: Client,
    pub ben: Client,
    pub nobody: Client,
    pub ben_id: String,
}

impl World {
    pub async fn new() -> World {
        World::set(|_| {}).await
    }

    /// A world with other settings.
    pub async fn set(change: impl FnOnce(&mut Settings)) -> World {
        let ground = Ground::default();
        let mut settings = Settings::of(ground.folder());
        change(&mut settings);
        let app = App::open_at(settings, &ground.target, ground.clock()).await.expect("the app opens");
        let service = kehub::routes::service(&app).expect("the routes fit together");
        let nobody = Client::new(service);
        let admin = NewAdmin { name: "Anna".into(), email: "anna@kehub.test".into(), password: Some(PASSWORD.into()) };
        app.identity.make_admin(admin).await.expect("anna is made");
        let anna = sign_in(&nobody, "anna@kehub.test").await;
        let ben = anna
            .post("/api/v1/people", json!({ "name": "Ben", "email": "ben@kehub.test", "password": PASSWORD }))
            .await
            .good();
        let ben_id = ben.id();
        let ben = sign_in(&nobody, "ben@kehub.test").await;
        World { ground, app, anna, ben, nobody, ben_id }
    }

    /// A world with an object `thing` that ben knows nothing of.
    pub async fn with_things() -> World {
        let world = World::new().await;
        let fields = json!([
            { "key": "name", "type": "text", "required": true },
            { "key": "code", "type": "text", "unique": true },
            { "key": "amount", "type": "money" },
            { "key": "double", "type": "formula", "formula": "amount*2" },
            { "key": "papers", "type": "file" },
        ]);
        world.anna.post("/api/v1/objects", json!({ "key": "thing", "label": "东西", "fields": fields })).await.good();
        world
    }

    /// Gives ben a role.
    pub async fn grant(&self, objects: serde_json::Value) {
        self.anna.put("/api/v1/definitions/role/of_ben", json!({ "label": "Ben's", "objects": objects })).await.good();
        self.anna.patch(&format!("/api/v1/people/{}", self.ben_id), json!({ "roles": ["of_ben"] })).await.good();
    }

    /// All that a refused request must leave as it is.
    pub async fn stored(&self) -> String {
        let tables: [(&'static str, &'static [&'static str]); 8] = [
            ("history_commit", &["moment", "actor", "record"]),
            ("catalog_version", &["version", "moment"]),
            ("definition", &["kind", "key", "body", "state", "version"]),
            ("identity_credential", &["person", "email", "password", "is_admin", "is_disabled"]),
            ("identity_role", &["person", "role"]),
            ("identity_session", &["id", "person"]),
            ("identity_api_key", &["id", "person"]),
            ("file_stored", &["id", "actor", "record"]),
        ];
        let mut all = String::new();
        for (table, columns) in tables {
            let mut rows: Vec<String> = self
                .app
                .db()
                .table(Select::from(table, columns))
                .await
                .expect("a table")
                .iter()
                .map(|row| format!("{row:?}"))
                .collect();
            rows.sort();
            all.push_str(&format!("{table}: {rows:#?}\n"));
        }
        all
    }
}

pub async fn sign_in(nobody: &Client, email: &str) -> Client {
    let reply = nobody.post("/api/v1/session", json!({ "email": email, "password": PASSWORD })).await.good();
    nobody.with_token(reply.json["token"].as_str().expect("a token"))
}
