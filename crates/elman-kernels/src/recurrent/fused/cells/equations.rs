//! The equations of a step.
//!
//! Each function requires the pointers of the row to be valid for a block.

use super::{Functions, Row};
use crate::simd::Simd;

#[inline(always)]
pub(super) unsafe fn simple_rnn<S: Simd, const U: bool>(
    f: Functions<S, U>,
    p: Row,
    vectors: usize,
) {
    let s = f.s;
    for v in 0..vectors {
        // SAFETY: the row is valid for its block.
        unsafe {
            let at = v * S::LANES;
            s.store(p.h_next.add(at), f.act(s.load(p.z.add(at))));
        }
    }
}

/// The gates and the carry; `o` waits in `z`. The first of two loops, since what follows has to wait
/// for it: a processor looks only a row or two ahead, and in one loop it would mostly wait.
#[inline(always)]
pub(super) unsafe fn lstm_carry<S: Simd, const U: bool>(f: Functions<S, U>, p: Row, save: bool) {
    let s = f.s;
    let l = S::LANES;
    // SAFETY: the row is valid for its block.
    unsafe {
        let i = f.gate(s.load(p.z));
        let forget = f.gate(s.load(p.z.add(l)));
        let g = f.act(s.load(p.z.add(2 * l)));
        s.store(p.z.add(3 * l), f.gate(s.load(p.z.add(3 * l))));
        s.store(p.c_next, s.fma(forget, s.load(p.c), s.mul(i, g)));
        if save {
            s.store(p.z, i);
            s.store(p.z.add(l), forget);
            s.store(p.z.add(2 * l), g);
        }
    }
}

/// The state, after [`lstm_carry`].
#[inline(always)]
pub(super) unsafe fn lstm_state<S: Simd, const U: bool>(f: Functions<S, U>, p: Row) {
    let s = f.s;
    // SAFETY: the row is valid for its block.
    unsafe {
        let o = s.load(p.z.add(3 * S::LANES));
        s.store(p.h_next, s.mul(o, f.act(s.load(p.c_next))));
    }
}

/// The gates, and what the candidate is the activation of; in two loops for the same reason.
#[inline(always)]
pub(super) unsafe fn gru_gates<S: Simd, const U: bool>(f: Functions<S, U>, p: Row) {
    let s = f.s;
    let l = S::LANES;
    // SAFETY: the row is valid for its block.
    unsafe {
        let r = f.gate(s.load(p.z.add(2 * l)));
        s.store(p.z.add(l), f.gate(s.load(p.z.add(l))));
        s.store(p.z.add(2 * l), r);
        s.store(p.z, s.fma(r, s.load(p.z.add(3 * l)), s.load(p.z)));
    }
}

#[inline(always)]
pub(super) unsafe fn gru_reset<S: Simd, const U: bool>(f: Functions<S, U>, p: Row) {
    let s = f.s;
    let l = S::LANES;
    // SAFETY: the row is valid for its block.
    unsafe {
        let r = f.gate(s.load(p.z.add(2 * l)));
        s.store(p.z.add(l), f.gate(s.load(p.z.add(l))));
        s.store(p.z.add(2 * l), r);
        s.store(p.reset, s.mul(r, s.load(p.h)));
    }
}

#[inline(always)]
pub(super) unsafe fn gru_mix<S: Simd, const U: bool>(f: Functions<S, U>, p: Row) {
    let s = f.s;
    // SAFETY: the row is valid for its block.
    unsafe {
        let g = f.act(s.load(p.z));
        let z = s.load(p.z.add(S::LANES));
        s.store(p.h_next, s.fma(z, s.sub(s.load(p.h), g), g));
        s.store(p.z, g);
    }
}
