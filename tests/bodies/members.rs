//! Bodies and who belongs to them.

use super::*;

const MEMBERS: &str = "{ bodies(first: 9) { nodes { name memberships(first: 50) { nodes { function organisation { name } hasVote } } history(first: 20) { nodes { command } } } } }";

fn of<'a>(data: &'a Value, name: &str) -> &'a Value {
    data["bodies"]["nodes"].as_array().unwrap().iter().find(|body| body["name"] == name).unwrap()
}

both_databases! {
    async fn a_body_is_founded_and_changed_by_coordinators_only(db: TestDatabase) {
        let round = Round::open(db, 0, json!({ "cadence": 2, "quorum": 3 })).await;
        let user = &round.coordinator;
        let input = json!({ "bodyId": round.body, "expectedVersion": 1, "name": "Lenkungsgruppe", "cadence": 2, "quorum": null, "isPublic": false });
        let body = done(user, "bodyChange", input.clone(), "body { name cadence quorum isPublic version kind }").await;
        assert_eq!(body, json!({ "name": "Lenkungsgruppe", "cadence": 2, "quorum": null, "isPublic": false, "version": 2, "kind": "STEERING_GROUP" }));
        assert_eq!(refused(user, "bodyChange", input).await, rule("VERSION_STALE", "expectedVersion"));
        for (field, value, code) in [("quorum", json!(0), "NUMBER_OUT_OF_RANGE"), ("cadence", json!(53), "NUMBER_OUT_OF_RANGE"), ("name", json!("a\u{7}"), "TEXT_FORBIDDEN_CHARACTER")] {
            let mut input = json!({ "kind": "WORKING_GROUP", "name": "AG" });
            input[field] = value;
            assert_eq!(refused(user, "bodyFound", input).await, rule(code, field));
        }
        let input = json!({ "kind": "WORKING_GROUP", "name": "AG" });
        for other in [round.app.supervisor().await, round.app.employer().await, round.app.administrator().await] {
            assert_eq!(command(&other, "bodyFound", input.clone(), "replayed").await.code(), "FORBIDDEN");
        }
    }

    async fn a_membership_is_by_institution_and_function_and_once_at_a_time(db: TestDatabase) {
        let round = Round::open(db, 1, json!({})).await;
        let user = &round.coordinator;
        let town = id_of(user, "organisations", COESFELD).await;
        let again = json!({ "bodyId": round.body, "organisationId": town, "function": "Funktion 0", "validFrom": "2023-03-01" });
        assert_eq!(refused(user, "bodyMembershipAdd", again.clone()).await, rule("DUPLICATE_ENTRY", ""));
        let end = json!({ "bodyMembershipId": round.members[0], "validUntil": "2023-03-01" });
        assert_eq!(refused(user, "bodyMembershipEnd", json!({ "bodyMembershipId": round.members[0], "validUntil": "2023-01-01" })).await, rule("PERIOD_EMPTY", "validUntil"));
        done(user, "bodyMembershipEnd", end.clone(), "bodyMembership { validUntil }").await;
        assert_eq!(refused(user, "bodyMembershipEnd", end).await, rule("MEMBERSHIP_ENDED", ""));
        done(user, "bodyMembershipAdd", again, "bodyMembership { id }").await;
        let place = Place::demo(&round.app).await;
        let other = entity::ids::Identifier::parse(&id_of(user, "organisations", JOB_CENTRE).await).unwrap();
        let stranger = place.staff(other, "Franz Fremd-Muster").await.to_string();
        let input = json!({ "bodyId": round.body, "organisationId": town, "function": "Person", "staffMemberId": stranger, "validFrom": "2023-03-01" });
        assert_eq!(refused(user, "bodyMembershipAdd", input).await, rule("STAFF_OF_OTHER_EMPLOYER", "staffMemberId"));
        let own = place.staff(entity::ids::Identifier::parse(&town).unwrap(), "Edda Eigen-Muster").await.to_string();
        let input = json!({ "bodyId": round.body, "organisationId": town, "function": "Person", "staffMemberId": own, "validFrom": "2023-03-01" });
        let member = done(user, "bodyMembershipAdd", input, "bodyMembership { person { displayName } body { name } }").await;
        assert_eq!(member, json!({ "person": { "displayName": "Edda Eigen-Muster" }, "body": { "name": "Runde" } }));
        let data = user.query(MEMBERS).await.data().clone();
        assert_eq!(texts(&of(&data, "Runde")["history"], "command").iter().filter(|name| *name == "bodyMembershipAdd").count(), 3);
    }

    async fn others_see_their_own_memberships_and_those_of_public_bodies_and_no_history(db: TestDatabase) {
        let round = Round::open(db, 3, json!({})).await;
        let seen = async |user: &Client| user.query(MEMBERS).await.data().clone();
        let coordinator = seen(&round.coordinator).await;
        assert_eq!(texts(&of(&coordinator, "Runde")["memberships"], "function"), ["Funktion 0", "Funktion 1", "Funktion 2"]);
        assert_eq!(seen(&round.app.supervisor().await).await["bodies"], coordinator["bodies"]);
        let employer = seen(&round.app.employer().await).await;
        assert_eq!(texts(&of(&employer, "Runde")["memberships"], "function"), ["Funktion 0"]);
        assert_eq!(of(&employer, "Runde")["history"]["nodes"], json!([]));
        assert_eq!(of(&employer, kim::demo::bodies::COMMITTEE)["memberships"]["nodes"].as_array().unwrap().len(), 5);
        let manager = seen(&round.app.user(crate::clients::MUNICIPAL).await).await;
        assert_eq!(of(&manager, "Runde")["memberships"]["nodes"], json!([]));
        assert_eq!(of(&manager, kim::demo::bodies::COMMITTEE)["memberships"]["nodes"].as_array().unwrap().len(), 5);
        let officer = seen(&round.app.administrator().await).await;
        assert_eq!(of(&officer, kim::demo::bodies::COMMITTEE)["memberships"]["nodes"], json!([]));
    }
}
