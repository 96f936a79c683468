//! Memory for the large buffers of callers.

use crate::Float;

/// So many zeros, of which a large part is going to be overwritten soon.
///
/// Memory that is new costs more than to fill it: the system hands it out page by page, when a page
/// is first touched. Where it has larger pages (2 MiB on Linux), it is asked to take those here.
///
/// ```
/// assert_eq!(elman_kernels::zeros(3), [0.0; 3]);
/// ```
pub fn zeros(len: usize) -> Vec<Float> {
    // New memory is zero as it comes, and this doesn't touch it.
    let mut memory = vec![0.0; len];
    prefer_large_pages(&mut memory);
    memory
}

/// Asks for large pages, if the memory is long enough to hold one.
#[cfg(all(target_os = "linux", not(miri)))]
pub(crate) fn prefer_large_pages<T>(memory: &mut [T]) {
    use std::ffi::{c_int, c_void};

    // The standard library links this already: a dependency for one declaration isn't worth it.
    unsafe extern "C" {
        fn madvise(address: *mut c_void, length: usize, advice: c_int) -> c_int;
    }
    const MADV_HUGEPAGE: c_int = 14;
    const PAGE: usize = 2 << 20;

    let whole = memory.as_mut_ptr_range();
    let (start, end) = (whole.start as usize, whole.end as usize);
    let (Some(first), last) = (start.checked_next_multiple_of(PAGE), end / PAGE * PAGE) else {
        return;
    };
    if last <= first {
        return;
    }
    let address = whole.start.wrapping_byte_add(first - start).cast();
    // SAFETY: the range lies in memory that this function borrows, and begins and ends at multiples
    // of any size of pages. The advice changes nothing that is in it; whether it is taken doesn't
    // matter.
    unsafe { madvise(address, last - first, MADV_HUGEPAGE) };
}

/// Others have no larger pages, or give them unasked.
#[cfg(not(all(target_os = "linux", not(miri))))]
pub(crate) fn prefer_large_pages<T>(_: &mut [T]) {}

#[cfg(test)]
mod tests {
    #[test]
    fn memory_of_every_length_is_zero() {
        let page = (2 << 20) / size_of::<crate::Float>();
        for len in [0, 1, page - 1, 3 * page + 5] {
            let memory = super::zeros(len);
            assert!(memory.len() == len && memory.iter().all(|value| *value == 0.0), "{len}");
        }
    }
}
