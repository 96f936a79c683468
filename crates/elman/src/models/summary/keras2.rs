//! The ASCII table of TF-Keras, in the form of 2.13 and later and in that of 2.7 to 2.12.

use super::text::{memory_size, thousands};
use super::{Params, Row, Summary, SummaryError, SummaryOptions};

/// Keras 2.13 changed the widths of the columns and the lines of the counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Era {
    Before213,
    Since213,
}

pub(super) fn draw(
    summary: &Summary,
    options: &SummaryOptions,
    era: Era,
) -> Result<String, SummaryError> {
    let mut table = Table::new(summary, options, era);
    table.lines.push(format!("Model: \"{}\"", summary.model_name));
    table.lines.push("_".repeat(table.line_length));
    let mut header = vec!["Layer (type)", "Output Shape", "Param #"];
    header.extend(summary.connected.then_some("Connected to"));
    header.extend(options.show_trainable.then_some("Trainable"));
    table.row(header.into_iter().map(str::to_owned).collect(), 0)?;
    table.lines.push("=".repeat(table.line_length));
    table.layers(&summary.listed(), 0, |row| fields(row, summary.connected, options))?;
    table.lines.push("=".repeat(table.line_length));

    let total = summary.trainable_params + summary.non_trainable_params;
    table.lines.push(count("Total", total, era));
    table.lines.push(count("Trainable", summary.trainable_params, era));
    table.lines.push(count("Non-trainable", summary.non_trainable_params, era));
    table.lines.push("_".repeat(table.line_length));
    Ok(table.lines.join("\n") + "\n")
}

fn count(what: &str, params: Params, era: Era) -> String {
    match era {
        Era::Before213 => format!("{what} params: {}", thousands(params.count)),
        Era::Since213 => {
            format!("{what} params: {} ({})", params.count, memory_size(params.bytes, "Byte"))
        }
    }
}

fn fields(row: &Row, connected: bool, options: &SummaryOptions) -> Vec<String> {
    let params = row.params.map_or("0 (unused)".into(), |count| count.to_string());
    let mut fields = vec![row.title(), shape(row), params];
    if connected {
        let sources: Vec<String> = row.connected_to.iter().map(|name| quoted(name)).collect();
        fields.push(format!("[{}]", sources.join(", ")));
    }
    if options.show_trainable {
        // A layer without weights has the flag too.
        fields.push(if row.trainable.unwrap_or(true) { "Y" } else { "N" }.into());
    }
    fields
}

/// The shape as Keras 2 prints it: an input layer's as a list, and `(None,)` where Keras 3 has
/// `(None)`.
fn shape(row: &Row) -> String {
    let mut text = String::new();
    let mut dims = None;
    for c in row.output_shape.chars() {
        match c {
            '(' => dims = Some((0, 0)),
            ',' => dims = dims.map(|(commas, others)| (commas + 1, others)),
            ')' if matches!(dims.take(), Some((0, 1..))) => text.push(','),
            ')' => {}
            _ => dims = dims.map(|(commas, others)| (commas, others + 1)),
        }
        text.push(c);
    }
    match &*text {
        "?" => "multiple".into(),
        tuple if row.class_name == "InputLayer" && tuple.starts_with('(') => format!("[{tuple}]"),
        _ => text,
    }
}

/// A string as Python's `repr` writes it.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', r"\\");
    match (text.contains('\''), text.contains('"')) {
        (false, _) => format!("'{text}'"),
        (true, false) => format!("\"{text}\""),
        (true, true) => format!("'{}'", text.replace('\'', r"\'")),
    }
}

struct Table {
    era: Era,
    /// The line length without the column that says what is trained.
    asked: usize,
    line_length: usize,
    /// Where each column ends.
    positions: Vec<usize>,
    lines: Vec<String>,
}

impl Table {
    fn new(summary: &Summary, options: &SummaryOptions, era: Era) -> Table {
        let (length, positions): (usize, &[f64]) = match (summary.connected, era) {
            (false, _) => (65, &[0.45, 0.85, 1.0]),
            (true, Era::Before213) => (98, &[0.33, 0.55, 0.67, 1.0]),
            (true, Era::Since213) => (98, &[0.3, 0.6, 0.70, 1.0]),
        };
        let asked = options.line_length_or(length);
        let place = |position: &f64| (asked as f64 * position) as usize;
        let mut positions: Vec<usize> = positions.iter().map(place).collect();
        let mut line_length = asked;
        if options.show_trainable {
            line_length += 11;
            positions.push(line_length);
        }
        Table { era, asked, line_length, positions, lines: Vec::new() }
    }

    /// Draws the rows of `level` and, framed, those nested in them.
    fn layers(
        &mut self,
        rows: &[&Row],
        level: usize,
        fields: impl Fn(&Row) -> Vec<String> + Copy,
    ) -> Result<(), SummaryError> {
        let mut rows = rows;
        while let [row, rest @ ..] = rows {
            self.row(fields(row), level)?;
            let nested = rest.iter().take_while(|row| row.level > level).count();
            rows = &rest[nested..];
            if nested > 0 {
                self.line('¯', level + 1);
                self.layers(&rest[..nested], level + 1, fields)?;
                self.line('¯', level);
            } else if level == 0 || !rows.is_empty() {
                self.line(' ', level);
            }
        }
        Ok(())
    }

    /// A line of one character, with the frames of the nested models.
    fn line(&mut self, fill: char, level: usize) {
        let frame = "|".repeat(level);
        let inside = fill.to_string().repeat(self.line_length.saturating_sub(2 * level));
        self.lines.push(format!("{frame}{inside}{frame}"));
    }

    /// Draws one row, in as many lines as its longest field needs.
    fn row(&mut self, fields: Vec<String>, level: usize) -> Result<(), SummaryError> {
        let mut left: Vec<Vec<char>> = fields.iter().map(|field| field.chars().collect()).collect();
        let last = left.len() - 1;
        while left.iter().any(|field| !field.is_empty()) {
            let mut line = "|".repeat(level) + " ";
            for (column, field) in left.iter_mut().enumerate() {
                let part: String = field.drain(..self.cutoff(field, column, level)?).collect();
                line += &part;
                if column != last {
                    line += "  ";
                }
                let mut end = self.positions[column];
                if column == last || self.era == Era::Before213 {
                    end = end.saturating_sub(level);
                }
                line += &" ".repeat(end.saturating_sub(line.chars().count()));
            }
            self.lines.push(line + &"|".repeat(level));
        }
        Ok(())
    }

    /// How many characters of a field go into this line: what there is room for, or up to the end of
    /// the first tuple or string in that.
    fn cutoff(&self, field: &[char], column: usize, level: usize) -> Result<usize, SummaryError> {
        let start = if column == 0 { 0 } else { self.positions[column - 1] };
        let mut taken = 0;
        if column + 1 < self.positions.len() {
            taken += 2;
        }
        if self.era == Era::Since213 {
            taken += usize::from(column + 1 < self.positions.len());
            taken += if column == 0 { level } else { 0 };
        }
        let room = (self.positions[column] - start).saturating_sub(taken);
        if room == 0 {
            return Err(SummaryError { line_length: self.asked });
        }
        let room = room.min(field.len());
        let ends = |pair: &[char]| matches!(pair, [')' | '}' | ']' | '\'', ',']);
        Ok(field[..room].windows(2).position(ends).map_or(room, |at| at + 2))
    }
}
