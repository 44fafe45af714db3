//! What is wrong with a view, a page or a menu: every object and field they name is looked up, all problems at once.

use std::collections::HashSet;
use std::sync::Arc;

use kehub_model::actor::Sight;
use kehub_model::key::is_key;
use kehub_model::query::{AggregateAsk, Measure, Resolver, SortAsk};
use kehub_model::rights::Access;
use kehub_model::{Actor, Catalog, Code, Definition, Moment, Object, Problem, Problems};
use serde_json::json;

use crate::definition::{ColumnDef, Direction, MenuDef, MenuItem, PageDef, RelatedDef, SectionDef, SortDef, ViewDef};

/// The most fields a list is sorted by.
const MAX_SORT: usize = 8;
/// The most columns beside each other in a section.
const MAX_COLUMNS: u8 = 4;
/// How deep groups of a menu stand in each other.
const MAX_DEPTH: usize = 4;

/// One object looked at by whoever draws.
struct Look<'a> {
    catalog: &'a Catalog,
    actor: &'a Actor,
    resolver: Resolver<'a>,
    problems: Problems,
}

impl<'a> Look<'a> {
    fn new(catalog: &'a Catalog, actor: &'a Actor) -> Look<'a> {
        // Views may say "this month"; which one it is does not matter here.
        let resolver = Resolver::new(catalog, actor, Some(Moment::ZERO.time()));
        Look { catalog, actor, resolver, problems: Problems::new() }
    }

    fn say(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The object, when there is one he may know of.
    fn object(&mut self, key: &str, at: &str) -> Option<&'a Arc<Object>> {
        let found = self.catalog.object(key).filter(|object| self.actor.may(object, Access::Read));
        if found.is_none() {
            self.say(Problem::new(Code::UnknownObject, at).with("name", key));
        }
        found
    }

    /// Places of things that must differ from each other.
    fn differ<'k>(&mut self, keys: impl Iterator<Item = (&'k str, String)>) {
        let mut seen = HashSet::new();
        for (key, at) in keys {
            if !seen.insert(key) {
                self.say(Problem::new(Code::KeyTaken, at).with("value", key));
            }
        }
    }

    /// Keys that are keys, and differ from each other.
    fn keys<'k>(&mut self, keys: impl Iterator<Item = (&'k str, String)> + Clone) {
        for (key, at) in keys.clone().filter(|(key, _)| !is_key(key)) {
            self.say(Problem::new(Code::BadKey, at).with("value", key));
        }
        self.differ(keys);
    }

    fn columns(&mut self, object: &'a Arc<Object>, columns: &[ColumnDef], at: &str) {
        let place = |n: usize| format!("{at}[{n}].field");
        for (n, column) in columns.iter().enumerate() {
            if let Err(problem) = self.resolver.pick(object, &column.field) {
                self.say(problem.within(&place(n)));
            }
        }
        self.differ(columns.iter().enumerate().map(|(n, column)| (column.field.as_str(), place(n))));
    }

    fn sort(&mut self, object: &'a Arc<Object>, sort: &[SortDef], at: &str) {
        if sort.len() > MAX_SORT {
            self.say(Problem::new(Code::TooMany, at).with("max", MAX_SORT));
        }
        let asks: Vec<SortAsk> = sort
            .iter()
            .enumerate()
            .map(|(n, term)| SortAsk {
                field: term.field.clone(),
                descending: term.dir == Some(Direction::Desc),
                at: format!("{at}[{n}].field"),
            })
            .collect();
        self.resolver.sort(object, &asks, &mut self.problems);
    }

    /// That each field may be summed up the way the list's last line does.
    fn footer(&mut self, object: &'a Arc<Object>, view: &ViewDef) {
        for (field, function) in &view.footer {
            let mut found = Problems::new();
            match function {
                // How many rows there are does not depend on the field it stands under.
                Measure::Count => found.extend(self.resolver.pick(object, field).err()),
                function => {
                    let measure = json!({ "measures": [{ "fn": function, "field": field }] });
                    let ask = AggregateAsk::parse(&measure, &mut found);
                    self.resolver.aggregate(object, &ask, None, &mut found);
                }
            }
            for mut problem in found {
                problem.at = format!("footer.{field}");
                self.say(problem);
            }
        }
    }

    /// A field of the object's own.
    fn field(&mut self, object: &Object, key: &str, at: String) {
        let known = object.field(key).is_some_and(|field| self.actor.sight(object, field.id) != Sight::No);
        if !known {
            self.say(Problem::new(Code::UnknownField, at).with("name", key));
        }
    }

    fn sections(&mut self, object: &Object, sections: &[SectionDef], at: &str) {
        let place = |n: usize| format!("{at}[{n}]");
        for (n, section) in sections.iter().enumerate() {
            for (m, field) in section.fields.iter().enumerate() {
                self.field(object, field, format!("{}.fields[{m}]", place(n)));
            }
            if section.columns.is_some_and(|columns| columns == 0 || columns > MAX_COLUMNS) {
                let problem = Problem::new(Code::OutOfRange, format!("{}.columns", place(n)));
                self.say(problem.with("min", 1).with("max", MAX_COLUMNS));
            }
        }
    }

    /// The object of a list of records that link here, `<object>.<link field>`.
    fn list(&mut self, object: &Object, from: &str, at: String) -> Option<&'a Arc<Object>> {
        let (key, link) = from.split_once('.').unwrap_or((from, ""));
        let child = self.object(key, &at)?;
        let links_here = child.field(link).is_some_and(|field| {
            field.def.kind.target() == Some(&object.key) && self.actor.sight(child, field.id) != Sight::No
        });
        if !links_here {
            self.say(Problem::new(Code::UnknownField, at).with("name", from));
        }
        Some(child)
    }

    fn related(&mut self, object: &Object, related: &RelatedDef, at: &str) {
        let Some(child) = self.list(object, &related.from, format!("{at}.from")) else { return };
        self.columns(child, &related.columns, &format!("{at}.columns"));
        self.sort(child, &related.sort, &format!("{at}.sort"));
    }

    fn hidden(&mut self, object: &Object, name: &str, at: String) {
        if name.contains('.') {
            self.list(object, name, at);
        } else {
            self.field(object, name, at);
        }
    }

    fn items(&mut self, items: &[MenuItem], at: &str, depth: usize) {
        for (n, item) in items.iter().enumerate() {
            match item {
                MenuItem::Object { object } => drop(self.object(object, &format!("{at}[{n}].object"))),
                MenuItem::Group { .. } if depth == MAX_DEPTH => {
                    let hint = format!("≤ {MAX_DEPTH} levels / 层");
                    self.say(Problem::new(Code::TooComplex, format!("{at}[{n}]")).with("hint", hint));
                }
                MenuItem::Group { items, .. } => self.items(items, &format!("{at}[{n}].items"), depth + 1),
            }
        }
    }
}

impl Definition for ViewDef {
    const KIND: &'static str = "view";

    fn validate(&self, catalog: &Catalog, actor: &Actor) -> Problems {
        let mut look = Look::new(catalog, actor);
        let Some(object) = look.object(&self.object, "object") else { return look.problems };
        look.columns(object, &self.columns, "columns");
        if let Some(filter) = self.filter.as_ref().filter(|filter| !filter.is_null()) {
            look.resolver.filter_json(object, filter, "filter", &mut look.problems);
        }
        look.sort(object, &self.sort, "sort");
        look.footer(object, self);
        look.problems
    }
}

impl Definition for PageDef {
    const KIND: &'static str = "page";

    fn validate(&self, catalog: &Catalog, actor: &Actor) -> Problems {
        let mut look = Look::new(catalog, actor);
        let Some(object) = look.object(&self.object, "object") else { return look.problems };
        for (n, field) in self.header.iter().enumerate() {
            look.field(object, field, format!("header[{n}]"));
        }
        look.sections(object, &self.sections, "sections");
        for (n, tab) in self.tabs.iter().enumerate() {
            look.sections(object, &tab.sections, &format!("tabs[{n}].sections"));
        }
        let tab_keys = self.tabs.iter().enumerate().map(|(n, tab)| (tab.key.as_str(), format!("tabs[{n}].key")));
        look.keys(tab_keys);
        look.keys(self.placed().map(|(at, section)| (section.key.as_str(), format!("{at}.key"))));
        for (n, related) in self.related.iter().enumerate() {
            look.related(object, related, &format!("related[{n}]"));
        }
        for (n, name) in self.hidden.iter().enumerate() {
            look.hidden(object, name, format!("hidden[{n}]"));
        }
        // What is shown stands in one place, so that one knows where to look for it and where to fill it in.
        let fields = self.placed().flat_map(|(at, section)| {
            section.fields.iter().enumerate().map(move |(m, field)| (field.as_str(), format!("{at}.fields[{m}]")))
        });
        let lists = self.related.iter().enumerate();
        let lists = lists.map(|(n, related)| (related.from.as_str(), format!("related[{n}].from")));
        let hidden = self.hidden.iter().enumerate().map(|(n, name)| (name.as_str(), format!("hidden[{n}]")));
        look.differ(fields.chain(lists).chain(hidden));
        look.problems
    }
}

impl PageDef {
    /// All sections, on whatever tab, each with its place.
    fn placed(&self) -> impl Iterator<Item = (String, &SectionDef)> + Clone {
        let first = self.sections.iter().enumerate().map(|(n, section)| (format!("sections[{n}]"), section));
        let further = self.tabs.iter().enumerate().flat_map(|(t, tab)| {
            tab.sections.iter().enumerate().map(move |(n, section)| (format!("tabs[{t}].sections[{n}]"), section))
        });
        first.chain(further)
    }
}

impl Definition for MenuDef {
    const KIND: &'static str = "menu";

    fn validate(&self, catalog: &Catalog, actor: &Actor) -> Problems {
        let mut look = Look::new(catalog, actor);
        if !is_key(&self.app) {
            look.say(Problem::new(Code::BadKey, "app").with("value", &self.app));
        }
        look.items(&self.items, "items", 1);
        look.problems
    }
}
