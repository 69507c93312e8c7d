"""Finds the strategy class that a target names: `path/to/maker.py:Maker`, `path/to/maker.py`, `package.module:Class`.

Knows nothing of conversations. Called by the runner.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from types import ModuleType

from .strategy import BatchStrategy, Strategy

_registered: list[type[Strategy]] = []
_loading = False


def register(cls: type[Strategy]) -> bool:
    """Notes the class that a script hands to ``tw.run``. ``False``: no target is being loaded, so the script runs by itself."""
    if _loading:
        _registered.append(cls)
    return _loading


def load(target: str) -> type[Strategy]:
    """Imports what ``target`` names. Raises ``ImportError`` or ``TypeError`` that says what there is, and what the import raises."""
    global _loading
    place, colon, name = target.rpartition(":")
    if not colon or name.endswith(".py"):  # `maker.py`, and `C:\\maker.py`
        place, name = target, ""
    _registered.clear()
    _loading = True
    try:
        module = _import_file(place) if place.endswith(".py") else importlib.import_module(place)
    finally:
        _loading = False
    if name:
        found = getattr(module, name, None)
        if found is None:
            raise ImportError(f"{place} has no {name}; {_listed(_strategies(module))}")
        if not (isinstance(found, type) and issubclass(found, Strategy)):
            raise TypeError(f"{name} in {place} is no class that inherits from tickwright.Strategy")
        return found
    candidates = list(dict.fromkeys(_registered)) or _strategies(module)
    if len(candidates) != 1:
        raise ImportError(f"{place} does not say which strategy: write {place}:NAME; {_listed(candidates)}")
    return candidates[0]


def _import_file(path: str) -> ModuleType:
    full = os.path.abspath(path)
    if not os.path.isfile(full):
        raise ImportError(f"there is no file {full}")
    # As for a script: its own folder comes first.
    sys.path.insert(0, os.path.dirname(full))
    name = os.path.splitext(os.path.basename(full))[0]
    if name in sys.modules:
        name = f"strategy_file_{name}"
    spec = importlib.util.spec_from_file_location(name, full)
    if spec is None or spec.loader is None:
        raise ImportError(f"{full} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that pickle and dataclasses find it
    spec.loader.exec_module(module)
    return module


def _strategies(module: ModuleType) -> list[type[Strategy]]:
    """Strategy classes defined in a module itself."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Strategy)
        and value not in (Strategy, BatchStrategy)
        and value.__module__ == module.__name__
    ]


def _listed(found: list[type[Strategy]]) -> str:
    return f"strategies there: {', '.join(cls.__name__ for cls in found)}" if found else "there is no strategy in it"
