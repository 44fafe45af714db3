//! Behaviours of the import: on small tables in memory, on a database, and on real files.

mod door;
mod fates;
mod mapping;
mod maven;
mod running;
mod workspace;
mod world;
