//! The few kinds of columns that our tables are made of, and the names of what hangs on them.

use sea_orm_migration::prelude::*;

/// A UUID that must be there.
pub fn id(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().not_null().take()
}

/// A UUID that may be absent.
pub fn id_or_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().take()
}

/// A UUID that identifies the row.
pub fn primary_id() -> ColumnDef {
    ColumnDef::new("id").uuid().not_null().primary_key().take()
}

/// Short text that must be there.
pub fn text(name: &'static str, length: u32) -> ColumnDef {
    ColumnDef::new(name).string_len(length).not_null().take()
}

/// Short text that may be absent.
pub fn text_or_null(name: &'static str, length: u32) -> ColumnDef {
    ColumnDef::new(name).string_len(length).take()
}

/// A whole number that must be there.
pub fn whole(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().take()
}

/// A whole number that may be absent.
pub fn whole_or_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().take()
}

/// Yes or no.
pub fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}

/// A calendar day that must be there.
pub fn day(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).date().not_null().take()
}

/// A calendar day that may be absent.
pub fn day_or_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).date().take()
}

/// An instant that must be there.
pub fn instant(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().not_null().take()
}

/// An instant that may be absent.
pub fn instant_or_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().take()
}

/// Bytes that must be there.
pub fn bytes(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).binary().not_null().take()
}

/// A foreign key with an explicit name, `fk_<table>_<column>`. Rows that others point at cannot be deleted.
pub fn refers(table: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{table}_{column}"))
        .from(table, column)
        .to(to, "id")
        .on_delete(ForeignKeyAction::Restrict)
        .take()
}

/// An index with an explicit name, `ix_<table>_<columns>`.
pub fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(format!("ix_{table}_{}", columns.join("_"))).table(table).take();
    for column in columns {
        index.col(*column);
    }
    index
}

/// A unique index with an explicit name, `uq_<table>_<columns>`.
pub fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(format!("uq_{table}_{}", columns.join("_"))).table(table).unique().take();
    for column in columns {
        index.col(*column);
    }
    index
}
