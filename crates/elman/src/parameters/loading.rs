//! While a model is read from a file, its weights are made without values, since the file has them;
//! and no more of them than the file can fill, whatever its configuration asks for.

use std::cell::Cell;

use crate::{Error, Result, Shape};

/// How many values a model may ask for beyond those in its file, so that the error is that of the
/// weight which is missing: 64 MiB.
const SPARE_VALUES: usize = 16 << 20;

/// A model within the model registers its weights for itself, too, and again what is within it.
const MAX_NESTED: usize = 16;

thread_local! {
    static ROOM: Cell<Option<usize>> = const { Cell::new(None) };
    /// How many values all models may still register.
    static IN_ALL: Cell<usize> = const { Cell::new(0) };
}

/// Builds a model whose values, so many, are read afterwards.
pub(crate) fn for_values<T>(stored: usize, build: impl FnOnce() -> T) -> T {
    struct Restore(Option<usize>);
    impl Drop for Restore {
        fn drop(&mut self) {
            ROOM.set(self.0);
        }
    }
    let room = stored.saturating_add(SPARE_VALUES);
    IN_ALL.set(room.saturating_mul(MAX_NESTED));
    let _restore = Restore(ROOM.replace(Some(room)));
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
    let fits = |len: &usize| {
        let left = IN_ALL.get().checked_sub(*len);
        IN_ALL.set(left.unwrap_or(0));
        left.is_some() && len.checked_add(registered).is_some_and(|all| all <= room)
    };
    match len.filter(fits) {
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
