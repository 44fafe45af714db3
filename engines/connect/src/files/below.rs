//! The rows below a sheet's header, each as wide as the header.

use std::ops::ControlFlow;

use kehub_model::Cell;

use super::head::{Merge, Preview};
use super::trouble::Trouble;
use super::{BATCH, Choice, Part, Row};

/// Passes the rows below the header on, in batches, each as wide as the header.
pub(crate) struct Below<'a> {
    preview: Option<Preview>,
    head: Option<(usize, u64)>,
    batch: Vec<Result<Row, Trouble>>,
    out: &'a mut dyn FnMut(Part) -> ControlFlow<()>,
}

impl<'a> Below<'a> {
    pub(crate) fn new(choice: &Choice, out: &'a mut dyn FnMut(Part) -> ControlFlow<()>) -> Below<'a> {
        Below { preview: Some(Preview::new(choice, Vec::new(), false)), head: None, batch: Vec::new(), out }
    }

    pub(crate) fn workbook(&mut self, choice: &Choice, merges: Vec<Merge>) {
        self.preview = Some(Preview::new(choice, merges, true));
    }

    pub(crate) fn take(&mut self, row: Result<Row, Trouble>) -> Result<ControlFlow<()>, Trouble> {
        let Some(preview) = &mut self.preview else { return Ok(self.pass(row)) };
        if preview.take(row)?.is_break() {
            return self.begin();
        }
        Ok(ControlFlow::Continue(()))
    }

    pub(crate) fn finish(&mut self) -> Result<(), Trouble> {
        // Whoever stopped listening has no use for the rest.
        if self.begin()?.is_continue() {
            let _ = self.flush();
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<ControlFlow<()>, Trouble> {
        let Some(preview) = self.preview.take() else { return Ok(ControlFlow::Continue(())) };
        let head = preview.head()?;
        self.head = Some((head.columns.len(), head.last));
        if (self.out)(Part::Head(head)).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        for row in preview.rows {
            if self.pass(row).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn pass(&mut self, row: Result<Row, Trouble>) -> ControlFlow<()> {
        let Some((width, last)) = self.head else { return ControlFlow::Continue(()) };
        let row = match row {
            Ok(row) if row.n <= last => return ControlFlow::Continue(()),
            Err(trouble) if trouble.row().is_some_and(|n| n <= last) => return ControlFlow::Continue(()),
            Err(trouble) => Err(trouble),
            Ok(mut row) => {
                if row.cells.iter().all(Cell::is_blank) {
                    return ControlFlow::Continue(());
                }
                match row.cells.iter().skip(width).position(|cell| !cell.is_blank()) {
                    Some(at) => Err(Trouble::LongRow { row: row.n, column: width + at + 1 }),
                    None => {
                        row.cells.resize(width, Cell::Empty);
                        Ok(row)
                    }
                }
            }
        };
        self.batch.push(row);
        if self.batch.len() == BATCH { self.flush() } else { ControlFlow::Continue(()) }
    }

    fn flush(&mut self) -> ControlFlow<()> {
        if self.batch.is_empty() {
            return ControlFlow::Continue(());
        }
        (self.out)(Part::Rows(std::mem::take(&mut self.batch)))
    }
}
