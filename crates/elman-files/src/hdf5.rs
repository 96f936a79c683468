//! HDF5, through `hdf5-pure`: the one file that knows that library.
//!
//! What is read is what Keras's weights files hold, numbers in groups. What is written is the
//! oldest format the library offers (HDF5 1.8: version 2 superblock), contiguous and uncompressed.

use hdf5_pure::{
    AttrValue, Dataset, Datatype, DatatypeByteOrder, EnumTypeBuilder, File, FileBuilder,
    FixedPointLayout, FloatingPointLayout, FormatError, Group, GroupBuilder, Layout, LibVer,
};

use crate::array::{Array, Data};
use crate::error::{Error, Result};
use crate::limits::{
    EXPANSION_FLOOR_BYTES, MAX_DEPTH, MAX_EXPANSION, MAX_NAME_BYTES, MAX_OBJECTS, MAX_RANK,
    MIN_OBJECT_BYTES,
};
use crate::raw::{self, Endian, Kind};
use crate::store::WeightStore;

/// IEEE binary16, as h5py writes it.
const F16_LAYOUT: FloatingPointLayout = FloatingPointLayout {
    bit_offset: 0,
    bit_precision: 16,
    exponent_location: 10,
    exponent_size: 5,
    mantissa_location: 0,
    mantissa_size: 10,
    exponent_bias: 15,
};

/// Stack of the thread that parses. The library parses nested datatypes by recursion without a
/// bound of its own. A header message of 64 KiB nests up to 7281 of them; 5000 took 4 MiB optimized
/// and 96 MiB not (measured). The memory is only touched if a file goes that deep.
const PARSER_STACK_BYTES: usize = if cfg!(debug_assertions) { 256 << 20 } else { 64 << 20 };

/// Reads every group and numeric dataset.
///
/// The library is young, so parsing runs on a thread of its own: should it panic on a malformed
/// file, the panic ends there and becomes an error.
pub(crate) fn read(bytes: Vec<u8>, file: &str) -> Result<WeightStore> {
    if !hdf5_pure::is_hdf5_bytes(&bytes) {
        return Err(Error::NotHdf5 { file: file.to_owned() });
    }
    if cfg!(target_family = "wasm") {
        return parse(bytes, file); // no threads there, and a panic ends the instance anyway
    }
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("elman-hdf5".into())
            .stack_size(PARSER_STACK_BYTES)
            .spawn_scoped(scope, || parse(bytes, file))
            .map_err(|e| Error::io(file, "start a thread to read it", e))?
            .join()
            .unwrap_or_else(|panic| {
                let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
                let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
                let detail = text.unwrap_or_else(|| "a panic".to_owned());
                Err(Error::Hdf5Panicked { file: file.to_owned(), detail })
            })
    })
}

fn parse(bytes: Vec<u8>, file: &str) -> Result<WeightStore> {
    let stored = bytes.len() as u64;
    let opened = File::from_bytes(bytes).map_err(|e| failed(file, "", e))?;
    // The superblock knows the file's length; without this check a cut could take names unseen.
    let whole = opened.superblock().eof_address;
    if whole > stored {
        return Err(Error::Hdf5Truncated { file: file.to_owned(), expected: whole, found: stored });
    }
    let mut reader = Reader {
        file,
        stored,
        budget: EXPANSION_FLOOR_BYTES.saturating_add(stored.saturating_mul(MAX_EXPANSION)),
        objects: 0,
        store: WeightStore::new(),
    };
    reader.group(&opened.root(), "", 0)?;
    Ok(reader.store)
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
    fn group(&mut self, group: &Group, path: &str, depth: usize) -> Result<()> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep { file: self.file.to_owned(), path: path.to_owned() });
        }
        let wrap = |e| failed(self.file, path, e);
        let (datasets, groups) =
            (group.iter_datasets().map_err(wrap)?, group.iter_groups().map_err(wrap)?);
        if depth > 0 {
            let attributes = group.attrs().map_err(wrap)?;
            let name = attributes.get("name").and_then(AttrValue::as_str);
            self.store.insert_group(path, name);
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
        if declared > self.budget {
            return Err(Error::Bomb {
                file: self.file.to_owned(),
                what: format!("dataset {path:?}"),
                declared,
                stored: self.stored,
            });
        }
        self.budget -= declared;
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

fn failed(file: &str, path: &str, error: hdf5_pure::Error) -> Error {
    let (file, path) = (file.to_owned(), format!("/{path}"));
    match error {
        // A soft link in an old-style group has the address "undefined", all ones.
        hdf5_pure::Error::Format(FormatError::UnexpectedEof { expected: usize::MAX, .. }) => {
            Error::SoftLink { file, path }
        }
        error => Error::Hdf5 { file, path, detail: error.to_string() },
    }
}

fn check_name(file: &str, name: &str) -> Result<()> {
    let reason = match name {
        "" | "." | ".." => "stands for no object",
        _ if name.contains('/') => "contains a /",
        _ if name.len() > MAX_NAME_BYTES => "is longer than 1024 bytes",
        _ => return Ok(()),
    };
    let shown = name.chars().take(64).collect();
    Err(Error::BadName { file: file.to_owned(), path: shown, reason })
}

/// The element type, if it is one of ours.
fn classify(datatype: &Datatype, dataset: &Dataset) -> Option<(Kind, Endian)> {
    match datatype {
        Datatype::FloatingPoint { size, byte_order, layout } => {
            let kind = match (size, *layout) {
                (2, F16_LAYOUT) => Kind::F16,
                (4, FloatingPointLayout::IEEE754_BINARY32) => Kind::F32,
                (8, FloatingPointLayout::IEEE754_BINARY64) => Kind::F64,
                _ => return None,
            };
            Some((kind, endian(byte_order)?))
        }
        Datatype::FixedPoint { size, byte_order, layout } => {
            if layout.bit_offset != 0 || size.checked_mul(8) != Some(layout.bit_precision.into()) {
                return None;
            }
            let kind = match (size, layout.signed) {
                (1, true) => Kind::I8,
                (2, true) => Kind::I16,
                (4, true) => Kind::I32,
                (8, true) => Kind::I64,
                (1, false) => Kind::U8,
                (2, false) => Kind::U16,
                (4, false) => Kind::U32,
                (8, false) => Kind::U64,
                _ => return None,
            };
            Some((kind, endian(byte_order)?))
        }
        // h5py's bool: an enumeration of FALSE and TRUE over one byte.
        Datatype::Enumeration { size: 1, members, .. } => {
            let named = |i: usize, name| members.get(i).is_some_and(|m| m.name == name);
            let is_bool = members.len() == 2 && named(0, "FALSE") && named(1, "TRUE");
            is_bool.then_some((Kind::Bool, Endian::Little))
        }
        // Keras's bfloat16.
        Datatype::Opaque { size: 2, .. } => {
            let attributes = dataset.attrs().ok()?;
            let dtype = attributes.get("dtype").and_then(AttrValue::as_str)?;
            (dtype == "bfloat16").then_some((Kind::BF16, Endian::Little))
        }
        _ => None,
    }
}

fn endian(order: &DatatypeByteOrder) -> Option<Endian> {
    match order {
        DatatypeByteOrder::LittleEndian => Some(Endian::Little),
        DatatypeByteOrder::BigEndian => Some(Endian::Big),
        DatatypeByteOrder::Vax => None,
    }
}

/// A type that is not read, for a message.
fn name_of(datatype: &Datatype) -> String {
    let (size, what) = match datatype {
        Datatype::FloatingPoint { size, .. } => (*size, "an unusual floating-point number"),
        Datatype::FixedPoint { size, .. } => (*size, "an unusual integer"),
        Datatype::String { size, .. } => (*size, "text"),
        Datatype::Opaque { size, .. } => (*size, "opaque data"),
        Datatype::Compound { size, .. } => (*size, "records"),
        Datatype::Enumeration { size, .. } => (*size, "an enumeration"),
        Datatype::Reference { size, .. } => (*size, "references"),
        Datatype::VariableLength { is_string: true, .. } => return "text".to_owned(),
        Datatype::VariableLength { .. } => return "lists of varying length".to_owned(),
        _ => return "an unusual type".to_owned(),
    };
    format!("{what} of {size} bytes")
}

/// Writes a store whose arrays are already checked.
pub(crate) fn write(store: &WeightStore) -> Result<Vec<u8>> {
    let mut root = FileBuilder::new();
    root.with_libver_bounds(LibVer::V18, LibVer::V18);
    for name in store.children("") {
        check_name("the HDF5 to write", name)?;
        match store.get(name) {
            Some(array) => put(root.create_dataset(name), array),
            None => {
                let group = root.create_group(name);
                root.add_group(fill(store, name, group, 1)?.finish());
            }
        }
    }
    root.finish().map_err(|e| failed("the HDF5 to write", "", e))
}

fn fill(
    store: &WeightStore,
    path: &str,
    mut group: GroupBuilder,
    depth: usize,
) -> Result<GroupBuilder> {
    const FILE: &str = "the HDF5 to write";
    if depth > MAX_DEPTH {
        return Err(Error::TooDeep { file: FILE.to_owned(), path: path.to_owned() });
    }
    if let Some(name) = store.group_name(path) {
        group.set_attr("name", AttrValue::VarLenString(name.to_owned()));
    }
    for name in store.children(path) {
        check_name(FILE, name)?;
        let path = format!("{path}/{name}");
        match store.get(&path) {
            Some(array) => put(group.create_dataset(name), array),
            None => {
                let below = group.create_group(name);
                group.add_group(fill(store, &path, below, depth + 1)?.finish());
            }
        }
    }
    Ok(group)
}

fn put(dataset: &mut hdf5_pure::DatasetBuilder, array: &Array) {
    let shape: Vec<u64> = array.shape.iter().map(|&d| d as u64).collect();
    dataset.with_shape(&shape);
    dataset.with_raw_data(
        datatype(Kind::of(&array.data)),
        raw::encode(&array.data),
        array.len() as u64,
    );
    if let Data::BF16(_) = array.data {
        dataset.set_attr("dtype", AttrValue::VarLenString("bfloat16".to_owned()));
    }
}

fn datatype(kind: Kind) -> Datatype {
    let size = kind.size() as u32;
    let byte_order = DatatypeByteOrder::LittleEndian;
    let float = |layout| Datatype::FloatingPoint { size, byte_order, layout };
    let integer = |signed| Datatype::FixedPoint {
        size,
        byte_order,
        layout: FixedPointLayout { signed, bit_offset: 0, bit_precision: size as u16 * 8 },
    };
    match kind {
        Kind::F16 => float(F16_LAYOUT),
        Kind::F32 => float(FloatingPointLayout::IEEE754_BINARY32),
        Kind::F64 => float(FloatingPointLayout::IEEE754_BINARY64),
        Kind::BF16 => Datatype::Opaque { size, tag: Vec::new() },
        Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => integer(true),
        Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => integer(false),
        Kind::Bool => EnumTypeBuilder::with_base(integer_i8())
            .i64_value("FALSE", 0)
            .i64_value("TRUE", 1)
            .build()
            .expect("0 and 1 fit a byte"),
    }
}

fn integer_i8() -> Datatype {
    datatype(Kind::I8)
}
