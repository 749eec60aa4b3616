//! How far a long command has come.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar at a terminal, else a line for each tenth.
pub(super) struct Shown {
    bar: Option<ProgressBar>,
    tenth: AtomicUsize,
    total: usize,
    what: &'static str,
}

impl Shown {
    /// Nothing is done yet.
    pub(super) fn new(total: usize, what: &'static str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template(&format!("{{bar:40}} {{pos}} of {{len}} {what}, {{eta}} left"));
            let bar = ProgressBar::new(u64::try_from(total).unwrap_or(0));
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self { bar, tenth: AtomicUsize::new(0), total, what }
    }

    /// So many are done.
    pub(super) fn show(&self, done: usize) {
        if let Some(bar) = &self.bar {
            bar.set_position(u64::try_from(done).unwrap_or(0));
            return;
        }
        let tenth = done.saturating_mul(10).checked_div(self.total).unwrap_or(10);
        if self.tenth.fetch_max(tenth, Ordering::Relaxed) < tenth {
            eprintln!("{done} of {} {}", self.total, self.what);
        }
    }

    /// All are done, or none will be any more.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
