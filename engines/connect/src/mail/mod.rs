//! Mail: written in the transaction of its cause, sealed until it is sent, sent once.
//!
//! A mail is a row of the outbox (`store/outbox.rs`). It is *pending* until a mail server has the whole of it but the last line;
//! then *sending*, which is written down before that line goes out; then *sent*. A server that says “not now” is asked again
//! later, one that says “never” makes it *failed*. When the end was not heard (killed, cut off) nobody can tell whether the
//! server has it: it is *unknown*, a person is told, and it is not sent again by itself.

mod deliver;
mod letter;
mod post;
mod seal;
mod smtp;

pub use deliver::Delivery;
pub use letter::{Letter, LinkLetter};
pub use post::Post;
pub use seal::Seal;
pub use smtp::{Smtp, Tls};
