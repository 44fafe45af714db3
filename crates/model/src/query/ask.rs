//! Queries as people send them: names not yet looked up, values not yet read. Parsing collects all mistakes with their places.

use serde_json::{Map, Value as Json};

use super::{Measure, Op};
use crate::problem::{Code, Problem, Problems};

/// Limits of one request: beyond them it is refused, never cut.
pub const MAX_DEPTH: usize = 16;
pub const MAX_TESTS: usize = 300;
pub const MAX_LIMIT: u32 = 1_000;
pub const MAX_FIELDS: usize = 600;

/// A filter as sent.
#[derive(Clone, Debug, PartialEq)]
pub enum FilterAsk {
    And(Vec<FilterAsk>),
    Or(Vec<FilterAsk>),
    Not(Box<FilterAsk>),
    Test { field: String, op: Op, value: Json, at: String },
}

#[derive(Clone, Debug, PartialEq)]
pub struct SortAsk {
    pub field: String,
    pub descending: bool,
    pub at: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Count {
    #[default]
    None,
    Estimate,
    Exact,
}

/// `POST /records/{object}/query`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueryAsk {
    pub filter: Option<FilterAsk>,
    pub sort: Vec<SortAsk>,
    pub fields: Option<Vec<String>>,
    pub limit: u32,
    pub cursor: Option<String>,
    pub offset: Option<u64>,
    pub count: Count,
    pub as_of: Option<String>,
    pub time_zone: Option<String>,
    pub search: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
}

impl Unit {
    pub fn parse(text: &str) -> Option<Unit> {
        Some(match text {
            "year" => Unit::Year,
            "quarter" => Unit::Quarter,
            "month" => Unit::Month,
            "week" => Unit::Week,
            "day" => Unit::Day,
            "hour" => Unit::Hour,
            _ => return None,
        })
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct GroupAsk {
    pub field: String,
    pub unit: Option<Unit>,
    pub name: String,
    pub at: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MeasureAsk {
    pub function: Measure,
    pub field: Option<String>,
    pub name: String,
    pub filter: Option<FilterAsk>,
    pub at: String,
}

/// `POST /records/{object}/aggregate`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AggregateAsk {
    pub filter: Option<FilterAsk>,
    pub group: Vec<GroupAsk>,
    pub measures: Vec<MeasureAsk>,
    pub sort: Vec<SortAsk>,
    pub limit: u32,
    pub as_of: Option<String>,
    pub time_zone: Option<String>,
}

fn wrong_type(at: &str, expected: &str) -> Problem {
    Problem::new(Code::WrongType, at).with("expected", expected)
}

impl FilterAsk {
    pub fn parse(json: &Json, at: &str, problems: &mut Problems) -> Option<FilterAsk> {
        let mut tests = 0;
        let filter = parse_filter(json, at, 0, &mut tests, problems);
        if tests > MAX_TESTS {
            problems
                .push(Problem::new(Code::TooComplex, at).with("hint", format!("≤ {MAX_TESTS} conditions / 个条件")));
            return None;
        }
        filter
    }
}

fn parse_filter(json: &Json, at: &str, depth: usize, tests: &mut usize, problems: &mut Problems) -> Option<FilterAsk> {
    if depth > MAX_DEPTH {
        problems.push(Problem::new(Code::TooComplex, at).with("hint", format!("≤ {MAX_DEPTH} levels / 层")));
        return None;
    }
    let Some(map) = json.as_object() else {
        problems.push(wrong_type(at, "{\"and\"|\"or\"|\"not\"|\"field\": …}"));
        return None;
    };
    if map.is_empty() {
        return Some(FilterAsk::And(Vec::new()));
    }
    if let Some(word) = ["and", "or", "not"].into_iter().find(|word| map.contains_key(*word)) {
        for extra in map.keys().filter(|key| *key != word) {
            problems.push(Problem::new(Code::UnknownKey, format!("{at}.{extra}")).with("name", extra));
        }
        let inner = format!("{at}.{word}");
        if word == "not" {
            return parse_filter(&map[word], &inner, depth + 1, tests, problems)
                .map(|filter| FilterAsk::Not(Box::new(filter)));
        }
        let Some(items) = map[word].as_array() else {
            problems.push(wrong_type(&inner, "list"));
            return None;
        };
        let parts = items
            .iter()
            .enumerate()
            .filter_map(|(n, item)| parse_filter(item, &format!("{inner}[{n}]"), depth + 1, tests, problems))
            .collect();
        return Some(if word == "and" { FilterAsk::And(parts) } else { FilterAsk::Or(parts) });
    }
    *tests += 1;
    parse_test(map, at, problems)
}

fn parse_test(map: &Map<String, Json>, at: &str, problems: &mut Problems) -> Option<FilterAsk> {
    for extra in map.keys().filter(|key| !matches!(key.as_str(), "field" | "op" | "value")) {
        problems.push(Problem::new(Code::UnknownKey, format!("{at}.{extra}")).with("name", extra));
    }
    let field = match map.get("field") {
        Some(Json::String(field)) => Some(field.clone()),
        Some(_) => {
            problems.push(wrong_type(&format!("{at}.field"), "text"));
            None
        }
        None => {
            problems.push(Problem::new(Code::Missing, format!("{at}.field")).with("name", "field"));
            None
        }
    };
    let op = match map.get("op") {
        Some(Json::String(text)) => {
            let op = Op::parse(text);
            if op.is_none() {
                let allowed: Vec<&str> = Op::ALL.iter().map(|op| op.text()).collect();
                problems.push(Problem::new(Code::NotOneOf, format!("{at}.op")).with("allowed", allowed.join(" ")));
            }
            op
        }
        Some(_) => {
            problems.push(wrong_type(&format!("{at}.op"), "text"));
            None
        }
        None => Some(Op::Eq),
    };
    let value = map.get("value").cloned().unwrap_or(Json::Null);
    Some(FilterAsk::Test { field: field?, op: op?, value, at: at.to_owned() })
}

/// Reads the members of a request body; what is left over is a mistake.
pub struct BodyReader<'a> {
    map: Map<String, Json>,
    problems: &'a mut Problems,
}

impl<'a> BodyReader<'a> {
    pub fn new(json: &Json, problems: &'a mut Problems) -> Option<BodyReader<'a>> {
        match json {
            Json::Object(map) => Some(BodyReader { map: map.clone(), problems }),
            Json::Null => Some(BodyReader { map: Map::new(), problems }),
            _ => {
                problems.push(wrong_type("", "object"));
                None
            }
        }
    }

    pub fn take(&mut self, name: &str) -> Option<Json> {
        self.map.shift_remove(name).filter(|value| !value.is_null())
    }

    pub fn text(&mut self, name: &str) -> Option<String> {
        let value = self.take(name)?;
        if let Json::String(text) = value {
            return Some(text);
        }
        self.problems.push(wrong_type(name, "text"));
        None
    }

    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.take(name)?;
        if let Json::Bool(yes) = value {
            return Some(yes);
        }
        self.problems.push(wrong_type(name, "true or false"));
        None
    }

    pub fn whole(&mut self, name: &str, min: u64, max: u64) -> Option<u64> {
        let value = self.take(name)?;
        match value.as_u64() {
            Some(number) if (min..=max).contains(&number) => Some(number),
            _ => {
                self.problems.push(Problem::new(Code::OutOfRange, name).with("min", min).with("max", max));
                None
            }
        }
    }

    pub fn list(&mut self, name: &str) -> Option<Vec<Json>> {
        let value = self.take(name)?;
        if let Json::Array(items) = value {
            return Some(items);
        }
        self.problems.push(wrong_type(name, "list"));
        None
    }

    pub fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let items = self.list(name)?;
        let mut texts = Vec::with_capacity(items.len());
        for (n, item) in items.into_iter().enumerate() {
            match item {
                Json::String(text) => texts.push(text),
                _ => self.problems.push(wrong_type(&format!("{name}[{n}]"), "text")),
            }
        }
        Some(texts)
    }

    pub fn filter(&mut self, name: &str) -> Option<FilterAsk> {
        let json = self.take(name)?;
        FilterAsk::parse(&json, name, self.problems)
    }

    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub fn finish(self) {
        for name in self.map.keys() {
            self.problems.push(Problem::new(Code::UnknownKey, name.as_str()).with("name", name));
        }
    }

    fn sort(&mut self) -> Vec<SortAsk> {
        let mut sort = Vec::new();
        for (n, item) in self.list("sort").unwrap_or_default().iter().enumerate() {
            let at = format!("sort[{n}]");
            let (field, dir) = match item {
                Json::String(text) => match text.strip_prefix('-') {
                    Some(field) => (Some(field.to_owned()), Some("desc".to_owned())),
                    None => (Some(text.clone()), None),
                },
                Json::Object(map) => {
                    for extra in map.keys().filter(|key| !matches!(key.as_str(), "field" | "dir")) {
                        self.problems.push(Problem::new(Code::UnknownKey, format!("{at}.{extra}")).with("name", extra));
                    }
                    let text = |name: &str| map.get(name).and_then(Json::as_str).map(str::to_owned);
                    let dir = match map.get("dir") {
                        None | Some(Json::Null) => None,
                        Some(dir) => Some(dir.as_str().unwrap_or_default().to_owned()),
                    };
                    (text("field"), dir)
                }
                _ => (None, None),
            };
            let descending = match dir.as_deref() {
                None | Some("asc") => false,
                Some("desc") => true,
                Some(_) => {
                    self.problems.push(Problem::new(Code::NotOneOf, format!("{at}.dir")).with("allowed", "asc desc"));
                    continue;
                }
            };
            match field {
                Some(field) => sort.push(SortAsk { field, descending, at: format!("{at}.field") }),
                None => self.problems.push(wrong_type(&at, "{\"field\", \"dir\"}")),
            }
        }
        if sort.len() > 8 {
            self.problems.push(Problem::new(Code::TooMany, "sort").with("max", 8));
        }
        sort
    }
}

impl QueryAsk {
    pub fn parse(json: &Json, problems: &mut Problems) -> QueryAsk {
        let Some(mut body) = BodyReader::new(json, problems) else { return QueryAsk::default() };
        let ask = QueryAsk {
            filter: body.filter("filter"),
            sort: body.sort(),
            fields: body.texts("fields"),
            limit: body.whole("limit", 1, MAX_LIMIT.into()).unwrap_or(50) as u32,
            cursor: body.text("cursor"),
            offset: body.whole("offset", 0, 1 << 40),
            count: match body.text("count").as_deref() {
                None | Some("none") => Count::None,
                Some("estimate") => Count::Estimate,
                Some("exact") => Count::Exact,
                Some(_) => {
                    body.problem(Problem::new(Code::NotOneOf, "count").with("allowed", "none estimate exact"));
                    Count::None
                }
            },
            as_of: body.text("as_of"),
            time_zone: body.text("time_zone"),
            search: body.text("search"),
        };
        if ask.cursor.is_some() && ask.offset.is_some() {
            body.problem(
                Problem::new(Code::BadDefinition, "offset").with("hint", "cursor or offset, not both / 二者选一"),
            );
        }
        if ask.fields.as_ref().is_some_and(|fields| fields.len() > MAX_FIELDS) {
            body.problem(Problem::new(Code::TooMany, "fields").with("max", MAX_FIELDS));
        }
        body.finish();
        ask
    }
}

impl AggregateAsk {
    pub fn parse(json: &Json, problems: &mut Problems) -> AggregateAsk {
        let Some(mut body) = BodyReader::new(json, problems) else { return AggregateAsk::default() };
        let filter = body.filter("filter");
        let groups = body.list("group").unwrap_or_default();
        let measures = body.list("measures").unwrap_or_default();
        let mut ask = AggregateAsk {
            filter,
            sort: body.sort(),
            limit: body.whole("limit", 1, 10_000).unwrap_or(1_000) as u32,
            as_of: body.text("as_of"),
            time_zone: body.text("time_zone"),
            ..AggregateAsk::default()
        };
        for (list, name, max) in [(&groups, "group", 8), (&measures, "measures", 50)] {
            if list.len() > max {
                body.problem(Problem::new(Code::TooMany, name).with("max", max));
            }
        }
        body.finish();
        for (n, json) in groups.iter().enumerate() {
            ask.group.extend(parse_group(json, &format!("group[{n}]"), problems));
        }
        for (n, json) in measures.iter().enumerate() {
            ask.measures.extend(parse_measure(json, &format!("measures[{n}]"), problems));
        }
        if measures.is_empty() {
            ask.measures.push(MeasureAsk {
                function: Measure::Count,
                field: None,
                name: "count".into(),
                filter: None,
                at: String::new(),
            });
        }
        ask.check_names(problems);
        ask
    }

    fn check_names(&self, problems: &mut Problems) {
        let mut seen: Vec<&str> = Vec::new();
        let names = self.group.iter().map(|g| (&g.name, &g.at)).chain(self.measures.iter().map(|m| (&m.name, &m.at)));
        for (name, at) in names {
            if seen.contains(&name.as_str()) {
                problems.push(Problem::new(Code::KeyTaken, format!("{at}.as")).with("value", name));
            }
            seen.push(name);
        }
    }
}

fn parse_group(json: &Json, at: &str, problems: &mut Problems) -> Option<GroupAsk> {
    if let Json::String(field) = json {
        return Some(GroupAsk { field: field.clone(), unit: None, name: field.clone(), at: at.to_owned() });
    }
    let mut own = Problems::new();
    let mut body = BodyReader::new(json, &mut own)?;
    let field = body.text("field");
    let unit = body.text("unit");
    let name = body.text("as");
    body.finish();
    let unit = unit.and_then(|text| {
        let unit = Unit::parse(&text);
        if unit.is_none() {
            own.push(Problem::new(Code::NotOneOf, "unit").with("allowed", "year quarter month week day hour"));
        }
        unit
    });
    if field.is_none() {
        own.push(Problem::new(Code::Missing, "field").with("name", "field"));
    }
    problems.extend(own.into_iter().map(|problem| problem.within(at)));
    let field = field?;
    Some(GroupAsk { name: name.unwrap_or_else(|| field.clone()), field, unit, at: at.to_owned() })
}

fn parse_measure(json: &Json, at: &str, problems: &mut Problems) -> Option<MeasureAsk> {
    let mut own = Problems::new();
    let mut body = BodyReader::new(json, &mut own)?;
    let function = body.text("fn");
    let field = body.text("field");
    let name = body.text("as");
    let filter = body.filter("filter");
    body.finish();
    let function = match function.as_deref().map(Measure::parse) {
        Some(Some(function)) => Some(function),
        Some(None) => {
            own.push(Problem::new(Code::NotOneOf, "fn").with("allowed", "count count_distinct sum avg min max median"));
            None
        }
        None => {
            own.push(Problem::new(Code::Missing, "fn").with("name", "fn"));
            None
        }
    };
    if field.is_none() && function.is_some_and(|function| function != Measure::Count) {
        own.push(Problem::new(Code::Missing, "field").with("name", "field"));
    }
    if name.as_ref().is_some_and(|name| name.is_empty() || name.len() > 100) {
        own.push(Problem::new(Code::BadDefinition, "as").with("hint", "1–100"));
    }
    problems.extend(own.into_iter().map(|problem| problem.within(at)));
    let function = function?;
    let name = name.unwrap_or_else(|| match &field {
        Some(field) => format!("{}_{field}", function.text()),
        None => function.text().to_owned(),
    });
    Some(MeasureAsk { function, field, name, filter, at: at.to_owned() })
}
