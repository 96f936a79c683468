//! What the values of a graph are while it is read.

use elman_files::Array;

use crate::models::Symbolic;

/// A value of the graph.
#[derive(Clone)]
pub(super) enum Value {
    /// Numbers that are known.
    Constant(Array),
    /// A value of the model, with its axes in another order.
    View(View),
    /// Several side by side along an axis of their own, such as the directions of a layer.
    Stack(Stack),
    /// Dimensions, as a list or as one number.
    Dims { sizes: Vec<Size>, is_list: bool },
    /// One number throughout.
    Filled(Fill),
}

/// What stands throughout a value.
#[derive(Clone, PartialEq)]
pub(super) enum Fill {
    Number(f64),
    Size(Size),
}

/// A value of the model as the graph sees it.
#[derive(Clone)]
pub(super) struct View {
    /// The value, with the batch first.
    pub x: Symbolic,
    /// The sizes of its axes.
    pub sizes: Vec<Size>,
    /// For each axis of the graph's value the axes of `x` that it is, outer first: none for one of
    /// length 1 that `x` has not, several for some that were joined.
    pub axes: Vec<Vec<usize>>,
    /// The first and the last step, where the model has them: those of a recurrent layer.
    pub ends: [Option<Symbolic>; 2],
}

/// Views of the same shape, side by side.
#[derive(Clone)]
pub(super) struct Stack {
    pub parts: Vec<View>,
    /// The axis of the whole along which they lie.
    pub axis: usize,
}

/// A dimension: a number times dimensions that are unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub factor: usize,
    /// Unknown dimensions by number, in order.
    pub unknown: Vec<usize>,
}

impl Size {
    pub fn known(factor: usize) -> Size {
        Size { factor, unknown: Vec::new() }
    }

    pub fn unknown(number: usize) -> Size {
        Size { factor: 1, unknown: vec![number] }
    }

    /// The number, if it is known.
    pub fn number(&self) -> Option<usize> {
        self.unknown.is_empty().then_some(self.factor)
    }

    /// The product of both; none beyond all numbers.
    pub fn times(&self, other: &Size) -> Option<Size> {
        let factor = self.factor.checked_mul(other.factor)?;
        let mut unknown = [&self.unknown[..], &other.unknown].concat();
        unknown.sort_unstable();
        Some(Size { factor, unknown })
    }

    /// The size which times `other` is this; none if there is none.
    pub fn over(&self, other: &Size) -> Option<Size> {
        if other.factor == 0 || !self.factor.is_multiple_of(other.factor) {
            return None;
        }
        let mut unknown = self.unknown.clone();
        for number in &other.unknown {
            unknown.remove(unknown.iter().position(|own| own == number)?);
        }
        Some(Size { factor: self.factor / other.factor, unknown })
    }

    /// The product of several.
    pub fn product<'a>(sizes: impl IntoIterator<Item = &'a Size>) -> Option<Size> {
        sizes.into_iter().try_fold(Size::known(1), |product, size| product.times(size))
    }
}

impl View {
    /// A value whose axes are those of the graph.
    pub fn plain(x: Symbolic, sizes: Vec<Size>) -> View {
        let axes = (0..sizes.len()).map(|axis| vec![axis]).collect();
        View { x, sizes, axes, ends: [None, None] }
    }

    /// The same with other axes.
    pub fn with_axes(&self, axes: Vec<Vec<usize>>) -> View {
        View { axes, ..self.clone() }
    }

    /// The size of an axis of the graph.
    pub fn size(&self, axis: usize) -> Option<Size> {
        Size::product(self.axes[axis].iter().map(|own| &self.sizes[*own]))
    }

    /// The sizes of the axes of the graph; none beyond all numbers.
    pub fn all_sizes(&self) -> Option<Vec<Size>> {
        (0..self.axes.len()).map(|axis| self.size(axis)).collect()
    }

    /// Whether the last axis of the graph is the last of the value.
    pub fn ends_alike(&self) -> bool {
        self.axes.last().is_some_and(|axes| axes[..] == [self.sizes.len() - 1])
            && self.sizes.len() > 1
    }

    /// The axis of the graph that is the batch alone.
    pub fn batch_axis(&self) -> Option<usize> {
        self.axes.iter().position(|axes| axes[..] == [0])
    }
}
