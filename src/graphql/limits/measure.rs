//! Weighs a parsed document without expanding it: each fragment is summed up once, and sums saturate, so the work is
//! linear in the document however often its fragments multiply.

use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
};

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{
        BaseType, Directive, DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection,
        SelectionSet,
    },
};

use super::{Exceeded, Limits};

/// Items that a page has when the request does not say how many.
const DEFAULT_PAGE: usize = 25;
/// The largest page that the API gives.
const LARGEST_PAGE: usize = 100;

/// Lists that lead from types to types below each other: tools need one, a curious person two. Each further one
/// multiplies the answer by the fields of a type, or by all the types that share an interface.
const MOST_CIRCLES: usize = 2;

/// What a document that keeps the bounds weighs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measure {
    /// Fields below each other in the deepest operation or fragment.
    pub depth: usize,
    /// Selection sets below each other, spreads and inline fragments counted, as the framework's recursion limit does.
    pub levels: usize,
    /// Aliases of all operations with their fragments expanded, or of the source text where that is more.
    pub aliases: usize,
    /// Directives of all operations with their fragments expanded, or of the source text where that is more.
    pub directives: usize,
    /// Fields at the root of the operation that runs, fragments expanded; 0 when `operation_name` names none.
    pub root_fields: usize,
    /// Fields, spreads and inline fragments of all operations with their fragments expanded.
    pub expanded_fields: usize,
    /// Cost of the operation that runs; 0 when `operation_name` names none. Each field costs 1. A connection multiplies
    /// what it selects by its page size, apart from `pageInfo` and `totalCount`, which are there once.
    /// Introspection is not multiplied. Directives are not looked at: a field that is skipped costs as much.
    pub complexity: usize,
    /// Estimated number of introspection fields that the executor resolves for the operation that runs.
    pub introspection: usize,
}

/// Weighs `document` for a request that runs `operation_name` with `variables`.
///
/// An unknown operation, undefined fragments and fragments that spread themselves are left to the framework, which
/// refuses them: a spread that leads back to where it came from is counted, but not followed.
///
/// # Errors
/// The first bound that is broken, in the order of the fields of [`Limits`].
pub fn measure(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
    limits: &Limits,
) -> Result<Measure, Exceeded> {
    let operations = document.operations.iter().len();
    if operations > limits.operations {
        return Err(Exceeded::Operations { limit: limits.operations, found: operations });
    }

    let order = FragmentOrder::of(document);
    let mut source = Source::default();
    let mut fragments = HashMap::with_capacity(document.fragments.len());
    for name in &order.names {
        if let Some(fragment) = document.fragments.get(*name) {
            source.directives(&fragment.node.directives);
            let shape = source.shape(&fragment.node.selection_set.node, &fragments);
            fragments.insert(*name, shape);
        }
    }
    let selected = selected_operation(document, operation_name);
    let mut root_fields = 0;
    let mut whole = Shape::default();
    for (_, operation) in document.operations.iter() {
        source.directives(&operation.node.directives);
        for variable in &operation.node.variable_definitions {
            source.directives(&variable.node.directives);
        }
        let mut shape = source.shape(&operation.node.selection_set.node, &fragments);
        if selected.is_some_and(|selected| std::ptr::eq(selected, operation)) {
            root_fields = shape.width;
        }
        let own = operation.node.directives.len();
        let of_variables = operation.node.variable_definitions.iter().map(|v| v.node.directives.len());
        shape.directives = of_variables.fold(shape.directives.saturating_add(own), usize::saturating_add);
        whole.add(&shape);
    }
    // A fragment that nothing uses is validated all the same.
    let unused = |of: fn(&Shape) -> usize| fragments.values().map(of).max().unwrap_or(0);
    let cost = selected.map_or_else(Cost::default, |operation| {
        Pricing { document, order: &order, operation, variables, limits }.cost()
    });
    let found = Measure {
        depth: whole.depth.max(unused(|shape| shape.depth)),
        levels: whole.levels.max(unused(|shape| shape.levels)),
        aliases: whole.aliases.max(source.aliases),
        directives: whole.directives.max(source.directives),
        root_fields,
        expanded_fields: whole.selections,
        complexity: cost.cost,
        introspection: cost.introspection,
    };

    if found.depth > limits.depth {
        return Err(Exceeded::Depth { limit: limits.depth, found: found.depth });
    }
    if found.levels > limits.levels {
        return Err(Exceeded::Levels { limit: limits.levels, found: found.levels });
    }
    if found.aliases > limits.aliases {
        return Err(Exceeded::Aliases { limit: limits.aliases, found: found.aliases });
    }
    if found.directives > limits.directives {
        return Err(Exceeded::Directives { limit: limits.directives, found: found.directives });
    }
    if found.root_fields > limits.root_fields {
        return Err(Exceeded::RootFields { limit: limits.root_fields, found: found.root_fields });
    }
    if found.expanded_fields > limits.expanded_fields {
        return Err(Exceeded::ExpandedFields { limit: limits.expanded_fields, found: found.expanded_fields });
    }
    let overlap_checks = source.overlap_checks(order.cyclic);
    if overlap_checks > limits.overlap_checks {
        return Err(Exceeded::OverlapChecks { limit: limits.overlap_checks, found: overlap_checks });
    }
    if found.complexity > limits.complexity {
        return Err(Exceeded::Complexity { limit: limits.complexity, found: found.complexity });
    }
    if found.introspection > limits.introspection {
        return Err(Exceeded::Introspection { limit: limits.introspection, found: found.introspection });
    }
    let copies = source.variable_copy_bytes(variables);
    if copies > limits.variable_copy_bytes {
        return Err(Exceeded::VariableCopies { limit: limits.variable_copy_bytes, found: copies });
    }
    Ok(found)
}

/// The type of the first variable that is a list of something that `is_known` does not know *and* has a default value.
///
/// async-graphql 8.0.0-rc.5 looks that type up without asking whether it exists, and panics:
/// `query($a: [Nope] = []) { __typename }`. The caller answers it as the unknown type that it is. `is_known` has to
/// know the input types of the schema and the five scalars of the specification.
pub fn unknown_list_type(document: &ExecutableDocument, is_known: impl Fn(&str) -> bool) -> Option<&str> {
    let variables = document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
    variables.filter(|variable| variable.node.default_value.is_some()).find_map(|variable| {
        let mut base = &variable.node.var_type.node.base;
        if let BaseType::Named(_) = base {
            return None;
        }
        loop {
            match base {
                BaseType::List(of) => base = &of.base,
                BaseType::Named(name) => return (!is_known(name)).then_some(name.as_str()),
            }
        }
    })
}

/// The operation that the framework would run.
fn selected_operation<'a>(
    document: &'a ExecutableDocument,
    operation_name: Option<&str>,
) -> Option<&'a Positioned<OperationDefinition>> {
    match (&document.operations, operation_name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations.values().next(),
        (DocumentOperations::Multiple(_), None) => None,
    }
}

/// The fragments, each one after those that it spreads.
struct FragmentOrder<'a> {
    names: Vec<&'a str>,
    cyclic: bool,
}

impl<'a> FragmentOrder<'a> {
    /// Without recursion: a chain of fragments is as long as the document.
    fn of(document: &'a ExecutableDocument) -> Self {
        let mut spreads: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, fragment) in &document.fragments {
            let mut found = Vec::new();
            collect_spreads(&fragment.node.selection_set.node, &mut found);
            spreads.insert(name.as_str(), found);
        }
        let mut order = Self { names: Vec::with_capacity(spreads.len()), cyclic: false };
        let mut finished: HashMap<&str, bool> = HashMap::with_capacity(spreads.len());
        for start in spreads.keys() {
            if finished.contains_key(start) {
                continue;
            }
            finished.insert(start, false);
            let mut path = vec![(*start, spreads.get(start).map(|s| s.iter()).unwrap_or_default())];
            while let Some((name, pending)) = path.last_mut() {
                let Some(next) = pending.next() else {
                    finished.insert(name, true);
                    order.names.push(name);
                    path.pop();
                    continue;
                };
                match (finished.get(next), spreads.get(next)) {
                    (Some(true), _) | (None, None) => {}
                    (Some(false), _) => order.cyclic = true,
                    (None, Some(further)) => {
                        finished.insert(next, false);
                        path.push((next, further.iter()));
                    }
                }
            }
        }
        order
    }
}

fn collect_spreads<'a>(set: &'a SelectionSet, found: &mut Vec<&'a str>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => collect_spreads(&field.node.selection_set.node, found),
            Selection::InlineFragment(inline) => collect_spreads(&inline.node.selection_set.node, found),
            Selection::FragmentSpread(spread) => found.push(spread.node.fragment_name.node.as_str()),
        }
    }
}

/// What one selection set comes to with its fragments expanded.
#[derive(Debug, Clone, Copy, Default)]
struct Shape {
    depth: usize,
    levels: usize,
    aliases: usize,
    directives: usize,
    selections: usize,
    /// Fields of this very set, those that it has through fragments included.
    width: usize,
    /// The most arguments on one of these fields.
    arguments: usize,
}

impl Shape {
    fn add(&mut self, other: &Self) {
        self.depth = self.depth.max(other.depth);
        self.levels = self.levels.max(other.levels);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.selections = self.selections.saturating_add(other.selections);
        self.width = self.width.saturating_add(other.width);
        self.arguments = self.arguments.max(other.arguments);
    }
}

/// What the source has, nothing expanded. Gathered while the shapes are taken, each definition once.
#[derive(Debug, Default)]
struct Source {
    aliases: usize,
    directives: usize,
    sets: usize,
    fields: usize,
    arguments: usize,
    overlap_checks: usize,
    variable_uses: HashMap<Name, usize>,
}

impl Source {
    fn shape(&mut self, set: &SelectionSet, fragments: &HashMap<&str, Shape>) -> Shape {
        let mut shape = Shape::default();
        for selection in &set.items {
            let directives = selection.node.directives();
            self.directives(directives);
            shape.directives = shape.directives.saturating_add(directives.len());
            shape.selections = shape.selections.saturating_add(1);
            match &selection.node {
                Selection::Field(field) => shape.add(&self.field(&field.node, fragments)),
                Selection::InlineFragment(inline) => {
                    let mut inner = self.shape(&inline.node.selection_set.node, fragments);
                    inner.levels = inner.levels.saturating_add(1);
                    shape.add(&inner);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(spread.node.fragment_name.node.as_str()) {
                        shape.add(&Shape { levels: fragment.levels.saturating_add(1), ..*fragment });
                    }
                }
            }
        }
        self.sets = self.sets.saturating_add(1);
        let checks = shape.width.saturating_mul(shape.arguments.saturating_add(1));
        self.overlap_checks = self.overlap_checks.saturating_add(checks);
        shape
    }

    fn field(&mut self, field: &Field, fragments: &HashMap<&str, Shape>) -> Shape {
        let aliases = usize::from(field.alias.is_some());
        self.aliases = self.aliases.saturating_add(aliases);
        self.fields = self.fields.saturating_add(1);
        self.arguments = self.arguments.max(field.arguments.len());
        for (_, value) in &field.arguments {
            let Ok(_) = value.node.clone().into_const_with(|name| self.variable_used(name));
        }
        let mut shape = Shape::default();
        if !field.selection_set.node.items.is_empty() {
            shape = self.shape(&field.selection_set.node, fragments);
            shape.levels = shape.levels.saturating_add(1);
        }
        Shape {
            depth: shape.depth.saturating_add(1),
            aliases: shape.aliases.saturating_add(aliases),
            width: 1,
            arguments: field.arguments.len(),
            ..shape
        }
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        self.directives = self.directives.saturating_add(directives.len());
        for directive in directives {
            for (_, value) in &directive.node.arguments {
                let Ok(_) = value.node.clone().into_const_with(|name| self.variable_used(name));
            }
        }
    }

    fn variable_used(&mut self, name: Name) -> Result<Value, Infallible> {
        let uses = self.variable_uses.entry(name).or_default();
        *uses = uses.saturating_add(1);
        Ok(Value::Null)
    }

    /// In a document with a circle of fragments any set may see all fields, so the sums above are too small for it.
    fn overlap_checks(&self, cyclic: bool) -> usize {
        if cyclic {
            self.sets.saturating_mul(self.fields).saturating_mul(self.arguments.saturating_add(1))
        } else {
            self.overlap_checks
        }
    }

    fn variable_copy_bytes(&self, variables: &Variables) -> usize {
        let copies = self.variable_uses.iter().filter(|(_, uses)| **uses > 1).map(|(name, uses)| {
            let size = variables.get(name).map_or(0, value_bytes);
            size.saturating_mul(uses.saturating_sub(1))
        });
        copies.fold(0, usize::saturating_add)
    }
}

/// Memory that a value takes, roughly: its text, and the size of a node of the tree for each part.
fn value_bytes(value: &Value) -> usize {
    let node = size_of::<Value>();
    match value {
        Value::String(text) => node.saturating_add(text.len()),
        Value::Binary(bytes) => node.saturating_add(bytes.len()),
        Value::List(items) => items.iter().map(value_bytes).fold(node, usize::saturating_add),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| node.saturating_add(name.len()).saturating_add(value_bytes(member)))
            .fold(node, usize::saturating_add),
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Enum(_) => node,
    }
}

/// What one selection set costs with its fragments expanded.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    cost: usize,
    /// The part of `cost` that is there once per connection, not once per item.
    once: usize,
    introspection: usize,
    /// Whether the set selects `nodes` or `edges`.
    paged: bool,
    /// Lists of the introspection system below each other that lead from types to types.
    circles: usize,
}

impl Cost {
    fn add(&mut self, other: &Self) {
        self.cost = self.cost.saturating_add(other.cost);
        self.once = self.once.saturating_add(other.once);
        self.introspection = self.introspection.saturating_add(other.introspection);
        self.paged |= other.paged;
        self.circles = self.circles.max(other.circles);
    }
}

/// Puts a price on one operation.
struct Pricing<'a> {
    document: &'a ExecutableDocument,
    order: &'a FragmentOrder<'a>,
    operation: &'a Positioned<OperationDefinition>,
    variables: &'a Variables,
    limits: &'a Limits,
}

impl Pricing<'_> {
    fn cost(&self) -> Cost {
        let mut fragments = HashMap::with_capacity(self.order.names.len());
        for name in &self.order.names {
            if let Some(fragment) = self.document.fragments.get(*name) {
                let introspects = fragment.node.type_condition.node.on.node.starts_with("__");
                fragments.insert(*name, self.set(&fragment.node.selection_set.node, introspects, &fragments));
            }
        }
        self.set(&self.operation.node.selection_set.node, false, &fragments)
    }

    fn set(&self, set: &SelectionSet, introspects: bool, fragments: &HashMap<&str, Cost>) -> Cost {
        let mut cost = Cost::default();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if introspects => cost.add(&self.introspection(&field.node, fragments)),
                Selection::Field(field) => cost.add(&self.field(&field.node, fragments)),
                Selection::InlineFragment(inline) => {
                    cost.add(&self.set(&inline.node.selection_set.node, introspects, fragments));
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(spread.node.fragment_name.node.as_str()) {
                        cost.add(fragment);
                    }
                }
            }
        }
        cost
    }

    fn field(&self, field: &Field, fragments: &HashMap<&str, Cost>) -> Cost {
        let name = field.name.node.as_str();
        let enters_introspection = name == "__schema" || name == "__type";
        let inner = self.set(&field.selection_set.node, enters_introspection, fragments);
        let extra = self.limits.extra_costs.iter().find(|(of, _)| *of == name).map_or(0, |(_, extra)| *extra);
        let own = extra.saturating_add(1);
        let (selected, introspection) = match self.page_size(field, inner.paged && !enters_introspection) {
            Some(items) => (
                inner.cost.saturating_sub(inner.once).saturating_mul(items).saturating_add(inner.once),
                inner.introspection.saturating_mul(items),
            ),
            None => (inner.cost, inner.introspection),
        };
        let cost = own.saturating_add(selected);
        Cost {
            cost,
            once: if matches!(name, "pageInfo" | "totalCount") { cost } else { 0 },
            introspection: introspection.saturating_add(usize::from(enters_introspection)),
            paged: matches!(name, "nodes" | "edges"),
            circles: inner.circles,
        }
    }

    fn introspection(&self, field: &Field, fragments: &HashMap<&str, Cost>) -> Cost {
        let inner = self.set(&field.selection_set.node, true, fragments);
        let (items, leads_to_types) = match field.name.node.as_str() {
            "types" => (200, false),
            "fields" => (12, true),
            "possibleTypes" => (10, true),
            "inputFields" => (4, true),
            "interfaces" => (2, true),
            "directives" => (5, false),
            "enumValues" => (3, false),
            _ => (1, false),
        };
        let circles = inner.circles.saturating_add(usize::from(leads_to_types));
        let below = match field.name.node.as_str() {
            _ if circles > MOST_CIRCLES => usize::MAX,
            // Tools ask for nine levels of it, few types have more than two.
            "ofType" => inner.introspection / 2,
            _ => inner.introspection.saturating_mul(items),
        };
        Cost { cost: inner.cost.saturating_add(1), introspection: below.saturating_add(1), circles, ..Cost::default() }
    }

    /// How many items a connection is asked for; `None` where `field` is no connection.
    fn page_size(&self, field: &Field, paged: bool) -> Option<usize> {
        let mut asked = None;
        let mut has_argument = false;
        for (name, value) in &field.arguments {
            if matches!(name.node.as_str(), "first" | "last") {
                has_argument = true;
                let Ok(value) = value.node.clone().into_const_with(|name| {
                    // Not the value itself: it may be large, and asked for often.
                    Ok::<_, Infallible>(match self.variable(&name) {
                        None | Some(Value::Null) => Value::Null,
                        Some(Value::Number(number)) => Value::Number(number.clone()),
                        Some(_) => Value::Boolean(true),
                    })
                });
                asked = asked.max(items(&value));
            }
        }
        (paged || has_argument).then(|| asked.unwrap_or(DEFAULT_PAGE))
    }

    fn variable(&self, name: &Name) -> Option<&Value> {
        self.variables.get(name).or_else(|| {
            let mut definitions = self.operation.node.variable_definitions.iter();
            let definition = definitions.find(|definition| definition.node.name.node == *name)?;
            definition.node.default_value.as_ref().map(|default| &default.node)
        })
    }
}

/// The number of items that the value of `first` or `last` asks for; `None` where it is null.
fn items(value: &Value) -> Option<usize> {
    match value {
        Value::Null => None,
        Value::Number(number) if number.as_i64().is_some_and(i64::is_negative) => Some(0),
        Value::Number(number) => {
            let items = number.as_u64().and_then(|items| usize::try_from(items).ok());
            Some(items.unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE))
        }
        _ => Some(LARGEST_PAGE),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use proptest::{collection::vec, option, prelude::*, sample::select};

    use super::*;

    fn unbounded() -> Limits {
        Limits {
            operations: usize::MAX,
            depth: usize::MAX,
            levels: usize::MAX,
            aliases: usize::MAX,
            directives: usize::MAX,
            root_fields: usize::MAX,
            expanded_fields: usize::MAX,
            overlap_checks: usize::MAX,
            complexity: usize::MAX,
            introspection: usize::MAX,
            variable_copy_bytes: usize::MAX,
            ..Limits::default()
        }
    }

    fn weigh(document: &str, variables: serde_json::Value) -> Measure {
        let document = parse_query(document).unwrap();
        measure(&document, None, &Variables::from_json(variables), &unbounded()).unwrap()
    }

    #[test]
    fn page_size_comes_from_literal_variable_or_default() {
        let cost = |document: &str, variables| weigh(document, variables).complexity;
        let with = |v: serde_json::Value| serde_json::json!({ "n": v });
        let none = || serde_json::json!({});
        assert_eq!(cost("{ a { nodes { b } } }", none()), 1 + 25 * 2);
        assert_eq!(cost("{ a(first: null) { b } }", none()), 1 + 25);
        assert_eq!(cost("{ a(first: 3, last: 7) { b } }", none()), 1 + 7);
        assert_eq!(cost("{ a(first: -3) { b } }", none()), 1);
        assert_eq!(cost("{ a(first: 99999999999999999999) { b } }", none()), 1 + 100);
        assert_eq!(cost("{ a(first: \"3\") { b } }", none()), 1 + 100);
        let document = "query($n: Int = 4) { a(first: $n) { b } }";
        assert_eq!(cost(document, none()), 1 + 4);
        assert_eq!(cost(document, with(6.into())), 1 + 6);
        assert_eq!(cost(document, with(serde_json::Value::Null)), 1 + 25);
        assert_eq!(cost(document, with("x".into())), 1 + 100);
        assert_eq!(
            cost("{ a { totalCount nodes { b } ...F } } fragment F on C { pageInfo { x } }", none()),
            1 + 21 + 2 + 50
        );
    }

    #[test]
    fn only_the_operation_that_runs_is_priced() {
        let document = parse_query("query A { a } query B { a b c }").unwrap();
        let cost = |name| measure(&document, name, &Variables::default(), &unbounded()).unwrap().complexity;
        assert_eq!((cost(Some("A")), cost(Some("B")), cost(Some("C")), cost(None)), (1, 3, 0, 0));
    }

    #[test]
    fn fragments_that_spread_themselves_are_not_followed() {
        let found = weigh("{ ...A } fragment A on Q { a ...B } fragment B on Q { b ...A }", serde_json::json!({}));
        assert_eq!((found.expanded_fields, found.complexity), (5, 2));
    }

    #[test]
    fn a_variable_used_again_and_again_is_refused() {
        let document = parse_query(format!("query($v: [Int]) {{ a {} }}", "b(x: [$v]) ".repeat(20))).unwrap();
        let refused = |items: usize| {
            let variables = Variables::from_json(serde_json::json!({ "v": vec![0; items] }));
            measure(&document, None, &variables, &Limits::default())
                .is_err_and(|e| matches!(e, Exceeded::VariableCopies { .. }))
        };
        assert_eq!((refused(10), refused(10_000)), (false, true));
    }

    #[test]
    fn hostile_fragments_are_weighed_at_once() {
        for last in ["a", "...f64", "...f0", "...none"] {
            let bomb: String =
                (0..64).map(|i| format!("fragment f{i} on Q {{ ...f{} ...f{} }} ", i + 1, i + 1)).collect();
            let document = format!("{{ ...f0 }} {} fragment f64 on Q {{ {last} }}", bomb);
            let document = parse_query(document).unwrap();
            let limits = Limits { levels: 100, ..Limits::default() };
            let refused = measure(&document, None, &Variables::default(), &limits);
            assert!(
                matches!(refused, Err(Exceeded::RootFields { .. } | Exceeded::ExpandedFields { .. })),
                "{refused:?}"
            );
        }
        let chain: String = (0..20_000).map(|i| format!("fragment f{i} on Q {{ ...f{} }} ", i + 1)).collect();
        let found = weigh(&format!("{{ ...f0 }} {chain}"), serde_json::json!({}));
        assert_eq!(found.levels, 20_000);
    }

    #[derive(Debug, Clone)]
    enum Node {
        Field { name: &'static str, alias: bool, directive: bool, page: Option<&'static str>, inner: Vec<Node> },
        Inline(Vec<Node>),
        Spread(usize),
    }

    fn nodes() -> impl Strategy<Value = Vec<Node>> {
        let names = select(&["a", "nodes", "edges", "totalCount", "pageInfo", "__typename"][..]);
        let page = option::of(select(
            &["first: 3", "last: $v", "first: null", "first: $d, last: 2", "first: ENUM", "x: 1"][..],
        ));
        let field = move |inner: BoxedStrategy<Vec<Node>>| {
            (names.clone(), any::<bool>(), any::<bool>(), page.clone(), inner)
                .prop_map(|(name, alias, directive, page, inner)| Node::Field { name, alias, directive, page, inner })
        };
        let leaf = prop_oneof![field(Just(Vec::new()).boxed()), (0..5_usize).prop_map(Node::Spread)];
        let node = leaf.prop_recursive(3, 10, 3, move |inner| {
            let set = vec(inner, 1..4).boxed();
            prop_oneof![field(set.clone()), set.prop_map(Node::Inline)]
        });
        vec(node, 1..4)
    }

    /// The source of a set in fragment `at` (or in the operation); it spreads later fragments only.
    fn written(set: &[Node], first_spread: usize, fragments: usize) -> String {
        let body: String = set
            .iter()
            .map(|node| match node {
                Node::Field { name, alias, directive, page, inner } => {
                    let alias = if *alias { "x: " } else { "" };
                    let directive = if *directive { "@include(if: true)" } else { "" };
                    let page = page.map(|page| format!("({page})")).unwrap_or_default();
                    let inner = if inner.is_empty() { String::new() } else { written(inner, first_spread, fragments) };
                    format!("{alias}{name}{page} {directive} {inner} ")
                }
                Node::Inline(inner) => format!("... {} ", written(inner, first_spread, fragments)),
                Node::Spread(to) if first_spread < fragments => {
                    format!("...f{} ", first_spread + to % (fragments - first_spread))
                }
                Node::Spread(_) => "...undefined ".to_owned(),
            })
            .collect();
        format!("{{ {body} }}")
    }

    /// Expands as the specification says, however long it takes.
    struct Naive<'a> {
        document: &'a ExecutableDocument,
        found: Measure,
    }

    impl<'a> Naive<'a> {
        fn visit(&mut self, set: &'a SelectionSet, depth: usize, level: usize, fields: &mut Vec<&'a Field>) {
            self.found.levels = self.found.levels.max(level);
            for selection in &set.items {
                self.found.expanded_fields += 1;
                self.found.directives += selection.node.directives().len();
                match &selection.node {
                    Selection::Field(field) => {
                        self.found.aliases += usize::from(field.node.alias.is_some());
                        self.found.depth = self.found.depth.max(depth + 1);
                        if !field.node.selection_set.node.items.is_empty() {
                            self.visit(&field.node.selection_set.node, depth + 1, level + 1, &mut Vec::new());
                        }
                        fields.push(&field.node);
                    }
                    Selection::InlineFragment(inline) => {
                        self.visit(&inline.node.selection_set.node, depth, level + 1, fields)
                    }
                    Selection::FragmentSpread(spread) => {
                        if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) {
                            self.visit(&fragment.node.selection_set.node, depth, level + 1, fields);
                        }
                    }
                }
            }
        }

        fn price(&self, set: &'a SelectionSet) -> Vec<(&'a str, usize)> {
            let mut fields = Vec::new();
            Naive { document: self.document, found: Measure::default() }.visit(set, 0, 0, &mut fields);
            fields
                .into_iter()
                .map(|field| {
                    let inner = self.price(&field.selection_set.node);
                    let arguments: Vec<String> =
                        field.arguments.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                    let items = match arguments.join(", ").as_str() {
                        "first: 3" => 3,
                        "last: $v" => 9,
                        "first: null" => 25,
                        "first: $d, last: 2" => 4,
                        "first: ENUM" => 100,
                        _ if inner.iter().any(|(name, _)| ["nodes", "edges"].contains(name)) => 25,
                        _ => 1,
                    };
                    let paged =
                        inner.iter().map(
                            |(name, cost)| if ["pageInfo", "totalCount"].contains(name) { *cost } else { cost * items },
                        );
                    let name = field.name.node.as_str();
                    (name, if name == "totalCount" { 21 } else { 1 } + paged.sum::<usize>())
                })
                .collect()
        }
    }

    proptest! {
        #[test]
        fn measure_is_what_expanding_would_find(operation in nodes(), fragments in vec(nodes(), 0..4)) {
            let count = fragments.len();
            let mut source = format!("query($v: Int, $d: Int = 4) {}", written(&operation, 0, count));
            for (at, fragment) in fragments.iter().enumerate() {
                source += &format!(" fragment f{at} on T {}", written(fragment, at + 1, count));
            }
            let document = parse_query(&source).unwrap();
            let mut naive = Naive { document: &document, found: Measure::default() };
            let (mut depth, mut levels) = (0, 0);
            for fragment in document.fragments.values() {
                naive.visit(&fragment.node.selection_set.node, 0, 0, &mut Vec::new());
                (depth, levels) = (naive.found.depth, naive.found.levels);
            }
            naive.found = Measure { depth, levels, ..Measure::default() };
            let (_, operation) = document.operations.iter().next().unwrap();
            let set = &operation.node.selection_set.node;
            naive.visit(set, 0, 0, &mut Vec::new());
            let root = naive.price(set);
            naive.found.root_fields = root.len();
            naive.found.complexity = root.iter().map(|(_, cost)| cost).sum();
            let variables = Variables::from_json(serde_json::json!({ "v": 9 }));
            let found = measure(&document, None, &variables, &unbounded()).unwrap();
            naive.found.aliases = naive.found.aliases.max(source.matches("x: ").count() - source.matches("(x: ").count());
            naive.found.directives = naive.found.directives.max(source.matches("@include").count());
            prop_assert_eq!(found, naive.found, "{}", source);
        }
    }
}
