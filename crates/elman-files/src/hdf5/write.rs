//! A store as a file.

use hdf5_pure::{AttrValue, DatasetBuilder, FileBuilder, GroupBuilder, LibVer};

use super::types::datatype;
use super::{check_name, failed};
use crate::array::{Array, Data};
use crate::error::{Error, Result};
use crate::limits::MAX_DEPTH;
use crate::raw::{self, Kind};
use crate::store::{Attribute, WeightStore};

/// Most texts in one attribute: each takes 16 bytes of an object header, which holds 64 KiB.
const MAX_TEXTS: usize = 4000;

/// What errors call a file that has no name yet.
const FILE: &str = "the HDF5 to write";

/// Writes a store whose arrays are already checked.
pub(crate) fn write(store: &WeightStore) -> Result<Vec<u8>> {
    let mut root = FileBuilder::new();
    root.with_libver_bounds(LibVer::V18, LibVer::V18);
    for (name, value) in store.attributes("") {
        for (name, value) in pieces(name, value) {
            root.set_attr(&name, value);
        }
    }
    for name in store.children("") {
        check_name(FILE, name)?;
        match store.get(name) {
            Some(array) => put(root.create_dataset(name), array),
            None => {
                let group = root.create_group(name);
                root.add_group(fill(store, name, group, 1)?.finish());
            }
        }
    }
    root.finish().map_err(|e| failed(FILE, "", e))
}

fn fill(
    store: &WeightStore,
    path: &str,
    mut group: GroupBuilder,
    depth: usize,
) -> Result<GroupBuilder> {
    if depth > MAX_DEPTH {
        return Err(Error::TooDeep { file: FILE.to_owned(), path: path.to_owned() });
    }
    for (name, value) in store.attributes(path) {
        for (name, value) in pieces(name, value) {
            group.set_attr(&name, value);
        }
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

/// An attribute as HDF5 holds it: in parts that fit an object header, if it is a long list.
fn pieces(name: &str, value: &Attribute) -> Vec<(String, AttrValue)> {
    match value {
        Attribute::Text(text) => {
            vec![(name.to_owned(), AttrValue::VarLenString(text.clone()))]
        }
        // As h5py writes an empty list.
        Attribute::Texts(texts) if texts.is_empty() => {
            vec![(name.to_owned(), AttrValue::F64Array(Vec::new()))]
        }
        Attribute::Texts(texts) if texts.len() <= MAX_TEXTS => {
            vec![(name.to_owned(), AttrValue::VarLenStringArray(texts.clone()))]
        }
        Attribute::Texts(texts) => {
            let parts = texts.chunks(MAX_TEXTS).enumerate();
            parts
                .map(|(i, part)| {
                    (format!("{name}{i}"), AttrValue::VarLenStringArray(part.to_vec()))
                })
                .collect()
        }
    }
}

fn put(dataset: &mut DatasetBuilder, array: &Array) {
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
