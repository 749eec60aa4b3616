//! The extract of all data about a person (Art. 15 GDPR), as JSON and as a page to be printed, in German. Pure.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// All that is on record about a person.
#[derive(Clone, Debug, Serialize)]
pub struct Extract {
    /// Who keeps the record.
    pub controller: String,
    /// When the extract was made.
    pub made_at: DateTime<Utc>,
    /// The parts, in the order of the page.
    pub sections: Vec<Section>,
    /// How many cases of the person are led elsewhere; they are not in this extract.
    pub cases_elsewhere: usize,
}

/// Records of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// The name of the kind, for machines.
    pub name: &'static str,
    /// Title of the page, in German.
    pub title: &'static str,
    /// The records: column and value.
    pub records: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
struct German {
    columns: BTreeMap<String, String>,
    values: BTreeMap<String, String>,
}

static GERMAN: LazyLock<German> = LazyLock::new(|| {
    serde_json::from_str(include_str!("german.json"))
        .unwrap_or_else(|_| German { columns: BTreeMap::new(), values: BTreeMap::new() })
});

/// The German word for a column; the column itself where there is none.
#[must_use]
pub fn column(name: &str) -> &str {
    GERMAN.columns.get(name).map_or(name, String::as_str)
}

/// The German word for a code; the code itself where there is none.
#[must_use]
pub fn word(code: &str) -> &str {
    GERMAN.values.get(code).map_or(code, String::as_str)
}

/// What says nothing to a person: identifiers and counters.
fn is_technical(column: &str) -> bool {
    column == "id" || column == "version" || column.ends_with("_id") || column.ends_with("_by")
}

fn shown(column: &str, value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::Bool(yes) => return Some(word(if *yes { "true" } else { "false" }).to_owned()),
        Value::String(text) => text.clone(),
        other => return Some(other.to_string()),
    };
    if column == "text" || column == "name" {
        return Some(text);
    }
    if let Ok(instant) = text.parse::<DateTime<Utc>>() {
        let here = instant.with_timezone(&chrono_tz::Europe::Berlin);
        return Some(here.format("%d.%m.%Y, %H:%M Uhr").to_string());
    }
    if let Ok(day) = text.parse::<chrono::NaiveDate>() {
        return Some(crate::print::german::day(day));
    }
    Some(word(&text).to_owned())
}

fn heading(name: &str) -> &str {
    match name {
        "text" => "Text",
        "name" => "Name",
        "command" => "Vorgang",
        "reference" => "Aktenzeichen",
        "reader" => "Wer",
        "recipient" => "Zugunsten von",
        "data_classes" => "Umfasst",
        _ => column(name),
    }
}

fn section(section: &Section) -> Markup {
    let mut columns: Vec<&String> = Vec::new();
    for record in &section.records {
        for (name, value) in record {
            if !is_technical(name) && shown(name, value).is_some() && !columns.contains(&name) {
                columns.push(name);
            }
        }
    }
    html! {
        h2 { (section.title) }
        @if section.records.is_empty() {
            p { "Dazu ist nichts gespeichert." }
        } @else {
            table {
                thead { tr { @for name in &columns { th scope="col" { (heading(name)) } } } }
                tbody {
                    @for record in &section.records {
                        tr {
                            @for name in &columns {
                                td { (record.get(*name).and_then(|value| shown(name, value)).unwrap_or_default()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

const STYLE: &str = "body{font:11pt/1.45 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111}\
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}\
th,td{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere;white-space:pre-line}\
th{background:#eee}@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}";

impl Extract {
    /// For machines (Art. 20 GDPR).
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// A page to be read and printed. Everything in it is text: nothing of what was written becomes markup.
    #[must_use]
    pub fn html(&self) -> String {
        let made = self.made_at.with_timezone(&chrono_tz::Europe::Berlin).format("%d.%m.%Y, %H:%M Uhr").to_string();
        let page = html! {
            (DOCTYPE)
            html lang="de" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { "Auskunft nach Art. 15 DSGVO" }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    h1 { "Auskunft über Ihre Daten" }
                    p { "Diese Auskunft nach Artikel 15 der Datenschutz-Grundverordnung zeigt alles, was im kommunalen "
                        "Integrationsmanagement über Sie gespeichert ist: Ihre Angaben, Ihre Fälle, was dazu geschrieben wurde, "
                        "Ihre Einwilligungen, und wer Ihre Daten wann und wozu gelesen hat." }
                    p { "Verantwortlich: " (self.controller) br; "Stand: " (made) }
                    p { "Sie können verlangen, dass falsche Angaben berichtigt (Art. 16), Daten gelöscht (Art. 17) oder nur noch "
                        "eingeschränkt verwendet werden (Art. 18). Einwilligungen können Sie jederzeit widerrufen (Art. 7 Abs. 3). "
                        "Sie können sich bei der Landesbeauftragten für Datenschutz und Informationsfreiheit Nordrhein-Westfalen "
                        "beschweren (Art. 77)." }
                    @if self.cases_elsewhere > 0 {
                        p { "Weitere Fälle, die eine andere Person führt und die hier nicht enthalten sind: "
                            (self.cases_elsewhere) ". Fragen Sie danach bitte die Datenschutzbeauftragte des Kreises." }
                    }
                    @for part in &self.sections { (section(part)) }
                }
            }
        };
        page.into_string()
    }
}

#[cfg(test)]
mod tests {
    use entity::codes;
    use serde_json::{Map, json};

    use super::{Extract, GERMAN, Section};

    fn extract(text: &str) -> Extract {
        let record: Map<String, serde_json::Value> = json!({
            "id": "x", "phase": "INTAKE", "opened_on": "2023-06-01", "created_at": "2023-06-01T08:00:00Z", "text": text,
            "interpreter_present": true, "closed_on": null,
        })
        .as_object()
        .unwrap()
        .clone();
        Extract {
            controller: "Kreis Coesfeld".to_owned(),
            made_at: "2023-06-01T08:00:00Z".parse().unwrap(),
            sections: vec![
                Section { name: "cases", title: "Fälle", records: vec![record] },
                Section { name: "consents", title: "Einwilligungen", records: Vec::new() },
            ],
            cases_elsewhere: 0,
        }
    }

    #[test]
    fn the_page_speaks_german_and_leaves_identifiers_out() {
        let page = extract("hat eine Wohnung gefunden").html();
        for expected in
            ["Eröffnet am", "01.06.2023", "01.06.2023, 10:00 Uhr", "Aufnahme", "ja", "hat eine Wohnung gefunden"]
        {
            assert!(page.contains(expected), "{expected}");
        }
        assert!(page.contains("Dazu ist nichts gespeichert."));
        assert!(!page.contains("INTAKE") && !page.contains("<td>x</td>") && !page.contains("Geschlossen am"));
    }

    #[test]
    fn hostile_text_stays_text() {
        let page = extract("<script>alert(1)</script><img src=x onerror=alert(1)>").html();
        assert!(!page.contains("<script") && !page.contains("<img"));
        assert!(page.contains("&lt;script&gt;"));
    }

    #[test]
    fn every_code_that_an_extract_can_show_has_a_german_word() {
        macro_rules! all {
            ($($list:ident),*) => { [$(codes::$list::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>()),*].concat() };
        }
        let codes = all!(
            AgeBand,
            CaseIntensity,
            CasePhase,
            CaseRelation,
            CaseStatus,
            CaseUnit,
            ClientStatus,
            ClosureReason,
            ConsentForm,
            ConsentScope,
            ContactChannel,
            ContactPartner,
            DataClass,
            DeadlinePrecision,
            DeadlineStatus,
            DocumentStatus,
            ErasureGround,
            ErasureStatus,
            GenderStatistical,
            GoalStatus,
            LegalBasis,
            LegalSphere,
            MeasureStatus,
            NeedSeverity,
            PlanStatus,
            ReferralSource,
            TaskStatus,
            TextKind,
            TransferKind,
            TransferStatus,
            AccessPurpose,
            AccessBasis
        );
        let same_in_german = ["A1", "A2", "B1", "B2", "C1", "C2"];
        let missing: Vec<&str> = codes
            .into_iter()
            .filter(|code| !GERMAN.values.contains_key(*code) && !same_in_german.contains(code))
            .collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
