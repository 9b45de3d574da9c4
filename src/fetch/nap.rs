//! Waiting to the moment. Tokio's timer knows whole milliseconds and is late rather than early; between twenty
//! requests a second a millisecond is two percent.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

/// Waits of this length or less are exact; for longer ones a millisecond is nothing.
const EXACT: Duration = Duration::from_millis(5);

/// Waits for `length`.
pub(super) async fn nap(length: Duration) {
    if length > EXACT {
        return sleep(length).await;
    }
    let end = Instant::now() + length;
    #[cfg(target_os = "linux")]
    if let Err(error) = alarm(length).await {
        tracing::debug!("no exact timer: {error}");
    }
    if Instant::now() < end {
        sleep_until(end).await;
    }
}

/// Waits for an alarm of the kernel.
#[cfg(target_os = "linux")]
#[expect(
    deprecated,
    reason = "sound for an OwnedFd; what is to replace it is unsafe for all"
)]
async fn alarm(length: Duration) -> std::io::Result<()> {
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::{Interest, unix::AsyncFd};

    let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
    let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
    let nanoseconds = |nanos| Timespec {
        tv_sec: 0,
        tv_nsec: nanos,
    };
    let once = Itimerspec {
        it_interval: nanoseconds(0),
        // None at all would never ring.
        it_value: nanoseconds(length.subsec_nanos().max(1).into()),
    };
    timerfd_settime(&timer, TimerfdTimerFlags::empty(), &once)?;
    let timer = AsyncFd::with_interest(timer, Interest::READABLE)?;
    timer.readable().await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_alarm_rings_and_not_too_soon() {
        for micros in [0, 1, 300, 1700, 5000] {
            let length = Duration::from_micros(micros);
            let begun = std::time::Instant::now();
            alarm(length).await.unwrap();
            assert!(begun.elapsed() >= length, "{length:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_is_waited_for() {
        let begun = Instant::now();
        nap(Duration::from_micros(300)).await;
        assert!(begun.elapsed() >= Duration::from_micros(300));
    }
}
