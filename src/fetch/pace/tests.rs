//! The pace of one host, on moments of the test's own.

use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn at(seconds: i64) -> Time {
    Time::from_second(1_800_000_000 + seconds).unwrap()
}

/// Asked once in so many seconds, however slow it is.
fn pace(seconds: u32) -> Pace {
    Pace::new(seconds * SECOND, slowness(0.0), None)
}

fn slowness(factor: f64) -> Slowness {
    Slowness { factor, at_once: 1 }
}

fn failed() -> Outcome {
    Outcome::Failed("timeout".to_owned())
}

fn asking(seconds: u64) -> Outcome {
    Outcome::Pause {
        status: 429,
        asked: Some(Duration::from_secs(seconds)),
    }
}

fn ms(milliseconds: i64) -> Time {
    Time::from_millisecond(1_800_000_000_000 + milliseconds).unwrap()
}

#[test]
fn requests_leave_at_the_rate_and_a_margin_for_the_way() {
    let mut pace = pace(2);
    assert_eq!(pace.due(at(0)), None);
    assert_eq!(pace.pass(at(0)), Ok(()));
    assert_eq!(pace.due(at(1)), Some(ms(2040)));
    assert_eq!(pace.pass(at(2)), Err(ms(2040)));
    assert_eq!(pace.pass(ms(2040)), Ok(()));
    assert_eq!(pace.pass(at(9)), Ok(()));
    assert_eq!(pace.pass(at(10)), Err(ms(11_040)));
    assert_eq!(pace.delay().delay, 2 * SECOND, "the margin is not owed");
}

#[test]
fn a_crawl_delay_holds_at_once_and_so_does_its_end() {
    let mut pace = pace(2);
    assert_eq!(pace.pass(at(0)), Ok(()));
    pace.slow_to(Some(10 * SECOND));
    assert_eq!(pace.pass(at(3)), Err(ms(10_050)));
    pace.slow_to(Some(SECOND));
    assert_eq!(pace.pass(at(1)), Err(ms(2040)));
    assert_eq!(pace.pass(at(3)), Ok(()));
}

#[test]
fn a_slow_host_is_asked_less() {
    let mut pace = Pace::new(SECOND, slowness(2.0), None);
    pace.settle(Outcome::Answered, Some(5 * SECOND), at(0));
    assert_eq!(
        (pace.delay().delay, pace.delay().because),
        (10 * SECOND, "latency")
    );
    assert_eq!(pace.pass(at(0)), Ok(()));
    assert_eq!(pace.pass(at(9)), Err(ms(10_050)));
}

#[test]
fn what_is_owed_counts_from_when_a_request_really_left() {
    let mut pace = pace(2);
    pace.left_at(at(0));
    assert_eq!(pace.due(at(0)), None, "none was let go");
    assert_eq!(pace.pass(at(0)), Ok(()));
    pace.left_at(ms(600));
    pace.settle(Outcome::Answered, Some(Duration::from_millis(900)), at(1));
    assert_eq!(pace.due(at(1)), Some(ms(2640)));
    assert_eq!(pace.pass(at(3)), Ok(()));
    assert_eq!(pace.due(at(4)), Some(ms(5040)));
}

#[test]
fn an_answer_that_was_held_up_counts_as_if_its_request_had_come_late() {
    let mut pace = pace(2);
    let usual = Duration::from_millis(100);
    let mut ask = |second: i64, latency: Duration| {
        assert_eq!(pace.pass(at(second)), Ok(()));
        pace.answered(at(second), latency);
        pace.settle(Outcome::Answered, Some(latency), at(second));
        pace.due(at(second)).unwrap()
    };
    for n in 0..20 {
        assert_eq!(ask(10 * n, usual), ms(10_000 * n + 2040));
    }
    assert_eq!(ask(200, usual / 2), ms(202_040), "sooner is not late");
    assert_eq!(
        ask(210, usual + SECOND / 2),
        ms(212_565),
        "75 are usual now"
    );
    assert_eq!(pace.pass(at(220)), Ok(()));
    assert_eq!(pace.pass(ms(222_040)), Ok(()));
    pace.answered(at(220), 3 * SECOND);
    let due = pace.due(at(223));
    assert_eq!(due, Some(ms(224_080)), "of the one before the last");
}

#[test]
fn trouble_halves_the_rate_once_a_pause_and_the_first_answer_does_not_restore_it() {
    let mut pace = pace(1);
    pace.settle(failed(), None, at(0));
    pace.settle(failed(), None, at(0));
    assert_eq!(
        (pace.delay().delay, pace.delay().because),
        (2 * SECOND, "trouble")
    );
    pace.settle(asking(1), None, at(10));
    assert_eq!(pace.delay().delay, 4 * SECOND);
    pace.settle(Outcome::Answered, None, at(20));
    assert!(pace.delay().delay > 3 * SECOND + SECOND / 2);
    for _ in 0..47 {
        assert_eq!(pace.delay().because, "trouble");
        pace.settle(Outcome::Answered, None, at(30));
    }
    assert_eq!((pace.delay().delay, pace.delay().because), (SECOND, "rate"));
    assert_eq!(pace.failures(), 0);
}

#[test]
fn the_pause_a_host_asks_for_is_kept() {
    let mut patient = pace(2);
    patient.settle(asking(120), None, at(0));
    assert_eq!(
        patient.blocked(at(119)),
        Some((at(120), "answered 429, asking for 120 s"))
    );
    assert_eq!(patient.blocked(at(120)), None);
    let mut hasty = pace(2);
    hasty.settle(asking(0), None, at(0));
    assert_eq!(
        hasty.blocked(at(0)).unwrap().0,
        at(30),
        "429 is a pause, also when it asks for none"
    );
    let mut brief = pace(1);
    brief.settle(asking(1), None, at(0));
    assert_eq!(brief.blocked(at(0)).unwrap().0, at(1), "as long as it asks");
    brief.settle(asking(1), None, at(2));
    assert_eq!(
        brief.blocked(at(2)).unwrap().0,
        at(4),
        "and it asks again: twice as long"
    );
}

#[test]
fn a_first_failure_pauses_as_long_as_the_host_is_owed_anyway() {
    let mut pace = pace(7);
    pace.settle(failed(), None, at(0));
    assert_eq!(pace.blocked(at(0)), Some((at(7), "timeout")));
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let now: Time = "1994-11-06T08:49:00Z".parse().unwrap();
    assert_eq!(retry_after(" 120 ", now), Some(120 * SECOND));
    assert_eq!(
        retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now),
        Some(37 * SECOND)
    );
    assert_eq!(
        retry_after("Sat, 05 Nov 1994 08:49:37 GMT", now),
        Some(Duration::ZERO)
    );
    assert!(retry_after("99999999999999999999999", now).unwrap() > 86_400 * SECOND);
    assert_eq!(retry_after("soon", now), None);
    assert_eq!(retry_after("", now), None);
}

#[test]
fn what_was_kept_holds_after_a_restart() {
    let mut pace = Pace::new(2 * SECOND, slowness(2.0), None);
    assert_eq!(pace.pass(at(0)), Ok(()));
    pace.settle(Outcome::Answered, Some(3 * SECOND), at(3));
    for n in 1..=5 {
        pace.settle(failed(), None, at(1000 * n));
    }
    assert_eq!(pace.pass(at(6000)), Ok(()));
    let kept = pace.kept();
    let mut again = Pace::new(2 * SECOND, slowness(2.0), None);
    again.restore(kept.clone());
    assert_eq!(again.kept(), kept);
    assert_eq!(again.delay(), pace.delay());
    assert_eq!(again.delay().because, "trouble");
    assert_eq!(again.due(at(6001)), pace.due(at(6001)));
    assert_eq!(again.blocked(at(5001)), pace.blocked(at(5001)));
    assert!(again.half_open(at(6000)), "half open again");
}

#[test]
fn of_what_was_due_then_and_what_is_owed_now_the_later_holds() {
    let mut slow = pace(10);
    assert_eq!(slow.pass(at(0)), Ok(()));
    let mut hastened = pace(1);
    hastened.restore(slow.kept());
    assert_eq!(hastened.due(at(1)), Some(ms(10_050)));
    let mut hasty = pace(1);
    assert_eq!(hasty.pass(at(0)), Ok(()));
    let mut slowed = pace(10);
    slowed.restore(hasty.kept());
    assert_eq!(slowed.due(at(1)), Some(ms(10_050)));
    let mut unclean = Pace::new(SECOND, slowness(0.0), Some(at(5)));
    unclean.restore(hasty.kept());
    assert_eq!(unclean.due(at(5)), Some(ms(6020)));
}

#[derive(Clone, Debug)]
enum Step {
    Ask,
    Settle(Outcome, Option<Duration>),
    Robots(Option<Duration>),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let length = |most: u64| (0..most).prop_map(Duration::from_millis);
    let outcome = prop_oneof![
        4 => Just(Outcome::Answered),
        2 => Just(failed()),
        1 => proptest::option::of((0u64..200_000).prop_map(Duration::from_secs))
            .prop_map(|asked| Outcome::Pause { status: 503, asked }),
    ];
    prop_oneof![
        4 => Just(Step::Ask),
        4 => (outcome, proptest::option::of(length(130_000)))
            .prop_map(|(outcome, latency)| Step::Settle(outcome, latency)),
        1 => proptest::option::of(length(60_000)).prop_map(Step::Robots),
        1 => Just(Step::Restart),
    ]
}

proptest! {
    #[test]
    fn no_part_of_the_delay_is_ever_cut_and_no_pause_shortened(
        steps in proptest::collection::vec((0i64..100_000, step()), 1..120),
        rate in 1u64..5_000,
        factor in 0u32..5,
    ) {
        let rate = Duration::from_millis(rate);
        let slow = slowness(f64::from(factor));
        let mut pace = Pace::new(rate, slow, None);
        let (mut now, mut crawl_delay, mut left) = (0, Duration::ZERO, None::<Time>);
        for (gap, step) in steps {
            now += gap;
            let before = pace.kept();
            let blocked = pace.blocked(ms(now)).map(|(until, _)| until);
            match step {
                Step::Ask => {
                    let allowed = left.is_none_or(|left| later(left, pace.delay().delay) <= ms(now));
                    if pace.pass(ms(now)).is_ok() {
                        prop_assert!(allowed, "{:?} after {left:?}", pace.delay());
                        left = Some(ms(now));
                    }
                }
                Step::Settle(outcome, latency) => {
                    let good = outcome == Outcome::Answered;
                    pace.settle(outcome, latency, ms(now));
                    let most = before.share + u8::from(good);
                    prop_assert!(pace.kept().share <= most);
                    prop_assert!(pace.kept().share >= 1);
                    if !good {
                        prop_assert!(pace.blocked(ms(now)).is_some());
                        prop_assert!(pace.kept().latency >= before.latency);
                    }
                }
                Step::Robots(delay) => {
                    crawl_delay = delay.unwrap_or_default();
                    pace.slow_to(delay);
                }
                Step::Restart => {
                    let kept = pace.kept();
                    pace = Pace::new(rate, slow, None);
                    pace.slow_to(Some(crawl_delay));
                    pace.restore(kept.clone());
                    prop_assert_eq!(pace.kept(), kept);
                }
            }
            prop_assert!(pace.blocked(ms(now)).map(|(until, _)| until) >= blocked);
            let kept = pace.kept();
            let latency = kept.latency.unwrap_or_default() * factor;
            let base = rate.max(crawl_delay).max(latency);
            let whole = pace.delay().delay;
            prop_assert!(whole + Duration::from_micros(1) >= base, "{whole:?} < {base:?}");
            let trouble = pace.base().delay * 64 / u32::from(kept.share);
            prop_assert!(whole >= trouble);
            if let (Some(left), Some(due)) = (kept.left, kept.due) {
                prop_assert!(later(left, whole) <= due);
            }
        }
    }
}
