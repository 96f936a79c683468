//! The equations of a step.
//!
//! Each function requires the pointers of the row to be valid for a block.

use super::{Functions, Row};
use crate::simd::Simd;

/// One vector of each row.
#[inline(always)]
pub(super) unsafe fn simple_rnn<S: Simd, const U: bool, const N: usize>(
    f: Functions<S, U>,
    p: [Row; N],
) {
    let s = f.s;
    let mut z = [s.splat(0.0); N];
    // SAFETY: the rows are valid for their blocks.
    unsafe {
        for n in 0..N {
            z[n] = s.load(p[n].z);
        }
        let h = f.act(z);
        for n in 0..N {
            s.store(p[n].h_next, h[n]);
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
        let z = [s.load(p.z), s.load(p.z.add(l)), s.load(p.z.add(2 * l)), s.load(p.z.add(3 * l))];
        let [i, forget, g, o] = f.lstm_gates(z);
        s.store(p.z.add(3 * l), o);
        s.store(p.c_next, s.fma(forget, s.load(p.c), s.mul(i, g)));
        if save {
            s.store(p.z, i);
            s.store(p.z.add(l), forget);
            s.store(p.z.add(2 * l), g);
        }
    }
}

/// The states, after [`lstm_carry`].
#[inline(always)]
pub(super) unsafe fn lstm_state<S: Simd, const U: bool, const N: usize>(
    f: Functions<S, U>,
    p: [Row; N],
) {
    let s = f.s;
    let mut c = [s.splat(0.0); N];
    // SAFETY: the rows are valid for their blocks.
    unsafe {
        for n in 0..N {
            c[n] = s.load(p[n].c_next);
        }
        let active = f.act(c);
        for n in 0..N {
            let o = s.load(p[n].z.add(3 * S::LANES));
            s.store(p[n].h_next, s.mul(o, active[n]));
        }
    }
}

/// The gates z and r of two rows, or of one, which this leaves in `z` and returns.
#[inline(always)]
unsafe fn gru_pairs<S: Simd, const U: bool, const N: usize>(
    f: Functions<S, U>,
    p: [Row; N],
) -> [S::V; N] {
    let s = f.s;
    let l = S::LANES;
    let (mut update, mut reset) = ([s.splat(0.0); N], [s.splat(0.0); N]);
    // SAFETY: the rows are valid for their blocks.
    unsafe {
        for n in 0..N {
            (update[n], reset[n]) = (s.load(p[n].z.add(l)), s.load(p[n].z.add(2 * l)));
        }
        if N == 2 {
            let [a, b, c, d] = f.gate([update[0], reset[0], update[1], reset[1]]);
            (update[0], reset[0], update[1], reset[1]) = (a, b, c, d);
        } else {
            for n in 0..N {
                [update[n], reset[n]] = f.gate([update[n], reset[n]]);
            }
        }
        for n in 0..N {
            s.store(p[n].z.add(l), update[n]);
            s.store(p[n].z.add(2 * l), reset[n]);
        }
    }
    reset
}

/// The gates, and what the candidate is the activation of; in two loops for the same reason.
#[inline(always)]
pub(super) unsafe fn gru_gates<S: Simd, const U: bool, const N: usize>(
    f: Functions<S, U>,
    p: [Row; N],
) {
    let s = f.s;
    // SAFETY: the rows are valid for their blocks.
    unsafe {
        let r = gru_pairs(f, p);
        for n in 0..N {
            let inner = s.load(p[n].z.add(3 * S::LANES));
            s.store(p[n].z, s.fma(r[n], inner, s.load(p[n].z)));
        }
    }
}

/// The gates, and `r h`.
#[inline(always)]
pub(super) unsafe fn gru_reset<S: Simd, const U: bool, const N: usize>(
    f: Functions<S, U>,
    p: [Row; N],
) {
    let s = f.s;
    // SAFETY: the rows are valid for their blocks.
    unsafe {
        let r = gru_pairs(f, p);
        for n in 0..N {
            s.store(p[n].reset, s.mul(r[n], s.load(p[n].h)));
        }
    }
}

/// The candidate, and the states.
#[inline(always)]
pub(super) unsafe fn gru_mix<S: Simd, const U: bool, const N: usize>(
    f: Functions<S, U>,
    p: [Row; N],
) {
    let s = f.s;
    let mut g = [s.splat(0.0); N];
    // SAFETY: the rows are valid for their blocks.
    unsafe {
        for n in 0..N {
            g[n] = s.load(p[n].z);
        }
        let g = f.act(g);
        for n in 0..N {
            let z = s.load(p[n].z.add(S::LANES));
            s.store(p[n].h_next, s.fma(z, s.sub(s.load(p[n].h), g[n]), g[n]));
            s.store(p[n].z, g[n]);
        }
    }
}
