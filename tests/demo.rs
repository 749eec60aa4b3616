//! The demo district: the minutes' facts, seen from three sides.

use crate::app::TestApp;
use crate::databases::{TestDatabase, both_databases};

both_databases! {
    async fn every_example_runs_for_the_account_it_is_meant_for(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for example in &kim::http::explorer::EXAMPLES {
            let answer = app.user(example.login).await.query(example.query).await;
            assert!(!answer.data()["positions"]["nodes"].as_array().unwrap().is_empty(), "{}: {answer:?}", example.title);
        }
    }

    async fn a_second_start_keeps_the_data(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let count = app.coordinator().await.query("{ positions { totalCount } }").await.data().clone();
        let db = app.stop().await;
        let app = TestApp::start(db).await;
        assert_eq!(app.coordinator().await.query("{ positions { totalCount } }").await.data(), &count);
    }
}
