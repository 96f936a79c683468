//! Numbers as text, for both languages.

use super::plan::Constant;

/// How long a line gets.
const WIDTH: usize = 96;

/// The elements of an array, in lines; each number with the digits that name it alone, and behind it
/// the mark of its type.
pub(super) fn elements(constant: &Constant, float_mark: &str) -> String {
    match constant {
        Constant::Numbers(v) => lines(v.iter().map(|v| format!("{v:?}{float_mark}"))),
        Constant::Doubles(v) => lines(v.iter().map(|v| format!("{v:?}"))),
        Constant::Places(v) => lines(v.iter().map(usize::to_string)),
    }
}

fn lines(numbers: impl Iterator<Item = String>) -> String {
    let (mut text, mut length) = (String::from("   "), 3);
    for number in numbers {
        if length + number.len() + 2 > WIDTH {
            text.push_str("\n   ");
            length = 3;
        }
        length += number.len() + 2;
        text.push(' ');
        text.push_str(&number);
        text.push(',');
    }
    text
}
