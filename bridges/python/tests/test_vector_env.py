"""Several environments at once: each is what it would be alone, and gymnasium's rules of autoreset hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tickwright as tw
from running import is_running, needs_program, run_file

pytestmark = needs_program

TARGET = tw.spaces.Target(-1, 0, 1)
FEATURES = ["mid", "spread", "return_10s"]


def test_each_one_is_what_it_would_be_alone(tmp_path: Path) -> None:
    path = run_file(tmp_path)
    actions = np.random.default_rng(1).integers(3, size=(40, 3))
    with tw.VecEnv(3, path, features=FEATURES, action=TARGET) as envs:
        observations, infos = envs.reset(seed=5)
        assert infos["seed"].tolist() == [5, 6, 7] and infos["_seed"].all()
        told = [(observations, infos)]
        for row in actions:
            observations, rewards, terminations, truncations, infos = envs.step(row)
            assert not (terminations | truncations).any()
            told.append((observations, infos, rewards))
    for i in range(3):
        with tw.Env(path, features=FEATURES, action=TARGET) as env:
            obs, info = env.reset(seed=5 + i)
            for step, (observations, infos, *rewards) in enumerate(told):
                assert observations[i].tobytes() == obs.tobytes()
                for name in ("now", "position", "equity", "fills"):
                    assert infos[name][i] == info[name] and infos[f"_{name}"][i]
                if step < len(actions):
                    obs, reward, *_, info = env.step(actions[step, i])
                    assert told[step + 1][2][i] == reward


def test_the_step_after_an_end_resets_and_does_not_act(tmp_path: Path) -> None:
    from gymnasium.vector import AutoresetMode, VectorEnv

    path = run_file(tmp_path)
    with tw.VecEnv(2, path, features=["mid"], action=TARGET, max_steps=3, seed=9) as envs:
        assert isinstance(envs, VectorEnv) and envs.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
        first, infos = envs.reset()
        assert infos["seed"].tolist() == [9, 10]
        assert first.shape == envs.observation_space.shape == (2, 2)
        assert envs.action_space.contains(envs.action_space.sample())
        for step in range(3):
            *_, rewards, terminations, truncations, infos = envs.step([2, 0])
            assert truncations.all() == (step == 2) and not terminations.any()
        assert infos["position"].tolist() == [1, -1]
        observations, rewards, terminations, truncations, infos = envs.step([2, 0])
        assert rewards.tolist() == [0, 0] and not truncations.any() and infos["position"].tolist() == [0, 0]
        assert (observations == first).all(), "the same tape from its beginning"
        assert envs.step([1, 2])[-1]["position"].tolist() == [0, 1]


def test_seeds_that_are_not_given_differ_between_them_and_repeat(tmp_path: Path) -> None:
    path = run_file(tmp_path)
    seen = []
    for _ in range(2):
        with tw.VecEnv(2, path, features=["mid"], action=TARGET) as envs:
            seen.append([envs.reset()[1]["seed"].tolist() for _ in range(3)])
            assert envs.reset(seed=[4, 3])[1]["seed"].tolist() == [4, 3]
            with pytest.raises(ValueError, match="3 seeds for 2"):
                envs.reset(seed=[1, 2, 3])
            envs.reset()
            with pytest.raises(ValueError, match="1 actions for 2"):
                envs.step([1])
    assert seen[0] == seen[1]
    assert len({seed for seeds in seen[0] for seed in seeds}) == 6


def test_nothing_is_left_of_it(tmp_path: Path) -> None:
    path = run_file(tmp_path)
    envs = tw.VecEnv(2, path, features=["mid"], action=TARGET)
    pids = [player.seat.pid for player in envs._players]
    envs.reset()
    envs.close()
    envs.close()
    assert not any(is_running(pid) for pid in pids)
    with pytest.raises(ValueError, match="VecEnv: 0"):
        tw.VecEnv(0, path, features=["mid"], action=TARGET)
    with pytest.raises(TypeError, match="no pin"):
        tw.VecEnv(1, path, features=["mid"], action=TARGET, pin=True)
