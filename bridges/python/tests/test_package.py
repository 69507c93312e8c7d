"""What the package says of itself, and the examples of its README."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

import tickwright as tw
from scripted_simulator import ScriptedSimulator, in_background, rows_table, state
from tickwright import conversation, target
from tickwright.runner import _take_part
from tickwright.stream import PipeStream

FOLDER = Path(__file__).parents[1]
EXAMPLES = re.findall(r"```python\n# (\w+\.py)\n(.*?)```", (FOLDER / "README.md").read_text(encoding="utf-8"), re.S)


def test_the_version_is_that_of_the_simulator():
    version = json.loads((FOLDER.parents[1] / "package.json").read_text(encoding="utf-8"))["version"]
    assert tw.__version__ == conversation.LIBRARY_VERSION == version
    assert f'\nversion = "{version}"\n' in (FOLDER / "pyproject.toml").read_text(encoding="utf-8")


def test_what_is_exported_is_there_and_documented():
    for name in tw.__all__:
        value = getattr(tw, name)
        assert name == "__version__" or value.__doc__, name
    for name in dir(tw.Strategy):
        if not name.startswith("_") and callable(value := getattr(tw.Strategy, name)):
            assert value.__doc__, name


def test_there_are_no_addresses_of_registries_in_the_package():
    for file in [*(FOLDER / "tickwright").glob("*.py"), FOLDER / "pyproject.toml"]:
        assert "://" not in file.read_text(encoding="utf-8"), file


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_the_examples_of_the_readme_run(name, text, tmp_path, monkeypatch):
    (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, name[:-3], raising=False)
    cls = target.load(str(tmp_path / name))
    sim = ScriptedSimulator()
    got = []

    def work() -> None:
        _, ready = sim.greet(params={})
        names = tuple(ready["features"])
        sim.start(names)
        values = (100.0, 0.2)[: len(names)]
        if names:
            got.append(sim.ask(None, state(1, (0.0,), values))[1])
            fill = [2, 1, 3, 1, 999.0, 5.0, 5.0, 5.0, True, 0.0, 0, "", 1.0, 1.0]
            got.append(sim.ask([fill, [1, "flat"]], state(2, (0.005,), values))[1])
        else:
            table = rows_table([(1, 0, 10.0, 1, 0, 1, 1), (2, 1, 10.0, 3, 0, 1, 2)])
            got.append(sim.ask([[4, 2]], state(1, (0.0,), (), table))[1])
        sim.stop(None, state(3, (0.0,), values))

    thread = in_background(work)
    talk = tw.Conversation(PipeStream(sim.peer_read, sim.peer_write))
    _take_part(talk, cls, None)
    thread.join(10)
    talk.close()
    sim.hang_up()
    assert got == {
        "maker.py": [
            [[0, 1, 0, 1, 10.0, 999.0, 1], [0, 2, 0, 2, 10.0, 1001.0, 1]],
            [[4, "bought 0.005 at 99.9, position 0.005"], [3, None]],
        ],
        # −0.1 wanted, 0 there: 100 lots of 0.001 sold.
        "momentum.py": [[[0, 1, 0, 2, 100.0, None, 0]]],
    }[name]


def test_the_readme_has_examples():
    assert [name for name, _ in EXAMPLES] == ["maker.py", "momentum.py"]
