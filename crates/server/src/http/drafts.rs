//! Objects as they are drawn: a draft beside what holds, its plan, its publish, and the way back to a former version. All of it
//! goes through the same planning and publishing as the short form under `/objects`.

use kehub_api::{Answered, Ask, Refused, json_text};
use kehub_db::TableWrite;
use kehub_model::object::ObjectDef;
use kehub_model::schema::Edit;
use kehub_model::{Code, Moment, Problem, Problems};
use kehub_records::definitions::{self, Definition, Standing};
use serde_json::{Map, Value as Json};

use super::definitions::answer;
use super::objects;
use crate::app::App;

const OBJECT: &str = "object";

/// What a former object of this key left behind is no draft, and nothing that stands.
fn stands(definition: &Definition) -> bool {
    definition.state != Standing::Retired
}

/// Keeps a draft. What holds is not touched, and whether the draft fits to it is asked when it is planned or published.
pub(super) async fn put(app: &App, key: &str, mut body: Map<String, Json>) -> Result<Definition, Refused> {
    if !kehub_model::key::is_key(key) {
        return Err(Problem::new(Code::BadKey, "key").with("value", key).into());
    }
    if body.get("key").is_some_and(|said| said.as_str() != Some(key)) {
        return Err(Problem::new(Code::ReadOnly, "key").with("field", "key").into());
    }
    let solution = objects::solution_of(&body)?;
    body.insert("key".into(), key.into());
    objects::without_answered(&mut body);
    let def = read(&Json::Object(body))?;
    let holds = app.records.catalog().object(key).cloned();
    if let Some(holds) = &holds {
        objects::locked(holds, &def)?;
    }
    let before = definitions::find(app.db(), OBJECT, key).await?;
    let is_draft = holds.as_ref().is_none_or(|holds| holds.def != def);
    let draft = Definition {
        kind: OBJECT.to_owned(),
        key: key.to_owned(),
        body: def.to_json(),
        owner: None,
        solution: holds.map_or(solution, |holds| holds.solution.clone()),
        origin: None,
        version: before.as_ref().map_or(0, |before| before.version),
        state: if is_draft { Standing::Draft } else { Standing::Active },
    };
    let now = Moment::first_at(app.db().clock.now());
    let write = match before.filter(stands) {
        Some(_) => definitions::drawn(&draft, now),
        None => definitions::put(&draft, now),
    };
    write_one(app, write).await?;
    Ok(draft)
}

/// A publish may have come between: then nothing was written, and whoever draws looks again.
async fn write_one(app: &App, write: TableWrite) -> Result<(), Refused> {
    let touched = app.db().write(vec![write]).await?;
    if touched.first() == Some(&0) { Err(Refused::new(Code::Busy, "")) } else { Ok(()) }
}

/// Makes the draft what holds; with `?plan=true` only shows what that would come to.
pub(super) async fn publish(app: &App, ask: &Ask, draft: &Definition) -> Answered {
    apply(app, ask, draft, &draft.body).await
}

/// Makes a former version what holds. Fields that were put away since come back with what stood in them; a draft stays.
pub(super) async fn rollback(app: &App, ask: &Ask, definition: &Definition, body: &Json) -> Answered {
    apply(app, ask, definition, body).await
}

async fn apply(app: &App, ask: &Ask, definition: &Definition, body: &Json) -> Answered {
    let def = read(body)?;
    let holds = app.records.catalog().object(&definition.key).cloned();
    if let Some(holds) = &holds {
        objects::locked(holds, &def)?;
    }
    let solution = holds.map_or_else(|| definition.solution.clone(), |holds| holds.solution.clone());
    let edits = vec![Edit::Put { def, solution }];
    if ask.is_query("plan") {
        return Ok(json_text(app.records.plan(ask.actor()?, edits).await?));
    }
    app.records.publish(ask.actor()?, edits).await?;
    let now = definitions::find(app.db(), OBJECT, &definition.key).await?.ok_or_else(Refused::not_found)?;
    Ok(answer(ask, &now))
}

/// Throws a draft away: what holds is the working copy again; where nothing ever held, nothing is left.
pub(super) async fn discard(app: &App, draft: &Definition) -> Result<(), Refused> {
    let now = Moment::first_at(app.db().clock.now());
    let write = match app.records.catalog().object(&draft.key) {
        Some(holds) => {
            let copy = Definition { body: holds.def.to_json(), state: Standing::Active, ..draft.clone() };
            definitions::drawn(&copy, now)
        }
        None if draft.version > 0 => definitions::retired(OBJECT, &draft.key, now),
        None => definitions::discarded(draft),
    };
    write_one(app, write).await
}

fn read(body: &Json) -> Result<ObjectDef, Refused> {
    let mut problems = Problems::new();
    let def = ObjectDef::from_json(body, "", &mut problems);
    def.filter(|_| problems.is_empty()).ok_or_else(|| problems.into())
}
