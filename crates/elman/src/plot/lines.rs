//! Curves over a common axis.

use plotters::prelude::*;

use super::curves::{Curve, Frame, draw};
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
        let epochs = history.epochs().iter().map(|epoch| (epoch + 1) as f64);
        Some((name.to_owned(), epochs.zip(history.get(key)?.iter().copied()).collect()))
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
