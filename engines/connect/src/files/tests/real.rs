//! Real and famous troublesome files, read where they are at hand.

use std::path::Path;

use kehub_model::Cell;

use super::{Choice, rows, shared};

/// Columns, then rows as text; a row with a problem as the problem's code.
fn cells_of(path: &Path, choice: &Choice) -> Option<Vec<Vec<String>>> {
    let rows = rows(path, choice).ok()?;
    let mut all = vec![rows.columns.clone()];
    for row in rows {
        all.push(match row {
            Ok(row) => row.cells.iter().map(Cell::text).collect(),
            Err(problem) => vec![problem.code.to_string()],
        });
    }
    Some(all)
}

#[test]
fn csv_spectrum_is_read_as_its_json_says() {
    let Some(folder) = shared() else { return };
    let folder = folder.join("i_csv_spectrum");
    for entry in folder.join("csvs").read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let json = std::fs::read(folder.join(format!("json/{name}.json"))).unwrap();
        let truth: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let truth = if truth.is_array() { truth } else { serde_json::json!([truth]) };
        let truth: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_value(truth).unwrap();
        let found = cells_of(&path, &Choice::default()).unwrap_or_else(|| panic!("{name}"));
        let columns = &found[0];
        assert_eq!(found.len() - 1, truth.len(), "{name}");
        for (row, object) in found[1..].iter().zip(&truth) {
            let keys: Vec<&str> = object.keys().map(String::as_str).collect();
            assert_eq!(columns.iter().map(String::as_str).collect::<Vec<_>>(), keys, "{name}");
            for (cell, value) in row.iter().zip(object.values()) {
                let value = value.as_str().unwrap();
                // One truth has another phone number than its file.
                let other = name == "location_coordinates" && value == "1234567890";
                // Line ends within cells stay as they are; the truth of the CRLF file has lost its CRs.
                assert!(
                    other || cell.replace("\r\n", "\n") == value.replace("\r\n", "\n"),
                    "{name}: {cell:?} {value:?}"
                );
            }
        }
    }
}

/// Pollock: a file reads as the cleaned one does. The share is a measure, and a floor under it.
#[test]
fn most_of_pollock_reads_as_its_cleaned_files() {
    let Some(folder) = shared() else { return };
    let folder = folder.join("i_pollock_dev");
    let (mut all, mut same, mut same_data) = (0, 0, 0);
    for entry in folder.join("csv").read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let clean = folder.join("clean").join(&name);
        let text = String::from_utf8_lossy(&std::fs::read(&clean).unwrap()).into_owned();
        let parameters = std::fs::read(folder.join(format!("parameters/{name}_parameters.json"))).unwrap();
        let parameters: serde_json::Value = serde_json::from_slice(&parameters).unwrap();
        // A file without a header has one of numbers in its cleaned form, mostly.
        let headless = parameters["header_lines"] == "0" && !text.starts_with("col_0");
        let choice = Choice {
            delimiter: Some(','),
            header_row: Some(u32::from(!headless)),
            encoding: Some("utf-8".to_owned()),
            ..Choice::default()
        };
        let truth = cells_of(&clean, &choice);
        let found = cells_of(&path, &Choice::default());
        all += 1;
        let tidy = |cells: &Vec<Vec<String>>, header: bool| -> Vec<Vec<String>> {
            let numbered = cells[0][0] == "col_0" || cells[0][0] == "列1";
            let rows = cells.iter().skip(usize::from(!header || numbered));
            let cell = |cell: &String| cell.trim().replace('/', " ").split_whitespace().collect::<Vec<_>>().join(" ");
            let mut rows: Vec<Vec<String>> = rows.map(|row| row.iter().map(cell).collect()).collect();
            for row in &mut rows {
                while row.last().is_some_and(String::is_empty) {
                    row.pop();
                }
            }
            rows
        };
        let (Some(truth), Some(found)) = (truth, found) else {
            println!("unread: {name}");
            continue;
        };
        let whole = tidy(&truth, true) == tidy(&found, true);
        let data = tidy(&truth, false) == tidy(&found, false);
        same += usize::from(whole);
        same_data += usize::from(data);
        if !whole {
            let (truth, found) = (tidy(&truth, true), tidy(&found, true));
            let at = truth.iter().zip(&found).position(|(a, b)| a != b);
            println!("{name}: data {data}, {} rows and {}, first at {at:?}", truth.len(), found.len());
            if let Some(at) = at {
                println!("   {:.200}\n   {:.200}", format!("{:?}", truth[at]), format!("{:?}", found[at]));
            }
        }
    }
    println!("pollock: {same} of {all} exactly, {same_data} in their data");
    assert!(same_data * 100 >= all * 80, "{same_data} of {all}");
}
