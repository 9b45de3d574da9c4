//! A small HTTP/1.1 server on loopback: GET and HEAD, keep-alive, gzip, ETag. Enough to be crawled, and no more.

use std::{
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use super::{Market, pages::Answer};

/// A request head longer than this is refused.
const MAX_HEAD: usize = 16 * 1024;
/// A connection that says nothing for so long is closed.
const IDLE: Duration = Duration::from_secs(30);

/// The market while it is served; dropping it closes its ports.
#[derive(Debug)]
pub struct Serving {
    /// Where harbour, taoyuan and laojie listen.
    pub addrs: [SocketAddr; 3],
    listeners: Vec<JoinHandle<()>>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        for listener in &self.listeners {
            listener.abort();
        }
    }
}

/// Why the market could not be served.
#[derive(Debug, thiserror::Error)]
#[error("could not listen on 127.0.0.1:{port}: {source}")]
pub struct Unservable {
    /// The port that was asked for; 0 for any.
    pub port: u16,
    source: io::Error,
}

/// What was asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) host: String,
    pub(super) agent: String,
    pub(super) gzip: bool,
    pub(super) etag: Option<String>,
    close: bool,
}

/// Listens on three ports of 127.0.0.1 (0 for any free one).
pub(super) async fn serve(market: Arc<Market>, ports: [u16; 3]) -> Result<Serving, Unservable> {
    let mut serving = Serving {
        addrs: [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); 3],
        listeners: Vec::new(),
    };
    for (site, port) in ports.into_iter().enumerate() {
        let refused = |source| Unservable { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(refused)?;
        serving.addrs[site] = listener.local_addr().map_err(refused)?;
        serving
            .listeners
            .push(tokio::spawn(accept(market.clone(), site, listener)));
    }
    Ok(serving)
}

/// Takes connections until it is aborted; its conversations end with it.
async fn accept(market: Arc<Market>, site: usize, listener: TcpListener) {
    let mut conversations = JoinSet::new();
    loop {
        tokio::select! {
            Ok((stream, _)) = listener.accept() => {
                conversations.spawn(converse(market.clone(), site, stream));
            }
            Some(_) = conversations.join_next() => {}
        }
    }
}

/// Answers one request after the other. A broken connection ends the conversation and nothing else.
async fn converse(market: Arc<Market>, site: usize, mut stream: TcpStream) {
    let mut read = Vec::new();
    while let Ok(Ok(Some(head))) =
        tokio::time::timeout(IDLE, next_head(&mut stream, &mut read)).await
    {
        let asked = understand(&head);
        let close = asked.as_ref().is_none_or(|asked| asked.close);
        let bytes = match asked {
            Some(asked) => {
                market.dawdle().await;
                wire(market.answer(site, &asked), &asked)
            }
            None => wire(
                Answer::plain(400, "send GET or HEAD without a body"),
                &Asked::default(),
            ),
        };
        if stream.write_all(&bytes).await.is_err() || close {
            return;
        }
    }
}

/// The next request head, without its empty line; none when the other side is done.
async fn next_head(stream: &mut TcpStream, read: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    loop {
        if let Some(end) = memchr::memmem::find(read, b"\r\n\r\n") {
            let head = read[..end].to_vec();
            read.drain(..end + 4);
            return Ok(Some(head));
        }
        if read.len() > MAX_HEAD || stream.read_buf(read).await? == 0 {
            return Ok(None);
        }
    }
}

fn understand(head: &[u8]) -> Option<Asked> {
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let mut asked = Asked {
        method: first.next()?.to_owned(),
        target: first
            .next()
            .filter(|target| target.starts_with('/'))?
            .to_owned(),
        ..Asked::default()
    };
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "host" => asked.host = value.to_owned(),
            "user-agent" => asked.agent = value.to_owned(),
            "accept-encoding" => {
                asked.gzip = value
                    .split(',')
                    .any(|coding| coding.trim().starts_with("gzip"))
            }
            "if-none-match" => asked.etag = Some(value.to_owned()),
            "connection" => asked.close = value.eq_ignore_ascii_case("close"),
            "content-length" | "transfer-encoding" if value != "0" => return None,
            _ => {}
        }
    }
    matches!(asked.method.as_str(), "GET" | "HEAD").then_some(asked)
}

/// The answer as bytes.
fn wire(answer: Answer, asked: &Asked) -> Vec<u8> {
    let reason = match answer.status {
        200 => "OK",
        304 => "Not Modified",
        400 => "Bad Request",
        404 => "Not Found",
        410 => "Gone",
        429 => "Too Many Requests",
        _ => "Internal Server Error",
    };
    let now = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&jiff::Timestamp::now());
    let mut head = format!(
        "HTTP/1.1 {} {reason}\r\nDate: {}\r\n",
        answer.status,
        now.unwrap_or_default()
    );
    if answer.status != 304 {
        head.push_str(&format!(
            "Content-Type: {}\r\nContent-Length: {}\r\n",
            answer.kind,
            answer.body.len()
        ));
    }
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut bytes = (head + "\r\n").into_bytes();
    if asked.method != "HEAD" {
        bytes.extend_from_slice(&answer.body);
    }
    bytes
}

/// Packs an answer's body with gzip.
pub(super) fn gzip(answer: &mut Answer) -> io::Result<()> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(&answer.body)?;
    answer.body = packer.finish()?;
    answer.headers.push(("Content-Encoding", "gzip".to_owned()));
    answer.headers.push(("Vary", "Accept-Encoding".to_owned()));
    Ok(())
}
