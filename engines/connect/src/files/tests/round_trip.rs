//! What is written is read back, and nothing that is read makes a reader fall over.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use kehub_model::Cell;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{Choice, file, inspect, rows};
use crate::files::write::{Csv, Xlsx};
use crate::files::{Row, wire};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{1,12}",
        "[=+@'\"\t\r\n,;|-]{1,6}",
        "\\PC{1,8}",
        "[\u{1}-\u{ff}]{1,6}",
        Just("_x000D_".to_owned()),
        Just("440301199001011234".to_owned()),
        Just("00123".to_owned()),
        "[一-龥]{1,8}",
    ]
}

fn cell() -> impl Strategy<Value = Cell> {
    let date =
        (61i64..2_958_465).prop_map(|day| NaiveDate::from_ymd_opt(1899, 12, 30).unwrap() + chrono::Duration::days(day));
    let time = (0u32..86_400_000)
        .prop_map(|ms| NaiveTime::from_num_seconds_from_midnight_opt(ms / 1000, ms % 1000 * 1_000_000).unwrap());
    let long = (any::<i64>(), 0u32..6);
    let short = (-999_999_999_999_999i64..999_999_999_999_999, 0u32..6);
    prop_oneof![
        1 => Just(Cell::Empty),
        3 => text().prop_map(Cell::Text),
        1 => long.prop_map(|(digits, scale)| Cell::Number(Decimal::new(digits, scale))),
        1 => short.prop_map(|(digits, scale)| Cell::Number(Decimal::new(digits, scale))),
        1 => any::<bool>().prop_map(Cell::Bool),
        1 => date.clone().prop_map(Cell::Date),
        1 => (date, time.clone()).prop_map(|(date, time)| Cell::DateTime(NaiveDateTime::new(date, time))),
        1 => time.prop_map(Cell::Time),
    ]
}

fn sheet() -> impl Strategy<Value = Vec<Vec<Cell>>> {
    (1usize..5).prop_flat_map(|width| prop::collection::vec(prop::collection::vec(cell(), width), 1..12))
}

/// Rows that say something: blank ones are left out by every reader.
fn kept(rows: &[Vec<Cell>]) -> Vec<Vec<Cell>> {
    rows.iter().filter(|row| !row.iter().all(Cell::is_blank)).cloned().collect()
}

fn labels(rows: &[Vec<Cell>]) -> Vec<String> {
    (1..=rows[0].len()).map(|n| format!("栏{n}")).collect()
}

fn first_row_is_header() -> Choice {
    Choice { header_row: Some(1), ..Choice::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn csv_gives_back_the_text_of_every_cell(sheet in sheet()) {
        let labels = labels(&sheet);
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let mut csv = Csv::new(Vec::new(), &labels).unwrap();
        for row in &sheet {
            csv.row(row).unwrap();
        }
        let file = file(&csv.finish().unwrap());
        let read = rows(file.path(), &first_row_is_header()).unwrap();
        prop_assert_eq!(&read.columns, &labels);
        let read: Vec<Vec<String>> = read.map(|row| row.unwrap().cells.iter().map(Cell::text).collect()).collect();
        let fine = |cell: &Cell| match cell {
            Cell::DateTime(at) => at.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
            Cell::Time(at) => at.format("%H:%M:%S%.f").to_string(),
            cell => cell.text(),
        };
        let wanted: Vec<Vec<String>> = kept(&sheet).iter().map(|row| row.iter().map(fine).collect()).collect();
        prop_assert_eq!(read, wanted);
    }

    #[test]
    fn xlsx_gives_back_every_cell(sheet in sheet()) {
        let labels = labels(&sheet);
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let mut book = Xlsx::new("客户", &labels).unwrap();
        for row in &sheet {
            book.row(row).unwrap();
        }
        let mut file = tempfile::NamedTempFile::new().unwrap();
        book.finish(file.as_file_mut()).unwrap();
        let read: Vec<Vec<Cell>> =
            rows(file.path(), &first_row_is_header()).unwrap().map(|row| row.unwrap().cells).collect();
        // Numbers that a spreadsheet would spoil come back as their digits.
        let wanted = kept(&sheet);
        prop_assert_eq!(read.len(), wanted.len());
        for (read, wanted) in read.iter().flatten().zip(wanted.iter().flatten()) {
            match (read, wanted) {
                (Cell::Text(digits), Cell::Number(_)) => prop_assert_eq!(digits, &wanted.text()),
                _ => prop_assert_eq!(read, wanted),
            }
        }
    }

    #[test]
    fn any_bytes_are_rows_or_a_problem(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let file = file(&bytes);
        let _ = inspect(file.path(), &Choice::default());
        if let Ok(rows) = rows(file.path(), &Choice::default()) {
            rows.for_each(drop);
        }
    }

    #[test]
    fn any_text_of_delimiters_is_rows_or_a_problem(text in "[ab1,;|\t\"'\r\n\\\\ ]{0,80}") {
        let file = file(text.as_bytes());
        if let Ok(rows) = rows(file.path(), &Choice::default()) {
            let columns = rows.columns.len();
            for row in rows.flatten() {
                prop_assert_eq!(row.cells.len(), columns);
            }
        }
    }

    #[test]
    fn spoiled_workbooks_are_rows_or_a_problem(at in 0usize..4000, byte in any::<u8>(), cut in 0usize..6000) {
        let mut book = Xlsx::new("a", &["a", "b"]).unwrap();
        book.row(&[Cell::Text("x".to_owned()), Cell::Bool(true)]).unwrap();
        let mut out = std::io::Cursor::new(Vec::new());
        book.finish(&mut out).unwrap();
        let mut bytes = out.into_inner();
        let last = bytes.len() - 1;
        bytes[at.min(last)] = byte;
        bytes.truncate(bytes.len() - cut.min(last) / 2);
        let file = file(&bytes);
        if let Ok(rows) = rows(file.path(), &Choice::default()) {
            rows.for_each(drop);
        }
    }

    #[test]
    fn rows_go_through_the_pipe_unchanged(sheet in sheet()) {
        let rows = sheet.into_iter().enumerate().map(|(n, cells)| Ok(Row { n: n as u64, cells })).collect();
        let part = crate::files::Part::Rows(rows);
        let (mut buffer, mut pipe) = (Vec::new(), Vec::new());
        wire::write(&part, &mut buffer, &mut pipe).unwrap();
        prop_assert_eq!(wire::read(&mut pipe.as_slice(), &mut buffer), Some(part));
    }

    #[test]
    fn a_child_may_say_anything(mut bytes in prop::collection::vec(any::<u8>(), 0..200), kind in 0u8..6) {
        let mut frame = u32::try_from(bytes.len() + 1).unwrap().to_le_bytes().to_vec();
        frame.push(kind);
        frame.append(&mut bytes);
        let _ = wire::read(&mut frame.as_slice(), &mut Vec::new());
    }
}
