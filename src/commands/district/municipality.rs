//! Municipalities: add.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::MunicipalityKind;
use entity::ids::{Identifier, MunicipalityId};
use serde::Serialize;

use crate::access::verb;
use crate::commands::pipeline::{Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::district::district;
use crate::store::district::municipality::{self, Municipality};

impl Record for Municipality {
    type Id = MunicipalityId;

    fn id(&self) -> MunicipalityId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }
}

/// A municipality to be added to the district.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MunicipalityAddInput {
    /// Official key (AGS): eight digits that begin with the key of the district, e.g. `05558012`.
    pub ags: String,
    /// Name, at most 200 characters.
    pub name: String,
    /// Town or commune.
    pub kind: MunicipalityKind,
    /// First day on which it exists under this key.
    pub valid_from: NaiveDate,
}

impl Command for MunicipalityAddInput {
    const NAME: &'static str = "municipalityAdd";
    type Verb = verb::AddMunicipality;
    type Record = Municipality;

    async fn load(work: &Work<'_, Self::Verb>, id: MunicipalityId) -> Result<Option<Municipality>, Failure> {
        municipality::lock(work.transaction.connection(), work.permit, id).await
    }

    fn check(&self, checks: &mut Checks) {
        checks.line("name", &self.name, NAME_MAXIMUM);
        checks.day("validFrom", Some(self.valid_from));
        checks.require(self.ags.len() == 8 && self.ags.bytes().all(|byte| byte.is_ascii_digit()), || {
            UserError::at("ags", ErrorCode::AgsMalformed)
        });
    }
}

impl Creates for MunicipalityAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Municipality>, Stop> {
        let connection = work.transaction.connection();
        let district = district::of(connection, work.permit).await?;
        let district = district.ok_or_else(|| Failure::internal("an actor without a district"))?;
        if !self.ags.starts_with(&district.ags) {
            return Err(UserError::at("ags", ErrorCode::AgsMalformed).into());
        }
        let added = Municipality {
            id: MunicipalityId::new(),
            district_id: district.id,
            ags: self.ags.clone(),
            name: self.name.trim().to_owned(),
            kind: self.kind,
            valid_from: self.valid_from,
            valid_until: None,
        };
        Ok(Done::new(municipality::insert(connection, work.permit, added).await??))
    }
}
