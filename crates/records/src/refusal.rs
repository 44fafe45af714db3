//! Why the door stayed shut: a person's problems, or a fault of ours.

use kehub_db::Fault;
use kehub_model::{Code, Problem, Problems};

#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Told to whoever asked. Its HTTP status is that of the first problem's code.
    #[error("{0:?}")]
    Problems(Problems),
    /// An undo meets others' work: the problems, and the conflicts as the undo itself would tell them.
    #[error("{problems:?}")]
    Conflicts { problems: Problems, conflicts: Vec<serde_json::Value> },
    /// Logged; the client gets its request id and nothing else.
    #[error("{0}")]
    Fault(Fault),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Refusal::Problems(vec![problem])
    }
}

impl From<Problems> for Refusal {
    fn from(problems: Problems) -> Self {
        Refusal::Problems(problems)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::TimedOut => Problem::new(Code::TimedOut, "").into(),
            Fault::Cursor => Problem::new(Code::BadCursor, "cursor").into(),
            Fault::Contention => Problem::new(Code::Busy, "").into(),
            fault => Refusal::Fault(fault),
        }
    }
}

impl Refusal {
    pub fn not_found() -> Refusal {
        Problem::new(Code::NotFound, "").into()
    }

    pub fn forbidden() -> Refusal {
        Problem::new(Code::Forbidden, "").into()
    }

    pub fn problems(&self) -> &[Problem] {
        match self {
            Refusal::Problems(problems) | Refusal::Conflicts { problems, .. } => problems,
            Refusal::Fault(_) => &[],
        }
    }
}
