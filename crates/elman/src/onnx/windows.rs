//! Convolutions and pooling of values whose channels come last, as Keras has them.

use elman_files::onnx::Attribute;

use super::Exporter;
use crate::ops::{Padding, Windows};

impl Exporter<'_> {
    /// A convolution of `(batch, space…, channels)` with a kernel
    /// `(size…, channels / groups, filters)`.
    pub(crate) fn convolution(
        &mut self,
        x: &str,
        (shape, values): (&[usize], &[f32]),
        windows: &Windows,
        groups: usize,
    ) -> String {
        let axes = windows.size.len();
        let (channels, filters) = (shape[axes], shape[axes + 1]);
        let places: usize = shape[..axes].iter().product();
        let mut turned = Vec::with_capacity(values.len());
        for filter in 0..filters {
            for channel in 0..channels {
                let at = |place: usize| values[(place * channels + channel) * filters + filter];
                turned.extend((0..places).map(at));
            }
        }
        let mut turned_shape = vec![filters, channels];
        turned_shape.extend(&shape[..axes]);
        let kernel = self.floats("kernel", turned_shape, turned);
        let ints = |values: &[usize]| Attribute::Ints(values.iter().map(|v| *v as i64).collect());
        let mut attributes = self.window_attributes(windows);
        attributes.push(("dilations", ints(&windows.dilation)));
        attributes.push(("group", Attribute::Int(groups as i64)));
        self.channels_first(x, axes, |e, x| e.node("Conv", &[x, &kernel], &attributes))
    }

    /// `MaxPool` or `AveragePool` of `(batch, time, channels)`.
    pub(crate) fn pooling(&mut self, op: &str, x: &str, windows: &Windows) -> String {
        let attributes = self.window_attributes(windows);
        self.channels_first(x, windows.size.len(), |e, x| e.node(op, &[x], &attributes))
    }

    fn window_attributes(&self, windows: &Windows) -> Vec<(&'static str, Attribute)> {
        let ints = |values: &[usize]| Attribute::Ints(values.iter().map(|v| *v as i64).collect());
        let mut attributes =
            vec![("kernel_shape", ints(&windows.size)), ("strides", ints(&windows.strides))];
        let reach = |axis: usize| windows.dilation[axis] * (windows.size[axis] - 1);
        let around = |before: fn(usize) -> usize, after: fn(usize) -> usize| -> Attribute {
            let axes = 0..windows.size.len();
            let before = axes.clone().map(|axis| before(reach(axis)) as i64);
            Attribute::Ints(before.chain(axes.map(|axis| after(reach(axis)) as i64)).collect())
        };
        match windows.padding {
            Padding::Valid => {}
            Padding::Causal => attributes.push(("pads", around(|n| n, |_| 0))),
            // With strides it depends on the length.
            Padding::Same if windows.strides.iter().any(|n| *n > 1) => {
                attributes.push(("auto_pad", Attribute::Text("SAME_UPPER".into())));
            }
            Padding::Same => attributes.push(("pads", around(|n| n / 2, |n| n - n / 2))),
        }
        attributes
    }

    /// Runs `work` on a value with its channels behind the batch, and puts them last again.
    fn channels_first(
        &mut self,
        x: &str,
        axes: usize,
        work: impl FnOnce(&mut Self, &str) -> String,
    ) -> String {
        let mut first = vec![0, axes + 1];
        first.extend(1..=axes);
        let x = self.transpose(x, &first);
        let y = work(self, &x);
        let mut last: Vec<usize> = std::iter::once(0).chain(2..axes + 2).collect();
        last.push(1);
        self.transpose(&y, &last)
    }
}
