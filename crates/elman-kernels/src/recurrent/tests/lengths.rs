//! What has a wrong length is named, before any kernel runs.

use super::support::{Case, cells};
use crate::Activation::{Sigmoid, Tanh};
use crate::active_isa;
use std::panic::catch_unwind;

/// The message of the panic that running the case ends in.
fn panic_of(cell: crate::Cell, spoil: fn(&mut Case)) -> String {
    let mut case = Case::new(cell, [2, 3, 4, 5], 1).with_dropout([1, 1], 2);
    spoil(&mut case);
    let panic = catch_unwind(|| case.run(active_isa())).expect_err("a wrong length");
    panic.downcast_ref::<String>().cloned().expect("a formatted message")
}

#[test]
fn factors_of_wrong_length_are_named() {
    for cell in cells(Tanh, Sigmoid) {
        let message = panic_of(cell, |case| {
            case.input_dropout = Some(vec![1.0; 7]);
        });
        let expected =
            format!("the input's dropout has 7 elements, expected 8 or {}", cell.gates() * 8);
        assert!(message.contains(&expected), "{message}");
        let message = panic_of(cell, |case| {
            case.recurrent_dropout = Some(vec![1.0; 5 * 10]);
        });
        let expected =
            format!("the state's dropout has 50 elements, expected 10 or {}", cell.gates() * 10);
        assert!(message.contains(&expected), "{message}");
    }
}
