//! Every group and numeric dataset of a file.

use hdf5_pure::{AttrValue, Dataset, File, Group, Layout};

use super::types::{classify, name_of};
use super::{check_name, failed};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::limits::{
    EXPANSION_FLOOR_BYTES, MAX_DEPTH, MAX_EXPANSION, MAX_OBJECTS, MAX_RANK, MIN_OBJECT_BYTES,
};
use crate::raw;
use crate::store::{Attribute, WeightStore};

/// Stack of the thread that parses. The library parses nested datatypes by recursion without a
/// bound of its own. A header message of 64 KiB nests up to 7281 of them; 5000 took 4 MiB optimized
/// and 96 MiB not (measured). The memory is only touched if a file goes that deep.
const PARSER_STACK_BYTES: usize = if cfg!(debug_assertions) { 256 << 20 } else { 64 << 20 };

/// Reads every group and numeric dataset.
///
/// The library is young, so parsing runs on a thread of its own: should it panic on a malformed
/// file, the panic ends there and becomes an error.
pub(crate) fn read(bytes: Vec<u8>, file: &str) -> Result<WeightStore> {
    match read_until_problem(bytes, file) {
        (store, None) => Ok(store),
        (_, Some(problem)) => Err(problem),
    }
}

/// Reads what can be read up to the first problem.
pub(crate) fn read_until_problem(bytes: Vec<u8>, file: &str) -> (WeightStore, Option<Error>) {
    let nothing = |problem| (WeightStore::new(), Some(problem));
    if !hdf5_pure::is_hdf5_bytes(&bytes) {
        return nothing(Error::NotHdf5 { file: file.to_owned() });
    }
    if cfg!(target_family = "wasm") {
        return parse(bytes, file); // no threads there, and a panic ends the instance anyway
    }
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("elman-hdf5".into())
            .stack_size(PARSER_STACK_BYTES)
            .spawn_scoped(scope, || parse(bytes, file))
            .map_or_else(
                |e| nothing(Error::io(file, "start a thread to read it", e)),
                |thread| {
                    thread.join().unwrap_or_else(|panic| {
                        let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
                        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
                        let detail = text.unwrap_or_else(|| "a panic".to_owned());
                        nothing(Error::Hdf5Panicked { file: file.to_owned(), detail })
                    })
                },
            )
    })
}

fn parse(bytes: Vec<u8>, file: &str) -> (WeightStore, Option<Error>) {
    let stored = bytes.len() as u64;
    let mut reader = Reader {
        file,
        stored,
        budget: EXPANSION_FLOOR_BYTES.saturating_add(stored.saturating_mul(MAX_EXPANSION)),
        objects: 0,
        store: WeightStore::new(),
    };
    let problem = reader.whole(bytes).err();
    (reader.store, problem)
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
    /// Bytes of the file.
    stored: u64,
    /// Bytes the arrays still to come may take together.
    budget: u64,
    objects: usize,
    store: WeightStore,
}

impl Reader<'_> {
    fn whole(&mut self, bytes: Vec<u8>) -> Result<()> {
        let opened = File::from_bytes(bytes).map_err(|e| failed(self.file, "", e))?;
        // The superblock knows the file's length; without this check a cut could take names unseen.
        let (expected, found) = (opened.superblock().eof_address, self.stored);
        if expected > found {
            return Err(Error::Hdf5Truncated { file: self.file.to_owned(), expected, found });
        }
        super::heap::check(opened.as_bytes(), opened.superblock().base_address.get(), self.file)?;
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
            self.store.insert_group(path, None);
        }
        for (name, value) in group.attrs().map_err(wrap)? {
            if let Some(value) = text(&value) {
                self.spend(size(&value), || format!("attribute {name:?} of group {path:?}"))?;
                self.store.set_attribute(path, &name, value);
            }
        }
        for (name, dataset) in datasets {
            let path = self.child(path, &name)?;
            let array = self.array(&dataset, &path)?;
            self.store.insert(&path, array);
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
            None => {
                return Err(Error::Bomb {
                    file: self.file.to_owned(),
                    what: what(),
                    declared,
                    stored: self.stored,
                });
            }
        }
        Ok(())
    }

    fn array(&mut self, dataset: &Dataset, path: &str) -> Result<Array> {
        let wrap = |e| failed(self.file, path, e);
        let datatype = dataset.datatype().map_err(wrap)?;
        let Some((kind, endian)) = classify(&datatype, dataset) else {
            return Err(Error::UnsupportedDtype {
                file: self.file.to_owned(),
                path: path.to_owned(),
                dtype: name_of(&datatype),
            });
        };
        let dimensions = dataset.shape().map_err(wrap)?;
        let size = kind.size() as u64;
        let bytes = dimensions.iter().try_fold(size, |n, &d| n.checked_mul(d));
        // A chunk is unpacked whole, whatever part of it the shape uses.
        let chunk = match dataset.layout().map_err(wrap)? {
            Layout::Chunked { chunk_shape, .. } => {
                chunk_shape.iter().try_fold(size, |n, &d| n.checked_mul(d))
            }
            _ => Some(0),
        };
        let declared = bytes.zip(chunk).map_or(u64::MAX, |(bytes, chunk)| bytes.max(chunk));
        self.spend(declared, || format!("dataset {path:?}"))?;
        if dimensions.len() > MAX_RANK {
            return Err(Error::TooMany {
                file: self.file.to_owned(),
                what: "dimensions of an array",
                count: dimensions.len(),
                limit: MAX_RANK,
            });
        }
        let data = raw::decode(kind, endian, &dataset.read_raw().map_err(wrap)?);
        // Fits: each dimension is at most the product just bounded, unless that product is zero.
        let shape = dimensions.iter().map(|&d| usize::try_from(d).unwrap_or(usize::MAX)).collect();
        let array = Array { shape, data };
        array.check(path).map(|()| array)
    }
}
