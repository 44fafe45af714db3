//! Amounts, choices, tags, switches, ratings, files, JSON.

use serde_json::json;

use super::*;

#[test]
fn money_is_exact_and_shown_with_its_sign() {
    let money = kind("money", json!({"min": 0}));
    check(
        &money,
        &[
            ("1234.5", "1234.5"),
            ("0.1", "0.1"),
            (r#""1234.50""#, "1234.5"),
            ("1.234", "!too_many_decimals"),
            ("-1", "!out_of_range"),
            ("12345678901234567", "!too_many_digits"),
            (r#""¥1""#, "!not_a_number"),
            (r#""""#, "null"),
            ("true", "!wrong_type"),
        ],
    );
    assert_eq!(shown(&money, "1234.5"), "¥1,234.50");
    assert_eq!(shown(&kind("money", json!({"currency": "HKD", "scale": 0})), "-1234567"), "-HK$1,234,567");
    assert_eq!(wrong_settings("money", json!({"currency": "ABC", "scale": 11})), ["scale", "currency"]);
}

#[test]
fn money_is_read_as_it_is_exported() {
    for currency in ["CNY", "JPY", "HKD", "CHF", "BRL"] {
        let money = kind("money", json!({"currency": currency}));
        for amount in ["-1234.5", "0", "99999.99"] {
            let text = shown(&money, amount);
            check_cells(&money, &[(&text, amount)]);
        }
    }
    check_cells(
        &kind("money", json!({})),
        &[
            ("￥１,２３４.５", "1234.5"),
            ("1,234.50元", "1234.5"),
            ("(5)", "-5"),
            ("1.234,56", "!not_a_number"),
            ("CNY 5", "5"),
        ],
    );
}

fn options() -> Json {
    json!([{"key": "a", "label": "甲"}, {"key": "b", "label": {"zh": "乙", "en": "Second"}}, {"key": "c", "label": "丙, 丁"}])
}

#[test]
fn choices_stand_in_the_order_of_the_options() {
    let choices = kind("choices", json!({"options": options(), "max_count": 2}));
    check(
        &choices,
        &[
            (r#"["b","a","b"]"#, r#"["a","b"]"#),
            ("[]", "null"),
            (r#""""#, "null"),
            (r#"["a","x"]"#, "!unknown_option@[1]"),
            (r#"["a",1]"#, "!wrong_type@[1]"),
            (r#"["a","b","c"]"#, "!too_many"),
            (r#""a""#, "!wrong_type"),
        ],
    );
    check_cells(
        &choices,
        &[
            ("乙；甲", r#"["a","b"]"#),
            ("second|a", r#"["a","b"]"#),
            ("丙, 丁", r#"["c"]"#),
            ("甲、戊", "!unknown_option@[1]"),
            ("甲\n乙", r#"["a","b"]"#),
        ],
    );
    assert_eq!(shown(&choices, r#"["a","b"]"#), "甲、乙");
    assert_eq!(choices.display(&value(&choices, r#"["a","b"]"#), Language::En), "甲, Second");
    assert_eq!(choices.options().len(), 3);
    check(&kind("choices", json!({"options": options(), "min_count": 2})), &[(r#"["a"]"#, "!too_few"), ("[]", "null")]);
    assert_eq!(wrong_settings("choices", json!({"options": options(), "min_count": 3, "max_count": 2})), ["min_count"]);
}

#[test]
fn tags_may_be_new_unless_they_are_fixed() {
    let tags = kind("tags", json!({"options": options()}));
    check(
        &tags,
        &[
            (r#"["甲", " VIP ", "vip", "new one"]"#, r#"["a","VIP","new one"]"#),
            (r#"["x|y"]"#, "!bad_format@[0]"),
            (r#"["", " "]"#, "null"),
            ("[1]", "!wrong_type@[0]"),
        ],
    );
    let long = format!("[\"{}\"]", "字".repeat(51));
    check(&tags, &[(&long, "!too_long@[0]")]);
    check_cells(&tags, &[("老客户, 甲；VIP", r#"["老客户","a","VIP"]"#)]);
    check(
        &kind("tags", json!({"options": options(), "fixed": true})),
        &[(r#"["second"]"#, r#"["b"]"#), (r#"["x"]"#, "!unknown_option@[0]")],
    );
    assert_eq!(tags.search_text(&value(&tags, r#"["b","VIP"]"#)), "second 乙 vip");
}

#[test]
fn a_switch_is_on_off_or_empty() {
    let switch = kind("switch", json!({}));
    check(
        &switch,
        &[("true", "true"), ("false", "false"), (r#""""#, "null"), (r#""true""#, "!wrong_type"), ("1", "!wrong_type")],
    );
    for (on, off) in [("是", "否"), ("Yes", "NO"), ("TRUE", "false"), ("y", "N"), ("1", "0"), ("√", "×")] {
        check_cells(&switch, &[(on, "true"), (off, "false")]);
    }
    check_cells(&switch, &[("maybe", "!bad_format"), ("2", "!bad_format")]);
    assert_eq!([shown(&switch, "true"), shown(&switch, "false")], ["是", "否"]);
}

#[test]
fn a_rating_is_whole() {
    let rating = kind("rating", json!({}));
    check(
        &rating,
        &[("5", "5"), ("1.0", "1"), ("0", "!out_of_range"), ("6", "!out_of_range"), ("2.5", "!too_many_decimals")],
    );
    check_cells(&rating, &[("★★★☆☆", "3"), ("４", "4")]);
    check(&kind("rating", json!({"max": 10})), &[("10", "10")]);
    assert_eq!(wrong_settings("rating", json!({"max": 11})), ["max"]);
}

const FILE: &str = "018f0000-0000-7000-8000-000000000001";

#[test]
fn a_file_is_named_by_its_id_and_stripped_of_folders() {
    let file = kind("file", json!({"accept": ["pdf"], "max_size_mb": 1, "max_count": 2}));
    let row = |rest: &str| format!(r#"[{{"file":"{FILE}"{rest}}}]"#);
    let cases = [
        (row(""), row("")),
        (format!(r#"["{FILE}","{FILE}"]"#), row("")),
        (
            row(r#","name":"..\\..\\a/b/合同\u202e.PDF","size":10,"type":"application/pdf","url":"x""#),
            row(r#","name":"合同.PDF","size":10,"type":"application/pdf""#),
        ),
        (row(r#","name":"a.exe""#), "!not_one_of@[0]".to_owned()),
        (row(r#","name":"a.pdf","size":1048577"#), "!too_large@[0]".to_owned()),
        ("[]".to_owned(), "null".to_owned()),
        (r#"["x"]"#.to_owned(), "!no_such_record@[0]".to_owned()),
        (r#"[{"name":"x"}]"#.to_owned(), "!missing@[0].file".to_owned()),
        (r#""x""#.to_owned(), "!wrong_type".to_owned()),
    ];
    for (input, expected) in &cases {
        check(&file, &[(input, expected)]);
    }
    let input = row(r#","name":"Plan.pdf""#);
    assert_eq!(file.search_text(&value(&file, &input)), "plan.pdf");
    let two = format!(r#"["{FILE}","018f0000-0000-7000-8000-000000000002"]"#);
    check(&kind("signature", json!({})), &[(&two, "!too_many")]);
    check(&kind("image", json!({})), &[(&row(r#","name":"x.svg""#), "!not_one_of@[0]")]);
    assert_eq!(wrong_settings("image", json!({"accept": ["svg"]})), ["accept[0]"]);
    assert_eq!(wrong_settings("file", json!({"max_count": 0, "accept": [".pdf"]})), ["max_count", "accept[0]"]);
}

#[test]
fn json_is_kept_in_one_form() {
    let any = kind("json", json!({}));
    check(
        &any,
        &[
            (r#"{"b":1.10,"a":[true,null]}"#, r#"{"a":[true,null],"b":1.10}"#),
            ("12345678901234567890.5", "12345678901234567890.5"),
            ("false", "false"),
            ("{}", "null"),
            ("[]", "null"),
            (r#""""#, "null"),
            (r#""a\u0000""#, r#""a""#),
        ],
    );
    let nest = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    check(&any, &[(&nest(32), &nest(32)), (&nest(33), "!bad_format")]);
    let long = format!("\"{}\"", "a".repeat(64 * 1024));
    check(&any, &[(&long, "!too_large")]);
    check_cells(&any, &[(r#"{"a": 1}"#, r#"{"a":1}"#), ("{a", "!bad_format")]);
}
