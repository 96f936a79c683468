//! Every group and numeric dataset of a file.

use std::collections::BTreeMap;

use hdf5_pure::{AttrValue, Dataset, File, Group, Layout};

use super::bytes::Bytes;
use super::meter::Metered;
use super::room::{self, Room, product};
use super::stored::Found;
use super::types::{classify, name_of};
use super::{check_name, failed};
use crate::error::{Error, Result};
use crate::limits::{MAX_DEPTH, MAX_OBJECTS, MAX_RANK, MIN_OBJECT_BYTES};
use crate::store::{Attribute, WeightStore};

/// Stack of the thread that parses. The library parses nested datatypes by recursion without a
/// bound of its own. A header message of 64 KiB nests up to 7281 of them; 5000 took 4 MiB optimized
/// and 96 MiB not (measured). The memory is only touched if a file goes that deep.
const PARSER_STACK_BYTES: usize = if cfg!(debug_assertions) { 256 << 20 } else { 64 << 20 };

/// Reads every group and numeric dataset.
pub(crate) fn read(bytes: Vec<u8>, room: Room, file: &str) -> Result<WeightStore> {
    match read_until_problem(bytes, room, file) {
        (store, None) => Ok(store),
        (_, Some(problem)) => Err(problem),
    }
}

/// Reads what can be read up to the first problem.
pub(crate) fn read_until_problem(
    bytes: Vec<u8>,
    room: Room,
    file: &str,
) -> (WeightStore, Option<Error>) {
    let contents = on_own_thread(&Bytes::new(bytes), room, file, true);
    (contents.store, contents.problem)
}

/// Reads every group, and finds every numeric dataset.
pub(crate) fn find(
    bytes: &Bytes,
    room: Room,
    file: &str,
) -> Result<(WeightStore, BTreeMap<String, Found>)> {
    let contents = on_own_thread(bytes, room, file, false);
    match contents.problem {
        None => Ok((contents.store, contents.found)),
        Some(problem) => Err(problem),
    }
}

/// What is in a file, up to a problem.
#[derive(Default)]
struct Contents {
    /// With the arrays, if they were to be read.
    store: WeightStore,
    found: BTreeMap<String, Found>,
    problem: Option<Error>,
}

impl Contents {
    fn nothing(problem: Error) -> Contents {
        Contents { problem: Some(problem), ..Contents::default() }
    }
}

/// The library is young, so parsing runs on a thread of its own: should it panic on a malformed
/// file, the panic ends there and becomes an error.
fn on_own_thread(bytes: &Bytes, room: Room, file: &str, reads: bool) -> Contents {
    if !is_hdf5(bytes) {
        return Contents::nothing(Error::NotHdf5 { file: file.to_owned() });
    }
    if cfg!(target_family = "wasm") {
        return parse(bytes, room, file, reads); // no threads there, and a panic ends the instance anyway
    }
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("elman-hdf5".into())
            .stack_size(PARSER_STACK_BYTES)
            .spawn_scoped(scope, || parse(bytes, room, file, reads))
            .map_or_else(
                |e| Contents::nothing(Error::io(file, "start a thread to read it", e)),
                |thread| {
                    thread.join().unwrap_or_else(|panic| {
                        let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
                        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
                        let detail = text.unwrap_or_else(|| "a panic".to_owned());
                        Contents::nothing(Error::Hdf5Panicked { file: file.to_owned(), detail })
                    })
                },
            )
    })
}

/// Whether the signature stands at the beginning, or behind a block of somebody's own, of 512 bytes
/// or a power of two times that.
fn is_hdf5(bytes: &Bytes) -> bool {
    let places = std::iter::once(0).chain((9..63).map(|power| 1 << power));
    let mut signature = [0; 8];
    places
        .take_while(|at| bytes.holds(*at, 8))
        .any(|at| bytes.read(at, &mut signature).is_ok() && signature == *b"\x89HDF\r\n\x1a\n")
}

fn parse(bytes: &Bytes, room: Room, file: &str, reads: bool) -> Contents {
    let stored = bytes.len();
    let mut reader = Reader {
        file,
        bytes,
        source: Metered::new(bytes.clone()),
        stored,
        room,
        budget: room.kept,
        objects: 0,
        reads,
        contents: Contents::default(),
    };
    let problem = reader.whole().err();
    Contents { problem, ..reader.contents }
}

/// An attribute that is text. A list of nothing has no type worth the name: h5py makes an empty list
/// one of float64.
fn text(value: &AttrValue) -> Option<Attribute> {
    match value {
        AttrValue::F64Array(list) if list.is_empty() => Some(Attribute::Texts(Vec::new())),
        value => match (value.as_str(), value.as_strings()) {
            (Some(text), _) => Some(Attribute::Text(text.to_owned())),
            (None, Some(texts)) => {
                Some(Attribute::Texts(texts.iter().map(|text| text.to_string()).collect()))
            }
            (None, None) => None,
        },
    }
}

/// The bytes that an attribute takes, at least.
fn size(attribute: &Attribute) -> u64 {
    match attribute {
        Attribute::Text(text) => text.len() as u64,
        Attribute::Texts(texts) => {
            texts.iter().map(|text| (text.len() + size_of::<String>()) as u64).sum()
        }
    }
}

struct Reader<'a> {
    file: &'a str,
    bytes: &'a Bytes,
    /// The same, as the library reads them.
    source: Metered,
    /// Bytes of the file.
    stored: u64,
    room: Room,
    /// Bytes that arrays and texts still to come may take together.
    budget: u64,
    objects: usize,
    /// Whether arrays are read, or only found.
    reads: bool,
    contents: Contents,
}

impl Reader<'_> {
    fn whole(&mut self) -> Result<()> {
        let opened =
            File::from_source(self.source.clone()).map_err(|e| failed(self.file, "", e))?;
        // The superblock knows the file's length; without this check a cut could take names unseen.
        let (expected, found) = (opened.superblock().eof_address, self.stored);
        if expected > found {
            return Err(Error::Hdf5Truncated { file: self.file.to_owned(), expected, found });
        }
        self.group(&opened.root(), "", 0)
    }

    fn group(&mut self, group: &Group, path: &str, depth: usize) -> Result<()> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep { file: self.file.to_owned(), path: path.to_owned() });
        }
        let wrap = |e| failed(self.file, path, e);
        let (datasets, groups) =
            (group.iter_datasets().map_err(wrap)?, group.iter_groups().map_err(wrap)?);
        if depth > 0 {
            self.contents.store.insert_group(path, None);
        }
        let attributes = self.source.attributes(self.file, || group.attrs().map_err(wrap))?;
        for (name, value) in attributes {
            if let Some(value) = text(&value) {
                self.spend(size(&value), || format!("attribute {name:?} of group {path:?}"))?;
                self.contents.store.set_attribute(path, &name, value);
            }
        }
        for (name, dataset) in datasets {
            let path = self.child(path, &name)?;
            let found = self.found(dataset, &path)?;
            match self.reads {
                true => self.contents.store.insert(&path, found.read()?),
                false => {
                    self.contents.found.insert(path, found);
                }
            }
        }
        for (name, group) in groups {
            let path = self.child(path, &name)?;
            self.group(&group, &path, depth + 1)?;
        }
        Ok(())
    }

    /// The path of a child, if its name can be one.
    fn child(&mut self, parent: &str, name: &str) -> Result<String> {
        self.objects += 1;
        // Hard links can lead to one object on many ways, twice as many at each level.
        let room = usize::try_from(self.stored / MIN_OBJECT_BYTES).unwrap_or(usize::MAX);
        let limit = MAX_OBJECTS.min(room);
        if self.objects > limit {
            return Err(Error::TooMany {
                file: self.file.to_owned(),
                what: "groups and datasets",
                count: self.objects,
                limit,
            });
        }
        check_name(self.file, name)?;
        Ok(if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") })
    }

    /// Takes bytes from the budget for what is to be kept.
    fn spend(&mut self, declared: u64, what: impl FnOnce() -> String) -> Result<()> {
        match self.budget.checked_sub(declared) {
            Some(rest) => self.budget = rest,
            None => return Err(self.bomb(what(), declared)),
        }
        Ok(())
    }

    /// Refuses a dataset that takes too much to unpack.
    fn check_unpacking(&self, layout: &Layout, size: u64, shape: &[u64], path: &str) -> Result<()> {
        let (count, limit) = room::chunks(layout, size, shape);
        if count > limit {
            let fits = |n| usize::try_from(n).unwrap_or(usize::MAX);
            return Err(Error::TooMany {
                file: self.file.to_owned(),
                what: "chunks of a dataset",
                count: fits(count),
                limit: fits(limit),
            });
        }
        let unpacking = room::unpacking(layout, size, shape);
        match unpacking <= self.budget.saturating_add(self.room.unpacking) {
            true => Ok(()),
            false => Err(self.bomb(format!("dataset {path:?}"), unpacking)),
        }
    }

    fn bomb(&self, what: String, declared: u64) -> Error {
        Error::Bomb { file: self.file.to_owned(), what, declared, stored: self.stored }
    }

    fn found(&mut self, dataset: Dataset, path: &str) -> Result<Found> {
        let wrap = |e| failed(self.file, path, e);
        let datatype = dataset.datatype().map_err(wrap)?;
        let element = self.source.attributes(self.file, || Ok(classify(&datatype, &dataset)))?;
        let Some(element) = element else {
            return Err(Error::UnsupportedDtype {
                file: self.file.to_owned(),
                path: path.to_owned(),
                dtype: name_of(&datatype),
            });
        };
        let dimensions = dataset.shape().map_err(wrap)?;
        let size = element.0.size() as u64;
        // Smaller numbers take four bytes each in a model.
        self.spend(product(size.max(4), &dimensions), || format!("dataset {path:?}"))?;
        self.check_unpacking(&dataset.layout().map_err(wrap)?, size, &dimensions, path)?;
        if dimensions.len() > MAX_RANK {
            return Err(Error::TooMany {
                file: self.file.to_owned(),
                what: "dimensions of an array",
                count: dimensions.len(),
                limit: MAX_RANK,
            });
        }
        // Fits: each dimension is at most the product just bounded, unless that product is zero.
        let shape: Vec<usize> =
            dimensions.iter().map(|&d| usize::try_from(d).unwrap_or(usize::MAX)).collect();
        Ok(Found::new(dataset, shape, element, self.bytes, [self.file, path]))
    }
}
