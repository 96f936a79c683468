"""The estimators for scikit-learn."""

import pickle

import numpy as np
import pytest

import elman

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import FunctionTransformer, StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from elman.sklearn import SequenceClassifier, SequenceRegressor  # noqa: E402


def walks(samples=60, steps=6, seed=0):
    x = np.random.default_rng(seed).normal(size=(samples, steps, 1)).cumsum(1)
    return x, np.where(x[:, -1, 0] > 0, "up", "down")


def small(**parameters):
    given = {"units": 8, "epochs": 30, "learning_rate": 0.02, "random_state": 0}
    return SequenceClassifier(**{"cell": "gru", **given, **parameters})


def wave(rows=150):
    record = np.sin(np.arange(rows + 1) / 4)
    return record[:-1, None], record[1:]


def test_classes():
    x, y = walks()
    model = small().fit(x, y)
    assert model.score(x, y) > 0.9 and model.classes_.tolist() == ["down", "up"]
    shares = model.predict_proba(x)
    np.testing.assert_allclose(shares.sum(1), 1, rtol=1e-5)
    assert (model.predict(x) == model.classes_[shares.argmax(1)]).all()
    assert model.n_iter_ == 30 and len(model.history_["loss"]) == 30 and model.n_features_in_ == 1
    assert isinstance(model.model_, elman.Sequential)


def test_a_seed_gives_the_same_model_whatever_was_before():
    x, y = walks()
    first = small(dropout=0.2, epochs=2).fit(x, y)
    elman.utils.set_random_seed(99)
    again = clone(first).fit(x, y)
    other = small(dropout=0.2, epochs=2, random_state=1).fit(x, y)
    np.testing.assert_array_equal(first.predict_proba(x), again.predict_proba(x))
    assert not np.array_equal(first.predict_proba(x), other.predict_proba(x))


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_every_form(cell):
    x, y = walks(20)
    model = SequenceClassifier(cell, 4, layers=2, bidirectional=True, epochs=1, random_state=0)
    assert model.fit(x, y).predict(x).shape == (20,)
    names = [type(layer).__name__ for layer in model.model_.layers]
    assert names == ["Masking", "Bidirectional", "Bidirectional", "Dense"]


def test_unequal_sequences_are_what_they_are_one_by_one():
    x, y = walks(30)
    cut = [sequence[: 2 + i % 5] for i, sequence in enumerate(x)]
    model = small(epochs=2).fit(cut, y)
    alone = np.concatenate([model.predict_proba([sequence]) for sequence in cut])
    np.testing.assert_allclose(model.predict_proba(cut), alone, atol=1e-6)
    assert cross_val_score(small(epochs=1), cut, y, cv=3).shape == (3,)


def test_windows():
    x, y = wave()
    model = SequenceRegressor(units=8, window=8, epochs=30, learning_rate=0.02, random_state=0)
    predicted = model.fit(x, y).predict(x)
    assert predicted.shape == y.shape and model.score(x, y) > 0.9
    # A row's prediction is that of the rows up to it.
    np.testing.assert_allclose(model.predict(x[12:20])[-1], predicted[19], atol=1e-6)
    np.testing.assert_allclose(model.predict(x[:3]), predicted[:3], atol=1e-6)
    rare = clone(model).set_params(step=10, epochs=1, batch_size=1).fit(x, y)
    assert rare.model_.optimizer.iterations == -(-(150 - 7) // 10)
    assert rare.predict(x).shape == y.shape


def test_several_targets():
    x, y = wave(40)
    model = SequenceRegressor(units=4, window=4, epochs=1).fit(x, np.stack([y, -y], 1))
    assert model.predict(x).shape == (40, 2)


def test_searches_and_pipelines():
    x, y = wave(60)
    pipeline = make_pipeline(StandardScaler(), SequenceRegressor(window=6, epochs=1, random_state=0))
    grid = {"sequenceregressor__units": [2, 4], "sequenceregressor__cell": ["gru", "rnn"]}
    search = GridSearchCV(pipeline, grid, cv=TimeSeriesSplit(2)).fit(x, y)
    assert len(search.cv_results_["params"]) == 4
    assert search.best_estimator_.predict(x).shape == (60,)

    x, labels = walks(30)
    flat = make_pipeline(FunctionTransformer(lambda rows: rows.reshape(-1, 6, 1)), small(epochs=1))
    assert cross_val_score(flat, x.reshape(30, 6), labels, cv=2).shape == (2,)


def test_searches_in_other_processes():
    x, y = walks(20)
    search = GridSearchCV(small(epochs=1), {"units": [2, 3]}, cv=2, n_jobs=2).fit(x, y)
    assert set(search.cv_results_["param_units"]) == {2, 3}


def test_pickle():
    x, y = walks(20)
    model = small(epochs=1, callbacks=[elman.callbacks.EarlyStopping("loss")]).fit(x, y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(x), model.predict_proba(x))
    assert clone(again).fit(x, y).n_iter_ == 1


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames(library):
    frames = pytest.importorskip(library)
    x, y = wave(40)
    model = SequenceRegressor(units=4, window=4, epochs=1, random_state=0)
    frame, column = frames.DataFrame({"load": x[:, 0]}), frames.Series(y)
    predicted = model.fit(frame, column).predict(frame)
    np.testing.assert_array_equal(predicted, clone(model).fit(x, y).predict(x))
    with pytest.raises(ValueError, match="feature names"):
        model.fit(frame, column).predict(frames.DataFrame({"other": x[:, 0]}))


def test_weights():
    x, y = walks(20)
    numbers = (y == "up").astype(int)
    doubled = small(epochs=1).fit(x, numbers, sample_weight=np.where(numbers, 1.0, 3.0))
    classes = small(epochs=1, class_weight={0: 3.0, 1: 1.0}).fit(x, numbers)
    np.testing.assert_array_equal(doubled.predict_proba(x), classes.predict_proba(x))
    plain = small(epochs=1).fit(x, numbers)
    assert not np.array_equal(doubled.predict_proba(x), plain.predict_proba(x))


@pytest.mark.parametrize(
    ("parameters", "error", "words"),
    [
        ({"cell": "lsmt"}, ValueError, ["cell", "lsmt", "gru"]),
        ({"units": 0}, ValueError, ["units", "0"]),
        ({"epochs": 1.5}, TypeError, ["epochs", "1.5"]),
        ({"step": 2}, ValueError, ["step", "window"]),
        ({"window": 3}, ValueError, ["(rows, features)", "(20, 6, 1)"]),
        ({"optimizer": "adma"}, ValueError, ["adma"]),
    ],
)
def test_parameters(parameters, error, words):
    with pytest.raises(error) as raised:
        small(**parameters).fit(*walks(20))
    assert all(word in str(raised.value) for word in words)


def test_data():
    x, y = walks(20)
    with pytest.raises(ValueError, match="two classes"):
        small().fit(x, ["a"] * 20)
    with pytest.raises(ValueError, match="NaN"):
        small().fit(np.where(x > 0, np.nan, x), y)
    with pytest.raises(ValueError, match="same features"):
        small().fit([x[0], np.ones((3, 2))], ["a", "b"])
    model = small(epochs=1).fit(x, y)
    with pytest.raises(ValueError, match="2 features"):
        model.predict(np.ones((1, 4, 2)))


# From any seed they learn what the checks ask for, with a wide margin.
CHECKED = {"units": 16, "epochs": 60, "batch_size": 8, "learning_rate": 0.02, "random_state": 0}



def different(estimator):
    """What is not so of training in batches, whose bounds repeated samples move."""
    return {"check_sample_weight_equivalence_on_dense_data": "batches have other samples in them"}


@parametrize_with_checks(
    [SequenceClassifier("gru", **CHECKED), SequenceRegressor("gru", **CHECKED)],
    expected_failed_checks=different,
)
def test_the_checks_of_scikit_learn(estimator, check):
    check(estimator)
