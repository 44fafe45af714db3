//! Whether what we ship can be read.

use super::*;

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
