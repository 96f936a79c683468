"""The steps of an introduction to recurrent networks, with nothing but the import changed."""

import numpy as np
import pytest

import elman
from elman.layers import Bidirectional, SimpleRNN
from elman.models import Sequential


@pytest.fixture(autouse=True)
def _names_start_anew():
    elman.utils.clear_session()


def summary(model, **options):
    lines = []
    model.summary(print_fn=lines.append, **options)
    return "\n".join(lines)


KERAS2 = """\
Model: "sequential"
_________________________________________________________________
 Layer (type)                Output Shape              Param #   
=================================================================
 simple_rnn (SimpleRNN)      (None, 3)                 42        
                                                                 
=================================================================
Total params: 42
Trainable params: 42
Non-trainable params: 0
_________________________________________________________________
"""


@pytest.mark.parametrize(
    "shape", [{"input_shape": (2, 10)}, {"input_length": 2, "input_dim": 10}]
)
def test_one_layer(shape):
    model = Sequential()
    model.add(SimpleRNN(3, **shape))
    assert summary(model, style="keras2.7").strip() == KERAS2.strip()
    assert model.output_shape == (None, 3)
    assert model.count_params() == 42


def test_a_fixed_batch():
    Sequential().add(SimpleRNN(3, input_shape=(2, 10)))
    model = Sequential()
    model.add(SimpleRNN(3, batch_input_shape=(8, 2, 10)))
    assert model.name == "sequential_1"
    assert "simple_rnn_1 (SimpleRNN)" in summary(model)
    assert model.output_shape == (8, 3)
    expected = KERAS2.replace("(None, 3)", "(8, 3)   ").replace('"sequential"', '"sequential_1"')
    expected = expected.replace("simple_rnn (SimpleRNN)  ", "simple_rnn_1 (SimpleRNN)")
    assert summary(model, style="keras2.7").strip() == expected.strip()
    model = Sequential()
    model.add(SimpleRNN(3, batch_input_shape=(8, 2, 10), return_sequences=True))
    assert model.output_shape == (8, 2, 3)


def test_the_layer_is_the_loop_by_hand():
    timesteps, features, units = 10, 4, 8
    inputs = np.random.default_rng(1).random((timesteps, features))
    model = Sequential([SimpleRNN(units, return_sequences=True, input_shape=(timesteps, features))])
    kernel, recurrent, bias = model.get_weights()
    state, states = np.zeros(units), []
    for x in inputs:
        state = np.tanh(x @ kernel + state @ recurrent + bias)
        states.append(state)
    assert np.shape(states) == (10, 8)
    np.testing.assert_allclose(model.predict(inputs[None])[0], states, rtol=1e-5, atol=1e-6)


def test_deep():
    model = Sequential()
    model.add(SimpleRNN(8, input_length=10, input_dim=5, return_sequences=True))
    model.add(SimpleRNN(8, return_sequences=True))
    assert [layer.output_shape for layer in model.layers] == [(None, 10, 8)] * 2
    assert model.count_params() == 8 * (5 + 8 + 1) + 8 * (8 + 8 + 1)


def test_both_directions_four_times():
    model = Sequential()
    model.add(Bidirectional(SimpleRNN(8, return_sequences=True), input_shape=(10, 5)))
    for _ in range(3):
        model.add(Bidirectional(SimpleRNN(8, return_sequences=True)))
    assert [layer.output_shape for layer in model.layers] == [(None, 10, 16)] * 4
    assert [layer.count_params() for layer in model.layers] == [224] + [400] * 3
