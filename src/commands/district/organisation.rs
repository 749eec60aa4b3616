//! Organisations: add and end.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::OrganisationKind;
use entity::ids::{Identifier, MunicipalityId, OrganisationId};
use serde::Serialize;

use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::district::municipality;
use crate::store::district::organisation::{self, Organisation};

impl Record for Organisation {
    type Id = OrganisationId;

    fn id(&self) -> OrganisationId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }
}

/// An organisation to be added to the district.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct OrganisationAddInput {
    /// What it is.
    pub kind: OrganisationKind,
    /// Name, at most 200 characters.
    pub name: String,
    /// The organisation that it is a part of.
    pub parent_id: Option<OrganisationId>,
    /// The municipality whose administration it is; only for the kind MUNICIPALITY, and needed there.
    pub municipality_id: Option<MunicipalityId>,
    /// First day on which it exists.
    pub valid_from: NaiveDate,
}

impl Command for OrganisationAddInput {
    const NAME: &'static str = "organisationAdd";
    type Verb = verb::AddOrganisation;
    type Record = Organisation;

    async fn load(work: &Work<'_, Self::Verb>, id: OrganisationId) -> Result<Option<Organisation>, Failure> {
        organisation::lock(work.transaction.connection(), work.permit, id).await
    }

    fn check(&self, checks: &mut Checks) {
        checks.line("name", &self.name, NAME_MAXIMUM);
        checks.day("validFrom", Some(self.valid_from));
        let is_municipality = self.kind == OrganisationKind::Municipality;
        checks.require(is_municipality == self.municipality_id.is_some(), || {
            UserError::at("municipalityId", ErrorCode::MunicipalityMismatch)
        });
    }
}

impl Creates for OrganisationAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Organisation>, Stop> {
        let connection = work.transaction.connection();
        if let Some(parent) = self.parent_id {
            let found = organisation::find(connection, work.permit, parent).await?;
            found.ok_or_else(|| UserError::at("parentId", ErrorCode::NotFound))?;
        }
        if let Some(municipality) = self.municipality_id {
            let found = municipality::existing(connection, work.permit, &[municipality]).await?;
            found.first().ok_or_else(|| UserError::at("municipalityId", ErrorCode::NotFound))?;
        }
        let added = Organisation {
            id: OrganisationId::new(),
            district_id: work.permit.district_id(),
            kind: self.kind,
            name: self.name.trim().to_owned(),
            parent_id: self.parent_id,
            municipality_id: self.municipality_id,
            valid_from: self.valid_from,
            valid_until: None,
        };
        Ok(Done::new(organisation::insert(connection, work.permit, added).await?))
    }
}

/// An organisation that ceases to exist.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct OrganisationEndInput {
    /// The organisation.
    pub organisation_id: OrganisationId,
    /// First day on which it no longer exists.
    pub valid_until: NaiveDate,
}

impl Command for OrganisationEndInput {
    const NAME: &'static str = "organisationEnd";
    type Verb = verb::EndOrganisation;
    type Record = Organisation;

    async fn load(work: &Work<'_, Self::Verb>, id: OrganisationId) -> Result<Option<Organisation>, Failure> {
        organisation::lock(work.transaction.connection(), work.permit, id).await
    }

    fn check(&self, checks: &mut Checks) {
        checks.day("validUntil", Some(self.valid_until));
    }
}

impl Changes for OrganisationEndInput {
    fn target(&self) -> (OrganisationId, &'static str) {
        (self.organisation_id, "organisationId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(
        &self,
        work: &Work<'_, Self::Verb>,
        mut organisation: Organisation,
    ) -> Result<Done<Organisation>, Stop> {
        if self.valid_until <= organisation.valid_from {
            return Err(UserError::at("validUntil", ErrorCode::PeriodEmpty).into());
        }
        if organisation::employs(work.transaction.connection(), work.permit, organisation.id, self.valid_until).await? {
            return Err(UserError::at("organisationId", ErrorCode::OrganisationEmploys).into());
        }
        organisation.valid_until = Some(self.valid_until);
        organisation::update(work.transaction.connection(), work.permit, &organisation).await?;
        Ok(Done::new(organisation))
    }
}
