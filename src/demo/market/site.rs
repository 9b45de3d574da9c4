//! One platform of the market: its offers, its templates, and where its pages lie.

use std::collections::BTreeMap;

use super::{
    Broken,
    goods::Goods,
    offers::{Offer, SiteFile},
    template::Template,
};

/// A platform.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) id: &'static str,
    pub(super) file: SiteFile,
    pub(super) offers: BTreeMap<String, Offer>,
    /// Items by shelf, in order; without the private ones.
    pub(super) shelves: BTreeMap<String, Vec<String>>,
    pub(super) robots: Template,
    pub(super) home: Template,
    pub(super) results: Template,
    pub(super) listing: Template,
}

/// What a request target asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Home,
    Robots,
    Sitemap,
    Image(String),
    Item(String),
    Private(String),
    Category(String, usize),
    Shop(String, usize),
    Search(String, usize),
}

impl Site {
    /// Reads ID.toml and the templates in ID/.
    pub(super) fn load(
        id: &'static str,
        goods: &Goods,
        text: &dyn Fn(&str) -> Result<String, Broken>,
    ) -> Result<Self, Broken> {
        let path = format!("{id}.toml");
        let (file, offers) =
            SiteFile::read(&text(&path)?, goods).map_err(|m| Broken::in_file(&path, m))?;
        let template = |name: &str| {
            let path = format!("{id}/{name}");
            Template::parse(&text(&path)?).map_err(|m| Broken::in_file(&path, m))
        };
        let mut site = Self {
            id,
            file,
            offers: BTreeMap::new(),
            shelves: BTreeMap::new(),
            robots: template("robots.txt")?,
            home: template("home.html")?,
            results: template("results.html")?,
            listing: template("listing.html")?,
        };
        site.stock(offers, goods);
        Ok(site)
    }

    /// Puts these offers on the shelves, in place of those that were there.
    pub(super) fn stock(&mut self, offers: BTreeMap<String, Offer>, goods: &Goods) {
        self.shelves.clear();
        for offer in offers.values().filter(|offer| !offer.private) {
            let class = goods
                .products
                .get(&offer.product)
                .and_then(|p| goods.classes.get(&p.class));
            let shelf = class.map_or("", |class| class.shelf.as_str()).to_owned();
            self.shelves
                .entry(shelf)
                .or_default()
                .push(offer.item.clone());
        }
        self.offers = offers;
    }

    pub(super) fn item_path(&self, offer: &Offer) -> String {
        let path = self.file.paths.item.replace("{id}", &offer.item);
        if offer.private {
            format!("/private{path}")
        } else {
            path
        }
    }

    pub(super) fn category_path(&self, shelf: &str) -> String {
        self.file.paths.category.replace("{id}", shelf)
    }

    pub(super) fn shop_path(&self, id: &str) -> String {
        self.file.paths.shop.replace("{id}", id)
    }

    pub(super) fn search_path(&self, query: &str) -> String {
        format!("{}{query}", self.file.paths.search)
    }

    /// What `target` (path and query) asks for; none is a 404.
    pub(super) fn wanted(&self, target: &str) -> Option<Wanted> {
        let (path, page) = page_of(target);
        let paths = &self.file.paths;
        Some(match path {
            "/" => Wanted::Home,
            "/robots.txt" => Wanted::Robots,
            "/sitemap.xml" => Wanted::Sitemap,
            path if path.starts_with("/img/") => Wanted::Image(path.to_owned()),
            path => {
                if let Some(item) = path
                    .strip_prefix("/private")
                    .and_then(|p| named(&paths.item, p))
                {
                    Wanted::Private(item)
                } else if let Some(item) = named(&paths.item, path) {
                    Wanted::Item(item)
                } else if let Some(shelf) = named(&paths.category, path) {
                    Wanted::Category(shelf, page)
                } else if let Some(shop) = named(&paths.shop, path) {
                    Wanted::Shop(shop, page)
                } else {
                    Wanted::Search(path.strip_prefix(&paths.search)?.to_owned(), page)
                }
            }
        })
    }
}

/// The target without its `page=N`, and N; 1 where there is none.
fn page_of(target: &str) -> (&str, usize) {
    let split = target
        .rfind("page=")
        .filter(|at| *at > 0 && b"?&".contains(&target.as_bytes()[at - 1]));
    split
        .and_then(|at| Some((&target[..at - 1], target[at + 5..].parse().ok()?)))
        .unwrap_or((target, 1))
}

/// What stands at `{id}` when `path` has the form of `pattern`.
fn named(pattern: &str, path: &str) -> Option<String> {
    let (before, after) = pattern.split_once("{id}")?;
    let id = path.strip_prefix(before)?.strip_suffix(after)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (!id.is_empty() && id.chars().all(plain)).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_split_into_path_and_page() {
        assert_eq!(page_of("/c/toys?page=3"), ("/c/toys", 3));
        assert_eq!(page_of("/list.php?c=toys&page=2"), ("/list.php?c=toys", 2));
        assert_eq!(page_of("/search?q=homepage=2"), ("/search?q=homepage=2", 1));
        assert_eq!(
            named("/show.php?id={id}", "/show.php?id=77").as_deref(),
            Some("77")
        );
        assert_eq!(named("/item/{id}.html", "/item/../x.html"), None);
    }
}
