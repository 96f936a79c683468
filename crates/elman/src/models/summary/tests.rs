//! Every expected table was printed by Keras itself: by Keras 3.15 (with rich 15) on 80 columns, by
//! TF-Keras 2.21, or by the `print_summary` of Keras 2.12. A `$` stands for the end of a line that
//! ends in spaces.

use super::text::{memory_size, thousands};
use super::*;

fn row(name: &str, class_name: &str, output_shape: &str, params: usize) -> Row {
    Row {
        name: name.into(),
        class_name: class_name.into(),
        output_shape: output_shape.into(),
        params: Some(params),
        connected_to: Vec::new(),
        level: 0,
        trainable: (params > 0).then_some(true),
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.into()).collect()
}

fn params(count: usize) -> Params {
    Params { count, bytes: 4 * count }
}

fn summary(name: &str, rows: Vec<Row>, trainable: usize, frozen: usize) -> Summary {
    Summary {
        model_name: name.into(),
        rows,
        connected: false,
        trainable_params: params(trainable),
        non_trainable_params: params(frozen),
        optimizer_params: None,
        sequential: true,
    }
}

#[track_caller]
fn check(summary: &Summary, options: &SummaryOptions, expected: &str) {
    let expected = expected.replace("$\n", "\n");
    let got = format!("\n{}", summary.render(options).unwrap());
    assert!(got == expected, "expected:{expected}got:{got}");
}

fn keras2() -> SummaryOptions {
    SummaryOptions::new().style(SummaryStyle::Keras2)
}

fn keras27() -> SummaryOptions {
    SummaryOptions::new().style(SummaryStyle::Keras27)
}

fn trained() -> Summary {
    let rows = vec![
        row("simple_rnn", "SimpleRNN", "(None, 6)", 66),
        row("dense", "Dense", "(None, 1)", 7),
    ];
    let optimizer_params = Some(params(148));
    Summary { optimizer_params, ..summary("sequential", rows, 73, 0) }
}

fn unbuilt() -> Summary {
    let unbuilt = |name, class_name| Row { params: None, ..row(name, class_name, "?", 0) };
    let rows = vec![unbuilt("simple_rnn", "SimpleRNN"), unbuilt("dense", "Dense")];
    summary("sequential", rows, 0, 0)
}

fn bidirectional() -> Summary {
    let rows = vec![
        row("masking", "Masking", "(None, None, 4)", 0),
        row("bidirectional", "Bidirectional", "(None, None, 32)", 2688),
        row("bidirectional_1", "Bidirectional", "(None, 8)", 2016),
        row("dropout", "Dropout", "(None, 8)", 0),
        row("dense", "Dense", "(None, 1)", 9),
    ];
    summary("sequential", rows, 4713, 0)
}

fn seq2seq() -> Summary {
    let states = "[(None, 5), (None, 5), (None, 5)]";
    let rows = vec![
        row("enc_in", "InputLayer", "(None, 7, 4)", 0),
        row("dec_in", "InputLayer", "(None, 7, 4)", 0),
        Row { connected_to: names(&["enc_in[0][0]"]), ..row("lstm", "LSTM", states, 200) },
        Row {
            connected_to: names(&["dec_in[0][0]", "lstm[0][1]", "lstm[0][2]"]),
            ..row("lstm_1", "LSTM", "(None, 7, 5)", 200)
        },
        Row {
            connected_to: names(&["lstm_1[0][0]"]),
            ..row("time_distributed", "TimeDistributed", "(None, 7, 2)", 12)
        },
    ];
    Summary { connected: true, sequential: false, ..summary("functional", rows, 412, 0) }
}

fn nested() -> Summary {
    let frozen = |row| Row { trainable: Some(false), ..row };
    let rows = vec![
        row("input_1", "InputLayer", "(None, 7, 4)", 0),
        frozen(row("inner", "Sequential", "(None, 3)", 81)),
        Row { level: 1, ..frozen(row("gru", "GRU", "(None, 3)", 81)) },
        Row { level: 1, ..frozen(row("dropout", "Dropout", "(None, 3)", 0)) },
        row("dense", "Dense", "(None, 1000000)", 4_000_000),
    ];
    Summary { sequential: false, ..summary("model_1", rows, 4_000_000, 81) }
}

fn first() -> Summary {
    summary("sequential", vec![row("simple_rnn", "SimpleRNN", "(None, 3)", 42)], 42, 0)
}

fn long() -> Summary {
    let name = "a_very_long_layer_name_that_wraps_around";
    let rows = vec![
        Row { trainable: Some(false), ..row(name, "LSTM", "(None, 256)", 267_264) },
        row("dense", "Dense", "(None, 100000)", 25_700_000),
    ];
    summary("sequential", rows, 25_700_000, 267_264)
}

fn inner() -> Summary {
    let rows = vec![
        row("input_layer_1", "InputLayer", "(None, 7, 4)", 0),
        row("inner", "Sequential", "(None, 3)", 81),
        Row { level: 1, ..row("gru", "GRU", "(None, 3)", 81) },
        row("dense", "Dense", "(None, 1)", 4),
    ];
    Summary { sequential: false, ..summary("functional_1", rows, 85, 0) }
}

fn wide() -> Summary {
    let name = format!(
        "a model with a name of many words, which is so long that {}in the next",
        "it_goes_on_".repeat(9)
    );
    let rows = vec![
        row("양방향_순환_신경망_계층", "SimpleRNN", "(None, 3)", 42),
        Row { trainable: Some(false), ..row("출력 층", "Dense", "(None, 1)", 4) },
    ];
    summary(&name, rows, 42, 4)
}

#[test]
fn optimizer() {
    let expected = r#"
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ simple_rnn (SimpleRNN)          │ (None, 6)              │            66 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense (Dense)                   │ (None, 1)              │             7 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 221 (884.00 B)
 Trainable params: 73 (292.00 B)
 Non-trainable params: 0 (0.00 B)
 Optimizer params: 148 (592.00 B)
"#;
    check(&trained(), &SummaryOptions::new(), expected);
}

#[test]
fn not_built() {
    let expected = r#"
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ simple_rnn (SimpleRNN)          │ ?                      │   0 (unbuilt) │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense (Dense)                   │ ?                      │   0 (unbuilt) │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 0 (0.00 B)
 Trainable params: 0 (0.00 B)
 Non-trainable params: 0 (0.00 B)
"#;
    check(&unbuilt(), &SummaryOptions::new(), expected);
}

#[test]
fn long_names() {
    let expected = r#"
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ a_very_long_layer_name_that_wr… │ (None, 256)            │       267,264 │
│ (LSTM)                          │                        │               │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense (Dense)                   │ (None, 100000)         │    25,700,000 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 25,967,264 (99.06 MB)
 Trainable params: 25,700,000 (98.04 MB)
 Non-trainable params: 267,264 (1.02 MB)
"#;
    check(&long(), &SummaryOptions::new(), expected);
}

#[test]
fn short_lines() {
    let expected = r#"
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┓
┃ Layer (type)             ┃ Output Shape      ┃   Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━┩
│ masking (Masking)        │ (None, None, 4)   │         0 │
├──────────────────────────┼───────────────────┼───────────┤
│ bidirectional            │ (None, None, 32)  │     2,688 │
│ (Bidirectional)          │                   │           │
├──────────────────────────┼───────────────────┼───────────┤
│ bidirectional_1          │ (None, 8)         │     2,016 │
│ (Bidirectional)          │                   │           │
├──────────────────────────┼───────────────────┼───────────┤
│ dropout (Dropout)        │ (None, 8)         │         0 │
├──────────────────────────┼───────────────────┼───────────┤
│ dense (Dense)            │ (None, 1)         │         9 │
└──────────────────────────┴───────────────────┴───────────┘
 Total params: 4,713 (18.41 KB)
 Trainable params: 4,713 (18.41 KB)
 Non-trainable params: 0 (0.00 B)
"#;
    check(&bidirectional(), &SummaryOptions::new().line_length(60), expected);
}

#[test]
fn trainable() {
    let expected = r#"
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━┓
┃ Layer (type)                ┃ Output Shape          ┃    Param # ┃ Trai… ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━┩
│ masking (Masking)           │ (None, None, 4)       │          0 │   -   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ bidirectional               │ (None, None, 32)      │      2,688 │   Y   │
│ (Bidirectional)             │                       │            │       │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ bidirectional_1             │ (None, 8)             │      2,016 │   Y   │
│ (Bidirectional)             │                       │            │       │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ dropout (Dropout)           │ (None, 8)             │          0 │   -   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ dense (Dense)               │ (None, 1)             │          9 │   Y   │
└─────────────────────────────┴───────────────────────┴────────────┴───────┘
 Total params: 4,713 (18.41 KB)
 Trainable params: 4,713 (18.41 KB)
 Non-trainable params: 0 (0.00 B)
"#;
    check(&bidirectional(), &SummaryOptions::new().show_trainable(true), expected);
}

#[test]
fn several_inputs() {
    let expected = r#"
Model: "functional"
┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┓
┃ Layer (type)        ┃ Output Shape      ┃    Param # ┃ Connected to      ┃
┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━┩
│ enc_in (InputLayer) │ (None, 7, 4)      │          0 │ -                 │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ dec_in (InputLayer) │ (None, 7, 4)      │          0 │ -                 │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ lstm (LSTM)         │ [(None, 5),       │        200 │ enc_in[0][0]      │
│                     │ (None, 5), (None, │            │                   │
│                     │ 5)]               │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ lstm_1 (LSTM)       │ (None, 7, 5)      │        200 │ dec_in[0][0],     │
│                     │                   │            │ lstm[0][1],       │
│                     │                   │            │ lstm[0][2]        │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ time_distributed    │ (None, 7, 2)      │         12 │ lstm_1[0][0]      │
│ (TimeDistributed)   │                   │            │                   │
└─────────────────────┴───────────────────┴────────────┴───────────────────┘
 Total params: 412 (1.61 KB)
 Trainable params: 412 (1.61 KB)
 Non-trainable params: 0 (0.00 B)
"#;
    check(&seq2seq(), &SummaryOptions::new(), expected);
}

#[test]
fn several_inputs_trainable() {
    let expected = r#"
Model: "functional"
┏━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━━━┓
┃ Layer (type)      ┃ Output Shape    ┃   Param # ┃ Connected to   ┃ Trai… ┃
┡━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━━━━━━╇━━━━━━━┩
│ enc_in            │ (None, 7, 4)    │         0 │ -              │   -   │
│ (InputLayer)      │                 │           │                │       │
├───────────────────┼─────────────────┼───────────┼────────────────┼───────┤
│ dec_in            │ (None, 7, 4)    │         0 │ -              │   -   │
│ (InputLayer)      │                 │           │                │       │
├───────────────────┼─────────────────┼───────────┼────────────────┼───────┤
│ lstm (LSTM)       │ [(None, 5),     │       200 │ enc_in[0][0]   │   Y   │
│                   │ (None, 5),      │           │                │       │
│                   │ (None, 5)]      │           │                │       │
├───────────────────┼─────────────────┼───────────┼────────────────┼───────┤
│ lstm_1 (LSTM)     │ (None, 7, 5)    │       200 │ dec_in[0][0],  │   Y   │
│                   │                 │           │ lstm[0][1],    │       │
│                   │                 │           │ lstm[0][2]     │       │
├───────────────────┼─────────────────┼───────────┼────────────────┼───────┤
│ time_distributed  │ (None, 7, 2)    │        12 │ lstm_1[0][0]   │   Y   │
│ (TimeDistributed) │                 │           │                │       │
└───────────────────┴─────────────────┴───────────┴────────────────┴───────┘
 Total params: 412 (1.61 KB)
 Trainable params: 412 (1.61 KB)
 Non-trainable params: 0 (0.00 B)
"#;
    check(&seq2seq(), &SummaryOptions::new().show_trainable(true), expected);
}

#[test]
fn nested_models() {
    let expected = r#"
Model: "functional_1"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ input_layer_1 (InputLayer)      │ (None, 7, 4)           │             0 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ inner (Sequential)              │ (None, 3)              │            81 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│    └ gru (GRU)                  │ (None, 3)              │            81 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense (Dense)                   │ (None, 1)              │             4 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 85 (340.00 B)
 Trainable params: 85 (340.00 B)
 Non-trainable params: 0 (0.00 B)
"#;
    check(&inner(), &SummaryOptions::new(), expected);
}

#[test]
fn wide_characters() {
    let expected = r#"
Model: "a model with a name of many words, which is so long that $
it_goes_on_it_goes_on_it_goes_on_it_goes_on_it_goes_on_it_goes_on_it_goes_on_it_
goes_on_it_goes_on_in the next"
┏━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━┳━━━━━━┳━━━━┓
┃                ┃ Output      ┃ Par… ┃    ┃
┃ Layer (type)   ┃ Shape       ┃    # ┃ T… ┃
┡━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━╇━━━━━━╇━━━━┩
│ 양방향_순환_ … │ (None, 3)   │   42 │ Y  │
│ (SimpleRNN)    │             │      │    │
├────────────────┼─────────────┼──────┼────┤
│ 출력 층        │ (None, 1)   │    4 │ N  │
│ (Dense)        │             │      │    │
└────────────────┴─────────────┴──────┴────┘
 Total params: 46 (184.00 B)
 Trainable params: 42 (168.00 B)
 Non-trainable params: 4 (16.00 B)
"#;
    check(&wide(), &SummaryOptions::new().line_length(44).show_trainable(true), expected);
}

#[test]
fn keras2_sequential() {
    let expected = r#"
Model: "sequential"
_________________________________________________________________
 Layer (type)                Output Shape              Param #   $
=================================================================
 simple_rnn (SimpleRNN)      (None, 3)                 42        $
                                                                 $
=================================================================
Total params: 42 (168.00 Byte)
Trainable params: 42 (168.00 Byte)
Non-trainable params: 0 (0.00 Byte)
_________________________________________________________________
"#;
    check(&first(), &keras2(), expected);
}

#[test]
fn keras27_sequential() {
    let expected = r#"
Model: "sequential"
_________________________________________________________________
 Layer (type)                Output Shape              Param #   $
=================================================================
 simple_rnn (SimpleRNN)      (None, 3)                 42        $
                                                                 $
=================================================================
Total params: 42
Trainable params: 42
Non-trainable params: 0
_________________________________________________________________
"#;
    check(&first(), &keras27(), expected);
}

#[test]
fn keras2_several_inputs() {
    let expected = r#"
Model: "model"
__________________________________________________________________________________________________
 Layer (type)                Output Shape                 Param #   Connected to                  $
==================================================================================================
 enc_in (InputLayer)         [(None, 7, 4)]               0         []                            $
                                                                                                  $
 dec_in (InputLayer)         [(None, 7, 4)]               0         []                            $
                                                                                                  $
 lstm (LSTM)                 [(None, 5),                  200       ['enc_in[0][0]']              $
                              (None, 5),                                                          $
                              (None, 5)]                                                          $
                                                                                                  $
 lstm_1 (LSTM)               (None, 7, 5)                 200       ['dec_in[0][0]',              $
                                                                     'lstm[0][1]',                $
                                                                     'lstm[0][2]']                $
                                                                                                  $
 time_distributed (TimeDist  (None, 7, 2)                 12        ['lstm_1[0][0]']              $
 ributed)                                                                                         $
                                                                                                  $
==================================================================================================
Total params: 412 (1.61 KB)
Trainable params: 412 (1.61 KB)
Non-trainable params: 0 (0.00 Byte)
__________________________________________________________________________________________________
"#;
    check(&Summary { model_name: "model".into(), ..seq2seq() }, &keras2(), expected);
}

#[test]
fn keras27_several_inputs() {
    let expected = r#"
Model: "model"
__________________________________________________________________________________________________
 Layer (type)                   Output Shape         Param #     Connected to                     $
==================================================================================================
 enc_in (InputLayer)            [(None, 7, 4)]       0           []                               $
                                                                                                  $
 dec_in (InputLayer)            [(None, 7, 4)]       0           []                               $
                                                                                                  $
 lstm (LSTM)                    [(None, 5),          200         ['enc_in[0][0]']                 $
                                 (None, 5),                                                       $
                                 (None, 5)]                                                       $
                                                                                                  $
 lstm_1 (LSTM)                  (None, 7, 5)         200         ['dec_in[0][0]',                 $
                                                                  'lstm[0][1]',                   $
                                                                  'lstm[0][2]']                   $
                                                                                                  $
 time_distributed (TimeDistribu  (None, 7, 2)        12          ['lstm_1[0][0]']                 $
 ted)                                                                                             $
                                                                                                  $
==================================================================================================
Total params: 412
Trainable params: 412
Non-trainable params: 0
__________________________________________________________________________________________________
"#;
    check(&Summary { model_name: "model".into(), ..seq2seq() }, &keras27(), expected);
}

#[test]
fn keras2_nested_models() {
    let expected = r#"
Model: "model_1"
_____________________________________________________________
 Layer (type)         Output Shape        Param   Trainable  $
                                           #                 $
=============================================================
 input_1 (InputLayer  [(None, 7, 4)]      0       Y          $
 )                                                           $
                                                             $
 inner (Sequential)   (None, 3)           81      N          $
|¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯|
| gru (GRU)           (None, 3)           81      N         |
|                                                           |
| dropout (Dropout)   (None, 3)           0       N         |
¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯
 dense (Dense)        (None, 1000000)     40000   Y          $
                                          00                 $
                                                             $
=============================================================
Total params: 4000081 (15.26 MB)
Trainable params: 4000000 (15.26 MB)
Non-trainable params: 81 (324.00 Byte)
_____________________________________________________________
"#;
    check(&nested(), &keras2().line_length(50).show_trainable(true), expected);
}

#[test]
fn keras27_nested_models() {
    let expected = r#"
Model: "model_1"
__________________________________________________
 Layer (type)         Output Shape        Param # $
==================================================
 input_1 (InputLayer)  [(None, 7, 4)]     0       $
                                                  $
 inner (Sequential)   (None, 3)           81      $
|¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯|
| gru (GRU)          (None, 3)           81      |
|                                                |
| dropout (Dropout)  (None, 3)           0       |
¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯
 dense (Dense)        (None, 1000000)     4000000 $
                                                  $
==================================================
Total params: 4,000,081
Trainable params: 4,000,000
Non-trainable params: 81
__________________________________________________
"#;
    check(&nested(), &keras27().line_length(50), expected);
}

/// Printed by Keras 2.7 to 2.12 in a notebook, whose text has lost the lines of `=`.
#[test]
fn notebook() {
    let expected = r#"
Model: "sequential_2"
_________________________________________________________________
 Layer (type)                Output Shape              Param #   $
 simple_rnn_2 (SimpleRNN)    (8, 3)                    42        $
                                                                 $
Total params: 42
Trainable params: 42
Non-trainable params: 0
_________________________________________________________________
"#;
    let rows = vec![row("simple_rnn_2", "SimpleRNN", "(8, 3)", 42)];
    let text = summary("sequential_2", rows, 42, 0).render(&keras27()).unwrap();
    let text = text.replace(&("=".repeat(65) + "\n"), "");
    assert_eq!(format!("\n{text}"), expected.replace("$\n", "\n"));
}

#[test]
fn input_layer_of_a_sequential_is_not_listed() {
    let mut with_input = first();
    with_input.rows.insert(0, row("input_layer", "InputLayer", "(None, 2, 10)", 0));
    for style in [SummaryStyle::Keras3, SummaryStyle::Keras2, SummaryStyle::Keras27] {
        let options = SummaryOptions::new().style(style);
        assert_eq!(with_input.render(&options), first().render(&options));
    }
}

#[test]
fn long_lines_are_cut_at_the_console() {
    let width = |options: SummaryOptions| {
        let text = first().render(&options).unwrap();
        text.lines().nth(1).map(|line| line.chars().count())
    };
    let long = SummaryOptions::new().line_length(120);
    assert_eq!(width(long.clone()), Some(80));
    assert_eq!(width(long.clone().console_width(0)), Some(80));
    assert_eq!(width(long.clone().console_width(119)), Some(119));
    assert_eq!(width(long.console_width(300)), Some(120));
    // Without a line length, Keras leaves four columns free and never takes more than 88.
    assert_eq!(width(SummaryOptions::new().console_width(60)), Some(56));
    assert_eq!(width(SummaryOptions::new().console_width(300)), Some(88));
}

#[test]
fn line_length_of_zero_is_the_default() {
    let zero = SummaryOptions::new().line_length(0);
    assert_eq!(first().render(&zero), first().render(&SummaryOptions::new()));
}

#[test]
fn short_lines_are_an_error() {
    let cases = [
        (SummaryOptions::new(), first(), 16),
        (SummaryOptions::new().console_width(3), first(), 16),
        (SummaryOptions::new(), seq2seq(), 19),
        (keras2(), first(), 10),
        (keras2().show_trainable(true), first(), 21),
        (keras27(), seq2seq(), 18),
    ];
    for (options, summary, shortest) in cases {
        assert!(summary.render(&options.clone().line_length(shortest)).is_ok(), "{options:?}");
        let line_length = shortest - 1;
        let error = summary.render(&options.line_length(line_length)).unwrap_err();
        assert_eq!(error, SummaryError { line_length });
    }
}

#[test]
fn shapes_of_keras_2() {
    let rows = vec![
        row("flat", "Lambda", "(None)", 0),
        row("flat_and_deep", "Lambda", "[(None), (None, 2)]", 0),
        Row { params: None, ..row("unused", "Dense", "?", 0) },
    ];
    let text = summary("shapes", rows, 0, 0).render(&keras2()).unwrap();
    let shapes: Vec<&str> =
        text.lines().filter_map(|line| line.get(29..55)).map(str::trim_end).collect();
    assert!(shapes.contains(&"(None,)"), "{text}");
    assert!(shapes.contains(&"[(None,),") && shapes.contains(&" (None, 2)]"), "{text}");
    assert!(shapes.contains(&"multiple") && text.contains("0 (unused)"), "{text}");
}

#[test]
fn numbers() {
    let cases =
        [(0, "0"), (999, "999"), (1000, "1,000"), (123_456, "123,456"), (1_234_567, "1,234,567")];
    for (number, text) in cases {
        assert_eq!(thousands(number), text);
    }
}

#[test]
fn sizes() {
    // The halves go to the even digit, as in Python.
    let cases = [
        (0, "0.00 B"),
        (1023, "1023.00 B"),
        (1024, "1.00 KB"),
        (1152, "1.12 KB"),
        (1408, "1.38 KB"),
        (1024 * 1024 - 1, "1024.00 KB"),
        (1 << 20, "1.00 MB"),
        (3 << 29, "1.50 GB"),
        (5 << 40, "5.00 TB"),
        (1 << 50, "1.00 PB"),
        (1 << 60, "1.00 PB"),
    ];
    for (bytes, text) in cases {
        assert_eq!(memory_size(bytes, "B"), text);
    }
    assert_eq!(memory_size(168, "Byte"), "168.00 Byte");
}
