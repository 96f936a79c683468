"""How long `.keras` files take to load, in Keras and in elman, one after the other in turns.

    cargo build --release -p elman-examples --example load_time
    python benches/load_time.py FILE...

Needs Keras with TensorFlow. Each file was read before, so it is in memory for both; a model is dropped
outside of what is timed. elman's time is the middle of five loads in a new process.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
import keras

ELMAN = Path(__file__).resolve().parents[1] / "target/release/examples/load_time"
ROUNDS = 7


def in_keras(file):
    keras.backend.clear_session()
    started = time.perf_counter()
    keras.saving.load_model(file)
    return (time.perf_counter() - started) * 1e3


def in_elman(file):
    said = subprocess.run([ELMAN, file], capture_output=True, text=True, check=True).stdout
    # "1.2 ms at best, 3.4 in the middle"
    return float(said.splitlines()[-1].split()[-4])


for file in sys.argv[1:]:
    in_keras(file), in_elman(file)
    pairs = [(in_keras(file), in_elman(file)) for _ in range(ROUNDS)]
    theirs, ours = (statistics.median(times) for times in zip(*pairs))
    size = os.path.getsize(file) / 1e6
    print(f"{file}, {size:.1f} MB: Keras {theirs:.0f} ms, elman {ours:.1f} ms, {theirs / ours:.0f} times faster")
