"""The recipes of docs/interop.md.

Engines that are not small are tested where they are installed; Keras, in an interpreter of its own that
`ELMAN_KERAS_PYTHON` names.
"""

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

import elman
from elman import layers


def arrays(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


@pytest.fixture
def model():
    model = elman.Sequential([layers.LSTM(4, input_shape=(5, 3)), layers.Dense(2)])
    model.compile(elman.optimizers.Adam(0.01), "mse")
    model.fit(arrays(8, 5, 3), arrays(8, 2), verbose=0)
    return model


KERAS = """
import sys
import numpy as np
import keras

folder = sys.argv[1]
x, y = (np.load(f"{folder}/{name}.npy") for name in "xy")
if sys.argv[2] == "train":
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((5, 3)), keras.layers.GRU(4), keras.layers.Dense(2)])
    model.compile(keras.optimizers.Adam(0.01), "mse")
    model.fit(x, y, epochs=2, verbose=0)
    model.save(f"{folder}/trained.keras")
    np.save(f"{folder}/trained.npy", model.predict(x, verbose=0))
    model.fit(x, y, shuffle=False, verbose=0)
    np.save(f"{folder}/further.npy", model.predict(x, verbose=0))
else:
    model = keras.models.load_model(f"{folder}/again.keras")
    np.save(f"{folder}/again.npy", model.predict(x, verbose=0))
    assert int(model.optimizer.iterations) == 3
"""


@pytest.mark.skipif("ELMAN_KERAS_PYTHON" not in os.environ, reason="ELMAN_KERAS_PYTHON names no Keras")
def test_a_file_of_keras_and_back(tmp_path):
    x, y = arrays(8, 5, 3), arrays(8, 2, seed=1)
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    environment = {
        "KERAS_BACKEND": "jax",
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    }

    def keras(step):
        command = [os.environ["ELMAN_KERAS_PYTHON"], "-c", KERAS, str(tmp_path), step]
        subprocess.run(command, check=True, env=environment)

    keras("train")
    model = elman.models.load_model(tmp_path / "trained.keras")
    np.testing.assert_allclose(model.predict(x), np.load(tmp_path / "trained.npy"), atol=1e-5)
    model.fit(x, y, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.predict(x), np.load(tmp_path / "further.npy"), atol=1e-5)
    model.save(tmp_path / "again.keras")
    keras("check")
    np.testing.assert_allclose(np.load(tmp_path / "again.npy"), model.predict(x), atol=1e-5)


@pytest.mark.parametrize("options", [{"prefer": "threads"}, {"prefer": "processes"}])
def test_joblib(model, options):
    joblib = pytest.importorskip("joblib")
    chunks = [arrays(16, 5, 3, seed=i) for i in range(4)]
    work = (joblib.delayed(model.predict)(part, verbose=0) for part in chunks)
    parts = joblib.Parallel(n_jobs=2, **options)(work)
    for part, chunk in zip(parts, chunks):
        np.testing.assert_array_equal(part, model.predict(chunk))


def test_ray(model):
    ray = pytest.importorskip("ray")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        reference = ray.put(model)

        @ray.remote
        def predict(model, part):
            return model.predict(part)

        chunks = [arrays(16, 5, 3, seed=i) for i in range(4)]
        parts = ray.get([predict.remote(reference, part) for part in chunks])
        for part, chunk in zip(parts, chunks):
            np.testing.assert_array_equal(part, model.predict(chunk))
    finally:
        ray.shutdown()


def test_spark(model, monkeypatch):
    pytest.importorskip("pyspark")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    from pyspark.ml.functions import predict_batch_udf
    from pyspark.sql import SparkSession
    from pyspark.sql.types import ArrayType, FloatType

    data, x = pickle.dumps(model), arrays(10, 5, 3)

    def make():
        model = pickle.loads(data)
        return lambda x: model.predict(x)

    spark = SparkSession.builder.master("local[2]").getOrCreate()
    try:
        frame = spark.createDataFrame([(row.ravel().tolist(),) for row in x], "x array<float>")
        predict = predict_batch_udf(
            make, return_type=ArrayType(FloatType()), batch_size=4, input_tensor_shapes=[[5, 3]]
        )
        rows = frame.select(predict("x").alias("y")).collect()
    finally:
        spark.stop()
    np.testing.assert_allclose([row.y for row in rows], model.predict(x), atol=1e-6)
