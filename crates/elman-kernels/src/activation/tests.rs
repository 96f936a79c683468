use super::*;

#[test]
fn names_and_variants_agree() {
    for &activation in Activation::ALL {
        assert_eq!(Activation::from_name(activation.name()), Some(activation));
        assert_eq!(NAMES[activation as usize].0, activation);
    }
    assert_eq!(Activation::from_name("swish"), Some(Silu));
    assert_eq!(Activation::from_name("hard_swish"), Some(HardSilu));
    assert_eq!(Activation::from_name("Tanh"), None);
}

/// `f'` against central differences in f64, on rows that avoid the kinks.
#[test]
fn derivatives_match_finite_differences() {
    let x: Vec<f64> =
        (0..60).map(|i| (f64::from(i) * 37.0 % 61.0 - 30.0) * 0.1437 + 0.01).collect();
    let dy: Vec<f64> = (0..60).map(|i| (f64::from(i) * 17.0 % 23.0 - 11.0) * 0.1).collect();
    let (width, eps) = (6, 1e-6);
    let output = |activation: Activation, x: &[f64]| {
        let mut y = vec![0.0; x.len() / width * activation.output_width(width).unwrap()];
        forward(activation, x, &mut y, width);
        y
    };
    let loss = |activation, x: &[f64]| {
        output(activation, x).iter().zip(&dy).map(|(y, dy)| y * dy).sum::<f64>()
    };
    for &activation in Activation::ALL {
        let y = output(activation, &x);
        let mut dx = vec![0.0; x.len()];
        backward(activation, &x, &y, &dy[..y.len()], &mut dx, width);
        for i in 0..x.len() {
            let (mut up, mut down) = (x.clone(), x.clone());
            up[i] += eps;
            down[i] -= eps;
            let expected = (loss(activation, &up) - loss(activation, &down)) / (2.0 * eps);
            assert!(
                (dx[i] - expected).abs() < 1e-7 * (1.0 + expected.abs()),
                "{}: derivative at {} is {}, finite differences say {expected}",
                activation.name(),
                x[i],
                dx[i]
            );
        }
    }
}

#[test]
fn glu_halves_the_rows() {
    assert_eq!(Glu.output_width(6), Some(3));
    assert_eq!(Glu.output_width(0), Some(0));
    assert_eq!(Glu.output_width(5), None);
    let x: [Float; 8] = [1.0, 2.0, 0.0, 100.0, -3.0, 4.0, -100.0, 0.0];
    let mut y = [9.0; 4];
    Glu.forward(&x, &mut y, 4);
    assert!((y[2]).abs() < 1e-30 && y[..2] == [0.5, 2.0] && y[3] == 2.0, "{y:?}");
    Glu.forward(&[], &mut [], 0);
}
