//! What the public is shown of bodies, meetings and published themes, as objects of OParl 1.1
//! (<https://oparl.org/spezifikation/>).
//!
//! The values here hold what may be public and have no room for anything else: no names of people, no questions, no votes of
//! single members, and of themes nothing but what was published of them. What is public of them is decided by who makes them
//! (`src/store/bodies/published.rs`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use entity::codes::{
    AgendaItemStatus, BodyKind, DecisionKind, DocumentType, MeetingStatus, PaperKind, PublicKind, ThemeStatus,
};
use entity::ids::{
    AgendaItemId, BodyId, BodyMembershipId, DecisionId, DistrictId, Identifier as _, MeetingId, OrganisationId,
    PaperId, ThemeId, ThemePublicationId,
};
use serde_json::{Map, Value, json};

use super::agenda::{Placed, numbered};
use super::pack::status;
use crate::files::inspection::media_type;

/// What the names of types begin with.
const SCHEMA: &str = "https://schema.oparl.org/1.1/";

/// A district.
#[derive(Clone, Debug)]
pub struct District {
    /// Its id.
    pub id: DistrictId,
    /// Its name.
    pub name: String,
    /// Its official key.
    pub ags: String,
}

/// A body that meets in public, or published a meeting.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its id.
    pub id: BodyId,
    /// Its district.
    pub district_id: DistrictId,
    /// What it is.
    pub kind: BodyKind,
    /// Its name.
    pub name: String,
    /// Its memberships, if it meets in public.
    pub memberships: Vec<Membership>,
}

/// A membership: an institution, by the function of who sits there for it.
#[derive(Clone, Debug)]
pub struct Membership {
    /// Its id.
    pub id: BodyMembershipId,
    /// The institution.
    pub organisation_id: OrganisationId,
    /// The function.
    pub function: String,
    /// Whether it has a vote.
    pub has_vote: bool,
    /// First day.
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds.
    pub valid_until: Option<NaiveDate>,
}

/// An institution that belongs to a body that meets in public.
#[derive(Clone, Debug)]
pub struct Institution {
    /// Its id.
    pub id: OrganisationId,
    /// Its district.
    pub district_id: DistrictId,
    /// Its name.
    pub name: String,
}

/// A published meeting.
#[derive(Clone, Debug)]
pub struct Meeting {
    /// Its id.
    pub id: MeetingId,
    /// Its district.
    pub district_id: DistrictId,
    /// The body that meets.
    pub body_id: BodyId,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub status: MeetingStatus,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// Where it takes place.
    pub place: Option<String>,
    /// Its public items.
    pub items: Vec<Item>,
    /// Its public papers.
    pub papers: Vec<Paper>,
    /// The day of its minutes, if they are public.
    pub minutes_on: Option<NaiveDate>,
}

/// A public item.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its id.
    pub id: AgendaItemId,
    /// The item that it is a part of.
    pub parent: Option<AgendaItemId>,
    /// Its place among its siblings.
    pub position: i32,
    /// What it is called.
    pub title: String,
    /// What came of it.
    pub status: AgendaItemStatus,
    /// The decision.
    pub decision: Option<Decision>,
    /// What was published of the theme that it deals with.
    pub theme: Option<ThemePublicationId>,
}

/// A decision on a public item.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// What was decided.
    pub kind: DecisionKind,
    /// Its words.
    pub text: String,
    /// The paper elsewhere that it is about.
    pub paper_url: Option<String>,
    /// When it was taken.
    pub decided_on: NaiveDate,
}

/// A public paper.
#[derive(Clone, Debug)]
pub struct Paper {
    /// The id of the paper, or of the decision that names it.
    pub object: String,
    /// The item; absent for a paper of the whole meeting.
    pub item: Option<AgendaItemId>,
    /// What it is, if that is known.
    pub kind: Option<PaperKind>,
    /// What it is called.
    pub name: String,
    /// Its day.
    pub on: NaiveDate,
    /// Where it stands.
    pub place: Place,
}

/// Where a paper stands.
#[derive(Clone, Debug)]
pub enum Place {
    /// Elsewhere, e.g. in a council information system.
    Elsewhere(String),
    /// Here, as a file.
    Here {
        /// What kind of file it is.
        document_type: DocumentType,
        /// Its length in bytes.
        size_bytes: i32,
    },
}

/// What was published of a theme: the words and the figures of that day. The theme itself, which lives on, has no place here.
#[derive(Clone, Debug)]
pub struct Theme {
    /// The id of the publication.
    pub id: ThemePublicationId,
    /// Its district.
    pub district_id: DistrictId,
    /// By which number the public knows the theme.
    pub number: Option<i32>,
    /// What it is called.
    pub title: String,
    /// What is said about it.
    pub text: String,
    /// In how many cases; absent if that is not told.
    pub cases: Option<i32>,
    /// In how many municipalities at least; absent if that is not told.
    pub municipalities: Option<i32>,
    /// What it cost so far, in euro; absent if that is not told.
    pub cost_euro: Option<i32>,
    /// The day of the figures.
    pub figures_on: NaiveDate,
    /// Where the theme stood on that day.
    pub status: Option<ThemeStatus>,
    /// The day on which it was released.
    pub published_on: NaiveDate,
    /// The public items that deal with it.
    pub places: Vec<OnAgenda>,
}

/// A public item that deals with a published theme.
#[derive(Clone, Copy, Debug)]
pub struct OnAgenda {
    /// The item.
    pub item: AgendaItemId,
    /// Its meeting.
    pub meeting: MeetingId,
    /// The body that meets.
    pub body: BodyId,
}

impl Meeting {
    /// Puts the items in the order of the agenda, and adds the papers elsewhere that decisions are about, unless they are on the
    /// agenda already.
    #[must_use]
    pub fn complete(mut self) -> Self {
        let placed: Vec<Placed<AgendaItemId>> = self
            .items
            .iter()
            .map(|item| Placed { id: item.id, parent: item.parent, position: item.position })
            .collect();
        let order: BTreeMap<AgendaItemId, usize> =
            numbered(&placed).into_iter().enumerate().map(|(place, (id, _))| (id, place)).collect();
        self.items.sort_by_key(|item| order.get(&item.id).copied());
        for item in &self.items {
            let Some((decision, url)) =
                item.decision.as_ref().and_then(|decision| Some((decision, decision.paper_url.as_ref()?)))
            else {
                continue;
            };
            if !self.papers.iter().any(|paper| paper.item == Some(item.id) && paper.is_at(url)) {
                self.papers.push(Paper {
                    object: decision.id.to_string(),
                    item: Some(item.id),
                    kind: None,
                    name: item.title.clone(),
                    on: decision.decided_on,
                    place: Place::Elsewhere(url.clone()),
                });
            }
        }
        self
    }

    fn papers_of(&self, item: Option<AgendaItemId>) -> impl Iterator<Item = &Paper> {
        self.papers.iter().filter(move |paper| paper.item == item)
    }

    /// The consultation that an item leads to: OParl has room for one. That of the paper that was decided about, else of a
    /// proposal, else of the published theme, else of the first paper.
    fn main_consultation(&self, item: &Item) -> Option<String> {
        let url = item.decision.as_ref().and_then(|decision| decision.paper_url.as_ref());
        let mut papers = self.papers_of(Some(item.id));
        let decided = url.and_then(|url| self.papers_of(Some(item.id)).find(|paper| paper.is_at(url)));
        let proposed = || self.papers_of(Some(item.id)).find(|paper| paper.kind == Some(PaperKind::Proposal));
        let paper = decided.or_else(proposed).map(|paper| paper.object.clone());
        paper
            .or_else(|| item.theme.map(|_| item.id.to_string()))
            .or_else(|| papers.next().map(|paper| paper.object.clone()))
    }
}

impl Paper {
    fn is_at(&self, url: &str) -> bool {
        matches!(&self.place, Place::Elsewhere(place) if place == url)
    }
}

/// Since when an object is there for the public, and when it last changed.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    /// When it was first published.
    pub created: DateTime<Utc>,
    /// When what is shown of it last changed.
    pub modified: DateTime<Utc>,
}

/// The stamps of objects, by kind and id.
pub type Stamps = BTreeMap<(PublicKind, String), Stamp>;

/// Everything that is public of some meetings, bodies, themes and districts.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// The districts.
    pub districts: Vec<District>,
    /// Bodies with their memberships.
    pub bodies: Vec<Body>,
    /// Institutions.
    pub institutions: Vec<Institution>,
    /// Meetings with what belongs to them.
    pub meetings: Vec<Meeting>,
    /// What was published of themes.
    pub themes: Vec<Theme>,
    /// The stamps of all these objects.
    pub stamps: Stamps,
}

/// Objects as they are sent, by kind and id.
pub type Objects = BTreeMap<(PublicKind, String), Value>;

/// The short name of a type.
#[must_use]
pub const fn type_name(kind: PublicKind) -> &'static str {
    match kind {
        PublicKind::Body => "Body",
        PublicKind::Organization => "Organization",
        PublicKind::Membership => "Membership",
        PublicKind::Meeting => "Meeting",
        PublicKind::AgendaItem => "AgendaItem",
        PublicKind::Paper => "Paper",
        PublicKind::Consultation => "Consultation",
        PublicKind::File => "File",
        PublicKind::Location => "Location",
    }
}

/// The part of an address that stands for a type.
#[must_use]
pub const fn path(kind: PublicKind) -> &'static str {
    match kind {
        PublicKind::Body => "body",
        PublicKind::Organization => "organization",
        PublicKind::Membership => "membership",
        PublicKind::Meeting => "meeting",
        PublicKind::AgendaItem => "agendaitem",
        PublicKind::Paper => "paper",
        PublicKind::Consultation => "consultation",
        PublicKind::File => "file",
        PublicKind::Location => "location",
    }
}

/// The type that a part of an address stands for.
#[must_use]
pub fn kind_of(part: &str) -> Option<PublicKind> {
    PublicKind::ALL.iter().copied().find(|kind| path(*kind) == part)
}

/// Whether an object of this kind can have this id.
#[must_use]
pub fn can_be(kind: PublicKind, id: &str) -> bool {
    match kind {
        PublicKind::Body => DistrictId::parse(id).is_some(),
        PublicKind::Organization => BodyId::parse(id).is_some() || OrganisationId::parse(id).is_some(),
        PublicKind::Membership => BodyMembershipId::parse(id).is_some(),
        PublicKind::Meeting | PublicKind::Location => MeetingId::parse(id).is_some(),
        PublicKind::AgendaItem => AgendaItemId::parse(id).is_some(),
        PublicKind::Paper => is_paper(id) || ThemePublicationId::parse(id).is_some(),
        PublicKind::Consultation => is_paper(id) || is_of_theme(kind, id),
        PublicKind::File => PaperId::parse(id).is_some() || MeetingId::parse(id).is_some(),
    }
}

fn is_paper(id: &str) -> bool {
    PaperId::parse(id).is_some() || DecisionId::parse(id).is_some()
}

/// Whether an object says that a meeting deals with a published theme: such a consultation is named by the item.
#[must_use]
pub fn is_of_theme(kind: PublicKind, id: &str) -> bool {
    kind == PublicKind::Consultation && AgendaItemId::parse(id).is_some()
}

/// By what the public cites a theme: a number of its own. Those of the themes would tell how many there are of which nothing
/// was published.
#[must_use]
pub fn theme_reference(number: i32) -> String {
    format!("GT-{number}")
}

/// The object that says what went wrong.
#[must_use]
pub fn error(message: &str, debug: &str) -> Value {
    json!({ "type": format!("{SCHEMA}Error"), "message": message, "debug": debug })
}

/// An instant as it is written here.
#[must_use]
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, false)
}

const fn result(decision: DecisionKind) -> &'static str {
    match decision {
        DecisionKind::Adopt => "Beschlossen",
        DecisionKind::Reject => "Abgelehnt",
        DecisionKind::Defer => "Vertagt",
        DecisionKind::Delegate => "An eine andere Stelle verwiesen",
        DecisionKind::Escalate => "An ein höheres Gremium verwiesen",
        DecisionKind::ReferToCouncil => "An den Kreistag oder einen seiner Ausschüsse verwiesen",
        DecisionKind::ReferToState => "An das Land verwiesen",
        DecisionKind::TakeNote => "Zur Kenntnis genommen",
    }
}

/// In the words of the specification: invited until the minutes are approved.
const fn state(status: MeetingStatus) -> &'static str {
    match status {
        MeetingStatus::Planned => "terminiert",
        MeetingStatus::Invited | MeetingStatus::Held | MeetingStatus::Cancelled => "eingeladen",
        MeetingStatus::Approved => "durchgeführt",
    }
}

const fn paper_type(kind: PaperKind) -> &'static str {
    match kind {
        PaperKind::Proposal => "Vorlage",
        PaperKind::Report => "Bericht",
        PaperKind::Presentation => "Präsentation",
        PaperKind::Minutes => "Niederschrift",
        PaperKind::Statement => "Stellungnahme",
        PaperKind::Other => "Sonstiges",
    }
}

const fn classification(kind: BodyKind) -> &'static str {
    match kind {
        BodyKind::SteeringGroup => "Steuerungsgruppe",
        BodyKind::CoordinationGroup => "Koordinierungsgruppe",
        BodyKind::WorkingGroup => "Arbeitsgruppe",
        BodyKind::ProjectGroup => "Projektgruppe",
        BodyKind::PlanningConference => "Planungskonferenz",
        BodyKind::CaseConference => "Fallkonferenz",
        BodyKind::PeerConsultation => "Kollegiale Beratung",
        BodyKind::EmployerRound => "Anstellungsträgerrunde",
        BodyKind::CouncilCommittee => "Ausschuss",
        BodyKind::DistrictCouncil => "Kreistag",
    }
}

/// An object that is being put together. What is not known is left out, as the specification recommends.
struct Object(Map<String, Value>);

impl Object {
    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    fn with_all(self, name: &str, values: Vec<Value>) -> Self {
        if values.is_empty() { self } else { self.with(name, values) }
    }

    fn done(self) -> Value {
        Value::Object(self.0)
    }
}

/// What the operator says about the whole.
#[derive(Clone, Debug, Default)]
pub struct Operator {
    /// The licence of all data.
    pub license: Option<String>,
    /// Whom to write to.
    pub contact_email: Option<String>,
}

/// Writes objects with addresses below `base`.
#[derive(Debug)]
pub struct Writer<'a> {
    /// The address of the system, without a slash at the end.
    pub base: &'a str,
    /// Without lists of objects inside of objects.
    pub omit_internal: bool,
    /// What is to be written.
    pub contents: &'a Contents,
}

impl Writer<'_> {
    /// The address of an object.
    #[must_use]
    pub fn url(&self, kind: PublicKind, id: &str) -> String {
        format!("{}/{}/{id}", self.base, path(kind))
    }

    fn object(&self, kind: PublicKind, id: &str) -> Object {
        let object =
            Object(Map::new()).with("id", self.url(kind, id)).with("type", format!("{SCHEMA}{}", type_name(kind)));
        match self.contents.stamps.get(&(kind, id.to_owned())) {
            Some(stamp) => object.with("created", instant(stamp.created)).with("modified", instant(stamp.modified)),
            None => object,
        }
    }

    /// What is left of an object that was public once.
    #[must_use]
    pub fn tombstone(&self, kind: PublicKind, id: &str, stamp: Stamp) -> Value {
        json!({
            "id": self.url(kind, id), "type": format!("{SCHEMA}{}", type_name(kind)), "deleted": true,
            "created": instant(stamp.created), "modified": instant(stamp.modified),
        })
    }

    /// Every object of the contents.
    #[must_use]
    pub fn objects(&self) -> Objects {
        let mut all = Objects::new();
        for district in &self.contents.districts {
            all.insert((PublicKind::Body, district.id.to_string()), self.district(district));
        }
        for body in &self.contents.bodies {
            all.insert((PublicKind::Organization, body.id.to_string()), self.body(body));
            for membership in &body.memberships {
                all.insert((PublicKind::Membership, membership.id.to_string()), self.membership(body, membership));
            }
        }
        for institution in &self.contents.institutions {
            all.insert((PublicKind::Organization, institution.id.to_string()), self.institution(institution));
        }
        for meeting in &self.contents.meetings {
            all.insert((PublicKind::Meeting, meeting.id.to_string()), self.meeting(meeting));
            if let Some(place) = &meeting.place {
                all.insert((PublicKind::Location, meeting.id.to_string()), self.location(meeting, place));
            }
            if let Some(day) = meeting.minutes_on {
                all.insert((PublicKind::File, meeting.id.to_string()), self.minutes(meeting, day));
            }
            for (order, item) in meeting.items.iter().enumerate() {
                all.insert((PublicKind::AgendaItem, item.id.to_string()), self.item(meeting, order, item));
                if let Some(theme) = item.theme {
                    let place = OnAgenda { item: item.id, meeting: meeting.id, body: meeting.body_id };
                    let consultation = self.theme_consultation(theme, place);
                    all.insert((PublicKind::Consultation, item.id.to_string()), consultation);
                }
            }
            for paper in &meeting.papers {
                all.insert((PublicKind::Paper, paper.object.clone()), self.paper(meeting, paper));
                all.insert((PublicKind::Consultation, paper.object.clone()), self.consultation(meeting, paper));
                if let Some(file) = self.file(meeting, paper) {
                    all.insert((PublicKind::File, paper.object.clone()), file);
                }
            }
        }
        for theme in &self.contents.themes {
            all.insert((PublicKind::Paper, theme.id.to_string()), self.theme(theme));
        }
        all
    }

    /// The entrance.
    #[must_use]
    pub fn system(&self, operator: &Operator) -> Value {
        let stamps = self.contents.stamps.values();
        Object(Map::new())
            .with("id", self.base)
            .with("type", format!("{SCHEMA}System"))
            .with("oparlVersion", SCHEMA)
            .with("name", "Kommunales Integrationsmanagement")
            .with("body", format!("{}/body", self.base))
            .with_some("license", operator.license.as_deref())
            .with_some("contactEmail", operator.contact_email.as_deref())
            .with_some("created", stamps.clone().map(|stamp| stamp.created).min().map(instant))
            .with_some("modified", stamps.map(|stamp| stamp.modified).max().map(instant))
            .done()
    }

    fn district(&self, district: &District) -> Value {
        let id = district.id.to_string();
        let list = |name: &str| format!("{}/{name}", self.url(PublicKind::Body, &id));
        let object = self
            .object(PublicKind::Body, &id)
            .with("system", self.base)
            .with("name", district.name.as_str())
            .with("ags", district.ags.as_str())
            .with("classification", "Kreis")
            .with("organization", list("organization"))
            .with("person", list("person"))
            .with("meeting", list("meeting"))
            .with("paper", list("paper"))
            .with("agendaItem", list("agendaitem"))
            .with("consultation", list("consultation"))
            .with("file", list("file"))
            .with("locationList", list("location"))
            .with("membership", list("membership"))
            .with("legislativeTermList", list("legislativeterm"));
        // Demanded by the schema, so it stays when lists inside are not wanted: it is empty anyhow.
        object.with("legislativeTerm", json!([])).done()
    }

    fn body(&self, body: &Body) -> Value {
        let memberships =
            body.memberships.iter().map(|one| self.url(PublicKind::Membership, &one.id.to_string()).into());
        self.object(PublicKind::Organization, &body.id.to_string())
            .with("body", self.url(PublicKind::Body, &body.district_id.to_string()))
            .with("name", body.name.as_str())
            .with("organizationType", "Gremium")
            .with("classification", classification(body.kind))
            .with_all("membership", memberships.collect())
            .done()
    }

    fn institution(&self, institution: &Institution) -> Value {
        self.object(PublicKind::Organization, &institution.id.to_string())
            .with("body", self.url(PublicKind::Body, &institution.district_id.to_string()))
            .with("name", institution.name.as_str())
            .with("organizationType", "Institution")
            .done()
    }

    fn membership(&self, body: &Body, membership: &Membership) -> Value {
        // Here an end is the last day, and not the first one after it.
        let last_day = membership.valid_until.and_then(|end| end.pred_opt());
        self.object(PublicKind::Membership, &membership.id.to_string())
            .with("organization", self.url(PublicKind::Organization, &body.id.to_string()))
            .with("onBehalfOf", self.url(PublicKind::Organization, &membership.organisation_id.to_string()))
            .with("role", membership.function.as_str())
            .with("votingRight", membership.has_vote)
            .with("startDate", membership.valid_from.to_string())
            .with_some("endDate", last_day.map(|day| day.to_string()))
            .done()
    }

    fn meeting(&self, meeting: &Meeting) -> Value {
        let object = self
            .object(PublicKind::Meeting, &meeting.id.to_string())
            .with("name", meeting.title.as_str())
            .with("meetingState", state(meeting.status))
            .with("cancelled", meeting.status == MeetingStatus::Cancelled)
            .with("start", instant(meeting.starts_at))
            .with_some("end", meeting.ends_at.map(instant))
            .with_some("location", meeting.place.as_ref().map(|place| self.location(meeting, place)))
            .with("organization", json!([self.url(PublicKind::Organization, &meeting.body_id.to_string())]))
            .with_some("resultsProtocol", meeting.minutes_on.map(|day| self.minutes(meeting, day)));
        if self.omit_internal {
            return object.done();
        }
        let items = meeting.items.iter().enumerate().map(|(order, item)| self.item(meeting, order, item));
        let files = meeting.papers_of(None).filter_map(|paper| self.file(meeting, paper));
        object.with_all("agendaItem", items.collect()).with_all("auxiliaryFile", files.collect()).done()
    }

    fn location(&self, meeting: &Meeting, place: &str) -> Value {
        let id = meeting.id.to_string();
        self.object(PublicKind::Location, &id)
            .with("description", place)
            .with("meetings", json!([self.url(PublicKind::Meeting, &id)]))
            .done()
    }

    /// Without the number on the agenda: a gap would tell that there is an item in between.
    fn item(&self, meeting: &Meeting, order: usize, item: &Item) -> Value {
        let postponed = item.status == AgendaItemStatus::Postponed;
        let result = item.decision.as_ref().map(|decision| result(decision.kind));
        let result = result.or_else(|| postponed.then_some(result_of_postponing()));
        let consultation = meeting.main_consultation(item);
        let object = self
            .object(PublicKind::AgendaItem, &item.id.to_string())
            .with("meeting", self.url(PublicKind::Meeting, &meeting.id.to_string()))
            .with("order", order)
            .with("name", item.title.as_str())
            .with("public", true)
            .with_some("consultation", consultation.map(|id| self.url(PublicKind::Consultation, &id)))
            .with_some("result", result)
            .with_some("resolutionText", item.decision.as_ref().map(|decision| decision.text.as_str()));
        if self.omit_internal {
            return object.done();
        }
        let files = meeting.papers_of(Some(item.id)).filter_map(|paper| self.file(meeting, paper));
        object.with_all("auxiliaryFile", files.collect()).done()
    }

    fn paper(&self, meeting: &Meeting, paper: &Paper) -> Value {
        let web = match &paper.place {
            Place::Elsewhere(url) => Some(url.as_str()),
            Place::Here { .. } => None,
        };
        self.object(PublicKind::Paper, &paper.object)
            .with("body", self.url(PublicKind::Body, &meeting.district_id.to_string()))
            .with("name", paper.name.as_str())
            .with("date", paper.on.to_string())
            .with_some("paperType", paper.kind.map(paper_type))
            .with_some("mainFile", self.file(meeting, paper))
            .with("consultation", json!([self.consultation(meeting, paper)]))
            .with_some("web", web)
            .done()
    }

    fn consultation(&self, meeting: &Meeting, paper: &Paper) -> Value {
        self.dealing(&paper.object, &paper.object, (meeting.id, meeting.body_id), paper.item)
    }

    /// Named by the item: a theme can stand on several agendas, and an item deals with one theme.
    fn theme_consultation(&self, theme: ThemePublicationId, place: OnAgenda) -> Value {
        self.dealing(&place.item.to_string(), &theme.to_string(), (place.meeting, place.body), Some(place.item))
    }

    /// That a meeting of a body deals with a paper.
    fn dealing(&self, id: &str, paper: &str, at: (MeetingId, BodyId), item: Option<AgendaItemId>) -> Value {
        let (meeting, body) = at;
        self.object(PublicKind::Consultation, id)
            .with("paper", self.url(PublicKind::Paper, paper))
            .with("meeting", self.url(PublicKind::Meeting, &meeting.to_string()))
            .with("organization", json!([self.url(PublicKind::Organization, &body.to_string())]))
            .with_some("agendaItem", item.map(|item| self.url(PublicKind::AgendaItem, &item.to_string())))
            .done()
    }

    /// A theme as a paper. OParl has no words for what it says; the specification lets a vendor add its own, with a prefix.
    fn theme(&self, theme: &Theme) -> Value {
        let consultations = theme.places.iter().map(|place| self.theme_consultation(theme.id, *place));
        self.object(PublicKind::Paper, &theme.id.to_string())
            .with("body", self.url(PublicKind::Body, &theme.district_id.to_string()))
            .with("name", theme.title.as_str())
            .with_some("reference", theme.number.map(theme_reference))
            .with("date", theme.published_on.to_string())
            .with("paperType", THEME_TYPE)
            .with_all("consultation", consultations.collect())
            .with("kim:text", theme.text.as_str())
            .with_some("kim:themeStatus", theme.status.map(status))
            .with_some("kim:cases", theme.cases)
            .with_some("kim:municipalities", theme.municipalities)
            .with_some("kim:costEuro", theme.cost_euro)
            .with("kim:figuresOn", theme.figures_on.to_string())
            .done()
    }

    fn file(&self, meeting: &Meeting, paper: &Paper) -> Option<Value> {
        let Place::Here { document_type, size_bytes } = paper.place else { return None };
        let of_meeting = paper.item.is_none().then(|| json!([self.url(PublicKind::Meeting, &meeting.id.to_string())]));
        let of_item = paper.item.map(|item| json!([self.url(PublicKind::AgendaItem, &item.to_string())]));
        let file = self
            .accessible(&paper.object, &paper.name, media_type(document_type), paper.on)
            .with("size", size_bytes)
            .with("paper", json!([self.url(PublicKind::Paper, &paper.object)]))
            .with_some("meeting", of_meeting)
            .with_some("agendaItem", of_item);
        Some(file.done())
    }

    fn minutes(&self, meeting: &Meeting, on: NaiveDate) -> Value {
        let id = meeting.id.to_string();
        self.accessible(&id, &minutes_name(&meeting.title), MINUTES_TYPE, on)
            .with("meeting", json!([self.url(PublicKind::Meeting, &id)]))
            .done()
    }

    fn accessible(&self, id: &str, name: &str, media_type: &str, on: NaiveDate) -> Object {
        let url = self.url(PublicKind::File, id);
        self.object(PublicKind::File, id)
            .with("name", name)
            .with("mimeType", media_type)
            .with("date", on.to_string())
            .with("accessUrl", format!("{url}/access"))
            .with("downloadUrl", format!("{url}/download"))
    }
}

const fn result_of_postponing() -> &'static str {
    result(DecisionKind::Defer)
}

/// What kind of paper a published theme is.
const THEME_TYPE: &str = "Generatives Thema";

/// What minutes are sent as.
pub const MINUTES_TYPE: &str = "text/markdown; charset=utf-8";

/// What the file of minutes is called.
#[must_use]
pub fn minutes_name(meeting: &str) -> String {
    format!("Niederschrift: {meeting}")
}

/// The records with which objects are published, by kind of record.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Meetings.
    pub meetings: BTreeSet<MeetingId>,
    /// Bodies.
    pub bodies: BTreeSet<BodyId>,
    /// Districts.
    pub districts: BTreeSet<DistrictId>,
    /// Themes.
    pub themes: BTreeSet<ThemeId>,
}

impl Sources {
    /// Sorts the global ids of sources.
    #[must_use]
    pub fn of<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut sources = Self::default();
        for id in ids {
            sources.meetings.extend(MeetingId::parse(id));
            sources.bodies.extend(BodyId::parse(id));
            sources.districts.extend(DistrictId::parse(id));
            sources.themes.extend(ThemeId::parse(id));
        }
        sources
    }
}
