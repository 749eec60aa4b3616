//! Clients: who is helped, apart from the case.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{CaseRelation, ClientStatus, DataClass, DuplicateVerdictKind, LegalBasis, TextKind};
use entity::ids::ClientId;
use uuid::Uuid;

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::casework::client::{
    CasePersonAddInput, CasePersonEndInput, ClientCorrectInput, ClientJudgeDuplicate, ClientLiftRestrictionInput,
    ClientRestrictInput, PersonOfCase,
};
use crate::error::{ErrorCode, Failure, UserError};
use crate::graphql::casework::case::Case;
use crate::graphql::casework::consent::Consent;
use crate::graphql::casework::disclosure::Disclosure;
use crate::graphql::casework::text::text;
use crate::graphql::connection::{List, RelationArguments, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{CasesOf, ConsentsOf, DisclosuresOf};
use crate::graphql::log::access::{AccessEntry, accesses_of};
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::store::casework::case_person::CasePerson as PersonRow;
use crate::store::casework::client as records;
use crate::store::casework::client_term::{self, Double, Match};
use crate::store::casework::identified;
use crate::store::log::access::Of;
use crate::store::log::history::Subject;
use crate::store::page::{Boundary, Key};
use crate::vault::blind_index::Fit;
use crate::vault::likeness;
use crate::vault::{FieldAgreement, Query as Searched};

/// The most matches of a search.
const MATCHES_MAXIMUM: usize = 50;
/// The most possible doubles that are shown.
const DOUBLES_MAXIMUM: usize = 20;

/// `Client` of the schema; the description that its readers see stands on the `impl`.
pub struct Client(pub records::Client);

/// A client (Klientin, Klient): the identity of a person who is helped, apart from the case. The lead and the substitute of
/// the person's cases see it; others only what a release from secrecy or an unmasking opens for them. Every look at
/// identified data is recorded, and shown to the person on request.
#[Object]
impl Client {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What may be done with the data.
    async fn status(&self) -> ClientStatus {
        self.0.status
    }

    /// On what the record rests.
    async fn legal_basis(&self) -> LegalBasis {
        self.0.legal_basis
    }

    /// Who the person is. Its fields are null where nothing is on record, and (with an entry in `extensions.redactions`) where
    /// they do not open for you: restricted, erased, without the consent that the record rests on, or not released.
    async fn identity(&self) -> ClientIdentity {
        ClientIdentity(self.0.id.0)
    }

    /// The cases that the person belongs to, as far as you may see them.
    async fn cases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<CasePerson>, Failure> {
        let rows = ctx.load(CasesOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, "client cases", &arguments, rows, |row| row.id.0, CasePerson)
    }

    /// Consents and releases from secrecy of the person, oldest first.
    async fn consents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Consent>, Failure> {
        let rows = ctx.load(ConsentsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, "client consents", &arguments, rows, |row| row.id.0, Consent)
    }

    /// What was passed on about the person, oldest first.
    async fn disclosures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Disclosure>, Failure> {
        let rows = ctx.load(DisclosuresOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, "client disclosures", &arguments, rows, |row| row.id.0, Disclosure)
    }

    /// People in the district who may be the same person, likeliest first, at most 20. It shows field by field why, and the
    /// office to ask, but not who the other one is. Everybody with a name and the birth date in common is compared; of those
    /// with names alone in common, at most 500. For the lead and the substitute; empty for others.
    async fn possible_duplicates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Also those that were judged to be somebody else, e.g. to judge again.", default)]
        include_different: bool,
    ) -> Result<Vec<DuplicateHint>, Failure> {
        let permit = ctx.actor()?.permit_whatever::<verb::SearchClients>();
        let mut doubles = client_term::doubles(ctx.store(), &permit, self.0.id, include_different).await?;
        doubles.truncate(DOUBLES_MAXIMUM);
        // Each hint tells something of the other person, whom the reader may not see: that is a read.
        ctx.state().trail.note(doubles.iter().map(Double::opening));
        Ok(doubles.into_iter().map(|double| DuplicateHint { of: self.0.id, double }).collect())
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the record was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When its processing was restricted; null if it is not.
    async fn restricted_at(&self) -> Option<DateTime<Utc>> {
        self.0.restricted_at
    }

    /// When it was erased; null if it is not.
    async fn erased_at(&self) -> Option<DateTime<Utc>> {
        self.0.erased_at
    }

    /// Who read identified data of the person, when and why, newest first. For the lead and the substitute; empty (with an
    /// entry in `extensions.redactions`) for others.
    async fn accesses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<AccessEntry>, Failure> {
        accesses_of(ctx, Of::Client(self.0.id), first, after).await
    }

    /// What was done to the record and its consents, newest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::Client(self.0.id), first, after).await
    }
}

/// `ClientIdentity` of the schema; the description that its readers see stands on the `impl`.
pub struct ClientIdentity(Uuid);

/// Who a client is. Stored sealed, and opened only for those who may; each look is recorded.
#[Object]
impl ClientIdentity {
    /// Family name; null if it is not on record or does not open for you.
    async fn family_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0, TextKind::FamilyName).await
    }

    /// All given names; null if they are not on record or do not open for you.
    async fn given_names(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0, TextKind::GivenNames).await
    }

    /// Birth name and other former names; null if none is on record or they do not open for you.
    async fn former_names(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0, TextKind::FormerNames).await
    }

    /// Birth date as a day (`1985-03-14`) or a year (`1985`); null if it is not on record or does not open for you.
    async fn birth_date(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0, TextKind::BirthDate).await
    }

    /// Postal address; null if it is not on record or does not open for you.
    async fn address(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0, TextKind::Address).await
    }

    /// Telephone, e-mail and other ways to reach the person; null if none is on record or they do not open for you.
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0, TextKind::Contact).await
    }

    /// Languages; null if they are not on record or do not open for you.
    async fn languages(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0, TextKind::Languages).await
    }

    /// Whether, and for which language, an interpreter is needed; null if it is not on record or does not open for you.
    async fn interpreter(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0, TextKind::Interpreter).await
    }
}

/// `CasePerson` of the schema; the description that its readers see stands on the `impl`.
pub struct CasePerson(pub PersonRow);

/// A person who belongs to a case: the one that it is about, or somebody of the household.
#[Object]
impl CasePerson {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// How the person belongs to the case.
    async fn relation(&self) -> CaseRelation {
        self.0.relation
    }

    /// Since when.
    async fn joined_on(&self) -> NaiveDate {
        self.0.joined_on
    }

    /// First day on which the person no longer belongs to it; null while it does. From that day on the case opens no more who
    /// the person is: `client` is then null unless it opens for you in another way.
    async fn left_on(&self) -> Option<NaiveDate> {
        self.0.left_on
    }

    /// The case; null if you may not see it.
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Failure> {
        Ok(ctx.load(self.0.case_id).await?.map(Case))
    }

    /// The person; null (with an entry in `extensions.redactions`) if you may not see who it is.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Failure> {
        let client = ctx.load(self.0.client_id).await?;
        if client.is_none() {
            ctx.redact();
        }
        Ok(client.map(Client))
    }

    /// The global id of the person, also of one who left. It names nobody; `casePersonAdd` and `erasurePropose` take it.
    async fn client_id(&self) -> ID {
        self.0.client_id.into()
    }
}

/// How well a client fits what was searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SearchFit {
    /// By spelling and date, in every word; umlauts, other scripts and swapped names included.
    Close,
    /// By sound or a similar date in at least one of them.
    Loose,
}

/// A client that a search found.
pub struct ClientMatch(Match);

/// A client that a search found.
#[Object]
impl ClientMatch {
    /// The client.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Failure> {
        Ok(ctx.load(self.0.client_id).await?.map(Client))
    }

    /// How well it fits.
    async fn fit(&self) -> SearchFit {
        match self.0.fit {
            Fit::Close => SearchFit::Close,
            Fit::Loose => SearchFit::Loose,
        }
    }
}

/// What a search for clients found.
#[derive(SimpleObject)]
pub struct ClientSearchResult {
    /// The clients that fit, the best fits first; at most 50.
    nodes: Vec<ClientMatch>,
    /// Whether these are all. False: more clients fit than were asked for, or more of them come into question than one search
    /// looks at (500). Ask for more, or narrow it by another word or the birth date.
    is_complete: bool,
}

/// A field that was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "likeness::ComparedField")]
pub enum ComparedField {
    /// Family name.
    FamilyName,
    /// Given names.
    GivenNames,
    /// A former name of one person and the family name or a former name of the other.
    FormerNames,
    /// Birth date.
    BirthDate,
}

/// In which way two values agree, the closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "likeness::Agreement")]
pub enum Agreement {
    /// The same but for case and blanks.
    Exact,
    /// The same name in another spelling: umlauts, marks, another script, particles, hyphens.
    OtherSpelling,
    /// Names: a letter or two mistyped. Dates: one digit differs, or two neighbouring ones are exchanged.
    Slip,
    /// Dates: day and month are exchanged.
    DayAndMonthSwapped,
    /// Names: they sound alike.
    SameSound,
    /// Names: at least one word is the same, and others are missing or differ.
    InPart,
    /// Dates: the year is the same.
    SameYear,
    /// They differ, which speaks against the same person.
    Differs,
}

/// How one field of two persons agrees. It names no value.
#[derive(SimpleObject)]
pub struct FieldComparison {
    /// The field.
    field: ComparedField,
    /// In which way it agrees.
    agreement: Agreement,
    /// Whether names agree crosswise: the family name of one person is the given name of the other.
    is_swapped: bool,
}

impl From<&FieldAgreement> for FieldComparison {
    fn from(agreement: &FieldAgreement) -> Self {
        Self { field: agreement.field.into(), agreement: agreement.agreement.into(), is_swapped: agreement.is_swapped }
    }
}

/// `DuplicateHint` of the schema; the description that its readers see stands on the `impl`.
pub struct DuplicateHint {
    of: ClientId,
    double: Double,
}

fn hints_of(client: ClientId) -> String {
    format!("possibleDuplicates {client}")
}

/// A possible match: somebody in the district may be the same person. Ask the office; only what both persons released to the
/// other's case manager opens more.
#[Object]
impl DuplicateHint {
    /// What `clientJudgeDuplicate` takes. Opaque, and valid for this client only.
    async fn id(&self, ctx: &Context<'_>) -> Result<ID, Failure> {
        let district = ctx.actor()?.district_id();
        let boundary = Boundary { key: Key::Id, id: self.double.client_id.0 };
        Ok(ctx.state().services.cursors.write(district, &hints_of(self.of), &boundary).into())
    }

    /// What the two turned out to be: the newest verdict, by whichever office; null if nobody judged them yet. Where it is
    /// DIFFERENT, the hint comes only if it is asked for.
    async fn verdict(&self) -> Option<DuplicateVerdictKind> {
        self.double.verdict.map(|(verdict, _)| verdict)
    }

    /// When they were judged; null if nobody did yet.
    async fn judged_at(&self) -> Option<DateTime<Utc>> {
        self.double.verdict.map(|(_, judged_at)| judged_at)
    }

    /// How much speaks for the same person, from 60 to 100.
    async fn score(&self) -> i32 {
        i32::from(self.double.comparison.score)
    }

    /// Field by field, why. Values are not shown.
    async fn fields(&self) -> Vec<FieldComparison> {
        self.double.comparison.agreements.iter().map(FieldComparison::from).collect()
    }

    /// The office to ask: the employer of the case manager who leads the other person's case.
    async fn office(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        let Some(office) = self.double.office else { return Ok(None) };
        Ok(ctx.load(office).await?.map(Organisation))
    }

    /// The other client: null unless it is your own as well, or both persons released their identity to the other's case
    /// manager.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Failure> {
        if !self.double.is_open {
            return Ok(None);
        }
        Ok(ctx.load(self.double.client_id).await?.map(Client))
    }
}

/// What two clients that look alike turned out to be.
#[derive(Clone, Debug, InputObject)]
pub struct ClientJudgeDuplicateInput {
    /// Your client.
    client_id: ClientId,
    /// The `id` of the hint.
    hint_id: ID,
    /// What they turned out to be. After DIFFERENT the hint does not come again unless it is asked for; after SAME it stays, with
    /// the verdict.
    verdict: DuplicateVerdictKind,
}

payload! {
    /// The answer to a command about a client.
    ClientPayload {
        /// The client as it stands now; null if rules forbade the command.
        client: Client
    } from records::Client, Client
}

payload! {
    /// The answer to a command about a person of a case.
    CasePersonPayload {
        /// The person as it stands now; null if rules forbade the command.
        case_person: CasePerson
    } from PersonOfCase, |of| CasePerson(of.person)
}

/// Queries about clients.
#[derive(Default)]
pub struct ClientQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ClientQueries {
    /// One client; null if it does not exist or is not yours to see.
    #[graphql(guard = "Requires(Action::ReadIdentity)")]
    async fn client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ClientId,
    ) -> Result<Option<Client>, Failure> {
        Ok(ctx.load(id).await?.map(Client))
    }

    /// Searches among the clients of your own cases by words of names and a birth date; the best fits first, at most 50.
    /// Umlauts, other scripts, swapped names and similar sounds are found. Who left all of these cases is not.
    #[graphql(guard = "Requires(Action::SearchClients)")]
    async fn client_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words of names in any order, as typed; at most 200 characters.")] names: String,
        #[graphql(desc = "Birth date as a day (`1985-03-14`) or a year (`1985`).")] birth_date: Option<String>,
        #[graphql(desc = "So many; 25 unless said otherwise, at most 50.")] first: Option<i32>,
    ) -> Result<ClientSearchResult, Failure> {
        let limit = usize::try_from(first.unwrap_or(25)).ok().filter(|limit| *limit <= MATCHES_MAXIMUM);
        let limit = limit.ok_or_else(|| Failure::new(ErrorCode::PageSizeInvalid).with("maximum", MATCHES_MAXIMUM))?;
        if names.chars().count() > crate::domain::input::NAME_MAXIMUM {
            let detail = "names: at most 200 characters";
            return Err(Failure::new(ErrorCode::BadInput).with("detail", detail));
        }
        let birth = match birth_date.as_deref().filter(|text| !text.trim().is_empty()) {
            None => None,
            Some(text) => Some(client_term::birth(text.trim()).ok_or_else(|| {
                Failure::new(ErrorCode::BadInput).with("detail", "birthDate: a day (1985-03-14) or a year (1985)")
            })?),
        };
        let searched = Searched { names: &names, birth };
        let permit = ctx.permit::<verb::SearchClients>()?;
        let found = client_term::search(ctx.store(), &permit, &searched, limit).await?;
        // That a client fits what was typed tells who the client is, whether or not names are asked for.
        let fitting: Vec<_> = found.found.iter().map(|found| (found.client_id, None)).collect();
        let keys = identified::keys(ctx.store(), &permit, &fitting, DataClass::Identity).await?;
        ctx.state().trail.note(keys.into_iter().map(|key| key.opening));
        let nodes = found.found.into_iter().map(ClientMatch).collect();
        Ok(ClientSearchResult { nodes, is_complete: found.is_complete })
    }
}

/// Commands about clients.
#[derive(Default)]
pub struct ClientMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ClientMutations {
    /// Corrects who a client is (Art. 16 GDPR). For the lead and the substitute of one of the client's cases.
    #[graphql(guard = "Requires(Action::KeepIdentity)")]
    async fn client_correct(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client, and what is to be corrected.")] input: ClientCorrectInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ClientPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Restricts the processing of a client's data (Art. 18 GDPR): they are kept, but open for nobody. Needs a reason. For the
    /// lead and the substitute.
    #[graphql(guard = "Requires(Action::KeepIdentity)")]
    async fn client_restrict(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client.")] input: ClientRestrictInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ClientPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Lifts the restriction of a client's data. Needs a reason. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::KeepIdentity)")]
    async fn client_lift_restriction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client.")] input: ClientLiftRestrictionInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ClientPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Adds somebody of the household to a case, also somebody who left it before. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn case_person_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case, and who is to be added.")] input: CasePersonAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CasePersonPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Records that somebody no longer belongs to a case: moved out, or was added by mistake. Who it is opens no more by this
    /// case, and the person can be erased while the case goes on. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn case_person_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person of the case.")] input: CasePersonEndInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CasePersonPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Remembers what two clients that look alike turned out to be. They can be judged again: the newest verdict holds. For the
    /// lead and the substitute.
    #[graphql(guard = "Requires(Action::SearchClients)")]
    async fn client_judge_duplicate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client, the hint, and the verdict.")] input: ClientJudgeDuplicateInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ClientPayload, Failure> {
        let district = ctx.actor()?.district_id();
        let hint = ctx.state().services.cursors.read(district, &hints_of(input.client_id), &input.hint_id);
        let Ok(Boundary { id, .. }) = hint else {
            let error = UserError::at("hintId", ErrorCode::HintInvalid);
            return Ok(crate::commands::Answer { record: None, user_errors: vec![error], replayed: false }.into());
        };
        let command =
            ClientJudgeDuplicate { client_id: input.client_id, other_id: ClientId(id), verdict: input.verdict };
        Ok(ctx.change(&command, options).await?.into())
    }
}
