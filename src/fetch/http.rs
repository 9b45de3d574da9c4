//! The polite HTTP client: every hop of every request passes guard, robots.txt and pace.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tracing::Instrument;
use url::Url;

use super::{
    Decision, Error, Fetch, FetchConfig, HostState, Policy, Robots,
    exchange::{Bounds, Wire, guarded},
    guard::Guard,
    host::Site,
    host_of,
    hosts::{Clock, Hosts},
    pace::{Outcome, retry_after},
    robots,
};
use crate::{
    model::{Page, Time, Waiting},
    text::decode::unpack,
};

/// Redirects followed for one page.
const HOPS: u32 = 10;
/// Redirects followed for one robots.txt (RFC 9309, 2.3.1.2).
const ROBOTS_HOPS: u32 = 5;
/// A robots.txt that takes longer is out of reach.
const ROBOTS_TIMEOUT: Duration = Duration::from_secs(15);

/// The polite HTTP client.
#[derive(Debug)]
pub struct Client {
    wire: Wire,
    guard: Guard,
    hosts: Hosts,
    agent: String,
    clock: Clock,
    page: Bounds,
    robots: Bounds,
}

impl Client {
    /// A client; `hosts` maps `host:port` to its policy, other hosts get `config`'s and no loopback.
    ///
    /// # Errors
    /// `Error::Setup` where the TLS library cannot be set up.
    pub fn new(config: &FetchConfig, hosts: BTreeMap<String, Policy>) -> Result<Self, Error> {
        Self::with_clock(config, hosts, Time::now)
    }

    /// As `new`, with a clock of the caller's.
    ///
    /// # Errors
    /// As `new`.
    pub fn with_clock(
        config: &FetchConfig,
        hosts: BTreeMap<String, Policy>,
        clock: impl Fn() -> Time + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let clock = Clock(Arc::new(clock));
        let agent = robots::product_token(&config.user_agent).to_owned();
        let looped = hosts.iter().filter(|(_, policy)| policy.loopback);
        let guard = Guard::new(looped.map(|(host, _)| host.clone()));
        let usual = Policy {
            rate: config.rate,
            concurrency: config.concurrency,
            loopback: false,
        };
        Ok(Self {
            wire: Wire::new(config, guard.clone(), clock.clone())?,
            guard,
            hosts: Hosts::new(usual, hosts, agent.clone(), clock.clone()),
            agent,
            clock,
            page: Bounds {
                body: config.max_body.0,
                timeout: config.timeout.0,
            },
            robots: Bounds {
                body: robots::LIMIT as u64,
                timeout: config.timeout.0.min(ROBOTS_TIMEOUT),
            },
        })
    }

    /// What robots.txt says of `url`; it is fetched where it is not known.
    ///
    /// # Errors
    /// `Later` where it is out of reach, `Guarded` where its host may not be asked.
    pub async fn decide(&self, url: &Url) -> Result<Decision, Error> {
        self.check(url)?;
        let rules = self.rules(url).await?;
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        Ok(rules.allowed(&self.agent, path))
    }

    async fn obey(&self, url: &Url) -> Result<(), Error> {
        let decision = self.decide(url).await?;
        if decision.allowed {
            return Ok(());
        }
        let (number, text) = decision.line.unwrap_or_default();
        Err(Error::Refused {
            url: url.clone(),
            line: format!("line {number}: {text}"),
        })
    }

    /// The rules of the host, read at most once at a time and once a day.
    async fn rules(&self, url: &Url) -> Result<Arc<Robots>, Error> {
        let host = host_of(url);
        let (mut site, reading) = self.hosts.site(&host);
        if matches!(site, Site::Unread) {
            let _alone = reading.lock().await;
            (site, _) = self.hosts.site(&host);
            if matches!(site, Site::Unread) {
                site = self.hosts.read_site(&host, self.robots_txt(url).await?);
            }
        }
        match site {
            Site::Read { rules, .. } => Ok(rules),
            Site::OutOfReach { until, cause } => Err(Error::Later {
                url: url.clone(),
                until,
                cause,
            }),
            Site::Unread => Ok(Arc::default()),
        }
    }

    /// The text of the host's robots.txt, none where there is none; the inner error says why it is out of reach.
    async fn robots_txt(&self, url: &Url) -> Result<Result<Option<String>, String>, Error> {
        let mut place = url.clone();
        place.set_path("/robots.txt");
        place.set_query(None);
        place.set_fragment(None);
        match self.follow_robots(place).await {
            Ok(page) if (200..300).contains(&page.status) => Ok(plain_text(&page).map(Some)),
            Ok(page) if page.status < 500 => Ok(Ok(None)),
            Ok(page) => Ok(Err(format!("robots.txt: answered {}", page.status))),
            Err(Error::Failed { why, .. }) => Ok(Err(format!("robots.txt: {why}"))),
            Err(error) => Err(error),
        }
    }

    async fn follow_robots(&self, mut url: Url) -> Result<Page, Error> {
        for _ in 0..=ROBOTS_HOPS {
            let page = self.ask(&url, self.robots).await?;
            match redirect(&page)? {
                None => return Ok(page),
                Some(next) => url = next,
            }
        }
        Err(too_many(url, ROBOTS_HOPS))
    }

    /// Follows redirects from `url`, asking at every hop whether it may be asked for.
    async fn follow(&self, url: &Url) -> Result<Page, Error> {
        let mut url = url.clone();
        url.set_fragment(None);
        for hop in 0..=HOPS {
            if let Err(refusal) = self.obey(&url).await {
                if hop == 0 {
                    self.hosts.forgo(&host_of(&url));
                }
                return Err(refusal);
            }
            let page = self.ask(&url, self.page).await?;
            match redirect(&page)? {
                None => return Ok(page),
                Some(next) => url = next,
            }
        }
        Err(too_many(url, HOPS))
    }

    fn check(&self, url: &Url) -> Result<(), Error> {
        self.guard
            .check_url(url)
            .map_err(|refusal| guarded(url, refusal))
    }

    /// Asks once, in the host's turn, and lets its pace learn from the answer.
    async fn ask(&self, url: &Url, bounds: Bounds) -> Result<Page, Error> {
        self.check(url)?;
        let host = host_of(url);
        let slot = self.hosts.admit(url).await?;
        let answer = self.wire.exchange(url, bounds).await;
        let outcome = match &answer {
            Ok(page) => self.outcome(page),
            Err(Error::Failed { why, .. }) => Outcome::Failed(why.clone()),
            Err(_) => Outcome::Answered,
        };
        tracing::debug!(%host, ?outcome, "asked");
        let pausing = matches!(outcome, Outcome::Pause { .. });
        let paused = self.hosts.settle(&host, outcome);
        drop(slot);
        match paused {
            Some((until, cause)) if pausing => Err(Error::Later {
                url: url.clone(),
                until,
                cause,
            }),
            _ => answer,
        }
    }

    fn outcome(&self, page: &Page) -> Outcome {
        match page.status {
            status @ (429 | 503) => Outcome::Pause {
                status,
                asked: page
                    .header("retry-after")
                    .and_then(|value| retry_after(value, self.clock.now())),
            },
            status @ 500.. => Outcome::Failed(format!("answered {status}")),
            _ => Outcome::Answered,
        }
    }
}

/// What a robots.txt says once its content coding is undone. What cannot be read may forbid anything.
fn plain_text(page: &Page) -> Result<String, String> {
    // Once unpacked it may be larger than what is parsed of it, but not by far.
    let limit = 8 * robots::LIMIT as u64;
    let bytes = unpack(&page.body, page.header("content-encoding"), limit);
    let bytes = bytes.map_err(|error| format!("robots.txt: {error}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Fetch for Client {
    fn turn(&self, host: &str, now: Time) -> Result<(), Waiting> {
        self.hosts.turn(host, now)
    }

    fn waiting(&self, host: &str, now: Time) -> Option<Waiting> {
        self.hosts.waiting(host, now)
    }

    fn state(&self, host: &str) -> Option<HostState> {
        self.hosts.state(host)
    }

    fn restore(&self, states: Vec<HostState>, clean: bool) {
        self.hosts.restore(states, clean);
    }

    async fn fetch(&self, url: &Url) -> Result<Page, Error> {
        let span = tracing::info_span!("page", host = host_of(url), %url);
        self.follow(url).instrument(span).await
    }
}

fn too_many(url: Url, hops: u32) -> Error {
    Error::Failed {
        url,
        why: format!("more than {hops} redirects"),
        again: false,
    }
}

/// Where a redirect leads; none where the page is none.
fn redirect(page: &Page) -> Result<Option<Url>, Error> {
    if !(300..400).contains(&page.status) {
        return Ok(None);
    }
    let failed = |why: String| Error::Failed {
        url: page.url.clone(),
        why,
        again: false,
    };
    let Some(place) = page.header("location") else {
        return Err(failed(format!("answered {} without a place", page.status)));
    };
    match page.url.join(place) {
        Ok(mut url) => {
            url.set_fragment(None);
            Ok(Some(url))
        }
        Err(error) => Err(failed(format!("redirect to '{place}': {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        net::SocketAddr,
        sync::{
            Mutex,
            atomic::{AtomicUsize, Ordering},
        },
    };

    use flate2::{Compression, write::GzEncoder};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
        sync::Barrier,
    };

    use super::*;
    use crate::text::measure::{Period, Rate, Size};

    /// How the shop answers one path.
    #[derive(Clone)]
    enum Answer {
        /// These bytes.
        Bytes(Vec<u8>),
        /// A body without end.
        Endless,
        /// A body a byte at a time, each when the client has long lost patience with the last.
        Drip,
        /// Nothing before so many requests are there together.
        Together(Arc<Barrier>),
    }

    /// A server on a loopback address that writes down what it is asked.
    struct Shop {
        address: SocketAddr,
        asked: Arc<Mutex<Vec<String>>>,
        most: Arc<AtomicUsize>,
    }

    fn answer(status: &str, headers: &str, body: &[u8]) -> Answer {
        let length = body.len();
        let mut bytes =
            format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n").into_bytes();
        bytes.extend_from_slice(body);
        Answer::Bytes(bytes)
    }

    impl Shop {
        async fn open(answers: impl IntoIterator<Item = (&'static str, Answer)>) -> Self {
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

        fn url(&self, path: &str) -> Url {
            Url::parse(&format!("http://{}{path}", self.address)).unwrap()
        }

        fn paths(&self) -> Vec<String> {
            let asked = self.asked.lock().unwrap();
            asked
                .iter()
                .map(|head| head.split(' ').nth(1).unwrap().to_owned())
                .collect()
        }

        fn client(&self, concurrency: u32) -> Client {
            self.impatient_client(concurrency, Duration::from_secs(30))
        }

        fn impatient_client(&self, concurrency: u32, timeout: Duration) -> Client {
            let policy = Policy {
                rate: Rate {
                    count: 100_000,
                    per: Duration::from_secs(1),
                },
                concurrency,
                loopback: true,
            };
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

    fn zipped(text: &str) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        gzip.finish().unwrap()
    }

    #[tokio::test]
    async fn a_page_is_kept_as_it_was_on_the_wire() {
        let body = zipped("a fine kettle");
        let html = answer(
            "200 OK",
            "Content-Type: text/html\r\nContent-Encoding: gzip\r\n",
            &body,
        );
        let shop = Shop::open([("/kettle?size=2", html)]).await;
        let client = shop.client(1);
        let page = client.fetch(&shop.url("/kettle?size=2#top")).await.unwrap();
        assert_eq!((page.status, page.truncated), (200, false));
        assert_eq!(page.body, body);
        assert_eq!(page.url, shop.url("/kettle?size=2"));
        assert_eq!(page.remote, Some(shop.address));
        assert_eq!(
            String::from_utf8(page.head.clone()).unwrap(),
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                body.len()
            )
        );
        assert_eq!(page.header("content-encoding"), Some("gzip"));
        let asked = shop.asked.lock().unwrap().clone();
        assert_eq!(asked[1].as_bytes(), page.request);
        assert!(asked[0].starts_with("GET /robots.txt HTTP/1.1\r\n"));
        let agent = format!(
            "user-agent: listwarden/{} (+https://example.org/crawler)\r\n",
            env!("CARGO_PKG_VERSION")
        );
        assert!(asked.iter().all(|head| head.contains(&agent)), "{asked:?}");
    }

    #[tokio::test]
    async fn robots_txt_is_read_once_and_obeyed_at_every_hop() {
        let robots = answer("200 OK", "", b"User-agent: *\nDisallow: /private\n");
        let shop = Shop::open([
            ("/robots.txt", robots),
            (
                "/old",
                answer("301 Moved Permanently", "Location: new#part\r\n", b""),
            ),
            ("/new", answer("200 OK", "", b"here")),
            (
                "/trap",
                answer("302 Found", "Location: /private/list\r\n", b""),
            ),
        ])
        .await;
        let client = shop.client(1);
        assert_eq!(
            client.fetch(&shop.url("/old")).await.unwrap().url,
            shop.url("/new")
        );
        for path in ["/private/1", "/trap"] {
            let refused = client.fetch(&shop.url(path)).await;
            assert!(
                matches!(&refused, Err(Error::Refused { line, .. }) if line == "line 2: Disallow: /private"),
                "{refused:?}"
            );
        }
        assert_eq!(shop.paths(), ["/robots.txt", "/old", "/new", "/trap"]);
    }

    #[tokio::test]
    async fn a_robots_txt_that_comes_packed_is_unpacked_and_a_damaged_one_is_out_of_reach() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(b"User-agent: *\nDisallow: /private\n")
            .unwrap();
        let packed = answer(
            "200 OK",
            "Content-Encoding: gzip\r\n",
            &gzip.finish().unwrap(),
        );
        let shop = Shop::open([("/robots.txt", packed)]).await;
        let refused = shop.client(1).fetch(&shop.url("/private/1")).await;
        assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
        let damaged = answer("200 OK", "Content-Encoding: gzip\r\n", b"no gzip");
        let shop = Shop::open([("/robots.txt", damaged)]).await;
        let later = shop.client(1).fetch(&shop.url("/")).await;
        assert!(matches!(later, Err(Error::Later { .. })), "{later:?}");
    }

    #[tokio::test]
    async fn without_its_robots_txt_a_host_is_not_asked() {
        let broken = answer("500 Internal Server Error", "", b"");
        let shop = Shop::open([("/robots.txt", broken), ("/", answer("200 OK", "", b""))]).await;
        let client = shop.client(1);
        for _ in 0..2 {
            let later = client.fetch(&shop.url("/")).await;
            assert!(matches!(later, Err(Error::Later { .. })), "{later:?}");
        }
        assert_eq!(shop.paths(), ["/robots.txt"]);
        assert!(
            client
                .waiting(&shop.address.to_string(), Time::now())
                .is_some()
        );
    }

    #[tokio::test]
    async fn no_redirect_leads_to_another_machine_than_a_public_one() {
        let shop = Shop::open([
            (
                "/a",
                answer("302 Found", "Location: http://10.0.0.1/\r\n", b""),
            ),
            (
                "/b",
                answer("302 Found", "Location: http://2130706433:9/\r\n", b""),
            ),
            (
                "/c",
                answer("302 Found", "Location: http://localhost:9/\r\n", b""),
            ),
            (
                "/d",
                answer("302 Found", "Location: file:///etc/passwd\r\n", b""),
            ),
            ("/e", answer("302 Found", "Location: /e\r\n", b"")),
            ("/f", answer("304 Not Modified", "", b"")),
        ])
        .await;
        let client = shop.client(1);
        for path in ["/a", "/b", "/c", "/d"] {
            let refused = client.fetch(&shop.url(path)).await;
            assert!(
                matches!(refused, Err(Error::Guarded { .. })),
                "{path}: {refused:?}"
            );
        }
        for path in ["/e", "/f"] {
            let failed = client.fetch(&shop.url(path)).await;
            assert!(
                matches!(failed, Err(Error::Failed { again: false, .. })),
                "{path}: {failed:?}"
            );
        }
        assert_eq!(shop.paths().iter().filter(|path| *path == "/e").count(), 11);
    }

    #[tokio::test]
    async fn a_body_without_end_is_cut() {
        let shop = Shop::open([("/", Answer::Endless)]).await;
        let page = shop.client(1).fetch(&shop.url("/")).await.unwrap();
        assert!(page.truncated);
        assert_eq!(page.body.len(), 100_000);
    }

    #[tokio::test]
    async fn a_dripping_body_runs_out_of_time_and_the_host_gets_a_pause() {
        let shop = Shop::open([("/", Answer::Drip)]).await;
        let client = shop.impatient_client(1, Duration::from_secs(1));
        let failed = client.fetch(&shop.url("/")).await;
        assert!(
            matches!(&failed, Err(Error::Failed { why, again: true, .. }) if why == "not complete within 1s"),
            "{failed:?}"
        );
        let later = client.fetch(&shop.url("/")).await;
        assert!(matches!(later, Err(Error::Later { .. })), "{later:?}");
    }

    #[tokio::test]
    async fn a_429_is_heeded_and_nothing_is_asked_meanwhile() {
        let tired = answer("429 Too Many Requests", "Retry-After: 3600\r\n", b"");
        let shop = Shop::open([("/", tired), ("/other", answer("200 OK", "", b""))]).await;
        let client = shop.client(1);
        let before = Time::now();
        for path in ["/", "/other"] {
            let later = client.fetch(&shop.url(path)).await;
            assert!(
                matches!(&later, Err(Error::Later { until, .. }) if until.duration_since(before).as_secs() >= 3600),
                "{later:?}"
            );
        }
        assert_eq!(shop.paths(), ["/robots.txt", "/"]);
    }

    #[tokio::test]
    async fn an_error_page_is_a_page_and_a_server_error_a_pause() {
        let shop = Shop::open([("/broken", answer("502 Bad Gateway", "", b"sorry"))]).await;
        let client = shop.client(1);
        assert_eq!(client.fetch(&shop.url("/gone")).await.unwrap().status, 404);
        assert_eq!(
            client.fetch(&shop.url("/broken")).await.unwrap().body,
            b"sorry"
        );
        assert!(matches!(
            client.waiting(&shop.address.to_string(), Time::now()),
            Some(Waiting::Backoff { .. })
        ));
    }

    #[tokio::test]
    async fn requests_to_one_host_go_side_by_side_up_to_its_limit() {
        let pair = Answer::Together(Arc::new(Barrier::new(2)));
        let shop = Shop::open([("/", pair)]).await;
        let client = Arc::new(shop.client(2));
        let asking: Vec<_> = (0..6)
            .map(|_| {
                let (client, url) = (Arc::clone(&client), shop.url("/"));
                tokio::spawn(async move { client.fetch(&url).await.map(|page| page.status) })
            })
            .collect();
        for page in asking {
            assert_eq!(page.await.unwrap().unwrap(), 200);
        }
        assert_eq!(shop.most.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_refused_by_the_resolver() {
        let shop = Shop::open([("/", answer("200 OK", "", b""))]).await;
        let url = Url::parse(&format!("http://localhost:{}/", shop.address.port())).unwrap();
        let refused = shop.client(1).fetch(&url).await;
        assert!(matches!(refused, Err(Error::Guarded { .. })), "{refused:?}");
        assert_eq!(shop.paths().len(), 0);
    }
}
