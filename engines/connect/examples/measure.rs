//! Measures reading and writing: `measure make FILE ROWS`, `measure here FILE`, `measure child FILE`, `measure look FILE`.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::time::Instant;

use kehub_connect::files::child::{ARGUMENT, Reader, serve};
use kehub_connect::files::write::{Csv, Xlsx};
use kehub_connect::files::{Choice, Rows, inspect, rows};
use kehub_model::Cell;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let begun = Instant::now();
    let program = std::env::current_exe().expect("a running program has a path");
    match words[..] {
        [ARGUMENT] => return serve().expect("the parent listens"),
        ["make", path, count] => make(path, count.parse().expect("a number of rows")),
        ["look", path] => println!("{:#?}", inspect(Path::new(path), &Choice::default())),
        ["here", path] => count(rows(Path::new(path), &Choice::default()).expect("a readable file")),
        ["child", path] => count(Reader::new(program).open(Path::new(path), &Choice::default()).expect("readable")),
        ["child-look", path] => {
            println!("{:?}", Reader::new(program).inspect(Path::new(path), &Choice::default()).map(|i| i.sheets));
        }
        _ => println!("measure make|look|here|child|child-look FILE [ROWS]"),
    }
    println!("{:.2} s", begun.elapsed().as_secs_f64());
}

fn count(rows: Rows) {
    let (mut good, mut bad, mut cells) = (0u64, 0u64, 0u64);
    for row in rows {
        match row {
            Ok(row) => {
                good += 1;
                cells += row.cells.iter().filter(|cell| !cell.is_blank()).count() as u64;
            }
            Err(problem) => {
                bad += 1;
                if bad < 10 {
                    println!("{problem}");
                }
            }
        }
    }
    println!("{good} rows, {bad} with problems, {cells} cells");
}

/// Ten columns as an import has them.
fn row(n: u64) -> Vec<Cell> {
    let date = chrono::NaiveDate::from_ymd_opt(2020, 1, 1).expect("a day") + chrono::Days::new(n % 2_000);
    vec![
        Cell::Text(format!("客户有限公司{n}")),
        Cell::Text(format!("138{:08}", n % 100_000_000)),
        Cell::Text(format!("person{n}@example.com")),
        Cell::Number(rust_decimal::Decimal::new(i64::try_from(n * 37 % 10_000_000).unwrap_or(0), 2)),
        Cell::Date(date),
        Cell::Text(["北京市", "上海市", "广东省"][(n % 3) as usize].to_owned()),
        Cell::Bool(n.is_multiple_of(2)),
        Cell::Number(n.into()),
        Cell::Text(format!("备注 {}", n % 100)),
        Cell::Empty,
    ]
}

fn make(path: &str, rows: u64) {
    let labels = ["公司", "电话", "邮箱", "金额", "日期", "省份", "有效", "编号", "备注", "空"];
    let out = BufWriter::new(File::create(path).expect("a place to write"));
    if path.ends_with(".xlsx") {
        let mut file = Xlsx::new("客户", &labels).expect("a sheet");
        for n in 0..rows {
            file.row(&row(n)).expect("a row");
        }
        println!("{:?}", file.finish(out).expect("a file"));
    } else {
        let mut file = Csv::new(out, &labels).expect("a file");
        for n in 0..rows {
            file.row(&row(n)).expect("a row");
        }
        file.finish().expect("a file");
    }
}
