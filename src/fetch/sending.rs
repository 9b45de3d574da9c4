//! When a request really leaves. Its turn is given before: then it may wait for a connection to be opened, or for a busy
//! machine.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    thread::{self, ThreadId},
};

use http_body::{Frame, SizeHint};
use reqwest::Body;
use tokio::runtime::Handle;

use super::turn::Leaving;

/// The body of a request that has none, as long as it has not left: hyper drops it when it composes the head, and hands
/// that to the system before its task rests.
#[derive(Debug)]
struct Unsent {
    /// None only while it is dropped.
    leaving: Option<Leaving>,
}

/// No body; `leaving` is dropped as soon as the request is written, or when it never will be.
pub(super) fn unsent(leaving: Leaving) -> Body {
    let leaving = Some(leaving);
    Body::wrap(Unsent { leaving })
}

impl Drop for Unsent {
    fn drop(&mut self) {
        let Some(leaving) = self.leaving.take() else {
            return;
        };
        // Between composing and writing the processor may be taken away. What is spawned here runs next on this thread,
        // when the task that writes rests: then it is written.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(written(leaving, thread::current().id()));
        }
    }
}

/// Runs on the thread of the one who writes, or too early to tell: then the answer will.
async fn written(leaving: Leaving, writer: ThreadId) {
    if thread::current().id() != writer {
        leaving.0.over.notified().await;
    }
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
    use crate::fetch::{
        exchange::install_cryptography,
        hosts::tests::{at, hosts, url},
        turn::Place,
    };

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
        install_cryptography();
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
        install_cryptography();
        drop(
            reqwest::Client::new()
                .get(url("one.test"))
                .body(unsent(turn.leaving)),
        );
        tokio::task::yield_now().await;
        assert_eq!(hosts.turn("two.test:80", at(2.04)), Ok(()));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn where_another_thread_looks_it_has_left_when_it_is_answered_or_over() {
        let answered = |place: Place| {
            place.spot.answered();
        };
        for end in [answered, drop] {
            let hosts = hosts(4).await;
            let turn = hosts.admit(&url("one.test")).await.unwrap();
            drop(unsent(turn.leaving));
            // The only worker takes one after the other.
            tokio::spawn(async {}).await.unwrap();
            assert!(hosts.turn("two.test:80", at(3600.0)).is_err());
            end(turn.place);
            tokio::spawn(async {}).await.unwrap();
            assert_eq!(hosts.turn("two.test:80", at(3600.0)), Ok(()));
        }
    }
}
