//! Weights in several files: an index, `NAME.weights.json`, and beside it the shards.

use std::collections::BTreeSet;
use std::path::Path;

use elman_files::{WeightStore, read_file};
use serde_json::Value;

use super::json::parse;
use crate::{Error, Result};

/// The weights of all shards that an index names.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<WeightStore> {
    let name = path.display().to_string();
    let problem = |problem: String| Error::Config { place: name.clone(), problem };
    let text = std::str::from_utf8(bytes).map_err(|_| problem("no UTF-8 text".into()))?;
    let index = parse(text, &name, "the index of sharded weights")?;
    let map = index.get("weight_map").and_then(Value::as_object).ok_or_else(|| {
        problem("an object with `weight_map` is expected, as Keras saves sharded weights".into())
    })?;
    let mut shards = BTreeSet::new();
    for place in map.values() {
        let files = match place {
            Value::Array(list) => list.iter().collect(),
            one => vec![one],
        };
        for file in files {
            let file = file.as_str().ok_or_else(|| {
                problem(format!("`weight_map` must give names of files, got {file}"))
            })?;
            // A shard lies beside its index and nowhere else.
            if file.is_empty() || file.contains(['/', '\\', ':', '\0']) || file == ".." {
                return Err(problem(format!("{file:?} is no name of a file beside the index")));
            }
            shards.insert(file);
        }
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut all = WeightStore::new();
    for shard in shards {
        let path = folder.join(shard);
        let store = WeightStore::from_h5_vec(read_file(&path)?, &path.display().to_string())?;
        for (path, _) in store.groups() {
            all.insert_group(path, store.group_name(path));
        }
        for (path, array) in store.arrays() {
            if all.get(path).is_some() {
                return Err(problem(format!("{path:?} is in several shards")));
            }
            all.insert(path, array.clone());
        }
    }
    Ok(all)
}
