//! The world outside: files people bring and take away.

pub mod files;
