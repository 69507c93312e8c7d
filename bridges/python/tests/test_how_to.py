"""The how-to page of environments: its run file and its Python run as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from running import needs_program

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "environment.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def test_the_page_has_code() -> None:
    assert len(BLOCKS) == 3


@needs_program
@pytest.mark.parametrize("block", BLOCKS, ids=["one environment", "many at once", "a loop of your own"])
def test_code_of_the_page_runs(tmp_path: Path, block: str) -> None:
    (run_file,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "run.yaml").write_text(run_file)
    done = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")
