//! The roof: routes, sign-in, solutions, the embedded web, the command line.

pub mod app;
pub mod cli;
pub mod console;
mod http;
pub mod identity;
pub mod kinds;
pub mod routes;
pub mod serve;
pub mod settings;
pub mod solutions;
mod web;
