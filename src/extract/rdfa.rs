//! RDFa 1.1 (RDFa Core, 7.5; HTML+RDFa, 3) to statements, and those about goods to things.
//!
//! Read by the standard, or as shops mean it: a link without a property changes nothing, a name without a vocabulary is
//! schema.org's, and a link that is a brand means its text.

use std::rc::Rc;

use url::Url;

use super::{
    graph::{Graph, bare},
    microdata::is_address,
    page::PageModel,
};

mod names;
mod things;

use names::Names;
use things::things;

/// Statements of one page beyond this number are not read.
const MOST: usize = 20_000;
/// Relations of one element, and bytes of an address in them.
const MOST_WORDS: usize = 20;
const LONGEST: usize = 2_000;

const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const USES: &str = "http://www.w3.org/ns/rdfa#usesVocabulary";

/// What a statement says about its subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Object {
    /// An address, or the name of something nameless (`_:1`).
    Node(Rc<str>),
    Text(String),
}

/// One statement, and the element that makes it.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) subject: Rc<str>,
    pub(super) predicate: String,
    pub(super) object: Object,
    /// The address of a link whose text is the object.
    other: Option<String>,
    element: usize,
}

/// The things of the page; none where nothing on it has a type.
pub(super) fn graph(page: &PageModel<'_>) -> Graph<'static> {
    if !page.typed {
        return Graph::default();
    }
    things(statements(page, false))
}

/// Every statement of the page: by the standard where `strict`, else as shops mean it.
pub(super) fn statements(page: &PageModel<'_>, strict: bool) -> Vec<Statement> {
    let base = page.resolve("").unwrap_or_else(|| page.url.clone());
    let whole: Rc<str> = base.as_str().into();
    let outermost = Around {
        names: Rc::new(Names::new(strict)),
        subject: whole.clone(),
        object: whole.clone(),
        waiting: Rc::default(),
    };
    let mut walk = Walk {
        page,
        strict,
        base,
        whole,
        nameless: 0,
        told: Vec::new(),
    };
    let mut open = vec![(usize::MAX, outermost)];
    for element in page.all() {
        while open.pop_if(|(end, _)| *end <= element).is_some() {}
        let Some((_, around)) = open.last() else {
            break;
        };
        if walk.told.len() >= MOST {
            break;
        }
        if let Some(inside) = walk.element(element, around) {
            open.push((page.elements[element].end, inside));
        }
    }
    walk.told
}

/// What the elements around say to an element (the standard's evaluation context).
#[derive(Clone, Debug)]
struct Around {
    names: Rc<Names>,
    subject: Rc<str>,
    object: Rc<str>,
    /// Relations whose other end comes further in; true for those that lead inwards.
    waiting: Rc<Vec<(String, bool)>>,
}

struct Walk<'p, 't> {
    page: &'p PageModel<'t>,
    strict: bool,
    /// Where relative addresses begin, and the page's own name.
    base: Url,
    whole: Rc<str>,
    nameless: usize,
    told: Vec<Statement>,
}

/// What one element says by its attributes.
struct Said<'p> {
    names: Rc<Names>,
    about: Option<Rc<str>>,
    /// Its `resource`, `href` or `src`.
    target: Option<Rc<str>>,
    properties: Option<&'p str>,
    types: Option<&'p str>,
    /// Relations that lead away from the subject (true) or to it; none where there is no such attribute.
    relations: Option<Vec<(String, bool)>>,
    content: Option<&'p str>,
    /// A text is meant, whatever the element points at.
    is_text: bool,
}

/// What an element is about, what those inside it are about, and what its types are of.
struct Ends {
    subject: Rc<str>,
    object: Option<Rc<str>>,
    typed: Option<Rc<str>>,
}

impl<'p> Walk<'p, '_> {
    /// Tells what an element states; gives what it says to those inside it, where that differs from `around`.
    fn element(&mut self, element: usize, around: &Around) -> Option<Around> {
        let speaks = |name: &str| match name {
            "about" | "resource" | "typeof" | "property" | "rel" | "rev" | "vocab" | "prefix" => {
                true
            }
            "href" | "src" => self.strict,
            _ => name.starts_with("xmlns:"),
        };
        let own = self.page.attributes_of(element);
        if !own.iter().any(|(name, _)| speaks(name)) {
            return None;
        }
        let said = self.said(element, around);
        if let Some(vocabulary) = self.page.either(element, &["vocab"]) {
            let (whole, node) = (self.whole.clone(), Object::Node(vocabulary.into()));
            self.tell(&whole, USES, node, element);
        }
        let Some(ends) = self.ends(element, &said, around) else {
            return Some(Around {
                names: said.names,
                ..around.clone()
            });
        };
        Some(self.state(element, said, ends, around))
    }

    fn said(&self, element: usize, around: &Around) -> Said<'p> {
        let page = self.page;
        let names = around.names.within(page, element);
        let attribute = |name: &str| page.attribute(element, name);
        let address = |name: &str| attribute(name).map(|to| names::address(&self.base, to));
        let resource = |name: &str| attribute(name).and_then(|to| names.resource(&self.base, to));
        let properties = attribute("property").filter(|p| !p.trim().is_empty());
        let relation = |name: &str, away: bool| {
            // Beside a property a bare word such as `nofollow` is no relation.
            let words = attribute(name)?.split_ascii_whitespace();
            let words = words.filter(|w| properties.is_none() || w.contains(':'));
            let known = words.filter_map(|w| names.term(w));
            Some(
                known
                    .take(MOST_WORDS)
                    .map(|w| (w, away))
                    .collect::<Vec<_>>(),
            )
        };
        let both = [relation("rel", true), relation("rev", false)];
        let given = both.iter().any(Option::is_some);
        let relations: Vec<(String, bool)> = both.into_iter().flatten().flatten().collect();
        let counts = !relations.is_empty() || self.strict && given && properties.is_none();
        Said {
            about: resource("about"),
            target: resource("resource")
                .or_else(|| address("href"))
                .or_else(|| address("src")),
            types: attribute("typeof"),
            relations: counts.then_some(relations),
            content: attribute("content").or_else(|| attribute("datetime")),
            is_text: attribute("datatype").is_some(),
            properties,
            names,
        }
    }

    fn nameless(&mut self) -> Rc<str> {
        self.nameless += 1;
        format!("_:{}", self.nameless).into()
    }

    /// Steps 5 and 6 of the standard; none where the element is about nothing of its own.
    fn ends(&mut self, element: usize, said: &Said<'_>, around: &Around) -> Option<Ends> {
        let top = matches!(self.page.tag(element), "html" | "head" | "body");
        let has_type = said.types.is_some();
        let about = said.about.clone();
        if said.relations.is_some() {
            let object = said.target.clone();
            let object = object.or_else(|| (has_type && about.is_none()).then(|| self.nameless()));
            let typed = about.clone().or_else(|| object.clone());
            return Some(Ends {
                subject: about.unwrap_or_else(|| around.object.clone()),
                object,
                typed: typed.filter(|_| has_type),
            });
        }
        let points = said.content.is_none() && !said.is_text || !self.strict && has_type;
        if said.properties.is_some() && points {
            let typed = has_type.then(|| {
                let outer = top.then(|| around.object.clone());
                let own = about.clone().or(outer).or_else(|| said.target.clone());
                own.unwrap_or_else(|| self.nameless())
            });
            return Some(Ends {
                subject: about.unwrap_or_else(|| around.object.clone()),
                object: typed.clone(),
                typed,
            });
        }
        let means_target = self.strict
            || has_type
            || said.properties.is_none() && self.page.attribute(element, "resource").is_some();
        let own = about.or_else(|| said.target.clone().filter(|_| means_target));
        let subject = match own {
            Some(own) => own,
            None if has_type && !top => self.nameless(),
            None if has_type || said.properties.is_some() => around.object.clone(),
            None => return None,
        };
        Some(Ends {
            typed: has_type.then(|| subject.clone()),
            object: None,
            subject,
        })
    }

    /// Steps 7 to 13: tells the statements, and what those inside are told.
    fn state(&mut self, element: usize, said: Said<'_>, ends: Ends, around: &Around) -> Around {
        let Ends {
            subject,
            mut object,
            typed,
        } = ends;
        if let (Some(typed), Some(types)) = (&typed, said.types) {
            for word in types.split_ascii_whitespace().take(MOST_WORDS) {
                if let Some(name) = said.names.term(word) {
                    self.tell(typed, TYPE, Object::Node(name.into()), element);
                }
            }
        }
        let related = said.relations.is_some();
        let mut waiting = Rc::default();
        if let Some(relations) = &said.relations {
            match &object {
                Some(object) => self.relate(&subject, object, relations, element),
                None => {
                    object = Some(self.nameless());
                    waiting = Rc::new(relations.clone());
                }
            }
        }
        self.properties(element, &said, &subject, typed.as_ref(), related);
        self.relate(&around.subject, &subject, &around.waiting, element);
        Around {
            names: said.names,
            object: object.unwrap_or_else(|| subject.clone()),
            subject,
            waiting,
        }
    }

    fn properties(
        &mut self,
        element: usize,
        said: &Said<'_>,
        subject: &Rc<str>,
        typed: Option<&Rc<str>>,
        related: bool,
    ) {
        let words = said.properties.unwrap_or_default().split_ascii_whitespace();
        for word in words.take(MOST_WORDS) {
            let Some(name) = said.names.term(word) else {
                continue;
            };
            let target = said.target.clone().filter(|_| !related);
            let thing = typed.cloned().filter(|_| said.about.is_none());
            let text = || self.page.line(element);
            let link = !self.strict && self.page.tag(element) == "a" && !is_address(bare(&name));
            let mut other = None;
            let object = match (said.content, target, thing) {
                (Some(content), ..) => Object::Text(content.trim().to_owned()),
                (None, ..) if said.is_text => Object::Text(text()),
                (None, _, Some(thing)) if !self.strict => Object::Node(thing),
                (None, Some(target), _) if link && !text().is_empty() => {
                    other = Some(target.to_string());
                    Object::Text(text())
                }
                (None, Some(target), _) => Object::Node(target),
                (None, None, Some(thing)) => Object::Node(thing),
                (None, None, None) => Object::Text(text()),
            };
            self.tell(subject, &name, object, element);
            if let Some(told) = self.told.last_mut() {
                told.other = other;
            }
        }
    }

    fn relate(
        &mut self,
        outer: &Rc<str>,
        inner: &Rc<str>,
        relations: &[(String, bool)],
        element: usize,
    ) {
        for (name, away) in relations {
            let (subject, object) = if *away {
                (outer, inner)
            } else {
                (inner, outer)
            };
            self.tell(subject, name, Object::Node(object.clone()), element);
        }
    }

    fn tell(&mut self, subject: &Rc<str>, predicate: &str, object: Object, element: usize) {
        self.told.push(Statement {
            subject: subject.clone(),
            predicate: predicate[..predicate.floor_char_boundary(LONGEST)].to_owned(),
            object,
            other: None,
            element,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, strict: bool) -> Vec<String> {
        let url = Url::parse("http://shop.example/p").unwrap();
        let page = PageModel::new(text, &url);
        let say = |s: &Statement| {
            let object = match &s.object {
                Object::Node(node) => format!("<{node}>"),
                Object::Text(text) => text.clone(),
            };
            format!("{} {} {object}", s.subject, bare(&s.predicate))
        };
        statements(&page, strict).iter().map(say).collect()
    }

    #[test]
    fn relations_lead_both_ways_and_wait_for_their_end() {
        let text = "<div prefix='ex: http://ex.example/ns#' about=/a><p rel=ex:has><i resource=/b property=ex:name>B</i></p>
            <a rev=ex:of href=/c>c</a><b about=[ex:d] property=ex:size datatype=ex:mm content=5>five</b></div>";
        assert_eq!(
            told(text, true),
            [
                "_:1 name <http://shop.example/b>",
                "http://shop.example/a has <_:1>",
                "http://shop.example/c of <http://shop.example/a>",
                "http://ex.example/ns#d size 5",
            ]
        );
    }

    #[test]
    fn a_shop_means_the_text_of_its_link_and_the_standard_its_address() {
        let text = "<div vocab=https://schema.org/ typeof=Product><a href=/x><b property=name>Kettle</b></a>
            <a property=brand href=/acme rel=nofollow>Acme</a></div>";
        assert_eq!(
            told(text, false)[2..],
            ["_:1 name Kettle".to_owned(), "_:1 brand Acme".to_owned()]
        );
        assert_eq!(
            told(text, true)[2..],
            [
                "http://shop.example/x name Kettle".to_owned(),
                "_:1 brand <http://shop.example/acme>".to_owned()
            ]
        );
    }

    #[test]
    fn things_are_joined_by_their_names() {
        let text = "<div typeof='schema:Product' resource='#p'><span property='schema:name'>Kettle</span></div>
            <div about='#p'><span rel='schema:offers'><i typeof='schema:Offer'><b property='schema:price' content='5.00'>5</b></i></span></div>";
        let url = Url::parse("http://shop.example/p").unwrap();
        let graph = graph(&PageModel::new(text, &url));
        let product = graph
            .things
            .iter()
            .position(|t| t.is(&["product"]))
            .unwrap();
        assert_eq!(graph.text(product, "name"), Some("Kettle"));
        let offer = graph.things(product, "offers").next().unwrap();
        assert_eq!(graph.text(offer, "price"), Some("5.00"));
    }
}
