//! Names that lead to one server, and names that lead nowhere.

use super::*;

#[tokio::test(start_paused = true)]
async fn names_of_one_server_share_its_pace() {
    let hosts = hosts(1).await;
    assert_eq!(hosts.turn("one.test:80", at(0.0)), Ok(()));
    assert!(matches!(
        hosts.turn("two.test:80", at(0.0)),
        Err(Waiting::Shared { .. })
    ));
    assert_eq!(hosts.turn(HOST, at(0.0)), Ok(()), "another server");
    drop(hosts.admit(&url("one.test")).await.unwrap());
    assert_eq!(hosts.turn("two.test:80", at(1.0)), shared(2.04));
    assert_eq!(
        hosts.waiting("two.test:80", at(1.0)),
        shared(2.04).err(),
        "and says so"
    );
    assert_eq!(
        hosts.turn("five.test:80", at(1.0)),
        shared(2.04),
        "one of its two servers"
    );
    let mut last = at(0.0);
    for name in ["two.test", "five.test", "two.test:81", "three.test"] {
        let turn = hosts.admit(&url(name)).await.unwrap();
        let gap = Duration::try_from(turn.at - last).unwrap();
        assert!(gap >= Duration::from_millis(2040), "{name}: {gap:?}");
        assert_eq!(
            (turn.owed, turn.because, turn.kept),
            (Duration::from_secs(2), "shared", Some(gap))
        );
        last = turn.at;
    }
}

#[tokio::test(start_paused = true)]
async fn names_of_one_server_share_its_slots() {
    let hosts = hosts(1).await;
    let first = under_way(&hosts, &url("one.test")).await;
    pass_time(100.0).await;
    assert!(matches!(
        hosts.turn("two.test:80", at(100.0)),
        Err(Waiting::Shared { .. })
    ));
    let place = url("two.test");
    let second = hosts.admit(&place);
    tokio::pin!(second);
    let long = Duration::from_secs(60);
    assert!(timeout(long, &mut second).await.is_err());
    drop(first);
    assert!(second.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_a_names_own() {
    let hosts = hosts(1).await;
    let asked = Some(Duration::from_secs(300));
    hosts.settle("one.test:80", Outcome::Pause { status: 429, asked }, None);
    assert!(matches!(
        hosts.turn("one.test:80", at(0.0)),
        Err(Waiting::Backoff { .. })
    ));
    assert_eq!(hosts.turn("two.test:80", at(0.0)), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_slow_name_gets_its_turn_among_quick_ones() {
    let hosts = hosts(1).await;
    hosts.with("one.test:80", |_| ());
    let robots = "User-agent: *\nCrawl-delay: 20\n".to_owned();
    hosts.read_site("one.test:80", Ok(Some(robots)));
    let names = ["one.test", "two.test", "three.test", "four.test"];
    let mut asked = BTreeMap::<&str, u32>::new();
    let mut last: Option<Time> = None;
    while hosts.clock.now() < at(400.0) {
        for name in names {
            let host = format!("{name}:80");
            if hosts.turn(&host, hosts.clock.now()).is_err() {
                continue;
            }
            let turn = hosts.admit(&url(name)).await.unwrap();
            let owed = if name == "one.test" { 20.0 } else { 2.0 };
            let gap = last.map(|last| (turn.at - last).total(jiff::Unit::Second).unwrap());
            assert!(gap.is_none_or(|gap| gap >= owed), "{name}: {gap:?}");
            last = Some(turn.at);
            *asked.entry(name).or_default() += 1;
        }
        pass_time(0.1).await;
    }
    assert!(asked["one.test"] >= 9, "{asked:?}");
    assert!(asked["two.test"] >= 20, "{asked:?}");
    assert!(
        asked["three.test"].abs_diff(asked["four.test"]) <= 3,
        "{asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn names_of_one_server_stay_one_after_a_restart() {
    let before = hosts(1).await;
    drop(before.admit(&url("one.test")).await.unwrap());
    before.with("two.test:80", |_| ());
    let two = before.admit(&url("two.test")).await.unwrap();
    drop(two);
    let states = ["one.test:80", "two.test:80"].map(|name| before.state(name).unwrap());
    assert_eq!(states[0].addresses, ["93.184.216.2"]);
    // The new process has looked no name up.
    let after = hosts_under(policy(1), 2.0);
    after.restore(states.to_vec(), true);
    let due = states[1].next_due.unwrap();
    assert_eq!(
        after.turn("one.test:80", at(2.1)),
        Err(Waiting::Shared {
            until: due,
            address: "93.184.216.2".to_owned()
        })
    );
}

#[tokio::test(start_paused = true)]
async fn a_new_name_is_looked_up_before_it_gets_a_turn() {
    let hosts = hosts_under(policy(1), 2.0);
    drop(hosts.admit(&url("one.test")).await.unwrap());
    assert_eq!(hosts.turn("two.test:80", at(0.0)), pace(0.01));
    assert_eq!(hosts.turn("else.test:80", at(0.0)), pace(0.01));
    tokio::task::yield_now().await;
    assert_eq!(hosts.turn("two.test:80", at(0.01)), shared(2.04));
    assert_eq!(
        hosts.turn("else.test:80", at(0.01)),
        Ok(()),
        "whoever comes finds out that it leads nowhere"
    );
}

#[tokio::test(start_paused = true)]
async fn a_name_that_leads_nowhere_is_a_failure_of_its_host() {
    let hosts = hosts(1).await;
    let nowhere = hosts.admit(&url("else.test")).await;
    assert!(
        matches!(&nowhere, Err(Error::Failed { why, again: true, .. })
            if why == "the name 'else.test' leads nowhere: no such name"),
        "{nowhere:?}"
    );
    assert!(matches!(
        hosts.turn("else.test:80", at(1.0)),
        Err(Waiting::Backoff { .. })
    ));
    let paused = hosts.admit(&url("else.test")).await;
    assert!(matches!(paused, Err(Error::Later { .. })), "{paused:?}");
}
