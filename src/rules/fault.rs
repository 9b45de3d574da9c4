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

            /// One sentence for the manual.
            pub(super) fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc),+ }
            }
        }
    };
}

codes! {
    Syntax = "R001" "error" "the file is not valid Rhai, or uses a name that nothing defines",
    NotLiteral = "R002" "error" "`RULE` or `TESTS` is missing, or is not made of plain values",
    Metadata = "R003" "error" "a key of `RULE` is missing or holds the wrong kind of value",
    UnknownKey = "R004" "error" "`RULE`, `when` or a test has a key that means nothing",
    Check = "R005" "error" "`fn check(item)` or `fn check(item, p)` is missing",
    Loose = "R006" "error" "a statement stands outside a function, where it never runs",
    BadTest = "R007" "error" "a test names no outcome, or its listing cannot be made",
    NoDoc = "R008" "warning" "the file does not begin with a `//!` comment",
    NoBasis = "R009" "warning" "`basis` names no article of law and no standard",
    NoTests = "R010" "warning" "the rule has no tests",
    UnknownField = "R101" "error" "a field that a listing, a parameter or a result does not have",
    UnknownFunction = "R102" "error" "a function that does not exist",
    Arity = "R103" "error" "a function called with too many or too few values",
    UnknownList = "R104" "error" "a term list, class list, block or scheme that does not exist",
    Placeholder = "R105" "error" "a reason has a placeholder that no `.because` and no field fills",
}
