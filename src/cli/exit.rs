//! Every exit code, and what turns into it.

use std::{fmt, process::ExitCode};

use crate::{config, demo, text::causes, workspace};

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// 0: done.
    Done,
    /// 1: done, and the answer is "no": a test failed, a check found faults, a verification failed.
    No,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::from(0),
            Exit::No => Self::from(1),
        }
    }
}

/// 2: it could not be done. One clear message.
#[derive(Debug)]
pub(super) enum Failure {
    /// What is wrong, where, and what would be right.
    Message(String),
    /// Nobody reads our output any more (`| head`): not a fault.
    HungUp,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(message) => f.write_str(message),
            Self::HungUp => f.write_str("the reader went away"),
        }
    }
}

impl Failure {
    pub(super) fn new(message: impl fmt::Display) -> Self {
        Self::Message(message.to_string())
    }
}

impl From<workspace::Error> for Failure {
    fn from(error: workspace::Error) -> Self {
        match error {
            workspace::Error::Config(config::Error::Faults { faults, .. }) => {
                let pictures: Vec<_> = faults.into_iter().map(|fault| fault.picture).collect();
                Self::Message(pictures.join("\n"))
            }
            workspace::Error::Desk(crate::desk::Error::HungUp) => Self::HungUp,
            error => Self::Message(causes(&error)),
        }
    }
}

impl From<demo::Error> for Failure {
    fn from(error: demo::Error) -> Self {
        match error {
            demo::Error::Workspace(error) => error.into(),
            error => Self::Message(causes(&error)),
        }
    }
}
