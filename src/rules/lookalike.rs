//! Names made to be taken for another: look-alike letters and characters, one slip of the pen.

use crate::{
    reference::Reference,
    text::{
        fold::{fold, skeleton},
        likeness::similar,
    },
};

/// Han characters that are taken for one another at a glance, after folding to simplified forms; one set in each word.
const HAN: &str = "未末 日曰 己已巳 土士 人入 大太犬 干千于 天夭 王玉 木本 由田甲申 刀力 贝见 白自 鸟乌 今令 治冶 候侯 兔免 \
    竞竟 崇祟 洒酒 幼幻 历厉 戊戌戍 斤斥 目且 爪瓜 旦但 栗粟 徒徙 拔拨 折拆 晴睛 辨辩 梁粱 泪汨 季李 牛午";

/// Shorter names differ by one letter from many honest ones.
const LONG_ENOUGH: usize = 5;

/// Names and aliases of the known brands as they are compared: made once, for looks take time.
#[derive(Debug, Default)]
pub(super) struct BrandNames(Vec<BrandName>);

#[derive(Debug)]
struct BrandName {
    folded: String,
    letters: usize,
    look: String,
    brand: String,
}

impl BrandNames {
    pub(super) fn of(reference: &Reference) -> Self {
        let names = reference.brands().flat_map(|brand| {
            let all = std::iter::once(&brand.name).chain(&brand.aliases);
            all.map(|name| {
                let folded = fold(name);
                BrandName {
                    letters: folded.chars().count(),
                    folded,
                    look: look(name),
                    brand: brand.name.clone(),
                }
            })
        });
        Self(names.collect())
    }

    /// The brand that a name which is not its own imitates: the look of it, or one letter added, dropped, replaced or swapped.
    pub(super) fn imitated(&self, name: &str) -> Option<&str> {
        let (folded, look) = (fold(name), look(name));
        let letters = folded.chars().count();
        let slip = |known: &BrandName| {
            let near = known.letters >= LONG_ENOUGH && known.letters.abs_diff(letters) <= 1;
            near && one_slip(&folded, &known.folded, letters.max(known.letters))
        };
        let imitates =
            |known: &&BrandName| known.folded != folded && (known.look == look || slip(known));
        self.0
            .iter()
            .find(imitates)
            .map(|known| known.brand.as_str())
    }
}

/// Whether two names that are compared as different look the same to a person.
pub(super) fn looks_like(a: &str, b: &str) -> bool {
    fold(a) != fold(b) && look(a) == look(b)
}

/// Whether one change makes one of the other.
fn one_slip(a: &str, b: &str, longest: usize) -> bool {
    (1.0 - similar(a, b)) * longest as f64 <= 1.5
}

/// The skeleton, with one character standing for each set.
fn look(name: &str) -> String {
    let first = |c: char| {
        let set = HAN.split_whitespace().find(|set| set.contains(c));
        set.and_then(|set| set.chars().next()).unwrap_or(c)
    };
    skeleton(name).chars().map(first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_told_from_what_is_alike() {
        for (a, b) in [
            ("末来", "未来"),
            ("Nоrdhaus", "nordhaus"),
            ("N0rdhaus", "Nordhaus"),
        ] {
            assert!(looks_like(a, b), "{a} {b}");
        }
        for (a, b) in [("未来", "未来"), ("NORDHAUS", "Nordhaus"), ("木来", "未来")] {
            assert!(!looks_like(a, b), "{a} {b}");
        }
    }

    #[test]
    fn a_slip_counts_only_in_a_long_name() {
        let rows = serde_json::json!({"brands": [{"name": "Nordhaus", "aliases": ["诺德豪斯"]}, {"name": "Nora"}]});
        let names = BrandNames::of(&Reference::default().with_rows(rows).unwrap());
        assert_eq!(names.imitated("Nordhuas"), Some("Nordhaus"));
        assert_eq!(names.imitated("Nordhauss"), Some("Nordhaus"));
        for honest in [
            "Nordhaus",
            "NORDHAUS",
            "Nova",
            "Nordhausen",
            "Norwood",
            "诺德豪斯",
        ] {
            assert_eq!(names.imitated(honest), None, "{honest}");
        }
    }
}
