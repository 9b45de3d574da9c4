//! From the turn of a request until it has left.

use tokio::time::sleep;

use super::*;

#[tokio::test(start_paused = true)]
async fn nobody_leaves_before_the_last_has_left_and_what_is_owed_counts_from_then() {
    let hosts = hosts(4).await;
    let (one, two) = (url("one.test"), url("two.test"));
    let first = hosts.admit(&one).await.unwrap();
    let leaving = first.leaving;
    let (_, other) = tokio::join!(
        async {
            sleep(Duration::from_secs(5)).await;
            let soon = later(at(5.0), Duration::from_secs(1));
            assert_eq!(
                hosts.turn("one.test:80", at(5.0)),
                Err(Waiting::Pace { until: soon }),
                "itself"
            );
            drop(leaving);
        },
        hosts.admit(&two)
    );
    let other = other.unwrap();
    assert_eq!((other.at, other.because), (at(5.0 + 2.04), "shared"));
    drop(other.leaving);
    let own = hosts.admit(&two).await.unwrap();
    assert_eq!(own.at, at(5.0 + 2.04 + 2.04), "it left at once");
}

#[tokio::test(start_paused = true)]
async fn where_next_to_nothing_is_owed_nobody_waits_for_the_last_to_leave() {
    let quick = Policy {
        rate: Rate {
            count: 10_000,
            per: Duration::from_secs(1),
        },
        ..policy(2)
    };
    let hosts = hosts_under(quick, 0.0);
    let _first = hosts.admit(&shop()).await.unwrap();
    let second = hosts.admit(&shop()).await.unwrap();
    assert!(second.at < at(0.01));
}

#[tokio::test(start_paused = true)]
async fn a_time_read_before_the_last_one_left_is_no_clock_set_back() {
    let hosts = hosts(4).await;
    let first = hosts.admit(&url("one.test")).await.unwrap();
    sleep(Duration::from_millis(10)).await;
    drop(first.leaving);
    let read_before = at(0.004);
    for host in ["one.test:80", "two.test:80"] {
        let due = hosts.turn(host, read_before).unwrap_err().until();
        assert_eq!(due, at(0.01 + 2.04), "{host}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_tells_how_slow_the_host_is_also_where_its_request_is_not_known_to_have_left() {
    let hosts = hosts(4).await;
    let turn = hosts.admit(&shop()).await.unwrap();
    sleep(Duration::from_secs(3)).await;
    assert_eq!(turn.place.spot.answered(), Duration::from_secs(3));
    drop(turn.leaving);
    assert_eq!(hosts.turn(HOST, at(3.0)), pace(3.0 + 2.04), "from now on");
}
