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
        /// Project group (Projektgruppe): finds a solution for one theme.
        ProjectGroup = "PROJECT_GROUP",
        /// Planning conference (Planungskonferenz): clusters themes, never solves single cases.
        PlanningConference = "PLANNING_CONFERENCE",
        /// Case conference (Fallkonferenz).
        CaseConference = "CASE_CONFERENCE",
        /// Collegial advice among case managers (kollegiale Beratung).
        PeerConsultation = "PEER_CONSULTATION",
        /// The round of the employers (Anstellungsträgerrunde).
        EmployerRound = "EMPLOYER_ROUND",
        /// A committee of the district council (Ausschuss).
        CouncilCommittee = "COUNCIL_COMMITTEE",
        /// The district council (Kreistag).
        DistrictCouncil = "DISTRICT_COUNCIL",
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

code_list! {
    /// What may be done with the data of a client.
    ClientStatus {
        /// Worked with.
        Active = "ACTIVE",
        /// Kept, but not to be worked with (Art. 18 GDPR): its identified content opens for nobody.
        Restricted = "RESTRICTED",
        /// Erased: the key is destroyed, nothing identified is left.
        Erased = "ERASED",
    }
}

code_list! {
    /// The legal basis on which data of a client are kept or passed on (GDPR; § 67 SGB X).
    LegalBasis {
        /// Consent, Art. 6(1)(a).
        Consent61A = "CONSENT_6_1_A",
        /// A contract, Art. 6(1)(b).
        Contract61B = "CONTRACT_6_1_B",
        /// A legal duty, Art. 6(1)(c).
        LegalDuty61C = "LEGAL_DUTY_6_1_C",
        /// Vital interests, Art. 6(1)(d).
        Vital61D = "VITAL_6_1_D",
        /// A public task, Art. 6(1)(e).
        PublicTask61E = "PUBLIC_TASK_6_1_E",
        /// Consent to special categories of data, Art. 9(2)(a).
        Special92A = "SPECIAL_9_2_A",
        /// Social protection law, Art. 9(2)(b).
        Special92B = "SPECIAL_9_2_B",
        /// Substantial public interest, Art. 9(2)(g).
        Special92G = "SPECIAL_9_2_G",
        /// Health or social care, Art. 9(2)(h).
        Special92H = "SPECIAL_9_2_H",
        /// Social data, §§ 67 to 85a SGB X.
        SgbX67 = "SGB_X_67",
    }
}

code_list! {
    /// A class of identified data: what a release from secrecy names, and what the access log tells.
    DataClass {
        /// Names and birth date.
        Identity = "IDENTITY",
        /// Address, telephone, e-mail.
        ContactDetails = "CONTACT_DETAILS",
        /// Languages and the need of an interpreter.
        Languages = "LANGUAGES",
        /// Findings and wishes of assessments.
        Assessment = "ASSESSMENT",
        /// Texts of goals and measures.
        Plan = "PLAN",
        /// Notes about contacts and the case.
        Notes = "NOTES",
        /// Texts of tasks and deadlines.
        Tasks = "TASKS",
        /// Documents and their names.
        Documents = "DOCUMENTS",
        /// Explanations of consents, releases and transfers.
        Consents = "CONSENTS",
        /// The personal part of the history.
        History = "HISTORY",
    }
}

code_list! {
    /// What a piece of sealed text is.
    TextKind {
        /// Family name.
        FamilyName = "FAMILY_NAME",
        /// Given names.
        GivenNames = "GIVEN_NAMES",
        /// Birth name and other former names.
        FormerNames = "FORMER_NAMES",
        /// Birth date, or a part of it.
        BirthDate = "BIRTH_DATE",
        /// Postal address.
        Address = "ADDRESS",
        /// Telephone, e-mail and other ways to reach the person.
        Contact = "CONTACT",
        /// Languages.
        Languages = "LANGUAGES",
        /// Whether, and for which language, an interpreter is needed.
        Interpreter = "INTERPRETER",
        /// What an assessment found.
        Finding = "FINDING",
        /// What the client wishes.
        Wish = "WISH",
        /// A goal.
        Goal = "GOAL",
        /// A measure.
        Measure = "MEASURE",
        /// How a measure or a goal ended.
        Outcome = "OUTCOME",
        /// A note about a contact.
        ContactNote = "CONTACT_NOTE",
        /// A note about the case.
        Note = "NOTE",
        /// A task.
        Task = "TASK",
        /// A deadline.
        Deadline = "DEADLINE",
        /// The day of a deadline that follows from a birth date, and would give it away.
        DueDay = "DUE_DAY",
        /// The file name of a document.
        DocumentName = "DOCUMENT_NAME",
        /// What a consent or a transmission is for.
        Purpose = "PURPOSE",
        /// How a consent was explained.
        Explanation = "EXPLANATION",
        /// A message between case managers about a case.
        Message = "MESSAGE",
        /// Why something was done.
        Reason = "REASON",
    }
}

code_list! {
    /// A legal sphere (Rechtskreis): the law from which a person's entitlements follow.
    LegalSphere {
        /// Basic income support for jobseekers (Bürgergeld).
        SgbIi = "SGB_II",
        /// Employment promotion.
        SgbIii = "SGB_III",
        /// Health insurance.
        SgbV = "SGB_V",
        /// Child and youth welfare.
        SgbViii = "SGB_VIII",
        /// Rehabilitation and participation.
        SgbIx = "SGB_IX",
        /// Social assistance.
        SgbXii = "SGB_XII",
        /// Benefits for asylum seekers.
        Asylblg = "ASYLBLG",
        /// Residence act.
        Aufenthg = "AUFENTHG",
        /// Freedom of movement of EU citizens.
        FreizueggEu = "FREIZUEGG_EU",
        /// Nationality act.
        Stag = "STAG",
        /// Housing benefit (Wohngeld).
        HousingBenefit = "HOUSING_BENEFIT",
        /// Child benefit (Kindergeld).
        ChildBenefit = "CHILD_BENEFIT",
        /// Training aid (BAföG, BAB).
        TrainingAid = "TRAINING_AID",
        /// Another one.
        Other = "OTHER",
        /// None.
        None = "NONE",
    }
}

code_list! {
    /// A list of codes that a district can edit: rows with validity and labels in German and English.
    CodeList {
        /// Areas of need (Bedarfsbereiche).
        NeedArea = "NEED_AREA",
        /// Kinds of barriers (Hürden).
        BarrierKind = "BARRIER_KIND",
        /// Groups of nationalities, for statistics.
        NationalityGroup = "NATIONALITY_GROUP",
        /// Groups of residence titles, for statistics.
        ResidenceGroup = "RESIDENCE_GROUP",
    }
}

code_list! {
    /// How severe a need is.
    NeedSeverity {
        /// Low.
        Low = "LOW",
        /// Moderate.
        Moderate = "MODERATE",
        /// High.
        High = "HIGH",
        /// Acute: something has to happen now.
        Acute = "ACUTE",
    }
}

code_list! {
    /// Where a support plan stands.
    PlanStatus {
        /// Being written.
        Draft = "DRAFT",
        /// Agreed with the client.
        Agreed = "AGREED",
        /// Replaced by a later one.
        Superseded = "SUPERSEDED",
    }
}

code_list! {
    /// Where a goal stands.
    GoalStatus {
        /// Nothing was done yet.
        Open = "OPEN",
        /// Being worked on.
        InProgress = "IN_PROGRESS",
        /// Reached.
        Reached = "REACHED",
        /// Reached in part.
        PartlyReached = "PARTLY_REACHED",
        /// Given up.
        Dropped = "DROPPED",
    }
}

code_list! {
    /// Where a measure stands.
    MeasureStatus {
        /// Planned.
        Planned = "PLANNED",
        /// The client was referred.
        Referred = "REFERRED",
        /// Started.
        Started = "STARTED",
        /// Completed.
        Completed = "COMPLETED",
        /// Refused by the client or by the institution.
        Refused = "REFUSED",
        /// There is no such offer, or no place in it: the raw signal of a structural gap.
        NotAvailable = "NOT_AVAILABLE",
        /// No longer needed.
        Dropped = "DROPPED",
    }
}

code_list! {
    /// How a contact took place.
    ContactChannel {
        /// In the office.
        InPerson = "IN_PERSON",
        /// At the client's home.
        HomeVisit = "HOME_VISIT",
        /// Going along to an office or appointment.
        Accompaniment = "ACCOMPANIMENT",
        /// By telephone.
        Telephone = "TELEPHONE",
        /// By video.
        Video = "VIDEO",
        /// By e-mail.
        Email = "EMAIL",
        /// By letter.
        Letter = "LETTER",
        /// By a messenger service.
        Messenger = "MESSENGER",
    }
}

code_list! {
    /// With whom a contact took place.
    ContactPartner {
        /// The client.
        Client = "CLIENT",
        /// Somebody of the household.
        HouseholdMember = "HOUSEHOLD_MEMBER",
        /// An institution.
        Institution = "INSTITUTION",
        /// Several parties in a case conference.
        CaseConference = "CASE_CONFERENCE",
        /// Somebody else.
        Other = "OTHER",
    }
}

code_list! {
    /// As what a case manager works on a case.
    CaseDuty {
        /// Leads it.
        Lead = "LEAD",
        /// Stands in for the lead.
        Substitute = "SUBSTITUTE",
    }
}

code_list! {
    /// Where a task stands.
    TaskStatus {
        /// To be done.
        Open = "OPEN",
        /// Done.
        Done = "DONE",
        /// No longer needed.
        Dropped = "DROPPED",
    }
}

code_list! {
    /// Where a deadline stands.
    DeadlineStatus {
        /// Still to be met.
        Open = "OPEN",
        /// Met.
        Met = "MET",
        /// Missed.
        Missed = "MISSED",
        /// No longer applies.
        Dropped = "DROPPED",
    }
}

code_list! {
    /// What starts the time of a deadline.
    DeadlineBasis {
        /// A residence title was issued.
        TitleIssued = "TITLE_ISSUED",
        /// A residence title expires.
        TitleExpires = "TITLE_EXPIRES",
        /// A course ends.
        CourseEnds = "COURSE_ENDS",
        /// The birth date.
        BirthDate = "BIRTH_DATE",
        /// A decision of an authority was made known.
        DecisionNotified = "DECISION_NOTIFIED",
        /// The arrival in Germany.
        Arrival = "ARRIVAL",
        /// Another day.
        Other = "OTHER",
    }
}

code_list! {
    /// How exactly a deadline is known.
    DeadlinePrecision {
        /// The day.
        Day = "DAY",
        /// The month only: the day would give the birth date away, and is shown to those who may see the identity.
        Month = "MONTH",
    }
}

code_list! {
    /// Where a document stands.
    DocumentStatus {
        /// Its content is awaited.
        Receiving = "RECEIVING",
        /// Stored and ready to be fetched.
        Stored = "STORED",
        /// Deleted.
        Deleted = "DELETED",
    }
}

code_list! {
    /// What a document is: the kinds of files that are taken.
    DocumentType {
        /// PDF (`application/pdf`).
        Pdf = "PDF",
        /// Photograph or scan (`image/jpeg`).
        Jpeg = "JPEG",
        /// Picture (`image/png`).
        Png = "PNG",
        /// Photograph of a mobile telephone (`image/heic`).
        Heic = "HEIC",
        /// Scan (`image/tiff`).
        Tiff = "TIFF",
        /// Plain text in UTF-8 (`text/plain`).
        Text = "TEXT",
        /// Text document of Word (`application/vnd.openxmlformats-officedocument.wordprocessingml.document`).
        Docx = "DOCX",
        /// Text document of LibreOffice (`application/vnd.oasis.opendocument.text`).
        Odt = "ODT",
        /// Spreadsheet of Excel (`application/vnd.openxmlformats-officedocument.spreadsheetml.sheet`).
        Xlsx = "XLSX",
    }
}

code_list! {
    /// How a case is to pass from one case manager to another. Four different things.
    TransferKind {
        /// The supervisory centre assigns it.
        Assign = "ASSIGN",
        /// The lead hands it over to a colleague of the same employer.
        HandOver = "HAND_OVER",
        /// The lead passes it on to a case manager of another employer.
        Transfer = "TRANSFER",
        /// A case manager asks the lead for it.
        Request = "REQUEST",
    }
}

code_list! {
    /// Where a transfer of a case stands.
    TransferStatus {
        /// It waits for an answer.
        Offered = "OFFERED",
        /// Accepted: the receiver leads the case.
        Accepted = "ACCEPTED",
        /// Declined: nothing changed.
        Declined = "DECLINED",
        /// Withdrawn: nothing changed.
        Withdrawn = "WITHDRAWN",
        /// Not answered in time: nothing changed.
        Expired = "EXPIRED",
    }
}

code_list! {
    /// What the receiver of a case confirms one by one.
    TransferItemKind {
        /// An open task.
        Task = "TASK",
        /// An open deadline.
        Deadline = "DEADLINE",
        /// A consent in force.
        Consent = "CONSENT",
    }
}

code_list! {
    /// What a consent or a release from secrecy (Schweigepflichtentbindung) is for.
    ConsentScope {
        /// Keeping the case record. Where the record rests on consent, nothing of it opens without one in force. When it is
        /// revoked, all releases of the client end with it, whatever the record rests on.
        CaseRecord = "CASE_RECORD",
        /// Passing data on to an institution.
        ShareWithInstitution = "SHARE_WITH_INSTITUTION",
        /// Speaking about the case in a case conference.
        CaseConference = "CASE_CONFERENCE",
        /// Showing identified data to the professional supervision.
        SupervisionIdentified = "SUPERVISION_IDENTIFIED",
        /// Speaking through an interpreter.
        Interpreter = "INTERPRETER",
        /// Keeping photographs and documents. Once one was given, it decides: when the latest was revoked or has expired,
        /// the documents' names and contents open to nobody, and no new ones are taken, until it is given anew. Where none
        /// was ever given, documents follow the record.
        PhotoDocument = "PHOTO_DOCUMENT",
        /// Passing data on to the database of the state.
        StateDatabase = "STATE_DATABASE",
        /// Being counted, without a name. Opens nothing to anybody and shares nothing; it outlives the consent to the record
        /// and is revoked by itself.
        StatisticsOnly = "STATISTICS_ONLY",
    }
}

code_list! {
    /// Whether a consent holds.
    ConsentStatus {
        /// It holds, or will hold from its first day on.
        Given = "GIVEN",
        /// It was revoked.
        Revoked = "REVOKED",
        /// Its time is over.
        Expired = "EXPIRED",
    }
}

code_list! {
    /// In which form a consent was given.
    ConsentForm {
        /// In writing.
        Written = "WRITTEN",
        /// Orally, with a record of it.
        Oral = "ORAL",
        /// Electronically.
        Electronic = "ELECTRONIC",
    }
}

code_list! {
    /// Why identified data is read.
    AccessPurpose {
        /// Work on the own case.
        CaseWork = "CASE_WORK",
        /// Work on a case as the substitute of its lead.
        Substitution = "SUBSTITUTION",
        /// Professional supervision.
        Supervision = "SUPERVISION",
        /// Looking whether a person is known already.
        DuplicateCheck = "DUPLICATE_CHECK",
        /// Taking over a case.
        Transfer = "TRANSFER",
        /// Rights of the person: extract, correction, erasure.
        DataSubjectRights = "DATA_SUBJECT_RIGHTS",
    }
}

code_list! {
    /// What allows a read of identified data.
    AccessBasis {
        /// The reader leads a case of the client or stands in for its lead.
        OwnCase = "OWN_CASE",
        /// The client released it to the reader.
        Release = "RELEASE",
        /// The case was unmasked for the reader.
        Unmasking = "UNMASKING",
        /// The server compared the data inside. The reader was told that something agrees, and saw none of it.
        Comparison = "COMPARISON",
        /// The operator of the server acts.
        System = "SYSTEM",
    }
}

code_list! {
    /// What a notice is about.
    NoticeKind {
        /// A release in favour of the recipient was given.
        ConsentGiven = "CONSENT_GIVEN",
        /// A release in favour of the recipient was revoked: what was received may no longer be used.
        ConsentRevoked = "CONSENT_REVOKED",
        /// A case was unmasked by the supervisory centre.
        CaseUnmasked = "CASE_UNMASKED",
        /// A case is offered or asked for.
        TransferOffered = "TRANSFER_OFFERED",
        /// An offer of a case, or the request for one, was answered, withdrawn or ran out.
        TransferAnswered = "TRANSFER_ANSWERED",
        /// Another office may know the same person.
        PossibleDuplicate = "POSSIBLE_DUPLICATE",
        /// The data of a client were erased: what was received has to be erased as well.
        ClientErased = "CLIENT_ERASED",
        /// A barrier waited too long on its stage and was raised to the next one.
        BarrierRaised = "BARRIER_RAISED",
        /// A theme to which one contributed was answered.
        ThemeAnswered = "THEME_ANSWERED",
        /// A body invites to a meeting.
        MeetingInvited = "MEETING_INVITED",
        /// Something is to be done after a decision.
        ActionAssigned = "ACTION_ASSIGNED",
        /// An edition of the case-management concept is open for comments and positions.
        ConceptOpened = "CONCEPT_OPENED",
    }
}

code_list! {
    /// Where a session of professional supervision stands.
    SupervisionItemStatus {
        /// Asked for; no day is set.
        Requested = "REQUESTED",
        /// A day is set.
        Scheduled = "SCHEDULED",
        /// It took place; nothing was agreed so far.
        Held = "HELD",
        /// It took place, and something was agreed.
        FollowUp = "FOLLOW_UP",
        /// Over: everything that was agreed is done, or the session was given up.
        Closed = "CLOSED",
    }
}

code_list! {
    /// How a person belongs to a case.
    CaseRelation {
        /// The person that the case is about.
        Main = "MAIN",
        /// Spouse or partner.
        Partner = "PARTNER",
        /// Child.
        Child = "CHILD",
        /// Mother or father.
        Parent = "PARENT",
        /// Another relative.
        OtherRelative = "OTHER_RELATIVE",
        /// Somebody else of the household.
        Other = "OTHER",
    }
}

code_list! {
    /// What two clients that look alike turned out to be.
    DuplicateVerdictKind {
        /// Not the same person.
        Different = "DIFFERENT",
        /// The same person.
        Same = "SAME",
    }
}

code_list! {
    /// How long records are kept, by class.
    RetentionClass {
        /// Enquiries that never became more than a first contact.
        Enquiry = "ENQUIRY",
        /// Closed cases.
        ClosedCase = "CLOSED_CASE",
        /// Proof of consents.
        ConsentProof = "CONSENT_PROOF",
        /// The access log.
        AccessLog = "ACCESS_LOG",
    }
}

code_list! {
    /// Where the erasure of a client stands.
    ErasureStatus {
        /// Proposed.
        Proposed = "PROPOSED",
        /// Offered to the archive.
        ArchiveOffered = "ARCHIVE_OFFERED",
        /// Approved by a second person.
        Approved = "APPROVED",
        /// Carried out: the key is destroyed.
        CarriedOut = "CARRIED_OUT",
        /// Rejected: the data are kept.
        Rejected = "REJECTED",
    }
}

code_list! {
    /// Why a client is to be erased.
    ErasureGround {
        /// The time of keeping is over.
        RetentionExpired = "RETENTION_EXPIRED",
        /// The person asks for it (Art. 17 GDPR).
        Request = "REQUEST",
        /// The consent to the case record was revoked.
        ConsentRevoked = "CONSENT_REVOKED",
    }
}

code_list! {
    /// Where an import stands.
    ImportStatus {
        /// Only checked: a dry run.
        Checked = "CHECKED",
        /// Going on, or interrupted and to be resumed.
        Running = "RUNNING",
        /// Done.
        Done = "DONE",
    }
}

code_list! {
    /// What became of a row of an import.
    ImportOutcome {
        /// The row can be imported.
        WouldCreate = "WOULD_CREATE",
        /// A case was opened.
        Created = "CREATED",
        /// The row was imported before: nothing to do.
        Known = "KNOWN",
        /// The row has faults.
        Refused = "REFUSED",
    }
}

code_list! {
    /// What cases are counted by in statistics.
    CaseDimension {
        /// The municipality that the case belongs to. Categories are ids of municipalities.
        Municipality = "MUNICIPALITY",
        /// The phase of the work on the reporting date (values of `CasePhase`, without CLOSURE).
        Phase = "PHASE",
        /// Whether it is being worked on or rests (OPEN or PAUSED), as recorded when the figures were made.
        Status = "STATUS",
        /// How much work it needs (values of `CaseIntensity`).
        Intensity = "INTENSITY",
        /// Person or household (values of `CaseUnit`).
        Unit = "UNIT",
        /// Where the person came from (values of `ReferralSource`).
        ReferralSource = "REFERRAL_SOURCE",
        /// Gender (values of `GenderStatistical`; NOT_STATED if nothing was recorded).
        Gender = "GENDER",
        /// Band of age (values of `AgeBand`; UNKNOWN if nothing was recorded).
        AgeBand = "AGE_BAND",
        /// Group of nationalities: codes of the list NATIONALITY_GROUP; NOT_STATED if nothing, or no code of the list, was
        /// recorded.
        NationalityGroup = "NATIONALITY_GROUP",
        /// Group of residence titles: codes of the list RESIDENCE_GROUP. Those that follow from the nationality, and what was
        /// not recorded, are one category, OTHER_OR_NOT_RECORDED: told apart, they would give numbers of nationalities away.
        ResidenceGroup = "RESIDENCE_GROUP",
        /// Level of German (values of `LanguageLevel`; NOT_ASSESSED if nothing was recorded).
        LanguageLevel = "LANGUAGE_LEVEL",
        /// Year in which it was opened: four digits, or BEFORE_2015.
        OpenedYear = "OPENED_YEAR",
        /// Why it was closed (values of `ClosureReason`).
        ClosureReason = "CLOSURE_REASON",
        /// How long it lasted from opening to closing: UNDER_1_MONTH, 1_TO_3_MONTHS, 3_TO_6_MONTHS, 6_TO_12_MONTHS,
        /// 1_TO_2_YEARS or OVER_2_YEARS, a month counted as 30 days.
        Duration = "DURATION",
    }
}

code_list! {
    /// The tables of the statistics of cases. There are no others, and no filters: everything that can be asked is known
    /// beforehand, so that no two answers together give away what each of them hides.
    ///
    /// Tables of one dimension are published for the end of each quarter, crossed ones for the end of June and December,
    /// those of closed cases for the end of the year.
    StatisticsTable {
        /// Cases that are not closed, by municipality.
        Municipality = "MUNICIPALITY",
        /// Cases that are not closed, by phase.
        Phase = "PHASE",
        /// Cases that are not closed, by status.
        Status = "STATUS",
        /// Cases that are not closed, by intensity.
        Intensity = "INTENSITY",
        /// Cases that are not closed, by unit.
        Unit = "UNIT",
        /// Cases that are not closed, by referral source.
        ReferralSource = "REFERRAL_SOURCE",
        /// Cases that are not closed, by gender.
        Gender = "GENDER",
        /// Cases that are not closed, by band of age.
        AgeBand = "AGE_BAND",
        /// Cases that are not closed, by group of nationalities.
        NationalityGroup = "NATIONALITY_GROUP",
        /// Cases that are not closed, by group of residence titles.
        ResidenceGroup = "RESIDENCE_GROUP",
        /// Cases that are not closed, by level of German.
        LanguageLevel = "LANGUAGE_LEVEL",
        /// Cases that are not closed, by year of opening.
        OpenedYear = "OPENED_YEAR",
        /// Cases that are not closed, by municipality and phase.
        MunicipalityByPhase = "MUNICIPALITY_BY_PHASE",
        /// Cases that are not closed, by municipality and intensity.
        MunicipalityByIntensity = "MUNICIPALITY_BY_INTENSITY",
        /// Cases that are not closed, by municipality and unit.
        MunicipalityByUnit = "MUNICIPALITY_BY_UNIT",
        /// Cases that are not closed, by municipality and referral source.
        MunicipalityByReferralSource = "MUNICIPALITY_BY_REFERRAL_SOURCE",
        /// Cases that are not closed, by municipality and gender.
        MunicipalityByGender = "MUNICIPALITY_BY_GENDER",
        /// Cases that are not closed, by municipality and group of nationalities.
        MunicipalityByNationalityGroup = "MUNICIPALITY_BY_NATIONALITY_GROUP",
        /// Cases that are not closed, by municipality and group of residence titles.
        MunicipalityByResidenceGroup = "MUNICIPALITY_BY_RESIDENCE_GROUP",
        /// Cases that are not closed, by municipality and year of opening.
        MunicipalityByOpenedYear = "MUNICIPALITY_BY_OPENED_YEAR",
        /// Cases that are not closed, by gender and band of age.
        GenderByAgeBand = "GENDER_BY_AGE_BAND",
        /// Cases that are not closed, by group of nationalities and level of German.
        NationalityGroupByLanguageLevel = "NATIONALITY_GROUP_BY_LANGUAGE_LEVEL",
        /// Cases that are not closed, by phase and status.
        PhaseByStatus = "PHASE_BY_STATUS",
        /// Cases closed in the calendar year, by reason.
        ClosureReason = "CLOSURE_REASON",
        /// Cases closed in the calendar year, by duration.
        ClosedDuration = "CLOSED_DURATION",
        /// Cases closed in the calendar year, by reason and duration.
        ClosureReasonByDuration = "CLOSURE_REASON_BY_DURATION",
    }
}

code_list! {
    /// For whom statistics are made: it decides from which number on a count is shown.
    StatisticsAudience {
        /// The supervisory centre, which sees the cases anyway: from 3 on. For supervisors only.
        Centre = "CENTRE",
        /// Coordination, guiding bodies, council and public: from 5 on. What is hidden for the centre is hidden here as well,
        /// so that both together tell no more than the centre's figures.
        Body = "BODY",
    }
}

code_list! {
    /// What a hint about the quality of case work is about. Hints ask for a look; they judge nobody.
    QualityHintKind {
        /// The case has been in its phase for longer than the setting says.
        PhaseOverdue = "PHASE_OVERDUE",
        /// No support plan was agreed for longer than the setting says.
        NoPlan = "NO_PLAN",
        /// There was no contact for longer than the setting says.
        NoContact = "NO_CONTACT",
    }
}

code_list! {
    /// How a load compares with the planning key of the district. It warns and never blocks.
    LoadAssessment {
        /// Below the planning key.
        Below = "BELOW",
        /// Within the planning key.
        Within = "WITHIN",
        /// Above the planning key.
        Above = "ABOVE",
    }
}

code_list! {
    /// Whether a stair model is in use.
    StairModelStatus {
        /// Being written; it can be changed.
        Draft = "DRAFT",
        /// New barriers climb by it.
        Active = "ACTIVE",
        /// Replaced by a later version; barriers that began under it keep it.
        Retired = "RETIRED",
    }
}

code_list! {
    /// What those who deal with a barrier on a stage may know of the person.
    IdentityLevel {
        /// The person is known: the case manager alone.
        Identified = "IDENTIFIED",
        /// The case is known, not the person.
        Pseudonymous = "PSEUDONYMOUS",
        /// Counts and what many cases have in common.
        Aggregate = "AGGREGATE",
    }
}

code_list! {
    /// Who is accountable for a barrier on a stage.
    StageActor {
        /// The case manager.
        CaseManager = "CASE_MANAGER",
        /// The supervisory centre (Kommunales Integrationszentrum, Fachaufsicht).
        Centre = "CENTRE",
        /// The coordinators of the district.
        Coordination = "COORDINATION",
        /// A body.
        Body = "BODY",
    }
}

code_list! {
    /// What became of a barrier.
    BarrierStatus {
        /// It stands in the way.
        Open = "OPEN",
        /// It does not stand in the way any more.
        Solved = "SOLVED",
        /// It was no barrier, or was recorded twice.
        Withdrawn = "WITHDRAWN",
    }
}

code_list! {
    /// How much a barrier hinders.
    BarrierSeverity {
        /// It costs time.
        Minor = "MINOR",
        /// It keeps something from being reached for long.
        Serious = "SERIOUS",
        /// Nothing goes on.
        Blocking = "BLOCKING",
    }
}

code_list! {
    /// Where a generative theme (generatives Thema) stands.
    ThemeStatus {
        /// Found by the system: barriers recur more than chance.
        Signal = "SIGNAL",
        /// Somebody proposes it.
        Proposed = "PROPOSED",
        /// The centre looks at the evidence.
        UnderReview = "UNDER_REVIEW",
        /// It is a structural problem.
        Confirmed = "CONFIRMED",
        /// It has its place among the others.
        Prioritised = "PRIORITISED",
        /// A body works on it.
        InWork = "IN_WORK",
        /// A body decided.
        Decided = "DECIDED",
        /// What was decided was done.
        Implemented = "IMPLEMENTED",
        /// It was looked at whether it helped.
        Evaluated = "EVALUATED",
        /// Beyond the competence of the district: with the state.
        ForwardedToState = "FORWARDED_TO_STATE",
        /// It is no structural problem, for a reason.
        Rejected = "REJECTED",
        /// It became part of another theme.
        Merged = "MERGED",
        /// It rests.
        Parked = "PARKED",
    }
}

code_list! {
    /// How far a theme reaches.
    ThemeReach {
        /// One municipality.
        OneMunicipality = "ONE_MUNICIPALITY",
        /// Several municipalities.
        SeveralMunicipalities = "SEVERAL_MUNICIPALITIES",
        /// The whole district.
        District = "DISTRICT",
        /// The state (Land).
        State = "STATE",
        /// The Federation.
        Federal = "FEDERAL",
    }
}

code_list! {
    /// Who can solve a theme.
    ThemeSolvableBy {
        /// Case managers, by working otherwise.
        CaseManager = "CASE_MANAGER",
        /// One office.
        Office = "OFFICE",
        /// The administration of the district.
        DistrictAdmin = "DISTRICT_ADMIN",
        /// The municipalities.
        Municipalities = "MUNICIPALITIES",
        /// Welfare organisations.
        WelfareOrganisations = "WELFARE_ORGANISATIONS",
        /// The district council.
        Council = "COUNCIL",
        /// The state (Land).
        State = "STATE",
        /// The Federation.
        Federal = "FEDERAL",
    }
}

code_list! {
    /// Where the publication of a theme stands. Four eyes look before anything leaves the centre.
    PublicationStatus {
        /// Written; somebody else has to agree.
        Requested = "REQUESTED",
        /// Published.
        Published = "PUBLISHED",
        /// Somebody else did not agree.
        Refused = "REFUSED",
        /// Replaced by a later one, or taken back.
        Withdrawn = "WITHDRAWN",
    }
}

code_list! {
    /// Where a meeting stands.
    MeetingStatus {
        /// A day is set; nobody is invited yet.
        Planned = "PLANNED",
        /// The members are invited.
        Invited = "INVITED",
        /// It takes place or took place: attendance is on record, decisions can be.
        Held = "HELD",
        /// Its minutes are approved: nothing more is decided in it.
        Approved = "APPROVED",
        /// It does not take place.
        Cancelled = "CANCELLED",
    }
}

code_list! {
    /// Whether a member attended a meeting.
    AttendanceStatus {
        /// The member was there.
        Present = "PRESENT",
        /// The member had sent apologies.
        Excused = "EXCUSED",
        /// The member was not there.
        Absent = "ABSENT",
    }
}

code_list! {
    /// What came of an item of an agenda.
    AgendaItemStatus {
        /// Nothing yet.
        Open = "OPEN",
        /// The body decided.
        Decided = "DECIDED",
        /// Put off to a later meeting.
        Postponed = "POSTPONED",
        /// The body took note (Kenntnis genommen).
        Noted = "NOTED",
    }
}

code_list! {
    /// What a body decided.
    DecisionKind {
        /// Adopted: it is to be done so.
        Adopt = "ADOPT",
        /// Rejected.
        Reject = "REJECT",
        /// Put off to a later meeting.
        Defer = "DEFER",
        /// Handed to another body or office of the district.
        Delegate = "DELEGATE",
        /// Handed to a higher body.
        Escalate = "ESCALATE",
        /// Handed to the district council or a committee of it.
        ReferToCouncil = "REFER_TO_COUNCIL",
        /// Handed to the state (Land): beyond the competence of the district.
        ReferToState = "REFER_TO_STATE",
        /// Taken note of (Kenntnis genommen). Needs no vote.
        TakeNote = "TAKE_NOTE",
    }
}

code_list! {
    /// How a body voted.
    VotingKind {
        /// Not at all.
        None = "NONE",
        /// By show of hands: only the numbers are on record.
        Count = "COUNT",
        /// By name: the vote of each member is on record.
        Names = "NAMES",
    }
}

code_list! {
    /// The vote of a member.
    Vote {
        /// For it.
        Yes = "YES",
        /// Against it.
        No = "NO",
        /// Neither.
        Abstention = "ABSTENTION",
        /// No vote, because of a conflict of interest (Befangenheit).
        Excluded = "EXCLUDED",
    }
}

code_list! {
    /// What a paper is.
    PaperKind {
        /// Proposal for a decision (Vorlage).
        Proposal = "PROPOSAL",
        /// Report.
        Report = "REPORT",
        /// Presentation.
        Presentation = "PRESENTATION",
        /// Minutes (Niederschrift).
        Minutes = "MINUTES",
        /// Statement of an institution.
        Statement = "STATEMENT",
        /// Another paper.
        Other = "OTHER",
    }
}

code_list! {
    /// What an object is for the public: the types of OParl that there are.
    PublicKind {
        /// A district (Körperschaft).
        Body = "BODY",
        /// A guiding body, or an institution that belongs to one (Gruppierung).
        Organization = "ORGANIZATION",
        /// A membership (Mitgliedschaft).
        Membership = "MEMBERSHIP",
        /// A meeting (Sitzung).
        Meeting = "MEETING",
        /// An item of an agenda (Tagesordnungspunkt).
        AgendaItem = "AGENDA_ITEM",
        /// A paper (Drucksache).
        Paper = "PAPER",
        /// That a meeting deals with a paper (Beratung).
        Consultation = "CONSULTATION",
        /// A file (Datei).
        File = "FILE",
        /// A place (Ort).
        Location = "LOCATION",
    }
}

code_list! {
    /// What became of something that was to be done.
    ActionItemStatus {
        /// To be done.
        Open = "OPEN",
        /// Done.
        Done = "DONE",
        /// Not to be done any more.
        Dropped = "DROPPED",
    }
}

code_list! {
    /// Where an edition of the case-management concept stands.
    ConceptStatus {
        /// It is being written.
        Draft = "DRAFT",
        /// The participants read it, comment on it and take their positions; its text stands still.
        InConsultation = "IN_CONSULTATION",
        /// A body adopted it: it is in force, and is never changed.
        Adopted = "ADOPTED",
        /// It was in force until a later edition was adopted.
        Superseded = "SUPERSEDED",
        /// It was given up.
        Withdrawn = "WITHDRAWN",
    }
}

code_list! {
    /// What a participant thinks of an edition of the concept.
    ConceptPositionKind {
        /// Agrees.
        Agree = "AGREE",
        /// Agrees, with a reservation that it names.
        AgreeWithReservation = "AGREE_WITH_RESERVATION",
        /// Objects, and says why.
        Object = "OBJECT",
    }
}

code_list! {
    /// What became of a comment on the concept.
    ConceptCommentStatus {
        /// Nobody answered it yet.
        Open = "OPEN",
        /// The concept follows it.
        Accepted = "ACCEPTED",
        /// The concept does not follow it, for a reason that is given.
        NotAccepted = "NOT_ACCEPTED",
    }
}
