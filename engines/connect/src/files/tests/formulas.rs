//! Texts that a spreadsheet would compute are written so that it does not, and read back as they were.

use kehub_model::Cell;

use super::{Choice, file, rows};
use crate::files::write::{Csv, Xlsx};

const ATTACKS: &[&str] = &[
    "=1+1",
    "+86 138",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\u{3000}=1",
    "\u{1}=1",
    "\u{feff}=1",
    "\u{200b}=1",
    "\u{a0}@x",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "''=1",
    "=HYPERLINK(\"http://x\",\"a\")",
    "=cmd|' /C calc'!A0",
];

fn written(texts: &[&str]) -> Vec<u8> {
    let mut csv = Csv::new(Vec::new(), &["a", "b"]).unwrap();
    for text in texts {
        csv.row(&[Cell::Text((*text).to_owned()), Cell::Number((-5).into())]).unwrap();
    }
    csv.finish().unwrap()
}

#[test]
fn no_text_begins_a_formula_in_a_csv() {
    let bytes = written(ATTACKS);
    let text = String::from_utf8(bytes).unwrap();
    for line in text.split("\r\n").skip(1).filter(|line| line.starts_with('"')) {
        assert!(line.starts_with("\"'"), "{line:?}");
    }
    assert!(text.contains(",-5\r\n"), "a number stays a number");
}

#[test]
fn guarded_texts_are_read_back_letter_for_letter() {
    let harmless = ["it's", "'quoted'", "'", "''", "a=b", "5-3", "O'=x", "张三"];
    let texts: Vec<&str> = ATTACKS.iter().copied().chain(harmless).collect();
    let file = file(&written(&texts));
    let read = rows(file.path(), &Choice::default()).unwrap();
    let read: Vec<String> = read.map(|row| row.unwrap().cells[0].text()).collect();
    assert_eq!(read, texts);
}

#[test]
fn xlsx_keeps_them_as_text_cells() {
    let mut book = Xlsx::new("a", &["a"]).unwrap();
    for text in ATTACKS {
        book.row(&[Cell::Text((*text).to_owned())]).unwrap();
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    book.finish(file.as_file_mut()).unwrap();
    let read = rows(file.path(), &Choice { header_row: Some(1), ..Choice::default() }).unwrap();
    let read: Vec<Cell> = read.map(|row| row.unwrap().cells[0].clone()).collect();
    assert_eq!(read, ATTACKS.iter().map(|text| Cell::Text((*text).to_owned())).collect::<Vec<_>>());
}
