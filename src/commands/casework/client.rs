//! Clients: put on record with a case, corrected, added to a household; verdicts on possible doubles.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use entity::codes::{
    CaseRelation, ClientStatus, ConsentForm, ConsentScope, DuplicateVerdictKind, LegalBasis, TextKind,
};
use entity::ids::{CaseId, CasePersonId, ClientId, ConsentId, Identifier};
use serde::Serialize;

use crate::access::{Verb, on, verb};
use crate::commands::pipeline::{Changes, Command, Done, Record, Stop, Texts, Work};
use crate::domain::casework::consent::is_language_tag;
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::case;
use crate::store::casework::case_person::{self, CasePerson};
use crate::store::casework::client::{self, Client};
use crate::store::casework::client_term::{self, Names};
use crate::store::casework::consent::{self, Consent};
use crate::store::casework::sealed_text;
use crate::store::vault::client_key;

/// The longest address or other text about who a client is, in characters.
const TEXT_MAXIMUM: usize = 1000;
/// The earliest year of birth.
const EARLIEST_BIRTH: i32 = 1900;

impl Record for Client {
    type Id = ClientId;

    fn id(&self) -> ClientId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn client(&self) -> Option<ClientId> {
        Some(self.id)
    }
}

/// Who a client is. All of it may be left out; all of it is stored sealed.
#[derive(Clone, Debug, Default, Serialize, InputObject)]
pub struct IdentityInput {
    /// Family name, at most 200 characters.
    pub family_name: Option<String>,
    /// All given names, at most 200 characters.
    pub given_names: Option<String>,
    /// Birth name and other former names, at most 200 characters.
    pub former_names: Option<String>,
    /// Birth date as a day (`1985-03-14`) or, where only that is known, a year (`1985`).
    pub birth_date: Option<String>,
    /// Postal address, at most 1000 characters.
    pub address: Option<String>,
    /// Telephone, e-mail and other ways to reach the person, at most 1000 characters.
    pub contact: Option<String>,
    /// Languages, at most 1000 characters.
    pub languages: Option<String>,
    /// Whether, and for which language, an interpreter is needed; at most 1000 characters.
    pub interpreter: Option<String>,
}

fn check_birth_date(checks: &mut Checks, path: &str, text: &str, latest: i32) {
    let year = text
        .parse::<NaiveDate>()
        .ok()
        .filter(|_| text.len() == 10)
        .map(|day| day.year())
        .or_else(|| text.parse::<i32>().ok().filter(|_| text.len() == 4));
    checks.require(year.is_some_and(|year| (EARLIEST_BIRTH..=latest).contains(&year)), || {
        UserError::at(path, ErrorCode::BirthDateMalformed).with("earliest", EARLIEST_BIRTH)
    });
}

impl IdentityInput {
    fn fields(&self) -> [(TextKind, &'static str, Option<&str>); 8] {
        [
            (TextKind::FamilyName, "familyName", self.family_name.as_deref()),
            (TextKind::GivenNames, "givenNames", self.given_names.as_deref()),
            (TextKind::FormerNames, "formerNames", self.former_names.as_deref()),
            (TextKind::BirthDate, "birthDate", self.birth_date.as_deref()),
            (TextKind::Address, "address", self.address.as_deref()),
            (TextKind::Contact, "contact", self.contact.as_deref()),
            (TextKind::Languages, "languages", self.languages.as_deref()),
            (TextKind::Interpreter, "interpreter", self.interpreter.as_deref()),
        ]
    }

    /// Checks all fields; `path` names the object, e.g. `identity`.
    pub fn check(&self, checks: &mut Checks, path: &str) {
        for (kind, name, text) in self.fields() {
            if let Some(text) = text {
                check_text(checks, &format!("{path}.{name}"), kind, text);
            }
        }
    }

    /// The texts of a client.
    #[must_use]
    pub fn texts(&self, client: ClientId) -> Texts {
        let record = client_term::record_of(client);
        self.fields()
            .into_iter()
            .fold(Texts::of_client(client), |texts, (kind, _, text)| texts.with_given(record, kind, text))
    }

    /// What the client is found by.
    #[must_use]
    pub fn names(&self) -> Names {
        let mut names = Names::default();
        for (kind, _, text) in self.fields() {
            if let Some(text) = text {
                names.take(kind, text.trim().to_owned());
            }
        }
        names
    }
}

fn check_text(checks: &mut Checks, path: &str, kind: TextKind, text: &str) {
    match kind {
        TextKind::FamilyName | TextKind::GivenNames | TextKind::FormerNames => checks.line(path, text, NAME_MAXIMUM),
        TextKind::BirthDate => check_birth_date(checks, path, text, 2100),
        _ => checks.prose(path, Some(text), TEXT_MAXIMUM),
    }
}

/// How the consent to keep a case record was given.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct RecordConsentInput {
    /// In which form.
    pub form: ConsentForm,
    /// In which language it was explained, as a BCP 47 tag, e.g. `uk`.
    pub language: String,
    /// Whether an interpreter was there.
    #[graphql(default)]
    pub interpreter_present: bool,
    /// When it was given; today if left out.
    pub given_on: Option<NaiveDate>,
    /// First day on which it no longer holds; null: until it is revoked.
    pub valid_until: Option<NaiveDate>,
}

impl RecordConsentInput {
    /// Checks all fields; `path` names the object.
    pub fn check(&self, checks: &mut Checks, path: &str) {
        checks.require(is_language_tag(&self.language), || {
            UserError::at(&format!("{path}.language"), ErrorCode::LanguageMalformed)
        });
        checks.day(&format!("{path}.givenOn"), self.given_on);
        checks.period(&format!("{path}.validUntil"), self.given_on, self.valid_until);
    }
}

/// A client to be put on record.
pub struct NewClient<'a> {
    /// On what the record rests.
    pub legal_basis: LegalBasis,
    /// Who it is, as far as it is known.
    pub identity: Option<&'a IdentityInput>,
    /// The consent to the record.
    pub consent: Option<&'a RecordConsentInput>,
}

/// Puts a client on record: its row, its key, its consent, its terms. The texts are for the pipeline to seal.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn register<V: Verb>(work: &Work<'_, V>, new: &NewClient<'_>) -> Result<(Client, Texts), Stop> {
    let client = Client {
        id: ClientId::new(),
        district_id: work.permit.district_id(),
        status: ClientStatus::Active,
        legal_basis: new.legal_basis,
        version: 1,
        created_at: work.now,
        restricted_at: None,
        erased_at: None,
    };
    client::insert(work.transaction, work.permit, &client).await?;
    if let Some(input) = new.consent {
        let given_on = input.given_on.unwrap_or(work.today);
        let given = Consent {
            id: ConsentId::new(),
            district_id: client.district_id,
            client_id: client.id,
            scope: ConsentScope::CaseRecord,
            recipient_organisation_id: None,
            recipient_account_id: None,
            form: input.form,
            language: input.language.clone(),
            interpreter_present: input.interpreter_present,
            given_on,
            valid_from: given_on,
            valid_until: input.valid_until,
            revoked_at: None,
            recorded_by: work.actor.account_id(),
            version: 1,
            created_at: work.now,
        };
        consent::insert(work.transaction.connection(), work.permit, &given, &[]).await?;
    }
    let texts = match new.identity {
        Some(identity) => {
            client_term::renew(work.transaction, work.permit, client.id, &identity.names()).await?;
            identity.texts(client.id)
        }
        None => Texts::of_client(client.id),
    };
    Ok((client, texts))
}

/// What is to be corrected in who a client is (Art. 16 GDPR): a field that is left out stays, null takes it away.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ClientCorrectInput {
    /// The client.
    pub client_id: ClientId,
    /// The version that you saw; refused if the record was changed since.
    pub expected_version: Option<i32>,
    /// Family name, at most 200 characters.
    pub family_name: MaybeUndefined<String>,
    /// All given names, at most 200 characters.
    pub given_names: MaybeUndefined<String>,
    /// Birth name and other former names, at most 200 characters.
    pub former_names: MaybeUndefined<String>,
    /// Birth date as a day (`1985-03-14`) or a year (`1985`).
    pub birth_date: MaybeUndefined<String>,
    /// Postal address, at most 1000 characters.
    pub address: MaybeUndefined<String>,
    /// Telephone, e-mail and other ways to reach the person, at most 1000 characters.
    pub contact: MaybeUndefined<String>,
    /// Languages, at most 1000 characters.
    pub languages: MaybeUndefined<String>,
    /// Whether, and for which language, an interpreter is needed; at most 1000 characters.
    pub interpreter: MaybeUndefined<String>,
    /// On what the record rests from now on.
    pub legal_basis: Option<LegalBasis>,
}

impl ClientCorrectInput {
    fn fields(&self) -> [(TextKind, &'static str, &MaybeUndefined<String>); 8] {
        [
            (TextKind::FamilyName, "familyName", &self.family_name),
            (TextKind::GivenNames, "givenNames", &self.given_names),
            (TextKind::FormerNames, "formerNames", &self.former_names),
            (TextKind::BirthDate, "birthDate", &self.birth_date),
            (TextKind::Address, "address", &self.address),
            (TextKind::Contact, "contact", &self.contact),
            (TextKind::Languages, "languages", &self.languages),
            (TextKind::Interpreter, "interpreter", &self.interpreter),
        ]
    }
}

impl Command for ClientCorrectInput {
    const NAME: &'static str = "clientCorrect";
    type Verb = verb::KeepIdentity;
    type Record = Client;

    fn check(&self, checks: &mut Checks) {
        for (kind, name, text) in self.fields() {
            if let MaybeUndefined::Value(text) = text {
                check_text(checks, name, kind, text);
            }
        }
    }

    async fn load(work: &Work<'_, Self::Verb>, id: ClientId) -> Result<Option<Client>, Failure> {
        client::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for ClientCorrectInput {
    fn target(&self) -> (ClientId, &'static str) {
        (self.client_id, "clientId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut client: Client) -> Result<Done<Client>, Stop> {
        let key = client_key(work.transaction, work.permit, client.id).await?;
        let key = key.ok_or_else(|| UserError::at("clientId", ErrorCode::ClientErased))?;
        let record = client_term::record_of(client.id);
        let mut names = Names::default();
        for (kind, text) in sealed_text::of_record_in(work.transaction, work.permit, &key, record).await? {
            names.take(kind, text);
        }
        let mut texts = Texts::of_client(client.id);
        for (kind, _, text) in self.fields() {
            match text {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => {
                    names.take(kind, String::new());
                    texts = texts.with(record, kind, None);
                }
                MaybeUndefined::Value(text) => {
                    names.take(kind, text.trim().to_owned());
                    texts = texts.with(record, kind, Some(text));
                }
            }
        }
        client_term::renew(work.transaction, work.permit, client.id, &names).await?;
        client.legal_basis = self.legal_basis.unwrap_or(client.legal_basis);
        client.version = client.version.saturating_add(1);
        client::update(work.transaction.connection(), work.permit, &client).await?;
        Ok(Done::new(client).with_texts(texts))
    }
}

/// A client whose data are kept but not to be worked with any more (Art. 18 GDPR). Needs `options.reason`.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ClientRestrictInput {
    /// The client.
    pub client_id: ClientId,
    /// The version that you saw; refused if the record was changed since.
    pub expected_version: Option<i32>,
}

/// A client whose data may be worked with again. Needs `options.reason`.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ClientLiftRestrictionInput {
    /// The client.
    pub client_id: ClientId,
    /// The version that you saw; refused if the record was changed since.
    pub expected_version: Option<i32>,
}

/// Moves a client between ACTIVE and RESTRICTED.
async fn set_restriction(
    work: &Work<'_, verb::KeepIdentity>,
    mut client: Client,
    status: ClientStatus,
) -> Result<Done<Client>, Stop> {
    let code = match (client.status, status) {
        (ClientStatus::Erased, _) => Some(ErrorCode::ClientErased),
        (ClientStatus::Restricted, ClientStatus::Restricted) => Some(ErrorCode::ClientRestricted),
        (ClientStatus::Active, ClientStatus::Active) => Some(ErrorCode::ClientNotRestricted),
        _ => None,
    };
    if let Some(code) = code {
        return Err(UserError::at("clientId", code).into());
    }
    if work.reason.is_none() {
        return Err(UserError::at("options.reason", ErrorCode::ReasonNeeded).into());
    }
    client.status = status;
    client.restricted_at = (status == ClientStatus::Restricted).then_some(work.now);
    client.version = client.version.saturating_add(1);
    client::update(work.transaction.connection(), work.permit, &client).await?;
    Ok(Done::new(client))
}

macro_rules! restricts {
    ($input:ident, $name:literal, $status:expr) => {
        impl Command for $input {
            const NAME: &'static str = $name;
            type Verb = verb::KeepIdentity;
            type Record = Client;

            fn check(&self, _: &mut Checks) {}

            async fn load(work: &Work<'_, Self::Verb>, id: ClientId) -> Result<Option<Client>, Failure> {
                client::lock(work.transaction.connection(), work.permit, id).await
            }
        }

        impl Changes for $input {
            fn target(&self) -> (ClientId, &'static str) {
                (self.client_id, "clientId")
            }

            fn expected_version(&self) -> Option<i32> {
                self.expected_version
            }

            async fn change(&self, work: &Work<'_, Self::Verb>, client: Client) -> Result<Done<Client>, Stop> {
                set_restriction(work, client, $status).await
            }
        }
    };
}

restricts!(ClientRestrictInput, "clientRestrict", ClientStatus::Restricted);
restricts!(ClientLiftRestrictionInput, "clientLiftRestriction", ClientStatus::Active);

/// A person as the log and the pipeline see it: a part of its case.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
pub struct PersonOfCase {
    /// The record.
    pub person: CasePerson,
    /// The client that the case is about, under whose key reasons are sealed.
    pub main_client_id: ClientId,
}

impl Record for PersonOfCase {
    type Id = CasePersonId;

    fn id(&self) -> CasePersonId {
        self.person.id
    }

    fn version(&self) -> Option<i32> {
        None
    }

    fn for_log(&self) -> serde_json::Value {
        serde_json::to_value(&self.person).unwrap_or_default()
    }

    fn subject(&self) -> String {
        self.person.case_id.to_string()
    }

    fn client(&self) -> Option<ClientId> {
        Some(self.main_client_id)
    }
}

async fn load_person<V: on::Case>(work: &Work<'_, V>, id: CasePersonId) -> Result<Option<PersonOfCase>, Failure> {
    let connection = work.transaction.connection();
    let Some(person) = case_person::lock(connection, work.permit, id).await? else { return Ok(None) };
    let main = client::of_case(connection, work.permit, person.case_id).await?;
    Ok(main.map(|main| PersonOfCase { person, main_client_id: main.id }))
}

/// Somebody of the household to be added to a case: a client that you know already, or a new one. Who left the case can join
/// again.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CasePersonAddInput {
    /// The case.
    pub case_id: CaseId,
    /// How the person belongs to it. MAIN is the person that the case is about, and cannot be added.
    pub relation: CaseRelation,
    /// A client of one of your own cases, or somebody who left one of them; left out: a new one.
    pub client_id: Option<ClientId>,
    /// On what the record of a new client rests.
    #[graphql(default_with = "LegalBasis::PublicTask61E")]
    pub legal_basis: LegalBasis,
    /// Who a new client is.
    pub identity: Option<IdentityInput>,
    /// The consent of a new client to the record.
    pub consent: Option<RecordConsentInput>,
}

impl Command for CasePersonAddInput {
    const NAME: &'static str = "casePersonAdd";
    type Verb = verb::WorkOnCase;
    type Record = PersonOfCase;

    fn check(&self, checks: &mut Checks) {
        if let Some(identity) = &self.identity {
            identity.check(checks, "identity");
        }
        if let Some(consent) = &self.consent {
            consent.check(checks, "consent");
        }
        checks.require(self.relation != CaseRelation::Main, || UserError::at("relation", ErrorCode::PersonKnownInCase));
    }

    async fn load(work: &Work<'_, Self::Verb>, id: CasePersonId) -> Result<Option<PersonOfCase>, Failure> {
        load_person(work, id).await
    }
}

impl crate::commands::pipeline::Creates for CasePersonAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<PersonOfCase>, Stop> {
        let connection = work.transaction.connection();
        let case = case::lock(connection, work.permit, self.case_id).await?;
        let case = case.ok_or_else(|| UserError::at("caseId", ErrorCode::NotFound))?;
        let (client_id, texts) = match self.client_id {
            Some(known) => {
                let known = client::lock_past_or_present(connection, work.permit, known).await?;
                let known = known.ok_or_else(|| UserError::at("clientId", ErrorCode::NotFound))?;
                if known.status == ClientStatus::Erased {
                    return Err(UserError::at("clientId", ErrorCode::ClientErased).into());
                }
                if let Some(mut person) = case_person::find(connection, work.permit, case.id, known.id).await? {
                    if case_person::is_present(&person, work.today) {
                        return Err(UserError::at("clientId", ErrorCode::PersonKnownInCase).into());
                    }
                    // The history keeps how long the person belonged to the case before.
                    person.relation = self.relation;
                    person.joined_on = work.today;
                    person.left_on = None;
                    case_person::update(connection, work.permit, &person).await?;
                    return Ok(Done::new(PersonOfCase { person, main_client_id: case.client_id }));
                }
                (known.id, Texts::of_client(known.id))
            }
            None => {
                let new = NewClient {
                    legal_basis: self.legal_basis,
                    identity: self.identity.as_ref(),
                    consent: self.consent.as_ref(),
                };
                let (client, texts) = register(work, &new).await?;
                (client.id, texts)
            }
        };
        let person =
            case_person::insert(connection, work.permit, case.id, client_id, self.relation, work.today).await?;
        Ok(Done::new(PersonOfCase { person, main_client_id: case.client_id }).with_texts(texts))
    }
}

/// Somebody who no longer belongs to a case. Who it is does not open by this case any more, for nobody; what was written in the
/// case stays.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CasePersonEndInput {
    /// The person of the case. Not the one that the case is about.
    pub case_person_id: CasePersonId,
}

impl Command for CasePersonEndInput {
    const NAME: &'static str = "casePersonEnd";
    type Verb = verb::WorkOnCase;
    type Record = PersonOfCase;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: CasePersonId) -> Result<Option<PersonOfCase>, Failure> {
        load_person(work, id).await
    }
}

impl Changes for CasePersonEndInput {
    fn target(&self) -> (CasePersonId, &'static str) {
        (self.case_person_id, "casePersonId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut of: PersonOfCase) -> Result<Done<PersonOfCase>, Stop> {
        if of.person.relation == CaseRelation::Main || of.person.left_on.is_some() {
            return Err(UserError::at("casePersonId", ErrorCode::NotFound).into());
        }
        of.person.left_on = Some(work.today);
        case_person::update(work.transaction.connection(), work.permit, &of.person).await?;
        Ok(Done::new(of))
    }
}

/// What two clients that look alike turned out to be, as the interface's sealed hint names them.
#[derive(Clone, Debug, Serialize)]
pub struct ClientJudgeDuplicate {
    /// The own client.
    pub client_id: ClientId,
    /// The other one.
    pub other_id: ClientId,
    /// The verdict.
    pub verdict: DuplicateVerdictKind,
}

impl Command for ClientJudgeDuplicate {
    const NAME: &'static str = "clientJudgeDuplicate";
    type Verb = verb::SearchClients;
    type Record = Client;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: ClientId) -> Result<Option<Client>, Failure> {
        client::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for ClientJudgeDuplicate {
    fn target(&self) -> (ClientId, &'static str) {
        (self.client_id, "clientId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, client: Client) -> Result<Done<Client>, Stop> {
        let (pair, by, now): (_, _, DateTime<Utc>) = ((client.id, self.other_id), work.actor.account_id(), work.now);
        client_term::judge(work.transaction.connection(), work.permit, pair, self.verdict, by, now).await?;
        Ok(Done::new(client).with(serde_json::json!({ "verdict": self.verdict })))
    }
}
