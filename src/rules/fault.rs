//! Every fault that loading a rule can name.

/// One line per code: variant, code, level, what it says.
macro_rules! codes {
    ($($variant:ident = $code:literal $level:literal $doc:literal),+ $(,)?) => {
        /// A fault's name, for papers and for scripts that read `--json`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Code { $(#[doc = $doc] $variant),+ }

        impl Code {
            /// All of them, in order.
            pub(super) const ALL: &[Self] = &[$(Self::$variant),+];

            /// Such as `R101`.
            pub(super) fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// `error`: the rule is not loaded; `warning`: it is.
            pub(super) fn level(self) -> &'static str {
                match self { $(Self::$variant => $level),+ }
            }

            /// The page of docs/faults that tells more.
            pub(super) fn page(self) -> &'static str {
                match self { $(Self::$variant => concat!("docs/faults/", $code, ".md")),+ }
            }

            /// That page, as it stands in the repository.
            pub(super) fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => include_str!(concat!("../../docs/faults/", $code, ".md"))),+
                }
            }

            /// One sentence for the manual.
            pub(super) fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc),+ }
            }
        }
    };
}

codes! {
    Syntax = "R001" "error" "the file is not valid Rhai",
    NotLiteral = "R002" "error" "`RULE` or `TESTS` is missing, or is not made of plain values",
    Metadata = "R003" "error" "a key of `RULE` is missing or holds the wrong kind of value",
    UnknownKey = "R004" "error" "`RULE`, `when` or a test has a key that means nothing",
    Check = "R005" "error" "`fn check(item)` or `fn check(item, p)` is missing",
    Loose = "R006" "error" "a statement stands outside a function, where it never runs",
    BadTest = "R007" "error" "a test names no outcome, or its listing cannot be made",
    NoDoc = "R008" "warning" "the file does not begin with a `//!` comment",
    NoBasis = "R009" "warning" "`basis` names no article of law and no standard",
    NoTests = "R010" "warning" "the rule has no tests",
    Language = "R011" "warning" "a text lacks its English or its Chinese",
    UnknownField = "R101" "error" "a field that a listing, a parameter or a result does not have",
    UnknownFunction = "R102" "error" "a function that does not exist",
    Arity = "R103" "error" "a function called with too many or too few values",
    UnknownList = "R104" "error" "a term list, class list, block or scheme that does not exist",
    Placeholder = "R105" "error" "a reason has a placeholder that no `.because` and no field fills",
    UnknownName = "R106" "error" "a name that nothing defines",
    OneSided = "R107" "warning" "a computed value stands in the sentence of one language only",
    UnknownWord = "R108" "error" "a field is compared with a word that it never holds",
    AbsentCompared = "R201" "error" "a comparison with something that may be absent, and is then silently false",
    AbsentUsed = "R202" "warning" "a calculation or a method on something that may be absent, where the rule then fails",
    Kinds = "R203" "error" "a comparison of two kinds of value, which is always the same",
    Score = "R204" "error" "a score that is no whole number from 0 to 100",
    Taken = "R205" "error" "a closure that asks about the variable with which its chain begins, where the rule then fails",
    Unreachable = "R211" "error" "a statement that can never run",
    Constant = "R212" "error" "a condition that is the same on every listing",
    Repeated = "R213" "error" "a condition that was already asked, so that its branch never runs",
    NoAnswer = "R221" "error" "a way through `check` that ends without flag, pass or unsure",
    NeverFlags = "R222" "warning" "a rule that never flags anything",
    ShutGate = "R301" "error" "a gate that can never open",
    IdleGate = "R302" "warning" "an entry of a gate that changes nothing",
    TestTwice = "R311" "warning" "a test with the same listing, facts and reference data as another",
    TestName = "R312" "warning" "two tests of one name",
    SlowText = "R401" "warning" "text work in the script where a native function does it at once",
    SlowLoop = "R402" "warning" "a loop that does the same work in every round",
    LongList = "R403" "warning" "a long list of words that stands in the rule itself",
    OverBudget = "R404" "warning" "a test in which the rule takes more steps than its budget",
    IdleParam = "R501" "warning" "a parameter that nothing reads",
    IdleName = "R502" "warning" "a variable that nothing reads",
    IdleFunction = "R503" "warning" "a function that nothing calls",
}
