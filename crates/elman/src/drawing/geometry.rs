//! Places in a picture.

/// Points of a line; straight from one to the next, or curved.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub start: (f64, f64),
    pub parts: Vec<Part>,
    /// Whether an arrowhead stands at the end: none where the line goes on in a group.
    pub has_arrow: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Straight((f64, f64)),
    /// Two control points and the end.
    Curve((f64, f64), (f64, f64), (f64, f64)),
}

/// A rectangle by its corner and its size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rectangle {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rectangle {
    pub fn moved(self, (dx, dy): (f64, f64)) -> Rectangle {
        Rectangle { x: self.x + dx, y: self.y + dy, ..self }
    }
}

impl Line {
    /// The same line with every point changed.
    pub fn map(&self, change: impl Fn((f64, f64)) -> (f64, f64)) -> Line {
        let part = |part: &Part| match *part {
            Part::Straight(end) => Part::Straight(change(end)),
            Part::Curve(a, b, end) => Part::Curve(change(a), change(b), change(end)),
        };
        Line {
            start: change(self.start),
            parts: self.parts.iter().map(part).collect(),
            has_arrow: self.has_arrow,
        }
    }

    /// The same line from its end to its start.
    pub fn reversed(&self) -> Line {
        let end = |part: &Part| match *part {
            Part::Straight(end) | Part::Curve(_, _, end) => end,
        };
        let mut points = vec![self.start];
        points.extend(self.parts.iter().map(end));
        let back = self.parts.iter().enumerate().rev().map(|(i, part)| match *part {
            Part::Straight(_) => Part::Straight(points[i]),
            Part::Curve(a, b, _) => Part::Curve(b, a, points[i]),
        });
        let parts = back.collect();
        Line { start: points[points.len() - 1], parts, has_arrow: self.has_arrow }
    }
}
