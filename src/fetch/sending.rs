//! When a request really leaves. Its turn is given before: then it may wait for a connection to be opened, or for a busy
//! machine. What the next one is owed must count from when this one left, or the server sees two too close together.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::task::yield_now;
use tower_layer::Layer;
use tower_service::Service;

use super::turn::Spot;

tokio::task_local! {
    /// Where the request that is being sent counts.
    static SENDING: Spot;
}

/// Others get to work so often before a request that has its connection has left: once the one that writes it.
const ROUNDS: u32 = 2;

/// Runs `send`, which sends a request and waits for its answer; what the next request is owed counts from when it left.
pub(super) async fn send<T>(spot: Spot, send: impl Future<Output = T>) -> T {
    let left = async {
        for _ in 0..ROUNDS {
            yield_now().await;
        }
        spot.left();
    };
    let (answer, ()) = tokio::join!(biased; SENDING.scope(spot.clone(), send), left);
    answer
}

/// Has every connection that is opened noted by the request that wants it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noting;

/// Opens connections, and notes them.
#[derive(Clone, Debug)]
pub(super) struct Noted<S>(S);

impl<S> Layer<S> for Noting {
    type Service = Noted<S>;

    fn layer(&self, inner: S) -> Noted<S> {
        Noted(inner)
    }
}

impl<S, R> Service<R> for Noted<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, place: R) -> Self::Future {
        let opening = SENDING.try_with(|spot| spot.clone().opening()).ok();
        let connect = self.0.call(place);
        Box::pin(async move {
            let connection = connect.await;
            drop(opening);
            connection
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::oneshot;

    use super::*;
    use crate::fetch::hosts::tests::{at, hosts, url};

    /// Opens one connection, when it is told to.
    struct Slow(Mutex<Option<oneshot::Receiver<()>>>);

    impl Service<()> for Slow {
        type Response = ();
        type Error = oneshot::error::RecvError;
        type Future = oneshot::Receiver<()>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, (): ()) -> Self::Future {
            self.0.lock().unwrap().take().unwrap()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_leaves_when_its_connection_is_open() {
        let hosts = hosts(4).await;
        let shop = url("shop.test");
        let turn = hosts.admit(&shop).await.unwrap();
        let (open, opened) = oneshot::channel();
        let mut connector = Noting.layer(Slow(Mutex::new(Some(opened))));
        let server = async {
            tokio::time::sleep(std::time::Duration::from_secs(7)).await;
            open.send(()).unwrap();
        };
        let request = send(turn.place.spot.clone(), async {
            connector.call(()).await.unwrap();
            // The answer takes its time.
            std::future::pending::<()>().await;
        });
        let next = tokio::select! {
            (next, ()) = async { tokio::join!(hosts.admit(&shop), server) } => next.unwrap(),
            () = request => unreachable!("it has no answer"),
        };
        assert_eq!(next.at, at(7.0 + 2.04));
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_for_nobody_is_opened_all_the_same() {
        let (open, opened) = oneshot::channel();
        open.send(()).unwrap();
        let mut connector = Noting.layer(Slow(Mutex::new(Some(opened))));
        assert_eq!(connector.call(()).await, Ok(()));
    }
}
