//! The states of a sequence, to keep and to go on from.

use std::path::Path;

use elman_files::{Array, npz};

use super::program::{Memory, Program};
use crate::saving::{array, tensor};
use crate::{Error, Result, Shape, Tensor};

/// What a sequence carries from step to step: each state by its name, such as `lstm/h`.
///
/// ```
/// use elman::prelude::*;
/// use elman::streaming::StreamStates;
/// let mut model = Sequential::new();
/// model.add(Lstm::new(2).input_dim(1))?;
/// model.build([None, None, Some(1)])?;
/// let mut stream = model.stream()?;
/// stream.step(&[1.0])?;
/// let states = stream.states();
/// assert_eq!(states.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["lstm/h", "lstm/c"]);
///
/// let bytes = states.to_bytes()?; // an `.npz` file, as `save` writes it
/// let next = stream.step(&[2.0])?.to_vec();
/// stream.set_states(&StreamStates::from_bytes(&bytes)?)?;
/// assert_eq!(stream.step(&[2.0])?, next);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamStates(Vec<(String, Tensor)>);

impl StreamStates {
    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// A state by its name.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// Writes an `.npz` file of one array for each state, replacing an older one in one step.
    ///
    /// # Errors
    /// What prevents writing the file; an older one then stays.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        Ok(elman_files::atomic::write(path.as_ref(), &self.to_bytes()?)?)
    }

    /// Reads what [`StreamStates::save`] wrote.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn load(path: impl AsRef<Path>) -> Result<StreamStates> {
        Ok(StreamStates::from_arrays(npz::read(path.as_ref())?))
    }

    /// The bytes of such a file.
    ///
    /// # Errors
    /// A name that no file can hold.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let arrays: Vec<Array> = self.0.iter().map(|(_, state)| array(state)).collect();
        let named: Vec<(&str, &Array)> =
            self.0.iter().map(|(name, _)| name.as_str()).zip(&arrays).collect();
        Ok(npz::to_bytes(&named)?)
    }

    /// Reads the bytes of such a file.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn from_bytes(bytes: &[u8]) -> Result<StreamStates> {
        Ok(StreamStates::from_arrays(npz::from_bytes(bytes, "states")?))
    }

    fn from_arrays(arrays: Vec<(String, Array)>) -> StreamStates {
        StreamStates(arrays.into_iter().map(|(name, array)| (name, tensor(&array))).collect())
    }

    /// Those of a sequence.
    pub(super) fn of(program: &Program, memory: &Memory, stream: usize) -> StreamStates {
        let states = program.states.iter().zip(&memory.states).map(|(entry, values)| {
            let start = stream * entry.state.stride;
            let data = values[start..start + entry.state.size()].to_vec();
            (entry.name.clone(), Tensor::from_parts(&entry.state.shape[..], data))
        });
        StreamStates(states.collect())
    }

    /// Makes them those of a sequence, if they are of this model.
    pub(super) fn write(
        &self,
        program: &Program,
        memory: &mut Memory,
        stream: usize,
    ) -> Result<()> {
        let mismatch = |what: &str, expected: String, got: String| Error::Mismatch {
            place: "states of the stream".into(),
            what: what.into(),
            expected,
            got,
        };
        if self.0.len() != program.states.len() {
            let (expected, got) = (program.states.len(), self.0.len());
            let states = |n: usize| format!("{n} states");
            return Err(mismatch("the set of states", states(expected), states(got)));
        }
        let mut found = Vec::with_capacity(self.0.len());
        for entry in &program.states {
            let value = self.get(&entry.name).ok_or_else(|| Error::Unknown {
                what: "state of the stream",
                name: entry.name.clone(),
                known: self.iter().map(|(name, _)| name).collect::<Vec<_>>().join(", "),
            })?;
            if value.shape() != entry.state.shape {
                let expected = Shape::from(&entry.state.shape[..]).to_string();
                let got = Shape::from(value.shape()).to_string();
                return Err(mismatch(&entry.name, expected, got));
            }
            value.check_finite(&entry.name)?;
            found.push(value);
        }
        for ((value, values), entry) in found.iter().zip(&mut memory.states).zip(&program.states) {
            let start = stream * entry.state.stride;
            values[start..start + value.len()].copy_from_slice(value.data());
        }
        Ok(())
    }
}
