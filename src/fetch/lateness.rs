//! When an answer came so late that it must have been held up, or its request: on a busy machine, or on the way.

use std::time::Duration;

/// Of a time that is longer than usual so much goes into the usual one, and of a shorter one: what comes between only
/// ever makes it longer.
const LONGER: f64 = 0.2;
const SHORTER: f64 = 0.5;
/// No time to answer counts for more.
const LONGEST: Duration = Duration::from_secs(120);

/// How long answers take where nothing holds them up. As TCP reckons the way of its packets (RFC 6298, 2), but one that
/// was held up counts for no more than the latest of those that were not.
#[derive(Clone, Debug, Default)]
pub(super) struct Lateness {
    usual: Option<Usual>,
}

#[derive(Clone, Copy, Debug)]
struct Usual {
    time: Duration,
    /// How far from it an answer usually is.
    spread: Duration,
}

impl Lateness {
    /// How much later than usual an answer came after `latency`; nothing where that is no more than `margin`, or than
    /// four times the spread.
    pub(super) fn of(&self, latency: Duration, margin: Duration) -> Duration {
        let Some(usual) = self.usual else {
            return Duration::ZERO;
        };
        let late = latency.min(LONGEST).saturating_sub(usual.time);
        if late > usual.bound(margin) {
            late
        } else {
            Duration::ZERO
        }
    }

    /// Learns from an answer that came after `latency`.
    pub(super) fn learn(&mut self, latency: Duration, margin: Duration) {
        let latency = latency.min(LONGEST);
        let Some(Usual { time, spread }) = self.usual else {
            self.usual = Some(Usual {
                time: latency,
                spread: latency / 2,
            });
            return;
        };
        let bound = Usual { time, spread }.bound(margin);
        let away = time.abs_diff(latency).min(bound);
        self.usual = Some(Usual {
            time: if latency > time {
                time + away.mul_f64(LONGER)
            } else {
                time - (time - latency).mul_f64(SHORTER)
            },
            spread: spread.mul_f64(1.0 - LONGER) + away.mul_f64(LONGER),
        });
    }
}

impl Usual {
    fn bound(&self, margin: Duration) -> Duration {
        margin.max(4 * self.spread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARGIN: Duration = Duration::from_millis(1);

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn after(latencies: impl IntoIterator<Item = u64>) -> Lateness {
        let mut lateness = Lateness::default();
        for latency in latencies {
            lateness.learn(ms(latency), MARGIN);
        }
        lateness
    }

    #[test]
    fn an_answer_is_late_beyond_the_margin_and_four_times_the_usual_spread() {
        assert_eq!(after([]).of(ms(500), MARGIN), ms(0), "nothing is usual yet");
        let steady = after([10; 100]);
        assert_eq!(steady.of(ms(11), MARGIN), ms(0), "the margin");
        assert_eq!(steady.of(ms(14), MARGIN), ms(4));
        assert_eq!(steady.of(ms(14), ms(5)), ms(0), "a wider one");
        assert_eq!(steady.of(ms(3), MARGIN), ms(0));
        assert!(steady.of(Duration::MAX, MARGIN) <= LONGEST);
        let unsteady = after([5, 15].repeat(100));
        assert_eq!(unsteady.of(ms(20), MARGIN), ms(0), "now so, now so");
    }

    #[test]
    fn one_that_was_held_up_does_not_make_the_next_usual() {
        assert!(after([1, 40, 1, 1]).of(ms(30), MARGIN) > ms(25));
        assert!(after([40, 1, 1, 1, 1]).of(ms(130), MARGIN) > ms(100));
    }

    #[test]
    fn a_host_that_becomes_slow_is_soon_believed() {
        let slow = after([1; 20].into_iter().chain([100; 15]));
        assert_eq!(slow.of(ms(100), MARGIN), ms(0));
    }
}
