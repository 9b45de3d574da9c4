//! Which part of the page an element stands in: the goods themselves, other goods, what people said, page furniture.

use super::{
    marks::{FURNITURE, Marks, OTHERS, TALK},
    page::PageModel,
};

/// A part of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Zone {
    /// Recommendations, neighbours, a cart.
    pub(super) others: bool,
    /// Reviews and questions.
    pub(super) reviews: bool,
    /// Menus, footer, dialogs.
    pub(super) furniture: bool,
}

impl Zone {
    /// The zone of an element that stands in this one.
    pub(super) fn within(self, tag: &str, marks: Marks) -> Self {
        match tag {
            "body" | "html" | "main" => self,
            _ => Self {
                others: self.others || marks.any(OTHERS),
                reviews: self.reviews || marks.any(TALK),
                furniture: self.furniture
                    || marks.any(FURNITURE)
                    || matches!(tag, "nav" | "footer"),
            },
        }
    }

    /// None of them: where the goods of the page are shown.
    pub(super) fn is_main(self) -> bool {
        self == Self::default()
    }
}

/// The zone of every element.
pub(super) fn zones(page: &PageModel<'_>) -> Vec<Zone> {
    let around = around_heading(page);
    if around.iter().all(|e| page.elements[*e].zone.is_main()) {
        return page.elements.iter().map(|e| e.zone).collect();
    }
    let mut zones: Vec<Zone> = Vec::with_capacity(page.elements.len());
    for (at, element) in page.elements.iter().enumerate() {
        let parent = zones.get(element.parent).copied().unwrap_or_default();
        let own = around.binary_search(&at).is_ok();
        zones.push(if own {
            parent
        } else {
            parent.within(&element.tag, element.marks)
        });
    }
    zones
}

/// Whether the goods' own heading stands in what is called something else: nothing of such a page may be passed over.
pub(super) fn misnamed(page: &PageModel<'_>) -> bool {
    let around = around_heading(page);
    around.iter().any(|e| !page.elements[*e].zone.is_main())
}

/// What the heading that the page's title repeats stands in: a block with a name like `compare258685` is still that of
/// the goods. In page order.
fn around_heading(page: &PageModel<'_>) -> Vec<usize> {
    let title = page.title.as_deref().unwrap_or_default();
    let is_heading = |e: &usize| {
        if page.tag(*e) != "h1" {
            return false;
        }
        let line = page.line(*e);
        let start = &line[..line.floor_char_boundary(24)];
        start.len() >= 9 && title.contains(start)
    };
    let heading = page.all().find(is_heading);
    let mut around: Vec<usize> = heading
        .into_iter()
        .flat_map(|h| page.ancestors(h))
        .collect();
    around.reverse();
    around
}

/// Whether an element's class, id or test names have a word of these kinds.
pub(super) fn has_word(page: &PageModel<'_>, element: usize, of: Marks) -> bool {
    page.elements[element].marks.any(of)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn a_zone_is_inherited() {
        let url = Url::parse("http://shop.example/").unwrap();
        let page = PageModel::new("<div class=rec><p><b>5</b></p></div><footer><i>", &url);
        let zones = zones(&page);
        assert!(zones[3].others && !zones[3].furniture && zones[5].furniture && !zones[5].others);
    }
}
