//! What attention looks at.

use ndarray::ArrayView2;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::curves::title_font;
use super::{GREY, INK, failed, invalid};
use crate::{Float, Result};

/// The sides of a cell.
const CELL: (i32, i32) = (20, 24);
/// The width of a letter of the size that labels have.
const LETTER: i32 = 8;

/// Attention weights `(queries, steps)` as a heat map: a row for each query, a column for each step
/// that it may look at, both with their labels; from white at 0 to blue at the largest weight. What
/// is no finite number is grey.
///
/// The weights are the second output of a layer with
/// [`return_attention_scores`](crate::layers::Attention::return_attention_scores).
///
/// # Errors
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) if there isn't a row for each query and
/// a column for each step, one at least of each.
///
/// ```
/// let weights = ndarray::array![[0.9, 0.1, 0.0], [0.0, 0.2, 0.8]];
/// let svg = elman::plot::attention("Who", weights.view(), &["qui", "est"], &["who", "is", "it"])?;
/// assert!(svg.contains("qui"));
/// # Ok::<(), elman::Error>(())
/// ```
pub fn attention(
    title: &str,
    weights: ArrayView2<Float>,
    queries: &[&str],
    steps: &[&str],
) -> Result<String> {
    const PLACE: &str = "plot::attention";
    if weights.is_empty() || weights.dim() != (queries.len(), steps.len()) {
        let got =
            format!("{:?} for {} queries, {} steps", weights.dim(), queries.len(), steps.len());
        return Err(invalid(PLACE, "weights", "a row a query and a column a step", got));
    }
    let longest = |labels: &[&str]| labels.iter().map(|l| l.chars().count()).max().unwrap_or(0);
    let upright = longest(steps) > 1;
    let below = if upright { LETTER * longest(steps) as i32 + 16 } else { 26 };
    let (left, top) = (28 + LETTER * longest(queries) as i32, 56);
    let size = (CELL.0 * steps.len() as i32, CELL.1 * queries.len() as i32);
    // A small map still needs room for its title.
    let width = (left + size.0 + 28).max(11 * title.chars().count() as i32).max(240);
    let height = top + size.1 + below + 14;
    let largest = weights.iter().copied().filter(|w| w.is_finite()).fold(0.0, Float::max);
    let mut svg = String::new();
    {
        let root =
            SVGBackend::with_string(&mut svg, (width as u32, height as u32)).into_drawing_area();
        let error = |e: DrawingAreaErrorKind<_>| failed(PLACE, e);
        root.fill(&WHITE).map_err(error)?;
        let write = |content: &str, at: (i32, i32), font: FontDesc, h: HPos| {
            let style = font.color(&INK).pos(Pos::new(h, VPos::Center));
            root.draw(&Text::new(content.to_owned(), at, style)).map_err(error)
        };
        write(title, (width / 2, 28), title_font(title, width as u32), HPos::Center)?;
        let font = || ("sans-serif", 15).into_font();
        for (row, (query, weights)) in queries.iter().zip(weights.rows()).enumerate() {
            let y = top + CELL.1 * row as i32;
            write(query, (left - 10, y + CELL.1 / 2), font(), HPos::Right)?;
            for (column, weight) in weights.iter().enumerate() {
                let x = left + CELL.0 * column as i32;
                let fill = shade(*weight, largest).filled();
                let corners = [(x, y), (x + CELL.0, y + CELL.1)];
                root.draw(&Rectangle::new(corners, fill)).map_err(error)?;
            }
        }
        for (column, step) in steps.iter().enumerate() {
            let x = left + CELL.0 * column as i32 + CELL.0 / 2;
            match upright {
                true => {
                    let upwards = font().transform(FontTransform::Rotate270);
                    write(step, (x, top + size.1 + 10), upwards, HPos::Right)?;
                }
                false => write(step, (x, top + size.1 + 16), font(), HPos::Center)?,
            }
        }
        let frame = [(left - 1, top - 1), (left + size.0, top + size.1)];
        root.draw(&Rectangle::new(frame, GREY)).map_err(error)?;
        root.present().map_err(error)?;
    }
    Ok(svg)
}

/// From white for nothing to deep blue for the largest weight.
fn shade(weight: Float, largest: Float) -> RGBColor {
    if !weight.is_finite() {
        return RGBColor(150, 150, 150);
    }
    let depth = if largest > 0.0 { f64::from((weight / largest).clamp(0.0, 1.0)) } else { 0.0 };
    let part = |full: f64| (255.0 - depth * (255.0 - full)).round() as u8;
    RGBColor(part(8.0), part(64.0), part(129.0))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn every_weight_has_its_cell() {
        let weights = array![[0.0, 1.0, Float::NAN], [0.5, 0.25, 0.25]];
        let svg = attention("a < b", weights.view(), &["p", "<q>"], &["x", "y", "z"]).unwrap();
        // Beside the cells the ground and the frame.
        assert_eq!(svg.matches("<rect").count(), 6 + 2, "{svg}");
        let document = roxmltree::Document::parse(&svg).unwrap();
        let texts: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
        for label in ["a < b", "p", "<q>", "x", "y", "z"] {
            assert!(texts.iter().any(|text| text.trim() == label), "{label}: {texts:?}");
        }
    }

    #[test]
    fn shades_run_to_the_largest() {
        let RGBColor(r, g, b) = shade(0.0, 0.5);
        assert_eq!((r, g, b), (255, 255, 255));
        assert_eq!(shade(0.5, 0.5), RGBColor(8, 64, 129));
        assert_eq!(shade(0.0, 0.0), WHITE);
        assert_eq!(shade(Float::INFINITY, 0.5), RGBColor(150, 150, 150));
    }

    #[test]
    fn labels_must_fit_the_weights() {
        let weights = array![[0.0, 1.0], [0.5, 0.25]];
        let draw = |weights: &Array2<Float>, queries: &[&str], steps: &[&str]| {
            attention("t", weights.view(), queries, steps)
        };
        assert!(draw(&weights, &["a", "b"], &["c", "longer"]).is_ok());
        assert!(draw(&weights, &["a"], &["c", "d"]).is_err());
        assert!(draw(&weights, &["a", "b"], &["c"]).is_err());
        assert!(draw(&Array2::zeros((0, 2)), &[], &["c", "d"]).is_err());
    }
}
