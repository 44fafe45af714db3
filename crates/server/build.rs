//! Holds the built web and the shipped solutions in the binary. Neither needs to be there for it to be built.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("web.rs"), list(&root.join("web/dist"))?)?;
    fs::write(out.join("solutions.rs"), list(&root.join("solutions"))?)?;
    Ok(())
}

/// A Rust expression: path and content of every file below a folder, in order.
fn list(folder: &Path) -> Result<String, Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    walk(folder, &mut files)?;
    let mut named: Vec<(String, PathBuf)> = Vec::new();
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        if !name.starts_with('.') {
            named.push((name, file));
        }
    }
    named.sort();
    let mut text = String::from("&[");
    for (name, file) in named {
        write!(text, "({name:?}, include_bytes!({:?}) as &[u8]),", file.to_string_lossy())?;
    }
    text.push(']');
    Ok(text)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
