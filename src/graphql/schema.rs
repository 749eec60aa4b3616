//! The schema: the three roots, put together from the resources' parts.

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions, Schema};

use crate::graphql::accounts::account::{AccountMutations, AccountQueries};
use crate::graphql::accounts::grant::GrantMutations;
use crate::graphql::accounts::session::SessionMutations;
use crate::graphql::accounts::viewer::ViewerQueries;
use crate::graphql::bodies::action_item::{ActionItemMutations, ActionItemQueries};
use crate::graphql::bodies::agenda_item::{AgendaItemMutations, AgendaItemQueries};
use crate::graphql::bodies::concept::{ConceptMutations, ConceptQueries};
use crate::graphql::bodies::concept_comment::ConceptCommentMutations;
use crate::graphql::bodies::concept_milestone::ConceptMilestoneMutations;
use crate::graphql::bodies::concept_participant::ConceptParticipantMutations;
use crate::graphql::bodies::concept_section::ConceptSectionMutations;
use crate::graphql::bodies::decision::DecisionMutations;
use crate::graphql::bodies::meeting::{MeetingMutations, MeetingQueries};
use crate::graphql::bodies::membership::BodyMembershipMutations;
use crate::graphql::bodies::paper::PaperMutations;
use crate::graphql::bodies::question::MeetingQuestionMutations;
use crate::graphql::bodies::silence::SilenceQueries;
use crate::graphql::casework::assessment::AssessmentMutations;
use crate::graphql::casework::calendar_feed::{CalendarFeedMutations, CalendarFeedQueries};
use crate::graphql::casework::case::{CaseMutations, CaseQueries};
use crate::graphql::casework::case_changed::CaseSubscriptions;
use crate::graphql::casework::client::{ClientMutations, ClientQueries};
use crate::graphql::casework::consent::{ConsentMutations, ConsentQueries};
use crate::graphql::casework::contact::ContactMutations;
use crate::graphql::casework::deadline::{DeadlineMutations, DeadlineQueries};
use crate::graphql::casework::deadline_rule::{DeadlineRuleMutations, DeadlineRuleQueries};
use crate::graphql::casework::disclosure::{DisclosureMutations, DisclosureQueries};
use crate::graphql::casework::document::DocumentMutations;
use crate::graphql::casework::erasure::{ErasureMutations, ErasureQueries};
use crate::graphql::casework::goal::GoalMutations;
use crate::graphql::casework::import::ImportQueries;
use crate::graphql::casework::measure::{MeasureMutations, MeasureQueries};
use crate::graphql::casework::note::NoteMutations;
use crate::graphql::casework::notice::{NoticeMutations, NoticeQueries, NoticeSubscriptions};
use crate::graphql::casework::supervision_session::{SupervisionSessionMutations, SupervisionSessionQueries};
use crate::graphql::casework::support_plan::SupportPlanMutations;
use crate::graphql::casework::task::{TaskMutations, TaskQueries};
use crate::graphql::casework::transfer::{TransferMutations, TransferQueries};
use crate::graphql::casework::unmasking::UnmaskingMutations;
use crate::graphql::district::body::{BodyMutations, BodyQueries};
use crate::graphql::district::code_list::{CodeListMutations, CodeListQueries};
use crate::graphql::district::district::DistrictQueries;
use crate::graphql::district::municipality::{MunicipalityMutations, MunicipalityQueries};
use crate::graphql::district::organisation::{OrganisationMutations, OrganisationQueries};
use crate::graphql::log::access::AccessQueries;
use crate::graphql::log::entry::LogQueries;
use crate::graphql::node::NodeQueries;
use crate::graphql::reporting::caseload::CaseloadQueries;
use crate::graphql::reporting::caseload_setting::{CaseloadSettingMutations, CaseloadSettingQueries};
use crate::graphql::reporting::statistics::StatisticsQueries;
use crate::graphql::reporting::workload::WorkloadQueries;
use crate::graphql::staffing::figures::StaffingQueries;
use crate::graphql::staffing::position::{PositionMutations, PositionQueries};
use crate::graphql::staffing::position_changed::PositionSubscriptions;
use crate::graphql::staffing::staff_member::{StaffMemberMutations, StaffMemberQueries};
use crate::graphql::staffing::supervision::SupervisionMutations;
use crate::graphql::structure::barrier::{BarrierMutations, BarrierQueries};
use crate::graphql::structure::setting::{StructureSettingMutations, StructureSettingQueries};
use crate::graphql::structure::signal::SignalQueries;
use crate::graphql::structure::stair::{StairModelMutations, StairModelQueries};
use crate::graphql::structure::theme::{ThemeMutations, ThemeQueries};
use crate::graphql::structure::theme_publication::{ThemePublicationMutations, ThemePublicationQueries};

/// Everything that can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    ViewerQueries,
    NodeQueries,
    DistrictQueries,
    MunicipalityQueries,
    OrganisationQueries,
    BodyQueries,
    MeetingQueries,
    AgendaItemQueries,
    ActionItemQueries,
    SilenceQueries,
    ConceptQueries,
    CodeListQueries,
    DeadlineRuleQueries,
    DeadlineQueries,
    CalendarFeedQueries,
    PositionQueries,
    StaffingQueries,
    StaffMemberQueries,
    CaseQueries,
    ClientQueries,
    ConsentQueries,
    AccessQueries,
    DisclosureQueries,
    ErasureQueries,
    CaseloadQueries,
    CaseloadSettingQueries,
    ImportQueries,
    MeasureQueries,
    NoticeQueries,
    StatisticsQueries,
    SupervisionSessionQueries,
    TaskQueries,
    TransferQueries,
    WorkloadQueries,
    StairModelQueries,
    BarrierQueries,
    SignalQueries,
    ThemeQueries,
    ThemePublicationQueries,
    StructureSettingQueries,
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
    AssessmentMutations,
    ContactMutations,
    DisclosureMutations,
    ErasureMutations,
    CaseloadSettingMutations,
    DocumentMutations,
    GoalMutations,
    MeasureMutations,
    NoteMutations,
    NoticeMutations,
    SupervisionSessionMutations,
    SupportPlanMutations,
    TaskMutations,
    TransferMutations,
    UnmaskingMutations,
    StairModelMutations,
    BarrierMutations,
    ThemeMutations,
    ThemePublicationMutations,
    StructureSettingMutations,
    AccountMutations,
    GrantMutations,
    MunicipalityMutations,
    OrganisationMutations,
    BodyMutations,
    BodyMembershipMutations,
    MeetingMutations,
    AgendaItemMutations,
    MeetingQuestionMutations,
    PaperMutations,
    DecisionMutations,
    ActionItemMutations,
    ConceptMutations,
    ConceptSectionMutations,
    ConceptParticipantMutations,
    ConceptCommentMutations,
    ConceptMilestoneMutations,
    CodeListMutations,
    DeadlineRuleMutations,
    DeadlineMutations,
    CalendarFeedMutations,
);

/// Everything that can be followed as it happens.
#[derive(MergedSubscription, Default)]
pub struct Subscription(PositionSubscriptions, CaseSubscriptions, NoticeSubscriptions);

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
