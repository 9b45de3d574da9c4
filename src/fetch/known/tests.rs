//! Hosts and servers under random crawls: what must never happen, and that everybody gets through.

use proptest::prelude::*;

use super::*;
use crate::text::{hours::Hours, measure::Rate};

fn ms(milliseconds: u64) -> Time {
    let milliseconds = i64::try_from(milliseconds).unwrap();
    Time::from_millisecond(1_800_000_000_000 + milliseconds).unwrap()
}

fn name(n: usize) -> String {
    format!("shop{n}.test:80")
}

/// One host of a crawl.
#[derive(Clone, Debug)]
struct Shop {
    delay: Duration,
    at_once: u32,
    /// Which of a few servers lie behind its name.
    servers: Vec<u8>,
    /// How its requests go.
    answers: Vec<Answer>,
}

/// How a request goes.
#[derive(Clone, Debug)]
struct Answer {
    /// So many milliseconds pass from its turn until it has left.
    late: u64,
    /// So many from then until it has ended.
    length: u64,
    outcome: Outcome,
}

/// A request that was let go.
#[derive(Clone, Debug)]
struct UnderWay {
    shop: usize,
    /// When it leaves; none where it has left.
    leaves: Option<u64>,
    ends: u64,
    outcome: Outcome,
}

impl Shop {
    fn addresses(&self) -> Arc<[Address]> {
        let at = |n: &u8| Address::new([93, 184, 216, *n].into(), 80);
        let each: BTreeSet<Address> = self.servers.iter().map(at).collect();
        each.into_iter().collect()
    }

    fn policy(&self) -> Policy {
        Policy {
            rate: Rate {
                count: 1,
                per: self.delay,
            },
            concurrency: self.at_once,
            loopback: false,
            quiet: Hours::default(),
            cookies: false,
        }
    }
}

fn shop() -> impl Strategy<Value = Shop> {
    // One in three fails nearly always, so that its breaker opens.
    prop_oneof![2 => shop_answering(5), 1 => shop_answering(0)]
}

/// A shop that answers well `good` times of `good` and three.
fn shop_answering(good: u32) -> impl Strategy<Value = Shop> {
    let asked = Some(Duration::from_secs(5));
    let outcome = prop_oneof![
        good => Just(Outcome::Answered),
        2 => Just(Outcome::Failed("timeout".to_owned())),
        1 => Just(Outcome::Pause { status: 429, asked }),
    ];
    (
        50u64..3000,
        1u32..4,
        proptest::collection::vec(0u8..3, 1..3),
        proptest::collection::vec(answer(outcome), 1..16),
    )
        .prop_map(|(delay, at_once, servers, answers)| Shop {
            delay: Duration::from_millis(delay),
            at_once,
            servers,
            answers,
        })
}

fn answer(outcome: impl Strategy<Value = Outcome>) -> impl Strategy<Value = Answer> {
    // Most leave at once.
    let late = prop_oneof![3 => Just(0), 1 => 1u64..5000];
    (late, 1u64..100_000, outcome).prop_map(|(late, length, outcome)| Answer {
        late,
        length,
        outcome,
    })
}

/// A crawl of all shops; each request is given its turn, leaves, and ends.
struct Crawl {
    known: Known,
    shops: Vec<Shop>,
    now: u64,
    /// Turns given and not yet used, by shop.
    given: Vec<u32>,
    under_way: Vec<UnderWay>,
    /// When the last request of each shop, and to each server, really left.
    left: BTreeMap<usize, Time>,
    asked: BTreeMap<Address, Time>,
}

impl Crawl {
    fn new(shops: Vec<Shop>) -> Self {
        let mut known = Known::new(None);
        for (n, shop) in shops.iter().enumerate() {
            let host = known.host(&name(n), &shop.policy(), 1.0, ms(0));
            host.addresses = shop.addresses();
        }
        Self {
            known,
            given: vec![0; shops.len()],
            shops,
            now: 0,
            under_way: Vec::new(),
            left: BTreeMap::new(),
            asked: BTreeMap::new(),
        }
    }

    fn finished(&self) -> bool {
        self.under_way.is_empty() && self.shops.iter().all(|shop| shop.answers.is_empty())
    }

    /// Everybody who can leaves; then time goes on to the next thing that happens.
    fn step(&mut self) -> Result<(), TestCaseError> {
        let mut next = u64::MAX;
        for n in 0..self.shops.len() {
            if self.shops[n].answers.is_empty() {
                continue;
            }
            let mut until = |until: Time| {
                let until = u64::try_from(until.as_millisecond() - ms(0).as_millisecond());
                next = next.min(until.unwrap() + 1);
            };
            if self.given[n] < 2 {
                match self.known.turn(&name(n), ms(self.now)) {
                    Ok(()) => self.given[n] += 1,
                    Err(waiting) => until(waiting.until()),
                }
            }
            if self.given[n] > 0 {
                match self.pass(n)? {
                    Ok(()) => next = self.now,
                    Err(Hold::Stop(stop)) => until(stop.until),
                    Err(Hold::Until(time) | Hold::Busy(time)) => until(time),
                }
            }
        }
        let happens = |request: &UnderWay| request.leaves.unwrap_or(request.ends);
        let happens = self.under_way.iter().map(happens).min();
        self.now = next.min(happens.unwrap_or(u64::MAX)).max(self.now);
        prop_assert!(self.now < u64::MAX, "nobody waits for anything");
        self.leave();
        self.end();
        Ok(())
    }

    fn pass(&mut self, n: usize) -> Result<Result<(), Hold>, TestCaseError> {
        let (now, shop) = (ms(self.now), self.shops[n].clone());
        let busy = self.under_way.iter().filter(|it| it.shop == n).count();
        let probing = {
            let host = self.known.hosts.get_mut(&name(n)).unwrap();
            host.pace.half_open(now) && busy > 0
        };
        let delay = self.known.view(&name(n), now).unwrap().delay;
        let blocked = self.known.hosts[&name(n)].pace.blocked(now).is_some();
        if let Err(hold) = self.known.pass(&name(n), &shop.addresses(), now) {
            return Ok(Err(hold));
        }
        prop_assert!(!blocked, "{n} leaves in a pause");
        prop_assert!(!probing, "{n}: a second try is under way");
        if let Some(before) = self.left.get(&n) {
            let gap = Duration::try_from(now - *before).unwrap().as_secs_f64();
            prop_assert!(gap >= delay, "{n} after {gap} s, not {delay} s");
        }
        for address in shop.addresses().iter() {
            if let Some(before) = self.asked.get(address) {
                let gap = Duration::try_from(now - *before).unwrap();
                prop_assert!(gap >= shop.delay, "{address} after {gap:?}");
            }
            let same = |it: &&UnderWay| self.shops[it.shop].addresses().contains(address);
            let there: Vec<_> = self.under_way.iter().filter(same).collect();
            prop_assert!(
                there.len() < shop.at_once as usize,
                "{there:?} at {address}"
            );
            let leaving = there.iter().any(|it| it.leaves.is_some());
            prop_assert!(!leaving, "{address} before the last has left: {there:?}");
        }
        self.given[n] -= 1;
        self.known.hosts.get_mut(&name(n)).unwrap().come();
        let answer = self.shops[n].answers.remove(0);
        let leaves = self.now + answer.late;
        self.under_way.push(UnderWay {
            shop: n,
            leaves: Some(leaves),
            ends: leaves + answer.length,
            outcome: answer.outcome,
        });
        self.leave();
        Ok(Ok(()))
    }

    fn leave(&mut self) {
        let now = ms(self.now);
        for request in &mut self.under_way {
            if request.leaves.is_none_or(|at| at > self.now) {
                continue;
            }
            request.leaves = None;
            let addresses = self.shops[request.shop].addresses();
            self.known.left(&name(request.shop), &addresses, now);
            self.left.insert(request.shop, now);
            for address in addresses.iter() {
                self.asked.insert(*address, now);
            }
        }
    }

    fn end(&mut self) {
        let now = ms(self.now);
        for request in std::mem::take(&mut self.under_way) {
            if request.ends > self.now {
                self.under_way.push(request);
                continue;
            }
            let (n, outcome) = (request.shop, request.outcome);
            let before = self.known.state(&name(n)).unwrap().blocked_until;
            self.known.settle(&name(n), outcome, None, now);
            assert!(self.known.state(&name(n)).unwrap().blocked_until >= before);
            self.known.come_back(&name(n), &self.shops[n].addresses());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn everybody_gets_through_and_nobody_before_the_time(
        shops in proptest::collection::vec(shop(), 1..7),
    ) {
        let mut crawl = Crawl::new(shops);
        let mut steps = 0;
        while !crawl.finished() {
            crawl.step()?;
            steps += 1;
            prop_assert!(steps < 200_000, "at {} ms still: {:?}", crawl.now, crawl.shops);
        }
    }
}

#[test]
fn hosts_that_nothing_is_owed_to_are_forgotten_and_others_are_not() {
    let mut known = Known::new(None);
    known.many = 3;
    let shop = Shop {
        delay: Duration::from_secs(2),
        at_once: 1,
        servers: vec![1],
        answers: Vec::new(),
    };
    let policy = shop.policy();
    for n in 0..3 {
        known.host(&name(n), &policy, 1.0, ms(0));
    }
    known.settle(&name(0), Outcome::Failed("timeout".to_owned()), None, ms(0));
    assert!(known.pass(&name(1), &shop.addresses(), ms(0)).is_ok());
    known.host(&name(3), &policy, 1.0, ms(1000));
    let names: Vec<_> = known.hosts.keys().cloned().collect();
    assert_eq!(names, [name(0), name(1), name(3)], "trouble, and a request");
    known.come_back(&name(1), &shop.addresses());
    known.many = 3;
    known.host(&name(4), &policy, 1.0, ms(10_000));
    let names: Vec<_> = known.hosts.keys().cloned().collect();
    assert_eq!(names, [name(0), name(4)]);
    assert_eq!(
        known.servers.left(&shop.addresses()),
        Some(ms(0)),
        "the server may have names still to come"
    );
}
