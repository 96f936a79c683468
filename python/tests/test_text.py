"""Layers that take text."""

import numpy as np
import pytest

import elman
from elman import layers

from support import array, fixture, random, same

TEXTS = ["the cat sat", "the dog sat down", "a cat"]


def test_texts_become_numbers_and_a_model_takes_them(tmp_path):
    vectorization = layers.TextVectorization(max_tokens=20, output_sequence_length=4)
    vectorization.adapt(TEXTS)
    words = vectorization.get_vocabulary()
    assert words[:2] == ["", "[UNK]"] and words[2] == "the"
    assert vectorization.vocabulary_size() == len(words)
    assert vectorization(["the cat", "a fish"]).tolist()[1][1] == 1.0

    model = elman.Sequential(
        [elman.Input((1,), dtype="string"), vectorization, layers.Embedding(20, 3), layers.LSTM(2)]
    )
    texts = np.array(TEXTS)[:, None]
    y = model.predict(texts)
    assert y.shape == (3, 2)
    np.testing.assert_array_equal(model.predict(texts.astype(object)), y)
    model.save(tmp_path / "text.keras")
    np.testing.assert_array_equal(elman.models.load_model(tmp_path / "text.keras").predict(texts), y)
    with pytest.raises(TypeError, match="numbers"):
        model.predict(np.ones((3, 1)))
    with pytest.raises(ValueError, match="adapt"):
        vectorization.adapt(TEXTS)


def given(value):
    """Data of a fixture: text stays text."""
    if "strings" in value:
        return np.array(value["strings"], dtype=object).reshape(value["shape"])
    return np.array(value["data"]).reshape(value["shape"])


def test_lookups_equal_keras():
    cases = fixture("lookups.json")["cases"]
    for case in cases:
        layer = layers.deserialize(case["layer"])
        if case.get("adapt") is not None:
            layer.adapt(given(case["adapt"]))
        elif case.get("batches") is not None:
            layer.adapt(iter([given(batch) for batch in case["batches"]]))
        if case.get("set") is not None:
            layer.set_vocabulary(case["set"]["vocabulary"], case["set"]["idf_weights"])
        if case.get("vocabulary") is not None:
            assert layer.get_vocabulary() == case["vocabulary"], case["name"]
        output = layer(given(case["input"]))
        expected = given(case["output"])
        if output.dtype.kind == "U":
            assert output.tolist() == expected.tolist(), case["name"]
        else:
            same(output, np.asarray(expected, "float32"), case["name"])
    assert len(cases) > 80


def test_means_and_deviations():
    layer = layers.Normalization()
    x = random(50, 3) * 4 + 2
    layer.adapt(x)
    y = layer(x)
    np.testing.assert_allclose(y.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(y.std(0), 1, atol=1e-4)
    model = elman.Sequential([elman.Input((3,)), layer, layers.Dense(1)])
    np.testing.assert_allclose(model.get_weights()[0], x.mean(0), rtol=1e-5)


def test_words_of_a_file(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("cat\ndog\n", encoding="utf-8")
    layer = layers.StringLookup(vocabulary=str(path))
    assert layer.get_vocabulary() == ["[UNK]", "cat", "dog"]
    assert layer(np.array(["dog", "fish"])).tolist() == [2.0, 0.0]
    numbers = layers.IntegerLookup(vocabulary=[7, 9])
    assert numbers(np.array([9, 3])).tolist() == [2.0, 0.0]
    assert array([1.0]).tolist() == [1.0]
