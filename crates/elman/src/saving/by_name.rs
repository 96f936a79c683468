//! Weights for those layers whose names are in a file.

use std::path::Path;

use elman_files::{Format, KerasArchive, LegacyH5, WeightStore, read_file};

use super::load::{into_tensor, root_of, take_variables};
use super::{legacy, sharded, weights};
use crate::models::Model;
use crate::{Error, Result, Tensor};

impl Model {
    /// Reads the weights of those layers whose names are in a file; other layers keep theirs, as
    /// when some layers of another model are to be trained further. Gives the names that were found.
    ///
    /// As Keras's `load_weights(by_name=True)`, from legacy `.h5` files, of weights alone or of whole
    /// models; and from `.weights.h5`, sharded `.weights.json` and `.keras` files, too, where Keras 3
    /// refuses to. Layers with weights only are found, and a model within the model is a layer.
    ///
    /// # Errors
    /// As [`Model::load_weights`]; a file in which layers have no names, or two have the same. The
    /// model's weights are then those it had.
    ///
    /// ```
    /// use elman::prelude::*;
    /// # let path = std::env::temp_dir().join(format!("elman-name-{}.weights.h5", std::process::id()));
    /// let mut old = Sequential::new();
    /// old.add(Gru::new(3).name("encoder").input_shape([5, 2]))?.add(Dense::new(1).name("old"))?;
    /// old.save_weights(&path)?;
    /// let mut new = Sequential::new();
    /// new.add(Masking::new().input_shape([5, 2]))?.add(Gru::new(3).name("encoder"))?;
    /// new.add(Dense::new(7).name("new"))?;
    /// assert_eq!(new.load_weights_by_name(&path)?, ["encoder"]);
    /// assert_eq!(new.weights()[..3], old.weights()[..3]);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn load_weights_by_name(&mut self, path: impl AsRef<Path>) -> Result<Vec<String>> {
        let (path, name) = (path.as_ref(), path.as_ref().display().to_string());
        if path.is_dir() {
            return load(self, KerasArchive::read(path)?.weights, &name);
        }
        let bytes = read_file(path)?;
        let store = match Format::of(&bytes) {
            Format::Zip => KerasArchive::from_bytes(&bytes, &name)?.weights,
            Format::Json => sharded::read(path, &bytes)?,
            Format::Safetensors => return Err(unsupported(&name)),
            _ => WeightStore::from_h5_vec(bytes, &name)?,
        };
        match LegacyH5::is(&store) {
            true => legacy::load_by_name(self, LegacyH5::from_store(store, &name)?.layers, &name),
            false => load(self, store, &name),
        }
    }
}

fn unsupported(file: &str) -> Error {
    Error::Unsupported {
        place: file.into(),
        option: "reading by the names of layers, which the file doesn't have,".into(),
        advice: "`load_weights` reads it by the places of layers".into(),
    }
}

/// Reads the weights of layers by the names that groups of variables carry.
fn load(model: &mut Model, mut store: WeightStore, file: &str) -> Result<Vec<String>> {
    let root = root_of(|path| store.has_group(path));
    let layer = |child: &str| {
        let place = format!("{root}/{child}");
        let name = store.group_name(&format!("{place}/vars"))?.to_owned();
        Some((name, place))
    };
    let stored: Vec<_> = store.children(root).into_iter().filter_map(layer).collect();
    if stored.is_empty() {
        return Err(unsupported(file));
    }
    let network = model.built()?;
    let parameters = network.parameters();
    let (mut names, mut found) = (Vec::new(), Vec::new());
    for (index, layer) in network.layers().iter().enumerate() {
        let name = layer.base().name();
        let mut places = stored.iter().filter(|(own, _)| own == name).map(|(_, place)| place);
        let Some(place) = places.next() else { continue };
        if places.next().is_some() {
            let problem = format!("two layers are named {name:?}");
            return Err(Error::Config { place: file.into(), problem });
        }
        let inside = format!("{place}/");
        let is_there = store.arrays().any(|(path, _)| path.starts_with(&inside));
        if !is_there || parameters.of_layer(index).next().is_none() {
            continue;
        }
        let own = network.graph().place_of(index);
        for (number, scope) in parameters.scopes().iter().enumerate() {
            let Some(below) = scope.path.strip_prefix(&own).filter(|_| scope.layer == index) else {
                continue;
            };
            let entries: Vec<_> = parameters.of_scope(number).collect();
            let values = take_variables(&mut store, &format!("{place}{below}/vars"));
            let values: Vec<Tensor> = values.into_iter().map(into_tensor).collect();
            weights::check(file, &**layer, &entries, &values)?;
            found.extend(entries.into_iter().map(|entry| entry.range.clone()).zip(values));
        }
        names.push(name.to_owned());
    }
    let flat = model.built_mut()?.parameters_mut().values_mut();
    for (range, tensor) in found {
        flat[range].copy_from_slice(tensor.data());
    }
    Ok(names)
}
