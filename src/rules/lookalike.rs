//! Names made to be taken for another: look-alike letters and characters, one slip of the pen.

use super::picture::distance;
use crate::text::fold::{fold, skeleton};

/// Han characters that are taken for one another at a glance, after folding to simplified forms; one set in each word.
const HAN: &str = "未末 日曰 己已巳 土士 人入 大太犬 干千于 天夭 王玉 木本 由田甲申 刀力 贝见 白自 鸟乌 今令 治冶 候侯 兔免 \
    竞竟 崇祟 洒酒 幼幻 历厉 戊戌戍 斤斥 目且 爪瓜 问间 旦但 栗粟 徒徙 拔拨 折拆 晴睛 辨辩 梁粱 泪汨 宫官 名各 休体 \
    季李 秀禾 牛午 夫失 心必 乐东 风凤 儿几 万方 丘兵 耍要 卯卵 哀衰 芒茫 佳住";

/// Shorter names differ by one letter from many honest ones.
const LONG_ENOUGH: usize = 5;

/// Whether two names that are compared as different look the same to a person.
pub(super) fn looks_like(a: &str, b: &str) -> bool {
    fold(a) != fold(b) && look(a) == look(b)
}

/// Whether one letter was added, dropped, replaced or swapped in a name long enough for that to be no accident.
pub(super) fn one_slip(a: &str, b: &str) -> bool {
    let (a, b) = (fold(a), fold(b));
    b.chars().count() >= LONG_ENOUGH && distance(&a, &b) == 1
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
        assert!(one_slip("Nordhuas", "Nordhaus"));
        assert!(!one_slip("Nova", "Nora"));
        assert!(!one_slip("Nordhaus", "Nordhaus"));
    }
}
