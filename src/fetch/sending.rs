//! When a request really leaves. Its turn is given before: then it may wait for a connection to be opened, or for a busy
//! machine.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use http_body::{Frame, SizeHint};
use reqwest::Body;

use super::turn::Leaving;

/// The body of a request that has none, as long as it has not left: hyper drops it when it writes the head.
#[derive(Debug)]
struct Unsent {
    _leaving: Leaving,
}

/// No body; with it `leaving` is dropped in the moment in which the request is written, or when it never will be.
pub(super) fn unsent(leaving: Leaving) -> Body {
    Body::wrap(Unsent { _leaving: leaving })
}

impl http_body::Body for Unsent {
    type Data = &'static [u8];
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(0)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::SocketAddr,
        sync::{Arc, Mutex},
        time::Duration,
    };

    use reqwest::dns::{Addrs, Name, Resolve, Resolving};
    use tokio::{
        io::AsyncReadExt,
        net::TcpListener,
        sync::oneshot::{self, Receiver, Sender},
    };

    use super::*;
    use crate::fetch::hosts::tests::{at, hosts, url};

    /// A way to a server that is found when it is told where: what comes before a request can be written, however long.
    struct Way(Mutex<Option<(Sender<()>, Receiver<SocketAddr>)>>);

    impl Resolve for Way {
        fn resolve(&self, _: Name) -> Resolving {
            let (wanted, place) = self.0.lock().unwrap().take().unwrap();
            Box::pin(async move {
                wanted.send(()).unwrap();
                let place = place.await?;
                Ok(Box::new([place].into_iter()) as Addrs)
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_leaves_when_it_is_written_and_the_next_waits_from_then() {
        let hosts = hosts(4).await;
        let turn = hosts.admit(&url("one.test")).await.unwrap();
        let (wanted, is_wanted) = oneshot::channel();
        let (found, place) = oneshot::channel();
        let client = reqwest::Client::builder()
            .no_proxy()
            .dns_resolver(Arc::new(Way(Mutex::new(Some((wanted, place))))))
            .tls_certs_only([])
            .build()
            .unwrap();
        let request = client.get(url("one.test")).body(unsent(turn.leaving));
        let request = tokio::spawn(request.send());
        is_wanted.await.unwrap();
        tokio::time::advance(Duration::from_secs(7)).await;
        assert!(hosts.turn("one.test:80", at(7.0)).is_err(), "not written");
        assert!(hosts.turn("two.test:80", at(7.0)).is_err(), "its server");

        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        found.send(server.local_addr().unwrap()).unwrap();
        let (mut connection, _) = server.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(connection.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        assert!(head.starts_with("get / http/1.1\r\n"), "{head}");
        let of_a_body = ["content-length", "transfer-encoding"];
        assert!(!of_a_body.iter().any(|name| head.contains(name)), "{head}");
        // It has no answer yet, but it has left.
        let due = hosts.turn("one.test:80", at(7.0)).unwrap_err().until();
        assert_eq!(due, at(7.0 + 2.04));
        assert_eq!(hosts.turn("one.test:80", due), Ok(()));
        request.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_never_written_holds_up_nobody() {
        let hosts = hosts(4).await;
        let turn = hosts.admit(&url("one.test")).await.unwrap();
        drop(
            reqwest::Client::new()
                .get(url("one.test"))
                .body(unsent(turn.leaving)),
        );
        assert_eq!(hosts.turn("two.test:80", at(2.04)), Ok(()));
    }
}
