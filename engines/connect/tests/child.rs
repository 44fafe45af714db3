//! Reading in a child process: this executable is parent and child, and its own test runner.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kehub_connect::files::child::{ARGUMENT, Limits, Reader, serve};
use kehub_connect::files::write::Csv;
use kehub_connect::files::{Choice, inspect, rows};
use kehub_model::{Cell, Code, Language, Problem};

fn main() {
    let argument = std::env::args().nth(1);
    match argument.as_deref() {
        Some(ARGUMENT) => return serve().unwrap(),
        // What a parser may do at worst.
        Some("abort") => std::process::abort(),
        Some("babble") => return println!("no frame at all, but a lot of text that goes on"),
        // A runner that asks for a list wants no test to run.
        Some("--list") => return,
        _ => {}
    }
    let tests: [(&str, fn()); 8] = [
        ("a_child_reads_what_its_parent_would", a_child_reads_what_its_parent_would),
        ("problems_of_rows_come_through", problems_of_rows_come_through),
        ("too_little_memory_is_a_problem_and_not_the_end", too_little_memory_is_a_problem_and_not_the_end),
        ("a_child_that_dies_is_a_problem", a_child_that_dies_is_a_problem),
        ("a_child_that_takes_too_long_is_ended", a_child_that_takes_too_long_is_ended),
        ("rows_may_be_dropped_early", rows_may_be_dropped_early),
        ("a_workbook_of_blanks_that_unpacks_to_gigabytes_is_refused", a_workbook_of_blanks_is_refused),
        ("every_real_file_is_rows_or_a_problem", every_real_file_is_rows_or_a_problem),
    ];
    let wanted = argument.filter(|word| !word.starts_with('-')).unwrap_or_default();
    for (name, test) in tests.iter().filter(|(name, _)| name.contains(&wanted)) {
        let begun = Instant::now();
        test();
        println!("test {name} ... ok ({:.1} s)", begun.elapsed().as_secs_f64());
    }
}

fn reader() -> Reader {
    Reader::new(std::env::current_exe().unwrap())
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn csv(folder: &Path, count: u64) -> PathBuf {
    let path = folder.join("a.csv");
    let mut csv = Csv::new(std::io::BufWriter::new(File::create(&path).unwrap()), &["名称", "n"]).unwrap();
    for n in 0..count {
        csv.row(&[Cell::Text(format!("客户{n}")), Cell::Number(n.into())]).unwrap();
    }
    csv.finish().unwrap();
    path
}

fn hint(problem: &Problem) -> String {
    assert_eq!(problem.code, Code::BadFile);
    problem.message(Language::En)
}

fn a_child_reads_what_its_parent_would() {
    let folder = folder();
    let path = csv(folder.path(), 25_000);
    let choice = Choice::default();
    let child = reader().open(&path, &choice).unwrap();
    assert_eq!(child.columns, ["名称", "n"]);
    let child: Vec<_> = child.map(Result::unwrap).collect();
    let here: Vec<_> = rows(&path, &choice).unwrap().map(Result::unwrap).collect();
    assert_eq!(child.len(), 25_000);
    assert!(child == here);
    assert_eq!(reader().inspect(&path, &choice), inspect(&path, &choice));
}

fn problems_of_rows_come_through() {
    let folder = folder();
    let path = folder.path().join("a.csv");
    File::create(&path).unwrap().write_all("名,b\n甲,2\n\u{ff},3,4\n乙,2\n丙,4\n".as_bytes()).unwrap();
    let read: Vec<_> = reader().open(&path, &Choice::default()).unwrap().collect();
    assert_eq!(read.len(), 4);
    assert_eq!(read[1].as_ref().unwrap_err().at, "rows[3]");
    let missing = reader().open(&folder.path().join("none"), &Choice::default()).err().unwrap();
    assert!(hint(&missing).contains("cannot be opened"));
}

fn too_little_memory_is_a_problem_and_not_the_end() {
    let folder = folder();
    let path = folder.path().join("long.csv");
    // One quoted cell of 6 MB needs several times that.
    File::create(&path).unwrap().write_all(format!("a,b\n\"{}\",2\n", "x".repeat(6 << 20)).as_bytes()).unwrap();
    let used = 12 << 20;
    let small = Reader { limits: Limits { memory_bytes: used, ..Limits::default() }, ..reader() };
    let end = small.open(&path, &Choice::default()).map(|rows| rows.filter_map(Result::err).next());
    let problem = end.unwrap_or_else(Some).unwrap();
    assert!(hint(&problem).contains("too large when unpacked"), "{problem}");
    assert_eq!(reader().open(&path, &Choice::default()).unwrap().filter_map(Result::ok).count(), 1);
}

fn a_child_that_dies_is_a_problem() {
    let folder = folder();
    let path = csv(folder.path(), 1);
    for word in ["abort", "babble"] {
        let dying = Reader { arguments: vec![word.to_owned()], ..reader() };
        hint(&dying.open(&path, &Choice::default()).err().unwrap());
        hint(&dying.inspect(&path, &Choice::default()).unwrap_err());
    }
    let nobody = Reader::new("/no/such/program");
    hint(&nobody.inspect(&path, &Choice::default()).unwrap_err());
}

fn a_child_that_takes_too_long_is_ended() {
    let folder = folder();
    let path = folder.path().join("a.csv");
    let lines = "客户,13800138000,\"北京市\",12.5\n".repeat(20_000);
    let mut file = File::create(&path).unwrap();
    for _ in 0..120 {
        file.write_all(lines.as_bytes()).unwrap();
    }
    let hasty = Reader { limits: Limits { cpu_seconds: 1, ..Limits::default() }, ..reader() };
    let end = hasty.open(&path, &Choice::default()).map(|rows| rows.last().unwrap());
    // A fast machine may be done in time; then there is nothing to see.
    if let Err(problem) = end.flatten() {
        assert!(hint(&problem).contains("takes too long"), "{problem}");
    }
}

fn rows_may_be_dropped_early() {
    let folder = folder();
    let path = csv(folder.path(), 20_000);
    for _ in 0..5 {
        assert!(reader().open(&path, &Choice::default()).unwrap().next().unwrap().is_ok());
        assert!(rows(&path, &Choice::default()).unwrap().next().unwrap().is_ok());
    }
}

/// A small zip whose list of texts claims and unpacks to far more than may be held.
fn a_workbook_of_blanks_is_refused() {
    let folder = folder();
    let path = folder.path().join("a.xlsx");
    let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("xl/workbook.xml", options).unwrap();
    zip.start_file("xl/sharedStrings.xml", options).unwrap();
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..201 {
        zip.write_all(&blanks).unwrap();
    }
    zip.finish().unwrap();
    assert!(hint(&reader().inspect(&path, &Choice::default()).unwrap_err()).contains("too large"));
}

fn every_real_file_is_rows_or_a_problem() {
    let shared = std::env::var_os("KEHUB_SHARED_DATA").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let sets = [
        "i_csv_spectrum/csvs",
        "i_pollock_dev/csv",
        "i_messytables_horror",
        "i_calamine",
        "i_exceljs",
        "i_janitor",
        "h_cn_companies",
        "h_tmall_orders",
        "d_ifood_campaign",
        "j_superstore",
        "f_rees46_events",
        "e_tickets_kaggle",
        "c_cdnow",
        "h_cn_company_short_names",
    ];
    for set in sets {
        let Ok(entries) = shared.join(set).read_dir() else { continue };
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
        paths.sort();
        for path in paths {
            let begun = Instant::now();
            let said = told(&path);
            assert!(begun.elapsed() < Duration::from_secs(20), "{} took {:?}", path.display(), begun.elapsed());
            let name = path.strip_prefix(&shared).unwrap().display().to_string();
            println!("{name}: {said} ({:.1} s)", begun.elapsed().as_secs_f64());
        }
    }
}

/// What came of a file, in a line.
fn told(path: &Path) -> String {
    let choice = Choice::default();
    let seen = match reader().inspect(path, &choice) {
        Ok(seen) => seen,
        Err(problem) => {
            hint(&problem);
            return problem.to_string();
        }
    };
    let encoding = seen.encoding.map_or(String::new(), |encoding| format!("{} {:?}", encoding.name, encoding.sure));
    let (mut good, mut bad) = (0, Vec::new());
    for row in reader().open(path, &choice).unwrap() {
        match row {
            Ok(row) => {
                assert_eq!(row.cells.len(), seen.columns.len());
                good += 1;
            }
            Err(problem) => bad.push(problem.to_string()),
        }
    }
    let columns = seen.columns.iter().take(4).map(String::as_str).collect::<Vec<_>>().join("|");
    let first = bad.first().map_or(String::new(), |problem| format!(" {} bad, first {problem}", bad.len()));
    format!(
        "{:?} {encoding} {:?} header {:?}+{} {} columns [{columns}] {good} rows{first}",
        seen.kind,
        seen.delimiter,
        seen.header_row,
        seen.header_rows,
        seen.columns.len()
    )
}
