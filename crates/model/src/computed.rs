//! Formulas and roll-ups as the catalog compiles them: checked against the names of their object, put in order, and sorted into
//! what is stored and what is computed when read.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::{Check, Field, Object, State};
use crate::fields::formula::Yields;
use crate::fields::rollup::RollupFn;
use crate::fields::{Column, Kind};
use crate::formula::{self, Formula, Named, Names, Place, Type};
use crate::problem::{Code, Problem, Problems};
use crate::text::fold;

/// Compiles the computed fields of all objects, in an order in which each stands after those it uses.
pub(crate) fn compile(objects: &mut [Object], problems: &mut Problems) {
    let mut compiler = Compiler { objects, done: HashMap::new(), path: Vec::new(), problems };
    for o in 0..compiler.objects.len() {
        if compiler.objects[o].state == State::Active {
            for f in 0..compiler.objects[o].fields.len() {
                compiler.visit(o, f);
            }
            compiler.checks(o);
        }
    }
}

struct Compiler<'a> {
    objects: &'a mut [Object],
    /// By (object, field), whether its turn is over.
    done: HashMap<(usize, usize), bool>,
    /// The fields whose turn it is, outermost first.
    path: Vec<(usize, usize)>,
    problems: &'a mut Problems,
}

impl Compiler<'_> {
    fn visit(&mut self, o: usize, f: usize) {
        match self.done.get(&(o, f)) {
            Some(true) => return,
            Some(false) => return self.cycle(o, f),
            None => {}
        }
        let kind = self.objects[o].fields[f].def.kind.clone();
        if !matches!(kind, Kind::Formula(_) | Kind::Rollup(_) | Kind::Lookup(_)) {
            self.done.insert((o, f), true);
            return;
        }
        self.done.insert((o, f), false);
        self.path.push((o, f));
        match &kind {
            Kind::Formula(settings) => {
                for (object, field) in named_in(&settings.formula, self.objects, o) {
                    self.visit(object, field);
                }
                self.formula(o, f, &settings.formula, settings.scale);
            }
            Kind::Rollup(settings) => {
                let (child, _) = settings.from.split_once('.').unwrap_or_default();
                let place = settings.field.as_deref().and_then(|field| self.place(child, field));
                if let Some((child, field)) = place {
                    self.visit(child, field);
                    let column = self.objects[child].fields[field].column.clone();
                    self.rollup(o, f, settings.function, &column);
                }
            }
            Kind::Lookup(settings) => {
                let target =
                    self.objects[o].field(&settings.link).and_then(|link| link.def.kind.target()).map(str::to_owned);
                if let Some((object, field)) = target.and_then(|target| self.place(&target, &settings.field)) {
                    self.visit(object, field);
                }
            }
            _ => {}
        }
        self.path.pop();
        self.done.insert((o, f), true);
    }

    fn cycle(&mut self, o: usize, f: usize) {
        let from = self.path.iter().position(|place| *place == (o, f)).unwrap_or_default();
        let name = |(o, f): &(usize, usize)| format!("{}.{}", self.objects[*o].key, self.objects[*o].fields[*f].key);
        let mut names: Vec<String> = self.path[from..].iter().map(name).collect();
        names.push(name(&(o, f)));
        let at = format!("{}.fields.{}", self.objects[o].key, self.objects[o].fields[f].key);
        self.problems.push(Problem::new(Code::FormulaCycle, at).with("path", names.join(" → ")));
    }

    fn place(&self, object: &str, field: &str) -> Option<(usize, usize)> {
        let o = self.objects.iter().position(|one| one.key == object && one.state == State::Active)?;
        let f = self.objects[o].fields.iter().position(|one| one.key == field)?;
        Some((o, f))
    }

    fn rollup(&mut self, o: usize, f: usize, function: RollupFn, column: &Column) {
        let at = format!("{}.fields.{}.field", self.objects[o].key, self.objects[o].fields[f].key);
        let is_number = matches!(column, Column::Decimal { .. } | Column::Exact);
        let is_time = matches!(column, Column::Date | Column::DateTime | Column::Time);
        let stands = match function {
            RollupFn::Count => return,
            RollupFn::Sum if is_number => column.clone(),
            RollupFn::Avg if is_number => Column::Exact,
            RollupFn::Min | RollupFn::Max if is_number || is_time => column.clone(),
            _ => {
                self.problems
                    .push(Problem::new(Code::BadDefinition, at).with("hint", "number or time / 须为数字或时间"));
                return;
            }
        };
        self.objects[o].fields[f].column = stands;
    }

    fn formula(&mut self, o: usize, f: usize, text: &str, scale: Option<u8>) {
        let checked = formula::check(text, &ObjectNames { objects: self.objects, object: o }, Place::Field);
        let formula = match checked {
            Ok(formula) => formula,
            Err(wrong) => {
                let at = format!("{}.fields.{}.formula", self.objects[o].key, self.objects[o].fields[f].key);
                self.problems.extend(wrong.into_iter().map(|problem| problem.within(&at)));
                return;
            }
        };
        let is_read = formula.is_volatile()
            || formula.references().iter().any(|path| match &path[..] {
                [key] => self.objects[o]
                    .field(key)
                    .is_none_or(|field| !field.is_stored() || field.id == crate::catalog::system::VERSION),
                _ => true,
            });
        let object = &mut self.objects[o];
        let field = &mut object.fields[f];
        if let Kind::Formula(settings) = &mut field.def.kind {
            settings.yields = match formula.yields().member() {
                Type::Number => Yields::Number,
                Type::Bool => Yields::Bool,
                Type::Date => Yields::Date,
                Type::DateTime => Yields::Datetime,
                Type::Time => Yields::Time,
                _ => Yields::Text,
            };
            settings.scale = scale.or_else(|| formula.scale().filter(|scale| *scale <= 4));
        }
        field.column = if is_read { Column::None } else { field.def.kind.column() };
        field.formula = Some(Arc::new(formula));
        if !is_read {
            object.formula_order.push(f);
        }
    }

    fn checks(&mut self, o: usize) {
        for (n, def) in self.objects[o].def.checks.clone().into_iter().enumerate() {
            let names = ObjectNames { objects: self.objects, object: o };
            match formula::check(&def.formula, &names, Place::Field) {
                Ok(formula) if formula.references().iter().any(|path| path.len() > 1) => {
                    let at = format!("{}.checks[{n}].formula", self.objects[o].key);
                    self.problems.push(
                        Problem::new(Code::BadDefinition, at).with("hint", "own fields only / 只能用本表单的字段"),
                    );
                }
                Ok(formula) => self.objects[o].checks.push(Check { def, formula }),
                Err(wrong) => {
                    let at = format!("{}.checks[{n}].formula", self.objects[o].key);
                    self.problems.extend(wrong.into_iter().map(|problem| problem.within(&at)));
                }
            }
        }
    }
}

/// The fields a formula's text names, before their types are known.
fn named_in(text: &str, objects: &[Object], o: usize) -> Vec<(usize, usize)> {
    let Ok(ast) = formula::parse(text) else { return Vec::new() };
    let mut found = Vec::new();
    for (path, _, _) in ast.fields() {
        let mut at = o;
        for name in path {
            let Some(f) = place_of(&objects[at], name) else { break };
            found.push((at, f));
            let Some(next) = step(objects, at, f) else { break };
            at = next;
        }
    }
    found
}

/// A field by its key or by its label.
fn place_of(object: &Object, name: &str) -> Option<usize> {
    let by_key = object.fields.iter().position(|field| field.key == name);
    by_key.or_else(|| {
        let folded = fold(name);
        object.fields.iter().position(|field| field.def.label.texts().iter().any(|label| fold(label) == folded))
    })
}

/// The object a field leads to: that linked to, or the rows of a subform.
fn step(objects: &[Object], o: usize, f: usize) -> Option<usize> {
    let field = &objects[o].fields[f];
    if let Kind::Subform(_) = field.def.kind {
        return objects.iter().position(|child| child.parent == Some((objects[o].id, field.id)));
    }
    let target = field.def.kind.target()?;
    objects.iter().position(|object| object.key == target && object.state == State::Active)
}

/// The names a formula of an object may use: its fields by key or label, and paths over its links.
struct ObjectNames<'a> {
    objects: &'a [Object],
    object: usize,
}

impl Names for ObjectNames<'_> {
    fn field(&self, path: &[String]) -> Option<Named> {
        let mut at = self.object;
        let mut keys = Vec::with_capacity(path.len());
        let mut is_list = false;
        for (n, name) in path.iter().enumerate() {
            let f = place_of(&self.objects[at], name)?;
            let field = &self.objects[at].fields[f];
            keys.push(field.key.clone());
            if n + 1 == path.len() {
                let own = type_of(field, self.objects);
                return Some(Named {
                    path: keys,
                    scale: scale_of(field),
                    is: if is_list && !own.is_list() { Type::list(own) } else { own },
                });
            }
            is_list = is_list || field.def.kind.is_many() || matches!(field.def.kind, Kind::Subform(_));
            at = step(self.objects, at, f)?;
        }
        None
    }

    fn option(&self, path: &[String], label: &str) -> Option<String> {
        let mut at = self.object;
        for (n, key) in path.iter().enumerate() {
            let f = place_of(&self.objects[at], key)?;
            if n + 1 == path.len() {
                let folded = fold(label);
                let options = self.objects[at].fields[f].def.kind.options();
                let found = options.iter().find(|option| option.label.texts().iter().any(|text| fold(text) == folded));
                return found.map(|option| option.key.clone());
            }
            at = step(self.objects, at, f)?;
        }
        None
    }
}

fn scale_of(field: &Field) -> Option<u8> {
    match &field.column {
        Column::Decimal { scale } => Some(*scale),
        _ => field.formula.as_deref().and_then(Formula::scale),
    }
}

/// What a field is to a formula.
fn type_of(field: &Field, objects: &[Object]) -> Type {
    match &field.def.kind {
        Kind::Formula(settings) => match settings.yields {
            Yields::Number => Type::Number,
            Yields::Text => Type::Text,
            Yields::Bool => Type::Bool,
            Yields::Date => Type::Date,
            Yields::Datetime => Type::DateTime,
            Yields::Time => Type::Time,
        },
        Kind::Lookup(settings) => looked_up(field, settings, objects).unwrap_or(Type::Any),
        Kind::Subform(_) => Type::list(Type::Record),
        _ => match &field.column {
            Column::Decimal { .. } | Column::Exact => Type::Number,
            Column::Bool => Type::Bool,
            Column::Date => Type::Date,
            Column::DateTime => Type::DateTime,
            Column::Time => Type::Time,
            Column::Text { .. } => Type::Text,
            Column::Id { .. } => Type::Record,
            Column::Keys => Type::list(Type::Text),
            Column::Links { .. } => Type::list(Type::Record),
            Column::Json { .. } => Type::Json,
            Column::None => Type::Any,
        },
    }
}

fn looked_up(field: &Field, settings: &crate::fields::lookup::Settings, objects: &[Object]) -> Option<Type> {
    let owner =
        objects.iter().position(|object| object.fields.iter().any(|own| own.id == field.id && own.key == field.key))?;
    let link = place_of(&objects[owner], &settings.link)?;
    let target = step(objects, owner, link)?;
    let looked_up = objects[target].fields.iter().find(|own| own.key == settings.field)?;
    Some(type_of(looked_up, objects))
}
