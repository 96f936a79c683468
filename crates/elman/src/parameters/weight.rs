//! How a layer describes a weight.

use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::regularizers::Regularizer;

/// What a weight starts as, and how training treats it.
///
/// It comes from an initializer, or from an initializer with a regularizer and a constraint:
/// ```
/// use elman::parameters::{Builder, Weight};
/// use elman::prelude::*;
/// # let mut parameters = elman::Parameters::default();
/// # let builder = &mut Builder::new(&mut parameters, "layers/mine", "mine", 0, true, 1);
/// let (regularizer, constraint) = (Some(Regularizer::l2(0.01)), None);
/// builder.add("kernel", &[3, 2], (&Initializer::glorot_uniform(), &regularizer, &constraint))?;
/// builder.add("bias", &[2], &Initializer::Zeros)?;
/// builder.add("mean", &[2], Weight::from(&Initializer::Zeros).not_trained())?;
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Weight<'a> {
    pub(super) initializer: &'a Initializer,
    pub(super) regularizer: Option<&'a Regularizer>,
    pub(super) constraint: Option<&'a Constraint>,
    pub(super) is_trained: bool,
    pub(super) is_integer: bool,
}

impl<'a> From<&'a Initializer> for Weight<'a> {
    fn from(initializer: &'a Initializer) -> Weight<'a> {
        Weight {
            initializer,
            regularizer: None,
            constraint: None,
            is_trained: true,
            is_integer: false,
        }
    }
}

impl<'a> From<(&'a Initializer, &'a Option<Regularizer>, &'a Option<Constraint>)> for Weight<'a> {
    fn from(
        (initializer, regularizer, constraint): (
            &'a Initializer,
            &'a Option<Regularizer>,
            &'a Option<Constraint>,
        ),
    ) -> Weight<'a> {
        let (regularizer, constraint) = (regularizer.as_ref(), constraint.as_ref());
        Weight { initializer, regularizer, constraint, is_trained: true, is_integer: false }
    }
}

impl Weight<'_> {
    /// This weight as one that training never changes by gradients, such as a running mean.
    pub fn not_trained(mut self) -> Self {
        self.is_trained = false;
        self
    }

    /// This weight as integers, which files hold in 64 bits.
    pub(crate) fn integer(mut self) -> Self {
        self.is_integer = true;
        self
    }
}
