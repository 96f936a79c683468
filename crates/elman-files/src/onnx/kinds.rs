//! The numbers of ONNX's types of attributes.

pub const FLOAT: i32 = 1;
pub const INT: i32 = 2;
pub const TEXT: i32 = 3;
pub const TENSOR: i32 = 4;
pub const GRAPH: i32 = 5;
pub const FLOATS: i32 = 6;
pub const INTS: i32 = 7;
pub const TEXTS: i32 = 8;
