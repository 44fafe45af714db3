//! Numbers and dates in a format, as Excel's TEXT: `0.00`, `#,##0.00`, `0%`, `yyyy-mm-dd`, `yyyy年m月d日`, `hh:mm`.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use rust_decimal::Decimal;

use super::convert;
use super::decimal::{self, Rounding};
use super::machine::Machine;
use super::types::Type;
use crate::value::{CellError, Value};

type Out = Result<String, CellError>;

/// A piece of a format.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    /// As it stands.
    Said(String),
    /// A letter or sign with a meaning; letters repeated are one piece.
    Sign(char, usize),
}

/// The pieces of a format. Quoted text and what follows a backslash are said as they stand.
fn pieces(format: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut letters = format.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '"' => {
                let said = letters.by_ref().take_while(|c| *c != '"').collect();
                pieces.push(Piece::Said(said));
            }
            '\\' => pieces.extend(letters.next().map(|c| Piece::Said(c.to_string()))),
            c if c.is_ascii_alphabetic() => {
                let c = c.to_ascii_lowercase();
                let mut length = 1;
                while letters.next_if(|next| next.to_ascii_lowercase() == c).is_some() {
                    length += 1;
                }
                pieces.push(Piece::Sign(c, length));
            }
            '0' | '#' | '?' | '.' | ',' | '%' | ';' | '/' | '@' => pieces.push(Piece::Sign(c, 1)),
            c => pieces.push(Piece::Said(c.to_string())),
        }
    }
    pieces
}

/// The value of type `is` in a format.
pub(super) fn text(value: &Value, is: &Type, format: &str, machine: &Machine) -> Out {
    match value {
        Value::Null if is.is_moment() => Ok(String::new()),
        Value::Date(_) | Value::DateTime(_) | Value::Time(_) => {
            let Some(point) = convert::point(value, machine)? else { return Ok(String::new()) };
            let day = if matches!(value, Value::Time(_)) { None } else { Some(point.day(machine)?) };
            date_text(day, point.time_of_day(machine), &pieces(format))
        }
        // Text that is no number is shown as it is.
        Value::Text(text) if convert::read_number(text).is_none() => Ok(text.clone()),
        Value::Bool(_) => convert::text(value, machine),
        other => number_text(convert::number(other)?, format),
    }
}

fn number_text(number: Decimal, format: &str) -> Out {
    if matches!(format.trim().to_lowercase().as_str(), "general" | "@" | "常规" | "g/通用格式") {
        return Ok(number.normalize().to_string());
    }
    let pieces = pieces(format);
    let sections: Vec<&[Piece]> = pieces.split(|piece| *piece == Piece::Sign(';', 1)).collect();
    match sections.as_slice() {
        [_, _, zero, ..] if number.is_zero() => section(number, zero),
        [_, negative, ..] if number.is_sign_negative() && !number.is_zero() => section(number.abs(), negative),
        [positive, ..] => section(number, positive),
        [] => Ok(String::new()),
    }
}

fn is_digit(piece: &Piece) -> bool {
    matches!(piece, Piece::Sign('0' | '#' | '?', _))
}

/// One section of a format for numbers.
fn section(number: Decimal, pieces: &[Piece]) -> Out {
    let point = pieces.iter().position(|piece| *piece == Piece::Sign('.', 1)).unwrap_or(pieces.len());
    let (whole, fraction) = pieces.split_at(point);
    let mut number = number;
    for _ in pieces.iter().filter(|piece| **piece == Piece::Sign('%', 1)) {
        number = decimal::multiply(number, Decimal::ONE_HUNDRED)?;
    }
    // Commas behind the last digit divide by a thousand each; one between digits groups them.
    let last_digit = whole.iter().rposition(is_digit);
    let commas = |pieces: &[Piece]| pieces.iter().filter(|piece| **piece == Piece::Sign(',', 1)).count();
    let (grouped, thousands) = match last_digit {
        Some(last) => (commas(&whole[..last]) > 0, commas(&whole[last..])),
        None => (false, 0),
    };
    for _ in 0..thousands {
        number = decimal::multiply(number, Decimal::new(1, 3))?;
    }
    let places = fraction.iter().filter(|piece| is_digit(piece)).count().min(28);
    let rounded = decimal::round(number, places as i32, Rounding::HalfAway)?;
    let text = rounded.abs().normalize().to_string();
    let (digits, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if rounded.is_sign_negative() && !rounded.is_zero() {
        out.push('-');
    }
    whole_part(whole, if digits == "0" { "" } else { digits }, grouped, &mut out)?;
    fraction_part(fraction, decimals, &mut out)?;
    Ok(out)
}

fn whole_part(pieces: &[Piece], digits: &str, grouped: bool, out: &mut String) -> Result<(), CellError> {
    let first = pieces.iter().position(is_digit);
    let mut left: Vec<char> = digits.chars().collect();
    // Written from the right, so that digits meet their places.
    let mut backward: Vec<char> = Vec::new();
    let mut written = 0;
    let mut digit = |c: char, backward: &mut Vec<char>| {
        if grouped && written > 0 && written % 3 == 0 {
            backward.push(',');
        }
        written += 1;
        backward.push(c);
    };
    for (n, piece) in pieces.iter().enumerate().rev() {
        match piece {
            Piece::Said(text) => backward.extend(text.chars().rev()),
            Piece::Sign('0' | '#' | '?', _) => {
                match left.pop() {
                    Some(c) => digit(c, &mut backward),
                    None if *piece == Piece::Sign('0', 1) => digit('0', &mut backward),
                    None => {}
                }
                while first == Some(n)
                    && let Some(c) = left.pop()
                {
                    digit(c, &mut backward);
                }
            }
            Piece::Sign('%', _) => backward.push('%'),
            Piece::Sign('/', _) => backward.push('/'),
            Piece::Sign(',', _) => {}
            Piece::Sign(..) => return Err(CellError::Value),
        }
    }
    // A format such as ".00" has no place for whole digits; they are not lost.
    if first.is_none() && !pieces.iter().any(|piece| matches!(piece, Piece::Said(_))) {
        backward.extend(left.into_iter().rev());
    }
    out.extend(backward.into_iter().rev());
    Ok(())
}

fn fraction_part(pieces: &[Piece], decimals: &str, out: &mut String) -> Result<(), CellError> {
    let mut digits = decimals.chars();
    let mut point = false;
    for piece in pieces {
        match piece {
            Piece::Said(text) => out.push_str(text),
            Piece::Sign('0' | '#' | '?', _) => match digits.next() {
                Some(c) => out.push(c),
                None if *piece == Piece::Sign('0', 1) => out.push('0'),
                None => {}
            },
            Piece::Sign('.', _) if !point => {
                point = true;
                out.push('.');
            }
            Piece::Sign('%', _) => out.push('%'),
            Piece::Sign(',', _) => {}
            Piece::Sign(..) => return Err(CellError::Value),
        }
    }
    Ok(())
}

/// A number with that many places, and thousands separators if wanted.
pub(super) fn fixed(number: Decimal, places: usize, grouped: bool) -> String {
    let text = number.abs().normalize().to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if number.is_sign_negative() && !number.is_zero() {
        out.push('-');
    }
    for (n, digit) in whole.chars().enumerate() {
        if grouped && n > 0 && (whole.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if places > 0 {
        out.push('.');
        out.push_str(&format!("{decimals:0<places$}"));
    }
    out
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const XINGQI: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];

/// A date, a time, or both; a time alone has no day.
fn date_text(day: Option<NaiveDate>, time: NaiveTime, pieces: &[Piece]) -> Out {
    let mut out = String::new();
    let is_afternoon = |piece: &Piece| matches!(piece, Piece::Sign('a', 1));
    let noon = pieces.iter().position(is_afternoon).filter(|at| am_pm(&pieces[*at..]).is_some());
    let mut after_hour = false;
    let mut skip = 0;
    for (n, piece) in pieces.iter().enumerate() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let day_part = || day.ok_or(CellError::Value);
        match piece {
            Piece::Said(text) => out.push_str(text),
            Piece::Sign('y', 1 | 2) => out.push_str(&format!("{:02}", day_part()?.year() % 100)),
            Piece::Sign('y', _) => out.push_str(&format!("{:04}", day_part()?.year())),
            Piece::Sign('m', length @ (1 | 2)) if after_hour || before_seconds(&pieces[n + 1..]) => {
                out.push_str(&padded(time.minute(), *length));
            }
            Piece::Sign('m', length @ (1 | 2)) => out.push_str(&padded(day_part()?.month(), *length)),
            Piece::Sign('m', 3) => out.push_str(&MONTHS[day_part()?.month0() as usize][..3]),
            Piece::Sign('m', _) => out.push_str(MONTHS[day_part()?.month0() as usize]),
            Piece::Sign('d', length @ (1 | 2)) => out.push_str(&padded(day_part()?.day(), *length)),
            Piece::Sign('d', 3) => out.push_str(&WEEKDAYS[weekday(day_part()?)][..3]),
            Piece::Sign('d', _) => out.push_str(WEEKDAYS[weekday(day_part()?)]),
            Piece::Sign('h', length) => {
                let hour = if noon.is_some() { (time.hour() + 11) % 12 + 1 } else { time.hour() };
                out.push_str(&padded(hour, *length));
            }
            Piece::Sign('s', length) => out.push_str(&padded(time.second(), *length)),
            Piece::Sign('a', 3) => out.push_str(XINGQI[weekday(day_part()?)]),
            Piece::Sign('a', 4) => out.push_str(&format!("星期{}", XINGQI[weekday(day_part()?)])),
            Piece::Sign('a', 1) => {
                let (morning, afternoon, length) = am_pm(&pieces[n..]).ok_or(CellError::Value)?;
                out.push_str(if time.hour() < 12 { morning } else { afternoon });
                skip = length - 1;
            }
            Piece::Sign(c @ ('.' | ',' | '/' | '%' | ';' | '0' | '#' | '?'), _) => out.push(*c),
            Piece::Sign(..) => return Err(CellError::Value),
        }
        if let Piece::Sign(c, _) = piece
            && c.is_ascii_alphabetic()
        {
            after_hour = *c == 'h';
        }
    }
    Ok(out)
}

/// `AM/PM` or `A/P` at the start: its two words, and how many pieces it is.
fn am_pm(pieces: &[Piece]) -> Option<(&'static str, &'static str, usize)> {
    let sign = |n: usize, c: char| pieces.get(n) == Some(&Piece::Sign(c, 1));
    if sign(0, 'a') && sign(1, 'm') && sign(2, '/') && sign(3, 'p') && sign(4, 'm') {
        return Some(("AM", "PM", 5));
    }
    (sign(0, 'a') && sign(1, '/') && sign(2, 'p')).then_some(("A", "P", 3))
}

/// Whether the next letter is one of seconds, so that an m before it is of minutes.
fn before_seconds(pieces: &[Piece]) -> bool {
    let letter = pieces.iter().find_map(|piece| match piece {
        Piece::Sign(c, _) if c.is_ascii_alphabetic() => Some(*c),
        _ => None,
    });
    letter == Some('s')
}

fn padded(number: u32, length: usize) -> String {
    if length == 1 { number.to_string() } else { format!("{number:02}") }
}

fn weekday(day: NaiveDate) -> usize {
    day.weekday().num_days_from_monday() as usize
}
