//! The one catalogue of error codes, and the two ways in which they leave the server.
//!
//! - [`UserError`]: a business error. It is data, part of a mutation's payload.
//! - [`Failure`]: everything else. It becomes a top-level GraphQL error with `extensions { code, retryable, requestId }`.

use std::fmt;

use async_graphql::Enum;

/// Whose turn it is after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ErrorKind {
    /// The request itself cannot be understood or exceeds a limit: change the request.
    Request,
    /// Who asks is unknown or may not do this: log in, or ask somebody who may.
    Access,
    /// A rule of the trade forbids it: the payload's `userErrors` name the field and the rule.
    Rule,
    /// The server cannot answer at the moment or has a fault.
    Server,
}

/// One row of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct CatalogueEntry {
    /// Whose turn it is.
    pub kind: ErrorKind,
    /// HTTP status of an answer that carries nothing but this error.
    pub http_status: u16,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// Message in German; `{name}` stands for an argument.
    pub german: &'static str,
    /// Message in English; `{name}` stands for an argument.
    pub english: &'static str,
}

macro_rules! catalogue {
    ($($variant:ident $code:literal $kind:ident $status:literal $retryable:literal $german:literal $english:literal;)*) => {
        /// Every code that an error of this API can carry. Its meaning is in `errorCatalogue`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
        pub enum ErrorCode {
            $(#[doc = $english] #[graphql(name = $code)] $variant,)*
        }

        impl ErrorCode {
            /// All codes, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as it stands in answers.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// The code of this name.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($code => Some(Self::$variant),)* _ => None }
            }

            /// Its row of the catalogue.
            #[must_use]
            pub const fn entry(self) -> CatalogueEntry {
                match self {
                    $(Self::$variant => CatalogueEntry {
                        kind: ErrorKind::$kind, http_status: $status, retryable: $retryable, german: $german, english: $english,
                    },)*
                }
            }
        }
    };
}

catalogue! {
    // Requests that cannot be understood.
    BadRequest "BAD_REQUEST" Request 400 false
        "Die Anfrage ist fehlerhaft: {detail}" "The request is malformed: {detail}";
    ParseFailed "PARSE_FAILED" Request 400 false
        "Das GraphQL-Dokument ist syntaktisch falsch: {detail}" "The GraphQL document has a syntax error: {detail}";
    ValidationFailed "VALIDATION_FAILED" Request 400 false
        "Das GraphQL-Dokument passt nicht zum Schema: {detail}" "The GraphQL document does not fit the schema: {detail}";
    BadInput "BAD_INPUT" Request 400 false
        "Ein Eingabewert ist ungültig: {detail}" "An input value is invalid: {detail}";
    CursorInvalid "CURSOR_INVALID" Request 400 false
        "Der Cursor ist ungültig. Er gilt nur unverändert und in derselben Sortierung." "The cursor is invalid. It works only unchanged and under the same order.";
    PageSizeInvalid "PAGE_SIZE_INVALID" Request 400 false
        "Die Seitengröße muss zwischen 0 und {maximum} liegen; `first` und `last` schließen einander aus." "The page size must be between 0 and {maximum}; `first` and `last` exclude each other.";
    MethodNotAllowed "METHOD_NOT_ALLOWED" Request 405 false
        "Mit GET sind nur Abfragen (query) möglich." "GET can carry out queries only.";
    NotAcceptable "NOT_ACCEPTABLE" Request 406 false
        "Keiner der verlangten Medientypen kann geliefert werden." "None of the accepted media types can be delivered.";
    RequestTimeout "REQUEST_TIMEOUT" Request 408 true
        "Die Anfrage ist nicht rechtzeitig vollständig eingetroffen." "The request did not arrive completely in time.";
    PayloadTooLarge "PAYLOAD_TOO_LARGE" Request 413 false
        "Die Anfrage ist größer als {limit} Bytes." "The request is larger than {limit} bytes.";
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" Request 415 false
        "Der Inhaltstyp der Anfrage muss application/json sein." "The content type of the request must be application/json.";
    BatchNotSupported "BATCH_NOT_SUPPORTED" Request 400 false
        "Eine Liste von Anfragen wird nicht unterstützt: je Anfrage ein JSON-Objekt." "A list of requests is not supported: send one JSON object per request.";
    TooManyOperations "TOO_MANY_OPERATIONS" Request 429 true
        "Auf dieser Verbindung laufen zu viele Operationen gleichzeitig (höchstens {limit})." "Too many operations run on this connection at once (at most {limit}).";
    TooManyTokens "QUERY_TOO_MANY_TOKENS" Request 400 false
        "Das GraphQL-Dokument hat mehr als {limit} Zeichen-Einheiten (Tokens)." "The GraphQL document has more than {limit} tokens.";
    TooNested "QUERY_TOO_NESTED" Request 400 false
        "Das GraphQL-Dokument ist tiefer als {limit} Klammern verschachtelt." "The GraphQL document nests brackets deeper than {limit}.";
    TooDeep "QUERY_TOO_DEEP" Request 400 false
        "Die Abfrage ist tiefer als {limit} Ebenen." "The query is deeper than {limit} levels.";
    TooManyAliases "QUERY_TOO_MANY_ALIASES" Request 400 false
        "Die Abfrage hat mehr als {limit} Aliasse." "The query has more than {limit} aliases.";
    TooManyDirectives "QUERY_TOO_MANY_DIRECTIVES" Request 400 false
        "Die Abfrage hat mehr als {limit} Direktiven." "The query has more than {limit} directives.";
    TooManyFields "QUERY_TOO_MANY_FIELDS" Request 400 false
        "Die Abfrage hat ausgeschrieben mehr als {limit} Felder." "The query has more than {limit} fields when its fragments are written out.";
    TooComplex "QUERY_TOO_COMPLEX" Request 400 false
        "Die Abfrage ist zu aufwendig: höchstens {limit} Punkte. Kleinere Seiten (`first`) verlangen." "The query costs too much: at most {limit} points. Ask for smaller pages (`first`).";
    QueryTimeout "QUERY_TIMEOUT" Request 503 true
        "Die Abfrage hat ihr Zeitbudget von {limit} ms überschritten." "The query exceeded its time budget of {limit} ms.";

    // Who asks.
    Unauthenticated "UNAUTHENTICATED" Access 401 false
        "Anmeldung erforderlich: Das Zugriffstoken fehlt, ist ungültig oder abgelaufen." "Log in first: the access token is missing, invalid or expired.";
    Forbidden "FORBIDDEN" Access 403 false
        "Ihre Rollen erlauben diese Handlung nicht." "Your roles do not allow this action.";
    LoginFailed "LOGIN_FAILED" Access 401 false
        "Anmeldename oder Passwort ist falsch." "Login name or password is wrong.";
    LoginThrottled "LOGIN_THROTTLED" Access 429 true
        "Zu viele Anmeldeversuche. Bitte später erneut versuchen." "Too many login attempts. Try again later.";
    RefreshTokenInvalid "REFRESH_TOKEN_INVALID" Access 401 false
        "Das Erneuerungstoken ist ungültig, abgelaufen oder schon benutzt. Bitte neu anmelden." "The refresh token is invalid, expired or was used before. Log in again.";

    // Rules that hold for every command.
    NotFound "NOT_FOUND" Rule 404 false
        "Nicht gefunden, oder für Sie nicht sichtbar." "Not found, or not visible to you.";
    VersionStale "VERSION_STALE" Rule 409 false
        "Der Datensatz wurde inzwischen geändert: erwartet war Version {expected}, aktuell ist {actual}. Neu laden und erneut versuchen." "The record was changed meanwhile: version {expected} was expected, {actual} is current. Load it again and retry.";
    IdempotencyKeyReused "IDEMPOTENCY_KEY_REUSED" Rule 422 false
        "Dieser Idempotency-Key wurde schon für eine andere Anfrage benutzt." "This idempotency key was used for another request before.";
    TextEmpty "TEXT_EMPTY" Rule 422 false
        "Der Text darf nicht leer sein." "The text must not be empty.";
    TextTooLong "TEXT_TOO_LONG" Rule 422 false
        "Der Text ist länger als {maximum} Zeichen." "The text is longer than {maximum} characters.";
    TextForbiddenCharacter "TEXT_FORBIDDEN_CHARACTER" Rule 422 false
        "Der Text enthält ein Steuerzeichen, das nicht gespeichert werden kann." "The text contains a control character that cannot be stored.";
    ListTooLong "LIST_TOO_LONG" Rule 422 false
        "Die Liste hat mehr als {maximum} Einträge. Weniger Einträge angeben." "The list has more than {maximum} entries. Give fewer.";
    DateOutOfRange "DATE_OUT_OF_RANGE" Rule 422 false
        "Das Datum muss zwischen {earliest} und {latest} liegen." "The date must lie between {earliest} and {latest}.";
    PeriodEmpty "PERIOD_EMPTY" Rule 422 false
        "Das Ende muss nach dem Anfang liegen." "The end must lie after the beginning.";
    FteOutOfRange "FTE_OUT_OF_RANGE" Rule 422 false
        "Die Stellenanteile müssen zwischen {minimum} und {maximum} Hundertsteln liegen." "The full-time equivalents must lie between {minimum} and {maximum} hundredths.";

    // The directory.
    AgsMalformed "AGS_MALFORMED" Rule 422 false
        "Der Gemeindeschlüssel muss acht Ziffern haben und mit dem Schlüssel des Kreises beginnen." "The municipality key must have eight digits and begin with the key of the district.";
    AgsTaken "AGS_TAKEN" Rule 409 false
        "Dieser Gemeindeschlüssel ist im Kreis schon vergeben." "This municipality key is in use in the district already.";
    MunicipalityMismatch "MUNICIPALITY_MISMATCH" Rule 422 false
        "Nur eine kommunale Verwaltung gehört zu einer Kommune, und sie muss eine nennen." "Only the administration of a municipality belongs to a municipality, and it must name one.";
    OrganisationEmploys "ORGANISATION_EMPLOYS" Rule 409 false
        "Die Organisation hat zu diesem Zeitpunkt noch Stellen." "The organisation still has positions at that time.";

    // Positions.
    TransitionNotAllowed "TRANSITION_NOT_ALLOWED" Rule 409 false
        "Im Zustand {status} ist {transition} nicht möglich." "{transition} is not possible in status {status}.";
    PositionNumberTaken "POSITION_NUMBER_TAKEN" Rule 409 false
        "Diese Stellennummer ist im Kreis schon vergeben." "This position number is in use in the district already.";
    PositionFullyOccupied "POSITION_FULLY_OCCUPIED" Rule 409 false
        "Die Stelle ist in diesem Zeitraum schon mit {occupied} von {available} Hundertsteln besetzt." "In this period {occupied} of {available} hundredths of the position are occupied already.";
    PositionOccupied "POSITION_OCCUPIED" Rule 409 false
        "Die Stelle ist noch besetzt. Zuerst die Besetzung beenden." "The position is still occupied. Vacate it first.";
    OutsideApproval "OUTSIDE_APPROVAL" Rule 422 false
        "Der Zeitraum liegt nicht innerhalb der Bewilligung." "The period does not lie within the approval.";
    OccupancyNotOpen "OCCUPANCY_NOT_OPEN" Rule 409 false
        "Diese Besetzung gehört nicht zur Stelle oder ist schon beendet." "This occupancy does not belong to the position or has an end already.";
    OccupancyAmbiguous "OCCUPANCY_AMBIGUOUS" Rule 422 false
        "Die Stelle hat mehrere Besetzungen: angeben, welche endet." "The position has several occupancies: say which one ends.";
    ServiceShareMismatch "SERVICE_SHARE_MISMATCH" Rule 422 false
        "Die Anteile der Zuständigkeitsbereiche ergeben {sum} statt {expected} Hundertstel." "The shares of the service areas sum to {sum} instead of {expected} hundredths.";
    DuplicateEntry "DUPLICATE_ENTRY" Rule 422 false
        "Der Eintrag kommt doppelt vor." "The entry appears twice.";
    EmployerUnsuitable "EMPLOYER_UNSUITABLE" Rule 422 false
        "Anstellungsträger kann nur der Kreis mit seinem Integrationszentrum, eine Kommune oder ein Wohlfahrtsverband sein." "Only the district with its integration centre, a municipality or a welfare organisation can be an employer.";
    StaffOfOtherEmployer "STAFF_OF_OTHER_EMPLOYER" Rule 422 false
        "Die Person ist nicht bei diesem Anstellungsträger beschäftigt." "The person is not employed by this employer.";
    SupervisorUnsuitable "SUPERVISOR_UNSUITABLE" Rule 422 false
        "Die Fachaufsicht liegt beim Integrationszentrum, die Dienstaufsicht beim Anstellungsträger." "Professional supervision lies with the integration centre, line supervision with the employer.";
    SupervisionsNotSeparate "SUPERVISIONS_NOT_SEPARATE" Rule 422 false
        "Fach- und Dienstaufsicht einer Stelle dürfen nie bei derselben Person liegen." "Professional and line supervision of a position must never lie with the same person.";
    SupervisesOneself "SUPERVISES_ONESELF" Rule 422 false
        "Niemand kann die eigene Stelle beaufsichtigen." "Nobody can supervise the own position.";
    SupervisionOverlaps "SUPERVISION_OVERLAPS" Rule 409 false
        "Für diesen Zeitraum ist schon eine spätere Aufsicht derselben Art eingetragen." "A later supervision of the same kind is recorded for this period already.";

    // Cases.
    CaseNotOpen "CASE_NOT_OPEN" Rule 409 false
        "Der Fall ist nicht offen, sondern {status}." "The case is not open but {status}.";
    CaseNotPaused "CASE_NOT_PAUSED" Rule 409 false
        "Der Fall ruht nicht, sondern ist {status}." "The case is not paused but {status}.";
    CaseNotClosed "CASE_NOT_CLOSED" Rule 409 false
        "Der Fall ist nicht geschlossen, sondern {status}." "The case is not closed but {status}.";
    PhaseNotReachable "PHASE_NOT_REACHABLE" Rule 409 false
        "Von der Phase {from} führt kein Schritt zu {to}." "No step leads from phase {from} to {to}.";
    ReasonNeeded "REASON_NEEDED" Rule 422 false
        "Dieser Schritt braucht eine Begründung." "This step needs a reason.";
    NotACaseManager "NOT_A_CASE_MANAGER" Rule 409 false
        "Dazu muss die Person heute genau eine Case-Management-Stelle innehaben." "For this the person must hold exactly one case-management position today.";
    SubstituteIsLead "SUBSTITUTE_IS_LEAD" Rule 422 false
        "Die Vertretung muss eine andere Person sein als die Fallführung." "The substitute must be another person than the lead.";

    // Clients and their identity.
    ClientRestricted "CLIENT_RESTRICTED" Rule 409 false
        "Die Verarbeitung der Daten dieser Person ist eingeschränkt (Art. 18 DSGVO). Erst die Einschränkung aufheben." "The processing of this person's data is restricted (Art. 18 GDPR). Lift the restriction first.";
    ClientErased "CLIENT_ERASED" Rule 409 false
        "Die Daten dieser Person sind gelöscht." "The data of this person are erased.";
    ConsentNeeded "CONSENT_NEEDED" Rule 409 false
        "Die Akte beruht auf Einwilligung, und keine gültige Einwilligung CASE_RECORD liegt vor. Zuerst eine eintragen." "The record rests on consent, and no consent CASE_RECORD is in force. Record one first.";
    BirthDateMalformed "BIRTH_DATE_MALFORMED" Rule 422 false
        "Das Geburtsdatum muss ein Tag (1985-03-14) oder ein Jahr (1985) zwischen {earliest} und heute sein." "The birth date must be a day (1985-03-14) or a year (1985) between {earliest} and today.";
    PersonKnownInCase "PERSON_KNOWN_IN_CASE" Rule 409 false
        "Diese Person gehört schon zum Fall." "This person belongs to the case already.";
    HintInvalid "HINT_INVALID" Rule 422 false
        "Der Hinweis ist unbekannt oder gehört zu einer anderen Person. Die Hinweise neu laden." "The hint is unknown or belongs to another person. Load the hints again.";
    CodeUnknown "CODE_UNKNOWN" Rule 422 false
        "{code} steht an diesem Tag nicht in der Liste {list}." "{code} is not in the list {list} on this day.";


    // Consents, releases and what was passed on.
    RecipientNeeded "RECIPIENT_NEEDED" Rule 422 false
        "Für {scope} muss genau eine Empfängerin angegeben sein: eine Organisation oder ein Konto." "{scope} needs exactly one recipient: an organisation or an account.";
    RecipientNotAllowed "RECIPIENT_NOT_ALLOWED" Rule 422 false
        "{scope} hat keine Empfängerin. Die Angabe weglassen." "{scope} has no recipient. Leave it out.";
    DataClassesNeeded "DATA_CLASSES_NEEDED" Rule 422 false
        "Für {scope} muss angegeben sein, welche Arten von Daten gemeint sind." "{scope} needs the classes of data that it covers.";
    ConsentNotInForce "CONSENT_NOT_IN_FORCE" Rule 409 false
        "Diese Einwilligung gilt nicht mehr: sie ist widerrufen oder abgelaufen." "This consent no longer holds: it was revoked or has expired.";
    LegalBasisUnsuitable "LEGAL_BASIS_UNSUITABLE" Rule 422 false
        "Eine Einwilligung wird als Einwilligung eingetragen (consentRecord), nicht als Rechtsgrundlage angegeben." "A consent is recorded as a consent (consentRecord), not given as a legal basis.";
    DisclosureNotCovered "DISCLOSURE_NOT_COVERED" Rule 409 false
        "Keine Entbindung SHARE_WITH_INSTITUTION oder CASE_CONFERENCE galt an diesem Tag zugunsten dieser Empfängerin für alle diese Daten. Ohne sie braucht die Weitergabe eine Rechtsgrundlage mit Begründung." "No release SHARE_WITH_INSTITUTION or CASE_CONFERENCE was in force on that day in favour of this recipient for all of these data. Without one, passing them on needs a legal basis with a reason.";
    ReasonNotAllowed "REASON_NOT_ALLOWED" Rule 422 false
        "Hierzu wird keine Begründung gespeichert. Die Angabe weglassen." "No reason is stored with this. Leave it out.";
    LanguageMalformed "LANGUAGE_MALFORMED" Rule 422 false
        "Die Sprache muss als Kürzel nach BCP 47 angegeben sein, z. B. de, uk, ar." "The language must be given as a BCP 47 tag, e.g. de, uk, ar.";


    // Work in a case: assessment, plan, contacts, notes, tasks.
    CaseIsClosed "CASE_IS_CLOSED" Rule 409 false
        "Der Fall ist geschlossen. Zuerst wieder eröffnen." "The case is closed. Reopen it first.";
    NothingToCorrect "NOTHING_TO_CORRECT" Rule 422 false
        "Die Berichtigung ändert nichts: mindestens eine Angabe muss anders lauten als bisher." "The correction changes nothing: at least one value has to differ from what is on record.";
    AssessmentNeeded "ASSESSMENT_NEEDED" Rule 409 false
        "Die Phase {to} braucht mindestens eine Bedarfseinschätzung. Zuerst eine eintragen." "The phase {to} needs at least one assessment. Record one first.";
    PlanNeeded "PLAN_NEEDED" Rule 409 false
        "Die Phase {to} braucht einen vereinbarten Hilfeplan. Zuerst einen vereinbaren." "The phase {to} needs an agreed support plan. Agree on one first.";
    MeasureNeeded "MEASURE_NEEDED" Rule 409 false
        "Die Phase {to} braucht mindestens eine Maßnahme, die über PLANNED hinaus ist. Zuerst vermitteln." "The phase {to} needs at least one measure that is beyond PLANNED. Refer to one first.";
    MeasuresOpen "MEASURES_OPEN" Rule 409 false
        "Für die Phase {to} darf keine Maßnahme mehr offen sein; offen sind {open}. Zuerst abschließen." "The phase {to} allows no open measure; {open} are open. Settle them first.";
    LegalSphereUnchanged "LEGAL_SPHERE_UNCHANGED" Rule 422 false
        "Es ist weder ein Rechtskreis angegeben, der endet, noch einer, der beginnt." "Neither a legal sphere that ends nor one that begins is given.";
    LegalSphereNotHeld "LEGAL_SPHERE_NOT_HELD" Rule 409 false
        "Der Rechtskreis {sphere} gilt am Tag vor dem Wechsel nicht." "The legal sphere {sphere} does not hold on the day before the change.";
    LegalSphereOverlaps "LEGAL_SPHERE_OVERLAPS" Rule 409 false
        "Der Rechtskreis {sphere} ist für einen Teil dieser Zeit schon eingetragen." "The legal sphere {sphere} is recorded for a part of this time already.";
    PlanDraftExists "PLAN_DRAFT_EXISTS" Rule 409 false
        "Zu diesem Fall gibt es schon einen Entwurf. Diesen vereinbaren, statt einen zweiten anzulegen." "The case has a draft already. Agree on it instead of making a second one.";
    PlanNotDraft "PLAN_NOT_DRAFT" Rule 409 false
        "Der Hilfeplan ist kein Entwurf mehr, sondern {status}. Für neue Ziele einen neuen Entwurf anlegen." "The support plan is no draft any more but {status}. Draft a new one for new goals.";
    PlanNotAgreed "PLAN_NOT_AGREED" Rule 409 false
        "Der Hilfeplan ist noch nicht vereinbart." "The support plan is not agreed yet.";
    PlanSuperseded "PLAN_SUPERSEDED" Rule 409 false
        "Ein späterer Hilfeplan hat diesen abgelöst." "A later support plan has replaced this one.";
    PlanWithoutGoals "PLAN_WITHOUT_GOALS" Rule 409 false
        "Der Hilfeplan hat noch kein Ziel. Zuerst eines hinzufügen." "The support plan has no goal yet. Add one first.";
    StatusNotReachable "STATUS_NOT_REACHABLE" Rule 409 false
        "Von {from} führt kein Schritt zu {to}." "No step leads from {from} to {to}.";
    BarrierNotAllowed "BARRIER_NOT_ALLOWED" Rule 422 false
        "Eine Hürde gehört nur zu REFUSED und NOT_AVAILABLE. Die Angabe weglassen." "A barrier belongs to REFUSED and NOT_AVAILABLE only. Leave it out.";
    MinutesOutOfRange "MINUTES_OUT_OF_RANGE" Rule 422 false
        "Die Dauer muss zwischen {minimum} und {maximum} Minuten liegen." "The duration must lie between {minimum} and {maximum} minutes.";
    NoSubstitute "NO_SUBSTITUTE" Rule 409 false
        "Der Fall hat keine Vertretung, die die Aufgabe übernehmen könnte." "The case has no substitute who could take the task.";
    TaskNotOpen "TASK_NOT_OPEN" Rule 409 false
        "Die Aufgabe ist nicht mehr offen, sondern {status}." "The task is not open any more but {status}.";

    // Code lists and deadlines.
    CodeMalformed "CODE_MALFORMED" Rule 422 false
        "Ein Wert besteht aus 1 bis 40 Großbuchstaben, Ziffern und Unterstrichen und beginnt mit einem Buchstaben." "A code has 1 to 40 capital letters, digits and underscores and begins with a letter.";
    CodeNeeded "CODE_NEEDED" Rule 409 false
        "Dieser Wert kann nicht enden: Niemand darf gezwungen sein, etwas anderes anzugeben." "This value cannot end: nobody may be forced to say something else.";
    UnlawfulStayNotRecorded "UNLAWFUL_STAY_NOT_RECORDED" Rule 422 false
        "Für einen Aufenthalt ohne Recht gibt es keinen Wert (§ 87 AufenthG). UNKNOWN_OR_NOT_RECORDED verwenden." "There is no value for a stay without a right to it (§ 87 AufenthG). Use UNKNOWN_OR_NOT_RECORDED.";
    LaterVersionExists "LATER_VERSION_EXISTS" Rule 409 false
        "Ab {from} gilt schon eine spätere Fassung. Ein Ende bis zu diesem Tag angeben oder die spätere Fassung ändern." "A later version holds from {from} on. Give an end up to that day, or change the later version.";
    DeadlineBasisFixed "DEADLINE_BASIS_FIXED" Rule 409 false
        "Diese Regel zählt ab {basis}; das gilt für alle ihre Fassungen. Für einen anderen Anfang eine neue Regel anlegen." "This rule counts from {basis}, in all its versions. Make a new rule for another first day.";
    DeadlineBasisIsBirthDate "DEADLINE_BASIS_IS_BIRTH_DATE" Rule 422 false
        "Eine Regel über das Alter muss von BIRTH_DATE ausgehen, damit das Geburtsdatum geschützt bleibt." "A rule about age must start from BIRTH_DATE, so that the birth date stays protected.";
    DeadlineRuleUnknown "DEADLINE_RULE_UNKNOWN" Rule 422 false
        "Am {day} gilt keine Fristregel {code}. `deadlineRules` nennt die geltenden." "No rule {code} of deadlines holds on {day}. `deadlineRules` names those that do.";
    DeadlineSettled "DEADLINE_SETTLED" Rule 409 false
        "Die Frist ist schon erledigt: {status}." "The deadline is settled already: {status}.";
    DeadlineOpen "DEADLINE_OPEN" Rule 409 false
        "Die Frist ist noch offen." "The deadline is still open.";
    DeadlineNotMovable "DEADLINE_NOT_MOVABLE" Rule 409 false
        "Diese Frist folgt aus einem Geburtsdatum und lässt sich nicht verschieben. Sie verwerfen und eine neue anlegen." "This deadline follows from a birth date and cannot be moved. Drop it and add a new one.";
    CalendarFeedsTooMany "CALENDAR_FEEDS_TOO_MANY" Rule 409 false
        "Es gibt schon {maximum} Kalender-Adressen. Zuerst eine widerrufen." "There are {maximum} calendar feeds already. Revoke one first.";
    CalendarFeedRevoked "CALENDAR_FEED_REVOKED" Rule 409 false
        "Die Kalender-Adresse ist schon widerrufen." "The calendar feed is revoked already.";
    NumberOutOfRange "NUMBER_OUT_OF_RANGE" Rule 422 false
        "Die Zahl muss zwischen {minimum} und {maximum} liegen." "The number must lie between {minimum} and {maximum}.";

    // Documents.
    LinkInvalid "LINK_INVALID" Access 404 false
        "Dieser Link ist ungültig oder abgelaufen, oder das Dokument ist für Sie nicht mehr sichtbar. Einen neuen Link anfordern." "This link is invalid or has expired, or the document is no longer visible to you. Ask for a new link.";
    DocumentTooLarge "DOCUMENT_TOO_LARGE" Rule 413 false
        "Das Dokument ist größer als {maximum} Bytes. Verkleinern oder aufteilen." "The document is larger than {maximum} bytes. Make it smaller or split it.";
    DocumentEmpty "DOCUMENT_EMPTY" Rule 422 false
        "Das Dokument ist leer." "The document is empty.";
    DocumentSizeMismatch "DOCUMENT_SIZE_MISMATCH" Rule 422 false
        "Angekündigt waren {declared} Bytes, angekommen sind {received}. Den Vorgang mit der unveränderten Datei wiederholen." "{declared} bytes were announced and {received} arrived. Try again with the file unchanged.";
    DocumentTypeMismatch "DOCUMENT_TYPE_MISMATCH" Rule 415 false
        "Der Inhalt ist keine Datei der Art {declared}. Nur die angegebene Art wird angenommen, nie Programme oder Webseiten." "The content is no file of the type {declared}. Only the type that was declared is taken, and never programs or web pages.";
    DocumentDamaged "DOCUMENT_DAMAGED" Rule 422 false
        "Die Datei ist unvollständig oder beschädigt: Ihr Ende fehlt." "The file is incomplete or damaged: its end is missing.";
    DocumentNotStored "DOCUMENT_NOT_STORED" Rule 409 false
        "Das Dokument hat keinen Inhalt: Es ist {status}." "The document has no content: it is {status}.";
    DocumentNotAwaited "DOCUMENT_NOT_AWAITED" Rule 409 false
        "Für dieses Dokument wird kein Inhalt mehr erwartet: Es ist {status}. Ein neues Dokument anlegen." "No content is awaited for this document any more: it is {status}. Prepare a new document.";
    DocumentConsentNeeded "DOCUMENT_CONSENT_NEEDED" Rule 409 false
        "Die Einwilligung PHOTO_DOCUMENT dieser Person ist widerrufen oder abgelaufen: Ihre Dokumente bleiben geschlossen, neue werden nicht angenommen. Eine neue Einwilligung eintragen oder die Dokumente löschen." "The consent PHOTO_DOCUMENT of this person was revoked or has expired: their documents stay closed, and new ones are not taken. Record a new consent, or delete the documents.";

    // Transfers of cases.
    TransferOpen "TRANSFER_OPEN" Rule 409 false
        "Der Fall ist schon angeboten. Zuerst die Antwort abwarten oder das Angebot zurückziehen." "The case is offered already. Wait for the answer, or withdraw the offer first.";
    TransferOverdue "TRANSFER_OVERDUE" Rule 409 false
        "Die Frist zur Antwort ist am {answerBy} abgelaufen. Um ein neues Angebot bitten." "The time to answer ended on {answerBy}. Ask for a new offer.";
    TransferItemsUnconfirmed "TRANSFER_ITEMS_UNCONFIRMED" Rule 409 false
        "Noch {count} Aufgaben, Fristen oder Einwilligungen sind zu bestätigen, jede einzeln." "{count} tasks, deadlines or consents are still to be confirmed, each of them.";
    TransferConsentNeeded "TRANSFER_CONSENT_NEEDED" Rule 409 false
        "Für die Übergabe an einen anderen Anstellungsträger fehlt eine gültige Entbindung SHARE_WITH_INSTITUTION zugunsten der Empfängerin für {classes} (Personen im Fall, denen etwas fehlt: {persons}), oder eine Rechtsgrundlage mit Begründung." "To pass the case to another employer, a release SHARE_WITH_INSTITUTION in force in favour of the receiver is missing for {classes} (persons in the case who lack something: {persons}), or a legal basis with a reason.";
    ClientAgreementNeeded "CLIENT_AGREEMENT_NEEDED" Rule 409 false
        "Wer begleitet wird, muss dem Wechsel zustimmen: den Tag angeben (clientAgreedOn), oder eine Rechtsgrundlage mit Begründung." "The client has to agree to the change: say on which day (clientAgreedOn), or name a legal basis with a reason.";
    TransferIsRequest "TRANSFER_IS_REQUEST" Rule 409 false
        "Das ist eine Anfrage. Die Fallführung nimmt sie an, indem sie den Fall anbietet (transferOffer)." "This is a request. The lead accepts it by offering the case (transferOffer).";
    ReceiverIsLead "RECEIVER_IS_LEAD" Rule 422 false
        "Diese Person führt den Fall schon." "This person leads the case already.";
    ReceiverWithoutAccount "RECEIVER_WITHOUT_ACCOUNT" Rule 422 false
        "Diese Person hat kein Konto und kann nicht antworten. Eine andere Person wählen." "This person has no account and cannot answer. Choose somebody else.";
    ReferenceMalformed "REFERENCE_MALFORMED" Rule 422 false
        "Das Aktenzeichen besteht aus Jahr und Nummer, z. B. 2023-0042." "The reference consists of a year and a number, e.g. 2023-0042.";
    RequestsTooMany "REQUESTS_TOO_MANY" Rule 409 false
        "Es sind schon {maximum} Anfragen offen. Zuerst Antworten abwarten oder Anfragen zurückziehen." "{maximum} requests are open already. Wait for answers, or withdraw requests first.";
    RequestOpen "REQUEST_OPEN" Rule 409 false
        "Nach diesem Aktenzeichen ist schon gefragt." "This reference was asked for already.";


    // Professional supervision and unmasking.
    UnmaskingByConsent "UNMASKING_BY_CONSENT" Rule 422 false
        "Eine Einwilligung ist keine Grundlage, einen Fall aufzudecken. Dafür trägt die Fallführung eine Schweigepflichtentbindung ein." "Consent is no basis for unmasking a case. For that the lead records a release from secrecy.";
    UnmaskingTooLong "UNMASKING_TOO_LONG" Rule 422 false
        "Das Ende muss nach dem heutigen Tag und spätestens am {latest} liegen: Ein Fall wird für höchstens {maximum} Tage aufgedeckt." "The end must lie after today and on {latest} at the latest: a case is unmasked for at most {maximum} days.";
    UnmaskedAlready "UNMASKED_ALREADY" Rule 409 false
        "Der Fall ist für Sie schon bis {until} aufgedeckt. Erst beenden, dann mit neuer Begründung aufdecken." "The case is unmasked for you until {until} already. End that first, then unmask it with a new reason.";
    UnmaskingEnded "UNMASKING_ENDED" Rule 409 false
        "Die Aufdeckung ist schon zu Ende." "The unmasking has ended already.";
    SessionStepNotAllowed "SESSION_STEP_NOT_ALLOWED" Rule 409 false
        "Im Zustand {status} ist {transition} nicht möglich." "{transition} is not possible in status {status}.";
    AgreementsOpen "AGREEMENTS_OPEN" Rule 409 false
        "{count} Vereinbarungen sind noch offen. Zuerst erledigen." "{count} agreements are still open. Settle them first.";
    AgreementSettled "AGREEMENT_SETTLED" Rule 409 false
        "Diese Vereinbarung gehört nicht zum Termin oder ist schon erledigt." "This agreement does not belong to the session or is settled already.";
    CaseOfOtherLead "CASE_OF_OTHER_LEAD" Rule 422 false
        "Dieser Fall wird nicht von der Person geführt oder vertreten, um deren Arbeit es geht." "This case is neither led nor stood in for by the person whose work it is about.";
    TextNamesPerson "TEXT_NAMES_PERSON" Rule 422 false
        "Ab Zeichen {position} steht etwas, das eine Person aus den Fällen erkennbar macht ({length} Zeichen). Ohne Namen, Geburtsdatum, Adresse und Telefonnummer formulieren." "From character {position} on stands something that tells who a person of the cases is ({length} characters). Put it without name, birth date, address and telephone number.";


    // Rights of the person and retention.
    CaseStillOpen "CASE_STILL_OPEN" Rule 409 false
        "Die Person gehört noch zu einem offenen Fall. Zuerst den Fall schließen oder, wenn sie nicht mehr zum Haushalt gehört, das festhalten." "The person still belongs to an open case. Close it first, or record that the person no longer belongs to the household.";
    ErasurePending "ERASURE_PENDING" Rule 409 false
        "Für diese Person läuft schon eine Löschung." "An erasure of this person is under way already.";
    ErasureNotYetDue "ERASURE_NOT_YET_DUE" Rule 409 false
        "Die Aufbewahrungsfrist endet erst am {due}. Vorher nur auf Verlangen der Person oder nach Widerruf löschen." "The data are to be kept until {due}. Before that, erase only at the person's request or after a revocation.";
    FourEyes "FOUR_EYES" Rule 409 false
        "Vier Augen: Vorgeschlagen hat das noch niemand, oder Sie selbst. Jemand anderes muss es bestätigen." "Four eyes: nobody has proposed this yet, or you did yourself. Somebody else has to confirm it.";
    ClientNotRestricted "CLIENT_NOT_RESTRICTED" Rule 409 false
        "Die Verarbeitung ist nicht eingeschränkt." "The processing is not restricted.";
    MonthsOutOfRange "MONTHS_OUT_OF_RANGE" Rule 422 false
        "Die Frist muss zwischen {minimum} und {maximum} Monaten liegen." "The period must lie between {minimum} and {maximum} months.";


    // Bodies.
    MeetingStepNotAllowed "MEETING_STEP_NOT_ALLOWED" Rule 409 false
        "Im Zustand {status} der Sitzung ist {transition} nicht möglich. Mögliche Schritte nennt availableTransitions." "{transition} is not possible in status {status} of the meeting. availableTransitions names the possible steps.";
    MeetingInThePast "MEETING_IN_THE_PAST" Rule 422 false
        "Eine Sitzung wird für die Zukunft geplant. Einen späteren Beginn angeben." "A meeting is planned for the future. Give a later beginning.";
    MeetingNotBegun "MEETING_NOT_BEGUN" Rule 409 false
        "Die Sitzung beginnt erst am {day}. Die Anwesenheit wird an diesem Tag oder danach erfasst." "The meeting begins on {day} only. Record the attendance on that day or later.";
    AgendaEmpty "AGENDA_EMPTY" Rule 409 false
        "Die Tagesordnung ist leer. Zuerst mindestens einen Punkt aufnehmen." "The agenda is empty. Add an item first.";
    AgendaClosed "AGENDA_CLOSED" Rule 409 false
        "Die Tagesordnung ist abgeschlossen: Die Sitzung hat begonnen, ist vorbei oder fällt aus. Den Punkt in die nächste Sitzung aufnehmen." "The agenda is closed: the meeting has begun, is over or was cancelled. Add the item to the next meeting.";
    AgendaTooNested "AGENDA_TOO_NESTED" Rule 422 false
        "Unter einem Tagesordnungspunkt gibt es nur eine Ebene. Den Punkt eine Ebene höher aufnehmen." "There is one level only below an item of the agenda. Add the item one level higher.";
    AgendaItemClosed "AGENDA_ITEM_CLOSED" Rule 409 false
        "Der Tagesordnungspunkt ist abgeschlossen ({status}). Für einen neuen Beschluss den Punkt in eine spätere Sitzung aufnehmen." "The item of the agenda is closed ({status}). Add it to a later meeting for another decision.";
    AgendaItemHasParts "AGENDA_ITEM_HAS_PARTS" Rule 409 false
        "Der Tagesordnungspunkt hat Unterpunkte. Diese einzeln behandeln." "The item of the agenda has parts. Deal with them one by one.";
    AgendaItemsOpen "AGENDA_ITEMS_OPEN" Rule 409 false
        "{count} Tagesordnungspunkte haben noch kein Ergebnis. Beschluss eintragen, zur Kenntnis nehmen oder vertagen." "{count} items of the agenda have no result yet. Record a decision, take note or postpone them.";
    AgendaItemNotToCarry "AGENDA_ITEM_NOT_TO_CARRY" Rule 422 false
        "Nur ein vertagter Punkt einer früheren Sitzung desselben Gremiums, der noch nicht wieder aufgenommen wurde, kann übernommen werden." "Only a postponed item of an earlier meeting of the same body that was not taken up yet can be carried over.";
    MinutesMissing "MINUTES_MISSING" Rule 409 false
        "Es gibt noch keine Niederschrift. Sie zuerst erfassen." "There are no minutes yet. Record them first.";
    MinutesNotApproved "MINUTES_NOT_APPROVED" Rule 409 false
        "Die Niederschrift ist noch nicht genehmigt. Ohne sie veröffentlichen oder sie zuerst genehmigen." "The minutes are not approved yet. Publish without them, or approve them first.";
    AttendanceFixed "ATTENDANCE_FIXED" Rule 409 false
        "Es sind schon Beschlüsse eingetragen; die Anwesenheit steht fest." "Decisions are on record already; the attendance is settled.";
    MembershipUnsuitable "MEMBERSHIP_UNSUITABLE" Rule 422 false
        "Diese Mitgliedschaft gehört am Sitzungstag nicht zum Gremium. Eine gültige Mitgliedschaft angeben." "This membership does not belong to the body on the day of the meeting. Name one that holds.";
    MembershipEnded "MEMBERSHIP_ENDED" Rule 409 false
        "Die Mitgliedschaft ist schon beendet." "The membership has ended already.";
    QuorumMissing "QUORUM_MISSING" Rule 409 false
        "Das Gremium ist nicht beschlussfähig: {present} stimmberechtigte Mitglieder sind anwesend, {quorum} sind nötig. Den Punkt vertagen." "The body has no quorum: {present} voting members are present, {quorum} are needed. Postpone the item.";
    VotesNeeded "VOTES_NEEDED" Rule 422 false
        "Dieser Beschluss braucht eine Abstimmung. Die Stimmen angeben; nur für die Kenntnisnahme ist keine nötig." "This decision needs a vote. Give the votes; only taking note needs none.";
    VotesMismatch "VOTES_MISMATCH" Rule 422 false
        "Die Stimmen ergeben {sum} statt {expected}: anwesende stimmberechtigte Mitglieder ohne die befangenen. Jede Stimme genau einmal angeben." "The votes sum to {sum} instead of {expected}: voting members present without those with a conflict of interest. Give each vote exactly once.";
    VotesContradictDecision "VOTES_CONTRADICT_DECISION" Rule 422 false
        "Die Stimmen ({yes} Ja, {no} Nein) passen nicht zum Ergebnis. Angenommen ist mit mehr Ja- als Nein-Stimmen, sonst abgelehnt." "The votes ({yes} yes, {no} no) do not fit the result. More yes than no is adopted, all else is rejected.";
    VoterNotEntitled "VOTER_NOT_ENTITLED" Rule 422 false
        "Dieses Mitglied ist nicht anwesend, hat kein Stimmrecht oder ist befangen. Die Stimme streichen." "This member is not present, has no vote or has a conflict of interest. Leave the vote out.";
    BodyNeverPublic "BODY_NEVER_PUBLIC" Rule 422 false
        "Ein Gremium, in dem es um einzelne Fälle geht, tagt nie öffentlich." "A body that deals with single cases never meets in public.";
    MeetingNotToPublish "MEETING_NOT_TO_PUBLISH" Rule 409 false
        "Die Sitzung eines nichtöffentlichen Gremiums kann erst veröffentlicht werden, wenn ihre Niederschrift genehmigt ist." "The meeting of a body that does not meet in public can be published only after its minutes were approved.";
    MeetingNotPublished "MEETING_NOT_PUBLISHED" Rule 409 false
        "Die Sitzung ist nicht veröffentlicht." "The meeting is not published.";
    UrlUnsuitable "URL_UNSUITABLE" Rule 422 false
        "Die Adresse muss mit https:// beginnen, einen Rechner nennen und darf keine Zugangsdaten enthalten." "The address must begin with https://, name a host and hold no credentials.";
    ActionItemSettled "ACTION_ITEM_SETTLED" Rule 409 false
        "Der Auftrag ist schon abgeschlossen ({status})." "The action item is settled already ({status}).";

    // The concept.
    ConceptStepNotAllowed "CONCEPT_STEP_NOT_ALLOWED" Rule 409 false
        "Im Zustand {status} des Konzepts ist {transition} nicht möglich. Mögliche Schritte nennt availableTransitions." "{transition} is not possible in status {status} of the concept. availableTransitions names the possible steps.";
    ConceptUnderWay "CONCEPT_UNDER_WAY" Rule 409 false
        "An Ausgabe {number} des Konzepts wird noch gearbeitet. Diese zuerst beschließen lassen oder zurückziehen." "Edition {number} of the concept is still being worked on. Have it adopted or withdraw it first.";
    ConceptEmpty "CONCEPT_EMPTY" Rule 409 false
        "Das Konzept hat noch keinen Abschnitt. Zuerst einen schreiben." "The concept has no section yet. Write one first.";
    ConceptWithoutParticipants "CONCEPT_WITHOUT_PARTICIPANTS" Rule 409 false
        "Am Konzept ist noch niemand beteiligt. Zuerst die relevanten Akteure aufnehmen." "Nobody takes part in the concept yet. Add the relevant actors first.";
    ConceptCommentsOpen "CONCEPT_COMMENTS_OPEN" Rule 409 false
        "{count} Anmerkungen sind noch nicht beantwortet. Jede übernehmen oder mit Begründung nicht übernehmen." "{count} comments are not answered yet. Accept each, or say why it is not accepted.";
    ConceptDecisionUnsuitable "CONCEPT_DECISION_UNSUITABLE" Rule 422 false
        "Dieser Beschluss ({kind}) nimmt das Konzept nicht an. Einen Beschluss der Art ADOPT angeben." "This decision ({kind}) does not adopt the concept. Name one of the kind ADOPT.";
    ConceptDecisionTooEarly "CONCEPT_DECISION_TOO_EARLY" Rule 422 false
        "Der Beschluss ist älter als der Text, der seit {opened} abgestimmt wird. Einen späteren Beschluss angeben." "The decision is older than the text, which is under consultation since {opened}. Name a later decision.";
    ConceptDecisionElsewhere "CONCEPT_DECISION_ELSEWHERE" Rule 409 false
        "Der Beschluss betrifft nicht diese Ausgabe: Der Tagesordnungspunkt muss sie nennen." "The decision is not about this edition: the item of the agenda has to name it.";
    ConceptCommentSettled "CONCEPT_COMMENT_SETTLED" Rule 409 false
        "Die Anmerkung ist schon beantwortet ({status})." "The comment is answered already ({status}).";
    ConceptParticipantAnswered "CONCEPT_PARTICIPANT_ANSWERED" Rule 409 false
        "Diese Institution hat schon Position bezogen und bleibt in der Liste." "This institution has taken a position already and stays on the list.";
    ConceptPositionWithoutWords "CONCEPT_POSITION_WITHOUT_WORDS" Rule 422 false
        "Vorbehalt und Ablehnung brauchen eine Begründung. Den Text angeben." "A reservation or an objection needs words. Give the text.";
    SectionKeyMalformed "SECTION_KEY_MALFORMED" Rule 422 false
        "Der Schlüssel eines Abschnitts besteht aus höchstens 40 Kleinbuchstaben, Ziffern und Bindestrichen und beginnt mit einem Buchstaben." "The key of a section has at most 40 small letters, digits and hyphens and begins with a letter.";
    SectionsIncomplete "SECTIONS_INCOMPLETE" Rule 422 false
        "Die Reihenfolge muss jeden der {count} Abschnitte genau einmal nennen." "The order must name each of the {count} sections exactly once.";
    TextTooManyLines "TEXT_TOO_MANY_LINES" Rule 422 false
        "Der Text hat mehr als {maximum} Zeilen." "The text has more than {maximum} lines.";
    PrintTooLong "PRINT_TOO_LONG" Request 413 false
        "Das Dokument ist zu lang zum Drucken: mehr als {limit} Bytes Text." "The document is too long to be printed: it has more than {limit} bytes of text.";

    // Figures.
    SettingOutOfRange "SETTING_OUT_OF_RANGE" Rule 422 false
        "Der Wert muss zwischen {minimum} und {maximum} liegen." "The value must lie between {minimum} and {maximum}.";
    SettingInThePast "SETTING_IN_THE_PAST" Rule 422 false
        "Eine Einstellung kann frühestens ab heute gelten: Was mit der früheren berechnet wurde, bleibt so." "A setting can hold from today on at the earliest: what was reckoned by the earlier one stays so.";

    // Structures: the stair, barriers, themes.
    StairLength "STAIR_LENGTH" Rule 422 false
        "Ein Treppenmodell hat {fewest} bis {most} Stufen." "A stair model has {fewest} to {most} stages.";
    StairGap "STAIR_GAP" Rule 422 false
        "Die Stufen müssen lückenlos von 1 an nummeriert sein, jede Nummer einmal; es fehlt {position}." "The stages must be numbered from 1 without gaps, each number once; {position} is missing.";
    StairKey "STAIR_KEY" Rule 422 false
        "Ein Stufenschlüssel besteht aus 1 bis 40 Großbuchstaben ohne Umlaute, Ziffern und Unterstrichen und beginnt mit einem Buchstaben." "The key of a stage has 1 to 40 capital letters, digits and underscores and begins with a letter.";
    StairKeyTwice "STAIR_KEY_TWICE" Rule 422 false
        "Dieser Stufenschlüssel kommt zweimal vor." "This key of a stage occurs twice.";
    StairBody "STAIR_BODY" Rule 422 false
        "Die Art des Gremiums gehört zu Stufen, für die ein Gremium zuständig ist, und nur zu diesen." "The kind of body belongs to stages that a body is accountable for, and to no others.";
    StairAnswerDays "STAIR_ANSWER_DAYS" Rule 422 false
        "Die Antwortfrist muss zwischen 1 und {maximum} Tagen liegen oder fehlen." "The time for an answer must be between 1 and {maximum} days, or absent.";
    StairIdentityGrows "STAIR_IDENTITY_GROWS" Rule 422 false
        "Auf Stufe {position} wäre mehr von der Person bekannt als auf der darunter: Nach oben darf es nur weniger werden." "On stage {position} more would be known of the person than on the one below: upwards it may only become less.";
    StairEntry "STAIR_ENTRY" Rule 422 false
        "Hürden beginnen auf einer Stufe, für die Case Manager zuständig sind." "Barriers begin on a stage that case managers are accountable for.";
    StairFileUnreadable "STAIR_FILE_UNREADABLE" Rule 422 false
        "Das ist keine Datei eines Treppenmodells: {cause}." "This is not the file of a stair model: {cause}.";
    StairNotDraft "STAIR_NOT_DRAFT" Rule 409 false
        "Diese Fassung gilt oder galt schon und bleibt, wie sie ist. Bitte eine neue Fassung entwerfen." "This version is or was in use and stays as it is. Draft a new version.";
    StageUnknown "STAGE_UNKNOWN" Rule 422 false
        "Diese Stufe gibt es nicht; das Modell der Hürde hat {most}." "There is no such stage; the model of this barrier has {most}.";
    StageSame "STAGE_SAME" Rule 409 false
        "Die Hürde steht schon auf dieser Stufe." "The barrier stands on this stage already.";
    StageOfCentre "STAGE_OF_CENTRE" Rule 409 false
        "Von hier an bewegt die Fachaufsicht die Hürde." "From here on the supervisory centre moves the barrier.";
    StageOfCaseManager "STAGE_OF_CASE_MANAGER" Rule 409 false
        "Auf dieser Stufe bewegt die Fallführung die Hürde." "On this stage the case manager moves the barrier.";
    BarrierSettled "BARRIER_SETTLED" Rule 409 false
        "Die Hürde ist erledigt oder zurückgezogen." "The barrier is solved or withdrawn.";
    BarrierMeasureFitting "BARRIER_MEASURE_FITTING" Rule 409 false
        "Aus einer Maßnahme wird eine Hürde, wenn sie nicht verfügbar war oder abgelehnt wurde." "A measure makes a barrier if it was not available or was refused.";
    BarrierKindMissing "BARRIER_KIND_MISSING" Rule 422 false
        "Die Art der Hürde und der Bedarfsbereich müssen genannt werden, hier oder an der Maßnahme." "The kind of barrier and the area of need have to be named, here or at the measure.";
    LossOutOfRange "LOSS_OUT_OF_RANGE" Rule 422 false
        "Der Wert muss zwischen 0 und {maximum} liegen." "The value must be between 0 and {maximum}.";
    ThemeStepOfCentre "THEME_STEP_OF_CENTRE" Rule 409 false
        "Diesen Schritt von {from} zu {to} geht die Fachaufsicht (themeReview)." "The step from {from} to {to} is taken by the supervisory centre (themeReview).";
    ThemeStepOfCoordination "THEME_STEP_OF_COORDINATION" Rule 409 false
        "Diesen Schritt von {from} zu {to} geht die Koordination (themeSteer)." "The step from {from} to {to} is taken by the coordinators (themeSteer).";
    ThemeStepOfBody "THEME_STEP_OF_BODY" Rule 409 false
        "Von {from} zu {to} führt nur der Beschluss eines Gremiums." "Only a decision of a body leads from {from} to {to}.";
    ThemeEvidenceThin "THEME_EVIDENCE_THIN" Rule 422 false
        "Die Belege reichen noch nicht. Als Ausnahme mit Begründung bestätigen oder weitere Hürden abwarten." "The evidence does not suffice yet. Confirm it as an exception with a reason, or wait for further barriers.";
    ThemeNotOpen "THEME_NOT_OPEN" Rule 409 false
        "In diesem Stand nimmt das Thema keine Belege und keine Möglichkeiten mehr auf und wird nicht mehr verbunden oder geteilt." "In this status the theme takes up no more evidence and no options, and is not merged or split.";
    ThemeMergeItself "THEME_MERGE_ITSELF" Rule 422 false
        "Ein Thema kann nicht in sich selbst oder in ein Thema aufgehen, das schon aufgegangen ist." "A theme cannot become part of itself, or of one that is part of another already.";
    ThemeOptionsRecommended "THEME_OPTIONS_RECOMMENDED" Rule 422 false
        "Höchstens eine der Möglichkeiten wird vorgeschlagen." "At most one of the options is the one that is proposed.";
    ThemePatternEmpty "THEME_PATTERN_EMPTY" Rule 422 false
        "Mindestens die Art der Hürde oder die Institution nennen: Sonst wären alle Hürden gemeint." "Name at least the kind of barrier or the institution: otherwise all barriers would be meant.";
    ThemeNotAnswerable "THEME_NOT_ANSWERABLE" Rule 409 false
        "Beantwortet wird ein Thema, wenn darüber entschieden ist: beschlossen, umgesetzt, ausgewertet, weitergeleitet, abgelehnt oder zurückgestellt." "A theme is answered once something was decided about it: decided, implemented, evaluated, forwarded, rejected or parked.";
    ThemeNotAnswered "THEME_NOT_ANSWERED" Rule 409 false
        "Vor der Auswertung bekommen alle, die beigetragen haben, eine Antwort (themeAnswer)." "Before a theme is evaluated, everybody who contributed gets an answer (themeAnswer).";
    PublicationOwn "PUBLICATION_OWN" Rule 409 false
        "Vier Augen: Wer die Veröffentlichung verfasst hat, gibt sie nicht selbst frei." "Four eyes: who wrote the publication does not release it.";
    PublicationDecided "PUBLICATION_DECIDED" Rule 409 false
        "Über diese Veröffentlichung ist schon entschieden." "This publication has been decided about already.";
    ThemeNotPublishable "THEME_NOT_PUBLISHABLE" Rule 409 false
        "Veröffentlicht werden Themen, die bestätigt sind." "Themes can be published once they are confirmed.";
    ThemeNotConfirmed "THEME_NOT_CONFIRMED" Rule 409 false
        "Auf eine Tagesordnung kommen Themen erst, wenn die Fachaufsicht sie bestätigt hat (themeReview), und nicht, solange sie abgelehnt, zusammengeführt oder zurückgestellt sind. Ein anderes Thema nennen oder keines." "Themes come onto an agenda only once the supervisory centre has confirmed them (themeReview), and not while they are rejected, merged or parked. Name another theme, or none.";

    // Imports.
    ImportMediaType "IMPORT_MEDIA_TYPE" Request 415 false
        "Der Inhaltstyp einer Importdatei muss text/csv oder der von Excel-Arbeitsmappen (.xlsx) sein." "The content type of a file to import must be text/csv or that of Excel workbooks (.xlsx).";
    ImportFileTooLarge "IMPORT_FILE_TOO_LARGE" Rule 413 false
        "Die Datei ist größer als {maximum} MiB. Bitte auf mehrere Dateien verteilen." "The file is larger than {maximum} MiB. Split it into several files.";
    ImportFileEmpty "IMPORT_FILE_EMPTY" Rule 422 false
        "Die Datei ist leer." "The file is empty.";
    ImportFileNotText "IMPORT_FILE_NOT_TEXT" Rule 422 false
        "Die Datei ist weder eine CSV-Textdatei noch eine Excel-Arbeitsmappe (.xlsx). In der Tabellenkalkulation öffnen und als .xlsx oder „CSV UTF-8“ speichern." "The file is neither a CSV text file nor an Excel workbook (.xlsx). Open it in a spreadsheet program and save it as .xlsx or \"CSV UTF-8\".";
    ImportFileOldExcel "IMPORT_FILE_OLD_EXCEL" Rule 422 false
        "Die Datei hat das alte Excel-Format (.xls) oder ist mit einem Kennwort geschützt. Als .xlsx ohne Kennwort speichern." "The file has the old Excel format (.xls) or is protected by a password. Save it as .xlsx without a password.";
    ImportWorkbookDamaged "IMPORT_WORKBOOK_DAMAGED" Rule 422 false
        "Die Excel-Arbeitsmappe ist beschädigt oder enthält kein Tabellenblatt. In der Tabellenkalkulation öffnen und neu als .xlsx speichern." "The Excel workbook is damaged or has no worksheet. Open it in a spreadsheet program and save it as .xlsx again.";
    ImportWorkbookTooLarge "IMPORT_WORKBOOK_TOO_LARGE" Rule 413 false
        "Die Excel-Arbeitsmappe ist ausgepackt zu groß (mehr als {maximum} MiB). Nur die Zeilen und Spalten des Imports in eine neue Mappe kopieren." "The Excel workbook is too large when unpacked (more than {maximum} MiB). Copy only the rows and columns to import into a new workbook.";
    ImportTooManyRows "IMPORT_TOO_MANY_ROWS" Rule 413 false
        "Die Datei hat mehr als {maximum} Zeilen. Bitte auf mehrere Dateien verteilen." "The file has more than {maximum} rows. Split it into several files.";
    ImportTooManyColumns "IMPORT_TOO_MANY_COLUMNS" Rule 422 false
        "Die erste Zeile hat mehr als {maximum} Spalten. Überzählige Spalten löschen." "The first line has more than {maximum} columns. Delete those that are not needed.";
    ImportHeaderMissing "IMPORT_HEADER_MISSING" Rule 422 false
        "Die erste Zeile muss die Spalten benennen, wie in der Vorlage. Es fehlt: {missing}." "The first line must name the columns, as in the template. Missing: {missing}.";
    ImportColumnUnknown "IMPORT_COLUMN_UNKNOWN" Rule 422 false
        "Die Spalte „{column}“ ist unbekannt. Wie in der Vorlage benennen, löschen, oder ein # davorsetzen, damit sie übergangen wird." "The column \"{column}\" is unknown. Name it as in the template, delete it, or put a # before its name so that it is passed over.";
    ImportColumnTwice "IMPORT_COLUMN_TWICE" Rule 422 false
        "Die Spalte „{column}“ kommt zweimal vor. Eine von beiden löschen, oder ein # davorsetzen." "The column \"{column}\" occurs twice. Delete one of the two, or put a # before its name.";
    ImportRowBroken "IMPORT_ROW_BROKEN" Rule 422 false
        "Die Zeile hat {found} statt {expected} Felder. Trennzeichen und Zeilenumbrüche in einem Text gehören zwischen Anführungszeichen." "The row has {found} fields instead of {expected}. Separators and line breaks within a text belong between quotation marks.";
    ImportQuoteOpen "IMPORT_QUOTE_OPEN" Rule 422 false
        "Ein Anführungszeichen ist nicht geschlossen; die Zeilen {from} bis {to} wurden als eine gelesen und nicht importiert. Anführungszeichen berichtigen." "A quotation mark is not closed; lines {from} to {to} were read as one and not imported. Correct the quotation marks.";
    ImportCellMissing "IMPORT_CELL_MISSING" Rule 422 false
        "Diese Angabe fehlt." "This is missing.";
    ImportCellFault "IMPORT_CELL_FAULT" Rule 422 false
        "In der Zelle steht ein Formelfehler ({value}). Den richtigen Wert eintragen." "The cell holds the error of a formula ({value}). Enter the right value.";
    ImportCellIsDate "IMPORT_CELL_IS_DATE" Rule 422 false
        "Die Tabellenkalkulation hat aus diesem Wert ein Datum gemacht. Die Spalte als Text formatieren und den Wert neu eintragen." "The spreadsheet program has made a date of this value. Format the column as text and enter the value again.";
    ImportTextGarbled "IMPORT_TEXT_GARBLED" Rule 422 false
        "Umlaute oder Sonderzeichen sind beschädigt ({value}). Die Datei als „CSV UTF-8“ oder .xlsx neu speichern." "Umlauts or special characters are damaged ({value}). Save the file again as \"CSV UTF-8\" or .xlsx.";
    ImportValueUnknown "IMPORT_VALUE_UNKNOWN" Rule 422 false
        "„{value}“ ist hier nicht möglich. Möglich sind: {allowed}." "\"{value}\" is not possible here. Possible are: {allowed}.";
    ImportDateUnreadable "IMPORT_DATE_UNREADABLE" Rule 422 false
        "„{value}“ ist nicht eindeutig als Datum zu lesen. Wie 2023-06-01 oder 01.06.2023 schreiben, das Jahr mit vier Ziffern." "\"{value}\" cannot be read as a date without doubt. Write it like 2023-06-01 or 01.06.2023, the year with four digits.";
    ImportMonthUnreadable "IMPORT_MONTH_UNREADABLE" Rule 422 false
        "„{value}“ ist nicht eindeutig als Monat zu lesen. Wie 2022-03 oder 03.2022 schreiben." "\"{value}\" cannot be read as a month without doubt. Write it like 2022-03 or 03.2022.";
    ImportIdTwice "IMPORT_ID_TWICE" Rule 422 false
        "Dieser Fremdschlüssel steht schon in Zeile {line}. Jede Zeile braucht einen eigenen." "This external id stands in line {line} already. Each row needs one of its own.";
    ImportExampleRow "IMPORT_EXAMPLE_ROW" Rule 422 false
        "Das ist eine Beispielzeile der Vorlage. Bitte löschen." "This is an example row of the template. Delete it.";
    ImportSourceMalformed "IMPORT_SOURCE_MALFORMED" Rule 422 false
        "Der Name des Quellsystems muss 1 bis 40 Zeichen haben: Buchstaben ohne Umlaute, Ziffern, Punkt, Unterstrich und Bindestrich." "The name of the source system must have 1 to 40 characters: letters without umlauts, digits, dot, underscore and hyphen.";
    ImportMunicipalityUnknown "IMPORT_MUNICIPALITY_UNKNOWN" Rule 422 false
        "„{value}“ ist keine Kommune dieses Kreises. Den Namen oder den achtstelligen Gemeindeschlüssel angeben." "\"{value}\" is no municipality of this district. Give its name or its key of eight digits.";
    ImportLeadUnknown "IMPORT_LEAD_UNKNOWN" Rule 422 false
        "„{value}“ hat heute keine Case-Management-Stelle, für die Sie importieren dürfen. Anmeldenamen oder vollen Namen angeben." "\"{value}\" holds no case-management position today that you may import for. Give the login or the full name.";
    ImportLeadAmbiguous "IMPORT_LEAD_AMBIGUOUS" Rule 422 false
        "„{value}“ heißen mehrere Personen. Den Anmeldenamen angeben." "Several people are called \"{value}\". Give the login.";


    // Accounts.
    LoginTaken "LOGIN_TAKEN" Rule 409 false
        "Dieser Anmeldename kann nicht vergeben werden." "This login name cannot be used.";
    LoginMalformed "LOGIN_MALFORMED" Rule 422 false
        "Der Anmeldename muss 3 bis 200 Zeichen haben und darf keine Leerzeichen enthalten." "The login name must have 3 to 200 characters and no white space.";
    PasswordTooShort "PASSWORD_TOO_SHORT" Rule 422 false
        "Das Passwort muss mindestens {minimum} Zeichen haben." "The password must have at least {minimum} characters.";
    PasswordTooLong "PASSWORD_TOO_LONG" Rule 422 false
        "Das Passwort darf höchstens {maximum} Zeichen haben." "The password must have at most {maximum} characters.";
    AccountDisabled "ACCOUNT_DISABLED" Rule 409 false
        "Das Konto ist schon gesperrt." "The account is disabled already.";
    AccountOwn "ACCOUNT_OWN" Rule 409 false
        "Das eigene Konto kann man nicht selbst sperren." "You cannot disable your own account.";
    GrantEnded "GRANT_ENDED" Rule 409 false
        "Die Berechtigung ist schon beendet." "The grant has ended already.";
    RoleUnsuitable "ROLE_UNSUITABLE" Rule 422 false
        "Diese Rolle kann es in einer Organisation dieser Art nicht geben." "This role cannot be held in an organisation of this kind.";
    ScopesNotAllowed "SCOPES_NOT_ALLOWED" Rule 422 false
        "Scopes gelten nur für die Rolle INTEGRATION, und diese braucht mindestens einen: {allowed}." "Scopes belong to the role INTEGRATION only, which needs at least one: {allowed}.";

    // The server's own trouble.
    DatabaseUnavailable "DATABASE_UNAVAILABLE" Server 503 true
        "Die Datenbank ist im Augenblick nicht erreichbar. Es wurde nichts gespeichert; bitte erneut versuchen." "The database cannot be reached at the moment. Nothing was stored; try again.";
    MasterKeyWrong "MASTER_KEY_WRONG" Server 503 false
        "Der Hauptschlüssel des Servers passt nicht zu dieser Datenbank. Es wurde nichts gespeichert. Die Betreiberin muss den richtigen Schlüssel einsetzen." "The master key of the server does not fit this database. Nothing was stored. The operator has to provide the right key.";
    FilesUnavailable "FILES_UNAVAILABLE" Server 503 true
        "Die Ablage der Dokumente ist im Augenblick nicht erreichbar. Bitte erneut versuchen." "The storage of documents cannot be reached at the moment. Try again.";
    StorageFull "STORAGE_FULL" Server 503 true
        "Der Speicherplatz der Datenbank ist erschöpft. Es wurde nichts gespeichert." "The storage of the database is full. Nothing was stored.";
    Busy "BUSY" Server 503 true
        "Der Server ist im Augenblick ausgelastet. Bitte erneut versuchen." "The server is busy at the moment. Try again.";
    IssuerUnavailable "ISSUER_UNAVAILABLE" Server 503 true
        "Der Anmeldedienst ist im Augenblick nicht erreichbar." "The identity provider cannot be reached at the moment.";
    Internal "INTERNAL" Server 500 false
        "Interner Fehler. Bitte der Betreiberin die Anfragenummer nennen." "Internal error. Tell the operator the request id.";
}

/// Arguments of a message: name and value.
pub type MessageArguments = Vec<(&'static str, String)>;

fn fill(template: &str, arguments: &[(&'static str, String)]) -> String {
    arguments.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// A rule of the trade that a command would break: data for the person at the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserError {
    /// Which rule.
    pub code: ErrorCode,
    /// Where in the input: names of fields and indexes, outermost first. Empty: the command as a whole.
    pub path: Vec<String>,
    /// What the message names.
    pub arguments: MessageArguments,
}

impl UserError {
    /// An error at `path`, written with dots: `"serviceAreas.0.share"`; `""` for the command as a whole.
    #[must_use]
    pub fn at(path: &str, code: ErrorCode) -> Self {
        let path = path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Self { code, path, arguments: Vec::new() }
    }

    /// Adds an argument of the message.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.arguments.push((name, value.to_string()));
        self
    }

    /// The message in German.
    #[must_use]
    pub fn german(&self) -> String {
        fill(self.code.entry().german, &self.arguments)
    }

    /// The message in English.
    #[must_use]
    pub fn english(&self) -> String {
        fill(self.code.entry().english, &self.arguments)
    }
}

/// Why a request, or a part of it, gets no answer.
///
/// Deliberately not `Display`: its inner text is for the log, never for a client.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What the client is told.
    pub code: ErrorCode,
    /// What its message names.
    pub arguments: MessageArguments,
    /// What the log is told besides. Holds no personal data.
    pub cause: Option<String>,
}

impl Failure {
    /// A failure that is explained by its code.
    #[must_use]
    pub const fn new(code: ErrorCode) -> Self {
        Self { code, arguments: Vec::new(), cause: None }
    }

    /// A fault of our own; `cause` goes to the log only.
    #[must_use]
    pub fn internal(cause: impl Into<String>) -> Self {
        Self { code: ErrorCode::Internal, arguments: Vec::new(), cause: Some(cause.into()) }
    }

    /// Adds an argument of the message.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.arguments.push((name, value.to_string()));
        self
    }

    /// Adds what the log is told besides.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The message in English, as top-level errors carry it.
    #[must_use]
    pub fn message(&self) -> String {
        fill(self.code.entry().english, &self.arguments)
    }
}

impl From<sea_orm::DbErr> for Failure {
    fn from(error: sea_orm::DbErr) -> Self {
        use sea_orm::{DbErr, RuntimeErr};
        let text = error.to_string();
        // Neither driver has a type of its own for these, so their fixed texts are read; the text itself stays in the log.
        let full = ["database or disk is full", "No space left on device", "could not extend file"];
        let lost = [
            "connection",
            "Connection",
            "terminating",
            "unable to open database",
            "disk I/O error",
            "starting up",
            "shutting down",
            "recovery mode",
            "pool timed out",
            "Broken pipe",
            "unexpected end of file",
            "early eof",
        ];
        let busy =
            ["database is locked", "deadlock detected", "could not serialize", "statement timeout", "lock timeout"];
        let is_io = matches!(
            &error,
            DbErr::Conn(RuntimeErr::SqlxError(inner))
                | DbErr::Exec(RuntimeErr::SqlxError(inner))
                | DbErr::Query(RuntimeErr::SqlxError(inner))
                if matches!(
                    inner.as_ref(),
                    sea_orm::sqlx::Error::Io(_) | sea_orm::sqlx::Error::PoolTimedOut | sea_orm::sqlx::Error::PoolClosed
                        | sea_orm::sqlx::Error::WorkerCrashed | sea_orm::sqlx::Error::Tls(_)
                )
        );
        let code = if full.iter().any(|mark| text.contains(mark)) {
            ErrorCode::StorageFull
        } else if is_io || matches!(error, DbErr::ConnectionAcquire(_)) || lost.iter().any(|mark| text.contains(mark)) {
            ErrorCode::DatabaseUnavailable
        } else if busy.iter().any(|mark| text.contains(mark)) {
            ErrorCode::Busy
        } else {
            ErrorCode::Internal
        };
        Self { code, arguments: Vec::new(), cause: Some(text) }
    }
}

impl From<Failure> for async_graphql::Error {
    fn from(failure: Failure) -> Self {
        if failure.code.entry().kind == ErrorKind::Server {
            tracing::error!(code = failure.code.as_str(), cause = failure.cause.as_deref(), "a request failed");
        }
        let mut error = Self::new(failure.message());
        let mut extensions = async_graphql::ErrorExtensionValues::default();
        extensions.set("code", failure.code.as_str());
        extensions.set("retryable", failure.code.entry().retryable);
        error.extensions = Some(extensions);
        error
    }
}

#[cfg(test)]
mod tests {
    use super::{ErrorCode, UserError};

    #[test]
    fn every_code_has_one_name_and_both_languages() {
        let mut names: Vec<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            let entry = code.entry();
            assert_eq!(ErrorCode::parse(code.as_str()), Some(*code));
            assert!(entry.german.ends_with('.') || entry.german.ends_with('}'), "{}", entry.german);
            assert!(entry.english.ends_with('.') || entry.english.ends_with('}'), "{}", entry.english);
            let arguments = |text: &str| {
                let mut found: Vec<String> = text
                    .split('{')
                    .skip(1)
                    .filter_map(|rest| rest.split_once('}'))
                    .map(|(name, _)| name.to_owned())
                    .collect();
                found.sort();
                found
            };
            assert_eq!(arguments(entry.german), arguments(entry.english), "{}", code.as_str());
        }
    }

    #[test]
    fn a_message_names_its_arguments_in_both_languages() {
        let error = UserError::at("position.version", ErrorCode::VersionStale).with("expected", 1).with("actual", 2);
        assert_eq!(error.path, ["position", "version"]);
        assert!(error.german().contains("Version 1") && error.english().contains("version 1"));
    }
}
