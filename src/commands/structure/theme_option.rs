//! What could be done about a theme: put together before a body decides.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::ids::{Identifier, OrganisationId, ThemeId, ThemeOptionId};
use serde::Serialize;
use serde_json::json;

use super::theme::{expect_open, guard, store};
use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Done, Stop, Work};
use crate::domain::input::{Checks, NAME_MAXIMUM, REASON_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::district::organisation;
use crate::store::structure::theme::{self, Theme};
use crate::store::structure::theme_option::{self, ThemeOption};

/// The most options of a theme.
const OPTIONS_MAXIMUM: usize = 10;
/// The highest cost of an option: a hundred million euro.
const CENTS_MAXIMUM: i64 = 10_000_000_000;

/// Something that could be done about a theme.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ThemeOptionInput {
    /// What it is called. At most 200 characters.
    pub title: String,
    /// What it means, without naming anybody. At most 2000 characters.
    pub description: Option<String>,
    /// What it costs once, in euro cents; null: not known, or nothing.
    pub once_cents: Option<i64>,
    /// What it costs each year, in euro cents; null: not known, or nothing.
    pub yearly_cents: Option<i64>,
    /// The institution that would take it on.
    pub owner_id: Option<OrganisationId>,
    /// Until when it would be done.
    pub due_on: Option<NaiveDate>,
    /// Whether it is the one that is proposed: of one option at most.
    #[graphql(default)]
    pub is_recommended: bool,
}

/// What could be done about a theme, in the place of what was put together before.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ThemeOptionsSetInput {
    /// The theme.
    pub theme_id: ThemeId,
    /// The version that you saw; refused if the theme was changed since.
    pub expected_version: Option<i32>,
    /// The options in their order, at most 10; an empty list takes all away.
    pub options: Vec<ThemeOptionInput>,
}

impl Command for ThemeOptionsSetInput {
    const NAME: &'static str = "themeOptionsSet";
    type Verb = verb::SteerTheme;
    type Record = Theme;

    async fn load(work: &Work<'_, Self::Verb>, id: ThemeId) -> Result<Option<Theme>, Failure> {
        theme::lock(work.transaction.connection(), work.permit, id).await
    }

    fn check(&self, checks: &mut Checks) {
        checks.require(self.options.len() <= OPTIONS_MAXIMUM, || {
            UserError::at("options", ErrorCode::ListTooLong).with("maximum", OPTIONS_MAXIMUM)
        });
        let recommended = self.options.iter().filter(|option| option.is_recommended).count();
        checks.require(recommended <= 1, || UserError::at("options", ErrorCode::ThemeOptionsRecommended));
        for (index, option) in self.options.iter().enumerate() {
            let at = |field: &str| format!("options.{index}.{field}");
            checks.line(&at("title"), &option.title, NAME_MAXIMUM);
            checks.prose(&at("description"), option.description.as_deref(), REASON_MAXIMUM);
            checks.day(&at("dueOn"), option.due_on);
            for (field, cents) in [("onceCents", option.once_cents), ("yearlyCents", option.yearly_cents)] {
                checks.require(cents.is_none_or(|cents| (0..=CENTS_MAXIMUM).contains(&cents)), || {
                    let error = UserError::at(&at(field), ErrorCode::NumberOutOfRange);
                    error.with("minimum", 0).with("maximum", CENTS_MAXIMUM)
                });
            }
        }
    }
}

impl Changes for ThemeOptionsSetInput {
    fn target(&self) -> (ThemeId, &'static str) {
        (self.theme_id, "themeId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, found: Theme) -> Result<Done<Theme>, Stop> {
        let connection = work.transaction.connection();
        expect_open(&found, "themeId")?;
        let mut texts = Vec::new();
        let mut options = Vec::new();
        for (index, option) in self.options.iter().enumerate() {
            if let Some(owner) = option.owner_id
                && organisation::find(connection, work.permit, owner).await?.is_none()
            {
                return Err(UserError::at(&format!("options.{index}.ownerId"), ErrorCode::NotFound).into());
            }
            texts.push((format!("options.{index}.title"), Some(&*option.title)));
            texts.push((format!("options.{index}.description"), option.description.as_deref()));
            options.push(ThemeOption {
                id: ThemeOptionId::new(),
                district_id: work.permit.district_id(),
                theme_id: found.id,
                position: i32::try_from(index).unwrap_or(i32::MAX).saturating_add(1),
                title: option.title.trim().to_owned(),
                description: option.description.clone(),
                once_cents: option.once_cents,
                yearly_cents: option.yearly_cents,
                owner_id: option.owner_id,
                due_on: option.due_on,
                is_recommended: option.is_recommended,
                created_at: work.now,
            });
        }
        let texts: Vec<(&str, Option<&str>)> = texts.iter().map(|(path, text)| (&**path, *text)).collect();
        guard(work, &[found.id], &texts).await?;
        theme_option::replace(connection, work.permit, found.id, &options).await?;
        // What stood there before is in the log with the theme's earlier versions.
        Ok(Done::new(store(work, found).await?).with(json!({ "options": options })))
    }
}
