//! The schemes whose numbers a new rule can look for, with numbers that show every answer.

use rhai::{Array, Dynamic};

use super::{
    Body, Unfit,
    checks::{body, one, row, test},
};
use crate::rules::{
    picture::did_you_mean,
    written::{self, Entries},
};

/// A scheme whose numbers a new rule can look for.
struct Numbered {
    scheme: &'static str,
    /// A row that asks for the number.
    row: &'static str,
    valid: [&'static str; 2],
    invalid: [&'static str; 2],
}

const NUMBERED: &[Numbered] = &[
    Numbered {
        scheme: "ccc",
        row: "3C证书编号",
        valid: ["2016010706840003", "2021010717123456"],
        invalid: ["1234567", "20210107171234"],
    },
    Numbered {
        scheme: "sc",
        row: "食品生产许可证编号",
        valid: ["SC11834020305037", "SC12441112200063"],
        invalid: ["SC11834020305038", "SC11453282248002"],
    },
    Numbered {
        scheme: "uscc",
        row: "统一社会信用代码",
        valid: ["91110000802100433B", "9144030071526726XG"],
        invalid: ["91110000802100433C", "91110000802100433D"],
    },
    Numbered {
        scheme: "kc",
        row: "KC 인증번호",
        valid: ["R-C-ABC-MODEL1", "HU071234-12345"],
        invalid: ["ABC", "KC-1"],
    },
];

/// The schemes whose numbers a new rule can look for.
pub const SCHEMES: [&str; 4] = ["ccc", "sc", "uscc", "kc"];

/// A number that is left empty or fails its check.
pub(super) fn certificate(scheme: &str) -> Result<Body, Unfit> {
    let Some(known) = NUMBERED.iter().find(|known| known.scheme == scheme) else {
        let help = did_you_mean(scheme, SCHEMES).unwrap_or_default();
        return Err(Unfit::Check(format!(
            "a new rule cannot look for numbers of '{scheme}'; {help}"
        )));
    };
    let quoted = written::text(scheme);
    let script = format!(
        "    let shown = item.codes({quoted});
    if shown.some(|code| code.valid) {{ return pass(\"a number is shown\"); }}
    if !shown.is_empty() {{
        return flag(\"the number “{{number}}” has not the right form\", \"编号“{{number}}”格式不正确\")
            .because(\"number\", shown[0].raw);
    }}
    if !item.left_empty({quoted}) {{ return unsure(\"no place for the number was seen\"); }}
    flag(\"the place for the number is empty\", \"编号一栏为空\")
"
    );
    let shown = |number: &str| -> Entries {
        let list = Dynamic::from_array(Array::from([Dynamic::from(number.to_owned())]));
        one("codes", Dynamic::from_map([(scheme.into(), list)].into()))
    };
    let tests = vec![
        test("flag", "an empty row", row(known.row, "")),
        test("flag", "a word for nothing", row(known.row, "暂无")),
        test("flag", "a number that is none", shown(known.invalid[0])),
        test(
            "flag",
            "a number of the wrong form",
            shown(known.invalid[1]),
        ),
        test("pass", "a number", shown(known.valid[0])),
        test("pass", "another number", shown(known.valid[1])),
        test("unsure", "a table without the row", row("颜色分类", "红")),
        test("unsure", "no table", Vec::new()),
    ];
    Ok(body(script, tests))
}
