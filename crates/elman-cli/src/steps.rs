//! Steps of a stream as lines of text.

use std::fmt::Write;

use elman::streaming::Stream;
use serde_json::Value;

/// How a step was written, and is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `0.1,0.2`
    Csv,
    /// `[0.1, 0.2]`
    Array,
    /// `{"x": [0.1, 0.2]}`
    Object,
}

/// What a line says.
#[derive(Debug, PartialEq)]
pub enum Line {
    /// The numbers of a step, those of all inputs in turn.
    Step {
        /// How they are written.
        form: Form,
        /// The numbers.
        numbers: Vec<f32>,
    },
    /// Begin a new sequence.
    Reset,
    /// CSV without any number.
    Header,
}

/// Reads a line; the error says what is wrong with it.
pub fn read(line: &str) -> Result<Line, String> {
    let line = line.trim();
    match line.chars().next() {
        None => Ok(Line::Reset),
        Some('[' | '{') => json(line),
        Some(_) => csv(line),
    }
}

fn csv(line: &str) -> Result<Line, String> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let numbers: Vec<Option<f32>> = fields.iter().map(|field| field.parse().ok()).collect();
    if numbers.iter().all(Option::is_none) {
        return Ok(Line::Header);
    }
    let wrong = numbers.iter().zip(&fields).find(|(number, _)| number.is_none());
    match wrong {
        Some((_, field)) => Err(format!("`{field}` is not a number")),
        None => {
            Ok(Line::Step { form: Form::Csv, numbers: numbers.into_iter().flatten().collect() })
        }
    }
}

fn json(line: &str) -> Result<Line, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let Value::Object(object) = &value else { return numbers(Form::Array, &value) };
    if let Some(key) = object.keys().find(|key| !["x", "reset"].contains(&&***key)) {
        return Err(format!("the key `{key}` is unknown; known are: x, reset"));
    }
    match (object.get("x"), object.get("reset")) {
        (Some(x), None | Some(Value::Bool(false))) => numbers(Form::Object, x),
        (None, Some(Value::Bool(true))) => Ok(Line::Reset),
        (Some(_), Some(Value::Bool(true))) => {
            Err("a step and a reset are lines of their own".into())
        }
        (None, Some(Value::Bool(false))) => {
            Err("an object needs `x`, the numbers of a step".into())
        }
        (_, Some(other)) => Err(format!("`reset` must be true or false, got {other}")),
        (None, None) => Err("an object needs `x`, the numbers of a step, or `reset`".into()),
    }
}

fn numbers(form: Form, value: &Value) -> Result<Line, String> {
    let mut numbers = Vec::new();
    collect(value, &mut numbers)?;
    Ok(Line::Step { form, numbers })
}

/// The numbers in lists within lists, in order. The parser bounds how deep they go.
fn collect(value: &Value, numbers: &mut Vec<f32>) -> Result<(), String> {
    match value {
        Value::Array(list) => list.iter().try_for_each(|value| collect(value, numbers)),
        Value::Number(number) => {
            numbers.push(number.as_f64().unwrap_or(f64::NAN) as f32);
            Ok(())
        }
        other => Err(format!("{other} is not a number")),
    }
}

/// Writes the outputs of a stream's last step as a line.
pub fn write(form: Form, stream: &Stream, line: &mut String) {
    let outputs = stream.output_sizes().len();
    let [before, behind] = match form {
        Form::Csv => ["", ""],
        Form::Array => ["[", "]"],
        Form::Object => ["{\"y\": [", "]}"],
    };
    line.push_str(before);
    for i in 0..outputs {
        let nested = outputs > 1 && form != Form::Csv;
        line.push_str(match (i, form) {
            (0, _) => "",
            (_, Form::Csv) => ",",
            _ => ", ",
        });
        line.push_str(if nested { "[" } else { "" });
        for (k, number) in stream.output(i).iter().enumerate() {
            line.push_str(match (k, form) {
                (0, _) => "",
                (_, Form::Csv) => ",",
                _ => ", ",
            });
            let _infallible = match number.is_finite() || form == Form::Csv {
                true => write!(line, "{number}"),
                // JSON has no word for it.
                false => write!(line, "null"),
            };
        }
        line.push_str(if nested { "]" } else { "" });
    }
    line.push_str(behind);
    line.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(form: Form, numbers: &[f32]) -> Result<Line, String> {
        Ok(Line::Step { form, numbers: numbers.to_vec() })
    }

    #[test]
    fn lines_are_csv_or_json() {
        assert_eq!(read("1, -2.5e1,nan").map(|line| format!("{line:?}")), {
            Ok("Step { form: Csv, numbers: [1.0, -25.0, NaN] }".into())
        });
        assert_eq!(read(" [1, [2, 3.5]] \r\n"), step(Form::Array, &[1.0, 2.0, 3.5]));
        assert_eq!(read("{\"x\": [1], \"reset\": false}"), step(Form::Object, &[1.0]));
        assert_eq!(read("{\"x\": 2}"), step(Form::Object, &[2.0]));
        assert_eq!(read("  \n"), Ok(Line::Reset));
        assert_eq!(read("{\"reset\": true}"), Ok(Line::Reset));
        assert_eq!(read("a,b"), Ok(Line::Header));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, words) in [
            ("1,two", "`two` is not a number"),
            ("1,,2", "`` is not a number"),
            ("[1, \"a\"]", "\"a\" is not a number"),
            ("[1, null]", "null is not a number"),
            ("[1", "EOF"),
            ("{}", "an object needs `x`"),
            ("{\"X\": [1]}", "`X` is unknown"),
            ("{\"reset\": 1}", "must be true or false"),
            ("{\"reset\": false}", "an object needs `x`"),
            ("{\"reset\": true, \"x\": [1]}", "lines of their own"),
        ] {
            let problem = read(line).unwrap_err();
            assert!(problem.contains(words), "{line}: {problem}");
        }
    }
}
