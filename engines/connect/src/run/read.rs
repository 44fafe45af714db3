//! Cells of a row read by the fields they go into, before anything is looked up.

use kehub_model::fields::{Kind, Written, is_placeholder};
use kehub_model::text::fold;
use kehub_model::{Cell, Code, Problem, Problems, Value};

use super::plan::{Place, Plan, translate};

/// A row of the file, each of the plan's places read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadRow {
    pub n: u64,
    pub parts: Vec<Part>,
}

/// What a cell says to its field.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Nothing stands there.
    Blank,
    Value(Value),
    /// Records to be found. A cell that may hold several can be cut in several ways; the first in which all are found is meant.
    Seek(Vec<Vec<String>>),
    /// Options that are to be made, and the text to be read once they are.
    NewOptions(Vec<String>),
    /// Options that nobody has heard of.
    NoOptions(Vec<String>, Problems),
    Wrong(Problems),
}

/// Reads a row. Cells the row does not have are blank.
pub fn read_row(plan: &Plan, n: u64, cells: &[Cell]) -> ReadRow {
    let parts = plan.places.iter().map(|place| read_cell(plan, place, cells.get(place.column).unwrap_or(&Cell::Empty)));
    ReadRow { n, parts: parts.collect() }
}

fn read_cell(plan: &Plan, place: &Place, cell: &Cell) -> Part {
    let translated = match cell {
        Cell::Empty => None,
        _ => translate(&place.values, &cell.text()).map(|text| Cell::Text(text.to_owned())),
    };
    let comma = match (&translated, cell) {
        (None, Cell::Text(text)) if place.has_comma => Some(Cell::Text(with_point(text))),
        _ => None,
    };
    let cell = translated.as_ref().or(comma.as_ref()).unwrap_or(cell);
    if cell.is_blank() {
        return Part::Blank;
    }
    if let Cell::Error(text) = cell {
        return Part::Wrong(vec![Problem::new(Code::BadFormat, "").with("hint", text)]);
    }
    if let Some(link) = &place.link {
        return Part::Seek(ways_to_cut(cell.text().trim(), link.is_many));
    }
    match place.kind.read_cell(cell, &plan.reading) {
        Ok(Written::Value(Value::Null)) => Part::Blank,
        Ok(Written::Value(value)) => Part::Value(value),
        Ok(_) => Part::Wrong(vec![Problem::new(Code::WrongType, "").with("expected", place.kind.key())]),
        // `-`, `n/a`: a word for nothing where it cannot be a value. In a text it stays what it is.
        Err(_) if matches!(cell, Cell::Text(_)) && is_placeholder(cell) => Part::Blank,
        Err(problems) => match missing_options(place, &cell.text()) {
            options if options.is_empty() => Part::Wrong(problems),
            options if place.create_missing => Part::NewOptions(options),
            options => Part::NoOptions(options, problems),
        },
    }
}

/// `1.234,56` as `1234.56`; anything else as it is, for the field to judge.
fn with_point(text: &str) -> String {
    let folded = fold(text);
    let (whole, fraction) = folded.split_once(',').unwrap_or((&folded, ""));
    let groups: Vec<&str> = whole.split(['.', ' ', '\u{a0}']).collect();
    let first = groups[0].trim_start_matches(['-', '+']);
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let grouped =
        !first.is_empty() && digits(first) && groups[1..].iter().all(|group| group.len() == 3 && digits(group));
    if !grouped || (groups.len() > 1 && first.len() > 3) || !digits(fraction) {
        // Written neither way: a point in it would be read as a decimal point, which it is not here.
        return if folded.contains('.') { format!("{folded} ,") } else { folded };
    }
    if fraction.is_empty() { groups.concat() } else { format!("{}.{fraction}", groups.concat()) }
}

/// The options a cell names that its field does not have.
fn missing_options(place: &Place, text: &str) -> Vec<String> {
    let labels: Vec<String> = match &place.kind {
        Kind::Choice(_) => vec![text.trim().to_owned()],
        Kind::Choices(_) => cut_by(text, SEPARATORS),
        _ => Vec::new(),
    };
    let is_there = |text: &str| {
        let folded = fold(text);
        place
            .kind
            .options()
            .iter()
            .any(|option| option.key == folded || option.label.texts().iter().any(|label| fold(label) == folded))
    };
    labels.into_iter().filter(|label| !label.is_empty() && !is_there(label)).collect()
}

const SEPARATORS: &[char] = &[',', '，', ';', '；', '、', '|', '｜', '\n', '\r'];

/// Names may hold commas: so the rarest separators come first.
fn ways_to_cut(text: &str, is_many: bool) -> Vec<Vec<String>> {
    let mut ways = vec![vec![text.to_owned()]];
    if is_many {
        for separators in [&['\n', '\r'][..], &[';', '；', '|', '｜', '\n', '\r'], SEPARATORS] {
            let way = cut_by(text, separators);
            if !way.is_empty() && !ways.contains(&way) {
                ways.push(way);
            }
        }
    }
    ways
}

/// Cut where nothing else can be meant: "Acme, Inc." is not cut apart to make records of its halves.
pub(super) fn cut_surely(text: &str) -> Vec<String> {
    cut_by(text, &[';', '；', '、', '，', '|', '｜', '\n', '\r'])
}

fn cut_by(text: &str, separators: &[char]) -> Vec<String> {
    text.split(separators).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{ways_to_cut, with_point};

    #[test]
    fn a_decimal_comma_is_read_only_where_it_can_be_one() {
        assert_eq!(with_point("1.234,56"), "1234.56");
        assert_eq!(with_point("-7,5"), "-7.5");
        assert_eq!(with_point("1.234.567"), "1234567");
        // Neither a group of three nor a decimal comma: the field refuses it.
        assert_eq!(with_point("1.23"), "1.23 ,");
        assert_eq!(with_point("abc"), "abc");
    }

    #[test]
    fn a_name_with_a_comma_is_tried_whole_first() {
        assert_eq!(ways_to_cut("A, Inc.; B", true), [vec!["A, Inc.; B"], vec!["A, Inc.", "B"], vec!["A", "Inc.", "B"]]);
        assert_eq!(ways_to_cut("A, B", false), [vec!["A, B"]]);
    }
}
