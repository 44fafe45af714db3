//! Single fields of an object: the same planning and publishing, a field at a time.

use std::sync::Arc;

use kehub_api::{Answered, Ask, Need, Refused, Route, created, empty};
use kehub_model::object::{FieldDef, ObjectDef, SYSTEM_KEYS};
use kehub_model::rights::Right;
use kehub_model::{Code, Problem, Problems};
use serde_json::Value as Json;

use super::objects::{designed, locked, put, strip, without_answered};
use crate::app::App;

const DESIGN: Need = Need::Right(Right::Design);

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    let long = std::time::Duration::from_secs(300);
    vec![
        Route::post("/api/v1/objects/{object}/fields", DESIGN, "Add a field", super::with(app, make))
            .query(&["plan"])
            .time(long),
        Route::patch("/api/v1/objects/{object}/fields/{field}", DESIGN, "Change a field", super::with(app, change))
            .query(&["plan"])
            .time(long),
        Route::delete(
            "/api/v1/objects/{object}/fields/{field}",
            DESIGN,
            "Retire a field; its data is kept",
            super::with(app, retire),
        )
        .query(&["plan"]),
    ]
}

async fn make(app: Arc<App>, mut ask: Ask) -> Answered {
    let mut body = ask.object().await?;
    let object = designed(&app, &ask)?;
    without_answered(&mut body);
    let taken = |key: &str| object.def.field(key).is_some() || SYSTEM_KEYS.contains(&key);
    let mut problems = Problems::new();
    let field = FieldDef::from_json(&Json::Object(body), "", &taken, &mut problems);
    if let Some(field) = field.as_ref().filter(|field| taken(&field.key)) {
        problems.push(Problem::new(Code::KeyTaken, "key").with("value", &field.key));
    }
    let Some(field) = field.filter(|_| problems.is_empty()) else { return Err(problems.into()) };
    let place = format!("/api/v1/objects/{}/fields/{}", object.key, field.key);
    let mut def = object.def.clone();
    def.fields.push(field);
    let answer = put(&app, &ask, &object.key, whole(&def)?, &object.solution).await?;
    Ok(if ask.is_query("plan") { answer } else { created(answer, &place) })
}

/// The definition read as a whole once more: what only shows there (titles, unique combinations) is checked.
fn whole(def: &ObjectDef) -> Result<ObjectDef, Refused> {
    let mut problems = Problems::new();
    let def = ObjectDef::from_json(&def.to_json(), "", &mut problems);
    def.filter(|_| problems.is_empty()).ok_or_else(|| problems.into())
}

async fn change(app: Arc<App>, mut ask: Ask) -> Answered {
    let mut body = ask.object().await?;
    let object = designed(&app, &ask)?;
    let key = ask.param("field").to_owned();
    let mut def = object.def.clone();
    let place = def.fields.iter().position(|field| field.key == key).ok_or_else(Refused::not_found)?;
    without_answered(&mut body);
    if body.get("key").is_some_and(|said| said.as_str() != Some(&key)) {
        return Err(Problem::new(Code::ReadOnly, "key").with("field", "key").into());
    }
    let mut wanted = def.fields[place].to_json();
    if let Json::Object(map) = &mut wanted {
        if body.get("type").is_some_and(|kind| map.get("type") != Some(kind)) {
            // Settings of another type mean nothing to the new one.
            let kept = ["key", "label", "required", "unique", "help"];
            map.retain(|name, _| kept.contains(&name.as_str()));
        }
        map.extend(body);
        strip(map);
        map.retain(|_, value| !value.is_null());
    }
    let mut problems = Problems::new();
    let field = FieldDef::from_json(&wanted, "", &|_| false, &mut problems);
    let Some(field) = field.filter(|_| problems.is_empty()) else { return Err(problems.into()) };
    def.fields[place] = field;
    locked(&object, &def)?;
    put(&app, &ask, &object.key, whole(&def)?, &object.solution).await
}

async fn retire(app: Arc<App>, ask: Ask) -> Answered {
    let object = designed(&app, &ask)?;
    let key = ask.param("field");
    let mut def = object.def.clone();
    if def.field(key).is_none() {
        return Err(Refused::not_found());
    }
    def.fields.retain(|field| field.key != key);
    // A record is called by another field then.
    def.title = def.title.filter(|title| title != key);
    locked(&object, &def)?;
    let def = whole(&def)?;
    if ask.is_query("plan") {
        return put(&app, &ask, &object.key, def, &object.solution).await;
    }
    put(&app, &ask, &object.key, def, &object.solution).await?;
    Ok(empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_definition_is_checked_as_a_whole() {
        let mut problems = Problems::new();
        let def = ObjectDef::from_json(
            &json!({ "key": "a", "fields": [{ "key": "name", "type": "text" }] }),
            "",
            &mut problems,
        )
        .unwrap();
        assert!(whole(&def).is_ok());
        let broken = ObjectDef { unique: vec![vec!["gone".into()]], ..def };
        assert!(whole(&broken).is_err());
    }
}
