//! The manners of our HTTP, once: who asks, what a route needs, problems as RFC 9457, ETags, limits, the list of routes from
//! which router and OpenAPI file are both made. It knows no route.
//!
//! **Architecture invariant:** a route that is not in the list cannot exist, and a route in the list has said what it needs.

mod answer;
mod ask;
mod caller;
mod csrf;
mod openapi;
mod refused;
mod route;
mod service;
mod upload;

pub use answer::{created, empty, html_headers, json, json_text, record, text};
pub use ask::{Ask, typed};
pub use caller::{Caller, Gate, Means};
pub use openapi::document;
pub use refused::{Refused, answer_refusal};
pub use route::{Answered, Handler, Need, Route, handler};
pub use service::{Manners, Response, Service};
pub use upload::{Part, Upload};

/// The body every answer has, and every request.
pub use axum::body::Body;
