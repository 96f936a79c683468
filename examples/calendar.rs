//! Dates, and the many ways in which people write them.

use elman::random::Stream;

/// The first and the last year; two digits of a year name one of them.
const YEARS: std::ops::RangeInclusive<usize> = 1950..=2049;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const ROMAN: [&str; 12] =
    ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];
const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const ORDINALS: [&str; 20] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];
const NUMBERS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] =
    ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// A day of a century.
#[derive(Clone, Copy)]
pub struct Date {
    year: usize,
    /// From 1.
    month: usize,
    /// From 1.
    day: usize,
    /// From 0, a Sunday.
    weekday: usize,
}

/// Every day of the years, in order.
pub fn all() -> Vec<Date> {
    let mut days = Vec::new();
    for year in YEARS {
        // In this century, every fourth year is a leap year.
        let february = if year % 4 == 0 { 29 } else { 28 };
        for (month, length) in
            [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate()
        {
            for day in 1..=length {
                // 1950 began with a Sunday.
                let weekday = days.len() % 7;
                days.push(Date { year, month: month + 1, day, weekday });
            }
        }
    }
    days
}

impl Date {
    /// As ISO 8601 has it: `1987-03-03`.
    pub fn iso(&self) -> String {
        format!("{}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// In one of many ways.
    pub fn written(&self, random: &mut Stream) -> String {
        let Date { year, month, day, weekday } = *self;
        let (name, short_year) = (MONTHS[month - 1], year % 100);
        let (weekday, th) = (WEEKDAYS[weekday], ending(day));
        match random.below(14) {
            0 => format!("the {day}{th} of {name}, {year}"),
            1 => format!("{weekday}, {day} {name} {year}"),
            2 => format!("{day:02}.{month:02}.{short_year:02}"),
            3 => format!("{day}.{month}.{year}"),
            4 => format!("{name} {day}, {year}"),
            5 => format!("{} {day} {year}", &name[..3]),
            6 => format!("{year}/{month:02}/{day:02}"),
            7 => format!("{day}-{}-{year}", ROMAN[month - 1]),
            8 => format!("{day} {} '{short_year:02}", &name[..3].to_uppercase()),
            9 => format!("{}, the {day}{th} of {name} '{short_year:02}", &weekday[..3]),
            10 => format!("{name} the {}, {year}", ordinal(day)),
            11 => format!("the {} of {name} {year}", ordinal(day)),
            12 => format!("{year}, {name} {day}{th}"),
            _ => format!("{} {name} {}", ordinal(day), year_in_words(year)),
        }
    }
}

/// The letters behind the number of a day: `1st`, `2nd`, `3rd`, `4th`.
fn ending(day: usize) -> &'static str {
    match day {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    }
}

/// The number of a day in words: `twenty-first`.
fn ordinal(day: usize) -> String {
    match day {
        1..=20 => ORDINALS[day - 1].into(),
        30 => "thirtieth".into(),
        _ => format!("{}-{}", TENS[day / 10 - 2], ORDINALS[day % 10 - 1]),
    }
}

/// A year as it is read: `nineteen eighty-seven`, `two thousand and one`, `twenty fifteen`.
fn year_in_words(year: usize) -> String {
    let number = |n: usize| match (n / 10, n % 10) {
        (0 | 1, _) => NUMBERS[n].to_owned(),
        (tens, 0) => TENS[tens - 2].to_owned(),
        (tens, ones) => format!("{}-{}", TENS[tens - 2], NUMBERS[ones]),
    };
    match year {
        2000 => "two thousand".into(),
        2001..=2009 => format!("two thousand and {}", number(year - 2000)),
        _ => format!("{} {}", number(year / 100), number(year % 100)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let days = all();
        assert_eq!(days.len(), 36_525);
        let known = |iso: &str, weekday: &str| {
            let day = days.iter().find(|day| day.iso() == iso).unwrap();
            assert_eq!(WEEKDAYS[day.weekday], weekday, "{iso}");
        };
        known("1969-07-20", "Sunday");
        known("2000-02-29", "Tuesday");
        known("2015-07-14", "Tuesday");
    }

    #[test]
    fn words_are_those_of_the_language() {
        let ordinals = [1, 12, 20, 21, 30, 31].map(ordinal);
        let words = ["first", "twelfth", "twentieth", "twenty-first", "thirtieth", "thirty-first"];
        assert_eq!(ordinals, words);
        let years = [1950, 1987, 2000, 2009, 2015, 2049].map(year_in_words);
        let words = [
            "nineteen fifty",
            "nineteen eighty-seven",
            "two thousand",
            "two thousand and nine",
            "twenty fifteen",
            "twenty forty-nine",
        ];
        assert_eq!(years, words);
    }
}
