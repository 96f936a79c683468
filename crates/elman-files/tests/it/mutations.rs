//! Files with bytes changed, cut off or taken from elsewhere: whatever comes back, it comes back.
//!
//! `ELMAN_MUTATIONS=1000000 cargo test --release -p elman-files mutations` runs a million.

use std::time::{Duration, Instant};

use elman_files::{Error, KerasArchive, LegacyH5, Safetensors, WeightStore};

use crate::bytes;

/// Nothing takes longer; a busy machine is slow, too.
const LONGEST: Duration = Duration::from_secs(10);

/// A xorshift generator: the same changes in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    /// Changes 1 to 8 bytes to values that matter in headers, sometimes cuts the end off, sometimes
    /// puts a piece of another file, or of another place, over what is there.
    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        if self.below(4) == 0 {
            let from = self.below(other.len());
            let piece = &other[from..(from + 1 + self.below(256)).min(other.len())];
            let at = self.below(bytes.len());
            let end = (at + piece.len()).min(bytes.len());
            bytes[at..end].copy_from_slice(&piece[..end - at]);
        }
        for _ in 0..=self.below(8) {
            let at = self.below(bytes.len());
            bytes[at] = match self.below(4) {
                0 => 0,
                1 => 0xff,
                2 => bytes[at] ^ 1 << self.below(8),
                _ => self.below(256) as u8,
            };
        }
        if self.below(8) == 0 {
            bytes.truncate(self.below(bytes.len()) + 1);
        }
    }
}

/// Runs one kind of change on every sample; what it returns is how often HDF5 parsing panicked.
fn mutate(times: usize) -> usize {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let types = WeightStore::read_h5(&bytes("types.h5"), "").unwrap();
    let written = types.to_h5().unwrap();
    let mut samples: Vec<Vec<u8>> = vec![written, bytes("types.h5"), bytes("soft_link_new.h5")];
    for name in ["bf16.keras", "seq_simple.keras", "tfk_stacked.keras"] {
        samples.push(bytes(name));
        // Alone, so that the archive's checksum does not shield the HDF5.
        let archive = KerasArchive::from_bytes(&bytes(name), name).unwrap();
        samples.push(archive.weights.to_h5().unwrap());
        let file = bytes(name);
        let start = file.windows(4).position(|w| w == b"\x89HDF").unwrap();
        samples.push(file[start..].to_vec());
    }
    for name in ["tfk_seq.h5", "keras1.h5", "keras22.h5", "tfk_legacy_weights.h5"] {
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/old_files/");
        samples.push(std::fs::read(format!("{fixtures}{name}")).unwrap());
    }
    let torch = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/torch/modules.safetensors");
    samples.push(std::fs::read(torch).unwrap());
    let mut panics = 0;
    for turn in 0..times {
        let mut sample = samples[turn % samples.len()].clone();
        let other = &samples[random.below(samples.len())];
        random.change(&mut sample, other);
        let started = Instant::now();
        let result = match sample.starts_with(b"\x89HDF") {
            true => WeightStore::read_h5(&sample, "mutated").and_then(|store| {
                if LegacyH5::is(&store) {
                    LegacyH5::from_store(&store, "mutated").map(drop)
                } else {
                    Ok(())
                }
            }),
            false if random.below(2) == 0 => {
                Safetensors::from_bytes(&sample, "mutated").map(|_| ())
            }
            false => KerasArchive::from_bytes(&sample, "mutated").map(|_| ()),
        };
        if let Err(error @ Error::Hdf5Panicked { .. }) = &result {
            println!("turn {turn}: {error}");
            panics += 1;
        }
        let taken = started.elapsed();
        assert!(taken < LONGEST, "turn {turn} took {taken:?}");
    }
    panics
}

/// The number of mutations, of which the environment may ask for more.
#[test]
fn nothing_panics_or_hangs() {
    let asked = std::env::var("ELMAN_MUTATIONS").ok();
    let times = asked.map_or(3_000, |n| n.parse().expect("ELMAN_MUTATIONS is a number"));
    assert_eq!(mutate(times), 0);
}
