//! What an undo does and meets, for people.

use kehub_model::history::Op;
use kehub_model::history::undo::{Choice, Fate, Note, UndoPlan};
use kehub_model::{Actor, Catalog, Code, Problem, Problems, Value};
use serde_json::{Value as Json, json};

use super::{Plan, Undone};
use crate::{Records, Style};

/// Rows of one answer that are listed.
const LISTED: usize = 1_000;

impl Records {
    /// What a plan does and meets, for people.
    pub(super) fn report(&self, actor: &Actor, plan: &Plan, choice: Choice, style: Style, undone: &mut Undone) {
        let catalog = &plan.catalog;
        let shown = |value: &Value| -> Json { serde_json::from_str(&value.to_json()).unwrap_or_default() };
        for record in &plan.plan.records {
            let Some(object) = catalog.object_by_id(record.object) else { continue };
            let mut fields = Vec::new();
            let place = |field: Option<&str>| json!({ "object": object.key, "id": record.record, "field": field });
            for field in &record.fields {
                let Some(known) = object.any_field(field.field) else { continue };
                if actor.sight(object, known.id) == kehub_model::actor::Sight::No {
                    continue;
                }
                match &field.fate {
                    Fate::Conflict { theirs, by } => {
                        let mut conflict = place(Some(&known.key));
                        conflict["theirs"] = shown(theirs);
                        conflict["mine"] = shown(&field.back);
                        conflict["commit"] = by.to_string().into();
                        if undone.conflicts.len() < LISTED {
                            undone.conflicts.push(conflict);
                        }
                        if choice != Choice::Overwrite {
                            continue;
                        }
                    }
                    Fate::Blocked(problem) => {
                        let mut conflict = place(Some(&known.key));
                        conflict["problem"] = json!(problem.spoken(style.language));
                        conflict["mine"] = shown(&field.back);
                        if let Some(holder) = plan.holders.get(&(record.key(), field.field)) {
                            conflict["holder"] = holder.clone();
                        }
                        if undone.conflicts.len() < LISTED {
                            undone.conflicts.push(conflict);
                        }
                        continue;
                    }
                    Fate::Same => continue,
                    Fate::Clean | Fate::Loses(_) => {}
                }
                let mut change =
                    json!({ "field": known.key, "before": shown(&field.now), "after": shown(&field.back) });
                if let Fate::Loses(notes) = &field.fate {
                    change["notes"] = notes.iter().map(|note| told_note(note, &shown)).collect();
                }
                fields.push(change);
            }
            match &record.fate {
                Fate::Blocked(problem) => {
                    let mut conflict = place(None);
                    conflict["problem"] = json!(problem.spoken(style.language));
                    if undone.conflicts.len() < LISTED {
                        undone.conflicts.push(conflict);
                    }
                    continue;
                }
                Fate::Conflict { by, .. } => {
                    let mut conflict = place(None);
                    conflict["commit"] = by.to_string().into();
                    undone.conflicts.push(conflict);
                    if choice != Choice::Overwrite {
                        continue;
                    }
                }
                Fate::Same => continue,
                Fate::Clean | Fate::Loses(_) => {}
            }
            let op = match record.op {
                Op::Create => "create",
                Op::Update if fields.is_empty() => continue,
                Op::Update => "update",
                Op::Delete => "delete",
            };
            if undone.changes.len() < LISTED {
                undone.changes.push(json!({ "object": object.key, "id": record.record, "op": op, "fields": fields }));
            }
        }
    }
}

/// Conflicts as problems, each with its place.
pub(super) fn conflicts(catalog: &Catalog, plan: &UndoPlan, problems: &mut Problems) {
    for record in &plan.records {
        let Some(object) = catalog.object_by_id(record.object) else { continue };
        let at = format!("{}/{}", object.key, record.record);
        match &record.fate {
            Fate::Conflict { .. } => problems.push(Problem::new(Code::Conflict, at.as_str())),
            Fate::Blocked(_) => problems.push(Problem::new(Code::Conflict, at.as_str())),
            _ => {}
        }
        for field in &record.fields {
            if matches!(field.fate, Fate::Conflict { .. } | Fate::Blocked(_)) {
                let key = object.any_field(field.field).map_or("", |field| field.key.as_str());
                problems.push(Problem::new(Code::Conflict, format!("{at}.{key}")));
            }
        }
        if problems.len() > LISTED {
            break;
        }
    }
}

fn told_note(note: &Note, shown: &impl Fn(&Value) -> Json) -> Json {
    match note {
        Note::Retired => json!({ "note": "retired" }),
        Note::Purged => json!({ "note": "purged" }),
        Note::Converted { was } => json!({ "note": "converted", "was": shown(was) }),
    }
}
