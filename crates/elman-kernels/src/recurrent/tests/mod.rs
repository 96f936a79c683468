mod bitwise;
mod cost;
mod fused;
mod gradients;
mod lengths;
mod support;
