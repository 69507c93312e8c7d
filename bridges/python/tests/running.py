"""What the tests of environments, pull loops and tapes share: run files, the built program, and who is still running."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

MAIN = Path(__file__).resolve().parents[3] / "dist" / "bridges" / "cli" / "main.js"

needs_program = pytest.mark.skipif(
    not MAIN.is_file() or shutil.which("node") is None, reason="needs Node.js and the built program: npm run build"
)

VENUE = """
venue:
  latency: { entry: { model: uniform, from: 1ms, to: 9ms }, response: 2ms }
  queue: { model: risk-averse }
  fees: { maker: 0.00002, taker: 0.00005 }
"""


def run_file(folder: Path, rows: int = 20_000, instruments: int = 1, more: str = "", name: str = "run.yaml") -> str:
    path = folder / name
    path.write_text(f"tape: {{ synthetic: {{ seed: 5, rows: {rows}, instruments: {instruments} }} }}\n{VENUE}{more}")
    return str(path)


def is_running(pid: int) -> bool:
    """Whether there is such a process that is not a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
