//! Positions: every command with every rule that can forbid it, their history, and a model that random commands must follow.

mod history;
mod model;
mod rules;
mod supervision;
