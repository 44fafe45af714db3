//! Plan and apply: what of a solution is new, changed, kept or in conflict; then objects in one publish and the rest after them.

use std::sync::Arc;

use kehub_api::Refused;
use kehub_model::object::ObjectDef;
use kehub_model::schema::{self, Edit};
use kehub_model::{Actor, Catalog, Code, Moment, Problem, Problems};
use kehub_records::definitions::{self, Definition, Standing};
use serde_json::{Value as Json, json};

use super::merge::merge;
use super::{Item, Package, find_installed, remember};
use crate::app::App;
use crate::kinds;

/// What becomes of one definition.
struct Fate<'a> {
    item: &'a Item,
    word: &'static str,
    /// As it shall stand.
    body: Json,
    conflicts: Vec<String>,
    stands: Option<Definition>,
}

/// It names what the customer has taken away; it stays as it is.
const LEFT_OUT: &str = "left_out";

impl Fate<'_> {
    fn is_left_out(&self) -> bool {
        self.word == LEFT_OUT
    }
}

/// What applying a solution would do.
pub async fn plan(app: &App, actor: &Arc<Actor>, package: &Package) -> Result<Json, Refused> {
    let mut fates = fates(app, package).await?;
    let edits = edits(package, &fates)?;
    let found = check(app, package, &mut fates, edits.clone()).await?;
    let schema: Json = serde_json::from_str(&app.records.plan(actor, edits).await?).map_err(Refused::fault)?;
    let mut problems = schema["problems"].as_array().cloned().unwrap_or_default();
    for problem in &found {
        problems.push(serde_json::to_value(problem.spoken(actor.language())).map_err(Refused::fault)?);
    }
    Ok(json!({
        "solution": package.key,
        "version": package.version,
        "definitions": told(&fates),
        "changes": schema["changes"],
        "problems": problems,
    }))
}

/// Applies a solution: what is planned, then done. What is refused has changed nothing.
pub async fn apply(app: &App, actor: &Arc<Actor>, package: &Package) -> Result<Json, Refused> {
    let mut fates = fates(app, package).await?;
    let edits = edits(package, &fates)?;
    let problems = check(app, package, &mut fates, edits.clone()).await?;
    if !problems.is_empty() {
        return Err(problems.into());
    }
    app.records.publish(actor, edits).await?;
    app.records.refresh().await?;
    let now = Moment::first_at(app.db().clock.now());
    let mut writes = Vec::new();
    for fate in fates.iter().filter(|fate| !fate.is_left_out()) {
        let origin = json!({ "solution": package.key, "version": package.version, "body": fate.item.body });
        if fate.item.kind == "object" {
            // Its version was kept when it was published.
            writes.push(definitions::shipped("object", &fate.item.key, &package.key, &origin));
            continue;
        }
        let before = fate.stands.as_ref().map_or(0, |stands| stands.version);
        let changed =
            fate.stands.as_ref().is_none_or(|stands| stands.body != fate.body || stands.state != Standing::Active);
        let definition = Definition {
            kind: fate.item.kind.clone(),
            key: fate.item.key.clone(),
            body: fate.body.clone(),
            owner: None,
            solution: package.key.clone(),
            origin: Some(origin),
            version: if changed { before + 1 } else { before },
            state: Standing::Active,
        };
        writes.push(definitions::put(&definition, now));
        if changed {
            writes.push(definitions::keep_version(&definition, now, actor.id));
        }
    }
    definitions::write(app.db(), writes, true).await?;
    app.records.refresh().await?;
    let has_sample = find_installed(app.db(), &package.key).await?.is_some_and(|stands| stands.has_sample);
    remember(app.db(), package, has_sample).await?;
    Ok(json!({ "solution": package.key, "version": package.version, "definitions": told(&fates) }))
}

fn told(fates: &[Fate<'_>]) -> Vec<Json> {
    fates
        .iter()
        .map(|fate| json!({ "kind": fate.item.kind, "key": fate.item.key, "action": fate.word, "conflicts": fate.conflicts }))
        .collect()
}

async fn fates<'a>(app: &App, package: &'a Package) -> Result<Vec<Fate<'a>>, Refused> {
    let mut fates = Vec::with_capacity(package.items.len());
    let catalog = app.records.catalog();
    for item in &package.items {
        let stands = definitions::find(app.db(), &item.kind, &item.key).await?;
        let mine = match item.kind.as_str() {
            "object" => catalog.object(&item.key).map(|object| object.def.to_json()),
            _ => stands.as_ref().filter(|stands| stands.state == Standing::Active).map(|stands| stands.body.clone()),
        };
        let base = stands.as_ref().and_then(|stands| stands.origin.as_ref()).map(|origin| origin["body"].clone());
        let mut conflicts = Vec::new();
        let (word, body) = match (mine, base) {
            (None, None) => ("add", item.body.clone()),
            // Shipped once and taken away by the customer: it stays away.
            (None, Some(_)) => ("keep_away", Json::Null),
            (Some(mine), _) if mine == item.body => ("same", mine),
            (Some(mine), base) => {
                // Without a base both are additions to nothing, so the customer's stands wherever they differ.
                let body = merge(&base.unwrap_or_default(), &mine, &item.body, "", &mut conflicts);
                let word = if !conflicts.is_empty() {
                    "conflict"
                } else if body == mine {
                    "keep"
                } else {
                    "replace"
                };
                (word, body)
            }
        };
        if word != "keep_away" {
            fates.push(Fate { item, word, body, conflicts, stands });
        }
    }
    Ok(fates)
}

/// The edits of the catalog; objects that stand as they shall need none.
fn edits(package: &Package, fates: &[Fate<'_>]) -> Result<Vec<Edit>, Refused> {
    let mut problems = Problems::new();
    let mut edits = Vec::new();
    for fate in fates.iter().filter(|fate| fate.item.kind == "object" && !matches!(fate.word, "same" | "keep")) {
        let at = format!("objects/{}", fate.item.key);
        if let Some(def) = ObjectDef::from_json(&fate.body, &at, &mut problems) {
            edits.push(Edit::Put { def, solution: package.key.clone() });
        }
    }
    if problems.is_empty() { Ok(edits) } else { Err(problems.into()) }
}

/// What is wrong with the definitions, looked at against the catalog as it will be.
///
/// In a workspace where the solution stands already, a definition that names what the customer has taken away is left out and
/// told: nobody is kept from an upgrade by having put a field away.
async fn check(app: &App, package: &Package, fates: &mut [Fate<'_>], edits: Vec<Edit>) -> Result<Problems, Refused> {
    let current = app.records.catalog();
    let planned = schema::plan(&current, edits);
    let Ok(catalog) = Catalog::compile(current.number + 1, planned.stored) else {
        // What is wrong with the objects is told by their own plan, and refused by their own publish.
        return Ok(Problems::new());
    };
    let is_upgrade = find_installed(app.db(), &package.key).await?.is_some();
    let console = Actor::console();
    let mut problems = Problems::new();
    let changes = |fate: &&mut Fate<'_>| fate.item.kind != "object" && !matches!(fate.word, "same" | "keep");
    for fate in fates.iter_mut().filter(changes) {
        let Some(kind) = kinds::find(&fate.item.kind) else { continue };
        let found = kind.check(&fate.body, &catalog, &console);
        let is_gone = |problem: &Problem| matches!(problem.code, Code::UnknownObject | Code::UnknownField);
        if is_upgrade && !found.is_empty() && found.iter().all(is_gone) {
            fate.word = LEFT_OUT;
            fate.conflicts = found.into_iter().map(|problem| problem.at).collect();
            continue;
        }
        let place = format!("{}/{}", super::package::folder_of(&fate.item.kind), fate.item.key);
        problems.extend(found.into_iter().map(|problem| problem.within(&place)));
        if kind.is_personal(&fate.body) {
            problems.push(Problem::new(Code::BadDefinition, place).with("hint", "shared: true"));
        }
    }
    Ok(problems)
}
