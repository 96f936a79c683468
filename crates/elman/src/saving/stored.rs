//! Weights and optimizers' states that go from their file straight to their places.

use std::ops::Range;

use elman_files::{StoredArray, StoredWeights};

use super::load::{place, root_of};
use super::weights;
use crate::models::Model;
use crate::models::network::Network;
use crate::parameters::disjoint;
use crate::training::optimizers::FileVariable;
use crate::{Float, Result};

/// Reads the weights of a file into a model, by the places of its layers; all or none.
pub(super) fn load_stored(model: &mut Model, stored: &StoredWeights, file: &str) -> Result<()> {
    let network = model.built_mut()?;
    let places = places(network, stored, file)?;
    let mut values = vec![0.0; network.parameters().values().len()];
    read_places(stored, places, &mut values)?;
    network.parameters_mut().values_mut().copy_from_slice(&values);
    Ok(())
}

/// As [`load_stored`], straight into a model that is new: if this fails, it has some of them. Gives
/// whether all are finite.
pub(super) fn fill_weights(model: &mut Model, stored: &StoredWeights, file: &str) -> Result<bool> {
    let network = model.built_mut()?;
    let places = places(network, stored, file)?;
    read_places(stored, places, network.parameters_mut().values_mut())
}

/// Where the weights of a model lie among its values, each with its array.
type Places<'a> = Vec<(Range<usize>, &'a StoredArray)>;

/// Finds the weights of a model, by the places of its layers, in the order of its values.
fn places<'a>(network: &Network, stored: &'a StoredWeights, file: &str) -> Result<Places<'a>> {
    let parameters = network.parameters();
    let root = root_of(|path| stored.has_group(path));
    let mut found = Vec::new();
    for (index, scope) in parameters.scopes().iter().enumerate() {
        let entries: Vec<_> = parameters.of_scope(index).collect();
        let arrays = stored.variables(&place(&scope.path, root));
        let shapes: Vec<&[usize]> = arrays.iter().map(|array| array.shape()).collect();
        weights::check_shapes(file, &*network.layers()[scope.layer], &entries, &shapes)?;
        found.extend(entries.into_iter().map(|entry| entry.range.clone()).zip(arrays));
    }
    found.sort_by_key(|(range, _)| range.start);
    Ok(found)
}

fn read_places(stored: &StoredWeights, places: Places, values: &mut [Float]) -> Result<bool> {
    let (ranges, arrays): (Vec<_>, Vec<_>) = places.into_iter().unzip();
    let to = arrays.into_iter().zip(disjoint(values, ranges)).collect();
    Ok(stored.read_all(to, crate::num_threads(), |v| v as Float)?)
}

/// A variable of an optimizer in a file.
pub(super) struct StoredVariable<'a> {
    stored: &'a StoredWeights,
    array: &'a StoredArray,
}

impl<'a> StoredVariable<'a> {
    /// All of them.
    pub(super) fn all(stored: &'a StoredWeights) -> Vec<StoredVariable<'a>> {
        let arrays = stored.variables("optimizer/vars").into_iter();
        arrays.map(|array| StoredVariable { stored, array }).collect()
    }
}

impl FileVariable for StoredVariable<'_> {
    fn shape(&self) -> &[usize] {
        self.array.shape()
    }

    fn read(&self, to: &mut [Float]) -> Result<()> {
        Ok(self.array.read_with(to, |v| v as Float)?)
    }

    fn read_all(to: Vec<(&Self, &mut [Float])>) -> Result<()> {
        let Some((Self { stored, .. }, _)) = to.first() else { return Ok(()) };
        let to = to.into_iter().map(|(variable, to)| (variable.array, to)).collect();
        stored.read_some(to, crate::num_threads(), |v| v as Float)?;
        Ok(())
    }
}
