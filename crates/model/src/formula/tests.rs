//! The case file, the function list of the browser's twin, and properties that hold for every formula.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};

use super::*;

/// One row of `cases.json`.
struct Case<'a>(&'a Map<String, Json>);

impl Case<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Json::as_str)
    }

    fn around(&self) -> Around {
        Around {
            now: self.text("now").unwrap_or("2026-03-15T02:30:00Z").parse().unwrap(),
            zone: self.text("zone").unwrap_or("Asia/Shanghai").parse().unwrap(),
            me: Some(Me {
                id: "01980000-0000-7000-8000-000000000001".parse().unwrap(),
                name: "张三".to_owned(),
                department: Some("销售部".to_owned()),
            }),
            dice: 7,
            language: Language::Zh,
        }
    }

    fn place(&self) -> Place {
        if self.text("place") == Some("default") { Place::Default } else { Place::Field }
    }
}

/// A field of a case: a value that tells its type, or `{"type": …, "value": …}`.
struct CaseField {
    is: Type,
    value: Value,
    key: Option<String>,
    scale: Option<u8>,
    options: Map<String, Json>,
}

fn type_named(name: &str) -> Type {
    if let Some(of) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return Type::list(type_named(of));
    }
    [Type::Any, Type::Number, Type::Text, Type::Bool, Type::Date, Type::DateTime, Type::Time, Type::Record, Type::Json]
        .into_iter()
        .find(|is| is.to_string() == name)
        .unwrap_or_else(|| panic!("no type {name}"))
}

fn type_of(json: &Json) -> Type {
    match json {
        Json::Null => Type::Any,
        Json::Bool(_) => Type::Bool,
        Json::Number(_) => Type::Number,
        Json::String(text) if text.parse::<NaiveDate>().is_ok() => Type::Date,
        Json::String(text) if text.parse::<DateTime<Utc>>().is_ok() => Type::DateTime,
        Json::String(text) if text.len() == 8 && text.parse::<NaiveTime>().is_ok() => Type::Time,
        Json::String(text) if text.parse::<RecordId>().is_ok() => Type::Record,
        Json::String(_) => Type::Text,
        Json::Array(members) => {
            Type::list(members.iter().map(type_of).find(|is| *is != Type::Any).unwrap_or(Type::Any))
        }
        Json::Object(_) => Type::Json,
    }
}

fn value_of(json: &Json, is: &Type) -> Value {
    if let Some(text) = json.get("error").and_then(Json::as_str) {
        return Value::Error(CellError::parse(text).unwrap());
    }
    // Digits that a number of JavaScript would lose.
    if let Some(digits) = json.get("number").and_then(Json::as_str) {
        return Value::Number(Decimal::from_str_exact(digits).unwrap());
    }
    match (is, json) {
        (_, Json::Null) => Value::Null,
        (_, Json::Bool(yes)) => Value::Bool(*yes),
        (_, Json::Number(number)) => Value::Number(Decimal::from_str_exact(&number.to_string()).unwrap()),
        (Type::Number, Json::String(text)) => Value::Number(Decimal::from_str_exact(text).unwrap()),
        (Type::Date, Json::String(text)) => Value::Date(text.parse().unwrap()),
        (Type::DateTime, Json::String(text)) => Value::DateTime(text.parse().unwrap()),
        (Type::Time, Json::String(text)) => Value::Time(text.parse().unwrap()),
        (Type::Record, Json::String(text)) => Value::Id(text.parse().unwrap()),
        (_, Json::String(text)) => Value::text(text),
        (is, Json::Array(members)) => Value::list(members.iter().map(|json| value_of(json, is.member())).collect()),
        (_, Json::Object(_)) => Value::Json(json.clone()),
    }
}

struct Fields(HashMap<String, CaseField>);

impl Fields {
    fn of(case: &Case) -> Fields {
        let empty = Map::new();
        let rows = case.0.get("fields").and_then(Json::as_object).unwrap_or(&empty);
        Fields(rows.iter().map(|(name, json)| (name.clone(), field_of(json))).collect())
    }
}

fn field_of(json: &Json) -> CaseField {
    let Some(name) = json.get("type").and_then(Json::as_str) else {
        let is = type_of(json);
        return CaseField { value: value_of(json, &is), is, key: None, scale: None, options: Map::new() };
    };
    let is = type_named(name);
    CaseField {
        value: value_of(&json["value"], &is),
        is,
        key: json.get("key").and_then(Json::as_str).map(str::to_owned),
        scale: json.get("scale").and_then(Json::as_u64).map(|scale| scale as u8),
        options: json.get("options").and_then(Json::as_object).cloned().unwrap_or_default(),
    }
}

fn path_of(text: &str) -> Vec<String> {
    text.split('.').map(str::to_owned).collect()
}

impl Names for Fields {
    fn field(&self, path: &[String]) -> Option<Named> {
        let written = path.join(".");
        let field = self.0.get(&written)?;
        let path = path_of(field.key.as_ref().unwrap_or(&written));
        Some(Named { path, is: field.is.clone(), scale: field.scale })
    }

    fn option(&self, path: &[String], label: &str) -> Option<String> {
        let key = path.join(".");
        let field = self.0.iter().find(|(name, field)| *field.key.as_ref().unwrap_or(name) == key)?.1;
        field.options.get(label).and_then(Json::as_str).map(str::to_owned)
    }
}

impl Row for Fields {
    fn get(&self, path: &[String]) -> Value {
        let key = path.join(".");
        let field = self.0.iter().find(|(name, field)| *field.key.as_ref().unwrap_or(name) == key);
        field.map(|(_, field)| field.value.clone()).unwrap_or_default()
    }
}

/// What a case says that does not hold.
fn faults(case: &Case) -> Option<String> {
    let formula_text = case.text("formula")?;
    let fields = Fields::of(case);
    let formula = match (check(formula_text, &fields, case.place()), case.0.get("problem")) {
        (Ok(formula), None) => formula,
        (Ok(_), Some(_)) => return Some("is accepted".to_owned()),
        (Err(problems), None) => return Some(format!("is refused: {}", problems[0])),
        (Err(problems), Some(expected)) => {
            let wanted: Vec<&Json> = expected.as_array().map_or(vec![expected], |all| all.iter().collect());
            let found: Vec<(&str, u64)> =
                problems.iter().map(|problem| (problem.code.text(), position(problem))).collect();
            let wanted: Vec<(&str, u64)> =
                wanted.iter().map(|one| (one["code"].as_str().unwrap(), one["position"].as_u64().unwrap())).collect();
            return (found != wanted).then(|| format!("has problems {found:?}: {}", problems[0]));
        }
    };
    let found = formula.run(&fields, &case.around());
    let is = formula.yields();
    if let Some(expected) = case.0.get("value") {
        let wanted = value_of(expected, if is == Type::Any { &Type::Text } else { &is });
        if found != wanted {
            return Some(format!("is {}, not {}", found.to_json(), wanted.to_json()));
        }
    }
    let said = [
        ("yields", is.to_string()),
        ("print", formula.print()),
        ("normalized", formula.normalized()),
        ("scale", formula.scale().map_or("none".to_owned(), |scale| scale.to_string())),
        ("volatile", formula.is_volatile().to_string()),
        ("sql", formula.is_sql_safe().to_string()),
        ("references", formula.references().iter().map(|path| path.join(".")).collect::<Vec<_>>().join(" ")),
    ];
    said.into_iter().find_map(|(what, found)| {
        let wanted = case.0.get(what)?;
        let wanted = wanted.as_str().map_or(wanted.to_string(), str::to_owned);
        (wanted != found).then(|| format!("{what} is {found}, not {wanted}"))
    })
}

fn position(problem: &Problem) -> u64 {
    // The place is one of the problem's words; an unknown name has it too, though its message does not show it.
    let words = format!("{problem:?}");
    let (_, behind) = words.split_once("(\"position\", \"").unwrap();
    behind.split('"').next().unwrap().parse().unwrap()
}

#[test]
fn every_case_holds() {
    let cases: Vec<Json> = serde_json::from_str(include_str!("cases.json")).unwrap();
    let mut wrong = Vec::new();
    for json in &cases {
        let case = Case(json.as_object().unwrap());
        if let Some(fault) = faults(&case) {
            wrong.push(format!("{} {fault}", case.text("formula").unwrap()));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.iter().filter(|json| json.get("formula").is_some()).count() >= 400);
}

/// The list the browser's twin works by; written anew with `UPDATE=1`.
#[test]
fn the_browser_has_the_same_functions() {
    let rows = functions().iter().map(|info| {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        let aliases: Vec<String> = info.aliases.iter().map(|alias| quoted(alias)).collect();
        let class = format!("{:?}", info.class).to_lowercase();
        let rest = [
            ("theme", info.theme),
            ("parameters", info.parameters),
            ("gives", info.gives),
            ("class", &class),
            ("zh", info.zh),
            ("en", info.en),
        ];
        let rest: Vec<String> = rest.iter().map(|(key, text)| format!("    \"{key}\": {}", quoted(text))).collect();
        let name = quoted(info.name);
        format!("  {{\n    \"name\": {name},\n    \"aliases\": [{}],\n{}\n  }}", aliases.join(", "), rest.join(",\n"))
    });
    let text = format!("[\n{}\n]\n", rows.collect::<Vec<_>>().join(",\n"));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/src/formula/functions.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    assert!(std::fs::read_to_string(file).unwrap() == text, "run again with UPDATE=1");
}

#[test]
fn no_two_functions_answer_to_one_name() {
    let mut names = std::collections::HashSet::new();
    for info in functions() {
        assert_eq!(Function::named(info.name), Some(info.function));
        for name in info.aliases.iter().chain([&info.name]) {
            assert!(names.insert(*name), "{name} is there twice");
        }
    }
}

#[test]
fn every_function_has_a_case() {
    let cases = include_str!("cases.json").to_uppercase();
    for info in functions() {
        assert!(cases.contains(&format!("{}(", info.name)), "{} has no case", info.name);
    }
}

#[test]
fn limits_hold_where_they_are_promised() {
    let fits = |text: &str| parse(text).is_ok();
    assert!(fits(&format!("{}1{}", "(".repeat(64), ")".repeat(64))));
    for text in [
        format!("{}1{}", "(".repeat(65), ")".repeat(65)),
        "(".repeat(5_000),
        "-".repeat(5_000) + "1",
        "1".to_owned() + &"%".repeat(5_000),
        "ABS(".repeat(1_500),
        format!("1{}", "+1".repeat(1_500)),
        "a".repeat(1_000_000),
        "{".repeat(7_000),
        "\"".repeat(7_001),
        "1=1&1+1*1^(".repeat(700),
    ] {
        assert!(!fits(&text), "{} is accepted", text.chars().take(20).collect::<String>());
    }
    // The longest sum there is, and the deepest brackets with an operator of each strength in front.
    let fields = Fields(HashMap::new());
    let around = Case(&Map::new()).around();
    let long = check(&format!("1{}", "+1".repeat(999)), &fields, Place::Field).unwrap();
    assert_eq!(long.run(&fields, &around), 1_000.into());
    assert_eq!(parse(&long.print()).unwrap(), parse(long.text()).unwrap());
    let deep = format!("{}1{}", "1=(1+1*2^(".repeat(32), "))".repeat(32));
    assert_eq!(check(&deep, &fields, Place::Field).unwrap().run(&fields, &around), false.into());
}

#[test]
fn a_field_may_get_another_name() {
    let fields = Fields(HashMap::from_iter([
        ("price".to_owned(), field_of(&serde_json::json!(1))),
        ("account.industry".to_owned(), field_of(&serde_json::json!("x"))),
        ("客户.行业".to_owned(), field_of(&serde_json::json!({"type": "text", "key": "account.industry"}))),
    ]));
    let formula = check("=price+ price * LEN({客户}.行业 & account.industry)", &fields, Place::Field).unwrap();
    let path = |text: &str| path_of(text);
    assert_eq!(
        formula.rename(&path("price"), &path("unit_price")),
        "=unit_price+ unit_price * LEN({客户}.行业 & account.industry)"
    );
    assert_eq!(
        formula.rename(&path("account"), &path("2nd account")),
        "=price+ price * LEN({2nd account}.industry & {2nd account}.industry)"
    );
    assert_eq!(formula.normalized(), "price + price * LEN(account.industry & account.industry)");
    assert_eq!(formula.references(), [path("price"), path("account.industry")]);
}
