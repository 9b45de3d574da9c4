//! The virtual hosts: a port of 127.0.0.1 each, and a log of who came when.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};

use crate::{
    arrival::{self, Moment, now},
    script::{Robots, Script, Trouble},
};

/// One request as the server saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) agent: String,
    /// When its last byte came.
    pub(crate) came: Moment,
    /// When the answer was handed to the connection, or the connection was found closed.
    pub(crate) answered: Option<Moment>,
    /// 0: never answered.
    pub(crate) status: u16,
    /// How long the host asked to be left alone.
    pub(crate) retry_after: Option<Duration>,
}

impl Seen {
    pub(crate) fn robots(&self) -> bool {
        self.path.starts_with("/robots")
    }

    /// Not answered as one would like.
    pub(crate) fn trouble(&self) -> bool {
        self.status == 0 || self.status == 429 || self.status >= 500
    }
}

/// A host being served.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) script: Script,
    pub(crate) addr: SocketAddr,
    pages: u64,
    asked: AtomicU64,
    log: Mutex<Vec<Seen>>,
}

impl Host {
    /// Listens for as long as the runtime lives.
    pub(crate) async fn open(script: Script, pages: u64) -> io::Result<Arc<Self>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        arrival::noted(&listener)?;
        let host = Arc::new(Self {
            script,
            addr: listener.local_addr()?,
            pages,
            asked: AtomicU64::new(0),
            log: Mutex::default(),
        });
        let serving = Arc::clone(&host);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(Arc::clone(&serving), stream));
            }
        });
        Ok(host)
    }

    /// `host:port`.
    pub(crate) fn name(&self) -> String {
        self.addr.to_string()
    }

    /// Every request so far, in the order in which they came.
    pub(crate) fn log(&self) -> Vec<Seen> {
        let mut log = self.entries().clone();
        log.sort_by_key(|seen| seen.came);
        log
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Vec<Seen>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, seen: Seen) -> usize {
        let mut log = self.entries();
        log.push(seen);
        log.len() - 1
    }

    fn answered(&self, entry: usize, status: u16, retry_after: Option<Duration>) {
        let now = now();
        if let Some(seen) = self.entries().get_mut(entry) {
            seen.answered = Some(now);
            seen.status = status;
            seen.retry_after = retry_after;
        }
    }
}

async fn converse(host: Arc<Host>, mut stream: TcpStream) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let mut read = Vec::new();
    let mut came = now();
    loop {
        let Some(end) = memchr::memmem::find(&read, b"\r\n\r\n") else {
            match arrival::read(&stream, &mut read).await {
                Ok(Some(at)) if read.len() < 1 << 16 => came = at,
                _ => return,
            }
            continue;
        };
        let head = String::from_utf8_lossy(&read[..end]).into_owned();
        read.drain(..end + 4);
        let entry = host.note(seen(&head, came));
        let path = head.split(' ').nth(1).unwrap_or("/");
        let Some(answer) = answer(&host, path).await else {
            // Silence: until the other side has had enough.
            let _ = arrival::read(&stream, &mut read).await;
            host.answered(entry, 0, None);
            return;
        };
        host.answered(entry, answer.status, answer.retry_after);
        if stream.write_all(&answer.bytes()).await.is_err() {
            return;
        }
    }
}

fn seen(head: &str, came: Moment) -> Seen {
    let agent = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("user-agent")
            .then(|| value.trim())
    });
    Seen {
        path: head.split(' ').nth(1).unwrap_or("/").to_owned(),
        agent: agent.unwrap_or_default().to_owned(),
        came,
        answered: None,
        status: 0,
        retry_after: None,
    }
}

struct Answer {
    status: u16,
    headers: String,
    retry_after: Option<Duration>,
    body: String,
}

impl Answer {
    fn new(status: u16, body: String) -> Self {
        Self {
            status,
            headers: String::new(),
            retry_after: None,
            body,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        format!(
            "HTTP/1.1 {} X\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n{}\r\n{}",
            self.status,
            self.body.len(),
            self.headers,
            self.body
        )
        .into_bytes()
    }
}

/// None: silence.
async fn answer(host: &Host, path: &str) -> Option<Answer> {
    if path.starts_with("/robots") {
        return Some(robots(host, path));
    }
    tokio::time::sleep(host.script.latency).await;
    let nth = host.asked.fetch_add(1, Ordering::Relaxed) + 1;
    if !host.script.troubles(nth) {
        return Some(Answer::new(200, page(host, path)));
    }
    let asking = |status, value: String, left| Answer {
        headers: format!("Retry-After: {value}\r\n"),
        retry_after: Some(left),
        ..Answer::new(status, String::new())
    };
    match host.script.trouble {
        Trouble::None | Trouble::Silence => None,
        Trouble::Bare(status) => Some(Answer::new(status, String::new())),
        Trouble::Seconds(status, seconds) => Some(asking(
            status,
            seconds.to_string(),
            Duration::from_secs(seconds),
        )),
        Trouble::Date(status, seconds) => {
            let now = jiff::Timestamp::now();
            let whole = now.as_second() + 1 + seconds as i64;
            let until = jiff::Timestamp::from_second(whole).ok()?;
            let date = jiff::fmt::rfc2822::DateTimePrinter::new()
                .timestamp_to_rfc9110_string(&until)
                .ok()?;
            let left = Duration::try_from(until.duration_since(now)).ok()?;
            Some(asking(status, date, left))
        }
    }
}

fn robots(host: &Host, path: &str) -> Answer {
    let file = |rest: &str| {
        let text = format!("User-agent: *\nDisallow: /private/\n{rest}");
        Answer::new(200, text)
    };
    let moved = |to: &str| Answer {
        headers: format!("Location: {to}\r\n"),
        ..Answer::new(301, String::new())
    };
    match (host.script.robots, path) {
        (Robots::None, _) => Answer::new(404, String::new()),
        (Robots::Plain, _) => file(""),
        (Robots::Delay(ms), _) => file(&format!("Crawl-delay: {}\n", ms as f64 / 1e3)),
        (Robots::Moved, "/robots.txt") => moved("/robots-1.txt"),
        (Robots::Moved, "/robots-1.txt") => moved("/robots-2.txt"),
        (Robots::Moved, _) => file(""),
        (Robots::Late, _) => match host.asked.fetch_add(1, Ordering::Relaxed) {
            0 => Answer::new(503, String::new()),
            _ => file(""),
        },
    }
}

/// The first page leads to all others, and to some that are forbidden.
fn page(host: &Host, path: &str) -> String {
    let mut body = "<!doctype html><title>a page</title><p>text</p>".to_owned();
    if path == "/" {
        let private = (0..5).map(|n| format!("<a href=/private/{n}>no</a>"));
        let private = private.filter(|_| host.script.robots != Robots::None);
        let pages = (0..host.pages).map(|n| format!("<a href=/p/{n}>yes</a>"));
        body.extend(private.chain(pages));
    }
    body
}
