//! Vocabularies: which index each token has, and the other way round.

mod arguments;
mod counts;
mod encode;
mod farm_hash;
mod files;
mod index;
mod options;
mod sip_hash;
mod table;
mod token;

pub(super) use arguments::{lookup_arguments, vocabulary_calls};
pub(super) use counts::{Counts, as_documents};
pub(super) use index::Index;
pub(super) use options::LookupOptions;
pub use options::{OovMethod, OutputMode};
pub(super) use table::Table;
pub(super) use token::LARGEST_INTEGER;
pub use token::Token;
