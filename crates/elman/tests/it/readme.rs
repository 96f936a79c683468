//! What the README says that its example prints.

use elman::prelude::*;

#[test]
fn the_example_prints_what_the_readme_shows() {
    let readme = std::fs::read_to_string("../../README.md").unwrap();
    let shown = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    // The first model of a program is `sequential`; here, others may have been first.
    let mut model = Sequential::with_name("sequential").seed(1);
    model.add(SimpleRnn::new(3).input_shape([2, 10]).name("simple_rnn")).unwrap();
    let x = ndarray::Array3::<f32>::ones((8, 2, 10));
    let output = model.predict(&x).unwrap();
    assert_eq!(format!("{}{:?}\n", model.summary(), output.shape()), shown);
}
