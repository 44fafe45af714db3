//! What holds for every field type.

use chrono::{DateTime, NaiveDate, NaiveTime};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Map, json};

use super::*;

/// A value of each type that can be written, and settings beside the default under which it can.
fn valid() -> Vec<(Kind, &'static str)> {
    let options = json!({"options": [{"key": "a", "label": "甲"}, {"key": "b"}]});
    let rows: Vec<(&str, Json, &'static str)> = vec![
        ("text", json!({}), r#""a b""#),
        ("long_text", json!({}), r#""a\nb""#),
        ("rich_text", json!({}), r#""<p>a &amp; <b>b</b> <a href=\"https://x.cn\">c</a></p>""#),
        ("number", json!({"scale": 3, "unit": "件"}), "-12345.678"),
        ("money", json!({}), "12345678901234.56"),
        ("date", json!({}), r#""2026-01-05""#),
        ("datetime", json!({}), r#""2026-01-05T10:00:00.123456Z""#),
        ("time", json!({}), r#""23:59:59""#),
        ("choice", options.clone(), r#""b""#),
        ("choices", options.clone(), r#"["a","b"]"#),
        ("tags", options, r#"["b","new, tag"]"#),
        ("switch", json!({}), "false"),
        ("rating", json!({}), "3"),
        ("phone", json!({}), r#""+8613800138000""#),
        ("email", json!({}), r#""A.b@c.cn""#),
        ("url", json!({}), r#""https://a.cn/路?x=1""#),
        ("id_number", json!({}), r#""11010519491231002X""#),
        ("address", json!({}), r#"{"province":"浙江省","city":"杭州市","district":"西湖区","detail":"文三路"}"#),
        ("location", json!({}), r#"{"lng":120.1234567,"lat":-30.5,"address":"x"}"#),
        (
            "image",
            json!({}),
            r#"[{"file":"018f0000-0000-7000-8000-000000000001","name":"a.png","size":5,"type":"image/png"}]"#,
        ),
        ("file", json!({}), r#"[{"file":"018f0000-0000-7000-8000-000000000001"}]"#),
        ("signature", json!({}), r#"[{"file":"018f0000-0000-7000-8000-000000000001"}]"#),
        ("person", json!({}), r#""018f0000-0000-7000-8000-000000000001""#),
        ("department", json!({}), r#""018f0000-0000-7000-8000-000000000001""#),
        ("link", json!({"to": "account"}), r#""018f0000-0000-7000-8000-000000000001""#),
        ("json", json!({}), r#"{"b":[1.50,{"a":null}]}"#),
    ];
    rows.into_iter().map(|(key, settings, input)| (kind(key, settings), input)).collect()
}

fn all() -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Kind::KEYS.iter().map(|key| kind(key, json!({}))).collect();
    kinds.extend(valid().into_iter().map(|(kind, _)| kind));
    kinds
}

#[test]
fn each_value_that_is_written_reads_the_same_again() {
    for (kind, input) in valid() {
        let first = value(&kind, input);
        assert!(!first.is_null(), "{}", kind.key());
        assert_eq!(value(&kind, &first.to_json()), first, "{}", kind.key());
    }
}

#[test]
fn each_exported_value_is_imported_the_same() {
    // Files and JSON of other records' ids come by other ways than a cell.
    let others = ["image", "file", "signature", "person", "department", "link", "rich_text", "datetime", "tags"];
    for (kind, input) in valid().into_iter().filter(|(kind, _)| !others.contains(&kind.key())) {
        let written = value(&kind, input);
        let text = kind.display_for(&written, &Reading::default());
        // A time is shown to the minute by default.
        let expected = if kind.key() == "time" { value(&kind, r#""23:59""#) } else { written };
        assert_eq!(
            kind.read_cell(&Cell::Text(text), &Reading::default()),
            Ok(Written::Value(expected)),
            "{}",
            kind.key()
        );
    }
}

#[test]
fn settings_are_written_as_they_are_read_and_defaults_are_left_out() {
    for kind in all() {
        let settings = kind.settings();
        assert_eq!(Kind::from_settings(kind.key(), settings).unwrap().unwrap(), kind);
    }
    for key in ["money", "rating", "phone", "file", "image", "signature", "address", "date", "tags", "switch"] {
        assert_eq!(kind(key, json!({})).settings(), json!({}), "{key}");
    }
}

#[test]
fn unknown_settings_are_refused() {
    for key in Kind::KEYS {
        assert!(Kind::from_settings(key, json!({"no_such_setting": 1})).unwrap().is_err(), "{key}");
    }
}

#[test]
fn the_palette_has_every_type_of_the_contract() {
    assert_eq!(Kind::KEYS.len(), 34);
    assert_eq!(Kind::schemas().len(), 34);
    for kind in all() {
        assert!(Kind::KEYS.contains(&kind.key()));
    }
}

#[test]
fn default_settings_are_right_where_nothing_must_be_chosen() {
    let chosen = ["formula"];
    for kind in Kind::KEYS.iter().filter(|key| !chosen.contains(key)).map(|key| kind(key, json!({}))) {
        let mut problems = Problems::new();
        kind.check_settings(&mut problems);
        assert_eq!(problems, [], "{}", kind.key());
    }
}

#[test]
fn nothing_written_is_empty() {
    let read_by_records = ["link", "people", "departments", "subform", "serial", "lookup", "formula", "rollup", "id"];
    for kind in all().into_iter().filter(|kind| !read_by_records.contains(&kind.key())) {
        let read = kind.read(&json!(""), &Reading::default());
        assert_eq!(read, Ok(Written::Value(Value::Null)), "{}", kind.key());
    }
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[0-9]{1,40}(\\.[0-9]{0,40})?(e[0-9]{1,3})?"
            .prop_map(|text| text.parse::<serde_json::Number>().map_or(Json::Null, Json::Number)),
        any::<String>().prop_map(Json::from),
        any_text().prop_map(Json::from),
    ];
    let keys = prop_oneof![
        Just("lng"),
        Just("lat"),
        Just("address"),
        Just("province"),
        Just("city"),
        Just("file"),
        Just("name"),
        Just("id"),
        Just("by"),
        Just("x")
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::vec((keys.clone(), inner), 0..4).prop_map(|pairs| Json::Object(
                pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>()
            )),
        ]
    })
}

/// Text near to what types read.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9年月日/.: TZ+e-]{0,24}",
        "[0-9X１２Ａ+() -]{0,24}",
        "[a-z@.:/\\\\<>&;\"'= 例]{0,40}",
        "(浙江|杭州|北京|吉林|省|市|区|县|朝阳|路|[0-9]| ){0,8}",
        "(<(p|a|img|b|table|td|svg|math|style|script)( (href|src|style)=\"?[a-z:/.]{0,8}\"?)?>|</(p|a|b|svg)>|x|&lt;|&){0,12}",
        "[¥$()%,.0-9 -]{0,16}",
    ]
}

fn any_cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        Just(Cell::Empty),
        any::<String>().prop_map(Cell::Text),
        any_text().prop_map(Cell::Text),
        (any::<i64>(), 0u32..28).prop_map(|(number, scale)| Cell::Number(Decimal::new(number, scale))),
        Just(Cell::Number(Decimal::MAX)),
        any::<bool>().prop_map(Cell::Bool),
        (-100_000i32..5_000_000)
            .prop_map(|day| NaiveDate::from_num_days_from_ce_opt(day).map_or(Cell::Empty, Cell::Date)),
        (-100_000i32..5_000_000, 0u32..86_400).prop_map(|(day, second)| {
            let time = NaiveTime::from_num_seconds_from_midnight_opt(second, 1_500_000_000);
            NaiveDate::from_num_days_from_ce_opt(day)
                .zip(time)
                .map_or(Cell::Empty, |(date, time)| Cell::DateTime(date.and_time(time)))
        }),
        Just(Cell::DateTime(chrono::NaiveDateTime::MAX)),
        Just(Cell::DateTime(chrono::NaiveDateTime::MIN)),
        any::<i64>().prop_map(|micros| DateTime::from_timestamp_micros(micros).map_or(Cell::Empty, Cell::Instant)),
        any_text().prop_map(Cell::Error),
    ]
}

/// What was read can be shown, searched, compared and written again; then it reads the same.
fn holds(kind: &Kind, read: Result<Written, Problems>) -> Result<(), TestCaseError> {
    let Ok(Written::Value(value)) = read else { return Ok(()) };
    for language in [Language::Zh, Language::En] {
        let _ = kind.display(&value, language);
    }
    let _ = (kind.display_for(&value, &Reading::default()), kind.search_text(&value), kind.unique_text(&value));
    if kind.is_writable() && !value.is_null() {
        let json: Json = serde_json::from_str(&value.to_json()).expect("what is written is JSON");
        prop_assert_eq!(kind.read(&json, &Reading::default()), Ok(Written::Value(value)), "{}", kind.key());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_input_makes_a_type_panic_and_what_is_read_reads_the_same(input in any_json()) {
        for kind in all() {
            holds(&kind, kind.read(&input, &Reading::default()))?;
        }
    }

    #[test]
    fn no_cell_makes_a_type_panic_and_what_is_read_reads_the_same(cell in any_cell()) {
        for kind in all() {
            holds(&kind, kind.read_cell(&cell, &Reading::default()))?;
        }
    }

    #[test]
    fn no_foreign_value_makes_a_display_panic(number in any::<i64>(), text in any::<String>(), json in any_json()) {
        let values = [Value::from(number), Value::Text(text), Value::Json(json), Value::List(vec![Value::Null, Value::Bool(true)]), Value::Null];
        for kind in all() {
            for value in &values {
                let _ = (kind.display(value, Language::Zh), kind.search_text(value), kind.unique_text(value));
            }
        }
    }

    #[test]
    fn no_column_makes_the_guess_panic(cells in prop::collection::vec(any_cell(), 0..30)) {
        let _ = (super::super::guess_kind(&cells, chrono_tz::Asia::Shanghai), super::super::guess_date_format(&cells));
    }
}
