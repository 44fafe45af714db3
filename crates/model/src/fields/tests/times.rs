//! Days, points in time, times of day.

use chrono::NaiveDate;
use serde_json::json;

use super::*;
use crate::fields::date::{DateTrouble, date_from_text};

#[test]
fn a_date_is_written_in_one_way_by_programs() {
    check(
        &kind("date", json!({})),
        &[
            (r#""2026-01-05""#, r#""2026-01-05""#),
            (r#""0001-01-01""#, r#""0001-01-01""#),
            (r#""9999-12-31""#, r#""9999-12-31""#),
            (r#""2026-02-30""#, "!not_a_date"),
            (r#""0000-01-01""#, "!not_a_date"),
            (r#""2026-1-5""#, "!not_a_date"),
            (r#""2026-01-05T00:00:00Z""#, "!not_a_date"),
            (r#""""#, "null"),
            ("20260105", "!wrong_type"),
        ],
    );
}

#[test]
fn a_date_is_read_as_people_write_it() {
    let forms = [
        "2026-1-5",
        "2026/1/5",
        "2026.1.5",
        "2026年1月5日",
        "2026 年 1 月 5 号",
        "20260105",
        "5 Jan 2026",
        "Jan 5, 2026",
        "January 5th, 2026",
        "5-Jan-2026",
        "２０２６－０１－０５",
        "2026-01-05 00:00:00",
        "2026-01-05T13:30:00",
        "2026/1/5 9:05",
    ];
    check_cells(&kind("date", json!({})), &forms.map(|form| (form, r#""2026-01-05""#)));
}

#[test]
fn a_date_that_could_be_two_is_none() {
    check_cells(
        &kind("date", json!({})),
        &[
            ("25/12/2026", r#""2026-12-25""#),
            ("12/25/2026", r#""2026-12-25""#),
            ("5/5/2026", r#""2026-05-05""#),
            ("1/2/2026", "!ambiguous_date"),
            ("01-02-26", "!ambiguous_date"),
            ("5-Jan-26", "!ambiguous_date"),
            ("13/13/2026", "!not_a_date"),
            ("2026-02-30", "!not_a_date"),
            ("2026年2月", "!not_a_date"),
            ("-2026-01-05", "!not_a_date"),
            ("46027", "!not_a_date"),
            ("tomorrow", "!not_a_date"),
        ],
    );
    check_cells(
        &kind("date", json!({"format": "dd/mm/yyyy"})),
        &[("1/2/2026", r#""2026-02-01""#), ("2026-02-01", r#""2026-02-01""#), ("1/13/2026", "!not_a_date")],
    );
    assert_eq!(wrong_settings("date", json!({"format": "%d"})), ["format"]);
}

#[test]
fn a_format_says_the_order() {
    let day = NaiveDate::from_ymd_opt(2026, 2, 1);
    for (text, format) in [
        ("01-02-26", "dd-mm-yy"),
        ("2/1/2026", "mm/dd/yyyy"),
        ("20260201", "yyyymmdd"),
        ("01022026", "ddmmyyyy"),
        ("010226", "ddmmyy"),
        ("1-Feb-26", "dd-mmm-yy"),
        ("26/2/1", "yy/mm/dd"),
        ("Feb 1 2026", "mmm d yyyy"),
    ] {
        assert_eq!(date_from_text(text, Some(format)).ok(), day, "{text} by {format}");
    }
    assert_eq!(date_from_text("1/2/70", Some("d/m/yy")).ok(), NaiveDate::from_ymd_opt(1970, 2, 1));
    assert_eq!(date_from_text("31/4/2026", Some("dd/mm/yyyy")), Err(DateTrouble::NotADate));
}

#[test]
fn a_workbooks_dates_do_not_shift() {
    let (date, reading) =
        (kind("date", json!({})), Reading { zone: chrono_tz::America::New_York, ..Reading::default() });
    let day = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
    for cell in [Cell::Date(day), Cell::DateTime(day.and_hms_opt(23, 59, 59).unwrap())] {
        assert_eq!(outcome(date.read_cell(&cell, &reading)), r#""2026-01-05""#);
    }
}

#[test]
fn a_point_in_time_stands_in_the_zone_of_its_writer() {
    let at = kind("datetime", json!({}));
    check(
        &at,
        &[
            (r#""2026-01-05T10:00:00+08:00""#, r#""2026-01-05T02:00:00Z""#),
            (r#""2026-01-05T02:00:00Z""#, r#""2026-01-05T02:00:00Z""#),
            (r#""2026-01-05 10:00""#, r#""2026-01-05T02:00:00Z""#),
            (r#""2026-01-05T10:00:01""#, r#""2026-01-05T02:00:01Z""#),
            (r#""2026-01-05""#, r#""2026-01-04T16:00:00Z""#),
            (r#""2026-01-05T02:00:00.1234567Z""#, r#""2026-01-05T02:00:00.123456Z""#),
            (r#""2026-01-05T23:59:60Z""#, "!not_a_date"),
            (r#""2026-02-30 10:00""#, "!not_a_date"),
            (r#""0001-01-01T00:00:00+08:00""#, "!not_a_date"),
            (r#""2026-01-05 25:00""#, "!not_a_date"),
            (r#""""#, "null"),
            ("1767578400", "!wrong_type"),
        ],
    );
    check_cells(
        &at,
        &[
            ("2026年1月5日 下午2:05", r#""2026-01-05T06:05:00Z""#),
            ("2026/1/5 10:00:30", r#""2026-01-05T02:00:30Z""#),
            ("Jan 5, 2026 2:05 PM", r#""2026-01-05T06:05:00Z""#),
            ("2026-1-5", r#""2026-01-04T16:00:00Z""#),
            ("1/2/2026 10:00", "!ambiguous_date"),
            ("10:00", "!not_a_date"),
        ],
    );
    let written = value(&at, r#""2026-01-05 10:00""#);
    assert_eq!(at.display_for(&written, &Reading::default()), "2026-01-05 10:00");
    assert_eq!(
        kind("datetime", json!({"precision": "second"})).display_for(&written, &Reading::default()),
        "2026-01-05 10:00:00"
    );
}

#[test]
fn an_hour_that_clocks_skip_or_repeat_is_still_one_instant() {
    let (at, reading) =
        (kind("datetime", json!({})), Reading { zone: chrono_tz::America::New_York, ..Reading::default() });
    for (local, instant) in [("2026-03-08 02:30", "2026-03-08T07:30:00Z"), ("2026-11-01 01:30", "2026-11-01T05:30:00Z")]
    {
        assert_eq!(outcome(at.read(&json!(local), &reading)), format!("\"{instant}\""));
    }
}

#[test]
fn a_time_of_day_has_hours_and_minutes() {
    let time = kind("time", json!({}));
    check(
        &time,
        &[
            (r#""09:05""#, r#""09:05:00""#),
            (r#""9:05:07""#, r#""09:05:07""#),
            (r#""24:00""#, "!not_a_time"),
            (r#""23:59:60""#, "!not_a_time"),
            (r#""9""#, "!not_a_time"),
            (r#""""#, "null"),
        ],
    );
    check_cells(
        &time,
        &[
            ("下午3:05", r#""15:05:00""#),
            ("3:05 PM", r#""15:05:00""#),
            ("12:00 am", r#""00:00:00""#),
            ("9时5分", r#""09:05:00""#),
            ("９：０５", r#""09:05:00""#),
        ],
    );
    assert_eq!(shown(&time, r#""09:05""#), "09:05");
}
