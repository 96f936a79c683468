//! Files with bytes changed, cut off or taken from elsewhere: whatever comes back, it comes back soon,
//! and takes no more memory than a few times the file.
//!
//! `ELMAN_MUTATIONS=1000000 cargo test --release -p elman-files --test mutations` runs a million. A
//! program of its own, since the allocator that counts serves all of it, and one test in it: a second
//! one would take some of the bytes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use elman_files::{Error, KerasArchive, KerasFile, LegacyH5, Safetensors, WeightStore, npy, npz};

/// Nothing takes longer, as far as the processor was ours.
const LONGEST: Duration = Duration::from_secs(1);

/// The most memory that any file takes: so many times its size, and so much.
const MOST: [usize; 2] = [4, 64 << 20];

/// Counts the bytes that are in use, and the most that were.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn grow(bytes: usize) {
    PEAK.fetch_max(IN_USE.fetch_add(bytes, Relaxed) + bytes, Relaxed);
}

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        grow(size);
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A file of `tests/data`.
fn bytes(name: &str) -> Vec<u8> {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/");
    std::fs::read(format!("{data}{name}")).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The time that processors worked for this program, where the system says so.
fn worked() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(10 * ticks))
}

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
    samples.push(bytes("numpy.npz"));
    let npy = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/models/own_lstm.x.npy");
    samples.push(std::fs::read(npy).unwrap());
    let (mut panics, mut slowest, mut largest) = (0, Duration::ZERO, 0);
    for turn in 0..times {
        let mut sample = samples[turn % samples.len()].clone();
        let other = &samples[random.below(samples.len())];
        random.change(&mut sample, other);
        let (started, worked_before, before) = (Instant::now(), worked(), IN_USE.load(Relaxed));
        PEAK.store(before, Relaxed);
        let result = match sample.starts_with(b"\x89HDF") {
            true => WeightStore::read_h5(&sample, "mutated").and_then(|store| {
                if LegacyH5::is(&store) {
                    LegacyH5::from_store(store, "mutated").map(drop)
                } else {
                    Ok(())
                }
            }),
            false => match random.below(6) {
                0 | 1 => Safetensors::from_bytes(&sample, "mutated").map(|_| ()),
                2 => npy::from_bytes(&sample, "mutated").map(|_| ()),
                3 => npz::from_bytes(&sample, "mutated").map(|_| ()),
                4 => KerasFile::from_bytes(&sample, "mutated").and_then(|file| {
                    file.weights.arrays().try_for_each(|(_, array)| array.read().map(|_| ()))
                }),
                _ => KerasArchive::from_bytes(&sample, "mutated").map(|_| ()),
            },
        };
        let taken = match (worked_before, worked()) {
            // Only the processor's time counts, which is told in hundredths of a second.
            (Some(before), Some(after)) => started.elapsed().min(after - before),
            _ => started.elapsed(),
        };
        let memory = PEAK.load(Relaxed) - before;
        if let Err(error @ Error::Hdf5Panicked { .. }) = &result {
            println!("turn {turn}: {error}");
            panics += 1;
        }
        assert!(taken < LONGEST, "turn {turn} took {taken:?}");
        let [times, more] = MOST;
        assert!(memory <= times * sample.len() + more, "turn {turn} took {memory} bytes");
        (slowest, largest) = (slowest.max(taken), largest.max(memory));
    }
    println!("{times} files: at most {slowest:?} and {} KiB", largest >> 10);
    panics
}

/// The number of mutations, of which the environment may ask for more.
fn nothing_panics_or_hangs() {
    let asked = std::env::var("ELMAN_MUTATIONS").ok();
    let times = asked.map_or(3_000, |n| n.parse().expect("ELMAN_MUTATIONS is a number"));
    assert_eq!(mutate(times), 0);
}

/// HDF5 of so many arrays of 2 MB of zeros, packed, beside so many bytes that aren't.
fn packed(arrays: usize, beside: usize) -> Vec<u8> {
    let mut file = hdf5_pure::FileBuilder::new();
    let zeros = vec![0.0; 1 << 19];
    for i in 0..arrays {
        let array = file.create_dataset(&format!("{i}"));
        array.with_f32_data(&zeros).with_shape(&[1 << 19]).with_chunks(&[1 << 16]).with_deflate(9);
    }
    file.create_dataset("beside").with_u8_data(&vec![7; beside]).with_shape(&[beside as u64]);
    file.finish().unwrap()
}

/// What is packed counts for the file as a whole: as much as a file may hold stays within the bound,
/// and more is refused, in HDF5 that is packed in an archive as well.
fn what_is_packed_stays_within_the_bound() {
    let taken = |bytes: &[u8], read: &dyn Fn(&[u8]) -> Result<(), Error>| {
        let before = IN_USE.load(Relaxed);
        PEAK.store(before, Relaxed);
        let result = read(bytes);
        let (taken, [times, more]) = (PEAK.load(Relaxed) - before, MOST);
        assert!(taken <= times * bytes.len() + more, "{} bytes took {taken}", bytes.len());
        result
    };
    let h5 = |bytes: &[u8]| WeightStore::read_h5(bytes, "packed.h5").map(|_| ());
    // The floor holds 12 of them.
    assert!(taken(&packed(12, 100), &h5).is_ok());
    assert!(matches!(taken(&packed(13, 100), &h5), Err(Error::Bomb { .. })));
    // A larger file may hold more, but not any multiple of its size.
    assert!(taken(&packed(11, 1 << 20), &h5).is_ok());
    assert!(matches!(taken(&packed(40, 1 << 20), &h5), Err(Error::Bomb { .. })));

    let archive = |h5: &[u8]| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated);
        let members: [(&str, &[u8]); 3] =
            [("metadata.json", b"{}"), ("config.json", b"{}"), ("model.weights.h5", h5)];
        for (name, bytes) in members {
            zip.start_file(name, options).unwrap();
            std::io::Write::write_all(&mut zip, bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let whole = |bytes: &[u8]| KerasArchive::from_bytes(bytes, "packed.keras").map(|_| ());
    let stored = |bytes: &[u8]| {
        let file = KerasFile::from_bytes(bytes, "packed.keras")?;
        file.weights.arrays().try_for_each(|(_, array)| array.read().map(|_| ()))
    };
    for read in [&whole as &dyn Fn(&[u8]) -> Result<(), Error>, &stored] {
        assert!(taken(&archive(&packed(10, 100)), read).is_ok());
        // Zeros within zeros, the second time through an archive.
        let twice = taken(&archive(&packed(11, 20 << 20)), read);
        assert!(matches!(twice, Err(Error::Bomb { .. })), "{twice:?}");
    }
}

#[test]
fn files_take_no_more_than_they_may() {
    what_is_packed_stays_within_the_bound();
    nothing_panics_or_hangs();
}
