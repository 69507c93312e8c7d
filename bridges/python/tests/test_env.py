"""Environments: gymnasium's own check, the same episodes from the same seeds, rewards, refusals, and whose place the agent takes."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tickwright as tw
from running import MAIN, needs_program, run_file

pytestmark = [needs_program, pytest.mark.filterwarnings("ignore:.*WARN:UserWarning")]

FEATURES = ["mid", "spread", "imbalance_5", "return_10s"]
TARGET = tw.spaces.Target(-1, 0, 1)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return run_file(tmp_path)


def played(env: Any, actions: list[Any], seed: int | None = None) -> list[Any]:
    """Everything that an episode gives, observations as bytes."""
    obs, info = env.reset(seed=seed)
    told = [(obs.tobytes(), info)]
    for action in actions:
        obs, *rest = env.step(action)
        told.append((obs.tobytes(), *rest))
    return told


@pytest.mark.parametrize(
    "action",
    [TARGET, tw.spaces.TargetBox(-2, 2), tw.spaces.Quotes(0.5), tw.spaces.Quotes(0.5, offsets=(-3, 9), levels=2)],
    ids=["Target", "TargetBox", "Quotes", "Quotes of two levels"],
)
def test_gymnasium_finds_nothing_wrong(path: str, action: Any) -> None:
    from gymnasium import Env
    from gymnasium.utils.env_checker import check_env

    env = tw.Env(path, features=FEATURES, action=action, every="1s")
    assert isinstance(env, Env)
    check_env(env)
    env.close()


def test_the_same_seed_and_actions_give_the_same_episode(path: str) -> None:
    actions = [2, 0, 2, 2, 1, 0, 0, 2] * 4
    with tw.Env(path, features=FEATURES, action=TARGET) as env, tw.Env(path, features=FEATURES, action=TARGET) as other:
        first = played(env, actions, 7)
        assert played(other, actions, 7) == first
        env.reset(seed=8)
        env.step(2)
        assert played(env, actions, 7) == first, "also after another episode that was left in the middle"
        assert played(env, actions, 8) != first, "the latency is drawn with the seed"


def test_without_a_seed_the_episodes_differ_and_repeat_with_the_environment(path: str) -> None:
    with tw.Env(path, features=FEATURES, action=TARGET) as env, tw.Env(path, features=FEATURES, action=TARGET) as other:
        seeds = [env.reset()[1]["seed"] for _ in range(4)]
        assert seeds == [other.reset()[1]["seed"] for _ in range(4)]
        assert seeds[0] is None and len(set(seeds)) == 4
    with tw.Env(path, features=FEATURES, action=TARGET, seed=11) as env:
        assert env.reset()[1]["seed"] == 11
        following = env.reset()[1]["seed"]
        env.reset(seed=11)
        assert env.reset()[1]["seed"] == following, "a seed is also that of the seeds to come"


def test_a_pull_loop_sees_the_same_run(path: str) -> None:
    actions = [2, 0, 1, 1, 2] * 6
    levels = (-1, 0, 1)
    with tw.Env(path, features=["mid", "spread"], action=TARGET) as env:
        told = played(env, actions, 3)
    seen = []
    for obs in tw.session(path, every="100ms", features=["mid", "spread"], seed=3):
        seen.append((np.array([*obs.x, obs.position]).tobytes(), obs.ts, obs.equity))
        if len(seen) > len(actions):
            break
        obs.sim.target(levels[actions[len(seen) - 1]])
    assert [(one, info["now"], info["equity"]) for one, *_, info in told] == seen


def test_observations_are_features_then_account_and_nan_is_what_was_said(path: str) -> None:
    account = ("cash", "position", "equity", "fees")
    with tw.Env(path, features=FEATURES, action=TARGET, account=account, nan=-5.0) as env:
        obs, info = env.reset(seed=1)
        assert env.names == ("mid", "spread", "imbalance_5", "return_10s", "cash", "position", "equity", "fees")
        assert obs.shape == env.observation_space.shape and obs.dtype == np.float64
        assert obs[3] == -5.0, "there is no return over 10 s after 100 ms"
        assert obs[4:].tolist() == [0, 0, 0, 0]
        obs, *_, info = env.step(2)
        fees = sum(fill.fee for fill in info["fills"])
        cash = -sum(fill.side * fill.qty * fill.px + fill.fee for fill in info["fills"])
        assert obs[4] == pytest.approx(cash) and obs[5] == 1 == info["position"] and obs[7] == pytest.approx(fees)
        assert obs[6] == info["equity"] == pytest.approx(obs[4] + obs[0])
        kept = obs.copy()
        env.step(0)
        assert (obs == kept).all(), "an observation is one's own"
    with tw.Env(path, features=FEATURES, action=TARGET, account=()) as env:
        assert env.names == tuple(FEATURES) and env.reset()[0][3] == 0.0


def test_rewards_add_up_to_the_profit_fees_counted(path: str) -> None:
    with tw.Env(path, features=["mid"], action=TARGET) as env:
        env.reset(seed=1)
        total, info = 0.0, {}
        for action in [2, 2, 0, 0, 1, 2] * 5:
            _, reward, *_, info = env.step(action)
            total += reward
        assert info["equity"] != 0 and total == pytest.approx(info["equity"])


def test_rewards_are_formulas_or_functions(path: str) -> None:
    text = "pnl - 0.5 * abs(pos) + (fees if fills > 0 else -spread) * 2 ** 3"
    moments: list[tw.Moment] = []

    def function(moment: tw.Moment) -> float:
        moments.append(moment)
        return moment.pnl

    with (
        tw.Env(path, features=["mid"], action=TARGET, reward=text) as env,
        tw.Env(path, features=["mid", "spread"], action=TARGET, reward=function) as plain,
    ):
        assert env.names == ("mid", "position"), "what only the reward needs is not observed"
        env.reset(seed=1), plain.reset(seed=1)
        for action in [2, 2, 1, 0, 0]:
            _, reward, *_ = env.step(action)
            obs, pnl, *_, info = plain.step(action)
            assert moments[-1].position == info["position"] and len(moments[-1].fills) == len(info["fills"])
            fees = sum(fill.fee for fill in info["fills"])
            last = (fees if info["fills"] else -obs[1]) * 8
            assert reward == pytest.approx(pnl - 0.5 * abs(info["position"]) + last)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("__import__('os')", "not allowed"),
        ("pnl.real", "not allowed"),
        ("(lambda: 1)()", "not allowed"),
        ("[1 for _ in 'a']", "not allowed"),
        ("pnl if True else 0", "not allowed"),
        ("'a' * 3", "not allowed"),
        ("abs(pnl, 1)", "abs takes 1"),
        ("max(pnl)", "max takes 2 to 16"),
        ("min(*pnl, pos)", "not allowed"),
        ("1e999999 * " + "9" * 400, "too large"),
        ("pnl -", "no formula"),
        ("pnl; pos", "no formula"),
        ("", "no formula"),
        ("-" * 900 + "1", ""),
        ("(" * 500 + "1", "reward"),
    ],
)
def test_formulas_are_arithmetic_only(path: str, text: str, what: str) -> None:
    from tickwright.reward import formula

    if what == "":
        assert formula(text).value(*[0.0] * 6) == 1
    else:
        with pytest.raises(ValueError, match="reward") as caught:
            formula(text)
        assert what in str(caught.value)


def test_a_reward_that_is_no_number_is_an_error_and_the_next_reset_goes_on(path: str) -> None:
    with tw.Env(path, features=["mid"], action=TARGET, reward="log(pos)") as env:
        env.reset(seed=1)
        with pytest.raises(ValueError, match=r"reward 'log\(pos\)' at \d+ ns"):
            env.step(1)
        with pytest.raises(RuntimeError, match="call reset"):
            env.step(1)
        env.reset(seed=1)
        env.step(2)
    with tw.Env(path, features=["mid"], action=TARGET, reward=lambda moment: math.nan) as env:
        env.reset()
        with pytest.raises(ValueError, match="is NaN"):
            env.step(1)


def test_an_episode_ends_with_the_tape_or_after_max_steps(path: str) -> None:
    with tw.Env(path, features=["mid"], action=TARGET, every="5s") as env:
        for _ in range(2):
            env.reset()
            steps, terminated, truncated = 0, False, False
            while not terminated:
                *_, terminated, truncated, _ = env.step(1)
                steps += 1
            assert 2 <= steps <= 3 and not truncated, "20,000 rows are 14 s"
            with pytest.raises(RuntimeError, match="the episode is over"):
                env.step(1)
    with tw.Env(path, features=["mid"], action=TARGET, max_steps=3) as env:
        env.reset()
        ends = [env.step(1)[2:4] for _ in range(3)]
        assert ends == [(False, False), (False, False), (False, True)]


def test_quotes_rest_where_they_are_wanted(path: str) -> None:
    orders: list[list[tuple[int, float, float]]] = []

    def look(moment: tw.Moment) -> float:
        orders.append([(order.side, order.px, order.qty) for order in moment.sim.orders])
        return 0.0

    action = tw.spaces.Quotes(1.0, offsets=(0, 500), levels=2)
    with tw.Env(path, features=["bid", "ask"], action=action, reward=look) as env:
        obs, _ = env.reset(seed=1)
        env.step(np.array([300, 400, 0.25, 0.5, 450.4, 450.6, 0.0, 0.1239]))
        bid, ask = obs[:2]
        wanted = [(1, bid - 30, 0.25), (-1, ask + 40, 0.5), (-1, ask + 45.1, 0.123)]
        assert orders[-1] == [(side, pytest.approx(px), qty) for side, px, qty in wanted]
        obs, *_ = env.step(np.zeros(8))
        assert orders[-1] == [], "size 0: no order"
        with pytest.raises(ValueError, match="offset that is not from 0 to 500"):
            env.step(np.array([math.nan, 0, 0, 0, 0, 0, 0, 0]))


def test_actions_beyond_their_space_are_refused_and_nothing_is_sent(path: str) -> None:
    with tw.Env(path, features=["mid"], action=TARGET) as env:
        env.reset()
        for action in (-1, 3):
            with pytest.raises(ValueError, match="not a whole number from 0 to 2"):
                env.step(action)
        assert env.step(1)[-1]["position"] == 0
    with tw.Env(path, features=["mid"], action=tw.spaces.TargetBox(-1, 1)) as env:
        env.reset()
        for value in (1.5, math.nan):
            with pytest.raises(ValueError, match="is not from -1.0 to 1.0"):
                env.step(np.array([value]))
        assert env.step(np.array([0.1234]))[-1]["position"] == 0.123, "on the lot"


def test_an_action_of_ones_own_is_a_space_and_a_function(path: str) -> None:
    from gymnasium.spaces import Discrete

    def act(sim: tw.Trader, action: int) -> None:
        if action == 1:
            sim.buy(0.5, sim.x["ask"])

    with tw.Env(path, features=["mid"], action=tw.spaces.Custom(Discrete(2), act, needs=["ask"]), max_steps=9) as env:
        env.reset(seed=2)
        assert env.names == ("mid", "position") and env.action_space == Discrete(2)
        env.step(0)
        while env.step(1)[-1]["position"] == 0:
            pass


def test_wrong_arguments_are_refused_by_name(path: str, tmp_path: Path) -> None:
    for wrong, what in [
        ({"features": "mid"}, "features 'mid' is one text"),
        ({"every": None}, "nothing says when to decide"),
        ({"every": None, "on": "fill"}, "nothing says when to decide"),
        ({"on": "fills"}, "on: 'fills' is not one of fill, reject"),
        ({"every": "100"}, "duration '100'"),
        ({"account": ("pos",)}, "account: 'pos' is not one of position"),
        ({"nan": math.nan}, "nan nan"),
        ({"max_steps": 0}, "max_steps 0"),
        ({"action": 3}, "action 3 is none of tickwright.spaces"),
        ({"action": tw.spaces.Target(0, 0.0005)}, "level 0.0005 is not on the lot of SYN-A"),
        ({"reward": 1}, "reward 1 is neither"),
    ]:
        with pytest.raises((ValueError, TypeError), match=what):
            tw.Env(path, **{"features": ["mid"], "action": TARGET, **wrong})
    with pytest.raises(FileNotFoundError, match="there is no run file"):
        tw.Env(tmp_path / "none.yaml", features=["mid"], action=TARGET)
    with tw.Env(path, features=["mid"], action=TARGET) as env, pytest.raises(ValueError, match="no options"):
        env.reset(options={"a": 1})


def test_what_the_simulator_finds_wrong_is_one_line_here(path: str, tmp_path: Path) -> None:
    def refusal(run: str = path, **given: Any) -> str:
        with pytest.raises(tw.RemoteError) as caught:
            tw.Env(run, **{"features": ["mid"], "action": TARGET, **given})
        assert "\n" not in str(caught.value)
        return str(caught.value)

    assert 'says FEATURE: there is no feature "midd"' in refusal(features=["midd"])
    assert "says FEATURE" in refusal(reward="pnl - nothing_of_the_kind")
    assert "says RUN" in refusal(features=["BTCUSDT:mid"])
    assert 'there is no strategy "maker" whose place' in refusal(strategy="maker")
    assert "venue.latencyy" in refusal(set="venue.latencyy=1ms")
    two = run_file(tmp_path, more="strategies: [{ python: ./a.py:A }, { python: ./b.py:B }]", name="two.yaml")
    assert 'has the strategies "A", "B" in Python' in refusal(two)
    assert 'strategy "B" is in Python, and only the agent can be' in refusal(two, strategy="A")


def test_the_agent_takes_a_place_and_the_others_trade_along(tmp_path: Path) -> None:
    maker = "{ use: market-maker }"
    seat = "{ python: ./none.py:Mine, instruments: [SYN-B], capital: { '': 1000 } }"
    for more, strategy, equity in [
        ("", None, 0),
        (f"strategies: [{maker}]", None, 0),
        (f"strategies: [{maker}, {seat}]", None, 1000),
        (f"strategies: [{maker}, {seat}]", "Mine", 1000),
        ("strategies: [{ use: momentum, capital: { '': 7 } }]", "momentum", 7),
    ]:
        path = run_file(tmp_path, instruments=2, more=more)
        target = tw.spaces.Target(-1, 0, 1, inst="SYN-B")
        with tw.Env(path, features=["SYN-B:mid"], action=target, strategy=strategy) as env:
            _, info = env.reset()
            assert info["equity"] == equity
            position = env.step(2)[-1]["position"]
            assert position == (1 if equity == 1000 else {"SYN-A": 0, "SYN-B": 1})


def test_several_instruments_have_a_column_each(tmp_path: Path) -> None:
    path = run_file(tmp_path, instruments=2)
    action = tw.spaces.Target(0, 1, inst="SYN-A")
    with tw.Env(path, features=["mid"], action=action) as env:
        assert env.names == ("SYN-A:mid", "SYN-B:mid", "SYN-A:position", "SYN-B:position")
        env.reset()
        assert env.step(1)[0][2:].tolist() == [1, 0]
    with pytest.raises(ValueError, match=r"2 instruments \(SYN-A, SYN-B\): say which one"):
        tw.Env(path, features=["mid"], action=tw.spaces.Target(0, 1))
    with pytest.raises(ValueError, match="pos is the position of the only instrument"):
        tw.Env(path, features=["mid"], action=action, reward="pos")


def test_a_run_that_fails_says_why_and_the_next_reset_starts_anew(tmp_path: Path) -> None:
    (tmp_path / "faulty.ts").write_text(
        "import { z } from 'zod';\n"
        "export default { name: 'faulty', params: z.strictObject({}), create: () => ({\n"
        "  onStart: (context) => context.at('fail', context.nowNs + 3e8),\n"
        "  onTimer() { throw new Error('it had to be'); } }) };\n"
    )
    (tmp_path / "node_modules").symlink_to(MAIN.parents[3] / "node_modules")
    path = run_file(tmp_path, more="strategies: [{ use: ./faulty.ts }]")
    with tw.Env(path, features=["mid"], action=TARGET, program=str(MAIN)) as env:
        for _ in range(2):
            env.reset()
            with pytest.raises(tw.RemoteError, match='says RUN: strategy "faulty" failed in onTimer at .*: it had to be'):
                for _ in range(10):
                    env.step(1)


def test_it_is_a_plain_class_where_gymnasium_is_not_installed(path: str) -> None:
    script = f"""
import sys
sys.modules["gymnasium"] = None
import tickwright as tw
with tw.Env({path!r}, features=["mid"], action=tw.spaces.Target(-1, 0, 1)) as env:
    obs, info = env.reset(seed=3)
    assert env.observation_space.contains(obs) and env.action_space.n == 3
    env.action_space.seed(1)
    print(env.step(env.action_space.sample())[3], env.reset()[1]["seed"] == info["seed"], env.unwrapped is env)
with tw.VecEnv(2, {path!r}, features=["mid"], action=tw.spaces.TargetBox(-1, 1)) as envs:
    obs, _ = envs.reset(seed=3)
    print(obs.shape, envs.step([envs.single_action_space.sample() for _ in range(2)])[1].shape)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("False False True\n(2, 2) (2,)\n", "")
