//! While a model is read from a file, its weights are made without values, since the file has them;
//! and no more of them than the file can fill, whatever its configuration asks for.

use std::cell::Cell;

use crate::{Error, Result, Shape};

/// How many values a model may ask for beyond those in its file, so that the error is that of the
/// weight which is missing: 64 MiB.
const SPARE_VALUES: usize = 16 << 20;

thread_local! {
    static ROOM: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Builds a model whose values, so many, are read afterwards.
pub(crate) fn for_values<T>(stored: usize, build: impl FnOnce() -> T) -> T {
    struct Restore(Option<usize>);
    impl Drop for Restore {
        fn drop(&mut self) {
            ROOM.set(self.0);
        }
    }
    let _restore = Restore(ROOM.replace(Some(stored.saturating_add(SPARE_VALUES))));
    build()
}

/// Whether the values are read afterwards.
pub(super) fn is_on() -> bool {
    ROOM.get().is_some()
}

/// Refuses a weight that a file can't fill.
pub(super) fn check(registered: usize, shape: &[usize], place: &str) -> Result<()> {
    let Some(room) = ROOM.get() else { return Ok(()) };
    let len = shape.iter().try_fold(1usize, |len, size| len.checked_mul(*size));
    match len.and_then(|len| len.checked_add(registered)).filter(|len| *len <= room) {
        Some(_) => Ok(()),
        None => Err(Error::Config {
            place: place.into(),
            problem: format!(
                "a weight of shape {} asks for more values than the file holds",
                Shape::from(shape)
            ),
        }),
    }
}
