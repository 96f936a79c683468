"""Tables and pictures."""

import xml.etree.ElementTree as xml

import numpy as np
import pytest

import elman
from elman import layers


def arrays(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def model():
    model = elman.Sequential(
        [layers.LSTM(4, input_shape=(5, 3), name="memory<1>"), layers.Dense(2, trainable=False)]
    )
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def text_of(svg):
    return " ".join(xml.fromstring(svg).itertext())


def test_models():
    table = model()._repr_html_()
    cells = [cell.text for cell in xml.fromstring(f"<x>{table}</x>").iter("td")]
    assert cells == ["memory<1> (LSTM)", "(None, 4)", "128", "dense (Dense)", "(None, 2)", "10"]
    assert "138 parameters, 128 of them trained" in table
    waiting = elman.Sequential([layers.LSTM(3)])._repr_html_()
    assert "not built" in waiting and ">?<" in waiting


def test_histories(tmp_path):
    x = arrays(8, 5, 3)
    history = model().fit(x, x[:, 0, :2], epochs=20, validation_split=0.25, verbose=0)
    rows = list(xml.fromstring(f"<x>{history._repr_html_()}</x>").iter("tr"))
    assert len(rows) == 1 + 1 + 1 + 10
    assert [cell.text for cell in rows[0]] == ["epoch", *history.history]
    assert [row[0].text for row in rows[1:4]] == ["1", "…", "11"]
    assert float(rows[1][1].text) == pytest.approx(history.history["loss"][0], rel=1e-3)
    picture = history.plot(tmp_path / "curves.svg")
    assert (tmp_path / "curves.svg").read_text(encoding="utf-8") == picture.svg == picture._repr_svg_()
    assert all(word in text_of(picture.svg) for word in ("loss", "mae", "validation", "epoch"))
    with pytest.raises(ValueError, match="history"):
        elman.callbacks.History().plot()
    with pytest.raises(ValueError, match=".svg"):
        history.plot("curves.png")


def test_hidden_states():
    mine, x = model(), arrays(2, 5, 3)
    states = mine.hidden_states(x)
    assert states.shape == (2, 5, 4)
    twin = elman.Sequential([layers.LSTM(4, input_shape=(5, 3), return_sequences=True)])
    twin.set_weights(mine.layers[0].get_weights())
    np.testing.assert_allclose(states, twin.predict(x), atol=1e-6)
    picture = mine.plot_states(x, layer=mine.layers[0], sample=1)
    assert all(word in text_of(picture.svg) for word in ("memory<1>", "step", "unit"))
    assert picture.svg != mine.plot_states(x).svg
    with pytest.raises(ValueError, match="memory"):
        mine.plot_states(x, "dense")
    with pytest.raises(ValueError, match="sample.*2"):
        mine.plot_states(x, sample=2)
    with pytest.raises(ValueError, match="over time"):
        elman.Sequential([layers.Dense(1, input_shape=(2,))]).plot_states(arrays(1, 2))


def test_graphs(tmp_path):
    picture = elman.utils.plot_model(model(), tmp_path / "model.svg", show_shapes=True, rankdir="LR")
    assert (tmp_path / "model.svg").exists() and "(None, 5, 3)" in text_of(picture.svg)
    with pytest.raises(ValueError, match="rankdir"):
        elman.utils.plot_model(model(), None, rankdir="XY")
    with pytest.raises(TypeError, match="show_shapes"):
        elman.utils.plot_model(model(), None, show_shapes="yes")
