//! Curves over a common axis.

use plotters::prelude::*;

use super::curves::{Curve, Frame, draw, draw_on, nothing};
use super::log_axis::{LogAxis, has_logarithm};
use super::{failed, invalid};
use crate::Result;
use crate::training::History;

/// The learning curves of a training: the loss, and below it each metric with its validation.
///
/// # Errors
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) for a history without epochs, or one
/// with nothing finite in it.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).input_shape([2]))?;
/// model.compile("sgd", "mse", &["mae"])?;
/// let (x, y) = (array![[0., 1.], [1., 0.], [1., 1.]], array![[1.], [2.], [3.]]);
/// let history = model.fit(&x, &y, Fit::new().epochs(3).verbose(Verbose::Silent))?;
/// let svg = elman::plot::history(&history)?;
/// assert!(svg.contains("loss") && svg.contains("mae"));
/// # Ok::<(), elman::Error>(())
/// ```
pub fn history(history: &History) -> Result<String> {
    const PANEL: u32 = 320;
    let keys: Vec<&str> = history.keys().filter(|key| !key.starts_with("val_")).collect();
    if history.epochs().is_empty() || keys.is_empty() {
        return Err(invalid("plot::history", "history", "one epoch or more", "none".into()));
    }
    // The loss comes first.
    let mut panels: Vec<&str> = keys.iter().copied().filter(|key| *key == "loss").collect();
    panels.extend(keys.iter().copied().filter(|key| *key != "loss"));
    let curve = |name: &str, key: &str| -> Option<Curve> {
        let epochs = history.epochs_of(key)?.iter().map(|epoch| (epoch + 1) as f64);
        let points = epochs.zip(history.get(key)?.iter().copied());
        // Tables of epochs without validation say NA.
        let is_there = |(_, value): &(f64, f64)| !key.starts_with("val_") || !value.is_nan();
        Some((name.to_owned(), points.filter(is_there).collect()))
    };
    let mut svg = String::new();
    {
        let size = (760, PANEL * panels.len() as u32);
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        for (area, key) in root.split_evenly((panels.len(), 1)).iter().zip(&panels) {
            let curves = [curve("training", key), curve("validation", &format!("val_{key}"))];
            let frame = Frame { title: key, x_label: "epoch", y_label: "", x_is_whole: true };
            draw(area, &frame, &curves.into_iter().flatten().collect::<Vec<_>>())?;
        }
        root.present().map_err(|error| failed("plot::history", error))?;
    }
    Ok(svg)
}

/// Named curves `(x, y)` over a common axis; the order of points is the order of drawing, and a
/// point that is not finite leaves a gap.
///
/// # Errors
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) if there is no finite point.
pub fn lines(
    title: &str,
    x_label: &str,
    y_label: &str,
    series: &[(&str, &[(f64, f64)])],
) -> Result<String> {
    let curves: Vec<Curve> =
        series.iter().map(|(name, points)| (name.to_string(), points.to_vec())).collect();
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (900, 420)).into_drawing_area();
        draw(&root, &Frame { title, x_label, y_label, x_is_whole: false }, &curves)?;
        root.present().map_err(|error| failed("plot::lines", error))?;
    }
    Ok(svg)
}

/// As [`lines`], with both axes logarithmic: what grows by a power is a straight line, whose slope
/// is the power. A point with a coordinate that is not above zero leaves a gap, too.
///
/// # Errors
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) if no point has a place.
///
/// ```
/// let square: Vec<(f64, f64)> = (0..8).map(|i| 2f64.powi(i)).map(|x| (x, x * x)).collect();
/// let svg = elman::plot::log_lines("Growth", "size", "cost", &[("square", &square)])?;
/// assert!(svg.lines().any(|line| line == "1000"));
/// # Ok::<(), elman::Error>(())
/// ```
pub fn log_lines(
    title: &str,
    x_label: &str,
    y_label: &str,
    series: &[(&str, &[(f64, f64)])],
) -> Result<String> {
    let with_gaps = |(x, y): &(f64, f64)| match has_logarithm(*x) && has_logarithm(*y) {
        true => (*x, *y),
        false => (f64::NAN, f64::NAN),
    };
    let curve = |(name, points): &(&str, &[(f64, f64)])| {
        (name.to_string(), points.iter().map(with_gaps).collect())
    };
    let curves: Vec<Curve> = series.iter().map(curve).collect();
    let points = || curves.iter().flat_map(|(_, points)| points);
    let x = LogAxis::new(points().map(|point| point.0), 12);
    let y = LogAxis::new(points().map(|point| point.1), 10);
    let (Some(x), Some(y)) = (x, y) else { return Err(nothing()) };
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (760, 460)).into_drawing_area();
        let frame = Frame { title, x_label, y_label, x_is_whole: false };
        draw_on(&root, &frame, &curves, (x, y))?;
        root.present().map_err(|error| failed("plot::log_lines", error))?;
    }
    Ok(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_names_its_parts() {
        let points = [(0.0, 1.0), (1.0, f64::NAN), (2.0, 3.0)];
        let svg = lines("Title", "the x", "the y", &[("one", &points)]).unwrap();
        for text in ["Title", "the x", "the y", "one", "</svg>"] {
            assert!(svg.contains(text), "{text}");
        }
        assert!(!svg.contains("NaN"));
    }

    #[test]
    fn text_is_escaped() {
        let svg = lines("a < b & c", "<x>", "\"y\"", &[("<one>", &[(0.0, 1.0)])]).unwrap();
        assert!(svg.contains("a &lt; b &amp; c"), "{svg}");
        assert!(!svg.contains("<x>") && !svg.contains("<one>"), "{svg}");
    }

    #[test]
    fn points_that_can_not_be_drawn_leave_a_gap() {
        let line = |points: &[(f64, f64)]| {
            let svg = lines("t", "x", "y", &[("one", points)]).unwrap();
            svg.matches("stroke=\"#0072B2\" stroke-width=\"2\"").count()
        };
        let whole = line(&[(0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (3.0, 1.0)]);
        let gap = [(0.0, 0.0), (1.0, 1.0), (1.5, f64::INFINITY), (2.0, 0.0), (3.0, 1.0)];
        assert_eq!(line(&gap), whole + 1, "two parts instead of one");
    }

    #[test]
    fn a_power_is_straight_where_axes_are_logarithmic() {
        let points: Vec<(f64, f64)> =
            [1.0, 10.0, 100.0].into_iter().map(|x: f64| (x, x.powi(3))).collect();
        let svg = log_lines("t", "x", "y", &[("cube", &points)]).unwrap();
        let marks: Vec<(f64, f64)> = svg
            .lines()
            .filter(|line| line.contains("<circle"))
            .map(|line| {
                let number = |name: &str| -> f64 {
                    let rest = line.split(&format!(" {name}=\"")).nth(1).unwrap();
                    rest.split('"').next().unwrap().parse().unwrap()
                };
                (number("cx"), number("cy"))
            })
            .collect();
        let [a, b, c] = marks[..] else { panic!("{marks:?}") };
        assert!((a.0 + c.0 - 2.0 * b.0).abs() <= 2.0 && (a.1 + c.1 - 2.0 * b.1).abs() <= 2.0);
        let gap = [(0.0, 1.0), (1.0, 2.0), (2.0, -1.0), (3.0, f64::NAN)];
        assert!(log_lines("t", "x", "y", &[("one", &gap)]).is_ok());
        assert!(log_lines("t", "x", "y", &[("none", &gap[2..])]).is_err());
    }

    #[test]
    fn one_epoch_can_be_seen() {
        let mut one = History::default();
        one.push(0, &vec![("loss".into(), 0.5), ("val_loss".into(), 0.6)]);
        let svg = history(&one).unwrap();
        assert_eq!(svg.matches("<circle").count(), 2, "{svg}");
    }

    #[test]
    fn nothing_to_draw_is_an_error() {
        assert!(history(&History::default()).is_err());
        assert!(lines("t", "x", "y", &[("one", &[(f64::NAN, 0.0)])]).is_err());
        assert!(lines("t", "x", "y", &[]).is_err());
    }
}
