//! The crate's own, specified random numbers.
//!
//! A stream is ChaCha8 keyed by a seed and numbered by what it is for, so that the numbers of one
//! layer depend neither on the order in which layers are made nor on the number of threads.

use std::hash::{BuildHasher, Hasher};
use std::sync::{Mutex, PoisonError};

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// A stream of random numbers.
///
/// ```
/// use elman::random::Stream;
/// let (mut a, mut b) = (Stream::new(7, "weights"), Stream::new(7, "weights"));
/// assert_eq!(a.uniform(), b.uniform());
/// ```
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of `seed` for one purpose; streams for different purposes are independent.
    pub fn new(seed: u64, purpose: &str) -> Stream {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(fnv1a(purpose.as_bytes()));
        Stream(rng)
    }

    /// A number in `[0, 1)`, with 53 random bits.
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A standard normal number (Box–Muller).
    pub fn normal(&mut self) -> f64 {
        // 1 - u is in (0, 1], so the logarithm is finite.
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// A standard normal number within two standard deviations, by rejection.
    pub fn truncated_normal(&mut self) -> f64 {
        loop {
            let z = self.normal();
            if z.abs() <= 2.0 {
                return z;
            }
        }
    }

    /// An integer in `0..n`, without bias.
    pub fn below(&mut self, n: usize) -> usize {
        // Lemire's multiply-and-shift, rejecting the few values that would favour small results.
        let n = n as u64;
        let threshold = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(n);
            if product as u64 >= threshold {
                return (product >> 64) as usize;
            }
        }
    }

    /// The numbers `0..n` in random order (Fisher–Yates).
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, self.below(i + 1));
        }
        order
    }
}

/// What the seeds of models come from, once the program has asked for it.
static SEEDS: Mutex<Option<Stream>> = Mutex::new(None);

/// Makes all models from here on get seeds that follow from this one, in the order in which they are
/// made, unless they are given their own: Keras's `keras.utils.set_random_seed`. The same program
/// then gives the same numbers.
///
/// ```
/// use elman::prelude::*;
/// elman::random::set_random_seed(7);
/// let seeds = [Model::from(Sequential::new()).seed(), Model::from(Sequential::new()).seed()];
/// elman::random::set_random_seed(7);
/// assert_eq!(Model::from(Sequential::new()).seed(), seeds[0]);
/// assert_ne!(seeds[0], seeds[1]);
/// ```
pub fn set_random_seed(seed: u64) {
    *SEEDS.lock().unwrap_or_else(PoisonError::into_inner) = Some(Stream::new(seed, "seeds"));
}

/// A seed for those who gave none: from [`set_random_seed`], else from the operating system's
/// randomness.
pub(crate) fn entropy() -> u64 {
    match &mut *SEEDS.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(stream) => stream.0.next_u64(),
        None => std::collections::hash_map::RandomState::new().build_hasher().finish(),
    }
}

/// FNV-1a, a stable hash: the numbers of a seed must not change with the compiler's version.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut stream = Stream::new(1, "test");
        let n = 40_000;
        let draws: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let mean = draws.iter().sum::<f64>() / n as f64;
        let variance = draws.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / n as f64;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
        assert!((0..n).all(|_| stream.truncated_normal().abs() <= 2.0));
    }

    #[test]
    fn a_permutation_holds_every_index_once() {
        let mut order = Stream::new(3, "test").permutation(1000);
        assert_ne!(order[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        order.sort_unstable();
        assert_eq!(order, (0..1000).collect::<Vec<_>>());
    }
}
