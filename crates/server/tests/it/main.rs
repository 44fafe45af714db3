//! Everything through HTTP, on a real server without sockets. By resource; `anna` may, `ben` may not.

mod console;
mod definitions;
mod drafts;
mod files;
mod fuzz;
mod imports;
mod junk;
mod mail;
mod manners;
mod people;
mod records;
mod routes;
mod shapes;
mod sign_in;
mod smtp;
mod solutions;
mod words;
mod world;
