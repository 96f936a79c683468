//! Indices as the vectors that an output mode asks for.

use super::{LookupOptions, OutputMode, Token};
use crate::layers::Layer;
use crate::{Error, Float, Result, Shape, Tensor};

/// The shape of the outputs for inputs of that shape, where an index may be up to `depth`.
pub(in crate::layers::preprocessing) fn shape<T: Token>(
    layer: &dyn Layer,
    options: &LookupOptions<T>,
    input: &Shape,
    depth: Option<usize>,
) -> Result<Shape> {
    let mut dims = input.dims().to_vec();
    match options.output_mode {
        OutputMode::Int => {}
        OutputMode::OneHot => {
            if dims.len() > 1 && dims.last() == Some(&Some(1)) {
                dims.pop();
            }
            dims.push(depth);
        }
        OutputMode::MultiHot | OutputMode::Count | OutputMode::TfIdf => {
            // Keras takes a batch of single tokens for one sample, and of more axes the wrong one.
            if dims.len() != 2 {
                return Err(Error::InputShape {
                    layer: layer.place(),
                    index: 0,
                    expected: format!(
                        "two dimensions, (batch, tokens), for output_mode = {:?}",
                        options.output_mode
                    ),
                    got: input.clone(),
                });
            }
            dims.pop();
            dims.push(depth);
        }
    }
    Ok(dims.into())
}

/// The outputs for indices of the shape `input`; of masked tokens there is none.
pub(in crate::layers::preprocessing) fn encode<T: Token>(
    options: &LookupOptions<T>,
    indices: impl Iterator<Item = Option<usize>>,
    input: &[usize],
    depth: usize,
    idf_weights: &[f64],
) -> Tensor {
    match options.output_mode {
        OutputMode::Int => {
            // A mask is index 0.
            let data = indices.map(|index| index.unwrap_or_default() as Float).collect();
            Tensor::from_parts(input, data)
        }
        OutputMode::OneHot => {
            let mut shape = input.to_vec();
            if shape.len() > 1 && shape.last() == Some(&1) {
                shape.pop();
            }
            shape.push(depth);
            let mut y = Tensor::zeros(shape);
            for (row, index) in y.data_mut().chunks_exact_mut(depth).zip(indices) {
                if let Some(slot) = index.and_then(|index| row.get_mut(index)) {
                    *slot = 1.0;
                }
            }
            y
        }
        _ => {
            let samples = input.first().copied().unwrap_or_default();
            let tokens = input.iter().skip(1).product::<usize>().max(1);
            let indices = indices.enumerate().map(|(position, index)| (position / tokens, index));
            bags(options, indices, samples, depth, idf_weights)
        }
    }
}

/// A vector for each sample, for the sample and the index of each token.
pub(super) fn bags<T: Token>(
    options: &LookupOptions<T>,
    indices: impl Iterator<Item = (usize, Option<usize>)>,
    samples: usize,
    depth: usize,
    idf_weights: &[f64],
) -> Tensor {
    let mut y = Tensor::zeros([samples, depth]);
    let rows = y.data_mut();
    for (sample, index) in indices {
        if let Some(slot) = index.and_then(|index| rows.get_mut(sample * depth + index)) {
            *slot = match options.output_mode {
                OutputMode::MultiHot => 1.0,
                _ => *slot + 1.0,
            };
        }
    }
    if options.output_mode == OutputMode::TfIdf {
        for row in rows.chunks_exact_mut(depth) {
            row.iter_mut().zip(idf_weights).for_each(|(y, weight)| *y *= *weight as Float);
        }
    }
    y
}
