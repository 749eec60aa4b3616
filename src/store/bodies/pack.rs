//! What a meeting pack is made of: read for those who prepare meetings, in a fixed number of statements.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::codes::{BarrierStatus, CodeList, OrganisationKind};
use entity::ids::{AgendaItemId, DecisionId, MeetingId, OrganisationId, ThemeId};
use entity::{
    action_item, agenda_item, barrier, body, code_list_entry, decision, district, meeting, municipality, organisation,
    paper, theme_evidence,
};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};

use super::{agenda_item as agenda, meeting as meetings, silence};
use crate::access::{Extent, Permit, verb};
use crate::domain::bodies::pack::{Action, Choosable, Former, Item, Material, Met, Subject};
use crate::error::Failure;
use crate::store::Store;
use crate::store::structure::barrier::waiting_for;
use crate::store::structure::{setting, theme, theme_option};

/// What whoever makes a pack may do: all of it, over the whole district.
#[derive(Debug)]
pub struct Permits {
    /// Reads the meeting.
    pub meeting: Permit<verb::ReadMeeting>,
    /// Reads the themes.
    pub theme: Permit<verb::ReadTheme>,
    /// Knows which themes are unanswered.
    pub silence: Permit<verb::FollowUpThemes>,
    /// Counts what waits on the stair.
    pub signal: Permit<verb::ReadSignal>,
}

/// The material of a meeting; `None` if it is out of reach, or if only a part of it is within.
///
/// # Errors
/// Those of the database.
pub async fn find(store: &Store, permits: &Permits, id: MeetingId) -> Result<Option<Material>, Failure> {
    let permit = &permits.meeting;
    let district_id = permit.district_id();
    if *permit.extent() != Extent::District || *permits.theme.extent() != Extent::District {
        return Ok(None);
    }
    let connection = store.reader();
    let Some(found) = meetings::find_many(store, permit, &[id]).await?.into_iter().next() else { return Ok(None) };
    let Some(body) = body::Entity::find_by_id(found.body_id).one(connection).await? else { return Ok(None) };
    let district = district::Entity::find_by_id(district_id).one(connection).await?;
    let organisations: BTreeMap<OrganisationId, organisation::Model> = organisation::Entity::find()
        .filter(organisation::Column::DistrictId.eq(district_id))
        .all(connection)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let centre = organisations.values().find(|row| row.kind == OrganisationKind::IntegrationCentre);
    let rows = agenda::of_meetings(connection, permit, &[id]).await?;
    let papers = paper::Entity::find()
        .filter(paper::Column::DistrictId.eq(district_id))
        .filter(paper::Column::MeetingId.eq(id))
        .filter(paper::Column::RemovedAt.is_null())
        .filter(paper::Column::Url.is_not_null())
        .order_by_asc(paper::Column::Id)
        .all(connection)
        .await?;
    let name = |id: Option<OrganisationId>| id.and_then(|id| organisations.get(&id)).map(|row| row.name.clone());
    let items: Vec<Item> = rows
        .into_iter()
        .map(|row| Item {
            id: row.id,
            parent: row.parent_id,
            position: row.position,
            title: row.title,
            description: row.description,
            proposal: row.proposal,
            institution: name(row.organisation_id),
            theme: row.theme_id,
            paper: papers
                .iter()
                .find(|paper| paper.item_id == Some(row.id))
                .and_then(|paper| Some((paper.name.clone(), paper.url.clone()?))),
        })
        .collect();
    let ids: Vec<ThemeId> = items.iter().filter_map(|item| item.theme).collect::<BTreeSet<_>>().into_iter().collect();
    let themes = themes(store, permits, &found, &ids, &name).await?;
    let waiting = waiting_for(store, &permits.signal, body.kind).await?;
    let rates = setting::current(connection, permit).await?;
    let need_areas = code_list_entry::Entity::find()
        .filter(code_list_entry::Column::DistrictId.eq(district_id))
        .filter(code_list_entry::Column::List.eq(CodeList::NeedArea))
        .order_by_asc(code_list_entry::Column::ValidFrom)
        .all(connection)
        .await?;
    let municipalities =
        municipality::Entity::find().filter(municipality::Column::DistrictId.eq(district_id)).all(connection).await?;
    Ok(Some(Material {
        district: district.map(|row| row.name).unwrap_or_default(),
        publisher: centre.map(|row| row.name.clone()).unwrap_or_default(),
        body: body.name,
        is_public: body.is_public,
        title: found.title,
        starts_at: found.starts_at,
        place: found.place,
        was_invited: found.invited_at.is_some(),
        items,
        themes,
        waiting,
        hour_cost_cents: rates.hour_cost_cents,
        delay_day_cost_cents: rates.delay_day_cost_cents,
        need_areas: need_areas.into_iter().map(|row| (row.code, row.label_de)).collect(),
        municipalities: municipalities.into_iter().map(|row| (row.id, row.name)).collect(),
    }))
}

async fn themes(
    store: &Store,
    permits: &Permits,
    of: &meeting::Model,
    ids: &[ThemeId],
    name: &impl Fn(Option<OrganisationId>) -> Option<String>,
) -> Result<Vec<Subject>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = theme::find_many(store, &permits.theme, ids).await?;
    let silent = silence::all(store, &permits.silence).await?;
    let options = theme_option::of_themes(store, &permits.theme, ids).await?;
    let met = met(store, &permits.theme, ids).await?;
    let former = former(store, permits, of, ids).await?;
    let mut subjects: Vec<Subject> = found
        .into_iter()
        .map(|row| Subject {
            id: row.id,
            number: row.number,
            title: row.title,
            description: row.description,
            status: row.status,
            reach: row.reach,
            unanswered_meetings: silent
                .iter()
                .find(|silent| silent.theme.id == row.id && silent.body_id == of.body_id)
                .map_or(0, |silent| u32::try_from(silent.silence.meetings).unwrap_or(u32::MAX)),
            met: Vec::new(),
            options: Vec::new(),
            former: Vec::new(),
        })
        .collect();
    for subject in &mut subjects {
        let own = options.iter().filter(|option| option.theme_id == subject.id);
        subject.options = own
            .map(|option| Choosable {
                title: option.title.clone(),
                description: option.description.clone(),
                once_cents: option.once_cents,
                yearly_cents: option.yearly_cents,
                owner: name(option.owner_id),
                due_on: option.due_on,
                is_recommended: option.is_recommended,
            })
            .collect();
        subject.met = met.iter().filter(|(theme, _)| *theme == subject.id).map(|(_, met)| met.clone()).collect();
        subject.former =
            former.iter().filter(|(theme, _)| *theme == subject.id).map(|(_, former)| former.clone()).collect();
    }
    Ok(subjects)
}

/// The barriers that themes rest on, withdrawn ones apart.
async fn met(store: &Store, permit: &Permit<verb::ReadTheme>, ids: &[ThemeId]) -> Result<Vec<(ThemeId, Met)>, Failure> {
    let column = |column: barrier::Column| Expr::col((barrier::Entity, column));
    let of_theme = Expr::col((theme_evidence::Entity, theme_evidence::Column::ThemeId));
    let statement = Query::select()
        .expr(of_theme.clone())
        .columns(
            [
                barrier::Column::CaseId,
                barrier::Column::CellKey,
                barrier::Column::RaisedOn,
                barrier::Column::NeedArea,
                barrier::Column::MunicipalityId,
                barrier::Column::MinutesLost,
                barrier::Column::DelayDays,
            ]
            .map(|column| (barrier::Entity, column)),
        )
        .from(theme_evidence::Entity)
        .inner_join(
            barrier::Entity,
            column(barrier::Column::Id).equals((theme_evidence::Entity, theme_evidence::Column::BarrierId)),
        )
        .and_where(of_theme.clone().is_in(ids.iter().copied()))
        .and_where(of_theme.in_subquery(theme::within_reach(permit)))
        .and_where(column(barrier::Column::Status).ne(BarrierStatus::Withdrawn))
        .take();
    let rows = store.reader().query_all(&statement).await?;
    rows.iter()
        .map(|row| {
            Ok((
                row.try_get("", "theme_id")?,
                Met {
                    case_id: row.try_get("", "case_id")?,
                    cell_key: row.try_get("", "cell_key")?,
                    raised_on: row.try_get("", "raised_on")?,
                    need_area: row.try_get("", "need_area")?,
                    municipality_id: row.try_get("", "municipality_id")?,
                    minutes_lost: row.try_get("", "minutes_lost")?,
                    delay_days: row.try_get("", "delay_days")?,
                },
            ))
        })
        .collect()
}

/// What earlier meetings decided about themes, latest first, with what was to be done.
async fn former(
    store: &Store,
    permits: &Permits,
    of: &meeting::Model,
    ids: &[ThemeId],
) -> Result<Vec<(ThemeId, Former)>, Failure> {
    #[derive(FromQueryResult)]
    struct Row {
        id: DecisionId,
        item_id: AgendaItemId,
        decided_on: NaiveDate,
        text: String,
    }
    let connection = store.reader();
    let district_id = permits.meeting.district_id();
    let earlier = || {
        Query::select()
            .column((meeting::Entity, meeting::Column::Id))
            .from(meeting::Entity)
            .and_where(meeting::Column::DistrictId.eq(district_id))
            .and_where(meeting::Column::StartsAt.lt(of.starts_at))
            .take()
    };
    let own = earlier().and_where(meeting::Column::BodyId.eq(of.body_id)).take();
    let published = earlier().and_where(meeting::Column::PublishedAt.is_not_null()).take();
    // What another body decided behind closed doors is not for the members of this one.
    let told = Condition::any().add(agenda_item::Column::MeetingId.in_subquery(own)).add(
        Condition::all()
            .add(agenda_item::Column::IsPublic.eq(true))
            .add(agenda_item::Column::MeetingId.in_subquery(published)),
    );
    let items: BTreeMap<AgendaItemId, ThemeId> = agenda_item::Entity::find()
        .filter(agenda_item::Column::DistrictId.eq(district_id))
        .filter(agenda_item::Column::ThemeId.is_in(ids.iter().copied()))
        .filter(agenda_item::Column::RemovedAt.is_null())
        .filter(told)
        .all(connection)
        .await?
        .into_iter()
        .filter_map(|item| Some((item.id, item.theme_id?)))
        .collect();
    let decisions = decision::Entity::find()
        .filter(decision::Column::DistrictId.eq(district_id))
        .filter(decision::Column::ItemId.is_in(items.keys().copied()))
        .order_by_desc(decision::Column::DecidedOn)
        .order_by_desc(decision::Column::Id)
        .into_model::<Row>()
        .all(connection)
        .await?;
    let actions = action_item::Entity::find()
        .filter(action_item::Column::DistrictId.eq(district_id))
        .filter(action_item::Column::DecisionId.is_in(decisions.iter().map(|row| row.id)))
        .order_by_asc(action_item::Column::Id)
        .all(connection)
        .await?;
    let found = decisions.into_iter().filter_map(|row| {
        let actions = actions.iter().filter(|action| action.decision_id == row.id);
        let actions = actions.map(|action| Action {
            status: action.status,
            due_on: action.due_on,
            result: action.result.clone(),
            settled_on: action.settled_on,
        });
        let former = Former { decided_on: row.decided_on, text: row.text, actions: actions.collect() };
        Some((*items.get(&row.item_id)?, former))
    });
    Ok(found.collect())
}
