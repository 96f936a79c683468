//! Datasets that were found and not read.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hdf5_pure::{Dataset, Layout};

use super::bytes::Bytes;
use super::failed;
use super::pass::Run;
use crate::array::{Array, Data};
use crate::error::{Error, Result};
use crate::raw::{self, Endian, Kind};

/// A dataset whose type and size are known and allowed.
pub(crate) struct Found {
    pub(crate) shape: Vec<usize>,
    kind: Kind,
    endian: Endian,
    place: Place,
    /// The file and the path in it, for errors.
    file: String,
    path: String,
}

enum Place {
    /// All elements in turn, from here on.
    Run(Bytes, u64),
    /// However the library knows.
    Dataset(Box<Dataset>),
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Found({:?} {:?} {})", self.path, self.shape, self.kind.name())
    }
}

/// How many bytes are read at once.
const BLOCK: usize = 1 << 16;

impl Found {
    /// `bytes` are those of the file.
    pub(super) fn new(
        dataset: Dataset,
        shape: Vec<usize>,
        (kind, endian): (Kind, Endian),
        bytes: &Bytes,
        [file, path]: [&str; 2],
    ) -> Found {
        let len = count(&shape) as u64 * kind.size() as u64;
        let place = match dataset.layout() {
            Ok(Layout::Contiguous { address: Some(address), size })
                if size == len && bytes.holds(address, len) && is_inside(&dataset) =>
            {
                Place::Run(bytes.clone(), address)
            }
            _ => Place::Dataset(Box::new(dataset)),
        };
        Found { shape, kind, endian, place, file: file.into(), path: path.into() }
    }

    pub(crate) fn len(&self) -> usize {
        count(&self.shape)
    }

    pub(crate) fn dtype(&self) -> &'static str {
        self.kind.name()
    }

    pub(crate) fn read(&self) -> Result<Array> {
        let data = match &self.place {
            Place::Dataset(dataset) => raw::decode(self.kind, self.endian, &self.raw(dataset)?),
            Place::Run(bytes, address) => {
                let len = self.len() * self.kind.size();
                match bytes.in_memory(*address, len as u64) {
                    Some(raw) => raw::decode(self.kind, self.endian, raw),
                    None => {
                        let mut raw = vec![0; len];
                        let read = bytes.read(*address, &mut raw);
                        read.map_err(|e| Error::io(&self.file, "read", e))?;
                        raw::decode(self.kind, self.endian, &raw)
                    }
                }
            }
        };
        let array = Array { shape: self.shape.clone(), data };
        array.check(&self.path).map(|()| array)
    }

    /// Hands out the elements in turn, in parts.
    pub(crate) fn parts(&self, mut take: impl FnMut(&Data)) -> Result<()> {
        let Place::Run(bytes, address) = &self.place else {
            take(&self.read()?.data);
            return Ok(());
        };
        let len = self.len() * self.kind.size();
        let mut buffer = vec![0; BLOCK.min(len)];
        let mut at = 0;
        while at < len {
            let part = &mut buffer[..BLOCK.min(len - at)];
            let read = bytes.read(address + at as u64, part);
            read.map_err(|e| Error::io(&self.file, "read", e))?;
            take(&raw::decode(self.kind, self.endian, part));
            at += part.len();
        }
        Ok(())
    }

    /// Where the elements lie, if they lie there in turn and as they are, with the place for as many
    /// of them as it has room for; otherwise that place.
    pub(crate) fn run<'a, T>(
        &self,
        to: &'a mut [T],
    ) -> std::result::Result<Run<'a, T>, &'a mut [T]> {
        match self.place {
            Place::Run(_, at) => {
                let len = self.len().min(to.len());
                let (kind, endian) = (self.kind, self.endian);
                Ok(Run { at, kind, endian, to: &mut to[..len] })
            }
            Place::Dataset(_) => Err(to),
        }
    }

    /// The bytes of the elements, should the library panic, an error.
    fn raw(&self, dataset: &Dataset) -> Result<Vec<u8>> {
        match catch_unwind(AssertUnwindSafe(|| dataset.read_raw())) {
            Ok(raw) => raw.map_err(|error| failed(&self.file, &self.path, error)),
            Err(_) => Err(Error::Hdf5Panicked {
                file: self.file.clone(),
                detail: format!("/{}: a panic", self.path),
            }),
        }
    }
}

/// How many elements there are: what is nothing may be so in one axis alone.
fn count(shape: &[usize]) -> usize {
    if shape.contains(&0) { 0 } else { shape.iter().product() }
}

/// Whether the elements lie in this file: the library refuses those that don't, when read.
fn is_inside(dataset: &Dataset) -> bool {
    dataset.read_raw_rows(0, 0).is_ok()
}
