"""Where the tickwright program is, and the Node.js that runs it.

Knows nothing of what it is asked to do. Used by who starts a simulator.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

PROGRAM_VARIABLE = "TICKWRIGHT"

_SCRIPTS = (".js", ".mjs", ".cjs")
# Of a checkout, in which this package lies at bridges/python/tickwright.
_CHECKOUT_SCRIPT = Path(__file__).resolve().parents[3] / "dist" / "bridges" / "cli" / "main.js"
_INSTALLED = Path("node_modules") / ".bin" / ("tickwright.cmd" if os.name == "nt" else "tickwright")


def find_program(program: str | os.PathLike[str] | Sequence[str] | None, near: Path) -> list[str]:
    """The words that start tickwright.

    In this order: ``program`` (a path to the program or to its ``main.js``, a command line, or a list of words); the same in the
    environment variable ``TICKWRIGHT``; ``node_modules/.bin/tickwright`` in ``near``, the working directory and the folders
    above them; ``tickwright`` on the PATH; the checkout that this package lies in. Raises ``FileNotFoundError`` that lists what
    was tried.
    """
    if program is not None:
        if not isinstance(program, (str, os.PathLike)):
            return [os.fspath(word) for word in program]
        return _words(os.fspath(program), "program")
    told = os.environ.get(PROGRAM_VARIABLE, "").strip()
    if told:
        return _words(told, f"the environment variable {PROGRAM_VARIABLE}")
    tried = []
    for folder in _folders(near, Path.cwd()):
        installed = folder / _INSTALLED
        if installed.is_file():
            return [str(installed)]
        tried.append(str(folder))
    on_path = shutil.which("tickwright")
    if on_path is not None:
        return [on_path]
    if _CHECKOUT_SCRIPT.is_file():
        return [_node(str(_CHECKOUT_SCRIPT)), str(_CHECKOUT_SCRIPT)]
    raise FileNotFoundError(
        "the tickwright program was not found: there is no program=, the environment variable "
        f"{PROGRAM_VARIABLE} is not set, no {_INSTALLED} in {', '.join(tried)}, no tickwright on the PATH, and no "
        f"{_CHECKOUT_SCRIPT}. Install it (npm install tickwright) or say where it is"
    )


def _words(told: str, who: str) -> list[str]:
    path = Path(told).expanduser()
    if path.is_file():
        return [_node(told), str(path)] if path.suffix in _SCRIPTS else [str(path)]
    words = shlex.split(told)
    if not words or shutil.which(words[0]) is None:
        raise FileNotFoundError(f"{who} is {told!r}, which is neither a file nor a command that there is")
    return words


def _node(script: str) -> str:
    node = shutil.which("node")
    if node is None:
        raise FileNotFoundError(f"{script} needs Node.js, and there is no node on the PATH")
    return node


def _folders(*starts: Path) -> Iterator[Path]:
    seen = set()
    for start in starts:
        for folder in (start, *start.parents):
            if folder not in seen:
                seen.add(folder)
                yield folder
