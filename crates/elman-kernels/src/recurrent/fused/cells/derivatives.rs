//! The equations of a step backward: gates become gate gradients.
//!
//! Each function requires the pointers of the row to be valid for a block.

use super::{Functions, Row};
use crate::simd::Simd;

#[inline(always)]
pub(super) unsafe fn d_simple_rnn<S: Simd, const U: bool>(
    f: Functions<S, U>,
    p: Row,
    vectors: usize,
) {
    let s = f.s;
    for v in 0..vectors {
        // SAFETY: the row is valid for its block.
        unsafe {
            let at = v * S::LANES;
            let dy = s.load_part(p.dy.wrapping_add(at), p.dy_units.saturating_sub(at));
            let dh = s.add(s.load(p.dh.add(at)), dy);
            s.store(p.z.add(at), s.mul(dh, f.d_act(s.load(p.h_next.add(at)))));
        }
    }
}

#[inline(always)]
pub(super) unsafe fn d_lstm<S: Simd, const U: bool, const N: usize>(
    f: Functions<S, U>,
    rows: [Row; N],
) {
    let s = f.s;
    let l = S::LANES;
    let mut active = [s.splat(0.0); N];
    // SAFETY: the rows are valid for their blocks.
    unsafe {
        for n in 0..N {
            active[n] = s.load(rows[n].c_next);
        }
        // Computed again rather than kept: it costs less than its way through memory.
        let active = f.act(active);
        for n in 0..N {
            let (p, active) = (rows[n], active[n]);
            let (i, forget) = (s.load(p.z), s.load(p.z.add(l)));
            let (g, o) = (s.load(p.z.add(2 * l)), s.load(p.z.add(3 * l)));
            let dh = s.add(s.load(p.dh), s.load_part(p.dy, p.dy_units));
            let dc = s.fma(s.mul(dh, o), f.d_act(active), s.load(p.dc));
            s.store(p.z, s.mul(s.mul(dc, g), f.d_gate(i)));
            s.store(p.z.add(l), s.mul(s.mul(dc, s.load(p.c)), f.d_gate(forget)));
            s.store(p.z.add(2 * l), s.mul(s.mul(dc, i), f.d_act(g)));
            s.store(p.z.add(3 * l), s.mul(s.mul(dh, active), f.d_gate(o)));
            s.store(p.dc, s.mul(dc, forget));
        }
    }
}

#[inline(always)]
pub(super) unsafe fn d_gru<S: Simd, const U: bool>(f: Functions<S, U>, p: Row) {
    let s = f.s;
    let l = S::LANES;
    // SAFETY: the row is valid for its block.
    unsafe {
        let (g, z) = (s.load(p.z), s.load(p.z.add(l)));
        let (r, inner) = (s.load(p.z.add(2 * l)), s.load(p.z.add(3 * l)));
        let dh = s.add(s.load(p.dh), s.load_part(p.dy, p.dy_units));
        let dg = s.mul(s.fnma(dh, z, dh), f.d_act(g));
        s.store(p.z, dg);
        s.store(p.z.add(l), s.mul(s.mul(dh, s.sub(s.load(p.h), g)), f.d_gate(z)));
        s.store(p.z.add(2 * l), s.mul(s.mul(dg, inner), f.d_gate(r)));
        s.store(p.z.add(3 * l), s.mul(dg, r));
        s.store(p.dh, s.mul(dh, z));
    }
}

#[inline(always)]
pub(super) unsafe fn d_gru_mix<S: Simd, const U: bool>(f: Functions<S, U>, p: Row) {
    let s = f.s;
    let l = S::LANES;
    // SAFETY: the row is valid for its block.
    unsafe {
        let (g, z) = (s.load(p.z), s.load(p.z.add(l)));
        let dh = s.add(s.load(p.dh), s.load_part(p.dy, p.dy_units));
        s.store(p.z, s.mul(s.fnma(dh, z, dh), f.d_act(g)));
        s.store(p.z.add(l), s.mul(s.mul(dh, s.sub(s.load(p.h), g)), f.d_gate(z)));
        s.store(p.dh, s.mul(dh, z));
    }
}

#[inline(always)]
pub(super) unsafe fn d_gru_reset<S: Simd, const U: bool>(f: Functions<S, U>, p: Row) {
    let s = f.s;
    let l = S::LANES;
    // SAFETY: the row is valid for its block.
    unsafe {
        let (r, d) = (s.load(p.z.add(2 * l)), s.load(p.reset));
        s.store(p.z.add(2 * l), s.mul(s.mul(d, s.load(p.h)), f.d_gate(r)));
        s.store(p.dh, s.fma(d, r, s.load(p.dh)));
    }
}
