//! What vocabularies consist of: strings or integers.

use std::fmt::Debug;
use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::OovMethod;
use super::farm_hash::farm_hash;
use super::sip_hash::sip_hash;

/// The largest integer up to which f32 holds every one.
pub(in crate::layers::preprocessing) const LARGEST_INTEGER: i64 = 1 << 24;

/// A word of a vocabulary.
pub trait Token:
    Clone + Debug + Eq + Hash + Ord + Send + Serialize + DeserializeOwned + Sync + 'static
{
    /// What stands for unknown tokens unless the layer says else.
    fn default_oov() -> Option<Self>;

    /// Which of so many places an unknown token goes to.
    fn bucket(&self, buckets: usize, method: OovMethod, salt: Option<[i64; 2]>) -> usize;

    /// The token as a line of a vocabulary file; none if that can't hold it.
    fn to_line(&self) -> Option<String>;

    /// The token of a line; none if it is none.
    fn from_line(line: &str) -> Option<Self>;

    /// Why no layer can look the token up, if so.
    fn refused(&self) -> Option<&'static str> {
        None
    }
}

fn hashed(bytes: &[u8], buckets: usize, salt: Option<[i64; 2]>) -> usize {
    let hash = match salt {
        None => farm_hash(bytes),
        Some(key) => sip_hash(bytes, key.map(i64::cast_unsigned)),
    };
    (hash % buckets.max(1) as u64) as usize
}

impl Token for String {
    fn default_oov() -> Option<String> {
        Some("[UNK]".into())
    }

    fn bucket(&self, buckets: usize, _method: OovMethod, salt: Option<[i64; 2]>) -> usize {
        hashed(self.as_bytes(), buckets, salt)
    }

    fn to_line(&self) -> Option<String> {
        (!self.contains(super::files::LINE_ENDS)).then(|| self.clone())
    }

    fn from_line(line: &str) -> Option<String> {
        Some(line.into())
    }
}

impl Token for i64 {
    fn default_oov() -> Option<i64> {
        Some(-1)
    }

    fn bucket(&self, buckets: usize, method: OovMethod, salt: Option<[i64; 2]>) -> usize {
        match method {
            OovMethod::Floormod => self.rem_euclid(buckets.max(1) as i64) as usize,
            OovMethod::Farmhash => hashed(self.to_string().as_bytes(), buckets, salt),
        }
    }

    fn to_line(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn from_line(line: &str) -> Option<i64> {
        line.trim().parse().ok()
    }

    fn refused(&self) -> Option<&'static str> {
        let fits = self.unsigned_abs() <= LARGEST_INTEGER.unsigned_abs();
        (!fits).then_some("integers of at most 16777216, up to which f32 holds every one")
    }
}
