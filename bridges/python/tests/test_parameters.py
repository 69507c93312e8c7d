"""Parameters of a run file against the constructor of a strategy."""

from __future__ import annotations

import re
from typing import Any, Optional

import pytest

import tickwright as tw
from tickwright.parameters import construct


class Maker(tw.Strategy):
    def __init__(self, size: float, levels: int = 3, name: str = "m", hedge: bool = False, *, edge: float | None = None,
                 limit: Optional[int] = None, model: Any = None, plain=5, path: "str | list[str]" = "x"):  # fmt: skip
        self.given = (size, levels, name, hedge, edge, limit, model, plain, path)


class Bare(tw.Strategy):
    pass


class Open(tw.Strategy):
    def __init__(self, first: int, **others: Any) -> None:
        self.given = (first, others)


class Odd(tw.Strategy):
    def __init__(self, size: "NotThere" = 1) -> None:  # type: ignore[name-defined]  # noqa: F821
        self.given = size


def test_numbers_are_what_the_annotation_says():
    made = construct(Maker, {"size": 1, "levels": 4.0, "edge": 2, "limit": None}).given
    assert made == (1.0, 4, "m", False, 2.0, None, None, 5, "x")
    assert [type(value) for value in made[:2]] == [float, int] and type(made[4]) is float


def test_what_has_no_simple_annotation_is_not_checked():
    made = construct(Maker, {"size": 0.5, "model": {"a": [1]}, "plain": "text", "path": 7}).given
    assert made[6:] == ({"a": [1]}, "text", 7)
    assert construct(Odd, {"size": "any"}).given == "any"


def test_others_go_where_a_constructor_takes_them():
    assert construct(Open, {"first": 1, "second": 2}).given == (1, {"second": 2})
    assert isinstance(construct(Bare, {}), Bare)


@pytest.mark.parametrize(
    ("cls", "params", "said"),
    [
        (Maker, {}, "Maker needs the parameter 'size'; there are size, levels=3, name='m', hedge=False"),
        (Maker, {"size": 1, "sizee": 2, "b": 1}, "Maker has no parameter 'sizee', 'b'; there are size, levels=3"),
        (Bare, {"size": 1}, "Bare has no parameter 'size'; it has none"),
        (Maker, {"size": "1"}, "Maker: parameter size is '1' (str), not float"),
        (Maker, {"size": True}, "Maker: parameter size is True (bool), not float"),
        (Maker, {"size": None}, "Maker: parameter size is None (NoneType), not float"),
        (Maker, {"size": 1, "levels": 2.5}, "Maker: parameter levels is 2.5 (float), not int"),
        (Maker, {"size": 1, "levels": True}, "Maker: parameter levels is True (bool), not int"),
        (Maker, {"size": 1, "hedge": 1}, "Maker: parameter hedge is 1 (int), not bool"),
        (Maker, {"size": 1, "name": 5}, "Maker: parameter name is 5 (int), not str"),
        (Maker, {"size": 1, "edge": "big"}, "Maker: parameter edge is 'big' (str), not float or None"),
        (Maker, {"size": 1, "limit": 1.5}, "Maker: parameter limit is 1.5 (float), not int or None"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(cls, params, said):
    with pytest.raises(TypeError, match=re.escape(said)):
        construct(cls, params)
