//! The answers of the market's platforms, status and body: listings, lists, searches, robots.txt, site maps, pictures.

use serde_json::{Value, json};

use super::{
    goods::Goods,
    jsonld,
    offers::Offer,
    shown::Shown,
    signposts,
    site::{Site, Wanted},
    template::Template,
};

/// How many cards a list shows.
const PER_PAGE: usize = 8;

/// An answer before it is put on the wire.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) kind: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// A short plain answer without a page.
    pub(super) fn plain(status: u16, text: &str) -> Self {
        Self::of(
            status,
            "text/plain; charset=utf-8",
            text.as_bytes().to_vec(),
        )
    }

    pub(super) fn of(status: u16, kind: &str, body: Vec<u8>) -> Self {
        Self {
            status,
            kind: kind.to_owned(),
            headers: Vec::new(),
            body,
        }
    }
}

/// One platform on one day, at the address that it was asked at.
pub(super) struct View<'a> {
    pub(super) site: &'a Site,
    pub(super) goods: &'a Goods,
    pub(super) host: &'a str,
    pub(super) day: u32,
}

impl<'a> View<'a> {
    /// The answer to a request for `target`; the error names a template that asks for what its page does not give.
    pub(super) fn answer(&self, target: &str) -> Result<Answer, String> {
        let Some(wanted) = self.site.wanted(target) else {
            return Ok(Answer::plain(404, "not found"));
        };
        match wanted {
            Wanted::Home => self.page("home.html", &self.site.home, self.home()),
            Wanted::Robots => self.robots(),
            Wanted::Sitemap => Ok(Answer::of(
                200,
                "application/xml; charset=utf-8",
                self.sitemap().into_bytes(),
            )),
            Wanted::Image(path) => Ok(Answer::of(
                200,
                "image/svg+xml",
                signposts::picture(&path).into_bytes(),
            )),
            Wanted::Item(item) => self.listing(&item, false),
            Wanted::Private(item) => self.listing(&item, true),
            Wanted::Category(shelf, page) => {
                let Some(items) = self.site.shelves.get(&shelf) else {
                    return Ok(Answer::plain(404, "not found"));
                };
                let items = items.iter().filter_map(|item| self.site.offers.get(item));
                let list = self.list(items.filter(|offer| self.on_sale(offer)).collect(), page);
                self.results(
                    &self.heading(&shelf),
                    &self.site.category_path(&shelf),
                    "",
                    list,
                )
            }
            Wanted::Shop(id, page) => {
                let list = self.list(
                    self.on_shelves()
                        .filter(|offer| offer.seller == id)
                        .collect(),
                    page,
                );
                let name = self
                    .site
                    .file
                    .shop(&id)
                    .map_or("", |shop| shop.name.as_str());
                self.results(name, &self.site.shop_path(&id), "", list)
            }
            Wanted::Search(query, page) => {
                let words = keywords(&query);
                let found = self
                    .on_shelves()
                    .filter(|offer| self.matches(offer, &words))
                    .collect();
                let list = self.list(found, page);
                self.results(
                    &words.join(" "),
                    &self.site.search_path(&query),
                    &words.join(" "),
                    list,
                )
            }
        }
    }

    fn shown(&self, offer: &'a Offer) -> Option<Shown<'a>> {
        Shown::new(self.site, self.goods, offer, self.day)
    }

    fn card(&self, offer: &'a Offer) -> Option<Value> {
        self.shown(offer).map(|shown| shown.card())
    }

    fn on_sale(&self, offer: &Offer) -> bool {
        !offer.private && offer.status_on(self.day) == 200
    }

    pub(super) fn on_shelves(&self) -> impl Iterator<Item = &'a Offer> {
        self.site
            .offers
            .values()
            .filter(|offer| self.on_sale(offer))
    }

    fn matches(&self, offer: &'a Offer, words: &[String]) -> bool {
        let title = self
            .shown(offer)
            .map(|shown| shown.title().to_lowercase())
            .unwrap_or_default();
        !words.is_empty() && words.iter().all(|word| title.contains(word.as_str()))
    }

    fn heading(&self, shelf: &str) -> String {
        let class = self
            .goods
            .classes
            .values()
            .find(|class| class.shelf == shelf);
        let crumbs = class.map(|class| class.crumbs.of(self.site.file.language));
        crumbs
            .and_then(|crumbs| crumbs.first())
            .cloned()
            .unwrap_or_default()
    }

    fn navigation(&self) -> Vec<Value> {
        let entry = |shelf: &String| json!({ "name": self.heading(shelf), "url": self.site.category_path(shelf) });
        self.site.shelves.keys().map(entry).collect()
    }

    fn home(&self) -> Value {
        let featured: Vec<Value> = self
            .on_shelves()
            .step_by(6)
            .take(8)
            .filter_map(|offer| self.card(offer))
            .collect();
        let private = self.site.offers.values().find(|offer| offer.private);
        json!({ "cards": featured, "private": private.map(|offer| self.site.item_path(offer)) })
    }

    /// One page of a list: cards, and where the pages before and after it lie.
    fn list(&self, offers: Vec<&'a Offer>, page: usize) -> (Vec<Value>, usize, usize) {
        let pages = offers.len().div_ceil(PER_PAGE).max(1);
        let from = page.saturating_sub(1).saturating_mul(PER_PAGE);
        let cards = offers
            .iter()
            .skip(from)
            .take(PER_PAGE)
            .filter_map(|offer| self.card(offer))
            .collect();
        (cards, page.max(1), pages)
    }

    fn results(
        &self,
        heading: &str,
        path: &str,
        query: &str,
        list: (Vec<Value>, usize, usize),
    ) -> Result<Answer, String> {
        let (cards, page, pages) = list;
        let join = if path.contains('?') { '&' } else { '?' };
        let link = |n: usize| {
            if n == 1 {
                path.to_owned()
            } else {
                format!("{path}{join}page={n}")
            }
        };
        let near = (1..=pages).filter(|n| n.abs_diff(page) <= 3);
        let view = json!({
            "heading": heading,
            "query": query,
            "none": cards.is_empty(),
            "cards": cards,
            "page": page,
            "pages": pages,
            "previous": (page > 1 && page <= pages + 1).then(|| link(page - 1)),
            "next": (page < pages).then(|| link(page + 1)),
            "pager": near.map(|n| json!({ "n": n, "url": link(n) })).collect::<Vec<_>>(),
        });
        self.page("results.html", &self.site.results, view)
    }

    fn listing(&self, item: &str, private: bool) -> Result<Answer, String> {
        let offer = self
            .site
            .offers
            .get(item)
            .filter(|offer| offer.private == private);
        let Some((offer, shown)) = offer.and_then(|offer| Some((offer, self.shown(offer)?))) else {
            return Ok(Answer::plain(404, "not found"));
        };
        if offer.status_on(self.day) != 200 {
            return Ok(Answer::plain(
                offer.status_on(self.day),
                "this listing is no longer there",
            ));
        }
        let neighbours = self.neighbours(offer);
        let mut page = shown.page();
        page["json_ld"] = jsonld::product(&page, self.host, &neighbours).into();
        page["neighbours"] = neighbours.into();
        self.page("listing.html", &self.site.listing, page)
    }

    /// The next four listings by number, round the end: other goods, other prices.
    fn neighbours(&self, offer: &Offer) -> Vec<Value> {
        let after = self.site.offers.range(offer.item.clone()..).skip(1);
        let round = after.chain(self.site.offers.iter()).map(|(_, next)| next);
        let others = round.filter(|next| self.on_sale(next) && next.item != offer.item);
        others.take(4).filter_map(|next| self.card(next)).collect()
    }

    fn page(&self, name: &str, template: &Template, mut page: Value) -> Result<Answer, String> {
        let file = &self.site.file;
        page["site"] = json!({ "name": file.name, "host": self.host, "search": file.paths.search.trim_end_matches("?q=") });
        page["navigation"] = self.navigation().into();
        let html = template
            .fill(&page)
            .map_err(|message| format!("{}/{name}: {message}", self.site.id))?;
        let kind = format!("text/html; charset={}", file.charset);
        // What GBK cannot write becomes a character reference, as browsers do.
        let charset =
            encoding_rs::Encoding::for_label(file.charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        let mut answer = Answer::of(200, &kind, charset.encode(&html).0.into_owned());
        let hash = blake3::hash(&answer.body).to_hex();
        answer
            .headers
            .push(("ETag", format!("\"{}\"", &hash[..16])));
        Ok(answer)
    }
}

/// The words of a search, percent-decoded, in lower case.
fn keywords(query: &str) -> Vec<String> {
    let query = format!("q={query}");
    let decoded = url::form_urlencoded::parse(query.as_bytes()).next();
    let text = decoded
        .map(|(_, value)| value.to_lowercase())
        .unwrap_or_default();
    text.split_whitespace().map(str::to_owned).collect()
}
