//! Text kinds: long and rich text, phones, addresses of the net, numbers of documents, serial numbers.

use chrono::NaiveDate;
use serde_json::json;

use super::*;
use crate::fields::{rich_text, serial};

#[test]
fn long_text_keeps_its_lines_and_ends_them_in_one_way() {
    let long = kind("long_text", json!({"max_length": 10}));
    check(
        &long,
        &[
            (r#""a\r\nb\rc\n""#, r#""a\nb\nc""#),
            (r#""""#, "null"),
            (r#"" 　""#, "null"),
            (r#""a\u0000b""#, r#""ab""#),
            (r#""12345678901""#, "!too_long"),
            ("1", "!wrong_type"),
        ],
    );
    assert_eq!(wrong_settings("long_text", json!({"max_length": 100_001})), ["max_length"]);
}

#[test]
fn rich_text_cannot_run_load_or_disguise_anything() {
    let rich = kind("rich_text", json!({}));
    check(
        &rich,
        &[
            (r#""<p>你好 <b>x</b></p>""#, r#""<p>你好 <b>x</b></p>""#),
            (r#""<script>alert(1)</script><p onclick=\"x()\">a</p>""#, r#""<p>a</p>""#),
            (r#""<svg><style><img src=x onerror=alert(1)></style></svg>b""#, r#""<img>b""#),
            (r#""<img src=\"https://evil.example/x.gif\">x""#, r#""<img>x""#),
            (r#""<img src=\"data:image/png;base64,AAAA\">x""#, r#""<img>x""#),
            (r#""<img src=\"/api/v1/files/../session\">x""#, r#""<img>x""#),
            (r#""<img src=\"/api/v1/files/1a\">""#, r#""<img src=\"/api/v1/files/1a\">""#),
            (r#""<p style=\"background:url(//evil.example)\">x</p>""#, r#""<p>x</p>""#),
            (r#""<a href=\"javascript:alert(1)\">x</a>""#, r#""<a rel=\"noopener noreferrer nofollow\">x</a>""#),
            (r#""<a href=\"//evil.example\">x</a>""#, r#""<a rel=\"noopener noreferrer nofollow\">x</a>""#),
            (r#""<p><br></p>""#, "null"),
            (r#""""#, "null"),
        ],
    );
    let deep = format!("\"{}\"", "<div>".repeat(5_000));
    check(&rich, &[(&deep, "!bad_format")]);
}

#[test]
fn rich_text_is_searched_and_shown_by_its_plain_text() {
    let rich = kind("rich_text", json!({}));
    let written = value(
        &rich,
        r#""<h1>Plan A</h1><ul><li>1 &lt; 2 &amp;amp;</li><li>三</li></ul><table><tr><td>x</td><td>y</td></tr></table>""#,
    );
    assert_eq!(rich.display(&written, Language::Zh), "Plan A\n1 < 2 &amp;\n三\nx y");
    assert!(rich.search_text(&written).starts_with("plan a"));
    assert_eq!(rich_text::plain("<a href=\"x\" title=\"a>b\">c</a>"), "c");
    check_cells(&rich, &[("a<b\nc & d", r#""a&lt;b<br>c &amp; d""#), ("<p>x</p>", r#""<p>x</p>""#)]);
}

#[test]
fn phones_are_kept_in_one_form() {
    let phone = kind("phone", json!({}));
    let mobile = r#""+8613800138000""#;
    let rows = [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138-0013-8000",
        "008613800138000",
        "8613800138000",
        "１３８００１３８０００",
        "+8613800138000",
    ];
    check_cells(&phone, &rows.map(|row| (row, mobile)));
    check_cells(
        &phone,
        &[
            ("010-12345678", r#""+861012345678""#),
            ("(0571) 8888 8888", r#""+8657188888888""#),
            ("+1 650-253-0000", r#""+16502530000""#),
            ("400-810-8888", r#""+864008108888""#),
            ("12345", "!bad_phone"),
            ("1380013800", "!bad_phone"),
            ("138001380000", "!bad_phone"),
            ("0571-88888888-801", "!bad_phone"),
            ("1-800-FLOWERS", "!bad_phone"),
            ("abc", "!bad_phone"),
            ("", "null"),
        ],
    );
    check(&phone, &[("13800138000", "!wrong_type"), (r#""13800138000""#, mobile)]);
    let read = phone.read_cell(&Cell::Number("13800138000".parse().unwrap()), &Reading::default());
    assert_eq!(outcome(read), mobile);
    assert_eq!(shown(&phone, r#""13800138000""#), "138 0013 8000");
    assert_eq!(shown(&phone, r#""+16502530000""#), "+1 650-253-0000");
    assert_eq!(wrong_settings("phone", json!({"default_country": "XX"})), ["default_country"]);
}

#[test]
fn an_email_has_a_domain_in_lower_case() {
    let email = kind("email", json!({}));
    check(
        &email,
        &[
            (r#""  Anna.B+x@Example.COM ""#, r#""Anna.B+x@example.com""#),
            (r#""a＠b.cn""#, r#""a@b.cn""#),
            (r#""a@例子.公司""#, r#""a@例子.公司""#),
            (r#""a@b""#, "!bad_email"),
            (r#""a b@c.com""#, "!bad_email"),
            (r#""a@@b.com""#, "!bad_email"),
            (r#""a..b@c.com""#, "!bad_email"),
            (r#""@c.com""#, "!bad_email"),
            (r#""a@-c.com""#, "!bad_email"),
            (r#""a@1.2.3.4""#, "!bad_email"),
            (r#""""#, "null"),
            ("3", "!wrong_type"),
        ],
    );
    let long = format!("\"a@{}.com\"", "b".repeat(63).repeat(5));
    check(&email, &[(&long, "!bad_email")]);
    assert_eq!(email.unique_text(&value(&email, r#""Anna@x.com""#)).as_deref(), Some("anna@x.com"));
}

#[test]
fn a_url_goes_where_it_says_by_http() {
    let url = kind("url", json!({}));
    check(
        &url,
        &[
            (r#""example.com/a?b=c""#, r#""https://example.com/a?b=c""#),
            (r#""HTTP://Example.com""#, r#""http://Example.com""#),
            (r#""www.例子.cn:8080""#, r#""https://www.例子.cn:8080""#),
            (r#""http://localhost:3000/x""#, r#""http://localhost:3000/x""#),
            (r#""javascript:alert(1)""#, "!bad_url"),
            (r#""JAVASCRIPT://x.com/%0aalert(1)""#, "!bad_url"),
            (r#""java\tscript:alert(1)""#, "!bad_url"),
            (r#""data:text/html,x""#, "!bad_url"),
            (r#""ftp://example.com""#, "!bad_url"),
            (r#""https:\\\\evil.example""#, "!bad_url"),
            (r#""no address""#, "!bad_url"),
            (r#""https://""#, "!bad_url"),
            (r#""""#, "null"),
        ],
    );
    let long = format!("\"example.com/{}\"", "a".repeat(2_000));
    check(&url, &[(&long, "!too_long")]);
}

#[test]
fn id_numbers_are_held_against_their_check_digits() {
    let id = kind("id_number", json!({}));
    check(
        &id,
        &[
            (r#""11010519491231002x""#, r#""11010519491231002X""#),
            (r#""１１０１０５ 19491231 002Ｘ""#, r#""11010519491231002X""#),
            (r#""440524188001010014""#, r#""440524188001010014""#),
            (r#""110105194912310021""#, "!bad_id_number"),
            (r#""11010519490231002X""#, "!bad_id_number"),
            (r#""12345""#, "!bad_id_number"),
            (r#""""#, "null"),
        ],
    );
    let lost = Cell::Number("440524188001010000".parse().unwrap());
    assert_eq!(outcome(id.read_cell(&lost, &Reading::default())), "!bad_id_number");
    check_cells(&id, &[("4.40524E+17", "!bad_id_number")]);
    check(
        &kind("id_number", json!({"kind": "uscc"})),
        &[(r#""91350100M000100Y43""#, r#""91350100M000100Y43""#), (r#""91350100M000100Y44""#, "!bad_id_number")],
    );
    check(
        &kind("id_number", json!({"kind": "passport"})),
        &[(r#""e12345678""#, r#""E12345678""#), (r#""passport""#, "!bad_id_number")],
    );
    check(
        &kind("id_number", json!({"kind": "hk_mo"})),
        &[(r#""H12345678""#, r#""H12345678""#), (r#""X12345678""#, "!bad_id_number")],
    );
    check(
        &kind("id_number", json!({"kind": "any"})),
        &[
            (r#""E12345678""#, r#""E12345678""#),
            (r#""91350100M000100Y43""#, r#""91350100M000100Y43""#),
            (r#""110105194912310021""#, "!bad_id_number"),
        ],
    );
}

#[test]
fn a_serial_number_counts_within_its_period_and_outgrows_its_digits() {
    let settings = json!({"parts": [{"text": "HT-"}, {"date": "yyyymm"}, {"text": "-"}, {"count": {"digits": 3, "reset": "week"}}, {"field": "city"}]});
    let Kind::Serial(serial) = kind("serial", settings) else { panic!("a serial number") };
    let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let fields = |key: &str| format!("<{key}>");
    assert_eq!(serial.write(day, 7, &fields), "HT-202601-007<city>");
    assert_eq!(serial.write(day, 1234, &fields), "HT-202601-1234<city>");
    assert_eq!(serial.period(day), "2026-W01");
    assert_eq!(serial.period(NaiveDate::from_ymd_opt(2025, 12, 29).unwrap()), "2026-W01");
    let by = |reset| {
        serial::Settings { parts: vec![serial::Part::Count(serial::Count { reset, ..Default::default() })] }.period(day)
    };
    assert_eq!(
        [by(serial::Reset::Never), by(serial::Reset::Year), by(serial::Reset::Month), by(serial::Reset::Day)],
        ["", "2026", "2026-01", "2026-01-01"]
    );
    check(&kind("serial", json!({})), &[(r#""x""#, "!read_only")]);
    assert_eq!(wrong_settings("serial", json!({"parts": [{"text": "A"}]})), ["parts"]);
    assert_eq!(wrong_settings("serial", json!({"parts": [{"count": {}}, {"date": "soon"}]})), ["parts[1].date"]);
}
