//! Bounds on a GraphQL document, held *before* the framework validates or runs it.
//!
//! A document of a few hundred bytes can ask for an astronomical amount of work: fragments that spread each other
//! twice, one variable used a thousand times, introspection that goes round in circles. The framework's own limits walk
//! the expanded document themselves, so they cannot be the first line. Here every step is linear in the source:
//!
//! 1. `scan_tokens` reads the source text without parsing it. What passes cannot overflow the stack of the parser.
//! 2. The caller parses (`Request::parsed_query`, which keeps the document in the request).
//! 3. `unknown_list_type` finds the one kind of variable that makes the framework's validator panic.
//! 4. `measure` weighs the parsed document without expanding it, and says what the operation costs.
//!
//! Depth of `variables`: `serde_json` refuses JSON that nests deeper than 128. Their size is bounded by the body; how
//! often the document makes the framework *copy* them is bounded here (`Limits::variable_copy_bytes`).

mod measure;
mod tokens;

pub use measure::{Measure, measure, unknown_list_type};
pub use tokens::{Scan, scan_tokens};

/// The bounds that one document has to keep. [`Limits::default`] is what the server uses.
///
/// Every bound is inclusive: a document that reaches it exactly passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the source. The parser goes through white space and comments up to six times, at 0.2 µs per byte in the
    /// worst document found: the body may be larger (variables), the document not.
    pub document_bytes: usize,
    /// Lexical tokens of the source; long names count for more (see [`scan_tokens`]). The introspection query of the
    /// usual tools has about 200, a query for several hundred fields about 1,000. The dearest document found costs
    /// 5 µs per token, nearly all of it for the suggestions (`Did you mean`) that the validator makes per wrong field.
    pub tokens: usize,
    /// Braces, brackets and parentheses open at the same time. The parser, the validator and the destructors of the
    /// syntax tree all recurse once or more per level. The introspection query needs 13; a filter spends two per level.
    pub nesting: usize,
    /// Operations in the document. Explorers send the whole editor, so it is more than one; each operation makes the
    /// validator look at every fragment again.
    pub operations: usize,
    /// Fields below each other, fragments expanded. The introspection query has 15; each hop over a connection takes two.
    pub depth: usize,
    /// Selection sets inside each other, fragment spreads and inline fragments counted. Give the same number to the
    /// framework's `limit_recursive_depth`. The introspection query has 17.
    pub levels: usize,
    /// Aliases, fragments expanded. Aliases repeat one resolver, so they are the cheap way to a costly request.
    pub aliases: usize,
    /// Directives, fragments expanded. Tools use `@skip` and `@include` sparingly; introspection uses none.
    pub directives: usize,
    /// Fields at the root of the operation that runs, fragments expanded. Each one is a query of its own, or a command
    /// with a transaction of its own.
    pub root_fields: usize,
    /// Fields, spreads and inline fragments, fragments expanded, all operations together: what the framework's
    /// complexity and depth visitors (and its executor) walk. Introspection has about 150.
    pub expanded_fields: usize,
    /// Comparisons of the validator's search for conflicting fields: for each selection set, the fields it sees through
    /// fragments times its longest argument list. Bounds the number of errors that one document can bring forth, too.
    pub overlap_checks: usize,
    /// Cost of the operation that runs: see [`Measure::complexity`]. A page of 50 with forty fields per row is 2,000; a
    /// page of 100 with a nested page of 25 is about 15,000.
    pub complexity: usize,
    /// Estimated number of introspection fields that the executor resolves, lists taken to be as long as they are on
    /// average in a schema of 200 types. Introspection as tools send it comes to about 80,000 and takes 7 ms in a
    /// schema of 110 types. Going round in circles (`fields { type { fields { type { fields …`) is always too much.
    pub introspection: usize,
    /// Bytes of variable values that the validator copies beyond the first use of each variable. It puts the value in
    /// place of each use, so that a variable of 100 kB used a thousand times would take 100 MB and more.
    pub variable_copy_bytes: usize,
    /// What a field costs on top of 1, by field name.
    pub extra_costs: &'static [(&'static str, usize)],
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 65_536,
            tokens: 2_000,
            nesting: 40,
            operations: 25,
            depth: 20,
            levels: 32,
            aliases: 100,
            directives: 100,
            root_fields: 30,
            expanded_fields: 5_000,
            overlap_checks: 20_000,
            complexity: 20_000,
            introspection: 150_000,
            variable_copy_bytes: 1_048_576,
            extra_costs: &[("totalCount", 20)],
        }
    }
}

/// The bound that a document broke. `Display` says which, in words fit for the client; it never quotes the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Exceeded {
    /// Longer than [`Limits::document_bytes`].
    #[error("the document is longer than {limit} bytes")]
    DocumentBytes {
        /// The bound, in bytes.
        limit: usize,
        /// What the document has, in bytes.
        found: usize,
    },
    /// More lexical tokens than [`Limits::tokens`]. Counting stops there, so the number found is not known.
    #[error("the document has more than {limit} tokens")]
    Tokens {
        /// The bound.
        limit: usize,
    },
    /// More open brackets than [`Limits::nesting`]. Reading stops there.
    #[error("the document nests more than {limit} braces, brackets and parentheses")]
    Nesting {
        /// The bound.
        limit: usize,
    },
    /// More operations than [`Limits::operations`].
    #[error("the document has more than {limit} operations")]
    Operations {
        /// The bound.
        limit: usize,
        /// What the document has.
        found: usize,
    },
    /// Deeper than [`Limits::depth`].
    #[error("the fields nest more than {limit} deep")]
    Depth {
        /// The bound.
        limit: usize,
        /// What the document has.
        found: usize,
    },
    /// Deeper than [`Limits::levels`].
    #[error("the selections nest more than {limit} deep, fragments included")]
    Levels {
        /// The bound.
        limit: usize,
        /// What the document has.
        found: usize,
    },
    /// More aliases than [`Limits::aliases`].
    #[error("the document has more than {limit} aliases, fragments expanded")]
    Aliases {
        /// The bound.
        limit: usize,
        /// What the document has.
        found: usize,
    },
    /// More directives than [`Limits::directives`].
    #[error("the document has more than {limit} directives, fragments expanded")]
    Directives {
        /// The bound.
        limit: usize,
        /// What the document has.
        found: usize,
    },
    /// More fields at the root than [`Limits::root_fields`].
    #[error("the operation has more than {limit} fields at its root")]
    RootFields {
        /// The bound.
        limit: usize,
        /// What the operation has.
        found: usize,
    },
    /// More selections than [`Limits::expanded_fields`].
    #[error("the document selects more than {limit} fields, fragments expanded")]
    ExpandedFields {
        /// The bound.
        limit: usize,
        /// What the document has, saturating.
        found: usize,
    },
    /// More comparisons than [`Limits::overlap_checks`].
    #[error("the document needs more than {limit} comparisons of fields")]
    OverlapChecks {
        /// The bound.
        limit: usize,
        /// What the document needs, saturating.
        found: usize,
    },
    /// Costlier than [`Limits::complexity`].
    #[error("the operation costs more than {limit}")]
    Complexity {
        /// The bound.
        limit: usize,
        /// What the operation costs, saturating.
        found: usize,
    },
    /// More introspection than [`Limits::introspection`].
    #[error("the operation introspects more than an estimated {limit} fields")]
    Introspection {
        /// The bound.
        limit: usize,
        /// The estimate, saturating.
        found: usize,
    },
    /// More copies of variable values than [`Limits::variable_copy_bytes`].
    #[error("the document repeats more than {limit} bytes of variable values")]
    VariableCopies {
        /// The bound, in bytes.
        limit: usize,
        /// What the document repeats, in bytes of memory.
        found: usize,
    },
}

impl Exceeded {
    /// The stable code for `extensions.code`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DocumentBytes { .. } | Self::Tokens { .. } => "QUERY_TOO_MANY_TOKENS",
            Self::Nesting { .. } => "QUERY_TOO_NESTED",
            Self::Depth { .. } | Self::Levels { .. } => "QUERY_TOO_DEEP",
            Self::Aliases { .. } => "QUERY_TOO_MANY_ALIASES",
            Self::Directives { .. } => "QUERY_TOO_MANY_DIRECTIVES",
            Self::Operations { .. }
            | Self::RootFields { .. }
            | Self::ExpandedFields { .. }
            | Self::OverlapChecks { .. } => "QUERY_TOO_MANY_FIELDS",
            Self::Complexity { .. } | Self::Introspection { .. } | Self::VariableCopies { .. } => "QUERY_TOO_COMPLEX",
        }
    }

    /// The bound that was broken, in the unit of its [`Limits`] field.
    #[must_use]
    pub const fn limit(&self) -> usize {
        match *self {
            Self::Tokens { limit }
            | Self::Nesting { limit }
            | Self::DocumentBytes { limit, .. }
            | Self::Operations { limit, .. }
            | Self::Depth { limit, .. }
            | Self::Levels { limit, .. }
            | Self::Aliases { limit, .. }
            | Self::Directives { limit, .. }
            | Self::RootFields { limit, .. }
            | Self::ExpandedFields { limit, .. }
            | Self::OverlapChecks { limit, .. }
            | Self::Complexity { limit, .. }
            | Self::Introspection { limit, .. }
            | Self::VariableCopies { limit, .. } => limit,
        }
    }

    /// What was found, where it is known: counting tokens and nesting stops at the bound, and what fragments multiply
    /// beyond `usize::MAX` is not counted.
    #[must_use]
    pub const fn found(&self) -> Option<usize> {
        match *self {
            Self::Tokens { .. } | Self::Nesting { .. } => None,
            Self::DocumentBytes { found, .. }
            | Self::Operations { found, .. }
            | Self::Depth { found, .. }
            | Self::Levels { found, .. }
            | Self::Aliases { found, .. }
            | Self::Directives { found, .. }
            | Self::RootFields { found, .. }
            | Self::ExpandedFields { found, .. }
            | Self::OverlapChecks { found, .. }
            | Self::Complexity { found, .. }
            | Self::Introspection { found, .. }
            | Self::VariableCopies { found, .. } => {
                if found == usize::MAX {
                    None
                } else {
                    Some(found)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Variables, parser::parse_query};

    use super::*;

    const TYPE_FIELDS: &str = "kind name description specifiedByURL isOneOf
        fields(includeDeprecated: true) {
            name description isDeprecated deprecationReason
            args(includeDeprecated: true) { ...Input }
            type { ...Ref }
        }
        inputFields(includeDeprecated: true) { ...Input }
        interfaces { ...Ref }
        enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
        possibleTypes { ...Ref }";

    /// What introspecting tools ask: everything the specification offers, types unwrapped nine times.
    fn introspection() -> String {
        let reference = (0..9).fold("kind name".to_owned(), |inner, _| format!("kind name ofType {{ {inner} }}"));
        format!(
            "query IntrospectionQuery {{
                __schema {{
                    description
                    queryType {{ name kind }} mutationType {{ name kind }} subscriptionType {{ name kind }}
                    types {{ ...Full }}
                    directives {{
                        name description isRepeatable locations
                        args(includeDeprecated: true) {{ ...Input }}
                    }}
                }}
            }}
            fragment Full on __Type {{ {TYPE_FIELDS} }}
            fragment Input on __InputValue {{
                name description type {{ ...Ref }} defaultValue isDeprecated deprecationReason
            }}
            fragment Ref on __Type {{ {reference} }}"
        )
    }

    fn weigh(document: &str) -> Result<Measure, Exceeded> {
        scan_tokens(document, &Limits::default())?;
        measure(&parse_query(document).unwrap(), None, &Variables::default(), &Limits::default())
    }

    #[test]
    fn introspection_of_explorers_and_code_generators_passes() {
        let found = weigh(&introspection()).unwrap();
        assert_eq!((found.depth, found.levels), (15, 17));
        assert!(found.complexity < 300 && found.expanded_fields < 300, "{found:?}");
        assert!(found.introspection < 100_000, "{found:?}");
        let scan = scan_tokens(&introspection(), &Limits::default()).unwrap();
        assert!(scan.tokens < 300 && scan.nesting < 15, "{scan:?}");
    }

    #[test]
    fn introspection_of_one_type_passes() {
        weigh(r#"{ __type(name: "Position") { name fields { name type { name fields { name } } } } }"#).unwrap();
    }

    #[test]
    fn a_page_of_fifty_with_relations_passes() {
        let found = weigh(
            "query Page($after: String) {
                positions(first: 50, after: $after) {
                    totalCount
                    pageInfo { hasNextPage endCursor }
                    edges { cursor node { id role fte employer { id name } occupancies(first: 5) { nodes { from until } } } }
                }
            }",
        )
        .unwrap();
        // 1 + totalCount 21 + pageInfo 3 + 50 × edges (1 + cursor 1 + node (1 + 3 + employer 3 + occupancies 1 + 5 × 3)).
        assert_eq!(found.complexity, 1 + 21 + 3 + 50 * (1 + 1 + (1 + 3 + 3 + 1 + 5 * 3)));
    }

    #[test]
    fn introspection_in_circles_is_refused() {
        let refused = weigh("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }");
        assert!(matches!(refused, Err(Exceeded::Introspection { .. })), "{refused:?}");
        let aliased: String =
            (0..30).map(|i| format!("a{i}: __schema {{ types {{ fields {{ name type {{ name }} }} }} }} ")).collect();
        assert!(matches!(weigh(&format!("{{ {aliased} }}")), Err(Exceeded::Introspection { .. })));
    }

    #[test]
    fn a_list_variable_of_an_unknown_type_is_found() {
        let unknown = |document: &str| {
            let document = parse_query(document).unwrap();
            unknown_list_type(&document, |name| name == "Int").map(str::to_owned)
        };
        assert_eq!(unknown("query($a: [[Nope!]!]! = []) { a }").as_deref(), Some("Nope"));
        assert_eq!(unknown("query($a: [Int!] = [1], $b: Nope = 1, $c: [Nope]) { a }"), None);
    }

    #[test]
    fn each_bound_has_its_code() {
        let chain = |n: usize, last: &str| {
            (0..n).map(|i| format!("fragment f{i} on Q {{ ...f{} ...f{} }} ", i + 1, i + 1)).collect::<String>() + last
        };
        let cases = [
            ("QUERY_TOO_MANY_TOKENS", "{ a }".repeat(1_000)),
            ("QUERY_TOO_MANY_TOKENS", " ".repeat(70_000)),
            ("QUERY_TOO_NESTED", format!("{{ a(b: {}", "[".repeat(400))),
            ("QUERY_TOO_DEEP", format!("{}{}", "{ a ".repeat(21), "}".repeat(21))),
            ("QUERY_TOO_DEEP", format!("{{ ...f0 }} {}", chain(64, "fragment f64 on Q { a }"))),
            ("QUERY_TOO_MANY_ALIASES", format!("{{ a {{ {} }} }}", "x: b ".repeat(101))),
            ("QUERY_TOO_MANY_DIRECTIVES", format!("{{ a {} }}", "@b ".repeat(101))),
            ("QUERY_TOO_MANY_FIELDS", format!("{{ {} }}", "a ".repeat(31))),
            ("QUERY_TOO_MANY_FIELDS", format!("{{ a {{ ...f0 }} }} {}", chain(20, "fragment f20 on Q { ...none }"))),
            ("QUERY_TOO_MANY_FIELDS", (0..26).map(|i| format!("query q{i} {{ a }} ")).collect()),
            ("QUERY_TOO_MANY_FIELDS", format!("{{ a {{ b({}) {} }} }}", "x: 1 ".repeat(100), "b ".repeat(300))),
            ("QUERY_TOO_COMPLEX", "{ a(first: 100) { nodes { b(first: 100) { nodes { c } } } } }".to_owned()),
        ];
        for (code, document) in cases {
            assert_eq!(weigh(&document).unwrap_err().code(), code, "{document:.200}");
        }
    }
}
