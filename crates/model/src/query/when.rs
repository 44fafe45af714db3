//! Relative times: `this_month`, `{"last": 7, "unit": "day"}`, `{"now": "-7d"}`, in the zone of whoever asks.

use chrono::{
    DateTime, Datelike, Days, Duration, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;
use serde_json::Value as Json;

/// The instant of a local time. In the hour that a clock change skips, the first instant after it; in one it repeats, the first.
pub fn instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        chrono::LocalResult::Single(at) | chrono::LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
        chrono::LocalResult::None => {
            let later = local + Duration::hours(1);
            zone.from_local_datetime(&later)
                .earliest()
                .map_or_else(|| Utc.from_utc_datetime(&local), |at| at.with_timezone(&Utc))
        }
    }
}

/// The first instant of a day.
pub fn day_start(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    instant(day.and_time(NaiveTime::MIN), zone)
}

/// A span of local time, from inclusive, to exclusive.
pub fn span(word: &Json, now: DateTime<Utc>, zone: Tz) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let local = now.with_timezone(&zone).naive_local();
    match word {
        Json::String(word) => {
            named(word, local.date()).map(|(from, to)| (from.and_time(NaiveTime::MIN), to.and_time(NaiveTime::MIN)))
        }
        Json::Object(map) => {
            let unit = map.get("unit")?.as_str()?;
            if map.len() != 2 {
                return None;
            }
            let (number, back) = match (map.get("last"), map.get("next")) {
                (Some(number), None) => (number, true),
                (None, Some(number)) => (number, false),
                _ => return None,
            };
            let number = i64::from(u32::try_from(number.as_u64()?).ok().filter(|n| (1..=10_000).contains(n))?);
            counted(local, number, unit, back)
        }
        _ => None,
    }
}

/// `last 7 days` is the seven days that end with today; `next 7 days` begins with today. Hours and minutes end or begin now.
fn counted(local: NaiveDateTime, number: i64, unit: &str, back: bool) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let today = local.date();
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN);
    if let "minute" | "hour" = unit {
        let length = if unit == "hour" { Duration::hours(number) } else { Duration::minutes(number) };
        return Some(if back { (local - length, local + Duration::microseconds(1)) } else { (local, local + length) });
    }
    let (first, after) = match unit {
        "day" => (today, today.succ_opt()?),
        "week" => named("this_week", today)?,
        "month" => named("this_month", today)?,
        _ => return None,
    };
    let shift = |day: NaiveDate, by: i64| match unit {
        "month" => shift_months(day, by),
        "week" => day.checked_add_signed(Duration::days(7 * by)),
        _ => day.checked_add_signed(Duration::days(by)),
    };
    let (from, to) = if back { (shift(after, -number)?, after) } else { (first, shift(first, number)?) };
    Some((midnight(from), midnight(to)))
}

fn shift_months(day: NaiveDate, by: i64) -> Option<NaiveDate> {
    let months = Months::new(u32::try_from(by.abs()).ok()?);
    if by < 0 { day.checked_sub_months(months) } else { day.checked_add_months(months) }
}

/// Days from and to (exclusive) of a named span. Weeks begin on Monday.
fn named(word: &str, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let day = |offset: i64| today.checked_add_signed(Duration::days(offset));
    match word {
        "today" => return Some((today, day(1)?)),
        "yesterday" => return Some((day(-1)?, today)),
        "tomorrow" => return Some((day(1)?, day(2)?)),
        _ => {}
    }
    let (which, unit) = word.split_once('_')?;
    let offset = match which {
        "last" => -1,
        "this" => 0,
        "next" => 1,
        _ => return None,
    };
    let (start, length) = match unit {
        "week" => {
            let monday = today.checked_sub_days(Days::new(today.weekday().num_days_from_monday().into()))?;
            let from = monday.checked_add_signed(Duration::days(7 * offset))?;
            return Some((from, from.checked_add_days(Days::new(7))?));
        }
        "month" => (today.with_day(1)?, 1),
        "quarter" => (NaiveDate::from_ymd_opt(today.year(), today.month0() / 3 * 3 + 1, 1)?, 3),
        "year" => (NaiveDate::from_ymd_opt(today.year(), 1, 1)?, 12),
        _ => return None,
    };
    let from = shift_months(start, offset * length)?;
    Some((from, shift_months(from, length)?))
}

/// `+3d`, `-1mo`, `0h`: a distance from now.
pub fn offset(text: &str, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = rest.split_at(digits);
    let number: i64 = number.parse().ok().filter(|number| *number <= 1_000_000)?;
    let number = number * sign;
    let local = now.with_timezone(&zone).naive_local();
    match unit.trim() {
        "min" => now.checked_add_signed(Duration::minutes(number)),
        "h" => now.checked_add_signed(Duration::hours(number)),
        "d" => Some(instant(local.checked_add_signed(Duration::days(number))?, zone)),
        "w" => Some(instant(local.checked_add_signed(Duration::days(7 * number))?, zone)),
        "mo" => Some(instant(shift_months(local.date(), number)?.and_time(local.time()), zone)),
        "y" => Some(instant(shift_months(local.date(), 12 * number)?.and_time(local.time()), zone)),
        _ => None,
    }
}

/// How a moment reads when grouped: `2026`, `2026-Q1`, `2026-01`, `2026-W03`, `2026-01-31`, `2026-01-31T09`.
pub fn bucket(local: NaiveDateTime, unit: super::Unit) -> String {
    use super::Unit;
    let day = local.date();
    match unit {
        Unit::Year => format!("{:04}", day.year()),
        Unit::Quarter => format!("{:04}-Q{}", day.year(), day.month0() / 3 + 1),
        Unit::Month => format!("{:04}-{:02}", day.year(), day.month()),
        Unit::Week => format!("{:04}-W{:02}", day.iso_week().year(), day.iso_week().week()),
        Unit::Day => day.format("%Y-%m-%d").to_string(),
        Unit::Hour => format!("{}T{:02}", day.format("%Y-%m-%d"), local.hour()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(word: Json, from: &str, to: &str) {
        let now = "2026-03-31T02:00:00Z".parse().expect("a time");
        let (a, b) = span(&word, now, chrono_tz::Asia::Shanghai).expect("a span");
        assert_eq!((a.to_string(), b.to_string()), (from.to_owned(), to.to_owned()), "{word}");
    }

    #[test]
    fn spans_are_whole_local_days() {
        check(json!("today"), "2026-03-31 00:00:00", "2026-04-01 00:00:00");
        check(json!("this_week"), "2026-03-30 00:00:00", "2026-04-06 00:00:00");
        check(json!("last_month"), "2026-02-01 00:00:00", "2026-03-01 00:00:00");
        check(json!("next_quarter"), "2026-04-01 00:00:00", "2026-07-01 00:00:00");
        check(json!({"last": 7, "unit": "day"}), "2026-03-25 00:00:00", "2026-04-01 00:00:00");
        check(json!({"next": 2, "unit": "month"}), "2026-03-01 00:00:00", "2026-05-01 00:00:00");
    }
}
