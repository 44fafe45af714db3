//! What a handler may fail with, and how it is told: `application/problem+json` with code, words and the request's id.

use http::{HeaderValue, Method, StatusCode, header};
use kehub_db::Fault;
use kehub_model::{Code, Language, Problem, Problems};
use kehub_records::Refusal;
use serde_json::json;

use crate::service::Response;

/// A refusal, when to ask again, and by which methods.
#[derive(Debug)]
pub struct Refused {
    pub refusal: Refusal,
    pub retry_after: Option<u64>,
    pub allow: Option<String>,
}

impl<T: Into<Refusal>> From<T> for Refused {
    fn from(refusal: T) -> Self {
        Refused { refusal: refusal.into(), retry_after: None, allow: None }
    }
}

impl Refused {
    pub fn new(code: Code, at: &str) -> Refused {
        Problem::new(code, at).into()
    }

    /// The request is not of the right form.
    pub fn bad_request(hint: impl std::fmt::Display) -> Refused {
        Problem::new(Code::BadRequest, "").with("hint", hint).into()
    }

    pub fn not_found() -> Refused {
        Refusal::not_found().into()
    }

    /// The path is right, the method is not; these would be.
    pub fn wrong_method<'a>(methods: impl IntoIterator<Item = &'a Method>) -> Refused {
        let mut names = Vec::new();
        for method in methods {
            names.push(method.as_str());
            if *method == Method::GET {
                names.push("HEAD");
            }
        }
        Refused { allow: Some(names.join(", ")), ..Refused::new(Code::MethodNotAllowed, "") }
    }

    pub fn forbidden() -> Refused {
        Refusal::forbidden().into()
    }

    pub fn too_often(seconds: u64) -> Refused {
        let refused: Refused = Problem::new(Code::TooOften, "").with("seconds", seconds).into();
        Refused { retry_after: Some(seconds), ..refused }
    }

    pub fn busy() -> Refused {
        Refused { retry_after: Some(1), ..Refused::new(Code::Unavailable, "") }
    }

    /// A fault of ours, told to the log.
    pub fn fault(error: impl Into<anyhow::Error>) -> Refused {
        Refusal::Fault(Fault::Other(error.into())).into()
    }

    pub fn status(&self) -> StatusCode {
        let code = match &self.refusal {
            Refusal::Problems(problems) | Refusal::Conflicts { problems, .. } => {
                problems.first().map_or(500, |problem| problem.code.status())
            }
            Refusal::Fault(Fault::Storage | Fault::Closed | Fault::Pool(_)) => 503,
            Refusal::Fault(_) => 500,
        };
        StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// The answer to a request that is refused. A fault is logged here, once, with the request's id.
pub fn answer_refusal(refused: Refused, language: Language, request: &str) -> Response {
    let status = refused.status();
    let retry_after = refused.retry_after.or((status == StatusCode::SERVICE_UNAVAILABLE).then_some(1));
    let mut conflicts = None;
    let problems: Problems = match refused.refusal {
        Refusal::Problems(problems) => problems,
        Refusal::Conflicts { problems, conflicts: told } => {
            conflicts = Some(told);
            problems
        }
        Refusal::Fault(fault) => {
            tracing::error!(request, fault = %fault, "a request failed");
            let code = if status == StatusCode::SERVICE_UNAVAILABLE { Code::Unavailable } else { Code::Internal };
            vec![Problem::new(code, "").with("request", request)]
        }
    };
    let code = problems.first().map_or(Code::Internal, |problem| problem.code);
    let detail = problems.first().map(|problem| problem.message(language)).unwrap_or_default();
    let mut body = json!({
        "type": format!("urn:kehub:problem:{code}"),
        "title": detail,
        "status": status.as_u16(),
        "code": code.text(),
        "detail": detail,
        "problems": problems.iter().map(|problem| problem.spoken(language)).collect::<Vec<_>>(),
        "request_id": request,
    });
    if let Some(conflicts) = conflicts {
        body["conflicts"] = conflicts.into();
    }
    let mut answer = Response::new(body.to_string().into());
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(allow) = refused.allow.and_then(|names| HeaderValue::from_str(&names).ok()) {
        headers.insert(header::ALLOW, allow);
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    answer
}
