"""Steps of an environment with 16 features, as fast as they go. argv[1]: JSON {"runFile", "features", "steps", "pin", "program"}.

Prints {"stepsPerSecond", "resetMs", "sum"}; the sum of the observations shows that they were made.
"""

import json
import sys
import time

import tickwright as tw

job = json.loads(sys.argv[1])
env = tw.Env(
    job["runFile"],
    features=job["features"],
    action=tw.spaces.Target(-0.1, 0, 0.1),
    every="1ms",
    program=job["program"],
    pin=job["pin"],
)
obs, info = env.reset(seed=1)
total = 0.0
done = 0
spent = 0.0
resets: list[float] = []
while done < job["steps"]:
    begun = time.perf_counter()
    for _ in range(2000):
        obs, reward, terminated, truncated, info = env.step(1)
        done += 1
        if terminated:
            break
    spent += time.perf_counter() - begun
    total += float(obs.sum())
    if terminated:
        begun = time.perf_counter()
        env.reset()
        resets.append(time.perf_counter() - begun)
env.close()
resets.sort()
print(
    json.dumps(
        {
            "stepsPerSecond": done / spent,
            "resetMs": resets[len(resets) // 2] * 1e3 if resets else None,
            "sum": total,
        }
    )
)
