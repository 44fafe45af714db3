//! Export: installed definitions as the files of a solution's folder. Applied again they change nothing.

use kehub_api::Refused;
use kehub_model::{Code, Problem};
use kehub_records::definitions::{self, Standing};
use serde_json::{Value as Json, json};

use super::{LOCAL, find_installed, package};
use crate::app::App;
use crate::kinds;

/// The files of a solution, named from its folder.
pub async fn export(app: &App, solution: &str) -> Result<Vec<(String, String)>, Refused> {
    let installed = find_installed(app.db(), solution).await?;
    if installed.is_none() && solution != LOCAL {
        return Err(Problem::new(Code::NotOneOf, "solution").with("allowed", "system local …").into());
    }
    let (label, version) = installed.map_or((json!(solution), "1".to_owned()), |one| (one.label, one.version));
    let mut files =
        vec![("solution.yaml".to_owned(), yaml(&json!({ "key": solution, "label": label, "version": version }))?)];
    let catalog = app.records.catalog();
    for object in catalog.active().filter(|object| belongs(&object.solution, solution) && object.parent.is_none()) {
        files.push((format!("objects/{}.yaml", object.key), yaml(&object.def.to_json())?));
    }
    for one in definitions::all(app.db()).await? {
        let is_part = belongs(&one.solution, solution)
            && one.kind != "object"
            && kinds::find(&one.kind).is_some()
            && one.owner.is_none()
            && one.state == Standing::Active;
        if is_part {
            files.push((format!("{}/{}.yaml", package::folder_of(&one.kind), one.key), yaml(&one.body)?));
        }
    }
    Ok(files)
}

/// What was made without saying where it belongs is the company's own.
fn belongs(to: &str, solution: &str) -> bool {
    to == solution || (to.is_empty() && solution == LOCAL)
}

fn yaml(body: &Json) -> Result<String, Refused> {
    serde_yaml_ng::to_string(body).map_err(Refused::fault)
}
