//! What `rules new` asks, in English and in Chinese.

use super::interview::{Choice, Question};

pub(super) const ID: Question<'_> = Question {
    english: "What is the rule called? Pack and name, such as my-pack/cheap-kettle",
    chinese: "规则叫什么？规则包/名称，例如 my-pack/cheap-kettle",
    choices: &[],
    option: "PACK/NAME",
};
pub(super) const TITLE: Question<'_> = Question {
    english: "What does it find, in a few English words?",
    chinese: "它发现什么？（英文）",
    choices: &[],
    option: "--title",
};
pub(super) const TITLE_ZH: Question<'_> = Question {
    english: "What does it find, in a few Chinese words?",
    chinese: "它发现什么？（中文）",
    choices: &[],
    option: "--title-zh",
};
pub(super) const KIND: Question<'_> = Question {
    english: "What is it about?",
    chinese: "属于哪一类？",
    choices: &[
        choice("counterfeit", "a brand that is not genuine", "假冒"),
        choice("certification", "a certificate or licence number", "认证"),
        choice("recall", "recalled goods", "召回"),
        choice("disclosure", "what the page should show", "信息公示"),
        choice("prohibited", "what nobody may sell", "禁售"),
        choice("relisting", "removed, and there again", "重新上架"),
        choice("safety", "goods that are likely to do harm", "安全"),
        choice("seller", "who sells", "经营者"),
    ],
    option: "--kind",
};
pub(super) const SEVERITY: Question<'_> = Question {
    english: "How much is at stake?",
    chinese: "严重程度？",
    choices: &[
        choice("low", "a particular is missing", "低：信息缺失"),
        choice("medium", "something in between", "中"),
        choice("high", "harm or deceit is likely", "高：可能造成损害或欺骗"),
        choice("critical", "life or limb", "危急：危及人身"),
    ],
    option: "--severity",
};
pub(super) const BASIS: Question<'_> = Question {
    english: "Which article of law or standard does it rest on? Nothing for the usual one of its kind, to be confirmed",
    chinese: "依据哪条法律或标准？例如 产品质量法 第二十六条；留空则填入该类常用依据，待确认",
    choices: &[],
    option: "--basis",
};
pub(super) const CLASS: Question<'_> = Question {
    english: "Which goods? Classes such as children/toy, children/* or @ccc, apart by commas; nothing for all",
    chinese: "哪些商品？类别，例如 children/toy、children/*、@ccc，用逗号分隔；留空表示全部",
    choices: &[],
    option: "--class",
};
pub(super) const CHECK: Question<'_> = Question {
    english: "What is checked?",
    chinese: "检查什么？",
    choices: &[
        choice("list", "the page says a word of a term list", "词表中的词"),
        choice("words", "the page says words of your own", "自定义词语"),
        choice("below", "the price is below a limit", "价格低于限值"),
        choice(
            "missing",
            "a row of the page's table is empty",
            "缺少某项信息",
        ),
        choice("certificate", "a number is missing or wrong", "证书编号"),
        choice("free", "something else: a first script", "其他：自行编写"),
    ],
    option: "--list, --words, --below, --missing, --certificate or --free",
};
/// The choices are the lists that are loaded.
pub(super) const LIST: Question<'_> = Question {
    english: "Which term list?",
    chinese: "哪个词表？",
    choices: &[],
    option: "--list",
};
pub(super) const WORDS: Question<'_> = Question {
    english: "Which words, apart by commas?",
    chinese: "哪些词语？用逗号分隔",
    choices: &[],
    option: "--words",
};
pub(super) const BELOW: Question<'_> = Question {
    english: "Below which price?",
    chinese: "低于多少价格？",
    choices: &[],
    option: "--below",
};
pub(super) const MISSING: Question<'_> = Question {
    english: "Which row of the page's table, by the names it may have, apart by commas?",
    chinese: "页面表格中的哪一栏？可写多个名称，用逗号分隔",
    choices: &[],
    option: "--missing",
};
pub(super) const CERTIFICATE: Question<'_> = Question {
    english: "Numbers of which scheme?",
    chinese: "哪种编号？",
    choices: &[
        choice("ccc", "compulsory product certification", "强制性产品认证"),
        choice("sc", "food production licence", "食品生产许可"),
        choice("uscc", "unified social credit code", "统一社会信用代码"),
        choice("kc", "Korean certification", "韩国 KC 认证"),
    ],
    option: "--certificate",
};

const fn choice(
    word: &'static str,
    english: &'static str,
    chinese: &'static str,
) -> Choice<'static> {
    Choice {
        word,
        english,
        chinese,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Severity, rules::draft};

    #[test]
    fn what_is_offered_is_what_a_rule_can_be() {
        let offered = |question: Question<'static>| -> Vec<&str> {
            question.choices.iter().map(|choice| choice.word).collect()
        };
        assert_eq!(offered(KIND), draft::kinds());
        let severities: Vec<_> = Severity::ALL.iter().map(|one| one.as_str()).collect();
        assert_eq!(offered(SEVERITY), severities);
        assert_eq!(offered(CERTIFICATE), draft::SCHEMES);
    }
}
