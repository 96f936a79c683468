//! What the caches hold.

use std::sync::OnceLock;

/// What is assumed where the processor doesn't say: half of a mebibyte.
const USUAL: usize = 1 << 19;

/// Bytes of the second-level cache of a core.
pub(crate) fn second_level() -> usize {
    static BYTES: OnceLock<usize> = OnceLock::new();
    *BYTES.get_or_init(|| ask().filter(|bytes| *bytes > 0).unwrap_or(USUAL))
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[allow(unused_unsafe)] // Not unsafe any more in later versions of Rust.
fn ask() -> Option<usize> {
    use std::arch::x86_64::{__cpuid, __get_cpuid_max};

    const EXTENDED: u32 = 0x8000_0000;
    const LEAF: u32 = 0x8000_0006;
    // SAFETY: every x86-64 processor has the instruction.
    let (last, _) = unsafe { __get_cpuid_max(EXTENDED) };
    // SAFETY: as above.
    (last >= LEAF).then(|| (unsafe { __cpuid(LEAF) }.ecx >> 16) as usize * 1024)
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
fn ask() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_second_level_cache_is_of_a_likely_size() {
        let bytes = super::second_level();
        assert!((1 << 16..1 << 28).contains(&bytes), "{bytes}");
    }
}
