//! Characters that a reader does not see, or that move the others about.

/// Control characters, zero-width characters, line separators and those that turn the direction of writing
/// (Unicode categories Cc, Zl, Zp, and the parts of Cf that Unicode Technical Report 36 warns of).
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}
