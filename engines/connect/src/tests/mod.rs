//! Behaviours of the import, on small tables.

mod fates;
mod mapping;
mod world;
