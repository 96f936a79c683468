//! How wide text is, without a font at hand, and how it stands in XML.

/// The size of the names of layers, and of what is said below them.
pub(super) const TITLE: f64 = 14.0;
pub(super) const BODY: f64 = 12.0;

/// Text may turn out so much wider in a reader's font than in Helvetica.
const SLACK: f64 = 1.08;

/// The width of a line in a font of that size.
pub(super) fn width(line: &str, size: f64) -> f64 {
    SLACK * size * line.chars().map(letter).sum::<f64>()
}

/// The widths of Helvetica Bold, roughly, in parts of the font's size.
fn letter(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '\'' | '|' | ' ' | '.' | ',' | ':' | ';' | '!' | '/' => 0.29,
        'f' | 't' | '(' | ')' | '[' | ']' | '-' => 0.34,
        'r' | '"' | '{' | '}' => 0.40,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.92,
        'A'..='Z' | '&' | '~' | '+' | '<' | '>' | '=' => 0.74,
        '\u{0}'..='\u{7f}' => 0.58,
        // Letters of other alphabets are about as wide as capitals, ideographs as wide as high.
        '\u{80}'..='\u{10ff}' => 0.76,
        _ => 1.05,
    }
}

/// Text for XML. What XML can't say at all is replaced.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
