//! Workbooks: sheets, merged headers, dates of both calendars, numbers with all their digits.

use rust_xlsxwriter::{Format, Workbook};
use tempfile::NamedTempFile;

use super::{Choice, file, inspect, table};
use crate::files::cells::{Format as Kind, decimal};
use crate::files::write::Xlsx;

fn saved(book: &mut Workbook) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    book.save(file.path()).unwrap();
    file
}

#[track_caller]
fn check(book: &mut Workbook, expected: &str) {
    let lines: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    let found = table(saved(book).path(), &Choice::default());
    assert_eq!(found.lines().map(str::trim).collect::<Vec<_>>(), lines);
}

#[test]
fn numbers_keep_their_digits_and_dates_are_dates() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, label) in ["电话", "邮编", "日期", "时刻", "时间", "率", "身份证", "小数", "时长"].iter().enumerate()
    {
        sheet.write_string(0, column as u16, *label).unwrap();
    }
    let format = |code: &str| Format::new().set_num_format(code);
    sheet.write_number(1, 0, 13_800_138_000.0).unwrap();
    sheet.write_number_with_format(1, 1, 1_234.0, &format("000000")).unwrap();
    sheet.write_number_with_format(1, 2, 45_000.0, &format("yyyy\"年\"m\"月\"d\"日\"")).unwrap();
    sheet.write_number_with_format(1, 3, 45_000.0, &format("yyyy-mm-dd hh:mm")).unwrap();
    sheet.write_number_with_format(1, 4, 0.75, &format("h:mm AM/PM")).unwrap();
    sheet.write_number_with_format(1, 5, 0.125, &format("0.0%")).unwrap();
    sheet.write_string(1, 6, "440301199001011234").unwrap();
    sheet.write_number(1, 7, 0.1).unwrap();
    sheet.write_number_with_format(1, 8, 1.5, &format("[h]:mm:ss")).unwrap();
    check(
        &mut book,
        "电话 | 邮编 | 日期 | 时刻 | 时间 | 率 | 身份证 | 小数 | 时长
         2: #13800138000 | 001234 | D2023-03-15 | M2023-03-15 00:00:00 | T18:00:00 | #0.125 | 440301199001011234 | #0.1 | 36:00:00",
    );
    assert_eq!(decimal(0.1).unwrap().to_string(), "0.1");
    assert_eq!(decimal(1e300), None);
}

#[test]
fn number_formats_say_what_a_serial_number_is() {
    for (code, kind) in [
        ("General", Kind::Unknown),
        ("yyyy-mm-dd", Kind::Date),
        ("m/d/yy h:mm", Kind::DateTime),
        ("[$-804]yyyy\"年\"m\"月\"d\"日\" hh\"时\"", Kind::DateTime),
        ("mm:ss", Kind::Time),
        ("mmm-yy", Kind::Date),
        ("上午/下午h\"时\"mm\"分\"", Kind::Time),
        ("00000", Kind::Zeros(5)),
        ("0", Kind::Unknown),
        ("0.00%", Kind::Unknown),
        ("#,##0.00\"days\"", Kind::Unknown),
    ] {
        assert_eq!(Kind::of(code), kind, "{code}");
    }
}

#[test]
fn merged_headers_are_joined() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 4, "客户名单", &plain).unwrap();
    sheet.merge_range(1, 0, 2, 0, "客户", &plain).unwrap();
    sheet.merge_range(1, 1, 1, 2, "联系方式", &plain).unwrap();
    sheet.merge_range(1, 3, 1, 4, "金额", &plain).unwrap();
    for (column, label) in [(1, "电话"), (2, "邮箱"), (3, "本年"), (4, "上年")] {
        sheet.write_string(2, column, label).unwrap();
    }
    for (column, value) in ["甲", "138", "a@b", "1", "2"].iter().enumerate() {
        sheet.write_string(3, column as u16, *value).unwrap();
    }
    check(&mut book, "客户 | 联系方式/电话 | 联系方式/邮箱 | 金额/本年 | 金额/上年\n4: 甲 | 138 | a@b | 1 | 2");
    let seen = inspect(saved(&mut book).path(), &Choice::default()).unwrap();
    assert_eq!((seen.header_row, seen.header_rows), (Some(2), 2));
}

#[test]
fn a_sheet_is_chosen_and_the_first_with_anything_in_it_is_read() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("空").unwrap();
    let hidden = book.add_worksheet().set_name("藏").unwrap();
    hidden.set_hidden(true);
    hidden.write_string(0, 0, "x").unwrap();
    for name in ["甲", "乙"] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.write_string(0, 0, format!("{name}名")).unwrap();
        sheet.write_number(1, 0, 1.0).unwrap();
    }
    let file = saved(&mut book);
    let seen = inspect(file.path(), &Choice::default()).unwrap();
    assert_eq!(seen.sheet, "甲");
    assert_eq!(seen.sheets.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>(), ["空", "甲", "乙", "藏"]);
    assert_eq!((seen.sheets[1].rows, seen.sheets[1].columns), (2, 1));
    let choice = |name: &str| Choice { sheet: Some(name.to_owned()), ..Choice::default() };
    assert_eq!(table(file.path(), &choice("乙")).trim(), "乙名\n2: #1");
    assert!(table(file.path(), &choice("丙")).contains("there is no sheet “丙”"));
}

#[test]
fn a_cell_far_out_costs_nothing() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "a").unwrap();
    sheet.write_number(1, 0, 1.0).unwrap();
    sheet.write_number(1_048_575, 16_383, 1.0).unwrap();
    check(&mut book, "a\n2: #1\nrows[1048576] bad_format");
}

#[test]
fn more_rows_than_a_sheet_has_go_on_the_next_one() {
    let mut book = Xlsx::new("很长:的/名字", &["n"]).unwrap();
    assert_eq!(book.most, 1_048_575);
    book.most = 1_000;
    for n in 0..2_001u64 {
        book.row(&[kehub_model::Cell::Number(n.into())]).unwrap();
    }
    let mut file = NamedTempFile::new().unwrap();
    let written = book.finish(file.as_file_mut()).unwrap();
    assert_eq!((written.rows, written.sheets, written.cut), (2_001, 3, 0));
    let choice = Choice { sheet: Some("很长的名字 3".to_owned()), ..Choice::default() };
    assert_eq!(table(file.path(), &choice).trim(), "n\n2: #2000");
}

#[test]
fn a_zip_without_a_workbook_is_named_as_one() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("a.csv", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, b"a,b").unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    assert!(table(file(&bytes).path(), &Choice::default()).contains("zip archive"));
}
