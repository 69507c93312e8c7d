"""The process that the simulator starts, and scripts that attach themselves."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

import tickwright as tw
from scripted_simulator import Ended, ScriptedSimulator, frame, in_background, state, welcome
from tickwright import target

PACKAGE = Path(__file__).parents[1]

GOOD = """
    import os, random, sys
    import numpy as np
    import tickwright as tw

    class Maker(tw.Strategy):
        def __init__(self, size: float = 0.01):
            self.size = size
            print("made", size, random.random(), np.random.rand(), sorted(v for v in os.environ if v.startswith("TICKWRIGHT_")))

        def on_features(self, ts, x):
            self.buy(self.size)
            print("asked")

        def on_stop(self):
            print("stopped")
"""


class Spawned(ScriptedSimulator):
    """A strategy process as the simulator starts it, on descriptors 3 and 4."""

    def __init__(self, where: Path, what: str, **variables: str) -> None:
        super().__init__()
        # A shell puts the pipes where the simulator has them.
        command = (
            f'exec 3<&{self.peer_read} 4>&{self.peer_write} {self.peer_read}<&- {self.peer_write}>&-; exec "$0" -m tickwright "$1"'
        )
        self.process = subprocess.Popen(
            ["bash", "-c", command, sys.executable, what],
            cwd=where,
            env={**os.environ, "PYTHONPATH": str(PACKAGE), "TICKWRIGHT_FDS": "3,4", **variables},
            pass_fds=(self.peer_read, self.peer_write),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        os.close(self.peer_read)
        os.close(self.peer_write)

    def end(self) -> tuple[int, str, str]:
        """Exit code, stdout, stderr."""
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


def write(folder: Path, text: str, name: str = "maker.py") -> Path:
    file = folder / name
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return file


def test_a_run_goes_to_its_end_and_prints_what_the_strategy_prints(tmp_path):
    write(tmp_path, GOOD)
    sim = Spawned(tmp_path, "maker.py:Maker", TICKWRIGHT_TOKEN="geheim", TICKWRIGHT_PARENT=str(os.getpid()), TICKWRIGHT_CPU="0")
    hello, ready = sim.greet(params={"size": 2})
    assert hello["token"] == "geheim" and hello["pid"] == sim.process.pid
    assert ready["name"] == "Maker" and ready["handlers"] == ["features", "stop"]
    if hasattr(os, "sched_getaffinity"):
        assert os.sched_getaffinity(sim.process.pid) == {0}
    sim.start()
    assert sim.ask()[1] == [[0, 1, 0, 1, 2000.0, None, 0]]
    sim.stop()
    code, out, err = sim.end()
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].startswith("made 2.0 0.32383276483316237 0.07630828937395717")  # seed 7
    assert lines[0].endswith("['TICKWRIGHT_CPU']")
    assert lines[1:] == ["asked", "stopped"]


def test_what_does_not_name_a_cpu_is_passed_over(tmp_path):
    write(tmp_path, GOOD)
    for cpu in ("4096", "first", "99999999999999999999"):
        sim = Spawned(tmp_path, "maker.py", TICKWRIGHT_CPU=cpu)
        assert sim.greet()[1]["name"] == "Maker"
        sim.stop()
        assert sim.end()[0] == 0


def test_the_protocol_descriptors_are_closed_to_children_and_away_from_three_and_four(tmp_path):
    write(
        tmp_path,
        """
        import os, subprocess, sys
        import tickwright as tw

        class Forks(tw.Strategy):
            def on_start(self, ctx):
                look = "import os; print('child', [fd for fd in map(int, os.listdir('/proc/self/fd')) if 2 < fd and os.path.exists(f'/proc/self/fd/{fd}') and 'pipe' in os.readlink(f'/proc/self/fd/{fd}')])"
                print(subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, close_fds=False).stdout.strip())
                print("own", [fd for fd in (3, 4) if os.path.exists(f"/proc/self/fd/{fd}") and "pipe" in os.readlink(f"/proc/self/fd/{fd}")])
        """,
    )
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("there is no /proc here")
    sim = Spawned(tmp_path, "maker.py")
    sim.greet()
    sim.start()
    sim.stop()
    assert sim.end()[:2] == (0, "child []\nown []\n")


@pytest.mark.parametrize(
    ("text", "what", "code", "said", "trace"),
    [
        ("import nothing_of_this_name", "maker.py", "START", "ModuleNotFoundError: No module named 'nothing_of_this_name'", "maker.py\", line 1, in <module>"),
        ("def f(:", "maker.py", "START", "SyntaxError", "maker.py"),
        ("x = 1\nraise SystemExit(3)", "maker.py", "START", "SystemExit: 3", "maker.py\", line 2"),
        ("x = 1", "maker.py", "START", "there is no strategy in it", ""),
        ("import tickwright as tw\nclass A(tw.Strategy): ...\nclass B(A): ...", "maker.py", "START", "write maker.py:NAME; strategies there: A, B", ""),
        ("import tickwright as tw\nclass A(tw.Strategy): ...", "maker.py:C", "START", "maker.py has no C; strategies there: A", ""),
        ("A = 5", "maker.py:A", "START", "A in maker.py is no class that inherits from tickwright.Strategy", ""),
        ("", "nowhere.py", "START", "there is no file", ""),
        ("", "nowhere.module:A", "START", "No module named 'nowhere'", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_imported_is_told_in_place_of_hello(tmp_path, text, what, code, said, trace):
    write(tmp_path, text)
    sim = Spawned(tmp_path, what)
    frame_type, seq, meta, _ = sim.take()
    assert (frame_type, seq, meta["code"]) == (5, 0, code)
    assert said in meta["message"] and trace in meta["traceback"]
    assert "tickwright/runner" not in meta["traceback"] and "importlib" not in meta["traceback"]
    assert sim.end()[0] == 1


@pytest.mark.parametrize(
    ("body", "params", "said"),
    [
        ("def __init__(self): raise OSError('no model.txt')", {}, "OSError: no model.txt"),
        ("def __init__(self, size: int): ...", {"siez": 1}, "TypeError: Maker has no parameter 'siez'; there are size"),
        ("features = 5", {}, "TypeError: Maker.features is 5, not a list of names"),
        ("def __init__(self): self.buy(1)", {}, "RuntimeError: orders, timers and state are there from on_start on"),
    ],
)
def test_what_fails_before_ready_is_told_in_its_place(tmp_path, body, params, said):
    write(tmp_path, f"import tickwright as tw\nclass Maker(tw.Strategy):\n    {body}\n")
    sim = Spawned(tmp_path, "maker.py")
    _, meta = sim.greet(params=params)
    assert meta["code"] == "START" and said in meta["message"]
    assert sim.end()[0] == 1


def test_an_exception_in_a_handler_is_told_with_a_traceback_that_begins_in_the_users_code(tmp_path):
    write(
        tmp_path,
        """
        import tickwright as tw

        def model(x):
            try:
                return {}["weights"]
            except KeyError as error:
                raise ValueError("nö model " + "x" * 100_000) from error

        class Maker(tw.Strategy):
            def on_features(self, ts, x):
                self.buy(model(x))
        """,
    )
    sim = Spawned(tmp_path, "maker.py")
    sim.greet()
    sim.start()
    sim.send(frame(16, 2, None, state()))
    frame_type, seq, meta, _ = sim.take()
    assert (frame_type, seq, meta["code"]) == (5, 2, "STRATEGY")
    assert meta["message"].startswith("ValueError: nö model xxx") and "characters left out" in meta["message"]
    trace = meta["traceback"]
    first_place = next(line for line in trace.splitlines() if line.startswith("  File"))
    assert 'maker.py", line 6, in model' in first_place  # of the cause, which comes first
    assert "KeyError: 'weights'" in trace and 'line 12, in on_features' in trace
    assert "dispatch.py" not in trace and "runner.py" not in trace
    assert sim.end() == (1, "", "")


def test_wrong_use_is_traced_from_the_users_line(tmp_path):
    write(tmp_path, "import tickwright as tw\nclass Maker(tw.Strategy):\n    def on_start(self, ctx):\n        self.buy('much')\n")
    sim = Spawned(tmp_path, "maker.py")
    sim.greet()
    sim.send(frame(16, 1, [[0, []]], state()))
    meta = sim.take()[2]
    places = [line for line in meta["traceback"].splitlines() if line.startswith("  File")]
    assert 'maker.py", line 4, in on_start' in places[0]
    assert meta["message"] == "TypeError: qty 'much' or px None is no number"
    assert sim.end()[0] == 1


def test_the_end_of_the_stream_between_frames_is_a_quiet_end(tmp_path):
    write(tmp_path, GOOD)
    sim = Spawned(tmp_path, "maker.py")
    sim.greet()
    sim.start()
    sim.hang_up()
    code, out, err = sim.end()
    assert (code, err) == (0, "") and "stopped" not in out


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (frame(16, 2, None, state())[:20], "EXIT: the stream ended inside a frame"),
        (b"", "EXIT: the simulator closed the connection before it answered"),
        (frame(5, 0, {"code": "TOKEN", "message": "no"}), "the simulator says TOKEN: no"),
        (frame(16, 5, None, state()), "SEQ: request 5 came after request 0"),
    ],
)
def test_another_end_is_an_error_of_one_line(tmp_path, sent, said):
    write(tmp_path, GOOD)
    sim = Spawned(tmp_path, "maker.py")
    sim.take()
    if not (sent == b"" or "TOKEN" in said):
        sim.send(frame(2, 0, welcome()))
        sim.take()
    sim.send(sent)
    if "SEQ" in said:
        assert sim.take()[2]["code"] == "SEQ"
    sim.hang_up()
    code, _, err = sim.end()
    assert code == 1 and err.startswith(f"tickwright: {said}") and err.count("\n") == 1


def test_interrupts_are_left_to_the_simulator_and_stacks_are_shown_on_request(tmp_path):
    write(
        tmp_path,
        """
        import time
        import tickwright as tw

        class Sleeper(tw.Strategy):
            def on_start(self, ctx):
                print("sleeping", flush=True)
                time.sleep(60)
        """,
    )
    sim = Spawned(tmp_path, "maker.py")
    sim.greet()
    sim.send(frame(16, 1, [[0, []]], state()))
    assert sim.process.stdout.readline() == "sleeping\n"
    sim.process.send_signal(signal.SIGINT)
    sim.process.send_signal(signal.SIGUSR1)
    stack = ""
    while "on_start" not in stack:
        stack += sim.process.stderr.readline()
    assert sim.process.poll() is None
    sim.process.kill()
    sim.end()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel does this on Linux alone")
def test_a_strategy_that_hangs_ends_with_the_process_that_started_it(tmp_path):
    write(tmp_path, "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)\n")
    starter = (
        "import os, subprocess, sys, time\n"
        "a, b = os.pipe(); c, d = os.pipe()\n"
        "os.environ['TICKWRIGHT_FDS'] = f'{a},{d}'\n"
        "subprocess.Popen([sys.executable, '-m', 'tickwright', 'maker.py'], pass_fds=(a, d))\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", starter], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(PACKAGE)}, stdout=subprocess.PIPE, text=True
    )
    pid = int(process.stdout.readline())
    os.kill(pid, 0)
    process.kill()
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_simulator_that_is_gone_already_is_noticed(tmp_path):
    write(tmp_path, GOOD)
    gone = subprocess.Popen(["true"])
    gone.wait()
    sim = Spawned(tmp_path, "maker.py", TICKWRIGHT_PARENT=str(gone.pid))
    with pytest.raises(Ended):
        sim.take()
    assert sim.end()[0] == (1 if sys.platform.startswith("linux") else 0)


@pytest.mark.parametrize(
    ("variables", "arguments", "said"),
    [
        ({}, ["maker.py"], "usage: python -m tickwright TARGET"),
        ({"TICKWRIGHT_FDS": "3,4"}, [], "usage: python -m tickwright TARGET"),
        ({"TICKWRIGHT_FDS": "3"}, ["maker.py"], "TICKWRIGHT_FDS='3' are not two open file descriptors"),
        ({"TICKWRIGHT_FDS": "a,b"}, ["maker.py"], "TICKWRIGHT_FDS='a,b' are not two open file descriptors"),
        ({"TICKWRIGHT_FDS": "77,78"}, ["maker.py"], "TICKWRIGHT_FDS='77,78' are not two open file descriptors"),
    ],
)
def test_a_start_by_hand_says_how_it_is_done(tmp_path, variables, arguments, said):
    done = subprocess.run(
        [sys.executable, "-m", "tickwright", *arguments],
        env={**os.environ, "PYTHONPATH": str(PACKAGE), **variables},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


# -- targets


@pytest.mark.parametrize(
    ("text", "what", "name"),
    [
        ("class A(tw.Strategy): ...", "m.py", "A"),
        ("class A(tw.Strategy): ...\nclass B(A): ...\ntw.run(A)", "m.py", "A"),
        ("class A(tw.Strategy): ...\nclass B(A): ...\ntw.run(A)", "m.py:B", "B"),
        ("from tickwright import Strategy, BatchStrategy\nclass A(Strategy): ...", "m.py", "A"),
        ("class A(tw.Strategy): ...\nif __name__ == '__main__': tw.run(int)", "m.py", "A"),
    ],
)
def test_a_target_is_found(tmp_path, monkeypatch, text, what, name):
    write(tmp_path, f"import tickwright as tw\n{text}\n", "m.py")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "m", raising=False)
    assert target.load(str(tmp_path / what)).__name__ == name
    assert sys.path[0] == str(tmp_path)


def test_a_file_with_the_name_of_a_module_in_use_does_not_take_its_place(tmp_path, monkeypatch):
    write(tmp_path, "import tickwright as tw\nclass A(tw.Strategy): ...\n", "json.py")
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert target.load(str(tmp_path / "json.py")).__name__ == "A"
    import json

    assert json.loads("1") == 1


def test_a_module_is_a_target_too(tmp_path, monkeypatch):
    write(tmp_path, "import tickwright as tw\nclass A(tw.Strategy): ...\n", "some_module_for_this_test.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert target.load("some_module_for_this_test:A").__name__ == "A"


# -- attached


class Attached(tw.Strategy):
    """Asks for an order at each request."""

    def __init__(self, size: float = 1) -> None:
        self.size = size
        self.asked = 0

    def on_features(self, ts: int, x: tw.FeatureRow) -> None:
        self.asked += 1
        if self.size < 0:
            raise ValueError("a size below 0")
        self.buy(self.size)


class Waiting:
    """A simulator that waits at an address."""

    def __init__(self, address: str | tuple[str, int]) -> None:
        self.server = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        self.server.bind(address)
        self.server.listen()
        self.told: list[Any] = []

    def serve(self, size: float) -> None:
        with self.server.accept()[0] as line:
            sim = ScriptedSimulator.__new__(ScriptedSimulator)
            sim._read = sim._write = line.fileno()
            sim._seq = 0
            self.told.append(sim.greet(params={"size": size})[0].get("token"))
            sim.start()
            self.told.append(sim.ask()[1])
            if size > 0:
                sim.stop()
        self.server.close()


@pytest.mark.parametrize("family", ["unix", "tcp"])
def test_a_strategy_attaches_takes_part_in_a_run_and_is_handed_back(family, tmp_path):
    waiting = Waiting(str(tmp_path / "tw.sock") if family == "unix" else ("127.0.0.1", 0))
    name = waiting.server.getsockname()
    address = name if family == "unix" else f"{name[0]}:{name[1]}"
    thread = in_background(lambda: waiting.serve(2))
    strategy = tw.run(Attached, attach=address, token="t")
    thread.join(10)
    assert strategy.asked == 1 and strategy.size == 2.0
    assert waiting.told == ["t", [[0, 1, 0, 1, 2000.0, None, 0]]]


def test_what_a_handler_raises_reaches_simulator_and_caller(tmp_path, monkeypatch):
    monkeypatch.setenv("TICKWRIGHT_TOKEN", "from the environment")
    waiting = Waiting(str(tmp_path / "tw.sock"))
    thread = in_background(lambda: waiting.serve(-1))
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ValueError, match="a size below 0"):
        tw.run(Attached, attach=str(tmp_path / "tw.sock"))
    thread.join(10)
    assert signal.getsignal(signal.SIGINT) is before
    token, told = waiting.told
    assert token == "from the environment"
    assert told["code"] == "STRATEGY" and told["message"] == "ValueError: a size below 0"
    assert 'in on_features\n    raise ValueError("a size below 0")' in told["traceback"]


def test_a_script_attaches_by_its_arguments_and_says_how_it_is_started_without_them(tmp_path):
    script = write(tmp_path, GOOD + "\n    tw.run(Maker)\n")
    waiting = Waiting(str(tmp_path / "tw.sock"))
    thread = in_background(lambda: waiting.serve(3))

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(script), *arguments],
            env={**os.environ, "PYTHONPATH": str(PACKAGE)},
            capture_output=True,
            text=True,
            timeout=30,
        )

    done = call("--attach", str(tmp_path / "tw.sock"), "--token", "t", "--unknown")
    thread.join(10)
    assert done.returncode == 0 and done.stdout.splitlines()[1:] == ["asked", "stopped"]
    assert waiting.told == ["t", [[0, 1, 0, 1, 3000.0, None, 0]]]
    alone = call()
    assert alone.returncode == 0
    assert f"strategy: {{ python: {script}:Maker }}" in alone.stdout and f"python {script} --attach ADDRESS" in alone.stdout
    nobody = call("--attach", str(tmp_path / "nobody.sock"))
    assert nobody.returncode == 1 and "no simulator waits at" in nobody.stderr


def test_only_strategies_are_run():
    with pytest.raises(TypeError, match="run: 5 is no class that inherits"):
        tw.run(5)  # type: ignore[arg-type]
