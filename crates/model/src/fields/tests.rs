//! What each field type promises.
