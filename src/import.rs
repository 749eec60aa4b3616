//! Reading lists of cases out of spreadsheets: what a file says, row by row, and what is wrong with it, in plain words.
//!
//! Pure: bytes in, rows and complaints out; no database, no clock. A file can be refused as a whole (it is no
//! spreadsheet, its columns have no names); otherwise each row is read or refused on its own.
//!
//! Files come from strangers' hands. What is kept of one is bounded by [`LIMITS`], whatever the file claims of itself.

pub mod case_row;
pub mod choices;
pub mod column;
mod separated;
pub mod spreadsheet;
pub mod table;
pub mod template;
mod value;
mod workbook;

pub use case_row::{CaseRow, CheckedRow, Vocabulary, check};
pub use column::Column;
pub use table::{Table, read};

/// How much of a file is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: usize,
    /// Bytes of one part of a workbook when it is unpacked.
    pub part_bytes: usize,
    /// Rows, without the first line.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Characters of one cell: more are cut off, and refused by the length of every text.
    pub cell_characters: usize,
}

/// The limits that hold.
pub const LIMITS: Limits =
    Limits { file_bytes: 32 << 20, part_bytes: 64 << 20, rows: 20_000, columns: 200, cell_characters: 2_001 };

/// Whole mebibytes, for a message.
const fn mebibytes(bytes: usize) -> usize {
    bytes >> 20
}
