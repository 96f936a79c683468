//! One array or several: inputs, targets and weights of a training.

use ndarray::{ArrayBase, Data, Dimension};

use crate::Tensor;
use crate::tensor::Element;

/// One array for each input, output or weight of a model; an array alone stands for a list of one.
///
/// ```
/// use elman::{Tensor, training::Tensors};
/// let one: Tensors = ndarray::array![[1., 2.]].into();
/// let two: Tensors = [Tensor::zeros([1, 2]), Tensor::zeros([1, 3])].into();
/// assert_eq!((one.len(), two.len()), (1, 2));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tensors(Vec<Tensor>);

impl Tensors {
    /// The number of arrays.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Tensors> for Vec<Tensor> {
    fn from(tensors: Tensors) -> Vec<Tensor> {
        tensors.0
    }
}

impl<A: Element, S: Data<Elem = A>, D: Dimension> From<&ArrayBase<S, D>> for Tensors {
    fn from(array: &ArrayBase<S, D>) -> Tensors {
        Tensors(vec![array.into()])
    }
}

impl<A: Element, S: Data<Elem = A>, D: Dimension> From<ArrayBase<S, D>> for Tensors {
    fn from(array: ArrayBase<S, D>) -> Tensors {
        Tensors(vec![array.into()])
    }
}

impl From<&Tensor> for Tensors {
    fn from(tensor: &Tensor) -> Tensors {
        Tensors(vec![tensor.clone()])
    }
}

impl From<Tensor> for Tensors {
    fn from(tensor: Tensor) -> Tensors {
        Tensors(vec![tensor])
    }
}

impl From<Vec<Tensor>> for Tensors {
    fn from(tensors: Vec<Tensor>) -> Tensors {
        Tensors(tensors)
    }
}

impl From<&[Tensor]> for Tensors {
    fn from(tensors: &[Tensor]) -> Tensors {
        Tensors(tensors.to_vec())
    }
}

impl<const N: usize> From<[Tensor; N]> for Tensors {
    fn from(tensors: [Tensor; N]) -> Tensors {
        Tensors(tensors.into())
    }
}
