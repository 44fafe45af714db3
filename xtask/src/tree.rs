//! The project's files as they stand in its folder, read once and looked at by every rule.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders that hold what tools make, not what people write.
const NOT_OURS: &[&str] =
    &[".git", "target", "node_modules", "dist", "kehub-data", "kehub-data.new", ".vite", ".idea", ".vscode"];

/// What people write here.
const KINDS: &[&str] = &["rs", "ts", "tsx", "mjs", "md", "toml", "yaml", "yml", "json", "sql", "sh", "css", "html"];

/// Files without such an ending that people write too.
const NAMED: &[&str] = &["Makefile", ".ci/run"];

pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    pub(crate) files: Vec<File>,
}

pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    is_declared_test: bool,
}

impl File {
    /// `rs`, `ts`, …; empty for a file without.
    pub(crate) fn kind(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, kind)| kind)
    }

    /// The last part of its path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether a tool wrote it; its first lines say so.
    pub(crate) fn is_generated(&self) -> bool {
        self.text.lines().take(5).any(|line| line.contains("@generated"))
    }

    /// Whether the whole file is for tests only: by its place or name, or because its module is declared so.
    pub(crate) fn is_test(&self) -> bool {
        let name = self.name();
        let by_name = name == "tests.rs" || name.ends_with("_tests.rs") || name.contains(".test.");
        let by_place = self.path.split('/').any(|part| matches!(part, "tests" | "e2e" | "testkit" | "benches"));
        by_name || by_place || self.is_declared_test
    }
}

/// The workspace's folder. Asked at run time: a build folder shared between two clones may hold a program built for the other.
pub(crate) fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let above = package.and_then(|folder| folder.parent().map(Path::to_owned));
    above.or_else(|| std::env::current_dir().ok()).unwrap_or_default()
}

impl Tree {
    pub(crate) fn read(root: &Path) -> Result<Tree> {
        let mut tree = Tree { root: root.to_owned(), files: Vec::new() };
        tree.enter(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        let tests: Vec<String> = tree.files.iter().flat_map(test_modules).collect();
        for file in &mut tree.files {
            let stem = file.path.trim_end_matches(".rs");
            file.is_declared_test = tests.iter().any(|test| stem == test || stem.starts_with(&format!("{test}/")));
        }
        Ok(tree)
    }

    fn enter(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() && !NOT_OURS.contains(&name.as_str()) {
                self.enter(&entry.path(), &format!("{path}/"))?;
            }
            let ours =
                name.rsplit_once('.').is_some_and(|(_, kind)| KINDS.contains(&kind)) || NAMED.contains(&path.as_str());
            if kind.is_file() && ours {
                let bytes = fs::read(entry.path()).with_context(|| format!("cannot read {path}"))?;
                self.files.push(File {
                    path,
                    text: String::from_utf8_lossy(&bytes).into_owned(),
                    is_declared_test: false,
                });
            }
        }
        Ok(())
    }

    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The files below a folder, `crates/` for instance.
    pub(crate) fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| file.path.starts_with(folder))
    }
}

/// The modules a file declares for tests only (`#[cfg(test)] mod samples;`), as paths without ending.
fn test_modules(file: &File) -> Vec<String> {
    let Some(stem) = file.path.strip_suffix(".rs") else { return Vec::new() };
    let folder = match stem.rsplit_once('/') {
        Some((folder, "mod" | "lib" | "main")) => folder,
        _ => stem,
    };
    let lines = file.text.lines().zip(file.text.lines().skip(1));
    lines
        .filter(|(first, _)| first.trim() == "#[cfg(test)]")
        .filter_map(|(_, second)| second.trim().strip_suffix(';')?.rsplit_once("mod ").map(|(_, name)| name))
        .map(|name| format!("{folder}/{name}"))
        .collect()
}
