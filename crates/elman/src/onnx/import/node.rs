//! A node while it is read: its attributes, each of which must be asked for, and errors with its
//! name.

use elman_files::onnx::{Attribute, Node};

use crate::{Error, Result};

/// A node of a file.
#[derive(Clone, Copy)]
pub(super) struct Reading<'g> {
    pub node: &'g Node,
    pub file: &'g str,
    pub opset: i64,
}

impl<'g> Reading<'g> {
    /// The error that the node is one which can't be read.
    pub fn refuse(&self, problem: impl Into<String>) -> Error {
        let place = format!("{}: {}", self.file, self.node.place());
        Error::Config { place, problem: problem.into() }
    }

    /// Refuses attributes that none of these is.
    pub fn allow(&self, names: &[&str]) -> Result<()> {
        match self.node.attributes.iter().find(|(name, _)| !names.contains(&&**name)) {
            None => Ok(()),
            Some((name, value)) => {
                let value = match value {
                    Attribute::Tensor(_) => "an array".into(),
                    Attribute::Graph(_) => "a graph".into(),
                    value => format!("{value:?}"),
                };
                Err(self.refuse(format!("the attribute {name} = {value} is not read")))
            }
        }
    }

    fn wrong(&self, name: &str) -> Error {
        self.refuse(format!("the attribute {name} is of another type"))
    }

    /// An integer.
    pub fn int(&self, name: &str, default: i64) -> Result<i64> {
        match self.node.attribute(name) {
            None => Ok(default),
            Some(Attribute::Int(value)) => Ok(*value),
            Some(_) => Err(self.wrong(name)),
        }
    }

    /// A number.
    pub fn float(&self, name: &str, default: f32) -> Result<f32> {
        match self.node.attribute(name) {
            None => Ok(default),
            Some(Attribute::Float(value)) => Ok(*value),
            Some(_) => Err(self.wrong(name)),
        }
    }

    /// Integers.
    pub fn ints(&self, name: &str) -> Result<Option<Vec<i64>>> {
        match self.node.attribute(name) {
            None => Ok(None),
            Some(Attribute::Ints(values)) => Ok(Some(values.clone())),
            Some(_) => Err(self.wrong(name)),
        }
    }

    /// Numbers.
    pub fn floats(&self, name: &str) -> Result<Vec<f32>> {
        match self.node.attribute(name) {
            None => Ok(Vec::new()),
            Some(Attribute::Floats(values)) => Ok(values.clone()),
            Some(_) => Err(self.wrong(name)),
        }
    }

    /// Texts.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>> {
        match self.node.attribute(name) {
            None => Ok(None),
            Some(Attribute::Texts(values)) => Ok(Some(values.clone())),
            Some(_) => Err(self.wrong(name)),
        }
    }

    /// A text.
    pub fn text(&self, name: &str, default: &str) -> Result<String> {
        match self.node.attribute(name) {
            None => Ok(default.to_owned()),
            Some(Attribute::Text(value)) => Ok(value.clone()),
            Some(_) => Err(self.wrong(name)),
        }
    }

    /// The name of an input; none if it is left out.
    pub fn input(&self, index: usize) -> Option<&'g str> {
        self.node.inputs.get(index).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// Whether an output is wanted.
    pub fn wants(&self, index: usize) -> bool {
        self.node.outputs.get(index).is_some_and(|name| !name.is_empty())
    }

    /// An axis of an array of `ndim` dimensions, counted from 0.
    pub fn axis(&self, axis: i64, ndim: usize) -> Result<usize> {
        let resolved = if axis < 0 { axis.checked_add(ndim as i64) } else { Some(axis) };
        let resolved = resolved.and_then(|axis| usize::try_from(axis).ok());
        resolved
            .filter(|axis| *axis < ndim)
            .ok_or_else(|| self.refuse(format!("there is no axis {axis} of {ndim}")))
    }
}
