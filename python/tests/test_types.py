"""The examples of docstrings and of the documentation pass mypy as programs of users'."""

import doctest
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import elman

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(elman.__file__).parent

#: Strict, but for functions in examples, which nobody annotates.
FLAGS = ["--strict", "--allow-untyped-defs", "--allow-untyped-calls", "--allow-subclassing-any"]


def docstrings():
    """The examples in docstrings, as source, by where they stand."""
    finder, found = doctest.DocTestFinder(exclude_empty=True), {}
    for info in pkgutil.walk_packages([str(PACKAGE)], "elman."):
        if info.name.startswith("elman.sklearn"):
            continue
        module = importlib.import_module(info.name)
        for test in finder.find(module):
            source = "".join(example.source for example in test.examples)
            # What stands in the module, its examples see.
            names = sorted(set(re.findall(r"\b[a-zA-Z]\w*", source)) & set(vars(module)))
            imports = [f"from {info.name} import {name} as {name}\n" for name in names if name in own(module)]
            if source:
                found[test.name] = "".join(imports) + source
    return found


def own(module):
    """The names of the classes and functions that a module defines, or gives as its own."""
    defined = {name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__}
    return defined | set(getattr(module, "__all__", ()))


def check(sources, tmp_path):
    """What mypy says of programs, each of which becomes a function."""
    lines = ["from typing import Any"]
    for number, (name, source) in enumerate(sources.items()):
        lines += [f"def example_{number}() -> None:", f"    # {name}"]
        lines += [f"    {line}" if line else "" for line in source.splitlines()]
    program = tmp_path / "examples.py"
    program.write_text("\n".join(lines) + "\n", encoding="utf-8")
    # Stubs beside the sources, or those of the wheel.
    environment = {**os.environ, "MYPYPATH": str(ROOT / "python")}
    command = [sys.executable, "-m", "mypy", *FLAGS, "--cache-dir", str(tmp_path / "cache"), str(program)]
    told = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    wrong = [line for line in told.stdout.splitlines() if ": error:" in line]
    text = program.read_text(encoding="utf-8").splitlines()
    return [f"{line}\n    {text[int(line.split(':')[1]) - 1].strip()}" for line in wrong], told


def test_examples_are_typed(tmp_path):
    pytest.importorskip("mypy")
    sources = docstrings()
    assert len(sources) > 200
    wrong, told = check(sources, tmp_path)
    assert not wrong, "\n".join(wrong)
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_documentation_is_typed(tmp_path):
    pytest.importorskip("mypy")
    given = "model: Any; x: Any; y: Any; chunks: Any; path: Any; record: Any; frame: Any; ray: Any; pickle: Any\n"
    given = given.replace("; ", " = None; ").replace("Any\n", "Any = None\n")
    sources = {}
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for number, block in enumerate(re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.S)):
            sources[f"{path.name}, {number}"] = "import elman\nimport elman.models\n" + inspect.cleandoc(given) + "\n" + block
    assert sources
    wrong, _ = check(sources, tmp_path)
    # Other libraries may be missing or without types.
    wrong = [line for line in wrong if "[import-" not in line and "no-untyped" not in line and "[untyped-decorator]" not in line]
    assert not wrong, "\n".join(wrong)


def test_mistakes_are_found(tmp_path):
    pytest.importorskip("mypy")
    wrong = {
        "verbose": "import elman\nelman.Sequential().fit([], verbose=3)",
        "units": "import elman\nelman.layers.LSTM('8')",
        "merge": "import elman\nelman.layers.Bidirectional(elman.layers.LSTM(8), merge_mode='mean')",
        "attribute": "import elman\nelman.Sequential().input_names.upper()",
    }
    found, _ = check(wrong, tmp_path)
    assert len(found) == len(wrong), "\n".join(found)
