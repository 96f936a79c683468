mod bitwise;
#[cfg(not(feature = "f64"))]
mod everywhere;
mod fused;
mod gradients;
mod lengths;
mod single;
mod stack;
mod support;
