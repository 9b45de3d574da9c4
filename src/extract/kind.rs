//! What a page turned out to be: goods on offer, a list, a wall in front of them, or word that they are gone.

use url::Url;

use super::{
    absent,
    found::{Offered, Place},
    page::PageModel,
    zones::Zone,
};
use crate::{
    model::{Listing, PageKind},
    text::fold::fold,
};

/// Words of walls, folded: in a title, or in the little text that such pages have.
const WALL: &[&str] = &[
    "captcha",
    "are you a human",
    "robot or human",
    "verify you are human",
    "verify you are a human",
    "not a robot",
    "are not a robot",
    "access denied",
    "access to this page has been denied",
    "pardon our interruption",
    "just a moment",
    "attention required",
    "unusual traffic",
    "automated access",
    "request blocked",
    "checking your browser",
    "security check",
    "press & hold",
    "press and hold",
    "enable javascript and cookies to continue",
    "ddos protection",
    "human verification",
    "bot detection",
    "you have been blocked",
    "验证码",
    "安全验证",
    "人机验证",
    "滑块验证",
    "请完成验证",
    "访问过于频繁",
    "访问异常",
    "访问被拒绝",
    "身份验证",
    "확인해 주세요 로봇",
    "ロボットではありません",
    "проверка, что вы не робот",
    "подтвердите, что вы не робот",
    "доступ ограничен",
    "sind sie ein mensch",
    "zugriff verweigert",
    "êtes-vous un humain",
    "accès refusé",
    "no soy un robot",
    "acceso denegado",
];
/// Titles of login pages, folded, whole or at the start.
const LOGIN: &[&str] = &[
    "login",
    "log in",
    "sign in",
    "登录",
    "登陆",
    "用户登录",
    "会员登录",
    "anmelden",
    "connexion",
    "iniciar sesión",
    "вход",
    "로그인",
    "ログイン",
];
/// Parts of the addresses of scripts and frames that put up walls.
const GUARDS: &[&str] = &[
    "captcha-delivery.com",
    "/_incapsula_resource",
    "challenges.cloudflare.com",
    "/cdn-cgi/challenge",
    "px-captcha",
    "perimeterx",
    "geo.captcha",
    "hcaptcha.com/1/api",
    "recaptcha/api",
    "geetest",
    "arkoselabs",
    "/distil_r_",
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
/// A page with so many links has something to follow, whatever it says of scripts.
const SHELL_LINKS: usize = 8;
/// Letters that a shell may have: "Loading".
const SHELL_WORDS: usize = 60;
/// A wall has little else to say.
pub(super) const MOST_TEXT: usize = 2_500;
/// With less text than this, a guard's script is what the page is about.
const LEAST_TEXT: usize = 600;

/// What the page is, given what was read from it.
pub(super) fn of(
    page: &PageModel<'_>,
    zones: &[Zone],
    listing: &Listing,
    winners: &[&Offered],
) -> PageKind {
    // No character has more than four bytes.
    let little = page.text.len() <= 4 * MOST_TEXT && page.text.chars().nth(MOST_TEXT).is_none();
    let title = fold(page.title.as_deref().unwrap_or_default());
    // Goods may be called "security check", and a shop's footer may speak of its captcha: a title decides at once only
    // on a page with little text, and other words only where no goods were read.
    if little && says_wall(&title) {
        return PageKind::Wall;
    }
    match evidence(page, zones, listing, winners) {
        Evidence::Goods => PageKind::Listing,
        Evidence::Price => absent::told_alone(page, zones).unwrap_or(PageKind::Listing),
        Evidence::None => {
            let walled = little && (says_wall(&fold(&page.text)) || guarded(page))
                || is_login(page, &title)
                || asks_to_log_in(page.url);
            if walled {
                return PageKind::Wall;
            }
            absent::told(page, zones).unwrap_or(if is_shell(page) {
                PageKind::Wall
            } else {
                PageKind::Index
            })
        }
    }
}

/// Whether a title may be that of a login page, or say that something is missing.
pub(super) fn doubtful_title(title: &str) -> bool {
    let folded = fold(&super::page::one_line(title));
    LOGIN.iter().any(|word| folded.starts_with(word)) || absent::says(title.trim()).is_some()
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

/// How sure it is that a page shows goods on offer.
enum Evidence {
    /// Structured goods, or a table of attributes that names them, or a price stated for those who share the page.
    Goods,
    /// A heading with a price of its own.
    Price,
    None,
}

fn evidence(
    page: &PageModel<'_>,
    zones: &[Zone],
    listing: &Listing,
    winners: &[&Offered],
) -> Evidence {
    let by = |field: &str| winners.iter().find(|o| o.field == field);
    let structured = |o: &Offered| matches!(o.reader, "json-ld" | "microdata" | "rdfa" | "select");
    let Some(title) = by("title") else {
        return Evidence::None;
    };
    let price = by("price");
    if structured(title) || price.is_some_and(|o| o.reader == "open-graph") {
        return Evidence::Goods;
    }
    // State is offered only where it is named or numbered like the page itself.
    let state = |o: &Offered| o.reader == "state";
    let heading = state(title)
        || matches!(title.place, Place::Element(_))
        || page
            .all()
            .any(|e| page.tag(e) == "h1" && !zones[e].furniture && !page.raw(e).trim().is_empty());
    let priced =
        price.is_some_and(|o| structured(o) || state(o) || o.reader == "text" && o.lean >= -8);
    let named = listing.brand.is_some()
        || listing.model.is_some()
        || listing.sku.is_some()
        || listing.gtin.is_some();
    let told = listing.attributes.len() >= 3 && named;
    if told {
        Evidence::Goods
    } else if heading && priced {
        Evidence::Price
    } else {
        Evidence::None
    }
}

fn says_wall(folded: &str) -> bool {
    WALL.iter().any(|word| folded.contains(word))
}

/// Whether the page asks for a password and is called so.
fn is_login(page: &PageModel<'_>, title: &str) -> bool {
    let password =
        |e: usize| page.tag(e) == "input" && page.attribute(e, "type") == Some("password");
    LOGIN.iter().any(|word| title.starts_with(word)) && page.all().any(password)
}

/// Whether scripts alone would fill the page: it says that it needs them, or has a mount for them and no words.
fn is_shell(page: &PageModel<'_>) -> bool {
    let links = page.all().filter(|e| page.tag(*e) == "a");
    if page.text.len() > LEAST_TEXT * 3 || links.take(SHELL_LINKS).count() == SHELL_LINKS {
        return false;
    }
    let text = fold(&page.text);
    let scripted = page.all().any(|e| page.tag(e) == "script");
    let mount = |e: usize| {
        page.tag(e) == "div"
            && page
                .attribute(e, "id")
                .is_some_and(|id| MOUNTS.iter().any(|m| m.eq_ignore_ascii_case(id)))
    };
    let words = text.chars().filter(|c| c.is_alphabetic()).count();
    scripted && (text.contains("javascript") || words < SHELL_WORDS && page.all().any(mount))
}

/// Whether a script or frame of a guard is all that the page is about.
fn guarded(page: &PageModel<'_>) -> bool {
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
            GUARDS.iter().any(|guard| text.contains(guard))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Selectors, read};

    fn kind(url: &str, text: &str) -> PageKind {
        read(text, &Url::parse(url).unwrap(), &Selectors::default()).kind
    }

    #[test]
    fn what_stands_in_front_of_the_goods_is_a_wall() {
        for text in [
            "<title>Robot or human?</title><p>Press &amp; hold to go on",
            "<title>安全验证</title><div id=slider></div>",
            "<body><script src=https://geo.captcha-delivery.com/captcha/x.js></script><p>Please wait",
            "<title>用户登录</title><form><input name=u><input type=password></form>",
            "<title>Connexion - Boutique</title><h1>Bonjour</h1><input type=password>",
            "<title>Shop</title><div id=root></div><script src=/static/js/main.js></script>",
            "<title>Kettle</title><noscript>You need to enable JavaScript to run this app.</noscript><div id=q></div><script src=/x.js></script>",
            "<title>商城</title><div id=app>加载中</div><script>boot()</script>",
        ] {
            assert_eq!(
                kind("http://shop.example/item/1", text),
                PageKind::Wall,
                "{text}"
            );
        }
        let away = kind(
            "http://passport.shop.example/",
            "<title>Welcome</title><p>Hello",
        );
        assert_eq!(away, PageKind::Wall);
    }

    #[test]
    fn goods_and_lists_are_no_walls_whatever_else_is_on_them() {
        let goods = "<h1>Captcha, the board game</h1><b class=price>€ 19,00</b><noscript>Please enable JavaScript</noscript><script src=https://hcaptcha.com/1/api.js></script>";
        assert_eq!(kind("http://shop.example/item/1", goods), PageKind::Listing);
        let links: String = (0..9)
            .map(|n| format!("<a href=/item/{n}>Kettle {n}</a>"))
            .collect();
        let list = format!(
            "<div id=root>{links}</div><noscript>Please enable JavaScript</noscript><script src=/x.js></script>"
        );
        assert_eq!(kind("http://shop.example/kettles", &list), PageKind::Index);
        let missing = "<title>Page not found</title><div id=app><h1>Page not found</h1></div><script src=/x.js></script>";
        assert_eq!(
            kind("http://shop.example/item/1", missing),
            PageKind::Missing
        );
        let state = "<div id=root></div><script type=application/ld+json>{\"@type\":\"Product\",\"name\":\"Copper kettle\",\"offers\":{\"price\":\"5\",\"priceCurrency\":\"EUR\"}}</script>";
        assert_eq!(kind("http://shop.example/item/1", state), PageKind::Listing);
    }
}
