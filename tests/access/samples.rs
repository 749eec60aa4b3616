//! One harmless request per field of the three roots.

use serde_json::{Value, json};

/// Ids that the samples ask for, all of the demo's district and within reach of its town Coesfeld.
#[derive(Default)]
pub struct Ids {
    /// Held by the case manager of the town.
    pub held: String,
    /// Advertised.
    pub advertised: String,
    /// Approved.
    pub approved: String,
    /// Planned.
    pub planned: String,
    pub town: String,
    pub municipality: String,
    pub account: String,
    pub grant: String,
    /// A person of the town who supervises nobody yet.
    pub superior: String,
    /// A person of the integration centre who supervises nobody yet.
    pub supervisor: String,
    /// The institution.
    pub institution: String,
    /// Led by the case manager of the town.
    pub case: String,
    /// The person of that case, who is on record as Erika Musterfrau.
    pub client: String,
    /// The child of the household of that case.
    pub person: String,
    /// The consent of that person to the record.
    pub consent: String,
    /// A session asked for by the case manager of the town.
    pub session: String,
    /// An unmasking of that case that the supervisor ended.
    pub unmasking: String,
    /// Proposed by the case manager of the town, of somebody else.
    pub erasure: String,
    /// A run of an import of the same case manager.
    pub import: String,
    /// Of a code list.
    pub code_list_entry: String,
    /// A rule of deadlines.
    pub deadline_rule: String,
    /// Of that case.
    pub deadline: String,
    /// Of the case manager of the town.
    pub calendar_feed: String,
    /// A document of that case, whose content never came.
    pub document: String,
    /// A case that is offered to the case manager of the town.
    pub transfer: String,
    /// What the case manager of the town was told thereby.
    pub notice: String,
    /// A draft of a support plan of that case.
    pub plan: String,
    /// The goal of that draft.
    pub goal: String,
    /// The measure towards that goal.
    pub measure: String,
    /// A contact in that case.
    pub contact: String,
    /// A note about that case.
    pub note: String,
    /// A task in that case.
    pub task: String,
    /// A draft of a stair model.
    pub stair_model: String,
    /// A barrier of that case.
    pub barrier: String,
    /// A confirmed theme that rests on that barrier.
    pub theme: String,
    /// Another theme.
    pub other_theme: String,
    /// What the coordinator wants to be published of the theme.
    pub publication: String,
    /// A body to which the town and the institution belong, and what it does.
    pub bodies: BodyIds,
    /// The concept of the demo, in consultation.
    pub concept: ConceptIds,
}

/// Ids of one edition of the concept.
#[derive(Default)]
pub struct ConceptIds {
    pub concept: String,
    pub section: String,
    /// The town.
    pub participant: String,
    pub comment: String,
    pub milestone: String,
}

/// Ids of one body: its next meeting, to which the members were invited, and one that it held.
#[derive(Default)]
pub struct BodyIds {
    pub body: String,
    pub membership: String,
    pub planned: String,
    pub invited: String,
    pub held: String,
    /// Of the meeting that was invited to; names the institution.
    pub item: String,
    /// Of the meeting that was held; open.
    pub held_item: String,
    pub question: String,
    pub paper: String,
    pub decision: String,
    /// Of the town.
    pub action: String,
}

/// A request for one field.
pub struct Sample {
    /// What sets it apart, where a field has several.
    pub variant: &'static str,
    pub document: String,
    pub variables: Value,
}

fn read(document: &str, variables: Value) -> Vec<Sample> {
    vec![Sample { variant: "", document: document.to_owned(), variables }]
}

fn command(field: &str, variant: &'static str, input: Value) -> Sample {
    let ty = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    Sample {
        variant,
        document: format!(
            "mutation($input: {ty}!) {{ {field}(input: $input, options: {{ validateOnly: true }}) {{ userErrors {{ code }} }} }}"
        ),
        variables: json!({ "input": input }),
    }
}

/// What caseloads are reckoned by, as a district may set it.
pub fn caseload_setting() -> Value {
    json!({
        "shortAdviceHundredths": 50, "standardHundredths": 100, "intensiveHundredths": 150, "planningMinimum": 20,
        "planningMaximum": 30, "intakeDays": 7, "clearingDays": 28, "assessmentDays": 42, "planningDays": 42,
        "linkingDays": 90, "monitoringDays": 180, "evaluationDays": 42, "noPlanDays": 90, "noContactDays": 60,
    })
}

/// What signals, themes and their cost are reckoned by, as a district may set it.
pub fn structure_setting() -> Value {
    json!({
        "hourCostCents": 4500, "delayDayCostCents": 1500, "minimumCases": 3, "minimumCaseManagers": 2,
        "minimumMunicipalities": 2, "falseDiscoveryPermille": 50, "minimumRatioHundredths": 100,
    })
}

/// A stair model with three stages.
fn stair_model() -> Value {
    let stage = |position: i32, accountable: &str, level: &str| {
        json!({ "position": position, "key": format!("S{position}"), "labelDe": "Stufe", "labelEn": "stage",
            "criteriaDe": "wann", "criteriaEn": "when", "accountable": accountable, "identityLevel": level })
    };
    let stages = [
        stage(1, "CASE_MANAGER", "IDENTIFIED"),
        stage(2, "CENTRE", "PSEUDONYMOUS"),
        stage(3, "COORDINATION", "AGGREGATE"),
    ];
    json!({ "name": "Drei Stufen", "source": "Muster", "entryPosition": 1, "stages": stages })
}

fn session(field: &str, input: Value) -> Sample {
    let ty = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    Sample {
        variant: "",
        document: format!("mutation($input: {ty}!) {{ {field}(input: $input) {{ userErrors {{ code }} }} }}"),
        variables: json!({ "input": input }),
    }
}

/// The samples of `root.field`; `None` for a field that nobody wrote one for. `session` ends with the request.
pub fn samples(root: &str, field: &str, ids: &Ids) -> Option<Vec<Sample>> {
    let samples = match (root, field) {
        ("Query", "viewer") => read("{ viewer { account { login } } }", json!({})),
        ("Query", "accessPolicy") => read("{ accessPolicy { role } }", json!({})),
        ("Query", "errorCatalogue") => read("{ errorCatalogue { code } }", json!({})),
        ("Query", "node") => read("query($id: ID!) { node(id: $id) { id } }", json!({ "id": ids.held })),
        ("Query", "nodes") => {
            let documents = [
                ("position", json!([ids.held, ids.advertised])),
                ("account", json!([ids.account])),
                ("staff", json!([ids.superior])),
                ("directory", json!([ids.town, ids.municipality])),
            ];
            documents
                .map(|(variant, list)| Sample {
                    variant,
                    document: "query($ids: [ID!]!) { nodes(ids: $ids) { id } }".to_owned(),
                    variables: json!({ "ids": list }),
                })
                .into()
        }
        ("Query", "district") => read("{ district { ags } }", json!({})),
        ("Query", "municipalities") => read("{ municipalities { totalCount nodes { id } } }", json!({})),
        ("Query", "organisations") => read("{ organisations { totalCount nodes { id } } }", json!({})),
        ("Query", "bodies") => read("{ bodies { nodes { id } } }", json!({})),
        ("Query", "position") => read("query($id: ID!) { position(id: $id) { id } }", json!({ "id": ids.held })),
        ("Query", "positions") => read(
            "query($ids: [ID!]) { positions(filter: { idIn: $ids }) { totalCount nodes { id } } }",
            json!({ "ids": [ids.held, ids.advertised] }),
        ),
        ("Query", "staffing") => read(
            "{ staffing(fromMonth: \"2023-06-01\", untilMonth: \"2023-06-01\", groupBy: []) { reportingDate } }",
            json!({}),
        ),
        ("Query", "staffMembers") => read("{ staffMembers { nodes { id } } }", json!({})),
        ("Query", "client") => {
            read("query($id: ID!) { client(id: $id) { id identity { familyName } } }", json!({ "id": ids.client }))
        }
        ("Query", "clientSearch") => {
            read("{ clientSearch(names: \"Musterfrau\") { nodes { client { identity { familyName } } } } }", json!({}))
        }
        ("Query", "clientExtract") => {
            read("query($id: ID!) { clientExtract(id: $id) { json } }", json!({ "id": ids.client }))
        }
        ("Query", "erasures") => read("{ erasures { nodes { id } } }", json!({})),
        ("Query", "caseStatistics") => {
            let document = "query($audience: StatisticsAudience) {
                caseStatistics(table: MUNICIPALITY, audience: $audience) { reportingOn } }";
            [("", Value::Null), ("centre", json!("CENTRE")), ("body", json!("BODY"))]
                .map(|(variant, audience)| Sample {
                    variant,
                    document: document.to_owned(),
                    variables: json!({ "audience": audience }),
                })
                .into()
        }
        ("Query", "caseload") => read("{ caseload { nodes { openCases caseManager { id } } } }", json!({})),
        ("Query", "workload") => read("{ workload { nodes { openCases caseManager { id } } } }", json!({})),
        ("Query", "caseloadSetting") => read("{ caseloadSetting { planningMaximum } }", json!({})),
        ("Mutation", "caseloadSettingChange") => vec![command(field, "", caseload_setting())],
        ("Query", "retentionRules") => read("{ retentionRules { nodes { id } } }", json!({})),
        ("Query", "importRun") => read("query($id: ID!) { importRun(id: $id) { id } }", json!({ "id": ids.import })),
        ("Query", "importRuns") => read("{ importRuns { nodes { id } } }", json!({})),
        ("Query", "importRows") => {
            read("query($id: ID!) { importRows(runId: $id) { nodes { line } } }", json!({ "id": ids.import }))
        }

        ("Query", "supervisionSession") => {
            read("query($id: ID!) { supervisionSession(id: $id) { id } }", json!({ "id": ids.session }))
        }
        ("Query", "supervisionSessions") => read("{ supervisionSessions { nodes { id } } }", json!({})),
        ("Query", "accesses") => read("{ accesses { nodes { id } } }", json!({})),
        ("Query", "unusualAccesses") => {
            read("{ unusualAccesses(since: \"2023-01-01T00:00:00Z\") { findings { reads } } }", json!({}))
        }
        ("Query", "measures") => read("{ measures { nodes { id } } }", json!({})),
        ("Query", "tasks") => read("{ tasks { nodes { id } } }", json!({})),
        ("Query", "consents") => read("{ consents { nodes { id } } }", json!({})),
        ("Query", "disclosures") => read("{ disclosures { nodes { id } } }", json!({})),
        ("Query", "notices") => read("{ notices { nodes { id kind } } }", json!({})),
        ("Query", "caseManagers") => read("{ caseManagers { nodes { id displayName } } }", json!({})),
        ("Query", "transfer") => {
            read("query($id: ID!) { transfer(id: $id) { id reference } }", json!({ "id": ids.transfer }))
        }
        ("Query", "transfers") => read("{ transfers { nodes { id reference } } }", json!({})),
        ("Query", "accounts") => read("{ accounts { totalCount nodes { id } } }", json!({})),
        ("Query", "logEntries") => read("{ logEntries { nodes { id } } }", json!({})),
        ("Query", "meeting") => {
            read("query($id: ID!) { meeting(id: $id) { id } }", json!({ "id": ids.bodies.invited }))
        }
        ("Query", "meetings") => read("{ meetings { nodes { id } } }", json!({})),
        ("Query", "agendaItems") => read("{ agendaItems { nodes { id } } }", json!({})),
        ("Query", "actionItems") => read("{ actionItems { nodes { id } } }", json!({})),
        ("Query", "unansweredThemes") => read("{ unansweredThemes { nodes { theme { id } } } }", json!({})),
        ("Query", "concept") => {
            read("query($id: ID!) { concept(id: $id) { id } }", json!({ "id": ids.concept.concept }))
        }
        ("Query", "concepts") => read("{ concepts { nodes { id } } }", json!({})),
        ("Mutation", "conceptDraft") => vec![command(field, "", json!({ "predecessorId": ids.concept.concept }))],
        ("Mutation", "conceptChange") => {
            vec![command(field, "", json!({ "conceptId": ids.concept.concept, "title": "Konzept" }))]
        }
        ("Mutation", "conceptArrange") => {
            vec![command(field, "", json!({ "conceptId": ids.concept.concept, "sectionIds": [ids.concept.section] }))]
        }
        ("Mutation", "conceptConsult" | "conceptReturn" | "conceptWithdraw") => {
            vec![command(field, "", json!({ "conceptId": ids.concept.concept }))]
        }
        ("Mutation", "conceptAdopt") => {
            vec![command(field, "", json!({ "conceptId": ids.concept.concept, "decisionId": ids.bodies.decision }))]
        }
        ("Mutation", "conceptSectionAdd") => vec![command(
            field,
            "",
            json!({ "conceptId": ids.concept.concept, "key": "new", "title": "Neu", "text": "Neu" }),
        )],
        ("Mutation", "conceptSectionChange") => {
            vec![command(field, "", json!({ "conceptSectionId": ids.concept.section, "title": "Neu", "text": "Neu" }))]
        }
        ("Mutation", "conceptSectionRemove") => {
            vec![command(field, "", json!({ "conceptSectionId": ids.concept.section }))]
        }
        ("Mutation", "conceptParticipantAdd") => vec![command(
            field,
            "",
            json!({ "conceptId": ids.concept.concept, "organisationId": ids.town, "function": "Neu" }),
        )],
        ("Mutation", "conceptParticipantRemove") => {
            vec![command(field, "", json!({ "conceptParticipantId": ids.concept.participant }))]
        }
        ("Mutation", "conceptTakePosition") => {
            vec![command(field, "", json!({ "conceptParticipantId": ids.concept.participant, "kind": "AGREE" }))]
        }
        ("Mutation", "conceptCommentAdd") => {
            vec![command(field, "", json!({ "conceptId": ids.concept.concept, "text": "Gut." }))]
        }
        ("Mutation", "conceptCommentSettle") => {
            vec![command(field, "", json!({ "conceptCommentId": ids.concept.comment, "isAccepted": true }))]
        }
        ("Mutation", "conceptMilestoneAdd") => {
            vec![command(field, "", json!({ "conceptId": ids.concept.concept, "title": "Neu", "dueOn": "2023-12-31" }))]
        }
        ("Mutation", "conceptMilestoneChange") => vec![command(
            field,
            "",
            json!({ "conceptMilestoneId": ids.concept.milestone, "title": "Neu", "dueOn": "2023-12-31" }),
        )],
        ("Mutation", "conceptMilestoneRemove") => {
            vec![command(field, "", json!({ "conceptMilestoneId": ids.concept.milestone }))]
        }
        ("Mutation", "bodyFound") => vec![command(field, "", json!({ "kind": "WORKING_GROUP", "name": "AG" }))],
        ("Mutation", "bodyChange") => {
            vec![command(field, "", json!({ "bodyId": ids.bodies.body, "name": "Runde", "isPublic": false }))]
        }
        ("Mutation", "bodyMembershipAdd") => vec![command(
            field,
            "",
            json!({ "bodyId": ids.bodies.body, "organisationId": ids.town, "function": "Neu", "validFrom": "2023-01-01" }),
        )],
        ("Mutation", "bodyMembershipEnd") => {
            vec![command(field, "", json!({ "bodyMembershipId": ids.bodies.membership, "validUntil": "2024-01-01" }))]
        }
        ("Mutation", "meetingPlan") => vec![command(
            field,
            "",
            json!({ "bodyId": ids.bodies.body, "title": "Sitzung", "startsAt": "2033-01-01T08:00:00Z" }),
        )],
        ("Mutation", "meetingChange") => vec![command(
            field,
            "",
            json!({ "meetingId": ids.bodies.planned, "title": "Sitzung", "startsAt": "2033-01-01T08:00:00Z" }),
        )],
        ("Mutation", "meetingInvite" | "meetingCancel") => {
            vec![command(field, "", json!({ "meetingId": ids.bodies.planned }))]
        }
        ("Mutation", "meetingHold") => {
            vec![command(field, "", json!({ "meetingId": ids.bodies.held, "presentIds": [] }))]
        }
        ("Mutation", "meetingRecordMinutes") => {
            vec![command(field, "", json!({ "meetingId": ids.bodies.held, "minutes": "Text" }))]
        }
        ("Mutation", "meetingApproveMinutes" | "meetingPublish" | "meetingUnpublish") => {
            vec![command(field, "", json!({ "meetingId": ids.bodies.held }))]
        }
        ("Mutation", "agendaItemAdd") => {
            vec![command(field, "", json!({ "meetingId": ids.bodies.invited, "title": "Neu" }))]
        }
        ("Mutation", "agendaItemChange") => {
            vec![command(field, "", json!({ "agendaItemId": ids.bodies.item, "title": "Neu", "isPublic": false }))]
        }
        ("Mutation", "agendaItemRemove") => vec![command(field, "", json!({ "agendaItemId": ids.bodies.item }))],
        ("Mutation", "agendaItemPostpone") => {
            vec![command(field, "", json!({ "agendaItemId": ids.bodies.held_item }))]
        }
        ("Mutation", "meetingQuestionAsk") => vec![command(
            field,
            "",
            json!({ "agendaItemId": ids.bodies.item, "askedBy": "Fraktion A", "text": "Wie hoch?" }),
        )],
        ("Mutation", "meetingQuestionAnswer") => {
            vec![command(field, "", json!({ "meetingQuestionId": ids.bodies.question, "answer": "So hoch." }))]
        }
        ("Mutation", "paperAdd") => vec![command(
            field,
            "",
            json!({ "agendaItemId": ids.bodies.item, "kind": "OTHER", "name": "Anlage", "source": { "url": "https://ris.example/" } }),
        )],
        ("Mutation", "paperRemove") => vec![command(field, "", json!({ "paperId": ids.bodies.paper }))],
        ("Mutation", "decisionRecord") => vec![command(
            field,
            "",
            json!({ "agendaItemId": ids.bodies.held_item, "kind": "TAKE_NOTE", "text": "Kenntnis genommen." }),
        )],
        ("Mutation", "actionItemAssign") => vec![command(
            field,
            "",
            json!({ "decisionId": ids.bodies.decision, "organisationId": ids.town, "text": "Auftrag" }),
        )],
        ("Mutation", "actionItemReport" | "actionItemDrop") => {
            vec![command(field, "", json!({ "actionItemId": ids.bodies.action, "result": "Erledigt" }))]
        }
        ("Mutation", "sessionLogin") => {
            let login = json!({ "login": kim::demo::COORDINATOR_LOGIN, "password": kim::demo::PASSWORD });
            vec![session(field, login)]
        }
        ("Mutation", "sessionRefresh") => vec![session(field, json!({ "refreshToken": "none" }))],
        ("Mutation", "sessionLogout") => vec![session(field, json!({}))],
        ("Mutation", "clientCorrect") => {
            vec![command(field, "", json!({ "clientId": ids.client, "address": "Musterweg 1" }))]
        }
        ("Mutation", "clientRestrict") => vec![command(field, "", json!({ "clientId": ids.client }))],
        ("Mutation", "clientLiftRestriction") => vec![command(field, "", json!({ "clientId": ids.client }))],
        ("Mutation", "erasurePropose") => {
            vec![command(field, "", json!({ "clientId": ids.client, "ground": "REQUEST" }))]
        }
        ("Mutation", "erasureOfferToArchive" | "erasureApprove" | "erasureReject") => {
            vec![command(field, "", json!({ "erasureId": ids.erasure }))]
        }
        ("Mutation", "retentionRuleSet") => vec![command(
            field,
            "",
            json!({ "class": "ACCESS_LOG", "months": 12, "afterYearEnd": false, "source": "Dienstanweisung" }),
        )],
        ("Mutation", "casePersonAdd") => {
            vec![command(field, "", json!({ "caseId": ids.case, "relation": "CHILD" }))]
        }
        ("Mutation", "casePersonEnd") => vec![command(field, "", json!({ "casePersonId": ids.person }))],
        ("Mutation", "clientJudgeDuplicate") => {
            vec![command(field, "", json!({ "clientId": ids.client, "hintId": "none", "verdict": "DIFFERENT" }))]
        }
        ("Mutation", "caseUnmask") => vec![command(
            field,
            "",
            json!({ "caseId": ids.case, "legalBasis": "VITAL_6_1_D", "reason": "Gefahr", "validUntil": "2023-06-02" }),
        )],
        ("Mutation", "caseEndUnmasking") => vec![command(field, "", json!({ "unmaskingId": ids.unmasking }))],
        ("Mutation", "supervisionSessionRequest") => vec![command(field, "", json!({ "caseIds": [] }))],
        ("Mutation", "supervisionSessionSchedule") => {
            vec![command(field, "", json!({ "sessionId": ids.session, "plannedOn": "2023-06-05" }))]
        }
        ("Mutation", "supervisionSessionHold" | "supervisionSessionClose") => {
            vec![command(field, "", json!({ "sessionId": ids.session }))]
        }
        ("Mutation", "supervisionAgreementAdd") => {
            vec![command(field, "", json!({ "sessionId": ids.session, "text": "Berichte kürzen" }))]
        }
        ("Mutation", "supervisionAgreementSettle") => vec![command(
            field,
            "",
            json!({ "sessionId": ids.session, "agreementId": format!("spa_{}", "0".repeat(32)) }),
        )],
        ("Mutation", "consentRecord") => vec![command(
            field,
            "",
            json!({ "clientId": ids.client, "scope": "STATISTICS_ONLY", "form": "ORAL", "language": "uk" }),
        )],
        ("Mutation", "documentPrepare") => vec![command(
            field,
            "",
            json!({ "caseId": ids.case, "name": "Mietvertrag.pdf", "documentType": "PDF", "sizeBytes": 100 }),
        )],
        ("Mutation", "documentLink") => vec![session(field, json!({ "documentId": ids.document }))],
        ("Mutation", "documentDelete") => vec![command(field, "", json!({ "documentId": ids.document }))],
        ("Mutation", "consentRevoke") => vec![command(field, "", json!({ "consentId": ids.consent }))],
        ("Mutation", "disclosureRecord") => vec![command(
            field,
            "",
            json!({ "clientId": ids.client, "recipientOrganisationId": ids.institution, "dataClasses": ["IDENTITY"] }),
        )],
        ("Mutation", "noticeAcknowledge") => vec![command(field, "", json!({ "noticeId": ids.notice }))],
        ("Mutation", "transferOffer" | "transferAssign") => {
            vec![command(field, "", json!({ "caseId": ids.case, "toStaffMemberId": ids.superior }))]
        }
        ("Mutation", "transferRequest") => vec![command(field, "", json!({ "reference": "2023-9999" }))],
        ("Mutation", "transferConfirmItem") => vec![command(
            field,
            "",
            json!({ "transferId": ids.transfer, "recordId": format!("tsk_{}", "0".repeat(32)) }),
        )],
        ("Mutation", "transferAccept" | "transferDecline" | "transferWithdraw") => {
            vec![command(field, "", json!({ "transferId": ids.transfer }))]
        }
        ("Mutation", "positionPlan") => vec![command(
            field,
            "",
            json!({ "number": "NEW-1", "buildingBlock": "CASE_MANAGEMENT", "role": "CASE_MANAGER",
                "employerId": ids.town, "fteHundredths": 100, "fundedBy": "STATE" }),
        )],
        ("Mutation", "positionApprove") => {
            vec![command(field, "", json!({ "positionId": ids.planned, "approvedFrom": "2023-01-01" }))]
        }
        ("Mutation", "positionAdvertise") => vec![command(field, "", json!({ "positionId": ids.approved }))],
        ("Mutation", "positionFill") => vec![command(
            field,
            "",
            json!({ "positionId": ids.advertised, "holder": { "new": { "displayName": "Nina Neu-Muster" } },
                "fteHundredths": 100, "from": "2023-07-01" }),
        )],
        ("Mutation", "positionVacate") => {
            vec![command(field, "", json!({ "positionId": ids.held, "until": "2023-12-31" }))]
        }
        ("Mutation", "positionEnd") => {
            vec![command(field, "", json!({ "positionId": ids.advertised, "endedOn": "2023-12-31" }))]
        }
        ("Mutation", "supervisionAssign") => {
            let input = |kind: &str, supervisor: &str| json!({ "positionId": ids.held, "kind": kind, "supervisorId": supervisor, "from": "2023-06-01" });
            vec![
                command(field, "professional", input("PROFESSIONAL", &ids.supervisor)),
                command(field, "line", input("LINE", &ids.superior)),
            ]
        }
        ("Query", "case") => read("query($id: ID!) { case(id: $id) { id } }", json!({ "id": ids.case })),
        ("Query", "cases") => read("{ cases { nodes { id } } }", json!({})),
        ("Mutation", "caseOpen") => vec![command(
            field,
            "",
            json!({ "municipalityId": ids.municipality, "unit": "PERSON", "intensity": "STANDARD", "referralSource": "OTHER" }),
        )],
        ("Mutation", "caseCorrect") => {
            vec![command(field, "", json!({ "caseId": ids.case, "intensity": "INTENSIVE" }))]
        }
        ("Mutation", "caseAdvancePhase") => vec![command(field, "", json!({ "caseId": ids.case, "to": "CLEARING" }))],
        ("Mutation", "casePause" | "caseResume" | "caseReopen") => {
            vec![command(field, "", json!({ "caseId": ids.case }))]
        }
        ("Mutation", "caseClose") => {
            vec![command(field, "", json!({ "caseId": ids.case, "closureReason": "CLIENT_WISH" }))]
        }
        ("Mutation", "caseNameSubstitute") => {
            vec![command(field, "", json!({ "caseId": ids.case, "substituteId": null }))]
        }
        ("Query", "codeListEntries") => read("{ codeListEntries(list: NEED_AREA) { nodes { id } } }", json!({})),
        ("Mutation", "codeListEntrySet") => vec![command(
            field,
            "",
            json!({ "list": "NEED_AREA", "code": "NEW", "labelDe": "Neu", "labelEn": "New", "validFrom": "2023-01-01" }),
        )],
        ("Mutation", "codeListEntryEnd") => {
            vec![command(field, "", json!({ "codeListEntryId": ids.code_list_entry, "validUntil": "2024-01-01" }))]
        }
        ("Query", "deadlineRules") => read("{ deadlineRules { nodes { id } } }", json!({})),
        ("Mutation", "deadlineRuleSet") => vec![command(
            field,
            "",
            json!({ "code": "NEW", "labelDe": "Neu", "labelEn": "New", "source": "§ 1", "basis": "OTHER",
                "validFrom": "2023-01-01" }),
        )],
        ("Mutation", "deadlineRuleEnd") => {
            vec![command(field, "", json!({ "deadlineRuleId": ids.deadline_rule, "validUntil": "2024-01-01" }))]
        }
        ("Query", "deadlines") => read("{ deadlines { nodes { id text exactDueOn } } }", json!({})),
        ("Mutation", "deadlineAdd") => vec![command(
            field,
            "",
            json!({ "caseId": ids.case, "origin": { "rule": { "ruleCode": "COURSE_ENDS", "basisOn": "2023-07-01" } } }),
        )],
        ("Mutation", "deadlineSettle") => {
            vec![command(field, "", json!({ "deadlineId": ids.deadline, "outcome": "MET" }))]
        }
        ("Mutation", "deadlineReopen") => vec![command(field, "", json!({ "deadlineId": ids.deadline }))],
        ("Mutation", "deadlineMove") => {
            vec![command(field, "", json!({ "deadlineId": ids.deadline, "dueOn": "2023-12-31" }))]
        }
        ("Query", "calendarFeeds") => read("{ calendarFeeds { nodes { id } } }", json!({})),
        ("Mutation", "calendarFeedCreate") => vec![command(field, "", json!({ "name": "Telefon" }))],
        ("Mutation", "calendarFeedRevoke") => {
            vec![command(field, "", json!({ "calendarFeedId": ids.calendar_feed }))]
        }
        ("Mutation", "caseChangeLegalSphere") => {
            vec![command(field, "", json!({ "caseId": ids.case, "changedOn": "2023-06-01", "begunSphere": "SGB_II" }))]
        }
        ("Mutation", "assessmentRecord") => {
            vec![command(field, "", json!({ "caseId": ids.case, "needArea": "HOUSING", "severity": "ACUTE" }))]
        }
        ("Mutation", "supportPlanDraft") => vec![command(field, "", json!({ "caseId": ids.case }))],
        ("Mutation", "supportPlanAgree") => {
            vec![command(field, "", json!({ "supportPlanId": ids.plan, "reviewOn": "2023-12-01" }))]
        }
        ("Mutation", "goalAdd") => {
            vec![command(field, "", json!({ "supportPlanId": ids.plan, "needArea": "WORK", "text": "Arbeit finden" }))]
        }
        ("Mutation", "goalSetStatus") => {
            vec![command(field, "", json!({ "goalId": ids.goal, "status": "DROPPED" }))]
        }
        ("Mutation", "measureAdd") => {
            vec![command(field, "", json!({ "goalId": ids.goal, "text": "Beratung" }))]
        }
        ("Mutation", "measureSetStatus") => {
            vec![command(field, "", json!({ "measureId": ids.measure, "status": "DROPPED" }))]
        }
        ("Mutation", "contactRecord") => {
            vec![command(field, "", json!({ "caseId": ids.case, "channel": "EMAIL", "partner": "CLIENT" }))]
        }
        ("Mutation", "contactCorrect") => {
            vec![command(field, "", json!({ "contactId": ids.contact, "channel": "EMAIL" }))]
        }
        ("Mutation", "noteWrite") => vec![command(field, "", json!({ "caseId": ids.case, "text": "Vermerk" }))],
        ("Mutation", "noteCorrect") => vec![command(field, "", json!({ "noteId": ids.note, "text": "Vermerk" }))],
        ("Mutation", "taskAdd") => {
            vec![command(field, "", json!({ "caseId": ids.case, "text": "Anrufen", "dueOn": "2023-07-01" }))]
        }
        ("Mutation", "taskSettle") => vec![command(field, "", json!({ "taskId": ids.task, "status": "DONE" }))],
        ("Mutation", "staffMemberAdd") => {
            vec![command(field, "", json!({ "organisationId": ids.town, "displayName": "Nina Neu-Muster" }))]
        }
        ("Mutation", "accountCreate") => {
            vec![command(field, "", json!({ "login": "neu@kreis-coesfeld.example", "displayName": "Nina Neu-Muster" }))]
        }
        ("Mutation", "accountDisable") => vec![command(field, "", json!({ "accountId": ids.account }))],
        ("Mutation", "grantAdd") => vec![command(
            field,
            "",
            json!({ "accountId": ids.account, "role": "EMPLOYER", "organisationId": ids.town }),
        )],
        ("Mutation", "grantRevoke") => vec![command(field, "", json!({ "grantId": ids.grant }))],
        ("Mutation", "municipalityAdd") => vec![command(
            field,
            "",
            json!({ "ags": "05558999", "name": "Neustadt", "kind": "TOWN", "validFrom": "2023-01-01" }),
        )],
        ("Mutation", "organisationAdd") => vec![command(
            field,
            "",
            json!({ "kind": "WELFARE_ORGANISATION", "name": "Verein Neu-Muster", "validFrom": "2023-01-01" }),
        )],
        ("Mutation", "organisationEnd") => {
            vec![command(field, "", json!({ "organisationId": ids.institution, "validUntil": "2024-01-01" }))]
        }
        ("Query", "stairModel") => read("{ stairModel { number } }", json!({})),
        ("Query", "stairModels") => read("{ stairModels { nodes { number } } }", json!({})),
        ("Query", "structureSetting") => read("{ structureSetting { minimumCases } }", json!({})),
        ("Query", "barriers") => read("{ barriers { nodes { id } } }", json!({})),
        ("Query", "barriersSeenElsewhere") => {
            read("{ barriersSeenElsewhere(input: { kind: \"COST\" }) { similarAtLeast } }", json!({}))
        }
        ("Query", "signals") => read("{ signals { nodes { id } } }", json!({})),
        ("Query", "themes") => read("{ themes { nodes { id } } }", json!({})),
        ("Query", "themePublications") => read("{ themePublications { nodes { id } } }", json!({})),
        ("Mutation", "stairModelDraft") => vec![command(field, "", stair_model())],
        ("Mutation", "stairModelImport") => vec![command(field, "", json!({ "file": stair_model().to_string() }))],
        ("Mutation", "stairModelActivate") => vec![command(field, "", json!({ "stairModelId": ids.stair_model }))],
        ("Mutation", "structureSettingChange") => vec![command(field, "", structure_setting())],
        ("Mutation", "barrierRaise") => vec![command(
            field,
            "",
            json!({ "caseId": ids.case, "kind": "COST", "needArea": "WORK", "severity": "MINOR" }),
        )],
        ("Mutation", "barrierMove") => vec![command(field, "", json!({ "barrierId": ids.barrier, "stage": 3 }))],
        ("Mutation", "barrierSettle") => {
            vec![command(field, "", json!({ "barrierId": ids.barrier, "status": "SOLVED" }))]
        }
        ("Mutation", "barrierRecordLoss") => {
            vec![command(field, "", json!({ "barrierId": ids.barrier, "minutesLost": 30 }))]
        }
        ("Mutation", "themePropose") => vec![command(field, "", crate::structure::proposal("COST"))],
        ("Mutation", "themeGather") => vec![command(field, "", json!({ "themeId": ids.theme }))],
        ("Mutation", "themeReview") => {
            vec![command(field, "", json!({ "themeId": ids.theme, "status": "CONFIRMED" }))]
        }
        ("Mutation", "themeSteer") => {
            vec![command(field, "", json!({ "themeId": ids.theme, "status": "PRIORITISED" }))]
        }
        ("Mutation", "themeOptionsSet") => {
            vec![command(field, "", json!({ "themeId": ids.theme, "options": [{ "title": "Nichts ändern" }] }))]
        }
        ("Mutation", "themeMerge") => {
            vec![command(field, "", json!({ "themeId": ids.theme, "intoId": ids.other_theme }))]
        }
        ("Mutation", "themeSplit") => vec![command(
            field,
            "",
            json!({ "themeId": ids.theme, "title": "Teil", "description": "Ein Teil", "pattern": { "kind": "COST" } }),
        )],
        ("Mutation", "themeAnswer") => {
            vec![command(field, "", json!({ "themeId": ids.theme, "text": "Es ist entschieden." }))]
        }
        ("Mutation", "themePublicationRequest") => {
            vec![command(field, "", json!({ "themeId": ids.theme, "title": "Thema", "text": "Es fehlt etwas." }))]
        }
        ("Mutation", "themePublicationDecide") => {
            vec![command(field, "", json!({ "themePublicationId": ids.publication, "status": "PUBLISHED" }))]
        }
        ("Subscription", "caseChanged") => {
            read("subscription($id: ID) { caseChanged(caseId: $id) { case { id } } }", json!({ "id": ids.case }))
        }
        ("Subscription", "positionChanged") => read(
            "subscription($id: ID) { positionChanged(positionId: $id) { position { id } } }",
            json!({ "id": ids.held }),
        ),
        ("Subscription", "noticeArrived") => read("subscription { noticeArrived { id } }", json!({})),
        _ => return None,
    };
    Some(samples)
}

/// What came of a request for `field`: `data`, `empty`, or the code that says why not.
pub fn outcome(field: &str, body: &Value) -> String {
    if let Some(code) = body["errors"][0]["extensions"]["code"].as_str() {
        return code.to_owned();
    }
    let value = &body["data"][field];
    let codes: Vec<&str> =
        value["userErrors"].as_array().into_iter().flatten().filter_map(|error| error["code"].as_str()).collect();
    let is_empty = match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(Value::is_null),
        Value::Object(_) => value["nodes"].as_array().is_some_and(Vec::is_empty) || codes == ["NOT_FOUND"],
        _ => false,
    };
    match codes.first() {
        _ if is_empty => "empty".to_owned(),
        Some(code) => (*code).to_owned(),
        None => "data".to_owned(),
    }
}
