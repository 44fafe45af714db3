//! A catalog, a file and what is known, in memory.

use std::collections::HashMap;

use kehub_model::catalog::Stored;
use kehub_model::object::ObjectDef;
use kehub_model::schema::{Edit, plan};
use kehub_model::{Actor, Catalog, Cell, Problems, RecordId, Value};
use serde_json::{Value as Json, json};

use crate::definition::Mapping;
use crate::run::{
    Fate, Hits, InFile, Judged, Known, Plan, ReadRow, Seen, comparable, complete, judge, match_columns, read_row,
    resolve, wanted_links,
};

/// Compiles a catalog from object definitions.
pub(super) fn catalog(objects: &[Json]) -> Catalog {
    let mut problems = Problems::new();
    let edits = objects.iter().map(|json| {
        let def = ObjectDef::from_json(json, "", &mut problems).expect("an object");
        Edit::Put { def, solution: String::new() }
    });
    let edits: Vec<Edit> = edits.collect();
    assert!(problems.is_empty(), "{problems:?}");
    let plan = plan(&Catalog::compile(0, Stored::default()).expect("an empty catalog"), edits);
    assert!(plan.problems.is_empty(), "{:?}", plan.problems);
    Catalog::compile(1, plan.stored).expect("a catalog")
}

/// Two objects that know each other, one of which also knows itself.
pub(super) fn shop() -> Catalog {
    catalog(&[
        json!({"key": "maker", "label": {"zh": "厂家", "en": "Maker"}, "fields": [
            {"key": "name", "type": "text", "label": {"zh": "名称", "en": "Name"}},
            {"key": "code", "type": "text", "label": "Code", "unique": true}]}),
        json!({"key": "thing", "label": "Thing", "fields": [
            {"key": "name", "type": "text", "label": {"zh": "物品名称", "en": "Thing name"}, "required": true},
            {"key": "sku", "type": "text", "label": "SKU", "unique": true},
            {"key": "price", "type": "money", "label": {"zh": "价格", "en": "Price"}},
            {"key": "color", "type": "choice", "label": {"zh": "颜色", "en": "Colour"},
             "options": [{"key": "red", "label": {"zh": "红", "en": "Red"}}, {"key": "blue", "label": {"zh": "蓝", "en": "Blue"}}]},
            {"key": "made", "type": "date", "label": "Made"},
            {"key": "count", "type": "number", "label": "Count", "default": 1},
            {"key": "maker", "type": "link", "label": "Maker", "to": "maker"},
            {"key": "makers", "type": "link", "label": "Makers", "to": "maker", "many": true},
            {"key": "part_of", "type": "link", "label": "Part of", "to": "thing"},
            {"key": "twice", "type": "formula", "label": "Twice", "formula": "price*2"}]}),
    ])
}

pub(super) fn id(n: u128) -> RecordId {
    RecordId::from_u128(n)
}

/// What stands in the tables: `(object, field, text, hits)`.
pub(super) struct World {
    pub(super) catalog: Catalog,
    pub(super) actor: Actor,
    pub(super) records: Vec<(&'static str, &'static str, &'static str, u128)>,
    pub(super) rows: HashMap<RecordId, HashMap<String, Value>>,
}

impl World {
    pub(super) fn new() -> World {
        World { catalog: shop(), actor: Actor::console(), records: Vec::new(), rows: HashMap::new() }
    }

    pub(super) fn plan(&self, object: &str, headings: &[&str], mapping: &Json) -> Plan {
        let object = self.catalog.object(object).expect("the object");
        let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
        let mapping = Mapping::from_json(mapping.clone()).expect("a mapping");
        let matches = match_columns(&headings, &[], object, &self.actor, &Default::default());
        let whole = complete(&mapping, &headings, &matches);
        let problems = crate::validate(&whole, &headings, object, &self.catalog, &self.actor);
        assert!(problems.is_empty(), "{problems:?}");
        Plan::compile(&whole, &headings, object, &self.catalog, &self.actor)
    }

    /// Judges rows as the engine does, with the world's records for the database.
    pub(super) fn judge(&self, plan: &Plan, rows: &[&[&str]]) -> Vec<Judged> {
        let mut known = Known { rows: self.rows.clone(), ..Known::default() };
        let read: Vec<ReadRow> = rows
            .iter()
            .enumerate()
            .map(|(n, cells)| {
                let cells: Vec<Cell> = cells.iter().map(|text| Cell::Text((*text).to_owned())).collect();
                read_row(plan, n as u64 + 2, &cells)
            })
            .collect();
        for ((object, field), texts) in wanted_links(plan, &read, &known) {
            for text in texts {
                let hits = self.hits(&object, &field, &text);
                known.links.entry((object.clone(), field.clone())).or_default().insert(text, hits);
            }
        }
        let mut names = InFile::default();
        for place in InFile::needed(plan) {
            rows.iter().for_each(|row| names.gather(place, row[plan.places[place].column]));
        }
        names.mark(plan, &read, &mut known);
        let resolved: Vec<_> = read.iter().map(|row| resolve(plan, row, &known)).collect();
        if let [place] = plan.key[..] {
            let place_of = &plan.places[place];
            for row in &resolved {
                let (Some(key), Some(Some(value))) = (&row.key, row.values.get(place)) else { continue };
                let text = comparable(&place_of.kind, value);
                known.existing.insert(key.clone(), self.hits(&plan.object.key, &place_of.field.key, &text));
            }
        }
        let mut seen = Seen::default();
        resolved.into_iter().map(|row| judge(plan, row, &known, &mut seen)).collect()
    }

    fn hits(&self, object: &str, field: &str, text: &str) -> Hits {
        let fold = kehub_model::text::fold;
        let mut found = self.records.iter().filter(|(o, f, t, _)| *o == object && *f == field && fold(t) == fold(text));
        match (found.next(), found.next()) {
            (None, _) => Hits::None,
            (Some((_, _, title, n)), None) => Hits::One(id(*n), (*title).to_owned()),
            (Some(_), Some(_)) => Hits::Many,
        }
    }
}

pub(super) fn fates(judged: &[Judged]) -> Vec<Fate> {
    judged.iter().map(|row| row.fate).collect()
}

/// `column: code` of each problem.
pub(super) fn codes(judged: &Judged) -> Vec<String> {
    judged.problems.iter().map(|problem| format!("{}: {}", problem.at, problem.code)).collect()
}
