//! The builder methods for what concerns one weight of a layer.

/// Builder methods for the initializer, the regularizer and the constraint of each weight of a
/// layer. They are fields of the same names, in the layer itself or where `via` leads from it.
/// `@[const N: usize]` before the layer are its generic parameters.
macro_rules! weight_arguments {
    (
        @weight [$($generics:tt)*] $layer:ty, [$($via:ident).*], $weight:literal, $default:literal,
        $initializer:ident, $regularizer:ident, $constraint:ident
    ) => {
        impl<$($generics)*> $layer {
            #[doc = concat!("The first values of the ", $weight, " (`", $default, "`).")]
            pub fn $initializer(
                mut self,
                initializer: $crate::initializers::Initializer,
            ) -> Self {
                self.$($via.)*$initializer = initializer;
                self
            }

            #[doc = concat!("The penalty on the ", $weight, " (none).")]
            pub fn $regularizer(
                mut self,
                regularizer: impl Into<Option<$crate::regularizers::Regularizer>>,
            ) -> Self {
                self.$($via.)*$regularizer = regularizer.into();
                self
            }

            #[doc = concat!("What the ", $weight, " is kept to while training (nothing).")]
            pub fn $constraint(
                mut self,
                constraint: impl Into<Option<$crate::constraints::Constraint>>,
            ) -> Self {
                self.$($via.)*$constraint = constraint.into();
                self
            }
        }
    };
    ($layer:ty { $($weights:tt)+ }) => {
        $crate::layers::weight_arguments::weight_arguments!(@[] $layer, via [] { $($weights)+ });
    };
    (@$generics:tt $layer:ty, via $via:tt {
        $($weight:literal starts as $default:literal: $($field:ident),+;)+
    }) => {
        $($crate::layers::weight_arguments::weight_arguments!(
            @weight $generics $layer, $via, $weight, $default, $($field),+
        );)+
    };
}
pub(crate) use weight_arguments;
