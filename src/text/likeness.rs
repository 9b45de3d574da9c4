//! How alike two texts are.

use std::collections::BTreeMap;

use super::fold::{fold, skeleton};

/// Above this many characters the pairs of neighbours are compared instead: the table of distances grows with the square.
const LONG: usize = 256;

/// 0 (nothing in common) to 1 (equal), on folded text: one less the share of characters to be inserted, removed, replaced
/// or swapped with a neighbour (optimal string alignment); of long texts the share of neighbouring pairs in common (Dice).
pub fn similar(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let longest = a.len().max(b.len());
    if a.is_empty() || b.is_empty() {
        0.0
    } else if longest > LONG {
        pairs_in_common(&a, &b)
    } else {
        1.0 - distance(&a, &b) as f64 / longest as f64
    }
}

/// Optimal string alignment, three rows at a time.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, to) in b.iter().enumerate() {
            let replaced = above[j] + usize::from(from != to);
            let mut least = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

fn pairs_in_common(a: &[char], b: &[char]) -> f64 {
    let mut left: BTreeMap<(char, char), usize> = BTreeMap::new();
    for pair in a.windows(2) {
        *left.entry((pair[0], pair[1])).or_default() += 1;
    }
    let common = b
        .windows(2)
        .filter(|pair| {
            left.get_mut(&(pair[0], pair[1])).is_some_and(|n| {
                let here = *n > 0;
                *n = n.saturating_sub(1);
                here
            })
        })
        .count();
    let pairs = (a.len() + b.len()).saturating_sub(2);
    2.0 * common as f64 / pairs.max(1) as f64
}

/// Characters that are read as one another, beyond what Unicode lists, folded. Han pairs differ in one stroke or radical.
const LOOK_ALIKE: &[(&str, &str)] = &[
    ("0", "o"),
    ("1", "l"),
    ("1", "i"),
    ("l", "i"),
    ("5", "s"),
    ("2", "z"),
    ("8", "b"),
    ("6", "b"),
    ("9", "g"),
    ("9", "q"),
    ("3", "e"),
    ("4", "a"),
    ("@", "a"),
    ("$", "s"),
    ("!", "i"),
    ("m", "rn"),
    ("w", "vv"),
    ("d", "cl"),
    ("u", "v"),
    ("q", "g"),
    ("搏", "博"),
    ("己", "已"),
    ("已", "巳"),
    ("末", "未"),
    ("土", "士"),
    ("日", "曰"),
    ("目", "日"),
    ("大", "太"),
    ("大", "犬"),
    ("人", "入"),
    ("天", "夭"),
    ("王", "玉"),
    ("玉", "主"),
    ("干", "千"),
    ("干", "于"),
    ("鸟", "乌"),
    ("免", "兔"),
    ("侯", "候"),
    ("戊", "戌"),
    ("戌", "戍"),
    ("拨", "拔"),
    ("暮", "幕"),
    ("辨", "辩"),
    ("晴", "睛"),
    ("清", "青"),
    ("清", "请"),
    ("情", "晴"),
    ("耐", "奈"),
    ("威", "戚"),
    ("康", "廉"),
    ("牛", "午"),
    ("白", "自"),
    ("百", "白"),
    ("万", "方"),
    ("力", "刀"),
    ("力", "刁"),
    ("粤", "奥"),
    ("奥", "澳"),
    ("美", "羙"),
    ("康", "糠"),
    ("果", "课"),
    ("果", "裸"),
    ("飘", "漂"),
    ("洁", "结"),
    ("华", "毕"),
    ("小", "少"),
    ("米", "来"),
    ("米", "木"),
    ("格", "恪"),
    ("师", "帅"),
    ("傅", "博"),
    ("治", "冶"),
    ("冷", "泠"),
    ("徐", "涂"),
    ("娃", "蛙"),
    ("哈", "蛤"),
    ("娃", "洼"),
    ("兵", "乓"),
    ("乒", "乓"),
    ("住", "佳"),
    ("佳", "隹"),
    ("诗", "持"),
    ("蓝", "篮"),
    ("狼", "狠"),
    ("良", "艮"),
];

/// How a text imitates a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imitation {
    /// Other characters that look the same.
    Skeleton,
    /// One character replaced by one that looks like it: `0` for `o`, `rn` for `m`, 搏 for 博.
    LookAlike,
}

/// Whether `shown` (as on the page) imitates the name `real`: it reads like it, but folds to something else.
/// None where the two are equal once folded, or differ in more than one place.
pub fn imitates(shown: &str, real: &str) -> Option<Imitation> {
    let (a, b) = (fold(shown), fold(real));
    if a == b || a.is_empty() || b.is_empty() {
        return None;
    }
    if skeleton(shown) == skeleton(real) {
        return Some(Imitation::Skeleton);
    }
    one_off(&a, &b).then_some(Imitation::LookAlike)
}

/// Equal but for one place, where a pair of look-alikes stands.
fn one_off(a: &str, b: &str) -> bool {
    let common = |x: (char, char)| x.0 == x.1;
    let head: usize = a
        .chars()
        .zip(b.chars())
        .take_while(|x| common(*x))
        .map(|(c, _)| c.len_utf8())
        .sum();
    let (a, b) = (&a[head..], &b[head..]);
    LOOK_ALIKE.iter().any(|(x, y)| {
        let swapped = |from: &str, to: &str| {
            a.strip_prefix(from)
                .is_some_and(|rest| b.strip_prefix(to) == Some(rest))
        };
        swapped(x, y) || swapped(y, x)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_falls_with_every_difference() {
        assert_eq!(similar("", ""), 1.0);
        assert_eq!(similar("耐克", ""), 0.0);
        assert_eq!(similar("adidas", "addias"), 1.0 - 1.0 / 6.0);
        assert_eq!(similar("李宁运动", "李宁跑步"), 0.5);
        let (long, other) = ("ab ".repeat(50_000), "cd ".repeat(50_000));
        assert!(similar(&long, &long[3..]) > 0.99);
        assert!(similar(&long, &other) < 0.01);
    }

    #[test]
    fn every_pair_is_of_two_folded_forms() {
        for (x, y) in LOOK_ALIKE {
            assert_ne!(x, y);
            assert_eq!((fold(x).as_str(), fold(y).as_str()), (*x, *y));
        }
    }

    #[test]
    fn an_imitation_reads_like_the_name() {
        for (shown, real, how) in [
            ("Niкe", "Nike", Some(Imitation::Skeleton)),
            ("Kärcher", "Karcher", None),
            ("p0lo", "Polo", Some(Imitation::Skeleton)),
            ("搏世", "博世", Some(Imitation::LookAlike)),
            ("Adida5", "Adidas", Some(Imitation::LookAlike)),
            ("Phillips", "Philips", None),
            ("NIKE", "nike", None),
            ("Mike", "Nike", None),
        ] {
            assert_eq!(imitates(shown, real), how, "{shown}");
        }
    }
}
