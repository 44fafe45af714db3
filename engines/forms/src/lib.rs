//! To be said.
