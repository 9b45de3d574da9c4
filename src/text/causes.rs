//! An error in one line, with the errors behind it.

use std::error::Error;

/// The message of `error`, and of each error behind it that it does not tell itself, joined with colons.
pub fn causes(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !message.contains(&words) {
            message = format!("{message}: {words}");
        }
        source = cause.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{says}")]
    struct Fault {
        says: &'static str,
        #[source]
        behind: Option<Box<Fault>>,
    }

    fn fault(says: &'static str, behind: Option<Fault>) -> Fault {
        let behind = behind.map(Box::new);
        Fault { says, behind }
    }

    #[test]
    fn each_cause_is_told_once() {
        let disk = fault("the disk is full", None);
        let told = fault("not written: the disk is full", Some(disk));
        let all = fault("no export", Some(told));
        assert_eq!(causes(&all), "no export: not written: the disk is full");
    }
}
