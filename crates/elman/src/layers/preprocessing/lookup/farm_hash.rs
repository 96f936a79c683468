//! FarmHash64, by which Keras puts unknown strings into one of several places.

const K0: u64 = 0xc3a5_c85c_97cb_3127;
const K1: u64 = 0xb492_b66f_be98_f273;
const K2: u64 = 0x9ae1_6a3b_2f90_404f;

/// Eight bytes from `at` on, the first the lowest.
fn word(bytes: &[u8], at: usize) -> u64 {
    little_endian(bytes, at, 8)
}

/// Four bytes from `at` on.
fn half(bytes: &[u8], at: usize) -> u64 {
    little_endian(bytes, at, 4)
}

fn little_endian(bytes: &[u8], at: usize, count: usize) -> u64 {
    bytes[at..at + count].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

fn shift_mix(value: u64) -> u64 {
    value ^ value >> 47
}

/// Two words as one.
fn join(u: u64, v: u64, factor: u64) -> u64 {
    let a = shift_mix((u ^ v).wrapping_mul(factor));
    shift_mix((v ^ a).wrapping_mul(factor)).wrapping_mul(factor)
}

/// The fingerprint of the bytes: `farmhash::Fingerprint64`.
pub(super) fn farm_hash(bytes: &[u8]) -> u64 {
    match bytes.len() {
        0..=16 => up_to_16(bytes),
        17..=32 => up_to_32(bytes),
        33..=64 => up_to_64(bytes),
        _ => beyond_64(bytes),
    }
}

fn up_to_16(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    let factor = K2.wrapping_add(2 * len as u64);
    if len >= 8 {
        let a = word(bytes, 0).wrapping_add(K2);
        let b = word(bytes, len - 8);
        let c = b.rotate_right(37).wrapping_mul(factor).wrapping_add(a);
        let d = a.rotate_right(25).wrapping_add(b).wrapping_mul(factor);
        return join(c, d, factor);
    }
    if len >= 4 {
        let first = (half(bytes, 0) << 3).wrapping_add(len as u64);
        return join(first, half(bytes, len - 4), factor);
    }
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return K2 };
    let y = u64::from(*first) + (u64::from(bytes[len / 2]) << 8);
    let z = len as u64 + (u64::from(*last) << 2);
    shift_mix(y.wrapping_mul(K2) ^ z.wrapping_mul(K0)).wrapping_mul(K2)
}

fn up_to_32(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    let factor = K2.wrapping_add(2 * len as u64);
    let a = word(bytes, 0).wrapping_mul(K1);
    let b = word(bytes, 8);
    let c = word(bytes, len - 8).wrapping_mul(factor);
    let d = word(bytes, len - 16).wrapping_mul(K2);
    let [u, v] = both(a, b, c, d);
    join(u, v, factor)
}

/// What 32 bytes and more have in common.
fn both(a: u64, b: u64, c: u64, d: u64) -> [u64; 2] {
    let u = a.wrapping_add(b).rotate_right(43).wrapping_add(c.rotate_right(30)).wrapping_add(d);
    let v = a.wrapping_add(b.wrapping_add(K2).rotate_right(18)).wrapping_add(c);
    [u, v]
}

fn up_to_64(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    let factor = K2.wrapping_add(2 * len as u64);
    let a = word(bytes, 0).wrapping_mul(K2);
    let b = word(bytes, 8);
    let c = word(bytes, len - 8).wrapping_mul(factor);
    let d = word(bytes, len - 16).wrapping_mul(K2);
    let [y, v] = both(a, b, c, d);
    let z = join(y, v, factor);
    let e = word(bytes, 16).wrapping_mul(factor);
    let f = word(bytes, 24);
    let g = y.wrapping_add(word(bytes, len - 32)).wrapping_mul(factor);
    let h = z.wrapping_add(word(bytes, len - 24)).wrapping_mul(factor);
    let u = e.wrapping_add(f).rotate_right(43).wrapping_add(g.rotate_right(30)).wrapping_add(h);
    let v = e.wrapping_add(f.wrapping_add(a).rotate_right(18)).wrapping_add(g);
    join(u, v, factor)
}

/// What is carried from each 64 bytes to the next.
struct State {
    x: u64,
    y: u64,
    z: u64,
    v: [u64; 2],
    w: [u64; 2],
}

impl State {
    /// Takes in 64 bytes. At the last of them some words count `weight` times.
    fn take(&mut self, block: &[u8], factor: u64, weight: u64) {
        let State { x, y, z, v, w } = self;
        *x = x.wrapping_add(*y).wrapping_add(v[0]).wrapping_add(word(block, 8));
        *x = x.rotate_right(37).wrapping_mul(factor);
        *y = y.wrapping_add(v[1]).wrapping_add(word(block, 48));
        *y = y.rotate_right(42).wrapping_mul(factor);
        *x ^= w[1].wrapping_mul(weight);
        *y = y.wrapping_add(v[0].wrapping_mul(weight)).wrapping_add(word(block, 40));
        *z = z.wrapping_add(w[0]).rotate_right(33).wrapping_mul(factor);
        *v = mixed(block, 0, v[1].wrapping_mul(factor), x.wrapping_add(w[0]));
        *w = mixed(block, 32, z.wrapping_add(w[1]), y.wrapping_add(word(block, 16)));
        std::mem::swap(z, x);
    }
}

/// Two words of the 32 bytes from `at` on and two others.
fn mixed(block: &[u8], at: usize, a: u64, b: u64) -> [u64; 2] {
    let [first, second, third, last] = [0, 8, 16, 24].map(|offset| word(block, at + offset));
    let start = a.wrapping_add(first);
    let b = b.wrapping_add(start).wrapping_add(last).rotate_right(21);
    let end = start.wrapping_add(second).wrapping_add(third);
    [end.wrapping_add(last), b.wrapping_add(end.rotate_right(44)).wrapping_add(start)]
}

fn beyond_64(bytes: &[u8]) -> u64 {
    let seed = 81u64;
    let y = seed.wrapping_mul(K1).wrapping_add(113);
    let mut state = State {
        x: seed.wrapping_mul(K2).wrapping_add(word(bytes, 0)),
        y,
        z: shift_mix(y.wrapping_mul(K2).wrapping_add(113)).wrapping_mul(K2),
        v: [0; 2],
        w: [0; 2],
    };
    let rest = (bytes.len() - 1) % 64;
    for block in bytes[..bytes.len() - 1 - rest].chunks_exact(64) {
        state.take(block, K1, 1);
    }
    let factor = K1.wrapping_add((state.z & 0xff) << 1);
    state.w[0] = state.w[0].wrapping_add(rest as u64);
    state.v[0] = state.v[0].wrapping_add(state.w[0]);
    state.w[0] = state.w[0].wrapping_add(state.v[0]);
    state.take(&bytes[bytes.len() - 64..], factor, 9);
    let State { x, y, z, v, w } = state;
    let first = join(v[0], w[0], factor).wrapping_add(shift_mix(y).wrapping_mul(K0));
    join(first.wrapping_add(z), join(v[1], w[1], factor).wrapping_add(x), factor)
}
