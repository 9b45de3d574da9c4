//! A shop on this machine, and a workspace that watches it.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    thread,
};

use crate::command::workspace;

/// What it answers, with status 200.
pub(crate) struct Answer {
    /// Whole lines.
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn page(body: impl Into<String>) -> Self {
        Self {
            headers: String::new(),
            body: body.into(),
        }
    }
}

/// A shop that answers each request as `answer` makes of its path and its head.
pub(crate) fn open(answer: impl Fn(&str, &str) -> Answer + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let head = head(&mut stream);
            let Answer { headers, body } =
                answer(head.split(' ').nth(1).unwrap_or_default(), &head);
            let length = body.len();
            let text = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            let _ = stream.write_all(text.as_bytes());
        }
    });
    address
}

fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// A workspace that watches the shop, asked as fast as it goes; `more` is what else its platform says.
pub(crate) fn watching(shop: SocketAddr, more: &str) -> (tempfile::TempDir, PathBuf) {
    let (dir, workspace) = workspace();
    let config = format!(
        "[[platform]]\nid = \"shop\"\nstart = [\"http://{shop}/\"]\nrate = \"100/s\"\nloopback = true\n{more}\n"
    );
    fs::write(workspace.join("config.toml"), config).unwrap();
    (dir, workspace)
}
