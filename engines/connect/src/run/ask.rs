//! What has to be asked about a batch of rows, each thing once.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kehub_model::RecordId;

use super::judge::{Hits, Known, fingerprint, hits};
use super::plan::Plan;
use super::read::{Part, ReadRow, cut_surely};

/// Texts by the object and field they are looked for in.
pub type Wanted = BTreeMap<(String, String), BTreeSet<String>>;

/// The records a batch links to, as far as they are not known yet.
pub fn wanted_links(plan: &Plan, rows: &[ReadRow], known: &Known) -> Wanted {
    let mut wanted = Wanted::new();
    for row in rows {
        for (n, part) in row.parts.iter().enumerate() {
            let (Part::Seek(ways), Some(link)) = (part, plan.link(n)) else { continue };
            for text in ways.iter().flatten() {
                let field = if text.parse::<RecordId>().is_ok() { "id" } else { link.by.field(text) };
                let place = (link.object.clone(), field.to_owned());
                if !known.links.get(&place).is_some_and(|texts| texts.contains_key(text)) {
                    wanted.entry(place).or_default().insert(text.clone());
                }
            }
        }
    }
    wanted
}

/// Records that are not there and are to be made: for each object and field each text once, as it is first spelled.
pub type Missing = BTreeMap<(String, String), Vec<String>>;

pub fn missing_parents(plan: &Plan, rows: &[ReadRow], known: &Known) -> Missing {
    let mut missing = Missing::new();
    let mut seen: HashSet<(String, String)> = HashSet::new();
    for row in rows {
        // A row that fails anyway makes nothing.
        if row.parts.iter().any(|part| matches!(part, Part::Wrong(_) | Part::NoOptions(..))) {
            continue;
        }
        for (n, part) in row.parts.iter().enumerate() {
            let (Part::Seek(ways), Some(link)) = (part, plan.link(n)) else { continue };
            let is_found = |text: &String| !matches!(hits(known, &link.object, link.by.field(text), text), Hits::None);
            if !plan.places[n].create_missing || ways.iter().any(|way| way.iter().all(is_found)) {
                continue;
            }
            let whole = ways.first().and_then(|way| way.first()).map(String::as_str).unwrap_or_default();
            let way = if link.is_many { cut_surely(whole) } else { vec![whole.to_owned()] };
            for text in way.iter().filter(|text| !is_found(text) && text.parse::<RecordId>().is_err()) {
                if seen.insert((link.object.clone(), kehub_model::text::fold(text))) {
                    let field = link.by.field(text).to_owned();
                    missing.entry((link.object.clone(), field)).or_default().push(text.clone());
                }
            }
        }
    }
    missing
}

/// Options that are to be made, by place.
pub fn new_options(rows: &[ReadRow]) -> BTreeMap<usize, BTreeSet<String>> {
    let mut options: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        for (n, part) in row.parts.iter().enumerate() {
            if let Part::NewOptions(labels) = part {
                options.entry(n).or_default().extend(labels.iter().cloned());
            }
        }
    }
    options
}

/// By what records of this file are called, for links among its own rows.
#[derive(Debug, Default)]
pub struct InFile {
    names: BTreeMap<usize, HashSet<u64>>,
}

impl InFile {
    /// The places whose values have to be gathered before rows can be judged.
    pub fn needed(plan: &Plan) -> Vec<usize> {
        let mut places: Vec<usize> = (0..plan.places.len()).filter_map(|n| plan.self_link(n)).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    pub fn gather(&mut self, place: usize, text: &str) {
        self.names.entry(place).or_default().insert(name_of(text));
    }

    /// Marks what is not there yet but stands in the file as coming later.
    pub fn mark(&self, plan: &Plan, rows: &[ReadRow], known: &mut Known) {
        for row in rows {
            for (n, part) in row.parts.iter().enumerate() {
                let (Part::Seek(ways), Some(link), Some(source)) = (part, plan.link(n), plan.self_link(n)) else {
                    continue;
                };
                let Some(names) = self.names.get(&source) else { continue };
                for text in ways.iter().flatten() {
                    let field = link.by.field(text);
                    if names.contains(&name_of(text)) && matches!(hits(known, &link.object, field, text), Hits::None) {
                        let texts = known.links.entry((link.object.clone(), field.to_owned())).or_default();
                        texts.insert(text.clone(), Hits::Later);
                    }
                }
            }
        }
    }
}

fn name_of(text: &str) -> u64 {
    fingerprint(kehub_model::text::fold(text).as_bytes())
}
