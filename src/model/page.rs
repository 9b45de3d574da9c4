//! A page as it came over the wire, and what a reader made of it.

use std::net::SocketAddr;

use url::Url;

use super::{Listing, Time};

/// One answer of a server, byte for byte.
#[derive(Clone, Debug)]
pub struct Page {
    /// The address that answered (after redirects, the last one).
    pub url: Url,
    /// HTTP status code.
    pub status: u16,
    /// Status line and headers as received, each line ending with CRLF, with the empty line.
    pub head: Vec<u8>,
    /// Request line and headers as sent, with the empty line.
    pub request: Vec<u8>,
    /// Headers by lower-case name, in the order received.
    pub headers: Vec<(String, String)>,
    /// The payload as received, still content-encoded.
    pub body: Vec<u8>,
    /// The body was cut at the size limit.
    pub truncated: bool,
    /// When the answer was complete.
    pub fetched_at: Time,
    /// Who answered, where there was a network.
    pub remote: Option<SocketAddr>,
}

impl Page {
    /// The first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }
}

/// What a page turned out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageKind {
    /// It shows one product on offer.
    Listing,
    /// A list of products, a category, a home page, a site map: links are what it gives.
    #[default]
    Index,
    /// Something stands in front of it.
    Wall(Wall),
    /// It says that the goods are not there (a soft 404).
    Missing,
    /// It says that the goods were taken down.
    Removed,
    /// The text was ruined before it reached us (replacement characters): not read as data.
    Ruined,
}

impl PageKind {
    /// The word used in JSON, tallies and logs; a wall's is its own.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listing => "listing",
            Self::Index => "index",
            Self::Wall(wall) => wall.as_str(),
            Self::Missing => "missing",
            Self::Removed => "removed",
            Self::Ruined => "ruined",
        }
    }
}

/// What stands in front of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wall {
    /// It wants proof of being human, or has the browser give it.
    Captcha,
    /// It wants a name and a password.
    Login,
    /// It lets nobody in, or not from here, or not so often.
    Blocked,
    /// It has nothing that scripts would not fill in.
    Shell,
}

impl Wall {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Captcha, Self::Login, Self::Blocked, Self::Shell];

    /// The word used in JSON, tallies and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Captcha => "captcha",
            Self::Login => "login",
            Self::Blocked => "blocked",
            Self::Shell => "shell",
        }
    }

    /// What people read: English, Chinese.
    pub fn words(self) -> [&'static str; 2] {
        match self {
            Self::Captcha => ["a captcha instead of the page", "验证码页"],
            Self::Login => ["a login instead of the page", "登录页"],
            Self::Blocked => [
                "a page that denies access instead of the page",
                "拒绝访问页",
            ],
            Self::Shell => [
                "a shell that only scripts fill instead of the page",
                "只有脚本而无内容的空页",
            ],
        }
    }
}

/// Why something that a reader looked for is missing.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Gap {
    /// A field or block, or `page`.
    pub field: String,
    /// A sentence: what was met, and what would be right.
    pub why: String,
}

/// A link worth following, and what it is likely to lead to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Absolute, without fragment.
    pub url: Url,
    /// It matches one of the platform's listing patterns.
    pub listing: bool,
    /// The next page of a list, as the platform's template has it: nothing on the page names it.
    pub guessed: bool,
}

/// What a platform read from one page. A bad page is data: `gaps` says what is missing.
#[derive(Clone, Debug, Default)]
pub struct Harvest {
    /// What the page turned out to be.
    pub kind: PageKind,
    /// Listings read from the page, without version, capture and times.
    pub listings: Vec<Listing>,
    /// Links that the platform wants followed, in page order, each once.
    pub links: Vec<Link>,
    /// What was looked for and not found.
    pub gaps: Vec<Gap>,
}
