"""Every public class and function says what it is, with an example that runs."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import elman
from elman import _elman


def public():
    """The public classes and functions by one of their names."""
    found = {}
    names = [info.name for info in pkgutil.walk_packages(elman.__path__, "elman.")]
    for name in ["elman", *names]:
        if any(part.startswith("_") for part in name.split(".")[1:]):
            continue
        if name.startswith("elman.sklearn"):
            pytest.importorskip("sklearn")
        module = importlib.import_module(name)
        for key in getattr(module, "__all__", ()):
            thing = getattr(module, key)
            if inspect.isclass(thing) or callable(thing):
                found.setdefault(id(thing), (f"{name}.{key}", thing))
    return dict(found.values())


#: What programs get from models, made in Rust.
NATIVE = {"stream": _elman.Stream, "streams": _elman.Streams}


def test_every_class_and_function_has_an_example():
    things = {**public(), **NATIVE}
    bare = [name for name, thing in things.items() if ">>> " not in (thing.__doc__ or "")]
    assert not bare
    assert len(things) > 250


def test_every_method_says_what_it_does():
    bare = set()
    for name, thing in {**public(), **NATIVE}.items():
        for key, method in vars(thing).items() if inspect.isclass(thing) else ():
            is_method = inspect.isroutine(method) or isinstance(method, (property, classmethod, staticmethod))
            if is_method and not key.startswith("_") and not (inspect.getdoc(getattr(thing, key)) or "").strip():
                bare.add(f"{name}.{key}")
    assert not bare


def test_layers_say_their_shapes():
    things = public()
    layers = {name: thing for name, thing in things.items() if name.startswith("elman.layers.") and inspect.isclass(thing)}
    bare = [name for name, thing in layers.items() if "shape" not in thing.__doc__ and "(batch" not in thing.__doc__]
    assert len(layers) > 50 and not bare


@pytest.mark.parametrize("name", NATIVE)
def test_examples_of_what_is_made_in_rust(name):
    """Those of Python's own run as tests by themselves."""
    test = doctest.DocTestParser().get_doctest(inspect.getdoc(NATIVE[name]), {}, name, None, 0)
    result = doctest.DocTestRunner().run(test)
    assert result.attempted > 3 and not result.failed
