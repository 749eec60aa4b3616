//! Steps that tests of several subjects take: accounts with roles, and positions that change.

use serde_json::{Value, json};

use crate::app::{Answer, Client};

/// The password of accounts that tests make.
pub const PASSWORD: &str = "a password for tests";

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The id of an organisation of the demo district.
pub async fn organisation(client: &Client, name: &str) -> String {
    let answer = client.query("{ organisations(first: 100) { nodes { id name } } }").await;
    let nodes = answer.data()["organisations"]["nodes"].as_array().unwrap();
    text(&nodes.iter().find(|node| node["name"] == name).unwrap()["id"])
}

/// Plans a position of one full post.
pub async fn plan(client: &Client, employer: &str, number: &str) -> Answer {
    let input = json!({
        "number": number, "buildingBlock": "CASE_MANAGEMENT", "role": "CASE_MANAGER", "employerId": employer,
        "fteHundredths": 100, "fundedBy": "STATE",
    });
    let document = "mutation($input: PositionPlanInput!) {
        positionPlan(input: $input) { position { id number } userErrors { code path } } }";
    client.send(document, json!({ "input": input })).await
}

/// The id of a position that was planned just now.
pub async fn planned(client: &Client, employer: &str, number: &str) -> String {
    let answer = plan(client, employer, number).await;
    text(&answer.payload()["position"]["id"])
}

/// Approves a planned position.
pub async fn approve(client: &Client, position: &str) -> Answer {
    let document = "mutation($input: PositionApproveInput!) {
        positionApprove(input: $input) { position { id status } userErrors { code } } }";
    client.send(document, json!({ "input": { "positionId": position, "approvedFrom": "2023-01-01" } })).await
}

/// The numbers of all positions that somebody sees.
pub async fn numbers(client: &Client) -> Vec<String> {
    let answer = client.query("{ positions(first: 100) { nodes { number } } }").await;
    answer.data()["positions"]["nodes"].as_array().unwrap().iter().map(|node| text(&node["number"])).collect()
}

/// Makes an account; without a password it belongs to the external issuer's people.
pub async fn account(administrator: &Client, login: &str, password: Option<&str>) -> String {
    let document = "mutation($input: AccountCreateInput!) {
        accountCreate(input: $input) { account { id } userErrors { code path } } }";
    let input = json!({ "login": login, "displayName": "Tilda Test-Muster", "password": password });
    text(&administrator.send(document, json!({ "input": input })).await.payload()["account"]["id"])
}

/// Gives a role in an organisation, from today or another day on.
pub async fn grant(administrator: &Client, account: &str, role: &str, organisation: &str, more: Value) -> String {
    let mut input = json!({ "accountId": account, "role": role, "organisationId": organisation });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let document = "mutation($input: GrantAddInput!) {
        grantAdd(input: $input) { grant { id } userErrors { code path } } }";
    text(&administrator.send(document, json!({ "input": input })).await.payload()["grant"]["id"])
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
    text(&nodes.iter().find(|node| node["login"] == login).unwrap()["id"])
}

/// Disables an account.
pub async fn disable(administrator: &Client, account: &str) {
    let document = "mutation($input: AccountDisableInput!) { accountDisable(input: $input) { userErrors { code } } }";
    let answer = administrator.send(document, json!({ "input": { "accountId": account } })).await;
    assert!(answer.user_errors().is_empty(), "{answer:?}");
}
