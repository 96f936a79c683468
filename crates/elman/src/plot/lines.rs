//! Curves over a common axis.

use plotters::prelude::*;

use super::{COLOURS, failed, invalid};
use crate::Result;
use crate::training::History;

/// The learning curves of a training: the loss, and below it each metric with its validation.
///
/// # Errors
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) for a history without epochs.
pub fn history(history: &History) -> Result<String> {
    let keys: Vec<&str> = history.keys().filter(|key| !key.starts_with("val_")).collect();
    if history.epochs().is_empty() || keys.is_empty() {
        return Err(invalid("plot::history", "history", "one epoch or more", "none".into()));
    }
    // The loss comes first.
    let mut panels: Vec<&str> = keys.iter().copied().filter(|key| *key == "loss").collect();
    panels.extend(keys.iter().copied().filter(|key| *key != "loss"));
    let mut svg = String::new();
    {
        let height = 320 * panels.len() as u32;
        let root = SVGBackend::with_string(&mut svg, (760, height)).into_drawing_area();
        for (area, key) in root.split_evenly((panels.len(), 1)).iter().zip(&panels) {
            let points = |key: &str| -> Option<Vec<(f64, f64)>> {
                let epochs = history.epochs().iter().map(|epoch| (epoch + 1) as f64);
                Some(epochs.zip(history.get(key)?.iter().copied()).collect())
            };
            let validation = format!("val_{key}");
            let mut series = vec![("training".to_owned(), points(key).unwrap_or_default())];
            series.extend(points(&validation).map(|points| ("validation".to_owned(), points)));
            draw(area, key, "epoch", key, &series)?;
        }
        root.present().map_err(|error| failed("plot::history", error))?;
    }
    Ok(svg)
}

/// Named curves `(x, y)` over a common axis; the order of points is the order of drawing.
///
/// # Errors
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) if there is no finite point.
pub fn lines(
    title: &str,
    x_label: &str,
    y_label: &str,
    series: &[(&str, &[(f64, f64)])],
) -> Result<String> {
    let series: Vec<_> =
        series.iter().map(|(n, points)| (n.to_string(), points.to_vec())).collect();
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (900, 420)).into_drawing_area();
        draw(&root, title, x_label, y_label, &series)?;
        root.present().map_err(|error| failed("plot::lines", error))?;
    }
    Ok(svg)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn draw(
    area: &Area,
    title: &str,
    x_label: &str,
    y_label: &str,
    series: &[(String, Vec<(f64, f64)>)],
) -> Result<()> {
    let finite = |(x, y): &&(f64, f64)| x.is_finite() && y.is_finite();
    let points = || series.iter().flat_map(|(_, points)| points).filter(finite);
    if points().next().is_none() {
        return Err(invalid("plot", "series", "one finite point or more", "none".into()));
    }
    let range = |values: &mut dyn Iterator<Item = f64>, margin: f64| {
        let (low, high) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let pad = if high > low { margin * (high - low) } else { 0.5 };
        low - pad..high + pad
    };
    let x = range(&mut points().map(|p| p.0), 0.0);
    let y = range(&mut points().map(|p| p.1), 0.05);
    let error = |e: DrawingAreaErrorKind<_>| failed("plot", e);
    area.fill(&WHITE).map_err(error)?;
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 20))
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(x, y.clone())
        .map_err(error)?;
    chart
        .configure_mesh()
        .x_desc(x_label)
        .y_desc(y_label)
        .light_line_style(TRANSPARENT)
        .bold_line_style(RGBColor(225, 225, 225))
        .axis_style(RGBColor(90, 90, 90))
        .label_style(("sans-serif", 14))
        .x_labels(10)
        .x_label_formatter(&|x| if x.fract() == 0.0 { format!("{x:.0}") } else { format!("{x}") })
        .draw()
        .map_err(error)?;
    for (i, (name, points)) in series.iter().enumerate() {
        let style = COLOURS[i % COLOURS.len()].stroke_width(2);
        let drawn = points.iter().filter(finite).copied();
        chart
            .draw_series(LineSeries::new(drawn, style))
            .map_err(error)?
            .label(name)
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], style));
    }
    // The legend stands where the curves don't end.
    let middle = (y.start + y.end) / 2.0;
    let ends = series.iter().filter_map(|(_, points)| points.last());
    let above = ends.clone().filter(|p| p.1 > middle).count();
    let position = match 2 * above > ends.count() {
        true => SeriesLabelPosition::LowerRight,
        false => SeriesLabelPosition::UpperRight,
    };
    chart
        .configure_series_labels()
        .position(position)
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(200, 200, 200))
        .label_font(("sans-serif", 14))
        .draw()
        .map_err(error)
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
    fn nothing_to_draw_is_an_error() {
        assert!(history(&History::default()).is_err());
        assert!(lines("t", "x", "y", &[("one", &[(f64::NAN, 0.0)])]).is_err());
        assert!(lines("t", "x", "y", &[]).is_err());
    }
}
