//! What a file is, by its content: names and types that came with it are not believed.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::Kind;
use super::trouble::Trouble;

/// The most that the parts of a workbook held in memory (texts, styles) may unpack to.
const MAX_HELD: u64 = 200 << 20;
/// The most one sheet may unpack to; it is read in passing.
const MAX_SHEET: u64 = 4 << 30;

/// Beginnings of documents that are neither workbooks nor separated text.
const FOREIGN: &[(&[u8], &str)] = &[
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "RAR"),
    (b"SQLite format 3", "SQLite"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
    (b"{\\rtf", "RTF"),
    (b"PAR1", "Parquet"),
    (b"\x09\x08\x08\x00", "Excel 3/4"),
    (b"\x09\x04\x06\x00", "Excel 4"),
    (b"\x09\x02\x06\x00", "Excel 3"),
    (b"\x09\x00\x04\x00", "Excel 2"),
];

pub(crate) fn of(path: &Path) -> Result<Kind, Trouble> {
    let mut file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(Trouble::Unreadable("not a file".to_owned()));
    }
    let mut start = Vec::with_capacity(8 << 10);
    file.by_ref().take(8 << 10).read_to_end(&mut start)?;
    if start.is_empty() {
        return Err(Trouble::Empty);
    }
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") || start.starts_with(b"PK\x07\x08") {
        return package(file);
    }
    if start.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return compound(file);
    }
    if let Some((_, name)) = FOREIGN.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Err(Trouble::Foreign((*name).to_owned()));
    }
    match markup(&start) {
        Some(name) => Err(Trouble::Foreign(name.to_owned())),
        None => Ok(Kind::Csv),
    }
}

/// Web pages and XML that are named .xls by many a system.
fn markup(start: &[u8]) -> Option<&'static str> {
    let text: String = start.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect();
    let text = text.trim_start_matches(['ï', '»', '¿', 'ÿ', 'þ']).trim_start().to_ascii_lowercase();
    if !text.starts_with('<') {
        return None;
    }
    if text.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return Some("Excel 2003 XML");
    }
    let page = ["<html", "<!doctype html", "<table", "<head", "<body"];
    if page.iter().any(|tag| text.contains(tag)) {
        return Some("HTML");
    }
    text.starts_with("<?xml").then_some("XML")
}

fn package(file: File) -> Result<Kind, Trouble> {
    let mut zip = zip::ZipArchive::new(file).map_err(|error| Trouble::Broken(error.to_string()))?;
    let mut kind = None;
    let mut foreign = None;
    let mut open_document = false;
    for n in 0..zip.len() {
        let part = zip.by_index_raw(n).map_err(|error| Trouble::Broken(error.to_string()))?;
        // Some systems write their package with backslashes and capital letters.
        let name = part.name().unwrap_or_default().replace('\\', "/").to_ascii_lowercase();
        if part.encrypted() {
            return Err(Trouble::Password);
        }
        let limit = if name.contains("worksheets/") || name == "content.xml" { MAX_SHEET } else { MAX_HELD };
        if part.size() > limit && (name.ends_with(".xml") || name.ends_with(".bin")) {
            return Err(Trouble::TooLarge(format!("{} MB", limit >> 20)));
        }
        let base = name.rsplit('/').next().unwrap_or_default();
        match base {
            _ if name.starts_with("word/") => foreign = Some("Word"),
            _ if name.starts_with("ppt/") => foreign = Some("PowerPoint"),
            _ if name.starts_with("index/") && name.ends_with(".iwa") => foreign = Some("Numbers"),
            "workbook.xml" => kind = Some(Kind::Xlsx),
            "workbook.bin" => kind = Some(Kind::Xlsb),
            "content.xml" if name == "content.xml" => open_document = true,
            _ => {}
        }
    }
    if let Some(name) = foreign {
        return Err(Trouble::Foreign(name.to_owned()));
    }
    // A workbook may call its parts anything; then its list of contents tells.
    let named = |zip: &mut zip::ZipArchive<File>, name: &str| {
        let mut text = String::new();
        let part = zip.by_name(name).ok()?;
        part.take(1 << 20).read_to_string(&mut text).ok()?;
        Some(text)
    };
    if kind.is_none()
        && !open_document
        && named(&mut zip, "[Content_Types].xml").is_some_and(|text| text.contains("spreadsheetml"))
    {
        kind = Some(Kind::Xlsx);
    }
    if open_document && kind.is_none() {
        if named(&mut zip, "META-INF/manifest.xml").is_some_and(|text| text.contains("encryption-data")) {
            return Err(Trouble::Password);
        }
        return match named(&mut zip, "mimetype") {
            Some(kind) if !kind.contains("spreadsheet") => Err(Trouble::Foreign("OpenDocument".to_owned())),
            _ => Ok(Kind::Ods),
        };
    }
    kind.ok_or(Trouble::Zip)
}

/// The old container: a BIFF workbook, an encrypted new one, or another Office document.
fn compound(mut file: File) -> Result<Kind, Trouble> {
    // The directory stands in a sector that the 48th byte names; its names are UTF-16.
    let mut head = [0u8; 512];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut head).map_err(|_| Trouble::Broken("cut off".to_owned()))?;
    let shift = u32::from(u16::from_le_bytes([head[30], head[31]])).min(16);
    let sector = u64::from(u32::from_le_bytes([head[48], head[49], head[50], head[51]]));
    let mut directory = Vec::new();
    file.seek(SeekFrom::Start((sector + 1) << shift))?;
    file.take(4 << 10).read_to_end(&mut directory)?;
    let holds = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(&directory, &wide).is_some()
    };
    if holds("EncryptedPackage") {
        return Err(Trouble::Password);
    }
    if holds("WordDocument") {
        return Err(Trouble::Foreign("Word".to_owned()));
    }
    if holds("PowerPoint Document") {
        return Err(Trouble::Foreign("PowerPoint".to_owned()));
    }
    Ok(Kind::Xls)
}
