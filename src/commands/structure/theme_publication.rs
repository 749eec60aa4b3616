//! Publications of themes: written by one person, released by another. What leaves the centre is the text and the figures as
//! they were on that day.

use async_graphql::InputObject;
use entity::codes::{PublicationStatus, ThemeStatus};
use entity::ids::{Identifier, ThemeId, ThemePublicationId};
use serde::Serialize;

use super::theme::{DESCRIPTION_MAXIMUM, guard};
use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::domain::structure::figure::{Audience, shown, shown_amount, towns_at_least};
use crate::domain::structure::priority::cost_cents;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::bodies::publication::Source;
use crate::store::structure::setting;
use crate::store::structure::theme;
use crate::store::structure::theme_publication::{self, ThemePublication};

/// Costs that are published are rounded to this, in cents.
const COST_UNIT_CENTS: i64 = 100_000;

impl Record for ThemePublication {
    type Id = ThemePublicationId;

    fn id(&self) -> ThemePublicationId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn subject(&self) -> String {
        self.theme_id.to_string()
    }

    fn published_with(&self) -> Option<Source> {
        // What waits for the second pair of eyes changes nothing for the public.
        let is_or_was_public = matches!(self.status, PublicationStatus::Published | PublicationStatus::Withdrawn);
        is_or_was_public.then_some(Source::Theme(self.theme_id))
    }
}

macro_rules! loads_publication {
    () => {
        async fn load(
            work: &Work<'_, Self::Verb>,
            id: ThemePublicationId,
        ) -> Result<Option<ThemePublication>, Failure> {
            theme_publication::lock(work.transaction.connection(), work.permit, id).await
        }
    };
}

/// What of a theme is to leave the centre. Somebody else has to release it; then everybody may read it, also without an account,
/// where the server has its public interface (OParl) switched on.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ThemePublicationRequestInput {
    /// The theme: confirmed, or further on.
    pub theme_id: ThemeId,
    /// The title for the public. At most 200 characters.
    pub title: String,
    /// The text for the public, without naming anybody. At most 4000 characters. Figures are added by the system.
    pub text: String,
}

impl Command for ThemePublicationRequestInput {
    const NAME: &'static str = "themePublicationRequest";
    type Verb = verb::PublishTheme;
    type Record = ThemePublication;

    loads_publication!();

    fn check(&self, checks: &mut Checks) {
        checks.line("title", &self.title, NAME_MAXIMUM);
        checks.prose("text", Some(&self.text), DESCRIPTION_MAXIMUM);
    }
}

impl Creates for ThemePublicationRequestInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<ThemePublication>, Stop> {
        use ThemeStatus as S;
        let connection = work.transaction.connection();
        let found = theme::lock(connection, work.permit, self.theme_id).await?;
        let found = found.ok_or_else(|| UserError::at("themeId", ErrorCode::NotFound))?;
        if matches!(found.status, S::Signal | S::Proposed | S::UnderReview | S::Rejected | S::Merged) {
            return Err(UserError::at("themeId", ErrorCode::ThemeNotPublishable).into());
        }
        guard(work, &[found.id], &[("title", Some(&*self.title)), ("text", Some(&*self.text))]).await?;
        let account = work.actor.account_id().ok_or_else(|| Failure::new(ErrorCode::Forbidden))?;
        let evidence = theme::evidence_of(connection, work.permit, &[found.id]).await?;
        let evidence = evidence.get(&found.id).copied().unwrap_or_default();
        let setting = setting::current(connection, work.permit).await?;
        let cost = cost_cents(
            evidence.minutes_lost,
            evidence.delay_days,
            setting.hour_cost_cents,
            setting.delay_day_cost_cents,
        );
        let outside = Audience::Outside;
        let cases = shown(evidence.counted, outside);
        let towns = towns_at_least(evidence.grounds.municipalities, evidence.counted, outside);
        let cost = shown_amount(cost, evidence.counted, outside, COST_UNIT_CENTS);
        let publication = ThemePublication {
            id: ThemePublicationId::new(),
            district_id: work.permit.district_id(),
            theme_id: found.id,
            status: PublicationStatus::Requested,
            title: self.title.trim().to_owned(),
            text: self.text.trim().to_owned(),
            cases: cases.and_then(|cases| i32::try_from(cases).ok()),
            municipalities: towns.and_then(|towns| i32::try_from(towns).ok()),
            cost_euro: cost.and_then(|cents| i32::try_from(cents / 100).ok()),
            figures_on: work.today,
            theme_status: Some(found.status),
            public_number: None,
            requested_by: account,
            decided_by: None,
            decided_at: None,
            version: 1,
            created_at: work.now,
        };
        theme_publication::insert(connection, &publication).await?;
        Ok(Done::new(publication))
    }
}

/// The verdict of the second pair of eyes on a publication, or the end of one that is in force.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ThemePublicationDecideInput {
    /// The publication.
    pub theme_publication_id: ThemePublicationId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// PUBLISHED or REFUSED, if it was requested by somebody else; WITHDRAWN, if it is in force.
    pub status: PublicationStatus,
}

impl Command for ThemePublicationDecideInput {
    const NAME: &'static str = "themePublicationDecide";
    type Verb = verb::PublishTheme;
    type Record = ThemePublication;

    loads_publication!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for ThemePublicationDecideInput {
    fn target(&self) -> (ThemePublicationId, &'static str) {
        (self.theme_publication_id, "themePublicationId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(
        &self,
        work: &Work<'_, Self::Verb>,
        mut publication: ThemePublication,
    ) -> Result<Done<ThemePublication>, Stop> {
        use PublicationStatus as P;
        let connection = work.transaction.connection();
        let account = work.actor.account_id().ok_or_else(|| Failure::new(ErrorCode::Forbidden))?;
        match (publication.status, self.status) {
            (P::Requested, P::Published | P::Refused) => {
                if publication.requested_by == account {
                    return Err(UserError::at("", ErrorCode::PublicationOwn).into());
                }
            }
            (P::Published, P::Withdrawn) => {}
            _ => return Err(UserError::at("status", ErrorCode::PublicationDecided).into()),
        }
        if self.status == P::Published {
            // One is in force at a time: of two that are released at once, the second finds the first.
            theme::lock(connection, work.permit, publication.theme_id).await?;
            for mut before in theme_publication::lock_published(connection, work.permit, publication.theme_id).await? {
                before.status = P::Withdrawn;
                before.version = before.version.saturating_add(1);
                theme_publication::update(connection, work.permit, &before).await?;
            }
            let number = theme_publication::public_number(connection, work.permit, publication.theme_id).await?;
            publication.public_number = Some(number);
        }
        publication.status = self.status;
        (publication.decided_by, publication.decided_at) = (Some(account), Some(work.now));
        publication.version = publication.version.saturating_add(1);
        theme_publication::update(connection, work.permit, &publication).await?;
        Ok(Done::new(publication))
    }
}
