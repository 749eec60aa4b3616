//! The HTTP floor: routes, middleware, TLS, and serving until told to stop.

mod calendar;
mod concepts;
pub mod explorer;
mod files;
pub mod graphql;
mod health;
mod import;
mod metrics;
mod middleware;
mod oparl;
mod packs;
mod papers;
mod printed;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_cors::Cors;
use actix_web::http::header;
use actix_web::middleware::{Compress, DefaultHeaders, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App as ActixApp, HttpRequest, HttpResponse, HttpServer};
use tokio_util::sync::CancellationToken;

use self::graphql::Edge;
pub use self::middleware::RequestId;
use crate::app::App;
use crate::config::CorsConfig;

/// A server that listens and has not begun to answer.
pub struct Listening {
    app: App,
    listener: TcpListener,
    /// Where it listens.
    pub address: SocketAddr,
}

/// Binds the configured address.
///
/// # Errors
/// If the address cannot be bound.
pub fn listen(app: App) -> io::Result<Listening> {
    let listener = TcpListener::bind(app.config.server.bind)?;
    listener.set_nonblocking(true)?;
    // A client that stopped reading is let go after a while instead of being kept for ever.
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(&listener).set_tcp_user_timeout(Some(std::time::Duration::from_secs(60)))?;
    let address = listener.local_addr()?;
    Ok(Listening { app, listener, address })
}

impl Listening {
    /// Answers until `shutdown`; then finishes what runs, seals the log and closes the database.
    ///
    /// # Errors
    /// Those of the sockets.
    pub async fn serve(self, shutdown: CancellationToken) -> io::Result<()> {
        let Self { app, listener, .. } = self;
        let config = Arc::clone(&app.config);
        // Jobs stop after the last request: what it committed is sealed still.
        let jobs_stop = CancellationToken::new();
        let sealed = app.start_jobs(&jobs_stop);
        let metrics = Data::new(metrics::Metrics::new(app.store.clone()).map_err(io::Error::other)?);
        let page = Data::new(explorer::Explorer::new(&app.config));
        let origins = config.cors.clone();
        let edge = Data::new(Edge {
            engine: app.engine.clone(),
            shutdown: shutdown.clone(),
            origin_allowed: Arc::new(move |request| middleware::origin_allowed(request, &origins)),
        });
        let import_room = Data::new(import::Room::default());
        let paper_room = Data::new(papers::Room::default());
        let print_room = Data::new(printed::Room::default());
        let public_room = Data::new(oparl::Room::default());
        let state = Data::new(app.clone());
        let factory_config = Arc::clone(&config);
        let server = HttpServer::new(move || {
            ActixApp::new()
                .app_data(edge.clone())
                .app_data(state.clone())
                .app_data(metrics.clone())
                .app_data(page.clone())
                .app_data(import_room.clone())
                .app_data(paper_room.clone())
                .app_data(print_room.clone())
                .app_data(public_room.clone())
                .wrap(Compress::default())
                .wrap(cors(&factory_config.cors))
                .wrap(security_headers(factory_config.tls.is_some()))
                .wrap(from_fn(middleware::observe))
                .configure(routes)
                .default_service(web::to(not_found))
        })
        .workers(config.server.workers.unwrap_or_else(default_workers))
        .shutdown_timeout(config.server.shutdown_timeout.as_secs())
        .h1_allow_half_closed(false)
        .disable_signals();
        let server = match &config.tls {
            Some(tls) => server.listen_rustls_0_23(listener, tls.server.clone())?,
            None => server.listen(listener)?,
        };
        let running = server.run();
        let handle = running.handle();
        let stop = async {
            shutdown.cancelled().await;
            tracing::info!("stopping: running requests are finished first");
            handle.stop(true).await;
        };
        let (served, ()) = tokio::join!(running, stop);
        jobs_stop.cancel();
        if let Err(error) = sealed.await {
            tracing::error!(%error, "the sealer ended unexpectedly");
        }
        app.store.close().await;
        served
    }
}

fn default_workers() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// All routes.
fn routes(config: &mut ServiceConfig) {
    config
        .configure(graphql::configure)
        .configure(files::configure)
        .configure(explorer::configure)
        .configure(import::configure)
        .configure(papers::configure)
        .configure(oparl::configure)
        .configure(packs::configure)
        .configure(concepts::configure)
        .configure(health::configure)
        .configure(calendar::configure)
        .route("/metrics", web::get().to(metrics::show))
        .route("/schema.graphql", web::get().to(schema))
        .route("/.well-known/jwks.json", web::get().to(key_set));
}

async fn schema() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(crate::graphql::schema::text())
}

async fn key_set(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/jwk-set+json")
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(app.token_keys.jwks().to_string())
}

async fn not_found(_: HttpRequest) -> HttpResponse {
    HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("Not found.\n")
}

/// Whether the reader has the version with this tag already.
fn has_tag(request: &HttpRequest, tag: &str) -> bool {
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    // Compression on the way may have made a weak tag of it.
    known.is_some_and(|known| {
        known.split(',').map(str::trim).any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
    })
}

fn cors(config: &CorsConfig) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "POST", "PUT"])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT])
        .allowed_header("Idempotency-Key")
        .allowed_header("X-Request-Id")
        .expose_headers(["X-Request-Id", "Retry-After", "Content-Disposition"])
        .max_age(3600);
    match config {
        CorsConfig::AnyOrigin => cors.allow_any_origin(),
        CorsConfig::Origins(origins) => origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin)),
    }
}

fn security_headers(tls: bool) -> DefaultHeaders {
    let headers = DefaultHeaders::new()
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("X-Frame-Options", "DENY"))
        .add(("Referrer-Policy", "no-referrer"))
        .add(("Cross-Origin-Opener-Policy", "same-origin"))
        .add(("Cross-Origin-Resource-Policy", "same-origin"))
        .add(("Permissions-Policy", "camera=(), geolocation=(), microphone=()"))
        .add(("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"));
    if tls { headers.add(("Strict-Transport-Security", "max-age=31536000")) } else { headers }
}
