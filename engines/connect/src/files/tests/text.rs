//! Separated text: encodings, delimiters, quotes, line ends, and what is reported of spoiled rows.

use encoding_rs::{BIG5, Encoding, GB18030, WINDOWS_1252};
use kehub_model::Language;

use super::{Choice, check, check_with, file, inspect, look, rows, table};
use crate::files::{Kind, Sure};

const CHINESE: &str = "客户名称,电话,金额\n上海某某有限公司,02112345678,12.50\n北京贸易公司,13800138000,7\n";

fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    encoding.encode(text).0.into_owned()
}

#[test]
fn the_encoding_is_found() {
    let wide: Vec<u8> = CHINESE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let broad: Vec<u8> = CHINESE.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let rare = "姓名,城市\n㐀䶵,𠀀𪚥\n张三,上海\n";
    let taiwan = "客戶名稱,電話,地址\n臺灣積體電路製造股份有限公司,0212345678,臺北市中正區重慶南路一段\n";
    let western = "Name;Stadt\nMüller;Köln\nJosé;São Paulo\n";
    let cases: Vec<(Vec<u8>, &str, &str)> = vec![
        (CHINESE.as_bytes().to_vec(), "UTF-8", "客户名称"),
        ([b"\xef\xbb\xbf", CHINESE.as_bytes()].concat(), "UTF-8", "客户名称"),
        (encoded(CHINESE, GB18030), "gb18030", "客户名称"),
        (encoded(rare, GB18030), "gb18030", "姓名"),
        (wide.clone(), "UTF-16LE", "客户名称"),
        ([b"\xff\xfe", wide.as_slice()].concat(), "UTF-16LE", "客户名称"),
        ([b"\xfe\xff", broad.as_slice()].concat(), "UTF-16BE", "客户名称"),
        (broad, "UTF-16BE", "客户名称"),
        (encoded(taiwan, BIG5), "Big5", "客戶名稱"),
        (encoded(western, WINDOWS_1252), "windows-1252", "Name"),
        (b"a,b\n1,2\n".to_vec(), "UTF-8", "a"),
    ];
    for (bytes, name, column) in cases {
        let seen = look(&bytes);
        assert_eq!(seen.encoding.unwrap().name, name, "{column}");
        assert_eq!(seen.columns[0], column, "{name}");
        assert!(seen.bad_rows.is_empty(), "{name}");
        assert_eq!(seen.kind, Kind::Csv);
    }
}

#[test]
fn a_chosen_encoding_is_believed() {
    let choice = Choice { encoding: Some("gbk".to_owned()), ..Choice::default() };
    check_with(&encoded("名称,b\n张三,2\n", GB18030), &choice, "名称 | b\n2: 张三 | 2");
    let choice = Choice { encoding: Some("klingon".to_owned()), ..Choice::default() };
    assert!(table(file(b"a,b\n").path(), &choice).contains("klingon"));
}

#[test]
fn spoiled_bytes_are_a_problem_of_their_row_and_never_replaced() {
    let mut bytes = "姓名,城市\n张三,上海\n".as_bytes().to_vec();
    bytes.extend_from_slice(b"\xc0\xc1,x\n");
    bytes.extend_from_slice("李四,北京\n".as_bytes());
    check(&bytes, "姓名 | 城市\n2: 张三 | 上海\nrows[3] bad_encoding\n4: 李四 | 北京");
    let seen = look(&bytes);
    assert_eq!(seen.bad_rows, [3]);
    assert_eq!(seen.encoding.unwrap().sure, Sure::Likely);
    let problem = rows(file(&bytes).path(), &Choice::default()).unwrap().find_map(Result::err).unwrap();
    assert_eq!(problem.message(Language::Zh), "第 3 行有无法按 UTF-8 识别的字节");
    // The same in GB18030: a first byte without its second.
    let mut bytes = encoded("姓名,城市\n张三,上海\n王五,广州\n赵六,深圳\n", GB18030);
    bytes.extend_from_slice(b"\x81,x\n");
    let choice = Choice { encoding: Some("gb18030".to_owned()), ..Choice::default() };
    assert!(table(file(&bytes).path(), &choice).ends_with("rows[5] bad_encoding"));
}

#[test]
fn the_delimiter_is_found() {
    for (delimiter, text) in [
        (Some(','), "a,b,c\n1,x y,3\n4,z;w,6\n"),
        (Some(';'), "name;price;n\nA;1,5;2,3\nB;2,5;4\n"),
        (Some('\t'), "name\tprice\nA, B\t1,5\nC\t2\n"),
        (Some('|'), "name|price\nA, B|1,5\nC|2\n"),
        (Some(' '), "id    date      n\n00004 19970101  1\n00021 19970118  12\n"),
        (Some(';'), "sep=;\na,b;c\n1;2\n"),
        (None, "公司\n上海某某公司\nA, B 公司\n某某厂\n"),
        (Some('；'), "名称；金额\n甲；1\n乙；2\n"),
    ] {
        assert_eq!(look(text.as_bytes()).delimiter, delimiter, "{text}");
    }
    check(b"sep=;\na;b\n1;2", "a | b\n3: 1 | 2");
    check(b"id  n\n00004 1\n 00021  12 \n", "id | n\n2: 00004 | 1\n3: 00021 | 12");
    let choice = Choice { delimiter: Some(':'), ..Choice::default() };
    check_with(b"a:b,c\n1:2,3\n", &choice, "a | b,c\n2: 1 | 2,3");
}

#[test]
fn quotes_hold_delimiters_line_ends_and_quotes() {
    check(b"a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"1\n2\",3\n4,5\n", "a | b\n2: x,y | say \"hi\"\n3: 1⏎2 | 3\n5: 4 | 5");
    check(b"a,b\n1,'x'\n'y, z','w'\n'u',2", "a | b\n2: 1 | x\n3: y, z | w\n4: u | 2");
    check(b"a, b\n1, \"x, y\"\n2, \"z\"\n", "a | b\n2: 1 | x, y\n3: 2 | z");
    check(b"a,b\n1,\"x\\\"y\"\n2,\"z\"\n", "a | b\n2: 1 | x\"y\n3: 2 | z");
    check("a,b\n37°36'37.8\"N,121°2'17.9\"W\n".as_bytes(), "a | b\n2: 37°36'37.8\"N | 121°2'17.9\"W");
    check(b"a,b\n\"he said \"no\" twice\",2\n", "a | b\n2: he said \"no\" twice | 2");
}

#[test]
fn broken_quotes_are_reported_and_the_rest_is_read() {
    check(b"a,b\n1,2\n\"3,4\n5,6\n", "a | b\n2: 1 | 2\nrows[3] bad_format\n4: 5 | 6");
    check(b"a,b\n\"x\"y,2\n3,4\n", "a | b\nrows[2] bad_format\n3: 3 | 4");
    let mut text = b"a,b\n1,\"open\n".to_vec();
    text.extend(b"2,\"x y\n".repeat(300_000));
    let found = rows(file(&text).path(), &Choice { delimiter: Some(','), ..Choice::default() }).unwrap();
    assert_eq!(found.filter(Result::is_err).count(), 300_001);
}

#[test]
fn every_line_end_will_do() {
    for end in ["\n", "\r\n", "\r", "\r\r\n"] {
        let text = ["a,b", "1,\"x y\"", "", "3,4", ""].join(end);
        check(text.as_bytes(), "a | b\n2: 1 | x y\n4: 3 | 4");
    }
    check(b"a,b\n1,x\ry\n2,3\n4,5\n", "a | b\n2: 1 | x␍y\n3: 2 | 3\n4: 4 | 5");
    check(b"a,b\n1,2", "a | b\n2: 1 | 2");
}

#[test]
fn short_rows_are_filled_and_long_ones_reported() {
    check(
        b"a,b,c\n1,2\n1,2,3,,\n1,2,3,4\n,,\n\n5,6,7\n8,9,0\n",
        "a | b | c\n2: 1 | 2 | ∅\n3: 1 | 2 | 3\nrows[4] bad_format\n7: 5 | 6 | 7\n8: 8 | 9 | 0",
    );
    check(b"a,b,,\n1,2,,\n3,4,,\n", "a | b\n2: 1 | 2\n3: 3 | 4");
}

#[test]
fn wide_files_are_read_to_five_thousand_columns() {
    let line = |cell: &str, count: usize| vec![cell; count].join(",") + "\n";
    let seen = look([line("a", 5_000), line("1", 5_000)].concat().as_bytes());
    assert_eq!((seen.columns.len(), seen.rows[1].cells.len()), (5_000, 5_000));
    let bytes = [line("a", 3), line("1", 3), line("1", 5_001), line("1", 3)].concat();
    check(bytes.as_bytes(), "a | a (2) | a (3)\n2: 1 | 1 | 1\nrows[3] bad_format\n4: 1 | 1 | 1");
}

#[test]
fn what_is_not_a_table_is_refused_with_a_hint() {
    for (bytes, hint) in [
        (b"".as_slice(), "no data"),
        (b"\n\n  \n", "no data"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "HTML"),
        (
            b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>",
            "Excel 2003 XML",
        ),
        (b"\x00\x01\x02\x00\x00\x03binary\xff\xfe\x00\x00", "binary"),
        (b"PK\x03\x04 cut off", "damaged"),
    ] {
        let problem = inspect(file(bytes).path(), &Choice::default()).unwrap_err();
        assert_eq!(problem.code, kehub_model::Code::BadFile);
        assert!(problem.message(Language::En).contains(hint), "{problem}");
    }
}
