//! The schema itself: what its types may and may not have.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, Type, TypeKind, TypeSystemDefinition};
use serde_json::json;

use super::samples::{BodyIds, ConceptIds, Ids, outcome, samples};
use crate::app::TestApp;
use crate::databases::TestDatabase;

/// Fields that somebody who is not logged in may ask for. It may only become shorter.
const PUBLIC: [&str; 5] =
    ["Mutation.sessionLogin", "Mutation.sessionRefresh", "Query.accessPolicy", "Query.errorCatalogue", "Query.viewer"];

/// Fields that may be named like a secret. It may only become shorter.
const SECRETS: [&str; 3] = ["Account.hasPassword", "Session.accessToken", "Session.refreshToken"];

/// Fields and their types, by the name of the object or interface.
type Fields = BTreeMap<String, Vec<(String, String)>>;

fn base(ty: &Type) -> String {
    match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => base(inner),
    }
}

/// The objects and the interfaces of the schema.
pub fn types() -> (Fields, Fields) {
    let (mut objects, mut interfaces) = (Fields::new(), Fields::new());
    for definition in parse_schema(kim::graphql::schema::build().sdl()).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let name = definition.node.name.node.to_string();
        let (list, fields) = match &definition.node.kind {
            TypeKind::Object(object) => (&mut objects, &object.fields),
            TypeKind::Interface(interface) => (&mut interfaces, &interface.fields),
            _ => continue,
        };
        let fields = fields.iter().map(|field| (field.node.name.node.to_string(), base(&field.node.ty.node)));
        list.entry(name).or_default().extend(fields);
    }
    (objects, interfaces)
}

/// All fields of the three roots, as (root, field).
pub fn root_fields() -> Vec<(String, String)> {
    let (objects, _) = types();
    let of = |root: &str| {
        let fields = objects.get(root).unwrap_or_else(|| panic!("no {root}")).iter();
        fields.map(|(field, _)| (root.to_owned(), field.clone())).collect::<Vec<_>>()
    };
    ["Query", "Mutation", "Subscription"].iter().flat_map(|root| of(root)).collect()
}

#[test]
fn interfaces_carry_the_id_and_nothing_else() {
    let (_, interfaces) = types();
    assert!(!interfaces.is_empty());
    for (name, fields) in interfaces {
        assert_eq!(fields, [("id".to_owned(), "ID".to_owned())], "guards are skipped through the interface {name}");
    }
}

#[test]
fn no_field_is_named_like_a_secret() {
    let (objects, _) = types();
    let mut reachable = BTreeSet::new();
    let mut waiting: Vec<String> = ["Query", "Mutation", "Subscription"].map(str::to_owned).into();
    let mut suspicious = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        let Some(fields) = objects.get(&name).filter(|_| reachable.insert(name.clone())) else { continue };
        for (field, ty) in fields {
            let lower = field.to_lowercase();
            if ["password", "hash", "digest", "token", "secret", "salt"].iter().any(|word| lower.contains(word)) {
                suspicious.insert(format!("{name}.{field}"));
            }
            waiting.push(ty.clone());
        }
    }
    assert!(reachable.contains("Occupancy"), "the walk does not get far: {reachable:?}");
    let allowed: BTreeSet<String> = SECRETS.map(str::to_owned).into();
    assert_eq!(suspicious, allowed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_root_field_is_closed_to_somebody_who_is_not_logged_in() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let nobody = app.nobody();
    let id = |prefix: &str| format!("{prefix}_{}", "0".repeat(32));
    let ids = Ids {
        held: id("pos"),
        advertised: id("pos"),
        approved: id("pos"),
        planned: id("pos"),
        town: id("org"),
        municipality: id("mun"),
        account: id("acc"),
        grant: id("grt"),
        superior: id("stf"),
        supervisor: id("stf"),
        institution: id("org"),
        case: id("cas"),
        client: id("cli"),
        person: id("cap"),
        consent: id("cns"),
        erasure: id("era"),
        import: id("imp"),
        session: id("sps"),
        unmasking: id("unm"),
        code_list_entry: id("cle"),
        deadline_rule: id("ddr"),
        deadline: id("ddl"),
        calendar_feed: id("cal"),
        document: id("doc"),
        transfer: id("trf"),
        notice: id("ntc"),
        plan: id("spl"),
        goal: id("goa"),
        measure: id("mea"),
        contact: id("con"),
        note: id("not"),
        task: id("tsk"),
        stair_model: id("stm"),
        barrier: id("bar"),
        theme: id("thm"),
        other_theme: id("thm"),
        publication: id("thp"),
        bodies: BodyIds {
            body: id("bod"),
            membership: id("bme"),
            planned: id("mtg"),
            invited: id("mtg"),
            held: id("mtg"),
            item: id("agi"),
            held_item: id("agi"),
            question: id("mqu"),
            paper: id("pap"),
            decision: id("dec"),
            action: id("act"),
        },
        concept: ConceptIds {
            concept: id("cpt"),
            section: id("cps"),
            participant: id("cpp"),
            comment: id("ccm"),
            milestone: id("cpm"),
        },
    };
    let mut public = Vec::new();
    for (root, field) in root_fields().into_iter().filter(|(root, _)| root != "Subscription") {
        for sample in samples(&root, &field, &ids).unwrap_or_default() {
            let answer = nobody.post(json!({ "query": sample.document, "variables": sample.variables }), &[]).await;
            let outcome = outcome(&field, &answer.body);
            if outcome != "UNAUTHENTICATED" {
                public.push(format!("{root}.{field}"));
            }
        }
    }
    public.sort();
    assert_eq!(public, PUBLIC);
}
