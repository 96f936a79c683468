"""Every class and function has Keras's arguments with Keras's defaults, and no others."""

import ast
import inspect
from pathlib import Path

import pytest

import elman

#: Arguments that elman has and Keras hasn't.
MORE = {
    "Model.summary": {"style"},
    "Model.load_weights": {"by_name"},
}
#: Arguments of Keras that are left to `**kwargs`, which refuses them.
FEWER = {"Model.clone_model": {"recursive"}}


def cases():
    section = None
    path = Path(__file__).with_name("keras_signatures.txt")
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            name, _, arguments = line.partition("(")
            yield section, name, "(" + arguments


def found(section, name):
    if section == "Model":
        for owner in (elman.models, elman.layers, elman.Model):
            if hasattr(owner, name):
                return getattr(owner, name)
    owner = elman
    for part in section.split("."):
        owner = getattr(owner, part)
    return getattr(owner, name)


def parameters(signature):
    return {
        p.name: p.default
        for p in signature.parameters.values()
        if p.name != "self" and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    }


def keras(arguments):
    arguments = arguments.replace("/, *args, ", "")
    scope = {}
    exec(compile(ast.parse(f"def f{arguments}: pass"), "signature", "exec"), scope)
    return parameters(inspect.signature(scope["f"]))


#: Classes that stand for all of their kind, and make none.
BASES = {"Layer", "Loss", "Metric", "Optimizer"}


@pytest.mark.parametrize(
    ("section", "name", "arguments"), [case for case in cases() if case[1] not in BASES]
)
def test_signature(section, name, arguments):
    theirs, ours = keras(arguments), parameters(inspect.signature(found(section, name)))
    for extra in MORE.get(f"{section}.{name}", ()):
        ours.pop(extra)
    for missing in FEWER.get(f"{section}.{name}", ()):
        theirs.pop(missing)
    if name in ("get", "deserialize", "serialize"):
        assert len(ours) >= 1
        return
    assert list(ours) == list(theirs)
    assert ours == theirs


def test_all_are_compared():
    assert sum(1 for _ in cases()) > 270


def test_every_layer_of_the_library_has_its_class():
    from elman.layers.registry import classes

    assert set(elman._elman.classes()) <= set(classes())
