//! Every source file says what it is in its first line.

use super::Complaint;
use crate::tree::{File, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    tree.files.iter().filter_map(check_file).collect()
}

fn check_file(file: &File) -> Option<Complaint> {
    let first = file.text.trim_start_matches('\u{feff}').lines().next().unwrap_or("");
    match file.kind() {
        "rs" if !first.starts_with("//! ") => {
            Some(Complaint::new(format!("{}:1", file.path), "the first line says what the file is: `//! …`"))
        }
        "ts" | "tsx" if file.path.starts_with("web/src/") && !is_comment(first) => {
            Some(Complaint::new(format!("{}:1", file.path), "the first line says what the file is: `// …`"))
        }
        _ => None,
    }
}

fn is_comment(line: &str) -> bool {
    (line.starts_with("//") || line.starts_with("/*")) && !line.starts_with("///")
}
