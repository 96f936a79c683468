"""Layers and cells within layers, their weights and their states, as Keras has them."""

import copy

import numpy as np
import pytest

import elman
from elman import layers

from support import random, same


def test_both_directions_have_their_weights():
    both = layers.Bidirectional(layers.LSTM(4, return_sequences=True))
    assert both.forward_layer.get_weights() == [] and not both.forward_layer.built
    model = elman.Sequential([layers.Input((5, 3)), both])
    forward, backward = both.forward_layer, both.backward_layer
    assert (forward.name, backward.name) == ("forward_lstm", "backward_lstm")
    assert isinstance(forward, layers.LSTM) and backward.go_backwards and not forward.go_backwards
    assert (both.return_sequences, both.return_state, both.stateful) == (True, False, False)
    for ours, theirs in zip(forward.get_weights() + backward.get_weights(), both.get_weights()):
        np.testing.assert_array_equal(ours, theirs)
    x = random(2, 5, 3)
    for _ in range(2):
        whole = model.predict(x, verbose=0)
        same(forward(x), whole[:, :, :4])
        same(backward(x)[:, ::-1], whole[:, :, 4:])
        # Each change goes through.
        backward.set_weights([w + 0.5 for w in backward.get_weights()])
        forward.cell.bias.assign(np.arange(16) / 16)
    assert both.get_weights()[2].tolist() == forward.bias.numpy().tolist() == (np.arange(16) / 16).tolist()
    assert forward.count_params() == both.count_params() // 2 == 4 * 4 * 8
    with pytest.raises(ValueError, match="forward_lstm.*3 weights.*got 1"):
        forward.set_weights([np.zeros((3, 16))])
    with pytest.raises(ValueError, match=r"bidirectional.*\(3, 16\)"):
        forward.set_weights([np.zeros((4, 16)), np.zeros((4, 16)), np.zeros(16)])


def test_layers_are_trained_as_a_whole():
    both = layers.Bidirectional(layers.GRU(2))
    elman.Sequential([layers.Input((5, 3)), both])
    with pytest.raises(ValueError, match="forward_gru.*`trainable`.*bidirectional"):
        both.forward_layer.trainable = False
    assert both.forward_layer.trainable
    both.trainable = False
    both.forward_layer.trainable = False
    dense = layers.Dense(2)
    layers.TimeDistributed(dense)
    with pytest.raises(ValueError, match="dense.*`trainable`.*before"):
        dense.trainable = False
    assert dense.trainable
    frozen = layers.TimeDistributed(layers.Dense(2, trainable=False))
    assert elman.Sequential([layers.Input((5, 3)), frozen]).trainable_weights == []


@pytest.mark.parametrize(
    "layer, names",
    [
        (layers.SimpleRNN(4), ["kernel", "recurrent_kernel", "bias"]),
        (layers.LSTM(4, use_bias=False), ["kernel", "recurrent_kernel"]),
        (layers.GRU(4, reset_after=False), ["kernel", "recurrent_kernel", "bias"]),
        (layers.MinGRU(4), ["kernel", "bias"]),
        (layers.MinLSTM(4), ["kernel", "bias"]),
        (layers.RNN(layers.LSTMCell(4)), ["kernel", "recurrent_kernel", "bias"]),
    ],
)
def test_cells(layer, names):
    assert isinstance(layer, layers.RNN)
    layer.build((None, 5, 3))
    cell = layer.cell
    assert [weight.name for weight in cell.weights] == names and cell.built
    np.testing.assert_array_equal(cell.kernel, layer.get_weights()[0])
    assert cell.count_params() == layer.count_params()
    assert cell.output_size == cell.units == 4
    states = layer.get_initial_state(3)
    assert [state.shape for state in states] == [(3, size) for size in layer.state_size]
    # They are those that a call starts from.
    x, given = elman.Input((5, 3)), [elman.Input((size,)) for size in layer.state_size]
    model = elman.Model([x, *given], layer(x, initial_state=given))
    values = random(3, 5, 3)
    np.testing.assert_array_equal(model.predict([values, *states], verbose=0), layer(values))
    # A cell of the same arguments computes the same.
    again = layers.RNN(type(cell).from_config(cell.get_config()))
    again.build((None, 5, 3))
    again.set_weights(layer.get_weights())
    same(again(values), layer(values))


def test_stacked_cells():
    given = [layers.GRUCell(4, use_bias=False), layers.LSTMCell(3), layers.SimpleRNNCell(2)]
    layer = layers.RNN(given, return_state=True)
    outputs = layer(random(2, 5, 3))
    assert layer.cell.cells == given and layer.cell.cells[1] is given[1]
    assert layer.cell.state_size == [4, [3, 3], 2] and layer.cell.output_size == 2
    flat = [given[0].weights, given[1].weights, given[2].weights]
    assert [len(weights) for weights in flat] == [2, 3, 3]
    assert [w.shape for w in given[1].weights] == [(4, 12), (3, 12), (12,)]
    for ours, theirs in zip(sum((cell.get_weights() for cell in given), []), layer.get_weights()):
        np.testing.assert_array_equal(ours, theirs)
    states = layer.get_initial_state(2)
    assert states[1][1].shape == (2, 3) and len(outputs) == 1 + 4
    again = layers.RNN.from_config(layer.get_config())
    assert [type(cell) for cell in again.cell.cells] == [type(cell) for cell in given]
    assert again.cell.cells[1].units == 3


def test_a_layer_for_each_step():
    dense = layers.Dense(2)
    steps = layers.TimeDistributed(dense)
    model = elman.Sequential([layers.Input((5, 3)), steps])
    assert steps.layer is dense and dense.kernel.shape == (3, 2)
    dense.set_weights([np.ones((3, 2)), np.zeros(2)])
    x = random(1, 5, 3)
    same(model.predict(x, verbose=0)[..., 0], x.sum(axis=-1))
    # One that was at work before brings its weights.
    other = layers.TimeDistributed(dense)
    same(other(x), model.predict(x, verbose=0))


def test_parts_of_loaded_layers(tmp_path):
    model = elman.Sequential(
        [
            layers.Input((5, 3)),
            layers.Bidirectional(layers.RNN([layers.GRUCell(3), layers.LSTMCell(2)], return_sequences=True)),
            layers.TimeDistributed(layers.Dense(2)),
        ]
    )
    model.save(tmp_path / "model.keras")
    again = elman.models.load_model(tmp_path / "model.keras")
    for model in (again, copy.copy(again)):
        both, steps = model.layers
        cells = both.backward_layer.cell.cells
        assert [type(cell) for cell in cells] == [layers.GRUCell, layers.LSTMCell]
        np.testing.assert_array_equal(cells[1].bias, both.get_weights()[-1])
        np.testing.assert_array_equal(steps.layer.kernel, steps.get_weights()[0])
        assert both.forward_layer is both.forward_layer


def test_states():
    model = elman.Sequential(
        [
            layers.Input(batch_shape=(2, 5, 3)),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True, stateful=True)),
            layers.Dense(3),
            layers.GRU(2, stateful=True),
        ]
    )
    both, _, last = model.layers
    assert [state.shape for state in both.states] == [(2, 4)] * 4
    assert not np.any(both.states[0])
    x = random(2, 5, 3)
    y = model.predict(x, verbose=0)
    np.testing.assert_array_equal(last.states[0], y)
    np.testing.assert_array_equal(both.backward_layer.states[1], both.states[3])
    assert np.any(both.states[0])
    before = [state.numpy() for state in both.states]
    last.states[0].assign(np.zeros((2, 2)))
    both.reset_state()
    np.testing.assert_array_equal(model.predict(x, verbose=0), y)
    for state, value in zip(both.states, before):
        np.testing.assert_array_equal(state, value)
    with pytest.raises(ValueError, match=r"gru.*\(3, 2\).*\(2, 2\)"):
        last.states[0].assign(np.zeros((3, 2)))
    assert layers.GRU(2).states is None
    layer = layers.LSTM(2)
    layer(x)
    assert layer.states is None


def test_a_stateful_layer_alone():
    layer, x = layers.GRU(2, stateful=True, return_state=True), random(2, 5, 3)
    first = layer(x)
    second = layer(x)
    assert not np.array_equal(first[0], second[0])
    np.testing.assert_array_equal(layer.states[0], second[1])
    layer.reset_state()
    np.testing.assert_array_equal(layer(x)[0], first[0])


def test_layers_are_built_by_a_shape():
    layer = layers.Dense(2)
    assert not layer.built
    layer.build((None, 3))
    assert layer.built and layer.kernel.shape == (3, 2)
    model = elman.Sequential([layers.Input((3,)), layer])
    np.testing.assert_array_equal(model.get_weights()[0], layer.kernel)
    layer.kernel.assign_add(np.ones((3, 2)))
    layer.bias.assign_sub(np.ones(2))
    np.testing.assert_array_equal(model.get_weights()[1], [-1.0, -1.0])
    assert layer.bias[0] == -1.0 and len(layer.kernel) == 3
    attention = layers.Attention(use_scale=True)
    attention.build([(None, 4, 3), (None, 5, 3)])
    assert [weight.name for weight in attention.weights] == ["scale"]
    for wrong in [(None,), (None, "x"), 3, (None, None)]:
        with pytest.raises((TypeError, ValueError)):
            layers.Dense(2).build(wrong)
