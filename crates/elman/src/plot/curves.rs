//! Drawing curves, their axes and their legend.

use plotters::prelude::*;

use super::axis::{Axis, Scale, is_drawn};
use super::{COLOURS, GREY, INK, failed, invalid};
use crate::Result;

/// A curve: its name and its points, in the order of drawing.
pub(super) type Curve = (String, Vec<(f64, f64)>);

/// What stands around the curves.
pub(super) struct Frame<'a> {
    pub title: &'a str,
    pub x_label: &'a str,
    pub y_label: &'a str,
    /// Whether the x axis counts something.
    pub x_is_whole: bool,
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Up to so many points, each is marked: a curve of one point could not be seen otherwise.
const MARKED: usize = 20;

/// Draws curves into an area.
pub(super) fn draw(area: &Area, frame: &Frame, curves: &[Curve]) -> Result<()> {
    let points = || curves.iter().flat_map(|(_, points)| points).filter(|point| is_point(point));
    let x_values = points().map(|point| point.0);
    let x = match frame.x_is_whole {
        true => Axis::of_whole_numbers(x_values, 12),
        false => Axis::new(x_values, 0.0, 12),
    };
    let y = Axis::new(points().map(|point| point.1), 0.05, 8);
    let (Some(x), Some(y)) = (x, y) else {
        return Err(nothing());
    };
    draw_on(area, frame, curves, (x, y))
}

/// Draws curves into an area, along axes that they have a place on.
pub(super) fn draw_on(
    area: &Area,
    frame: &Frame,
    curves: &[Curve],
    (x, y): (impl Scale, impl Scale),
) -> Result<()> {
    let error = |e: DrawingAreaErrorKind<_>| failed("plot", e);
    area.fill(&WHITE).map_err(error)?;
    let (width, height) = area.dim_in_pixel();
    let (x_space, y_space) = (if frame.x_label.is_empty() { 28 } else { 46 }, 66);
    let mut chart = ChartBuilder::on(area)
        .caption(frame.title, title_font(frame.title, width).color(&INK))
        .margin(16)
        .x_label_area_size(x_space)
        .y_label_area_size(y_space)
        .build_cartesian_2d(x.clone(), y.clone())
        .map_err(error)?;
    chart
        .configure_mesh()
        .x_desc(frame.x_label)
        .y_desc(frame.y_label)
        .light_line_style(TRANSPARENT)
        .bold_line_style(RGBColor(228, 228, 228))
        .axis_style(GREY)
        .label_style(("sans-serif", 15).into_font().color(&INK))
        .draw()
        .map_err(error)?;
    for (i, (name, points)) in curves.iter().enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        let style = colour.stroke_width(2);
        // A point that can't be drawn leaves a gap.
        for run in points.split(|point| !is_point(point)) {
            chart.draw_series(LineSeries::new(run.iter().copied(), style)).map_err(error)?;
        }
        let marks = points.iter().filter(|point| is_point(point) && points.len() <= MARKED);
        chart
            .draw_series(marks.map(|point| Circle::new(*point, 3, colour.filled())))
            .map_err(error)?
            .label(name)
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 20, y)], style));
    }
    // The size of a legend, roughly, as parts of the area that the curves have.
    let longest = curves.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let legend = (
        (60 + 8 * longest) as f64 / f64::from(width.saturating_sub(y_space + 32).max(1)),
        (24 + 18 * curves.len()) as f64 / f64::from(height.saturating_sub(x_space + 60).max(1)),
    );
    chart
        .configure_series_labels()
        .position(emptiest_corner(curves, (&x, &y), legend))
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(200, 200, 200))
        .label_font(("sans-serif", 15).into_font().color(&INK))
        .draw()
        .map_err(error)
}

/// Curves without a point that can be drawn.
pub(super) fn nothing() -> crate::Error {
    invalid("plot", "series", "one finite point or more", "none".into())
}

fn is_point(point: &(f64, f64)) -> bool {
    is_drawn(point.0) && is_drawn(point.1)
}

/// The font of a title, small enough for it to have room.
pub(super) fn title_font(title: &str, width: u32) -> FontDesc<'static> {
    // A letter is about half as wide as high.
    let room = 2 * (width.saturating_sub(32) as usize) / title.chars().count().max(1);
    ("sans-serif", room.clamp(8, 20) as i32).into_font()
}

/// The corner of which curves cover least, for a legend of that size.
fn emptiest_corner(
    curves: &[Curve],
    (x, y): (&impl Scale, &impl Scale),
    (width, height): (f64, f64),
) -> SeriesLabelPosition {
    use SeriesLabelPosition::{LowerLeft, LowerRight, UpperLeft, UpperRight};
    let corners = [(UpperRight, true, true), (LowerRight, true, false)];
    let corners = corners.into_iter().chain([(UpperLeft, false, true), (LowerLeft, false, false)]);
    let covered = |right: bool, upper: bool| {
        let inside = |(x, y): &(f64, f64)| {
            let x = if right { 1.0 - x } else { *x };
            let y = if upper { 1.0 - y } else { *y };
            x < width && y < height
        };
        curves.iter().map(|(_, points)| along(points, x, y).filter(inside).count()).sum::<usize>()
    };
    let (position, ..) = corners
        .min_by_key(|(_, right, upper)| covered(*right, *upper))
        .unwrap_or((UpperRight, true, true));
    position
}

/// Places along a curve, close enough to each other that no legend fits between them.
fn along(
    points: &[(f64, f64)],
    x: &impl Scale,
    y: &impl Scale,
) -> impl Iterator<Item = (f64, f64)> {
    const BETWEEN: usize = 32;
    let part = |point: &(f64, f64)| (x.part(point.0), y.part(point.1));
    let drawn: Vec<(f64, f64)> = points.iter().filter(|point| is_point(point)).map(part).collect();
    let last = drawn.last().copied();
    let pairs: Vec<_> = drawn.iter().copied().zip(drawn.iter().copied().skip(1)).collect();
    let between = pairs.into_iter().flat_map(|(a, b)| {
        (0..BETWEEN).map(move |i| {
            let t = i as f64 / BETWEEN as f64;
            (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
        })
    });
    between.chain(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legend_stands_where_no_curve_is() {
        use SeriesLabelPosition::{LowerLeft, LowerRight, UpperLeft, UpperRight};
        let corner = |points: &[(f64, f64)]| {
            let x = Axis::new(points.iter().map(|p| p.0), 0.0, 6).unwrap();
            let y = Axis::new(points.iter().map(|p| p.1), 0.05, 6).unwrap();
            emptiest_corner(&[("c".into(), points.to_vec())], (&x, &y), (0.25, 0.25))
        };
        assert!(matches!(corner(&[(0.0, 1.0), (1.0, 0.0)]), UpperRight));
        assert!(matches!(corner(&[(0.0, 0.0), (1.0, 1.0)]), LowerRight));
        assert!(matches!(corner(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]), UpperLeft));
        let all_but_one = [(0.0, 0.5), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.5, 0.0)];
        assert!(matches!(corner(&all_but_one), LowerLeft));
    }

    #[test]
    fn a_long_title_is_written_smaller() {
        assert_eq!(title_font("short", 760).get_size(), 20.0);
        assert!(title_font(&"long ".repeat(30), 760).get_size() < 12.0);
        assert_eq!(title_font("", 0).get_size(), 8.0);
    }
}
