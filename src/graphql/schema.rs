//! The schema: the three roots, put together from the resources' parts.

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions, Schema};

use crate::graphql::accounts::account::{AccountMutations, AccountQueries};
use crate::graphql::accounts::grant::GrantMutations;
use crate::graphql::accounts::session::SessionMutations;
use crate::graphql::accounts::viewer::ViewerQueries;
use crate::graphql::casework::case::{CaseMutations, CaseQueries};
use crate::graphql::casework::client::{ClientMutations, ClientQueries};
use crate::graphql::casework::consent::{ConsentMutations, ConsentQueries};
use crate::graphql::casework::erasure::{ErasureMutations, ErasureQueries};
use crate::graphql::casework::import::ImportQueries;
use crate::graphql::district::body::BodyQueries;
use crate::graphql::district::district::DistrictQueries;
use crate::graphql::district::municipality::{MunicipalityMutations, MunicipalityQueries};
use crate::graphql::district::organisation::{OrganisationMutations, OrganisationQueries};
use crate::graphql::log::entry::LogQueries;
use crate::graphql::node::NodeQueries;
use crate::graphql::staffing::figures::StaffingQueries;
use crate::graphql::staffing::position::{PositionMutations, PositionQueries};
use crate::graphql::staffing::position_changed::PositionSubscriptions;
use crate::graphql::staffing::staff_member::{StaffMemberMutations, StaffMemberQueries};
use crate::graphql::staffing::supervision::SupervisionMutations;

/// Everything that can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    ViewerQueries,
    NodeQueries,
    DistrictQueries,
    MunicipalityQueries,
    OrganisationQueries,
    BodyQueries,
    PositionQueries,
    StaffingQueries,
    StaffMemberQueries,
    CaseQueries,
    ClientQueries,
    ConsentQueries,
    ErasureQueries,
    ImportQueries,
    AccountQueries,
    LogQueries,
);

/// Everything that can be done. Each mutation is a command of the trade; its payload's `userErrors` say which rules forbade
/// it.
#[derive(MergedObject, Default)]
pub struct Mutation(
    SessionMutations,
    PositionMutations,
    SupervisionMutations,
    StaffMemberMutations,
    CaseMutations,
    ClientMutations,
    ConsentMutations,
    ErasureMutations,
    AccountMutations,
    GrantMutations,
    MunicipalityMutations,
    OrganisationMutations,
);

/// Everything that can be followed as it happens.
#[derive(MergedSubscription, Default)]
pub struct Subscription(PositionSubscriptions);

/// The schema of this API.
pub type KimSchema = Schema<Query, Mutation, Subscription>;

/// Builds the schema. The framework's own limits are the second line behind [`crate::graphql::limits`].
#[must_use]
pub fn build() -> KimSchema {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .limit_recursive_depth(32)
        .limit_depth(20)
        .limit_aliases(100)
        .limit_directives(10)
        .limit_complexity(5_000)
        .disable_suggestions()
        .finish()
}

/// The schema as text, as it is committed in `schema.graphql`.
#[must_use]
pub fn text() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    format!("{}\n", build().sdl_with_options(options).trim_end())
}
