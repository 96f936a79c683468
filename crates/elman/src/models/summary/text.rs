//! Numbers, sizes and wrapped text, as the rich library and Python format them.

/// `1234567` as `1,234,567`.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1152` bytes as `1.12 KB`. `byte` is the name of the unit of one.
pub(super) fn memory_size(bytes: usize, byte: &str) -> String {
    const SCALE: f64 = 1024.0;
    let mut size = bytes as f64;
    for unit in [byte, "KB", "MB", "GB", "TB", "PB"] {
        if size / SCALE < 1.0 {
            return format!("{size:.2} {unit}");
        }
        size /= SCALE;
    }
    // One division too many, as in Keras.
    format!("{size:.2} PB")
}

/// What becomes of a word that is longer than a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Overflow {
    /// It goes on in the next line.
    Fold,
    /// It is cut, and ends in `…`.
    Ellipsis,
}

/// Breaks a text at its spaces into lines of at most `width` cells.
pub(super) fn wrap(text: &str, width: usize, overflow: Overflow) -> Vec<String> {
    if width == 0 {
        return Vec::new();
    }
    let mut lines = vec![String::new()];
    let mut used = 0;
    for (index, word) in words(text).into_iter().enumerate() {
        let length = cells(word.trim_end());
        if used + length <= width {
            lines.last_mut().expect("starts with one line").push_str(word);
            used += cells(word);
            continue;
        }
        let pieces = match overflow {
            Overflow::Fold if length > width => chop(word, width),
            _ => vec![word.to_owned()],
        };
        for piece in pieces {
            used = cells(&piece);
            lines.push(piece);
        }
        if index == 0 {
            lines.remove(0);
        }
    }
    for line in &mut lines {
        let trimmed = trim_end_to(line, width);
        *line = match overflow {
            Overflow::Fold => crop(&trimmed, width),
            Overflow::Ellipsis => truncate(&trimmed, width),
        };
    }
    lines
}

/// The words, each with the spaces after it, the first also with those before it.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.trim_start().is_empty() {
        let start = rest.len() - rest.trim_start().len();
        let end = rest[start..].find(char::is_whitespace).map_or(rest.len(), |n| start + n);
        let end = rest.len() - rest[end..].trim_start().len();
        words.push(&rest[..end]);
        rest = &rest[end..];
    }
    words
}

/// Cuts a word into pieces of at most `width` cells.
fn chop(word: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for c in word.chars() {
        if used + cell(c) > width {
            pieces.push(String::new());
            used = 0;
        }
        used += cell(c);
        pieces.last_mut().expect("starts with one piece").push(c);
    }
    pieces
}

/// Drops spaces at the end for as long as there are more than `width` characters. rich counts
/// characters here and cells everywhere else.
fn trim_end_to(line: &str, width: usize) -> String {
    let excess = line.chars().count().saturating_sub(width);
    let spaces = line.chars().rev().take_while(|c| c.is_whitespace()).count();
    line.chars().take(line.chars().count() - excess.min(spaces)).collect()
}

/// Cuts a line to `width` cells, the last of which says so.
pub(super) fn truncate(line: &str, width: usize) -> String {
    if cells(line) <= width { line.to_owned() } else { crop(line, width - 1) + "…" }
}

/// Cuts a line to `width` cells. Half a wide character at the end becomes a space.
pub(super) fn crop(line: &str, width: usize) -> String {
    if cells(line) <= width {
        return line.to_owned();
    }
    let mut text = String::new();
    let mut used = 0;
    for c in line.chars() {
        if used + cell(c) > width {
            break;
        }
        used += cell(c);
        text.push(c);
    }
    text + &" ".repeat(width - used)
}

/// How many cells of a console a text takes.
pub(super) fn cells(text: &str) -> usize {
    text.chars().map(cell).sum()
}

/// How many cells a character takes: 2 in East Asian scripts and for most emoji, none if it only
/// changes the one before. Rarer scripts' combining marks are taken as one.
fn cell(c: char) -> usize {
    match u32::from(c) {
        0..0x20 | 0x7f..0xa0 | 0xad | 0x300..=0x36f | 0x1160..=0x11ff | 0x200b..=0x200f => 0,
        0x20d0..=0x20f0 | 0x302a..=0x302f | 0x3099..=0x309a | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4c6 | 0xa960..=0xa97c | 0xac00..=0xd7a3 => 2,
        0xf900..=0xfaff | 0xfe30..=0xfe6b | 0xff01..=0xff60 | 0xffe0..=0xffe6 => 2,
        0x1f300..=0x1f64f | 0x1f680..=0x1f6fc | 0x1f900..=0x1faf8 | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}
