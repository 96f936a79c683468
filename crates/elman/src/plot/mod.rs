//! Charts as SVG text: learning curves, confusion matrices, lines, hidden states, attention.
//!
//! ```
//! let truth: Vec<(f64, f64)> = (0..50).map(|i| (i as f64, (i as f64 / 8.0).sin())).collect();
//! let svg = elman::plot::lines("A sine", "step", "value", &[("truth", &truth)])?;
//! assert!(svg.starts_with("<svg") && svg.contains("A sine"));
//! # Ok::<(), elman::Error>(())
//! ```

mod attention;
mod axis;
mod confusion;
mod curves;
mod lines;
mod log_axis;
mod states;

pub use attention::attention;
pub use confusion::confusion_matrix;
pub use lines::{history, lines, log_lines};
pub use states::states;

use plotters::style::RGBColor;

use crate::Error;

/// The colours of Okabe and Ito, which colour-blind readers tell apart.
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
];

/// Of text.
const INK: RGBColor = RGBColor(40, 40, 40);
/// Of axes and frames.
const GREY: RGBColor = RGBColor(110, 110, 110);

/// An argument of a chart that can't be drawn.
fn invalid(chart: &str, argument: &'static str, expected: &str, got: String) -> Error {
    Error::InvalidArgument { place: chart.into(), argument, expected: expected.into(), got }
}

/// A drawing that failed; in memory, only a chart without room for its parts does.
fn failed(chart: &str, error: impl std::fmt::Display) -> Error {
    invalid(chart, "data", "data that fits a chart", error.to_string())
}
