mod bitwise;
mod fused;
mod gradients;
mod support;
