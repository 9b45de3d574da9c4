//! Which element a tag ends: implied end tags, the scopes in which an end tag counts, misnested formatting.

use super::{
    super::{
        marks::Marks,
        page::{Element, Holds},
        tags::{BLOCK, CLOSES_P, FORMATTING, Kind, LOOSE, PARAGRAPH, SCOPE, Tag, UNKNOWN, tags},
        token::Name,
    },
    MAX_DEPTH, Open, Part, Soup,
};

impl Soup<'_> {
    /// Ends what this start tag ends.
    pub(super) fn imply_ends(&mut self, tag: &'static Tag) {
        match tag.kind {
            Kind::Item | Kind::Term => self.end_item(tag.kind),
            Kind::Option | Kind::OptionGroup => self.end_near(&[Kind::Option], &[Kind::Select]),
            Kind::Row => self.end_near(&[Kind::Row], &[Kind::Table]),
            Kind::Cell => self.end_near(&[Kind::Cell], &[Kind::Row, Kind::Table]),
            Kind::Rows => self.end_near(&[Kind::Rows, Kind::Caption], &[Kind::Table]),
            Kind::Anchor if self.open[usize::from(tag.number)] > 0 => {
                self.end_near(&[Kind::Anchor], &[Kind::Table, Kind::Cell, Kind::Button]);
            }
            Kind::Heading
                if self
                    .stack
                    .last()
                    .is_some_and(|o| o.tag.kind == Kind::Heading) =>
            {
                self.pop_to(self.stack.len() - 1);
            }
            _ => {}
        }
        if tag.traits & CLOSES_P != 0 && self.paragraphs > 0 {
            let p = self.stack.iter().rposition(|o| o.has(SCOPE | PARAGRAPH));
            if let Some(at) = p.filter(|at| self.stack[*at].has(PARAGRAPH)) {
                self.pop_to(at);
            }
        }
    }

    /// The `tbody` that a row needs, as browsers add it.
    pub(super) fn imply_starts(&mut self, tag: &'static Tag, kept: usize) {
        let in_table = |o: &Open| o.tag.kind == Kind::Table;
        if tag.kind == Kind::Row
            && self.stack.last().is_some_and(in_table)
            && self.stack.len() < MAX_DEPTH
        {
            let at = self.page.text.len();
            let rows = tags().get(b"tbody").unwrap_or(&UNKNOWN);
            self.order += 1;
            if self.beside() {
                return self.push(self.top(), rows, Part::Beside, false);
            }
            let index = self.page.elements.len();
            let around = &self.page.elements[self.top()];
            self.page.elements.push(Element {
                tag: "tbody".into(),
                parent: self.top(),
                end: index + 1,
                text: at..at,
                attributes: kept..kept,
                hidden: around.hidden,
                marks: Marks::default(),
                holds: Holds::default(),
                zone: around.zone,
                order: self.order,
            });
            let part = self.stack.last().map_or(Part::Page, |o| o.part);
            self.push(index, rows, part, true);
        }
    }

    /// Ends the innermost of a kind, unless a list or another block begins in between.
    fn end_item(&mut self, kind: Kind) {
        for at in (1..self.stack.len()).rev() {
            let open = self.stack[at];
            if open.tag.kind == kind {
                return self.pop_to(at);
            }
            if open.has(BLOCK) && !open.has(LOOSE) {
                return;
            }
        }
    }

    /// Ends the innermost of these kinds, unless one of `stops` begins in between.
    fn end_near(&mut self, kinds: &[Kind], stops: &[Kind]) {
        let met = |o: &Open| kinds.contains(&o.tag.kind) || stops.contains(&o.tag.kind);
        if let Some(at) = self.stack.iter().rposition(met)
            && kinds.contains(&self.stack[at].tag.kind)
        {
            self.pop_to(at);
        }
    }

    /// The tag of the innermost open element, whose end tag ends it and nothing else.
    #[inline]
    pub(super) fn innermost(&self) -> Option<&'static Tag> {
        let open = self.stack.last().filter(|_| self.deeper == 0);
        open.map(|open| open.tag)
    }

    pub(super) fn end_innermost(&mut self) {
        if let Some(open) = self.stack.pop() {
            self.finish(open, self.stack.len());
            if open.has(BLOCK) {
                self.new_line();
            }
        }
    }

    pub(super) fn close(&mut self, name: Name<'_>) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let tag = name.tag;
        let heading = tag.kind == Kind::Heading;
        if self.open[usize::from(tag.number)] == 0 && !heading {
            return;
        }
        for at in (1..self.stack.len()).rev() {
            let open = self.stack[at];
            let same = open.tag.number == tag.number
                && (tag.number > 0 || self.tag_of(open.element) == name.text());
            if same || heading && open.tag.kind == Kind::Heading {
                return self.end(at, tag.traits);
            }
            let stops = match tag.kind {
                Kind::Table | Kind::Whole | Kind::Template => open.tag.kind == Kind::Template,
                Kind::Row | Kind::Cell | Kind::Rows | Kind::Caption => open.tag.kind == Kind::Table,
                _ if tag.traits & (BLOCK | FORMATTING) != 0 => open.has(SCOPE),
                _ => open.has(BLOCK),
            };
            if stops {
                return;
            }
        }
    }

    /// Ends the open element at `at`. A formatting element ends alone where blocks inside it go on.
    fn end(&mut self, at: usize, own: u16) {
        let blocks = || self.stack[at + 1..].iter().any(|o| o.has(BLOCK));
        if own & FORMATTING != 0 && blocks() {
            let open = self.stack.remove(at);
            self.finish(open, at);
        } else {
            self.pop_to(at);
        }
        if own & BLOCK != 0 {
            self.new_line();
        }
    }

    pub(super) fn pop_to(&mut self, length: usize) {
        while self.stack.len() > length {
            if let Some(open) = self.stack.pop() {
                self.finish(open, self.stack.len());
            }
        }
    }

    /// Opens an element; below `MAX_DEPTH` it counts as closed at once.
    pub(super) fn push(&mut self, element: usize, tag: &'static Tag, part: Part, own: bool) {
        if self.stack.len() >= MAX_DEPTH {
            self.deeper += 1;
            return;
        }
        self.open[usize::from(tag.number)] += 1;
        self.paragraphs += usize::from(tag.traits & PARAGRAPH != 0);
        self.stack.push(Open {
            element,
            tag,
            part,
            own,
        });
    }

    /// Closes the element that stood at `at` of the stack.
    fn finish(&mut self, open: Open, at: usize) {
        let count = &mut self.open[usize::from(open.tag.number)];
        *count = count.saturating_sub(1);
        self.paragraphs -= usize::from(open.has(PARAGRAPH));
        if !open.own {
            return;
        }
        let (end, text) = (self.page.elements.len(), self.page.text.len());
        let closed = &mut self.page.elements[open.element];
        closed.end = end;
        closed.text.end = text;
        let holds = closed.holds;
        // Not to its parent: that may be closed already, where end tags cross.
        if let Some(below) = at.checked_sub(1).and_then(|at| self.stack.get(at)) {
            self.page.elements[below.element].holds.add(holds);
        }
    }
}
