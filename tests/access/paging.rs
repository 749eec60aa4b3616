//! Pages and filters: each record exactly once, whatever the order; filters mean what a simple model says.

use std::collections::BTreeSet;

use entity::codes::OrganisationKind;
use serde_json::{Value, json};

use super::world::Place;
use crate::app::{Client, TestApp};
use crate::databases::{TestDatabase, both_databases};

/// A district with 23 positions that share target dates, and staff of the same name.
async fn district(app: &TestApp) {
    let place = Place::demo(app).await;
    let municipality = place.municipality("05558999", "Neustadt").await;
    let town = place.organisation(OrganisationKind::Municipality, "Stadt Neustadt", Some(municipality)).await;
    for (index, number) in ["a-1", "A-1", "ä-1", "Z-1", "z-1", "10", "9", "_", "%"].iter().enumerate() {
        let target = [None, Some("2023-07-31"), Some("2023-09-30")][index % 3];
        place.plan(number, town, &[municipality], target).await;
        place.staff(town, "Gerda Gleich-Muster").await;
    }
}

async fn walk(client: &Client, list: &str, arguments: &str, backwards: bool, size: usize) -> Vec<String> {
    let (count, cursor, edge, more) = if backwards {
        ("last", "before", "startCursor", "hasPreviousPage")
    } else {
        ("first", "after", "endCursor", "hasNextPage")
    };
    let document = format!(
        "query($c: String) {{ {list}({count}: {size}, {cursor}: $c{arguments}) {{
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} nodes {{ id }} }} }}"
    );
    let mut pages: Vec<Vec<String>> = Vec::new();
    let mut at = Value::Null;
    loop {
        let answer = client.send(&document, json!({ "c": at })).await;
        let page = answer.data()[list].clone();
        let ids = page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned());
        pages.push(ids.collect());
        if page["pageInfo"][more] != true {
            break;
        }
        assert_eq!(pages.last().unwrap().len(), size);
        at = page["pageInfo"][edge].clone();
    }
    if backwards {
        pages.reverse();
    }
    pages.concat()
}

/// A small generator, so that the same filters are tried in each run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }

    fn some_of(&mut self, all: &[Value]) -> Value {
        let chosen = all.iter().filter(|_| self.throw(3) == 0).cloned().collect();
        Value::Array(chosen)
    }
}

fn values(positions: &[Value], of: impl Fn(&Value) -> Value) -> Vec<Value> {
    let mut all = Vec::new();
    for value in positions.iter().map(of) {
        if !all.contains(&value) {
            all.push(value);
        }
    }
    all
}

fn filter(dice: &mut Dice, positions: &[Value], depth: usize) -> Value {
    let mut filter = json!({});
    for _ in 0..dice.throw(3) {
        match dice.throw(if depth == 0 { 8 } else { 12 }) {
            0 => filter["idIn"] = dice.some_of(&values(positions, |row| row["id"].clone())),
            1 => filter["statusIn"] = dice.some_of(&values(positions, |row| row["status"].clone())),
            2 => filter["buildingBlockIn"] = dice.some_of(&values(positions, |row| row["buildingBlock"].clone())),
            3 => filter["employerIn"] = dice.some_of(&values(positions, |row| row["employer"]["id"].clone())),
            4 => filter["fundedByIn"] = dice.some_of(&[json!("STATE"), json!("DISTRICT")]),
            5 => {
                let served: Vec<Value> = positions.iter().flat_map(served).collect();
                filter["servesAnyOf"] = dice.some_of(&values(&served, Value::clone));
            }
            6 => {
                let days = [Value::Null, json!("2023-07-31"), json!("2023-08-01"), json!("2023-10-01")];
                let (from, before) = (days[dice.throw(4)].clone(), days[dice.throw(4)].clone());
                filter["targetFilledOn"] = json!({ "from": from, "before": before });
            }
            7 => filter["numberStartsWith"] = json!(["", "CM", "cm", "a", "ä", "_", "%", "CM-0"][dice.throw(8)]),
            8 => filter["not"] = self::filter(dice, positions, depth - 1),
            9 => filter["and"] = (0..dice.throw(3)).map(|_| self::filter(dice, positions, depth - 1)).collect(),
            _ => filter["or"] = (0..dice.throw(3)).map(|_| self::filter(dice, positions, depth - 1)).collect(),
        }
    }
    filter
}

fn served(position: &Value) -> Vec<Value> {
    let areas = position["serviceAreas"]["nodes"].as_array().unwrap();
    areas.iter().map(|area| area["municipality"]["id"].clone()).collect()
}

/// The meaning of filters: all members hold; an empty list means nothing.
fn holds(filter: &Value, position: &Value) -> bool {
    let within = |name: &str, value: &Value| filter[name].as_array().is_none_or(|list| list.contains(value));
    let range = &filter["targetFilledOn"];
    let target = position["targetFilledOn"].as_str();
    within("idIn", &position["id"])
        && within("statusIn", &position["status"])
        && within("buildingBlockIn", &position["buildingBlock"])
        && within("employerIn", &position["employer"]["id"])
        && within("fundedByIn", &position["fundedBy"])
        && filter["servesAnyOf"].as_array().is_none_or(|list| served(position).iter().any(|id| list.contains(id)))
        && (range.is_null()
            || target.is_some_and(|day| {
                range["from"].as_str().is_none_or(|from| day >= from)
                    && range["before"].as_str().is_none_or(|before| day < before)
            }))
        && filter["numberStartsWith"]
            .as_str()
            .is_none_or(|start| position["number"].as_str().unwrap().starts_with(start))
        && filter["and"].as_array().is_none_or(|list| list.iter().all(|inner| holds(inner, position)))
        && filter["or"].as_array().is_none_or(|list| list.iter().any(|inner| holds(inner, position)))
        && (filter["not"].is_null() || !holds(&filter["not"], position))
}

both_databases! {
    async fn walking_all_pages_gives_each_record_exactly_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        district(&app).await;
        let client = app.coordinator().await;
        for order in ["NUMBER", "TARGET_FILLED_ON", "CREATED_AT"] {
            let mut ways: Vec<Vec<String>> = Vec::new();
            for direction in ["ASC", "DESC"] {
                let arguments = format!(", orderBy: {order}, direction: {direction}");
                let whole = walk(&client, "positions", &arguments, false, 100).await;
                assert_eq!(whole.len(), 24);
                assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), 24);
                for size in [1, 5, 8, 24] {
                    for backwards in [false, true] {
                        let walked = walk(&client, "positions", &arguments, backwards, size).await;
                        assert_eq!(walked, whole, "{arguments} by {size}, backwards: {backwards}");
                    }
                }
                ways.push(whole);
            }
            ways[1].reverse();
            assert_eq!(ways[0], ways[1], "{order}");
        }
        for list in ["staffMembers", "organisations", "municipalities"] {
            let whole = walk(&client, list, "", false, 100).await;
            for backwards in [false, true] {
                assert_eq!(walk(&client, list, "", backwards, 4).await, whole, "{list}");
            }
        }
        let whole = walk(&app.administrator().await, "accounts", "", false, 100).await;
        assert_eq!(walk(&app.administrator().await, "accounts", "", true, 3).await, whole);
    }

    async fn foreign_and_changed_cursors_and_impossible_sizes_are_refused(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let away = Place::found(&app, "05554", "Kreis Anderswo").await;
        let centre = away.organisation(OrganisationKind::IntegrationCentre, "Zentrum", None).await;
        let account = away.account("koordination@anderswo.example", "Anna Anderswo-Muster").await;
        away.grant(account, entity::codes::Role::Coordinator, centre).await;
        let client = app.coordinator().await;
        let answer = client.query("{ positions(first: 2) { nodes { id } edges { cursor
            node { occupancies(first: 1) { edges { cursor } } history(first: 1) { edges { cursor } } } } } }").await;
        let edges = answer.data()["positions"]["edges"].clone();
        let cursor = edges[0]["cursor"].as_str().unwrap().to_owned();
        let nested = |name: &str| edges[0]["node"][name]["edges"][0]["cursor"].as_str().unwrap().to_owned();
        let mut changed = cursor.clone().into_bytes();
        changed[30] = if changed[30] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let foreign = [
            ("positions", changed), ("positions", cursor[1..].to_owned()), ("positions", cursor[..cursor.len() - 4].to_owned()),
            ("positions", String::new()), ("positions", format!("{cursor}=")),
            ("positions", nested("occupancies")), ("positions", nested("history")),
            ("organisations", cursor.clone()), ("staffMembers", cursor.clone()), ("bodies", cursor.clone()), ("accounts", cursor.clone()),
        ];
        for (list, cursor) in foreign {
            for argument in ["after", "before"] {
                let answer = client.send(&format!("query($c: String) {{ {list}({argument}: $c) {{ nodes {{ id }} }} }}"), json!({ "c": cursor })).await;
                assert_eq!(answer.code(), "CURSOR_INVALID", "{list} {argument} {cursor}");
            }
        }
        for arguments in ["orderBy: CREATED_AT", "orderBy: TARGET_FILLED_ON", "direction: DESC"] {
            let answer = client.send(&format!("query($c: String) {{ positions({arguments}, after: $c) {{ nodes {{ id }} }} }}"), json!({ "c": cursor })).await;
            assert_eq!(answer.code(), "CURSOR_INVALID", "{arguments}");
        }
        let stranger = app.user("koordination@anderswo.example").await;
        let answer = stranger.send("query($c: String) { positions(after: $c) { nodes { id } } }", json!({ "c": cursor })).await;
        assert_eq!(answer.code(), "CURSOR_INVALID");
        let ids = answer_ids(&client).await;
        for (field, cursor) in [("occupancies", nested("occupancies")), ("history", nested("history")), ("supervisions", nested("occupancies"))] {
            let document = format!("query($id: ID!, $c: String) {{ position(id: $id) {{ {field}(after: $c) {{ nodes {{ id }} }} }} }}");
            let answer = client.send(&document, json!({ "id": ids[1], "c": cursor })).await;
            assert_eq!(answer.code(), "CURSOR_INVALID", "{field} of another position");
        }
        for arguments in ["first: 101", "first: -1", "last: 101", "last: -1", "first: 1, last: 1", "first: 2147483647"] {
            for list in ["positions", "organisations", "staffMembers", "accounts"] {
                let answer = client.query(&format!("{{ {list}({arguments}) {{ nodes {{ id }} }} }}")).await;
                assert_eq!(answer.code(), "PAGE_SIZE_INVALID", "{list} {arguments}");
            }
        }
        let none = client.query("{ positions(first: 0) { totalCount nodes { id } pageInfo { hasNextPage } } }").await;
        assert_eq!(none.data()["positions"], json!({ "totalCount": 15, "nodes": [], "pageInfo": { "hasNextPage": true } }));
    }

    async fn filters_mean_what_the_model_says(db: TestDatabase) {
        let app = TestApp::start(db).await;
        district(&app).await;
        let client = app.coordinator().await;
        let all = client.query("{ positions(first: 100) { nodes { id number status buildingBlock fundedBy targetFilledOn employer { id }
            serviceAreas(first: 10) { nodes { municipality { id } } } } } }").await;
        let all = all.data()["positions"]["nodes"].as_array().unwrap().clone();
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let mut filters: Vec<Value> = (0..150).map(|_| filter(&mut dice, &all, 3)).collect();
        filters.extend([
            json!({}), json!({ "not": {} }), json!({ "not": { "not": {} } }), json!({ "or": [] }), json!({ "and": [] }),
            json!({ "or": [{}] }), json!({ "or": [{}, { "idIn": [] }] }), json!({ "not": { "or": [] } }), json!({ "not": { "or": [{}] } }),
            json!({ "idIn": [] }), json!({ "servesAnyOf": [] }), json!({ "not": { "servesAnyOf": [] } }), json!({ "not": { "idIn": [] } }),
            json!({ "not": { "targetFilledOn": { "from": "2023-08-01" } } }), json!({ "targetFilledOn": {} }),
            json!({ "not": { "targetFilledOn": {} } }),
        ]);
        let mut selected = BTreeSet::new();
        for filter in filters {
            let document = "query($f: PositionFilter) { positions(first: 100, filter: $f) { totalCount nodes { id } } }";
            let answer = client.send(document, json!({ "f": filter })).await;
            let found = &answer.data()["positions"];
            let mut expected: Vec<&Value> = all.iter().filter(|position| holds(&filter, position)).map(|row| &row["id"]).collect();
            let mut nodes: Vec<&Value> = found["nodes"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
            expected.sort_by_key(|id| id.as_str());
            nodes.sort_by_key(|id| id.as_str());
            assert_eq!(nodes, expected, "{filter}");
            assert_eq!(found["totalCount"], expected.len(), "{filter}");
            selected.insert(expected.len());
        }
        assert!(selected.len() > 8, "the filters select too much of the same: {selected:?}");
    }
}

async fn answer_ids(client: &Client) -> Vec<Value> {
    let answer = client.query("{ positions(first: 5) { nodes { id } } }").await;
    answer.data()["positions"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect()
}
