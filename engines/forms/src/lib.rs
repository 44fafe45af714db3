//! What people see and fill in: views of lists, pages of records, menus.
//!
//! A *view* says which records of an object are listed and how. A *page* says how one record is laid out: what stands in its
//! header, its sections and tabs, the lists of records that link to it. A *menu* says what people find where. All three are
//! only about seeing: what may be seen is said by roles, and asked again whenever records are read.
//!
//! *To add a kind:* its type in `definition`, its `validate` here, a line in the server's table of kinds.
//!
//! **Architecture invariant:** whoever draws names only what he may know of; anything else is as unknown as what is not there.

mod definition;
#[cfg(test)]
mod tests;
mod validate;

pub use definition::{
    ColumnDef, Direction, MenuDef, MenuItem, PageDef, RelatedDef, RowHeight, SectionDef, SortDef, TabDef, ViewDef,
};
