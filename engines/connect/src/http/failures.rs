//! The file of rows that stayed behind: their cells as they stood, and a column that says why.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use kehub_model::Cell;
use kehub_model::label::Language;

use crate::files::write::Csv;
use crate::store::Job;

pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join("failed.csv")
}

/// A file with nothing but its header.
pub(super) fn empty(path: &Path, job: &Job) -> io::Result<()> {
    let headings = job.body.look.as_ref().map(|look| look.headings()).unwrap_or_default();
    Failures::open(path, &headings, job.body.language, 0).map(drop)
}

/// The file while it is written, chunk by chunk.
pub(super) struct Failures {
    file: File,
    labels: Vec<String>,
    /// Bytes of the header: every piece begins with it and leaves it away.
    header: usize,
    pub(super) size: u64,
}

impl Failures {
    /// Opens the file cut to a size it once had, so that what was written after the last commit is written again.
    pub(super) fn open(path: &Path, headings: &[String], language: Language, size: u64) -> io::Result<Failures> {
        let reason = match language {
            Language::Zh => "失败原因",
            Language::En => "Reason",
        };
        let mut labels = headings.to_vec();
        labels.push(reason.to_owned());
        let header = piece(&labels, &[])?;
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        let mut size = size;
        if size < header.len() as u64 || file.metadata()?.len() < size {
            file.set_len(0)?;
            file.write_all(&header)?;
            size = header.len() as u64;
        } else {
            file.set_len(size)?;
            file.seek(SeekFrom::End(0))?;
        }
        Ok(Failures { file, labels, header: header.len(), size })
    }

    /// Takes back what was written beyond a size.
    pub(super) fn cut(&mut self, size: u64) -> io::Result<()> {
        if self.size != size {
            self.file.set_len(size)?;
            self.file.seek(SeekFrom::End(0))?;
            self.size = size;
        }
        Ok(())
    }

    pub(super) fn add(&mut self, rows: &[(Vec<Cell>, String)]) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let piece = piece(&self.labels, rows)?;
        self.file.write_all(&piece[self.header..])?;
        self.file.flush()?;
        self.size += (piece.len() - self.header) as u64;
        Ok(())
    }
}

fn piece(labels: &[String], rows: &[(Vec<Cell>, String)]) -> io::Result<Vec<u8>> {
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let mut csv = Csv::new(Vec::new(), &labels)?;
    for (cells, reason) in rows {
        let mut cells = cells.clone();
        cells.resize(labels.len() - 1, Cell::Empty);
        cells.push(Cell::Text(reason.clone()));
        csv.row(&cells)?;
    }
    csv.finish()
}
