//! What a page keeps for its own scripts: state as object literals (`__NEXT_DATA__`, `window.X = {…}`,
//! `dataLayer.push({…})`), JSON in strings, and `data-` attributes.
//!
//! Such state holds everything that a page shows and much that it does not. `goods` finds the one object in it that is
//! about the page's own goods; nothing is offered from the others.

mod called;
mod fields;
mod goods;
mod hints;
mod keys;
mod numbers;

use memchr::{memchr2, memmem};

use super::{
    found::Found,
    literal::{self, Kind, Node, Room},
    page::PageModel,
    schema::Subject,
    zones::Zone,
};
use hints::is_about_goods;
use keys::Key;

/// How much of one page's state is read.
const ROOM: Room = Room {
    bytes: 1 << 20,
    values: 40_000,
};
/// Bytes of strings that hold JSON, of one page.
const MAX_PACKED: usize = 1 << 20;
/// Such strings of one page, and of one script.
const MOST_PACKED: usize = 50;
/// Elements with `data-` attributes of goods that are looked at.
const MAX_ELEMENTS: usize = 400;
/// Bytes before a literal that may hold its name.
const LOOK_BACK: usize = 120;

/// Where a piece of state stands.
#[derive(Clone, Copy, Debug)]
enum Origin<'t> {
    /// In a script, by the name that it is given there.
    Script(usize, &'t str),
    /// In the attribute of this name.
    Attribute(usize, &'t str),
    /// The element's `data-` attributes themselves.
    Element(usize),
}

/// All state of a page, one piece after the other.
#[derive(Debug)]
struct State<'t> {
    nodes: Vec<Node<'t>>,
    /// The first value of each piece, in rising order.
    pieces: Vec<(usize, Origin<'t>)>,
    room: Room,
}

/// Offers what the state says about the page's goods.
pub(super) fn read(found: &mut Found<'_, '_>, zones: &[Zone], subject: &Subject) {
    let page = found.page;
    let packed = packed(page);
    let mut state = State {
        nodes: Vec::new(),
        pieces: Vec::new(),
        room: ROOM,
    };
    for (element, text) in &page.scripts {
        let first = state.nodes.len();
        state.script(page, *element, text);
        let call = packed
            .iter()
            .find(|p| p.element == *element && p.names.is_some());
        if let Some(Packed {
            names: Some(names),
            text,
            ..
        }) = call
        {
            state.put(first, names, text);
        }
    }
    for whole in packed.iter().filter(|p| p.names.is_none()) {
        state.scan(&whole.text, Some(whole.name), whole.element);
    }
    state.attributes(page, zones);
    if state.nodes.is_empty() {
        return;
    }
    let keys: Vec<Option<Key>> = state.nodes.iter().map(|n| keys::key(n.key)).collect();
    let chosen = goods::choose(&state, &keys, page, subject);
    fields::offer(&state, &keys, &chosen, found);
}

/// A text that is made from a script.
struct Packed<'t> {
    element: usize,
    name: &'static str,
    text: String,
    /// The names of the function that is called with what is in `text`; none where the text is state itself.
    names: Option<Vec<&'t str>>,
}

/// JSON that scripts hold in strings, out of them: `JSON.parse("…")`, and what Next.js sends in pieces.
fn packed<'t>(page: &PageModel<'t>) -> Vec<Packed<'t>> {
    let mut all = Vec::new();
    let whole = |element, name, text| Packed {
        element,
        name,
        text,
        names: None,
    };
    let (mut pieces, mut first) = (String::new(), None);
    let mut room = MAX_PACKED;
    for (element, text) in &page.scripts {
        if all.len() >= MOST_PACKED {
            break;
        }
        if !hints::may_pack(text) {
            continue;
        }
        if let Some((names, given)) = called::call(text) {
            all.push(Packed {
                names: Some(names),
                ..whole(*element, "__NUXT__", given)
            });
        }
        for (mark, sent) in [("JSON.parse(", false), ("__next_f.push([1,", true)] {
            for at in memmem::find_iter(text.as_bytes(), mark).take(MOST_PACKED) {
                let rest = &text[at + mark.len()..];
                let Some(string) = literal::string(&rest[..rest.floor_char_boundary(room)]) else {
                    continue;
                };
                room -= string.len();
                if sent {
                    first.get_or_insert(*element);
                    pieces.push_str(&literal::plain(string));
                } else if is_about_goods(string) {
                    all.push(whole(*element, "JSON.parse", literal::plain(string)));
                }
            }
        }
    }
    if let Some(element) = first.filter(|_| is_about_goods(&pieces)) {
        all.push(whole(element, "__next_f", pieces));
    }
    all
}

impl<'t> State<'t> {
    fn script(&mut self, page: &'t PageModel<'_>, element: usize, text: &'t str) {
        let kind = page.attribute(element, "type").unwrap_or_default();
        let is = |word: &str| memmem::find(kind.as_bytes(), word.as_bytes()).is_some();
        let shown = ["ld+json", "template", "html", "handlebars"];
        if !kind.is_empty() && shown.iter().any(|word| is(word))
            || !is_about_goods(text)
            || !hints::may_tell(text)
        {
            return;
        }
        let id = page.either(element, &["id", "data-id", "data-name"]);
        let own = is("json") || is("magento");
        self.scan(text, own.then_some(id.unwrap_or_default()), element);
    }

    /// Reads every literal of a text. `named` is where all of it stands; else each is named by what it is given to.
    fn scan(&mut self, text: &'t str, named: Option<&'t str>, element: usize) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(next) = memchr2(b'{', b'[', &bytes[at..]) {
            at += next;
            if self.room.bytes == 0 || self.room.values == 0 {
                return;
            }
            if !begins(bytes, at) {
                at += 1;
                continue;
            }
            let name = named.unwrap_or_else(|| name_before(&text[..at]));
            at = self.piece(text, at, Origin::Script(element, name));
        }
    }

    fn piece(&mut self, text: &'t str, at: usize, origin: Origin<'t>) -> usize {
        let first = self.nodes.len();
        let over = literal::read(text, at, &mut self.room, &mut self.nodes);
        if self.nodes.len() > first + 1 {
            self.pieces.push((first, origin));
        } else {
            self.nodes.truncate(first);
        }
        over
    }

    /// Puts what a function is called with in the place of its names, in what was read from `first` on.
    fn put(&mut self, first: usize, names: &[&str], given: &'t str) {
        let mut values = Vec::new();
        literal::read(given, 0, &mut self.room, &mut values);
        let top = values.iter().skip(1).filter(|node| node.parent == 0);
        let top: Vec<Node<'t>> = top.copied().collect();
        called::put(&mut self.nodes[first..], names, &top);
    }

    /// The `data-` attributes that name goods, and those that hold JSON about them.
    fn attributes(&mut self, page: &'t PageModel<'_>, zones: &[Zone]) {
        let mut elements = 0;
        for element in page.all() {
            let all = page.attributes_of(element);
            let of_goods = |(name, value): &&super::token::Attribute<'_>| {
                let Some(name) = name.strip_prefix("data-") else {
                    return false;
                };
                value.starts_with(['{', '[']) && is_about_goods(value)
                    || matches!(
                        keys::key(name),
                        Some(Key::Sku | Key::Price | Key::Sale | Key::Gtin | Key::Brand | Key::Mpn)
                    )
            };
            if !all.iter().any(|a| of_goods(&a)) || !zones[element].is_main() {
                continue;
            }
            elements += 1;
            if elements > MAX_ELEMENTS {
                return;
            }
            self.element(page, element);
        }
    }

    fn element(&mut self, page: &'t PageModel<'_>, element: usize) {
        let root = self.nodes.len();
        self.nodes.push(Node::new("", "", Kind::Object, root));
        for (name, value) in page.attributes_of(element) {
            let Some(name) = name.strip_prefix("data-") else {
                continue;
            };
            if !value.starts_with(['{', '[']) {
                let mut node = Node::new(name, value, Kind::Text, root);
                node.end = self.nodes.len() + 1;
                self.nodes.push(node);
            }
        }
        self.nodes[root].end = self.nodes.len();
        self.pieces.push((root, Origin::Element(element)));
        for (name, value) in page.attributes_of(element) {
            let json = name.starts_with("data-") && value.starts_with(['{', '[']);
            if json && is_about_goods(value) {
                self.piece(value, 0, Origin::Attribute(element, name));
            }
        }
    }

    /// The piece that a value belongs to.
    fn origin(&self, node: usize) -> Option<Origin<'t>> {
        let after = self.pieces.partition_point(|(first, _)| *first <= node);
        self.pieces.get(after.checked_sub(1)?).map(|(_, o)| *o)
    }

    /// The values directly inside a value.
    fn children(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.nodes[node].end;
        let mut at = node + 1;
        std::iter::from_fn(move || {
            let child = (at < end).then_some(at)?;
            at = self.nodes[child].end.max(child + 1);
            Some(child)
        })
    }

    /// A value, what it is in, and so on outwards.
    fn outwards(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let outer = |at: &usize| Some(self.nodes[*at].parent).filter(|p| p != at);
        std::iter::successors(Some(node), outer)
    }

    /// Where a value stands: `script[__NEXT_DATA__]/props/product/price`.
    fn path(&self, page: &PageModel<'_>, node: usize) -> String {
        let mut steps: Vec<String> = Vec::new();
        for at in self.outwards(node) {
            let parent = self.nodes[at].parent;
            if parent == at {
                break;
            }
            steps.push(match self.nodes[parent].kind {
                Kind::Array => self
                    .children(parent)
                    .take_while(|c| *c < at)
                    .count()
                    .to_string(),
                _ => self.nodes[at].key.replace('~', "~0").replace('/', "~1"),
            });
        }
        steps.reverse();
        let steps = steps.join("/");
        match self.origin(node) {
            Some(Origin::Script(element, "")) => {
                let nth = page.scripts.iter().take_while(|(e, _)| *e < element);
                format!("script[{}]/{steps}", nth.count() + 1)
            }
            Some(Origin::Script(_, name)) => format!("script[{name}]/{steps}"),
            Some(Origin::Attribute(element, name)) => {
                format!("{}@{name}/{steps}", page.path(element))
            }
            Some(Origin::Element(element)) => format!("{}@data-{steps}", page.path(element)),
            None => steps,
        }
    }
}

/// Whether a literal that holds names can begin with the bracket at `at`.
fn begins(bytes: &[u8], at: usize) -> bool {
    let before = bytes[at.saturating_sub(LOOK_BACK)..at].trim_ascii_end();
    let given = match before.last() {
        None => at < LOOK_BACK,
        Some(b'=' | b'(' | b'|' | b':' | b'?') => true,
        Some(b',' | b'[' | b'&') => bytes[at] == b'{',
        Some(_) => before.ends_with(b"return"),
    };
    let inside = bytes[at + 1..bytes.len().min(at + LOOK_BACK)].trim_ascii_start();
    given
        && match (bytes[at], inside.first()) {
            (b'[', first) => first == Some(&b'{'),
            (_, Some(b'"' | b'\'' | b'/')) => true,
            (_, Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'0'..=b'9')) => {
                let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$');
                let name = inside.iter().take_while(part).count();
                inside[name..].trim_ascii_start().first() == Some(&b':')
            }
            _ => false,
        }
}

/// What a script gives the literal after `text` to: `window.X = ` is X, `dataLayer.push(` is dataLayer.push.
fn name_before(text: &str) -> &str {
    let near = &text[text.ceil_char_boundary(text.len().saturating_sub(LOOK_BACK))..];
    if near.trim_end().ends_with("return") && near.contains("__NUXT__") {
        return "__NUXT__";
    }
    let near = near.rsplit([';', '\n', '{', '}']).next().unwrap_or(near);
    let near = near.split('=').next().unwrap_or(near);
    let near = near.trim_end_matches(|c: char| c.is_whitespace() || "([\"':]".contains(c));
    let name = near
        .rsplit(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$' | '.'))
        .next()
        .unwrap_or_default();
    let name = name.trim_start_matches('.');
    name.strip_prefix("window.").unwrap_or(name)
}

#[cfg(test)]
mod tests;
