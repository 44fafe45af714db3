//! Where the header is and what the columns are called.

use super::{Choice, check, check_with, file, look, table};

#[test]
fn titles_notes_and_blank_rows_above_the_header_are_skipped() {
    let text = "2024 年客户名单,,\n制表人：张三,,2024-01-05\n\n客户,电话,城市\n甲,138,上海\n乙,139,北京\n丙,137,广州\n";
    let seen = look(text.as_bytes());
    assert_eq!((seen.header_row, seen.header_rows), (Some(4), 1));
    assert_eq!(seen.data().count(), 3);
    assert_eq!(seen.rows.len(), 6);
    check(text.as_bytes(), "客户 | 电话 | 城市\n5: 甲 | 138 | 上海\n6: 乙 | 139 | 北京\n7: 丙 | 137 | 广州");
}

#[test]
fn group_labels_are_joined_to_the_labels_below() {
    let text = "客户,联系方式,,金额,\n,电话,邮箱,本年,上年\n甲,138,a@b,1,2\n乙,139,c@d,3,4\n";
    check(
        text.as_bytes(),
        "客户 | 联系方式/电话 | 联系方式/邮箱 | 金额/本年 | 金额/上年\n3: 甲 | 138 | a@b | 1 | 2\n4: 乙 | 139 | c@d | 3 | 4",
    );
}

#[test]
fn names_are_unique_and_never_empty() {
    let text = " 名称 ,名称,,名称 (2),\"两\n行\"\n甲,乙,1,2,3\n丙,丁,4,5,6\n";
    assert_eq!(look(text.as_bytes()).columns, ["名称", "名称 (3)", "列3", "名称 (2)", "两 行"]);
}

#[test]
fn a_file_without_a_header_has_none() {
    let text = "1,张三,13800138000\n2,李四,13900139000\n3,王五,13700137000\n";
    let seen = look(text.as_bytes());
    assert_eq!((seen.header_row, seen.data().count()), (None, 3));
    assert_eq!(seen.columns, ["列1", "列2", "列3"]);
    assert_eq!(look("地区,2022,2023\n华东,10,12\n华北,8,9\n".as_bytes()).header_row, Some(1));
    assert_eq!(look("姓名,电话\n".as_bytes()).header_row, Some(1));
    assert_eq!(look("姓名,城市\n张三,上海\n".as_bytes()).header_row, Some(1));
}

#[test]
fn a_chosen_header_row_is_obeyed() {
    let text = "x,y\na,b\n1,2\n";
    let choice = |row| Choice { header_row: Some(row), ..Choice::default() };
    check_with(text.as_bytes(), &choice(2), "a | b\n3: 1 | 2");
    check_with(text.as_bytes(), &choice(0), "列1 | 列2\n1: x | y\n2: a | b\n3: 1 | 2");
    assert!(table(file(text.as_bytes()).path(), &choice(9)).contains("row 9 cannot be the header"));
    let deep = format!("{}a,b\n1,2\n", "note,\n".repeat(400));
    check_with(deep.as_bytes(), &choice(401), "a | b\n402: 1 | 2");
}
