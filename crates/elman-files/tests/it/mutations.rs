//! Files with a few bytes changed: whatever comes back, it comes back.

use elman_files::{Error, KerasArchive, WeightStore};

use crate::bytes;

/// A xorshift generator: the same changes in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    /// Changes 1 to 8 bytes to values that matter in headers, and sometimes cuts the end off.
    fn change(&mut self, bytes: &mut Vec<u8>) {
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
    let mut panics = 0;
    for turn in 0..times {
        let mut sample = samples[turn % samples.len()].clone();
        random.change(&mut sample);
        let result = match sample.starts_with(b"\x89HDF") {
            true => WeightStore::read_h5(&sample, "mutated").map(|_| ()),
            false => KerasArchive::from_bytes(&sample, "mutated").map(|_| ()),
        };
        if let Err(error @ Error::Hdf5Panicked { .. }) = &result {
            println!("turn {turn}: {error}");
            panics += 1;
        }
    }
    panics
}

#[test]
fn a_thousand() {
    assert_eq!(mutate(1_000), 0);
}

#[test]
#[ignore = "takes some seconds; run it when hdf5-pure or zip changes"]
fn twenty_thousand() {
    assert_eq!(mutate(20_000), 0);
}
