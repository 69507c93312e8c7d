"""The simulator as our process: found, never left behind, on one CPU with us only while it should be."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import tickwright as tw
from running import MAIN, is_running, needs_program, run_file
from tickwright.frame import encode, pack
from tickwright.layout import ERROR
from tickwright.program import find_program
from tickwright.stream import PipeStream

LINUX = sys.platform.startswith("linux")
TARGET = tw.spaces.Target(-1, 0, 1)


def ended_soon(pid: int) -> bool:
    end = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not is_running(pid)


def env_of(path: str, **given: Any) -> tw.Env:
    return tw.Env(path, **{"features": ["mid"], "action": TARGET, **given})


def pid_of(env: tw.Env) -> int:
    return env._player.seat.pid


@needs_program
def test_it_ends_when_the_environment_is_closed_or_forgotten_or_fails_to_start(tmp_path: Path) -> None:
    path = run_file(tmp_path)
    env = env_of(path)
    pid = pid_of(env)
    env.close()
    env.close()
    assert not is_running(pid)
    with pytest.raises(RuntimeError, match="closed"):
        env.reset()
    env = env_of(path)
    env.reset()
    pid = pid_of(env)
    del env
    gc.collect()
    assert not is_running(pid)
    session = tw.session(path, every="1s")
    pid = session._seat.pid
    for _ in session:
        break
    del session
    assert not is_running(pid)
    open_files = len(os.listdir("/dev/fd"))
    for _ in range(3):
        with pytest.raises(tw.RemoteError):
            env_of(path, features=["nothing"])
    assert len(os.listdir("/dev/fd")) == open_files


@needs_program
def test_ctrl_c_in_a_step_ends_it_and_the_next_reset_starts_anew(tmp_path: Path) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    path = run_file(tmp_path)
    env = env_of(path)
    env.reset(seed=1)
    first = env.step(2)[0].tolist()
    pid = pid_of(env)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        os.kill(pid, signal.SIGSTOP)  # so that the step lasts until the alarm
        with pytest.raises(KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, 0.5)
            env.step(2)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert not is_running(pid)
    env.reset(seed=1)
    assert pid_of(env) != pid and env.step(2)[0].tolist() == first
    env.close()


CHILD = """
import os, sys, time
import tickwright as tw
env = tw.Env(sys.argv[1], features=["mid"], action=tw.spaces.Target(-1, 0, 1))
env.reset()
forked = os.fork()
if forked == 0:
    time.sleep(60)
    os._exit(0)
print(env._player.seat.pid, forked, flush=True)
if sys.argv[2] == "raise":
    raise SystemExit("enough")
time.sleep(60)
"""


@needs_program
@pytest.mark.parametrize("how", ["kill", "raise"])
def test_it_ends_with_us_whatever_becomes_of_us_and_of_our_forked_children(tmp_path: Path, how: str) -> None:
    words = [sys.executable, "-c", CHILD, run_file(tmp_path), how]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdout is not None
        pid, forked = (int(word) for word in child.stdout.readline().split())
        try:
            assert how == "raise" or is_running(pid)
            if how == "kill":
                child.kill()
            child.wait(20)
            assert ended_soon(pid)
        finally:
            os.kill(forked, signal.SIGKILL)


@needs_program
def test_a_simulator_that_dies_is_an_error_and_the_next_reset_starts_anew(tmp_path: Path) -> None:
    with env_of(run_file(tmp_path)) as env:
        env.reset()
        os.kill(pid_of(env), signal.SIGKILL)
        with pytest.raises(tw.FrameError, match="EXIT"):
            env.step(1)
        env.reset()
        env.step(1)


def test_what_the_simulator_said_before_it_went_is_heard_also_by_who_only_writes() -> None:
    said, ours = os.pipe()
    heard, theirs = os.pipe()
    os.write(theirs, encode(ERROR, 0, pack({"code": "FEATURE", "message": "there is no such thing"})))
    for fd in (said, theirs):
        os.close(fd)
    talk = tw.Conversation(PipeStream(heard, ours))
    try:
        with pytest.raises(tw.RemoteError, match="FEATURE: there is no such thing"):
            talk.reset()
        with pytest.raises(tw.FrameError, match="the simulator is gone"):
            talk.reset()
    finally:
        talk.close()


@needs_program
@pytest.mark.skipif(not LINUX, reason="CPUs are only chosen on Linux")
def test_both_share_one_cpu_during_episodes_and_only_then(tmp_path: Path) -> None:
    path = run_file(tmp_path)
    mine = os.sched_getaffinity(0)
    with env_of(path, max_steps=2) as env, env_of(path) as other:
        assert os.sched_getaffinity(0) == mine
        env.reset()
        one = os.sched_getaffinity(0)
        assert len(one) == 1 and os.sched_getaffinity(pid_of(env)) == one
        other.reset()
        assert os.sched_getaffinity(0) == one == os.sched_getaffinity(pid_of(other))
        child = os.fork()
        if child == 0:
            os._exit(0 if os.sched_getaffinity(0) == mine else 1)
        assert os.waitpid(child, 0)[1] == 0, "a forked child is free"
        with env_of(path, pin=False) as third:
            assert os.sched_getaffinity(pid_of(third)) == mine, "a new simulator is free"
            third.reset()
            assert os.sched_getaffinity(pid_of(third)) == mine
        env.step(1), env.step(1)
        assert os.sched_getaffinity(0) == one, "the other one goes on"
        other.close()
        assert os.sched_getaffinity(0) == mine
        env.reset()
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == mine


def test_the_program_is_looked_for_in_a_known_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def executable(path: Path) -> str:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        return str(path)

    monkeypatch.delenv("TICKWRIGHT", raising=False)
    monkeypatch.setattr("tickwright.program._CHECKOUT_SCRIPT", tmp_path / "no" / "main.js")
    monkeypatch.chdir(tmp_path)
    near = tmp_path / "project" / "runs"
    near.mkdir(parents=True)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(FileNotFoundError) as caught:
        find_program(None, near)
    for tried in ("program=", "TICKWRIGHT", str(near), str(near.parent), "PATH", "main.js"):
        assert tried in str(caught.value)

    node = executable(tmp_path / "bin" / "node")
    (tmp_path / "no").mkdir()
    (tmp_path / "no" / "main.js").write_text("")
    assert find_program(None, near) == [node, str(tmp_path / "no" / "main.js")]
    on_path = executable(tmp_path / "bin" / "tickwright")
    assert find_program(None, near) == [on_path]
    installed = executable(near.parent / "node_modules" / ".bin" / "tickwright")
    assert find_program(None, near) == [installed]
    script = tmp_path / "a folder" / "main.js"
    script.parent.mkdir()
    script.write_text("")
    monkeypatch.setenv("TICKWRIGHT", str(script))
    assert find_program(None, near) == [node, str(script)]
    monkeypatch.setenv("TICKWRIGHT", f"node --enable-source-maps '{script}'")
    assert find_program(None, near) == ["node", "--enable-source-maps", str(script)]
    assert find_program(["any", "words"], near) == ["any", "words"]
    assert find_program(Path(on_path), near) == [on_path]
    with pytest.raises(FileNotFoundError, match="program is 'nonsense', which is neither"):
        find_program("nonsense", near)
    monkeypatch.setenv("TICKWRIGHT", "nonsense")
    with pytest.raises(FileNotFoundError, match="environment variable TICKWRIGHT is 'nonsense'"):
        find_program(None, near)


def test_the_checkout_of_this_package_has_the_program_where_it_is_looked_for() -> None:
    from tickwright import program

    assert program._CHECKOUT_SCRIPT == MAIN
