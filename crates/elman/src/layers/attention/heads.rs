//! The axes of multi-head attention: which are looked along, and which lie side by side.

use crate::{Error, Mask, Result, Shape, Tensor, ops};

/// Arrays `(batch, …, heads, width)` as groups of sequences `(groups, steps, width)`: the axes that
/// are looked along become the steps, all others the groups.
#[derive(Clone, Debug)]
pub(super) struct Heads {
    order: Vec<usize>,
    /// How many axes the groups are made of.
    groups: usize,
}

impl Heads {
    /// For arrays of `ndim` axes, of which `axes` are looked along.
    pub fn new(ndim: usize, axes: &[usize]) -> Heads {
        let last: Vec<usize> = axes.iter().copied().chain([ndim - 1]).collect();
        Heads { order: ops::bring_last(ndim, &last), groups: ndim - last.len() }
    }

    /// The order of the axes in which groups come first, then steps, then numbers.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// The lengths of the axes of `shape` in the order of groups, steps, width.
    fn moved(&self, shape: &[usize]) -> Vec<usize> {
        self.order.iter().map(|axis| shape[*axis]).collect()
    }

    /// The lengths of the axes that the groups are made of.
    pub fn groups_of(&self, shape: &[usize]) -> Vec<usize> {
        self.moved(shape)[..self.groups].to_vec()
    }

    /// The lengths of the axes that are looked along.
    pub fn steps_of(&self, shape: &[usize]) -> Vec<usize> {
        self.moved(shape)[self.groups..shape.len() - 1].to_vec()
    }

    /// `x` as groups of sequences.
    pub fn split(&self, x: &Tensor) -> Result<Tensor> {
        let groups = self.groups_of(x.shape()).iter().product();
        let steps = self.steps_of(x.shape()).iter().product();
        ops::permute(x, &self.order).reshape([groups, steps, x.width()])
    }

    /// The inverse of [`Heads::split`] for an array of `shape`, of any last length.
    pub fn join(&self, x: Tensor, shape: &[usize]) -> Result<Tensor> {
        let mut moved = self.moved(shape);
        if let Some(width) = moved.last_mut() {
            *width = x.width();
        }
        Ok(ops::permute(&x.reshape(moved)?, &ops::inverse(&self.order)))
    }
}

/// Which steps every query may look at: masks of the queries, of the steps, and of both.
#[derive(Default)]
pub(super) struct Looks {
    mask: Option<Mask>,
}

impl Looks {
    /// Keeps what `mask` keeps too.
    pub fn keep(&mut self, mask: Mask, place: &str) -> Result<()> {
        self.mask = Some(match self.mask.take() {
            None => mask,
            Some(own) => own.and(&mask).ok_or_else(|| Error::Mismatch {
                place: place.into(),
                what: "mask".into(),
                expected: format!("a shape that fits the others', {}", Shape::from(own.shape())),
                got: Shape::from(mask.shape()).to_string(),
            })?,
        });
        Ok(())
    }

    /// Whether each score counts: `shape` has the axes of the groups, then those of the queries and
    /// of the steps, `axes` each. Missing axes are put in before these, as Keras does.
    pub fn over(self, shape: &[usize], axes: usize, place: &str) -> Result<Option<Vec<bool>>> {
        let Some(mask) = self.mask else { return Ok(None) };
        let mut dims = mask.shape().to_vec();
        let used = dims.len().checked_sub(2 * axes).and_then(|at| {
            while dims.len() < shape.len() {
                dims.insert(at, 1);
            }
            ops::broadcast_values(mask.data(), &dims, shape)
        });
        used.map(Some).ok_or_else(|| Error::Mismatch {
            place: place.into(),
            what: "mask of queries and steps".into(),
            expected: format!("a shape that fits the scores {}", Shape::from(shape)),
            got: Shape::from(mask.shape()).to_string(),
        })
    }
}

/// The mask of the queries `(…, queries)` as one of queries and steps.
pub(super) fn of_queries(mask: &Mask) -> Mask {
    let mut shape = mask.shape().to_vec();
    shape.push(1);
    Mask::from_parts(shape, mask.data().to_vec())
}

/// The mask of the steps `(…, steps)` as one of queries and steps.
pub(super) fn of_steps(mask: &Mask) -> Mask {
    let mut shape = mask.shape().to_vec();
    shape.insert(shape.len() - 1, 1);
    Mask::from_parts(shape, mask.data().to_vec())
}

/// The mask `(1, queries, steps)` of what `may` allows.
pub(super) fn by_position(
    queries: usize,
    steps: usize,
    may: impl Fn(usize, usize) -> bool,
) -> Mask {
    let row = |q: usize| (0..steps).map(|s| may(q, s)).collect::<Vec<_>>();
    Mask::from_parts([1, queries, steps], (0..queries).flat_map(row).collect())
}
