//! Schema changes: from the catalog as it is and the objects as they are wanted to a closed list of what must be done to
//! tables. Pure; `db` carries the list out.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value as Json, json};

use crate::catalog::{Catalog, FieldId, ObjectId, State, Stored, StoredField, StoredObject, system};
use crate::fields::{Column, Kind};
use crate::key::{self, is_key};
use crate::object::{FieldDef, ObjectDef, SYSTEM_KEYS};
use crate::problem::{Code, Problem, Problems};

/// Everything that can be done to a table.
#[expect(clippy::large_enum_variant, reason = "a publish holds a handful of them")]
#[derive(Clone, Debug, PartialEq)]
pub enum SchemaChange {
    AddObject {
        object: ObjectId,
    },
    RetireObject {
        object: ObjectId,
    },
    RestoreObject {
        object: ObjectId,
    },
    AddField {
        object: ObjectId,
        field: FieldId,
    },
    RetireField {
        object: ObjectId,
        field: FieldId,
    },
    RestoreField {
        object: ObjectId,
        field: FieldId,
    },
    /// The field's values move into a new column of another type; the old column stays as the original.
    Convert {
        object: ObjectId,
        field: FieldId,
        from_column: String,
        from: Kind,
        to: Kind,
    },
    AddUnique {
        object: ObjectId,
        fields: Vec<FieldId>,
        column: String,
    },
    DropUnique {
        object: ObjectId,
        column: String,
    },
    /// Records without a value stand in its way.
    Require {
        object: ObjectId,
        field: FieldId,
    },
    /// A formula or roll-up is new or means something else: its stored values are computed again.
    Recompute {
        object: ObjectId,
        field: FieldId,
    },
    /// Labels, settings, checks: nothing happens to the table.
    Describe {
        object: ObjectId,
    },
}

/// How dear a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// At once, nothing can be lost.
    Safe,
    /// Every row is looked at.
    Slow,
    /// Some values may not fit; the originals are kept.
    Lossy,
}

impl SchemaChange {
    pub fn severity(&self) -> Severity {
        match self {
            SchemaChange::Convert { .. } => Severity::Lossy,
            SchemaChange::AddUnique { .. } | SchemaChange::Require { .. } | SchemaChange::Recompute { .. } => {
                Severity::Slow
            }
            _ => Severity::Safe,
        }
    }

    pub fn object(&self) -> ObjectId {
        match self {
            SchemaChange::AddObject { object }
            | SchemaChange::RetireObject { object }
            | SchemaChange::RestoreObject { object }
            | SchemaChange::AddField { object, .. }
            | SchemaChange::RetireField { object, .. }
            | SchemaChange::RestoreField { object, .. }
            | SchemaChange::Convert { object, .. }
            | SchemaChange::AddUnique { object, .. }
            | SchemaChange::DropUnique { object, .. }
            | SchemaChange::Require { object, .. }
            | SchemaChange::Recompute { object, .. }
            | SchemaChange::Describe { object } => *object,
        }
    }
}

/// One wish about the catalog.
#[expect(clippy::large_enum_variant, reason = "a publish holds a handful of them")]
#[derive(Clone, Debug)]
pub enum Edit {
    /// The object shall be like this; fields that are not in it are retired.
    Put {
        def: ObjectDef,
        solution: String,
    },
    Retire {
        key: String,
    },
}

/// What a set of edits comes to.
#[derive(Debug)]
pub struct Plan {
    pub stored: Stored,
    pub changes: Vec<SchemaChange>,
    pub problems: Problems,
}

/// Names a table or column may not have, or that another means by them.
const RESERVED: [&str; 12] =
    ["n", "moment", "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid", "rowid", "_rowid_", "position"];

/// Works out what the edits come to.
pub fn plan(current: &Catalog, edits: Vec<Edit>) -> Plan {
    let mut planner =
        Planner { current, stored: current.stored.clone(), changes: Vec::new(), problems: Problems::new() };
    planner.stored.next_id = planner.stored.next_id.max(system::FIRST_OWN);
    for edit in edits {
        match edit {
            Edit::Put { def, solution } => planner.put(def, &solution, None),
            Edit::Retire { key } => planner.retire(&key),
        }
    }
    planner.check_links();
    Plan { stored: planner.stored, changes: planner.changes, problems: planner.problems }
}

struct Planner<'a> {
    current: &'a Catalog,
    stored: Stored,
    changes: Vec<SchemaChange>,
    problems: Problems,
}

impl Planner<'_> {
    fn new_id(&mut self) -> i32 {
        self.stored.next_id += 1;
        self.stored.next_id - 1
    }

    fn place_of(&self, key: &str) -> Option<usize> {
        self.stored.objects.iter().position(|object| object.state == State::Active && object_key(object) == key)
    }

    fn put(&mut self, mut def: ObjectDef, solution: &str, parent: Option<(ObjectId, FieldId)>) {
        if !is_key(&def.key) {
            self.problems.push(Problem::new(Code::BadKey, "key").with("value", &def.key));
            return;
        }
        if parent.is_some() {
            def.fields.splice(0..0, row_fields(&def, self.parent_key(parent)));
        }
        let place = match self.place_of(&def.key) {
            Some(place) => place,
            None => self.add_object(&def, solution, parent),
        };
        let id = self.stored.objects[place].id;
        let is_new = self.changes.contains(&SchemaChange::AddObject { object: id });
        let before = self.current.object_by_id(id).map(|object| object.def.clone());
        for field in &def.fields {
            self.put_field(place, field, before.as_ref().and_then(|def| def.field(&field.key)), is_new);
        }
        for field in before.iter().flat_map(|before| &before.fields) {
            if def.field(&field.key).is_none() {
                self.retire_field(place, field);
            }
        }
        self.put_unique(id, before.as_ref(), &def, is_new);
        for field in &def.fields {
            if let Kind::Subform(subform) = &field.kind {
                self.put_rows(&def, field, &subform.fields, solution, place);
            }
        }
        if !is_new && before.as_ref() != Some(&def) && !self.changes.iter().any(|change| change.object() == id) {
            self.changes.push(SchemaChange::Describe { object: id });
        }
        self.stored.objects[place].def = def.to_json();
    }

    fn parent_key(&self, parent: Option<(ObjectId, FieldId)>) -> String {
        let parent = parent.and_then(|(id, _)| self.stored.objects.iter().find(|object| object.id == id));
        parent.map(object_key).unwrap_or_default().to_owned()
    }

    fn add_object(&mut self, def: &ObjectDef, solution: &str, parent: Option<(ObjectId, FieldId)>) -> usize {
        let id = self.new_id();
        let tables: HashSet<&str> = self.stored.objects.iter().map(|object| object.table.as_str()).collect();
        let table = free_name(&format!("x_{}", def.key), |name| tables.contains(name));
        self.stored.objects.push(StoredObject {
            id,
            table,
            state: State::Active,
            solution: solution.to_owned(),
            parent,
            def: Json::Null,
            fields: BTreeMap::new(),
        });
        self.changes.push(SchemaChange::AddObject { object: id });
        self.stored.objects.len() - 1
    }

    fn put_field(&mut self, place: usize, field: &FieldDef, before: Option<&FieldDef>, is_new: bool) {
        let object = self.stored.objects[place].id;
        let stands = self.stored.objects[place].fields.get(&field.key).cloned();
        match (stands, before) {
            (Some(stored), Some(before)) if stored.state == State::Active => {
                if before.kind.column() != field.kind.column() {
                    self.convert(place, field, before, stored);
                } else if meaning(&before.kind) != meaning(&field.kind) {
                    self.changes.push(SchemaChange::Recompute { object, field: stored.id });
                }
                if field.required && !before.required {
                    let field = self.stored.objects[place].fields[&field.key].id;
                    self.changes.push(SchemaChange::Require { object, field });
                }
            }
            (Some(stored), _) if stored.state == State::Retired && self.fits_retired(&stored, field) => {
                let entry = StoredField { state: State::Active, def: None, ..stored };
                self.changes.push(SchemaChange::RestoreField { object, field: entry.id });
                self.stored.objects[place].fields.insert(field.key.clone(), entry);
            }
            (stands, _) => {
                // A retired field of another type keeps its column under a name of its own; the key begins anew.
                if let Some(old) = stands {
                    let name = format!("{}#{}", field.key, old.id);
                    self.stored.objects[place].fields.insert(name, old);
                }
                let id = self.new_id();
                let column = self.free_column(place, &field.key);
                let entry = StoredField { id, column, generation: 1, state: State::Active, def: None };
                self.stored.objects[place].fields.insert(field.key.clone(), entry);
                if !is_new {
                    self.changes.push(SchemaChange::AddField { object, field: id });
                    if field.required {
                        self.changes.push(SchemaChange::Require { object, field: id });
                    }
                }
            }
        }
    }

    fn fits_retired(&self, stored: &StoredField, field: &FieldDef) -> bool {
        let def = stored.def.as_ref().and_then(|def| FieldDef::from_json(def, "", &|_| false, &mut Problems::new()));
        def.is_some_and(|def| def.kind.column() == field.kind.column())
    }

    fn convert(&mut self, place: usize, field: &FieldDef, before: &FieldDef, stored: StoredField) {
        let object = self.stored.objects[place].id;
        if !can_convert(&before.kind, &field.kind) {
            let hint = format!("{} → {}", before.kind.key(), field.kind.key());
            self.problems
                .push(Problem::new(Code::BadDefinition, format!("fields.{}.type", field.key)).with("hint", hint));
            return;
        }
        let column = self.free_column(place, &field.key);
        let from_column = stored.column.clone();
        let id = stored.id;
        let entry = StoredField { column, generation: stored.generation + 1, ..stored };
        self.stored.objects[place].fields.insert(field.key.clone(), entry);
        self.changes.push(SchemaChange::Convert {
            object,
            field: id,
            from_column,
            from: before.kind.clone(),
            to: field.kind.clone(),
        });
    }

    fn free_column(&self, place: usize, key: &str) -> String {
        let object = &self.stored.objects[place];
        let generations = object.fields.values().map(|field| field.column.as_str());
        let used: HashSet<&str> = generations.chain(SYSTEM_KEYS).chain(RESERVED).collect();
        // The columns that stand beside a field (`__f`, `__s`, `__u`) must not meet a field of such a name.
        let beside = |name: &str| name.ends_with("__f") || name.ends_with("__s") || name.ends_with("__u");
        let earlier = |name: &str| self.earlier_columns(object.id).any(|column| column == name);
        free_name(key, |name| used.contains(name) || beside(name) || earlier(name))
    }

    /// Columns of earlier generations, which stay in the table.
    fn earlier_columns(&self, object: ObjectId) -> impl Iterator<Item = String> {
        let stored = self.stored.objects.iter().find(|stored| stored.id == object);
        stored.into_iter().flat_map(|stored| &stored.fields).flat_map(|(key, field)| {
            let key = key.split('#').next().unwrap_or(key).to_owned();
            (1..field.generation).map(move |n| if n == 1 { key.clone() } else { format!("{key}__{n}") })
        })
    }

    fn retire_field(&mut self, place: usize, field: &FieldDef) {
        let object = self.stored.objects[place].id;
        if let Some(entry) = self.stored.objects[place].fields.get_mut(&field.key) {
            entry.state = State::Retired;
            entry.def = Some(field.to_json());
            let field = entry.id;
            self.changes.push(SchemaChange::RetireField { object, field });
        }
    }

    fn put_unique(&mut self, object: ObjectId, before: Option<&ObjectDef>, def: &ObjectDef, is_new: bool) {
        let place = self.stored.objects.iter().position(|stored| stored.id == object).unwrap_or_default();
        let wanted = unique_of(&self.stored.objects[place], def);
        let had = before
            .map(|before| unique_of(&self.current.stored.objects[self.current_place(object)], before))
            .unwrap_or_default();
        for (column, _) in had.iter().filter(|had| !wanted.contains(had)) {
            self.changes.push(SchemaChange::DropUnique { object, column: column.clone() });
        }
        for (column, fields) in wanted.iter().filter(|wanted| !had.contains(wanted)) {
            if !is_new {
                self.changes.push(SchemaChange::AddUnique { object, fields: fields.clone(), column: column.clone() });
            }
        }
    }

    fn current_place(&self, object: ObjectId) -> usize {
        self.current.stored.objects.iter().position(|stored| stored.id == object).unwrap_or_default()
    }

    /// Rows of a subform are records of a child object of their own.
    fn put_rows(&mut self, parent: &ObjectDef, field: &FieldDef, fields: &[Json], solution: &str, place: usize) {
        let at = format!("fields.{}.fields", field.key);
        let fields = crate::object::read_fields(fields, &at, &mut self.problems);
        if let Some(nested) = fields.iter().find(|inner| matches!(inner.kind, Kind::Subform(_))) {
            let place = format!("{at}.{}", nested.key);
            self.problems.push(
                Problem::new(Code::BadDefinition, place).with("hint", "a subform in a subform / 子表单不能再含子表单"),
            );
            return;
        }
        let stored = &self.stored.objects[place];
        let owner = (stored.id, stored.fields[&field.key].id);
        let existing = self
            .stored
            .objects
            .iter()
            .find(|child| child.parent == Some(owner))
            .map(|child| object_key(child).to_owned());
        let key = existing.unwrap_or_else(|| {
            let mut base = format!("{}_{}", parent.key, field.key);
            base.truncate(key::MAX - 4);
            free_name(&base, |name| self.place_of(name).is_some()).replace("__", "_")
        });
        let def = ObjectDef {
            key,
            label: field.label.clone(),
            title: None,
            fields,
            unique: Vec::new(),
            checks: Vec::new(),
            hidden: true,
            icon: None,
            help: None,
        };
        self.put(def, solution, Some(owner));
    }

    fn retire(&mut self, key: &str) {
        let Some(place) = self.place_of(key) else {
            self.problems.push(Problem::new(Code::UnknownObject, "").with("name", key));
            return;
        };
        let users: Vec<String> = self
            .stored
            .objects
            .iter()
            .filter(|object| object.state == State::Active && object_key(object) != key)
            .flat_map(|object| {
                let def = ObjectDef::from_json(&object.def, "", &mut Problems::new());
                let fields = def.map(|def| def.fields).unwrap_or_default();
                let owner = object_key(object).to_owned();
                let is_rows = object.parent.is_some_and(|(parent, _)| parent == self.stored.objects[place].id);
                fields
                    .into_iter()
                    .filter(move |field| !is_rows && field.kind.target() == Some(key))
                    .map(move |field| format!("{owner}.{}", field.key))
            })
            .collect();
        if !users.is_empty() {
            self.problems.push(Problem::new(Code::InUse, "").with("users", users.join(", ")));
            return;
        }
        let id = self.stored.objects[place].id;
        for object in &mut self.stored.objects {
            if object.id == id || object.parent.is_some_and(|(parent, _)| parent == id) {
                object.state = State::Retired;
                self.changes.push(SchemaChange::RetireObject { object: object.id });
            }
        }
    }

    /// That links, look-ups and roll-ups lead somewhere.
    fn check_links(&mut self) {
        let defs: BTreeMap<String, ObjectDef> = self
            .stored
            .objects
            .iter()
            .filter(|object| object.state == State::Active)
            .filter_map(|object| {
                Some((object_key(object).to_owned(), ObjectDef::from_json(&object.def, "", &mut Problems::new())?))
            })
            .collect();
        for def in defs.values() {
            for field in &def.fields {
                let at = format!("{}.fields.{}", def.key, field.key);
                check_link(&defs, def, field, &at, &mut self.problems);
            }
        }
    }
}

fn check_link(
    defs: &BTreeMap<String, ObjectDef>,
    def: &ObjectDef,
    field: &FieldDef,
    at: &str,
    problems: &mut Problems,
) {
    let unknown_object =
        |name: &str, place: &str| Problem::new(Code::UnknownObject, format!("{at}.{place}")).with("name", name);
    let unknown_field =
        |name: &str, place: &str| Problem::new(Code::UnknownField, format!("{at}.{place}")).with("name", name);
    let has = |def: &ObjectDef, key: &str| def.field(key).is_some() || SYSTEM_KEYS.contains(&key);
    match &field.kind {
        Kind::Link(link) if !defs.contains_key(&link.to) => problems.push(unknown_object(&link.to, "to")),
        Kind::Lookup(lookup) => {
            let to = match lookup.link.as_str() {
                "owner" | "created_by" | "updated_by" => Some("person"),
                "department" => Some("department"),
                key => def.field(key).filter(|link| !link.kind.is_many()).and_then(|link| link.kind.target()),
            };
            match to.and_then(|to| defs.get(to)) {
                None => problems.push(unknown_field(&lookup.link, "link")),
                Some(target) if !has(target, &lookup.field) => problems.push(unknown_field(&lookup.field, "field")),
                Some(_) => {}
            }
        }
        Kind::Rollup(rollup) => {
            let (from, link) = rollup.from.split_once('.').unwrap_or((&rollup.from, ""));
            match defs.get(from) {
                None => problems.push(unknown_object(from, "from")),
                Some(child) => {
                    if child
                        .field(link)
                        .is_none_or(|field| field.kind.target() != Some(def.key.as_str()) || field.kind.is_many())
                    {
                        problems.push(unknown_field(link, "from"));
                    }
                    let counted = rollup.field.as_deref();
                    if rollup.function != crate::fields::rollup::RollupFn::Count && counted.is_none() {
                        problems.push(Problem::new(Code::Missing, format!("{at}.field")).with("name", "field"));
                    }
                    if let Some(name) = counted.filter(|name| !has(child, name)) {
                        problems.push(unknown_field(name, "field"));
                    }
                }
            }
        }
        _ => {}
    }
}

fn object_key(object: &StoredObject) -> &str {
    object.def.get("key").and_then(Json::as_str).unwrap_or(object.table.strip_prefix("x_").unwrap_or(&object.table))
}

fn unique_of(object: &StoredObject, def: &ObjectDef) -> Vec<(String, Vec<FieldId>)> {
    let id = |key: &String| object.fields.get(key).map(|field| field.id);
    let single = def.fields.iter().filter(|field| field.unique).filter_map(|field| {
        let stored = object.fields.get(&field.key)?;
        Some((format!("{}__u", stored.column), vec![stored.id]))
    });
    let several =
        def.unique.iter().enumerate().map(|(n, keys)| (format!("unique__{n}"), keys.iter().filter_map(id).collect()));
    single.chain(several).collect()
}

/// What a computed field computes; `None` for fields people write.
fn meaning(kind: &Kind) -> Option<Json> {
    matches!(kind, Kind::Formula(_) | Kind::Rollup(_)).then(|| kind.settings())
}

fn free_name(base: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(base) {
        return base.to_owned();
    }
    (2..).map(|n| format!("{base}__{n}")).find(|name| !taken(name)).unwrap_or_else(|| base.to_owned())
}

/// The fields every row of a subform has besides its own.
fn row_fields(def: &ObjectDef, parent: String) -> Vec<FieldDef> {
    let fields = json!([
        { "key": "parent", "type": "link", "to": parent, "required": true, "on_delete": "delete", "label": {"zh": "所属记录", "en": "Record"} },
        { "key": "row_position", "type": "number", "scale": 0, "plain": true, "label": {"zh": "序号", "en": "Position"} },
    ]);
    let items = fields.as_array().cloned().unwrap_or_default();
    let fields = crate::object::read_fields(&items, "", &mut Problems::new());
    fields.into_iter().filter(|field| def.field(&field.key).is_none()).collect()
}

/// Which conversions there are: into text always, between numbers, and wherever text can be read as the new type.
fn can_convert(from: &Kind, to: &Kind) -> bool {
    let computed = |kind: &Kind| !kind.is_writable();
    if computed(from) && computed(to) {
        return true;
    }
    if computed(to) {
        return false;
    }
    match (from.column(), to.column()) {
        (Column::None | Column::Links { .. }, _) | (_, Column::None | Column::Links { .. }) => {
            matches!((from.column(), to.column()), (Column::Id { to: a }, Column::Links { to: b }) | (Column::Links { to: a }, Column::Id { to: b }) if a == b)
        }
        (Column::Id { to: a }, Column::Id { to: b }) => a == b,
        (_, Column::Id { .. }) => false,
        _ => true,
    }
}
