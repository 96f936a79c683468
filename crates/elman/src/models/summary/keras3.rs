//! The table of Keras 3.15, drawn by rich 15.

use super::text::{Overflow, cells, crop, memory_size, thousands, truncate, wrap};
use super::{Params, Row, Summary, SummaryError, SummaryOptions};

#[derive(Clone, Copy)]
enum Justify {
    Left,
    Right,
    Center,
}

struct Column {
    header: &'static str,
    justify: Justify,
    /// The cells between the lines of the table, with one of padding on each side.
    width: usize,
}

pub(super) fn draw(summary: &Summary, options: &SummaryOptions) -> Result<String, SummaryError> {
    let console = options.console_width_or_default();
    let widest = if summary.connected { 108 } else { 88 };
    let widest = if options.show_trainable { widest + 12 } else { widest };
    let line_length = options.line_length_or(widest.min(console.saturating_sub(4)));
    let columns = columns(summary.connected, options.show_trainable, line_length)?;

    let mut table = vec![rule(&columns, ["┏", "━", "┳", "┓"])];
    let header = columns.iter().map(|column| column.header.to_owned()).collect();
    table_row(&mut table, &columns, header, "┃", true);
    table.push(rule(&columns, ["┡", "━", "╇", "┩"]));
    for (index, row) in summary.listed().into_iter().enumerate() {
        if index > 0 {
            table.push(rule(&columns, ["├", "─", "┼", "┤"]));
        }
        let fields = fields(row, summary.connected, options.show_trainable);
        table_row(&mut table, &columns, fields, "│", false);
    }
    table.push(rule(&columns, ["└", "─", "┴", "┘"]));

    let total = summary.trainable_params
        + summary.non_trainable_params
        + summary.optimizer_params.unwrap_or_default();
    // What is longer than the console goes on in the next line, but a table loses its right end.
    let text = |text: String| wrap(&text, console, Overflow::Fold);
    let mut lines = text(format!("Model: \"{}\"", summary.model_name));
    lines.extend(table.iter().map(|line| crop(line, console)));
    lines.extend(text(count("Total", total)));
    lines.extend(text(count("Trainable", summary.trainable_params)));
    lines.extend(text(count("Non-trainable", summary.non_trainable_params)));
    lines.extend(summary.optimizer_params.into_iter().flat_map(|p| text(count("Optimizer", p))));
    Ok(lines.join("\n") + "\n")
}

fn count(what: &str, params: Params) -> String {
    format!(" {what} params: {} ({})", thousands(params.count), memory_size(params.bytes, "B"))
}

/// The columns, in the widths that rich gives them.
fn columns(
    connected: bool,
    show_trainable: bool,
    line_length: usize,
) -> Result<Vec<Column>, SummaryError> {
    use Justify::{Center, Left, Right};
    let mut columns = match connected {
        false => vec![
            ("Layer (type)", Left, 0.45),
            ("Output Shape", Left, 0.80),
            ("Param #", Right, 1.0),
        ],
        true => vec![
            ("Layer (type)", Left, 0.3),
            ("Output Shape", Left, 0.56),
            ("Param #", Right, 0.74),
            ("Connected to", Left, 1.0),
        ],
    };
    if show_trainable {
        for (_, _, position) in &mut columns {
            *position *= 0.90;
        }
        columns.push(("Trainable", Center, 1.0));
    }

    // Keras's widths are those of the texts, but add up to the whole line; rich takes what is left
    // for lines and padding from all columns alike, as evenly as whole numbers let it.
    let mut excess = 3 * columns.len() + 1;
    let mut left = columns.len();
    let mut start = 0;
    let mut sized = Vec::new();
    for (header, justify, position) in columns {
        let end = (position * line_length as f64) as usize;
        if end - start < 4 {
            return Err(SummaryError { line_length });
        }
        let share = (excess as f64 / left as f64).round_ties_even() as usize;
        sized.push(Column { header, justify, width: end - start + 2 - share });
        excess -= share;
        left -= 1;
        start = end;
    }
    Ok(sized)
}

fn fields(row: &Row, connected: bool, show_trainable: bool) -> Vec<String> {
    let prefix = match row.level {
        0 => String::new(),
        level => "   ".repeat(level) + "└ ",
    };
    let mut fields = vec![
        prefix + &row.title(),
        row.output_shape.clone(),
        row.params.map_or("0 (unbuilt)".into(), thousands),
    ];
    if connected {
        fields.push(match &row.connected_to[..] {
            [] => "-".into(),
            sources => sources.join(", "),
        });
    }
    if show_trainable {
        let trainable = row.trainable.filter(|_| row.params.unwrap_or(0) > 0);
        fields.push(trainable.map_or("-", |yes| if yes { "Y" } else { "N" }).into());
    }
    fields
}

fn rule(columns: &[Column], [left, line, cross, right]: [&str; 4]) -> String {
    let lines: Vec<String> = columns.iter().map(|column| line.repeat(column.width)).collect();
    format!("{left}{}{right}", lines.join(cross))
}

/// Adds one row of the table: as many lines as its fullest cell has. The texts of a header stand at
/// the bottom, all others at the top.
fn table_row(
    lines: &mut Vec<String>,
    columns: &[Column],
    fields: Vec<String>,
    border: &str,
    bottom: bool,
) {
    let cell = |(column, field): (&Column, String)| {
        let width = column.width - 2;
        wrap(&field, width, Overflow::Ellipsis)
            .iter()
            .map(|line| justified(line, column.justify, width))
            .collect()
    };
    let texts: Vec<Vec<String>> = columns.iter().zip(fields).map(cell).collect();
    let height = texts.iter().map(Vec::len).max().unwrap_or(0);
    for line in 0..height {
        let mut drawn = border.to_owned();
        for (column, text) in columns.iter().zip(&texts) {
            let above = if bottom { height - text.len() } else { 0 };
            let part = line.checked_sub(above).and_then(|line| text.get(line));
            let blank = " ".repeat(column.width - 2);
            drawn += &format!(" {} {border}", part.unwrap_or(&blank));
        }
        lines.push(drawn);
    }
}

fn justified(line: &str, justify: Justify, width: usize) -> String {
    let line = match justify {
        Justify::Left => line,
        Justify::Right | Justify::Center => line.trim_end(),
    };
    let line = truncate(line, width);
    let space = width - cells(&line);
    let before = match justify {
        Justify::Left => 0,
        Justify::Right => space,
        Justify::Center => space / 2,
    };
    format!("{}{line}{}", " ".repeat(before), " ".repeat(space - before))
}
