//! The page model as HTML again, for a platform's CSS selectors.

use super::{
    page::PageModel,
    tags::{VOID, tags},
};

/// A tree of more elements than this costs more than a page may.
const MOST: usize = 30_000;

impl PageModel<'_> {
    /// The page, up to `MOST` elements, written anew: every element closed, nothing nested deeper than `MAX_DEPTH`, no scripts or styles.
    pub(super) fn tidy(&self) -> String {
        let mut out = String::with_capacity(self.text.len() * 2);
        let mut open: Vec<usize> = Vec::new();
        let mut written = 0;
        for element in self.all().take(MOST) {
            let (tag, text) = (self.tag(element), &self.elements[element].text);
            while let Some(top) = open.pop_if(|top| self.elements[*top].end <= element) {
                self.write_text(&mut out, &mut written, self.elements[top].text.end);
                out.extend(["</", self.tag(top), ">"]);
            }
            self.write_text(&mut out, &mut written, text.start);
            if matches!(tag, "script" | "style") {
                continue;
            }
            out.extend(["<", tag]);
            for (name, value) in &self.attributes[self.elements[element].attributes.clone()] {
                if name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.'))
                {
                    out.extend([
                        " ",
                        name,
                        "=\"",
                        &value.replace('&', "&amp;").replace('"', "&quot;"),
                        "\"",
                    ]);
                }
            }
            out.push('>');
            let void = tags()
                .get(tag.as_bytes())
                .is_some_and(|tag| tag.traits & VOID != 0);
            if !void {
                open.push(element);
            }
        }
        while let Some(top) = open.pop() {
            self.write_text(&mut out, &mut written, self.elements[top].text.end);
            out.extend(["</", self.tag(top), ">"]);
        }
        self.write_text(&mut out, &mut written, self.text.len());
        out
    }

    fn write_text(&self, out: &mut String, written: &mut usize, until: usize) {
        if until > *written {
            out.push_str(
                &self.text[*written..until]
                    .replace('&', "&amp;")
                    .replace('<', "&lt;"),
            );
            *written = until;
        }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn what_is_written_anew_reads_the_same() {
        let url = Url::parse("http://shop.example/").unwrap();
        let text =
            "<p class='a&quot;b'>1 &lt; 2<table><tr><td>x<td>y</table><script>z</script><b>bold";
        let tidy = PageModel::new(text, &url).tidy();
        assert_eq!(
            tidy,
            "<p class=\"a&quot;b\">1 &lt; 2</p>\n<table><tbody><tr><td>x</td>\n<td>y</td></tr></tbody></table>\n<b>bold</b>"
        );
        let seen = |text: &str| -> Vec<(String, String)> {
            let page = PageModel::new(text, &url);
            let all = page.all().filter(|e| page.tag(*e) != "script");
            all.map(|e| (page.tag(e).to_owned(), page.line(e)))
                .collect()
        };
        assert_eq!(seen(text), seen(&tidy));
    }
}
