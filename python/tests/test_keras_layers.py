"""The layers give what Keras's give: the cases of the library's own tests, through Python."""

import json

import numpy as np
import pytest

import elman
from elman import layers

from support import array, fixture, same

#: Layers that are called on a list of tensors.
ON_LISTS = {
    "Add",
    "AdditiveAttention",
    "Attention",
    "Average",
    "Concatenate",
    "Dot",
    "Maximum",
    "Minimum",
    "Multiply",
    "Subtract",
}


def run(case):
    layer = layers.deserialize(case["layer"])
    inputs = [array(x) for x in case["inputs"]]
    tensors = [elman.Input(batch_shape=x.shape) for x in inputs]
    keywords = dict(case.get("arguments") or {})
    arrays = list(inputs)
    if case.get("mask") is not None:
        mask = array(case["mask"])
        arrays.append(mask)
        keywords["mask"] = elman.Input(batch_shape=mask.shape)
        everything = [*tensors, keywords["mask"]]
    else:
        everything = tensors
    if len(tensors) == 1:
        outputs = layer(tensors[0], **keywords)
    elif layer._keras_name in ON_LISTS:
        outputs = layer(tensors, **keywords)
    elif layer._keras_name == "MultiHeadAttention":
        for name in [name for name in keywords if keywords[name] is True and name in ("key",)]:
            del keywords[name]
        outputs = layer(*tensors, **keywords)
    else:
        outputs = layer(tensors[0], initial_state=tensors[1:], **keywords)
    model = elman.Model(everything, outputs)
    weights = [array(w) for w in case["weights"]]
    model.set_weights(weights)
    got = model.predict(arrays if len(arrays) > 1 else arrays[0])
    got = got if isinstance(got, list) else [got]
    expected = [array(y) for y in case["outputs"]]
    assert len(got) == len(expected)
    for ours, theirs in zip(got, expected):
        same(ours, theirs, case["name"])


def plain(case):
    options = case.get("arguments") or {}
    named = any(key in ("query", "value", "key", "attention_mask") for key in options)
    masks = [mask for mask in case.get("masks") or [] if mask is not None]
    return not masks and not case.get("training") and not named


@pytest.mark.parametrize(
    ("file", "at_least"),
    [
        ("layers.json", 264),
        ("masks.json", 166),
        ("cells.json", 62),
        ("other_layers.json", 84),
        ("conv_lstm.json", 29),
        ("preprocessing.json", 10),
    ],
)
def test_outputs(file, at_least):
    cases = [case for case in fixture(file)["cases"] if plain(case)]
    for case in cases:
        try:
            run(case)
        except Exception as error:
            raise AssertionError(f"{file}, {case['name']}: {error}") from error
    assert len(cases) >= at_least


OPTIONS = (
    "units",
    "go_backwards",
    "return_sequences",
    "return_state",
    "use_bias",
    "unit_forget_bias",
    "reset_after",
    "zero_output_for_mask",
    "unroll",
)


def constant(weights, names, case, lstm):
    """Constant kernels and biases, as Keras's tests use them."""
    for weight, name in zip(weights, names):
        part = {"kernel": "kernel", "recurrent_kernel": "recurrent"}.get(name, "bias")
        weight[...] = case.get(part, 0.0)
        if name == "bias" and lstm:
            units = weight.shape[-1] // 4
            weight[units : 2 * units] = 1.0
    return weights


def configurations(case):
    """The arguments of a case, once for each of several values that it lists: `"false,true"`."""
    configs = [{}]
    for key in OPTIONS:
        if key in case:
            value = case[key]
            values = [json.loads(v) for v in value.split(",")] if isinstance(value, str) else [value]
            configs = [{**config, key: value} for config in configs for value in values]
    return configs


def test_the_cases_of_keras_own_unit_tests():
    cases, run = fixture("golden/keras_rnn_test_cases.json")["cases"], 0
    for case in cases:
        for config in configurations(case):
            twice = bool(case.get("stateful_second_call"))
            x = np.arange(np.prod(case["input_shape"]), dtype="float32").reshape(case["input_shape"])
            layer = getattr(layers, case["layer"])(**config, stateful=twice)
            arrays = [x] + [np.array(s, "float32") for s in case.get("initial_state") or []]
            tensors = [elman.Input(batch_shape=a.shape) for a in arrays]
            keywords = {"initial_state": tensors[1:]} if len(tensors) > 1 else {}
            inputs = list(tensors)
            if case.get("mask") is not None:
                arrays.append(np.array(case["mask"]))
                keywords["mask"] = elman.Input(batch_shape=arrays[-1].shape)
                inputs.append(keywords["mask"])
            model = elman.Model(inputs, layer(tensors[0], **keywords))
            names = [row[2] for row in model._native.weight_table()]
            lstm = case["layer"] == "LSTM" and config.get("unit_forget_bias", True)
            model.set_weights(constant(model.get_weights(), names, case, lstm))
            arrays = arrays if len(arrays) > 1 else arrays[0]
            got = model.predict(arrays)
            if twice:
                got = model.predict(arrays)
            same(got, case["expect"], str(case))
            run += 1
    assert run >= 31
