"""What tests have in common."""

import json
from pathlib import Path

import numpy as np

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

#: Of f32 arithmetic in another order, as in the tests of the library.
TOLERANCE = 1e-5


def fixture(name):
    """What Keras computed."""
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def array(value):
    """An array as fixtures hold it: nested lists, or `{"shape", "data"}`, `null` for NaN."""
    if isinstance(value, dict):
        data = [np.nan if v is None else v for v in value["data"]]
        return np.array(data, dtype="float32").reshape(value["shape"])
    return np.array(value, dtype="float32")


def random(*shape, seed=0):
    """Normal numbers."""
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def same(got, expected, name=""):
    """Holds two arrays together within the tolerance, by their largest value."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape, name
    scale = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    np.testing.assert_allclose(got, expected, rtol=TOLERANCE, atol=TOLERANCE * scale, err_msg=name)
