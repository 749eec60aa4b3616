//! The desks of the demo district at which the people of tests work: accounts and grants, positions, and commands as they give
//! them.

use serde_json::{Value, json};

use crate::app::{Answer, Client, TestApp};
use crate::databases::TestDatabase;
use crate::tables::Tables;

/// What the answer to a command about a position is asked for.
const ANSWER: &str = "replayed
    userErrors { code path de: message en: message(lang: EN) }
    position {
        id number status version fteHundredths approvedFrom approvedUntil targetFilledOn endedOn
        employer { name }
        occupancies { nodes { id fteHundredths validFrom validUntil staffMember { id displayName } } }
        serviceAreas { nodes { shareHundredths municipality { name } } }
        supervisions { nodes { id kind validFrom validUntil supervisor { displayName } } }
        availableTransitions { name allowed blockedBy { code } }
    }";

/// The document of a command with the variables `input` and `options`.
pub fn document(command: &str) -> String {
    let (first, rest) = command.split_at(1);
    let input = format!("{}{rest}Input", first.to_uppercase());
    format!(
        "mutation($input: {input}!, $options: CommandOptions) {{ {command}(input: $input, options: $options) {{ {ANSWER} }} }}"
    )
}

impl Client {
    /// Gives a command about a position, with options.
    pub async fn command_with(&self, command: &str, input: Value, options: Value) -> Answer {
        self.send(&document(command), json!({ "input": input, "options": options })).await
    }

    /// Gives a command about a position.
    pub async fn command(&self, command: &str, input: Value) -> Answer {
        self.command_with(command, input, Value::Null).await
    }

    /// Gives a command about a position that no rule forbids; returns the position.
    pub async fn done(&self, command: &str, input: Value) -> Value {
        let answer = self.command(command, input).await;
        answer.position().unwrap_or_else(|| panic!("{command}: {answer:#?}")).clone()
    }

    /// Gives a command about a position that rules forbid; returns their codes with their paths.
    pub async fn refused(&self, command: &str, input: Value) -> Vec<(String, String)> {
        let answer = self.command(command, input).await;
        assert!(answer.position().is_none(), "{command}: {answer:#?}");
        answer.rules()
    }
}

impl Answer {
    /// The position of the one payload.
    pub fn position(&self) -> Option<&Value> {
        Some(&self.payload()["position"]).filter(|position| !position.is_null())
    }

    /// The rules that forbade the one command: code and path.
    pub fn rules(&self) -> Vec<(String, String)> {
        let rule = |error: &Value| {
            let path: Vec<&str> = error["path"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
            (error["code"].as_str().unwrap().to_owned(), path.join("."))
        };
        self.payload()["userErrors"].as_array().unwrap().iter().map(rule).collect()
    }

    /// The code that says why nothing was done, whether it is of a rule or of the request.
    pub fn refusal(&self) -> String {
        match self.body.get("errors") {
            Some(_) => self.code().to_owned(),
            None => self.rules().first().unwrap_or_else(|| panic!("nothing refused: {self:#?}")).0.clone(),
        }
    }
}

/// `code` at `path`, as [`Client::refused`] returns it.
pub fn rule(code: &str, path: &str) -> Vec<(String, String)> {
    vec![(code.to_owned(), path.to_owned())]
}

/// The demo district, with two of its people.
pub struct Desk {
    /// The server.
    pub app: TestApp,
    /// Plans and approves.
    pub coordinator: Client,
    /// Stadt Coesfeld: advertises, fills, vacates, ends.
    pub employer: Client,
    /// The global id of Stadt Coesfeld.
    pub coesfeld: String,
}

impl Desk {
    /// Opens the demo district.
    pub async fn open(db: TestDatabase) -> Self {
        Self::at(TestApp::start(db).await).await
    }

    /// The desk of a server that runs.
    pub async fn at(app: TestApp) -> Self {
        let coordinator = app.coordinator().await;
        let employer = app.employer().await;
        let coesfeld = id_of(&coordinator, "organisations", "Stadt Coesfeld").await;
        Self { app, coordinator, employer, coesfeld }
    }

    /// The tables of its database.
    pub async fn tables(&self) -> Tables {
        Tables::open(self.app.db.url()).await
    }

    /// The input that plans a full post of this number at Stadt Coesfeld.
    pub fn plan(&self, number: &str) -> Value {
        post(&self.coesfeld, number)
    }

    /// A planned position; its id.
    pub async fn planned(&self, number: &str) -> String {
        planned(&self.coordinator, &self.coesfeld, number).await
    }

    /// A position that is approved for the year 2023; its id.
    pub async fn approved(&self, number: &str) -> String {
        let position = self.planned(number).await;
        let input = json!({ "positionId": position, "approvedFrom": "2023-01-01", "approvedUntil": "2024-01-01" });
        id(&self.coordinator.done("positionApprove", input).await)
    }

    /// A position that somebody new holds from 2023-06-01 on; its id.
    pub async fn filled(&self, number: &str) -> String {
        let position = self.approved(number).await;
        id(&self.employer.done("positionFill", fill(&position, "Nele Neu-Muster", 100)).await)
    }

    /// A position as it stands, read anew.
    pub async fn position(&self, id: &str) -> Value {
        let document = "query($id: ID!) { position(id: $id) {
            id number status version targetFilledOn endedOn
            occupancies { nodes { id fteHundredths validFrom validUntil staffMember { id displayName } } }
            supervisions { nodes { kind validFrom validUntil supervisor { displayName } } }
            availableTransitions { name allowed blockedBy { code } }
            history(first: 100) { nodes { command reason occurredAt actorName details changes { field before after } } }
        } }";
        self.employer.send(document, json!({ "id": id })).await.data()["position"].clone()
    }

    /// The id of a member of staff, by name.
    pub async fn staff(&self, name: &str) -> String {
        let mut after = Value::Null;
        loop {
            let document = "query($after: String) { staffMembers(first: 100, after: $after) {
                nodes { id displayName } pageInfo { hasNextPage endCursor } } }";
            let answer = self.coordinator.send(document, json!({ "after": after })).await;
            let page = &answer.data()["staffMembers"];
            if let Some(found) = page["nodes"].as_array().unwrap().iter().find(|row| row["displayName"] == name) {
                return id(found);
            }
            assert!(page["pageInfo"]["hasNextPage"].as_bool().unwrap(), "no {name}");
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    /// Makes somebody an employer of a further organisation; the id of the grant.
    pub async fn also_employer(&self, login: &str, organisation: &str) -> String {
        let administrator = self.app.administrator().await;
        let account = account_id(&administrator, login).await;
        let organisation = id_of(&administrator, "organisations", organisation).await;
        grant(&administrator, &account, "EMPLOYER", &organisation, json!({})).await
    }
}

/// The input that plans a full post of this number.
pub fn post(employer: &str, number: &str) -> Value {
    json!({
        "number": number, "buildingBlock": "CASE_MANAGEMENT", "role": "CASE_MANAGER", "employerId": employer,
        "fteHundredths": 100, "fundedBy": "STATE", "targetFilledOn": "2023-07-31",
    })
}

/// The input that fills a position with somebody new from 2023-06-01 on.
pub fn fill(position: &str, name: &str, hundredths: i32) -> Value {
    json!({
        "positionId": position, "holder": { "new": { "displayName": name } }, "fteHundredths": hundredths,
        "from": "2023-06-01",
    })
}

/// The id of a record.
pub fn id(record: &Value) -> String {
    record["id"].as_str().unwrap_or_else(|| panic!("no id: {record}")).to_owned()
}

/// The id of the record of this name in a list.
pub async fn id_of(client: &Client, list: &str, name: &str) -> String {
    let answer = client.query(&format!("{{ {list}(first: 100) {{ nodes {{ id name }} }} }}")).await;
    let nodes = answer.data()[list]["nodes"].as_array().unwrap();
    id(nodes.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}")))
}

/// Plans a full post.
pub async fn plan(client: &Client, employer: &str, number: &str) -> Answer {
    client.command("positionPlan", post(employer, number)).await
}

/// The id of a position that was planned just now.
pub async fn planned(client: &Client, employer: &str, number: &str) -> String {
    id(&client.done("positionPlan", post(employer, number)).await)
}

/// Approves a planned position for an open time.
pub async fn approve(client: &Client, position: &str) -> Answer {
    client.command("positionApprove", json!({ "positionId": position, "approvedFrom": "2023-01-01" })).await
}

/// The numbers of all positions that somebody sees.
pub async fn numbers(client: &Client) -> Vec<String> {
    let answer = client.query("{ positions(first: 100) { nodes { number } } }").await;
    let nodes = answer.data()["positions"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["number"].as_str().unwrap().to_owned()).collect()
}

/// The password of accounts that tests make.
pub const PASSWORD: &str = "a password for tests";

/// Makes an account; without a password it belongs to the external issuer's people.
pub async fn account(administrator: &Client, login: &str, password: Option<&str>) -> String {
    let document = "mutation($input: AccountCreateInput!) {
        accountCreate(input: $input) { account { id } userErrors { code path } } }";
    let input = json!({ "login": login, "displayName": "Tilda Test-Muster", "password": password });
    id(&administrator.send(document, json!({ "input": input })).await.payload()["account"])
}

/// Gives a role in an organisation, from today or another day on.
pub async fn grant(administrator: &Client, account: &str, role: &str, organisation: &str, more: Value) -> String {
    let mut input = json!({ "accountId": account, "role": role, "organisationId": organisation });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let document = "mutation($input: GrantAddInput!) {
        grantAdd(input: $input) { grant { id } userErrors { code path } } }";
    id(&administrator.send(document, json!({ "input": input })).await.payload()["grant"])
}

/// Ends a grant at once.
pub async fn revoke(administrator: &Client, grant: &str) {
    let document = "mutation($input: GrantRevokeInput!) { grantRevoke(input: $input) { userErrors { code } } }";
    let answer = administrator.send(document, json!({ "input": { "grantId": grant } })).await;
    assert!(answer.user_errors().is_empty(), "{answer:?}");
}

/// The id of the account with this login.
pub async fn account_id(administrator: &Client, login: &str) -> String {
    let answer = administrator.query("{ accounts(first: 100) { nodes { id login } } }").await;
    let nodes = answer.data()["accounts"]["nodes"].as_array().unwrap();
    id(nodes.iter().find(|node| node["login"] == login).unwrap_or_else(|| panic!("no {login}")))
}

/// Disables an account.
pub async fn disable(administrator: &Client, account: &str) {
    let document = "mutation($input: AccountDisableInput!) { accountDisable(input: $input) { userErrors { code } } }";
    let answer = administrator.send(document, json!({ "input": { "accountId": account } })).await;
    assert!(answer.user_errors().is_empty(), "{answer:?}");
}
