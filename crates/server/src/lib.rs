//! The roof.
