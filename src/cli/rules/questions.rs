//! What `rules new` asks, in English and in Chinese.

use super::interview::Question;

pub(super) const ID: Question = Question {
    english: "What is the rule called? Pack and name, such as my-pack/cheap-kettle",
    chinese: "规则叫什么？规则包/名称，例如 my-pack/cheap-kettle",
    option: "PACK/NAME",
};
pub(super) const TITLE: Question = Question {
    english: "What does it find, in a few English words?",
    chinese: "它发现什么？（英文）",
    option: "--title",
};
pub(super) const TITLE_ZH: Question = Question {
    english: "What does it find, in a few Chinese words?",
    chinese: "它发现什么？（中文）",
    option: "--title-zh",
};
pub(super) const KIND: Question = Question {
    english: "What is it about? 1 counterfeit, 2 certification, 3 recall, 4 disclosure, 5 prohibited, 6 relisting, 7 safety, 8 seller",
    chinese: "属于哪一类？1 假冒 2 认证 3 召回 4 信息公示 5 禁售 6 重新上架 7 安全 8 经营者",
    option: "--kind",
};
pub(super) const SEVERITY: Question = Question {
    english: "How much is at stake? 1 low (a particular is missing), 2 medium, 3 high (harm or deceit is likely), 4 critical (life or limb)",
    chinese: "严重程度？1 低（信息缺失） 2 中 3 高（可能造成损害或欺骗） 4 危急（危及人身）",
    option: "--severity",
};
pub(super) const CLASS: Question = Question {
    english: "Which goods? Classes such as children/toy, children/* or @ccc, apart by commas; nothing for all",
    chinese: "哪些商品？类别，例如 children/toy、children/*、@ccc，用逗号分隔；留空表示全部",
    option: "--class",
};
pub(super) const CHECK: Question = Question {
    english: "What is checked? 1 a word of a term list, 2 words of your own, 3 a price below a limit, 4 a particular that is missing, 5 a certificate number, 6 something else",
    chinese: "检查什么？1 词表中的词 2 自定义词语 3 价格低于限值 4 缺少某项信息 5 证书编号 6 其他",
    option: "--list, --words, --below, --missing, --certificate or --free",
};
pub(super) const LIST: Question = Question {
    english: "Which term list, such as replica?",
    chinese: "哪个词表？例如 replica",
    option: "--list",
};
pub(super) const WORDS: Question = Question {
    english: "Which words, apart by commas?",
    chinese: "哪些词语？用逗号分隔",
    option: "--words",
};
pub(super) const BELOW: Question = Question {
    english: "Below which price?",
    chinese: "低于多少价格？",
    option: "--below",
};
pub(super) const MISSING: Question = Question {
    english: "Which row of the page's table, by the names it may have, apart by commas?",
    chinese: "页面表格中的哪一栏？可写多个名称，用逗号分隔",
    option: "--missing",
};
pub(super) const CERTIFICATE: Question = Question {
    english: "Numbers of which scheme? ccc, sc, uscc or kc",
    chinese: "哪种编号？ccc、sc、uscc 或 kc",
    option: "--certificate",
};
