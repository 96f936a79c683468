"""Writes the type stubs of the package, `python/elman/**/*.pyi`, from its sources.

`python python/make_stubs.py`, whenever a signature changed; with `--check`, it says which stubs are not
what it would write. The signatures are those of the sources; the
types are told by the names of arguments, which mean the same everywhere, and by their defaults. The stub
of the extension module, `_elman.pyi`, is written by hand.
"""

import ast
import re
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent / "elman"

HEAD = '''\
"""Types; written by python/make_stubs.py."""

'''

#: What the types are made of: the lines that a stub needs for a name, besides those of names in them.
NAMES = {
    "Any": "from typing import Any",
    "Literal": "from typing import Literal",
    "_Alias": "from typing import TypeAlias as _Alias",
    "_Callable": "from collections.abc import Callable as _Callable",
    "_Iterable": "from collections.abc import Iterable as _Iterable",
    "_Mapping": "from collections.abc import Mapping as _Mapping",
    "_Sequence": "from collections.abc import Sequence as _Sequence",
    "_PathLike": "from os import PathLike as _PathLike",
    "_ArrayLike": "from numpy.typing import ArrayLike as _ArrayLike",
    "_NDArray": "from numpy.typing import NDArray as _NDArray",
    "_Callback": "from elman.callbacks.base import Callback as _Callback",
    "_Configured": "from elman._arguments import Configured as _Configured",
    "_PyDataset": "from elman.utils.datasets import PyDataset as _PyDataset",
    "_Weight": "from elman.layers.variable import Variable as _Weight",
    # Arrays of any library and frames, sequences of unequal lengths, batches.
    "_Data": "_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset",
    "_Path": "_Path: _Alias = str | _PathLike[str]",
    "_Shape": "_Shape: _Alias = tuple[int | None, ...]",
    "_Config": "_Config: _Alias = _Mapping[str, Any]",
    # Names, functions of elman's, classes, objects and what Keras writes of them.
    "_Activation": "_Activation: _Alias = str | _Callable[..., Any]",
    "_Named": "_Named: _Alias = str | _Configured | _Callable[..., Any] | _Config",
    "_Nested": "_Nested: _Alias = _Named | _Sequence[Any] | _Mapping[str, Any]",
    "_Callbacks": "_Callbacks: _Alias = _Callback | _Iterable[_Callback]",
    "_Verbose": "_Verbose: _Alias = Literal['auto', 0, 1, 2]",
}

PATH = "_Path"
#: Types of arguments by their names.
ARGUMENTS = {
    **dict.fromkeys(["units", "filters", "epochs", "step", "patience", "input_dim"], "int"),
    **dict.fromkeys(["output_dim", "num_classes", "capacity", "sample", "index", "n"], "int"),
    **dict.fromkeys(["name", "monitor", "mode", "merge_mode"], "str | None"),
    **dict.fromkeys(["filepath", "source", "target"], PATH),
    **dict.fromkeys(["path", "to_file", "log_dir", "backup_dir", "filename"], f"{PATH} | None"),
    **dict.fromkeys(["batch_size", "steps", "steps_per_epoch", "validation_steps"], "int | None"),
    **dict.fromkeys(["validation_batch_size", "window", "maxlen", "seed", "index"], "int | None"),
    **dict.fromkeys(["x", "y", "sample_weight", "validation_data"], "_Data | None"),
    **dict.fromkeys(["data", "targets", "values", "sequences"], "_Data"),
    **dict.fromkeys(["y_true", "y_pred", "w", "weights"], "_ArrayLike"),
    **dict.fromkeys(["activation", "recurrent_activation"], "_Activation | None"),
    **dict.fromkeys(["initial_epoch", "cooldown", "size"], "int"),
    **dict.fromkeys(["recurrent_dropout", "rate", "learning_rate_", "min_delta", "factor", "min_lr"], "float"),
    **dict.fromkeys(["clipnorm", "clipvalue", "global_clipnorm", "weight_decay", "baseline"], "float | None"),
    "optimizer": "_Named",
    "callbacks": "_Callbacks | None",
    **dict.fromkeys(["loss", "metrics", "weighted_metrics"], "_Nested | None"),
    "loss_weights": "_Sequence[float] | _Mapping[str, float] | float | None",
    "validation_freq": "int | _Iterable[int]",
    "merge_mode": "Literal['concat', 'sum', 'ave', 'mul'] | None",
    "style": "Literal['keras3', 'keras2', 'keras2.7']",
    "reset_after": "bool",
    "return_dict": "bool",
    "line_length": "int | None",
    "print_fn": "_Callable[[str], Any] | None",
    "input_shape": "_Sequence[int | None]",
    "verbose": "_Verbose",
    "class_weight": "_Mapping[Any, float] | str | None",
    "config": "dict[str, Any]",
    "logs": "dict[str, Any] | None",
    "epoch": "int",
    "batch": "int",
    "dropout": "float",
    "trainable": "bool",
    "validation_split": "float",
}

#: What methods and functions give, by their names; `Any` where it depends on what they are given.
RESULTS = {
    **dict.fromkeys(["__init__", "__delattr__", "__setattr__", "build", "compile", "save"], "None"),
    **dict.fromkeys(["save_weights", "load_weights", "set_weights", "summary", "add", "adapt"], "None"),
    **dict.fromkeys(["reset_state", "reset_states", "set_model", "set_params", "reset_metrics"], "None"),
    **dict.fromkeys(["clear_session", "set_random_seed", "update_state", "set_vocabulary"], "None"),
    **dict.fromkeys(["count_params", "__len__", "__hash__", "vocabulary_size"], "int"),
    **dict.fromkeys(["__repr__", "to_json"], "str"),
    **dict.fromkeys(["__eq__", "__bool__", "is_arrays"], "bool"),
    **dict.fromkeys(["get_config"], "dict[str, Any]"),
    **dict.fromkeys(["__dir__", "input_names", "output_names", "metrics_names", "warnings"], "list[str]"),
    **dict.fromkeys(["built", "stateful", "compiled", "trainable", "supports_masking"], "bool"),
    **dict.fromkeys(["name", "dtype", "get_vocabulary_"], "str"),
    **dict.fromkeys(["iterations", "ndim"], "int"),
    **dict.fromkeys(["get_weights"], "list[_NDArray[Any]]"),
    **dict.fromkeys(["to_categorical", "normalize", "pad_sequences", "hidden_states"], "_NDArray[Any]"),
}

#: Those that only the methods of a class have.
OWN_RESULTS = {
    ("Training", "fit"): "History",
    (None, "add"): "Any",
    # None before `compile`, which nobody wants to ask for everywhere.
    ("Compiled", "optimizer"): "Optimizer | Any",
    ("Model", "layers"): "list[Any]",
    ("Model", "stream"): "_elman.Stream",
    ("Model", "streams"): "_elman.Streams",
    ("Model", "inputs"): "list[KerasTensor]",
    ("Model", "outputs"): "list[KerasTensor]",
    ("Model", "get_layer"): "Any",
    ("Model", "export"): "None",
    ("Compiled", "metrics"): "list[Reported]",
    ("Compiled", "get_metrics_result"): "dict[str, float]",
    ("Compiled", "get_compile_config"): "dict[str, Any] | Any",
    ("Compiled", "compile_from_config"): "None",
    ("Reported", "result"): "float",
    ("Weighted", "weights"): "list[_Weight]",
    ("Weighted", "trainable_weights"): "list[_Weight]",
    ("Weighted", "non_trainable_weights"): "list[_Weight]",
    # None before a stateful layer is built, which nobody wants to ask for everywhere.
    ("Recurrent", "states"): "list[State] | Any",
    ("RNN", "cell"): "Cell | Any",
    ("StackedRNNCells", "cells"): "list[Cell]",
    ("Cell", "output_size"): "int",
    ("State", "assign"): "None",
    ("State", "numpy"): "_NDArray[Any]",
    ("Variable", "numpy"): "_NDArray[Any]",
    ("Variable", "value"): "_NDArray[Any]",
    ("KerasTensor", "shape"): "_Shape",
    ("Picture", "_repr_svg_"): "str",
    ("Curves", "plot"): "Picture",
    ("Pictures", "plot_states"): "Picture",
}


#: Types of the attributes of objects by their names.
ATTRIBUTES = {"history": "dict[str, list[float]]", "epoch": "list[int]", "svg": "str"}

#: Decorators that say what kind of thing a function is.
KEPT = ("property", "staticmethod", "classmethod")

#: Libraries without types.
UNTYPED = "sklearn"


def type_of(argument, default):
    """The type of an argument, as far as its name and its default tell it."""
    if argument in ARGUMENTS:
        return ARGUMENTS[argument]
    if argument.endswith(("_initializer", "_regularizer", "_constraint")):
        return "_Named | None"
    if isinstance(default, ast.Constant) and default.value is not None:
        kind = type(default.value).__name__
        # Names stand beside objects nearly everywhere, and schedules beside numbers.
        return kind if kind == "bool" else "Any"
    return "Any"


def signature(function, is_method):
    """The arguments of a function, with types."""
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(positional) - len(given.defaults)) + given.defaults
    parts = []
    for i, (argument, default) in enumerate(zip(positional, defaults)):
        if is_method and i == 0:
            parts.append(argument.arg)
            continue
        if i == len(given.posonlyargs) and given.posonlyargs:
            parts.append("/")
        parts.append(one(argument, default))
    if given.vararg:
        parts.append(f"*{given.vararg.arg}: Any")
    elif given.kwonlyargs:
        parts.append("*")
    parts += [one(argument, default) for argument, default in zip(given.kwonlyargs, given.kw_defaults)]
    if given.kwarg:
        parts.append(f"**{given.kwarg.arg}: Any")
    return ", ".join(parts)


def one(argument, default):
    """One argument with its type and its default."""
    kind = type_of(argument.arg, default)
    if default is None:
        return f"{argument.arg}: {kind}"
    if isinstance(default, ast.Constant) and default.value is None and "None" not in kind:
        kind = kind if kind == "Any" else f"{kind} | None"
    return f"{argument.arg}: {kind} = {ast.unparse(default) if isinstance(default, ast.Constant) else '...'}"


def function_stub(function, indent, owner):
    """A function or a method."""
    decorators = [ast.unparse(decorator) for decorator in function.decorator_list]
    # Others change nothing that types tell.
    decorators = [d for d in decorators if d in KEPT or d.endswith(".setter")]
    is_method = owner is not None and "staticmethod" not in decorators
    result = OWN_RESULTS.get((owner, function.name)) or RESULTS.get(function.name, "Any")
    if any(decorator.endswith(".setter") for decorator in decorators) or function.name.startswith("on_"):
        result = "None"
    arguments = signature(function, is_method)
    if function.name == "__eq__":
        arguments = "self, other: object"
    lines = [f"{indent}@{decorator}" for decorator in decorators]
    return [*lines, f"{indent}def {function.name}({arguments}) -> {result}: ..."]


def body_stub(body, indent, owner=None):
    """The statements of a module or of a class."""
    lines = []
    untyped = {
        alias.name
        for node in body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(UNTYPED) and not node.level
        for alias in node.names
    }
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            lines.append(indent + import_stub(node))
        elif isinstance(node, ast.FunctionDef):
            if not node.name.startswith("_") or node.name.startswith("__") and node.name != "__init_subclass__":
                lines += function_stub(node, indent, owner)
        elif isinstance(node, ast.ClassDef):
            bases = ", ".join(map(ast.unparse, node.bases))
            inner = body_stub(node.body, indent + "    ", node.name)
            inner = [*attributes(node, indent + "    "), *inner] or [f"{indent}    ..."]
            ignore = "  # type: ignore[misc, unused-ignore]" if set(bases.split(", ")) & untyped else ""
            head = f"{node.name}({bases})" if bases else node.name
            lines += [f"{indent}class {head}:{ignore}", *inner]
        elif isinstance(node, ast.Assign):
            lines += assign_stub(node, indent)
    return lines


def attributes(owner, indent):
    """The attributes that a constructor gives an object, but those that are in the class as well."""
    functions = [node for node in owner.body if isinstance(node, ast.FunctionDef)]
    known = {node.name for node in functions}
    found = {}
    for node in functions:
        for part in ast.walk(node) if node.name == "__init__" else []:
            if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
                if ast.unparse(part.value) == "self" and not part.attr.startswith("_"):
                    found[part.attr] = None
    return [f"{indent}{name}: {ATTRIBUTES.get(name, 'Any')}" for name in found if name not in known]


def import_stub(node):
    """An import; what a package takes from its own modules is the package's as well."""
    if not isinstance(node, ast.ImportFrom) or not node.level:
        is_untyped = isinstance(node, ast.ImportFrom) and node.module.startswith(UNTYPED)
        return ast.unparse(node) + ("  # type: ignore[import-untyped, unused-ignore]" if is_untyped else "")
    taken = [alias for alias in node.names if not (node.module and alias.name.startswith("_"))]
    if not taken:
        return ""
    names = ", ".join(f"{alias.name} as {alias.asname or alias.name}" for alias in taken)
    return f"from {'.' * node.level}{node.module or ''} import {names}"


def assign_stub(node, indent):
    """Other names of things, and values."""
    lines = []
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = zip(target.elts, node.value.elts)
        else:
            pairs = [(target, node.value)]
        for name, value in pairs:
            if not isinstance(name, ast.Name):
                continue
            if name.id == "__all__":
                is_plain = isinstance(value, ast.List) and all(isinstance(e, ast.Constant) for e in value.elts)
                lines.append(f"__all__ = {ast.unparse(value)}" if is_plain else "__all__: list[str]")
            elif name.id == "NAMES" and isinstance(value, ast.Dict):
                # The functions that a module makes of a table.
                lines += [f"def {key.value}(x: Any) -> Any: ..." for key in value.keys]
            elif isinstance(value, ast.Name) and not name.id.startswith("_"):
                lines.append(f"{indent}{name.id} = {value.id}")
            elif not name.id.startswith("_") or name.id == "__version__":
                lines.append(f"{indent}{name.id}: Any")
    return lines


def stub(path):
    """The stub of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lines = body_stub(tree.body, "")
    if path == PACKAGE / "__init__.py":
        lines = root(lines)
    text = "\n".join(lines) + "\n"
    needed, before = [], None
    while needed != before:
        words = set(re.findall(r"\w+", "\n".join([text, *needed])))
        before, needed = needed, [line for name, line in NAMES.items() if name in words]
    imports = [line for line in needed if line.startswith("from")]
    return HEAD + "\n".join(imports) + "\n\n" + "\n".join(needed[len(imports) :]) + "\n" + text


def root(lines):
    """The package itself, whose modules are imported when they are asked for."""
    kept = [line for line in lines if not line.startswith(("def ", "import ", "__all__", "from"))]
    modules = sorted(path.name.partition(".")[0] for path in PACKAGE.iterdir() if is_public(path))
    imports = [f"from . import {name} as {name}" for name in modules if name != "sklearn"]
    names = {
        "initializers": "Initializer",
        "layers": "Input KerasTensor Layer",
        "losses": "Loss",
        "metrics": "Metric",
        "models": "Model Sequential",
        "optimizers": "Optimizer",
        "regularizers": "Regularizer",
        "saving": "convert",
    }
    for module, own in names.items():
        imports.append(f"from .{module} import {', '.join(f'{n} as {n}' for n in own.split())}")
    return [*imports, *kept, "__all__: list[str]"]


def is_public(path):
    """Whether this is a module that users import."""
    return not path.name.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").exists())


def main(check):
    """Writes the stubs, or gives those that differ."""
    different = []
    for path in sorted(PACKAGE.rglob("*.py")):
        written, text = path.with_suffix(".pyi"), stub(path)
        if check and (not written.exists() or written.read_text(encoding="utf-8") != text):
            different.append(str(written))
        elif not check:
            written.write_text(text, encoding="utf-8")
    return different


if __name__ == "__main__":
    if different := main("--check" in sys.argv[1:]):
        sys.exit(f"run python python/make_stubs.py, which changes {', '.join(different)}")
