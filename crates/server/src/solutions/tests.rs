//! Whether what we ship can be read, has the form its schema tells and names only what is there.

use kehub_model::schema::{self, Edit};
use kehub_model::{Catalog, object, shape};

use super::*;
use crate::kinds;

#[test]
fn every_shipped_solution_can_be_read() {
    let mut keys: Vec<&str> = FILES.iter().filter_map(|(path, _)| path.split_once('/')).map(|(key, _)| key).collect();
    keys.dedup();
    for key in keys {
        if let Err(problems) = shipped_one(key) {
            panic!("solutions/{key}: {problems:#?}");
        }
    }
    assert!(system_object("person").is_some_and(|person| person.field("email").is_some()));
}

/// The catalog of the platform's own objects and a solution's.
fn catalog_with(package: &Package) -> Catalog {
    let mut problems = Problems::new();
    let packages = shipped().iter().filter(|one| one.key == "system" || one.key == package.key);
    let edits = packages.flat_map(|one| one.items.iter().map(move |item| (&one.key, item)));
    let edits: Vec<Edit> = edits
        .filter(|(_, item)| item.kind == "object")
        .filter_map(|(solution, item)| {
            let def = ObjectDef::from_json(&item.body, "", &mut problems)?;
            Some(Edit::Put { def, solution: solution.clone() })
        })
        .collect();
    let plan = schema::plan(&Catalog::default(), edits);
    assert!(problems.is_empty() && plan.problems.is_empty(), "{problems:?} {:?}", plan.problems);
    Catalog::compile(1, plan.stored).expect("the objects fit together")
}

#[test]
fn every_shipped_definition_is_of_its_kinds_form_and_names_what_is_there() {
    for package in shipped() {
        let catalog = catalog_with(package);
        for item in &package.items {
            let kind = kinds::find(&item.kind).expect("a kind that is there");
            let problems = kind.check(&item.body, &catalog, &Actor::console());
            assert!(problems.is_empty(), "{}/{}/{}: {problems:?}", package.key, item.kind, item.key);
            let problems = shape::problems(&(kind.schema)(), &item.body);
            assert!(problems.is_empty(), "{}/{}/{}: {problems:?}", package.key, item.kind, item.key);
        }
    }
}

#[test]
fn every_shipped_object_passes_the_schema_as_its_file_says_it() {
    let schema = object::schema();
    let files = FILES.iter().filter(|(path, _)| path.contains("/objects/"));
    for (path, content) in files {
        let body: Json = serde_yaml_ng::from_slice(content).expect("a file that can be read");
        let problems = shape::problems(&schema, &body);
        assert!(problems.is_empty(), "{path}: {problems:?}");
    }
}
