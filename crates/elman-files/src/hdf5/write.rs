//! A store as a file.

use hdf5_pure::{AttrValue, DatasetBuilder, FileBuilder, GroupBuilder, LibVer};

use super::types::datatype;
use super::{check_name, failed};
use crate::array::{Array, Data};
use crate::error::{Error, Result};
use crate::limits::MAX_DEPTH;
use crate::raw::{self, Kind};
use crate::store::WeightStore;

/// What errors call a file that has no name yet.
const FILE: &str = "the HDF5 to write";

/// Writes a store whose arrays are already checked.
pub(crate) fn write(store: &WeightStore) -> Result<Vec<u8>> {
    let mut root = FileBuilder::new();
    root.with_libver_bounds(LibVer::V18, LibVer::V18);
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
