//! The themes of the minutes, proposed and confirmed, and the meeting of the steering group that is to decide about them; made
//! by the real commands.

use std::collections::HashMap;

use chrono::Duration;
use entity::codes::{BarrierSeverity, ThemeStatus};
use entity::ids::{BodyId, MeetingId, OrganisationId, ThemeId};

use super::barriers::{PATTERNS, Pattern};
use super::made;
use crate::access::Actor;
use crate::app::App;
use crate::clock::legal_day;
use crate::commands::CommandOptions;
use crate::commands::bodies::agenda_item::AgendaItemAddInput;
use crate::commands::bodies::meeting::{MeetingInviteInput, MeetingPlanInput};
use crate::commands::structure::theme::{BarrierPatternInput, ThemeProposeInput, ThemeReviewInput, ThemeSteerInput};
use crate::commands::structure::theme_option::{ThemeOptionInput, ThemeOptionsSetInput};
use crate::error::Failure;

/// In so many days the steering group meets.
const MEETING_IN_DAYS: i64 = 14;
/// For doing what is proposed, so many days are left after the meeting.
const OPTION_DAYS: i64 = 180;

/// Proposes the themes, and plans the meeting.
pub(super) async fn propose(
    app: &App,
    actor: &Actor,
    organisations: &HashMap<String, OrganisationId>,
    steering_group: BodyId,
) -> Result<(), Failure> {
    let commands = &app.engine.services().commands;
    let options = CommandOptions::default();
    let now = app.clock.now();
    let starts_at = now + Duration::days(MEETING_IN_DAYS);
    let command = MeetingPlanInput {
        body_id: steering_group,
        title: "Halbjährliche Sitzung".to_owned(),
        starts_at,
        ends_at: Some(starts_at + Duration::hours(2)),
        place: Some("Kreishaus Coesfeld".to_owned()),
    };
    let meeting_id = made(commands.create(actor, &command, &options).await?)?.id;
    let command = AgendaItemAddInput {
        description: Some("Stand der Themen, Rückmeldungen aus den Fällen".to_owned()),
        proposal: Some("Die Steuerungsgruppe nimmt den Bericht zur Kenntnis.".to_owned()),
        organisation_id: organisations.get(super::CENTRE).copied(),
        ..item(meeting_id, "Bericht der Koordination")
    };
    made(commands.create(actor, &command, &options).await?)?;
    let top = made(commands.create(actor, &item(meeting_id, "Generative Themen"), &options).await?)?.id;
    for pattern in &PATTERNS {
        let theme_id = theme(app, actor, organisations, pattern).await?;
        let proposed = pattern.options.iter().find(|option| option.is_recommended).map(|option| option.title);
        let command = AgendaItemAddInput {
            parent_id: Some(top),
            theme_id: Some(theme_id),
            proposal: proposed.map(|option| format!("Die Steuerungsgruppe beschließt: {option}.")),
            organisation_id: pattern.institution.and_then(|name| organisations.get(name).copied()),
            ..item(meeting_id, pattern.title)
        };
        made(commands.create(actor, &command, &options).await?)?;
    }
    let command = MeetingInviteInput { meeting_id, expected_version: None };
    made(commands.change(actor, &command, &options).await?)?;
    Ok(())
}

fn item(meeting_id: MeetingId, title: &str) -> AgendaItemAddInput {
    AgendaItemAddInput {
        meeting_id,
        parent_id: None,
        position: None,
        title: title.to_owned(),
        description: None,
        proposal: None,
        theme_id: None,
        concept_id: None,
        organisation_id: None,
        is_public: false,
        continues_id: None,
    }
}

/// A theme with its evidence and options, up to where a body can decide.
async fn theme(
    app: &App,
    actor: &Actor,
    organisations: &HashMap<String, OrganisationId>,
    pattern: &Pattern,
) -> Result<ThemeId, Failure> {
    let commands = &app.engine.services().commands;
    // Few cases make thin evidence, which needs a reason.
    let options =
        CommandOptions { reason: Some("Thema der Vorlage für den Ausschuss".to_owned()), ..CommandOptions::default() };
    let command = ThemeProposeInput {
        title: pattern.title.to_owned(),
        description: pattern.description.to_owned(),
        signal_id: None,
        pattern: Some(BarrierPatternInput {
            kind: Some(pattern.kind.to_owned()),
            need_area: Some(pattern.need_area.to_owned()),
            ..BarrierPatternInput::default()
        }),
        reach: pattern.reach,
        solvable_by: pattern.solvable_by,
        severity: BarrierSeverity::Serious,
    };
    let theme_id = made(commands.create(actor, &command, &options).await?)?.id;
    let steer = |status| ThemeSteerInput {
        theme_id,
        expected_version: None,
        status: Some(status),
        priority_override: async_graphql::MaybeUndefined::Undefined,
    };
    made(commands.change(actor, &steer(ThemeStatus::UnderReview), &options).await?)?;
    let command = ThemeReviewInput { theme_id, expected_version: None, status: ThemeStatus::Confirmed };
    made(commands.change(actor, &command, &options).await?)?;
    made(commands.change(actor, &steer(ThemeStatus::Prioritised), &options).await?)?;
    let due_on = legal_day(app.clock.now()) + Duration::days(OPTION_DAYS);
    let command = ThemeOptionsSetInput {
        theme_id,
        expected_version: None,
        options: pattern
            .options
            .iter()
            .map(|option| ThemeOptionInput {
                title: option.title.to_owned(),
                description: Some(option.description.to_owned()),
                once_cents: None,
                yearly_cents: option.euro_a_year.map(|euro| euro.saturating_mul(100)),
                owner_id: option.owner.and_then(|name| organisations.get(name).copied()),
                due_on: option.owner.map(|_| due_on),
                is_recommended: option.is_recommended,
            })
            .collect(),
    };
    made(commands.change(actor, &command, &CommandOptions::default()).await?)?;
    Ok(theme_id)
}
