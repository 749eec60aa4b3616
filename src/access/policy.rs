//! The one policy: role x action → reach. Deny is the default; nothing else in the code decides about access.

use async_graphql::Enum;
use entity::codes::{OrganisationKind, Role};

/// How far an action of a role reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum Reach {
    /// Not at all.
    Nothing,
    /// What is the person's own: the position that the person holds, the own account.
    Own,
    /// What belongs to the organisation of the grant.
    Organisation,
    /// What belongs to the organisation of the grant, if the grant's scopes name the action (partner systems).
    ScopedOrganisation,
    /// What clients released to the person or to the organisation of the grant, and what was unmasked for the person.
    Released,
    /// Everything of its kind in the district.
    District,
}

/// An action, known at compile time, that a [`super::Permit`] is for.
pub trait Verb: Send + Sync + 'static {
    /// The action.
    const ACTION: Action;
}

macro_rules! actions {
    ($($resource:ident { $($(#[$doc:meta])* $name:ident = $code:literal,)* })*) => {
        /// Everything that can be done in the system, apart from logging in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
        pub enum Action {
            $($($(#[$doc])* #[graphql(name = $code)] $name,)*)*
        }

        impl Action {
            /// All actions, in the order of the policy.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)*)*];

            /// The name of the action in the API, and as a scope of partner systems.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($(Self::$name => $code,)*)* }
            }
        }

        impl serde::Serialize for Action {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        /// One type per action, to name it in the type of a permit.
        pub mod verb {
            $($(
                $(#[$doc])*
                #[derive(Clone, Copy, Debug)]
                pub struct $name;
                impl super::Verb for $name {
                    const ACTION: super::Action = super::Action::$name;
                }
                impl super::on::$resource for $name {}
            )*)*
        }

        /// One trait per kind of record: the actions that concern it.
        pub mod on {
            $(
                #[doc = concat!("Actions on the records of ", stringify!($resource), ".")]
                pub trait $resource: super::Verb {}
            )*
        }
    };
}

actions! {
    Directory {
        /// See the district, its municipalities, organisations and guiding bodies.
        ReadDirectory = "READ_DIRECTORY",
        /// Add municipalities to the directory.
        AddMunicipality = "ADD_MUNICIPALITY",
        /// Add organisations to the directory.
        AddOrganisation = "ADD_ORGANISATION",
        /// End organisations of the directory.
        EndOrganisation = "END_ORGANISATION",
    }
    Position {
        /// See positions with their occupancies, service areas, supervision and history, and the staffing figures.
        ReadPosition = "READ_POSITION",
        /// Plan a new position.
        PlanPosition = "PLAN_POSITION",
        /// Record that a position is approved.
        ApprovePosition = "APPROVE_POSITION",
        /// Record that a position is advertised.
        AdvertisePosition = "ADVERTISE_POSITION",
        /// Record a holder.
        FillPosition = "FILL_POSITION",
        /// Record that a holder leaves.
        VacatePosition = "VACATE_POSITION",
        /// End a position.
        EndPosition = "END_POSITION",
        /// Assign the professional supervision (Fachaufsicht).
        AssignProfessionalSupervision = "ASSIGN_PROFESSIONAL_SUPERVISION",
        /// Assign the line supervision (Dienstaufsicht).
        AssignLineSupervision = "ASSIGN_LINE_SUPERVISION",
    }
    StaffMember {
        /// See the records of staff members.
        ReadStaffMember = "READ_STAFF_MEMBER",
        /// Put members of staff on record.
        AddStaffMember = "ADD_STAFF_MEMBER",
    }
    Case {
        /// See cases: pseudonymous, without names and notes.
        ReadCase = "READ_CASE",
        /// Open a case, whose lead one becomes.
        OpenCase = "OPEN_CASE",
        /// Work on a case: its phases, pausing, closing, reopening, the substitute, correcting what was recorded.
        WorkOnCase = "WORK_ON_CASE",
        /// Import cases from a file.
        ImportCases = "IMPORT_CASES",
        /// Raise a barrier from a case, and say what became of it.
        RaiseBarrier = "RAISE_BARRIER",
        /// Move a barrier on the stair.
        MoveBarrier = "MOVE_BARRIER",
    }
    Theme {
        /// Be told how many similar barriers there are in the district, never whose.
        CountBarriers = "COUNT_BARRIERS",
        /// See signals: combinations of barriers that recur more than chance; and how much waits on the stages of the stair.
        ReadSignal = "READ_SIGNAL",
        /// See generative themes; case managers those that rest on own cases or on barriers that they raised.
        ReadTheme = "READ_THEME",
        /// See what of themes was published. Everybody reads the same without an account where OParl is switched on.
        ReadPublication = "READ_PUBLICATION",
        /// Propose a theme, gather its evidence, merge and split themes.
        ArrangeTheme = "ARRANGE_THEME",
        /// Confirm and reject themes.
        ReviewTheme = "REVIEW_THEME",
        /// Prepare, prioritise and follow up themes.
        SteerTheme = "STEER_THEME",
        /// Publish themes, with four eyes.
        PublishTheme = "PUBLISH_THEME",
        /// Answer those who contributed to a theme.
        AnswerTheme = "ANSWER_THEME",
    }
    Stair {
        /// Draft, import and activate versions of the stair model.
        EditStairModel = "EDIT_STAIR_MODEL",
    }
    Identity {
        /// See identified data: names, addresses, notes, documents.
        ReadIdentity = "READ_IDENTITY",
        /// Put clients on record and correct their data.
        KeepIdentity = "KEEP_IDENTITY",
        /// Search for clients by name and birth date, and be told of possible duplicates.
        SearchClients = "SEARCH_CLIENTS",
        /// Hand a person the extract of all data about it (Art. 15 GDPR).
        ExtractClient = "EXTRACT_CLIENT",
    }
    Consent {
        /// See consents and releases from secrecy, without their texts.
        ReadConsent = "READ_CONSENT",
        /// Record consents, their revocation, and what was passed on.
        RecordConsent = "RECORD_CONSENT",
    }
    Notice {
        /// See the notices to oneself or to the own organisation, and acknowledge them.
        ReadNotice = "READ_NOTICE",
    }
    Unmasking {
        /// Unmask a case for oneself on a documented legal basis, for a time.
        UnmaskCase = "UNMASK_CASE",
    }
    Transfer {
        /// See the transfers of cases.
        ReadTransfer = "READ_TRANSFER",
        /// Offer a case to another case manager.
        OfferCase = "OFFER_CASE",
        /// Assign a case to a case manager.
        AssignCase = "ASSIGN_CASE",
        /// Ask the lead of a case for it.
        RequestCase = "REQUEST_CASE",
        /// Confirm the items of a transfer, accept or decline it.
        AnswerTransfer = "ANSWER_TRANSFER",
        /// Withdraw an offer, an assignment or a request.
        WithdrawTransfer = "WITHDRAW_TRANSFER",
    }
    SupervisionSession {
        /// See supervision sessions and their agreements.
        ReadSupervisionSession = "READ_SUPERVISION_SESSION",
        /// Ask for a supervision session: for oneself, or as a supervisor for a case manager.
        RequestSupervision = "REQUEST_SUPERVISION",
        /// Plan and hold supervision sessions, record agreements.
        HoldSupervision = "HOLD_SUPERVISION",
    }
    Body {
        /// See bodies with their memberships: all of the district, or those of public bodies and the own ones.
        ReadBody = "READ_BODY",
        /// Found and change bodies, add and end memberships.
        EditBody = "EDIT_BODY",
    }
    Meeting {
        /// See meetings with agendas, papers, decisions and action items: all, or those of the own organisation and what was
        /// published.
        ReadMeeting = "READ_MEETING",
        /// Plan meetings, write agendas, add papers, invite, cancel.
        PrepareMeeting = "PREPARE_MEETING",
        /// Record attendance, minutes and questions, approve minutes.
        RecordMeeting = "RECORD_MEETING",
        /// Answer the questions of members.
        AnswerQuestion = "ANSWER_QUESTION",
        /// Publish meetings, and take that back.
        PublishMeeting = "PUBLISH_MEETING",
        /// Record decisions with their votes, and what is to be done after them.
        RecordDecision = "RECORD_DECISION",
        /// Report that something is done that the own organisation is responsible for.
        ReportAction = "REPORT_ACTION",
        /// See which themes bodies left unanswered.
        FollowUpThemes = "FOLLOW_UP_THEMES",
    }
    Concept {
        /// See the case-management concept: all editions; or those that the own organisation takes part in, once they are open
        /// to the participants, and all that were adopted.
        ReadConcept = "READ_CONCEPT",
        /// Write the concept: its sections, participants and milestones, its way to adoption, and the answers to comments.
        EditConcept = "EDIT_CONCEPT",
        /// Comment on the concept.
        CommentOnConcept = "COMMENT_ON_CONCEPT",
        /// Put the position of a participant on record: of any; of those of the own organisation; or of the one that names
        /// oneself.
        AnswerConcept = "ANSWER_CONCEPT",
    }
    Figures {
        /// See the caseload of each case manager, weighted by intensity, and hints about quality.
        ReadCaseload = "READ_CASELOAD",
        /// See counts of the workload of one's staff, small numbers suppressed.
        ReadWorkload = "READ_WORKLOAD",
        /// See statistics of cases, numbers below five suppressed.
        ReadCaseStatistics = "READ_CASE_STATISTICS",
        /// See statistics of cases as the supervisory centre may, numbers below three suppressed.
        ReadCentreStatistics = "READ_CENTRE_STATISTICS",
    }
    AccessLog {
        /// See who read identified data, when and why.
        ReadAccessLog = "READ_ACCESS_LOG",
        /// Be shown unusual reads of identified data.
        ReviewAccesses = "REVIEW_ACCESSES",
    }
    Erasure {
        /// See proposals of erasure and their proofs.
        ReadErasure = "READ_ERASURE",
        /// Propose to erase a client.
        ProposeErasure = "PROPOSE_ERASURE",
        /// Offer to the archive, approve or reject an erasure that somebody else proposed.
        DecideErasure = "DECIDE_ERASURE",
    }
    Calendar {
        /// Make and revoke the own calendar feed.
        KeepCalendar = "KEEP_CALENDAR",
    }
    Rules {
        /// Edit code lists.
        EditCodeList = "EDIT_CODE_LIST",
        /// Edit the rules of deadlines.
        EditDeadlineRule = "EDIT_DEADLINE_RULE",
        /// Edit how long records are kept.
        EditRetentionRule = "EDIT_RETENTION_RULE",
        /// Edit what caseloads are reckoned by.
        EditCaseloadSetting = "EDIT_CASELOAD_SETTING",
        /// Edit what signals, themes and their cost are reckoned by.
        EditStructureSetting = "EDIT_STRUCTURE_SETTING",
    }
    Account {
        /// See accounts and their grants.
        ReadAccount = "READ_ACCOUNT",
        /// Make accounts.
        CreateAccount = "CREATE_ACCOUNT",
        /// Disable accounts.
        DisableAccount = "DISABLE_ACCOUNT",
        /// Give grants.
        AddGrant = "ADD_GRANT",
        /// End grants.
        RevokeGrant = "REVOKE_GRANT",
    }
    Log {
        /// See the log of the whole district and its signed heads.
        ReadLog = "READ_LOG",
    }
}

/// The policy.
#[must_use]
pub const fn reach(role: Role, action: Action) -> Reach {
    use Action as A;
    match role {
        Role::CaseManager => match action {
            A::ReadDirectory => Reach::District,
            A::ReadCase | A::OpenCase | A::WorkOnCase | A::ImportCases => Reach::Own,
            A::RaiseBarrier | A::MoveBarrier | A::ReadTheme => Reach::Own,
            A::CountBarriers | A::ReadPublication => Reach::District,
            A::ReadIdentity | A::KeepIdentity | A::SearchClients | A::ExtractClient => Reach::Own,
            A::ReadConsent | A::RecordConsent | A::ReadNotice | A::ReadAccessLog => Reach::Own,
            A::ReadTransfer | A::OfferCase | A::RequestCase | A::AnswerTransfer | A::WithdrawTransfer => Reach::Own,
            A::ReadSupervisionSession | A::RequestSupervision | A::KeepCalendar => Reach::Own,
            A::ReadErasure | A::ProposeErasure => Reach::Own,
            A::ReadPosition | A::ReadStaffMember | A::ReadAccount => Reach::Own,
            A::ReadBody | A::ReadMeeting => Reach::Own,
            // Staff read what the employer takes part in; they speak for it only where they are named.
            A::ReadConcept | A::CommentOnConcept => Reach::Organisation,
            A::AnswerConcept => Reach::Own,
            _ => Reach::Nothing,
        },
        Role::Supervisor => match action {
            A::ReadDirectory
            | A::ReadPosition
            | A::ReadStaffMember
            | A::ReadCase
            | A::ReadConsent
            | A::UnmaskCase
            | A::ReadTransfer
            | A::AssignCase
            | A::WithdrawTransfer
            | A::ReadSupervisionSession
            | A::RequestSupervision
            | A::HoldSupervision
            | A::ReadCaseload
            | A::ReadCaseStatistics
            | A::ReadCentreStatistics
            | A::MoveBarrier
            | A::CountBarriers
            | A::ReadSignal
            | A::ReadTheme
            | A::ReadPublication
            | A::ArrangeTheme
            | A::ReviewTheme
            | A::PublishTheme
            | A::AnswerTheme
            | A::AssignProfessionalSupervision => Reach::District,
            A::ReadBody | A::ReadMeeting | A::AnswerQuestion | A::FollowUpThemes => Reach::District,
            A::ReadConcept | A::CommentOnConcept => Reach::District,
            A::ReadIdentity | A::ReadNotice => Reach::Released,
            A::AddStaffMember => Reach::Organisation,
            A::ReadAccount => Reach::Own,
            _ => Reach::Nothing,
        },
        Role::Coordinator => match action {
            A::ReadDirectory
            | A::ReadPosition
            | A::ReadStaffMember
            | A::PlanPosition
            | A::ApprovePosition
            | A::ReadCaseStatistics
            | A::CountBarriers
            | A::ReadSignal
            | A::ReadTheme
            | A::ReadPublication
            | A::ArrangeTheme
            | A::SteerTheme
            | A::PublishTheme
            | A::AnswerTheme
            | A::EditStairModel
            | A::AssignProfessionalSupervision => Reach::District,
            A::ReadBody | A::EditBody | A::ReadMeeting | A::PrepareMeeting | A::RecordMeeting => Reach::District,
            A::AnswerQuestion | A::PublishMeeting | A::RecordDecision | A::ReportAction => Reach::District,
            A::FollowUpThemes => Reach::District,
            A::ReadConcept | A::EditConcept | A::CommentOnConcept | A::AnswerConcept => Reach::District,
            A::AddStaffMember => Reach::Organisation,
            A::ReadAccount => Reach::Own,
            _ => Reach::Nothing,
        },
        Role::Employer => match action {
            A::ReadDirectory => Reach::District,
            A::ReadBody | A::ReadMeeting | A::ReportAction => Reach::Organisation,
            A::ReadConcept | A::CommentOnConcept | A::AnswerConcept => Reach::Organisation,
            A::ReadPosition
            | A::ReadStaffMember
            | A::AddStaffMember
            | A::PlanPosition
            | A::AdvertisePosition
            | A::FillPosition
            | A::VacatePosition
            | A::EndPosition
            | A::ReadWorkload
            | A::ReadPublication
            | A::AssignLineSupervision => Reach::Organisation,
            A::ReadAccount => Reach::Own,
            _ => Reach::Nothing,
        },
        Role::DataProtectionOfficer => match action {
            A::ReadDirectory
            | A::ReadAccount
            | A::ReadLog
            | A::ReadConsent
            | A::ReadAccessLog
            | A::ReviewAccesses
            | A::ReadErasure
            | A::DecideErasure => Reach::District,
            _ => Reach::Nothing,
        },
        Role::Administrator => match action {
            A::ReadDirectory
            | A::ReadAccount
            | A::AddMunicipality
            | A::AddOrganisation
            | A::EndOrganisation
            | A::CreateAccount
            | A::DisableAccount
            | A::AddGrant
            | A::RevokeGrant
            | A::EditCodeList
            | A::EditDeadlineRule
            | A::EditRetentionRule
            | A::EditCaseloadSetting
            | A::EditStructureSetting => Reach::District,
            _ => Reach::Nothing,
        },
        Role::Integration => match action {
            A::ReadDirectory => Reach::District,
            A::ReadPosition | A::AdvertisePosition | A::FillPosition | A::VacatePosition | A::ImportCases => {
                Reach::ScopedOrganisation
            }
            A::ReadAccount => Reach::Own,
            _ => Reach::Nothing,
        },
        Role::Institution => match action {
            A::ReadDirectory => Reach::District,
            A::ReadNotice | A::ReadPublication => Reach::Organisation,
            A::ReadBody | A::ReadMeeting | A::ReportAction => Reach::Organisation,
            A::ReadConcept | A::CommentOnConcept | A::AnswerConcept => Reach::Organisation,
            A::ReadAccount => Reach::Own,
            _ => Reach::Nothing,
        },
    }
}

/// Whether a role can be held in an organisation of this kind.
///
/// Supervision and coordination lie with the integration centre; an institution such as a job centre can never hold a role
/// that reads cases or positions.
#[must_use]
pub const fn fits(role: Role, kind: OrganisationKind) -> bool {
    use OrganisationKind as K;
    match role {
        Role::Supervisor | Role::Coordinator => matches!(kind, K::IntegrationCentre),
        Role::CaseManager | Role::Employer => {
            matches!(kind, K::DistrictAdministration | K::IntegrationCentre | K::Municipality | K::WelfareOrganisation)
        }
        Role::DataProtectionOfficer | Role::Administrator => {
            matches!(kind, K::DistrictAdministration | K::IntegrationCentre)
        }
        Role::Integration => matches!(kind, K::Municipality | K::WelfareOrganisation),
        Role::Institution => matches!(kind, K::Institution),
    }
}

/// The roles that may do `action` at all, with their reach; in the order of the code list.
pub fn roles_that_may(action: Action) -> impl Iterator<Item = (Role, Reach)> {
    Role::ALL.iter().map(move |role| (*role, reach(*role, action))).filter(|(_, reach)| *reach != Reach::Nothing)
}

/// The actions that the scopes of a partner system can name.
pub fn scopes() -> impl Iterator<Item = Action> {
    Action::ALL.iter().copied().filter(|action| matches!(reach(Role::Integration, *action), Reach::ScopedOrganisation))
}

#[cfg(test)]
mod tests {
    use entity::codes::{OrganisationKind, Role};

    use super::{Action, Reach, fits, reach};

    #[test]
    fn the_policy_is_the_reviewed_one() {
        let mut table = String::new();
        for action in Action::ALL {
            for role in Role::ALL {
                let reach = reach(*role, *action);
                if reach != Reach::Nothing {
                    table.push_str(&format!("{:32} {:24} {reach:?}\n", action.as_str(), role.as_str()));
                }
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn institutions_hold_no_role_but_their_own() {
        for role in Role::ALL.iter().filter(|role| **role != Role::Institution) {
            assert!(!fits(*role, OrganisationKind::Institution), "{}", role.as_str());
        }
        assert!(fits(Role::Institution, OrganisationKind::Institution));
    }

    #[test]
    fn employers_reach_nothing_beyond_their_own_organisation_but_the_directory() {
        for action in Action::ALL.iter().filter(|action| **action != Action::ReadDirectory) {
            assert_ne!(reach(Role::Employer, *action), Reach::District, "{}", action.as_str());
        }
    }
}
