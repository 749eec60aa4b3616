//! Code lists whose values the program itself distinguishes. (Lists that only people distinguish are rows, not enums.)

use async_graphql::Enum;
use sea_orm::entity::prelude::StringLen;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

macro_rules! code_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Enum, EnumIter, DeriveActiveEnum)]
        #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(40))")]
        pub enum $name {
            $($(#[$vdoc])* #[sea_orm(string_value = $text)] #[serde(rename = $text)] #[graphql(name = $text)] $variant,)*
        }

        impl $name {
            /// All values, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The name of the value, as it stands in the database and in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
            /// Reads the name of a value.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

code_list! {
    /// What a person may be in the system. A person can hold several roles, each in one organisation and for a time.
    Role {
        /// Helps single persons (Case Managerin, Case Manager). Sees the own position.
        CaseManager = "CASE_MANAGER",
        /// Professional supervision (Fachaufsicht) at the integration centre. Sees all positions of the district.
        Supervisor = "SUPERVISOR",
        /// Coordination of the programme at the district (Koordinierungskraft). Sees all positions of the district.
        Coordinator = "COORDINATOR",
        /// An employer of positions (Anstellungsträger): a town, the district or a welfare organisation. Sees its own positions only.
        Employer = "EMPLOYER",
        /// The data protection officer (Datenschutzbeauftragte). Sees accounts, grants and the log's metadata.
        DataProtectionOfficer = "DATA_PROTECTION_OFFICER",
        /// Administers accounts and grants of the district.
        Administrator = "ADMINISTRATOR",
        /// The computer system of a partner municipality; may do what the scopes of its grant name, for its own organisation.
        Integration = "INTEGRATION",
        /// An institution (job centre, school, …) that takes part in bodies and referrals.
        Institution = "INSTITUTION",
    }
}

code_list! {
    /// The kind of an organisation.
    OrganisationKind {
        /// The administration of the district (Kreisverwaltung).
        DistrictAdministration = "DISTRICT_ADMINISTRATION",
        /// The municipal integration centre (Kommunales Integrationszentrum, KI).
        IntegrationCentre = "INTEGRATION_CENTRE",
        /// The administration of a town or commune.
        Municipality = "MUNICIPALITY",
        /// An organisation of the free welfare associations (Freie Wohlfahrtspflege).
        WelfareOrganisation = "WELFARE_ORGANISATION",
        /// Another institution: job centre, employment agency, school, ….
        Institution = "INSTITUTION",
    }
}

code_list! {
    /// The legal type of a municipality.
    MunicipalityKind {
        /// A town (Stadt).
        Town = "TOWN",
        /// A commune without town rights (Gemeinde).
        Commune = "COMMUNE",
    }
}

code_list! {
    /// The three building blocks (Bausteine) of the programme that the state pays positions in.
    BuildingBlock {
        /// Baustein 1: strategic management and coordination.
        Coordination = "COORDINATION",
        /// Baustein 2: case management.
        CaseManagement = "CASE_MANAGEMENT",
        /// Baustein 3: immigration and naturalisation offices.
        ImmigrationNaturalisation = "IMMIGRATION_NATURALISATION",
    }
}

code_list! {
    /// What the holder of a position does.
    PositionRole {
        /// Coordinator of the programme (Koordinierungskraft).
        KimCoordinator = "KIM_COORDINATOR",
        /// Administrative assistant (Verwaltungsassistenz).
        AdminAssistant = "ADMIN_ASSISTANT",
        /// Case manager.
        CaseManager = "CASE_MANAGER",
        /// Officer of the immigration office (Ausländerbehörde).
        ImmigrationOffice = "IMMIGRATION_OFFICE",
        /// Officer of the naturalisation office (Einbürgerungsbehörde).
        NaturalisationOffice = "NATURALISATION_OFFICE",
    }
}

code_list! {
    /// Who pays for a position, apart from the employer's own share (Eigenanteil).
    Funder {
        /// The state (Land Nordrhein-Westfalen), by the flat rate of the programme.
        State = "STATE",
        /// The district (Kreis).
        District = "DISTRICT",
        /// The municipality alone.
        Municipality = "MUNICIPALITY",
        /// A third party, e.g. a foundation or a fund of the European Union.
        ThirdParty = "THIRD_PARTY",
    }
}

code_list! {
    /// Where a position stands. It changes by commands only: see `availableTransitions`.
    PositionStatus {
        /// Wanted, not yet approved.
        Planned = "PLANNED",
        /// Approved: the money is granted.
        Approved = "APPROVED",
        /// Advertised: candidates are sought.
        Advertised = "ADVERTISED",
        /// A holder is recorded who has no end date, or whose end date nobody has recorded yet.
        Filled = "FILLED",
        /// Every recorded holder has an end date, so that the position has to be filled anew.
        Vacant = "VACANT",
        /// Ended: the position does not exist any more. Its history stays.
        Ended = "ENDED",
    }
}

code_list! {
    /// The two supervisions of a position, which are never the same.
    SupervisionKind {
        /// Professional supervision (Fachaufsicht): how the work is done. Lies with the integration centre.
        Professional = "PROFESSIONAL",
        /// Line supervision (Dienstaufsicht): hours, leave, contract. Lies with the employer.
        Line = "LINE",
    }
}

code_list! {
    /// The kind of a guiding body.
    BodyKind {
        /// Steering group (Steuerungsgruppe, elsewhere Lenkungsgruppe).
        SteeringGroup = "STEERING_GROUP",
        /// Coordination group (Koordinierungsgruppe).
        CoordinationGroup = "COORDINATION_GROUP",
        /// Working group (Arbeitsgruppe), e.g. AG Querschnitt.
        WorkingGroup = "WORKING_GROUP",
    }
}

code_list! {
    /// Whether a case is being worked on.
    CaseStatus {
        /// Being worked on.
        Open = "OPEN",
        /// Resting for a while, e.g. during a long absence of the client.
        Paused = "PAUSED",
        /// Closed, with a reason. It can be reopened.
        Closed = "CLOSED",
    }
}

code_list! {
    /// The phase of case work (Case-Management-Regelkreis).
    CasePhase {
        /// First contact: what is it about, who is responsible?
        Intake = "INTAKE",
        /// Clearing: is case management the right help?
        Clearing = "CLEARING",
        /// Assessment of needs and strengths.
        Assessment = "ASSESSMENT",
        /// Agreement on goals and support plan.
        Planning = "PLANNING",
        /// Linking with services and offices.
        Linking = "LINKING",
        /// Monitoring of what was agreed.
        Monitoring = "MONITORING",
        /// Evaluation together with the client.
        Evaluation = "EVALUATION",
        /// Closure.
        Closure = "CLOSURE",
    }
}

code_list! {
    /// How much work a case needs.
    CaseIntensity {
        /// Short advice.
        ShortAdvice = "SHORT_ADVICE",
        /// The usual.
        Standard = "STANDARD",
        /// Much more than usual.
        Intensive = "INTENSIVE",
    }
}

code_list! {
    /// Who is helped in a case.
    CaseUnit {
        /// One person.
        Person = "PERSON",
        /// A household (Bedarfsgemeinschaft, family).
        Household = "HOUSEHOLD",
    }
}

code_list! {
    /// Where the person came from to case management.
    ReferralSource {
        /// By oneself.
        Oneself = "SELF_REFERRAL",
        /// A counselling service.
        CounsellingService = "COUNSELLING_SERVICE",
        /// The municipality.
        Municipality = "MUNICIPALITY",
        /// The immigration office (Ausländerbehörde).
        ImmigrationOffice = "IMMIGRATION_OFFICE",
        /// The job centre.
        JobCentre = "JOB_CENTRE",
        /// The employment agency (Agentur für Arbeit).
        EmploymentAgency = "EMPLOYMENT_AGENCY",
        /// The youth office (Jugendamt).
        YouthOffice = "YOUTH_OFFICE",
        /// The health office (Gesundheitsamt).
        HealthOffice = "HEALTH_OFFICE",
        /// A school or day-care centre.
        SchoolOrDaycare = "SCHOOL_OR_DAYCARE",
        /// An employer of the person.
        Employer = "EMPLOYER",
        /// A volunteer.
        Volunteer = "VOLUNTEER",
        /// A migrant organisation.
        MigrantOrganisation = "MIGRANT_ORGANISATION",
        /// Somebody else.
        Other = "OTHER",
    }
}

code_list! {
    /// Why a case was closed.
    ClosureReason {
        /// The goals were reached.
        GoalsReached = "GOALS_REACHED",
        /// Some of the goals were reached.
        PartlyReached = "PARTLY_REACHED",
        /// Handed over to another service.
        HandedOver = "HANDED_OVER",
        /// Moved away from the district.
        MovedAway = "MOVED_AWAY",
        /// The client wished so.
        ClientWish = "CLIENT_WISH",
        /// The contact broke off.
        NoContact = "NO_CONTACT",
        /// Left the country.
        LeftCountry = "LEFT_COUNTRY",
        /// Deceased.
        Deceased = "DECEASED",
        /// Does not belong to the target group.
        NotTargetGroup = "NOT_TARGET_GROUP",
        /// Another reason.
        Other = "OTHER",
    }
}

code_list! {
    /// Gender, for statistics only.
    GenderStatistical {
        /// Female.
        Female = "FEMALE",
        /// Male.
        Male = "MALE",
        /// Diverse.
        Diverse = "DIVERSE",
        /// Not stated.
        NotStated = "NOT_STATED",
    }
}

code_list! {
    /// Band of age, for statistics only.
    AgeBand {
        /// Under 6 years.
        U6 = "U6",
        /// 6 to 15 years.
        A6To15 = "A6_15",
        /// 16 and 17 years.
        A16To17 = "A16_17",
        /// 18 to 24 years.
        A18To24 = "A18_24",
        /// 25 to 34 years.
        A25To34 = "A25_34",
        /// 35 to 44 years.
        A35To44 = "A35_44",
        /// 45 to 54 years.
        A45To54 = "A45_54",
        /// 55 to 64 years.
        A55To64 = "A55_64",
        /// 65 years and more.
        A65Plus = "A65PLUS",
        /// Unknown.
        Unknown = "UNKNOWN",
    }
}

code_list! {
    /// Level of German by the Common European Framework of Reference for Languages.
    LanguageLevel {
        /// None.
        None = "NONE",
        /// A1.
        A1 = "A1",
        /// A2.
        A2 = "A2",
        /// B1.
        B1 = "B1",
        /// B2.
        B2 = "B2",
        /// C1.
        C1 = "C1",
        /// C2.
        C2 = "C2",
        /// Native speaker.
        Native = "NATIVE",
        /// Not assessed.
        NotAssessed = "NOT_ASSESSED",
    }
}
