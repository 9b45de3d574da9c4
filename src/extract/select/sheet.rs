//! What recipes look at: a page, its JSON-LD, its tree once CSS asks for it, and the JSON held in its scripts.

use std::{
    cell::{OnceCell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use scraper::Html;
use serde_json::Value as Json;

use super::held::{self, Holder};
use crate::extract::page::PageModel;

/// One page, as recipes see it.
#[derive(Debug)]
pub(in crate::extract) struct Sheet<'p, 't> {
    pub(in crate::extract) page: &'p PageModel<'t>,
    pub(in crate::extract) blocks: &'p [Json],
    html: OnceCell<Html>,
    /// The page's scripts alone, without what is in them.
    scripts: OnceCell<Html>,
    held: RefCell<BTreeMap<String, Option<Rc<Json>>>>,
}

impl<'p, 't> Sheet<'p, 't> {
    pub(in crate::extract) fn new(page: &'p PageModel<'t>, blocks: &'p [Json]) -> Self {
        Self {
            page,
            blocks,
            html: OnceCell::new(),
            scripts: OnceCell::new(),
            held: RefCell::default(),
        }
    }

    /// The page's tree. Built from the page model, not from the page: so deep nesting and misnested formatting stay
    /// harmless.
    pub(super) fn html(&self) -> &Html {
        self.html
            .get_or_init(|| Html::parse_document(&self.page.tidy()))
    }

    /// The page's scripts as a tree, in page order.
    pub(super) fn scripts(&self) -> &Html {
        self.scripts
            .get_or_init(|| Html::parse_document(&held::skeleton(self.page)))
    }

    /// The JSON that a holder holds; none where it holds none.
    pub(super) fn held(&self, holder: &Holder) -> Option<Rc<Json>> {
        if let Some(known) = self.held.borrow().get(&holder.written) {
            return known.clone();
        }
        let json = holder.json(self).map(Rc::new);
        let mut held = self.held.borrow_mut();
        held.insert(holder.written.clone(), json.clone());
        json
    }
}
