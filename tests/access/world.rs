//! Districts to look into: made by the commands, as the demo is.

use chrono::NaiveDate;
use entity::codes::{
    BuildingBlock, Funder, MunicipalityKind, OrganisationKind, PositionRole, PositionStatus, Role, SupervisionKind,
};
use entity::ids::{AccountId, GrantId, MunicipalityId, OrganisationId, PositionId, StaffMemberId};
use kim::access::{Actor, policy};
use kim::clock::{Clock, legal_day};
use kim::commands::accounts::account::{AccountCreate, AccountDisableInput};
use kim::commands::accounts::grant::{GrantAddInput, GrantRevokeInput};
use kim::commands::district::municipality::MunicipalityAddInput;
use kim::commands::district::organisation::OrganisationAddInput;
use kim::commands::pipeline::{Changes, Creates};
use kim::commands::staffing::position::{
    Holder, NewStaffMember, PositionAdvertiseInput, PositionApproveInput, PositionFillInput, PositionPlanInput,
    PositionVacateInput, ServiceAreaInput,
};
use kim::commands::staffing::staff_member::StaffMemberAddInput;
use kim::commands::staffing::supervision::{Line, Professional, SupervisionAssignInput};
use kim::commands::{Answer, CommandOptions};
use kim::store::district::district;
use secrecy::SecretString;

use crate::app::TestApp;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A district, from the side of who operates the server.
pub struct Place<'a> {
    pub app: &'a TestApp,
    pub actor: Actor,
    /// The reason that all commands are given for.
    pub reason: Option<String>,
}

fn made<R>(answer: Answer<R>) -> R {
    let errors: Vec<String> = answer.user_errors.iter().map(kim::error::UserError::english).collect();
    answer.record.unwrap_or_else(|| panic!("{errors:?}"))
}

impl<'a> Place<'a> {
    /// The demo's district.
    pub async fn demo(app: &'a TestApp) -> Self {
        let found = district::by_ags(&app.app.store, kim::demo::DISTRICT_AGS).await.unwrap().unwrap();
        Self { app, actor: Actor::system(found.id, legal_day(app.clock.now())), reason: None }
    }

    /// A new district.
    pub async fn found(app: &'a TestApp, ags: &str, name: &str) -> Self {
        let now = app.clock.now();
        let transaction = app.app.store.begin().await.unwrap();
        let id = district::insert(transaction.connection(), ags, name, now).await.unwrap();
        transaction.commit().await.unwrap();
        Self { app, actor: Actor::system(id, legal_day(now)), reason: None }
    }

    fn options(&self) -> CommandOptions {
        CommandOptions { reason: self.reason.clone(), ..Default::default() }
    }

    pub async fn create<C: Creates>(&self, command: C) -> C::Record {
        let commands = &self.app.app.engine.services().commands;
        made(commands.create(&self.actor, &command, &self.options()).await.unwrap())
    }

    pub async fn change<C: Changes>(&self, command: C) -> C::Record {
        let commands = &self.app.app.engine.services().commands;
        made(commands.change(&self.actor, &command, &self.options()).await.unwrap())
    }

    pub async fn municipality(&self, ags: &str, name: &str) -> MunicipalityId {
        let (ags, name) = (ags.to_owned(), name.to_owned());
        self.create(MunicipalityAddInput { ags, name, kind: MunicipalityKind::Town, valid_from: day("1975-01-01") })
            .await
            .id
    }

    pub async fn organisation(
        &self,
        kind: OrganisationKind,
        name: &str,
        municipality_id: Option<MunicipalityId>,
    ) -> OrganisationId {
        let command = OrganisationAddInput {
            kind,
            name: name.to_owned(),
            parent_id: None,
            municipality_id,
            valid_from: day("2000-01-01"),
        };
        self.create(command).await.id
    }

    pub async fn account(&self, login: &str, name: &str) -> AccountId {
        let sessions = &self.app.app.engine.services().sessions;
        let password_hash = sessions.hash_password(SecretString::from(kim::demo::PASSWORD)).await.unwrap();
        let (login, display_name) = (login.to_owned(), name.to_owned());
        self.create(AccountCreate { login, display_name, password_hash: Some(password_hash) }).await.id
    }

    /// Partner systems get all the scopes that there are.
    pub async fn grant(&self, account_id: AccountId, role: Role, organisation_id: OrganisationId) -> GrantId {
        let scopes = if role == Role::Integration { policy::scopes().collect() } else { Vec::new() };
        let command =
            GrantAddInput { account_id, role, organisation_id, from: Some(day("2023-01-01")), until: None, scopes };
        self.create(command).await.id
    }

    pub async fn revoke(&self, grant_id: GrantId) {
        self.change(GrantRevokeInput { grant_id, until: None }).await;
    }

    pub async fn disable(&self, account_id: AccountId) {
        self.change(AccountDisableInput { account_id, expected_version: None }).await;
    }

    pub async fn staff(&self, organisation_id: OrganisationId, name: &str) -> StaffMemberId {
        let command = StaffMemberAddInput { organisation_id, display_name: name.to_owned(), account_id: None };
        self.create(command).await.id
    }

    /// A position with an approval since the beginning of 2022.
    pub async fn position(
        &self,
        number: &str,
        employer_id: OrganisationId,
        serves: &[MunicipalityId],
        target: Option<&str>,
    ) -> PositionId {
        let planned = self.plan(number, employer_id, serves, target).await;
        let command = PositionApproveInput {
            position_id: planned,
            expected_version: None,
            approved_from: day("2022-01-01"),
            approved_until: None,
        };
        self.change(command).await.id
    }

    pub async fn plan(
        &self,
        number: &str,
        employer_id: OrganisationId,
        serves: &[MunicipalityId],
        target: Option<&str>,
    ) -> PositionId {
        let share = 100 / i32::try_from(serves.len().max(1)).unwrap();
        let command = PositionPlanInput {
            number: number.to_owned(),
            building_block: BuildingBlock::CaseManagement,
            role: PositionRole::CaseManager,
            employer_id,
            fte_hundredths: 100,
            funded_by: Funder::State,
            target_filled_on: target.map(day),
            service_areas: serves
                .iter()
                .map(|municipality| ServiceAreaInput { municipality_id: *municipality, share_hundredths: share })
                .collect(),
        };
        let planned = self.create(command).await;
        assert_eq!(planned.status, PositionStatus::Planned);
        planned.id
    }

    pub async fn advertise(&self, position_id: PositionId) {
        self.change(PositionAdvertiseInput { position_id, expected_version: None, target_filled_on: None }).await;
    }

    pub async fn fill(
        &self,
        position_id: PositionId,
        name: &str,
        account_id: Option<AccountId>,
        from: &str,
        until: Option<&str>,
    ) {
        let command = PositionFillInput {
            position_id,
            expected_version: None,
            holder: Holder::New(NewStaffMember { display_name: name.to_owned(), account_id }),
            fte_hundredths: 100,
            from: day(from),
            until: until.map(day),
        };
        self.change(command).await;
    }

    pub async fn vacate(&self, position_id: PositionId, until: &str) {
        let command = PositionVacateInput {
            position_id,
            expected_version: None,
            occupancy_id: None,
            until: day(until),
            target_filled_on: None,
        };
        self.change(command).await;
    }

    pub async fn supervise(&self, position_id: PositionId, kind: SupervisionKind, supervisor_id: StaffMemberId) {
        let command = SupervisionAssignInput {
            position_id,
            expected_version: None,
            kind,
            supervisor_id,
            from: day("2023-01-01"),
            until: None,
        };
        match kind {
            SupervisionKind::Professional => self.change(Professional(command)).await,
            SupervisionKind::Line => self.change(Line(command)).await,
        };
    }
}
