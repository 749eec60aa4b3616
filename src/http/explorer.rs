//! The explorer: GraphiQL with all its assets in the binary, a login box, and the examples.
//!
//! The page is built in `explorer/source` and committed in `explorer/assets`; see the README there.

use std::future::ready;

use actix_web::http::header;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use crate::config::Config;
use crate::demo;
use crate::log::text_hash;

/// What the page may do: nothing but run its own script and talk to this server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// A file of the page.
struct Asset {
    path: &'static str,
    content_type: &'static str,
    content: &'static str,
}

const ASSETS: [Asset; 4] = [
    Asset { path: "/", content_type: "text/html; charset=utf-8", content: include_str!("explorer/assets/index.html") },
    Asset {
        path: "/explorer/explorer.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!("explorer/assets/explorer.js"),
    },
    Asset {
        path: "/explorer/explorer.css",
        content_type: "text/css; charset=utf-8",
        content: include_str!("explorer/assets/explorer.css"),
    },
    Asset {
        path: "/explorer/THIRD_PARTY_LICENSES.txt",
        content_type: "text/plain; charset=utf-8",
        content: include_str!("explorer/assets/THIRD_PARTY_LICENSES.txt"),
    },
];

/// An example query, as the explorer offers it, the README shows it and the tests run it.
pub struct Example {
    /// What it asks, in a few words.
    pub title: &'static str,
    /// What to look at in the answer.
    pub description: &'static str,
    /// The query.
    pub query: &'static str,
    /// Login of the demo account that it is meant for.
    pub login: &'static str,
}

/// All examples.
pub const EXAMPLES: [Example; 6] = [
    Example {
        title: "Who employs whom, and who supervises whom?",
        description: "Each position with its employer, its holder and both supervisions.",
        query: include_str!("explorer/examples/who-employs-and-supervises-whom.graphql"),
        login: demo::COORDINATOR_LOGIN,
    },
    Example {
        title: "Which positions are still vacant against the target date?",
        description: "Positions without a full complement of holders that were to be filled by the end of July 2023.",
        query: include_str!("explorer/examples/vacant-against-target-date.graphql"),
        login: demo::COORDINATOR_LOGIN,
    },
    Example {
        title: "Three sides, one query: the coordinator",
        description: "Sees all positions of the district.",
        query: include_str!("explorer/examples/what-do-i-see.graphql"),
        login: demo::COORDINATOR_LOGIN,
    },
    Example {
        title: "Three sides, one query: the employer",
        description: "Sees the own positions only.",
        query: include_str!("explorer/examples/what-do-i-see.graphql"),
        login: demo::EMPLOYER_LOGIN,
    },
    Example {
        title: "Three sides, one query: the supervisory centre",
        description: "Sees all positions and may assign professional supervision, but moves none.",
        query: include_str!("explorer/examples/what-do-i-see.graphql"),
        login: demo::SUPERVISOR_LOGIN,
    },
    Example {
        title: "What recurs in many cases, and who decides about it?",
        description: "The generative themes, what could be done about them, and the next meeting. No case is in it.",
        query: include_str!("explorer/examples/what-recurs.graphql"),
        login: demo::COORDINATOR_LOGIN,
    },
];

/// The page with its settings.
pub struct Explorer {
    enabled: bool,
    settings: Value,
    tags: Vec<String>,
}

impl Explorer {
    /// The page for this configuration. Demo accounts and examples are offered only where the demo is loaded.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let demo_accounts: Vec<Value> = if config.demo {
            demo::ACCOUNTS
                .iter()
                .map(|account| {
                    let label = format!("{} ({})", account.name, account.roles());
                    json!({ "label": label, "role": account.roles(), "login": account.login, "password": demo::PASSWORD })
                })
                .collect()
        } else {
            Vec::new()
        };
        let examples: Vec<Value> = EXAMPLES
            .iter()
            .map(|example| {
                let login = config.demo.then_some(example.login);
                json!({
                    "title": example.title, "description": example.description, "query": example.query,
                    "variables": {}, "as": login,
                })
            })
            .collect();
        Self {
            enabled: config.explorer_enabled,
            settings: json!({
                "version": env!("CARGO_PKG_VERSION"), "demoAccounts": demo_accounts, "examples": examples,
            }),
            tags: ASSETS.iter().map(|asset| tag(asset.content)).collect(),
        }
    }
}

fn tag(content: &str) -> String {
    let hash = text_hash("kim asset", &[content]);
    format!("\"{}\"", hex::encode(hash.get(..8).unwrap_or_default()))
}

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    for (index, asset) in ASSETS.iter().enumerate() {
        let handler = move |request: HttpRequest, page: Data<Explorer>| ready(show(asset, index, &request, &page));
        config.route(asset.path, web::get().to(handler));
    }
    config.route("/explorer/config.json", web::get().to(settings));
}

fn show(asset: &Asset, index: usize, request: &HttpRequest, page: &Explorer) -> HttpResponse {
    let Some(tag) = page.tags.get(index).filter(|_| page.enabled) else {
        return HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("Not found.\n");
    };
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) == Some(tag);
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::ETAG, tag.as_str()));
    if known { response.finish() } else { response.content_type(asset.content_type).body(asset.content) }
}

async fn settings(page: Data<Explorer>) -> HttpResponse {
    if !page.enabled {
        return HttpResponse::NotFound().finish();
    }
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(&page.settings)
}
