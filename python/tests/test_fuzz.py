"""Whatever is given, the interpreter lives and errors are exceptions of Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import elman
from elman import layers
from elman.layers.registry import classes

settings.register_profile("elman", deadline=None, max_examples=50)
settings.load_profile("elman")

#: What a wrong argument may raise.
ERRORS = (ValueError, TypeError, OverflowError, AttributeError, MemoryError)

odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(-3, 9),
    st.floats(),
    st.text(max_size=8),
    st.binary(max_size=4),
    st.sampled_from(["tanh", "zeros", "same", "causal", "concat", "float32", "glorot_uniform"]),
    st.lists(st.integers(-2, 5), max_size=4),
    st.tuples(st.integers(-2, 5), st.none()),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.just(np.float64(0.5)),
    st.just(np.arange(3)),
    st.just(print),
    st.just(object()),
    st.just(layers.LSTM),
)
names = st.sampled_from(
    [
        "units",
        "activation",
        "use_bias",
        "kernel_initializer",
        "kernel_regularizer",
        "bias_constraint",
        "dropout",
        "return_sequences",
        "stateful",
        "input_shape",
        "batch_input_shape",
        "input_dim",
        "input_length",
        "name",
        "dtype",
        "trainable",
        "layer",
        "cell",
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "axis",
        "rate",
        "seed",
        "vocabulary",
        "max_tokens",
        "shape",
        "batch_shape",
    ]
)
small_shapes = st.lists(st.integers(0, 5), max_size=4)


@given(st.sampled_from(sorted(classes())), st.lists(odd, max_size=3), st.dictionaries(names, odd))
def test_constructors(name, positional, named):
    try:
        layer = classes()[name](*positional, **named)
        layer.get_config()
        layer.compute_output_shape((None, 4, 3))
    except ERRORS:
        pass


@given(st.dictionaries(st.sampled_from(["learning_rate", "momentum", "clipnorm", "name"]), odd))
def test_optimizers(named):
    try:
        elman.optimizers.SGD(**named).get_config()
    except ERRORS:
        pass


MODEL = elman.Sequential([layers.LSTM(2, input_shape=(None, 3)), layers.Dense(1)])
MODEL.compile("sgd", "mse")


def arrays():
    dtypes = st.sampled_from(["float32", "float64", "int8", "bool", "complex64", "U2", "object", "M8[s]"])
    return st.builds(lambda shape, dtype: np.zeros(shape, dtype), small_shapes, dtypes)


@given(st.one_of(arrays(), odd, st.lists(arrays(), max_size=3)))
def test_predict(x):
    try:
        MODEL.predict(x)
    except ERRORS:
        pass


@given(
    arrays(),
    arrays(),
    st.dictionaries(
        st.sampled_from(
            [
                "batch_size",
                "epochs",
                "initial_epoch",
                "validation_split",
                "validation_data",
                "sample_weight",
                "class_weight",
                "shuffle",
                "steps_per_epoch",
                "callbacks",
                "validation_batch_size",
            ]
        ),
        odd.filter(lambda value: not isinstance(value, int) or value < 50),
        max_size=3,
    ),
)
def test_fit(x, y, named):
    try:
        MODEL.fit(x, y, verbose=0, **named)
    except ERRORS:
        pass


@given(st.lists(arrays(), max_size=6))
def test_weights(weights):
    try:
        MODEL.set_weights(weights)
    except ERRORS:
        pass
    assert [w.shape for w in MODEL.get_weights()] == [(3, 8), (2, 8), (8,), (2, 1), (1,)]


@given(st.binary(max_size=200))
def test_files(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("fuzz") / "model.keras"
    path.write_bytes(content)
    try:
        elman.models.load_model(path)
    except (OSError, *ERRORS):
        pass


@given(st.lists(st.integers(0, 3), max_size=3), st.integers(0, 3), odd)
def test_calls_on_tensors(shape, number, other):
    try:
        tensors = [elman.Input(tuple(shape)) for _ in range(number)]
        layers.Concatenate()(tensors)
        layers.LSTM(2)(*tensors, initial_state=other)
    except ERRORS:
        pass


def test_what_holds_itself():
    endless = []
    endless.append(endless)
    for call in (
        lambda: layers.Dense(2, name=endless),
        lambda: elman.optimizers.Adam(endless),
        lambda: MODEL.compile("sgd", endless),
    ):
        try:
            call()
        except ERRORS:
            continue
        raise AssertionError("taken")
