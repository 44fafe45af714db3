//! Measures imports: `import ROWS [FOLDER]` makes a file of so many rows and imports it, again, changed, and undoes it. On SQLite, or on
//! PostgreSQL when `KEHUB_TEST_POSTGRES` says where.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use kehub_connect::files::child::{ARGUMENT, Reader, serve};
use kehub_connect::http::{Console, Imports};
use kehub_db::{Db, Target, WallClock, fill_random};
use kehub_model::history::undo::Choice;
use kehub_model::object::ObjectDef;
use kehub_model::schema::Edit;
use kehub_model::{Actor, Problems};
use kehub_records::Records;
use serde_json::json;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == ARGUMENT) {
        return serve().expect("the parent listens");
    }
    let rows = arguments.first().and_then(|rows| rows.parse().ok()).unwrap_or(100_000);
    let folder = arguments.get(1).map_or_else(|| std::env::temp_dir().join("kehub-import"), PathBuf::from);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure(rows, &folder));
}

async fn measure(rows: usize, folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).expect("a folder");
    let target = match std::env::var("KEHUB_TEST_POSTGRES") {
        Ok(url) => {
            let mut bytes = [0; 8];
            fill_random(&mut bytes);
            Target::Postgres { url, schema: format!("t{:x}", u64::from_le_bytes(bytes)) }
        }
        Err(_) => Target::File(folder.join("kehub.db")),
    };
    let clock = Arc::new(WallClock { offset: chrono::Duration::zero() });
    let db = Db::open(&target, clock).await.expect("a database");
    let records = Records::open(db).await.expect("records");
    let boss = Arc::new(Actor::console());
    let mut problems = Problems::new();
    let objects = [
        json!({"key": "maker", "label": "Maker", "fields": [{"key": "name", "type": "text", "label": "Name", "unique": true}]}),
        json!({"key": "thing", "label": "Thing", "fields": [
            {"key": "name", "type": "text", "label": "Name"}, {"key": "sku", "type": "text", "label": "SKU", "unique": true},
            {"key": "price", "type": "money", "label": "Price"}, {"key": "made", "type": "date", "label": "Made"},
            {"key": "color", "type": "choice", "label": "Colour", "options": ["red", "green", "blue"]},
            {"key": "phone", "type": "phone", "label": "Phone"}, {"key": "email", "type": "email", "label": "Mail"},
            {"key": "maker", "type": "link", "label": "Maker", "to": "maker"}]}),
    ];
    let edits = objects.iter().filter_map(|json| ObjectDef::from_json(json, "", &mut problems));
    let edits = edits.map(|def| Edit::Put { def, solution: String::new() }).collect();
    records.publish(&boss, edits).await.expect("published");
    let program = std::env::current_exe().expect("a running program has a path");
    let imports = Imports::new(records, folder.join("imports"), Some(Reader::new(program)));
    let map = "columns: {Maker: {field: maker, create_missing: true}}".to_owned();
    let mut last = None;
    for (what, salt) in [("new", 0), ("same", 0), ("changed", 1)] {
        let file = folder.join("things.csv");
        make(&file, rows, salt);
        for dry_run in [true, false] {
            let begun = Instant::now();
            let console = Console {
                object: "thing".to_owned(),
                file: file.clone(),
                map: Some(map.clone()),
                dry_run,
                ..Console::default()
            };
            let summary = imports.import(&boss, console).await.expect("an import");
            let seconds = begun.elapsed().as_secs_f64();
            let run = if dry_run { "dry run" } else { "run" };
            println!(
                "{what:8} {run:8} {seconds:7.1} s {:8.0} rows/s {:?} {}",
                rows as f64 / seconds,
                summary.counts,
                memory()
            );
            println!("{:?}", summary.problems);
            last = Some(summary.import);
        }
    }
    if let Some(id) = last {
        let begun = Instant::now();
        let mut told = imports.undo(&boss, id, false, Choice::Refuse).await.expect("undone");
        while told["state"] == "done" {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            told = imports.get(&boss, id).await.expect("a job");
        }
        println!("undone in {:.1} s {}", begun.elapsed().as_secs_f64(), memory());
    }
}

fn make(path: &Path, rows: usize, salt: usize) {
    let mut out = BufWriter::new(std::fs::File::create(path).expect("a file"));
    writeln!(out, "Name,SKU,Price,Made,Colour,Phone,Mail,Maker").expect("written");
    for n in 0..rows {
        let color = ["red", "green", "blue"][n % 3];
        let (day, maker) = (n % 28 + 1, n % 1_000);
        writeln!(
            out,
            "Thing {n},S{n:08},{}.25,2026-01-{day:02},{color},138{:08},a{n}@example.com,Maker {maker}",
            n % 1_000 + salt,
            n % 100_000_000
        )
        .expect("written");
    }
}

/// The most memory this process has used.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default().to_owned()
}
