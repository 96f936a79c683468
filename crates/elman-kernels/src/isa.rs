//! Which instruction set the kernels run on: chosen once, at run time.

use std::sync::OnceLock;

/// An instruction set that kernels exist for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isa {
    /// Plain Rust: any machine.
    Portable,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// x86-64 with AVX-512F.
    Avx512,
    /// AArch64 with Advanced SIMD.
    Neon,
    /// Sixteen lanes in plain Rust: the layout and the bits of AVX-512, for tests on any machine.
    #[cfg(test)]
    Emulated,
}

impl Isa {
    /// The instruction sets that this build and this machine can run, worst first.
    pub fn available() -> Vec<Isa> {
        crate::simd::available()
    }

    fn from_name(name: &str) -> Option<Isa> {
        match name {
            "portable" => Some(Isa::Portable),
            "avx2" => Some(Isa::Avx2),
            "avx512" => Some(Isa::Avx512),
            "neon" => Some(Isa::Neon),
            _ => None,
        }
    }
}

/// The instruction set in use: the best one available, or the one that the environment variable
/// `ELMAN_ISA` names (`portable`, `avx2`, `avx512`, `neon`). A name that is unknown, or not
/// available on this machine, is as if the variable were not set; compare the answer of this
/// function with the wish to find out. Read once; later changes of the environment have no effect.
pub fn active_isa() -> Isa {
    static ACTIVE: OnceLock<Isa> = OnceLock::new();
    *ACTIVE.get_or_init(|| {
        let available = Isa::available();
        let wish = std::env::var("ELMAN_ISA").ok().and_then(|name| Isa::from_name(&name));
        match wish {
            Some(isa) if available.contains(&isa) => isa,
            _ => *available.last().expect("the portable kernels are always available"),
        }
    })
}
