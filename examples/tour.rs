//! The tour of `notebook.ipynb`, in Rust. `notebook_rust.ipynb`, for the evcxr kernel, is made of
//! this file by `make_notebook.py`: text and cells stand between the lines that begin with `// %%`.

#![forbid(unsafe_code)]

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // %% [markdown]
    // # Recurrent networks with elman
    //
    // A tour in Rust: one recurrent layer and its table, the same layer written out as a loop, deep
    // and bidirectional networks, and a network that learns to read handwritten digits. It needs
    // Jupyter with the [evcxr](https://github.com/evcxr/evcxr) kernel; `cargo run --release
    // --example tour` runs the same without either.
    //
    // ## One layer
    //
    // A `SimpleRnn` reads a sequence step by step. At each step it mixes what it sees with what it
    // remembers, and what it gives back is its memory after the last step. Here the sequences have
    // 2 steps of 10 numbers each, and the memory is 3 numbers.
    // %%
    use elman::prelude::*;

    let mut model = Sequential::new();
    model.add(SimpleRnn::new(3).input_shape([2, 10]))?;
    println!("{}", model.summary());
    // %% [markdown]
    // Why 42? Each of the 3 units has a weight for each of 10 inputs and each of 3 units of memory,
    // and a bias: `3 * (10 + 3 + 1)`.
    //
    // The shape can be given in parts, too; and with `batch_input_shape` the number of sequences is
    // fixed as well.
    // %%
    let mut parts = Sequential::new();
    parts.add(SimpleRnn::new(3).input_length(2).input_dim(10))?;
    let mut fixed = Sequential::new();
    fixed.add(SimpleRnn::new(3).batch_input_shape([8, 2, 10]))?;
    println!("{}", fixed.summary());
    // %% [markdown]
    // ## The same as a loop
    //
    // There is no more to it than this: `h = tanh(W x + U h + b)`, once for each step. With
    // `return_sequences` the layer gives its memory after every step, not after the last one alone.
    // The loop takes the layer's own weights, so that both must give the same numbers, but for the
    // last digits of single precision.
    // %%
    use ndarray::{Array1, Array2, Array3, Axis, Ix1, Ix2};

    let (timesteps, features, units) = (10_usize, 4_usize, 8_usize);
    let mut layer = Sequential::new();
    layer.add(SimpleRnn::new(units).return_sequences(true).input_shape([timesteps, features]))?;
    let weights: Vec<ndarray::ArrayD<f32>> =
        layer.weights().into_iter().map(Tensor::into_array).collect();
    let w: Array2<f32> = weights[0].clone().into_dimensionality::<Ix2>()?;
    let u: Array2<f32> = weights[1].clone().into_dimensionality::<Ix2>()?;
    let b: Array1<f32> = weights[2].clone().into_dimensionality::<Ix1>()?;

    let inputs: Array3<f32> = Array3::from_shape_fn((1, timesteps, features), |(_, t, i)| {
        ((3 * t + 5 * i) % 7) as f32 / 7.0
    });
    let mut memory = Array1::<f32>::zeros(units);
    let mut memories: Vec<f32> = Vec::new();
    for x in inputs.index_axis(Axis(0), 0).outer_iter() {
        memory = (x.dot(&w) + memory.dot(&u) + &b).mapv(f32::tanh);
        memories.extend(memory.to_vec());
    }
    let by_layer = layer.predict(&inputs)?;
    let largest: f32 =
        by_layer.iter().zip(&memories).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    println!("largest difference: {largest:.1e}");
    assert!(largest < 1e-6);
    // %% [markdown]
    // ## Deep networks, and both directions
    //
    // A second layer reads the memories of the first as its sequence. `Bidirectional` runs a layer
    // from both ends of the sequence and puts the two memories side by side, so that every step
    // knows what came before it and what comes after.
    // %%
    let mut deep = Sequential::new();
    deep.add(SimpleRnn::new(units).return_sequences(true).input_shape([10, 5]))?;
    deep.add(SimpleRnn::new(units).return_sequences(true))?;
    println!("{}", deep.summary());

    let mut both = Sequential::new();
    fn one() -> Bidirectional {
        Bidirectional::new(SimpleRnn::new(8).return_sequences(true))
    }
    both.add(one().input_shape([10, 5]))?;
    for _ in 0..3 {
        both.add(one())?;
    }
    println!("{}", both.summary());
    // %% [markdown]
    // ## Learning to read digits
    //
    // 1,797 digits, written by hand and scanned to 8 by 8 pixels. To a recurrent network an image is
    // a sequence of its 8 rows, read from the top. A fifth of the digits is put aside, to see
    // afterwards how the network does on what it never saw.
    // %%
    let text: String = {
        let mut places = ["data/digits.csv", "../data/digits.csv"].into_iter();
        let file = places.find(|place| std::path::Path::new(place).exists());
        std::fs::read_to_string(file.ok_or("no data/digits.csv here")?)?
    };
    let mut numbers: Vec<Vec<f32>> = Vec::new();
    for line in text.lines().skip(1) {
        numbers.push(line.split(',').map(str::parse).collect::<Result<_, _>>()?);
    }
    let pixels: Vec<f32> =
        numbers.iter().flat_map(|row| row[..64].iter().map(|pixel| pixel / 16.0)).collect();
    let images: Array3<f32> = Array3::from_shape_vec((numbers.len(), 8, 8), pixels)?;
    let labels: Array1<f32> = numbers.iter().map(|row| row[64]).collect();
    let order: Vec<usize> = elman::random::Stream::new(0, "order").permutation(labels.len());
    let ((test_images, test_labels), (train_images, train_labels)) = {
        let part = |from: usize, to: usize| {
            (images.select(Axis(0), &order[from..to]), labels.select(Axis(0), &order[from..to]))
        };
        (part(0, 360), part(360, labels.len()))
    };
    println!("{:?} images to learn from", train_images.dim());
    // %%
    let mut reader = Sequential::new().seed(1);
    reader.add(Lstm::new(48).name("memory").input_shape([8, 8]))?;
    reader.add(Dense::new(10).activation(Activation::Softmax))?;
    reader.compile(Adam::new(0.01), "sparse_categorical_crossentropy", &["accuracy"])?;
    let history = reader.fit(
        &train_images,
        &train_labels,
        Fit::new().epochs(15).batch_size(64).verbose(Verbose::Silent),
    )?;
    let logs = reader.evaluate(&test_images, &test_labels)?;
    println!("of {} digits that it never saw: {logs:?}", test_labels.len());
    // %% [markdown]
    // ## What it remembers
    //
    // The learning curve, and the memory of the layer while it reads one digit: rows of the image to
    // the right, units downwards; red is above zero, blue below. In the notebook they are shown,
    // elsewhere their sizes are.
    // %%
    fn show(svg: &str) {
        match std::env::var_os("EVCXR_IS_RUNTIME") {
            Some(_) => println!("EVCXR_BEGIN_CONTENT image/svg+xml\n{svg}\nEVCXR_END_CONTENT"),
            None => println!("a picture of {} bytes", svg.len()),
        }
    }
    show(&elman::plot::history(&history)?);
    let first: Array3<f32> = test_images.select(Axis(0), &[0]);
    let states = reader.hidden_states("memory", vec![Tensor::from(&first)])?;
    show(&elman::plot::states(
        "memory",
        states.index_axis(Axis(0), 0).into_dimensionality::<Ix2>()?,
    )?);
    // %% [markdown]
    // ## Files, and step by step
    //
    // The file is Keras's: `keras.models.load_model` opens it as well. And what Keras has not: a
    // session that takes rows as they come.
    // %%
    let path = std::env::temp_dir().join(format!("elman-tour-{}.keras", std::process::id()));
    reader.save(&path)?;
    let again = load_model(&path)?;
    std::fs::remove_file(&path)?;
    let mut stream = again.stream()?;
    let mut guesses: Vec<f32> = Vec::new();
    for row in first.index_axis(Axis(0), 0).outer_iter() {
        guesses = stream.step(&row.to_vec())?.to_vec();
        let best = (0..10).max_by(|a, b| guesses[*a].total_cmp(&guesses[*b])).unwrap_or(0);
        println!("{best} {:.0} %", 100.0 * guesses[best]);
    }
    assert_eq!(guesses, reader.predict(&first)?.into_raw_vec_and_offset().0);
    // %%
    Ok(())
}
