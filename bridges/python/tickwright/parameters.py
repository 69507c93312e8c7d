"""Makes a strategy with the parameters of a run file, checked against the arguments of its constructor.

Knows nothing of conversations. Called by the runner.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

_Made = TypeVar("_Made")
_SIMPLE = (int, float, str, bool)


def construct(cls: type[_Made], params: Mapping[str, Any]) -> _Made:
    """``cls(**params)``. Raises ``TypeError`` that names a parameter which is unknown, missing or of the wrong type.

    Annotations ``int``, ``float``, ``str``, ``bool`` and unions of them (with ``None``) are checked, others are not. A whole
    number fits a ``float`` and becomes one; a ``float`` without a fraction fits an ``int``.
    """
    name = cls.__name__
    known = {
        parameter.name: parameter
        for parameter in inspect.signature(cls).parameters.values()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }
    takes_any = any(p.kind is p.VAR_KEYWORD for p in inspect.signature(cls).parameters.values())
    unknown = [given for given in params if given not in known]
    if unknown and not takes_any:
        raise TypeError(f"{name} has no parameter {', '.join(map(repr, unknown))}; {_listed(known)}")
    missing = [p.name for p in known.values() if p.default is p.empty and p.name not in params]
    if missing:
        raise TypeError(f"{name} needs the parameter {', '.join(map(repr, missing))}; {_listed(known)}")
    try:
        hints = typing.get_type_hints(cls.__init__)
    except Exception:  # annotations may name what exists only for type checkers
        hints = {}
    fitted = {given: _fit(name, given, value, hints.get(given)) for given, value in params.items()}
    return cls(**fitted)


def _fit(cls: str, name: str, value: Any, hint: Any) -> Any:
    allowed = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
    if not all(one in _SIMPLE or one is type(None) for one in allowed):
        return value
    for one in allowed:
        if type(value) is one:
            return value
    if isinstance(value, int) and not isinstance(value, bool) and float in allowed:
        return float(value)
    if isinstance(value, float) and int in allowed and value.is_integer():
        return int(value)
    wanted = " or ".join("None" if one is type(None) else one.__name__ for one in allowed)
    raise TypeError(f"{cls}: parameter {name} is {value!r} ({type(value).__name__}), not {wanted}")


def _listed(known: Mapping[str, inspect.Parameter]) -> str:
    if not known:
        return "it has none"
    shown = [f"{p.name}" if p.default is p.empty else f"{p.name}={p.default!r}" for p in known.values()]
    return f"there are {', '.join(shown)}"
