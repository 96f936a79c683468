//! Activations with arguments, each a layer of its own.

mod elu;
mod leaky_relu;
mod prelu;
mod relu;
mod softmax;

pub use elu::Elu;
pub use leaky_relu::LeakyRelu;
pub use prelu::Prelu;
pub use relu::Relu;
pub use softmax::Softmax;
