//! Content negotiation of `/graphql`: which media type a request comes in, and which one its answer may have.
//!
//! Three media types can be answered: `application/graphql-response+json`, `application/json` and
//! `text/event-stream`. The most specific range of `Accept` that covers a type decides its weight; among equal weights
//! the server prefers them in the order of the sentence before. A subscription goes out as an event stream only, and
//! only where the client says so (`text/event-stream` or `text/*`): `*/*` alone is what every plain client sends.

use actix_web::HttpRequest;
use actix_web::http::header::{self, Accept, Header, HeaderMap, Quality};
use actix_web::mime::Mime;

/// A JSON media type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonType {
    /// `application/graphql-response+json`: the status tells how the request fared.
    GraphqlResponse,
    /// `application/json`: for older clients; an answered request is 200 whatever it says.
    Json,
}

impl JsonType {
    /// The value of `Content-Type` of an answer of this type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// One JSON document.
    Single(JsonType),
    /// Server-sent events.
    Events,
}

/// What a client accepts, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    result: Option<Answer>,
    json: Option<JsonType>,
    events_named: bool,
}

impl Accepted {
    /// Reads the `Accept` headers of `request`. Ranges that cannot be read are passed over; no header at all accepts
    /// everything.
    pub fn of(request: &HttpRequest) -> Self {
        if !request.headers().contains_key(header::ACCEPT) {
            return Self::from_ranges(&[(actix_web::mime::STAR_STAR, Quality::MAX)]);
        }
        let ranges = Accept::parse(request).map(|accept| accept.0).unwrap_or_default();
        let ranges: Vec<_> = ranges.into_iter().map(|range| (range.item, range.quality)).collect();
        Self::from_ranges(&ranges)
    }

    fn from_ranges(ranges: &[(Mime, Quality)]) -> Self {
        let graphql = weight(ranges, "application", "application/graphql-response+json", true);
        let json = weight(ranges, "application", "application/json", true);
        let events = weight(ranges, "text", "text/event-stream", true);
        let candidates = [
            (graphql, Answer::Single(JsonType::GraphqlResponse)),
            (json, Answer::Single(JsonType::Json)),
            (events, Answer::Events),
        ];
        let mut result: Option<(Quality, Answer)> = None;
        for (quality, answer) in candidates {
            // Only a greater weight displaces an earlier candidate: the order above breaks ties.
            if quality > Quality::ZERO && result.is_none_or(|(best, _)| quality > best) {
                result = Some((quality, answer));
            }
        }
        let json = match (graphql > Quality::ZERO, json > Quality::ZERO) {
            (true, true) if json > graphql => Some(JsonType::Json),
            (true, _) => Some(JsonType::GraphqlResponse),
            (false, true) => Some(JsonType::Json),
            (false, false) => None,
        };
        let events_named = weight(ranges, "text", "text/event-stream", false) > Quality::ZERO;
        Self { result: result.map(|(_, answer)| answer), json, events_named }
    }

    /// The form of the answer to a query or mutation; `None` when the client accepts nothing that can be sent.
    pub fn for_result(self) -> Option<Answer> {
        self.result
    }

    /// Whether a subscription may be answered: the client names event streams.
    pub fn takes_events(self) -> bool {
        self.events_named
    }

    /// The type of a JSON error answer: the accepted one, or `application/json` where none is.
    pub fn for_error(self) -> JsonType {
        self.json.unwrap_or(JsonType::Json)
    }
}

/// The weight that the most specific matching range gives to `essence`; zero when none matches.
fn weight(ranges: &[(Mime, Quality)], top_level: &str, essence: &str, any_counts: bool) -> Quality {
    let matching = ranges.iter().filter(|(range, _)| speaks_utf8(range)).filter_map(|(range, quality)| {
        let specificity = match range.essence_str() {
            found if found == essence => 2,
            "*/*" if any_counts => 0,
            found if found.strip_suffix("/*") == Some(top_level) => 1,
            _ => return None,
        };
        Some((specificity, *quality))
    });
    // Of two equally specific ranges the greater weight counts.
    matching.max_by_key(|(specificity, quality)| (*specificity, *quality)).map_or(Quality::ZERO, |(_, quality)| quality)
}

/// Whether a request's body is JSON in UTF-8, not compressed: `application/json`, once, with no other `charset`.
pub fn is_plain_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE);
    let (Some(value), None) = (types.next(), types.next()) else { return false };
    let mime = value.to_str().ok().and_then(|text| text.parse::<Mime>().ok());
    let plain =
        headers.get_all(header::CONTENT_ENCODING).all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    plain && mime.is_some_and(|mime| mime.essence_str() == "application/json" && speaks_utf8(&mime))
}

fn speaks_utf8(mime: &Mime) -> bool {
    mime.get_param("charset").is_none_or(|charset| charset.as_str().eq_ignore_ascii_case("utf-8"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn accepted(header: &str) -> Accepted {
        Accepted::of(&TestRequest::default().insert_header((header::ACCEPT, header)).to_http_request())
    }

    const GRAPHQL: Option<Answer> = Some(Answer::Single(JsonType::GraphqlResponse));
    const JSON: Option<Answer> = Some(Answer::Single(JsonType::Json));

    #[test]
    fn no_accept_header_means_graphql_response() {
        let accepted = Accepted::of(&TestRequest::default().to_http_request());
        assert_eq!(accepted.for_result(), GRAPHQL);
        assert!(!accepted.takes_events());
    }

    #[test]
    fn highest_weight_wins_and_ties_prefer_graphql_response() {
        for (header, expected) in [
            ("*/*", GRAPHQL),
            ("application/*", GRAPHQL),
            ("application/json", JSON),
            ("APPLICATION/JSON", JSON),
            ("application/json; charset=utf-8", JSON),
            ("application/json, application/graphql-response+json", GRAPHQL),
            ("application/graphql-response+json;q=0.5, application/json;q=0.9", JSON),
            ("application/graphql-response+json, application/json;q=0.9", GRAPHQL),
            ("application/json, */*;q=0.1", JSON),
            ("application/graphql-response+json;q=0, */*", JSON),
            ("text/event-stream", Some(Answer::Events)),
            ("text/*, application/json;q=0.2", Some(Answer::Events)),
            ("text/event-stream, application/json", JSON),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/json; charset=iso-8859-1", None),
            ("not a media type", None),
            ("nonsense, application/json", JSON),
            ("application/json;q=7", None),
        ] {
            assert_eq!(accepted(header).for_result(), expected, "{header}");
        }
    }

    #[test]
    fn subscriptions_need_event_streams_by_name() {
        assert!(accepted("application/graphql-response+json, text/event-stream;q=0.1").takes_events());
        assert!(accepted("text/*").takes_events());
        assert!(!accepted("*/*").takes_events());
        assert!(!accepted("text/event-stream;q=0, */*").takes_events());
        assert!(!accepted("text/event-stream;q=0, text/*").takes_events());
    }

    #[test]
    fn errors_of_event_stream_clients_are_plain_json() {
        assert_eq!(accepted("text/event-stream").for_error(), JsonType::Json);
        assert_eq!(accepted("text/event-stream, application/*;q=0.1").for_error(), JsonType::GraphqlResponse);
    }

    #[test]
    fn only_uncompressed_utf8_json_is_a_body() {
        let plain = |headers: &[(&'static str, &'static str)]| {
            let mut request = TestRequest::default();
            for pair in headers {
                request = request.append_header(*pair);
            }
            is_plain_json(request.to_http_request().headers())
        };
        assert!(plain(&[("content-type", "application/json")]));
        assert!(plain(&[("content-type", "Application/JSON; charset=UTF-8")]));
        assert!(plain(&[("content-type", "application/json"), ("content-encoding", "identity")]));
        for refused in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "json"]
        {
            assert!(!plain(&[("content-type", refused)]), "{refused}");
        }
        assert!(!plain(&[]));
        assert!(!plain(&[("content-type", "application/json; charset=iso-8859-1")]));
        assert!(!plain(&[("content-type", "application/json"), ("content-type", "text/plain")]));
        assert!(!plain(&[("content-type", "application/json"), ("content-encoding", "gzip")]));
    }
}
