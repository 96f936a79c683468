//! The distributions of the initializers, over many draws.

use super::*;
use crate::random::Stream;

/// What is known of a distribution of mean 0 (or `mean`), from its formula.
struct Case {
    initializer: Initializer,
    shape: &'static [usize],
    mean: f64,
    deviation: f64,
    /// No value is further from the mean.
    limit: f64,
}

/// So many values are drawn of each case.
const DRAWS: usize = 60_000;

/// The mean of n draws is off by a deviation of `1 / sqrt(n)`, and the deviation itself by less:
/// five of these is a bound that fails once in a million.
const BOUND: f64 = 5.0 * 0.0041;

fn scaling(scale: f64, mode: FanMode, distribution: Distribution) -> Initializer {
    VarianceScaling::new(scale, mode, distribution).into()
}

fn cases() -> Vec<Case> {
    use Distribution::{TruncatedNormal, Uniform, UntruncatedNormal};
    let infinite = f64::INFINITY;
    // A truncated normal of standard deviation s after truncation reaches to 2 s / 0.8796.
    let reach = 2.0 / 0.879_625_661_034_239_8;
    let case = |initializer, shape, mean, deviation, limit| Case {
        initializer,
        shape,
        mean,
        deviation,
        limit,
    };
    let scaled = |initializer, shape, variance: f64, reach: f64| {
        case(initializer, shape, 0.0, variance.sqrt(), reach * variance.sqrt())
    };
    let root3 = 3f64.sqrt();
    let seed = None;
    vec![
        case(
            Initializer::RandomUniform { minval: -0.1, maxval: 0.3, seed },
            &[40, 50],
            0.1,
            0.4 / 12f64.sqrt(),
            0.2,
        ),
        case(
            Initializer::RandomNormal { mean: 0.5, stddev: 2.0, seed },
            &[40, 50],
            0.5,
            2.0,
            infinite,
        ),
        case(
            Initializer::TruncatedNormal { mean: -1.0, stddev: 0.5, seed },
            &[40, 50],
            -1.0,
            0.5 * 2.0 / reach,
            1.0,
        ),
        scaled(Initializer::GlorotUniform { seed }, &[10, 30], 2.0 / 40.0, root3),
        scaled(Initializer::GlorotNormal { seed }, &[10, 30], 2.0 / 40.0, reach),
        scaled(Initializer::HeUniform { seed }, &[10, 30], 2.0 / 10.0, root3),
        scaled(Initializer::HeNormal { seed }, &[10, 30], 2.0 / 10.0, reach),
        scaled(Initializer::LecunUniform { seed }, &[10, 30], 1.0 / 10.0, root3),
        scaled(Initializer::LecunNormal { seed }, &[10, 30], 1.0 / 10.0, reach),
        // Kernels of convolutions: (window, in, out) and (window, window, in, out).
        scaled(Initializer::GlorotUniform { seed }, &[3, 4, 8], 2.0 / (3.0 * 12.0), root3),
        scaled(Initializer::HeNormal { seed }, &[3, 5, 4, 8], 2.0 / 60.0, reach),
        scaled(Initializer::LecunUniform { seed }, &[12], 1.0 / 12.0, root3),
        scaled(scaling(0.5, FanMode::FanIn, TruncatedNormal), &[10, 30], 0.05, reach),
        scaled(scaling(0.5, FanMode::FanOut, TruncatedNormal), &[10, 30], 0.5 / 30.0, reach),
        scaled(scaling(4.0, FanMode::FanAvg, UntruncatedNormal), &[10, 30], 0.2, infinite),
        scaled(scaling(4.0, FanMode::FanOut, Uniform), &[2, 10, 30], 4.0 / 60.0, root3),
        scaled(
            VarianceScaling::new(1.0, FanMode::FanIn, Uniform).axes(&[1, -1], &[0]).into(),
            &[3, 4, 5],
            1.0 / 20.0,
            root3,
        ),
    ]
}

#[test]
fn mean_deviation_and_bounds_are_those_of_the_formula() {
    for Case { initializer, shape, mean, deviation, limit } in cases() {
        let mut stream = Stream::new(3, "test");
        let mut draws = Vec::new();
        while draws.len() < DRAWS {
            draws.extend(initializer.values(shape, &mut stream, "test").unwrap());
        }
        let n = draws.len() as f64;
        let draws = || draws.iter().map(|v| f64::from(*v) - mean);
        let off = draws().sum::<f64>() / n / deviation;
        let measured = (draws().map(|v| v * v).sum::<f64>() / n).sqrt() / deviation;
        let furthest = draws().map(f64::abs).fold(0.0, f64::max);
        assert!(off.abs() < BOUND, "{initializer:?} {shape:?}: mean off by {off} deviations");
        assert!((measured - 1.0).abs() < BOUND, "{initializer:?} {shape:?}: {measured} deviations");
        assert!(furthest <= limit * (1.0 + 1e-6), "{initializer:?} {shape:?}: {furthest}");
        // Nearly all of the range is used.
        assert!(limit.is_infinite() || furthest > 0.99 * limit, "{initializer:?}: {furthest}");
    }
}

#[test]
fn constants_are_what_they_say() {
    let of = |initializer: Initializer, shape: &[usize]| initializer.sample(shape).unwrap();
    assert!(of(Initializer::Zeros, &[3, 2]).data().iter().all(|v| *v == 0.0));
    assert!(of(Initializer::Ones, &[3]).data().iter().all(|v| *v == 1.0));
    assert!(of(Initializer::Constant { value: 0.5 }, &[2, 2]).data().iter().all(|v| *v == 0.5));
    let identity = of(Initializer::Identity { gain: 2.0 }, &[2, 3]);
    assert_eq!(identity.data(), [2., 0., 0., 0., 2., 0.]);
}

#[test]
fn what_cannot_be_filled_is_refused() {
    let avg = || VarianceScaling::new(1.0, FanMode::FanAvg, Distribution::Uniform);
    let cases: [(Initializer, &[usize], &str); 6] = [
        (Initializer::orthogonal(), &[3], "two or more"),
        (Initializer::Identity { gain: 1.0 }, &[3, 3, 3], "exactly two"),
        (scaling(0.0, FanMode::FanIn, Distribution::Uniform), &[3, 3], "positive"),
        (avg().axes(&[2], &[0]).into(), &[3, 3], "axes of (3, 3)"),
        (avg().axes(&[0], &[-3]).into(), &[3, 3], "axes of (3, 3)"),
        (Initializer::Ones, &[usize::MAX, 2], "memory"),
    ];
    for (initializer, shape, word) in cases {
        let error = initializer.sample(shape).unwrap_err().to_string();
        assert!(error.contains(word), "{initializer:?}: {error}");
    }
}
