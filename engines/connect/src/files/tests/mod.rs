//! Tests of reading and writing, one file a subject.
