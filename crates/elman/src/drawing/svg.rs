//! A picture as SVG.

use std::fmt::Write;

use super::card::{BAR, Card, Kind, LINE, MARGIN, PADDING};
use super::geometry::{Line, Part, Rectangle};
use super::layout::Picture;
use super::text::{BODY, TITLE, escape};

const INK: &str = "#282828";
const QUIET: &str = "#6e6e6e";
const LINES: &str = "#505050";
/// The corners of boxes.
const ROUND: f64 = 5.0;

pub(super) fn write(picture: &Picture, title: &str) -> String {
    let mut svg = Svg::default();
    let (width, height) = (picture.width.ceil(), picture.height.ceil());
    svg.line(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"Helvetica, Arial, sans-serif\">"
    ));
    svg.line(format_args!("<title>{}</title>", escape(title)));
    svg.line(format_args!(
        "<defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9.5\" refY=\"5\" \
         markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">\
         <path d=\"M 0 0.8 L 10 5 L 0 9.2 z\" fill=\"{LINES}\"/></marker></defs>"
    ));
    svg.line(format_args!("<rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>"));
    for (at, name) in &picture.groups {
        svg.group(*at, name);
    }
    for line in &picture.lines {
        svg.path(line);
    }
    for (at, card) in &picture.cards {
        svg.card(*at, card);
    }
    svg.line(format_args!("</svg>"));
    svg.0
}

#[derive(Default)]
struct Svg(String);

impl Svg {
    fn line(&mut self, line: std::fmt::Arguments) {
        // Writing to a string can't fail.
        let _ = writeln!(self.0, "{line}");
    }

    /// A model within the model: a frame with its name in a bar.
    fn group(&mut self, at: Rectangle, name: &str) {
        let border = colour(Kind::Model);
        self.line(format_args!(
            "<rect class=\"model\" {} rx=\"{ROUND}\" fill=\"#f4f5f6\" stroke=\"{border}\"/>",
            Corners(at)
        ));
        self.line(format_args!("<path d=\"{}\" fill=\"{border}\"/>", bar(at, false)));
        let (x, y) = (at.x + at.width / 2.0, at.y + BAR / 2.0 + 0.35 * TITLE);
        self.line(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{TITLE}\" font-weight=\"bold\" \
             fill=\"white\" text-anchor=\"middle\">{}</text>",
            escape(name)
        ));
    }

    fn card(&mut self, at: Rectangle, card: &Card) {
        let fill = colour(card.kind);
        self.line(format_args!("<g class=\"layer\">"));
        self.line(format_args!(
            "<rect {} rx=\"{ROUND}\" fill=\"white\" stroke=\"{fill}\"/>",
            Corners(at)
        ));
        let is_alone = card.lines.is_empty();
        self.line(format_args!("<path d=\"{}\" fill=\"{fill}\"/>", bar(at, is_alone)));
        let (bold, plain) = match &card.name {
            Some(name) => (name.as_str(), format!(" ({})", card.class)),
            None => (card.class.as_str(), String::new()),
        };
        let (x, y) = (at.x + at.width / 2.0, at.y + BAR / 2.0 + 0.35 * TITLE);
        self.line(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{TITLE}\" fill=\"white\" \
             text-anchor=\"middle\"><tspan font-weight=\"bold\">{}</tspan>{}</text>",
            escape(bold),
            escape(&plain)
        ));
        for (i, (key, value)) in card.lines.iter().enumerate() {
            let y = at.y + BAR + MARGIN + LINE * (i as f64 + 0.5) + 0.35 * BODY;
            let (left, right) = (at.x + PADDING, at.x + card.column());
            self.line(format_args!(
                "<text y=\"{y:.1}\" font-size=\"{BODY}\"><tspan x=\"{left:.1}\" \
                 fill=\"{QUIET}\">{key}</tspan><tspan x=\"{right:.1}\" fill=\"{INK}\">{}</tspan>\
                 </text>",
                escape(value)
            ));
        }
        self.line(format_args!("</g>"));
    }

    fn path(&mut self, line: &Line) {
        let mut path = format!("M {:.1} {:.1}", line.start.0, line.start.1);
        let mut at = line.start;
        for part in &line.parts {
            let (Part::Straight(end) | Part::Curve(.., end)) = part;
            // A part without length would leave the arrowhead without direction.
            if (end.0 - at.0).abs() + (end.1 - at.1).abs() < 0.05 {
                continue;
            }
            at = *end;
            // Writing to a string can't fail.
            let _ = match part {
                Part::Straight((x, y)) => write!(path, " L {x:.1} {y:.1}"),
                Part::Curve(a, b, end) => write!(
                    path,
                    " C {:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
                    a.0, a.1, b.0, b.1, end.0, end.1
                ),
            };
        }
        let arrow = if line.has_arrow { " marker-end=\"url(#arrow)\"" } else { "" };
        self.line(format_args!(
            "<path class=\"edge\" d=\"{path}\" fill=\"none\" stroke=\"{LINES}\" \
             stroke-width=\"1.4\"{arrow}/>"
        ));
    }
}

/// The bar at the top of a box, whose upper corners are round; the lower ones too if it is alone.
fn bar(at: Rectangle, is_alone: bool) -> String {
    let (right, bottom) = (at.x + at.width, at.y + BAR);
    let r = if is_alone { ROUND } else { 0.0 };
    format!(
        "M {:.1} {:.1} a {ROUND} {ROUND} 0 0 1 {ROUND} -{ROUND} H {:.1} a {ROUND} {ROUND} 0 0 1 \
         {ROUND} {ROUND} V {:.1} a {r} {r} 0 0 1 -{r} {r} H {:.1} a {r} {r} 0 0 1 -{r} -{r} z",
        at.x,
        at.y + ROUND,
        right - ROUND,
        bottom - r,
        at.x + r
    )
}

/// Of the bar and the border; all are dark enough for white text.
fn colour(kind: Kind) -> &'static str {
    match kind {
        Kind::Input => "#6b7280",
        Kind::Recurrent => "#0067a3",
        Kind::Model => "#7a4b8c",
        Kind::Other => "#33383f",
    }
}

/// A rectangle as attributes.
struct Corners(Rectangle);

impl std::fmt::Display for Corners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Rectangle { x, y, width, height } = self.0;
        write!(f, "x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"")
    }
}
