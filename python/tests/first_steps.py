"""What a wheel does beside nothing but NumPy: run by `make python` in an environment of its own."""

import sys
import tempfile
import time
from pathlib import Path

began = time.perf_counter()
import elman  # noqa: E402

took = time.perf_counter() - began

import numpy as np  # noqa: E402

loaded = {name.partition(".")[0] for name in sys.modules}
unwanted = loaded & {"sklearn", "pandas", "polars", "matplotlib", "h5py", "tensorflow", "torch"}
assert not unwanted, unwanted
assert "site-packages" in elman.__file__, elman.__file__

model = elman.Sequential([elman.layers.LSTM(8, input_shape=(5, 3)), elman.layers.Dense(1)])
model.compile("adam", "mse")
x = np.random.default_rng(0).random((64, 5, 3), "float32")
history = model.fit(x, x.sum((1, 2)), epochs=3, validation_split=0.1, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "model.keras"
    model.save(path)
    again = elman.models.load_model(path)
np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
print(f"elman {elman.__version__} from {elman.__file__}, imported in {took * 1e3:.0f} ms")
