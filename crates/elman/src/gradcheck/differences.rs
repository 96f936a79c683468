//! Slopes from differences, extrapolated to a step of zero.

use crate::Result;

/// How often the step is halved.
const LEVELS: usize = 8;
/// How much of the slope on one side that on the other may differ from it, with the smallest step.
const BEND: f64 = 0.2;
/// How much of the slope the curvature over the smallest step may make it differ.
const CURVED: f64 = 1e-4;

/// A slope and how wrong it may be.
#[derive(Clone, Copy, Debug)]
pub struct Slope {
    pub value: f64,
    pub error: f64,
}

/// The slope of a number. `number` moves what it depends on by about a step, and gives by how much
/// it was moved, and the number; `rounding` is how wrong the number may be.
///
/// Row `i` of Neville's table begins with the central difference of step `largest / 2^i`, and
/// each value further right is extrapolated from the one to its left and the one above that. The
/// best is that which differs least from both and has the least rounding in it.
///
/// # Errors
/// The last error of `number`, if there is no step that it takes.
pub fn slope(
    largest_step: f64,
    rounding: f64,
    number: impl Fn(f64) -> Result<(f64, f64)>,
) -> Result<Slope> {
    let mut best = Slope { value: 0.0, error: f64::INFINITY };
    let (mut above, mut refused, mut kink): (Vec<f64>, _, _) = (Vec::new(), None, 0.0);
    let (_, here) = number(0.0)?;
    // The central difference of the smallest step, and how wrong rounding may make it.
    let mut finest = (0.0, f64::INFINITY);
    let mut step = largest_step;
    for _ in 0..LEVELS {
        let both = number(step).and_then(|up| Ok((up, number(-step)?)));
        step /= 2.0;
        let ((up, plus), (down, minus)) = match both {
            Ok(both) => both,
            // A value that may not be moved so far, such as a probability, may be moved less.
            Err(error) => {
                (above, refused) = (Vec::new(), Some(error));
                continue;
            }
        };
        let (width, difference) = (up - down, plus - minus);
        if width <= 0.0 || !difference.is_finite() {
            above.clear();
            continue;
        }
        kink = bend((plus - here) / up, (here - minus) / -down, rounding / up);
        let mut row = vec![difference / width];
        finest = (row[0], 4.0 * rounding / width);
        let mut factor = 4.0;
        for (k, above) in above.iter().enumerate() {
            let extrapolated = (row[k] * factor - above) / (factor - 1.0);
            let spread = (extrapolated - row[k]).abs().max((extrapolated - above).abs());
            // Extrapolation makes little more of the rounding in the smallest step.
            let error = spread + 2.0 * rounding / width;
            if error < best.error {
                best = Slope { value: extrapolated, error };
            }
            row.push(extrapolated);
            factor *= 4.0;
        }
        above = row;
    }
    // Steps that are all beyond a kink agree with each other, but not with the smallest.
    let (finest, noise) = finest;
    let apart = (best.value - finest).abs() - noise;
    best.error = best.error.max(kink);
    if apart > CURVED * best.value.abs().max(finest.abs()) {
        best.error = best.error.max(apart);
    }
    match refused {
        Some(error) if best.error.is_infinite() => Err(error),
        _ => Ok(best),
    }
}

/// How wrong the slope between two sides may be where they have slopes of their own: in the middle
/// of a kink, central differences agree on what is the slope of neither. The sides of what is smooth
/// are alike but for the step.
fn bend(right: f64, left: f64, rounding: f64) -> f64 {
    let apart = (right - left).abs();
    let may_be = BEND * right.abs().max(left.abs()) + 8.0 * rounding;
    if apart > may_be { apart / 2.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_the_function() {
        type Case = (fn(f64) -> f64, f64, f64);
        let cases: &[Case] = &[
            (f64::sin, 0.3, 0.3_f64.cos()),
            (f64::exp, 1.0, 1.0_f64.exp()),
            (|x| x.powi(5), -0.7, 5.0 * 0.7_f64.powi(4)),
            // Kinks within the largest steps.
            (|x| (x - 0.97).max(0.0) * 3.0, 1.0, 3.0),
            (|x| (x - 1.03).max(0.0) * 3.0, 1.0, 0.0),
        ];
        let near: Case = (|x| (x - 0.9994).max(0.0) * 3.0, 1.0, 3.0);
        let slope_near = slope(0.1, 1e-16, |by| Ok((by, near.0(near.1 + by)))).unwrap();
        assert!((slope_near.value - near.2).abs() <= 4.0 * slope_near.error, "{slope_near:?}");
        for (i, (f, at, expected)) in cases.iter().enumerate() {
            let slope = slope(0.1, 1e-16, |by| Ok((by, f(at + by)))).unwrap();
            assert!((slope.value - expected).abs() < 1e-9, "{i}: {slope:?}, {expected}");
            assert!(slope.error < 1e-6, "{i}: {slope:?}");
        }
    }

    #[test]
    fn a_kink_and_a_jump_don_t_settle() {
        let jump = slope(0.1, 1e-16, |by| Ok((by, if by > 0.0 { 1.0 } else { 0.0 }))).unwrap();
        assert!(jump.error > 1.0, "{jump:?}");
        let kink = slope(0.1, 1e-16, |by| Ok((by, by.max(0.0)))).unwrap();
        assert_eq!((kink.value, kink.error), (0.5, 0.5));
    }
}
