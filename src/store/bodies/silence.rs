//! Themes that bodies left unanswered.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveTime, Utc};
use entity::codes::{AgendaItemStatus, MeetingStatus, ThemeStatus};
use entity::ids::{BodyId, MeetingId, ThemeId};
use entity::{agenda_item, body, meeting, theme};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::access::{Permit, verb};
use crate::domain::bodies::theme::{HeldMeeting, Silence, awaits_answer, guides, is_due, is_result, unanswered};
use crate::error::Failure;
use crate::store::Store;

/// A theme that a body left unanswered.
#[derive(Clone, Debug)]
pub struct Unanswered {
    /// The theme.
    pub theme: theme::Model,
    /// The body.
    pub body_id: BodyId,
    /// For how long.
    pub silence: Silence,
}

/// All of them, those that wait longest first.
///
/// # Errors
/// Those of the database.
pub async fn all(store: &Store, permit: &Permit<verb::FollowUpThemes>) -> Result<Vec<Unanswered>, Failure> {
    let connection = store.reader();
    let district = permit.district_id();
    let waiting: Vec<ThemeStatus> = ThemeStatus::ALL.iter().copied().filter(|status| awaits_answer(*status)).collect();
    let themes = theme::Entity::find()
        .filter(theme::Column::DistrictId.eq(district))
        .filter(theme::Column::Status.is_in(waiting))
        .all(connection)
        .await?;
    let held: Vec<(MeetingId, BodyId, DateTime<Utc>)> = meeting::Entity::find()
        .select_only()
        .column(meeting::Column::Id)
        .column(meeting::Column::BodyId)
        .column(meeting::Column::StartsAt)
        .filter(meeting::Column::DistrictId.eq(district))
        .filter(meeting::Column::Status.is_in([MeetingStatus::Held, MeetingStatus::Approved]))
        .into_tuple()
        .all(connection)
        .await?;
    let bodies = body::Entity::find().filter(body::Column::DistrictId.eq(district)).all(connection).await?;
    let items: Vec<(MeetingId, Option<ThemeId>, AgendaItemStatus)> = agenda_item::Entity::find()
        .select_only()
        .column(agenda_item::Column::MeetingId)
        .column(agenda_item::Column::ThemeId)
        .column(agenda_item::Column::Status)
        .filter(agenda_item::Column::DistrictId.eq(district))
        .filter(agenda_item::Column::ThemeId.is_not_null())
        .filter(agenda_item::Column::RemovedAt.is_null())
        .into_tuple()
        .all(connection)
        .await?;
    // Whether a theme came to a result in a meeting; absent if it did not stand on its agenda.
    let mut dealt: BTreeMap<(ThemeId, MeetingId), bool> = BTreeMap::new();
    for (meeting, theme, status) in items {
        let Some(theme) = theme else { continue };
        let result = dealt.entry((theme, meeting)).or_default();
        *result |= is_result(status);
    }
    let mut meetings: BTreeMap<BodyId, Vec<(MeetingId, DateTime<Utc>)>> = BTreeMap::new();
    for (id, body, starts_at) in held {
        meetings.entry(body).or_default().push((id, starts_at));
    }
    let mut found = Vec::new();
    for theme in themes {
        for body in &bodies {
            let Some(held) = meetings.get(&body.id) else { continue };
            // What became due on a day waits from the next day on.
            let due = (is_due(theme.status) && guides(body.kind)).then(|| {
                let next = theme.status_since.checked_add_days(Days::new(1)).unwrap_or(theme.status_since);
                next.and_time(NaiveTime::MIN).and_utc()
            });
            let held: Vec<HeldMeeting> = held
                .iter()
                .map(|(id, starts_at)| {
                    let result = dealt.get(&(theme.id, *id));
                    HeldMeeting {
                        starts_at: *starts_at,
                        has_theme: result.is_some(),
                        has_result: result.copied().unwrap_or_default(),
                    }
                })
                .collect();
            if let Some(silence) = unanswered(&held, due) {
                found.push(Unanswered { theme: theme.clone(), body_id: body.id, silence });
            }
        }
    }
    found.sort_by_key(|row| (std::cmp::Reverse(row.silence.meetings), row.theme.number, row.body_id));
    Ok(found)
}
