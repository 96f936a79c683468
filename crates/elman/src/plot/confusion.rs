//! Which class was taken for which.

use ndarray::ArrayView2;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::curves::title_font;
use super::{GREY, INK, failed, invalid};
use crate::Result;

/// The side of a cell, if nothing needs more.
const CELL: i32 = 46;
/// The width of a letter or digit of the size that labels and counts have.
const LETTER: i32 = 9;
/// Labels of more letters are written upwards below their columns.
const SHORT: usize = 5;

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
    let largest = counts.iter().copied().max().unwrap_or(0).max(1);
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let (upright, letters) = (longest > SHORT, LETTER * longest as i32);
    let cell = CELL.max(LETTER * largest.to_string().len() as i32 + 12);
    let (left, top, below) = (54 + letters.max(24), 64, if upright { letters + 16 } else { 26 });
    let side = cell * n as i32;
    // A small matrix still needs room for its title.
    let width = (left + side + 30).max(11 * title.chars().count() as i32).max(240);
    let height = top + side + below + 44;
    let text = |size: i32, colour: &RGBColor, h: HPos, v: VPos| {
        ("sans-serif", size).into_font().color(colour).pos(Pos::new(h, v))
    };
    let centred = |size: i32, colour: &RGBColor| text(size, colour, HPos::Center, VPos::Center);
    let mut svg = String::new();
    {
        let root =
            SVGBackend::with_string(&mut svg, (width as u32, height as u32)).into_drawing_area();
        let error = |e: DrawingAreaErrorKind<_>| failed("plot::confusion_matrix", e);
        root.fill(&WHITE).map_err(error)?;
        let write = |content: &str, at: (i32, i32), style: TextStyle| {
            root.draw(&Text::new(content.to_owned(), at, style)).map_err(error)
        };
        let middle = Pos::new(HPos::Center, VPos::Center);
        let heading = title_font(title, width as u32).color(&INK).pos(middle);
        write(title, (width / 2, 28), heading)?;
        write("predicted", (left + side / 2, top + side + below + 20), centred(16, &INK))?;
        let upwards = ("sans-serif", 16).into_font().transform(FontTransform::Rotate270);
        write("true", (24, top + side / 2), upwards.color(&INK).pos(middle))?;
        for (row, label) in labels.iter().enumerate() {
            let at = cell * row as i32 + cell / 2;
            write(label, (left - 12, top + at), text(15, &INK, HPos::Right, VPos::Center))?;
            if upright {
                let font = ("sans-serif", 15).into_font().transform(FontTransform::Rotate270);
                let end = Pos::new(HPos::Right, VPos::Center);
                write(label, (left + at, top + side + 10), font.color(&INK).pos(end))?;
            } else {
                write(label, (left + at, top + side + 18), centred(15, &INK))?;
            }
            for column in 0..n {
                let corner = (left + cell * column as i32, top + cell * row as i32);
                let (fill, ink) = shade(counts[[row, column]], largest);
                let opposite = (corner.0 + cell - 2, corner.1 + cell - 2);
                root.draw(&Rectangle::new([corner, opposite], fill.filled())).map_err(error)?;
                let centre = (corner.0 + cell / 2 - 1, corner.1 + cell / 2 - 1);
                write(&counts[[row, column]].to_string(), centre, centred(15, &ink))?;
            }
        }
        let frame = [(left - 2, top - 2), (left + side, top + side)];
        root.draw(&Rectangle::new(frame, GREY)).map_err(error)?;
        root.present().map_err(error)?;
    }
    Ok(svg)
}

/// The colours of a cell and of the count in it: white for none, then deeper blue.
fn shade(count: usize, largest: usize) -> (RGBColor, RGBColor) {
    if count == 0 {
        return (WHITE, RGBColor(190, 190, 190));
    }
    // The square root keeps single errors visible among many right answers.
    let depth = (count as f64 / largest as f64).sqrt();
    let part = |full: f64| (255.0 - depth * (255.0 - full)) as u8;
    let ink = if depth > 0.55 { WHITE } else { INK };
    (RGBColor(part(0.0), part(90.0), part(160.0)), ink)
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

    #[test]
    fn long_labels_and_large_counts_have_room() {
        let width = |counts: [[usize; 2]; 2], labels: [&str; 2]| -> u32 {
            let counts = ndarray::arr2(&counts);
            let svg = confusion_matrix("a title", counts.view(), &labels).unwrap();
            svg.split("width=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
        };
        let plain = width([[9, 1], [0, 10]], ["no", "yes"]);
        assert!(width([[9, 1], [0, 10]], ["a chaffinch", "a yellowhammer"]) > plain);
        assert!(width([[123_456_789, 1], [0, 10]], ["no", "yes"]) > plain);
    }
}
