mod bitwise;
mod fused;
mod gradients;
mod lengths;
mod single;
mod support;
