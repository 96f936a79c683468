mod gradients;
mod support;
