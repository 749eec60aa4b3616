//! Papers: references elsewhere, and files that lie here.

use reqwest::StatusCode;

use super::*;

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n";

fn file(item: &str, size: usize) -> Value {
    json!({ "agendaItemId": item, "kind": "PRESENTATION", "name": "Größe.pdf",
        "source": { "file": { "documentType": "PDF", "sizeBytes": size } } })
}

fn reference(item: &str, url: &str) -> Value {
    json!({ "agendaItemId": item, "kind": "PROPOSAL", "name": "Vorlage", "source": { "url": url } })
}

async fn call(round: &Round, user: &Client, path: &str, content: Option<Vec<u8>>) -> reqwest::Response {
    let http = reqwest::Client::new();
    let url = round.app.url(path);
    let request = match content {
        Some(content) => http.put(url).body(content),
        None => http.get(url),
    };
    let request = match &user.token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    request.send().await.unwrap()
}

async fn code(response: reqwest::Response) -> String {
    let body: Value = response.json().await.unwrap();
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
}

both_databases! {
    async fn a_reference_is_an_https_address_with_a_host_and_without_credentials(db: TestDatabase) {
        let round = Round::open(db, 1, json!({})).await;
        let meeting = round.planned().await;
        let item = round.item(&meeting, "Bericht", json!({})).await;
        for url in ["http://ris.example/vo0050.php", "javascript:alert(1)", "//ris.example", "https://", "ftp://ris.example/a",
            "https://user:secret@ris.example/", "data:text/html,x", "vo0050.php?__kvonr=1", "https://a b.example/"] {
            assert_eq!(refused(&round.coordinator, "paperAdd", reference(&item, url)).await, rule("URL_UNSUITABLE", "source.url"), "{url}");
        }
        let url = "https://www.kreis.example/sessionnet/sessionnetbi/vo0050.php?__kvonr=5924";
        let paper = done(&round.coordinator, "paperAdd", reference(&item, url), "paper { id url fileUrl storedAt agendaItem { title } }").await;
        assert_eq!((&paper["url"], &paper["fileUrl"]), (&json!(url), &Value::Null));
        let nowhere = json!({ "kind": "OTHER", "name": "x", "source": { "url": url } });
        assert_eq!(refused(&round.coordinator, "paperAdd", nowhere).await.0, "NOT_FOUND");
        let path = format!("/papers/{}", id(&paper));
        assert_eq!(code(call(&round, &round.coordinator, &path, Some(PDF.to_vec())).await).await, "DOCUMENT_NOT_AWAITED");
        assert_eq!(code(call(&round, &round.coordinator, &path, None).await).await, "NOT_FOUND");
    }

    async fn a_file_comes_as_it_was_announced_once_and_goes_out_unchanged(db: TestDatabase) {
        let round = Round::open(db, 1, json!({})).await;
        let meeting = round.planned().await;
        let item = round.item(&meeting, "Bericht", json!({})).await;
        // Longer than one piece.
        let content = [b"%PDF-1.7\n".as_slice(), &vec![b'x'; 600_000], b"\n%%EOF\n"].concat();
        let paper = done(&round.coordinator, "paperAdd", file(&item, content.len()), "paper { id fileUrl storedAt sizeBytes }").await;
        let path = paper["fileUrl"].as_str().unwrap();
        assert_eq!(path, format!("/papers/{}", id(&paper)));
        assert_eq!(code(call(&round, &round.coordinator, path, None).await).await, "NOT_FOUND", "nothing came yet");
        assert_eq!(code(call(&round, &round.coordinator, path, Some(PDF.to_vec())).await).await, "DOCUMENT_SIZE_MISMATCH");
        let web = [b"<html>".as_slice(), &vec![b'x'; content.len() - 6]].concat();
        assert_eq!(code(call(&round, &round.coordinator, path, Some(web)).await).await, "DOCUMENT_TYPE_MISMATCH");
        for stranger in [round.app.employer().await, round.app.supervisor().await] {
            assert_eq!(code(call(&round, &stranger, path, Some(content.clone())).await).await, "FORBIDDEN");
        }
        assert_eq!(call(&round, &round.app.nobody(), path, Some(content.clone())).await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(call(&round, &round.coordinator, path, Some(content.clone())).await.status(), StatusCode::CREATED);
        assert_eq!(code(call(&round, &round.coordinator, path, Some(content.clone())).await).await, "DOCUMENT_NOT_AWAITED");
        let response = call(&round, &round.app.supervisor().await, path, None).await;
        assert_eq!(response.headers()["content-type"], "application/pdf");
        assert!(response.headers()["content-disposition"].to_str().unwrap().ends_with("filename*=UTF-8''Gr%C3%B6%C3%9Fe.pdf"));
        assert_eq!(response.bytes().await.unwrap(), content);
        assert_eq!(code(call(&round, &round.app.employer().await, path, None).await).await, "NOT_FOUND");
        assert_eq!(call(&round, &round.app.nobody(), path, None).await.status(), StatusCode::UNAUTHORIZED);
        done(&round.coordinator, "paperRemove", json!({ "paperId": paper["id"] }), "paper { id }").await;
        assert_eq!(code(call(&round, &round.coordinator, path, None).await).await, "NOT_FOUND");
        let mut tables = Tables::open(round.app.db.url()).await;
        let demo = tables.count("paper_content").await;
        assert_eq!(demo, 1, "the pieces go with the paper; the demo has one of its own");
    }

    async fn a_file_of_200_mb_is_refused_before_it_is_read(db: TestDatabase) {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

        let round = Round::open(db, 1, json!({})).await;
        let meeting = round.planned().await;
        let item = round.item(&meeting, "Bericht", json!({})).await;
        let large = 200 * 1024 * 1024;
        assert_eq!(refused(&round.coordinator, "paperAdd", file(&item, large)).await, rule("DOCUMENT_TOO_LARGE", "source.file.sizeBytes"));
        assert_eq!(refused(&round.coordinator, "paperAdd", file(&item, 0)).await, rule("DOCUMENT_EMPTY", "source.file.sizeBytes"));
        let paper = done(&round.coordinator, "paperAdd", file(&item, 20 * 1024 * 1024), "paper { id }").await;
        let token = round.coordinator.token.clone().unwrap();
        let mut socket = tokio::net::TcpStream::connect(round.app.address).await.unwrap();
        let head = format!("PUT /papers/{} HTTP/1.1\r\nHost: kim\r\nAuthorization: Bearer {token}\r\nContent-Length: {large}\r\n\r\n", id(&paper));
        socket.write_all(head.as_bytes()).await.unwrap();
        // Not one byte of the body was sent.
        let mut answer = vec![0; 4096];
        let read = tokio::time::timeout(std::time::Duration::from_secs(10), socket.read(&mut answer)).await.unwrap().unwrap();
        let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        let mut socket = tokio::net::TcpStream::connect(round.app.address).await.unwrap();
        let head = format!("PUT /papers/{} HTTP/1.1\r\nHost: kim\r\nAuthorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\n\r\n", id(&paper));
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; 4096];
        let read = tokio::time::timeout(std::time::Duration::from_secs(10), socket.read(&mut answer)).await.unwrap().unwrap();
        assert!(String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 400"), "its length has to be said");
    }
}
