//! Types guessed from columns.

use super::*;
use crate::fields::{guess_date_format, guess_kind};

fn cells(texts: &[&str]) -> Vec<Cell> {
    texts.iter().map(|text| Cell::Text((*text).to_owned())).collect()
}

fn guessed(texts: &[&str]) -> &'static str {
    guess_kind(&cells(texts), chrono_tz::Asia::Shanghai).key()
}

#[test]
fn a_column_is_what_its_cells_are() {
    for (texts, key) in [
        (&["是", "否", "", "是"][..], "switch"),
        (&["Yes", "No", "Select"], "switch"),
        (&["2026-01-05", "2026/2/1", "-"], "date"),
        (&["1/2/2026", "25/12/2026"], "date"),
        (&["20260105", "20260106", "20260107"], "date"),
        (&["2026-01-05 10:00", "2026-01-06 00:00"], "datetime"),
        (&["9:05", "18:30:00"], "time"),
        (&["1", "2.5", "-3", "1,234"], "number"),
        (&["0", "1", "1", "0"], "number"),
        (&["15%", "7.5%"], "number"),
        (&["¥1,234.50", "¥5"], "money"),
        (&["13800138000", "13900139000"], "phone"),
        (&["010-12345678", "+86 13800138000"], "phone"),
        (&["a@b.com", "c@d.cn"], "email"),
        (&["https://a.com/x", "www.b.com"], "url"),
        (&["11010519491231002X"], "id_number"),
        (&["91350100M000100Y43"], "id_number"),
        (&["007", "012", "5"], "text"),
        (&["6222021234567890123", "6222021234567890124"], "text"),
        (&["12", "13", "abc"], "text"),
        (&["line\nline", "x"], "long_text"),
        (&["", "N/A", "null"], "text"),
        (&[], "text"),
        (&["1.2.3", "1.2.4"], "text"),
    ] {
        assert_eq!(guessed(texts), key, "{texts:?}");
    }
}

#[test]
fn number_cells_that_are_mobiles_are_phones() {
    let cells: Vec<Cell> =
        ["13800138000", "13900139000"].iter().map(|text| Cell::Number(text.parse().unwrap())).collect();
    assert_eq!(guess_kind(&cells, chrono_tz::UTC).key(), "phone");
}

#[test]
fn few_values_that_repeat_are_options() {
    let column: Vec<&str> = ["上海", "北京", "上海", "-", "广州"].into_iter().cycle().take(40).collect();
    let Kind::Choice(choice) = guess_kind(&cells(&column), chrono_tz::UTC) else { panic!("options") };
    let keys: Vec<&str> = choice.options.iter().map(|option| option.key.as_str()).collect();
    assert_eq!(keys, ["shang_hai", "bei_jing", "guang_zhou"]);
    assert_eq!(choice.options[1].color.as_deref(), Some("green"));
    assert_eq!(guessed(&["上海", "北京", "上海"]), "text");
}

#[test]
fn a_slip_in_a_hundred_does_not_change_the_type() {
    let mut column = vec!["5"; 99];
    column.push("five");
    assert_eq!(guessed(&column), "number");
    column.extend(["six", "seven"]);
    assert_ne!(guessed(&column), "number");
    column.truncate(99);
    column.push("05");
    assert_ne!(guessed(&column), "number");
}

#[test]
fn one_telling_date_settles_the_order_of_its_column() {
    assert_eq!(guess_date_format(&cells(&["1/2/2026", "25/12/2026"])), Some("dd/mm/yyyy"));
    assert_eq!(guess_date_format(&cells(&["1/2/2026", "12/25/2026"])), Some("mm/dd/yyyy"));
    assert_eq!(guess_date_format(&cells(&["1/2/2026", "3/4/2026"])), None);
    assert_eq!(guess_date_format(&cells(&["2026-01-02"])), None);
}
