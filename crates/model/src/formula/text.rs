//! Text. Places and lengths count characters (code points), results have at most 32,767 of them.

use rust_decimal::Decimal;

use super::convert::{self, MAX_TEXT};
use super::decimal::{self, Rounding};
use super::error;
use super::format;
use super::list;
use super::machine::{Answer, Arguments, Stop};
use crate::text::fold;
use crate::value::{CellError, Value};

/// Text that stops growing before it is too long to be a result.
#[derive(Default)]
struct Growing(String);

impl Growing {
    fn push(&mut self, text: &str) -> Result<(), CellError> {
        // No character has more than four bytes.
        if self.0.len() + text.len() > MAX_TEXT * 4 {
            return Err(CellError::Value);
        }
        self.0.push_str(text);
        Ok(())
    }

    fn answer(self) -> Answer {
        Ok(convert::short(self.0)?)
    }
}

fn answer(text: impl Into<String>) -> Answer {
    Ok(convert::short(text.into())?)
}

fn count(n: usize) -> Answer {
    Ok(Value::Number(Decimal::from(n)))
}

/// Pieces with a separator between them.
fn joined<'a>(arguments: &Arguments, pieces: impl Iterator<Item = &'a Value>, between: &str) -> Answer {
    let mut text = Growing::default();
    for (n, piece) in pieces.enumerate() {
        if n > 0 {
            text.push(between)?;
        }
        text.push(&convert::text(piece, arguments.machine)?)?;
    }
    text.answer()
}

pub(super) fn concat(arguments: &Arguments) -> Answer {
    joined(arguments, arguments.values.iter().flat_map(Value::items), "")
}

pub(super) fn text_join(arguments: &Arguments) -> Answer {
    let leave_out = arguments.truth(1)?;
    let alone = std::slice::from_ref(&Value::Null);
    let pieces = arguments.values.iter().skip(2).flat_map(|value| if value.is_null() { alone } else { value.items() });
    joined(arguments, pieces.filter(|piece| !(leave_out && piece.is_null())), &arguments.text(0)?)
}

pub(super) fn join(arguments: &Arguments) -> Answer {
    let between = if arguments.len() > 1 { arguments.text(1)? } else { ",".to_owned() };
    joined(arguments, arguments.members(0).iter().filter(|piece| !piece.is_null()), &between)
}

pub(super) fn split(arguments: &Arguments) -> Answer {
    let (text, sign) = (arguments.text(0)?, arguments.text(1)?);
    if text.is_empty() {
        return Ok(Value::Null);
    }
    if sign.is_empty() {
        return Ok(Value::list(text.chars().map(|c| Value::text(c.to_string())).collect()));
    }
    Ok(Value::list(text.split(&sign).map(Value::text).collect()))
}

pub(super) fn left(arguments: &Arguments) -> Answer {
    answer(arguments.text(0)?.chars().take(arguments.count_or(1, 1)?).collect::<String>())
}

pub(super) fn right(arguments: &Arguments) -> Answer {
    let text = arguments.text(0)?;
    let skipped = text.chars().count().saturating_sub(arguments.count_or(1, 1)?);
    answer(text.chars().skip(skipped).collect::<String>())
}

/// A place counted from 1, as a count of characters before it.
fn before_place(arguments: &Arguments, n: usize) -> Result<usize, CellError> {
    arguments.count_or(n, 1)?.checked_sub(1).ok_or(CellError::Value)
}

pub(super) fn mid(arguments: &Arguments) -> Answer {
    let (skipped, taken) = (before_place(arguments, 1)?, arguments.count_or(2, 0)?);
    answer(arguments.text(0)?.chars().skip(skipped).take(taken).collect::<String>())
}

pub(super) fn len(arguments: &Arguments) -> Answer {
    count(arguments.text(0)?.chars().count())
}

pub(super) fn len_wide(arguments: &Arguments) -> Answer {
    let narrow = |c: char| c.is_ascii() || ('\u{ff61}'..='\u{ff9f}').contains(&c);
    count(arguments.text(0)?.chars().map(|c| if narrow(c) { 1 } else { 2 }).sum())
}

pub(super) fn replace(arguments: &Arguments) -> Answer {
    let (text, new) = (arguments.text(0)?, arguments.text(3)?);
    let (skipped, removed) = (before_place(arguments, 1)?, arguments.count_or(2, 0)?);
    let mut replaced = Growing::default();
    replaced.push(&text.chars().take(skipped).collect::<String>())?;
    replaced.push(&new)?;
    replaced.push(&text.chars().skip(skipped.saturating_add(removed)).collect::<String>())?;
    replaced.answer()
}

pub(super) fn substitute(arguments: &Arguments) -> Answer {
    let (text, old, new) = (arguments.text(0)?, arguments.text(1)?, arguments.text(2)?);
    let only = if arguments.len() > 3 { Some(before_place(arguments, 3)?) } else { None };
    if old.is_empty() {
        return answer(text);
    }
    let mut replaced = Growing::default();
    for (n, piece) in text.split(&old).enumerate() {
        if n > 0 {
            let here = only.is_none_or(|only| only == n - 1);
            replaced.push(if here { &new } else { &old })?;
        }
        replaced.push(piece)?;
    }
    replaced.answer()
}

pub(super) fn find(arguments: &Arguments) -> Answer {
    let (wanted, text) = (arguments.text(0)?, arguments.text(1)?);
    let skipped = before_place(arguments, 2)?;
    let length = text.chars().count();
    if skipped > length {
        return error(CellError::Value);
    }
    let start = text.char_indices().nth(skipped).map_or(text.len(), |(at, _)| at);
    match text[start..].find(&wanted) {
        Some(at) => count(skipped + text[start..start + at].chars().count() + 1),
        None => error(CellError::Value),
    }
}

/// One letter for each, so that places stay as they are.
fn folded_letters(text: &str) -> Vec<char> {
    super::lex::half(text).chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

/// Where a piece with `?` in it stands at or after `from`.
fn piece_at(text: &[char], piece: &[char], from: usize) -> Option<usize> {
    let fits = |at: &usize| text[*at..].iter().zip(piece).all(|(c, p)| *p == '?' || p == c);
    (from..=text.len().checked_sub(piece.len())?).find(fits)
}

pub(super) fn search(arguments: &Arguments) -> Answer {
    let (wanted, text) = (folded_letters(&arguments.text(0)?), folded_letters(&arguments.text(1)?));
    let skipped = before_place(arguments, 2)?;
    // The bound keeps the work small; nobody searches for longer texts.
    if skipped > text.len() || wanted.len() > 1_000 {
        return error(CellError::Value);
    }
    let mut found = None;
    let mut from = skipped;
    // The first place of the first piece will do: what the others cannot follow here, they cannot follow later.
    for piece in wanted.split(|c| *c == '*') {
        let at = piece_at(&text, piece, from).ok_or(CellError::Value)?;
        found = found.or(Some(at));
        from = at + piece.len();
    }
    count(found.unwrap_or(skipped) + 1)
}

pub(super) fn find_all(arguments: &Arguments) -> Answer {
    let (text, open, close) = (arguments.text(0)?, arguments.text(1)?, arguments.text(2)?);
    if open.is_empty() || close.is_empty() {
        return error(CellError::Value);
    }
    let mut found = Vec::new();
    let mut rest = text.as_str();
    while let Some((_, behind)) = rest.split_once(&open) {
        let Some((inner, next)) = behind.split_once(&close) else { break };
        found.push(Value::text(inner));
        rest = next;
    }
    Ok(Value::list(found))
}

pub(super) fn before(arguments: &Arguments) -> Answer {
    let text = arguments.text(0)?;
    let (before, _) = text.split_once(&arguments.text(1)?).ok_or(CellError::Na)?;
    answer(before)
}

pub(super) fn after(arguments: &Arguments) -> Answer {
    let text = arguments.text(0)?;
    let (_, after) = text.split_once(&arguments.text(1)?).ok_or(CellError::Na)?;
    answer(after)
}

/// Two folded texts, of which the second is not empty.
fn folded_pair(arguments: &Arguments) -> Result<Option<(String, String)>, CellError> {
    let (text, part) = (fold(&arguments.text(0)?), fold(&arguments.text(1)?));
    Ok(if part.is_empty() { None } else { Some((text, part)) })
}

pub(super) fn include(arguments: &Arguments) -> Answer {
    if let Value::List(members) = arguments.value(0) {
        return Ok(list::contains(arguments.value(1), members, arguments.machine).into());
    }
    Ok(folded_pair(arguments)?.is_some_and(|(text, part)| text.contains(&part)).into())
}

pub(super) fn starts_with(arguments: &Arguments) -> Answer {
    Ok(folded_pair(arguments)?.is_some_and(|(text, part)| text.starts_with(&part)).into())
}

pub(super) fn ends_with(arguments: &Arguments) -> Answer {
    Ok(folded_pair(arguments)?.is_some_and(|(text, part)| text.ends_with(&part)).into())
}

pub(super) fn count_char(arguments: &Arguments) -> Answer {
    let text = arguments.text(0)?;
    if arguments.len() < 2 {
        return count(text.chars().count());
    }
    let part = arguments.text(1)?;
    count(if part.is_empty() { 0 } else { text.matches(&part).count() })
}

pub(super) fn reverse(arguments: &Arguments) -> Answer {
    answer(arguments.text(0)?.chars().rev().collect::<String>())
}

pub(super) fn lower(arguments: &Arguments) -> Answer {
    answer(arguments.text(0)?.to_lowercase())
}

pub(super) fn upper(arguments: &Arguments) -> Answer {
    answer(arguments.text(0)?.to_uppercase())
}

pub(super) fn proper(arguments: &Arguments) -> Answer {
    let mut proper = String::new();
    let mut within = false;
    for c in arguments.text(0)?.chars() {
        if within {
            proper.extend(c.to_lowercase());
        } else {
            proper.extend(c.to_uppercase());
        }
        within = c.is_alphabetic();
    }
    answer(proper)
}

pub(super) fn trim(arguments: &Arguments) -> Answer {
    let text = arguments.text(0)?;
    answer(text.split([' ', '\u{3000}']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

pub(super) fn clean(arguments: &Arguments) -> Answer {
    answer(arguments.text(0)?.chars().filter(|c| !c.is_ascii_control()).collect::<String>())
}

pub(super) fn repeat(arguments: &Arguments) -> Answer {
    let (text, times) = (arguments.text(0)?, arguments.count_or(1, 0)?);
    if text.chars().count().saturating_mul(times) > MAX_TEXT {
        return error(CellError::Value);
    }
    answer(if text.is_empty() { text } else { text.repeat(times) })
}

pub(super) fn exact(arguments: &Arguments) -> Answer {
    Ok((arguments.text(0)? == arguments.text(1)?).into())
}

pub(super) fn value(arguments: &Arguments) -> Answer {
    Ok(Value::Number(arguments.number(0)?))
}

pub(super) fn string(arguments: &Arguments) -> Answer {
    answer(arguments.text(0)?)
}

pub(super) fn text(arguments: &Arguments) -> Answer {
    answer(format::text(arguments.value(0), &arguments.operands[0].is, &arguments.text(1)?, arguments.machine)?)
}

pub(super) fn fixed(arguments: &Arguments) -> Answer {
    let places = arguments.whole_or(1, 2)?.clamp(-30, 28) as i32;
    let rounded = decimal::round(arguments.number(0)?, places, Rounding::HalfAway)?;
    answer(format::fixed(rounded, places.max(0) as usize, !arguments.truth(2)?))
}

pub(super) fn only_text(arguments: &Arguments) -> Answer {
    Ok(if let Value::Text(text) = arguments.value(0) { Value::text(text) } else { Value::Null })
}

pub(super) fn only_number(arguments: &Arguments) -> Answer {
    Ok(match arguments.value(0) {
        number @ Value::Number(_) => number.clone(),
        Value::Bool(yes) => i64::from(*yes).into(),
        _ => 0.into(),
    })
}

pub(super) fn char(arguments: &Arguments) -> Answer {
    let c = u32::try_from(arguments.whole(0)?).ok().filter(|code| *code > 0).and_then(char::from_u32);
    answer(c.ok_or(CellError::Value)?.to_string())
}

pub(super) fn code(arguments: &Arguments) -> Answer {
    let first = arguments.text(0)?.chars().next().ok_or(CellError::Value)?;
    Ok(i64::from(u32::from(first)).into())
}

pub(super) fn asc(arguments: &Arguments) -> Answer {
    let plain = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    };
    answer(arguments.text(0)?.chars().map(plain).collect::<String>())
}

fn escaped(text: &str, kept: &str) -> Answer {
    let mut out = Growing::default();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
            out.push(char::from(byte).encode_utf8(&mut [0; 4]))?;
        } else {
            out.push(&format!("%{byte:02X}"))?;
        }
    }
    out.answer()
}

pub(super) fn encode_uri(arguments: &Arguments) -> Answer {
    escaped(&arguments.text(0)?, ";,/?:@&=+$-_.!~*'()#")
}

pub(super) fn encode_url(arguments: &Arguments) -> Answer {
    escaped(&arguments.text(0)?, "-_.~")
}

pub(super) fn decode_uri(arguments: &Arguments) -> Answer {
    let text = arguments.text(0)?;
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|c| char::from(c).to_digit(16)).ok_or(Stop::Error(CellError::Value));
        let (high, low) = (digit()?, digit()?);
        bytes.push((high * 16 + low) as u8);
    }
    answer(String::from_utf8(bytes).map_err(|_| CellError::Value)?)
}
