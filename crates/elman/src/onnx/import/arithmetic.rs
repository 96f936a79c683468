//! Products, and arithmetic with values and constants.

use elman_files::Array;

use super::graph::Importer;
use super::node::Reading;
use super::value::{Size, Value, View};
use crate::layers::{
    Add, Dense, GlobalAveragePooling1d, GlobalMaxPooling1d, Multiply, Numbers, Rescaling, Subtract,
};
use crate::models::Symbolic;
use crate::{Float, Result, Tensor};

/// The widest values whose numbers are summed, for which there is a weight each.
const MAX_WIDTH: usize = 1 << 24;

/// A number of a constant as one of a `Rescaling`.
type Of = fn(f64) -> f64;

impl<'g> Importer<'g> {
    pub fn matmul(&mut self, reading: Reading<'g>) -> Result<Value> {
        reading.allow(&[])?;
        let view = self.view(reading, 0)?;
        let kernel = self.constant(reading, 1)?;
        let kernel = kernel.ok_or_else(|| reading.refuse("it has no second factor"))?;
        let [features, units] = kernel.shape[..] else {
            return Err(reading.refuse("its second factor is no matrix"));
        };
        let kernel = crate::saving::tensor(&kernel);
        // A bias that is added to nothing but this product.
        let output = reading.node.outputs.first().map(String::as_str).unwrap_or_default();
        let mut bias = None;
        if let Some(add) = self.only_reader(output).filter(|node| node.op == "Add") {
            let other = add.inputs.iter().find(|input| *input != output);
            if let Some(Value::Constant(array)) = other.and_then(|name| self.values.get(&**name))
                && array.shape == [units]
            {
                bias = Some((add, crate::saving::tensor(array)));
            }
        }
        let (add, bias) = bias.unzip();
        let view = self.dense(&view, [features, units], kernel, bias, reading)?;
        if let Some(add) = add {
            self.done.push(std::ptr::from_ref(add));
            if let Some(name) = add.outputs.first() {
                self.values.insert(name, Value::View(view.clone()));
            }
        }
        Ok(Value::View(view))
    }

    pub fn gemm(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["alpha", "beta", "transA", "transB"])?;
        for (name, value) in [("alpha", 1.0), ("beta", 1.0)] {
            let got = reading.float(name, 1.0)?;
            if got != value {
                return Err(reading.refuse(format!("{name} = {got} is not read")));
            }
        }
        if reading.int("transA", 0)? != 0 {
            return Err(reading.refuse("transA = 1 is not read"));
        }
        let view = self.view(reading, 0)?;
        let kernel = self.constant(reading, 1)?;
        let kernel = kernel.filter(|kernel| kernel.shape.len() == 2);
        let kernel = kernel.ok_or_else(|| reading.refuse("its second factor is no matrix"))?;
        let mut kernel = crate::saving::tensor(&kernel);
        if reading.int("transB", 0)? != 0 {
            kernel = crate::ops::permute(&kernel, &[1, 0]);
        }
        let [features, units] = [kernel.shape()[0], kernel.shape()[1]];
        let bias = match self.constant(reading, 2)? {
            None => None,
            Some(bias) if bias.len() == units => Some(Tensor::new([units], floats(&bias))?),
            Some(_) => return Err(reading.refuse("what it adds is not one number for each column")),
        };
        self.dense(&view, [features, units], kernel, bias, reading).map(Value::View)
    }

    fn dense(
        &mut self,
        view: &View,
        [features, units]: [usize; 2],
        kernel: Tensor,
        bias: Option<Tensor>,
        reading: Reading,
    ) -> Result<View> {
        let view = self.last_alike(view, reading)?;
        let last = view.sizes.len() - 1;
        if view.sizes[last] != Size::known(features) || features == 0 || units == 0 {
            return Err(reading.refuse(format!("its first factor has not {features} columns")));
        }
        let layer = Dense::new(units).use_bias(bias.is_some());
        let weights = std::iter::once(kernel).chain(bias).collect();
        let x = self.map_with(layer, "dense", &view.x, weights)?;
        let mut sizes = view.sizes.clone();
        sizes[last] = Size::known(units);
        Ok(View { x, sizes, axes: view.axes, ends: [None, None] })
    }

    /// A view whose last axis is the last of the value.
    pub fn last_alike(&mut self, view: &View, reading: Reading) -> Result<View> {
        if view.ends_alike() {
            return Ok(view.clone());
        }
        let view = self.batch_first(view, &reading.node.op)?;
        match view.ends_alike() {
            true => Ok(view),
            false => Err(reading.refuse("its last axis is the batch")),
        }
    }

    /// `Add`, `Sub`, `Mul`, `Div`.
    pub fn arithmetic(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&[])?;
        let (a, b) = (self.value(reading, 0)?, self.value(reading, 1)?);
        match (&a, &b) {
            (Value::Constant(array), _) => {
                let view = self.view(reading, 1)?;
                self.with_constant(&view, array, true, reading).map(Value::View)
            }
            (_, Value::Constant(array)) => {
                let view = self.view(reading, 0)?;
                self.with_constant(&view, array, false, reading).map(Value::View)
            }
            _ => {
                let (a, b) = (self.view(reading, 0)?, self.view(reading, 1)?);
                self.with_value(a, b, reading).map(Value::View)
            }
        }
    }

    fn with_constant(
        &mut self,
        view: &View,
        array: &Array,
        is_first: bool,
        reading: Reading,
    ) -> Result<View> {
        let (scale, offset): (Of, Of) = match (&*reading.node.op, is_first) {
            ("Add", _) => (|_| 1.0, |v| v),
            ("Sub", false) => (|_| 1.0, |v| -v),
            ("Sub", true) => (|_| -1.0, |v| v),
            ("Mul", _) => (|v| v, |_| 0.0),
            ("Div", false) => (|v| 1.0 / v, |_| 0.0),
            _ => return Err(reading.refuse("a constant divided by a value is not read")),
        };
        let values = array.to_f64();
        if values.is_empty() {
            return Err(reading.refuse("its constant is empty"));
        }
        let is_one = values.len() == 1;
        let mut shape: Vec<usize> = array.shape.iter().copied().skip_while(|n| *n == 1).collect();
        let view = if is_one {
            shape.clear();
            view.clone()
        } else if shape.len() == 1 {
            self.last_alike(view, reading)?
        } else {
            self.batch_first(view, &reading.node.op)?
        };
        let is_plain = view.axes.iter().enumerate().all(|(i, axes)| axes[..] == [i]);
        let own: Option<Vec<usize>> = view.sizes[view.sizes.len().saturating_sub(shape.len())..]
            .iter()
            .map(Size::number)
            .collect();
        let fits =
            own.is_some_and(|own| own.iter().zip(&shape).all(|(own, n)| *n == 1 || own == n));
        if !fits || shape.len() >= view.sizes.len() || (shape.len() > 1 && !is_plain) {
            return Err(
                reading.refuse(format!("a constant of shape {:?} does not fit", array.shape))
            );
        }
        let numbers = |f: Of| -> Result<Numbers> {
            let values: Vec<f64> = values.iter().map(|v| f(*v)).collect();
            match is_one {
                true => Ok(Numbers::from(values[0])),
                false => Ok(Numbers::shaped(shape.clone(), values)),
            }
        };
        let layer = Rescaling::new(numbers(scale)?).offset(numbers(offset)?);
        let x = self.map(layer, "rescaling", &view.x)?;
        Ok(View { x, ends: [None, None], ..view })
    }

    fn with_value(&mut self, a: View, b: View, reading: Reading) -> Result<View> {
        let (a, b) = match a.axes == b.axes && a.sizes.len() == b.sizes.len() {
            true => (a, b),
            false => {
                let word = &reading.node.op;
                (self.batch_first(&a, word)?, self.batch_first(&b, word)?)
            }
        };
        if a.axes != b.axes || a.sizes.len() != b.sizes.len() {
            return Err(reading.refuse("its inputs have different axes"));
        }
        let together = |(a, b): (&Size, &Size)| {
            let one = Size::known(1);
            if a == b || *b == one {
                Some(a.clone())
            } else if *a == one {
                Some(b.clone())
            } else {
                None
            }
        };
        let sizes: Option<Vec<Size>> = a.sizes.iter().zip(&b.sizes).map(together).collect();
        let sizes = sizes.filter(|_| a.sizes[0] == b.sizes[0]);
        let sizes = sizes.ok_or_else(|| reading.refuse("its inputs have different shapes"))?;
        let inputs = [a.x.clone(), b.x.clone()];
        let x = match &*reading.node.op {
            "Add" => self.apply(Box::new(Add::new()), "add", &inputs, Vec::new())?,
            "Sub" => self.apply(Box::new(Subtract::new()), "subtract", &inputs, Vec::new())?,
            "Mul" => self.apply(Box::new(Multiply::new()), "multiply", &inputs, Vec::new())?,
            _ => return Err(reading.refuse("a value divided by a value is not read")),
        };
        let x: Symbolic = x.into_iter().next().ok_or_else(|| reading.refuse("no output"))?;
        Ok(View { x, sizes, axes: a.axes, ends: [None, None] })
    }

    /// `ReduceMean`, `ReduceMax` and `ReduceSum`, over time or the last axis.
    pub fn reduced(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["axes", "keepdims", "noop_with_empty_axes"])?;
        let keep = reading.int("keepdims", 1)? != 0;
        let view = self.view(reading, 0)?;
        let axes = self.integers(reading, 1, "axes")?;
        let Some([axis]) = axes.as_deref() else {
            return Err(reading.refuse("it must have one axis"));
        };
        let axis = reading.axis(*axis, view.axes.len())?;
        let own = view.axes[axis].clone();
        let last = view.sizes.len() - 1;
        let mut axes = view.axes.clone();
        let (x, sizes) = if own[..] == [1] && view.sizes.len() == 3 {
            let x = match &*reading.node.op {
                "ReduceMean" => self.map(GlobalAveragePooling1d::new(), "average", &view.x)?,
                "ReduceMax" => self.map(GlobalMaxPooling1d::new(), "maximum", &view.x)?,
                _ => {
                    let time = view.sizes[1].number();
                    let time =
                        time.ok_or_else(|| reading.refuse("a sum of any number of steps"))?;
                    let mean = self.map(GlobalAveragePooling1d::new(), "average", &view.x)?;
                    self.map(Rescaling::new(time as f64), "sum", &mean)?
                }
            };
            axes[axis] = Vec::new();
            axes.iter_mut().flatten().for_each(|own| *own = (*own).min(1));
            (x, vec![view.sizes[0].clone(), view.sizes[2].clone()])
        } else if let (true, Some(width), "ReduceMean" | "ReduceSum") = (
            own[..] == [last] && last > 0,
            view.sizes[last].number().filter(|n| *n <= MAX_WIDTH),
            &*reading.node.op,
        ) {
            let one = if reading.node.op == "ReduceSum" { 1.0 } else { 1.0 / width as Float };
            let weights = vec![Tensor::new([width, 1], vec![one; width])?];
            let x = self.map_with(Dense::new(1).use_bias(false), "sum", &view.x, weights)?;
            let mut sizes = view.sizes.clone();
            sizes[last] = Size::known(1);
            (x, sizes)
        } else {
            return Err(reading.refuse("it reduces an axis that is neither time nor the last"));
        };
        let view = View { x, sizes, axes, ends: [None, None] };
        match keep {
            true => Ok(Value::View(view)),
            false => Ok(Value::View(self.without_axis(&view, axis, reading)?)),
        }
    }

    /// A dimension that is not known.
    pub fn new_size(&mut self) -> Size {
        Size::unknown(self.next_unknown())
    }
}

/// The numbers of an array.
pub(super) fn floats(array: &Array) -> Vec<Float> {
    crate::saving::tensor(array).data().to_vec()
}
