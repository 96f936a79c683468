//! Pictures are held to what makes them right: nothing is lost, twice, or drawn over another.

use super::geometry::{Line, Part, Rectangle};
use super::layout::Picture;
use super::{Rankdir, Show, diagram, layout, plot_model};
use crate::models::Shared;
use crate::prelude::*;
use crate::{Error, Result};

fn everything() -> Show {
    Show {
        shapes: true,
        dtype: true,
        layer_names: true,
        layer_activations: true,
        trainable: true,
        nested: true,
    }
}

fn pictures(model: &Model) -> Vec<Picture> {
    let mut pictures = Vec::new();
    for show in [Show::default(), Show { nested: true, ..Show::default() }, everything()] {
        for rankdir in [Rankdir::TopToBottom, Rankdir::LeftToRight] {
            let diagram = diagram::of_model(model, &show).unwrap();
            pictures.push(layout::arrange(diagram, rankdir).unwrap());
        }
    }
    pictures
}

/// No two boxes overlap, none leaves the picture or its group, and no line runs through a box.
fn check(model: &Model) {
    for picture in pictures(model) {
        let whole = Rectangle { x: 0.0, y: 0.0, width: picture.width, height: picture.height };
        let cards: Vec<Rectangle> = picture.cards.iter().map(|(at, _)| *at).collect();
        for (i, card) in cards.iter().enumerate() {
            assert!(holds(&whole, card), "{card:?} leaves the picture");
            for other in &cards[..i] {
                assert!(!overlaps(card, other), "{card:?} and {other:?} overlap");
            }
            for (group, _) in &picture.groups {
                assert!(holds(group, card) || !overlaps(group, card), "{card:?} cuts {group:?}");
            }
        }
        for line in &picture.lines {
            for (x, y) in points(line) {
                assert!(x >= 0.0 && y >= 0.0 && x <= whole.width && y <= whole.height);
                let inside = cards.iter().find(|c| {
                    let (right, bottom) = (c.x + c.width, c.y + c.height);
                    x > c.x + 0.1 && x < right - 0.1 && y > c.y + 0.1 && y < bottom - 0.1
                });
                assert!(inside.is_none(), "a line runs through {inside:?}");
            }
        }
    }
}

fn holds(outer: &Rectangle, inner: &Rectangle) -> bool {
    outer.x <= inner.x
        && outer.y <= inner.y
        && outer.x + outer.width >= inner.x + inner.width
        && outer.y + outer.height >= inner.y + inner.height
}

fn overlaps(a: &Rectangle, b: &Rectangle) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/// Places along a line.
fn points(line: &Line) -> Vec<(f64, f64)> {
    let mut points = vec![line.start];
    let mut at = line.start;
    for part in &line.parts {
        let (a, b, end) = match *part {
            Part::Straight(end) => (at, end, end),
            Part::Curve(a, b, end) => (a, b, end),
        };
        points.extend((1..=40).map(|i| {
            let t = f64::from(i) / 40.0;
            let s = 1.0 - t;
            let mix = |p: f64, a: f64, b: f64, end: f64| {
                s * s * s * p + 3.0 * s * s * t * a + 3.0 * s * t * t * b + t * t * t * end
            };
            (mix(at.0, a.0, b.0, end.0), mix(at.1, a.1, b.1, end.1))
        }));
        at = end;
    }
    points
}

fn chain() -> Result<Model> {
    let mut model = Sequential::with_name("chain");
    model.add(Embedding::new(20, 8).input_shape([6]).name("words"))?;
    model.add(Bidirectional::new(Lstm::new(4).return_sequences(true)).name("both"))?;
    model.add(Gru::new(5).name("gru"))?;
    model.add(Dense::new(3).activation(Activation::Softmax).name("classes"))?;
    Ok(model.into())
}

fn encoder_decoder() -> Result<Model> {
    let source = Input::new([7, 4]).name("source").symbolic();
    let target = Input::new([5, 2]).name("target").symbolic();
    let encoded = Lstm::new(8).return_state(true).name("encoder").apply_all(&source)?;
    let decoder = Lstm::new(8).return_sequences(true).name("decoder");
    let decoded = decoder.apply([&target, &encoded[1], &encoded[2]])?;
    let y = Dense::new(2).activation(Activation::Softmax).name("letters").apply(&decoded)?;
    Functional::new([&source, &target], &y).build()
}

fn residual() -> Result<Model> {
    let x = Input::new([7, 4]).name("x").symbolic();
    let mut h = x.clone();
    for i in 0..3 {
        let a = Gru::new(4).return_sequences(true).name(&format!("gru_{i}")).apply(&h)?;
        let b = Dense::new(4).name(&format!("dense_{i}")).apply(&a)?;
        h = Add::new().name(&format!("add_{i}")).apply([&h, &b])?;
    }
    let all = Concatenate::new().name("all").apply([&x, &h])?;
    Functional::new(&x, [&all, &h]).build()
}

fn nested() -> Result<Model> {
    let (a, b) = (Input::new([4]).name("a").symbolic(), Input::new([4]).name("b").symbolic());
    let sum = Add::new().name("sum").apply([&Dense::new(4).name("left").apply(&a)?, &b])?;
    let difference = Subtract::new().name("difference").apply([&b, &a])?;
    let inner = Functional::new([&a, &b], [&sum, &difference]).name("inner").build()?;
    let mut tail = Sequential::with_name("tail");
    tail.add(Dense::new(4).input_shape([4]).name("first"))?.add(Dense::new(4).name("second"))?;
    let shared = Shared::new(Model::from(tail));
    let (x, y) = (Input::new([4]).name("in_x").symbolic(), Input::new([4]).name("in_y").symbolic());
    let both = Shared::new(inner).apply_all([&x, &y])?;
    let ends = [shared.apply(&both[0])?, shared.apply(&both[1])?];
    let end = Multiply::new().name("product").apply([&ends[0], &ends[1], &x])?;
    Functional::new([&x, &y], &end).build()
}

/// A layer called on its own output, and one that comes back to a layer above it.
fn cyclic() -> Result<Model> {
    let x = Input::new([4]).name("x").symbolic();
    let again = Dense::new(4).name("again").shared();
    let between = Dense::new(4).name("between");
    let h = again.apply(&again.apply(&x)?)?;
    let y = again.apply(&between.apply(&h)?)?;
    Functional::new(&x, &y).build()
}

#[test]
fn nothing_is_drawn_over_another() {
    for model in [chain(), encoder_decoder(), residual(), nested(), cyclic()] {
        check(&model.unwrap());
    }
}

/// Any graph: each layer reads one or two of those before, near or far.
#[test]
fn nothing_is_drawn_over_another_in_random_graphs() {
    for seed in 0..12 {
        let mut state = seed * 7919 + 1;
        let mut random = |below: usize| {
            state = (state * 1_103_515_245 + 12_345) % 2_147_483_648u64;
            (state >> 8) as usize % below
        };
        let mut values = vec![Input::new([3]).symbolic(), Input::new([3]).symbolic()];
        for _ in 0..25 {
            let pick = [random(values.len()), random(values.len())];
            let near = values.len() - 1 - random(values.len().min(3));
            values.push(match random(3) {
                0 => Dense::new(3).apply(&values[near]).unwrap(),
                _ => Add::new().apply([&values[pick[0]], &values[pick[1]], &values[near]]).unwrap(),
            });
        }
        let outputs = [&values[values.len() - 1], &values[values.len() - 3]];
        check(&Functional::new([&values[0], &values[1]], outputs).build().unwrap());
    }
}

#[test]
fn every_layer_and_every_edge_is_there_once() {
    let cases = [
        (chain(), 4, 3),
        (encoder_decoder(), 5, 4),
        (residual(), 11, 14),
        // Both outputs of the inner model go to one box; it and the tail are boxes.
        (nested(), 5, 5),
        (cyclic(), 3, 4),
    ];
    for (model, boxes, arrows) in cases {
        let model = model.unwrap();
        let svg = plot_model(&model).show_layer_names(true).svg().unwrap();
        let xml = roxmltree::Document::parse(&svg).unwrap();
        let of_class = |class: &'static str| {
            xml.descendants().filter(move |node| node.attribute("class") == Some(class))
        };
        assert_eq!(of_class("layer").count(), boxes, "{}", model.name());
        assert_eq!(of_class("edge").count(), arrows, "{}", model.name());
        assert!(of_class("edge").all(|edge| edge.has_attribute("marker-end")));
        for layer in model.layers() {
            let named = of_class("layer").filter(|node| {
                let text = |node: &roxmltree::Node| node.text() == Some(layer.base().name());
                node.descendants().any(|node| text(&node))
            });
            assert_eq!(named.count(), 1, "{}", layer.base().name());
        }
    }
}

#[test]
fn models_within_models_are_drawn_as_frames() {
    let model = nested().unwrap();
    let picture = &pictures(&model)[2];
    assert_eq!(picture.groups.iter().map(|g| &g.1[..]).collect::<Vec<_>>(), ["inner", "tail"]);
    let names: Vec<_> = picture.cards.iter().map(|(_, card)| card.title()).collect();
    assert_eq!(names.len(), 3 + 5 + 2, "{names:?}");
    // Into: inputs of the outer model to `inner` 2, to the product 1; then within `inner` 2 + 5,
    // from it to the tail's one entry 2; within the tail 1 + 1; from it to the product 1.
    assert_eq!(picture.lines.iter().filter(|line| line.has_arrow).count(), 3 + 7 + 2 + 2 + 1);
    // And what leaves `inner` and `tail`, up to their borders.
    assert_eq!(picture.lines.iter().filter(|line| !line.has_arrow).count(), 2 + 1);
}

#[test]
fn what_is_shown_is_asked_for() {
    let mut model = chain().unwrap();
    model.layer_mut("gru").unwrap().set_trainable(false);
    let plain = plot_model(&model).svg().unwrap();
    for text in ["words", "(None, 6)", "float32", "softmax", "Trainable"] {
        assert!(!plain.contains(text), "{text}");
    }
    assert!(plain.contains("Bidirectional(LSTM)"));
    let plot = plot_model(&model);
    let shows = |plot: super::PlotModel, text: &str| plot.svg().unwrap().matches(text).count();
    assert_eq!(shows(plot.clone().show_shapes(true), "(None, 6, 8)"), 4);
    assert_eq!(shows(plot.clone().show_dtype(true), "float32"), 4);
    assert_eq!(shows(plot.clone().show_layer_names(true), "words"), 1);
    assert_eq!(shows(plot.clone().show_layer_activations(true), "softmax"), 1);
    assert_eq!(shows(plot.clone().show_trainable(true), ">yes<"), 3);
    assert_eq!(shows(plot.show_trainable(true), ">no<"), 1);
    // Several shapes, as Keras shows them.
    let svg = plot_model(&encoder_decoder().unwrap()).show_shapes(true).svg().unwrap();
    assert!(svg.contains("[(None, 7, 8), (None, 8), (None, 8)]") || svg.contains("[(None, 8), "));
}

#[test]
fn text_is_escaped() {
    let mut model = Sequential::with_name("a < b & \"c\"\u{1}");
    model.add(Dense::new(1).input_shape([2]).name("<dense> & \u{7}\u{fffe}é")).unwrap();
    let svg = plot_model(&model).show_layer_names(true).svg().unwrap();
    let xml = roxmltree::Document::parse(&svg).unwrap();
    let texts: Vec<&str> = xml.descendants().filter_map(|node| node.text()).collect();
    assert!(texts.contains(&"<dense> & \u{fffd}\u{fffd}é"), "{texts:?}");
    assert!(texts.contains(&"a < b & \"c\"\u{fffd}"), "{texts:?}");
}

#[test]
fn a_model_that_is_not_built_is_refused() {
    let mut model = Sequential::new();
    model.add(Dense::new(1)).unwrap();
    assert!(matches!(plot_model(&model).svg(), Err(Error::NotBuilt { .. })));
    assert!("LR".parse::<Rankdir>().is_ok());
    assert!("XY".parse::<Rankdir>().unwrap_err().to_string().contains("`XY`"));
}

/// With an edge from every layer to the next and to one far below.
#[test]
fn a_deep_model_is_drawn_quickly() {
    let x = Input::new([2]).symbolic();
    let mut values = vec![x.clone()];
    for i in 0..200 {
        let before = &values[values.len() - 1];
        let far = &values[values.len().saturating_sub(40)];
        values.push(match i % 2 {
            0 => Dense::new(2).apply(before).unwrap(),
            _ => Add::new().apply([before, far]).unwrap(),
        });
    }
    let model = Functional::new(&x, &values[200]).build().unwrap();
    let start = std::time::Instant::now();
    let svg = plot_model(&model).show_shapes(true).svg().unwrap();
    // Takes some 50 ms; a layout that is quadratic in the bends would take minutes.
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    assert_eq!(svg.matches("class=\"layer\"").count(), 201);
    assert_eq!(svg.matches("class=\"edge\"").count(), 300);
}
