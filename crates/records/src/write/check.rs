//! What must hold: formulas are derived first, then required fields, cross-field checks and unique values are looked at.

use std::collections::HashMap;

use kehub_db::Answer;
use kehub_db::Ask;
use kehub_db::unique_hash;
use kehub_model::Code;
use kehub_model::Field;
use kehub_model::ObjectId;
use kehub_model::Problem;
use kehub_model::Problems;
use kehub_model::Value;
use kehub_model::fields::Kind;

use super::parse::place_at;
use super::plan::Wanted;
use super::plan::Writing;
use super::work::Op;

impl Writing {
    /// Formulas, then what must hold: required fields, cross-field checks.
    pub(super) fn derive_and_check(&mut self) {
        let language = self.actor.language();
        let mut problems = Problems::new();
        for item in &mut self.work.items {
            if matches!(item.op, Op::Delete) {
                continue;
            }
            let object = item.object.clone();
            crate::formula::derive(&object, &mut item.after);
            if item.op == Op::Derive {
                continue;
            }
            let is_new = matches!(item.op, Op::Create | Op::Restore);
            for (place, field) in object.fields.iter().enumerate() {
                let asked = is_new || item.written.contains(&place);
                if field.def.required
                    && asked
                    && field.is_writable()
                    && item.after[place].is_null()
                    && !matches!(field.def.kind, Kind::Subform(_))
                {
                    let problem = Problem::new(Code::Required, place_at(&item.at, &field.key))
                        .with("field", field.label(language));
                    problems.push(problem);
                }
            }
            for check in &object.checks {
                let held = check.formula.run(
                    &crate::formula::Own { object: &object, values: &item.after },
                    &crate::formula::still(self.actor.reading.zone),
                );
                if held == Value::Bool(false) {
                    let at = check.def.at.as_deref().map_or(item.at.clone(), |key| place_at(&item.at, key));
                    problems.push(
                        Problem::new(Code::CheckFailed, at).with("message", check.def.message.in_language(language)),
                    );
                }
            }
        }
        self.problems.extend(problems);
    }

    // Unique -----------------------------------------------------------------------------------------------------------

    pub(super) fn ask_unique(&mut self) -> Vec<Ask> {
        let mut asks = Vec::new();
        let mut seen: HashMap<(ObjectId, String, [u8; 16]), usize> = HashMap::new();
        let mut by_column: Vec<Wanted> = Vec::new();
        let mut clashes = Vec::new();
        for (n, item) in self.work.items.iter().enumerate().filter(|(_, item)| item.op != Op::Delete) {
            for (u, unique) in item.object.unique.iter().enumerate() {
                let places: Vec<usize> = unique
                    .fields
                    .iter()
                    .filter_map(|id| item.object.fields.iter().position(|field| field.id == *id))
                    .collect();
                let is_new = matches!(item.op, Op::Create | Op::Restore);
                if !is_new && places.iter().all(|place| item.after[*place] == item.before_at(*place)) {
                    continue;
                }
                let fields: Vec<&Field> = places.iter().map(|place| &item.object.fields[*place]).collect();
                let values: Vec<&Value> = places.iter().map(|place| &item.after[*place]).collect();
                let Some(hash) = unique_hash(&fields, &values) else { continue };
                if seen.insert((item.object.id, unique.column.clone(), hash), n).is_some() {
                    clashes.push((n, u));
                    continue;
                }
                match by_column
                    .iter_mut()
                    .find(|(object, column, _, _)| *object == item.object.id && *column == unique.column)
                {
                    Some((_, _, hashes, places)) => {
                        hashes.push(hash);
                        places.push((n, u));
                    }
                    None => by_column.push((item.object.id, unique.column.clone(), vec![hash], vec![(n, u)])),
                }
            }
        }
        for (n, u) in clashes {
            self.taken(n, u);
        }
        for (object, column, hashes, places) in by_column {
            asks.push(Ask::Holders { object, column, hashes });
            self.holders.extend(places);
        }
        asks
    }

    pub(super) fn take_unique(&mut self, answers: Vec<Answer>) {
        let mut places = std::mem::take(&mut self.holders).into_iter();
        for answer in answers {
            let Answer::Holders(holders) = answer else { continue };
            for holder in holders {
                let Some((n, u)) = places.next() else { break };
                let item = &self.work.items[n];
                let Some(holder) = holder.filter(|holder| *holder != item.id) else { continue };
                // Another record of this very save may let the value go.
                let lets_go = self.work.find(item.object.id, holder).is_some_and(|other| {
                    let other = &self.work.items[other];
                    let unique = &item.object.unique[u];
                    other.op == Op::Delete
                        || unique.fields.iter().any(|id| {
                            let place = item.object.fields.iter().position(|field| field.id == *id).unwrap_or_default();
                            other.after[place] != other.before_at(place)
                        })
                });
                if !lets_go {
                    self.taken(n, u);
                }
            }
        }
    }

    /// "Taken" is said to whoever may write the field, never by whom.
    pub(super) fn taken(&mut self, n: usize, u: usize) {
        let item = &self.work.items[n];
        let fields: Vec<&Field> =
            item.object.unique[u].fields.iter().filter_map(|id| item.object.field_by_id(*id)).collect();
        let labels: Vec<&str> = fields.iter().map(|field| field.label(self.actor.language())).collect();
        let at = place_at(&item.at, fields.first().map_or("", |field| field.key.as_str()));
        self.problems.push(Problem::new(Code::Taken, at).with("field", labels.join(" + ")));
    }
}
