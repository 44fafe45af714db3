//! Three of one thing: as shipped before, as the customer has it, as shipped now. Out comes one, and where they cannot agree.

use serde_json::{Map, Value as Json};

/// Merges two changes of a base. Where both changed the same thing differently, `mine` stands and the place is told.
pub fn merge(base: &Json, mine: &Json, theirs: &Json, at: &str, conflicts: &mut Vec<String>) -> Json {
    if mine == theirs || base == theirs {
        return mine.clone();
    }
    if base == mine {
        return theirs.clone();
    }
    match (base, mine, theirs) {
        (Json::Object(base), Json::Object(mine), Json::Object(theirs)) => {
            Json::Object(maps(base, mine, theirs, at, conflicts))
        }
        (Json::Array(base), Json::Array(mine), Json::Array(theirs))
            if [base, mine, theirs].iter().all(|list| is_keyed(list)) =>
        {
            lists(base, mine, theirs, at, conflicts)
        }
        _ => {
            conflicts.push(at.to_owned());
            mine.clone()
        }
    }
}

fn maps(
    base: &Map<String, Json>,
    mine: &Map<String, Json>,
    theirs: &Map<String, Json>,
    at: &str,
    conflicts: &mut Vec<String>,
) -> Map<String, Json> {
    let mut merged = Map::new();
    let later = theirs.keys().filter(|key| !mine.contains_key(*key));
    for key in mine.keys().chain(later) {
        let part = |map: &Map<String, Json>| map.get(key).cloned().unwrap_or_default();
        let place = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        let value = merge(&part(base), &part(mine), &part(theirs), &place, conflicts);
        if !value.is_null() {
            merged.insert(key.clone(), value);
        }
    }
    merged
}

/// Lists of things with keys are merged thing by thing: fields, options, columns.
fn lists(base: &[Json], mine: &[Json], theirs: &[Json], at: &str, conflicts: &mut Vec<String>) -> Json {
    let find = |list: &[Json], key: &str| list.iter().find(|one| key_of(one) == Some(key)).cloned().unwrap_or_default();
    let later = theirs.iter().filter(|one| find(mine, key_of(one).unwrap_or_default()).is_null());
    let mut merged = Vec::new();
    for one in mine.iter().chain(later) {
        let key = key_of(one).unwrap_or_default();
        let value = merge(&find(base, key), &find(mine, key), &find(theirs, key), &format!("{at}.{key}"), conflicts);
        if !value.is_null() {
            merged.push(value);
        }
    }
    Json::Array(merged)
}

fn key_of(one: &Json) -> Option<&str> {
    ["key", "field", "from"].iter().find_map(|name| one.get(*name))?.as_str()
}

fn is_keyed(list: &[Json]) -> bool {
    list.iter().all(|one| key_of(one).is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(base: Json, mine: Json, theirs: Json, expected: Json, conflicts: &[&str]) {
        let mut found = Vec::new();
        assert_eq!(merge(&base, &mine, &theirs, "", &mut found), expected);
        assert_eq!(found, conflicts);
    }

    #[test]
    fn a_customers_label_and_a_new_field_both_stand() {
        let field = |key: &str, label: &str| json!({ "key": key, "label": label });
        check(
            json!({ "fields": [field("a", "A")] }),
            json!({ "fields": [field("a", "甲"), field("own", "自己")] }),
            json!({ "fields": [field("a", "A"), field("b", "B")] }),
            json!({ "fields": [field("a", "甲"), field("own", "自己"), field("b", "B")] }),
            &[],
        );
    }

    #[test]
    fn what_a_customer_took_away_stays_away() {
        check(
            json!([{ "key": "a" }, { "key": "b" }]),
            json!([{ "key": "a" }]),
            json!([{ "key": "a" }, { "key": "b" }]),
            json!([{ "key": "a" }]),
            &[],
        );
    }

    #[test]
    fn both_changed_the_same_and_the_customers_stands() {
        check(
            json!({ "label": "A" }),
            json!({ "label": "B" }),
            json!({ "label": "C" }),
            json!({ "label": "B" }),
            &["label"],
        );
    }
}
