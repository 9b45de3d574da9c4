//! robots.txt after RFC 9309: what a site asks of us, and the line that asks it.

use std::time::Duration;

use super::pattern::{Pattern, Target};

/// What is read of a robots.txt; RFC 9309, 2.5 asks for no less.
pub(super) const LIMIT: usize = 500 * 1024;

/// No pause between two requests is taken to be longer than this.
const LONGEST_DELAY: f64 = 86_400.0;

/// A robots.txt, read. Nothing in it is an error: lines that mean nothing are passed over.
#[derive(Clone, Debug, Default)]
pub struct Robots {
    groups: Vec<Group>,
}

/// May a path be fetched, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// It may.
    pub allowed: bool,
    /// Number (from 1) and text of the rule that decided; none where no rule speaks of the path.
    pub line: Option<(usize, String)>,
}

/// Rules for the user agents named together.
#[derive(Clone, Debug, Default)]
struct Group {
    agents: Vec<String>,
    rules: Vec<Rule>,
    delay: Option<Duration>,
}

#[derive(Clone, Debug)]
struct Rule {
    allow: bool,
    pattern: Pattern,
    line: usize,
    text: String,
}

impl Robots {
    /// Reads a robots.txt as far as `LIMIT`; a line that the limit cuts is left out.
    pub fn parse(text: &str) -> Self {
        let mut robots = Self::default();
        let mut ruled = true;
        for (number, line) in lines(within_limit(text)) {
            let Some((key, value)) = field(line) else {
                continue;
            };
            match Key::of(key) {
                Some(Key::Agent) => {
                    if ruled {
                        robots.groups.push(Group::default());
                        ruled = false;
                    }
                    if let Some(group) = robots.groups.last_mut() {
                        group.agents.push(agent_in_file(value));
                    }
                }
                Some(Key::Rule { allow }) => {
                    ruled = true;
                    if let Some(group) = robots.groups.last_mut() {
                        group.rules.extend(Rule::new(allow, value, number, line));
                    }
                }
                Some(Key::Delay) => {
                    if let Some(group) = robots.groups.last_mut() {
                        group.delay = group.delay.max(seconds(value));
                    }
                }
                None => {}
            }
        }
        robots
    }

    /// May `agent` fetch `path` (with its query, as it stands in a URL)? The longest rule decides,
    /// and of two equally long ones the one that allows (RFC 9309, 2.2.2).
    ///
    /// `agent` is a product token (`listwarden`), or a User-Agent beginning with one. One of several words may be
    /// called by the first or by none of them: what either reading forbids is forbidden.
    pub fn allowed(&self, agent: &str, path: &str) -> Decision {
        let path = Target::new(path);
        let decision = self.decide(agent, &path);
        if decision.allowed && of_several_words(agent) {
            return self.decide("", &path);
        }
        decision
    }

    fn decide(&self, agent: &str, path: &Target) -> Decision {
        // RFC 9309, 2.2.2: the file itself may always be fetched.
        let own = path.is("/robots.txt");
        let rule = self
            .groups_of(agent)
            .flat_map(|group| &group.rules)
            .filter(|rule| !own && rule.speaks_of(path))
            .max_by_key(|rule| {
                (
                    rule.pattern.length(),
                    rule.allow,
                    std::cmp::Reverse(rule.line),
                )
            });
        Decision {
            allowed: rule.is_none_or(|rule| rule.allow),
            line: rule.map(|rule| (rule.line, rule.text.clone())),
        }
    }

    /// The longest Crawl-delay that the file asks of `agent`; not in the RFC, but widely written.
    pub fn crawl_delay(&self, agent: &str) -> Option<Duration> {
        self.groups_of(agent).filter_map(|group| group.delay).max()
    }

    /// The groups naming `agent`, merged; where there is none, those for everybody.
    fn groups_of<'a>(&'a self, agent: &str) -> impl Iterator<Item = &'a Group> {
        let token = product_token(agent).to_ascii_lowercase();
        let name = |group: &Group| !token.is_empty() && group.agents.contains(&token);
        let named = self.groups.iter().any(name);
        self.groups.iter().filter(move |group| {
            if named {
                group.agents.contains(&token)
            } else {
                group.agents.iter().any(|agent| agent == "*")
            }
        })
    }
}

impl Rule {
    /// A rule without a path says nothing.
    fn new(allow: bool, value: &str, line: usize, text: &str) -> Option<Self> {
        (!value.is_empty()).then(|| Self {
            allow,
            pattern: Pattern::new(value),
            line,
            text: text.trim().to_owned(),
        })
    }

    /// The RFC undoes the escapes of unreserved characters before comparing, Google's matcher does not.
    /// A site may mean either, so a Disallow counts in both readings and an Allow only as written.
    fn speaks_of(&self, path: &Target) -> bool {
        self.pattern.matches_as_written(path)
            || (!self.allow && self.pattern.matches_unescaped(path))
    }
}

enum Key {
    Agent,
    Rule { allow: bool },
    Delay,
}

impl Key {
    /// The misspellings are those that are common enough for large crawlers to read them.
    fn of(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "user-agent" | "useragent" | "user agent" => Self::Agent,
            "allow" => Self::Rule { allow: true },
            "disallow" | "dissallow" | "dissalow" | "disalow" | "diasllow" | "disallaw" => {
                Self::Rule { allow: false }
            }
            "crawl-delay" | "crawldelay" | "crawl delay" => Self::Delay,
            _ => return None,
        })
    }
}

/// The letters, `-` and `_` that a name begins with: `listwarden` of `listwarden/1.0`.
pub(super) fn product_token(agent: &str) -> &str {
    let end = agent
        .find(|c: char| !(c.is_ascii_alphabetic() || c == '-' || c == '_'))
        .unwrap_or(agent.len());
    &agent[..end]
}

/// More follows on the product token than a version or a comment.
fn of_several_words(agent: &str) -> bool {
    let rest = agent[product_token(agent).len()..].trim_start();
    !rest.is_empty() && !rest.starts_with(['/', '('])
}

fn agent_in_file(value: &str) -> String {
    if value == "*" || value.starts_with("* ") || value.starts_with("*\t") {
        return "*".to_owned();
    }
    product_token(value).to_ascii_lowercase()
}

fn seconds(value: &str) -> Option<Duration> {
    let seconds: f64 = value.parse().ok().filter(|s| *s >= 0.0)?;
    Some(Duration::from_secs_f64(seconds.min(LONGEST_DELAY)))
}

fn within_limit(text: &str) -> &str {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() <= LIMIT {
        return text;
    }
    let end = text.as_bytes()[..LIMIT]
        .iter()
        .rposition(|b| matches!(b, b'\r' | b'\n'));
    &text[..end.unwrap_or(0)]
}

/// Lines with their numbers; CR, LF and CR LF all end one.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
        .enumerate()
        .map(|(at, line)| (at + 1, line))
}

/// Key and value of a line without its comment. Where the colon was forgotten, a space between two words will do.
fn field(line: &str) -> Option<(&str, &str)> {
    let line = line.split('#').next().unwrap_or("").trim();
    if let Some((key, value)) = line.split_once(':') {
        return Some((key.trim(), value.trim()));
    }
    let (key, value) = line.split_once([' ', '\t'])?;
    let value = value.trim();
    (!value.contains([' ', '\t'])).then_some((key, value))
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::PathBuf};

    use proptest::prelude::*;
    use url::Url;

    use super::*;

    fn path_of(url: &str) -> String {
        match Url::parse(url) {
            Ok(url) => url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
            Err(_) => "/".to_owned(),
        }
    }

    #[test]
    fn the_shared_cases_that_are_not_habits_of_one_crawler_are_decided_right() {
        let shared = env::var_os("LISTWARDEN_SHARED").map_or_else(
            || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")),
            PathBuf::from,
        );
        let Ok(text) = fs::read_to_string(shared.join("data/robots.json")) else {
            eprintln!("skipped: no robots.json in {}", shared.display());
            return;
        };
        let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        let word = |case: &serde_json::Value, key: &str| case[key].as_str().unwrap().to_owned();
        let (mut right, mut wrong) = (0, Vec::new());
        for case in &cases {
            let robots = Robots::parse(&word(case, "robots"));
            let decision = robots.allowed(&word(case, "agent"), &path_of(&word(case, "url")));
            if decision.allowed == case["allowed"].as_bool().unwrap() {
                right += 1;
            } else {
                wrong.push(case);
            }
        }
        eprintln!("{right} of {} as expected", cases.len());
        for case in &wrong {
            eprintln!("otherwise: {} ({})", case["test"], case["kind"]);
        }
        assert!(wrong.iter().all(|case| case["core"] == false));
        // No address leaves with bare letters of other scripts: escaped, as RFC 9309, 2.2.2 compares, the Allow
        // matches. And a line has no greatest length there, so that the end of a very long rule still counts.
        for case in wrong.iter().filter(|case| case["allowed"] == false) {
            let (url, test) = (word(case, "url"), word(case, "test"));
            let explained = !url.is_ascii() || test == "GoogleOnly_LineTooLong";
            assert!(explained, "allowed, and marked as not allowed: {test}");
        }
    }

    #[test]
    fn a_name_of_several_words_is_bound_by_either_reading() {
        let robots =
            Robots::parse("User-agent: *\nDisallow: /\nUser-agent: Foo\nAllow: /x\nDisallow: /y\n");
        for agent in ["foo", "Foo/1.0", "Foo (+foo.test)", "Foo/1.0 (+foo.test)"] {
            assert!(robots.allowed(agent, "/x").allowed, "{agent}");
        }
        for (agent, path) in [
            ("foo", "/y"),
            ("Foo Bar", "/x"),
            ("Foo Bar", "/y"),
            ("Bar", "/x"),
        ] {
            assert!(!robots.allowed(agent, path).allowed, "{agent} {path}");
        }
    }

    #[test]
    fn the_line_that_decides_is_named() {
        let robots = Robots::parse(
            "# hello\r\nUser-agent: *\rDisallow: /\n\nuser-AGENT: Listwarden/2.0\r\n  Disallow: /cart  # not the cart\r\nAllow: /cart/list$\r\nCrawl-delay: 2.5\r\n",
        );
        let said = |path: &str| robots.allowed("listwarden", path);
        assert_eq!(
            said("/cart/1"),
            Decision {
                allowed: false,
                line: Some((6, "Disallow: /cart  # not the cart".to_owned()))
            }
        );
        assert_eq!(said("/cart/list").line.unwrap().0, 7);
        assert!(!said("/cart/list?p=2").allowed);
        assert_eq!(said("/else").line, None);
        assert_eq!(
            robots.crawl_delay("LISTWARDEN/0.1"),
            Some(Duration::from_millis(2500))
        );
        assert_eq!(robots.crawl_delay("other"), None);
        assert!(!robots.allowed("other", "/else").allowed);
        assert!(robots.allowed("other", "/robots.txt").allowed);
    }

    #[test]
    fn what_either_reading_of_an_escape_forbids_is_forbidden() {
        let robots = Robots::parse(
            "User-agent: *\nDisallow: /%70rivate\nDisallow: /价格\nDisallow: /a%2fb\nDisallow: /x%2Ay\nDisallow: /q?a={b}\n",
        );
        for path in [
            "/private",
            "/%70rivate/1",
            "/%e4%bb%b7%E6%A0%BC",
            "/a%2Fb",
            "/x*y",
            "/q?a=%7Bb%7D",
        ] {
            assert!(!robots.allowed("listwarden", path).allowed, "{path}");
        }
        for path in ["/a/b", "/xzy", "/%"] {
            assert!(robots.allowed("listwarden", path).allowed, "{path}");
        }
    }

    #[test]
    fn only_the_first_500_kib_count() {
        let mut text = "User-agent: *\nDisallow: /early\n".to_owned();
        text.push_str(&"# filler\n".repeat(LIMIT / 9 - 4));
        assert!(text.len() < LIMIT);
        text.push_str("Allow: /early/but-cut-here-and-never-seen\n");
        assert!(text.len() > LIMIT);
        let robots = Robots::parse(&text);
        assert!(
            !robots
                .allowed("listwarden", "/early/but-cut-here-and-never-seen")
                .allowed
        );
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic_and_the_named_line_is_in_the_file(text in "(?s).{0,300}", path in ".{0,40}") {
            let text = format!("user-agent: *\ndisallow: /\n{text}");
            if let Some((number, line)) = Robots::parse(&text).allowed("listwarden", &path).line {
                let (_, found) = lines(&text).nth(number - 1).unwrap();
                prop_assert_eq!(found.trim(), line);
            }
        }

        #[test]
        fn well_formed_files_are_read_as_another_reader_reads_them(
            rules in proptest::collection::vec((any::<bool>(), "/[ab]{0,2}[*]?[ab/]{0,3}[$]?"), 1..8),
            path in "/[ab/]{0,6}",
        ) {
            let mut text = "User-agent: *\n".to_owned();
            for (allow, pattern) in &rules {
                let key = if *allow { "Allow" } else { "Disallow" };
                text.push_str(&format!("{key}: {pattern}\n"));
            }
            let peer = texting_robots::Robot::new("listwarden", text.as_bytes()).unwrap();
            let url = format!("https://shop.test{path}");
            prop_assert_eq!(Robots::parse(&text).allowed("listwarden", &path).allowed, peer.allowed(&url), "{}", text);
        }
    }
}
