//! What stands in front of a page: a captcha, a login, a block, or a shell that only scripts fill.

use std::sync::LazyLock;

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};
use url::Url;

use super::page::{PageModel, one_line};
use crate::{model::Wall, text::fold::fold};

/// What pages say that want proof of being human, and those that let nobody in: a phrase a line, in any language.
const CAPTCHA: &str = include_str!("wall/captcha.txt");
const BLOCKED: &str = include_str!("wall/blocked.txt");
/// What pages say that have such a word and are no wall.
const NEITHER: &str = include_str!("wall/neither.txt");
/// How titles of login pages begin.
const LOGIN: &str = include_str!("wall/login.txt");

/// Parts of the addresses of scripts and frames that put up walls, and nothing else.
const GUARDS: &[&str] = &[
    "captcha-delivery.com",
    "/_incapsula_resource",
    "challenges.cloudflare.com",
    "/cdn-cgi/challenge",
    "px-captcha",
    "geo.captcha",
    "arkoselabs",
    "/distil_r_",
    "awswafcaptcha",
];
/// Those that stand on ordinary pages too.
const WATCHERS: &[&str] = &[
    "hcaptcha.com/1/api",
    "recaptcha/api",
    "geetest",
    "perimeterx",
    "awswaf.com",
    "kasada",
];
/// Steps of the paths of login pages, and first labels of the hosts that hold nothing else.
const LOGIN_STEPS: &[&str] = &[
    "login",
    "log-in",
    "signin",
    "sign-in",
    "sign_in",
    "login.html",
    "login.htm",
    "login.php",
    "login.jhtml",
    "login.aspx",
    "login.jsp",
    "login.do",
    "sso",
    "anmelden",
    "connexion",
];
const LOGIN_HOSTS: &[&str] = &["login", "passport", "signin", "sso", "logon"];
/// Where scripts hang a page that they make.
const MOUNTS: &[&str] = &[
    "root",
    "app",
    "__next",
    "__nuxt",
    "___gatsby",
    "q-app",
    "react-root",
    "app-root",
    "ice-container",
    "container",
];
/// A page with so many links has something to follow, whatever its words say.
const LINKS: usize = 8;
/// A form with so many fields asks for more than a captcha's characters.
const FIELDS: usize = 2;
/// Letters that a shell may have: "Loading".
const SHELL_WORDS: usize = 60;
/// A wall has little else to say, in characters.
pub(super) const MOST_TEXT: usize = 2_500;
/// With less text than this, a guard's script is what the page is about.
const LEAST_TEXT: usize = 600;
/// Letters that may stand before the words where a title must be nothing else: the shop's name.
const BEFORE: usize = 12;

/// The phrases, folded, with what they say: 0 captcha, 1 blocked, 2 neither.
static PHRASES: LazyLock<Option<CharwiseDoubleArrayAhoCorasick<u8>>> = LazyLock::new(|| {
    let lists = [(CAPTCHA, 0u8), (BLOCKED, 1), (NEITHER, 2)];
    let phrases = lists
        .iter()
        .flat_map(|(list, says)| list.lines().map(|phrase| (fold(phrase), *says)));
    CharwiseDoubleArrayAhoCorasickBuilder::new()
        .match_kind(MatchKind::LeftmostLongest)
        .build_with_values(phrases)
        .ok()
});

static LOGINS: LazyLock<Vec<String>> = LazyLock::new(|| LOGIN.lines().map(fold).collect());

/// The wall that a page is on which no goods were read, by its title, its text, its forms and its scripts. Not a shell:
/// a page with little text may still say what is missing.
pub(super) fn of(page: &PageModel<'_>) -> Option<Wall> {
    let title = page.title.as_deref().unwrap_or_default();
    let short = is_short(page);
    if asks_to_log_in(page.url) || short && is_login(page) || has_password(page) && login(title) {
        return Some(Wall::Login);
    }
    if !short {
        return None;
    }
    let sure = says(&fold(title)).or_else(|| guarded(page, GUARDS).then_some(Wall::Captcha));
    let bare = || few_links(page) && fields(page) < FIELDS;
    sure.or_else(|| bare().then(|| told(page)).flatten())
}

/// The wall that the title of a short page says alone, and its heading where it has one. For pages with a name and a
/// price, which may be goods called so.
pub(super) fn titled(page: &PageModel<'_>) -> Option<Wall> {
    let title = page.title.as_deref().filter(|_| is_short(page))?;
    let wall = pieces(title).find_map(alone)?;
    let mut heads = page.all().filter(|e| page.tag(*e) == "h1").peekable();
    let headed = heads.peek().is_none() || heads.any(|e| alone(&page.line(e)).is_some());
    headed.then_some(wall)
}

/// The wall that a piece of text says that says nothing else.
fn alone(piece: &str) -> Option<Wall> {
    let folded = fold(piece);
    let hit = PHRASES.as_ref()?.leftmost_find_iter(&folded).next()?;
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    let (before, behind) = (&folded[..hit.start()], &folded[hit.end()..]);
    let only = letters(before) <= BEFORE && letters(behind) == 0;
    only.then(|| meant(hit.value())).flatten()
}

/// Whether scripts alone would fill the page: it says that it needs them, or has a mount for them and no words.
pub(super) fn is_shell(page: &PageModel<'_>) -> bool {
    if page.text.len() > LEAST_TEXT * 3 || !few_links(page) {
        return false;
    }
    let text = fold(&page.text);
    let scripted = page.all().any(|e| page.tag(e) == "script");
    let words = text.chars().filter(|c| c.is_alphabetic()).count();
    scripted && (text.contains("javascript") || words < SHELL_WORDS && has_mount(page))
}

fn has_mount(page: &PageModel<'_>) -> bool {
    let named = |id: &str| MOUNTS.iter().any(|m| m.eq_ignore_ascii_case(id));
    let mount = |e: usize| page.tag(e) == "div" && page.attribute(e, "id").is_some_and(named);
    page.all().any(mount)
}

/// Whether a title may be that of a login page.
pub(super) fn login(title: &str) -> bool {
    pieces(&one_line(title)).any(|piece| {
        let folded = fold(piece);
        LOGINS.iter().any(|word| folded.starts_with(word))
    })
}

/// Whether an address is that of a login page: where a shop sends those who may not see what they asked for.
pub(super) fn asks_to_log_in(url: &Url) -> bool {
    let first = url.host_str().and_then(|host| host.split('.').next());
    first.is_some_and(|label| LOGIN_HOSTS.contains(&label))
        || url.path().split('/').any(|step| {
            LOGIN_STEPS
                .iter()
                .any(|login| step.eq_ignore_ascii_case(login))
        })
}

/// Whether a short page is a login: a heading above a password says so, or a title says nothing else.
fn is_login(page: &PageModel<'_>) -> bool {
    let heading = |e: usize| matches!(page.tag(e), "h1" | "h2") && login(&page.line(e));
    let whole = |piece: &str| LOGINS.contains(&fold(piece));
    let title = page.title.as_deref().unwrap_or_default();
    pieces(title).any(whole) || has_password(page) && page.all().any(heading)
}

fn has_password(page: &PageModel<'_>) -> bool {
    page.all()
        .any(|e| page.tag(e) == "input" && page.attribute(e, "type") == Some("password"))
}

/// What stands between a title's marks: "Log in | Shop". A hyphen is one only between spaces.
fn pieces(title: &str) -> impl Iterator<Item = &str> {
    let marks = [
        '|', '–', '—', '_', '·', '»', ':', '：', '!', '！', '?', '？', '.', '…', '。',
    ];
    let pieces = title.split(marks).flat_map(|piece| piece.split(" - "));
    pieces.map(str::trim).filter(|piece| !piece.is_empty())
}

/// Whether the page has little to say. No character has more than four bytes.
fn is_short(page: &PageModel<'_>) -> bool {
    page.text.len() <= 4 * MOST_TEXT && page.text.chars().nth(MOST_TEXT).is_none()
}

fn few_links(page: &PageModel<'_>) -> bool {
    let links = page.all().filter(|e| page.tag(*e) == "a");
    links.take(LINKS).count() < LINKS
}

/// Fields of forms that a person writes into.
fn fields(page: &PageModel<'_>) -> usize {
    let written = |e: &usize| match page.tag(*e) {
        "textarea" => true,
        "input" => matches!(
            page.attribute(*e, "type").unwrap_or("text"),
            "text" | "email" | "tel" | "number" | "date" | "password"
        ),
        _ => false,
    };
    page.all().filter(written).take(FIELDS).count()
}

/// The wall that a page's text says, or a script that watches over it, where the page is no shell.
fn told(page: &PageModel<'_>) -> Option<Wall> {
    let watched = || !has_mount(page) && guarded(page, WATCHERS);
    says(&fold(&page.text)).or_else(|| watched().then_some(Wall::Captcha))
}

/// What folded text says: what wants proof goes before what lets nobody in.
fn says(folded: &str) -> Option<Wall> {
    let hits = PHRASES.as_ref()?.leftmost_find_iter(folded);
    hits.filter_map(|hit| meant(hit.value())).min()
}

/// The wall that a phrase of this number says.
fn meant(value: u8) -> Option<Wall> {
    [Wall::Captcha, Wall::Blocked]
        .get(usize::from(value))
        .copied()
}

/// Whether a script or frame of one of these guards is all that the page is about.
fn guarded(page: &PageModel<'_>, guards: &[&str]) -> bool {
    if page.text.chars().take(LEAST_TEXT + 1).count() > LEAST_TEXT {
        return false;
    }
    let source = |e: usize| {
        matches!(page.tag(e), "script" | "iframe")
            .then(|| page.attribute(e, "src"))
            .flatten()
    };
    page.all()
        .filter_map(source)
        .chain(
            page.scripts
                .iter()
                .map(|(_, text)| *text)
                .filter(|text| text.len() < 20_000),
        )
        .any(|text| {
            let text = text.to_ascii_lowercase();
            guards.iter().any(|guard| text.contains(guard))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_says_its_wall() {
        for (list, wall) in [
            (CAPTCHA, Some(Wall::Captcha)),
            (BLOCKED, Some(Wall::Blocked)),
            (NEITHER, None),
        ] {
            for phrase in list.lines() {
                assert_eq!(says(&fold(phrase)), wall, "{phrase}");
            }
        }
        for title in LOGIN.lines() {
            assert!(login(title) && login(&format!("Shop | {title}")), "{title}");
        }
        assert!(!login("Garden bench") && !login("") && !login("Catalogue"));
    }

    #[test]
    fn what_wants_proof_goes_before_what_lets_nobody_in() {
        let both = fold("Access denied. Verify you are human to go on.");
        assert_eq!(says(&both), Some(Wall::Captcha));
        let footer = fold("This site is protected by reCAPTCHA.");
        assert_eq!(says(&footer), None);
    }
}
