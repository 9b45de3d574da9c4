//! What is not a page: robots.txt, the site map, pictures.

use serde_json::json;

use super::pages::{Answer, View};

impl View<'_> {
    pub(super) fn robots(&self) -> Result<Answer, String> {
        let text = self.site.robots.fill(&json!({ "host": self.host }));
        let text = text.map_err(|message| format!("{}/robots.txt: {message}", self.site.id))?;
        Ok(Answer::plain(200, &text))
    }

    pub(super) fn sitemap(&self) -> String {
        let categories = self
            .site
            .shelves
            .keys()
            .map(|shelf| self.site.category_path(shelf));
        let listings = self.on_shelves().map(|offer| self.site.item_path(offer));
        let mut xml = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
        );
        for path in categories.chain(listings) {
            xml.push_str(&format!(
                "<url><loc>http://{}{path}</loc></url>\n",
                self.host
            ));
        }
        xml + "</urlset>\n"
    }
}

/// A drawing that differs from listing to listing: every picture of the market is made here.
pub(super) fn picture(path: &str) -> String {
    let hash = blake3::hash(path.as_bytes());
    let [hue, x, y, r, ..] = *hash.as_bytes();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 400\"><rect width=\"400\" height=\"400\" fill=\"hsl({0} 35% 88%)\"/>\
         <circle cx=\"{1}\" cy=\"{2}\" r=\"{3}\" fill=\"hsl({0} 40% 55%)\"/></svg>\n",
        u32::from(hue) * 360 / 256,
        u32::from(x) / 2 + 136,
        u32::from(y) / 2 + 136,
        u32::from(r) / 4 + 60,
    )
}
