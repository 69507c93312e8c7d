"""Rewards written as formulas: `"pnl - 0.01 * abs(pos)"`.

Only numbers, names, arithmetic, comparisons and a few functions are let through, and what is let through is compiled once.
Knows nothing of environments. Used by them.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass

QUANTITIES = ("pnl", "pos", "equity", "cash", "fees", "fills")
"""What a formula may name besides features.

``pnl``: change of equity since the step before, fees counted. ``pos``: position (of the only instrument). ``equity``, ``cash``:
as they are now. ``fees``: paid in this step, less rebates. ``fills``: own trades in this step, a count.
"""

FUNCTIONS: dict[str, Callable[..., float]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log1p": math.log1p,
    "tanh": math.tanh,
    "sign": lambda value: math.copysign(1.0, value) if value else 0.0,
}
_LEAST_ARGUMENTS = {"min": 2, "max": 2}
_MOST_ARGUMENTS = {"min": 16, "max": 16}

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_SIGNS = (ast.UAdd, ast.USub)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_LONGEST = 1_000


@dataclass(frozen=True)
class Formula:
    """``value(pnl, pos, equity, cash, fees, fills, *features)``, the features in the order of ``features``."""

    text: str
    features: tuple[str, ...]
    uses_position: bool
    value: Callable[..., float]


def formula(text: str) -> Formula:
    """Reads a formula. Raises ``ValueError`` that says what in it is not allowed."""
    if len(text) > _LONGEST:
        raise ValueError(f"reward: a formula of {len(text)} characters; {_LONGEST} are allowed")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        reader = _Reader(text)
        body = reader.read(tree.body)
    except SyntaxError as error:
        raise ValueError(f"reward {text!r} is no formula: {error.msg}") from None
    except (RecursionError, MemoryError):
        raise ValueError(f"reward {text!r} is nested too deeply") from None
    names = [*QUANTITIES, *reader.features]
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg(f"v_{name}") for name in names], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    code = ast.fix_missing_locations(ast.Expression(ast.Lambda(arguments, body)))
    functions = {f"f_{name}": function for name, function in FUNCTIONS.items()}
    value = eval(compile(code, "<reward>", "eval"), {"__builtins__": {}, **functions})
    return Formula(text, tuple(reader.features), reader.uses_position, value)


class _Reader:
    """Builds the expression anew out of what is known, so that nothing else can be in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.features: list[str] = []
        self.uses_position = False

    def read(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.Constant(value=value) if isinstance(value, (int, float)) and not isinstance(value, bool):
                # As doubles: whole numbers would grow without end in powers.
                return ast.Constant(self._number(value))
            case ast.Name(id=name):
                return self._name(name)
            case ast.UnaryOp(op=op, operand=operand) if isinstance(op, _SIGNS):
                return ast.UnaryOp(op, self.read(operand))
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _OPERATORS):
                return ast.BinOp(self.read(left), op, self.read(right))
            case ast.Compare(left=left, ops=ops, comparators=others) if all(isinstance(op, _COMPARISONS) for op in ops):
                return ast.Compare(self.read(left), ops, [self.read(other) for other in others])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return ast.IfExp(self.read(test), self.read(body), self.read(orelse))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
                least, most = _LEAST_ARGUMENTS.get(name, 1), _MOST_ARGUMENTS.get(name, 1)
                if not least <= len(args) <= most:
                    raise ValueError(f"reward {self._text!r}: {name} takes {least if least == most else f'{least} to {most}'} values")
                return ast.Call(ast.Name(f"f_{name}", ast.Load()), [self.read(arg) for arg in args], [])
        said = ast.get_source_segment(self._text.strip(), node) or type(node).__name__
        raise ValueError(
            f"reward {self._text!r}: {said!r} is not allowed; there are numbers, + - * / **, comparisons, `a if b else c`, "
            f"{', '.join(FUNCTIONS)}, the names {', '.join(QUANTITIES)}, and features"
        )

    def _number(self, value: int | float) -> float:
        try:
            return float(value)
        except OverflowError:
            raise ValueError(f"reward {self._text!r}: a number in it is too large") from None

    def _name(self, name: str) -> ast.expr:
        if name == "pos":
            self.uses_position = True
        elif name not in QUANTITIES and name not in self.features:
            self.features.append(name)
        return ast.Name(f"v_{name}", ast.Load())
