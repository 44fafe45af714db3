//! What the platform wants done outside of its own data: each is a row that is written in the transaction of its cause and
//! carried out once.

use crate::value::RecordId;

/// One thing that is to leave the building. Its words are sealed beside it until it has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A mail with a link by which a person sets a first password.
    Invitation { person: RecordId },
    /// A mail with a link by which a person sets a new password.
    PasswordReset { person: RecordId },
}

impl Effect {
    /// How it is called in the outbox and on the operations page. Never changes.
    pub fn kind(self) -> &'static str {
        match self {
            Effect::Invitation { .. } => "invitation",
            Effect::PasswordReset { .. } => "password_reset",
        }
    }

    /// Whom it is for.
    pub fn person(self) -> RecordId {
        match self {
            Effect::Invitation { person } | Effect::PasswordReset { person } => person,
        }
    }
}
