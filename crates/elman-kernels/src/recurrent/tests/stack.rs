//! Layers as a wavefront against the same layers one after the other, bit by bit.

use super::support::{Case, Random, cells, narrow};
use crate::Activation::{Sigmoid, Softmax, Tanh};
use crate::recurrent::{Outputs, Packed, forward_stack, stack_pays};
use crate::{Float, active_isa};

/// Layers of those units upon each other, of every kind of cell.
fn layers(features: usize, units: &[usize]) -> Vec<Packed> {
    let mut width = features;
    let cells = cells(Tanh, Sigmoid).into_iter().cycle().skip(1);
    let layer = |(&units, cell)| {
        let case = Case::new(cell, [1, 1, width, units], 5 + width as u64);
        width = units;
        case.pack(active_isa())
    };
    units.iter().zip(cells).map(layer).collect()
}

/// The outputs of the last layer, and those of its last step, of layer after layer.
fn one_after_the_other(
    layers: &[&Packed],
    x: &[Float],
    [batch, time]: [usize; 2],
) -> [Vec<Float>; 2] {
    layers.iter().fold([x.to_vec(), Vec::new()], |[x, _], layer| {
        let mut sequence = vec![7.0; batch * time * layer.units()];
        let mut last = vec![7.0; batch * layer.units()];
        let input = crate::Sequence {
            x: &x,
            batch,
            time,
            go_backwards: false,
            initial_states: &[],
            mask: None,
            zero_output_for_mask: false,
            input_dropout: None,
            recurrent_dropout: None,
        };
        let (all, end) = (Some(&mut sequence[..]), Some(&mut last[..]));
        crate::forward(layer, &input, Outputs { sequence: all, last_output: end, states: &mut [] });
        [sequence, last]
    })
}

#[test]
fn a_wavefront_computes_what_its_layers_do() {
    super::bitwise::with_each_number_of_threads(&[1, 2, 3, 7], || {
        for (units, features) in [(&[9, 33][..], 4), (&[40, 5, 17], 3), (&[8, 8, 8, 8], 8)] {
            let packed = layers(features, units);
            let layers: Vec<&Packed> = packed.iter().collect();
            for size @ [batch, time] in [[1, 100], [3, 37], [1, 3], [2, 1], [2, 0], [0, 9]] {
                let x = narrow(&Random(3).numbers(batch * time * features, 1.0));
                let expected = one_after_the_other(&layers, &x, size);
                for [wants_all, wants_last] in [[true, true], [true, false], [false, true]] {
                    let [mut all, mut last] = expected.each_ref().map(|e| vec![7.0; e.len()]);
                    let sequence = wants_all.then_some(&mut all[..]);
                    let last_output = wants_last.then_some(&mut last[..]);
                    let mut out = Outputs { sequence, last_output, states: &mut [] };
                    forward_stack(&layers, &x, size, &mut out);
                    assert!(!wants_all || all == expected[0], "{units:?}, {size:?}: outputs");
                    assert!(!wants_last || last == expected[1], "{units:?}, {size:?}: last");
                }
            }
        }
    });
}

#[test]
fn it_pays_where_threads_would_wait() {
    let pays = |features, units: &[usize], batch, time| {
        let packed = layers(features, units);
        stack_pays(&packed.iter().collect::<Vec<_>>(), batch, time)
    };
    super::bitwise::with_each_number_of_threads(&[2], || {
        assert!(pays(128, &[128, 128], 1, 200));
        assert!(pays(64, &[64, 64, 64, 64], 4, 100));
        assert!(!pays(64, &[64, 64, 64], 4, 100), "one thread has two thirds of it");
        assert!(!pays(128, &[128, 128], 8, 200), "rows enough");
        assert!(!pays(8, &[8, 8], 1, 50), "too little work");
        assert!(!pays(64, &[256, 16], 1, 200), "one layer has all of it");
        assert!(!pays(512, &[512, 512], 1, 8), "too few steps");
        assert!(!pays(128, &[128], 1, 200), "one layer");
    });
    super::bitwise::with_each_number_of_threads(&[1], || {
        assert!(!pays(128, &[128, 128], 1, 200), "one thread");
    });
    super::bitwise::with_each_number_of_threads(&[8], || {
        assert!(!pays(256, &[256, 256], 1, 200), "units for eight threads");
    });
    let cell = cells(Softmax, Sigmoid)[1];
    let plain = Case::new(cell, [1, 1, 128, 128], 1).pack(active_isa());
    assert!(!stack_pays(&[&plain, &plain], 1, 200), "plain loops");
}
