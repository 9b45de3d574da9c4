//! One request and its answer, kept as they were on the wire.

use std::{error::Error as StdError, sync::Arc, time::Duration};

use http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, ACCEPT_ENCODING, COOKIE, HOST, IF_MODIFIED_SINCE, IF_NONE_MATCH, USER_AGENT},
};
use reqwest::{Response, redirect, retry};
use url::{Position, Url};

use super::{
    Error, FetchConfig, Validators,
    cookies::Cookies,
    guard::{Guard, Refusal, refusal_in},
    hosts::Clock,
    sending::unsent,
    turn::Leaving,
};
use crate::model::Page;

/// Bytes.
const LONGEST_VALIDATOR: usize = 512;

/// Asks servers: no proxy, no redirects, no second tries, nothing decoded.
#[derive(Debug)]
pub(super) struct Wire {
    http: reqwest::Client,
    guard: Guard,
    cookies: Cookies,
    agent: HeaderValue,
    clock: Clock,
}

/// An answer, and how long the host took to begin it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) page: Page,
    pub(super) latency: Duration,
}

/// What no client can be made without.
pub(super) fn install_cryptography() {
    // Fails where a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// How much of an answer is taken, and how long is waited for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) body: u64,
    pub(super) timeout: Duration,
}

impl Wire {
    pub(super) fn new(
        config: &FetchConfig,
        guard: Guard,
        cookies: Cookies,
        clock: Clock,
    ) -> Result<Self, Error> {
        install_cryptography();
        // HTTP/1.1 only: what the archive keeps is then what was on the wire, status line and all.
        let builder = || {
            reqwest::Client::builder()
                .no_proxy()
                .http1_only()
                .redirect(redirect::Policy::none())
                .retry(retry::never())
                .referer(false)
                .connect_timeout(config.timeout.0)
                .dns_resolver(Arc::new(guard.clone()))
        };
        let http = builder().build().or_else(|error| {
            // A machine without certificates can still fetch over http; https then fails page by page.
            tracing::warn!("no https: {}", causes(&error));
            builder().tls_certs_only([]).build()
        });
        Ok(Self {
            http: http.map_err(|error| Error::Setup(causes(&error)))?,
            guard,
            cookies,
            agent: user_agent(config),
            clock,
        })
    }

    /// The User-Agent as it is sent.
    pub(super) fn agent(&self) -> String {
        String::from_utf8_lossy(self.agent.as_bytes()).into_owned()
    }

    /// Asks for `url` once; `leaving` is dropped when the request is written. The server may say that the page is still
    /// what is `known`.
    pub(super) async fn exchange(
        &self,
        url: &Url,
        known: &Validators,
        bounds: Bounds,
        leaving: Leaving,
    ) -> Result<Answer, Error> {
        let headers = self.headers(url, known);
        let request = request_head(url, &headers);
        let spot = Arc::clone(&leaving.0);
        let mut response = self
            .http
            .get(url.clone())
            .headers(headers)
            .body(unsent(leaving))
            .timeout(bounds.timeout)
            .send()
            .await
            .map_err(|error| failed(url, bounds, error))?;
        let latency = spot.answered();
        let remote = response.remote_addr();
        self.guard
            .check_answer(url, remote)
            .map_err(|refusal| guarded(url, refusal))?;
        self.cookies.take(url, response.headers());
        let (body, truncated) = read(&mut response, bounds.body)
            .await
            .map_err(|error| failed(url, bounds, error))?;
        let page = Page {
            url: url.clone(),
            status: response.status().as_u16(),
            head: response_head(&response),
            request,
            headers: plain(response.headers()),
            body,
            truncated,
            fetched_at: self.clock.now(),
            remote,
        };
        Ok(Answer { page, latency })
    }

    /// All headers that are sent, so that none is added on the way.
    fn headers(&self, url: &Url, known: &Validators) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Ok(host) = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]) {
            headers.insert(HOST, host);
        }
        headers.insert(USER_AGENT, self.agent.clone());
        headers.insert(
            ACCEPT,
            HeaderValue::from_static(
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            ),
        );
        headers.insert(
            ACCEPT_ENCODING,
            HeaderValue::from_static("gzip, deflate, br"),
        );
        let cookies = self.cookies.header(url);
        headers.extend(cookies.map(|value| (COOKIE, value)));
        for (name, value) in [
            (IF_NONE_MATCH, &known.etag),
            (IF_MODIFIED_SINCE, &known.last_modified),
        ] {
            let value = value.as_deref().map(str::as_bytes);
            // What cannot stand in a header the server has not sent.
            let value = value.and_then(|value| HeaderValue::from_bytes(value).ok());
            headers.extend(value.map(|value| (name, value)));
        }
        headers
    }
}

impl Validators {
    /// What the server gave with `page` to recognise it by. Longer ones are no validators but a burden.
    pub fn of(page: &Page) -> Self {
        let given = |name| {
            page.header(name)
                .filter(|value| !value.is_empty() && value.len() <= LONGEST_VALIDATOR)
                .map(str::to_owned)
        };
        Self {
            etag: given("etag"),
            last_modified: given("last-modified"),
        }
    }

    /// Nothing to recognise a page by.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// The guard's refusal as an error of the room.
pub(super) fn guarded(url: &Url, refusal: Refusal) -> Error {
    Error::Guarded {
        url: url.clone(),
        why: refusal.to_string(),
    }
}

/// The body as received, up to `limit` bytes; and was it cut?
async fn read(response: &mut Response, limit: u64) -> reqwest::Result<(Vec<u8>, bool)> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = limit - body.len();
        if chunk.len() > room {
            body.extend_from_slice(&chunk[..room]);
            return Ok((body, true));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((body, false))
}

/// Name, version and contact. What cannot stand in a header becomes a space.
fn user_agent(config: &FetchConfig) -> HeaderValue {
    let mut text = config.user_agent.clone();
    if !config.contact.is_empty() {
        text.push_str(&format!(" (+{})", config.contact));
    }
    let plain = text.replace(char::is_control, " ");
    HeaderValue::from_str(&plain)
        .or_else(|_| HeaderValue::from_bytes(plain.as_bytes()))
        .unwrap_or_else(|_| HeaderValue::from_static("listwarden"))
}

fn request_head(url: &Url, headers: &HeaderMap) -> Vec<u8> {
    let target = &url[Position::BeforePath..Position::AfterQuery];
    head(&format!("GET {target} HTTP/1.1"), headers)
}

fn response_head(response: &Response) -> Vec<u8> {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or("");
    let line = format!("{:?} {} {reason}", response.version(), status.as_u16());
    head(&line, response.headers())
}

fn head(first: &str, headers: &HeaderMap) -> Vec<u8> {
    let mut head = format!("{first}\r\n").into_bytes();
    for (name, value) in headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// Headers as text; bytes that are no UTF-8 are Latin-1, as HTTP had it.
fn plain(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    };
    headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect()
}

fn failed(url: &Url, bounds: Bounds, error: reqwest::Error) -> Error {
    if let Some(refusal) = refusal_in(&error) {
        return guarded(url, refusal);
    }
    let why = if error.is_timeout() {
        format!("not complete within {:?}", bounds.timeout)
    } else {
        causes(&error)
    };
    Error::Failed {
        url: url.clone(),
        why,
        again: !error.is_builder(),
    }
}

/// What lies behind an error of reqwest, whose own words only repeat the URL.
fn causes(error: &reqwest::Error) -> String {
    let mut words = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push(error.to_string());
        cause = error.source();
    }
    if words.is_empty() {
        words.push(error.to_string());
    }
    words.dedup();
    words.join(": ")
}
