//! A server on a loopback address that answers as it is told to.

use std::{
    collections::BTreeMap,
    io::Write,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Barrier,
};
use url::Url;

use crate::{
    fetch::{Client, FetchConfig, Policy},
    text::{
        hours::Hours,
        measure::{Period, Rate, Size},
    },
};

/// How the shop answers one path.
#[derive(Clone)]
pub(super) enum Answer {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A body without end.
    Endless,
    /// A body a byte at a time, each when the client has long lost patience with the last.
    Drip,
    /// These bytes, and then the connection is closed.
    Last(Vec<u8>),
    /// The connection is torn down.
    Reset,
    /// Nothing before so many requests are there together.
    Together(Arc<Barrier>),
}

/// A server on a loopback address that writes down what it is asked.
pub(super) struct Shop {
    pub(super) address: SocketAddr,
    pub(super) asked: Arc<Mutex<Vec<String>>>,
    pub(super) most: Arc<AtomicUsize>,
}

pub(super) fn answer(status: &str, headers: &str, body: &[u8]) -> Answer {
    let length = body.len();
    let mut bytes =
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n").into_bytes();
    bytes.extend_from_slice(body);
    Answer::Bytes(bytes)
}

impl Shop {
    pub(super) async fn open(answers: impl IntoIterator<Item = (&'static str, Answer)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shop = Self {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
            most: Arc::default(),
        };
        let answers: BTreeMap<_, _> = answers.into_iter().collect();
        let (asked, most) = (Arc::clone(&shop.asked), Arc::clone(&shop.most));
        tokio::spawn(async move {
            let now = Arc::new(AtomicUsize::new(0));
            while let Ok((stream, _)) = listener.accept().await {
                let (asked, most, now) = (asked.clone(), most.clone(), now.clone());
                tokio::spawn(serve(stream, answers.clone(), asked, most, now));
            }
        });
        shop
    }

    pub(super) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub(super) fn paths(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .map(|head| head.split(' ').nth(1).unwrap().to_owned())
            .collect()
    }

    pub(super) fn client(&self, concurrency: u32) -> Client {
        self.impatient_client(concurrency, Duration::from_secs(30))
    }

    pub(super) fn impatient_client(&self, concurrency: u32, timeout: Duration) -> Client {
        let policy = Policy {
            concurrency,
            ..Self::policy()
        };
        self.client_with(policy, timeout)
    }

    /// Asked as fast as it goes, one request at a time.
    pub(super) fn policy() -> Policy {
        Policy {
            rate: Rate {
                count: 100_000,
                per: Duration::from_secs(1),
            },
            concurrency: 1,
            loopback: true,
            quiet: Hours::default(),
            cookies: false,
        }
    }

    pub(super) fn client_with(&self, policy: Policy, timeout: Duration) -> Client {
        let config = FetchConfig {
            contact: "https://example.org/crawler".to_owned(),
            max_body: Size(100_000),
            timeout: Period(timeout),
            ..FetchConfig::default()
        };
        let hosts = BTreeMap::from([(self.address.to_string(), policy)]);
        Client::new(&config, hosts).unwrap()
    }
}

async fn serve(
    mut stream: TcpStream,
    answers: BTreeMap<&'static str, Answer>,
    asked: Arc<Mutex<Vec<String>>>,
    most: Arc<AtomicUsize>,
    now: Arc<AtomicUsize>,
) {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let head = String::from_utf8(head).unwrap();
        let path = head.split(' ').nth(1).unwrap().to_owned();
        asked.lock().unwrap().push(head);
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let found = answers.get(path.as_str()).cloned();
        let bytes = match found.unwrap_or_else(|| answer("404 Not Found", "", b"")) {
            Answer::Bytes(bytes) => bytes,
            Answer::Together(barrier) => {
                barrier.wait().await;
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec()
            }
            Answer::Last(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Answer::Reset => {
                let _ = stream.set_zero_linger();
                return;
            }
            Answer::Endless => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
                while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
                return;
            }
            Answer::Drip => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nx").await;
                // Ends when the client hangs up.
                let _ = stream.read_u8().await;
                return;
            }
        };
        now.fetch_sub(1, Ordering::SeqCst);
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

pub(super) fn zipped(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}
