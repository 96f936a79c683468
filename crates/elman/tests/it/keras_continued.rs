//! Trainings that go on from files of TF-Keras 2, against TF-Keras itself: some of those that
//! `fixtures/continued_training.py` makes, the optimizers of which remembered other things then.

use elman::prelude::*;
use elman_files::npy;

use crate::support::{Report, fixture_path};

/// What three epochs of roundings may add up to.
const TOLERANCE: f64 = 1e-3;

#[test]
fn trainings_go_on_from_files_of_tf_keras_2() {
    let mut report = Report::default();
    for (name, endings) in [
        ("sgd", &["keras", "h5"][..]),
        ("adam_schedule", &["keras", "h5"]),
        ("adafactor", &["keras", "h5"]),
    ] {
        let path = |ending: &str| fixture_path(&format!("continued/tfk_{name}.{ending}"));
        let read = |ending: &str| {
            let array = npy::read(&path(ending)).unwrap();
            Tensor::new(&array.shape[..], array.to_f32()).unwrap()
        };
        for ending in endings {
            let mut model = load_model(path(ending)).unwrap();
            assert_eq!(model.warnings().len(), 0, "{name}.{ending}: {:?}", model.warnings());
            let fit = Fit::new().batch_size(4).epochs(3).shuffle(false).verbose(Verbose::Silent);
            model.fit(read("x.npy"), read("t.npy"), fit).unwrap();
            let weights = model.weights().iter().flat_map(|w| w.data().to_vec()).collect();
            let after = read("after.npy");
            let weights = Tensor::new(after.shape(), weights).unwrap();
            report.close(&format!("{name}.{ending}"), &weights, &after, TOLERANCE);
        }
    }
    report.finish(6);
}

/// Nadam's product of momenta is in no file of TF-Keras 2, which begins anew with it, a product for
/// each weight. Here it is what it had been.
#[test]
fn nadam_goes_on_where_it_was() {
    for ending in ["keras", "h5"] {
        let path = fixture_path(&format!("continued/tfk_nadam.{ending}"));
        let model = load_model(&path).unwrap();
        assert_eq!(model.warnings().len(), 0, "{ending}: {:?}", model.warnings());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("again.keras");
        model.save(&file).unwrap();
        let archive = elman_files::KerasArchive::read(&file).unwrap();
        let variables = archive.weights.variables("optimizer/vars");
        let product = variables.last().unwrap().to_f32()[0];
        let steps = variables[0].to_f32()[0];
        let momentum = |step: f32| 0.9 * (1.0 - 0.5 * 0.96_f32.powf(step));
        let expected: f32 = (1..=steps as usize).map(|step| momentum(step as f32)).product();
        assert!(steps > 0.0 && (product / expected - 1.0).abs() < 1e-4, "{product}, {expected}");
    }
}
