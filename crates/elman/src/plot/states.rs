//! What the units of a layer do over time.

use ndarray::ArrayView2;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::{Axis, Scale};
use super::curves::title_font;
use super::{GREY, INK, failed, invalid};
use crate::{Float, Result};

/// The largest size of the field of cells, and of one of them.
const FIELD: (usize, usize) = (720, 400);
const CELL: (usize, usize) = (40, 26);
/// More steps or units are taken together: a picture has no room for more, and a reader no use.
const MOST: (usize, usize) = (360, 200);
/// The bands of the legend.
const BANDS: i32 = 64;

/// The hidden states of one sample over time, `(time, units)`, as a heat map: steps to the right,
/// units downwards, both counted from 0; red above zero, blue below, white at zero. What is no
/// finite number is grey. Of very long sequences or many units, neighbours are averaged.
///
/// # Errors
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) if there is no step or no unit.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Lstm::new(3).name("memory").input_shape([5, 2]))?;
/// let x = ndarray::Array3::<f32>::ones((1, 5, 2));
/// let states = model.hidden_states("memory", [(&x).into()])?;
/// let of_sample = states.index_axis(ndarray::Axis(0), 0).into_dimensionality().unwrap();
/// let svg = elman::plot::states("memory", of_sample)?;
/// assert!(svg.contains("step") && svg.contains("unit"));
/// # Ok::<(), elman::Error>(())
/// ```
pub fn states(title: &str, states: ArrayView2<Float>) -> Result<String> {
    let (time, units) = states.dim();
    if time == 0 || units == 0 {
        let got = format!("{time} steps of {units} units");
        return Err(invalid("plot::states", "states", "one step of one unit or more", got));
    }
    let (columns, rows) = (time.min(MOST.0), units.min(MOST.1));
    let cell =
        ((FIELD.0 / columns).clamp(1, CELL.0) as i32, (FIELD.1 / rows).clamp(1, CELL.1) as i32);
    let size = (cell.0 * columns as i32, cell.1 * rows as i32);
    let (left, top) = (70, 56);
    // A small field still needs room for its title, and the legend some height.
    let right = left + size.0.max(11 * title.chars().count() as i32 - 100).max(160);
    let bottom = top + size.1.max(100);
    let (width, height) = (right + 112, bottom + 62);
    let values: Vec<f64> = (0..rows * columns)
        .map(|i| mean(&states, part(i % columns, columns, time), part(i / columns, rows, units)))
        .collect();
    let largest = values.iter().filter(|v| v.is_finite()).fold(0.0f64, |a, v| a.max(v.abs()));
    let largest = if largest > 0.0 { largest } else { 1.0 };
    let mut svg = String::new();
    {
        let root =
            SVGBackend::with_string(&mut svg, (width as u32, height as u32)).into_drawing_area();
        let error = |e: DrawingAreaErrorKind<_>| failed("plot::states", e);
        root.fill(&WHITE).map_err(error)?;
        let write = |content: &str, at: (i32, i32), style: TextStyle| {
            root.draw(&Text::new(content.to_owned(), at, style)).map_err(error)
        };
        let fill = |from: (i32, i32), to: (i32, i32), colour: RGBColor| {
            root.draw(&Rectangle::new([from, to], colour.filled())).map_err(error)
        };
        let text = |size: i32, h: HPos| {
            ("sans-serif", size).into_font().color(&INK).pos(Pos::new(h, VPos::Center))
        };
        let middle = Pos::new(HPos::Center, VPos::Center);
        let heading = title_font(title, width as u32).color(&INK).pos(middle);
        write(title, (width / 2, 28), heading)?;
        for row in 0..rows {
            let colours: Vec<RGBColor> =
                (0..columns).map(|c| colour(values[row * columns + c] / largest)).collect();
            let y = top + cell.1 * row as i32;
            // Neighbours of one colour are one rectangle.
            let mut start = 0;
            for run in colours.chunk_by(|a, b| a == b) {
                let x = |column: usize| left + cell.0 * column as i32;
                fill((x(start), y), (x(start + run.len()), y + cell.1), run[0])?;
                start += run.len();
            }
        }
        let frame = [(left - 1, top - 1), (left + size.0, top + size.1)];
        root.draw(&Rectangle::new(frame, GREY)).map_err(error)?;
        let tick = |from: (i32, i32), to: (i32, i32)| {
            root.draw(&PathElement::new(vec![from, to], GREY)).map_err(error)
        };
        for (at, label) in ticks(time, (size.0 / 60).clamp(2, 12)) {
            let x = left + (at * f64::from(size.0)) as i32;
            tick((x, top + size.1), (x, top + size.1 + 5))?;
            write(&label, (x, top + size.1 + 16), text(14, HPos::Center))?;
        }
        for (at, label) in ticks(units, (size.1 / 30).clamp(2, 12)) {
            let y = top + (at * f64::from(size.1)) as i32;
            tick((left - 6, y), (left - 1, y))?;
            write(&label, (left - 10, y), text(14, HPos::Right))?;
        }
        let name = |what: &str, all: usize, shown: usize| match all.div_ceil(shown) {
            1 => what.to_owned(),
            n => format!("{what} (means of {n})"),
        };
        let below = (left + size.0 / 2, top + size.1 + 40);
        write(&name("step", time, columns), below, text(15, HPos::Center))?;
        let upwards = ("sans-serif", 15).into_font().transform(FontTransform::Rotate270);
        let beside = (20, top + size.1 / 2);
        write(&name("unit", units, rows), beside, upwards.color(&INK).pos(middle))?;
        legend(&root, (left + size.0 + 26, top), size.1.max(100), largest)?;
        root.present().map_err(error)?;
    }
    Ok(svg)
}

/// The colours with their values, from a corner downwards.
fn legend(
    root: &DrawingArea<SVGBackend, plotters::coord::Shift>,
    (x, top): (i32, i32),
    height: i32,
    largest: f64,
) -> Result<()> {
    const WIDTH: i32 = 16;
    let error = |e: DrawingAreaErrorKind<_>| failed("plot::states", e);
    for band in 0..BANDS {
        let value = 1.0 - (2.0 * f64::from(band) + 1.0) / f64::from(BANDS);
        // Down to the end, where the next band covers it: no gap shows in any size.
        let corners = [(x, top + height * band / BANDS), (x + WIDTH, top + height)];
        root.draw(&Rectangle::new(corners, colour(value).filled())).map_err(error)?;
    }
    let frame = [(x - 1, top - 1), (x + WIDTH, top + height)];
    root.draw(&Rectangle::new(frame, GREY)).map_err(error)?;
    let Some(axis) = Axis::new([-largest, largest].into_iter(), 0.0, 6) else { return Ok(()) };
    for tick in axis.ticks() {
        let y = top + ((1.0 - axis.part(tick)) * f64::from(height)) as i32;
        let style = ("sans-serif", 14).into_font().color(&INK);
        let style = style.pos(Pos::new(HPos::Left, VPos::Center));
        let line = PathElement::new(vec![(x + WIDTH, y), (x + WIDTH + 4, y)], GREY);
        root.draw(&line).map_err(error)?;
        root.draw(&Text::new(axis.label(tick), (x + WIDTH + 8, y), style)).map_err(error)?;
    }
    Ok(())
}

/// Which of `all` steps or units the one of `shown` stands for.
fn part(one: usize, shown: usize, all: usize) -> std::ops::Range<usize> {
    one * all / shown..(one + 1) * all / shown
}

fn mean(
    states: &ArrayView2<Float>,
    time: std::ops::Range<usize>,
    units: std::ops::Range<usize>,
) -> f64 {
    let count = (time.len() * units.len()) as f64;
    let values = time.flat_map(|t| units.clone().map(move |u| f64::from(states[[t, u]])));
    values.sum::<f64>() / count
}

/// Where ticks stand in a row of so many cells, from 0 to 1, with what they say.
fn ticks(cells: usize, count: i32) -> Vec<(f64, String)> {
    let numbers = [0.0, (cells - 1) as f64];
    let Some(axis) = Axis::of_whole_numbers(numbers.into_iter(), count as usize) else {
        return Vec::new();
    };
    let is_cell = |tick: &f64| (0.0..cells as f64).contains(tick) && tick.fract() == 0.0;
    let place = |tick: f64| ((tick + 0.5) / cells as f64, axis.label(tick));
    axis.ticks().filter(is_cell).map(place).collect()
}

/// From blue at -1 over white at 0 to red at 1: ColorBrewer's order of hues, which colour-blind
/// readers tell apart.
fn colour(value: f64) -> RGBColor {
    const WHITE: [f64; 3] = [247.0, 247.0, 247.0];
    const RED: [[f64; 3]; 3] = [WHITE, [239.0, 138.0, 98.0], [165.0, 15.0, 32.0]];
    const BLUE: [[f64; 3]; 3] = [WHITE, [103.0, 169.0, 207.0], [8.0, 64.0, 129.0]];
    if !value.is_finite() {
        return RGBColor(150, 150, 150);
    }
    let scale = if value < 0.0 { BLUE } else { RED };
    let at = 2.0 * value.abs().min(1.0);
    let (from, to, t) =
        if at < 1.0 { (scale[0], scale[1], at) } else { (scale[1], scale[2], at - 1.0) };
    let mix = |i: usize| (from[i] + t * (to[i] - from[i])).round() as u8;
    RGBColor(mix(0), mix(1), mix(2))
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    fn cells(svg: &str) -> usize {
        // The ground and the legend are no cells; frames are not filled.
        svg.matches("<rect").filter(|_| true).count() - 1 - BANDS as usize - 2
    }

    #[test]
    fn every_state_has_its_cell() {
        let states =
            Array2::from_shape_fn((7, 3), |(t, u)| (t as Float + 1.0) * (u as Float - 1.0));
        let svg = super::states("a < b", states.view()).unwrap();
        // The middle unit is zero throughout: one rectangle.
        assert_eq!(cells(&svg), 7 + 1 + 7, "{svg}");
        for text in ["a &lt; b", "step", "unit", "-5", "5"] {
            assert!(svg.contains(text), "{text}");
        }
        roxmltree::Document::parse(&svg).unwrap();
    }

    #[test]
    fn colours_diverge_from_white() {
        let RGBColor(r, g, b) = colour(0.0);
        assert_eq!((r, g, b), (247, 247, 247));
        let (low, high) = (colour(-1.0), colour(1.0));
        assert!(low.2 > low.0 && high.0 > high.2);
        assert_eq!(colour(2.0), high);
        assert_eq!(colour(f64::NAN), RGBColor(150, 150, 150));
    }

    #[test]
    fn long_sequences_are_averaged_and_odd_ones_drawn() {
        let states = Array2::from_shape_fn((5_000, 700), |(t, u)| ((t * u) as Float).sin());
        let svg = super::states("long", states.view()).unwrap();
        assert!(svg.contains("means of 14") && svg.contains("means of 4"));
        assert!(cells(&svg) <= MOST.0 * MOST.1 && svg.len() < 8_000_000, "{}", svg.len());
        for odd in [0.0, Float::NAN, Float::INFINITY] {
            let svg = super::states("odd", Array2::from_elem((1, 1), odd).view()).unwrap();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
        assert!(super::states("none", Array2::zeros((0, 3)).view()).is_err());
    }
}
