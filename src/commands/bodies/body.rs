//! Bodies: founded and changed.

use async_graphql::InputObject;
use entity::codes::BodyKind;
use entity::ids::{BodyId, Identifier};
use serde::Serialize;

use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::bodies::publication::Source;
use crate::store::district::body::{self, Body};

/// The most meetings in a year that can be agreed.
const CADENCE_MAXIMUM: i32 = 52;
/// The largest quorum.
const QUORUM_MAXIMUM: i32 = 200;

impl Record for Body {
    type Id = BodyId;

    fn id(&self) -> BodyId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn published_with(&self) -> Option<Source> {
        Some(Source::Body(self.id))
    }
}

fn check(checks: &mut Checks, name: &str, cadence: Option<i32>, quorum: Option<i32>) {
    checks.line("name", name, NAME_MAXIMUM);
    for (path, number, maximum) in [("cadence", cadence, CADENCE_MAXIMUM), ("quorum", quorum, QUORUM_MAXIMUM)] {
        checks.require(number.is_none_or(|number| (1..=maximum).contains(&number)), || {
            UserError::at(path, ErrorCode::NumberOutOfRange).with("minimum", 1).with("maximum", maximum)
        });
    }
}

/// Whoever deals with single cases never does so in public.
fn expect_closed(kind: BodyKind, is_public: bool) -> Result<(), UserError> {
    match kind {
        BodyKind::CaseConference | BodyKind::PeerConsultation if is_public => {
            Err(UserError::at("isPublic", ErrorCode::BodyNeverPublic))
        }
        _ => Ok(()),
    }
}

/// A body to be founded.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct BodyFoundInput {
    /// What it is.
    pub kind: BodyKind,
    /// The name that the district gives it, at most 200 characters.
    pub name: String,
    /// Meetings in a year, 1 to 52; null: nothing is agreed.
    pub cadence: Option<i32>,
    /// The fewest voting members who have to be present to decide, 1 to 200; null: nothing is agreed.
    pub quorum: Option<i32>,
    /// Whether it meets in public: the council and its committees.
    #[graphql(default)]
    pub is_public: bool,
}

impl Command for BodyFoundInput {
    const NAME: &'static str = "bodyFound";
    type Verb = verb::EditBody;
    type Record = Body;

    fn check(&self, checks: &mut Checks) {
        check(checks, &self.name, self.cadence, self.quorum);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: BodyId) -> Result<Option<Body>, Failure> {
        body::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for BodyFoundInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Body>, Stop> {
        expect_closed(self.kind, self.is_public)?;
        let founded = Body {
            id: BodyId::new(),
            district_id: work.permit.district_id(),
            kind: self.kind,
            name: self.name.trim().to_owned(),
            cadence: self.cadence,
            quorum: self.quorum,
            is_public: self.is_public,
            version: 1,
            updated_at: Some(work.now),
        };
        body::insert(work.transaction.connection(), work.permit, &founded).await?;
        Ok(Done::new(founded))
    }
}

/// A body as it is to be from now on: what is null here is nothing then. Its kind stays.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct BodyChangeInput {
    /// The body.
    pub body_id: BodyId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// The name that the district gives it, at most 200 characters.
    pub name: String,
    /// Meetings in a year, 1 to 52; null: nothing is agreed.
    pub cadence: Option<i32>,
    /// The fewest voting members who have to be present to decide, 1 to 200; null: nothing is agreed. It holds for decisions
    /// from now on.
    pub quorum: Option<i32>,
    /// Whether it meets in public.
    pub is_public: bool,
}

impl Command for BodyChangeInput {
    const NAME: &'static str = "bodyChange";
    type Verb = verb::EditBody;
    type Record = Body;

    fn check(&self, checks: &mut Checks) {
        check(checks, &self.name, self.cadence, self.quorum);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: BodyId) -> Result<Option<Body>, Failure> {
        body::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for BodyChangeInput {
    fn target(&self) -> (BodyId, &'static str) {
        (self.body_id, "bodyId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, before: Body) -> Result<Done<Body>, Stop> {
        expect_closed(before.kind, self.is_public)?;
        let changed = Body {
            name: self.name.trim().to_owned(),
            cadence: self.cadence,
            quorum: self.quorum,
            is_public: self.is_public,
            version: before.version.saturating_add(1),
            updated_at: Some(work.now),
            ..before
        };
        body::update(work.transaction.connection(), work.permit, &changed).await?;
        Ok(Done::new(changed))
    }
}
