//! Numbers in buckets, as TensorBoard counts them.

/// How many buckets there are.
const BUCKETS: usize = 30;

/// The left edge, the right edge and the count of each bucket. The buckets of equal numbers have no
/// width, and all are in the last; those of no numbers are all zeros. A number that is not finite is
/// left out, since no width could be told from it.
pub fn buckets(numbers: &[f64]) -> Vec<[f64; 3]> {
    let numbers: Vec<f64> = numbers.iter().copied().filter(|number| number.is_finite()).collect();
    if numbers.is_empty() {
        return vec![[0.0; 3]; BUCKETS];
    }
    let min = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let max = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let width = (max - min) / BUCKETS as f64;
    let last = BUCKETS - 1;
    let mut buckets: Vec<[f64; 3]> =
        (0..BUCKETS).map(|i| [min + i as f64 * width, min + (i + 1) as f64 * width, 0.0]).collect();
    buckets[last][1] = max;
    for number in numbers {
        let bucket = if width > 0.0 { (((number - min) / width) as usize).min(last) } else { last };
        buckets[bucket][2] += 1.0;
    }
    buckets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_in_one_bucket() {
        let numbers: Vec<f64> = (0..=60).map(f64::from).collect();
        let counted = buckets(&numbers);
        assert_eq!(counted[0], [0.0, 2.0, 2.0]);
        assert_eq!(counted[29], [58.0, 60.0, 3.0]); // 58, 59 and the largest
        assert_eq!(counted.iter().map(|bucket| bucket[2]).sum::<f64>(), 61.0);
        let equal = buckets(&[1.5; 4]);
        assert_eq!((equal[0], equal[29]), ([1.5, 1.5, 0.0], [1.5, 1.5, 4.0]));
        assert_eq!(buckets(&[]), [[0.0; 3]; 30]);
        let odd = buckets(&[f64::NAN, 0.0, f64::INFINITY, 30.0]);
        assert_eq!((odd[0][2], odd[29]), (1.0, [29.0, 30.0, 1.0]));
    }
}
