//! What happens around every request: its identifier, its line in the log, its time in the metrics.

use std::net::IpAddr;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};
use uuid::Uuid;

use super::metrics::Metrics;
use crate::config::{CorsConfig, ServerConfig};

/// The longest request id that is taken over from a proxy.
const REQUEST_ID_MAXIMUM: usize = 64;

/// The identifier of a request: a proxy's `X-Request-Id` where it is well-formed, else a new one.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

fn request_id(request: &ServiceRequest) -> String {
    let given = request.headers().get("x-request-id").and_then(|value| value.to_str().ok());
    let well_formed = |id: &&str| {
        (8..=REQUEST_ID_MAXIMUM).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    given.filter(well_formed).map_or_else(|| Uuid::now_v7().simple().to_string(), str::to_owned)
}

/// Gives the request its identifier, and tells log and metrics how it went. The line in the log holds no address, no query
/// string and nothing of the body: these can tell who asked whom for what.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let id = request_id(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let metrics = request.app_data::<Data<Metrics>>().cloned();
    let mut response = next.call(request).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    // The pattern of the route, not the path: what is unknown could hold anything.
    let route = response.request().match_pattern().unwrap_or_else(|| "other".to_owned());
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    if let Some(metrics) = metrics {
        metrics.observe(&route, status, elapsed);
    }
    let duration_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(target: "kim::request", request_id = id, %method, route, status, duration_us, "answered");
    Ok(response)
}

/// The client's address: of the connection, or what a trusted proxy says.
pub fn client_address(request: &HttpRequest, config: &ServerConfig) -> Option<IpAddr> {
    let mut address = request.peer_addr()?.ip();
    if !config.is_trusted_proxy(address) {
        return Some(address);
    }
    // Each trusted proxy appended the address that it saw; the last one not our own is the client's.
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> =
        forwarded.flat_map(|value| value.split(',')).map_while(|hop| hop.trim().parse().ok()).collect();
    for hop in hops.into_iter().rev() {
        address = hop;
        if !config.is_trusted_proxy(hop) {
            break;
        }
    }
    Some(address)
}

/// Whether a page of the request's `Origin` may open a socket: pages of this server and those that CORS names.
pub fn origin_allowed(request: &HttpRequest, cors: &CorsConfig) -> bool {
    let Some(origin) = request.headers().get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let own = host.is_some_and(|host| origin.split_once("://").is_some_and(|(_, authority)| authority == host));
    own || match cors {
        CorsConfig::AnyOrigin => true,
        CorsConfig::Origins(origins) => origins.iter().any(|allowed| allowed == origin),
    }
}
