//! Which class was taken for which.

use ndarray::ArrayView2;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{failed, invalid};
use crate::Result;

/// A confusion matrix: `counts[[true class, predicted class]]`, with the classes' names.
///
/// # Errors
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) if the counts are not a square with a
/// row for each label.
///
/// ```
/// let counts = ndarray::array![[9, 1], [0, 10]];
/// let svg = elman::plot::confusion_matrix("Spam", counts.view(), &["no", "yes"])?;
/// assert!(svg.contains("predicted"));
/// # Ok::<(), elman::Error>(())
/// ```
pub fn confusion_matrix(title: &str, counts: ArrayView2<usize>, labels: &[&str]) -> Result<String> {
    let n = labels.len();
    if n == 0 || counts.dim() != (n, n) {
        let got = format!("{:?} for {n} labels", counts.dim());
        return Err(invalid("plot::confusion_matrix", "counts", "a row and a column a label", got));
    }
    const CELL: i32 = 46;
    const LEFT: i32 = 90;
    const TOP: i32 = 64;
    let side = CELL * n as i32;
    let (width, height) = (LEFT + side + 30, TOP + side + 70);
    let largest = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let text = |size: i32, colour: &RGBColor, h: HPos, v: VPos| {
        ("sans-serif", size).into_font().color(colour).pos(Pos::new(h, v))
    };
    let dark = RGBColor(40, 40, 40);
    let centred = |size: i32, colour: &RGBColor| text(size, colour, HPos::Center, VPos::Center);
    let mut svg = String::new();
    {
        let root =
            SVGBackend::with_string(&mut svg, (width as u32, height as u32)).into_drawing_area();
        let error = |e: DrawingAreaErrorKind<_>| failed("plot::confusion_matrix", e);
        root.fill(&WHITE).map_err(error)?;
        let middle = LEFT + side / 2;
        let write = |content: &str, at: (i32, i32), style: TextStyle| {
            root.draw(&Text::new(content.to_owned(), at, style)).map_err(error)
        };
        write(title, (middle, 28), centred(20, &dark))?;
        write("predicted", (middle, TOP + side + 48), centred(15, &dark))?;
        write("true", (24, TOP + side / 2), centred(15, &dark))?;
        for (row, label) in labels.iter().enumerate() {
            let at = CELL * row as i32 + CELL / 2;
            write(label, (LEFT - 12, TOP + at), text(14, &dark, HPos::Right, VPos::Center))?;
            write(label, (LEFT + at, TOP + side + 18), centred(14, &dark))?;
            for column in 0..n {
                let count = counts[[row, column]];
                // White for none, then deeper blue; the square root keeps single errors visible.
                let depth = (count as f64 / largest).sqrt();
                let shade = |full: f64| (255.0 - depth * (255.0 - full)) as u8;
                let fill = RGBColor(shade(0.0), shade(90.0), shade(160.0));
                let corner = (LEFT + CELL * column as i32, TOP + CELL * row as i32);
                let opposite = (corner.0 + CELL - 2, corner.1 + CELL - 2);
                root.draw(&Rectangle::new([corner, opposite], fill.filled())).map_err(error)?;
                let ink = if depth > 0.6 { WHITE } else { RGBColor(110, 110, 110) };
                let centre = (corner.0 + CELL / 2 - 1, corner.1 + CELL / 2 - 1);
                write(&count.to_string(), centre, centred(14, &ink))?;
            }
        }
        root.present().map_err(error)?;
    }
    Ok(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_must_fit_the_labels() {
        let counts = ndarray::array![[9, 1], [0, 10]];
        assert!(confusion_matrix("t", counts.view(), &["a", "b"]).unwrap().contains("</svg>"));
        assert!(confusion_matrix("t", counts.view(), &["a"]).is_err());
        assert!(confusion_matrix("t", ndarray::Array2::zeros((0, 0)).view(), &[]).is_err());
    }
}
