//! The schema as its readers meet it: committed, described everywhere, named by one set of conventions.

use std::path::Path;

use async_graphql::Positioned;
use async_graphql::Value;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ConstDirective, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use chrono::NaiveDate;
use kim::clock::{Clock as _, SystemClock, legal_day};

/// What the framework writes into the schema and gives no way to describe.
const UNDESCRIBED: &[(&str, &str)] = &[("Connection", "the framework's connection takes no description of its own")];

/// Lists that are bounded by what they are, so that pages would be in the way.
const PLAIN_LISTS: &[(&str, &str)] = &[
    ("Query.accessPolicy", "roles times actions"),
    ("Query.errorCatalogue", "the codes"),
    ("Query.nodes", "as many as were asked for, at most 100"),
    ("Query.staffing", "at most 60 months"),
    ("Position.availableTransitions", "the transitions"),
    ("CaseStatistics.dimensions", "at most two"),
    ("CaseStatistics.figures", "the categories of at most two code lists"),
    ("CaseFigure.categories", "at most two"),
    ("LogEntry.changes", "the columns of a record"),
    ("AccessReview.findings", "at most 500"),
    ("Case.availablePhases", "the phases"),
    ("Meeting.availableTransitions", "the transitions"),
    ("SupervisionSession.availableTransitions", "the transitions"),
    ("Goal.availableTransitions", "the statuses"),
    ("Measure.availableTransitions", "the statuses"),
    ("Client.possibleDuplicates", "at most 20"),
    ("Consent.dataClasses", "the classes"),
    ("Disclosure.dataClasses", "the classes"),
    ("Transfer.availableTransitions", "the transitions"),
    ("DuplicateHint.fields", "the fields that are compared"),
    ("Erasure.availableSteps", "the steps"),
    ("DeadlineRule.remindDaysBefore", "at most 10"),
    ("Deadline.remindDaysBefore", "at most 10"),
    ("Grant.scopes", "the actions"),
    ("LogEntry.texts", "the texts of one input"),
    ("ClientSearchResult.nodes", "at most 50"),
    ("UserError.path", "one step of an input"),
    ("StairModel.stages", "three to seven"),
    ("Barrier.availableMoves", "the stages"),
    ("Theme.availableTransitions", "the transitions"),
    ("ConceptDocument.availableTransitions", "the transitions"),
    ("ConceptSectionComparison.lines", "the lines of two texts of at most 1,000"),
];

/// What commands and people call a type whose name says more.
const CALLED: &[(&str, &str)] = &[("ConceptDocument", "Concept")];

#[test]
fn schema_file_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    if std::env::var_os("KIM_TEST_UPDATE").is_some() {
        std::fs::write(&path, kim::graphql::schema::text()).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == kim::graphql::schema::text(),
        "schema.graphql is stale; write it anew with: cargo run -- schema > schema.graphql"
    );
}

#[test]
fn everything_in_the_schema_is_described() {
    assert_eq!(Review::of(&kim::graphql::schema::text()).undescribed, Vec::<String>::new());
}

#[test]
fn everything_in_the_schema_is_named_by_the_conventions() {
    assert_eq!(Review::of(&kim::graphql::schema::text()).misnamed, Vec::<String>::new());
}

#[test]
fn lists_are_connections_unless_they_are_short_by_nature() {
    let found = Review::of(&kim::graphql::schema::text()).plain_lists;
    let mut known: Vec<String> = PLAIN_LISTS.iter().map(|(place, _)| (*place).to_owned()).collect();
    known.sort();
    assert_eq!(found, known);
}

#[test]
fn deprecated_fields_name_a_replacement_and_a_removal_date_to_come() {
    assert_eq!(Review::of(&kim::graphql::schema::text()).deprecations, Vec::<String>::new());
}

#[test]
fn the_review_finds_what_breaks_the_conventions() {
    let review = Review::of(
        r#"
        type Query { one(An_argument: Int): Int two: [Int!]! from: String createdAt: String amountCents: Float partId: Int }
        type Mutation { fillPosition(input: FillInput!): Position positionFill(input: PositionFillInput!): PositionPayload! }
        type Position { old: Int @deprecated past: Int @deprecated(reason: "Wrong. Use new. Removal: 2020-02-29")
          vague: Int @deprecated(reason: "Use new. Removal: soon") good: Int @deprecated(reason: "Slow. Use new. Removal: 9999-01-01") }
        type PositionPayload { userErrors: [UserError!]! }
        input FillInput { ID: Int } input PositionFillInput { a: Int }
        enum kind { aValue }
        "#,
    );
    insta::assert_snapshot!(review.misnamed.join("\n"));
    insta::assert_snapshot!(review.deprecations.join("\n"));
    assert!(review.undescribed.contains(&"Query.one(An_argument:)".to_owned()), "{:?}", review.undescribed);
    assert!(review.undescribed.contains(&"kind.aValue".to_owned()), "{:?}", review.undescribed);
    assert_eq!(review.plain_lists, ["Query.two"]);
}

/// What is to be said against a schema, place by place.
#[derive(Default)]
struct Review {
    undescribed: Vec<String>,
    misnamed: Vec<String>,
    plain_lists: Vec<String>,
    deprecations: Vec<String>,
    objects: Vec<String>,
}

impl Review {
    fn of(sdl: &str) -> Self {
        let types: Vec<TypeDefinition> = parse_schema(sdl)
            .unwrap()
            .definitions
            .into_iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(definition) => Some(definition.node),
                TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
            })
            .collect();
        let is_object = |definition: &&TypeDefinition| matches!(definition.kind, TypeKind::Object(_));
        let objects = types.iter().filter(is_object).map(|definition| definition.name.node.to_string()).collect();
        let mut review = Self { objects, ..Self::default() };
        for definition in &types {
            review.see_type(definition);
        }
        review.plain_lists.sort();
        review
    }

    fn see_type(&mut self, definition: &TypeDefinition) {
        let name = definition.name.node.as_str();
        self.described(name, definition.description.is_some());
        self.named(name, is_pascal_case(name), "types are PascalCase");
        match &definition.kind {
            TypeKind::Object(object) => self.see_fields(name, &object.fields),
            TypeKind::Interface(interface) => self.see_fields(name, &interface.fields),
            TypeKind::InputObject(input) => {
                for field in &input.fields {
                    self.see_input(&format!("{name}.{}", field.node.name.node), &field.node);
                }
            }
            TypeKind::Enum(values) => {
                for value in &values.values {
                    let place = format!("{name}.{}", value.node.value.node);
                    self.described(&place, value.node.description.is_some());
                    let screams = is_screaming_case(value.node.value.node.as_str());
                    self.named(&place, screams, "enum values are SCREAMING_CASE");
                    self.see_deprecation(&place, &value.node.directives);
                }
            }
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }

    fn see_fields(&mut self, owner: &str, fields: &[Positioned<FieldDefinition>]) {
        for field in fields.iter().map(|field| &field.node) {
            let name = field.name.node.as_str();
            let place = format!("{owner}.{name}");
            self.described(&place, field.description.is_some());
            self.see_name(&place, name, &field.ty.node);
            self.see_deprecation(&place, &field.directives);
            for argument in &field.arguments {
                self.see_input(&format!("{place}({}:)", argument.node.name.node), &argument.node);
            }
            let paged = owner.ends_with("Connection") || innermost(&field.ty.node) == "UserError";
            if is_list(&field.ty.node) && !paged && !owner.ends_with("Payload") {
                self.plain_lists.push(place.clone());
            }
            if owner == "Mutation" {
                self.see_mutation(&place, field);
            }
        }
    }

    fn see_mutation(&mut self, place: &str, field: &FieldDefinition) {
        let pascal = pascal(field.name.node.as_str());
        let begins_with_noun = self.objects.iter().any(|object| {
            let called =
                CALLED.iter().find(|(name, _)| *name == object.as_str()).map_or(object.as_str(), |(_, called)| called);
            pascal.starts_with(called) && pascal != called
        });
        self.named(place, begins_with_noun, "mutations begin with the record that they change");
        let input = field.arguments.iter().find(|argument| argument.node.name.node == "input");
        let input = input.map(|argument| innermost(&argument.node.ty.node).to_owned());
        self.named(place, input == Some(format!("{pascal}Input")), "the input is called like the mutation");
        let payload = innermost(&field.ty.node);
        self.named(place, payload.ends_with("Payload") && !field.ty.node.nullable, "a mutation returns a payload");
    }

    fn see_input(&mut self, place: &str, input: &InputValueDefinition) {
        self.described(place, input.description.is_some());
        self.see_name(place, input.name.node.as_str(), &input.ty.node);
        self.see_deprecation(place, &input.directives);
    }

    /// The names that say what a value is.
    fn see_name(&mut self, place: &str, name: &str, ty: &Type) {
        self.named(place, is_camel_case(name), "fields and arguments are camelCase");
        let scalar = innermost(ty);
        let ends = |ending: &str| name.ends_with(ending);
        let begins = |word: &str| {
            name == word || name.strip_prefix(word).is_some_and(|rest| rest.starts_with(char::is_uppercase))
        };
        // `clientMutationId` is Relay's word for any text of the client's own.
        if (name == "id" || ends("Id")) && name != "clientMutationId" {
            self.named(place, scalar == "ID", "what is called id is of type ID");
        }
        if ends("At") {
            self.named(place, scalar == "DateTime", "…At is an instant");
        }
        if ends("On") || begins("from") || begins("until") || ends("From") || ends("Until") {
            self.named(place, matches!(scalar, "NaiveDate" | "DayRange"), "…On, …From and …Until are days");
        }
        if ends("Cents") || ends("Hundredths") {
            self.named(place, scalar == "Int", "cents and hundredths are whole numbers");
        }
    }

    fn see_deprecation(&mut self, place: &str, directives: &[Positioned<ConstDirective>]) {
        let Some(directive) = directives.iter().find(|directive| directive.node.name.node == "deprecated") else {
            return;
        };
        let reason = directive.node.get_argument("reason").map(|reason| &reason.node);
        let reason = if let Some(Value::String(text)) = reason { text.as_str() } else { "" };
        match removal(reason) {
            None => self.deprecations.push(format!("{place}: the reason must read: … Use x. Removal: YYYY-MM-DD")),
            Some(day) if day <= legal_day(SystemClock.now()) => {
                self.deprecations.push(format!("{place}: was to be removed on {day}"));
            }
            Some(_) => {}
        }
    }

    fn described(&mut self, place: &str, is_described: bool) {
        if !is_described && !UNDESCRIBED.iter().any(|(ending, _)| place.ends_with(ending)) {
            self.undescribed.push(place.to_owned());
        }
    }

    fn named(&mut self, place: &str, holds: bool, convention: &str) {
        if !holds {
            self.misnamed.push(format!("{place}: {convention}"));
        }
    }
}

/// The removal date of a deprecation's reason `… Use x. Removal: YYYY-MM-DD`.
fn removal(reason: &str) -> Option<NaiveDate> {
    let (rest, day) = reason.rsplit_once(". Removal: ")?;
    let (_, replacement) = rest.rsplit_once("Use ")?;
    (!replacement.trim().is_empty()).then_some(())?;
    day.parse().ok()
}

fn innermost(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => innermost(inner),
    }
}

const fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

fn is_letters_and_digits(name: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_alphanumeric())
}

fn is_camel_case(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_lowercase()) && is_letters_and_digits(name)
}

fn is_pascal_case(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_uppercase())
        && is_letters_and_digits(name)
        && (name.len() < 3 || name.contains(|letter: char| letter.is_ascii_lowercase()))
}

fn is_screaming_case(name: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
}

fn pascal(camel: &str) -> String {
    let mut letters = camel.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
