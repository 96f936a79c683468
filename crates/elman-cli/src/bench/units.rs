//! Measured numbers in words.

/// Seconds, with three digits: `12.3 us`.
pub fn duration(seconds: f64) -> String {
    scaled(seconds, &[("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9)])
}

/// Bytes: `1.2 MiB`.
pub fn bytes(bytes: f64) -> String {
    let kib = 1024.0;
    let units = [("GiB", kib * kib * kib), ("MiB", kib * kib), ("KiB", kib), ("B", 1.0)];
    scaled(bytes, &units)
}

/// Something a second: `1.23 M`, `850`.
pub fn rate(per_second: f64) -> String {
    scaled(per_second, &[("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1.0)]).trim_end().to_owned()
}

/// A part of something: `83 %`.
pub fn share(part: f64) -> String {
    match part {
        part if part < 0.0995 => format!("{:.1} %", 100.0 * part),
        part => format!("{:.0} %", 100.0 * part),
    }
}

/// Three digits, in the largest unit of which there is one at least.
fn scaled(value: f64, units: &[(&str, f64)]) -> String {
    if value == 0.0 {
        return "0".into();
    }
    // 999.6 of a unit would be written as 1000.
    let fits = |unit: &&(&str, f64)| value / unit.1 >= 0.9995;
    let last = units.last().copied().unwrap_or(("", 1.0));
    let (name, size) = units.iter().find(fits).copied().unwrap_or(last);
    let number = value / size;
    let decimals = match number {
        n if n < 9.995 => 2,
        n if n < 99.95 => 1,
        _ => 0,
    };
    format!("{number:.decimals$} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_written() {
        let cases = [(2.5, "2.50 s"), (0.0123, "12.3 ms"), (1e-6, "1.00 us"), (3.42e-7, "342 ns")];
        for (seconds, words) in cases.into_iter().chain([(0.99996, "1.00 s"), (0.0, "0")]) {
            assert_eq!(duration(seconds), words);
        }
        assert_eq!(bytes(1536.0), "1.50 KiB");
        assert_eq!(bytes(3.0 * 1024.0 * 1024.0 * 1024.0), "3.00 GiB");
        assert_eq!(rate(123_456.0), "123 k");
        assert_eq!(rate(850.0), "850");
        assert_eq!(share(0.8251), "83 %");
        assert_eq!(share(0.0042), "0.4 %");
    }
}
