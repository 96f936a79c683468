//! A weight as optimizers see it.

use crate::parameters::{Entry, Parameters, Scope};

/// What an optimizer may know of a weight.
#[derive(Clone, Copy, Debug)]
pub struct WeightInfo<'a> {
    parameters: &'a Parameters,
    entry: &'a Entry,
}

impl<'a> WeightInfo<'a> {
    pub(crate) fn new(parameters: &'a Parameters, entry: &'a Entry) -> WeightInfo<'a> {
        WeightInfo { parameters, entry }
    }

    /// The name within its layer: `kernel`, `recurrent_kernel`, `bias`.
    pub fn name(&self) -> &'a str {
        &self.entry.name
    }

    /// The shape.
    pub fn shape(&self) -> &'a [usize] {
        &self.entry.shape
    }

    /// The names of the layers and cells that hold the weight, and its own, as in Keras but
    /// without the model's name: `bidirectional/forward_lstm/lstm_cell/kernel`.
    pub fn path(&self) -> String {
        let scopes = self.parameters.scopes();
        let innermost = &scopes[self.entry.scope];
        let holds = |scope: &&Scope| {
            let rest = innermost.path.strip_prefix(&scope.path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        // Outer layers are registered before those within them.
        let mut path = String::new();
        for scope in scopes.iter().filter(holds) {
            path.push_str(&scope.name);
            path.push('/');
        }
        path + self.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn paths_are_those_of_keras() {
        let mut model = Sequential::new();
        let lstm = Lstm::new(2).name("memory");
        model.add(Bidirectional::new(lstm).input_shape([4, 3])).unwrap();
        model.add(Dense::new(1)).unwrap();
        model.add(Dense::new(1)).unwrap();
        let names: Vec<String> =
            model.layers().iter().map(|layer| layer.base().name().to_owned()).collect();
        let parameters = model.built().unwrap().parameters();
        let paths: Vec<String> =
            parameters.entries().iter().map(|e| WeightInfo::new(parameters, e).path()).collect();
        let bidirectional = &names[0];
        assert_eq!(paths[1], format!("{bidirectional}/forward_memory/lstm_cell/recurrent_kernel"));
        assert_eq!(paths[5], format!("{bidirectional}/backward_memory/lstm_cell/bias"));
        assert_eq!(paths[8], format!("{}/kernel", names[2]));
    }
}
