//! Code lists: set and end entries.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::CodeList;
use entity::ids::{CodeListEntryId, Identifier};
use serde::Serialize;
use serde_json::json;

use crate::access::{Verb, verb};
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::district::code_list::{
    DESCRIPTION_MAXIMUM, LABEL_MAXIMUM, POSITION_MAXIMUM, is_code, is_needed, speaks_of_unlawful_stay,
};
use crate::domain::input::Checks;
use crate::domain::period::Period;
use crate::domain::versions::{can_end, place};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::district::code_list::{self, CodeListEntry};

/// How far apart the places of a list are, so that something can come in between.
const STEP: i32 = 10;

impl Record for CodeListEntry {
    type Id = CodeListEntryId;

    fn id(&self) -> CodeListEntryId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }
}

/// A value of a code list as it is to read from a day on. A new value is added; a value that is there gets new words: the
/// entry that holds until then ends on that day, and an entry with the same first day is replaced.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CodeListEntrySetInput {
    /// Which list.
    pub list: CodeList,
    /// The value: 1 to 40 capital letters, digits and underscores, a letter first. It stands in records and never changes.
    pub code: String,
    /// Label in German, at most 200 characters.
    pub label_de: String,
    /// Label in English, at most 200 characters.
    pub label_en: String,
    /// What belongs to it, in German; at most 2000 characters.
    pub description: Option<String>,
    /// Its place in the list, 0 to 100000: smaller ones stand first. Left out: where it is now, or at the end.
    pub position: Option<i32>,
    /// First day on which it reads so.
    pub valid_from: NaiveDate,
    /// First day on which it no longer does; left out: without end, or until a later entry of the same value begins.
    pub valid_until: Option<NaiveDate>,
}

impl Command for CodeListEntrySetInput {
    const NAME: &'static str = "codeListEntrySet";
    type Verb = verb::EditCodeList;
    type Record = CodeListEntry;

    fn check(&self, checks: &mut Checks) {
        checks.require(is_code(&self.code), || UserError::at("code", ErrorCode::CodeMalformed));
        checks.line("labelDe", &self.label_de, LABEL_MAXIMUM);
        checks.line("labelEn", &self.label_en, LABEL_MAXIMUM);
        checks.prose("description", self.description.as_deref(), DESCRIPTION_MAXIMUM);
        let description = self.description.as_deref().unwrap_or_default();
        for (path, text) in [
            ("code", self.code.as_str()),
            ("labelDe", &self.label_de),
            ("labelEn", &self.label_en),
            ("description", description),
        ] {
            checks.require(!speaks_of_unlawful_stay(self.list, text), || {
                UserError::at(path, ErrorCode::UnlawfulStayNotRecorded)
            });
        }
        checks.require(self.position.is_none_or(|position| (0..=POSITION_MAXIMUM).contains(&position)), || {
            UserError::at("position", ErrorCode::NumberOutOfRange).with("minimum", 0).with("maximum", POSITION_MAXIMUM)
        });
        checks.day("validFrom", Some(self.valid_from));
        checks.day("validUntil", self.valid_until);
        checks.period("validUntil", Some(self.valid_from), self.valid_until);
        checks.require(!is_needed(self.list, &self.code) || self.valid_until.is_none(), || {
            UserError::at("validUntil", ErrorCode::CodeNeeded)
        });
    }

    async fn load(work: &Work<'_, Self::Verb>, id: CodeListEntryId) -> Result<Option<CodeListEntry>, Failure> {
        code_list::lock(work.transaction.connection(), work.permit, id).await
    }
}

/// Makes sure that a value that a command was given stands in its list today; nothing given is nothing wrong.
///
/// # Errors
/// `CODE_UNKNOWN`, and those of the database.
pub async fn require_code<V: Verb>(
    work: &Work<'_, V>,
    path: &str,
    list: CodeList,
    code: Option<&str>,
) -> Result<(), Stop> {
    let Some(code) = code else { return Ok(()) };
    if code_list::existing(work.transaction.connection(), work.permit, list, code, work.today).await? {
        return Ok(());
    }
    Err(UserError::at(path, ErrorCode::CodeUnknown).with("code", code).with("list", list.as_str()).into())
}

fn periods(entries: &[CodeListEntry]) -> Vec<(CodeListEntryId, Period)> {
    entries.iter().map(|entry| (entry.id, Period::new(entry.valid_from, entry.valid_until))).collect()
}

impl Creates for CodeListEntrySetInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<CodeListEntry>, Stop> {
        let connection = work.transaction.connection();
        let present = code_list::lock_all_of(connection, work.permit, self.list, &self.code).await?;
        let placement = place(&periods(&present), self.valid_from, self.valid_until)?;
        let find = |id: Option<CodeListEntryId>| present.iter().find(|entry| Some(entry.id) == id);
        let (replaced, ended) = (find(placement.replaces), find(placement.ends));
        let position = match (self.position, replaced.or(ended).or(present.last())) {
            (Some(position), _) => position,
            (None, Some(known)) => known.position,
            (None, None) => {
                let last = code_list::last_position(connection, work.permit, self.list).await?;
                last.saturating_add(STEP).min(POSITION_MAXIMUM)
            }
        };
        let entry = CodeListEntry {
            id: replaced.map_or_else(CodeListEntryId::new, |known| known.id),
            district_id: work.permit.district_id(),
            list: self.list,
            code: self.code.clone(),
            label_de: self.label_de.trim().to_owned(),
            label_en: self.label_en.trim().to_owned(),
            description: self.description.as_deref().map(|text| text.trim().to_owned()),
            position,
            valid_from: self.valid_from,
            valid_until: placement.until,
        };
        if let Some(ended) = ended {
            let ended = CodeListEntry { valid_until: Some(self.valid_from), ..ended.clone() };
            code_list::update(connection, work.permit, &ended).await?;
        }
        if replaced.is_some() {
            code_list::update(connection, work.permit, &entry).await?;
        } else if !code_list::insert(connection, work.permit, &entry).await? {
            // Somebody else set the same value for the same day at this moment.
            return Err(Failure::new(ErrorCode::Busy).into());
        }
        Ok(Done::new(entry).with(json!({ "replaced": replaced, "ended": ended.map(|entry| entry.id) })))
    }
}

/// A value of a code list that is offered no longer from a day on. Records that name it keep it.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CodeListEntryEndInput {
    /// The entry.
    pub code_list_entry_id: CodeListEntryId,
    /// First day on which it no longer holds.
    pub valid_until: NaiveDate,
}

impl Command for CodeListEntryEndInput {
    const NAME: &'static str = "codeListEntryEnd";
    type Verb = verb::EditCodeList;
    type Record = CodeListEntry;

    fn check(&self, checks: &mut Checks) {
        checks.day("validUntil", Some(self.valid_until));
    }

    async fn load(work: &Work<'_, Self::Verb>, id: CodeListEntryId) -> Result<Option<CodeListEntry>, Failure> {
        code_list::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for CodeListEntryEndInput {
    fn target(&self) -> (CodeListEntryId, &'static str) {
        (self.code_list_entry_id, "codeListEntryId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut entry: CodeListEntry) -> Result<Done<CodeListEntry>, Stop> {
        if is_needed(entry.list, &entry.code) {
            return Err(UserError::at("codeListEntryId", ErrorCode::CodeNeeded).into());
        }
        let connection = work.transaction.connection();
        let present = code_list::lock_all_of(connection, work.permit, entry.list, &entry.code).await?;
        can_end(&periods(&present), entry.valid_from, self.valid_until)?;
        entry.valid_until = Some(self.valid_until);
        code_list::update(connection, work.permit, &entry).await?;
        Ok(Done::new(entry))
    }
}
